// Rows and entries: what comes, what leaves, and which pairs of entries are above the threshold.
#include "linkage/resident.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/random.hpp"
#include "linkage/parallel.hpp"
#include "linkage/resident_state.hpp"

namespace wider::linkage {
namespace {

// What is known of a name lies beside its text, also where that is nothing.
Entries& with_names(Entries& entries) {
  if (entries.names.size() < entries.strings.size()) entries.names.resize(entries.strings.size());
  return entries;
}
// The model's own values come first, so that whatever else comes is rare.
Entries& with_terms(Entries& entries, const Model& model) {
  intern_terms(model, entries.strings);
  return with_names(entries);
}

}  // namespace

Resident::State::Tools::Tools(const StringPool& from, Entries& entries, const Model& model)
    : reader(from, entries),
      keys(with_terms(entries, model), model.blocking),
      scorer(model, entries),
      sketches(entries, scorer.established(), 1),
      tile_maker(entries, sketches, scorer),
      finder(entries, keys, tile_maker, scorer) {}

Resident::State::State(ModelPtr adopted) : model(std::move(adopted)) {
  tools.emplace(strings, entries, *model);
  seat(1);
}

void Resident::State::seat(unsigned threads) {
  while (tools->desks.size() < std::max(threads, 1U))
    tools->desks.push_back(std::make_unique<Desk>(entries, tools->scorer));
}

std::uint64_t Resident::State::mark_of(std::uint64_t content, std::uint64_t alone) {
  const std::uint64_t mark = alone == 0 ? content : mix64(content ^ mix64(alone));
  return mark == 0 ? 1 : mark;
}

std::uint64_t Resident::State::own_id_key(std::uint32_t entry) const {
  return mix64((static_cast<std::uint64_t>(entries.all[entry].source) << 32) | own_id(entry)) | 1;
}

// ---- rows ----

ReadRow Resident::State::read(const Row& row) {
  ReadRow read = tools->reader.read(row, false);
  tools->scorer.extend(with_names(entries), read.entry, read.more);
  tools->sketches.extend(entries, tools->scorer.established(), read.entry, read.more);
  return read;
}

// A component is about to change: what it was is noted, and it will be clustered again.
void Resident::State::touch(std::uint32_t entry) {
  if (live[entry].touched || !ordinary(entry)) return;
  const std::uint32_t component = live[entry].component;
  std::vector<std::uint32_t> alone;
  if (component == none) {
    alone = {entry};
  } else {
    parted.push_back(std::exchange(components[component], {}));
    free_components.push_back(component);
  }
  const std::vector<std::uint32_t>& members = component == none ? alone : parted.back().members;
  for (const std::uint32_t member : members) {
    live[member].touched = true;
    live[member].component = none;
    live[member].former = component == none ? none : static_cast<std::uint32_t>(parted.size() - 1);
    affected.push_back(member);
  }
  if (wants_groups) add_groups(members, before);
}

void Resident::State::place(std::uint32_t row, const ReadRow& read) {
  const std::uint64_t content = content_hash(read.entry, read.more, entries.strings);
  const std::uint64_t own = name_of[row] != 0 ? name_of[row] : row + 1ULL;
  const std::uint64_t alone = said.contains(row) ? own : 0;
  const std::uint64_t mark = mark_of(content, alone);
  const auto known = entry_with.of(mark);
  const std::uint32_t at = known.empty() ? make_entry(read, content, alone) : known.front();
  touch(at);
  auto& rows = live[at].rows;
  rows.insert(std::lower_bound(rows.begin(), rows.end(), row), row);
  entry_of[row] = at;
  if (rows.size() == 2 && own_id(at) == 0) live[at].together = says_enough(at, desk());
}

ReadRow Resident::State::unplace(std::uint32_t row) {
  const std::uint32_t at = std::exchange(entry_of[row], none);
  touch(at);
  const ReadRow read{entries.all[at], entries.more_of(entries.all[at])};
  auto& rows = live[at].rows;
  rows.erase(std::lower_bound(rows.begin(), rows.end(), row));
  if (rows.empty()) {
    drop_entry(at);
  } else if (rows.size() == 1) {
    live[at].together = true;
  }
  return read;
}

// ---- entries ----

std::uint32_t Resident::State::keep_more(const MoreFields& more) {
  if (more == MoreFields{}) return 0;
  if (free_more.empty()) {
    entries.more.push_back(more);
    return static_cast<std::uint32_t>(entries.more.size() - 1);
  }
  const std::uint32_t at = free_more.back();
  free_more.pop_back();
  entries.more[at] = more;
  return at;
}

std::uint32_t Resident::State::make_entry(const ReadRow& read, std::uint64_t content, std::uint64_t alone) {
  Entry entry = read.entry;
  entry.more = keep_more(read.more);
  std::uint32_t at = static_cast<std::uint32_t>(live.size());
  if (free_entries.empty()) {
    live.emplace_back();
    entries.all.push_back(entry);
  } else {
    at = free_entries.back();
    free_entries.pop_back();
    live[at] = {};
    entries.all[at] = entry;
  }
  live[at].content = content;
  live[at].alone = alone;
  live[at].cluster = at;
  entry_with.add(mark_of(content, alone), at);
  if (entry.attach_only) return at;
  tools->finder.lay_card(at);
  live[at].touched = true;
  live[at].fresh = true;
  affected.push_back(at);
  fresh.push_back(at);
  if (own_id(at) != 0) {
    for (const std::uint32_t other : own_group(at)) touch(other);
    of_own_id.add(own_id_key(at), at);
  }
  return at;
}

void Resident::State::drop_entry(std::uint32_t at) {
  Live& gone = live[at];
  entry_with.remove(mark_of(gone.content, gone.alone), at);
  const Entry& entry = entries.all[at];
  if (!entry.attach_only) {
    if (gone.fresh) {
      std::erase(fresh, at);
    } else {
      tools->finder.remove(at);
    }
    for (const Live::Neighbour& edge : gone.edges)
      std::erase_if(live[edge.entry].edges, [&](const Live::Neighbour& back) { return back.entry == at; });
    if (own_id(at) != 0) of_own_id.remove(own_id_key(at), at);
  }
  if (entry.more != 0) free_more.push_back(std::exchange(entries.all[at].more, 0));
  gone.edges.clear();
  gone.fresh = false;
  dropped.push_back(at);
}

// Holds the fresh entries against all others, and each two of them against each other once.
void Resident::State::link_fresh(unsigned threads) {
  if (fresh.empty()) return;
  struct Found {
    std::uint32_t entry, other;
    std::int32_t weight;
  };
  seat(threads);
  tools->finder.add(fresh, threads);
  constexpr std::size_t portion = 8;
  std::vector<std::vector<Found>> found((fresh.size() + portion - 1) / portion);
  in_parallel(threads, found.size(), [&](std::size_t worker, std::size_t part) {
    Desk& at = *tools->desks[worker];
    for (std::size_t i = part * portion; i < std::min((part + 1) * portion, fresh.size()); ++i) {
      const std::uint32_t entry = fresh[i];
      tools->finder.find(entries.all[entry], entry, at);
      tools->finder.sift(entry, at);
      for (const std::uint32_t other : at.candidates) __builtin_prefetch(&live[other]);
      const auto keep = [&](std::uint32_t left, std::uint32_t right, const Pattern& pattern) {
        const Score its = tools->scorer.score(entries.all[left], entries.all[right], pattern);
        if (its.apart || its.weight < tools->scorer.threshold()) return;
        found[part].push_back({entry, left == entry ? right : left, its.weight - tools->scorer.threshold()});
      };
      for (const std::uint32_t other : at.candidates) {
        if (live[other].fresh && other < entry) continue;
        const bool first = precedes(entry, other);
        at.patient.add(first ? entry : other, first ? other : entry, keep);
      }
      at.patient.flush(keep);
    }
  });
  for (const std::uint32_t entry : fresh) live[entry].fresh = false;
  fresh.clear();
  for (const auto& of_part : found) {
    for (const Found& edge : of_part) {
      touch(edge.other);
      live[edge.entry].edges.push_back({edge.other, edge.weight});
      live[edge.other].edges.push_back({edge.entry, edge.weight});
    }
  }
}

// ---- people's word ----

void Resident::State::forget(std::uint32_t left, std::uint32_t right) {
  const std::pair<std::uint32_t, std::uint32_t> both_ways[] = {{left, right}, {right, left}};
  for (const auto& [one, other] : both_ways) {
    const auto found = said.find(one);
    if (found == said.end()) continue;
    std::erase_if(found->second, [&](const Said& word) { return word.other == other; });
    if (found->second.empty()) said.erase(found);
  }
}

// Takes the rows out, changes what is said, and puts them back: whether a row stands alone depends on that.
template <typename Change>
void Resident::State::say(const std::vector<std::uint32_t>& rows, Change&& change) {
  std::vector<ReadRow> held;
  held.reserve(rows.size());
  for (const std::uint32_t row : rows) held.push_back(unplace(row));
  change();
  for (std::size_t i = 0; i < rows.size(); ++i) place(rows[i], held[i]);
}

void Resident::State::end(unsigned threads, Regrouped* regrouped) {
  link_fresh(threads);
  if (!holding) settle(threads, regrouped);
}

// ---- what others call ----

Resident::Resident(ModelPtr model) : state_(std::make_unique<State>(std::move(model))) {}
Resident::~Resident() = default;
Resident::Resident(Resident&&) noexcept = default;

StringPool& Resident::strings() {
  return state_->strings;
}

void Resident::reserve(std::size_t rows) {
  State& state = *state_;
  const std::size_t before = state.entry_of.size();
  state.live.reserve(rows);
  state.entries.all.reserve(rows);
  state.entry_of.reserve(rows);
  state.name_of.reserve(rows);
  state.tools->finder.reserve(rows);
  if (before == 0) return;
  // Strings and components come with rows as they did before.
  const auto as_many = [&](std::size_t held) { return held + (rows - std::min(rows, before)) * (held / before + 1); };
  state.components.reserve(as_many(state.components.size()));
  state.entries.more.reserve(as_many(state.entries.more.size()));
  state.strings.reserve(as_many(state.strings.size()));
  const std::size_t strings = as_many(state.entries.strings.size());
  state.entries.strings.reserve(strings);
  state.entries.names.reserve(strings);
  state.tools->scorer.reserve(strings);
  state.tools->sketches.of.reserve(strings);
  state.tools->sketches.names.reserve(strings);
}

void Resident::load(std::vector<Row> rows, unsigned threads) {
  state_->load(std::move(rows), threads);
}

std::uint32_t Resident::add(const Row& row, Regrouped* regrouped) {
  return add_all(std::span(&row, 1), 1, regrouped);
}

std::uint32_t Resident::add_all(std::span<const Row> rows, unsigned threads, Regrouped* regrouped) {
  State& state = *state_;
  state.begin(regrouped != nullptr);
  const auto first = static_cast<std::uint32_t>(state.entry_of.size());
  for (const Row& row : rows) {
    const auto number = static_cast<std::uint32_t>(state.entry_of.size());
    state.entry_of.push_back(none);
    state.name_of.push_back(row.name);
    state.place(number, state.read(row));
  }
  state.end(threads, regrouped);
  return first;
}

void Resident::correct(std::uint32_t row, const Row& now, Regrouped* regrouped) {
  State& state = *state_;
  CHECK(state.is_there(row));
  state.begin(regrouped != nullptr);
  (void)state.unplace(row);
  state.place(row, state.read(now));
  state.end(1, regrouped);
}

void Resident::withdraw(std::uint32_t row, Regrouped* regrouped) {
  State& state = *state_;
  CHECK(state.is_there(row));
  state.begin(regrouped != nullptr);
  std::vector<std::uint32_t> partners;
  if (const auto found = state.said.find(row); found != state.said.end()) {
    for (const Said& word : found->second) partners.push_back(word.other);
  }
  (void)state.unplace(row);
  state.say(partners, [&] {
    for (const std::uint32_t partner : partners) state.forget(row, partner);
  });
  state.end(1, regrouped);
}

void Resident::decide(std::uint32_t left, std::uint32_t right, bool same, Regrouped* regrouped) {
  State& state = *state_;
  CHECK(left != right && state.is_there(left) && state.is_there(right));
  state.begin(regrouped != nullptr);
  state.say({left, right}, [&] {
    state.forget(left, right);
    state.said[left].push_back({right, same});
    state.said[right].push_back({left, same});
  });
  state.end(1, regrouped);
}

void Resident::take_back(std::uint32_t left, std::uint32_t right, Regrouped* regrouped) {
  State& state = *state_;
  CHECK(left != right && state.is_there(left) && state.is_there(right));
  state.begin(regrouped != nullptr);
  state.say({left, right}, [&] { state.forget(left, right); });
  state.end(1, regrouped);
}

void Resident::hold() {
  state_->holding = true;
}

void Resident::settle(Regrouped* regrouped) {
  state_->holding = false;
  state_->settle(1, regrouped);
}

std::vector<std::uint32_t> Resident::person_of(std::uint32_t row) const {
  State& state = *state_;
  CHECK(state.is_there(row));
  const std::uint32_t label = state.standing(row);
  if (label == none) return {row};
  std::vector<std::uint32_t> rows;
  for (const std::uint32_t member : state.cluster_of(label))
    rows.insert(rows.end(), state.live[member].rows.begin(), state.live[member].rows.end());
  if (!state.ordinary(state.entry_of[row])) rows.push_back(row);
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::vector<std::uint32_t> Resident::partition() const {
  return state_->partition();
}

std::uint64_t Resident::pairs_compared() const {
  std::uint64_t compared = state_->loaded_compared;
  for (const auto& desk : state_->tools->desks) compared += desk->compared;
  return compared;
}

std::size_t Resident::most_connected() const {
  std::size_t largest = 0;
  for (const Component& component : state_->components) largest = std::max(largest, component.members.size());
  return largest;
}

std::uint64_t Resident::bytes() const {
  const State& state = *state_;
  std::uint64_t bytes = state.tools->finder.bytes() + state.entry_with.bytes() + state.of_own_id.bytes() +
                        state.tools->sketches.of.capacity() * (sizeof(Sketch) + 4) +
                        state.live.capacity() * sizeof(Live) + state.entries.all.capacity() * sizeof(Entry) +
                        state.entries.more.capacity() * sizeof(MoreFields) +
                        state.entries.names.capacity() * sizeof(NameFacts) +
                        state.components.capacity() * sizeof(Component) + state.entry_of.capacity() * 12;
  for (const Live& entry : state.live)
    bytes += entry.rows.capacity() * sizeof(std::uint32_t) + entry.edges.capacity() * sizeof(Live::Neighbour);
  for (const Component& component : state.components) {
    bytes += component.members.capacity() * sizeof(std::uint32_t);
    if (component.history) bytes += component.history->joined.capacity() * sizeof(Joined);
  }
  for (const StringPool* pool : {&state.strings, &state.entries.strings})
    bytes += pool->bytes().capacity() + pool->size() * std::uint64_t{32};
  return bytes;
}

}  // namespace wider::linkage
