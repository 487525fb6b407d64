#include "linkage/normalise.hpp"

#include <algorithm>
#include <iterator>
#include <span>

#include <fmt/format.h>

#include "base/identifiers.hpp"

namespace wider::linkage {
namespace {

// The words of a name without titles; where nothing else stands, those that may be a name (Ma, Earl, King).
std::vector<std::string_view> name_words(std::vector<std::string_view> found) {
  std::vector<std::string_view> bare;
  std::copy_if(found.begin(), found.end(), std::back_inserter(bare), [](auto word) { return !is_title(word); });
  if (!bare.empty()) return bare;
  std::erase_if(found, is_placeholder);
  return found;
}
std::vector<std::string_view> name_words(std::string_view folded) {
  return name_words(words(folded));
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> these) {
  return std::find(these.begin(), these.end(), word) != these.end();
}
// What tells an unnamed child from its brothers and sisters: its number, in one spelling, or else what it is.
std::string_view number_among_twins(std::string_view word) {
  return is_one_of(word, {"1", "one"})     ? "one"
         : is_one_of(word, {"2", "two"})   ? "two"
         : is_one_of(word, {"3", "three"}) ? "three"
                                           : "";
}
bool is_boy_or_girl(std::string_view word) {
  return is_one_of(word, {"boy", "girl", "male", "female"});
}
bool is_twin(std::string_view word) {
  return is_one_of(word, {"twin", "triplet"});
}

// The words of a forename's field that name somebody. "Unborn", "Not known" and "Baby of Sarah" name nobody; of "Baby
// boy 2" and "Twin girl" stays what tells the child from its brother or sister, and of "Twin Kofi" the name.
std::vector<std::string_view> forename_words(std::vector<std::string_view> all) {
  const auto of = std::find(all.begin(), all.end(), std::string_view("of"));
  const bool of_another = of != all.begin() && of != all.end() && std::all_of(all.begin(), of, [](auto word) {
                            return is_placeholder(word) || is_no_forename(word) || is_boy_or_girl(word) ||
                                   is_twin(word) || is_one_of(word, {"son", "daughter"});
                          });
  if (of_another) all.erase(of, all.end());  // whose child it is, is not its name
  const auto says_what = [](auto word) { return is_no_forename(word) || is_boy_or_girl(word) || is_twin(word); };
  const bool baby = is_one_of(all.empty() ? "" : all.front(), {"baby", "infant"});
  if (!baby && std::none_of(all.begin(), all.end(), says_what)) return name_words(std::move(all));
  std::vector<std::string_view> names = name_words(all);
  std::erase_if(
      names, [&](auto word) { return says_what(word) || is_placeholder(word) || !number_among_twins(word).empty(); });
  if (!names.empty()) return names;
  for (const std::string_view word : all) {
    if (const std::string_view number = number_among_twins(word); !number.empty()) return {number};
  }
  for (const auto tells : {is_boy_or_girl, is_twin}) {
    if (const auto found = std::find_if(all.begin(), all.end(), tells); found != all.end()) return {*found};
  }
  return {};
}

// The same for forename and surname in one: "Anna King" keeps both, and "Sir Robert" is no surname of Robert's.
std::vector<std::string_view> whole_name_words(std::string_view folded) {
  std::vector<std::string_view> bare = name_words(folded);
  const auto all = words(folded);
  if (bare.size() == 1 && all.size() >= 2 && all.front() == bare.front() && !is_placeholder(all.back()))
    bare.push_back(all.back());
  return bare;
}

// "MARSH, Ann Mary" or "Marsh, Ann": one name, or one in capitals, before the comma, and no more than three without a
// number after it. "Robert Gilmour, 1st Baronet" and "John, Duke of Argyll and Greenwich" are not that.
bool surname_stands_first(std::string_view text, std::size_t comma) {
  if (comma == std::string_view::npos) return false;
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::string_view before = text.substr(0, comma);
  const std::string_view after = text.substr(comma + 1);
  if (std::any_of(after.begin(), after.end(), is_digit)) return false;
  const bool capitals =
      std::none_of(before.begin(), before.end(), is_lower) && std::any_of(before.begin(), before.end(), is_upper);
  const bool one_word = before.find(' ') == std::string_view::npos;
  const auto spaces = std::count(after.begin(), after.end(), ' ');
  return (capitals || one_word) && spaces <= 3;
}

std::string joined(std::span<const std::string_view> parts) {
  std::string whole;
  for (const std::string_view part : parts) whole += part;
  return whole;
}

}  // namespace

Code Normaliser::name(std::string_view word) {
  const Code code = strings_.intern(word);
  if (names_.size() <= code) names_.resize(std::max<std::size_t>(code + 1, names_.size() * 2));
  if (code != 0 && names_[code].sound == 0) {
    const std::string folded(word);
    NameFacts facts;
    facts.groups = groups_of(folded);
    facts.sound = strings_.intern("~" + sound_key(fullest_form(folded)));
    facts.plain_sound = strings_.intern("~" + sound_key(folded));
    names_[code] = facts;
  }
  return code;
}

ParsedForename Normaliser::forename_of(std::span<const std::string_view> parts) {
  ParsedForename parsed;
  if (parts.empty()) return parsed;
  parsed.first = name(parts[0]);
  parsed.whole = parts.size() == 1 ? parsed.first : name(joined(parts));
  for (std::size_t i = 1; i < parts.size(); ++i) add_name(parsed.others, name(parts[i]));
  return parsed;
}

ParsedSurname Normaliser::surname_of(std::span<const std::string_view> parts) {
  ParsedSurname parsed;
  if (parts.empty()) return parsed;
  parsed.whole = name(joined(parts));
  if (parts.size() == 1) return parsed;
  for (const std::string_view part : parts) {  // "de", "al" and such are no part by which to know a family
    if (part.size() < 3) continue;
    (parsed.first == 0 ? parsed.first : parsed.last) = name(part);
  }
  return parsed;
}

ParsedForename Normaliser::forename(std::string_view text) {
  const std::string folded = fold(text);
  return forename_of(forename_words(words(folded)));
}

ParsedSurname Normaliser::surname(std::string_view text) {
  const std::string folded = fold(text);
  return surname_of(name_words(folded));
}

// "Sir Robert Gilmour, 1st Baronet": the name stands before the comma; what follows is kept as other names.
ParsedFullName Normaliser::full_name(std::string_view text) {
  const std::size_t comma = text.find(',');
  const std::string before = fold(text.substr(0, comma));
  const std::string after = comma == std::string_view::npos ? std::string() : fold(text.substr(comma + 1));
  std::vector<std::string_view> parts = whole_name_words(before);
  std::vector<std::string_view> more = name_words(after);
  const bool epithet = !more.empty() && is_title(more.front());  // "Ann, Queen"
  if (parts.empty()) parts.swap(more);
  if (epithet) more.clear();
  ParsedFullName parsed;
  if (surname_stands_first(text, comma) && !parts.empty() && !more.empty()) {
    parsed.surname = surname_of(parts);
    parsed.forename = forename_of(std::span(more).first(1));
    for (std::size_t i = 1; i < more.size(); ++i) add_name(parsed.beyond, name(more[i]));
    return parsed;
  }
  if (parts.size() >= 2) parsed.surname = surname_of(std::span(parts).last(1));
  parsed.forename = forename_of(std::span(parts).first(std::min<std::size_t>(parts.size(), 1)));
  for (std::size_t i = 1; i + 1 < parts.size(); ++i) add_name(parsed.beyond, name(parts[i]));
  for (const std::string_view word : more) add_name(parsed.beyond, name(word));
  return parsed;
}

ParsedText Normaliser::alias(std::string_view text) {
  const std::string folded = fold(text);
  const auto parts = name_words(folded);
  return {parts.empty() ? 0 : name(parts[0])};
}

ParsedAddress Normaliser::address(std::string_view text) {
  const std::string folded = fold_address(text);
  ParsedAddress parsed;
  parsed.address = strings_.intern(folded);
  std::vector<std::string_view> parts = words(folded);
  const auto is_number = [](std::string_view word) { return word.front() >= '0' && word.front() <= '9'; };
  std::string_view number;
  for (const std::string_view word : parts) {
    if (is_number(word)) {
      number = word;
    } else if (!number.empty()) {
      parsed.house = strings_.intern(std::string(number) + " " + std::string(word));
      break;
    }
  }
  std::sort(parts.begin(), parts.end());
  parsed.words = strings_.intern(fmt::format("{}", fmt::join(parts, " ")));
  std::erase_if(parts, is_number);
  if (parts.size() >= 2) parsed.street = strings_.intern(fmt::format("~{}", fmt::join(parts, " ")));
  return parsed;
}

ParsedPostcode Normaliser::postcode(std::string_view text) {
  const std::string tight = fold_tight(text);
  ParsedPostcode parsed;
  parsed.postcode = strings_.intern(tight);
  if (tight.size() >= 5 && tight.size() <= 7 && (tight[0] < '0' || tight[0] > '9')) {
    parsed.outward = strings_.intern(std::string_view(tight).substr(0, tight.size() - 3));
  }
  return parsed;
}

// Whether a number passes its check is asked of what is compared, so that equal numbers pass or fail alike.
ParsedNumber Normaliser::nhs_number(std::string_view text) {
  const std::string tight = fold_tight(text);
  return {strings_.intern(tight), nhs_number_valid(tight) ? 0U : 1U};
}

ParsedNumber Normaliser::upn(std::string_view text) {
  std::string tight = fold_tight(text);
  const Code code = strings_.intern(tight);
  for (char& c : tight) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return {code, upn_valid(tight) ? 0U : 1U};
}

ParsedText Normaliser::email(std::string_view text) {
  std::string lower;
  for (const char c : text) {
    if (c != ' ') lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return {strings_.intern(lower)};
}

}  // namespace wider::linkage
