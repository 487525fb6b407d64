// Output: the agencies' files as they leave the agencies, the delivery manifest and the truth.
// A row waits in memory until the month in which its agency knew it is over; then each layout's rows of that month
// become one file. A row known after the last month never leaves its agency, and its mentions are not in the truth.
// Invariants: every row has as many cells as its layout has columns; every person a row names is one line of the truth.
// Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.hpp"
#include "records/agency.hpp"
#include "records/kind.hpp"
#include "town/world.hpp"

namespace wider::town {

enum class LayoutId : std::uint8_t {
  ssd_person,
  ssd_address,
  ssd_linked_identifiers,
  ssd_contacts,
  ssd_cin_episodes,
  ssd_cin_assessments,
  ssd_cin_plans,
  ssd_cp_plans,
  ssd_missing,
  police_crimes,
  police_intelligence,
  police_missing,
  police_stops,
  police_vehicles,
  police_phones,
  health_emergency,
  health_sexual_health,
  health_school_nurse,
  education_absence,
  education_concerns,
  licensing_drivers,
  licensing_premises,
  prosecution_decisions,
};
inline constexpr std::size_t layout_count = 23;

enum class Encoding : std::uint8_t { utf8, utf8_with_mark, windows_1252 };

struct Layout {
  std::string_view format;  // the mapping's name, "police-crimes"
  Agency agency;
  RecordKind kind;
  std::string_view file;  // "police/crimes": the month and .csv follow
  char delimiter;
  Encoding encoding;
  std::string_view line_end;
  int delivered_on;          // day of the next month
  std::string_view columns;  // divided by '|'
};
[[nodiscard]] const Layout& layout_of(LayoutId id);

class Output;

// One row being made: cells in the layout's order, and the people it names in the order of its mapping.
class Row {
 public:
  Row(const Layout& layout, std::string& scratch) : layout_(layout), text_(scratch) { text_.clear(); }
  Row& cell(std::string_view value);
  Row& blank(int cells) {
    for (int i = 0; i < cells; ++i) cell({});
    return *this;
  }
  // The row names this person (in its next cells, or those just written).
  void names(PersonIndex person) { people_[people_count_++] = person; }

 private:
  friend class Output;
  const Layout& layout_;
  std::string& text_;
  std::array<PersonIndex, 12> people_{};
  std::size_t people_count_ = 0;
  int cells_ = 0;
};

class Output {
 public:
  static Result<std::unique_ptr<Output>> create(const std::filesystem::path& folder, Date first_day, Date last_day);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  [[nodiscard]] Row begin(LayoutId layout) { return Row(layout_of(layout), scratch_); }
  // The row is whole. again: a later version of a row sent before, whose mentions are in the truth already.
  void finish(const Row& row, std::string_view id, Date known, bool again = false);
  // A whole file of another kind (the census), delivered on a day, and its mentions.
  void whole_file(std::string_view path, Agency agency, std::string_view format, Date delivered,
                  std::string_view content);
  void mention(Agency agency, std::string_view name, PersonIndex person);

  // The month is over: no row known in it or earlier comes any more.
  void end_of_month(int year, int month);
  // Manifest, intake.sh and the end of the truth. Any write that failed before shows here.
  Result<void> close(std::string_view networks, std::string_view network_things, std::string_view twins,
                     std::string_view households);

  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] std::uint64_t mentions() const { return mentions_; }
  [[nodiscard]] std::uint64_t files() const { return deliveries_.size(); }

 private:
  struct Delivery {
    std::string file;
    std::string_view format;
    Agency agency;
    Date delivered;
    std::uint32_t order;
  };
  Output(std::filesystem::path folder, Date first_day, Date last_day);
  bool write_file(const std::string& path, std::string_view content);

  std::filesystem::path folder_;
  int first_month_;  // year * 12 + month - 1
  int months_;
  std::array<std::vector<std::string>, layout_count> waiting_;  // by month
  std::vector<Delivery> deliveries_;
  std::string scratch_;
  std::FILE* truth_ = nullptr;
  std::string truth_buffer_;
  std::uint64_t rows_ = 0;
  std::uint64_t mentions_ = 0;
  bool failed_ = false;
};

[[nodiscard]] std::string person_name(PersonIndex person);  // as the truth calls them: "P000042"

}  // namespace wider::town
