// The rules that patterns declare, each as state that records are put into one by one. Internal to picture.
// Thread safety: one thread at a time for each rule.
#pragma once

#include <memory>
#include <vector>

#include "picture/evaluator.hpp"

namespace wider::picture {

class RuleState {
 public:
  virtual ~RuleState() = default;
  virtual void observe(RecordIndex record) = 0;
  // In the order in which they were met.
  [[nodiscard]] virtual const std::vector<Hit>& hits() const = 0;
};

// The latest of an anchor's hits (positions in `hits`) that lies within a window of the days first … last; nullptr when
// none does, and what is found then is a hit of its own.
[[nodiscard]] Hit* hit_near(std::vector<Hit>& hits, const std::vector<std::uint32_t>& of_anchor, std::int32_t first,
                            std::int32_t last, std::int32_t window_days);

// Referrals about one child, all closed with no further action (pattern 1).
[[nodiscard]] std::unique_ptr<RuleState> make_referral_rule(const Facts& facts, PatternPtr pattern);
// Children tied to one adult, place, vehicle or phone, and missing episodes with one end (patterns 2 and 3).
[[nodiscard]] std::unique_ptr<RuleState> make_anchor_rule(const Facts& facts, PatternPtr pattern,
                                                          bool no_single_agency);

// Where a child's record leads: the path from a child to an anchor.
struct Path {
  PersonId child;
  RecordIndex first;   // names the child
  RecordIndex second;  // names the anchor; none when `first` names it
  NodeId via;          // what both name; none for one hop
  std::int32_t low;    // the days it spans
  std::int32_t high;
};

// How many households' children the paths tie, with the controls of the pattern.
struct Tied {
  std::uint32_t households = 0;
  std::uint32_t episodes = 0;  // distinct (child, day) of the paths
  bool one_agency_holds_all = false;
  std::vector<PersonId> children;        // distinct, by id
  std::vector<std::uint32_t> household;  // by child: number of the household
};
[[nodiscard]] Tied tied_by(const Facts& facts, const Pattern& pattern, std::span<const Path> paths);

// Whether the pattern is met by what is tied, when the bar asks for `needed` households.
[[nodiscard]] bool is_met(const Pattern& pattern, const Tied& tied, std::uint32_t needed, bool no_single_agency);

// The least proof among paths that meet the pattern: records in order of index, and the paths they make. Taking any one
// record away, the pattern is not met.
struct Proof {
  std::vector<RecordIndex> records;
  std::vector<Path> paths;
};
[[nodiscard]] Proof least_proof(const Facts& facts, const Pattern& pattern, std::span<const Path> paths,
                                std::uint32_t needed, bool no_single_agency);

}  // namespace wider::picture
