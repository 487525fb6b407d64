// Cutting a text or a table down to what may leave the review.
#include <algorithm>

#include "review/review.hpp"

namespace wider::review {
namespace {

constexpr std::uint64_t smallest_shown = 5;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool is_letter(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::vector<std::string_view> words_of(std::string_view name) {
  std::vector<std::string_view> words;
  while (!name.empty()) {
    const std::size_t start = name.find_first_not_of(" -");
    if (start == std::string_view::npos) break;
    name.remove_prefix(start);
    const std::size_t end = std::min(name.find_first_of(" -"), name.size());
    words.push_back(name.substr(0, end));
    name.remove_prefix(end);
  }
  return words;
}

void add_wording(std::map<std::string, std::string>& wordings, std::string_view wording, const std::string& stands_as) {
  if (wording.empty()) return;
  const auto [place, is_new] = wordings.try_emplace(lowered(wording), stands_as);
  if (!is_new && place->second != stands_as) place->second = "[name]";
}

}  // namespace

std::string redact_names(std::string_view text, const std::vector<Alias>& aliases) {
  std::map<std::string, std::string> wordings;
  for (const Alias& alias : aliases) {
    add_wording(wordings, alias.name, alias.stands_as);
    // A part of one letter is an initial and would hit every "a".
    for (const std::string_view part : words_of(alias.name)) {
      if (part.size() > 1 && part != alias.name) add_wording(wordings, part, alias.stands_as);
    }
  }
  std::vector<std::pair<std::string, std::string>> longest_first(wordings.begin(), wordings.end());
  std::stable_sort(longest_first.begin(), longest_first.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });

  const std::string plain = lowered(text);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool word_starts = at == 0 || !is_letter(text[at - 1]);
    const auto hit = !word_starts ? longest_first.end()
                                  : std::find_if(longest_first.begin(), longest_first.end(), [&](const auto& wording) {
                                      const std::size_t end = at + wording.first.size();
                                      return std::string_view(plain).substr(at).starts_with(wording.first) &&
                                             (end == text.size() || !is_letter(text[end]));
                                    });
    if (hit == longest_first.end()) {
      out += text[at++];
    } else {
      out += hit->second;
      at += hit->first.size();
    }
  }
  return out;
}

std::string initials(std::string_view name) {
  std::string out;
  for (const std::string_view word : words_of(name)) {
    // The whole of the first UTF-8 character.
    std::size_t length = 1;
    while (length < word.size() && (static_cast<unsigned char>(word[length]) & 0xC0) == 0x80) ++length;
    out += out.empty() ? "" : " ";
    out += word.substr(0, length);
    out += '.';
  }
  return out;
}

std::string publishable_count(std::uint64_t count) {
  return count > 0 && count < smallest_shown ? "fewer than 5" : std::to_string(count);
}

std::vector<std::optional<std::uint64_t>> suppress_small(std::span<const std::uint64_t> counts) {
  std::vector<std::optional<std::uint64_t>> shown;
  std::size_t hidden = 0;
  for (const std::uint64_t count : counts) {
    const bool small = count > 0 && count < smallest_shown;
    hidden += small ? 1 : 0;
    shown.push_back(small ? std::nullopt : std::optional(count));
  }
  if (hidden != 1) return shown;
  // A second one: the smallest of those still shown that are not zero; a zero only when there is nothing else.
  std::optional<std::size_t> second;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (!shown[i]) continue;
    const auto worth = [&](std::size_t at) { return *shown[at] == 0 ? UINT64_MAX : *shown[at]; };
    if (!second || worth(i) < worth(*second)) second = i;
  }
  if (second) shown[*second] = std::nullopt;
  return shown;
}

}  // namespace wider::review
