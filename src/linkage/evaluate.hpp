// How good links are, against labelled or generated truth: pairwise precision and recall with intervals, overall and by
// group of people, and the gap between the best and the worst group. Counted by contingency: linear in the rows,
// whatever the size of the clusters.
//
// A pair is right or missed for the one person whose two rows it joins or should join; a wrong pair joins two people
// and counts half for each. So a group's precision and recall are those of its own people.
//
// Intervals are Wilson's, 95 %, on an effective number of pairs: pairs are not independent (all those of one person are
// lost together), so rows that the truth or the links hold together are one observation, and the number of pairs is cut
// to what that many independent ones would tell (the linearised variance of a ratio; Kish 1965).
// Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/date.hpp"
#include "linkage/linkage.hpp"

namespace wider::linkage {

inline constexpr std::uint32_t no_group = UINT32_MAX;

struct LabelledRows {
  std::vector<std::uint32_t> person;   // by row: from 0, dense; no_group where the truth is not known
  std::vector<std::uint32_t> cluster;  // by row: equal for rows that are linked
  std::vector<std::uint32_t> source;   // by row; read where between alone counts
  bool between = false;                // only pairs of rows of different sources count
};

// One person's part of the pairs.
struct PersonPairs {
  std::uint64_t rows = 0;
  std::uint64_t true_pairs = 0;
  std::uint64_t both = 0;         // true and found
  std::uint64_t wrong_ends = 0;   // found pairs that join one of the person's rows to somebody else's
  std::uint32_t observation = 0;  // people whose rows the links hold together are one observation
};
[[nodiscard]] std::vector<PersonPairs> count_pairs(const LabelledRows& rows);

struct Rate {
  double value = 1;
  double low = 0;
  double high = 1;
  double pairs = 0;                // what it is a share of
  std::uint64_t observations = 0;  // with such pairs
};
struct Quality {
  std::uint64_t people = 0;
  std::uint64_t rows = 0;
  double both = 0;
  Rate precision;
  Rate recall;
  double f1 = 1;
};
// Of the people for whom `counted` says so; of all where it is empty.
[[nodiscard]] Quality quality_of(std::span<const PersonPairs> people, const std::vector<bool>& counted);

// A way to part people into groups.
struct Grouping {
  std::string name;                      // "sex"
  std::vector<std::string> groups;       // "female", "male"
  std::vector<std::uint32_t> of_person;  // no_group where it is not known
};
// Sex, age on a day and how common the surname is, from what most of a person's rows say. A grouping that the rows say
// nothing of is left out. on: none takes the last birth date that is known.
[[nodiscard]] std::vector<Grouping> usual_groupings(const Input& input, std::span<const std::uint32_t> person_of_row,
                                                    std::uint32_t people, Date on);

struct Gap {
  double size = 0;
  std::string best, worst;
};
struct GroupQuality {
  std::string name;
  Quality quality;
};
struct GroupingQuality {
  std::string name;
  std::vector<GroupQuality> groups;
  std::optional<Gap> precision, recall;  // nothing where fewer than two groups have enough observations
};
inline constexpr std::uint64_t least_observations = 50;  // of a group whose gap is looked at

struct Evaluation {
  Quality overall;
  std::vector<GroupingQuality> groupings;
  std::uint64_t rows_without_truth = 0;
};
[[nodiscard]] Evaluation evaluate(const LabelledRows& rows, std::span<const Grouping> groupings);

// Wilson's 95 % interval of a share of n (any n above 0).
[[nodiscard]] std::pair<double, double> wilson(double share, double n);

}  // namespace wider::linkage
