// How fast intake is on one core: splitting CSV alone, a police layout to records, the Children in Need census.
// Wanted: at least 300,000 rows a second on an ordinary layout. The whole way into the ledger: bench/intake_run.py.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <sstream>

#include "base/random.hpp"
#include "intake/csv_reader.hpp"
#include "intake/intake.hpp"

namespace {

using namespace wider;

constexpr std::uint64_t rows = 100'000;

class Nowhere final : public intake::Sink {
 public:
  Result<void> accept(intake::Accepted&& row) override {
    benchmark::DoNotOptimize(row);
    return {};
  }
  Result<void> hold_back(intake::HeldBackRow&& row) override {
    benchmark::DoNotOptimize(row);
    ++held_back;
    return {};
  }
  std::uint64_t held_back = 0;
};

intake::ByteSource source_of(const std::string& text) {
  return [&text, at = std::size_t{0}](std::span<char> buffer) mutable -> Result<std::size_t> {
    const std::size_t length = std::min(buffer.size(), text.size() - at);
    std::memcpy(buffer.data(), text.data() + at, length);
    at += length;
    return length;
  };
}

std::string shipped(const char* name) {
  std::stringstream text;
  text << std::ifstream(fmt::format("{}/mappings/{}.toml", WIDER_SOURCE_DIR, name)).rdbuf();
  return text.str();
}

// The emergency department's layout as the town writes it: 27 columns, about 230 bytes a row.
const std::string& attendances() {
  static const std::string text = [] {
    std::string out =
        "AttendanceId,Arrived,HospitalNumber,NHSNumber,Forename,Surname,DateOfBirth,Gender,Address,Postcode,Telephone,"
        "School,"
        "SchoolPostcode,ComplaintCode,Outcome,AccompaniedBy,Relationship,AccompaniedTelephone,AccompaniedPostcode,"
        "AccompaniedDateOfBirth,IncidentPlace,IncidentPostcode,IncidentPlaceType,IncidentUPRN,BroughtByVehicle,"
        "VehicleDescription,BroughtByPhone\n";
    Random random(1);
    for (std::uint64_t i = 0; i < rows; ++i) {
      out += fmt::format(
          "AE{:07},2009-{:02}-{:02} {:02}:{:02},H{:06},9449305552,Amy,Field,199{}-04-{:02},2,\"{} Station Road, "
          "Northtown\","
          "NT1 {}AB,07700 900{:03},Northtown High School,NT2 1AA,C{:02},DIS,Jo Field,MOTHER,07700 900{:03},NT1 "
          "1AB,1970-05-12,"
          "Station Kebabs,NT1 2AB,takeaway,99001234567,W{:03} ABC,silver Vauxhall Vectra,\n",
          i, 1 + random.below(12), 1 + random.below(28), random.below(24), random.below(60), random.below(1'000'000),
          random.below(10), 1 + random.below(28), 1 + random.below(200), random.below(10), random.below(1000),
          random.below(100), random.below(1000), 100 + random.below(900));
    }
    return out;
  }();
  return text;
}

void split_csv(benchmark::State& state) {
  const std::string& text = attendances();
  for (auto _ : state) {
    intake::CsvReader reader(source_of(text), {});
    intake::CsvRow row;
    while (*reader.next(row)) benchmark::DoNotOptimize(row.cells.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * rows));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(split_csv)->Unit(benchmark::kMillisecond);

void attendances_to_records(benchmark::State& state) {
  const auto format = intake::parse_mapping(shipped("health-emergency"), "health-emergency");
  if (!format) return state.SkipWithError(format.error().message.c_str());
  const std::string& text = attendances();
  for (auto _ : state) {
    Nowhere sink;
    const auto counts =
        intake::read_stream(**format, source_of(text), {.file_name = "bench.csv", .progress = {}}, sink);
    if (!counts) return state.SkipWithError(counts.error().message.c_str());
    if (counts->accepted != rows) return state.SkipWithError("rows were held back");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * rows));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(attendances_to_records)->Unit(benchmark::kMillisecond);

void census_to_records(benchmark::State& state) {
  constexpr int children = 20'000;
  std::string text =
      "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2022</Year><ReferenceDate>2022-03-31"
      "</ReferenceDate></CollectionDetails></Header>\n<Children>\n";
  for (int i = 0; i < children; ++i) {
    text += fmt::format(
        "    <Child>\n      <ChildIdentifiers>\n        <LAchildID>L{}</LAchildID>\n        <UPN>H801200001001</UPN>\n"
        "        <PersonBirthDate>2010-02-03</PersonBirthDate>\n        <GenderCurrent>2</GenderCurrent>\n      "
        "</ChildIdentifiers>\n      <CINdetails>\n        <CINreferralDate>2021-05-06</CINreferralDate>\n        "
        "<ReferralSource>6</ReferralSource>\n        <PrimaryNeedCode>N1</PrimaryNeedCode>\n      </CINdetails>\n    "
        "</Child>\n",
        i);
  }
  text += "</Children></Message>\n";
  const auto format = intake::cin_format();
  for (auto _ : state) {
    Nowhere sink;
    const auto counts = intake::read_stream(*format, source_of(text), {.file_name = "bench.xml", .progress = {}}, sink);
    if (!counts || counts->accepted != children) return state.SkipWithError("the census was not read");
  }
  state.SetItemsProcessed(state.iterations() * children);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(census_to_records)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
