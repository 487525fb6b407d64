#include "linkage/comparison.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "linkage/similarity.hpp"

namespace wider::linkage {
namespace {

constexpr std::size_t memory_size = 1U << 14;  // 256 KiB: stays in the second-level cache

using enum Field;
constexpr std::size_t at(Field field) {
  return static_cast<std::size_t>(field);
}

int digits_changed(BirthDate left, BirthDate right) {
  const auto digits = [](BirthDate date) {
    return std::array{date.year / 1000 % 10, date.year / 100 % 10, date.year / 10 % 10, date.year % 10,
                      date.month / 10,       date.month % 10,      date.day / 10,       date.day % 10};
  };
  const auto a = digits(left), b = digits(right);
  int changed = 0;
  for (std::size_t i = 0; i < a.size(); ++i) changed += a[i] != b[i] ? 1 : 0;
  if (changed == 2) {  // two neighbours that changed places are one slip
    for (std::size_t i = 0; i + 1 < a.size(); ++i) {
      if (a[i] != b[i] && a[i] == b[i + 1] && a[i + 1] == b[i]) return 1;
    }
  }
  return changed;
}

bool names_other(const MoreFields& more, Code name) {
  return name != 0 && std::find(more.other_names.begin(), more.other_names.end(), name) != more.other_names.end();
}

}  // namespace

const std::array<FieldInfo, field_count>& field_infos() {
  static const std::array<FieldInfo, field_count> infos = {
      FieldInfo{"forename",
                {{"missing", "not given", 0, 0},
                 {"same", "same", .80, .01},
                 {"variant", "another form of the name", .04, .001},
                 {"near", "nearly the same", .06, .0005},
                 {"part", "one of the other names", .03, .001},
                 {"initial", "the initial agrees", .02, .002},
                 {"swapped", "forename and surname changed places", .01, .00002},
                 {"alike", "similar, yet another name", .01, .02},
                 {"different", "different", .03, .9655}}},
      FieldInfo{"surname",
                {{"missing", "not given", 0, 0},
                 {"same", "same", .82, .004},
                 {"near", "nearly the same", .07, .001},
                 {"part", "a part is the same", .02, .0005},
                 {"swapped", "forename and surname changed places", .01, .00002},
                 {"alike", "similar", .02, .01},
                 {"different", "different", .06, .9845}}},
      FieldInfo{"birth_date",
                {{"missing", "not given", 0, 0},
                 {"same", "same day", .86, .0001},
                 {"first_january", "same year, 1 January", .01, .00005},
                 {"swapped", "day and month changed places", .02, .00003},
                 {"one_digit", "one digit differs", .05, .0015},
                 {"same_month", "same month", .015, .001},
                 {"same_year", "same year", .015, .015},
                 {"day_month", "same day and month, another year", .01, .003},
                 {"different", "different", .02, .979}}},
      FieldInfo{"sex",
                {{"missing", "not given", 0, 0}, {"same", "same", .985, .5}, {"different", "different", .015, .5}}},
      FieldInfo{"home",
                {{"missing", "not given", 0, 0},
                 {"same", "same address", .50, .0001},
                 {"alike", "same postcode, address alike", .09, .00002},
                 {"street", "same postcode and street", .02, .00005},
                 {"postcode", "same postcode", .05, .0003},
                 {"like_address", "same house and street, another postcode", .08, .0001},
                 {"other_address", "same postcode, another address", .02, .0003},
                 {"near_postcode", "postcode differs by one character", .04, .001},
                 {"district", "same postcode district", .06, .04},
                 {"different", "different", .20, .9583}}},
      FieldInfo{"town",
                {{"missing", "not given", 0, 0},
                 {"same", "same", .75, .03},
                 {"near", "nearly the same", .10, .003},
                 {"different", "different", .15, .967},
                 {"same_at_home", "same, as the home has said", .9, .9, 1},
                 {"other_at_home", "different though the home agrees", .1, .1, 1}}},
      FieldInfo{"phone",
                {{"missing", "not given", 0, 0},
                 {"same", "same", .75, .00005},
                 {"near", "one digit differs", .05, .00005},
                 {"different", "different", .20, .9999}}},
      FieldInfo{"email",
                {{"missing", "not given", 0, 0},
                 {"same", "same", .75, .0001},
                 {"near", "nearly the same", .15, .0003},
                 {"different", "different", .10, .9996}}},
      FieldInfo{"nhs_number",
                {{"missing", "not given", 0, 0},
                 {"same", "same", .92, .00001},
                 {"same_failing", "same, though the check digit is wrong", .02, .00001},
                 {"near", "one digit differs, and a check digit is wrong", .03, .00002},
                 {"different", "different", .02, .95},
                 {"different_failing", "different, and a check digit is wrong", .01, .04996}}},
      FieldInfo{"upn",
                {{"missing", "not given", 0, 0},
                 {"same", "same", .92, .00001},
                 {"same_failing", "same, though the check letter is wrong", .02, .00001},
                 {"near", "one character differs, and a check letter is wrong", .03, .00002},
                 {"different", "different", .02, .95},
                 {"different_failing", "different, and a check letter is wrong", .01, .04996}}},
      FieldInfo{"occupation",
                {{"missing", "not given", 0, 0},
                 {"same", "same", .70, .04},
                 {"near", "nearly the same", .05, .01},
                 {"different", "different", .25, .95}}},
  };
  return infos;
}

Comparer::Comparer(const Entries& entries, const Established& forenames)
    : entries_(&entries), established_(&forenames), memory_(memory_size) {}

bool Comparer::variants(Code left, Code right) const {
  for (const std::uint16_t group : entries_->names[left].groups) {
    if (group == 0) break;
    for (const std::uint16_t other : entries_->names[right].groups) {
      if (group == other) return true;
    }
  }
  return false;
}

Comparer::Likeness Comparer::name_likeness(Code left, Code right, NameOf of) {
  if (left == right) return same;
  const std::uint64_t pair = (static_cast<std::uint64_t>(of) << 63) |
                             (static_cast<std::uint64_t>(std::min(left, right)) << 32) | std::max(left, right);
  Remembered& remembered = memory_[mix64(pair) & (memory_size - 1)];
  if (remembered.pair != pair) remembered = {pair, name_likeness_uncached(left, right, of)};
  return remembered.likeness;
}

Comparer::Likeness Comparer::name_likeness_uncached(Code left, Code right, NameOf of) const {
  if (of == NameOf::person && variants(left, right)) return variant;
  const std::string_view a = entries_->strings.view(left), b = entries_->strings.view(right);
  const std::size_t shorter = std::min(a.size(), b.size());
  if (shorter < 2) return different;
  const double likeness = jaro_winkler(a, b);
  const bool same_sound = of == NameOf::person && entries_->names[left].plain_sound != 0 &&
                          entries_->names[left].plain_sound == entries_->names[right].plain_sound;
  const bool short_form = shorter >= 3 && (a.starts_with(b) || b.starts_with(a));
  if (likeness >= .92 || short_form || (same_sound && likeness >= .75)) return near;
  if (shorter >= 4 && likeness >= .75 && edit_distance(a, b) <= (shorter >= 8 ? 2 : 1)) return near;
  if (shorter == 3 && likeness >= .70 && edit_distance(a, b) <= 1) return near;
  return likeness >= .80 ? alike : different;
}

std::uint8_t Comparer::forename_level(const Entry& left, const Entry& right) {
  using namespace level;
  if (left.forename == 0 || right.forename == 0) return forename_missing;
  if (left.forename == right.forename || entries_->forename_whole(left) == entries_->forename_whole(right))
    return forename_same;
  const std::string_view a = entries_->strings.view(left.forename), b = entries_->strings.view(right.forename);
  if (a.size() == 1 || b.size() == 1) {
    if (a[0] == b[0]) return forename_initial;
  }
  const Likeness first = name_likeness(left.forename, right.forename);
  if (first == variant) return forename_variant;
  const MoreFields &more_left = entries_->more_of(left), &more_right = entries_->more_of(right);
  if (names_other(more_left, right.forename) || names_other(more_right, left.forename)) return forename_part;
  const bool both_established = (*established_)[left.forename] && (*established_)[right.forename];
  const Likeness whole = more_left.forename_whole != 0 || more_right.forename_whole != 0
                             ? name_likeness(entries_->forename_whole(left), entries_->forename_whole(right))
                             : first;
  const Likeness best = std::max(first, whole);
  if (best >= near) return both_established ? forename_alike : forename_near;
  for (const Code other : more_left.other_names) {
    if (other != 0 && name_likeness(other, right.forename) >= variant) return forename_part;
  }
  for (const Code other : more_right.other_names) {
    if (other != 0 && name_likeness(other, left.forename) >= variant) return forename_part;
  }
  return best == alike ? forename_alike : forename_different;
}

std::uint8_t Comparer::surname_level(const Entry& left, const Entry& right) {
  using namespace level;
  if (left.surname == 0 || right.surname == 0) return surname_missing;
  if (left.surname == right.surname) return surname_same;
  const Likeness likeness = name_likeness(left.surname, right.surname);
  if (likeness >= near) return surname_near;
  const MoreFields &more_left = entries_->more_of(left), &more_right = entries_->more_of(right);
  const auto parts = [](const Entry& entry, const MoreFields& more) {
    return more.surname_first == 0 ? std::array<Code, 2>{entry.surname, 0}
                                   : std::array<Code, 2>{more.surname_first, more.surname_last};
  };
  for (const Code a : parts(left, more_left)) {
    for (const Code b : parts(right, more_right)) {
      if (a != 0 && a == b) return surname_part;
    }
  }
  if (names_other(more_left, right.surname) || names_other(more_right, left.surname)) return surname_part;
  return likeness == alike ? surname_alike : surname_different;
}

void Comparer::compare_names(const Entry& left, const Entry& right, Pattern& pattern) {
  using namespace level;
  std::uint8_t forename_at = forename_level(left, right);
  std::uint8_t surname_at = surname_level(left, right);
  const bool straight = forename_at == forename_same || surname_at == surname_same;
  if (!straight) {
    const bool crossed =
        left.forename != 0 && right.surname != 0 && name_likeness(left.forename, right.surname) >= near;
    const bool crossed_back =
        left.surname != 0 && right.forename != 0 && name_likeness(left.surname, right.forename) >= near;
    if (crossed && crossed_back) {
      forename_at = forename_swapped;
      surname_at = surname_swapped;
    } else if ((crossed && (left.surname == 0 || right.forename == 0)) ||
               (crossed_back && (right.surname == 0 || left.forename == 0))) {
      forename_at = forename_missing;  // one name only, and it stands in the other place
      surname_at = surname_part;
    }
  }
  pattern[at(forename)] = forename_at;
  pattern[at(surname)] = surname_at;
}

std::uint8_t birth_level(BirthDate left, BirthDate right) {
  using namespace level;
  if (left.year == 0 || right.year == 0) return birth_missing;
  if (!left.full() || !right.full()) {
    if (left.year != right.year) return birth_different;
    return left.month != 0 && left.month == right.month ? birth_same_month
           : left.month != 0 && right.month != 0        ? birth_different
                                                        : birth_same_year;
  }
  const bool new_year = left.day == 1 && left.month == 1;
  if (left == right) return new_year ? birth_same_first_january : birth_same;
  if (left.year == right.year && left.day == right.month && left.month == right.day) return birth_swapped;
  if (digits_changed(left, right) == 1) return birth_one_digit;
  if (left.year == right.year && left.month == right.month) return birth_same_month;
  // 1 January stands for "some day of that year".
  if (left.year == right.year) return birth_same_year;
  if (left.month == right.month && left.day == right.day) return new_year ? birth_different : birth_day_month;
  return birth_different;
}

std::uint8_t Comparer::home_level(const Entry& left, const Entry& right) const {
  using namespace level;
  const bool postcodes = left.postcode != 0 && right.postcode != 0;
  const bool addresses = left.address != 0 && right.address != 0;
  const Code uprn = entries_->more_of(left).uprn;
  if (uprn != 0 && uprn == entries_->more_of(right).uprn) return home_same;
  if (!postcodes && !addresses) return home_missing;
  const bool same_postcode = postcodes && left.postcode == right.postcode;
  const auto close = [&](Code a, Code b) {
    return a == b || jaro_winkler(entries_->strings.view(a), entries_->strings.view(b)) >= .93;
  };
  const auto alike_address = [&] {
    return (left.house != 0 && left.house == right.house) || close(left.address, right.address);
  };
  if (addresses && left.address_words == right.address_words && (same_postcode || !postcodes)) return home_same;
  if (same_postcode && !addresses) return home_postcode;
  if (same_postcode && (alike_address() || close(left.address_words, right.address_words))) return home_alike;
  if (same_postcode || !postcodes) {
    if (left.street != 0 && right.street != 0 && close(left.street, right.street))
      return alike_address() ? home_like_address : home_street;
    return !same_postcode ? home_different : home_other_address;
  }
  if (addresses && alike_address()) return home_like_address;
  if (edit_distance(entries_->strings.view(left.postcode), entries_->strings.view(right.postcode)) <= 1)
    return home_near_postcode;
  if (left.outward != 0 && left.outward == right.outward) return home_district;
  return home_different;
}

std::uint8_t Comparer::town_level(const Entry& left, const Entry& right, std::uint8_t home_at) {
  using namespace level;
  if (left.town == 0 || right.town == 0) return town_missing;
  const bool equal = left.town == right.town;
  const bool close = equal || name_likeness(left.town, right.town, NameOf::town) >= near;
  const bool home_agrees = home_at != home_missing && home_at <= home_postcode;
  if (home_agrees || home_at == home_other_address) return close ? town_same_at_home : town_other_at_home;
  return equal ? town_same : close ? town_near : town_different;
}

std::uint8_t Comparer::plain_level(Code left, Code right, int within) const {
  using namespace level;
  if (left == 0 || right == 0) return plain_missing;
  if (left == right) return plain_same;
  return edit_distance(entries_->strings.view(left), entries_->strings.view(right)) <= within ? plain_near
                                                                                              : plain_different;
}

std::uint8_t Comparer::number_level(Code left, Code right, bool failing) const {
  using namespace level;
  if (left == 0 || right == 0) return number_missing;
  if (left == right) return failing ? number_same_failing : number_same;
  if (!failing) return number_different;
  return edit_distance(entries_->strings.view(left), entries_->strings.view(right)) <= 1 ? number_near
                                                                                         : number_different_failing;
}

Pattern Comparer::compare(const Entry& left, const Entry& right) {
  using namespace level;
  Pattern pattern{};
  compare_names(left, right, pattern);
  pattern[at(birth_date)] = birth_level(left.birth, right.birth);
  if (left.sex != Sex::unknown && right.sex != Sex::unknown)
    pattern[at(sex)] = left.sex == right.sex ? sex_same : sex_different;
  pattern[at(home)] = home_level(left, right);
  pattern[at(town)] = town_level(left, right, pattern[at(home)]);
  pattern[at(phone)] = plain_level(left.phone, right.phone, 1);
  if (left.email != 0 && right.email != 0) {
    const std::string_view user = entries_->email_user(left);
    const bool same_user = user.size() >= 5 && user == entries_->email_user(right);
    pattern[at(email)] =
        left.email == right.email ? std::uint8_t{plain_same}
        : same_user || edit_distance(entries_->strings.view(left.email), entries_->strings.view(right.email)) <= 4
            ? std::uint8_t{plain_near}
            : std::uint8_t{plain_different};
  }
  pattern[at(nhs_number)] =
      number_level(left.nhs_number, right.nhs_number, left.nhs_number_fails || right.nhs_number_fails);
  pattern[at(upn)] = number_level(left.upn, right.upn, left.upn_fails || right.upn_fails);
  pattern[at(occupation)] = plain_level(left.occupation, right.occupation, 2);
  return pattern;
}

}  // namespace wider::linkage
