#include "town/names.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/check.hpp"
#include "town/name_tables.hpp"

namespace wider::town {
namespace {

std::vector<std::string_view> words(std::string_view text, char divider = ' ') {
  std::vector<std::string_view> out;
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t end = std::min(text.find(divider, at), text.size());
    if (end > at) out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// Texts, each once, in order of first use.
class Distinct {
 public:
  explicit Distinct(std::vector<std::string>& texts) : texts_(texts) {}
  NameIndex of(const std::string& text) {
    const auto [place, is_new] = index_.try_emplace(text, static_cast<NameIndex>(texts_.size()));
    if (is_new) texts_.push_back(text);
    return place->second;
  }

 private:
  std::vector<std::string>& texts_;
  std::unordered_map<std::string, NameIndex> index_;
};

using Groups = std::unordered_map<std::string_view, std::vector<std::string_view>>;

// Each word of a line → the line's other words.
Groups symmetric_groups(std::string_view text) {
  Groups out;
  for (const std::string_view line : words(text, '\n')) {
    const auto members = words(line);
    for (const std::string_view one : members) {
      for (const std::string_view other : members) {
        if (one != other) out[one].push_back(other);
      }
    }
  }
  return out;
}

std::string_view pick(const Groups& groups, std::string_view name, Random& random) {
  const auto found = groups.find(name);
  if (found == groups.end()) return {};
  return found->second[random.below(found->second.size())];
}

}  // namespace

NameIndex Names::Pool::draw(Random& random) const {
  const auto at = static_cast<std::uint32_t>(random.below(cumulative.back()));
  const auto place = std::upper_bound(cumulative.begin(), cumulative.end(), at);
  return names[static_cast<std::size_t>(place - cumulative.begin())];
}

Names::Pool Names::make_pool(std::vector<NameIndex> names) {
  Pool pool;
  std::uint32_t total = 0;
  for (std::uint32_t rank = 0; rank < names.size(); ++rank) {
    total += 1'000'000 / (rank + 12);
    pool.cumulative.push_back(total);
  }
  pool.names = std::move(names);
  return pool;
}

Names::Names() {
  Distinct forenames(forenames_);
  Distinct surnames(surnames_);
  for (const OriginTable& table : origin_tables()) {
    const auto indexes = [](Distinct& distinct, std::string_view text) {
      std::vector<NameIndex> out;
      for (const std::string_view word : words(text)) out.push_back(distinct.of(std::string(word)));
      return out;
    };
    female_.push_back(make_pool(indexes(forenames, table.female)));
    male_.push_back(make_pool(indexes(forenames, table.male)));
    std::vector<NameIndex> family = indexes(surnames, table.surnames);
    // Composed surnames, in an order that mixes roots and endings, so that no root is commonest.
    const auto roots = words(table.roots);
    const auto endings = table.endings == "*" ? std::vector<std::string_view>{} : words(table.endings);
    if (table.endings == "*") {
      for (std::size_t i = 0; i < roots.size(); ++i) {
        family.push_back(surnames.of((i % 2 == 0 ? "O'" : "Mc") + std::string(roots[i])));
        family.push_back(surnames.of((i % 2 == 0 ? "Mc" : "O'") + std::string(roots[i])));
      }
    }
    for (std::size_t i = 0; i < roots.size() * endings.size(); ++i) {
      const std::size_t root = i % roots.size();
      const std::size_t ending = (i / roots.size() + root) % endings.size();
      family.push_back(surnames.of(std::string(roots[root]) + std::string(endings[ending])));
    }
    std::vector<NameIndex> once;
    for (const NameIndex name : family) {
      if (std::find(once.begin(), once.end(), name) == once.end()) once.push_back(name);
    }
    family_.push_back(make_pool(std::move(once)));
  }
  CHECK(forenames_.size() < UINT16_MAX && surnames_.size() < UINT16_MAX);
}

std::uint8_t Names::draw_origin(Random& random) const {
  std::uint64_t at = random.below(1000);
  std::uint8_t origin = 0;
  for (const OriginTable& table : origin_tables()) {
    if (at < table.share) return origin;
    at -= table.share;
    ++origin;
  }
  return 0;
}

NameIndex Names::draw_forename(Random& random, std::uint8_t origin, Sex sex) const {
  // One in eight bears a name common in another part of the town.
  const std::uint8_t from = random.below(8) == 0 ? draw_origin(random) : origin;
  return (sex == Sex::female ? female_ : male_)[from].draw(random);
}

NameIndex Names::draw_surname(Random& random, std::uint8_t origin) const {
  return family_[origin].draw(random);
}

std::string Names::surname(NameIndex name, Sex sex) const {
  std::string text = surnames_[name];
  if (sex == Sex::female && text.ends_with("ski")) text.back() = 'a';
  return text;
}

std::string_view other_spelling(std::string_view forename, Random& random) {
  static const Groups groups = symmetric_groups(spelling_groups());
  return pick(groups, forename, random);
}

std::string_view short_form(std::string_view forename, Random& random) {
  static const Groups groups = [] {
    Groups out;
    for (const std::string_view line : words(short_forms(), '\n')) {
      const auto members = words(line);
      out[members.front()].assign(members.begin() + 1, members.end());
    }
    return out;
  }();
  return pick(groups, forename, random);
}

std::string other_surname_spelling(std::string_view surname, Random& random) {
  static const Groups groups = symmetric_groups(surname_groups());
  const std::string_view listed = pick(groups, surname, random);
  if (!listed.empty()) return std::string(listed);
  if (surname.starts_with("Mc")) return "Mac" + std::string(surname.substr(2));
  if (surname.starts_with("O'")) return "O" + std::string(surname.substr(2));
  if (surname.ends_with("ley")) return std::string(surname.substr(0, surname.size() - 3)) + "ly";
  if (surname.ends_with("ski")) return std::string(surname.substr(0, surname.size() - 3)) + "sky";
  return {};
}

const std::vector<std::string>& street_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    const auto firsts = words(
        "Mill Station Church Park Victoria Albert Queens Kings Grange Manor Oak Elm Ash Beech Cedar Willow Maple "
        "Poplar Chapel Bridge River "
        "Canal Market Foundry Weavers Spinners Dyers Moor Meadow Orchard Garden Spring Well Cross High Low North South "
        "East West Hill Dale "
        "Valley School College Priory Abbey Castle Tower Windsor Balmoral Nelson Wellington Trafalgar Alma Cobden "
        "Gladstone Peel Russell "
        "Clarence Cambridge Oxford Lincoln York Derby Durham Carlisle Lonsdale Derwent Severn Trent Tees Calder Wharf "
        "Lock Quarry Colliery "
        "Tannery Ropewalk Limekiln Brook Beck Heron Kestrel Swallow Larch Hawthorn Rowan Holly Laurel Primrose "
        "Bluebell");
    const auto seconds = words("Road Street Lane Avenue Close Drive Grove Terrace Crescent Way Place Court");
    for (const std::string_view second : seconds) {
      for (const std::string_view first : firsts) out.push_back(std::string(first) + " " + std::string(second));
    }
    return out;
  }();
  return names;
}

const std::vector<std::string_view>& street_nicknames() {
  static const std::vector<std::string_view> names = words(nickname_words());
  return names;
}

}  // namespace wider::town
