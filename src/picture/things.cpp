// Joining things over records. Vehicles and phones have one key each. Places are told in many ways ("Station Kebabs",
// "4 Station Rd", a UPRN alone), so each telling is resolved to its strongest form: what is said most often together
// decides, and only what every partner may see has a say (invariant 10: restricted records look up, they never vote).
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/check.hpp"
#include "picture/normal_form.hpp"
#include "picture/picture.hpp"

namespace wider::picture {

namespace {

// For each left key: the right key it is told with most often, when that is most of the time.
class Majority {
 public:
  void tell(Code left, Code right, std::uint32_t times) { told_.emplace_back(Pair{left, right, times}); }
  void settle() {
    std::sort(told_.begin(), told_.end(),
              [](const Pair& a, const Pair& b) { return std::pair(a.left, a.right) < std::pair(b.left, b.right); });
    for (std::size_t i = 0; i < told_.size();) {
      const Code left = told_[i].left;
      std::uint64_t all = 0;
      std::uint64_t best = 0;
      Code best_right = 0;
      while (i < told_.size() && told_[i].left == left) {
        const Code right = told_[i].right;
        std::uint64_t times = 0;
        for (; i < told_.size() && told_[i].left == left && told_[i].right == right; ++i) times += told_[i].times;
        all += times;
        if (times > best) {
          best = times;
          best_right = right;
        }
      }
      if (best * 5 >= all * 3)
        settled_.emplace(left, best_right);  // three in five: a street name twice in a town is not joined
    }
    told_ = {};
  }
  // 0 when nothing is told of it, or nothing most of the time.
  [[nodiscard]] Code of(Code left) const {
    const auto found = settled_.find(left);
    return found == settled_.end() ? 0 : found->second;
  }

 private:
  struct Pair {
    Code left, right;
    std::uint32_t times;
  };
  std::vector<Pair> told_;
  std::unordered_map<Code, Code> settled_;
};

// One way of telling a place, as codes of the holdings' strings.
struct Telling {
  Code text, postcode, uprn;
  friend bool operator==(const Telling&, const Telling&) = default;
};
struct TellingHash {
  std::size_t operator()(const Telling& t) const {
    std::uint64_t h = t.text * 0x9E3779B97F4A7C15ULL;
    h = (h ^ (h >> 29) ^ t.postcode) * 0xBF58476D1CE4E5B9ULL;
    h = (h ^ (h >> 32) ^ t.uprn) * 0x94D049BB133111EBULL;
    return static_cast<std::size_t>(h ^ (h >> 31));
  }
};

std::string digits_of(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits += c;
  }
  const std::size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos || digits.size() > 12) return {};
  return digits.substr(first);
}

class PlaceResolver {
 public:
  explicit PlaceResolver(const Holdings& holdings) : holdings_(holdings) {}

  // Which telling this is; a place that says nothing gives UINT32_MAX.
  std::uint32_t take(const Telling& telling, bool may_vote) {
    if (telling.text == 0 && telling.uprn == 0) return UINT32_MAX;
    const auto [place, is_new] = number_of_.try_emplace(telling, static_cast<std::uint32_t>(tellings_.size()));
    if (is_new) tellings_.push_back(keys_of(telling));
    if (may_vote) ++tellings_[place->second].votes;
    return place->second;
  }

  void settle() {
    for (const Keys& keys : tellings_) {
      if (keys.votes == 0) continue;
      if (keys.door != 0) {
        if (keys.street_line != 0) street_line_to_door_.tell(keys.street_line, keys.door, keys.votes);
        if (keys.name_postcode != 0) name_postcode_to_door_.tell(keys.name_postcode, keys.door, keys.votes);
        if (keys.name != 0) name_to_door_.tell(keys.name, keys.door, keys.votes);
      }
      const Code first = first_form(keys);
      if (first != 0 && keys.uprn != 0) form_to_uprn_.tell(first, keys.uprn, keys.votes);
    }
    street_line_to_door_.settle();
    name_postcode_to_door_.settle();
    name_to_door_.settle();
    form_to_uprn_.settle();
  }

  // The key of the place; 0 when none.
  [[nodiscard]] Code resolve(std::uint32_t telling) const {
    const Keys& keys = tellings_[telling];
    Code form = first_form(keys);
    if (keys.door == 0) {
      Code door = 0;
      if (keys.name_postcode != 0) door = name_postcode_to_door_.of(keys.name_postcode);
      if (door == 0 && keys.street_line != 0) door = street_line_to_door_.of(keys.street_line);
      if (door == 0 && keys.name != 0 && keys.name_postcode == 0) door = name_to_door_.of(keys.name);
      if (door != 0) form = door;
    }
    if (form == 0) return keys.uprn;
    const Code uprn = form_to_uprn_.of(form);
    if (uprn != 0) return uprn;
    return form;
  }

 private:
  struct Keys {
    Code door = 0;           // number and postcode: "4|RM11AA"
    Code street_line = 0;    // number and street: "4 station road"
    Code name_postcode = 0;  // "station kebabs|RM11AA"
    Code name = 0;
    Code uprn = 0;
    std::uint32_t votes = 0;
  };

  Keys keys_of(const Telling& telling) {
    Keys keys;
    const AddressParts parts = address_parts(holdings_.text(telling.text));
    const std::string postcode = normal_postcode(holdings_.text(telling.postcode));
    if (!parts.number.empty() && !postcode.empty()) keys.door = keys_.intern("d" + parts.number + "|" + postcode);
    if (!parts.number.empty() && !parts.street.empty())
      keys.street_line = keys_.intern("s" + parts.number + " " + parts.street);
    if (!parts.name.empty()) {
      keys.name = keys_.intern("n" + parts.name);
      if (!postcode.empty()) keys.name_postcode = keys_.intern("n" + parts.name + "|" + postcode);
    }
    const std::string uprn = digits_of(holdings_.text(telling.uprn));
    if (!uprn.empty()) keys.uprn = keys_.intern("u" + uprn);
    return keys;
  }

  static Code first_form(const Keys& keys) {
    if (keys.door != 0) return keys.door;
    if (keys.street_line != 0) return keys.street_line;
    if (keys.name_postcode != 0) return keys.name_postcode;
    return keys.name;
  }

  const Holdings& holdings_;
  StringPool keys_;
  std::unordered_map<Telling, std::uint32_t, TellingHash> number_of_;
  std::vector<Keys> tellings_;
  Majority street_line_to_door_;
  Majority name_postcode_to_door_;
  Majority name_to_door_;
  Majority form_to_uprn_;
};

Code registration_key(const Holdings& holdings, const ThingRow& row, StringPool& keys) {
  std::string plate = normal_registration(holdings.text(row.id));
  if (plate.empty() && row.id == 0) plate = normal_registration(holdings.text(row.text));
  return plate.empty() ? 0 : keys.intern("v" + plate);
}

Code phone_key(const Holdings& holdings, const ThingRow& row, StringPool& keys) {
  const std::string number = normal_phone(holdings.text(row.id != 0 ? row.id : row.text));
  return number.empty() ? 0 : keys.intern("p" + number);
}

Code words_key(const Holdings& holdings, const ThingRow& row, StringPool& keys, char letter) {
  const std::string words = plain_words(holdings.text(row.id != 0 ? row.id : row.text));
  return words.empty() ? 0 : keys.intern(letter + words);
}

// Of what is no place; 0 when none.
Code other_key(const Holdings& holdings, const ThingRow& row, StringPool& keys) {
  switch (row.kind) {
    case ThingKind::place:
      return 0;
    case ThingKind::vehicle:
      return registration_key(holdings, row, keys);
    case ThingKind::phone:
      return phone_key(holdings, row, keys);
    case ThingKind::online_handle:
      return words_key(holdings, row, keys, 'h');
    case ThingKind::organisation:
      return words_key(holdings, row, keys, 'o');
  }
  return 0;
}

}  // namespace

Things::Things(const Holdings& holdings) {
  const std::size_t thing_total = holdings.things().size();
  const std::size_t mention_total = holdings.mentions().size();
  PlaceResolver places(holdings);
  std::vector<std::uint32_t> telling_of_thing(thing_total, UINT32_MAX);
  std::vector<std::uint32_t> telling_of_home(mention_total, UINT32_MAX);
  for (std::size_t t = 0; t < thing_total; ++t) {
    const ThingRow& row = holdings.things()[t];
    if (row.kind != ThingKind::place) continue;
    const RecordRow& record = holdings.at(row.record);
    telling_of_thing[t] =
        places.take({row.text, row.postcode, row.id}, record.live && record.handling == Handling::shared);
  }
  for (std::size_t m = 0; m < mention_total; ++m) {
    const MentionRow& row = holdings.mentions()[m];
    const RecordRow& record = holdings.at(row.record);
    telling_of_home[m] =
        places.take({row.address, row.postcode, row.uprn}, record.live && record.handling == Handling::shared);
  }
  places.settle();

  // Keys → entities, numbered by first appearance in what is shared; what only restricted records name comes after, so
  // that it moves no number that others see. Place keys and other keys are codes of two pools: two maps.
  StringPool other_keys;
  std::unordered_map<Code, std::uint32_t> place_number;
  std::unordered_map<Code, std::uint32_t> other_number;
  const auto entity_for = [&](std::unordered_map<Code, std::uint32_t>& numbers, Code key, ThingKind kind) {
    if (key == 0) return EntityId();
    const auto [place, is_new] = numbers.try_emplace(key, static_cast<std::uint32_t>(kind_.size()));
    if (is_new) kind_.push_back(kind);
    return EntityId(place->second);
  };
  entity_of_.resize(thing_total);
  home_of_.resize(mention_total);
  for (const Handling handling : {Handling::shared, Handling::originator_only}) {
    for (std::size_t t = 0; t < thing_total; ++t) {
      const ThingRow& row = holdings.things()[t];
      if (holdings.at(row.record).handling != handling) continue;
      if (row.kind != ThingKind::place) {
        entity_of_[t] = entity_for(other_number, other_key(holdings, row, other_keys), row.kind);
      } else if (telling_of_thing[t] != UINT32_MAX) {
        entity_of_[t] = entity_for(place_number, places.resolve(telling_of_thing[t]), row.kind);
      }
    }
    for (std::size_t m = 0; m < mention_total; ++m) {
      if (holdings.at(holdings.mentions()[m].record).handling != handling || telling_of_home[m] == UINT32_MAX) continue;
      home_of_[m] = entity_for(place_number, places.resolve(telling_of_home[m]), ThingKind::place);
    }
  }

  first_.assign(kind_.size() + 1, 0);
  for (const EntityId entity : entity_of_) {
    if (entity.valid()) ++first_[entity.value + 1];
  }
  for (std::size_t e = 1; e < first_.size(); ++e) first_[e] += first_[e - 1];
  members_.resize(first_.back());
  std::vector<std::uint32_t> next = first_;
  for (std::uint32_t t = 0; t < thing_total; ++t) {
    if (entity_of_[t].valid()) members_[next[entity_of_[t].value]++] = ThingIndex(t);
  }
}

std::span<const ThingIndex> Things::mentions_of(EntityId entity) const {
  CHECK(entity.valid() && entity.value < count());
  return std::span(members_).subspan(first_[entity.value], first_[entity.value + 1] - first_[entity.value]);
}

}  // namespace wider::picture
