// How alike two short texts are: Jaro-Winkler (Winkler 1990) and restricted Damerau-Levenshtein distance (Hyyrö 2003),
// bit-parallel for texts up to 64 bytes, each with a naive reference that tests compare it with.
// Texts are compared byte by byte: fold them to ASCII first. Pure; thread-safe.
#pragma once

#include <string_view>

namespace wider::linkage {

// 0 (nothing in common) to 1 (equal). Two empty texts are equal. Prefix scale 0.1, at most four bytes of prefix.
[[nodiscard]] double jaro_winkler(std::string_view left, std::string_view right);
[[nodiscard]] double jaro_winkler_naive(std::string_view left, std::string_view right);

// The least number of insertions, deletions, substitutions and swaps of neighbours, none of them overlapping.
[[nodiscard]] int edit_distance(std::string_view left, std::string_view right);
[[nodiscard]] int edit_distance_naive(std::string_view left, std::string_view right);

}  // namespace wider::linkage
