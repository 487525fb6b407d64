// A model of Splink's library on made-up records: SQL, measures, weights, blocking, and what is refused. That whole
// demonstration models give Splink's own weights is tested by tests/splink_round_trip.py.
#include "linkage/splink/splink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <set>

#include "linkage/splink/bind.hpp"
#include "linkage/splink/measures.hpp"
#include "linkage/splink/moments.hpp"
#include "linkage/splink/program.hpp"

namespace wider::linkage::splink {
namespace {

using ::testing::HasSubstr;

std::string text_again(std::string_view sql) {
  const auto node = parse_sql(sql);
  return node ? to_text(*node) : node.error().message;
}

TEST(SplinkSql, BindsAsPostgresDoes) {
  EXPECT_EQ(text_again("a = b and c or not d is null"), R"sql(((("a" = "b") AND "c") OR (NOT ("d" IS NULL))))sql");
  EXPECT_EQ(text_again("a || 'x' || b = 'it''s'"), R"(((("a" || 'x') || "b") = 'it''s'))");
  EXPECT_EQ(text_again("1 + 2 * -3 ^ 2"), "(1 + (2 * ((-3) ^ 2)))");
  EXPECT_EQ(text_again(R"(l."first name" = R.x)"), R"(("l"."first name" = "r"."x"))");
  EXPECT_EQ(text_again("x::int[] between 1 and 2 and y"),
            R"((((CAST("x" AS int[]) >= 1) AND (CAST("x" AS int[]) <= 2)) AND "y"))");
}

// Found by fuzzing: without parentheses what follows a lambda became part of its body.
TEST(SplinkSql, WritesALambdaSoThatItEnds) {
  const std::string once = text_again("(x -> b = a) is null");
  EXPECT_EQ(text_again(once), once);
}

TEST(SplinkSql, SaysWhereItStops) {
  EXPECT_THAT(text_again("a = "), HasSubstr("the expression ends where a value should stand"));
  EXPECT_THAT(text_again("f(a, b"), HasSubstr("',' or ')'"));
  EXPECT_THAT(text_again("'abc"), HasSubstr("at character 1: a quotation mark is not closed"));
  EXPECT_THAT(text_again("a ; b"), HasSubstr("at character 3"));
  EXPECT_THAT(text_again(std::string(1000, '(') + "a" + std::string(1000, ')')), HasSubstr("nested too deeply"));
  std::string sum = "a";
  for (int i = 0; i < 5000; ++i) sum += "+a";
  EXPECT_THAT(text_again(sum), HasSubstr("too long"));
}

TEST(SplinkMoments, ReadsDatesAsDuckDbDoes) {
  const auto date = [](std::string_view text, std::string_view format) {
    const auto read = strptime(text, format);
    return read ? timestamp_text(*read) : "NULL";
  };
  EXPECT_EQ(date("1971-6-4", "%Y-%m-%d"), "1971-06-04 00:00:00");
  EXPECT_EQ(date(" 1971-06-24 ", "%Y-%m-%d"), "1971-06-24 00:00:00");
  EXPECT_EQ(date("71-02-20", "%Y-%m-%d"), "0071-02-20 00:00:00");
  EXPECT_EQ(date("2000-1-011", "%Y-%m-%d"), "NULL");
  EXPECT_EQ(date("1900-02-29", "%Y-%m-%d"), "NULL");
  EXPECT_EQ(date("2000-02-29x", "%Y-%m-%d"), "NULL");
  EXPECT_EQ(date("68", "%y"), "2068-01-01 00:00:00");
  EXPECT_EQ(date("Jan 3 2000", "%b %d %Y"), "2000-01-03 00:00:00");
  EXPECT_EQ(date("10 PM", "%I %p"), "1900-01-01 22:00:00");
  EXPECT_EQ(date("2000-01-01 10:11:12.5", "%Y-%m-%d %H:%M:%S.%f"), "2000-01-01 10:11:12.5");
  EXPECT_EQ(*strptime("1960-01-01", "%Y-%m-%d"), -315619200);
}

TEST(SplinkMoments, CountsPartsBetweenDatesAsDuckDbDoes) {
  const auto day = [](std::string_view text) { return *date_of_text(text); };
  EXPECT_EQ(boundaries_between("week", day("2003-09-05"), day("2003-09-22")), 2);
  EXPECT_EQ(boundaries_between("week", day("2003-09-03"), day("2003-09-09")), 0);
  EXPECT_EQ(boundaries_between("month", day("2000-01-31"), day("2000-02-01")), 1);
  EXPECT_EQ(boundaries_between("years", day("2001-01-01"), day("2000-12-31")), -1);
  EXPECT_EQ(whole_between("year", day("2000-12-31"), day("2001-01-01")), 0);
  EXPECT_EQ(whole_between("month", day("2000-01-31"), day("2000-02-29")), 1);
}

// ---- measures ----

// Texts that share letters, so that measures are not all 0.
rc::Gen<std::u32string> some_text(std::size_t most) {
  const auto letter = rc::gen::element<char32_t>(U'a', U'b', U'c', U'd', U'é', U'ß', U'李', U' ');
  return rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, most),
                         [=](std::size_t size) { return rc::gen::container<std::u32string>(size, letter); });
}

std::string utf8(std::u32string_view points) {
  std::string out;
  for (const char32_t point : points) {
    if (point < 0x80) {
      out += static_cast<char>(point);
    } else if (point < 0x800) {
      out += static_cast<char>(0xC0 | (point >> 6));
      out += static_cast<char>(0x80 | (point & 0x3F));
    } else {
      out += static_cast<char>(0xE0 | (point >> 12));
      out += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
      out += static_cast<char>(0x80 | (point & 0x3F));
    }
  }
  return out;
}

constexpr Measure all_measures[] = {Measure::jaro,        Measure::jaro_winkler,
                                    Measure::levenshtein, Measure::damerau_levenshtein,
                                    Measure::hamming,     Measure::jaccard};

TEST(SplinkMeasures, FastOnesGiveTheNaiveAnswers) {
  rc::check([] {
    const std::size_t most = *rc::gen::element<std::size_t>(4, 12, 70);
    const std::u32string left = *some_text(most);
    std::u32string right = *some_text(most);
    if (*rc::gen::arbitrary<bool>()) {  // a near copy
      right = left;
      if (!right.empty()) std::swap(right[0], right[*rc::gen::inRange<std::size_t>(0, right.size())]);
    }
    Alphabet alphabet;
    alphabet.add(utf8(left));
    alphabet.add(utf8(right));
    RC_ASSERT(code_points(utf8(left)) == left);
    const std::string a = alphabet.encode(utf8(left)), b = alphabet.encode(utf8(right));
    for (const Measure which : all_measures) {
      if (!is_defined(which, left.size(), right.size())) continue;
      const double naive = measure_naive(which, left, right);
      RC_ASSERT(measure(which, a, b) == naive);
      if (is_similarity(which)) continue;
      for (const double bound : {0.0, 1.0, 2.0, 3.0, 5.0})  // a bound must not change the answer to "at most"
        RC_ASSERT((measure(which, a, b, bound) <= bound) == (naive <= bound));
    }
  });
}

// Values of DuckDB 2.0.1.
TEST(SplinkMeasures, GiveDuckDbsValues) {
  const auto of = [](Measure which, std::u32string_view left, std::u32string_view right) {
    return measure_naive(which, left, right);
  };
  EXPECT_EQ(of(Measure::jaro_winkler, U"martha", U"marhta"), 0.9611111111111111);
  EXPECT_EQ(of(Measure::jaro_winkler, U"jfega", U"jefeg"), 0.805);
  EXPECT_EQ(of(Measure::jaro_winkler, U"abcd", U"abce"), 0.8833333333333334);
  EXPECT_EQ(of(Measure::jaro_winkler, U"", U""), 0.0);
  EXPECT_EQ(of(Measure::jaro, U"üab", U"öab"), 0.7777777777777777);
  EXPECT_EQ(of(Measure::damerau_levenshtein, U"ca", U"abc"), 2);
  EXPECT_EQ(of(Measure::levenshtein, U"ü", U"u"), 1);
  EXPECT_EQ(of(Measure::jaccard, U"üa", U"öa"), 1.0 / 3);
}

// ---- a model ----

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out;
}

std::string level(std::string_view sql, std::string_view more) {
  return "{\"sql_condition\": \"" + escaped(sql) + "\", " + std::string(more) + "}";
}
std::string model_of(std::string_view levels, std::string_view rules = "\"l.surname = r.surname\"",
                     std::string_view type = "dedupe_only") {
  return "{\"link_type\": \"" + std::string(type) + "\", \"probability_two_random_records_match\": 0.5, " +
         "\"sql_dialect\": \"duckdb\", \"comparisons\": [{\"output_column_name\": \"name\", \"comparison_levels\": [" +
         std::string(levels) + "]}], \"blocking_rules_to_generate_predictions\": [" + std::string(rules) + "]}";
}
const std::string otherwise = R"({"sql_condition": "ELSE", "m_probability": 0.125, "u_probability": 0.5})";

std::string refusal(const std::string& json) {
  const auto settings = parse_settings(json);
  if (!settings) return settings.error().message;
  Table table;
  table.columns = {"forename", "surname", "dob"};
  table.cells.resize(3);
  const auto linker = Linker::make(*settings, std::move(table), 1);
  return linker ? "" : linker.error().message;
}

TEST(SplinkSettings, RefusesByName) {
  const auto with = [](std::string_view sql, std::string_view more = R"("label_for_charts": "odd")") {
    return model_of(level(sql, more) + "," + otherwise);
  };
  EXPECT_EQ(refusal(with("forename_l = forename_r")), "");
  EXPECT_EQ(refusal(with("soundex(forename_l) = soundex(forename_r)")),
            "Splink settings: comparison 'name', level 1 (odd): function soundex(…) is not one that wider reads.");
  EXPECT_THAT(refusal(with("a_l = a_r")), HasSubstr("comparison 'name', level 1 (odd): there is no column a"));
  EXPECT_THAT(refusal(with("forename = forename_r")), HasSubstr("must end in _l or _r"));
  EXPECT_THAT(refusal(with("forename_l +")), HasSubstr("level 1 (odd): at character"));
  EXPECT_THAT(refusal(with("abs(dob_l - dob_r) < 1 and levenshtein(dob_l, dob_r) < 2")),
              HasSubstr("column dob is used as a text here and as a number elsewhere"));
  EXPECT_THAT(refusal(with("regexp_extract(forename_l, '(', 0) = 'a'")), HasSubstr("cannot be read"));
  EXPECT_THAT(refusal(with("forename_l = forename_r", R"("tf_adjustment_colum": "forename")")),
              HasSubstr("has a setting 'tf_adjustment_colum' that wider does not know"));
  EXPECT_THAT(refusal(with("levenshtein(forename_l, forename_r) < 2", R"("tf_adjustment_column": "forename")")),
              HasSubstr("need a level that is an exact match on forename"));
  EXPECT_THAT(refusal(with("forename_l = forename_r", R"("m_probability": 1.5)")),
              HasSubstr("must lie between 0 and 1"));
  EXPECT_THAT(refusal(model_of(level("forename_l = forename_r", "\"m_probability\": 0.5"))), HasSubstr("has no ELSE"));
  EXPECT_THAT(refusal(model_of(otherwise + "," + otherwise)), HasSubstr("ELSE must be the last level"));
  EXPECT_THAT(refusal("[]"), HasSubstr("not a JSON object"));
}

TEST(SplinkSettings, RefusesBlockingRulesByName) {
  const std::string levels = level("forename_l = forename_r", R"("m_probability": 0.5)") + "," + otherwise;
  EXPECT_THAT(refusal(model_of(levels, "")), HasSubstr("there are no blocking_rules"));
  EXPECT_THAT(refusal(model_of(levels, R"({"blocking_rule": "l.dob = r.dob", "salting_partitions": 4})")),
              HasSubstr("blocking rule 1 uses salting_partitions"));
  EXPECT_THAT(refusal(model_of(levels, R"({"blocking_rule": "l.dob = r.dob", "arrays_to_explode": ["dob"]})")),
              HasSubstr("blocking rule 1 uses arrays_to_explode"));
  EXPECT_THAT(refusal(model_of(levels, R"("l.dob = x.dob")")),
              HasSubstr("blocking rule 1 (l.dob = x.dob): column dob"));
  EXPECT_THAT(refusal(model_of(levels, R"({"blocking_rule": "l.dob = r.dob", "sql_dialect": "spark"})")),
              HasSubstr("another dialect"));
}

TEST(SplinkSettings, UsesSplinksStartingValuesWhereNothingWasLearnt) {
  const auto settings = parse_settings(model_of(level("forename_l = forename_r", "\"is_null_level\": false") + "," +
                                                level("surname_l = surname_r", "\"is_null_level\": false") +
                                                R"(,{"sql_condition": "ELSE"})"));
  ASSERT_TRUE(settings.has_value());
  const auto& levels = settings->comparisons[0].levels;
  // _default_m_values(3) and _default_u_values(3): weights 10, 3, -5.
  EXPECT_DOUBLE_EQ(levels[0].m, .95);
  EXPECT_DOUBLE_EQ(levels[0].u, .95 / 1024);
  EXPECT_DOUBLE_EQ(levels[1].m, (1 - .95) / 2);
  EXPECT_DOUBLE_EQ(levels[1].u, (1 - .95) / 2 / 8);
  EXPECT_DOUBLE_EQ(levels[2].u, (1 - .95) / 2 * 32);
  EXPECT_EQ(settings->notes.size(), 6U);
}

// ---- records ----

struct Person {
  std::string id, forename, surname, dob;
  std::uint32_t source = 0;
};
Table table_of(const std::vector<Person>& people) {
  Table table;
  table.columns = {"forename", "surname", "dob"};
  table.cells.resize(3);
  for (const Person& person : people) {
    table.cells[0].push_back(table.texts.intern(person.forename));
    table.cells[1].push_back(table.texts.intern(person.surname));
    table.cells[2].push_back(table.texts.intern(person.dob));
    table.ids.push_back(person.id);
    table.source.push_back(person.source);
  }
  return table;
}

std::vector<ScoredPair> predicted(const std::string& json, const std::vector<Person>& people, unsigned threads = 1) {
  const auto settings = parse_settings(json);
  if (!settings) ADD_FAILURE() << settings.error().message;
  const auto linker = Linker::make(*settings, table_of(people), threads);
  if (!linker) ADD_FAILURE() << linker.error().message;
  std::vector<ScoredPair> all;
  PredictOptions options;
  options.threads = threads;
  const auto report = (*linker)->predict(
      options, [&](std::span<const ScoredPair> batch) { all.insert(all.end(), batch.begin(), batch.end()); });
  if (!report) ADD_FAILURE() << report.error().message;
  EXPECT_EQ(report->pairs, all.size());
  return all;
}

const std::vector<Person> four = {{"10", "ann", "li", "2001-02-03"},
                                  {"9", "anne", "li", "2001-02-03"},
                                  {"100", "", "li", "x"},
                                  {"11", "li", "ann", "2001-02-04"}};

TEST(SplinkLinker, WeighsLevelsNullsAndTermFrequencies) {
  const std::string exact = R"("m_probability": 0.5, "u_probability": 0.125, "tf_adjustment_column": "surname")";
  const std::string json = model_of(level("forename_l IS NULL OR forename_r IS NULL", R"("is_null_level": true)") +
                                    "," + level("surname_l = surname_r", exact) + "," + otherwise);
  const auto pairs = predicted(json, four);
  ASSERT_EQ(pairs.size(), 3U);
  // 9 < 10 as numbers. Three of four surnames are "li": 0.5/0.125 · 0.125/0.75.
  EXPECT_EQ(pairs[0].left, 1U);
  EXPECT_EQ(pairs[0].right, 0U);
  EXPECT_DOUBLE_EQ(pairs[0].weight, std::log2(4) + std::log2(.125 / .75));
  EXPECT_DOUBLE_EQ(pairs[1].weight, 0);  // the null level
}

TEST(SplinkLinker, TermFrequencyHasAFloorAndAWeight) {
  const std::string exact =
      R"("m_probability": 0.5, "u_probability": 0.125, "tf_adjustment_column": "surname", "tf_minimum_u_value": 0.8, "tf_adjustment_weight": 0.5)";
  const auto pairs = predicted(model_of(level("surname_l = surname_r", exact) + "," + otherwise), four);
  EXPECT_DOUBLE_EQ(pairs[0].weight, 2 + .5 * std::log2(.125 / .8));
}

TEST(SplinkLinker, KeepsOddsWithinSplinksBounds) {
  const auto pairs = predicted(
      model_of(level("surname_l = surname_r", R"("m_probability": 1, "u_probability": 0)") + "," + otherwise), four);
  EXPECT_NEAR(pairs[0].weight, 996.578, .001);
  EXPECT_EQ(probability_of_weight(pairs[0].weight), 1.0);
}

TEST(SplinkLinker, GivesAPairOnceForTheFirstRuleThatGivesIt) {
  const std::string levels =
      level("forename_l = forename_r", R"("m_probability": 0.5, "u_probability": 0.25)") + "," + otherwise;
  const auto pairs = predicted(
      model_of(levels, R"("l.surname = r.surname AND l.forename <> 'x'", "l.dob = r.dob", "l.surname = r.surname",
                                                    "l.forename = r.surname and l.surname = r.forename")"),
      four);
  std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
  for (const ScoredPair& pair : pairs) EXPECT_TRUE(seen.emplace(pair.left, pair.right).second);
  // 9-10 by the first rule, 9-100 and 10-100 by the third (the forename is NULL), 10-11 by the last.
  EXPECT_EQ(seen, (std::set<std::pair<std::uint32_t, std::uint32_t>>{{1, 0}, {1, 2}, {0, 2}, {0, 3}}));
}

TEST(SplinkLinker, LinksDataSetsToEachOther) {
  std::vector<Person> people = four;
  people[0].source = 1;
  people[2].source = 1;
  const std::string levels =
      level("forename_l = forename_r", R"("m_probability": 0.5, "u_probability": 0.25)") + "," + otherwise;
  const auto between = predicted(model_of(levels, "\"l.surname = r.surname\"", "link_only"), people);
  ASSERT_EQ(between.size(), 2U);
  for (const ScoredPair& pair : between) EXPECT_EQ(pair.left, 1U);  // of the first data set
  EXPECT_EQ(predicted(model_of(levels, "\"l.surname = r.surname\"", "link_and_dedupe"), people).size(), 3U);
}

TEST(SplinkLinker, RefusesARuleThatComparesEverythingWithEverything) {
  const std::string levels = level("forename_l = forename_r", R"("m_probability": 0.5)") + "," + otherwise;
  const auto settings = parse_settings(model_of(levels, "\"l.surname <> r.surname\""));
  std::vector<Person> many(20'000, four[0]);
  for (std::size_t i = 0; i < many.size(); ++i) many[i].id = std::to_string(i);
  const auto linker = Linker::make(*settings, table_of(many), 1);
  ASSERT_FALSE(linker.has_value());
  EXPECT_THAT(linker.error().message, HasSubstr("blocking rule 1 (l.surname <> r.surname) joins no value"));
}

TEST(SplinkLinker, SaysWhichRecordHoldsWhatDuckDbWouldRefuse) {
  const auto settings = parse_settings(
      model_of(level("abs(cast(dob_l as int) - 1) < 2 and forename_l = forename_r", R"("m_probability": 0.5)") + "," +
               otherwise));
  const auto linker = Linker::make(*settings, table_of(four), 1);
  ASSERT_FALSE(linker.has_value());
  EXPECT_THAT(linker.error().message, HasSubstr("column dob, record"));
  EXPECT_THAT(linker.error().message, HasSubstr("use TRY_CAST"));
}

// ---- properties over made-up people ----

std::vector<Person> some_people(std::size_t most) {
  const auto name = rc::gen::element<std::string>("", "ann", "anne", "hanna", "li", "lee", "léa", "李雷", "o'neill");
  const auto dob = rc::gen::element<std::string>("", "2001-02-03", "2001-03-02", "2001-02-30", "1999-12-31", "x");
  std::vector<Person> people(*rc::gen::inRange<std::size_t>(2, most));
  for (std::size_t i = 0; i < people.size(); ++i)
    people[i] = {"p" + std::to_string(i), *name, *name, *dob, *rc::gen::inRange(0U, 2U)};
  return people;
}

const std::vector<std::string> conditions = {
    "forename_l IS NULL OR forename_r IS NULL",
    "forename_l = surname_r AND surname_l = forename_r",
    "jaro_winkler_similarity(forename_l, forename_r) >= 0.8 OR levenshtein(surname_l, surname_r) <= 1",
    "damerau_levenshtein(forename_l, surname_r) < 3",
    "NOT (substr(forename_l, 1, 2) = substr(forename_r, 1, 2))",
    "abs(epoch(try_strptime(dob_l, '%Y-%m-%d')) - epoch(try_strptime(dob_r, '%Y-%m-%d'))) <= 2629800.0",
    "abs(date_diff('month', try_strptime(dob_l, '%Y-%m-%d'), try_strptime(dob_r, '%Y-%m-%d'))) between 1 and 3",
    "coalesce(forename_l, surname_l) || 'x' = coalesce(forename_r, surname_r) || 'x'",
    "forename_l is not distinct from forename_r",
    "case when length(forename_l) > 3 then jaro_similarity(forename_l, forename_r) else 0.5 end > 0.4",
    "(forename_l = forename_r) = (surname_l = surname_r)",
    "forename_l < forename_r or nullif(surname_l, 'li') = surname_r",
    "levenshtein(forename_l, forename_r) / greatest(length(forename_l), length(forename_r)) <= 0.34",
    "concat(forename_l, surname_r) = concat(forename_r, surname_l)",
    "jaccard(forename_l || 'a', forename_r || 'b') * 2 >= 0.7",
    "regexp_extract(forename_l, '^[a-h]+', 0) = regexp_extract(forename_r, '^[a-h]+', 0)",
    "forename_l like 'a%' and strip_accents(surname_r) ilike 'L_A'",
};

TEST(SplinkProgram, AnswersAsThePlainEvaluationDoes) {
  rc::check([] {
    Table table = table_of(some_people(12));
    Binder binder(table);
    std::vector<Expression> bound;
    for (const std::string& sql : conditions) RC_ASSERT(binder.learn(*parse_sql(sql), Naming::suffix).has_value());
    for (const std::string& sql : conditions) {
      auto expression = binder.bind(*parse_sql(sql), Naming::suffix);
      RC_ASSERT(expression.has_value());
      bound.push_back(std::move(*expression));
    }
    std::vector<std::uint32_t> order(table.rows());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(order.size() - 1 - i);
    Features features(table, binder.kinds(), order);
    Program program(features);
    program.set_record(table, binder.kinds());
    std::vector<TestId> tests;
    for (const Expression& expression : bound) {
      const auto added = program.add(expression);
      RC_ASSERT(added.has_value());
      tests.push_back(*added);
    }
    program.finish();
    Scratch scratch = program.scratch();
    for (std::size_t a = 0; a < table.rows(); ++a) {
      for (std::size_t b = 0; b < table.rows(); ++b) {
        ++scratch.pair;
        for (std::size_t c = 0; c < bound.size(); ++c) {
          std::string trouble;
          const Truth plain = truth_of(evaluate(bound[c], {&table, &binder.kinds(), order[a], order[b]}, trouble));
          RC_ASSERT(trouble.empty() && scratch.trouble.empty());
          if (program.test(tests[c], a, b, scratch) != plain) RC_FAIL(conditions[c]);
        }
      }
    }
  });
}

TEST(SplinkLinker, GivesThePairsThatTheRulesGiveWhateverTheThreads) {
  const std::string levels =
      level("jaro_winkler_similarity(forename_l, forename_r) >= 0.8",
            R"("m_probability": 0.5, "u_probability": 0.01)") +
      "," + level("levenshtein(surname_l, surname_r) <= 2", R"("m_probability": 0.25, "u_probability": 0.1)") + "," +
      otherwise;
  const std::vector<std::string> rules = {"l.forename = r.forename", "l.surname = r.forename",
                                          "substr(l.dob, 1, 4) = substr(r.dob, 1, 4) and l.forename <> r.forename",
                                          "l.surname = r.surname and l.dob = r.dob"};
  std::string json_rules;
  for (const std::string& rule : rules) json_rules += (json_rules.empty() ? "\"" : ", \"") + rule + "\"";
  rc::check([&] {
    auto people = some_people(40);
    const std::string type = *rc::gen::element<std::string>("dedupe_only", "link_only", "link_and_dedupe");
    if (type == "dedupe_only") {
      for (Person& person : people) person.source = 0;
    }
    const auto pairs = predicted(model_of(levels, json_rules, type), people);
    const auto again = predicted(model_of(levels, json_rules, type), people, 3);
    RC_ASSERT(pairs.size() == again.size());
    std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      RC_ASSERT(pairs[i].left == again[i].left && pairs[i].right == again[i].right &&
                pairs[i].weight == again[i].weight);
      RC_ASSERT(seen.emplace(pairs[i].left, pairs[i].right).second);
    }
    // The same by trying every pair.
    Table table = table_of(people);
    Binder binder(table);
    for (std::uint32_t a = 0; a < people.size(); ++a) {
      for (std::uint32_t b = 0; b < people.size(); ++b) {
        const auto name = [&](std::uint32_t i) { return std::pair(people[i].source, people[i].id); };
        bool wanted = name(a) < name(b) && (type != "link_only" || people[a].source != people[b].source);
        bool given = false;
        for (const std::string& rule : rules) {
          const auto bound = binder.bind(*parse_sql(rule), Naming::prefix);
          RC_ASSERT(bound.has_value());
          std::string trouble;
          given = given || truth_of(evaluate(*bound, {&table, &binder.kinds(), a, b}, trouble)) == Truth::yes;
        }
        RC_ASSERT(seen.contains({a, b}) == (wanted && given));
      }
    }
  });
}

TEST(SplinkLinker, ComparesTextsOfManyAlphabetsByCodePoint) {
  // More than 128 characters beyond ASCII: the byte alphabet does not fit.
  std::vector<Person> people;
  for (std::uint32_t i = 0; i < 200; ++i) {
    const std::string letter = utf8(std::u32string(1, static_cast<char32_t>(0x4E00 + i)));
    people.push_back({std::to_string(i), letter + "ab", "li", ""});
  }
  people.push_back({"200", utf8(U"\u4E00") + "ba", "li", ""});
  const auto pairs = predicted(model_of(level("damerau_levenshtein(forename_l, forename_r) <= 1",
                                              R"("m_probability": 0.5, "u_probability": 0.125)") +
                                        "," + otherwise),
                               people);
  std::size_t near = 0;
  for (const ScoredPair& pair : pairs) near += pair.weight > 0 ? 1U : 0U;
  EXPECT_EQ(near, 200U * 199 / 2 + 1);  // one letter differs, or two are swapped
}

}  // namespace
}  // namespace wider::linkage::splink
