// The index: which values are kept, under which mark, and who bears them. How a query is answered: searching.cpp.
#include "hub/search.hpp"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "base/identifiers.hpp"
#include "hub/searching.hpp"

namespace wider::hub {
namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string to_latin(std::string_view text) {
  static std::mutex mutex;
  static const std::unique_ptr<icu::Transliterator> transliterator = [] {
    UErrorCode status = U_ZERO_ERROR;
    return std::unique_ptr<icu::Transliterator>(
        icu::Transliterator::createInstance("Any-Latin; Latin-ASCII", UTRANS_FORWARD, status));
  }();
  const std::scoped_lock lock(mutex);
  auto wide = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  if (transliterator) transliterator->transliterate(wide);
  std::string out;
  wide.toUTF8String(out);
  return out;
}

}  // namespace

std::string fold(std::string_view text) {
  const std::string latin = is_ascii(text) ? std::string(text) : to_latin(text);
  std::string out;
  for (const char c : latin) {
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      out += c;
    } else if (c != '\'' && !out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

void SearchIndex::post(const Holdings& holdings, const People& people, Code word, MentionIndex mention) {
  if (word >= postings_.size()) postings_.resize(words_.size() + 1);
  auto& list = postings_[word];
  // The latest posting of the same person says the same where the same viewers may see it.
  if (!list.empty()) {
    const RecordRow& last = holdings.at(holdings.at(list.back()).record);
    const RecordRow& now = holdings.at(holdings.at(mention).record);
    const bool same_door = last.handling == now.handling && last.agency == now.agency && last.kind == now.kind;
    if (same_door && people.of(list.back()) == people.of(mention)) return;
  }
  list.push_back(mention);
}

void SearchIndex::post_names(const Holdings& holdings, const People& people, MentionIndex mention,
                             std::vector<std::vector<Code>>& folded, std::vector<bool>& known) {
  const MentionRow& row = holdings.at(mention);
  for (const auto code : {row.forename, row.surname, row.full_name, row.alias}) {
    if (code == 0) continue;
    if (!known[code]) {  // each distinct string is folded once
      known[code] = true;
      const std::string text = fold(holdings.text(code));
      const auto parts = linkage::words(text);
      std::string whole;
      for (const std::string_view part : parts) {
        folded[code].push_back(words_.intern(part));
        whole += part;
      }
      // "Al Hassan" is also typed as one word.
      if (parts.size() == 2 && code == row.surname) folded[code].push_back(words_.intern(whole));
    }
    for (const Code word : folded[code]) post(holdings, people, word, mention);
  }
}

void SearchIndex::post_identifiers(const Holdings& holdings, const People& people, MentionIndex mention) {
  const MentionRow& row = holdings.at(mention);
  const auto keep = [&](char mark, const std::string& value) {
    if (!value.empty()) post(holdings, people, words_.intern(mark + value), mention);
  };
  if (row.nhs_number != 0) keep(mark::nhs_number, normal_nhs_number(holdings.text(row.nhs_number)));
  if (row.upn != 0) keep(mark::upn, normal_upn(holdings.text(row.upn)));
  if (row.phone != 0) keep(mark::phone, linkage::fold_phone(holdings.text(row.phone)));
  if (row.uprn != 0) keep(mark::uprn, normal_uprn(holdings.text(row.uprn)));
  if (row.local_id != 0) keep(mark::local_id, linkage::fold_tight(holdings.text(row.local_id)));
  if (row.birth_date.known()) keep(mark::birth_date, to_iso(row.birth_date));
  if (row.postcode != 0) {
    const std::string postcode = linkage::fold_tight(holdings.text(row.postcode));
    keep(mark::postcode, postcode);
    if (postcode.size() >= 5) keep(mark::area, postcode.substr(0, postcode.size() - 3));
  }
  if (row.address != 0) {
    const std::string address = linkage::fold_address(holdings.text(row.address));
    const auto parts = linkage::words(address);
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      keep(mark::address, std::string(parts[i]) + ' ' + std::string(parts[i + 1]));
    }
  }
}

void SearchIndex::list_words() {
  postings_.resize(words_.size());
  const Code count = words_.size();
  for (Code code = 1; code < count; ++code) {
    const std::string word(words_.view(code));
    const auto first = static_cast<unsigned char>(word[0]);
    if (mark::is_mark(word[0])) {
      values_[first].push_back(code);
      if (word[0] == mark::birth_date) {
        if (const auto date = parse_iso_partial(std::string_view(word).substr(1))) dates_.push_back({*date, code});
      }
    } else if (!postings_[code].empty()) {
      names_.push_back({code, words_.intern(mark::sound + linkage::sound_key(word)), linkage::groups_of(word)});
    }
  }
  postings_.resize(words_.size());
}

SearchIndex::SearchIndex(const Holdings& holdings, const People& people) {
  std::vector<std::vector<Code>> folded(holdings.strings().size());
  std::vector<bool> known(holdings.strings().size(), false);
  for (const PersonId person : people.all()) {
    for (const MentionIndex m : people.mentions_of(person)) {
      post_names(holdings, people, m, folded, known);
      post_identifiers(holdings, people, m);
    }
  }
  // Things named in a person's records: a registration or phone finds the people it was recorded with.
  for (const ThingRow& thing : holdings.things()) {
    const RecordRow& record = holdings.at(thing.record);
    if (!record.live || thing.id == 0) continue;
    std::string value;
    if (thing.kind == ThingKind::vehicle) value = mark::registration + normal_registration(holdings.text(thing.id));
    if (thing.kind == ThingKind::phone) value = mark::phone_used + linkage::fold_phone(holdings.text(thing.id));
    if (value.size() < 2) continue;
    const Code word = words_.intern(value);
    for (std::uint32_t i = 0; i < record.mention_count; ++i) {
      const MentionIndex m(record.first_mention + i);
      if (holdings.at(m).role != Role::professional) post(holdings, people, word, m);
    }
  }
  list_words();
}

}  // namespace wider::hub
