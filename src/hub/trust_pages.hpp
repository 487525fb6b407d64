// TrustPages: what shows that the hub is used lawfully: who looked at whom and why, and what was refused.
// For the governance role alone, where it does not say otherwise. Errors as Pages.
// Thread safety: every member may be called from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "hub/views.hpp"

namespace wider::hub {

struct LooksAtView {
  std::string person;           // as it was asked for, or the number that it goes by today
  std::vector<LookLine> looks;  // latest first; at a finding that names the person, too
  bool more = false;            // older ones are not listed
};
struct UnusualView {
  struct Line {
    std::string day, who, role, agency, purposes;
    std::uint32_t people = 0;
    std::string usual_for_them, usual_for_role;
  };
  std::vector<Line> lines;  // by day, then by name: no order of people
  std::string rule;         // in words
  bool more = false;        // older days are not looked at
};
struct RefusedView {
  std::vector<LookLine> lines;  // latest first
  bool more = false;
};

class TrustPages {
 public:
  virtual ~TrustPages() = default;

  // Somebody asked for what their role, their scope or the moment does not allow: enters it, before they are told. Its
  // own error (no entry) goes before the refusal.
  virtual Result<void> refused(const Viewer& viewer, access::Action action) = 0;
  // A number that nobody has, and one whose records are sealed, are answered from the entries alone, like any other.
  virtual Result<LooksAtView> who_looked(const Viewer& viewer, std::string_view person) = 0;
  virtual Result<UnusualView> unusual_looks(const Viewer& viewer) = 0;
  virtual Result<RefusedView> refusals(const Viewer& viewer) = 0;
};

}  // namespace wider::hub
