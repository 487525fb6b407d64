#include "linkage/splink/measures.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "base/check.hpp"

namespace wider::linkage::splink {
namespace {

constexpr std::size_t word_bits = 64;

// ---- what follows from the counts ----

// The sum in DuckDB's order, so that it rounds alike.
double jaro_of(std::size_t left_size, std::size_t right_size, std::size_t common, std::size_t out_of_order) {
  if (common == 0) return 0;
  const auto m = static_cast<double>(common);
  double sum = 0;
  sum += m / static_cast<double>(left_size);
  sum += m / static_cast<double>(right_size);
  const std::size_t transpositions = out_of_order / 2;  // of an odd number the half is dropped
  sum += (m - static_cast<double>(transpositions)) / m;
  return sum / 3.0;
}

// Winkler's bonus is given above 0.7 alone; DuckDB rounds it once (a fused multiply and add).
double with_prefix(double jaro, std::size_t prefix) {
  if (jaro <= 0.7) return jaro;
  return std::fma(static_cast<double>(prefix) * 0.1, 1.0 - jaro, jaro);
}

template <typename Text>
std::size_t common_prefix(const Text& left, const Text& right, std::size_t most) {
  most = std::min({left.size(), right.size(), most});
  std::size_t prefix = 0;
  while (prefix < most && left[prefix] == right[prefix]) ++prefix;
  return prefix;
}

std::size_t window_of(std::size_t left_size, std::size_t right_size) {
  const std::size_t half = std::max(left_size, right_size) / 2;
  return half > 0 ? half - 1 : 0;
}

// ---- for texts of any length, and of any character ----

template <typename Text>
double jaro_plain(const Text& left, const Text& right) {
  if (left.empty() || right.empty()) return 0;
  const std::size_t window = window_of(left.size(), right.size());
  std::vector<bool> left_used(left.size()), right_used(right.size());
  std::size_t common = 0;
  for (std::size_t j = 0; j < right.size(); ++j) {
    const std::size_t end = std::min(left.size(), j + window + 1);
    for (std::size_t i = j > window ? j - window : 0; i < end; ++i) {
      if (left_used[i] || left[i] != right[j]) continue;
      left_used[i] = right_used[j] = true;
      ++common;
      break;
    }
  }
  std::size_t out_of_order = 0;
  std::size_t i = 0;
  for (std::size_t j = 0; j < right.size(); ++j) {
    if (!right_used[j]) continue;
    while (!left_used[i]) ++i;
    out_of_order += left[i] != right[j] ? 1U : 0U;
    ++i;
  }
  return jaro_of(left.size(), right.size(), common, out_of_order);
}

template <typename Text>
std::size_t levenshtein_plain(const Text& left, const Text& right) {
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t j = 0; j <= right.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (left[i - 1] != right[j - 1] ? 1U : 0U)});
      diagonal = above;
    }
  }
  return row.back();
}

// Lowrance and Wagner (1975): swaps may have insertions or deletions between them ("ca" → "abc" is 2).
template <typename Text>
std::size_t damerau_plain(const Text& left, const Text& right) {
  using Character = typename Text::value_type;
  const std::size_t columns = right.size() + 2;
  const std::size_t far = left.size() + right.size();
  std::vector<std::size_t> cost((left.size() + 2) * columns);
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& { return cost[i * columns + j]; };
  at(0, 0) = far;
  for (std::size_t i = 0; i <= left.size(); ++i) {
    at(i + 1, 0) = far;
    at(i + 1, 1) = i;
  }
  for (std::size_t j = 0; j <= right.size(); ++j) {
    at(0, j + 1) = far;
    at(1, j + 1) = j;
  }
  std::unordered_map<Character, std::size_t> last_row;  // where a character of right stood last in left
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::size_t last_column = 0;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const auto found = last_row.find(right[j - 1]);
      const std::size_t row = found == last_row.end() ? 0 : found->second;
      const std::size_t column = last_column;
      std::size_t change = 1;
      if (left[i - 1] == right[j - 1]) {
        change = 0;
        last_column = j;
      }
      at(i + 1, j + 1) = std::min({at(i, j) + change, at(i + 1, j) + 1, at(i, j + 1) + 1,
                                   at(row, column) + (i - row - 1) + 1 + (j - column - 1)});
    }
    last_row[left[i - 1]] = i;
  }
  return at(left.size() + 1, right.size() + 1);
}

template <typename Text>
std::size_t hamming_plain(const Text& left, const Text& right) {
  std::size_t differ = 0;
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) differ += left[i] != right[i] ? 1U : 0U;
  return differ;
}

template <typename Text>
double jaccard_plain(const Text& left, const Text& right) {
  auto a = std::vector(left.begin(), left.end());
  auto b = std::vector(right.begin(), right.end());
  for (auto* set : {&a, &b}) {
    std::sort(set->begin(), set->end());
    set->erase(std::unique(set->begin(), set->end()), set->end());
  }
  std::vector<typename decltype(a)::value_type> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return static_cast<double>(both.size()) / static_cast<double>(a.size() + b.size() - both.size());
}

template <typename Text>
double plain(Measure measure, const Text& left, const Text& right) {
  switch (measure) {
    case Measure::jaro:
      return jaro_plain(left, right);
    case Measure::jaro_winkler:
      return with_prefix(jaro_plain(left, right), common_prefix(left, right, 4));
    case Measure::levenshtein:
      return static_cast<double>(levenshtein_plain(left, right));
    case Measure::damerau_levenshtein:
      return static_cast<double>(damerau_plain(left, right));
    case Measure::hamming:
      return static_cast<double>(hamming_plain(left, right));
    case Measure::jaccard:
      return jaccard_plain(left, right);
  }
  return 0;
}

// ---- bit-parallel, one character a byte, up to 64 characters ----

// Where each byte stands in a text: a bit a position. Only the bytes of the text are touched, and cleared again.
struct Positions {
  std::array<std::uint64_t, 256> of{};
  void mark(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) of[static_cast<unsigned char>(text[i])] |= 1ULL << i;
  }
  void clear(std::string_view text) {
    for (const char byte : text) of[static_cast<unsigned char>(byte)] = 0;
  }
  [[nodiscard]] std::uint64_t operator[](char byte) const { return of[static_cast<unsigned char>(byte)]; }
};
thread_local Positions positions;

double jaro_fast(std::string_view left, std::string_view right) {
  if (left.empty() || right.empty()) return 0;
  const std::size_t window = window_of(left.size(), right.size());
  positions.mark(left);
  std::uint64_t left_used = 0, right_used = 0;
  std::uint64_t reach = window + 1 >= word_bits ? ~0ULL : (1ULL << (window + 1)) - 1;
  for (std::size_t j = 0; j < right.size(); ++j) {
    const std::uint64_t free = positions[right[j]] & reach & ~left_used;
    left_used |= free & (~free + 1);
    right_used |= static_cast<std::uint64_t>(free != 0) << j;
    reach = j < window ? (reach << 1) | 1 : reach << 1;
  }
  const auto common = static_cast<std::size_t>(std::popcount(left_used));
  std::size_t out_of_order = 0;
  for (std::uint64_t a = left_used, b = right_used; a != 0; a &= a - 1, b &= b - 1) {
    out_of_order +=
        left[static_cast<std::size_t>(std::countr_zero(a))] != right[static_cast<std::size_t>(std::countr_zero(b))];
  }
  positions.clear(left);
  return jaro_of(left.size(), right.size(), common, out_of_order);
}

// Hyyrö (2003): a column of the table in two words, one character of `right` a step; with `swaps`, neighbours may be
// exchanged at the cost of one (the restricted distance).
template <bool swaps>
std::size_t edits_fast(std::string_view left, std::string_view right) {
  if (left.empty()) return right.size();
  positions.mark(left);
  std::uint64_t up = ~0ULL, down = 0, diagonal = 0, matches_before = 0;
  const std::uint64_t last = 1ULL << (left.size() - 1);
  std::size_t distance = left.size();
  for (const char byte : right) {
    const std::uint64_t matches = positions[byte];
    const std::uint64_t swap = swaps ? (((~diagonal) & matches) << 1) & matches_before : 0;
    diagonal = (((matches & up) + up) ^ up) | matches | down | swap;
    std::uint64_t more = down | ~(diagonal | up);
    std::uint64_t less = diagonal & up;
    distance += (more & last) != 0 ? 1U : 0U;
    distance -= (less & last) != 0 ? 1U : 0U;
    more = (more << 1) | 1;
    less <<= 1;
    up = less | ~(diagonal | more);
    down = more & diagonal;
    matches_before = matches;
  }
  positions.clear(left);
  return distance;
}

// The unrestricted distance D lies between 2/3 of the restricted one R and R: a swap with k > 0 edits between costs
// k + 1, and k + 2 when its ends are deleted and inserted. Up to 2 the two are equal. So the slow algorithm runs only
// where it can matter.
double damerau_fast(std::string_view left, std::string_view right, double exact) {
  const std::size_t restricted = edits_fast<true>(left, right);
  if (restricted <= 2 || static_cast<double>(restricted) > 1.5 * exact) return static_cast<double>(restricted);
  return static_cast<double>(damerau_plain(left, right));
}

double jaccard_fast(std::string_view left, std::string_view right) {
  std::array<std::uint64_t, 4> a{}, b{};
  for (const char byte : left)
    a[static_cast<unsigned char>(byte) / 64] |= 1ULL << (static_cast<unsigned char>(byte) % 64);
  for (const char byte : right)
    b[static_cast<unsigned char>(byte) / 64] |= 1ULL << (static_cast<unsigned char>(byte) % 64);
  int both = 0, either = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    both += std::popcount(a[i] & b[i]);
    either += std::popcount(a[i] | b[i]);
  }
  return static_cast<double>(both) / static_cast<double>(either);
}

}  // namespace

std::u32string code_points(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = byte < 0x80 ? 1 : byte >> 5 == 6 ? 2 : byte >> 4 == 14 ? 3 : byte >> 3 == 30 ? 4 : 0;
    bool whole = length > 0 && i + length <= text.size();
    char32_t point = length <= 1 ? byte : byte & (0xFFU >> (length + 1));
    for (std::size_t k = 1; whole && k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      whole = (next & 0xC0U) == 0x80;
      point = (point << 6) | (next & 0x3FU);
    }
    out += whole ? point : char32_t{0x110000} + byte;
    i += whole ? length : 1;
  }
  return out;
}

double measure(Measure measure, std::string_view left, std::string_view right, double exact) {
  if (measure == Measure::jaccard) return jaccard_fast(left, right);
  if (measure == Measure::hamming || left.size() > word_bits || right.size() > word_bits)
    return plain(measure, left, right);
  switch (measure) {
    case Measure::jaro:
      return jaro_fast(left, right);
    case Measure::jaro_winkler:
      return with_prefix(jaro_fast(left, right), common_prefix(left, right, 4));
    case Measure::levenshtein:
      return static_cast<double>(edits_fast<false>(left, right));
    default:
      return damerau_fast(left, right, exact);
  }
}

double measure_naive(Measure measure, std::u32string_view left, std::u32string_view right) {
  return plain(measure, left, right);
}

bool is_defined(Measure measure, std::size_t left_size, std::size_t right_size) {
  if (measure == Measure::jaccard) return left_size > 0 && right_size > 0;
  if (measure == Measure::hamming) return left_size == right_size;
  return true;
}

void Alphabet::add(std::string_view text) {
  const auto ascii = [](char c) { return (static_cast<unsigned char>(c) & 0x80U) == 0; };
  if (!fits_ || std::all_of(text.begin(), text.end(), ascii)) return;
  for (const char32_t point : code_points(text)) {
    if (point < 0x80) continue;
    others_.try_emplace(point, static_cast<char>(0x80 + others_.size()));
  }
  fits_ = others_.size() <= 128;
}

std::string Alphabet::encode(std::string_view text) const {
  CHECK(fits_);
  std::string out;
  out.reserve(text.size());
  for (const char32_t point : code_points(text)) {
    if (point < 0x80) {
      out += static_cast<char>(point);
      continue;
    }
    const auto found = others_.find(point);
    CHECK(found != others_.end());
    out += found->second;
  }
  return out;
}

}  // namespace wider::linkage::splink
