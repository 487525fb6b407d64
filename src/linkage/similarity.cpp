#include "linkage/similarity.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

namespace wider::linkage {
namespace {

constexpr std::size_t word_bits = 64;

double jaro_of(std::size_t left_size, std::size_t right_size, std::size_t common, std::size_t out_of_order) {
  if (common == 0) return 0;
  const double m = static_cast<double>(common);
  const std::size_t whole_transpositions = out_of_order / 2;  // Winkler's: of an odd number the half is dropped
  const double transpositions = static_cast<double>(whole_transpositions);
  return (m / static_cast<double>(left_size) + m / static_cast<double>(right_size) + (m - transpositions) / m) / 3;
}

double with_prefix(double jaro, std::string_view left, std::string_view right) {
  const std::size_t most = std::min({left.size(), right.size(), std::size_t{4}});
  std::size_t prefix = 0;
  while (prefix < most && left[prefix] == right[prefix]) ++prefix;
  return jaro + static_cast<double>(prefix) * 0.1 * (1 - jaro);
}

std::size_t window_of(std::size_t left_size, std::size_t right_size) {
  const std::size_t half = std::max(left_size, right_size) / 2;
  return half > 0 ? half - 1 : 0;
}

// Where each byte stands in a text: a bit a position. Only the bytes of the text are touched, and cleared again.
struct Positions {
  std::array<std::uint64_t, 256> of{};
};

thread_local Positions positions;

void mark(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) positions.of[static_cast<unsigned char>(text[i])] |= 1ULL << i;
}
void clear(std::string_view text) {
  for (const char byte : text) positions.of[static_cast<unsigned char>(byte)] = 0;
}

}  // namespace

double jaro_winkler_naive(std::string_view left, std::string_view right) {
  if (left.empty() && right.empty()) return 1;
  if (left.empty() || right.empty()) return 0;
  const std::size_t window = window_of(left.size(), right.size());
  std::vector<bool> left_used(left.size()), right_used(right.size());
  std::size_t common = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const std::size_t from = i > window ? i - window : 0;
    const std::size_t to = std::min(right.size(), i + window + 1);
    for (std::size_t j = from; j < to; ++j) {
      if (right_used[j] || left[i] != right[j]) continue;
      left_used[i] = right_used[j] = true;
      ++common;
      break;
    }
  }
  std::size_t out_of_order = 0;
  std::size_t j = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (!left_used[i]) continue;
    while (!right_used[j]) ++j;
    if (left[i] != right[j]) ++out_of_order;
    ++j;
  }
  return with_prefix(jaro_of(left.size(), right.size(), common, out_of_order), left, right);
}

double jaro_winkler(std::string_view left, std::string_view right) {
  if (left.size() > word_bits || right.size() > word_bits) return jaro_winkler_naive(left, right);
  if (left.empty() && right.empty()) return 1;
  if (left.empty() || right.empty()) return 0;
  const std::size_t window = window_of(left.size(), right.size());
  mark(right);
  std::uint64_t left_used = 0, right_used = 0;
  std::uint64_t reach = window + 1 >= word_bits ? ~0ULL : (1ULL << (window + 1)) - 1;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const std::uint64_t free = positions.of[static_cast<unsigned char>(left[i])] & reach & ~right_used;
    right_used |= free & (~free + 1);
    left_used |= static_cast<std::uint64_t>(free != 0) << i;
    reach = i < window ? (reach << 1) | 1 : reach << 1;
  }
  clear(right);
  const auto common = static_cast<std::size_t>(std::popcount(left_used));
  std::size_t out_of_order = 0;
  for (std::uint64_t a = left_used, b = right_used; a != 0; a &= a - 1, b &= b - 1) {
    out_of_order +=
        left[static_cast<std::size_t>(std::countr_zero(a))] != right[static_cast<std::size_t>(std::countr_zero(b))];
  }
  return with_prefix(jaro_of(left.size(), right.size(), common, out_of_order), left, right);
}

int edit_distance_naive(std::string_view left, std::string_view right) {
  const std::size_t columns = right.size() + 1;
  std::vector<int> cost((left.size() + 1) * columns);
  for (std::size_t i = 0; i <= left.size(); ++i) {
    for (std::size_t j = 0; j <= right.size(); ++j) {
      int& here = cost[i * columns + j];
      if (i == 0 || j == 0) {
        here = static_cast<int>(i + j);
        continue;
      }
      here = std::min({cost[(i - 1) * columns + j] + 1, cost[i * columns + j - 1] + 1,
                       cost[(i - 1) * columns + j - 1] + (left[i - 1] != right[j - 1] ? 1 : 0)});
      if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) {
        here = std::min(here, cost[(i - 2) * columns + j - 2] + 1);
      }
    }
  }
  return cost.back();
}

// Hyyrö's bit-vector algorithm: a column of the table in two words, one byte of `right` a step.
int edit_distance(std::string_view left, std::string_view right) {
  if (left.empty()) return static_cast<int>(right.size());
  if (left.size() > word_bits) return edit_distance_naive(left, right);
  mark(left);
  std::uint64_t up = ~0ULL, down = 0, diagonal = 0, matches_before = 0;
  const std::uint64_t last = 1ULL << (left.size() - 1);
  int distance = static_cast<int>(left.size());
  for (const char byte : right) {
    const std::uint64_t matches = positions.of[static_cast<unsigned char>(byte)];
    const std::uint64_t swap = (((~diagonal) & matches) << 1) & matches_before;
    diagonal = (((matches & up) + up) ^ up) | matches | down | swap;
    std::uint64_t more = down | ~(diagonal | up);
    std::uint64_t less = diagonal & up;
    distance += (more & last) != 0 ? 1 : 0;
    distance -= (less & last) != 0 ? 1 : 0;
    more = (more << 1) | 1;
    less <<= 1;
    up = less | ~(diagonal | more);
    down = more & diagonal;
    matches_before = matches;
  }
  clear(left);
  return distance;
}

}  // namespace wider::linkage
