// The model as TOML: written in a fixed order with numbers that read back as the same double, and read strictly: every
// field and level must be there, nothing unknown may be.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "base/toml.hpp"
#include "linkage/linkage.hpp"
#include "linkage/model.hpp"

namespace wider::linkage {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\u{:04X}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string number(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::unexpected<Error> bad(std::string message) {
  return failure(ErrorCode::malformed, "Model file: " + std::move(message));
}

Result<double> probability(const toml::table& table, std::string_view key, std::string_view where) {
  const auto value = table[key].value<double>();
  if (!value) return bad(fmt::format("{} has no number {}.", where, key));
  if (!(*value > 0 && *value < 1)) return bad(fmt::format("{} of {} must lie between 0 and 1.", key, where));
  return *value;
}

Result<void> read_fields(const toml::table& root, Model& model) {
  const toml::table* fields = root["fields"].as_table();
  if (fields == nullptr) return bad("the table [fields] is missing.");
  const auto& infos = field_infos();
  for (std::size_t f = 0; f < field_count; ++f) {
    const toml::table* field = (*fields)[infos[f].name].as_table();
    if (field == nullptr) return bad(fmt::format("the field {} is missing.", infos[f].name));
    model.fields[f].resize(infos[f].levels.size());
    for (std::size_t l = 1; l < infos[f].levels.size(); ++l) {
      const std::string where = fmt::format("{}.{}", infos[f].name, infos[f].levels[l].name);
      const toml::table* level_table = (*field)[infos[f].levels[l].name].as_table();
      if (level_table == nullptr) return bad(fmt::format("the level {} is missing.", where));
      const auto m = probability(*level_table, "m", where);
      if (!m) return std::unexpected(m.error());
      const auto u = probability(*level_table, "u", where);
      if (!u) return std::unexpected(u.error());
      model.fields[f][l] = {*m, *u};
    }
    for (const auto& [level, value] : *field) {
      const auto known = [&](const auto& info) { return info.name == level.str(); };
      if (std::none_of(infos[f].levels.begin() + 1, infos[f].levels.end(), known))
        return bad(fmt::format("the level {}.{} is none that this version knows.", infos[f].name, level.str()));
    }
  }
  for (const auto& [name, value] : *fields) {
    if (std::none_of(infos.begin(), infos.end(), [&](const auto& info) { return info.name == name.str(); }))
      return bad(fmt::format("the field {} is none that this version knows.", name.str()));
  }
  return {};
}

// What is written and not read would be a change that somebody made in vain.
Result<void> check_names(const toml::table& root) {
  static constexpr std::string_view known[] = {
      "version",           "match_probability", "pair_threshold", "family_share", "largest_block",
      "name_dependence",   "blocking_rules",    "fields",         "terms",        "refined_blocks",
      "blocking_forecast", "namesake_share",    "twin_share"};
  for (const auto& [name, value] : root) {
    if (std::find(std::begin(known), std::end(known), name.str()) == std::end(known))
      return bad(fmt::format("{} is none of what this version knows.", name.str()));
  }
  if (const toml::table* terms = root["terms"].as_table(); terms != nullptr) {
    for (const auto& [name, value] : *terms) {
      bool is_known = false;
      for (std::size_t t = 0; t < term_count; ++t) is_known = is_known || name_of(static_cast<Term>(t)) == name.str();
      if (!is_known) return bad(fmt::format("terms.{} is none that this version knows.", name.str()));
    }
  }
  return {};
}

Result<void> read_terms(const toml::table& root, Model& model) {
  for (std::size_t t = 0; t < term_count; ++t) {
    const std::string_view name = name_of(static_cast<Term>(t));
    const toml::table* term = root["terms"][name].as_table();
    if (term == nullptr) return bad(fmt::format("the table [terms.{}] is missing.", name));
    const auto total = (*term)["total"].value<std::int64_t>();
    const auto chance = (*term)["chance"].value<double>();
    const toml::table* counts = (*term)["counts"].as_table();
    if (!total || *total < 0 || !chance || !(*chance >= 0 && *chance <= 1) || counts == nullptr) {
      return bad(fmt::format("terms.{} needs total, chance between 0 and 1, and counts.", name));
    }
    model.terms[t].total = static_cast<std::uint64_t>(*total);
    model.terms[t].chance = *chance;
    for (const auto& [value, count] : *counts) {
      const auto held = count.value<std::int64_t>();
      if (!held || *held < 1 || *held > *total)
        return bad(fmt::format("a count of terms.{} is not a whole number from 1 to its total.", name));
      model.terms[t].counts.emplace(std::string(value.str()),
                                    static_cast<std::uint32_t>(std::min<std::int64_t>(*held, UINT32_MAX)));
    }
  }
  return {};
}

std::string hex(std::uint64_t key) {
  return fmt::format("{:016x}", key);
}

std::optional<std::uint64_t> key_of(const toml::node& node) {
  const auto text = node.value<std::string_view>();
  if (!text || text->size() != 16) return std::nullopt;
  std::uint64_t key = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), key, 16);
  if (error != std::errc() || end != text->data() + text->size() || key == 0 || hex(key) != *text) return std::nullopt;
  return key;
}

Result<void> read_refined_blocks(const toml::table& root, BlockingPlan& plan) {
  const toml::table* table = root["refined_blocks"].as_table();
  if (table == nullptr) return bad("the table [refined_blocks] is missing.");
  for (std::size_t rule = 0; rule < rule_count; ++rule) {
    const std::string_view name = model_name_of(static_cast<Rule>(rule));
    const toml::array* keys = (*table)[name].as_array();
    if (keys == nullptr) return bad(fmt::format("refined_blocks has no list {}; it may be empty.", name));
    for (const toml::node& node : *keys) {
      const auto key = key_of(node);
      if (!key || (!plan.refined[rule].empty() && plan.refined[rule].back() >= *key)) {
        return bad(
            fmt::format("refined_blocks.{} must hold keys of 16 hexadecimal digits in quotes, ascending.", name));
      }
      plan.refined[rule].push_back(*key);
    }
  }
  if (table->size() != rule_count) return bad("refined_blocks has a rule that this version does not know.");
  return {};
}

Result<void> read_names_and_rules(const toml::table& root, Model& model) {
  const toml::array* bits = root["name_dependence"].as_array();
  if (bits == nullptr || bits->size() != model.name_dependence.size())
    return bad(fmt::format("name_dependence must be a list of {} numbers.", model.name_dependence.size()));
  for (std::size_t band = 0; band < model.name_dependence.size(); ++band) {
    const auto value = bits->get(band)->value<double>();
    if (!value || !(*value >= 0 && *value <= 30)) return bad("name_dependence must hold numbers of bits from 0 to 30.");
    model.name_dependence[band] = *value;
  }
  const toml::array* rules = root["blocking_rules"].as_array();
  if (rules == nullptr || rules->empty()) return bad("blocking_rules must name at least one rule.");
  model.blocking.used.fill(false);
  for (const toml::node& node : *rules) {
    const auto name = node.value<std::string_view>();
    std::size_t rule = 0;
    while (rule < rule_count && (!name || model_name_of(static_cast<Rule>(rule)) != *name)) ++rule;
    if (rule == rule_count)
      return bad(fmt::format("blocking_rules names {}, which this version does not know.", name.value_or("no text")));
    model.blocking.used[rule] = true;
  }
  return {};
}

Result<void> read_forecast(const toml::table& root, BlockingPlan& plan) {
  const toml::table* table = root["blocking_forecast"].as_table();
  if (table == nullptr) return bad("the table [blocking_forecast] is missing.");
  const auto share = [&](const toml::table& of, std::string_view key) -> Result<double> {
    const auto value = of[key].value<double>();
    if (!value || !(*value >= 0 && *value <= 1))
      return bad(fmt::format("[blocking_forecast] must give {} as a share between 0 and 1.", key));
    return *value;
  };
  const auto least = share(*table, "least_recall");
  if (!least) return std::unexpected(least.error());
  plan.least_recall = *least;
  std::size_t known = 1;
  for (std::size_t rule = 0; rule < rule_count; ++rule) {
    if (!plan.used[rule]) continue;
    const std::string_view name = model_name_of(static_cast<Rule>(rule));
    const toml::table* its = (*table)[name].as_table();
    if (its == nullptr) return bad(fmt::format("[blocking_forecast] has no {}.", name));
    const auto recall = share(*its, "recall"), alone = share(*its, "alone");
    if (!recall) return std::unexpected(recall.error());
    if (!alone) return std::unexpected(alone.error());
    const auto pairs = (*its)["pairs"].value<double>();
    if (!pairs || !(*pairs >= 0) || its->size() != 3)
      return bad(fmt::format("[blocking_forecast] must give recall, alone and pairs of {}.", name));
    plan.forecast[rule] = {*recall, *alone, *pairs};
    ++known;
  }
  if (table->size() != known) return bad("[blocking_forecast] names a rule that is not in use.");
  return {};
}

void write_forecast(const BlockingPlan& plan, std::string& out) {
  out += fmt::format("\n[blocking_forecast]\nleast_recall = {}\n", number(plan.least_recall));
  for (std::size_t rule = 0; rule < rule_count; ++rule) {
    if (!plan.used[rule]) continue;
    const RuleForecast& its = plan.forecast[rule];
    out += fmt::format("{} = {{ recall = {}, alone = {}, pairs = {} }}\n", model_name_of(static_cast<Rule>(rule)),
                       number(its.recall), number(its.alone), number(its.pairs));
  }
}

void write_names_and_rules(const Model& model, std::string& out) {
  out += "name_dependence = [";
  for (std::size_t band = 0; band < model.name_dependence.size(); ++band)
    out += (band == 0 ? "" : ", ") + number(model.name_dependence[band]);
  out += "]\nblocking_rules = [";
  for (std::size_t rule = 0, written = 0; rule < rule_count; ++rule) {
    if (!model.blocking.used[rule]) continue;
    out += fmt::format("{}\"{}\",", written++ % 5 == 0 ? "\n  " : " ", model_name_of(static_cast<Rule>(rule)));
  }
  out += "\n]\n";
}

void write_refined_blocks(const BlockingPlan& plan, std::string& out) {
  out += "\n[refined_blocks]\n";
  for (std::size_t rule = 0; rule < rule_count; ++rule) {
    out += fmt::format("{} = [", model_name_of(static_cast<Rule>(rule)));
    std::size_t written = 0;
    for (const std::uint64_t key : plan.refined[rule])
      out += fmt::format("{}\"{}\",", written++ % 5 == 0 ? "\n  " : " ", hex(key));
    out += written == 0 ? "]\n" : "\n]\n";
  }
}

}  // namespace

std::string to_toml(const Model& model) {
  std::string out =
      "# A linkage model: what scoring depends on. Written by wider; docs/formats/model.md explains it.\n";
  out += fmt::format(
      "version = {}\nmatch_probability = {}\npair_threshold = {}\nfamily_share = {}\nnamesake_share = {}\n"
      "twin_share = {}\nlargest_block = {}\n",
      model_version, number(model.match_probability), number(model.pair_threshold), number(model.family_share),
      number(model.namesake_share), number(model.twin_share), model.blocking.largest_block);
  write_names_and_rules(model, out);
  const auto& infos = field_infos();
  for (std::size_t f = 0; f < field_count; ++f) {
    out += fmt::format("\n[fields.{}]\n", infos[f].name);
    for (std::size_t l = 1; l < infos[f].levels.size(); ++l) {
      out += fmt::format("{} = {{ m = {}, u = {} }}\n", infos[f].levels[l].name, number(model.fields[f][l].m),
                         number(model.fields[f][l].u));
    }
  }
  for (std::size_t t = 0; t < term_count; ++t) {
    const TermTable& table = model.terms[t];
    out += fmt::format("\n[terms.{}]\ntotal = {}\nchance = {}\n", name_of(static_cast<Term>(t)), table.total,
                       number(table.chance));
    out += fmt::format("[terms.{}.counts]\n", name_of(static_cast<Term>(t)));
    for (const auto& [value, count] : table.counts) out += fmt::format("{} = {}\n", quoted(value), count);
  }
  write_forecast(model.blocking, out);
  write_refined_blocks(model.blocking, out);
  return out;
}

Result<ModelPtr> parse_model(std::string_view text) {
  const auto parsed = parse_toml(text);
  if (!parsed) {
    const TomlProblem& problem = parsed.error();
    return bad(fmt::format("line {}, column {}: {}.", problem.line, problem.column, problem.says));
  }
  const toml::table& root = *parsed;
  const auto version = root["version"].value<std::int64_t>();
  if (!version) return bad("it does not say its version.");
  if (*version != model_version)
    return bad(
        fmt::format("it is of version {}, and this program reads version {}: train it anew.", *version, model_version));
  if (const auto named = check_names(root); !named) return std::unexpected(named.error());
  auto model = std::make_shared<Model>();
  const auto match = probability(root, "match_probability", "the model");
  if (!match) return std::unexpected(match.error());
  const auto threshold = probability(root, "pair_threshold", "the model");
  if (!threshold) return std::unexpected(threshold.error());
  const auto family = root["family_share"].value<double>();
  if (!family || !(*family >= 0 && *family <= 1)) return bad("family_share must lie between 0 and 1.");
  model->family_share = *family;
  // Models from before these do as they did.
  model->namesake_share = model->twin_share = 0;
  for (const auto& [name, share] :
       {std::pair("namesake_share", &model->namesake_share), std::pair("twin_share", &model->twin_share)}) {
    if (!root.contains(name)) continue;
    const auto given = root[name].value<double>();
    if (!given || !(*given >= 0 && *given <= 1)) return bad(fmt::format("{} must lie between 0 and 1.", name));
    *share = *given;
  }
  const auto block = root["largest_block"].value<std::int64_t>();
  if (!block || *block < 2 || *block > 100'000) return bad("largest_block must be a whole number from 2 to 100000.");
  model->match_probability = *match;
  model->pair_threshold = *threshold;
  model->blocking.largest_block = static_cast<std::uint32_t>(*block);
  if (const auto fields = read_fields(root, *model); !fields) return std::unexpected(fields.error());
  if (const auto terms = read_terms(root, *model); !terms) return std::unexpected(terms.error());
  if (const auto read = read_names_and_rules(root, *model); !read) return std::unexpected(read.error());
  if (const auto read = read_forecast(root, model->blocking); !read) return std::unexpected(read.error());
  if (const auto refined = read_refined_blocks(root, model->blocking); !refined)
    return std::unexpected(refined.error());
  return ModelPtr(std::move(model));
}

}  // namespace wider::linkage
