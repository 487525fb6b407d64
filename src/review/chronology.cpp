// The combined chronology: agencies side by side, month by month, with the gaps.
#include <algorithm>
#include <tuple>

#include "base/check.hpp"
#include "review/review.hpp"

namespace wider::review {
namespace {

bool may_stand(const RecordRow& row, const Question& question) {
  return row.handling != Handling::originator_only || (question.reader && *question.reader == row.agency);
}

bool names_one_of(const Holdings& holdings, const People& people, const RecordRow& row,
                  std::span<const PersonId> persons) {
  for (std::uint32_t i = row.first_mention; i < row.first_mention + row.mention_count; ++i) {
    if (i >= holdings.mentions().size()) break;
    const PersonId person = people.of(MentionIndex(i));
    if (person.valid() && std::find(persons.begin(), persons.end(), person) != persons.end()) return true;
  }
  return false;
}

std::vector<RecordIndex> records_of(const Holdings& holdings, const People& people, std::span<const PersonId> persons,
                                    const Question& question) {
  std::vector<RecordIndex> found;
  for (const RecordIndex index : known_at(holdings, question.known)) {
    const RecordRow& row = holdings.at(index);
    if (may_stand(row, question) && names_one_of(holdings, people, row, persons)) found.push_back(index);
  }
  return found;
}

int month_number(Date date) {
  const YearMonthDay parts = split(date);
  return parts.year * 12 + parts.month - 1;
}

// days: in order.
void add_gaps(const std::vector<Date>& days, std::optional<Agency> agency, int gap_months, std::vector<Gap>& gaps) {
  for (std::size_t i = 1; i < days.size(); ++i) {
    const int months = month_number(days[i]) - month_number(days[i - 1]) - 1;
    if (months >= gap_months) gaps.push_back({agency, days[i - 1], days[i], months});
  }
}

}  // namespace

CombinedChronology combined_chronology(const Holdings& holdings, const People& people,
                                       std::span<const PersonId> persons, const Question& question, int gap_months) {
  CHECK(gap_months >= 1);
  CombinedChronology chronology;
  std::vector<RecordIndex> dated;
  for (const RecordIndex index : records_of(holdings, people, persons, question)) {
    chronology.agencies.add(holdings.at(index).agency);
    (holdings.at(index).day().valid() ? dated : chronology.undated).push_back(index);
  }
  std::sort(dated.begin(), dated.end(), [&](RecordIndex a, RecordIndex b) {
    return std::tuple(holdings.at(a).day(), a) < std::tuple(holdings.at(b).day(), b);
  });

  std::vector<Date> all_days;
  std::map<Agency, std::vector<Date>> days_of;
  for (const RecordIndex index : dated) {
    const RecordRow& row = holdings.at(index);
    const YearMonthDay parts = split(row.day());
    if (chronology.months.empty() || chronology.months.back().year != parts.year ||
        chronology.months.back().month != parts.month) {
      chronology.months.push_back({parts.year, parts.month, {}});
    }
    chronology.months.back().columns[row.agency].push_back(index);
    all_days.push_back(row.day());
    days_of[row.agency].push_back(row.day());
  }
  add_gaps(all_days, std::nullopt, gap_months, chronology.gaps);
  for (const auto& [agency, days] : days_of) add_gaps(days, agency, gap_months, chronology.gaps);
  std::stable_sort(chronology.gaps.begin(), chronology.gaps.end(), [](const Gap& a, const Gap& b) {
    return std::tuple(a.after, a.agency) < std::tuple(b.after, b.agency);
  });
  return chronology;
}

std::map<Agency, Date> first_known(const Holdings& holdings, const People& people, PersonId person,
                                   const Question& question) {
  std::map<Agency, Date> first;
  for (const RecordIndex index : records_of(holdings, people, std::span(&person, 1), question)) {
    const RecordRow& row = holdings.at(index);
    const Date known = row.known.valid() ? row.known : day_of(row.received);
    const auto [place, is_new] = first.try_emplace(row.agency, known);
    if (!is_new) place->second = std::min(place->second, known);
  }
  return first;
}

}  // namespace wider::review
