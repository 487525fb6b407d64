#include "records/grade.hpp"

#include <fmt/format.h>

namespace wider {
namespace {

const char* source_words(const Grade& grade) {
  if (grade.system == GradingSystem::five_by_five_by_five) {
    switch (grade.source) {
      case 'A':
        return "always reliable source";
      case 'B':
        return "mostly reliable source";
      case 'C':
        return "sometimes reliable source";
      case 'D':
        return "unreliable source";
      default:
        return "untested source";
    }
  }
  switch (grade.source) {
    case '1':
      return "reliable source";
    case '2':
      return "untested source";
    default:
      return "source not reliable";
  }
}

const char* information_words(const Grade& grade) {
  if (grade.system == GradingSystem::five_by_five_by_five) {
    switch (grade.information) {
      case '1':
        return "known to be true";
      case '2':
        return "known personally to the source";
      case '3':
        return "not known personally but corroborated";
      case '4':
        return "cannot be judged";
      default:
        return "suspected to be false";
    }
  }
  switch (grade.information) {
    case 'A':
      return "known directly to the source";
    case 'B':
      return "known indirectly but corroborated";
    case 'C':
      return "known indirectly";
    case 'D':
      return "not known";
    default:
      return "suspected to be false";
  }
}

}  // namespace

std::optional<Grade> parse_grade(std::string_view text) {
  std::string kept;
  for (const char c : text) {
    if (c == ' ' || c == '/' || c == '-' || c == '\t') continue;
    kept += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  if (kept.empty()) return Grade{};
  if (kept.size() != 3) return std::nullopt;
  const auto in = [](char c, char low, char high) { return c >= low && c <= high; };
  if (in(kept[0], 'A', 'E') && in(kept[1], '1', '5') && in(kept[2], '1', '5')) {
    return Grade{GradingSystem::five_by_five_by_five, kept[0], kept[1], kept[2]};
  }
  if (in(kept[0], '1', '3') && in(kept[1], 'A', 'E') && (kept[2] == 'P' || kept[2] == 'C')) {
    return Grade{GradingSystem::three_by_five_by_two, kept[0], kept[1], kept[2]};
  }
  return std::nullopt;
}

std::string to_text(const Grade& grade) {
  if (grade.system == GradingSystem::none) return {};
  return {grade.source, grade.information, grade.handling};
}

std::string to_words(const Grade& grade) {
  if (grade.system == GradingSystem::none) return "not graded";
  const char* system = grade.system == GradingSystem::five_by_five_by_five ? "5x5x5" : "3x5x2";
  return fmt::format("{} {}: {}; {}", system, to_text(grade), source_words(grade), information_words(grade));
}

int strength(const Grade& grade) {
  switch (grade.system) {
    case GradingSystem::none:
      return 5;
    case GradingSystem::five_by_five_by_five: {
      // Source: A best, then B, then E (untested) beside C, D worst. Information: 1 best to 5 worst.
      const int source = grade.source == 'A' ? 4 : grade.source == 'B' ? 3 : grade.source == 'D' ? 1 : 2;
      const int information = grade.information == '5' ? 0 : '5' - grade.information;
      return source < information ? source : information;
    }
    case GradingSystem::three_by_five_by_two: {
      const int source = grade.source == '1' ? 4 : grade.source == '2' ? 2 : 1;
      const int information = grade.information == 'E' ? 0 : 'E' - grade.information;
      return source < information ? source : information;
    }
  }
  return 0;
}

Handling handling_of(const Grade& grade) {
  if (grade.system == GradingSystem::five_by_five_by_five && (grade.handling == '4' || grade.handling == '5')) {
    return Handling::originator_only;
  }
  if (grade.system == GradingSystem::three_by_five_by_two && grade.handling == 'C') return Handling::originator_only;
  return Handling::shared;
}

}  // namespace wider
