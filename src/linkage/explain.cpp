// explain(): the waterfall of one pair, in numbers and in sentences.
#include <algorithm>
#include <cmath>
#include <numeric>

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

// Which single field would tip the balance: one that is not given or does not agree, or one that holds it alone.
void add_what_would_change_it(Explanation& explanation, const Scorer& scorer, const Pattern& pattern, double wanting) {
  std::vector<std::pair<double, std::string>> fields;
  for (std::size_t f = 0; f < field_count; ++f) {
    const auto bits = [&](std::uint8_t level) { return static_cast<double>(scorer.field_weight(f, level)) / weight_scale; };
    double best = 0;
    for (std::uint8_t level = 1; level < field_infos()[f].levels.size(); ++level) best = std::max(best, bits(level));
    const std::string name = plain_name(static_cast<Field>(f));
    const double gain = best - bits(pattern[f]);
    if (wanting > 0 && gain >= wanting) fields.emplace_back(gain, fmt::format("{} (+{:.1f})", name, gain));
    if (wanting > 0) continue;
    for (const FieldWeight& given : explanation.fields) {
      if (given.field == name && given.weight > -wanting) fields.emplace_back(given.weight, fmt::format("{} ({:+.1f})", name, given.weight));
    }
  }
  std::stable_sort(fields.begin(), fields.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string list;
  for (std::size_t i = 0; i < std::min<std::size_t>(fields.size(), 4); ++i) list += (i == 0 ? "" : "; ") + fields[i].second;
  if (wanting > 0) {
    explanation.says.push_back(fmt::format("The weight is {:.1f} short of what a link needs.", wanting));
    explanation.says.push_back(list.empty() ? "What would change it: more than one further field would have to agree."
                                            : fmt::format("What would change it: any one of these, if both gave the same: {}.", list));
  } else {
    explanation.says.push_back(fmt::format("The weight is {:.1f} above what a link needs.", -wanting));
    explanation.says.push_back(list.empty() ? "What would change it: no field holds it alone; several would have to be wrong."
                                            : fmt::format("What would change it: without any one of these the two alone would not be joined: {}.", list));
  }
}

void add_sentences(Explanation& explanation, const Scorer& scorer, const Pattern& pattern, bool kin,
                   bool own_ids_differ) {
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
  if (own_ids_differ)
    explanation.says.emplace_back("The agency's own index holds them as two people; only a person may join them.");
  if (kin)
    explanation.says.emplace_back(
        "They may be two people of one family: what agrees is what a household shares, and the name, or what tells one "
        "person from another, does not agree. Only a person may join them.");
  const double wanting = static_cast<double>(scorer.threshold()) / weight_scale - explanation.total_weight;
  if (!kin && !own_ids_differ) add_what_would_change_it(explanation, scorer, pattern, wanting);
  if (!explanation.compared_by_blocking)
    explanation.says.emplace_back(
        "No blocking rule brings these two together, so they are compared only where others link them.");
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
  const Entries entries = make_entries(two, apart);
  const Scorer scorer(model, entries);
  const Entry& a = entries.all[entries.entry_of[0]];
  const Entry& b = entries.all[entries.entry_of[1]];
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
  const Score score = scorer.score(a, b, pattern);
  explanation.total_weight = static_cast<double>(score.weight) / weight_scale;
  explanation.probability = probability_of(score.weight);
  explanation.above_threshold = score.weight >= scorer.threshold();
  explanation.compared_by_blocking = is_candidate(BlockKeys(entries, model.blocking), a, b);
  const bool own_ids_differ = a.own_id != 0 && b.own_id != 0 && a.source == b.source && a.own_id != b.own_id;
  // What is taken off a score is taken off because the two look like kin.
  const double sum = std::accumulate(explanation.fields.begin(), explanation.fields.end(), explanation.prior_weight,
                                     [](double so_far, const FieldWeight& field) { return so_far + field.weight; });
  explanation.kin = scorer.kin(pattern) != Kin::unlikely || explanation.total_weight < sum - 1;
  explanation.own_ids_differ = own_ids_differ;
  add_sentences(explanation, scorer, pattern, explanation.kin, own_ids_differ);
  return explanation;
}

}  // namespace wider::linkage
