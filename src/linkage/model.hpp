// Model: everything linkage depends on, frozen: m and u of each level, term frequencies, the prior, thresholds, and
// which blocks are refined. Values; thread-safe once made.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "linkage/blocking_plan.hpp"
#include "linkage/comparison.hpp"

namespace wider::linkage {

inline constexpr int model_version = 3;

// From this share on, the rows hold families, and what a household shares says nothing of which person of it is meant.
inline constexpr double least_family_share = .15;
// From this share on, one name in one home with two birth dates is a parent and a child rather than a wrong date.
inline constexpr double least_namesake_share = .05;
// From this share on, two forenames of one surname and birth date are twins rather than a wrong name.
inline constexpr double least_twin_share = .03;

// Fields' values whose frequency is known. A home has two: its address and its postcode.
enum class Term : std::uint8_t { forename, surname, birth_date, address, postcode, town, phone, email, occupation };
inline constexpr std::size_t term_count = 9;
[[nodiscard]] std::string_view name_of(Term term);
[[nodiscard]] Code code_of(const Entry& entry, Term term);

// Values held by fewer entries than this are not kept: they would be personal data, and a rare value needs no entry.
inline constexpr std::uint32_t least_kept_count = 5;

struct TermTable {
  std::uint64_t total = 0;  // entries that give a value
  double chance = 0;        // that two entries at random give the same value
  std::map<std::string, std::uint32_t, std::less<>> counts;
};

struct LevelModel {
  double m = 0;
  double u = 0;
};

// Bands of how rare a forename and a surname are together, two bits wide, from 6 bits commoner than two random rows'
// equal names on.
inline constexpr std::int32_t name_bands = 8;

struct Model {
  double match_probability = 0;  // of two entries at random
  double pair_threshold = .5;    // least probability at which a pair may join
  double family_share = 0;       // of pairs in one home and of one surname: two people of a family, not one
  double namesake_share = 1;     // of pairs in one home and of one whole name: those with two birth dates; 1: not known
  double twin_share =
      1;  // of pairs of one surname and birth date: those with two forenames; 0 where homes say; 1: not known
  std::array<std::vector<LevelModel>, field_count> fields;  // by Field and level; level 0 is "not given"
  std::array<TermTable, term_count> terms;
  std::array<double, name_bands> name_dependence{};  // bits by which both names agreeing says less than each alone
  BlockingPlan blocking;
};

// Fixed point: match weights in 1/1024 bit.
inline constexpr int weight_scale = 1024;
inline constexpr std::int32_t most_adjustment = 5 * weight_scale;  // for the rarity of a value that two give
[[nodiscard]] std::int32_t fixed_weight(double ratio);
// Of two names' rarities, each rounded down to a quarter of a bit, so that training counts and scoring reads alike.
[[nodiscard]] std::size_t name_band(std::int32_t forename_rarity, std::int32_t surname_rarity);
[[nodiscard]] constexpr std::int32_t quarter_bits(std::int32_t rarity) {
  return rarity >> 8;
}
[[nodiscard]] double probability_of(std::int64_t weight);  // of a total weight, prior included

// Whether two entries look like two people of one family.
enum class Kin : std::uint8_t {
  unlikely,
  household_alone,  // all that agrees is what a household shares
  namesakes,        // and the name, which runs in the family: a parent and a child of one name, or a wrong birth date
  likely,           // the family agrees and the person's own name or birth date does not: siblings, twins, parents
};

struct Score {
  std::int32_t weight = 0;  // prior and fields
  Kin kin = Kin::unlikely;
  bool apart = false;  // never by the machine alone: two ids of one source's own index
};

// The model made ready for one set of entries. Const members are thread-safe.
class Scorer {
 public:
  Scorer(const Model& model, const Entries& entries);
  [[nodiscard]] Score score(const Entry& left, const Entry& right, const Pattern& pattern) const;
  // The part of one field: weight of its level, and what the value's frequency adds.
  [[nodiscard]] std::int32_t field_weight(std::size_t field, std::uint8_t level) const {
    return weights_[field][level];
  }
  [[nodiscard]] std::int32_t frequency_weight(const Entry& left, const Entry& right, Field field,
                                              std::uint8_t level) const;
  // What both names agreeing is taken back: names go together (correlated fields are not counted twice). 0 or less.
  [[nodiscard]] std::int32_t dependence_weight(const Entry& left, const Entry& right, const Pattern& pattern) const;
  // What a value's frequency adds where two give that value: how much rarer it is than the values of two random rows
  // that are equal. At most most_adjustment.
  [[nodiscard]] std::int32_t adjustment(Term term, Code code) const {
    const auto& of_term = adjustments_[static_cast<std::size_t>(term)];
    return code == 0 || of_term.empty() ? 0 : of_term[code];
  }
  // Brings an adjustment near, for a call that soon follows.
  void prefetch(Term term, Code code) const {
    const auto& of_term = adjustments_[static_cast<std::size_t>(term)];
    if (!of_term.empty()) __builtin_prefetch(&of_term[code]);
  }
  // Whether they look like kin: such a pair is never joined on its own.
  [[nodiscard]] Kin kin(const Pattern& pattern) const;
  // Forename and surname that changed places weigh no more than this and the rarity of both names of one of the two.
  [[nodiscard]] std::int32_t most_swapped_weight() const;
  [[nodiscard]] std::int32_t prior() const { return prior_; }
  [[nodiscard]] std::int32_t threshold() const { return threshold_; }
  void set_threshold(double probability);
  // Takes in an entry that was read since, and the strings that came to the entries' pool since; none of these is a
  // term of the model (intern_terms). Whether an entry's name is established is a matter of the model and the name, not
  // of when its string came into the pool.
  void extend(const Entries& entries, const Entry& entry, const MoreFields& more);
  void reserve(std::size_t strings);
  [[nodiscard]] const Established& established() const { return established_; }

 private:
  [[nodiscard]] std::int32_t swapped_weight(const Entry& left, const Entry& right) const;
  [[nodiscard]] std::int32_t part_weight(const Entry& left, const Entry& right) const;
  [[nodiscard]] bool like_twins(const Entry& left, const Entry& right, const Pattern& pattern) const;

  const Entries* entries_;  // not owned
  std::array<std::array<std::int32_t, most_levels>, field_count> weights_{};
  std::array<std::vector<std::int16_t>, term_count> adjustments_;  // by code
  std::array<std::int16_t, term_count> rare_{};                    // for values that are not in the table
  std::array<std::int32_t, name_bands> dependence_{};
  std::int32_t names_rarity_ = 0;   // of a forename and a surname as common as two random rows' that are equal
  std::int32_t swapped_share_ = 0;  // of matches
  std::int32_t prior_ = 0;
  std::int32_t threshold_ = 0;
  bool families_ = false;   // the rows hold several people of a home, so that kin must be told apart
  bool namesakes_ = false;  // and some of them bear one name
  bool twins_ = false;      // the rows hold twins, whether or not they say where they live
  Established established_;
};

// Takes every value that the model's tables hold into the pool, so that what comes later is rare for certain.
void intern_terms(const Model& model, StringPool& strings);
[[nodiscard]] Established established_forenames(const Entries& entries, const TermTable& forenames);

}  // namespace wider::linkage
