#include "town_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <unordered_map>

#include "intake/intake.hpp"

namespace wider::bench {

namespace {

[[noreturn]] void give_up(const std::string& message) {
  fmt::print(stderr, "picture_tool: {}\n", message);
  std::exit(1);
}

// Cells of a CSV file whose quotes, if any, stand round whole cells.
std::vector<std::vector<std::string>> rows_of(const std::filesystem::path& path) {
  std::vector<std::vector<std::string>> rows;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.emplace_back();
      } else {
        cells.back() += c;
      }
    }
    rows.push_back(std::move(cells));
  }
  return rows;
}

class Taker final : public intake::Sink {
 public:
  Taker(Holdings& holdings, Date delivered) : holdings_(holdings), delivered_(delivered) {}
  Result<void> accept(intake::Accepted&& row) override {
    for (const Record& record : row.records)
      holdings_.add(record, holdings_.records().size() + 1, start_of(delivered_));
    return {};
  }
  Result<void> hold_back(intake::HeldBackRow&&) override { return {}; }

 private:
  Holdings& holdings_;
  Date delivered_;
};

void take_in(Town& town, const std::filesystem::path& folder, const std::filesystem::path& mappings) {
  std::map<std::string, intake::FormatPtr> formats;
  for (const auto& row : rows_of(folder / "manifest.csv")) {
    const std::string& format = row.at(2);
    if (format == "cin") continue;  // its referrals come in the CSV files too
    if (!formats.contains(format)) {
      const auto parsed = intake::parse_mapping(read_text(mappings / (format + ".toml")), format);
      if (!parsed) give_up(parsed.error().message);
      formats[format] = *parsed;
    }
    Taker taker(town.holdings, *parse_iso_date(row.at(3).substr(0, 10)));
    intake::ReadOptions options;
    options.file_name = row.at(0);
    options.agency = *agency_named(row.at(1));
    if (const auto read = intake::read_file(*formats[format], folder / row.at(0), options, taker); !read)
      give_up(read.error().message);
  }
}

std::vector<std::string> people_said(const Town& town, const std::filesystem::path& file) {
  std::unordered_map<std::string, std::string> said;
  for (const auto& row : rows_of(file)) said[row.at(0) + "/" + row.at(1)] = row.at(2);
  std::vector<std::string> person(town.holdings.mentions().size());
  for (std::uint32_t m = 0; m < person.size(); ++m) {
    const RecordRow& record = town.holdings.at(town.holdings.mentions()[m].record);
    const auto found = said.find(fmt::format("{}/{}", name_of(record.agency), town.holdings.name(MentionIndex(m))));
    if (found != said.end() && record.live) person[m] = found->second;
  }
  return person;
}

People people_of(const std::vector<std::string>& person) {
  std::unordered_map<std::string, std::uint32_t> labels;
  std::vector<std::uint32_t> label_of(person.size(), UINT32_MAX);
  for (std::size_t m = 0; m < person.size(); ++m) {
    if (!person[m].empty())
      label_of[m] = labels.try_emplace(person[m], static_cast<std::uint32_t>(labels.size())).first->second;
  }
  return People(std::move(label_of));
}

}  // namespace

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

Town read_town(const std::filesystem::path& folder, const std::filesystem::path& mappings) {
  Town town;
  take_in(town, folder, mappings);
  town.truth = people_said(town, folder / "truth" / "people.csv");
  for (const auto& row : rows_of(folder / "truth" / "networks.csv")) {
    Network& network = town.networks[row.at(0)];
    (row.at(2) == "child" ? network.children : network.adults).insert(row.at(1));
  }
  for (const auto& row : rows_of(folder / "truth" / "network_things.csv")) {
    town.networks[row.at(0)].things.push_back(
        fmt::format("{} {}{}", row.at(1), row.at(2), row.at(3) == "yes" ? " (main)" : ""));
  }
  return town;
}

People true_people(const Town& town) {
  return people_of(town.truth);
}

People linked_people(const Town& town, const std::filesystem::path& file) {
  return people_of(people_said(town, file));
}

std::vector<picture::PatternPtr> read_patterns(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<picture::PatternPtr> patterns;
  for (const auto& file : files) {
    const auto parsed = picture::parse_pattern(read_text(file), file.filename().string());
    if (!parsed) give_up(parsed.error().message);
    patterns.push_back(*parsed);
  }
  return patterns;
}

}  // namespace wider::bench
