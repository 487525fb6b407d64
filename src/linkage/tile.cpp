#include "linkage/tile.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "linkage/parallel.hpp"

namespace wider::linkage {
namespace {

std::uint32_t digits_of(BirthDate birth) {
  std::uint32_t digits = 0;
  for (const int digit : {birth.year / 1000 % 10, birth.year / 100 % 10, birth.year / 10 % 10, birth.year % 10,
                          birth.month / 10, birth.month % 10, birth.day / 10, birth.day % 10})
    digits = digits << 4 | static_cast<std::uint32_t>(digit);
  return digits;
}

std::uint32_t flags_of(const Entry& entry, const Entries& entries) {
  std::uint32_t flags = entry.sex == Sex::female ? Tile::female : entry.sex == Sex::male ? Tile::male : 0;
  if (entry.more != 0) {
    const MoreFields& more = entries.more_of(entry);
    const bool other_names = more.other_names[0] != 0;
    if (other_names || more.forename_whole != 0) flags |= Tile::several_forenames;
    if (other_names || more.surname_first != 0 || more.surname_last != 0) flags |= Tile::surname_in_parts;
    if (more.uprn != 0) flags |= Tile::has_uprn;
  }
  return flags;
}

}  // namespace

Sketches::Sketches(const Entries& entries, const Established& forenames, unsigned threads)
    : of(entries.strings.size()), names(entries.strings.size()) {
  constexpr std::size_t portion = 1U << 14;
  in_parallel(threads, (of.size() + portion - 1) / portion, [&](std::size_t, std::size_t part) {
    for (std::size_t code = part * portion; code < std::min((part + 1) * portion, of.size()); ++code) {
      of[code] = sketch_of(entries.strings.view(static_cast<Code>(code)));
      names[code] = bits_of(entries.names[code].groups) | (forenames[code] ? established : 0);
    }
  });
}

void Sketches::extend(const Entries& entries, const Established& forenames, const Entry& entry,
                      const MoreFields& more) {
  for (auto code = static_cast<Code>(of.size()); code < entries.strings.size(); ++code) {
    of.push_back(sketch_of(entries.strings.view(code)));
    names.push_back(forenames[code] ? established : 0);
  }
  const auto know = [&](Code code) {
    if (code != 0) names[code] = bits_of(entries.names[code].groups) | (forenames[code] ? established : 0);
  };
  for (const Code code :
       {entry.forename, entry.surname, entry.town, more.forename_whole, more.surname_first, more.surname_last})
    know(code);
  for (const Code code : more.other_names) know(code);
}

void TileMaker::bring_near(std::span<const std::uint32_t> members) const {
  for (const std::uint32_t member : members) {
    const auto* entry = reinterpret_cast<const char*>(&entries_->all[member]);
    __builtin_prefetch(entry);
    __builtin_prefetch(entry + sizeof(Entry) - 1);
    if (blocking_ == nullptr) continue;
    const auto blocks = blocking_->blocks_of(member);
    __builtin_prefetch(blocks.data());
    __builtin_prefetch(blocks.data() + blocks.size() - 1);
  }
  for (const std::uint32_t member : members) {
    const Entry& entry = entries_->all[member];
    for (const Code code : {entry.address, entry.postcode, entry.phone, entry.email, entry.nhs_number})
      if (code != 0) __builtin_prefetch(&sketches_->of[code]);
    scorer_->prefetch(Term::address, entry.address_words);
    scorer_->prefetch(Term::postcode, entry.postcode);
    scorer_->prefetch(Term::phone, entry.phone);
    scorer_->prefetch(Term::email, entry.email);
  }
}

void TileMaker::lay_out_text(Tile::TextColumn& column, const Tile& tile, Code Entry::* field, const Term* term) const {
  for (std::uint32_t i = 0; i < tile.count; ++i) {
    const Code code = entries_->all[tile.entry[i]].*field;
    put(column, i, code, sketches_->of[code], term == nullptr ? 0 : scorer_->adjustment(*term, code));
  }
}

void TileMaker::put(Tile::TextColumn& column, std::size_t at, Code code, const Sketch& sketch,
                    std::int32_t adjustment) {
  column.code[at] = code;
  column.low[at] = sketch.low;
  column.high[at] = sketch.high;
  column.first[at] = sketch.first;
  column.sizes[at] = sketch.length | static_cast<std::uint32_t>(sketch.unheld) << 16;
  column.adjustment[at] = adjustment;
}

std::int32_t TileMaker::part_adjustment(const Entry& entry) const {
  const MoreFields& more = entries_->more_of(entry);
  std::int32_t most = 0;
  for (const Code part :
       {entry.surname, more.surname_first, more.surname_last, entry.surname == 0 ? entry.forename : Code{0}})
    most = std::max(most, scorer_->adjustment(Term::surname, part));
  return most;
}

void TileMaker::lay_out(Tile& tile, std::span<const std::uint32_t> members) const {
  CHECK(members.size() <= tile_size);
  bring_near(members);
  tile.count = static_cast<std::uint32_t>(members.size());
  Code towns = 0, homes = 0, upns = 0, phones = 0, emails = 0, nhs_numbers = 0, occupations = 0;
  std::uint32_t all_flags = 0;
  for (std::uint32_t i = 0; i < tile.count; ++i) {
    const Entry& entry = entries_->all[members[i]];
    const std::uint32_t flags = flags_of(entry, *entries_);
    tile.entry[i] = members[i];
    tile.flags[i] = flags;
    tile.source[i] = entry.source;
    tile.birth[i] = digits_of(entry.birth);
    tile.birth_adjustment[i] = scorer_->adjustment(Term::birth_date, entry.birth_text);
    tile.part_adjustment[i] = part_adjustment(entry);
    tile.house[i] = entry.house;
    tile.outward[i] = entry.outward;
    tile.forename.known[i] = sketches_->names[entry.forename];
    tile.surname.known[i] = sketches_->names[entry.surname];
    tile.town.known[i] = sketches_->names[entry.town];
    all_flags |= flags;
    towns |= entry.town;
    homes |= entry.postcode | entry.address;
    phones |= entry.phone;
    emails |= entry.email;
    nhs_numbers |= entry.nhs_number;
    upns |= entry.upn;
    occupations |= entry.occupation;
    if (blocking_ == nullptr) continue;
    const auto blocks = blocking_->blocks_of(members[i]);
    for (std::size_t b = 0; b < blocks.size(); ++b) tile.blocks[b][i] = blocks[b];
  }
  tile.any_sex = (all_flags & (Tile::female | Tile::male)) != 0;
  tile.any_home = homes != 0 || (all_flags & Tile::has_uprn) != 0;
  tile.any_town = towns != 0;
  tile.any_text = {phones != 0, emails != 0, nhs_numbers != 0, upns != 0, occupations != 0};

  const auto with = [&](Tile::TextColumn& column, Code Entry::* field, Term term) {
    lay_out_text(column, tile, field, &term);
  };
  with(tile.forename, &Entry::forename, Term::forename);
  with(tile.surname, &Entry::surname, Term::surname);
  if (tile.any_home) {
    with(tile.postcode, &Entry::postcode, Term::postcode);
    lay_out_text(tile.address, tile, &Entry::address, nullptr);
    for (std::uint32_t i = 0; i < tile.count; ++i) {
      const Code words = entries_->all[tile.entry[i]].address_words;
      tile.address_words[i] = words;
      tile.address.adjustment[i] = scorer_->adjustment(Term::address, words);
    }
  }
  if (tile.any_town) with(tile.town, &Entry::town, Term::town);
  if (phones != 0) with(tile.texts[Tile::phone], &Entry::phone, Term::phone);
  if (emails != 0) with(tile.texts[Tile::email], &Entry::email, Term::email);
  if (nhs_numbers != 0) lay_out_text(tile.texts[Tile::nhs_number], tile, &Entry::nhs_number, nullptr);
  if (upns != 0) lay_out_text(tile.texts[Tile::upn], tile, &Entry::upn, nullptr);
  if (occupations != 0) with(tile.texts[Tile::occupation], &Entry::occupation, Term::occupation);
}

Card TileMaker::card_of(const Entry& entry) const {
  const auto adjustment = [&](Term term, Code code) {
    return static_cast<std::int16_t>(scorer_->adjustment(term, code));
  };
  Card card;
  card.forename = entry.forename;
  card.surname = entry.surname;
  card.town = entry.town;
  card.postcode = entry.postcode;
  card.address = entry.address;
  card.address_words = entry.address_words;
  card.house = entry.house;
  card.outward = entry.outward;
  card.birth = digits_of(entry.birth);
  card.texts = {entry.phone, entry.email, entry.nhs_number, entry.upn, entry.occupation};
  card.postcode_sketch = sketches_->of[entry.postcode];
  card.address_sketch = sketches_->of[entry.address];
  card.phone_sketch = sketches_->of[entry.phone];
  card.forename_adjustment = adjustment(Term::forename, entry.forename);
  card.surname_adjustment = adjustment(Term::surname, entry.surname);
  card.part_adjustment = static_cast<std::int16_t>(part_adjustment(entry));
  card.birth_adjustment = adjustment(Term::birth_date, entry.birth_text);
  card.postcode_adjustment = adjustment(Term::postcode, entry.postcode);
  card.address_adjustment = adjustment(Term::address, entry.address_words);
  card.phone_adjustment = adjustment(Term::phone, entry.phone);
  card.source = entry.source;
  card.flags = static_cast<std::uint8_t>(flags_of(entry, *entries_));
  return card;
}

void TileMaker::lay_out(Tile& tile, std::span<const std::uint32_t> members, std::span<const Card> cards) const {
  CHECK(members.size() <= tile_size);
  tile.count = static_cast<std::uint32_t>(members.size());
  Code towns = 0, homes = 0;
  std::array<Code, Tile::text_count> texts{};
  std::uint32_t all_flags = 0;
  for (std::uint32_t i = 0; i < tile.count; ++i) {
    const Card& card = cards[members[i]];
    tile.entry[i] = members[i];
    tile.flags[i] = card.flags;
    tile.source[i] = card.source;
    tile.birth[i] = card.birth;
    tile.birth_adjustment[i] = card.birth_adjustment;
    tile.part_adjustment[i] = card.part_adjustment;
    tile.house[i] = card.house;
    tile.outward[i] = card.outward;
    tile.address_words[i] = card.address_words;
    tile.forename.known[i] = sketches_->names[card.forename];
    tile.surname.known[i] = sketches_->names[card.surname];
    put(tile.forename, i, card.forename, sketches_->of[card.forename], card.forename_adjustment);
    put(tile.surname, i, card.surname, sketches_->of[card.surname], card.surname_adjustment);
    put(tile.postcode, i, card.postcode, card.postcode_sketch, card.postcode_adjustment);
    put(tile.address, i, card.address, card.address_sketch, card.address_adjustment);
    put(tile.texts[Tile::phone], i, card.texts[Tile::phone], card.phone_sketch, card.phone_adjustment);
    all_flags |= card.flags;
    towns |= card.town;
    homes |= card.postcode | card.address;
    for (std::size_t text = 0; text < texts.size(); ++text) texts[text] |= card.texts[text];
  }
  tile.any_sex = (all_flags & (Tile::female | Tile::male)) != 0;
  tile.any_home = homes != 0 || (all_flags & Tile::has_uprn) != 0;
  tile.any_town = towns != 0;
  for (std::size_t text = 0; text < texts.size(); ++text) tile.any_text[text] = texts[text] != 0;
  if (tile.any_town) {
    for (std::uint32_t i = 0; i < tile.count; ++i) {
      const Code town = cards[members[i]].town;
      tile.town.known[i] = sketches_->names[town];
      put(tile.town, i, town, sketches_->of[town], scorer_->adjustment(Term::town, town));
    }
  }
  constexpr Term email = Term::email, occupation = Term::occupation;
  lay_out_rare_text(tile.texts[Tile::email], tile, cards, Tile::email, &email);
  lay_out_rare_text(tile.texts[Tile::nhs_number], tile, cards, Tile::nhs_number, nullptr);
  lay_out_rare_text(tile.texts[Tile::upn], tile, cards, Tile::upn, nullptr);
  lay_out_rare_text(tile.texts[Tile::occupation], tile, cards, Tile::occupation, &occupation);
}

void TileMaker::lay_out_rare_text(Tile::TextColumn& column, const Tile& tile, std::span<const Card> cards,
                                  Tile::TextField field, const Term* term) const {
  if (!tile.any_text[field]) return;
  for (std::uint32_t i = 0; i < tile.count; ++i) {
    const Code code = cards[tile.entry[i]].texts[field];
    if (code != 0) __builtin_prefetch(&sketches_->of[code]);
  }
  for (std::uint32_t i = 0; i < tile.count; ++i) {
    const Code code = cards[tile.entry[i]].texts[field];
    put(column, i, code, sketches_->of[code], term == nullptr ? 0 : scorer_->adjustment(*term, code));
  }
}

}  // namespace wider::linkage
