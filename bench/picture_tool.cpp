// A development tool: how good the patterns are on a town, without a hub. Linkage is taken as perfect, or from a file
// of `wider people`.
//   picture_tool [TOWN] [--patterns patterns] [--mappings mappings] [--people people.csv] [WHAT…]
// Without a town: one of its own making, of 20,000 people (WIDER_BENCH_FULL=1 in the environment: 220,000).
// WHAT: --alone (each agency's records alone), --naive, --list (each finding with its proof), --missed (why a network
// was not found), --rates (base rates measured for the [chance] tables), --stability (whether findings keep their ids),
// --pages (time of a person's page)
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "picture/base_rates.hpp"
#include "picture/picture.hpp"
#include "records/finding.hpp"
#include "town/town.hpp"
#include "town_files.hpp"

namespace {

using namespace wider;
using bench::Town;

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

// The network a finding counts for; "" when it is ordinary. bench/score_town.py is the judge; this says the same.
std::string network_of(const Town& town, const Finding& finding) {
  for (const auto& [name, network] : town.networks) {
    std::size_t belong = 0;
    for (const PersonId child : finding.children)
      belong += network.children.contains(town.truth[child.value]) ? 1U : 0U;
    if (belong >= 2 && belong * 2 >= finding.children.size() && finding.people.size() <= 15) return name;
  }
  return {};
}

struct Score {
  std::set<std::string> networks;
  std::size_t counted = 0;
  std::map<std::string, std::size_t> ordinary;
};

Score score(const Town& town, const std::vector<Finding>& findings) {
  Score result;
  for (const Finding& finding : findings) {
    if (finding.audience) continue;
    const std::string network = network_of(town, finding);
    if (network.empty()) {
      ++result.ordinary[finding.pattern];
    } else {
      result.networks.insert(network);
      ++result.counted;
    }
  }
  return result;
}

void print(std::string_view what, const Town& town, const Score& result, double seconds) {
  std::size_t ordinary = 0;
  std::string split;
  for (const auto& [pattern, count] : result.ordinary) {
    ordinary += count;
    split += fmt::format(" {} {}", pattern, count);
  }
  std::string missed;
  for (const auto& [name, network] : town.networks)
    missed += result.networks.contains(name) ? "" : fmt::format(" {}", name);
  fmt::print("{}: networks {}/{} by {} findings; ordinary {} ({}); {:.2f} s CPU\n", what, result.networks.size(),
             town.networks.size(), result.counted, ordinary, split, seconds);
  if (!missed.empty() && missed.size() < 60) fmt::print("    missed:{}\n", missed);
}

void print_record(const Town& town, const picture::Scene& scene, RecordIndex index) {
  const Holdings& holdings = scene.holdings;
  const RecordRow& record = holdings.at(index);
  fmt::print("    {} {} {}:", to_iso(record.day()), name_of(record.agency), holdings.name(index));
  for (std::uint32_t m = record.first_mention; m < record.first_mention + record.mention_count; ++m) {
    const PersonId person = scene.people.of(MentionIndex(m));
    fmt::print(" {}={}/{}", name_of(holdings.mentions()[m].role), town.truth[m],
               person.valid() ? std::to_string(person.value) : "-");
  }
  for (std::uint32_t t = record.first_thing; t < record.first_thing + record.thing_count; ++t) {
    const ThingRow& thing = holdings.things()[t];
    const EntityId entity = scene.things.of(ThingIndex(t));
    fmt::print(" [{} {} {} ({}) {}]", name_of(thing.kind), name_of(thing.role), holdings.text(thing.text),
               holdings.text(thing.category), entity.valid() ? std::to_string(entity.value) : "-");
  }
  fmt::print("{}\n", record.handling == Handling::originator_only ? " ORIGINATOR ONLY" : "");
}

void print_finding(const Town& town, const picture::Scene& scene, const Finding& finding) {
  const std::string network = network_of(town, finding);
  fmt::print("{} {} {} people {} chance {:.2g} audience {}\n", network.empty() ? "ORDINARY" : network, finding.pattern,
             finding.says, finding.people.size(), finding.expected_by_chance,
             finding.audience ? name_of(*finding.audience) : "-");
  for (const RecordIndex index : finding.proof) print_record(town, scene, index);
}

// What is recorded of the children of a network that was not found, beside anything: for a person to look at.
void print_missed(const Town& town, const picture::Scene& scene, const std::vector<Finding>& findings,
                  const std::string& name) {
  const bench::Network& network = town.networks.at(name);
  fmt::print("{}: {} children, {} adults; {}\n", name, network.children.size(), network.adults.size(),
             fmt::join(network.things, "; "));
  const Holdings& holdings = scene.holdings;
  for (std::uint32_t r = 0; r < holdings.records().size(); ++r) {
    const RecordRow& record = holdings.records()[r];
    bool any = false;
    for (std::uint32_t m = record.first_mention; m < record.first_mention + record.mention_count; ++m)
      any |= network.children.contains(town.truth[m]) || network.adults.contains(town.truth[m]);
    const bool tells = record.mention_count > 1 || record.kind == RecordKind::missing || record.thing_count > 0;
    if (!any || !tells || record.kind == RecordKind::absence) continue;
    print_record(town, scene, RecordIndex(r));
    for (const Finding& finding : findings) {  // it may stand folded into a finding that counts for no network
      if (std::find(finding.also.begin(), finding.also.end(), RecordIndex(r)) != finding.also.end())
        fmt::print("        agrees with {}: {}\n", finding.id, finding.says);
    }
  }
}

void print_rates(const picture::Scene& scene, const std::vector<picture::PatternPtr>& patterns) {
  const picture::Facts facts(scene, picture::View{});
  for (const picture::PatternPtr& pattern : patterns) {
    if (pattern->rule == picture::Rule::repeat_referrals_closed) continue;
    fmt::print("[chance.per_record] of {}: measured, and what to state (bar {})\n", pattern->name, pattern->chance.bar);
    fmt::print("{:<16} {:>8} {:>9} {:>8} {:>9} {:>9} {:>7} {:>9} {:>9} {:>8} {:>9}\n", "at", "windows", "others",
               "children", "measured", "to state", "spread", "over bar", "by chance", "stated", "standing");
    double by_chance = 0;
    for (const picture::BaseRate& rate : measure_base_rates(facts, *pattern)) {
      fmt::print("{:<16} {:>8} {:>9} {:>8} {:>9.5f} {:>9.2g} {:>7.2f} {:>9} {:>9.1f} {:>8.2g} {:>9}\n", rate.at,
                 rate.windows, rate.others, rate.children, rate.per_record, rate.to_state, rate.spread, rate.over_bar,
                 rate.expected_over_bar, rate.stated, rate.over_stated);
      by_chance += rate.expected_over_bar;
    }
    fmt::print("windows over the bar by chance alone, in all: {:.1f}\n\n", by_chance);
  }
}

void print_pages(const picture::Scene& scene) {
  double worst_chronology = 0;
  double worst_network = 0;
  const auto& all = scene.people.all();
  for (std::size_t i = 0; i < all.size(); i += std::max<std::size_t>(1, all.size() / 2000)) {
    double start = cpu_seconds();
    (void)picture::chronology(scene, all[i], std::nullopt);
    worst_chronology = std::max(worst_chronology, cpu_seconds() - start);
    start = cpu_seconds();
    (void)picture::network(scene, all[i], std::nullopt);
    worst_network = std::max(worst_network, cpu_seconds() - start);
  }
  fmt::print("worst of 2,000 people: chronology {:.2f} ms, network {:.2f} ms\n", worst_chronology * 1e3,
             worst_network * 1e3);
}

// How many findings of a day half way through keep their id to the end, while facts are added.
void print_stability(const picture::Scene& scene, const std::vector<picture::PatternPtr>& patterns,
                     const std::vector<Finding>& at_the_end) {
  picture::FindOptions options;
  options.as_known_at = day_of(scene.holdings.records()[scene.holdings.records().size() / 2].received);
  std::set<std::string> ids;
  std::set<RecordIndex> named;
  for (const Finding& finding : at_the_end) {
    ids.insert(finding.id);
    named.insert(finding.proof.begin(), finding.proof.end());
    named.insert(finding.also.begin(), finding.also.end());
  }
  std::size_t kept = 0;
  std::size_t folded = 0;
  const auto findings = picture::find(scene, patterns, options);
  for (const Finding& finding : findings) {
    if (ids.contains(finding.id)) {
      ++kept;
    } else if (std::all_of(finding.proof.begin(), finding.proof.end(),
                           [&](RecordIndex r) { return named.contains(r); })) {
      ++folded;
    } else {
      fmt::print("    gone: {} {}\n", finding.id, finding.says);
    }
  }
  fmt::print("findings as known at {}: {}; at the end {} have the same id, {} are folded into another, {} are gone\n",
             to_iso(*options.as_known_at), findings.size(), kept, folded, findings.size() - kept - folded);
}

struct Words {
  std::string town, mappings = "mappings", patterns = "patterns", people;
  bool alone = false, naive = false, list = false, missed = false, rates = false, pages = false, stability = false;
};

void answer(const Words& words) {
  const Town town = bench::read_town(words.town, words.mappings);
  const auto patterns = bench::read_patterns(words.patterns);
  const People people = words.people.empty() ? true_people(town) : linked_people(town, words.people);
  const picture::Things things(town.holdings);
  const picture::Scene scene{town.holdings, people, things};
  fmt::print("{} records, {} mentions, {} people, {} things\n", town.holdings.records().size(), town.truth.size(),
             people.all().size(), things.count());
  if (words.rates) return print_rates(scene, patterns);

  const auto ask = [&](std::string_view what, const picture::FindOptions& options) {
    const double start = cpu_seconds();
    auto findings = picture::find(scene, patterns, options);
    print(what, town, score(town, findings), cpu_seconds() - start);
    return findings;
  };
  const auto findings = ask("together", {});
  if (words.list) {
    for (const Finding& finding : findings) print_finding(town, scene, finding);
  }
  if (words.missed) {
    const auto found = score(town, findings).networks;
    for (const auto& [name, network] : town.networks) {
      if (!found.contains(name)) print_missed(town, scene, findings, name);
    }
  }
  for (std::size_t a = 0; words.alone && a < agency_count; ++a) {
    picture::FindOptions options;
    options.only_agency = static_cast<Agency>(a);
    const auto alone = ask(fmt::format("{} alone", name_of(static_cast<Agency>(a))), options);
    for (const Finding& finding : alone) {
      if (words.list && !network_of(town, finding).empty()) print_finding(town, scene, finding);
    }
  }
  picture::FindOptions naive;
  naive.naive = true;
  if (words.naive) ask("naive third child", naive);
  if (words.pages) print_pages(scene);
  if (words.stability) print_stability(scene, patterns, findings);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("How good the patterns are on a town, without a hub.");
  Words words;
  app.add_option("town", words.town, "the folder that `wider town` wrote; without it: a town of its own");
  app.add_option("--mappings", words.mappings, "folder of mappings");
  app.add_option("--patterns", words.patterns, "folder of patterns");
  app.add_option("--people", words.people, "the partition, as `wider people` writes it; without it: the truth");
  app.add_flag("--alone", words.alone, "each agency's records alone");
  app.add_flag("--naive", words.naive, "the naive third-child rule");
  app.add_flag("--list", words.list, "each finding with its proof");
  app.add_flag("--missed", words.missed, "what is recorded of the networks that were not found");
  app.add_flag("--rates", words.rates, "measure the base rates of the [chance] tables");
  app.add_flag("--stability", words.stability, "how many findings keep their id while facts are added");
  app.add_flag("--pages", words.pages, "time of a person's page");
  CLI11_PARSE(app, argc, argv);
  if (!words.town.empty()) {
    answer(words);
    return 0;
  }
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("picture-tool-{}", getpid());
  town::Options options;
  options.people = std::getenv("WIDER_BENCH_FULL") != nullptr ? 220'000 : 20'000;
  const auto made = town::write_town(options, folder);
  if (made) {
    words.town = folder;
    answer(words);
  } else {
    fmt::print(stderr, "{}\n", made.error().message);
  }
  std::filesystem::remove_all(folder);
  return made ? 0 : 1;
}
