// Dates and times as agencies write them, in the forms a mapping names: "DD/MM/YYYY", "YYYY-MM-DD", "DD-MMM-YYYY",
// "DD/MM/YY", "MM/YYYY", "YYYY" and the like. A form without a day or a month gives a date of that precision.
// Pure; thread safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.hpp"
#include "base/result.hpp"

namespace wider::intake {

// One form, compiled. D or DD: day of one or two digits (exactly two where another field follows at once, as in
// YYYYMMDD); M, MM likewise; MMM: Jan or January in any case, in English; YYYY; YY: 1930 to 2029. All else stands for
// itself.
class DateForm {
 public:
  // malformed: no year, a field twice, a day without a month, or a letter that is no field.
  static Result<DateForm> parse(std::string_view form);

 private:
  friend class DateForms;
  enum class Field : std::uint8_t { day, month, month_name, year, short_year, literal };
  struct Step {
    Field field;
    char literal;
    bool exact;  // a number of exactly as many digits as the form has letters
  };
  std::vector<Step> steps_;
  Precision precision_ = Precision::day;
};

enum class DateTrouble : std::uint8_t { none, not_a_date, no_such_day };

struct ReadDate {
  PartialDate date;
  std::int16_t minute = -1;  // of the day, where a time follows the date; -1 otherwise
  bool short_year = false;   // two digits: the century is a guess
  DateTrouble trouble = DateTrouble::none;
};

class DateForms {
 public:
  // malformed: names the form that is wrong.
  static Result<DateForms> parse(const std::vector<std::string>& forms);
  // The forms of a mapping that names none.
  static const DateForms& usual();
  // Tries the forms in order; a time ("22:40", "22:40:00", after a space or T) may follow a whole date. "" is unknown
  // without trouble. no_such_day: a form fits but the calendar has no such day (or it is not in the years 1800 to
  // 2199).
  [[nodiscard]] ReadDate read(std::string_view text) const;

 private:
  std::vector<DateForm> forms_;
};

// "22:40", "22:40:15", "2240", "9.15", "10:40pm" → minute of the day; nullopt when it is no time.
[[nodiscard]] std::optional<std::int16_t> read_time(std::string_view text);

}  // namespace wider::intake
