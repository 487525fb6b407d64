#include "linkage/splink/sql.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace wider::linkage::splink {
namespace {

enum class Token : std::uint8_t { word, quoted_word, text, number, symbol, end };

struct Lexeme {
  Token token = Token::end;
  std::string text;  // of a word as written; of a text or quoted word without its quotes
  std::size_t at = 0;
};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (static_cast<unsigned char>(c) & 0x80U) != 0;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

std::unexpected<Error> bad(std::size_t at, std::string_view what) {
  return failure(ErrorCode::malformed, fmt::format("at character {}: {}", at + 1, what));
}

class Lexer {
 public:
  explicit Lexer(std::string_view sql) : sql_(sql) {}

  Result<std::vector<Lexeme>> all() {
    std::vector<Lexeme> lexemes;
    while (true) {
      auto lexeme = next();
      if (!lexeme) return std::unexpected(lexeme.error());
      lexemes.push_back(std::move(*lexeme));
      if (lexemes.back().token == Token::end) return lexemes;
    }
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

  void skip_blanks() {
    while (at_ < sql_.size()) {
      if (is_blank(peek())) {
        ++at_;
      } else if (peek() == '-' && peek(1) == '-') {
        while (at_ < sql_.size() && sql_[at_] != '\n') ++at_;
      } else if (peek() == '/' && peek(1) == '*') {
        const std::size_t end = sql_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? sql_.size() : end + 2;
      } else {
        return;
      }
    }
  }

  Result<Lexeme> next() {
    skip_blanks();
    const std::size_t from = at_;
    if (at_ >= sql_.size()) return Lexeme{Token::end, "", from};
    const char c = peek();
    if (c == '\'' || c == '"') return quoted(c);
    if (is_letter(c)) {
      while (is_letter(peek()) || is_digit(peek()) || peek() == '$') ++at_;
      return Lexeme{Token::word, std::string(sql_.substr(from, at_ - from)), from};
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    for (const std::string_view two : {"||", "<>", "!=", "<=", ">=", "==", "//", "::", "->"}) {
      if (sql_.substr(at_).starts_with(two)) {
        at_ += 2;
        return Lexeme{Token::symbol, std::string(two), from};
      }
    }
    if (std::string_view("=<>+-*/%^()[],.:").find(c) == std::string_view::npos)
      return bad(from, "this character is not part of an expression that can be read");
    ++at_;
    return Lexeme{Token::symbol, std::string(1, c), from};
  }

  Result<Lexeme> quoted(char quote) {
    const std::size_t from = at_++;
    std::string text;
    while (at_ < sql_.size()) {
      if (sql_[at_] == quote) {
        if (peek(1) != quote) {
          ++at_;
          return Lexeme{quote == '"' ? Token::quoted_word : Token::text, std::move(text), from};
        }
        ++at_;
      }
      text += sql_[at_++];
    }
    return bad(from, "a quotation mark is not closed");
  }

  Result<Lexeme> number() {
    const std::size_t from = at_;
    while (is_digit(peek())) ++at_;
    if (peek() == '.') ++at_;
    while (is_digit(peek())) ++at_;
    if (peek() == 'e' || peek() == 'E') {
      const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
      if (is_digit(peek(sign))) {
        at_ += sign;
        while (is_digit(peek())) ++at_;
      }
    }
    if (is_letter(peek())) return bad(at_, "a number runs into a word");
    return Lexeme{Token::number, std::string(sql_.substr(from, at_ - from)), from};
  }

  std::string_view sql_;
  std::size_t at_ = 0;
};

Node call(std::string name, std::vector<Node> parts) {
  return {Shape::call, std::move(name), "", 0, std::move(parts)};
}
Node negated(Node node) {
  std::vector<Node> parts;
  parts.push_back(std::move(node));
  return call("not", std::move(parts));
}
Node two(std::string name, Node left, Node right) {
  std::vector<Node> parts;
  parts.push_back(std::move(left));
  parts.push_back(std::move(right));
  return call(std::move(name), std::move(parts));
}
Node one(std::string name, Node inner) {
  std::vector<Node> parts;
  parts.push_back(std::move(inner));
  return call(std::move(name), std::move(parts));
}

// Words that end an expression or join two, and so never name a column unless quoted.
constexpr std::array<std::string_view, 17> reserved = {"and",  "or",    "not",    "is",   "in",   "between",
                                                       "like", "ilike", "case",   "when", "then", "else",
                                                       "end",  "as",    "select", "from", "where"};

// Recursive descent, one function for each binding strength, weakest first (PostgreSQL's table, which DuckDB follows).
class Parser {
 public:
  explicit Parser(std::vector<Lexeme> lexemes) : lexemes_(std::move(lexemes)) {}

  Result<Node> whole() {
    auto node = disjunction();
    if (!node) return node;
    if (here().token != Token::end) return unexpected("an operator or the end");
    return node;
  }

 private:
  using Maybe = Result<Node>;

  [[nodiscard]] const Lexeme& here() const { return lexemes_[at_]; }
  [[nodiscard]] const Lexeme& after(std::size_t ahead) const {
    return lexemes_[std::min(at_ + ahead, lexemes_.size() - 1)];
  }
  [[nodiscard]] static bool word_is(const Lexeme& lexeme, std::string_view word) {
    return lexeme.token == Token::word && lower_case(lexeme.text) == word;
  }
  [[nodiscard]] bool at_word(std::string_view word) const { return word_is(here(), word); }
  [[nodiscard]] bool at_symbol(std::string_view symbol) const {
    return here().token == Token::symbol && here().text == symbol;
  }
  bool take_word(std::string_view word) {
    if (!at_word(word)) return false;
    ++at_;
    return true;
  }
  bool take_symbol(std::string_view symbol) {
    if (!at_symbol(symbol)) return false;
    ++at_;
    return true;
  }
  [[nodiscard]] std::unexpected<Error> unexpected(std::string_view wanted) const {
    return bad(here().at, here().token == Token::end
                              ? fmt::format("the expression ends where {} should stand", wanted)
                              : fmt::format("'{}' stands where {} should stand", here().text, wanted));
  }
  Maybe deeper(Maybe (Parser::*rule)()) {
    if (++depth_ > deepest) return bad(here().at, "the expression is nested too deeply");
    auto node = (this->*rule)();
    --depth_;
    return node;
  }
  // left (word right)*, joined from the left.
  Maybe chain(Maybe (Parser::*rule)(), std::initializer_list<std::string_view> symbols) {
    auto left = (this->*rule)();
    while (left) {
      const auto found = std::find_if(symbols.begin(), symbols.end(), [&](auto symbol) { return at_symbol(symbol); });
      if (found == symbols.end()) return left;
      if (++joined_ > most_joined) return bad(here().at, "the expression is too long");
      ++at_;
      auto right = (this->*rule)();
      if (!right) return right;
      const std::string_view name = *found == "==" ? "=" : *found == "!=" ? "<>" : *found;
      left = two(std::string(name), std::move(*left), std::move(*right));
    }
    return left;
  }
  // AND and OR are flat: a AND b AND c has three parts.
  Maybe flat(Maybe (Parser::*rule)(), std::string_view word) {
    auto first = (this->*rule)();
    if (!first || !at_word(word)) return first;
    std::vector<Node> parts;
    parts.push_back(std::move(*first));
    while (take_word(word)) {
      auto next = (this->*rule)();
      if (!next) return next;
      parts.push_back(std::move(*next));
    }
    return call(std::string(word), std::move(parts));
  }

  Maybe disjunction() { return flat(&Parser::conjunction, "or"); }
  Maybe conjunction() { return flat(&Parser::negation, "and"); }
  Maybe negation() {
    if (!take_word("not")) return predicate();
    auto inner = deeper(&Parser::negation);
    if (!inner) return inner;
    return negated(std::move(*inner));
  }

  Maybe predicate() {
    auto left = comparison();
    while (left) {
      if (++joined_ > most_joined) return bad(here().at, "the expression is too long");
      if (take_word("isnull")) {
        left = one("is null", std::move(*left));
      } else if (take_word("notnull")) {
        left = negated(one("is null", std::move(*left)));
      } else if (take_word("is")) {
        left = after_is(std::move(*left));
      } else {
        return left;
      }
    }
    return left;
  }
  Maybe after_is(Node left) {
    const bool inverted = take_word("not");
    const auto given = [&](Node node) { return inverted ? negated(std::move(node)) : std::move(node); };
    if (take_word("null")) return given(one("is null", std::move(left)));
    if (at_word("true") || at_word("false")) {
      Node wanted{Shape::truth, "", "", at_word("true") ? 1.0 : 0.0, {}};
      ++at_;
      return given(two("is", std::move(left), std::move(wanted)));
    }
    if (take_word("distinct")) {
      if (!take_word("from")) return unexpected("FROM");
      auto right = comparison();
      if (!right) return right;
      Node same = two("is", std::move(left), std::move(*right));
      return inverted ? std::move(same) : negated(std::move(same));
    }
    return unexpected("NULL, TRUE, FALSE or DISTINCT FROM");
  }

  Maybe comparison() { return chain(&Parser::membership, {"=", "==", "<>", "!=", "<=", ">=", "<", ">"}); }

  Maybe membership() {
    auto left = joining();
    if (!left) return left;
    const bool inverted = at_word("not") && (word_is(after(1), "like") || word_is(after(1), "ilike") ||
                                             word_is(after(1), "in") || word_is(after(1), "between"));
    if (inverted) ++at_;
    auto found = tested(std::move(*left));
    if (!found || !inverted) return found;
    return negated(std::move(*found));
  }
  Maybe tested(Node left) {
    for (const std::string_view word : {"like", "ilike"}) {
      if (!take_word(word)) continue;
      auto pattern = joining();
      if (!pattern) return pattern;
      return two(std::string(word), std::move(left), std::move(*pattern));
    }
    if (take_word("between")) {
      auto low = joining();
      if (!low) return low;
      if (!take_word("and")) return unexpected("AND");
      auto high = joining();
      if (!high) return high;
      return two("and", two(">=", left, std::move(*low)), two("<=", left, std::move(*high)));
    }
    if (take_word("in")) {
      if (!take_symbol("(")) return unexpected("(");
      auto choices = list_until(")");
      if (!choices) return std::unexpected(choices.error());
      if (choices->empty()) return unexpected("a value");
      std::vector<Node> any;
      for (Node& choice : *choices) any.push_back(two("=", left, std::move(choice)));
      return any.size() == 1 ? std::move(any[0]) : call("or", std::move(any));
    }
    return left;
  }

  Maybe joining() { return chain(&Parser::sum, {"||"}); }
  Maybe sum() { return chain(&Parser::product, {"+", "-"}); }
  Maybe product() { return chain(&Parser::power, {"*", "//", "/", "%"}); }
  Maybe power() { return chain(&Parser::signed_value, {"^"}); }
  Maybe signed_value() {
    if (take_symbol("+")) return deeper(&Parser::signed_value);
    if (!take_symbol("-")) return suffixed();
    auto inner = deeper(&Parser::signed_value);
    if (!inner) return inner;
    if (inner->shape == Shape::number) {
      inner->number = -inner->number;
      inner->name = inner->name.starts_with('-') ? inner->name.substr(1) : "-" + inner->name;
      return inner;
    }
    return one("negative", std::move(*inner));
  }
  Maybe suffixed() {
    auto node = primary();
    while (node) {
      if (take_symbol("::")) {
        auto type = type_name();
        if (!type) return std::unexpected(type.error());
        Node cast{Shape::cast, std::move(*type), "", 0, {}};
        cast.parts.push_back(std::move(*node));
        node = std::move(cast);
      } else if (take_symbol("[")) {
        auto index = deeper(&Parser::disjunction);
        if (!index) return index;
        if (!take_symbol("]")) return unexpected("]");
        node = two("[]", std::move(*node), std::move(*index));
      } else {
        return node;
      }
      if (++joined_ > most_joined) return bad(here().at, "the expression is too long");
    }
    return node;
  }

  Maybe primary() {
    const Lexeme lexeme = here();
    switch (lexeme.token) {
      case Token::number: {
        Node node{Shape::number, lexeme.text, "", 0, {}};
        const char* end = lexeme.text.data() + lexeme.text.size();
        const auto read = std::from_chars(lexeme.text.data(), end, node.number);
        if (read.ec != std::errc() || read.ptr != end) return bad(lexeme.at, "this is not a number");
        ++at_;
        return node;
      }
      case Token::text:
        ++at_;
        return Node{Shape::text, lexeme.text, "", 0, {}};
      case Token::quoted_word:
        return column();
      case Token::word:
        return word();
      case Token::symbol:
        break;
      case Token::end:
        return unexpected("a value");
    }
    if (take_symbol("(")) {
      auto inner = deeper(&Parser::disjunction);
      if (!inner) return inner;
      if (!take_symbol(")")) return unexpected(")");
      return inner;
    }
    if (take_symbol("[")) {
      auto items = list_until("]");
      if (!items) return std::unexpected(items.error());
      return call("list", std::move(*items));
    }
    return unexpected("a value");
  }

  Maybe word() {
    const std::string lower = lower_case(here().text);
    if (lower == "null" || lower == "true" || lower == "false") {
      ++at_;
      if (lower == "null") return Node{};
      return Node{Shape::truth, "", "", lower == "true" ? 1.0 : 0.0, {}};
    }
    if (lower == "case") return deeper(&Parser::cases);
    if (lower == "cast" || lower == "try_cast") {
      if (after(1).token == Token::symbol && after(1).text == "(") return cast(lower == "try_cast");
    }
    if (lower == "lambda" && after(2).token == Token::symbol && after(2).text == ":") {
      ++at_;
      return lambda();
    }
    if (after(1).token == Token::symbol && after(1).text == "->") return lambda();
    if (std::find(reserved.begin(), reserved.end(), lower) != reserved.end()) return unexpected("a value");
    // A typed literal: DATE '2000-01-01'.
    if ((lower == "date" || lower == "timestamp") && after(1).token == Token::text) {
      ++at_;
      Node node{Shape::cast, lower, "", 0, {}};
      node.parts.push_back({Shape::text, here().text, "", 0, {}});
      ++at_;
      return node;
    }
    if (after(1).token != Token::symbol || after(1).text != "(") return column();
    at_ += 2;
    auto parts = list_until(")");
    if (!parts) return std::unexpected(parts.error());
    return call(lower, std::move(*parts));
  }

  Maybe column() {
    Node node{Shape::column, here().text, "", 0, {}};
    ++at_;
    if (take_symbol(".")) {
      if (here().token != Token::word && here().token != Token::quoted_word) return unexpected("the name of a column");
      node.qualifier = lower_case(node.name);
      node.name = here().text;
      ++at_;
    }
    return node;
  }

  Maybe lambda() {
    if (here().token != Token::word) return unexpected("a name");
    Node node{Shape::lambda, here().text, "", 0, {}};
    at_ += 2;
    auto body = deeper(&Parser::disjunction);
    if (!body) return body;
    node.parts.push_back(std::move(*body));
    return node;
  }

  Maybe cast(bool tried) {
    at_ += 2;
    auto inner = deeper(&Parser::disjunction);
    if (!inner) return inner;
    if (!take_word("as")) return unexpected("AS");
    auto type = type_name();
    if (!type) return std::unexpected(type.error());
    if (!take_symbol(")")) return unexpected(")");
    Node node{Shape::cast, std::move(*type), "", tried ? 1.0 : 0.0, {}};
    node.parts.push_back(std::move(*inner));
    return node;
  }

  // int, double, varchar, decimal(10, 2), varchar[].
  Result<std::string> type_name() {
    if (here().token != Token::word) return unexpected("the name of a type");
    std::string name = lower_case(here().text);
    ++at_;
    if (name == "double" && take_word("precision")) name = "double";
    if (at_symbol("(")) {
      while (here().token == Token::number || here().token == Token::symbol) {
        const bool last = at_symbol(")");
        name += here().text;
        ++at_;
        if (last) break;
      }
      if (!name.ends_with(')')) return unexpected(")");
    }
    while (at_symbol("[") && after(1).token == Token::symbol && after(1).text == "]") {
      name += "[]";
      at_ += 2;
    }
    return name;
  }

  Maybe cases() {
    ++at_;
    std::optional<Node> subject;
    if (!at_word("when")) {
      auto found = disjunction();
      if (!found) return found;
      subject = std::move(*found);
    }
    Node node{Shape::cases, "", "", 0, {}};
    while (take_word("when")) {
      auto when = disjunction();
      if (!when) return when;
      node.parts.push_back(subject ? two("=", *subject, std::move(*when)) : std::move(*when));
      if (!take_word("then")) return unexpected("THEN");
      auto then = disjunction();
      if (!then) return then;
      node.parts.push_back(std::move(*then));
    }
    if (node.parts.empty()) return unexpected("WHEN");
    if (take_word("else")) {
      auto other = disjunction();
      if (!other) return other;
      node.parts.push_back(std::move(*other));
    } else {
      node.parts.emplace_back();
    }
    if (!take_word("end")) return unexpected("END");
    return node;
  }

  // Expressions apart by commas up to the closing symbol, which is taken.
  Result<std::vector<Node>> list_until(std::string_view closing) {
    std::vector<Node> parts;
    if (take_symbol(closing)) return parts;
    while (true) {
      auto part = deeper(&Parser::disjunction);
      if (!part) return std::unexpected(part.error());
      parts.push_back(std::move(*part));
      if (take_symbol(closing)) return parts;
      if (!take_symbol(",")) return unexpected(fmt::format("',' or '{}'", closing));
    }
  }

  static constexpr std::size_t most_joined = 10 * deepest;

  std::vector<Lexeme> lexemes_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t joined_ = 0;  // operators joined from the left: each deepens the tree by one
};

std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out + quote;
}

bool is_word(std::string_view name) {
  return !name.empty() && (is_letter(name[0]));
}

std::string joined(const std::vector<Node>& parts, std::string_view between) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += between;
    out += to_text(parts[i]);
  }
  return out;
}

std::string call_text(const Node& node) {
  if (node.name == "and") return "(" + joined(node.parts, " AND ") + ")";
  if (node.name == "or") return "(" + joined(node.parts, " OR ") + ")";
  if (node.name == "not") return "(NOT " + to_text(node.parts[0]) + ")";
  if (node.name == "is null") return "(" + to_text(node.parts[0]) + " IS NULL)";
  if (node.name == "is") return "(" + to_text(node.parts[0]) + " IS NOT DISTINCT FROM " + to_text(node.parts[1]) + ")";
  if (node.name == "like" || node.name == "ilike")
    return "(" + to_text(node.parts[0]) + (node.name == "like" ? " LIKE " : " ILIKE ") + to_text(node.parts[1]) + ")";
  if (node.name == "negative") return "(- " + to_text(node.parts[0]) + ")";
  if (node.name == "list") return "[" + joined(node.parts, ", ") + "]";
  if (node.name == "[]") return to_text(node.parts[0]) + "[" + to_text(node.parts[1]) + "]";
  if (is_word(node.name)) return node.name + "(" + joined(node.parts, ", ") + ")";
  return "(" + joined(node.parts, " " + node.name + " ") + ")";
}

}  // namespace

Result<Node> parse_sql(std::string_view sql) {
  auto lexemes = Lexer(sql).all();
  if (!lexemes) return std::unexpected(lexemes.error());
  return Parser(std::move(*lexemes)).whole();
}

std::string to_text(const Node& node) {
  switch (node.shape) {
    case Shape::column:
      return (node.qualifier.empty() ? "" : quoted(node.qualifier, '"') + ".") + quoted(node.name, '"');
    case Shape::text:
      return quoted(node.name, '\'');
    case Shape::number:
      return node.name.starts_with('-') ? "(" + node.name + ")" : node.name;
    case Shape::truth:
      return node.number != 0 ? "TRUE" : "FALSE";
    case Shape::null:
      return "NULL";
    case Shape::call:
      return call_text(node);
    case Shape::cast:
      return (node.number != 0 ? "TRY_CAST(" : "CAST(") + to_text(node.parts[0]) + " AS " + node.name + ")";
    case Shape::lambda:
      return "(" + node.name + " -> " + to_text(node.parts[0]) + ")";
    case Shape::cases:
      break;
  }
  std::string out = "CASE";
  for (std::size_t i = 0; i + 1 < node.parts.size(); i += 2)
    out += " WHEN " + to_text(node.parts[i]) + " THEN " + to_text(node.parts[i + 1]);
  return out + " ELSE " + to_text(node.parts.back()) + " END";
}

}  // namespace wider::linkage::splink
