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

// Openings in an emergency and declared conflicts of interest, latest first.
struct ExceptionsView {
  struct Line {
    std::uint64_t number = 0;
    std::string person, who, why, when, state;
    std::string reviewed;  // by whom and what they found; "" while nobody has
    bool may_review = false;
  };
  std::vector<Line> emergencies, ties;
};
enum class ExceptionKind : std::uint8_t { emergency, tie };

struct EvidenceLine {
  std::uint64_t number = 0;
  std::string person, by, holder, when, line_of_enquiry, state;
};
struct EvidenceListView {
  std::vector<EvidenceLine> yours, to_decide;  // latest first
  bool may_ask = false;
  std::vector<std::pair<std::string, std::string>> holders;  // name and title
};
inline constexpr std::size_t most_evidence_items = 50;  // of one request: what a form can carry
struct EvidenceView {
  struct Item {
    std::string record, kind, when, grade, says;
  };
  EvidenceLine line;
  std::string necessity, proportionality, victim;
  bool may_decide = false;
  std::vector<Item> offered;           // to who decides, in full: their own agency's
  std::string decided;                 // "Given by … on …: …", or ""
  std::vector<Item> given, sensitive;  // the bundle; the second without what it says
};
struct NewEvidenceRequest {
  std::string_view person, holder, line_of_enquiry, necessity, proportionality, victim;
};
struct NewEvidenceDecision {
  bool give = false;
  std::string_view reason;
  std::vector<std::string> given, sensitive;  // records' names
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
  virtual Result<ExceptionsView> exceptions(const Viewer& viewer) = 0;
  // good: the emergency was justified, or the tie is lifted. usage: it is one's own, or was looked at before.
  virtual Result<void> review_exception(const Viewer& viewer, ExceptionKind what, std::uint64_t number, bool good,
                                        std::string_view note) = 0;

  // For whoever may open the person's page. not_found where nothing of the person may be shown.
  virtual Result<void> open_in_emergency(const Viewer& viewer, std::string_view person, std::string_view reason) = 0;
  // From then on the viewer does not see that person.
  virtual Result<void> declare_tie(const Viewer& viewer, std::string_view person, std::string_view what) = 0;

  // For police and prosecutors in an investigation, and for the agency that is asked.
  virtual Result<EvidenceListView> evidence(const Viewer& viewer) = 0;
  virtual Result<EvidenceView> evidence_of(const Viewer& viewer, std::uint64_t number) = 0;
  virtual Result<std::uint64_t> ask_for_evidence(const Viewer& viewer, const NewEvidenceRequest& asked) = 0;
  virtual Result<void> decide_evidence(const Viewer& viewer, std::uint64_t number,
                                       const NewEvidenceDecision& decided) = 0;
};

}  // namespace wider::hub
