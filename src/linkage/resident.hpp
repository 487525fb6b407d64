// Resident: a population of rows under one adopted model that changes row by row. Rows are added, corrected and
// withdrawn, people's decisions made and taken back, at any time and in any order.
//
// Invariants
//  1. After every change the partition equals that of link() over the rows and decisions that remain (DESIGN section
//  6):
//     candidates are a matter of two entries and the model, and clusters of one component of scored pairs, so only the
//     components that a change touches are clustered again.
//  2. A change followed by its opposite restores the partition (invariant 7 of the project).
//  3. Rows that are attach_only change nothing for the others (invariant 10).
//  4. Many rows added together, by any number of threads, give what they give one by one.
// Cost: a change weighs the new pairs of the components that it touches. Beyond 1,200 connected entries
// (largest_component), where the batch cuts a component, nothing is kept from change to change: each one that touches
// it cuts it and weighs every pair of its pieces again, some 600 for each entry. Own ids are agencies' own and join
// few rows: a change reads all rows of an id that it touches. Reading the partition costs one pass. Thread safety: one
// thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "linkage/linkage.hpp"

namespace wider::linkage {

// Groups of rows, each group one person.
using Groups = std::vector<std::vector<std::uint32_t>>;

// What a change did to others: the groups that there were and that there are now, where they differ; each ascending.
// A merge shows as two groups before and one after, a split the other way round.
struct Regrouped {
  Groups before;
  Groups after;
};

class Resident {
 public:
  // Row values are codes of this object's own pool of strings.
  explicit Resident(ModelPtr model);
  ~Resident();
  Resident(Resident&&) noexcept;

  [[nodiscard]] StringPool& strings();
  // For so many rows in all.
  void reserve(std::size_t rows);
  // A whole population, while there is none yet: row i has number i. Quicker than add_all, by the batch's own way.
  void load(std::vector<Row> rows, unsigned threads);

  // The row's number, from 0 up; numbers are never used again. Row::name should name it, so that two rows equal in all
  // else are told apart the same way in every order of arrival.
  std::uint32_t add(const Row& row, Regrouped* regrouped = nullptr);
  // Many rows as one change: the first one's number, the others follow.
  std::uint32_t add_all(std::span<const Row> rows, unsigned threads, Regrouped* regrouped = nullptr);
  // The row says something else from now on. The number must be of a row that is there, here and below.
  void correct(std::uint32_t row, const Row& now, Regrouped* regrouped = nullptr);
  void withdraw(std::uint32_t row, Regrouped* regrouped = nullptr);

  // People's word that two rows are, or are not, one person; it takes an earlier word about the two away.
  void decide(std::uint32_t left, std::uint32_t right, bool same, Regrouped* regrouped = nullptr);
  void take_back(std::uint32_t left, std::uint32_t right, Regrouped* regrouped = nullptr);

  // Many changes as one: nothing is clustered until settle(). For taking in a whole population.
  void hold();
  void settle(Regrouped* regrouped = nullptr);

  // The rows of the row's person, ascending.
  [[nodiscard]] std::vector<std::uint32_t> person_of(std::uint32_t row) const;
  // By row number: the least row of its person; UINT32_MAX where the row is not there any more.
  [[nodiscard]] std::vector<std::uint32_t> partition() const;

  [[nodiscard]] std::uint64_t pairs_compared() const;
  [[nodiscard]] std::size_t most_connected() const;  // entries that are connected
  [[nodiscard]] std::uint64_t bytes() const;         // about, of the index and the entries

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wider::linkage
