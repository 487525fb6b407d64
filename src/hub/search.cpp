#include "hub/search.hpp"

#include <fmt/format.h>
#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "linkage/similarity.hpp"

namespace wider::hub {
namespace {

// Below this similarity two words are not taken for spellings of one name (Winkler 1990 uses 0.8 to 0.9 in practice).
constexpr double similar_enough = 0.86;

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

std::vector<std::string> words_of(std::string_view folded) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : folded) {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

std::string squeezed(std::string_view folded) {
  std::string out;
  for (const char c : folded) {
    if (c != ' ') out += c;
  }
  return out;
}

// A day written as people write it: 3/3/1994, 03.03.1994, 1994-03-03. Day first, as in Britain.
std::optional<Date> day_in(std::string_view text) {
  int parts[3] = {0, 0, 0};
  int lengths[3] = {0, 0, 0};
  int at = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      if (lengths[at] >= 4) return std::nullopt;
      parts[at] = parts[at] * 10 + (c - '0');
      ++lengths[at];
    } else if (c == '/' || c == '-' || c == '.') {
      if (++at > 2) return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  if (at != 2) return std::nullopt;
  if (lengths[0] == 4) return make_date(parts[0], parts[1], parts[2]);
  if (lengths[2] == 2) parts[2] += parts[2] < 30 ? 2000 : 1900;
  return make_date(parts[2], parts[1], parts[0]);
}

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
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

SearchIndex::SearchIndex(const Holdings& holdings, const People& people) {
  // Each distinct string is folded once.
  std::vector<std::vector<StringPool::Code>> names(holdings.strings().size());
  std::vector<bool> folded(holdings.strings().size(), false);
  std::vector<bool> is_name;
  const auto name_codes = [&](Code code) -> const std::vector<StringPool::Code>& {
    if (!folded[code]) {
      folded[code] = true;
      for (const std::string& word : words_of(fold(holdings.text(code)))) {
        const auto word_code = words_.intern(word);
        if (word_code >= is_name.size()) is_name.resize(word_code + 1, false);
        is_name[word_code] = true;
        names[code].push_back(word_code);
      }
    }
    return names[code];
  };
  const auto post = [&](StringPool::Code word, MentionIndex mention) {
    if (word >= postings_.size()) postings_.resize(words_.size() + 1);
    auto& list = postings_[word];
    // The latest posting of the same person with the same originator says the same.
    if (!list.empty()) {
      const RecordRow& last = holdings.at(holdings.at(list.back()).record);
      const RecordRow& now = holdings.at(holdings.at(mention).record);
      if (people.of(list.back()) == people.of(mention) && last.handling == now.handling && last.agency == now.agency) return;
    }
    list.push_back(mention);
  };
  for (const PersonId person : people.all()) {
    for (const MentionIndex m : people.mentions_of(person)) {
      const MentionRow& row = holdings.at(m);
      for (const Code code : {row.forename, row.surname, row.full_name, row.alias}) {
        if (code == 0) continue;
        for (const auto word : name_codes(code)) post(word, m);
      }
      for (const Code code : {row.nhs_number, row.upn, row.phone, row.uprn, row.postcode, row.local_id}) {
        if (code == 0) continue;
        post(words_.intern("#" + squeezed(fold(holdings.text(code)))), m);
      }
      if (row.birth_date.precision == Precision::day) post(words_.intern("@" + to_iso(row.birth_date.first)), m);
    }
  }
  // Things named in a person's records: a registration or phone finds the people it was recorded with.
  for (std::uint32_t t = 0; t < holdings.things().size(); ++t) {
    const ThingRow& thing = holdings.things()[t];
    const RecordRow& record = holdings.at(thing.record);
    if (!record.live || thing.id == 0 || thing.kind == ThingKind::place) continue;
    const auto word = words_.intern("#" + squeezed(fold(holdings.text(thing.id))));
    for (std::uint32_t i = 0; i < record.mention_count; ++i) {
      const MentionIndex m(record.first_mention + i);
      if (holdings.at(m).role != Role::professional) post(word, m);
    }
  }
  postings_.resize(words_.size());
  is_name.resize(words_.size(), false);
  for (StringPool::Code code = 0; code < words_.size(); ++code) {
    if (is_name[code]) name_words_.push_back(code);
  }
}

std::vector<Hit> SearchIndex::search(const Holdings& holdings, const People& people, std::string_view query, Agency asker,
                                     std::size_t limit) const {
  struct Found {
    double score = 0;
    double best_of_word = 0;
    bool exact_name = false, near_name = false, birth = false, identifier = false;
  };
  std::unordered_map<std::uint32_t, Found> found;
  const auto may_count = [&](MentionIndex m) {
    const RecordRow& record = holdings.at(holdings.at(m).record);
    return record.handling == Handling::shared || record.agency == asker;
  };
  const std::vector<std::string> raw = [&] {
    std::vector<std::string> parts;
    std::string part;
    for (const char c : query.substr(0, 200)) {
      if (c != ' ' && c != ',' && c != '\t') {
        part += c;
      } else if (!part.empty()) {
        parts.push_back(std::exchange(part, {}));
      }
    }
    if (!part.empty()) parts.push_back(part);
    return parts;
  }();
  double asked = 0;
  const auto credit = [&](StringPool::Code word, double similarity, bool birth, bool identifier) {
    for (const MentionIndex m : postings_[word]) {
      if (!may_count(m)) continue;
      Found& hit = found[people.of(m).value];
      hit.best_of_word = std::max(hit.best_of_word, similarity);
      hit.birth = hit.birth || birth;
      hit.identifier = hit.identifier || identifier;
      if (!birth && !identifier) (similarity >= 1 ? hit.exact_name : hit.near_name) = true;
    }
  };
  const auto end_of_word = [&](double weight) {
    asked += weight;
    for (auto& [person, hit] : found) {
      hit.score += weight * hit.best_of_word;
      hit.best_of_word = 0;
    }
  };
  // The whole query as one identifier ("944 930 5552", "01632 960 001", "BD1 2AB"), then word by word.
  if (has_digit(query)) {
    if (const auto word = words_.find("#" + squeezed(fold(query.substr(0, 200))))) {
      credit(*word, 1, false, true);
      end_of_word(1);
      for (auto& [person, hit] : found) hit.score = 1;
      asked = 1;
    }
  }
  if (found.empty()) {
    for (const std::string& part : raw) {
      if (const auto day = day_in(part)) {
        if (const auto word = words_.find("@" + to_iso(*day))) credit(*word, 1, true, false);
        end_of_word(1.5);
        continue;
      }
      for (const std::string& word : words_of(fold(part))) {
        if (has_digit(word)) {
          if (const auto code = words_.find("#" + word)) credit(*code, 1, false, true);
        } else {
          for (const auto code : name_words_) {
            const double similarity = linkage::jaro_winkler(word, words_.view(code));
            if (similarity >= similar_enough) credit(code, similarity, false, false);
          }
        }
        end_of_word(1);
      }
    }
  }
  std::vector<Hit> hits;
  hits.reserve(found.size());
  for (const auto& [person, hit] : found) {
    std::string why = hit.identifier   ? "Identifier, phone or registration the same"
                      : hit.exact_name ? (hit.near_name ? "Part of the name the same, part spelt alike" : "Name the same")
                      : hit.near_name  ? "Name spelt alike"
                                       : "";
    if (hit.birth) why += why.empty() ? "Date of birth the same" : "; date of birth the same";
    hits.push_back({PersonId(person), asked > 0 ? hit.score / asked : 0, why + "."});
  }
  // Somebody who matches half of what was asked, or less, is noise beside one who matches all of it.
  std::erase_if(hits, [](const Hit& hit) { return hit.score < 0.55; });
  const auto better = [](const Hit& a, const Hit& b) {
    return a.score != b.score ? a.score > b.score : a.person < b.person;
  };
  const std::size_t kept = std::min(limit, hits.size());
  std::partial_sort(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(kept), hits.end(), better);
  hits.resize(kept);
  return hits;
}

}  // namespace wider::hub
