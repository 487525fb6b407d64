// The names by which people, records and mentions are asked for on the command line and in addresses: what is found is
// called what was asked for.
#include <string_view>

#include "base/check.hpp"
#include "hub/hub.hpp"
#include "hub/query.hpp"
#include "hub/search.hpp"

namespace {

using namespace wider;

Holdings made() {
  Holdings holdings;
  for (const RecordKind kind : {RecordKind::crime, RecordKind::school_nurse, RecordKind::missing}) {
    Record record;
    record.agency = Agency::police;
    record.kind = kind;
    record.id = "12-7#2";
    record.happened.first = record.happened.last = *make_date(2009, 3, 2);
    record.happened.precision = Precision::day;
    for (const char* name : {"Amy", "Zo\xC3\xAB"}) {
      PersonMention person;
      person.forename = name;
      person.surname = "Smith";
      record.people.push_back(person);
    }
    if (kind == RecordKind::missing) record.people.pop_back();
    (void)holdings.add(record, 1, start_of(record.happened.first));
  }
  return holdings;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Holdings holdings = made();
  static const People people(std::vector<std::uint32_t>{0, 1, 2, 3, 4});
  static const hub::SearchIndex index(holdings, people);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto person = hub::person_of_text(text)) CHECK(hub::person_of_text(hub::person_text(*person)) == person);
  if (const auto mention = hub::mention_of_text(holdings, text)) {
    CHECK(hub::mention_of_text(holdings, hub::mention_text(holdings, *mention)) == mention);
  }
  if (const auto record = holdings.find_record(Agency::police, text)) CHECK(holdings.name(*record) == text);
  hub::Viewer viewer;
  viewer.role = access::UserRole::police_analyst;
  viewer.agency = Agency::police;
  viewer.purpose = access::PurposeKind::child_protection_enquiry;
  for (const hub::Hit& hit : index.search(holdings, people, text, viewer, 3).hits) {
    CHECK(hit.score >= 0 && hit.score <= 1 && !hit.why.empty() && people.exists(hit.person));
  }
  const auto words = hub::query_words(text);
  for (std::size_t at = 0; at < words.size(); ++at) {
    const auto date = hub::date_at(words, at);
    if (date) CHECK(date->date.known() && date->words > 0 && at + date->words <= words.size());
  }
  return 0;
}
