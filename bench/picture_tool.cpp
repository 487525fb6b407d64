// A development tool: reads a town with its true partition of mentions into people (perfect linkage) and says how good
// the patterns are by themselves: networks found, ordinary findings, what any agency alone finds, the naive rule, time.
//   picture_tool TOWN_DIR MAPPINGS_DIR PATTERNS_DIR [--verbose]
//   picture_tool --make PEOPLE SEED NETWORKS TOWN_DIR
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <unordered_map>

#include "intake/intake.hpp"
#include "picture/picture.hpp"
#include "records/finding.hpp"
#include "town/town.hpp"

namespace {

using namespace wider;

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::vector<std::string>> rows_of(const std::filesystem::path& path) {
  std::vector<std::vector<std::string>> rows;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::vector<std::string> cells;
    std::stringstream cut(line);
    for (std::string cell; std::getline(cut, cell, ',');) cells.push_back(cell);
    rows.push_back(std::move(cells));
  }
  return rows;
}

class Taker final : public intake::Sink {
 public:
  Taker(Holdings& holdings, Date delivered) : holdings_(holdings), delivered_(delivered) {}
  Result<void> accept(intake::Accepted&& row) override {
    for (const Record& record : row.records) holdings_.add(record, holdings_.records().size() + 1, start_of(delivered_));
    return {};
  }
  Result<void> hold_back(intake::HeldBackRow&&) override { return {}; }

 private:
  Holdings& holdings_;
  Date delivered_;
};

struct Town {
  Holdings holdings;
  std::vector<std::string> person;            // by mention: who it truly is
  std::map<std::string, std::set<std::string>> children;  // by network
};

Town read_town(const std::filesystem::path& folder, const std::filesystem::path& mappings) {
  Town town;
  std::map<std::string, intake::FormatPtr> formats;
  for (const auto& row : rows_of(folder / "manifest.csv")) {
    const std::string& format = row.at(2);
    if (format == "cin") continue;  // its referrals come in the CSV files too
    if (!formats.contains(format)) {
      const auto parsed = intake::parse_mapping(read_text(mappings / (format + ".toml")), format);
      if (!parsed) {
        fmt::print("{}\n", parsed.error().message);
        std::exit(1);
      }
      formats[format] = *parsed;
    }
    Taker taker(town.holdings, *parse_iso_date(row.at(3).substr(0, 10)));
    intake::ReadOptions options;
    options.file_name = row.at(0);
    options.agency = *agency_named(row.at(1));
    if (const auto read = intake::read_file(*formats[format], folder / row.at(0), options, taker); !read) {
      fmt::print("{}\n", read.error().message);
      std::exit(1);
    }
  }
  std::unordered_map<std::string, std::string> truth;
  for (const auto& row : rows_of(folder / "truth" / "people.csv")) truth[row.at(0) + "/" + row.at(1)] = row.at(2);
  std::size_t unknown = 0;
  town.person.resize(town.holdings.mentions().size());
  for (std::uint32_t m = 0; m < town.person.size(); ++m) {
    const RecordRow& record = town.holdings.at(town.holdings.mentions()[m].record);
    const auto found = truth.find(fmt::format("{}/{}", name_of(record.agency), town.holdings.name(MentionIndex(m))));
    if (found == truth.end()) ++unknown;
    else if (record.live) town.person[m] = found->second;
  }
  fmt::print("{} records, {} mentions ({} not in the truth), {} things\n", town.holdings.records().size(), town.person.size(), unknown,
             town.holdings.things().size());
  for (const auto& row : rows_of(folder / "truth" / "networks.csv")) {
    if (row.at(2) == "child") town.children[row.at(0)].insert(row.at(1));
  }
  return town;
}

People true_people(const Town& town) {
  std::unordered_map<std::string, std::uint32_t> labels;
  std::vector<std::uint32_t> label_of(town.person.size(), UINT32_MAX);
  for (std::size_t m = 0; m < town.person.size(); ++m) {
    if (!town.person[m].empty()) label_of[m] = labels.try_emplace(town.person[m], static_cast<std::uint32_t>(labels.size())).first->second;
  }
  return People(std::move(label_of));
}

// The network a finding counts for; "" when it is ordinary.
std::string network_of(const Town& town, const Finding& finding) {
  for (const auto& [network, children] : town.children) {
    std::size_t belong = 0;
    for (const PersonId child : finding.children) belong += children.contains(town.person[child.value]) ? 1U : 0U;
    if (belong >= 2 && belong * 2 >= finding.children.size() && finding.people.size() <= 15) return network;
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

void print(const char* what, const Town& town, const Score& result, double seconds) {
  std::size_t ordinary = 0;
  std::string split;
  for (const auto& [pattern, count] : result.ordinary) {
    ordinary += count;
    split += fmt::format(" {} {}", pattern, count);
  }
  fmt::print("{}: networks {}/{} by {} findings; ordinary {} ({}); {:.2f} s CPU\n", what, result.networks.size(), town.children.size(),
             result.counted, ordinary, split, seconds);
}

void print_finding(const Town& town, const Finding& finding, const Holdings& holdings) {
  fmt::print("{} {} {} people {} chance {:.2g} audience {}\n", network_of(town, finding).empty() ? "ORDINARY" : network_of(town, finding),
             finding.pattern, finding.says, finding.people.size(), finding.expected_by_chance,
             finding.audience ? name_of(*finding.audience) : "-");
  for (const RecordIndex index : finding.proof) {
    const RecordRow& record = holdings.at(index);
    fmt::print("    {} {} {}:", to_iso(record.day()), name_of(record.agency), holdings.name(index));
    for (std::uint32_t m = record.first_mention; m < record.first_mention + record.mention_count; ++m) {
      fmt::print(" {}={}", name_of(holdings.mentions()[m].role), town.person[m]);
    }
    for (std::uint32_t t = record.first_thing; t < record.first_thing + record.thing_count; ++t) {
      const ThingRow& thing = holdings.things()[t];
      fmt::print(" [{} {} {} {} {}]", name_of(thing.kind), name_of(thing.role), holdings.text(thing.text), holdings.text(thing.id),
                 holdings.text(thing.category));
    }
    fmt::print("\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 6 && std::string_view(argv[1]) == "--make") {
    town::Options options;
    options.people = static_cast<std::uint32_t>(std::atoi(argv[2]));
    options.seed = static_cast<std::uint64_t>(std::atoll(argv[3]));
    options.networks = std::atoi(argv[4]);
    const auto report = town::write_town(options, argv[5]);
    if (!report) fmt::print("{}\n", report.error().message);
    return report ? 0 : 1;
  }
  if (argc < 4) {
    fmt::print("usage: picture_tool TOWN_DIR MAPPINGS_DIR PATTERNS_DIR [--verbose]\n");
    return 2;
  }
  const bool verbose = argc > 4;
  const Town town = read_town(argv[1], argv[2]);
  std::vector<picture::PatternPtr> patterns;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(argv[3])) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    const auto parsed = picture::parse_pattern(read_text(file), file.filename().string());
    if (!parsed) {
      fmt::print("{}\n", parsed.error().message);
      return 1;
    }
    patterns.push_back(*parsed);
  }
  double start = cpu_seconds();
  const People people = true_people(town);
  fmt::print("people {} in {:.2f} s\n", people.all().size(), cpu_seconds() - start);
  start = cpu_seconds();
  const picture::Things things(town.holdings);
  fmt::print("things {} in {:.2f} s\n", things.count(), cpu_seconds() - start);
  const picture::Scene scene{town.holdings, people, things};

  start = cpu_seconds();
  const auto findings = picture::find(scene, patterns, {});
  print("together", town, score(town, findings), cpu_seconds() - start);
  if (verbose) {
    for (const Finding& finding : findings) print_finding(town, finding, town.holdings);
    return 0;
  }
  std::size_t pattern_1 = 0;
  for (const Finding& finding : findings) pattern_1 += finding.audience ? 1U : 0U;
  fmt::print("findings {}, for one agency alone {}\n", findings.size(), pattern_1);
  for (const Agency agency : {Agency::social_care, Agency::police, Agency::health, Agency::education, Agency::licensing, Agency::prosecution}) {
    picture::FindOptions options;
    options.only_agency = agency;
    start = cpu_seconds();
    const auto alone = picture::find(scene, patterns, options);
    print(fmt::format("{} alone", name_of(agency)).c_str(), town, score(town, alone), cpu_seconds() - start);
  }
  picture::FindOptions naive;
  naive.naive = true;
  start = cpu_seconds();
  const auto third = picture::find(scene, patterns, naive);
  print("naive third child", town, score(town, third), cpu_seconds() - start);

  double worst_chronology = 0;
  double worst_network = 0;
  for (std::size_t i = 0; i < people.all().size(); i += std::max<std::size_t>(1, people.all().size() / 2000)) {
    start = cpu_seconds();
    (void)picture::chronology(scene, people.all()[i], std::nullopt);
    worst_chronology = std::max(worst_chronology, cpu_seconds() - start);
    start = cpu_seconds();
    (void)picture::network(scene, people.all()[i], std::nullopt);
    worst_network = std::max(worst_network, cpu_seconds() - start);
  }
  fmt::print("worst of 2,000 people: chronology {:.2f} ms, network {:.2f} ms\n", worst_chronology * 1e3, worst_network * 1e3);
  return 0;
}
