// How a query is answered: its words become terms (a date, an identifier, an address, a name), each term a list of
// values that match it, each value the people who bear it.
#include "hub/searching.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "base/identifiers.hpp"
#include "hub/profile.hpp"
#include "hub/query.hpp"
#include "hub/search.hpp"
#include "linkage/comparison.hpp"
#include "linkage/similarity.hpp"

namespace wider::hub {
namespace {

using Code = StringPool::Code;

constexpr std::size_t most_terms = 8;
constexpr double good_enough = 0.55;  // less of what was typed is shown only where nobody matches more
constexpr std::size_t nearest_shown = 10;

enum class Manner : std::uint8_t {
  none,
  same,
  other_form,
  sounds_like,
  spelt_like,
  begins,
  one_character,
  swapped,
  same_month,
  less_precise
};

struct Match {
  Code word = 0;
  float likeness = 0;
  Manner manner = Manner::none;
};

struct Term {
  std::string typed;
  double weight = 1;
  bool refines = false;  // tells people apart that other terms found; on its own it would find too many
  std::vector<Match> matches;
};

// By agency, kind and handling: how deep this viewer sees such records. One table for each search.
class Doors {
 public:
  explicit Doors(const Viewer& viewer) : viewer_(viewer) {
    for (std::size_t a = 0; a < agency_count; ++a) {
      for (std::size_t k = 0; k < record_kind_count; ++k) {
        for (std::size_t h = 0; h < 2; ++h) {
          const access::RecordFacts facts{static_cast<Agency>(a), static_cast<RecordKind>(k), static_cast<Handling>(h)};
          depth_[(a * record_kind_count + k) * 2 + h] =
              access::decide(policy_of(viewer), {viewer.role, viewer.agency, viewer.purpose}, facts).depth;
        }
      }
    }
  }
  [[nodiscard]] bool open(const RecordRow& record, char first_of_word) const {
    // What holds for single records: a declared conflict shuts, an emergency opens by what is recorded of it alone.
    if (viewer_.standings && viewer_.standings->of(record.sequence) == access::Standing::conflict) return false;
    const auto at =
        (static_cast<std::size_t>(record.agency) * record_kind_count + static_cast<std::size_t>(record.kind)) * 2 +
        static_cast<std::size_t>(record.handling);
    const bool identity = mark::says_who(first_of_word) && record.kind != RecordKind::sexual_health;
    return depth_[at] >= (identity ? access::Depth::exists : access::Depth::outline);
  }

 private:
  const Viewer& viewer_;
  std::array<access::Depth, agency_count * record_kind_count * 2> depth_{};
};

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}
bool has_letter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

std::string capitalised(std::string_view word) {
  std::string out(word);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
  return out;
}

struct TermHit {
  float likeness = 0;
  Manner manner = Manner::none;
  Code word = 0;
};
struct Candidate {
  std::array<TermHit, most_terms> terms{};
};

}  // namespace

// One search under way.
class Searching {
 public:
  Searching(const SearchIndex& index, const Holdings& holdings, const People& people, const Viewer& viewer)
      : index_(index), holdings_(holdings), people_(people), doors_(viewer) {}

  Found run(std::string_view query, std::size_t limit) {
    read(query_words(query));
    // Which of two equally good values is told must not depend on the order in which values came to be known.
    for (Term& term : terms_) {
      std::sort(term.matches.begin(), term.matches.end(), [&](const Match& a, const Match& b) {
        return a.likeness != b.likeness ? a.likeness > b.likeness : text(a.word) < text(b.word);
      });
    }
    for (const bool refining : {false, true}) {
      for (std::size_t t = 0; t < terms_.size(); ++t) {
        if (terms_[t].refines == refining) credit(t, refining && !found_.empty());
      }
    }
    return ranked(limit);
  }

 private:
  [[nodiscard]] std::string_view text(Code code) const { return index_.words_.view(code); }

  // Whether the viewer may know that anybody bears the value.
  [[nodiscard]] bool borne(Code code) const {
    const char first = text(code)[0];
    return std::any_of(index_.postings_[code].begin(), index_.postings_[code].end(),
                       [&](MentionIndex m) { return doors_.open(holdings_.at(holdings_.at(m).record), first); });
  }
  void add_value(Term& term, char kind, const std::string& value) const {
    if (value.empty()) return;
    const auto code = index_.words_.find(kind + value);
    if (code && borne(*code)) term.matches.push_back({*code, 1, Manner::same});
  }
  // Values of the kind that differ by one character (two neighbours that changed places are one).
  void add_near_values(Term& term, char kind, const std::string& value) const {
    const std::string wanted = kind + value;
    for (const Code code : index_.values_[static_cast<unsigned char>(kind)]) {
      const std::string_view held = text(code);
      if (held.size() + 1 < wanted.size() || held.size() > wanted.size() + 1) continue;
      if (linkage::edit_distance(wanted, held) == 1) term.matches.push_back({code, 0.8F, Manner::one_character});
    }
  }

  void read(const std::vector<std::string>& words) {
    for (std::size_t at = 0; at < words.size() && terms_.size() < most_terms;) {
      std::size_t taken = read_date(words, at, Precision::month);
      if (taken == 0) taken = read_identifier(words, at);
      if (taken == 0) taken = read_address(words, at);
      if (taken == 0) taken = read_date(words, at, Precision::year);
      if (taken == 0) taken = read_name(words[at]);
      at += std::max<std::size_t>(taken, 1);
    }
    const bool anchored = std::any_of(terms_.begin(), terms_.end(), [](const Term& term) { return !term.refines; });
    if (!anchored) {
      for (Term& term : terms_) term.refines = false;
    }
  }

  // An identifier in one to four words, the longest run first: "944 930 5552", "FA54 BUD", "WB3 0YW", "+44 7700
  // 900123".
  std::size_t read_identifier(const std::vector<std::string>& words, std::size_t at) {
    for (std::size_t count = std::min<std::size_t>(4, words.size() - at); count > 0; --count) {
      std::string joined;
      for (std::size_t i = 0; i < count; ++i) joined += words[at + i];
      if (!has_digit(joined)) continue;
      Term term;
      add_identifiers(term, joined);
      if (term.matches.empty()) continue;
      term.refines = std::all_of(term.matches.begin(), term.matches.end(),
                                 [&](const Match& match) { return text(match.word)[0] == mark::area; });
      push(term, words, at, count, term.refines ? 1 : 2);
      return count;
    }
    return read_unknown_identifier(words, at);
  }
  void add_identifiers(Term& term, const std::string& joined) const {
    const bool digits_alone = !has_letter(joined);
    if (digits_alone && joined.find('/') == std::string::npos) {
      add_value(term, mark::nhs_number, normal_nhs_number(joined).size() == 10 ? normal_nhs_number(joined) : "");
      const std::string phone = linkage::fold_phone(joined);
      add_value(term, mark::phone, phone);
      add_value(term, mark::phone_used, phone);
      if (joined.size() >= 6) add_value(term, mark::uprn, normal_uprn(joined));
    }
    if (!digits_alone) {
      add_value(term, mark::upn, normal_upn(joined));
      add_value(term, mark::registration, normal_registration(joined));
      add_value(term, mark::postcode, linkage::fold_tight(joined));
      add_value(term, mark::area, linkage::fold_tight(joined));
    }
    if (joined.size() >= 4) add_value(term, mark::local_id, linkage::fold_tight(joined));
  }

  // What has the form of an identifier and is borne by nobody as typed: those that differ by one character.
  std::size_t read_unknown_identifier(const std::vector<std::string>& words, std::size_t at) {
    for (std::size_t count = std::min<std::size_t>(4, words.size() - at); count > 0; --count) {
      std::string joined;
      for (std::size_t i = 0; i < count; ++i) joined += words[at + i];
      const std::string digits = normal_nhs_number(joined);
      Term term;
      if (!has_letter(joined) && joined.find('/') == std::string::npos && digits.size() >= 10 && digits.size() <= 14) {
        const std::string phone = linkage::fold_phone(joined);
        if (digits.size() == 10) add_near_values(term, mark::nhs_number, digits);
        add_near_values(term, mark::phone, phone);
        add_near_values(term, mark::phone_used, phone);
      } else if (like_upn(normal_upn(joined))) {
        add_near_values(term, mark::upn, normal_upn(joined));
      } else if (like_registration(joined, count)) {
        add_near_values(term, mark::registration, normal_registration(joined));
      } else {
        continue;
      }
      push(term, words, at, count, 2);
      return count;
    }
    return 0;
  }

  static bool like_upn(std::string_view upn) {
    return upn.size() == 13 && has_letter(upn.substr(0, 1)) &&
           std::all_of(upn.begin() + 1, upn.end() - 1, [](char c) { return c >= '0' && c <= '9'; });
  }
  // "Ali 12" has the form of an old plate too: in two words only the form in use since 2001 counts (FA54 BUD).
  static bool like_registration(std::string_view joined, std::size_t words) {
    if (joined.size() < 5 || !registration_plausible(joined)) return false;
    return words == 1 || (joined.size() == 7 && has_letter(joined.substr(4)) && !has_digit(joined.substr(4)) &&
                          has_digit(joined.substr(2, 2)));
  }

  // Two or more words that stand together in an address: "7 Castle Road", "castle rd", "Castel Road".
  std::size_t read_address(const std::vector<std::string>& words, std::size_t at) {
    Term term;
    std::size_t taken = 0;
    for (std::size_t i = at; i + 1 < words.size(); ++i) {
      std::vector<Match> pair = address_pair(words[i], words[i + 1]);
      if (pair.empty()) break;
      if (taken == 0) {
        term.matches = std::move(pair);
        taken = 2;
        continue;
      }
      // Each further pair must be borne as well: it becomes a term of its own, so that both count.
      Term further;
      further.matches = std::move(pair);
      push(further, words, i, 2, 1);
      ++taken;
    }
    if (taken != 0) push(term, words, at, 2, 1.5);
    return taken;
  }
  [[nodiscard]] std::vector<Match> address_pair(const std::string& first, const std::string& second) const {
    std::vector<Match> matches;
    const std::string folded = linkage::fold_address(first + " " + second);
    const auto parts = linkage::words(folded);
    if (parts.size() != 2 || !(has_digit(folded) || is_street(parts[1]))) return matches;
    if (const auto code = index_.words_.find(mark::address + folded); code && borne(*code))
      return {{*code, 1, Manner::same}};
    // A misspelt street: the number, or the kind of street, must be right.
    const std::string_view one = parts[0], other = parts[1];
    if (one.size() + other.size() < 6) return matches;
    for (const Code code : index_.values_[static_cast<unsigned char>(mark::address)]) {
      const auto held = text(code).substr(1);
      const std::size_t space = held.find(' ');
      const std::string_view held_one = held.substr(0, space), held_other = held.substr(space + 1);
      const bool number =
          has_digit(one) && one == held_one && other.size() >= 4 && linkage::edit_distance(other, held_other) == 1;
      const bool kind = !has_digit(one) && other == held_other && is_street(other) && one.size() >= 4 &&
                        linkage::edit_distance(one, held_one) == 1;
      if ((number || kind) && borne(code)) matches.push_back({code, 0.85F, Manner::spelt_like});
    }
    return matches;
  }
  // The short forms of "Road", "Street" and the like, as addresses are folded.
  static bool is_street(std::string_view word) {
    constexpr std::array<std::string_view, 14> kinds = {"rd",   "st",   "ave", "ln", "dr", "cl",  "ct",
                                                        "cres", "gdns", "gr",  "pl", "sq", "ter", "way"};
    return std::find(kinds.begin(), kinds.end(), word) != kinds.end();
  }

  std::size_t read_date(const std::vector<std::string>& words, std::size_t at, Precision at_least) {
    const auto date = date_at(words, at);
    if (!date || date->date.precision < at_least) return 0;
    Term term;
    term.refines = date->date.precision < Precision::day;
    const YearMonthDay wanted = split(date->date.first);
    for (const auto& held : index_.dates_) {
      const Match match = compare_dates(date->date, wanted, held.date);
      if (match.likeness > 0) term.matches.push_back({held.code, match.likeness, match.manner});
    }
    push(term, words, at, date->words, term.refines ? 1 : 1.5);
    return date->words;
  }
  static Match compare_dates(const PartialDate& wanted, const YearMonthDay& parts, const PartialDate& held) {
    const YearMonthDay have = split(held.first);
    if (held == wanted) return {0, 1, Manner::same};
    if (wanted.precision < Precision::day) {
      if (parts.year != have.year) return {};
      if (wanted.precision == Precision::year) return {0, 1, Manner::same};
      if (held.precision == Precision::year) return {0, 0.7F, Manner::less_precise};
      return parts.month == have.month ? Match{0, 1, Manner::same} : Match{};
    }
    if (held.precision < Precision::day) {
      const bool fits = parts.year == have.year && (held.precision == Precision::year || parts.month == have.month);
      return fits ? Match{0, held.precision == Precision::month ? 0.8F : 0.6F, Manner::less_precise} : Match{};
    }
    const auto birth = [](const YearMonthDay& day) {
      return linkage::BirthDate{static_cast<std::int16_t>(day.year), static_cast<std::int8_t>(day.month),
                                static_cast<std::int8_t>(day.day)};
    };
    switch (linkage::birth_level(birth(parts), birth(have))) {
      case linkage::level::birth_swapped:
        return {0, 0.85F, Manner::swapped};
      case linkage::level::birth_one_digit:
        return {0, 0.75F, Manner::one_character};
      case linkage::level::birth_same_month:
        return {0, 0.5F, Manner::same_month};
      default:
        return {};
    }
  }

  std::size_t read_name(const std::string& typed) {
    const std::string folded = fold(typed);
    for (const std::string_view word : linkage::words(folded)) {
      if (terms_.size() >= most_terms) break;
      Term term;
      term.typed = typed;
      term.refines = word.size() == 1;
      add_names(term, word);
      terms_.push_back(std::move(term));
    }
    return 1;
  }
  void add_names(Term& term, std::string_view word) const {
    const std::string sound = mark::sound + linkage::sound_key(word);
    const auto sounds = index_.words_.find(sound);
    const linkage::NameGroups groups = linkage::groups_of(word);
    for (const auto& name : index_.names_) {
      const std::string_view held = text(name.code);
      if (word == held) {
        term.matches.push_back({name.code, 1, Manner::same});
      } else if (word.size() == 1) {
        if (held[0] == word[0]) term.matches.push_back({name.code, 0.6F, Manner::begins});
      } else if (share_a_group(groups, name.groups)) {
        term.matches.push_back({name.code, 0.95F, Manner::other_form});
      } else {
        add_alike(term, word, held, name.code, sounds && *sounds == name.sound);
      }
    }
  }
  static bool share_a_group(const linkage::NameGroups& a, const linkage::NameGroups& b) {
    for (const std::uint16_t group : a) {
      if (group != 0 && std::find(b.begin(), b.end(), group) != b.end()) return true;
    }
    return false;
  }
  // Thresholds: Winkler (1990) takes 0.8 to 0.9 for spellings of one name; a swap or slip of one letter is one edit.
  static void add_alike(Term& term, std::string_view word, std::string_view held, Code code, bool same_sound) {
    const double likeness = linkage::jaro_winkler(word, held);
    if (likeness < 0.7) return;
    const std::size_t shorter = std::min(word.size(), held.size());
    if (same_sound && shorter >= 3 && likeness >= 0.75) {
      term.matches.push_back({code, 0.9F, Manner::sounds_like});
    } else if (word.size() >= 3 && held.size() > word.size() && held.starts_with(word)) {
      term.matches.push_back({code, 0.85F, Manner::begins});
    } else if (likeness >= 0.88 || (shorter >= 4 && linkage::edit_distance(word, held) <= (shorter >= 8 ? 2 : 1))) {
      term.matches.push_back({code, static_cast<float>(std::max(0.75, likeness - 0.06)), Manner::spelt_like});
    }
  }

  void push(Term& term, const std::vector<std::string>& words, std::size_t at, std::size_t count, double weight) {
    if (terms_.size() >= most_terms) return;
    for (std::size_t i = 0; i < count; ++i) term.typed += (i == 0 ? "" : " ") + words[at + i];
    term.weight = weight;
    terms_.push_back(std::move(term));
  }

  void credit(std::size_t t, bool only_found) {
    for (const Match& match : terms_[t].matches) {
      const char first = text(match.word)[0];
      std::size_t bearers = 0;
      std::uint32_t before = UINT32_MAX;
      for (const MentionIndex m : index_.postings_[match.word]) {
        if (!doors_.open(holdings_.at(holdings_.at(m).record), first)) continue;
        const std::uint32_t person = people_.of(m).value;
        // Counted by person: how many postings one has depends on records that this viewer may not know of.
        if (person != before) ++bearers;
        before = person;
        const auto found = only_found ? found_.find(person) : found_.try_emplace(person).first;
        if (found == found_.end()) continue;
        TermHit& hit = found->second.terms[t];
        if (match.likeness > hit.likeness) hit = {match.likeness, match.manner, match.word};
      }
      if (bearers > 0) bearers_[match.word] = bearers;
    }
  }

  struct Ranked {
    PersonId person;
    double score;
    double rarity;
    const Candidate* candidate;
  };
  [[nodiscard]] Found ranked(std::size_t limit) const {
    double asked = 0;
    for (const Term& term : terms_) asked += term.weight;
    std::vector<Ranked> all;
    for (const auto& [person, candidate] : found_) {
      double score = 0, rarity = 0;
      for (std::size_t t = 0; t < terms_.size(); ++t) {
        const TermHit& hit = candidate.terms[t];
        if (hit.manner == Manner::none) continue;
        score += terms_[t].weight * static_cast<double>(hit.likeness);
        rarity += 1 / std::log2(1.0 + static_cast<double>(bearers_.at(hit.word)));
      }
      all.push_back({PersonId(person), score / asked, rarity, &candidate});
    }
    Found found;
    const auto good = [](const Ranked& one) { return one.score >= good_enough; };
    found.only_part = std::none_of(all.begin(), all.end(), good);
    if (!found.only_part) std::erase_if(all, [&](const Ranked& one) { return !good(one); });
    const std::size_t kept = std::min(found.only_part ? std::min(limit, nearest_shown) : limit, all.size());
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(kept), all.end(),
                      [](const Ranked& a, const Ranked& b) {
                        if (a.score != b.score) return a.score > b.score;
                        return a.rarity != b.rarity ? a.rarity > b.rarity : a.person < b.person;
                      });
    found.more = kept < all.size();
    for (std::size_t i = 0; i < kept; ++i) {
      found.hits.push_back({all[i].person, all[i].score, fit_of(*all[i].candidate), why(*all[i].candidate)});
    }
    return found;
  }

  [[nodiscard]] Fit fit_of(const Candidate& candidate) const {
    Fit fit = Fit::all_the_same;
    for (std::size_t t = 0; t < terms_.size(); ++t) {
      if (candidate.terms[t].manner == Manner::none) return Fit::part;
      if (candidate.terms[t].manner != Manner::same) fit = Fit::all_alike;
    }
    return fit;
  }

  [[nodiscard]] std::string why(const Candidate& candidate) const {
    std::vector<std::string> parts;
    std::vector<std::string> missing;
    for (std::size_t t = 0; t < terms_.size(); ++t) {
      const TermHit& hit = candidate.terms[t];
      if (hit.manner == Manner::none) {
        missing.push_back(fmt::format("“{}”", terms_[t].typed));
        continue;
      }
      std::string part = words_for(terms_[t], hit);
      if (std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(std::move(part));
    }
    if (!missing.empty()) parts.push_back("nothing that fits " + join_words(missing));
    std::string sentence = fmt::format("{}.", fmt::join(parts, "; "));
    if (sentence[0] >= 'a' && sentence[0] <= 'z') sentence[0] = static_cast<char>(sentence[0] - 32);
    return sentence;
  }

  [[nodiscard]] std::string words_for(const Term& term, const TermHit& hit) const {
    const std::string_view held = text(hit.word);
    switch (held[0]) {
      case mark::birth_date:
        return date_words(hit, held.substr(1));
      case mark::nhs_number:
        return "NHS number " + sameness(hit);
      case mark::upn:
        return "pupil number " + sameness(hit);
      case mark::phone:
        return "telephone number " + sameness(hit);
      case mark::phone_used:
        return "named together with a telephone number that is " + sameness(hit);
      case mark::registration:
        return "named together with a vehicle whose registration is " + sameness(hit);
      case mark::postcode:
        return "postcode " + sameness(hit);
      case mark::area:
        return "area the same";
      case mark::address:
        return (has_digit(held) ? "address " : "street ") + sameness(hit);
      case mark::uprn:
        return "property number " + sameness(hit);
      case mark::local_id:
        return "agency's own number " + sameness(hit);
      default:
        break;
    }
    const std::string name = capitalised(held);
    switch (hit.manner) {
      case Manner::same:
        return fmt::format("name “{}” the same", name);
      case Manner::other_form:
        return fmt::format("“{}” is another form of “{}”", name, term.typed);
      case Manner::sounds_like:
        return fmt::format("“{}” sounds like “{}”", name, term.typed);
      case Manner::begins:
        return fmt::format("“{}” begins with “{}”", name, term.typed);
      default:
        return fmt::format("“{}” is spelt like “{}”", name, term.typed);
    }
  }
  static std::string sameness(const TermHit& hit) {
    return hit.manner == Manner::same         ? "the same"
           : hit.manner == Manner::spelt_like ? "spelt alike"
                                              : "the same but for one character";
  }
  static std::string date_words(const TermHit& hit, std::string_view held) {
    const auto date = parse_iso_partial(held);
    const std::string words = date ? to_words(*date) : std::string();
    switch (hit.manner) {
      case Manner::same:
        return "date of birth the same";
      case Manner::swapped:
        return fmt::format("date of birth with day and month changed places: {}", words);
      case Manner::one_character:
        return fmt::format("date of birth differs by one figure: {}", words);
      case Manner::same_month:
        return fmt::format("born in the same month: {}", words);
      default:
        return fmt::format("only {} is recorded as born, which fits", words);
    }
  }

  const SearchIndex& index_;
  const Holdings& holdings_;
  const People& people_;
  const Doors doors_;
  std::vector<Term> terms_;
  std::unordered_map<std::uint32_t, Candidate> found_;
  std::unordered_map<Code, std::size_t> bearers_;
};

Found SearchIndex::search(const Holdings& holdings, const People& people, std::string_view query, const Viewer& viewer,
                          std::size_t limit) const {
  return Searching(*this, holdings, people, viewer).run(query, limit);
}

}  // namespace wider::hub
