// The evaluation of patterns as records arrive: one record at a time in order of receipt, over sliding windows, with
// state for each anchor (a child, adult, place, vehicle or phone). find() drives it; a hub may keep one and go on.
//
// Invariants: a hit is a function of the records observed so far and of the facts of the view; records the view does
// not admit change nothing. Once met, a hit stands; later records only add to it.
// Thread safety: one thread at a time for each evaluator; facts may be shared.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "picture/facts.hpp"
#include "picture/pattern.hpp"

namespace wider::picture {

// A node of the graph: a person, or a place, vehicle, phone, handle or organisation.
struct NodeId {
  std::uint32_t value = UINT32_MAX;
  [[nodiscard]] bool valid() const { return value != UINT32_MAX; }
  friend auto operator<=>(NodeId, NodeId) = default;
};

// One anchor's pattern as it was when it was first met, and what came to it since.
struct Hit {
  PatternPtr pattern;
  NodeId anchor;
  std::vector<NodeId> via;              // what the second hops of the proof go through
  std::vector<PersonId> children;       // of the proof
  std::vector<PersonId> more_children;  // tied in the window, or since
  std::vector<RecordIndex> proof;       // in order of index
  std::vector<RecordIndex> also;        // other records that agree
  RecordIndex met_by;                   // the record on whose arrival it was met
  Date first;                           // of the days in the window that counted
  Date last;
  std::uint32_t needed = 0;      // how many the bar asked for
  std::uint32_t households = 0;  // how many there were
  double expected = 0;           // by chance, of the anchor's degree in the window
};

class Evaluator {
 public:
  Evaluator(const Facts& facts, std::span<const PatternPtr> patterns, bool no_single_agency);
  ~Evaluator();
  Evaluator(Evaluator&&) noexcept;

  // The next record in order of receipt.
  void observe(RecordIndex record);
  // Every hit so far, in the order in which they were met.
  [[nodiscard]] std::vector<Hit> hits() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Nodes: people first, by id; then entities.
[[nodiscard]] inline NodeId node_of(PersonId person) {
  return NodeId{person.value};
}
[[nodiscard]] inline NodeId node_of(const Scene& scene, EntityId entity) {
  return NodeId{static_cast<std::uint32_t>(scene.holdings.mentions().size()) + entity.value};
}
[[nodiscard]] inline bool is_person(const Scene& scene, NodeId node) {
  return node.value < scene.holdings.mentions().size();
}
[[nodiscard]] inline PersonId person_of(NodeId node) {
  return PersonId(node.value);
}
[[nodiscard]] inline EntityId entity_of(const Scene& scene, NodeId node) {
  return EntityId(node.value - static_cast<std::uint32_t>(scene.holdings.mentions().size()));
}
[[nodiscard]] AnchorKind kind_of(const Scene& scene, NodeId node);

}  // namespace wider::picture
