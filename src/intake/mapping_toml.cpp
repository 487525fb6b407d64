// Reads the mapping language (docs/formats/mapping.md) into a Mapping. Every error names the mapping, the line and the
// key.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <initializer_list>

#include "base/hash.hpp"
#include "base/toml.hpp"
#include "intake/mapping.hpp"

namespace wider::intake {
namespace {

using Names = std::vector<std::string_view>;

template <typename Enum>
std::optional<Enum> named(std::string_view name);
template <>
std::optional<Role> named(std::string_view name) {
  return role_named(name);
}
template <>
std::optional<Sex> named(std::string_view name) {
  if (name == "female") return Sex::female;
  if (name == "male") return Sex::male;
  if (name == "unknown") return Sex::unknown;
  return std::nullopt;
}
template <>
std::optional<Outcome> named(std::string_view name) {
  return outcome_named(name);
}
template <>
std::optional<Agency> named(std::string_view name) {
  return agency_named(name);
}
template <>
std::optional<ThingKind> named(std::string_view name) {
  return thing_kind_named(name);
}
template <>
std::optional<ThingRole> named(std::string_view name) {
  return thing_role_named(name);
}

// "First language" and first_language are first-language.
std::string as_name(std::string_view text) {
  std::string name = folded(text);
  std::replace(name.begin(), name.end(), '_', '-');
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

constexpr std::pair<std::string_view, std::string PersonMention::*> person_texts[] = {
    {"forename", &PersonMention::forename},
    {"surname", &PersonMention::surname},
    {"full_name", &PersonMention::full_name},
    {"alias", &PersonMention::alias},
    {"local_id", &PersonMention::local_id},
    {"nhs_number", &PersonMention::nhs_number},
    {"upn", &PersonMention::upn},
    {"phone", &PersonMention::phone},
    {"email", &PersonMention::email},
    {"address", &PersonMention::address},
    {"postcode", &PersonMention::postcode},
    {"uprn", &PersonMention::uprn},
    {"occupation", &PersonMention::occupation},
    {"description", &PersonMention::description},
};
// What says that a person is there at all, besides the birth date: an address or a telephone alone names nobody.
constexpr std::string_view person_signs[] = {"forename", "surname",    "full_name", "alias",
                                             "local_id", "nhs_number", "upn",       "description"};
constexpr std::pair<std::string_view, std::string ThingMention::*> thing_texts[] = {
    {"text", &ThingMention::text},
    {"id", &ThingMention::id},
    {"postcode", &ThingMention::postcode},
    {"category", &ThingMention::category},
};
constexpr std::pair<std::string_view, ProtectedKind> protected_kinds[] = {
    {"ethnicity", ProtectedKind::ethnicity},
    {"religion", ProtectedKind::religion},
    {"nationality", ProtectedKind::nationality},
    {"first-language", ProtectedKind::first_language},
    {"disability", ProtectedKind::disability},
    {"sexual-orientation", ProtectedKind::sexual_orientation},
    {"gender-reassignment", ProtectedKind::gender_reassignment},
};

// Follows the document; the first thing wrong ends it. Members return false once failed_ is set.
class Parser {
 public:
  explicit Parser(std::string_view name) { mapping_.name.name = name; }

  Result<Mapping> parse(const toml::table& root) {
    layout(root);
    record(root);
    people(root);
    things(root);
    protected_values(root);
    known_keys(root, "",
               {"title", "agency", "kind", "delimiter", "encoding", "dates", "header", "must_differ", "record",
                "person", "thing", "protected"});
    if (failed_) return std::unexpected(*failed_);
    return std::move(mapping_);
  }

 private:
  void wrong(const toml::node* node, std::string_view key, std::string_view why) {
    if (failed_) return;
    const auto line = node != nullptr ? node->source().begin.line : 0;
    std::string message = fmt::format("mapping '{}'", mapping_.name.name);
    if (line > 0) message += fmt::format(", line {}", line);
    if (!key.empty()) message += fmt::format(", key '{}'", key);
    failed_ = Error{ErrorCode::malformed, fmt::format("{}: {}", message, why)};
  }

  void known_keys(const toml::table& table, std::string_view prefix, std::initializer_list<std::string_view> known) {
    for (const auto& [key, node] : table) {
      if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
        wrong(&node, fmt::format("{}{}", prefix, key.str()),
              fmt::format("no such key; there are {}", fmt::join(known, ", ")));
      }
    }
  }

  // A string, or an array of strings, as a list.
  std::vector<std::string> strings(const toml::node& node, std::string_view key) {
    std::vector<std::string> out;
    if (const auto* text = node.as_string()) {
      out.push_back(text->get());
    } else if (const auto* array = node.as_array()) {
      for (const toml::node& element : *array) {
        if (const auto* one = element.as_string()) {
          out.push_back(one->get());
        } else {
          wrong(&element, key, "a list of texts is wanted here");
        }
      }
    } else {
      wrong(&node, key, "a text or a list of texts is wanted here");
    }
    return out;
  }

  std::string one_string(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return {};
    if (const auto* text = node->as_string()) return text->get();
    wrong(node, key, "a text in quotes is wanted here");
    return {};
  }

  Slot slot(const toml::node& node, std::string_view key, std::string_view column) {
    const std::string name(trimmed(column));
    if (name.empty()) wrong(&node, key, "an empty text is no column");
    if (!mapping_.exact_header.empty() &&
        std::find(mapping_.exact_header.begin(), mapping_.exact_header.end(), name) == mapping_.exact_header.end()) {
      wrong(
          &node, key,
          fmt::format("column '{}' is not in the header, which has {}", name, fmt::join(mapping_.exact_header, ", ")));
    }
    const auto found = std::find(mapping_.columns.begin(), mapping_.columns.end(), name);
    if (found != mapping_.columns.end()) return static_cast<Slot>(found - mapping_.columns.begin());
    if (mapping_.columns.size() >= 4000) wrong(&node, key, "more than 4,000 columns are named");
    mapping_.columns.push_back(name);
    return static_cast<Slot>(mapping_.columns.size() - 1);
  }

  // "Seen at {Place}. Told by {Officer}." → two sentences. {{ and }} stand for braces.
  void sentences(const toml::node& node, std::string_view key, std::string_view text, Value& value) {
    value.shape = Value::Shape::sentences;
    Value::Sentence sentence;
    std::string plain;
    const auto end_plain = [&] {
      if (!plain.empty()) sentence.pieces.push_back({plain, std::nullopt});
      plain.clear();
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
      const char c = text[at];
      if ((c == '{' || c == '}') && at + 1 < text.size() && text[at + 1] == c) {
        plain += c;
        ++at;
      } else if (c == '{') {
        const std::size_t close = text.find('}', at);
        if (close == std::string_view::npos)
          return wrong(&node, key, "a '{' has no '}'; write '{{' for the sign itself");
        end_plain();
        value.slots.push_back(slot(node, key, text.substr(at + 1, close - at - 1)));
        sentence.pieces.push_back({"", value.slots.back()});
        sentence.names_columns = true;
        at = close;
      } else if (c == '}') {
        return wrong(&node, key, "a '}' has no '{'; write '}}' for the sign itself");
      } else {
        plain += c;
        const bool stop = (c == '.' || c == '!' || c == '?') && (at + 1 == text.size() || text[at + 1] == ' ');
        if (!stop) continue;
        end_plain();
        value.sentences.push_back(std::exchange(sentence, {}));
        if (at + 1 < text.size()) ++at;  // the space; sentences are joined with one
      }
    }
    end_plain();
    if (!sentence.pieces.empty()) value.sentences.push_back(std::move(sentence));
  }

  void from_columns(const toml::node& node, std::string_view key, Value& value) {
    const std::vector<std::string> names = strings(node, key);
    if (names.size() == 1 && node.is_string() && names[0].find('{') != std::string::npos) {
      return sentences(node, key, names[0], value);
    }
    if (names.empty()) return wrong(&node, key, "no column is named");
    value.shape = Value::Shape::columns;
    for (const std::string& name : names) value.slots.push_back(slot(node, key, name));
  }

  // The part of a value that a table { column = …, columns = …, constant = …, join = … } or a plain text gives.
  void source(const toml::node& node, std::string_view key, Value& value) {
    const auto* table = node.as_table();
    if (table == nullptr) return from_columns(node, key, value);
    known_keys(*table, fmt::format("{}.", key),
               {"column", "columns", "constant", "join", "values", "default", "empty", "kind"});
    const int ways = static_cast<int>(table->contains("column")) + static_cast<int>(table->contains("columns")) +
                     static_cast<int>(table->contains("constant"));
    if (ways != 1) return wrong(&node, key, "exactly one of column, columns and constant is wanted");
    if (table->contains("constant")) {
      value.shape = Value::Shape::constant;
      value.constant = one_string(*table, "constant");
      return;
    }
    const toml::node* columns = table->get("column") != nullptr ? table->get("column") : table->get("columns");
    from_columns(*columns, key, value);
    if (table->contains("join")) value.joiner = one_string(*table, "join");
  }

  const toml::table* values_of(const toml::node& node, std::string_view key) {
    const auto* table = node.as_table();
    const toml::node* values = table != nullptr ? table->get("values") : nullptr;
    if (values != nullptr && !values->is_table())
      wrong(values, key, "values is a table: { \"NFA\" = \"no-further-action\" }");
    return values != nullptr ? values->as_table() : nullptr;
  }

  Value value(const toml::node& node, std::string_view key, std::string_view joiner = " ") {
    Value out;
    out.joiner = joiner;
    source(node, key, out);
    if (const auto* values = values_of(node, key)) {
      for (const auto& [from, to] : *values) {
        if (const auto* text = to.as_string()) {
          out.values.emplace_back(folded(from.str()), text->get());
        } else {
          wrong(&to, key, "a text in quotes is wanted here");
        }
      }
    }
    if (const auto* table = node.as_table()) {
      if (table->contains("default")) out.otherwise = one_string(*table, "default");
      if (table->contains("empty")) out.when_empty = one_string(*table, "empty");
    }
    return out;
  }
  Value value(const toml::table& table, std::string_view key, std::string_view joiner = " ") {
    const toml::node* node = table.get(key);
    return node == nullptr ? Value{} : value(*node, key, joiner);
  }

  template <typename Enum>
  std::optional<Enum> choice_named(const toml::node& node, std::string_view key, std::string_view text) {
    const auto found = named<Enum>(as_name(text));
    if (!found)
      wrong(&node, key, fmt::format("'{}' is none of the values that are known here (docs/formats/mapping.md)", text));
    return found;
  }

  // A text that is a known value is a constant; any other text is a column.
  template <typename Enum>
  Choice<Enum> choice(const toml::table& owner, std::string_view key) {
    Choice<Enum> out;
    const toml::node* node = owner.get(key);
    if (node == nullptr) return out;
    if (const auto* text = node->as_string()) {
      out.constant = named<Enum>(as_name(text->get()));
      if (out.constant) return out;
    }
    const auto* table = node->as_table();
    if (table != nullptr && table->contains("constant")) {
      out.constant = choice_named<Enum>(*node, key, one_string(*table, "constant"));
      return out;
    }
    source(*node, key, out.source);
    const auto from_text = [&](const toml::node& at, std::string_view text) -> std::optional<Enum> {
      // "" leaves it open: an agency that is not one of the partnership's.
      if (text.empty()) return std::nullopt;
      return choice_named<Enum>(at, key, text);
    };
    if (const auto* values = values_of(*node, key)) {
      for (const auto& [from, to] : *values) {
        const auto* text = to.as_string();
        if (text == nullptr) {
          wrong(&to, key, "a text in quotes is wanted here");
        } else if (const auto found = from_text(to, text->get())) {
          out.values.emplace_back(folded(from.str()), *found);
        }
      }
    }
    if (table == nullptr) return out;
    if (table->contains("default")) out.otherwise = from_text(*node, one_string(*table, "default"));
    if (table->contains("empty")) out.when_empty = from_text(*node, one_string(*table, "empty"));
    return out;
  }

  void layout(const toml::table& root) {
    mapping_.name.title = one_string(root, "title");
    if (mapping_.name.title.empty()) mapping_.name.title = mapping_.name.name;
    const std::string agency = one_string(root, "agency");
    if (const auto found = agency_named(as_name(agency))) {
      mapping_.name.agency = *found;
    } else {
      wrong(root.get("agency"), "agency",
            fmt::format("'{}' is no agency; one such as \"police\" or \"social-care\" is wanted", agency));
    }
    const std::string kind = one_string(root, "kind");
    if (const auto found = record_kind_named(as_name(kind))) {
      mapping_.kind = *found;
    } else {
      wrong(root.get("kind"), "kind",
            fmt::format("'{}' is no kind of record; one such as \"referral\" or \"crime\" is wanted", kind));
    }
    const std::string delimiter = one_string(root, "delimiter");
    if (delimiter == "tab") {
      mapping_.delimiter = '\t';
    } else if (delimiter.size() == 1 && std::string_view(",;|\t").find(delimiter[0]) != std::string_view::npos) {
      mapping_.delimiter = delimiter[0];
    } else if (!delimiter.empty() && delimiter != "auto") {
      wrong(root.get("delimiter"), "delimiter", "one of \",\" \";\" \"|\" \"\\t\" and \"auto\" is wanted");
    }
    const std::string encoding = as_name(one_string(root, "encoding"));
    if (encoding == "utf-8" || encoding == "utf8") {
      mapping_.encoding = Encoding::utf_8;
    } else if (encoding == "windows-1252") {
      mapping_.encoding = Encoding::windows_1252;
    } else if (!encoding.empty() && encoding != "auto") {
      wrong(root.get("encoding"), "encoding", "one of \"auto\", \"utf-8\" and \"windows-1252\" is wanted");
    }
    if (const toml::node* dates = root.get("dates")) {
      auto forms = DateForms::parse(strings(*dates, "dates"));
      if (forms) {
        mapping_.dates = std::move(*forms);
      } else {
        wrong(dates, "dates", forms.error().message);
      }
    }
    if (const toml::node* header = root.get("header")) {
      for (const std::string& column : strings(*header, "header")) mapping_.exact_header.emplace_back(trimmed(column));
    }
  }

  void happened(const toml::table& table) {
    const toml::node* node = table.get("happened");
    if (node == nullptr) return;
    const auto* parts = node->as_table();
    if (parts == nullptr || parts->contains("column") || parts->contains("columns")) {
      mapping_.happened.from = value(*node, "happened");
      return;
    }
    known_keys(*parts, "record.happened.", {"from", "to", "time"});
    mapping_.happened = {value(*parts, "from"), value(*parts, "to"), value(*parts, "time")};
    if (!mapping_.happened.from.there()) wrong(node, "record.happened", "a column for 'from' is wanted");
  }

  void record(const toml::table& root) {
    const auto* table = root.get_as<toml::table>("record");
    if (table == nullptr) return wrong(root.get("record"), "record", "the table [record] is missing");
    known_keys(*table, "record.",
               {"id", "happened", "known", "grade", "handling", "outcome", "outcome_date", "reason", "code",
                "source_agency", "related", "text"});
    if (!table->contains("id")) wrong(table, "record.id", "is missing: which column holds the record's own id?");
    mapping_.id = value(*table, "id", "/");
    mapping_.id.keep_empty_parts = true;
    happened(*table);
    mapping_.known = value(*table, "known");
    mapping_.grade = value(*table, "grade");
    const std::string handling = as_name(one_string(*table, "handling"));
    if (handling == "originator-only") {
      mapping_.handling = Handling::originator_only;
    } else if (!handling.empty() && handling != "shared") {
      wrong(table->get("handling"), "record.handling", "one of \"shared\" and \"originator-only\" is wanted");
    }
    mapping_.outcome = choice<Outcome>(*table, "outcome");
    mapping_.outcome_date = value(*table, "outcome_date");
    mapping_.source_agency = choice<Agency>(*table, "source_agency");
    if (const toml::node* related = table->get("related")) {
      const auto* parts = related->as_table();
      const auto kind = parts != nullptr ? record_kind_named(as_name(one_string(*parts, "kind"))) : std::nullopt;
      if (kind) {
        mapping_.related_kind = *kind;
        mapping_.related = value(*related, "related", "/");
      } else {
        wrong(related, "record.related", "{ kind = \"crime\", column = \"…\" } is wanted, with a known kind of record");
      }
    }
    for (const auto& [key, member] : {std::pair{"reason", &Record::reason}, {"code", &Record::code}}) {
      if (Value made = value(*table, key); made.there()) mapping_.texts.emplace_back(member, std::move(made));
    }
    // A plain text is a sentence here, even without a column in it: "Missing episode."
    if (const toml::node* node = table->get("text")) {
      Value made;
      if (const auto* text = node->as_string()) {
        sentences(*node, "text", text->get(), made);
      } else {
        made = value(*node, "text");
      }
      mapping_.texts.emplace_back(&Record::text, std::move(made));
    }
  }

  // The tables of an array of tables; a single table is taken as one.
  void each_table(const toml::table& root, std::string_view key, const std::function<void(const toml::table&)>& visit) {
    const toml::node* node = root.get(key);
    if (node == nullptr) return;
    if (const auto* one = node->as_table()) return visit(*one);
    const auto* array = node->as_array();
    if (array == nullptr) return wrong(node, key, fmt::format("tables under [[{}]] are wanted", key));
    for (const toml::node& element : *array) {
      if (const auto* table = element.as_table()) {
        visit(*table);
      } else {
        wrong(&element, key, fmt::format("tables under [[{}]] are wanted", key));
      }
    }
  }

  std::vector<Slot> when(const toml::table& table) {
    std::vector<Slot> out;
    const toml::node* node = table.get("when");
    if (node == nullptr) return out;
    for (const std::string& column : strings(*node, "when")) out.push_back(slot(*node, "when", column));
    return out;
  }

  void people(const toml::table& root) {
    each_table(root, "person", [&](const toml::table& table) {
      known_keys(table, "person.",
                 {"role", "when", "forename", "surname", "full_name", "alias", "birth_date", "sex", "local_id",
                  "nhs_number", "upn", "phone", "email", "address", "postcode", "uprn", "occupation", "description"});
      PersonMapping person;
      person.role = choice<Role>(table, "role");
      if (!person.role.there())
        wrong(&table, "person.role", "is missing: \"subject\", \"victim\", … or a column with values");
      for (const auto& [key, member] : person_texts) {
        if (Value made = value(table, key, key == "address" ? ", " : " "); made.there()) {
          person.texts.emplace_back(member, std::move(made));
        }
      }
      person.birth_date = value(table, "birth_date", "/");
      person.sex = choice<Sex>(table, "sex");
      person.when = when(table);
      if (!table.contains("when")) {
        const auto add = [&](const Value& sign) {
          person.when.insert(person.when.end(), sign.slots.begin(), sign.slots.end());
        };
        for (const auto& [member, made] : person.texts) {
          for (const auto& [key, its] : person_texts) {
            const bool sign =
                std::find(std::begin(person_signs), std::end(person_signs), key) != std::end(person_signs);
            if (its == member && sign) add(made);
          }
        }
        add(person.birth_date);
        if (person.when.empty())
          wrong(&table, "person", "nothing here says when the person is there: name a column or give 'when'");
      }
      mapping_.people.push_back(std::move(person));
    });
  }

  void things(const toml::table& root) {
    each_table(root, "thing", [&](const toml::table& table) {
      known_keys(table, "thing.", {"kind", "role", "when", "text", "id", "postcode", "category"});
      ThingMapping thing;
      thing.kind = choice<ThingKind>(table, "kind");
      thing.role = choice<ThingRole>(table, "role");
      if (!thing.kind.there()) wrong(&table, "thing.kind", "is missing: \"place\", \"vehicle\", \"phone\", …");
      if (!thing.role.there()) wrong(&table, "thing.role", "is missing: \"at\", \"used\", \"home\", …");
      thing.when = when(table);
      for (const auto& [key, member] : thing_texts) {
        Value made = value(table, key, key == "text" ? ", " : " ");
        if (!made.there()) continue;
        if (!table.contains("when") && key != "category") {
          thing.when.insert(thing.when.end(), made.slots.begin(), made.slots.end());
        }
        thing.texts.emplace_back(member, std::move(made));
      }
      if (thing.when.empty())
        wrong(&table, "thing", "nothing here says when the thing is there: name a column or give 'when'");
      mapping_.things.push_back(std::move(thing));
    });
  }

  void protected_values(const toml::table& root) {
    each_table(root, "protected", [&](const toml::table& table) {
      known_keys(table, "protected.", {"kind", "column", "columns", "values", "default", "empty", "join", "person"});
      ProtectedMapping out;
      const std::string kind = as_name(one_string(table, "kind"));
      const auto* found = std::find_if(std::begin(protected_kinds), std::end(protected_kinds),
                                       [&](const auto& known) { return known.first == kind; });
      if (found == std::end(protected_kinds))
        return wrong(&table, "protected.kind", "one such as \"ethnicity\" or \"disability\" is wanted");
      out.kind = found->second;
      std::int64_t person = 1;
      if (const toml::node* node = table.get("person")) person = node->value<std::int64_t>().value_or(0);
      if (person < 1 || static_cast<std::size_t>(person) > mapping_.people.size()) {
        return wrong(&table, "protected.person", "the number of a [[person]], from 1, is wanted");
      }
      out.person = static_cast<std::size_t>(person - 1);
      toml::table rest = table;
      rest.erase("person");
      out.value = value(static_cast<const toml::node&>(rest), "protected");
      mapping_.protected_values.push_back(std::move(out));
    });
  }

  Mapping mapping_;
  std::optional<Error> failed_;
};

}  // namespace

Result<Mapping> parse_mapping_toml(std::string_view toml, std::string_view name) {
  const auto parsed = parse_toml(toml);
  if (!parsed) {
    const TomlProblem& problem = parsed.error();
    return failure(ErrorCode::malformed, fmt::format("mapping '{}', line {}, column {}: {}", name, problem.line,
                                                     problem.column, problem.says));
  }
  auto mapping = Parser(name).parse(*parsed);
  if (mapping) mapping->name.version = hash_bytes(toml);
  return mapping;
}

}  // namespace wider::intake
