#include "linkage/model.hpp"
#include "linkage/similarity.hpp"

#include <algorithm>
#include <cmath>

namespace wider::linkage {
namespace {

constexpr std::size_t at(Field field) {
  return static_cast<std::size_t>(field);
}
constexpr std::size_t at(Term term) {
  return static_cast<std::size_t>(term);
}
constexpr std::int32_t bits(double count) {
  return static_cast<std::int32_t>(count * weight_scale);
}
// What kin speak against each other with: as much as one pair may in a cluster (cluster.cpp).
constexpr std::int32_t kin_weight = bits(12);

// How a value's frequency tells on a level's weight.
enum class By : std::uint8_t {
  both,      // the value that both give
  commoner,  // the commoner of two that are nearly one: a slip is rare, so the name meant is the commoner (half weight)
};
struct FieldTerm {
  Field field;
  std::uint8_t level;
  Term term;
  By by;
};
constexpr FieldTerm field_terms[] = {
    {Field::forename, level::forename_same, Term::forename, By::both},
    {Field::forename, level::forename_variant, Term::forename, By::commoner},
    {Field::forename, level::forename_near, Term::forename, By::commoner},
    {Field::surname, level::surname_same, Term::surname, By::both},
    {Field::surname, level::surname_near, Term::surname, By::commoner},
    {Field::birth_date, level::birth_same, Term::birth_date, By::both},
    {Field::birth_date, level::birth_same_first_january, Term::birth_date, By::both},
    {Field::home, level::home_same, Term::address, By::both},
    {Field::home, level::home_alike, Term::postcode, By::both},
    {Field::home, level::home_street, Term::postcode, By::both},
    {Field::home, level::home_postcode, Term::postcode, By::both},
    {Field::home, level::home_other_address, Term::postcode, By::both},
    {Field::town, level::town_same, Term::town, By::both},
    {Field::phone, level::plain_same, Term::phone, By::both},
    {Field::email, level::plain_same, Term::email, By::both},
    {Field::occupation, level::plain_same, Term::occupation, By::both},
};

}  // namespace

std::string_view name_of(Term term) {
  static constexpr std::array<std::string_view, term_count> names = {
      "forename", "surname", "birth_date", "address", "postcode", "town", "phone", "email", "occupation"};
  return names[at(term)];
}

Code code_of(const Entry& entry, Term term) {
  switch (term) {
    case Term::forename:
      return entry.forename;
    case Term::surname:
      return entry.surname;
    case Term::birth_date:
      return entry.birth_text;
    case Term::address:
      return entry.address_words;
    case Term::postcode:
      return entry.postcode;
    case Term::town:
      return entry.town;
    case Term::phone:
      return entry.phone;
    case Term::email:
      return entry.email;
    case Term::occupation:
      return entry.occupation;
  }
  return 0;
}

std::int32_t fixed_weight(double ratio) {
  const double limited = std::clamp(std::log2(ratio), -30.0, 30.0);
  return static_cast<std::int32_t>(std::lround(limited * weight_scale));
}

std::size_t name_band(std::int32_t forename_rarity, std::int32_t surname_rarity) {
  const std::int32_t band = (quarter_bits(forename_rarity) + quarter_bits(surname_rarity) + 24) / 8;
  return static_cast<std::size_t>(std::clamp<std::int32_t>(band, 0, name_bands - 1));
}

double probability_of(std::int64_t weight) {
  return 1 / (1 + std::exp2(-static_cast<double>(weight) / weight_scale));
}

namespace {

// Calls visit(code, count) for each string from `first` on that the table counts; walks whichever of the two is
// shorter, so that a pair of rows or one more row does not cost the whole table.
template <typename Visit>
void for_each_counted(const TermTable& table, const StringPool& strings, Code first, Visit&& visit) {
  if (strings.size() - first < table.counts.size()) {
    for (Code code = first; code < strings.size(); ++code) {
      const auto found = table.counts.find(strings.view(code));
      if (found != table.counts.end()) visit(code, found->second);
    }
    return;
  }
  for (const auto& [value, count] : table.counts) {
    const auto code = strings.find(value);
    if (code && *code >= first) visit(*code, count);
  }
}

// That two entries give one value of the term.
double chance_of(const TermTable& table) {
  const double total = std::max(static_cast<double>(table.total), 1.);
  return std::max(table.chance, 1 / (total * total));
}

// How much more or less a value that so many entries give says than an average value of its term.
std::int16_t rarity_weight(const TermTable& table, double count) {
  const double total = static_cast<double>(table.total);
  return static_cast<std::int16_t>(
      std::clamp(fixed_weight(chance_of(table) * total / count), bits(-8), most_adjustment));
}

// A name of the table of name forms is nobody's slip of the finger.
bool in_name_table(const NameFacts& facts) {
  return facts.groups[0] != 0;
}

// Marks the established names among the strings from `first` on.
void establish(Established& established, const Entries& entries, Code first, const TermTable& forenames) {
  established.resize(entries.strings.size());
  const double least = std::max(8.0, 4e-5 * static_cast<double>(forenames.total));
  for_each_counted(forenames, entries.strings, first, [&](Code code, std::uint32_t count) {
    if (static_cast<double>(count) >= least) established[code] = true;
  });
  for (Code code = first; code < entries.names.size() && code < established.size(); ++code) {
    if (in_name_table(entries.names[code])) established[code] = true;
  }
}

}  // namespace

Established established_forenames(const Entries& entries, const TermTable& forenames) {
  Established established;
  establish(established, entries, 0, forenames);
  return established;
}

Scorer::Scorer(const Model& model, const Entries& entries)
    : entries_(&entries), established_(established_forenames(entries, model.terms[at(Term::forename)])) {
  for (std::size_t field = 0; field < field_count; ++field) {
    for (std::size_t i = 1; i < model.fields[field].size(); ++i)
      weights_[field][i] = fixed_weight(model.fields[field][i].m / model.fields[field][i].u);
  }
  const double p = std::clamp(model.match_probability, 1e-12, 1 - 1e-9);
  prior_ = fixed_weight(p / (1 - p));
  set_threshold(model.pair_threshold);
  families_ = model.family_share >= least_family_share;
  namesakes_ = families_ && model.namesake_share >= least_namesake_share;
  twins_ = families_ || model.twin_share >= least_twin_share;
  // Forename and surname that changed places are one event, weighed as one: swapped_weight.
  weights_[at(Field::forename)][level::forename_swapped] = 0;
  weights_[at(Field::surname)][level::surname_swapped] = 0;
  for (std::size_t band = 0; band < dependence_.size(); ++band) dependence_[band] = -bits(model.name_dependence[band]);
  swapped_share_ = fixed_weight(model.fields[at(Field::forename)][level::forename_swapped].m);
  for (const Term term : {Term::forename, Term::surname})
    names_rarity_ -= fixed_weight(chance_of(model.terms[at(term)]));
  for (std::size_t t = 0; t < term_count; ++t) {
    const TermTable& table = model.terms[t];
    if (table.total == 0) continue;
    rare_[t] = rarity_weight(table, 2);
    adjustments_[t].assign(entries.strings.size(), rare_[t]);
    for_each_counted(table, entries.strings, 0,
                     [&](Code code, std::uint32_t count) { adjustments_[t][code] = rarity_weight(table, count); });
  }
}

void intern_terms(const Model& model, StringPool& strings) {
  for (const TermTable& table : model.terms) {
    for (const auto& [value, count] : table.counts) strings.intern(value);
  }
}

void Scorer::extend(const Entries& entries, const Entry& entry, const MoreFields& more) {
  const std::uint32_t size = entries.strings.size();
  established_.resize(size);
  // Its strings may have been there before, as a value of the model, a town or an e-mail: what is known of them as
  // names is known since they were read as such.
  const auto know = [&](Code name) {
    if (in_name_table(entries.names[name])) established_[name] = true;
  };
  for (const Code name : {entry.forename, entry.surname, more.forename_whole, more.surname_first, more.surname_last})
    know(name);
  for (const Code name : more.other_names) know(name);
  for (std::size_t t = 0; t < term_count; ++t) {
    if (!adjustments_[t].empty()) adjustments_[t].resize(size, rare_[t]);
  }
}

void Scorer::reserve(std::size_t strings) {
  established_.reserve(strings);
  for (auto& of_term : adjustments_) {
    if (!of_term.empty()) of_term.reserve(strings);
  }
}

void Scorer::set_threshold(double probability) {
  const double p = std::clamp(probability, 1e-9, 1 - 1e-9);
  threshold_ = fixed_weight(p / (1 - p));
}

std::int32_t Scorer::frequency_weight(const Entry& left, const Entry& right, Field field, std::uint8_t level_at) const {
  if (field == Field::surname && level_at == level::surname_part) return part_weight(left, right);
  if (field == Field::forename && level_at == level::forename_swapped) return swapped_weight(left, right);
  for (const FieldTerm& link : field_terms) {
    if (link.field != field || link.level != level_at || adjustments_[at(link.term)].empty()) continue;
    const Code a = code_of(left, link.term);
    const Code b = code_of(right, link.term);
    if (a == 0 || b == 0) return 0;
    const auto& adjustment = adjustments_[at(link.term)];
    if (link.by == By::commoner) return std::min(adjustment[a], adjustment[b]) / 2;
    return a == b ? adjustment[a] : 0;
  }
  return 0;
}

// Forename and surname that changed places, with s the share of matches in which they do: of two readings of the name
// the likelier is meant, F its frequency and G the other's. By chance the names agree as they do with F (another person
// of the name, changed as well: s F) or with G (a person of the other name), so that the weight is that of s / (s F +
// G), here with the greater of the two summands.
std::int32_t Scorer::swapped_weight(const Entry& left, const Entry& right) const {
  const auto& forenames = adjustments_[at(Term::forename)];
  const auto& surnames = adjustments_[at(Term::surname)];
  if (forenames.empty() || surnames.empty()) return 0;
  const auto rarity = [&](const Entry& entry) { return forenames[entry.forename] + surnames[entry.surname]; };
  const auto [likelier, other] = std::minmax({rarity(left), rarity(right)});
  return names_rarity_ + std::min(likelier, other + swapped_share_);
}

std::int32_t Scorer::most_swapped_weight() const {
  const bool known = !adjustments_[at(Term::forename)].empty() && !adjustments_[at(Term::surname)].empty();
  // Without tables of both names such a pair weighs 0, and the rarity of the other takes back 8 bits at most.
  return known ? names_rarity_ : bits(16);
}

std::int32_t Scorer::dependence_weight(const Entry& left, const Entry& right, const Pattern& pattern) const {
  using namespace level;
  const std::uint8_t name = pattern[at(Field::forename)], surname_at = pattern[at(Field::surname)];
  const auto of = [&](const Entry& first, const Entry& second) {
    return dependence_[name_band(
        std::min(adjustment(Term::forename, first.forename), adjustment(Term::forename, second.forename)),
        std::min(adjustment(Term::surname, first.surname), adjustment(Term::surname, second.surname)))];
  };
  if (name == forename_swapped) return std::min(of(left, left), of(right, right));
  if (name != forename_same && name != forename_variant && name != forename_near) return 0;
  if (surname_at != surname_same && surname_at != surname_near) return 0;
  return of(left, right);
}

// The part that two surnames share, or the lone name that is the other's surname: as common as it is as a surname.
std::int32_t Scorer::part_weight(const Entry& left, const Entry& right) const {
  const auto& adjustment = adjustments_[at(Term::surname)];
  if (adjustment.empty()) return 0;
  const auto parts = [&](const Entry& entry) {
    const MoreFields& more = entries_->more_of(entry);
    return std::array<Code, 4>{entry.surname, more.surname_first, more.surname_last,
                               entry.surname == 0 ? entry.forename : 0};
  };
  std::int32_t best = INT32_MIN;
  for (const Code a : parts(left)) {
    for (const Code b : parts(right)) {
      if (a != 0 && a == b) best = std::max<std::int32_t>(best, adjustment[a]);
    }
  }
  return best == INT32_MIN ? 0 : best;
}

// Twins: born on one day into one family, under two names that are both known as names and begin differently (Lei and
// Wei). Slips of the pen seldom fall on the first letter (Pollock and Zamora 1984), so that "Dan" for "Dani" is no
// twin.
bool Scorer::like_twins(const Entry& left, const Entry& right, const Pattern& pattern) const {
  using namespace level;
  const std::uint8_t surname_at = pattern[at(Field::surname)];
  if (!twins_ || pattern[at(Field::forename)] != forename_alike || pattern[at(Field::birth_date)] != birth_same)
    return false;
  if (surname_at == surname_different || surname_at == surname_alike) return false;
  const std::string_view a = entries_->strings.view(left.forename);
  const std::string_view b = entries_->strings.view(right.forename);
  // A slip changes a letter or two and seldom the first one; Lottie and Louise are further apart than that.
  return !a.empty() && !b.empty() && (a[0] != b[0] || edit_distance(a, b) > 2);
}

Kin Scorer::kin(const Pattern& pattern) const {
  using namespace level;
  const std::uint8_t name = pattern[at(Field::forename)];
  const std::uint8_t surname_at = pattern[at(Field::surname)];
  const std::uint8_t home_at = pattern[at(Field::home)];
  const std::uint8_t birth_at = pattern[at(Field::birth_date)];
  const bool one_surname = surname_at == surname_same || surname_at == surname_near || surname_at == surname_part;
  if (twins_ && name == forename_different && one_surname) return Kin::likely;
  if (!families_) return Kin::unlikely;
  const bool family = (surname_at != surname_different && surname_at != surname_alike) ||
                      (home_at >= home_same && home_at <= home_other_address);
  const bool other_name =
      name == forename_different || (name == forename_alike && weights_[at(Field::forename)][forename_alike] < 0);
  if (other_name && family) return Kin::likely;
  // A clearly different birth date and not exactly the same name: kin, whatever home and phone say.
  const bool other_birth = birth_at == birth_different || birth_at == birth_day_month;
  if (other_birth && name != forename_same && name != forename_missing && family) return Kin::likely;
  // Household evidence alone says nothing of which person of the household it is.
  const bool own_name = name != forename_missing && name != forename_different && name != forename_alike;
  // A boy and a girl born on one day into one family are twins as soon as no forename says that they are one.
  const bool like_twins_unnamed = name == forename_missing && pattern[at(Field::sex)] == sex_different;
  const bool own_birth =
      birth_at != birth_missing && birth_at != birth_different && birth_at != birth_same_year && !like_twins_unnamed;
  const auto same_number = [&](Field field) {
    return pattern[at(field)] == number_same || pattern[at(field)] == number_same_failing;
  };
  const bool own_number =
      same_number(Field::nhs_number) || same_number(Field::upn) || pattern[at(Field::email)] == plain_same;
  // One name and one home but another birth date: a parent and a child of one name, until a number of their own says
  // that they are one. Names run in families, so that they say little here.
  const bool one_home = home_at >= home_same && home_at <= home_like_address;
  const bool one_name = own_name && name != forename_swapped && one_surname;
  if (namesakes_ && one_name && one_home && birth_at == birth_different && !own_number) return Kin::namesakes;
  return own_name || own_birth || own_number ? Kin::unlikely : Kin::household_alone;
}

Score Scorer::score(const Entry& left, const Entry& right, const Pattern& pattern) const {
  using namespace level;
  Score score;
  score.weight = prior_;
  for (std::size_t field = 0; field < field_count; ++field) score.weight += weights_[field][pattern[field]];
  for (std::size_t field = 0; field < field_count; ++field) {
    if (pattern[field] != 0) score.weight += frequency_weight(left, right, static_cast<Field>(field), pattern[field]);
  }
  score.weight += dependence_weight(left, right, pattern);
  // Kin speak against each other as loudly as one pair may, but do not forbid: one mistyped forename among thirty
  // records of a person must not keep the thirty apart. A whole other person's records outweigh it (twins, tests).
  score.kin = like_twins(left, right, pattern) ? Kin::likely : kin(pattern);
  if (score.kin == Kin::likely) score.weight = std::min(score.weight, threshold_ - kin_weight);
  if (score.kin == Kin::household_alone || score.kin == Kin::namesakes)
    score.weight = std::min(score.weight, threshold_ - 1);
  if (left.more != 0 && right.more != 0 && left.source == right.source) {
    const Code a = entries_->own_id(left), b = entries_->own_id(right);
    score.apart = a != 0 && b != 0 && a != b;
  }
  return score;
}

}  // namespace wider::linkage
