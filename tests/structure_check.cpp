#include "structure_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <regex>
#include <set>

namespace wider::structure {
namespace {

// DESIGN section 4. A stage may include itself and stages of a lower level; stages of one level do not include each
// other. web stands below cli, because `wider serve` is a command and starts the site.
constexpr std::array<std::pair<std::string_view, int>, 14> levels = {{
    {"base", 0},
    {"records", 1},
    {"ledger", 2},
    {"linkage", 2},
    {"picture", 2},
    {"practice", 2},
    {"review", 2},
    {"access", 2},
    {"oidc", 2},
    {"intake", 2},
    {"town", 2},
    {"hub", 3},
    {"web", 4},
    {"cli", 5},
}};
constexpr std::array<std::string_view, 4> pure_stages = {"linkage", "picture", "practice", "review"};
// Files, clocks, randomness, SQL, HTTP, the operating system, and printing.
constexpr std::array<std::string_view, 19> impure_headers = {
    "filesystem", "fstream",    "iostream",       "random",          "cstdio",       "stdio.h",  "ctime",
    "time.h",     "print",      "sqlite3.h",      "libpq-fe.h",      "microhttpd.h", "sodium.h", "unistd.h",
    "fcntl.h",    "syncstream", "openssl/rand.h", "spdlog/spdlog.h", "CLI/CLI.hpp"};
// Invariant 5 of DESIGN.
constexpr std::array<std::string_view, 2> blind_stages = {"linkage", "picture"};
constexpr std::string_view protected_header = "records/protected.hpp";

std::optional<int> level_of(std::string_view stage) {
  for (const auto& [name, level] : levels) {
    if (name == stage) return level;
  }
  return std::nullopt;
}

template <std::size_t n>
bool has(const std::array<std::string_view, n>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

std::string_view stage_of(std::string_view path) {
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}
bool is_header(std::string_view path) {
  return path.ends_with(".hpp") || path.ends_with(".h");
}
bool is_test(std::string_view path) {
  return path.ends_with("_test.cpp");
}

struct Include {
  std::size_t line;
  std::string name;
  bool quoted;
};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::vector<Include> includes_of(std::string_view text, std::string_view code) {
  static const std::regex pattern(R"(^\s*#\s*include\s*(["<])([^">]+)[">])");
  std::vector<Include> includes;
  const auto lines = lines_of(text);
  const auto code_lines = lines_of(code);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    // An #include that stands in a comment is none: its # is blanked in the code.
    if (code_lines[i].find('#') == std::string_view::npos) continue;
    std::match_results<std::string_view::const_iterator> match;
    if (std::regex_search(lines[i].begin(), lines[i].end(), match, pattern)) {
      includes.push_back({i + 1, match[2].str(), match[1].str() == "\""});
    }
  }
  return includes;
}

struct Checked {
  const SourceFile* file;
  std::string code;
  std::vector<Include> includes;
};

class Checker {
 public:
  explicit Checker(std::span<const SourceFile> files) {
    for (const SourceFile& file : files) {
      std::string code = code_only(file.text);
      auto includes = includes_of(file.text, code);
      checked_.emplace(file.path, Checked{&file, std::move(code), std::move(includes)});
    }
  }

  std::vector<Offence> run() {
    for (const auto& [path, checked] : checked_) {
      if (!level_of(stage_of(path))) {
        offend(path, 0, "stands in no stage of the dependency table");
        continue;
      }
      check_includes(path, checked);
      check_toml(path, checked);
      if (is_header(path)) check_header(path, checked);
      if (is_test(path)) continue;
      if (has(pure_stages, stage_of(path))) check_purity(path, checked);
      if (has(blind_stages, stage_of(path))) check_blindness(path, checked);
    }
    return std::move(offences_);
  }

 private:
  void offend(const std::string& path, std::size_t line, std::string says) {
    offences_.push_back({path, line, std::move(says)});
  }

  void check_includes(const std::string& path, const Checked& checked) {
    const std::string_view stage = stage_of(path);
    const int level = *level_of(stage);
    for (const Include& include : checked.includes) {
      if (!include.quoted) continue;
      const std::string_view other = stage_of(include.name);
      const auto other_level = level_of(other);
      if (!other_level) {
        offend(path, include.line,
               fmt::format("includes \"{}\", which no stage holds: libraries are included with <>, "
                           "own headers by their path below src/",
                           include.name));
      } else if (other != stage && *other_level >= level && !(is_test(path) && *other_level == level)) {
        offend(path, include.line, fmt::format("{} may not include {}", stage, include.name));
      }
    }
  }

  // toml++ must not see every byte: base/toml looks at them first, so nothing else may hand it any.
  void check_toml(const std::string& path, const Checked& checked) {
    static const std::regex parse(R"(\btoml::parse(_file)?\s*\()");
    if (path == "base/toml.cpp") return;
    for (const Include& include : checked.includes) {
      if (include.name.starts_with("toml++/") && path != "base/toml.hpp") {
        offend(path, include.line, "includes toml++ itself: include base/toml.hpp");
      }
    }
    const auto lines = lines_of(checked.code);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (std::regex_search(lines[i].begin(), lines[i].end(), parse)) {
        offend(path, i + 1, "lets toml++ read bytes unseen: call parse_toml");
      }
    }
  }

  void check_header(const std::string& path, const Checked& checked) {
    static const std::regex using_namespace(R"(\busing\s+namespace\b)");
    const auto lines = lines_of(checked.code);
    if (!checked.file->text.starts_with("//")) offend(path, 1, "opens without a comment that says what it is for");
    if (checked.code.find("#pragma once") == std::string::npos) offend(path, 0, "has no #pragma once");
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (std::regex_search(lines[i].begin(), lines[i].end(), using_namespace)) {
        offend(path, i + 1, "using namespace in a header");
      }
    }
  }

  void check_purity(const std::string& path, const Checked& checked) {
    static const std::regex impure(
        R"(\b\w+_clock\b|\bstd::(time|clock|rand|srand|random_device|mt19937(_64)?|getenv|system|cout|cerr|filesystem|)"
        R"(fopen|[io]?fstream)\b|(^|[^\w.>:])(::)?(time|rand|srand|random|getenv|fopen|open|popen|system|clock_gettime|)"
        R"(gettimeofday|getrandom|localtime|gmtime)\s*\(|\bsqlite3_\w+|\bPQ(exec|connect)\w*|\bMHD_\w+|\bfmt::print\b)");
    const auto lines = lines_of(checked.code);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      std::match_results<std::string_view::const_iterator> match;
      if (std::regex_search(lines[i].begin(), lines[i].end(), match, impure)) {
        offend(path, i + 1, fmt::format("a pure stage names {}", match[0].str()));
      }
    }
    for (const auto& [header, how] : reached_from(path)) {
      if (has(impure_headers, header) || header.starts_with("sys/") || header.starts_with("netinet/")) {
        offend(path, how.line,
               fmt::format("a pure stage reaches <{}>{}", header, how.by == path ? "" : " through " + how.by));
      }
    }
  }

  void check_blindness(const std::string& path, const Checked& checked) {
    static const std::regex named(R"(\bProtected(Kind|Statement|Characteristics)\b|\bdecode_protected\b)");
    const auto lines = lines_of(checked.code);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (std::regex_search(lines[i].begin(), lines[i].end(), named)) {
        offend(path, i + 1, "names protected characteristics (invariant 5)");
      }
    }
    for (const auto& [header, how] : reached_from(path)) {
      if (header == protected_header) {
        offend(path, how.line,
               fmt::format("reaches {}{} (invariant 5)", header, how.by == path ? "" : " through " + how.by));
      }
    }
  }

  struct How {
    std::size_t line;  // of the first include on the way, in the file that is checked
    std::string by;    // the file that includes it
  };
  // Everything a file includes, itself or through files of src/.
  std::map<std::string, How> reached_from(const std::string& path) const {
    std::map<std::string, How> reached;
    std::vector<std::pair<std::string, std::size_t>> open = {{path, 0}};
    while (!open.empty()) {
      const auto [by, first_line] = open.back();
      open.pop_back();
      const auto found = checked_.find(by);
      if (found == checked_.end()) continue;
      for (const Include& include : found->second.includes) {
        const std::size_t line = first_line == 0 ? include.line : first_line;
        if (reached.try_emplace(include.name, How{line, by}).second) open.emplace_back(include.name, line);
      }
    }
    return reached;
  }

  std::map<std::string, Checked> checked_;
  std::vector<Offence> offences_;
};

// The end of the raw string literal that opens at `at` (on its R), or npos.
std::size_t raw_string_end(std::string_view text, std::size_t at) {
  const std::size_t open = text.find('(', at);
  if (open == std::string_view::npos) return std::string_view::npos;
  const std::string closing = fmt::format("){}\"", text.substr(at + 2, open - at - 2));
  const std::size_t end = text.find(closing, open);
  return end == std::string_view::npos ? end : end + closing.size();
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// The end of the comment or literal that opens at `at`; `at` when none does.
std::size_t blank_end(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("//")) return std::min(text.find('\n', at), text.size());
  if (rest.starts_with("/*")) {
    const std::size_t end = text.find("*/", at + 2);
    return end == std::string_view::npos ? text.size() : end + 2;
  }
  if (rest.starts_with("R\"") && (at == 0 || !is_word(text[at - 1])))
    return std::min(raw_string_end(text, at), text.size());
  // A quote between digits separates thousands.
  const bool separator = text[at] == '\'' && at > 0 && is_word(text[at - 1]);
  if ((text[at] != '"' && text[at] != '\'') || separator) return at;
  std::size_t end = at + 1;
  while (end < text.size() && text[end] != text[at] && text[end] != '\n') end += text[end] == '\\' ? 2 : 1;
  return std::min(end + 1, text.size());
}

}  // namespace

std::string code_only(std::string_view text) {
  std::string code(text);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = blank_end(text, at);
    for (std::size_t i = at; i < end; ++i) {
      if (code[i] != '\n') code[i] = ' ';
    }
    at = std::max(end, at + 1);
  }
  return code;
}

std::vector<Offence> check_sources(std::span<const SourceFile> files) {
  return Checker(files).run();
}

std::vector<Offence> check_machine_paths(const SourceFile& file) {
  // Written in pieces, so that this file does not offend.
  static const std::regex pattern(
      "(^|[^A-Za-z0-9_.])/("
      "work|farm|root|home/[a-z]\\w*|Users/\\w+"
      ")/|[A-Z]:\\\\Users");
  std::vector<Offence> offences;
  const auto lines = lines_of(file.text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::match_results<std::string_view::const_iterator> match;
    if (std::regex_search(lines[i].begin(), lines[i].end(), match, pattern)) {
      offences.push_back({file.path, i + 1, "names a path of somebody's own machine"});
    }
  }
  return offences;
}

}  // namespace wider::structure
