// How alike two texts are, exactly as DuckDB 2 says it: Jaro, Jaro-Winkler, Levenshtein, unrestricted
// Damerau-Levenshtein, Hamming and Jaccard, over characters (code points), not bytes. Bit-parallel for texts of up to
// 64 characters, each with a naive reference that tests compare it with. A Characters text holds one character in each
// byte, so that the fast paths work on bytes: an Alphabet maps up to 256 characters to bytes; texts of an alphabet that
// is larger are compared as they are, by code point. Pure; thread-safe: an Alphabet does not change once made.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wider::linkage::splink {

// UTF-8 to code points; a byte that is not UTF-8 is a character of its own, beyond Unicode.
[[nodiscard]] std::u32string code_points(std::string_view text);

enum class Measure : std::uint8_t { jaro, jaro_winkler, levenshtein, damerau_levenshtein, hamming, jaccard };

// Whether a greater value says more alike.
[[nodiscard]] constexpr bool is_similarity(Measure measure) {
  return measure == Measure::jaro || measure == Measure::jaro_winkler || measure == Measure::jaccard;
}

// One character a byte. `exact` bounds what the caller needs of a distance: where the distance is above it, any number
// above it may be given.
[[nodiscard]] double measure(Measure measure, std::string_view left, std::string_view right,
                             double exact = std::numeric_limits<double>::infinity());
[[nodiscard]] double measure_naive(Measure measure, std::u32string_view left, std::u32string_view right);
// Hamming wants texts of one length, Jaccard texts that are not empty; DuckDB refuses others.
[[nodiscard]] bool is_defined(Measure measure, std::size_t left_size, std::size_t right_size);

class Alphabet {
 public:
  // Takes the characters of a text in.
  void add(std::string_view text);
  [[nodiscard]] bool fits() const { return fits_; }
  // The text with a byte for each character; only when it fits and its characters were taken in.
  [[nodiscard]] std::string encode(std::string_view text) const;

 private:
  std::unordered_map<char32_t, char> others_;  // beyond ASCII
  bool fits_ = true;
};

}  // namespace wider::linkage::splink
