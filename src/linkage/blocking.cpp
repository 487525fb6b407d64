#include "linkage/blocking.hpp"

#include <algorithm>
#include <initializer_list>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/random.hpp"
#include "linkage/parallel.hpp"

namespace wider::linkage {
namespace {

struct Slots {
  std::size_t first, count;
};
constexpr Slots slots_of(std::size_t rule) {
  constexpr auto names = static_cast<std::size_t>(Rule::names);
  if (rule < names) return {rule, 1};
  if (rule == names) return {rule, 2};
  return {rule + 1, 1};
}

// A value of an entry that refines an over-full block; in the order in which they are tried.
enum class Refiner : std::uint8_t { birth_year, forename, surname, home, birth_day, town };
constexpr std::array refiners = {Refiner::birth_year, Refiner::forename,  Refiner::surname,
                                 Refiner::home,       Refiner::birth_day, Refiner::town};

struct KeyMaker {
  const Entries& entries;
  const std::vector<std::uint64_t>& text_hash;

  // 0 when any of the values is missing: then the rule gives no key.
  static std::uint64_t all(std::size_t slot_seed, std::initializer_list<std::uint64_t> values) {
    std::uint64_t hash = mix64(slot_seed + 1);
    for (const std::uint64_t value : values) {
      if (value == 0) return 0;
      hash = mix64(hash ^ value);
    }
    return hash | 1;
  }
  [[nodiscard]] std::uint64_t text(Code code) const { return code == 0 ? 0 : text_hash[code] | 1; }
  [[nodiscard]] std::uint64_t sound(Code name) const { return name == 0 ? 0 : text(entries.names[name].sound); }
  [[nodiscard]] std::uint64_t plain_sound(Code name) const {
    return name == 0 ? 0 : text(entries.names[name].plain_sound);
  }
  [[nodiscard]] std::uint64_t names(Code one, Code other) const {
    const std::uint64_t a = sound(one), b = sound(other);  // in either order: forename and surname change places
    return all(static_cast<std::size_t>(Rule::names), {std::min(a, b), std::max(a, b)});
  }
  static std::uint64_t month(BirthDate birth) {
    return birth.month == 0 ? 0 : static_cast<std::uint64_t>(birth.year * 16 + birth.month);
  }
  // The same for a date and the date with day and month changed places.
  static std::uint64_t day(BirthDate birth) {
    if (!birth.full()) return 0;
    return static_cast<std::uint64_t>((birth.year * 64 + std::min(birth.month, birth.day)) * 64 +
                                      std::max(birth.month, birth.day));
  }

  [[nodiscard]] std::array<std::uint64_t, 2> base(Rule rule, const Entry& entry) const {
    const auto seed = static_cast<std::size_t>(rule);
    switch (rule) {
      case Rule::nhs_number:
        return {all(seed, {text(entry.nhs_number)}), 0};
      case Rule::upn:
        return {all(seed, {text(entry.upn)}), 0};
      case Rule::email:
        return {all(seed, {text(entry.email)}), 0};
      case Rule::phone:
        return {all(seed, {text(entry.phone)}), 0};
      case Rule::birth_date:
        return {all(seed, {day(entry.birth)}), 0};
      case Rule::names: {
        const Code second = entry.surname_last != 0 ? entry.surname_last : entry.other_names[0];
        const std::uint64_t first_key =
            names(entry.forename, entry.surname_first != 0 ? entry.surname_first : entry.surname);
        const std::uint64_t second_key =
            entry.surname_last != 0 ? names(entry.forename, second) : names(second, entry.surname);
        return {first_key, second_key == first_key ? 0 : second_key};
      }
      case Rule::postcode:
        return {all(seed, {text(entry.postcode)}), 0};
      case Rule::address:
        return {all(seed, {text(entry.house != 0 ? entry.house : entry.address)}), 0};
      case Rule::surname_and_month:
        return {all(seed, {plain_sound(entry.surname), month(entry.birth)}), 0};
      case Rule::forename_and_month:
        return {all(seed, {sound(entry.forename), month(entry.birth)}), 0};
      case Rule::forename_and_day:
        return {
            all(seed, {sound(entry.forename),
                       entry.birth.full() ? static_cast<std::uint64_t>(entry.birth.month * 32 + entry.birth.day) : 0}),
            0};
      case Rule::surname_and_town:
        return {all(seed, {plain_sound(entry.surname), text(entry.town)}), 0};
      case Rule::forename_town_occupation:
        return {all(seed, {sound(entry.forename), text(entry.town), text(entry.occupation)}), 0};
    }
    return {0, 0};
  }

  [[nodiscard]] std::uint64_t refiner(Refiner by, const Entry& entry) const {
    switch (by) {
      case Refiner::birth_year:
        return static_cast<std::uint64_t>(entry.birth.year);
      case Refiner::forename:
        return sound(entry.forename);
      case Refiner::surname:
        return plain_sound(entry.surname);
      case Refiner::home:
        return text(entry.postcode != 0 ? entry.postcode : entry.address);
      case Refiner::birth_day:
        return day(entry.birth);
      case Refiner::town:
        return text(entry.town);
    }
    return 0;
  }
};

struct Keyed {
  std::uint64_t key;
  std::uint32_t entry;
  std::uint32_t slot;
  auto operator<=>(const Keyed&) const = default;
};

}  // namespace

std::string_view name_of(Rule rule) {
  static constexpr std::array<std::string_view, rule_count> names = {"NHS number",
                                                                     "UPN",
                                                                     "e-mail",
                                                                     "phone",
                                                                     "birth date",
                                                                     "names",
                                                                     "postcode",
                                                                     "address",
                                                                     "surname and month of birth",
                                                                     "forename and month of birth",
                                                                     "forename and day of birth",
                                                                     "surname and town",
                                                                     "forename, town and occupation"};
  return names[static_cast<std::size_t>(rule)];
}

std::uint64_t RuleBlocks::pairs() const {
  std::uint64_t sum = 0;
  for (const Block& block : blocks) sum += static_cast<std::uint64_t>(block.count) * (block.count - 1) / 2;
  return sum;
}

Blocking::Blocking(const Entries& entries, std::uint32_t largest_block, unsigned threads)
    : entries_(&entries), text_hash_(entries.strings.size()), keys_(entries.all.size() * slot_count) {
  for (Code code = 0; code < text_hash_.size(); ++code) text_hash_[code] = hash_bytes(entries.strings.view(code), 7);
  in_parallel(threads, rule_count, [&](std::size_t, std::size_t rule) { make_rule(rule, largest_block); });
}

void Blocking::make_rule(std::size_t rule, std::uint32_t largest_block) {
  const KeyMaker maker{*entries_, text_hash_};
  const Slots slots = slots_of(rule);
  std::vector<Keyed> open;
  for (std::uint32_t i = 0; i < entries_->all.size(); ++i) {
    const auto base = maker.base(static_cast<Rule>(rule), entries_->all[i]);
    for (std::uint32_t s = 0; s < slots.count; ++s) {
      if (base[s] != 0) open.push_back({base[s], i, s});
    }
  }
  // Blocks that are over-full are refined by one value after another; the others are settled as they are.
  RuleBlocks& made = rules_[rule];
  std::vector<Keyed> settled;
  for (std::size_t step = 0; !open.empty(); ++step) {
    std::sort(open.begin(), open.end());
    std::vector<Keyed> over_full;
    for (std::size_t from = 0; from < open.size();) {
      std::size_t to = from;
      std::size_t ordinary = 0;
      for (; to < open.size() && open[to].key == open[from].key; ++to)
        ordinary += open[to].entry < entries_->ordinary ? 1 : 0;
      const bool too_many = ordinary > largest_block;
      if (too_many && step < refiners.size()) {
        if (step == 0) {
          ++refined_[rule].blocks;
          refined_[rule].entries += ordinary;
        }
        for (std::size_t i = from; i < to; ++i) {
          Keyed refined = open[i];
          refined.key =
              mix64(refined.key ^ maker.refiner(refiners[step], entries_->all[refined.entry]) ^ (step + 1)) | 1;
          over_full.push_back(refined);
        }
      } else {
        if (too_many) ++refined_[rule].left_whole;
        settled.insert(settled.end(), open.begin() + static_cast<std::ptrdiff_t>(from),
                       open.begin() + static_cast<std::ptrdiff_t>(to));
      }
      from = to;
    }
    open.swap(over_full);
  }
  std::sort(settled.begin(), settled.end());
  for (std::size_t from = 0; from < settled.size();) {
    std::size_t to = from;
    const auto first = static_cast<std::uint32_t>(made.members.size());
    for (; to < settled.size() && settled[to].key == settled[from].key; ++to) {
      key(settled[to].entry, slots.first + settled[to].slot) = settled[to].key;
      if (made.members.size() == first || made.members.back() != settled[to].entry)
        made.members.push_back(settled[to].entry);
    }
    const auto count = static_cast<std::uint32_t>(made.members.size()) - first;
    if (count >= 2) {
      made.blocks.push_back({first, count, settled[from].key});
    } else {
      made.members.resize(first);
    }
    from = to;
  }
}

bool Blocking::owns(Rule rule, std::uint64_t own_key, std::uint32_t left, std::uint32_t right) const {
  const std::uint64_t* a = &keys_[left * slot_count];
  const std::uint64_t* b = &keys_[right * slot_count];
  const auto own = static_cast<std::size_t>(rule);
  constexpr auto names = static_cast<std::size_t>(Rule::names);
  const std::size_t before = slots_of(own).first;
  for (std::size_t slot = 0; slot < before; ++slot) {
    if (a[slot] != 0 && a[slot] == b[slot]) return false;
  }
  const auto shared_name = [&](auto&& counts) {
    for (std::size_t i = names; i < names + 2; ++i) {
      for (std::size_t j = names; j < names + 2; ++j) {
        if (a[i] != 0 && a[i] == b[j] && counts(a[i])) return true;
      }
    }
    return false;
  };
  if (own > names) return !shared_name([](std::uint64_t) { return true; });
  if (own == names) return !shared_name([&](std::uint64_t shared) { return shared < own_key; });
  return true;
}

bool Blocking::gives(std::uint32_t left, std::uint32_t right) const {
  for (std::size_t slot = 0; slot < slot_count; ++slot) {
    if (key(left, slot) != 0 && key(left, slot) == key(right, slot)) return true;
  }
  constexpr auto names = static_cast<std::size_t>(Rule::names);
  const auto crossed = [&](std::size_t i, std::size_t j) { return key(left, i) != 0 && key(left, i) == key(right, j); };
  return crossed(names, names + 1) || crossed(names + 1, names);
}

std::vector<std::uint32_t> Blocking::companions(std::uint32_t entry) const {
  std::vector<std::uint32_t> found;
  for (std::size_t rule = 0; rule < rule_count; ++rule) {
    const RuleBlocks& made = rules_[rule];
    const Slots slots = slots_of(rule);
    for (std::size_t slot = slots.first; slot < slots.first + slots.count; ++slot) {
      const std::uint64_t wanted = key(entry, slot);
      if (wanted == 0) continue;
      const auto block = std::lower_bound(made.blocks.begin(), made.blocks.end(), wanted,
                                          [](const Block& b, std::uint64_t k) { return b.key < k; });
      if (block == made.blocks.end() || block->key != wanted) continue;
      for (std::uint32_t i = block->first; i < block->first + block->count; ++i) {
        if (made.members[i] < entries_->ordinary) found.push_back(made.members[i]);
      }
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::string Blocking::note() const {
  std::string note;
  for (std::size_t rule = 0; rule < rule_count; ++rule) {
    if (refined_[rule].blocks == 0) continue;
    note += fmt::format("{}{}: {} over-full blocks with {} entries refined", note.empty() ? "" : "; ",
                        name_of(static_cast<Rule>(rule)), refined_[rule].blocks, refined_[rule].entries);
    if (refined_[rule].left_whole > 0)
      note += fmt::format(", {} that could not be refined further compared whole", refined_[rule].left_whole);
  }
  return note.empty() ? "no block was over-full" : note;
}

}  // namespace wider::linkage
