#include "cli/link_columns.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "intake/date_text.hpp"

namespace wider::cli {
namespace {

// Standard names in the order of linkage::Attribute, then the typed ones.
constexpr std::array<std::string_view, linkage::attribute_count + 6> standard_names = {
    "forename", "surname",       "full_name",  "alias",       "postcode", "address",    "town",
    "phone",    "email",         "nhs_number", "upn",         "uprn",     "occupation", "birth_date",
    "sex",      "street_number", "birth_year", "birth_month", "birth_day"};
constexpr std::size_t forename_at = static_cast<std::size_t>(linkage::Attribute::forename);
constexpr std::size_t surname_at = static_cast<std::size_t>(linkage::Attribute::surname);
constexpr std::size_t address_at = static_cast<std::size_t>(linkage::Attribute::address);
constexpr std::size_t birth_date_at = linkage::attribute_count;
constexpr std::size_t sex_at = birth_date_at + 1;
constexpr std::size_t street_number_at = birth_date_at + 2;
constexpr std::size_t birth_year_at = birth_date_at + 3;
constexpr std::size_t birth_month_at = birth_date_at + 4;
constexpr std::size_t birth_day_at = birth_date_at + 5;

struct Known {
  std::string_view column;
  std::string_view standard;
};
// Common names of columns, as folded by tight(); the earlier of two that fit one attribute wins.
constexpr Known known_columns[] = {{"forename", "forename"},
                                   {"forenames", "forename"},
                                   {"givenname", "forename"},
                                   {"givennames", "forename"},
                                   {"firstname", "forename"},
                                   {"firstnames", "forename"},
                                   {"fname", "forename"},
                                   {"surname", "surname"},
                                   {"lastname", "surname"},
                                   {"familyname", "surname"},
                                   {"lname", "surname"},
                                   {"fullname", "full_name"},
                                   {"name", "full_name"},
                                   {"personname", "full_name"},
                                   {"alias", "alias"},
                                   {"aka", "alias"},
                                   {"nickname", "alias"},
                                   {"knownas", "alias"},
                                   {"postcode", "postcode"},
                                   {"postcodefake", "postcode"},
                                   {"postalcode", "postcode"},
                                   {"zip", "postcode"},
                                   {"zipcode", "postcode"},
                                   {"address", "address"},
                                   {"address1", "address"},
                                   {"addressline1", "address"},
                                   {"streetaddress", "address"},
                                   {"street", "address"},
                                   {"streetname", "address"},
                                   {"town", "town"},
                                   {"city", "town"},
                                   {"suburb", "town"},
                                   {"birthplace", "town"},
                                   {"placeofbirth", "town"},
                                   {"phone", "phone"},
                                   {"telephone", "phone"},
                                   {"phonenumber", "phone"},
                                   {"mobile", "phone"},
                                   {"tel", "phone"},
                                   {"email", "email"},
                                   {"emailaddress", "email"},
                                   {"nhsnumber", "nhs_number"},
                                   {"nhsno", "nhs_number"},
                                   {"nhs", "nhs_number"},
                                   {"upn", "upn"},
                                   {"uprn", "uprn"},
                                   {"occupation", "occupation"},
                                   {"job", "occupation"},
                                   {"birthdate", "birth_date"},
                                   {"dateofbirth", "birth_date"},
                                   {"dob", "birth_date"},
                                   {"birthday", "birth_date"},
                                   {"sex", "sex"},
                                   {"gender", "sex"},
                                   {"streetnumber", "street_number"},
                                   {"housenumber", "street_number"},
                                   {"birthyear", "birth_year"},
                                   {"yearofbirth", "birth_year"},
                                   {"yob", "birth_year"},
                                   {"birthmonth", "birth_month"},
                                   {"monthofbirth", "birth_month"},
                                   {"dayofbirth", "birth_day"},
                                   {"birthdayofmonth", "birth_day"}};

std::string tight(std::string_view text) {
  std::string folded;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') folded += static_cast<char>(c + 32);
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) folded += c;
  }
  return folded;
}

std::optional<int> number_of(std::string_view digits) {
  if (digits.empty() || digits.size() > 4) return std::nullopt;
  int value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

PartialDate date_of(std::optional<int> year, std::optional<int> month, std::optional<int> day) {
  if (!year || *year < 1000 || *year > 2999) return {};
  if (!month || *month < 1 || *month > 12) return {*make_date(*year, 1, 1), Precision::year};
  if (day) {
    if (const auto date = make_date(*year, *month, *day)) return {*date, Precision::day};
  }
  return {*make_date(*year, *month, 1), Precision::month};
}

// The three numbers of a date, as they stand.
using Parts = std::array<std::optional<int>, 3>;

// "DD/MM/YYYY", "MM-DD-YYYY", "DDMMYYYY": two numbers and a year after them. Nothing for a date of another form.
std::optional<Parts> year_last(std::string_view text, const std::vector<std::string_view>& parts) {
  if (parts.size() >= 3 && parts[0].size() < 4 && parts[2].size() == 4)
    return Parts{number_of(parts[0]), number_of(parts[1]), number_of(parts[2])};
  if (text.size() != 8 || parts.size() != 1) return std::nullopt;
  const auto number = [&](std::size_t from, std::size_t count) { return number_of(text.substr(from, count)); };
  const auto whole = [](const PartialDate& date) { return date.known() && date.precision == Precision::day; };
  if (whole(date_of(number(0, 4), number(4, 2), number(6, 2)))) return std::nullopt;  // YYYYMMDD
  const Parts last{number(0, 2), number(2, 2), number(4, 4)};
  const bool is_date = whole(date_of(last[2], last[0], last[1])) || whole(date_of(last[2], last[1], last[0]));
  return is_date ? std::optional(last) : std::nullopt;
}

std::vector<std::string_view> date_parts(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t from = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] != '-' && text[i] != '/' && text[i] != '.' && text[i] != ' ' && text[i] != 'T')
      continue;
    parts.push_back(text.substr(from, i - from));
    from = i + 1;
  }
  return parts;
}

bool may_be_month(std::optional<int> number) {
  return number && *number >= 1 && *number <= 12;
}

}  // namespace

Result<ColumnPlan> plan_columns(const std::string& file, const std::vector<std::string>& header,
                                const std::string& id_column,
                                const std::vector<std::pair<std::string, std::string>>& given) {
  ColumnPlan plan;
  const auto find = [&](const std::string& name) {
    const auto found = std::find(header.begin(), header.end(), name);
    return found == header.end() ? no_column : static_cast<std::size_t>(found - header.begin());
  };
  plan.id = find(id_column);
  if (plan.id == no_column)
    return failure(ErrorCode::malformed, fmt::format("{}: there is no column {} (--id); the columns are: {}.", file,
                                                     id_column, fmt::join(header, ", ")));
  if (std::count(header.begin(), header.end(), id_column) > 1)
    return failure(ErrorCode::malformed,
                   fmt::format("{}: two columns are named {} (--id); give them different names.", file, id_column));
  std::array<std::size_t, standard_names.size()> chosen;
  chosen.fill(no_column);
  for (const auto& [standard, column] : given) {
    const auto at = std::find(standard_names.begin(), standard_names.end(), standard);
    if (at == standard_names.end()) {
      return failure(ErrorCode::usage, fmt::format("--column {}={}: there is no standard attribute {}; they are: {}.",
                                                   standard, column, standard, fmt::join(standard_names, ", ")));
    }
    const std::size_t found = find(column);
    std::size_t& of = chosen[static_cast<std::size_t>(at - standard_names.begin())];
    if (found == no_column)
      return failure(ErrorCode::malformed,
                     fmt::format("{}: there is no column {} (--column {}={}); the columns are: {}.", file, column,
                                 standard, column, fmt::join(header, ", ")));
    const auto other = std::find(chosen.begin(), chosen.end(), found);
    if (other != chosen.end() && *other != of) {
      return failure(ErrorCode::usage,
                     fmt::format("--column {}={}: the column is {} already; what it says would count twice.", standard,
                                 column, standard_names[static_cast<std::size_t>(other - chosen.begin())]));
    }
    if (of == no_column || of == found) {
      of = found;
    } else if (std::vector<std::size_t>* more = plan.more_of(static_cast<std::size_t>(at - standard_names.begin()))) {
      more->push_back(found);
    } else {
      return failure(ErrorCode::usage,
                     fmt::format("--column {}={}: {} is {} already; only an address, a forename and a "
                                 "surname may have several columns, which are joined.",
                                 standard, column, standard, header[of]));
    }
  }
  for (const Known& known : known_columns) {
    const auto at = static_cast<std::size_t>(std::find(standard_names.begin(), standard_names.end(), known.standard) -
                                             standard_names.begin());
    if (chosen[at] != no_column) continue;
    for (std::size_t c = 0; c < header.size(); ++c) {
      if (tight(header[c]) == known.column && c != plan.id &&
          std::find(chosen.begin(), chosen.end(), c) == chosen.end()) {
        chosen[at] = c;
        break;
      }
    }
  }
  // A day is of a birth date in parts only where a year is: "birthday" alone is a whole date.
  if (chosen[birth_year_at] != no_column && chosen[birth_day_at] == no_column && chosen[birth_date_at] != no_column &&
      tight(header[chosen[birth_date_at]]) == "birthday")
    std::swap(chosen[birth_day_at], chosen[birth_date_at]);
  // The whole date says all that its parts do.
  if (chosen[birth_date_at] != no_column || chosen[birth_year_at] == no_column) {
    for (const std::size_t part : {birth_year_at, birth_month_at, birth_day_at}) chosen[part] = no_column;
  }
  // Further lines of an address are recognised where there is a first one.
  for (std::size_t c = 0; c < header.size(); ++c) {
    const std::string name = tight(header[c]);
    const bool further = name == "address2" || name == "address3" || name == "addressline2" || name == "addressline3";
    if (further && chosen[address_at] != no_column && c != plan.id &&
        std::find(chosen.begin(), chosen.end(), c) == chosen.end() &&
        std::find(plan.more_address.begin(), plan.more_address.end(), c) == plan.more_address.end())
      plan.more_address.push_back(c);
  }
  std::vector<bool> used(header.size(), false);
  for (const std::size_t standard : {forename_at, surname_at, address_at}) {
    for (const std::size_t c : *plan.more_of(standard)) {
      used[c] = true;
      plan.said.push_back(fmt::format("{} ← {}", standard_names[standard], header[c]));
    }
  }
  used[plan.id] = true;
  for (std::size_t s = 0; s < chosen.size(); ++s) {
    if (chosen[s] == no_column) continue;
    used[chosen[s]] = true;
    plan.said.push_back(fmt::format("{} ← {}", standard_names[s], header[chosen[s]]));
    if (s < linkage::attribute_count) plan.of_attribute[s] = chosen[s];
  }
  plan.birth_date = chosen[birth_date_at];
  plan.birth_parts = {chosen[birth_year_at], chosen[birth_month_at], chosen[birth_day_at]};
  plan.sex = chosen[sex_at];
  plan.street_number = chosen[street_number_at];
  for (std::size_t c = 0; c < header.size(); ++c) {
    if (used[c] && std::count(header.begin(), header.end(), header[c]) > 1)
      return failure(ErrorCode::malformed,
                     fmt::format("{}: two columns are named {}, and which of them is meant cannot "
                                 "be said; give them different names.",
                                 file, header[c]));
  }
  for (std::size_t c = 0; c < header.size(); ++c) {
    if (!used[c]) plan.ignored.push_back(header[c]);
  }
  if (plan.said.empty()) {
    return failure(ErrorCode::usage, fmt::format("{}: no column is recognised as a name, a date or another attribute; "
                                                 "say which is which with --column STANDARD=COLUMN.",
                                                 file));
  }
  return plan;
}

std::vector<std::size_t>* ColumnPlan::more_of(std::size_t standard) {
  return standard == forename_at  ? &more_forename
         : standard == surname_at ? &more_surname
         : standard == address_at ? &more_address
                                  : nullptr;
}

PartialDate read_birth_parts(std::string_view year, std::string_view month, std::string_view day) {
  return date_of(number_of(year), number_of(month), number_of(day));
}

DateOrder order_of_date(std::string_view text) {
  const auto parts = year_last(text, date_parts(text));
  if (!parts || !(*parts)[0] || !(*parts)[1] || may_be_month((*parts)[0]) == may_be_month((*parts)[1]))
    return DateOrder::unclear;
  return may_be_month((*parts)[0]) ? DateOrder::month_first : DateOrder::day_first;
}

PartialDate read_birth_date(std::string_view text, DateOrder order) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (std::any_of(text.begin(), text.end(), is_letter)) {  // "07 May 1990"
    const intake::ReadDate named = intake::DateForms::usual().read(text);
    if (named.date.known() && !named.short_year) return named.date;
  }
  const std::vector<std::string_view> parts = date_parts(text);
  if (const auto last = year_last(text, parts)) {
    auto [day, month, year] = *last;
    if (order == DateOrder::month_first) std::swap(day, month);
    if (month && *month > 12 && *month <= 31 && may_be_month(day)) std::swap(day, month);  // it can only be so
    return date_of(year, month, day);
  }
  if (text.size() == 8 && parts.size() == 1)
    return date_of(number_of(text.substr(0, 4)), number_of(text.substr(4, 2)), number_of(text.substr(6, 2)));
  if (parts[0].size() != 4) return {};
  return date_of(number_of(parts[0]), parts.size() > 1 ? number_of(parts[1]) : std::nullopt,
                 parts.size() > 2 ? number_of(parts[2]) : std::nullopt);
}

Sex read_sex(std::string_view text) {
  const std::string folded = tight(text);
  if (folded == "f" || folded == "female" || folded == "2" || folded == "girl" || folded == "woman") return Sex::female;
  if (folded == "m" || folded == "male" || folded == "1" || folded == "boy" || folded == "man") return Sex::male;
  return Sex::unknown;
}

}  // namespace wider::cli
