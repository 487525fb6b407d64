// weakest_tie(): what holds a person's records together, and where it would part first.
#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

#include "base/check.hpp"
#include "linkage/few_rows.hpp"
#include "linkage/linkage.hpp"
#include "linkage/model.hpp"

namespace wider::linkage {
namespace {

// An edge of the tree, comparable: the surest first by `sure`, then by weight.
struct Bond {
  TieKind kind = TieKind::machine;
  std::int64_t weight = std::numeric_limits<std::int64_t>::min();
  std::uint32_t from = UINT32_MAX;
};

int sureness(TieKind kind) {
  return kind == TieKind::machine ? 0
                                  : 1;  // what an agency or a person says holds for certain: neither above the other
}

bool stronger(const Bond& a, const Bond& b) {
  if (sureness(a.kind) != sureness(b.kind)) return sureness(a.kind) > sureness(b.kind);
  return a.weight > b.weight;
}

// Weights between entries, each pair compared once.
class Weights {
 public:
  Weights(const Entries& entries, const Scorer& scorer)
      : entries_(entries),
        scorer_(scorer),
        comparer_(entries, scorer.established()),
        known_(entries.all.size() * entries.all.size(), unknown) {}

  std::int64_t between(std::uint32_t left, std::uint32_t right) {
    const std::size_t a = entries_.entry_of[left];
    const std::size_t b = entries_.entry_of[right];
    std::int64_t& weight = known_[std::min(a, b) * entries_.all.size() + std::max(a, b)];
    if (weight == unknown) {
      const Entry& one = entries_.all[a];
      const Entry& other = entries_.all[b];
      weight = scorer_.score(one, other, comparer_.compare(one, other)).weight;
    }
    return weight;
  }

 private:
  static constexpr std::int64_t unknown = std::numeric_limits<std::int64_t>::min();
  const Entries& entries_;
  const Scorer& scorer_;
  Comparer comparer_;
  std::vector<std::int64_t> known_;
};

struct Tree {
  std::vector<Bond> bond;            // by row: what joined it; the first row has none
  std::vector<std::uint32_t> order;  // rows in the order in which they joined
};

// The maximum spanning tree of the rows (Prim 1957); every pair may be an edge.
template <typename BondOf>
Tree spanning_tree(std::uint32_t rows, BondOf&& bond_of) {
  Tree tree{std::vector<Bond>(rows), {0}};
  std::vector<bool> joined(rows, false);
  joined[0] = true;
  for (std::uint32_t latest = 0; tree.order.size() < rows;) {
    std::uint32_t best = UINT32_MAX;
    for (std::uint32_t row = 0; row < rows; ++row) {
      if (joined[row]) continue;
      Bond bond = bond_of(latest, row);
      bond.from = latest;
      if (tree.bond[row].from == UINT32_MAX || stronger(bond, tree.bond[row])) tree.bond[row] = bond;
      if (best == UINT32_MAX || stronger(tree.bond[row], tree.bond[best])) best = row;
    }
    joined[best] = true;
    tree.order.push_back(best);
    latest = best;
  }
  return tree;
}

// The rows that joined through `end`, itself among them. Rows join after the row that joined them.
std::vector<bool> side_of(const Tree& tree, std::uint32_t end) {
  std::vector<bool> side(tree.bond.size(), false);
  side[end] = true;
  for (const std::uint32_t row : tree.order) {
    if (row != tree.order.front() && row != end) side[row] = side[tree.bond[row].from];
  }
  return side;
}

}  // namespace

std::optional<WeakestTie> weakest_tie(const Input& input, const Model& model, const Decisions& decisions,
                                      std::span<const std::uint32_t> between) {
  const auto rows = static_cast<std::uint32_t>(input.rows.size());
  if (rows < 2) return std::nullopt;
  std::vector<std::uint32_t> all(rows);
  std::iota(all.begin(), all.end(), 0U);
  FewRows few = few_rows(input, all);
  for (Row& row : few.input.rows) row.attach_only = false;
  const Entries entries = make_entries(few.input, {});
  const Scorer scorer(model, entries);
  Weights weights(entries, scorer);
  std::set<std::pair<std::uint32_t, std::uint32_t>> decided;
  for (const auto& [a, b] : decisions.same) {
    CHECK(a < rows && b < rows);
    decided.insert(std::minmax(a, b));
  }
  const Tree tree = spanning_tree(rows, [&](std::uint32_t a, std::uint32_t b) {
    const Row& left = few.input.rows[a];
    const Row& right = few.input.rows[b];
    if (decided.contains(std::minmax(a, b))) return Bond{TieKind::decided, 0, a};
    if (left.own_id != 0 && left.own_id == right.own_id && left.source == right.source)
      return Bond{TieKind::own_id, 0, a};
    return Bond{TieKind::machine, weights.between(a, b), a};
  });
  std::vector<std::uint32_t> ends(tree.order.begin() + 1, tree.order.end());
  std::stable_sort(ends.begin(), ends.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return stronger(tree.bond[b], tree.bond[a]); });
  for (const std::uint32_t end : ends) {
    std::vector<bool> side = side_of(tree, end);
    if (!between.empty()) {
      const auto there = std::count_if(between.begin(), between.end(), [&](std::uint32_t row) { return side[row]; });
      if (there == 0 || static_cast<std::size_t>(there) == between.size()) continue;
    }
    const Bond& bond = tree.bond[end];
    WeakestTie tie;
    tie.left = bond.from;
    tie.right = end;
    tie.kind = bond.kind;
    tie.right_side = std::move(side);
    if (bond.kind == TieKind::machine) {
      tie.weight = static_cast<double>(bond.weight) / weight_scale;
      tie.probability = probability_of(bond.weight);
      tie.above_threshold = bond.weight >= scorer.threshold();
    }
    return tie;
  }
  return std::nullopt;  // fewer than two rows in `between`
}

}  // namespace wider::linkage
