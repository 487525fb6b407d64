#include "picture/words.hpp"

#include <fmt/format.h>

#include <array>

namespace wider::picture {

namespace {
constexpr std::array<std::string_view, 12> month_names{"January",   "February", "March",    "April",
                                                       "May",       "June",     "July",     "August",
                                                       "September", "October",  "November", "December"};

struct Coded {
  std::string_view code, words;
};
// Department for Education, Children in Need census: primary need.
constexpr std::array<Coded, 10> needs{{{"N0", "need not stated"},
                                       {"N1", "abuse or neglect"},
                                       {"N2", "child's disability or illness"},
                                       {"N3", "parent's disability or illness"},
                                       {"N4", "family in acute stress"},
                                       {"N5", "family dysfunction"},
                                       {"N6", "socially unacceptable behaviour"},
                                       {"N7", "low income"},
                                       {"N8", "absent parenting"},
                                       {"N9", "not a child in need"}}};
// Department for Education, school attendance codes.
constexpr std::array<Coded, 8> absences{{{"C", "other authorised circumstances"},
                                         {"E", "excluded"},
                                         {"G", "holiday not agreed"},
                                         {"I", "illness"},
                                         {"M", "medical appointment"},
                                         {"N", "no reason given yet"},
                                         {"O", "not authorised"},
                                         {"U", "arrived after registration closed"}}};
}  // namespace

std::string coded(RecordKind kind, std::string_view code) {
  const auto words_in = [&](const auto& table) {
    for (const Coded& one : table) {
      if (one.code == code) return std::string(one.words);
    }
    return std::string(code);
  };
  switch (kind) {
    case RecordKind::contact:
    case RecordKind::referral:
    case RecordKind::assessment:
    case RecordKind::census:
      return words_in(needs);
    case RecordKind::absence:
      return words_in(absences);
    default:
      return std::string(code);
  }
}

std::string counted(std::size_t count, std::string_view one, std::string_view several) {
  return fmt::format("{} {}", count, count == 1 ? one : several);
}

std::string listed(const std::vector<std::string>& items) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += i + 1 == items.size() ? " and " : ", ";
    text += items[i];
  }
  return text;
}

std::string spoken(Agency agency) {
  std::string title(title_of(agency));
  if (!title.empty() && title[0] >= 'A' && title[0] <= 'Z') title[0] = static_cast<char>(title[0] - 'A' + 'a');
  return title;
}

std::string listed(AgencySet agencies) {
  std::vector<std::string> names;
  for (std::size_t a = 0; a < agency_count; ++a) {
    if (agencies.has(static_cast<Agency>(a))) names.push_back(spoken(static_cast<Agency>(a)));
  }
  return listed(names);
}

std::string with_article(std::string_view noun) {
  const bool vowel = !noun.empty() && std::string_view("aeiouAEIOU").find(noun[0]) != std::string_view::npos;
  return fmt::format("{} {}", vowel ? "an" : "a", noun);
}

std::string between(Date first, Date last) {
  if (!first.valid() || !last.valid()) return "on days not known";
  if (first == last) return "on " + to_words(first);
  const YearMonthDay a = split(first);
  const YearMonthDay b = split(last);
  const auto month = [](int m) { return month_names[static_cast<std::size_t>(m - 1)]; };
  if (a.year == b.year && a.month == b.month) return fmt::format("in {} {}", month(a.month), a.year);
  if (a.year == b.year) return fmt::format("between {} and {} {}", month(a.month), month(b.month), a.year);
  return fmt::format("between {} {} and {} {}", month(a.month), a.year, month(b.month), b.year);
}

std::string as_sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string filled(std::string_view text, const std::vector<std::pair<std::string_view, std::string>>& values) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    bool replaced = false;
    if (text[at] == '{') {
      for (const auto& [name, value] : values) {
        if (text.substr(at + 1).starts_with(name) && at + 1 + name.size() < text.size() &&
            text[at + 1 + name.size()] == '}') {
          out += value;
          at += name.size() + 2;
          replaced = true;
          break;
        }
      }
    }
    if (!replaced) out += text[at++];
  }
  return out;
}

}  // namespace wider::picture
