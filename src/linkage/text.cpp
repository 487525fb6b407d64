#include "linkage/text.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/embedded.hpp"

extern const std::vector<wider::EmbeddedFile> name_tables;

namespace wider::linkage {
namespace {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
template <typename Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

// Every line of the table that is not a comment.
std::vector<std::string_view> table_lines(std::string_view name) {
  std::vector<std::string_view> lines;
  for (const EmbeddedFile& file : name_tables) {
    if (file.name != name) continue;
    std::string_view rest = file.text;
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      const std::string_view line = rest.substr(0, end);
      if (!line.empty() && line.front() != '#') lines.push_back(line);
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
    }
  }
  return lines;
}

// Pet names are spelt freely at the end: "ronny", "ronnie", "ronni", "ronney" are one.
std::string pet_name(std::string_view name) {
  if (name.size() < 4) return std::string(name);
  for (const std::string_view ending : {"ie", "ey", "ee", "y", "i"}) {
    if (name.ends_with(ending)) return std::string(name.substr(0, name.size() - ending.size())) + "y";
  }
  return std::string(name);
}

struct Tables {
  std::unordered_set<std::string, TextHash, std::equal_to<>> titles, placeholders, no_forenames;
  TextMap<std::string> address_words;
  TextMap<NameGroups> groups;
  TextMap<NameGroups> pet_names;     // by pet_name()
  std::vector<std::string> fullest;  // by group; 0 is unused

  Tables() {
    for (const std::string_view line : table_lines("titles.txt")) {
      for (const std::string_view word : words(line)) titles.emplace(word);
    }
    for (const std::string_view line : table_lines("placeholders.txt")) {
      for (const std::string_view word : words(line)) placeholders.emplace(word);
    }
    for (const std::string_view line : table_lines("no_forenames.txt")) {
      for (const std::string_view word : words(line)) no_forenames.emplace(word);
    }
    for (const std::string_view line : table_lines("address_words.txt")) {
      const auto pair = words(line);
      if (pair.size() == 2) address_words.emplace(pair[0], pair[1]);
    }
    fullest.emplace_back();
    for (const std::string_view line : table_lines("forename_groups.txt")) {
      const auto names = words(line);
      const auto group = static_cast<std::uint16_t>(fullest.size());
      fullest.emplace_back(names.front());
      for (const std::string_view name : names) {
        for (auto* table : {&groups, &pet_names}) {
          NameGroups& of = table->try_emplace(table == &groups ? std::string(name) : pet_name(name)).first->second;
          const auto free = std::find(of.begin(), of.end(), std::uint16_t{0});
          if (free != of.end() && (free == of.begin() || *(free - 1) != group)) *free = group;
        }
      }
    }
  }
};

const Tables& tables() {
  static const Tables made;
  return made;
}

// The ASCII letters of a Latin code point from U+00C0 to U+017F, or "" when it is none.
std::string_view latin_letters(std::uint32_t point) {
  static constexpr std::array<std::string_view, 64> first = {
      "a", "a", "a", "a", "a", "a", "ae", "c", "e",  "e",  "e", "e", "i", "i", "i", "i", "d",  "n", "o",  "o", "o", "o",
      "o", "",  "o", "u", "u", "u", "u",  "y", "th", "ss", "a", "a", "a", "a", "a", "a", "ae", "c", "e",  "e", "e", "e",
      "i", "i", "i", "i", "d", "n", "o",  "o", "o",  "o",  "o", "",  "o", "u", "u", "u", "u",  "y", "th", "y"};
  static constexpr std::string_view extended =
      "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuu"
      "uuuuwwyyyzzzzzzs";
  if (point >= 0xC0 && point <= 0xFF) return first[point - 0xC0];
  if (point >= 0x100 && point <= 0x17F) {
    const std::size_t at = point - 0x100;
    return at < extended.size() ? extended.substr(at, 1) : std::string_view{};
  }
  return {};
}

template <bool keep_spaces>
std::string fold_as(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 'A' && byte <= 'Z') {
      folded += static_cast<char>(byte + 32);
    } else if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9')) {
      folded += static_cast<char>(byte);
    } else if (byte < 0x80) {
      if (keep_spaces && byte != '\'' && !folded.empty() && folded.back() != ' ') folded += ' ';
    } else if ((byte & 0xE0U) == 0xC0 && i + 1 < text.size()) {
      const std::uint32_t point = ((byte & 0x1FU) << 6) | (static_cast<unsigned char>(text[i + 1]) & 0x3FU);
      const std::string_view letters = latin_letters(point);
      if (!letters.empty()) {
        folded += letters;
      } else if (point >= 0x180) {
        folded += text.substr(i, 2);
      }
      ++i;
    } else if (text.substr(i, 3) == "\xE2\x80\x99" || text.substr(i, 3) == "\xE2\x80\x98") {
      i += 2;  // a curly apostrophe
    } else {
      folded += static_cast<char>(byte);
    }
  }
  while (!folded.empty() && folded.back() == ' ') folded.pop_back();
  return folded;
}

bool vowel(char letter) {
  return letter == 'a' || letter == 'e' || letter == 'i' || letter == 'o' || letter == 'u' || letter == 'y';
}

}  // namespace

std::string fold(std::string_view text) {
  return fold_as<true>(text);
}
std::string fold_tight(std::string_view text) {
  return fold_as<false>(text);
}

std::vector<std::string_view> words(std::string_view folded) {
  std::vector<std::string_view> found;
  while (!folded.empty()) {
    const std::size_t end = std::min(folded.find(' '), folded.size());
    if (end > 0) found.push_back(folded.substr(0, end));
    folded.remove_prefix(std::min(end + 1, folded.size()));
  }
  return found;
}

bool is_title(std::string_view folded_word) {
  return tables().titles.contains(folded_word);
}

bool is_placeholder(std::string_view folded_word) {
  return tables().placeholders.contains(folded_word);
}

bool is_no_forename(std::string_view folded_word) {
  return tables().no_forenames.contains(folded_word);
}

// The first sound, then consonants by class; vowels, h, w and y are silent, doubles count once.
std::string sound_key(std::string_view word) {
  std::string spelt(word);
  const auto replace_start = [&](std::string_view from, std::string_view to) {
    if (spelt.starts_with(from)) spelt.replace(0, from.size(), to);
  };
  replace_start("kn", "n");
  replace_start("wr", "r");
  replace_start("ps", "s");
  replace_start("wh", "w");
  std::string key;
  char before = 0;
  for (std::size_t i = 0; i < spelt.size() && key.size() < 6; ++i) {
    const char letter = spelt[i];
    const char next = i + 1 < spelt.size() ? spelt[i + 1] : '\0';
    char sound = letter;
    if (vowel(letter) || letter == 'h' || letter == 'w') {
      if (i > 0) {
        if (vowel(letter)) before = 0;  // a vowel parts two like consonants
        continue;
      }
      sound = vowel(letter) ? 'a' : letter;
    } else if (letter == 'p' && next == 'h') {
      sound = 'f';
    } else if (letter == 'c') {
      sound = next == 'e' || next == 'i' || next == 'y' ? 's' : 'k';
    } else if (letter == 'q' || letter == 'x') {
      sound = 'k';
    } else if (letter == 'z') {
      sound = 's';
    } else if (letter == 'v') {
      sound = 'f';
    } else if (letter == 'd' && next == 't') {
      continue;
    } else if (letter == 'g' && next == 'h') {
      continue;
    } else if (letter == 'j') {
      sound = 'g';
    }
    if (sound != before) key += sound;
    before = sound;
  }
  return key;
}

std::string fold_address(std::string_view text) {
  const std::string folded = fold(text);
  std::string address;
  for (const std::string_view word : words(folded)) {
    const auto known = tables().address_words.find(word);
    if (!address.empty()) address += ' ';
    address += known == tables().address_words.end() ? word : std::string_view(known->second);
  }
  return address;
}

std::string fold_phone(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits += c;
  }
  if (digits.starts_with("0044")) digits.erase(0, 4);
  if (digits.size() > 10 && digits.starts_with("44")) digits.erase(0, 2);
  while (digits.starts_with("0")) digits.erase(0, 1);
  return digits.size() < 6 ? std::string() : digits;
}

NameGroups groups_of(std::string_view folded_word) {
  const auto found = tables().groups.find(folded_word);
  if (found != tables().groups.end()) return found->second;
  const auto pet = tables().pet_names.find(pet_name(folded_word));
  return pet == tables().pet_names.end() ? NameGroups{} : pet->second;
}

std::string_view fullest_form(std::string_view folded_word) {
  const NameGroups groups = groups_of(folded_word);
  return groups[0] == 0 ? folded_word : std::string_view(tables().fullest[groups[0]]);
}

}  // namespace wider::linkage
