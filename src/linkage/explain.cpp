// explain(): the waterfall of one pair, in numbers and in sentences.
#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/check.hpp"
#include "linkage/blocking.hpp"
#include "linkage/few_rows.hpp"
#include "linkage/linkage.hpp"
#include "linkage/model.hpp"

namespace wider::linkage {
namespace {

std::string_view text_of(const Input& input, const Row& row, Attribute attribute) {
  return input.strings->view(row.value[static_cast<std::size_t>(attribute)]);
}

std::string shown(const Input& input, const Row& row, Field field) {
  const auto text = [&](Attribute attribute) { return std::string(text_of(input, row, attribute)); };
  const auto either = [&](Attribute first, Attribute second) {
    return text(first).empty() ? text(second) : text(first);
  };
  switch (field) {
    case Field::forename:
      return either(Attribute::forename, Attribute::full_name);
    case Field::surname:
      return either(Attribute::surname, Attribute::full_name);
    case Field::birth_date:
      return to_words(row.birth_date);
    case Field::sex:
      return row.sex == Sex::female ? "female" : row.sex == Sex::male ? "male" : "";
    case Field::home: {
      std::string home = text(Attribute::address);
      if (!text(Attribute::postcode).empty()) home += (home.empty() ? "" : ", ") + text(Attribute::postcode);
      return home;
    }
    case Field::town:
      return text(Attribute::town);
    case Field::phone:
      return text(Attribute::phone);
    case Field::email:
      return text(Attribute::email);
    case Field::nhs_number:
      return text(Attribute::nhs_number);
    case Field::upn:
      return text(Attribute::upn);
    case Field::occupation:
      return text(Attribute::occupation);
  }
  return {};
}

std::string plain_name(Field field) {
  switch (field) {
    case Field::birth_date:
      return "birth date";
    case Field::home:
      return "address";
    case Field::nhs_number:
      return "NHS number";
    case Field::upn:
      return "UPN";
    case Field::email:
      return "e-mail";
    default:
      return std::string(field_infos()[static_cast<std::size_t>(field)].name);
  }
}

double share_of(const Model& model, const Entry& left, const Entry& right, Field field, const Entries& entries) {
  static constexpr std::pair<Field, Term> terms[] = {{Field::forename, Term::forename},
                                                     {Field::surname, Term::surname},
                                                     {Field::birth_date, Term::birth_date},
                                                     {Field::home, Term::postcode},
                                                     {Field::town, Term::town},
                                                     {Field::phone, Term::phone},
                                                     {Field::email, Term::email},
                                                     {Field::occupation, Term::occupation}};
  for (const auto& [of, term] : terms) {
    if (of != field) continue;
    const TermTable& table = model.terms[static_cast<std::size_t>(term)];
    if (table.total == 0) return 0;
    double most = 0;
    for (const Entry* entry : {&left, &right}) {
      const auto found = table.counts.find(entries.strings.view(code_of(*entry, term)));
      if (found != table.counts.end())
        most = std::max(most, static_cast<double>(found->second) / static_cast<double>(table.total));
    }
    return most;
  }
  return 0;
}

// What an entry has beside is copied, since others may have the same.
template <typename Change>
void change_more(Entries& entries, Entry& to, Change&& change) {
  MoreFields more = entries.more_of(to);
  change(more);
  entries.more.push_back(more);
  to.more = static_cast<std::uint32_t>(entries.more.size() - 1);
}

void copy_field(Entries& entries, Field field, const Entry& from, Entry& to) {
  const MoreFields more_from = entries.more_of(from);
  switch (field) {
    case Field::forename:
      to.forename = from.forename;
      change_more(entries, to, [&](MoreFields& more) { more.forename_whole = more_from.forename_whole; });
      return;
    case Field::surname:
      to.surname = from.surname;
      change_more(entries, to, [&](MoreFields& more) {
        more.surname_first = more_from.surname_first;
        more.surname_last = more_from.surname_last;
      });
      return;
    case Field::birth_date:
      to.birth = from.birth;
      to.birth_text = from.birth_text;
      return;
    case Field::sex:
      to.sex = from.sex;
      return;
    case Field::home:
      to.postcode = from.postcode;
      to.outward = from.outward;
      to.address = from.address;
      to.address_words = from.address_words;
      to.house = from.house;
      to.street = from.street;
      change_more(entries, to, [&](MoreFields& more) { more.uprn = more_from.uprn; });
      return;
    case Field::town:
      to.town = from.town;
      return;
    case Field::phone:
      to.phone = from.phone;
      return;
    case Field::email:
      to.email = from.email;
      return;
    case Field::nhs_number:
      to.nhs_number = from.nhs_number;
      to.nhs_number_fails = from.nhs_number_fails;
      return;
    case Field::upn:
      to.upn = from.upn;
      to.upn_fails = from.upn_fails;
      return;
    case Field::occupation:
      to.occupation = from.occupation;
      return;
  }
}

bool is_given(const Entries& entries, Field field, const Entry& entry) {
  switch (field) {
    case Field::forename:
      return entry.forename != 0;
    case Field::surname:
      return entry.surname != 0;
    case Field::birth_date:
      return entry.birth.year != 0;
    case Field::sex:
      return entry.sex != Sex::unknown;
    case Field::home:
      return entry.postcode != 0 || entry.address != 0 || entries.more_of(entry).uprn != 0;
    case Field::town:
      return entry.town != 0;
    case Field::phone:
      return entry.phone != 0;
    case Field::email:
      return entry.email != 0;
    case Field::nhs_number:
      return entry.nhs_number != 0;
    case Field::upn:
      return entry.upn != 0;
    case Field::occupation:
      return entry.occupation != 0;
  }
  return false;
}

// Asks what the score were if the records said otherwise. A value that neither gives is one that no other record has.
class WhatIf {
 public:
  // What it makes up is kept beside the entries.
  WhatIf(Entries& entries, const Scorer& scorer, const Entry& left, const Entry& right)
      : entries_(&entries), scorer_(&scorer), comparer_(entries, scorer.established()), left_(left), right_(right) {
    const Code any = left.forename != 0 ? left.forename : left.surname != 0 ? left.surname : right.surname;
    made_up_.phone = made_up_.email = made_up_.nhs_number = made_up_.upn = any;
    made_up_.birth = {1987, 5, 14};
    made_up_.birth_text = any;
  }
  [[nodiscard]] Score score() { return score_of(left_, right_); }
  [[nodiscard]] bool given_by_both(Field field) const {
    return is_given(*entries_, field, left_) && is_given(*entries_, field, right_);
  }
  // Both give the field, and the same; nullopt: neither gives it and it cannot be made up.
  std::optional<Score> agreeing(Field field) {
    Entry left = left_, right = right_;
    if (!agree(field, left, right)) return std::nullopt;
    return score_of(left, right);
  }
  Score without(Field field) {
    Entry right = right_;
    copy_field(*entries_, field, Entry{}, right);
    return score_of(left_, right);
  }
  void adopt_agreeing(Field field) { static_cast<void>(agree(field, left_, right_)); }

 private:
  bool agree(Field field, Entry& left, Entry& right) const {
    if (is_given(*entries_, field, left)) {
      copy_field(*entries_, field, left, right);
    } else if (is_given(*entries_, field, right)) {
      copy_field(*entries_, field, right, left);
    } else if (is_given(*entries_, field, made_up_)) {
      copy_field(*entries_, field, made_up_, left);
      copy_field(*entries_, field, made_up_, right);
    } else {
      return false;
    }
    return true;
  }
  Score score_of(const Entry& left, const Entry& right) {
    return scorer_->score(left, right, comparer_.compare(left, right));
  }

  Entries* entries_;
  const Scorer* scorer_;
  Comparer comparer_;
  Entry left_, right_, made_up_;
};

bool joins(const Scorer& scorer, const Score& score) {
  return !score.apart && score.weight >= scorer.threshold();
}

std::string list_of(const std::vector<std::string>& names, std::string_view last) {
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i)
    list += fmt::format("{}{}", i == 0 ? "" : i + 1 == names.size() ? fmt::format(" {} ", last) : ", ", names[i]);
  return list;
}

// What would make a link of two that are none: each field that would do alone if both gave the same, or else the fewest
// together, the strongest first.
void say_what_would_join(Explanation& explanation, WhatIf what_if, const Scorer& scorer) {
  std::vector<std::string> enough;
  for (std::size_t f = 0; f < field_count; ++f) {
    const auto score = what_if.agreeing(static_cast<Field>(f));
    if (score && joins(scorer, *score)) enough.push_back(plain_name(static_cast<Field>(f)));
  }
  if (!enough.empty()) {
    explanation.says.push_back(fmt::format("What would change it: if both gave the same {}, that would be enough.",
                                           list_of(enough, "or the same")));
    return;
  }
  std::vector<std::string> together;
  while (together.size() < 4 && !joins(scorer, what_if.score())) {
    std::optional<Field> best;
    std::int32_t most = what_if.score().weight;
    for (std::size_t f = 0; f < field_count; ++f) {
      const auto score = what_if.agreeing(static_cast<Field>(f));
      if (score && score->weight > most) {
        best = static_cast<Field>(f);
        most = score->weight;
      }
    }
    if (!best) break;
    what_if.adopt_agreeing(*best);
    together.push_back(plain_name(*best));
  }
  if (joins(scorer, what_if.score())) {
    explanation.says.push_back(
        fmt::format("What would change it: no one field would be enough; the same {} together would.",
                    list_of(together, "and the same")));
  } else {
    explanation.says.emplace_back("What would change it: only a person's decision.");
  }
}

void say_what_it_rests_on(Explanation& explanation, WhatIf what_if, const Scorer& scorer) {
  std::vector<std::string> needed;
  for (std::size_t f = 0; f < field_count; ++f) {
    const auto field = static_cast<Field>(f);
    if (what_if.given_by_both(field) && !joins(scorer, what_if.without(field))) needed.push_back(plain_name(field));
  }
  explanation.says.push_back(
      needed.empty() ? "What would change it: no single field; without any one of them the two would still be linked."
                     : fmt::format("What would change it: without the {} the two alone would not be linked.",
                                   list_of(needed, "or the")));
}

void say_for_and_against(Explanation& explanation) {
  auto ordered = explanation.fields;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const FieldWeight& a, const FieldWeight& b) { return std::abs(a.weight) > std::abs(b.weight); });
  const auto sentence = [&](std::string_view start, bool positive) {
    std::string list;
    int named = 0;
    for (const FieldWeight& field : ordered) {
      if (std::abs(field.weight) < .5 || (field.weight > 0) != positive || named == 4) continue;
      list += fmt::format("{}{} ({}, {:+.1f})", named++ == 0 ? "" : "; ", field.field, field.level, field.weight);
    }
    if (named > 0) explanation.says.push_back(fmt::format("{}: {}.", start, list));
  };
  sentence("For it", true);
  sentence("Against it", false);
}

void add_sentences(Explanation& explanation, WhatIf what_if, const Scorer& scorer) {
  say_for_and_against(explanation);
  const Score score = what_if.score();
  const double above = static_cast<double>(score.weight - scorer.threshold()) / weight_scale;
  if (score.apart)
    explanation.says.emplace_back(
        "Why not: the agency's own index holds them as two people; only a person may join them.");
  if (score.kin == Kin::likely)
    explanation.says.emplace_back(
        "Why not: they look like two people of one family. The family agrees, and the name or the birth date, which "
        "tell "
        "one person of it from another, do not.");
  if (score.kin == Kin::namesakes)
    explanation.says.emplace_back(
        "Why not: one name in one home with two birth dates may be a parent and a child. A number that both give, or a "
        "person who knows them, can say.");
  if (score.kin == Kin::household_alone) {
    const bool agrees = std::any_of(explanation.fields.begin(), explanation.fields.end(),
                                    [](const FieldWeight& field) { return field.weight > 0; });
    explanation.says.emplace_back(
        agrees ? "Why not: all that agrees is what a household shares; nothing says which person of it is meant."
               : "Why not: nothing that the two records give agrees.");
  }
  if (above < 0 && score.kin == Kin::unlikely)
    explanation.says.push_back(fmt::format("Why not: the weight is {:.1f} short of what a link needs.", -above));
  if (above >= 0 && !score.apart)
    explanation.says.push_back(fmt::format("The weight is {:.1f} above what a link needs.", above));
  if (!explanation.compared_by_blocking)
    explanation.says.emplace_back(
        "No blocking rule brings these two together, so they are compared only where others link them.");
  if (explanation.would_join) {
    say_what_it_rests_on(explanation, what_if, scorer);
  } else if (score.apart) {
    explanation.says.emplace_back("What would change it: only a person's decision.");
  } else {
    say_what_would_join(explanation, what_if, scorer);
  }
}

}  // namespace

Explanation explain(const Input& input, const Model& model, std::uint32_t left, std::uint32_t right) {
  CHECK(input.strings != nullptr && left < input.rows.size() && right < input.rows.size());
  // Two rows suffice: the frequencies come from the model. Each row is an entry of its own.
  const std::uint32_t wanted[] = {left, right};
  FewRows few = few_rows(input, wanted);
  Input& two = few.input;
  two.rows[0].attach_only = two.rows[1].attach_only = false;
  const std::pair<std::uint32_t, std::uint32_t> apart[] = {{0, 1}};
  Entries entries = make_entries(two, apart);
  const Scorer scorer(model, entries);
  const Entry a = entries.all[entries.entry_of[0]];
  const Entry b = entries.all[entries.entry_of[1]];
  const Pattern pattern = Comparer(entries, scorer.established()).compare(a, b);
  Explanation explanation;
  explanation.prior_weight = static_cast<double>(scorer.prior()) / weight_scale;
  for (std::size_t f = 0; f < field_count; ++f) {
    const auto field = static_cast<Field>(f);
    FieldWeight weight;
    weight.field = plain_name(field);
    weight.left = shown(two, two.rows[0], field);
    weight.right = shown(two, two.rows[1], field);
    weight.level = field_infos()[f].levels[pattern[f]].words;
    const std::int32_t total = scorer.field_weight(f, pattern[f]) + scorer.frequency_weight(a, b, field, pattern[f]);
    weight.weight = static_cast<double>(total) / weight_scale;
    weight.term_frequency = share_of(model, a, b, field, entries);
    if (!weight.left.empty() || !weight.right.empty()) explanation.fields.push_back(std::move(weight));
  }
  if (const std::int32_t together = scorer.dependence_weight(a, b, pattern); together != 0) {
    FieldWeight weight;
    weight.field = "both names";
    weight.level = "names go together, so that both agreeing says less than each alone";
    weight.weight = static_cast<double>(together) / weight_scale;
    explanation.fields.push_back(std::move(weight));
  }
  WhatIf what_if(entries, scorer, a, b);
  const Score score = what_if.score();
  // What keeps kin apart is a part of the sum as well.
  std::int64_t sum = scorer.prior();
  for (std::size_t f = 0; f < field_count; ++f)
    sum += scorer.field_weight(f, pattern[f]) + scorer.frequency_weight(a, b, static_cast<Field>(f), pattern[f]);
  sum += scorer.dependence_weight(a, b, pattern);
  if (sum != score.weight) {
    FieldWeight weight;
    weight.field = "family";
    weight.level = score.kin == Kin::likely      ? "looks like another person of the family"
                   : score.kin == Kin::namesakes ? "may be a parent and a child of one name"
                                                 : "what a household shares";
    weight.weight = static_cast<double>(score.weight - sum) / weight_scale;
    explanation.fields.push_back(std::move(weight));
  }
  explanation.total_weight = static_cast<double>(score.weight) / weight_scale;
  explanation.probability = probability_of(score.weight);
  explanation.above_threshold = score.weight >= scorer.threshold();
  explanation.compared_by_blocking = is_candidate(BlockKeys(entries, model.blocking), a, b);
  explanation.kin = score.kin != Kin::unlikely;
  explanation.own_ids_differ = score.apart;
  explanation.would_join = joins(scorer, score);
  add_sentences(explanation, std::move(what_if), scorer);
  return explanation;
}

void tell_partition(Explanation& explanation, bool same_cluster) {
  explanation.same_cluster = same_cluster;
  if (same_cluster == explanation.would_join) return;
  explanation.says.emplace_back(
      same_cluster
          ? "These two alone would not be linked; other records of the person, or somebody's decision, hold them "
            "together."
          : "Why not: these two alone would be linked; the other records of the two people, or somebody's "
            "decision, speak against it.");
}

}  // namespace wider::linkage
