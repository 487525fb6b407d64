// find(): the records are gone through once for what everyone shares, and once more for each agency that has
// originator-only records, over what is shared and its own. What only that agency's own facts complete is its own
// finding; nothing of it reaches the findings that others see (invariant 10).
#include <algorithm>
#include <thread>
#include <tuple>
#include <utility>

#include "picture/evaluator.hpp"
#include "picture/fold.hpp"
#include "picture/naive.hpp"

namespace wider::picture {

namespace {

// One going-through of the records, and what it found.
struct Pass {
  View view;
  std::unique_ptr<Facts> facts;
  std::vector<Hit> hits;
};

void run(Pass& pass, const Scene& scene, std::span<const PatternPtr> patterns, bool no_single_agency) {
  pass.facts = std::make_unique<Facts>(scene, pass.view);
  Evaluator evaluator(*pass.facts, patterns, no_single_agency);
  for (std::uint32_t r = 0; r < scene.holdings.records().size(); ++r) evaluator.observe(RecordIndex(r));
  pass.hits = evaluator.hits();
}

std::vector<Pass> passes_for(const Scene& scene, const FindOptions& options) {
  AgencySet with_restricted;
  for (const RecordRow& record : scene.holdings.records()) {
    if (record.live && record.handling == Handling::originator_only) with_restricted.add(record.agency);
  }
  std::vector<Pass> passes;
  passes.push_back({View{options.as_known_at, options.only_agency, std::nullopt}, nullptr, {}});
  for (std::size_t a = 0; a < agency_count; ++a) {
    const auto agency = static_cast<Agency>(a);
    if (!with_restricted.has(agency) || (options.only_agency && *options.only_agency != agency)) continue;
    passes.push_back({View{options.as_known_at, options.only_agency, agency}, nullptr, {}});
  }
  return passes;
}

bool rests_on_restricted(const Scene& scene, const Hit& hit) {
  return std::any_of(hit.proof.begin(), hit.proof.end(), [&](RecordIndex record) {
    return scene.holdings.at(record).handling == Handling::originator_only;
  });
}

// Whether a finding that everyone sees already names all these children.
bool told_already(const Hit& hit, const std::vector<Finding>& shared) {
  return std::any_of(shared.begin(), shared.end(), [&](const Finding& finding) {
    return std::includes(finding.children.begin(), finding.children.end(), hit.children.begin(), hit.children.end());
  });
}

void add_findings(const Pass& pass, const std::vector<Hit>& hits, std::vector<Finding>& findings) {
  for (const auto& group : fold(*pass.facts, hits)) findings.push_back(to_finding(*pass.facts, hits, group));
}

}  // namespace

std::vector<Finding> find(const Scene& scene, std::span<const PatternPtr> patterns, const FindOptions& options) {
  if (options.naive) return find_naively(scene, patterns, options);
  std::vector<Pass> passes = passes_for(scene, options);
  const bool no_single_agency = !options.only_agency;
  // Each pass by itself, so that the answer is the same with any number of threads.
  for (std::size_t next = 0; next < passes.size();) {
    const std::size_t together = std::min<std::size_t>(std::max(1U, options.threads), passes.size() - next);
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < together; ++i) {
      threads.emplace_back([&, i] { run(passes[next + i], scene, patterns, no_single_agency); });
    }
    run(passes[next], scene, patterns, no_single_agency);
    threads.clear();
    next += together;
  }

  std::vector<Finding> findings;
  add_findings(passes.front(), passes.front().hits, findings);
  const std::vector<Finding> shared = findings;
  for (std::size_t p = 1; p < passes.size(); ++p) {
    std::vector<Hit> own;
    for (const Hit& hit : passes[p].hits) {
      if (rests_on_restricted(scene, hit) && !told_already(hit, shared)) own.push_back(hit);
    }
    add_findings(passes[p], own, findings);
  }
  std::sort(findings.begin(), findings.end(),
            [](const Finding& a, const Finding& b) { return std::tie(a.received, a.id) < std::tie(b.received, b.id); });
  return findings;
}

}  // namespace wider::picture
