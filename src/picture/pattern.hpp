// A pattern as declared in patterns/*.toml (docs/formats/pattern.md): which rule, its window and numbers, its controls.
// A version of it is adopted by an entry of the ledger; the base-rate table is part of it and so does not move by
// itself.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "picture/picture.hpp"
#include "records/kind.hpp"

namespace wider::picture {

enum class Rule : std::uint8_t { repeat_referrals_closed, children_tied_to_one, missing_same_end };

// A set of the members of an enum with fewer than 32 members.
template <typename Enum>
class EnumSet {
 public:
  void add(Enum member) { bits_ |= 1U << static_cast<unsigned>(member); }
  [[nodiscard]] bool has(Enum member) const { return ((bits_ >> static_cast<unsigned>(member)) & 1U) != 0; }
  [[nodiscard]] bool empty() const { return bits_ == 0; }

 private:
  std::uint32_t bits_ = 0;
};

// What a finding can turn on.
enum class AnchorKind : std::uint8_t { person, place, vehicle, phone, online_handle, organisation };
inline constexpr std::size_t anchor_kind_count = 6;
[[nodiscard]] std::string_view name_of(AnchorKind kind);
[[nodiscard]] inline AnchorKind anchor_kind_of(ThingKind kind) {
  return static_cast<AnchorKind>(static_cast<int>(kind) + 1);
}

// How often chance alone would do this. per_record: how many unrelated children come, in a window, for each record that
// names such an anchor and no child, and one more for the anchor itself. The bar: the greatest chance at which a
// finding still stands.
struct ChanceTable {
  double bar = 0.001;
  std::array<double, anchor_kind_count> per_record{};        // by anchor kind
  std::map<std::string, double, std::less<>> per_record_at;  // by category of place: "takeaway"; falls back on the kind
};

struct Controls {
  bool household_counts_once = true;
  bool own_home_is_no_tie = true;
  EnumSet<Role> duty_roles;               // mentions in these roles are duty contacts: no tie through them
  EnumSet<RecordKind> shared_events;      // children named together in such a record count once when of one school
  bool shared_events_any_school = false;  // … whatever their schools
  std::uint32_t household_slack_days = 365;
  std::uint32_t hub_limit = 40;  // records in the window above which a thing or adult passes no second hop on
};

struct Pattern {
  std::string name;  // file name without .toml
  std::string title;
  std::string sentence;  // template: {children} {anchor} {agencies} {count} {window}
  Rule rule = Rule::children_tied_to_one;
  std::int32_t window_days = 365;
  std::uint32_t minimum_children = 3;
  std::uint32_t minimum_episodes = 2;         // missing-same-end
  std::uint32_t minimum_from_one_agency = 3;  // repeat-referrals-closed
  std::uint32_t minimum_agencies = 2;         // repeat-referrals-closed
  std::uint32_t hops = 2;
  bool no_single_agency = false;  // not met where one agency alone ties every one of the children
  EnumSet<AnchorKind> anchors;
  EnumSet<AnchorKind> through;  // what a second hop may go through
  EnumSet<RecordKind> records;  // kinds whose naming of a child is a tie
  EnumSet<RecordKind> links;    // kinds whose naming of two adults or things links them for a second hop
  EnumSet<RecordKind> lasting;  // kinds that say how things stand: in force from their day on
  Controls controls;
  ChanceTable chance;
  std::int32_t fold_days = 365;
  std::uint32_t most_people = 15;
};

// How many children chance would bring to an anchor, of which other records say how busy it is: a Poisson count whose
// own rate is not known but through those records, which makes it negative binomial (size other_records + 1).
struct ByChance {
  double mean = 0;
  double variance = 0;  // above the mean
  // Of two anchors together (a second hop); their sum is taken for one such count of the same mean and variance.
  ByChance& operator+=(const ByChance& other);
};
[[nodiscard]] ByChance by_chance(double per_record, std::uint32_t other_records);
// The chance of `count` or more. Closed form.
[[nodiscard]] double chance_of(const ByChance& expected, std::uint32_t count);
// The least count, at least `minimum`, whose chance is not above the bar.
[[nodiscard]] std::uint32_t needed(const ByChance& expected, double bar, std::uint32_t minimum);

}  // namespace wider::picture
