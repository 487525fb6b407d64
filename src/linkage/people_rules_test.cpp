// The rules about person records, each held by a pair of rows or by a handful: what is told apart and what is not.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "linkage/alternatives.hpp"
#include "linkage/blocking_recall.hpp"
#include "linkage/cluster.hpp"
#include "linkage/comparison.hpp"
#include "linkage/model.hpp"
#include "linkage/people_for_tests.hpp"
#include "linkage/text.hpp"

namespace wider::linkage {
namespace {

constexpr std::size_t at(Field field) {
  return static_cast<std::size_t>(field);
}

// Two rows compared, with everything at hand.
struct Two {
  People people{1, 1};
  Two() { people.input.rows.clear(); }
  Row& add(std::string_view forename, std::string_view surname, std::string_view born = "",
           std::string_view address = "", std::string_view postcode = "") {
    return people.add(1, forename, surname, born, address, postcode,
                      static_cast<std::uint16_t>(people.input.rows.size()));
  }
  Pattern pattern() {
    const std::pair<std::uint32_t, std::uint32_t> apart[] = {{0, 1}};
    const Entries entries = make_entries(people.input, apart);
    const Established none(entries.strings.size(), false);
    return Comparer(entries, none).compare(entries.all[0], entries.all[1]);
  }
};

TEST(Text, FullStopsPartInitialsAndPetNamesAreOneHoweverTheyEnd) {
  EXPECT_EQ(fold("J.R. O'Neill"), "j r oneill");
  EXPECT_EQ(groups_of("ronny"), groups_of("ronnie"));
  EXPECT_NE(groups_of("ronny")[0], 0);
}

// "Ma" and "King" are titles and names: they are left out where another word stands, and kept where none does.
TEST(Names, ThatAreTitlesAsWellAreKeptWhereNothingElseStands) {
  const auto read = [](std::string_view forename, std::string_view surname, std::string_view full_name) {
    Two two;
    two.add(forename, surname).value[static_cast<std::size_t>(Attribute::full_name)] =
        two.people.strings.intern(full_name);
    const Entries entries = make_entries(two.people.input, {});
    const Entry& entry = entries.all[0];
    return std::pair(std::string(entries.strings.view(entry.forename)),
                     std::string(entries.strings.view(entry.surname)));
  };
  using Name = std::pair<std::string, std::string>;
  EXPECT_EQ(read("Ma", "Wilson", ""), Name("ma", "wilson"));
  EXPECT_EQ(read("Anna", "King", ""), Name("anna", "king"));
  EXPECT_EQ(read("Mrs", "Wilson", ""), Name("", "wilson"));
  EXPECT_EQ(read("Baby", "Unknown", ""), Name("", ""));
  EXPECT_EQ(read("Baby Girl", "Child", ""), Name("girl", "child"));
  EXPECT_EQ(read("Baby boy of Sarah", "Wilson", ""), Name("boy", "wilson"));
  EXPECT_EQ(read("Baby boy 2", "Wilson", ""), Name("two", "wilson"));
  EXPECT_EQ(read("Twin 1", "Wilson", ""), Name("one", "wilson"));
  EXPECT_EQ(read("Twin Two", "Wilson", ""), Name("two", "wilson"));
  EXPECT_EQ(read("Twin Girl", "Wilson", ""), Name("girl", "wilson"));
  EXPECT_EQ(read("Twin Kofi", "Wilson", ""), Name("kofi", "wilson"));
  EXPECT_EQ(read("Baby Boy Kofi", "Wilson", ""), Name("kofi", "wilson"));
  EXPECT_EQ(read("Son of Sarah", "Wilson", ""), Name("son", "wilson"));
  EXPECT_EQ(read("Baby 2", "Wilson", ""), Name("two", "wilson"));
  EXPECT_EQ(read("Kim Child", "Wilson", ""), Name("kim", "wilson"));
  EXPECT_EQ(read("Given", "Wilson", ""), Name("given", "wilson"));
  EXPECT_EQ(read("Unborn child", "Wilson", ""), Name("", "wilson"));
  EXPECT_EQ(read("Unborn", "Wilson", ""), Name("", "wilson"));
  EXPECT_EQ(read("Not known", "Wilson", ""), Name("", "wilson"));
  EXPECT_EQ(read("Baby of Sarah", "Wilson", ""), Name("", "wilson"));
  EXPECT_EQ(read("Ann Child", "Wilson", ""), Name("ann", "wilson"));
  EXPECT_EQ(read("Sir Robert", "Gilmour MP", ""), Name("robert", "gilmour"));
  EXPECT_EQ(read("", "", "Anna King"), Name("anna", "king"));
  EXPECT_EQ(read("", "", "Sir Robert Gilmour, 1st Baronet"), Name("robert", "gilmour"));
  EXPECT_EQ(read("", "", "Sir Robert"), Name("robert", ""));
}

TEST(Home, StreetWithoutItsNumberIsCloserThanThePostcodeAlone) {
  using namespace level;
  const auto home = [](std::string_view a, std::string_view p, std::string_view b, std::string_view q) {
    Two two;
    two.add("Ann", "Lee", "", a, p);
    two.add("Ann", "Lee", "", b, q);
    return two.pattern()[at(Field::home)];
  };
  EXPECT_EQ(home("42 Tauss Place", "3630", "42 Tauss Place", "3630"), home_same);
  EXPECT_EQ(home("42 Tauss Place", "3630", "42 Tauss Palce", "3630"), home_alike);
  EXPECT_EQ(home("42 Tauss Place", "3630", "Tauss Place", "3630"), home_street);
  EXPECT_EQ(home("42 Tauss Place", "3630", "5 Tauss Place", "3630"), home_street);
  EXPECT_EQ(home("42 Tauss Place", "3630", "", "3630"), home_postcode);
  EXPECT_EQ(home("42 Tauss Place", "3630", "9 Hill Road", "3630"), home_other_address);
  EXPECT_EQ(home("42 Tauss Place Nunkeri", "3630", "42 Nunkeri Tauss Place", "3630"),
            home_same);  // parts changed places
  EXPECT_EQ(home("42 Tauss Place", "3630", "42 Tauss Place", "3999"), home_like_address);
}

// One slip never leaves a check digit right: two numbers that pass it are one or two people's, never a slip apart.
TEST(Identifiers, TheCheckDigitTellsASlipFromAnotherNumber) {
  using namespace level;
  const auto number = [](std::string_view left, std::string_view right) {
    Two two;
    two.add("Ann", "Lee").value[static_cast<std::size_t>(Attribute::nhs_number)] = two.people.strings.intern(left);
    two.add("Ann", "Lee").value[static_cast<std::size_t>(Attribute::nhs_number)] = two.people.strings.intern(right);
    return two.pattern()[at(Field::nhs_number)];
  };
  EXPECT_EQ(number("999 000 0018", "9990000018"), number_same);
  EXPECT_EQ(number("9990000018", "9990000010"), number_near);
  EXPECT_EQ(number("9990000010", "9990000010"), number_same_failing);
  EXPECT_EQ(number("9990000018", "9990000026"), number_different);
  EXPECT_EQ(number("9990000018", "9998880010"), number_different_failing);
  EXPECT_EQ(number("", "9990000018"), number_missing);
}

// Explanations say why not, and what would change it; what they say would be enough is enough.
TEST(Explain, SaysWhyNotAndWhatWouldChangeIt) {
  People people(9, 300);
  const auto model = train(people.input, {});
  ASSERT_TRUE(model.has_value());
  const auto about = [&](auto&& second) {
    Two two;
    two.add("Grace", "Marshall", "1990-03-04", "12 Carter Road", "WB3 4AB");
    second(two);
    return explain(two.people.input, **model, 0, 1);
  };
  const auto says = [](const Explanation& explanation, std::string_view words) {
    return std::any_of(explanation.says.begin(), explanation.says.end(),
                       [&](const std::string& line) { return line.find(words) != std::string::npos; });
  };
  const auto siblings =
      about([](Two& two) { two.add("Oliver", "Marshall", "1993-11-20", "12 Carter Road", "WB3 4AB"); });
  EXPECT_FALSE(siblings.would_join);
  EXPECT_TRUE(says(siblings, "Why not: they look like two people of one family"));
  double sum = siblings.prior_weight;
  for (const FieldWeight& field : siblings.fields) sum += field.weight;
  EXPECT_NEAR(sum, siblings.total_weight, 1e-6);
  const auto bare = about([](Two& two) { two.add("Grace", ""); });
  EXPECT_FALSE(bare.would_join);
  EXPECT_TRUE(says(bare, "short of what a link needs"));
  EXPECT_TRUE(says(bare, "What would change it: if both gave the same"))
      << fmt::format("{}", fmt::join(bare.says, " | "));
  EXPECT_TRUE(says(bare, "birth date"));
  const auto with_birth = about([](Two& two) { two.add("Grace", "", "1990-03-04"); });
  EXPECT_TRUE(with_birth.would_join);
  EXPECT_TRUE(says(with_birth, "without the")) << fmt::format("{}", fmt::join(with_birth.says, " | "));
  Explanation told = with_birth;
  tell_partition(told, false);
  EXPECT_TRUE(says(told, "Why not: these two alone would be linked"));
}

// Wrong joins and missed ones of a model learnt from the rows themselves.
std::pair<int, int> wrong_and_missed(const People& people) {
  const auto model = train(people.input, {});
  const auto linked = link(people.input, **model, {}, {});
  EXPECT_TRUE(linked.has_value());
  int wrong = 0, missed = 0;
  for (std::size_t i = 0; i < people.truth.size(); ++i) {
    for (std::size_t j = i + 1; j < people.truth.size(); ++j) {
      const bool joined = linked->cluster[i] == linked->cluster[j];
      wrong += joined && people.truth[i] != people.truth[j] ? 1 : 0;
      missed += !joined && people.truth[i] == people.truth[j] ? 1 : 0;
    }
  }
  return {wrong, missed};
}

TEST(Families, AreKeptApartWhereNobodyHasABirthDate) {
  People people(21, 300);
  for (Row& row : people.input.rows) row.birth_date = {};
  const auto [wrong, missed] = wrong_and_missed(people);
  EXPECT_LE(wrong, 2);
  EXPECT_LT(missed, static_cast<int>(people.truth.size()));
}

TEST(Families, AreKeptApartWhereAllThatTheyShareIsAPhone) {
  People people(24, 300);
  for (Row& row : people.input.rows) {
    const auto home = people.strings.view(row.value[static_cast<std::size_t>(Attribute::address)]);
    const std::string phone = fmt::format("0770090{:04}", std::hash<std::string_view>{}(home) % 10000);
    row.value[static_cast<std::size_t>(Attribute::phone)] = people.strings.intern(phone);
    row.value[static_cast<std::size_t>(Attribute::address)] = 0;
    row.value[static_cast<std::size_t>(Attribute::postcode)] = 0;
    row.birth_date = {};
  }
  const auto [wrong, missed] = wrong_and_missed(people);
  EXPECT_LE(wrong, 10);
  EXPECT_LT(missed, static_cast<int>(people.truth.size()));
}

TEST(Families, TwinsAreTwoWhereNobodyHasAHome) {
  People people(23, 300);
  for (Row& row : people.input.rows) {
    row.value[static_cast<std::size_t>(Attribute::address)] = 0;
    row.value[static_cast<std::size_t>(Attribute::postcode)] = 0;
  }
  std::uint32_t person = 100'000;
  std::vector<std::size_t> twins;
  for (int pair = 0; pair < 80; ++pair) {
    const std::string surname = fmt::format("{}{}", test_surnames[pair % 20], test_surnames[pair / 20 + 5]);
    const std::string born = fmt::format("{}-{:02}-{:02}", 1990 + pair % 20, 1 + pair % 12, 1 + pair % 28);
    for (const int forename : {pair % 20, (pair + 7) % 20}) {
      twins.push_back(people.input.rows.size());
      people.add(person++, test_forenames[forename], surname, born, "", "", 0);
    }
  }
  const auto model = train(people.input, {});
  ASSERT_TRUE(model.has_value());
  const auto linked = link(people.input, **model, {}, {});
  ASSERT_TRUE(linked.has_value());
  for (std::size_t i = 0; i < twins.size(); i += 2)
    EXPECT_NE(linked->cluster[twins[i]], linked->cluster[twins[i + 1]]) << "pair " << i / 2;
}

TEST(Families, AParentAndAChildOfOneNameAreTwo) {
  People people(22, 200);
  std::uint32_t person = 100'000;
  for (int family = 0; family < 60; ++family) {
    const std::string surname = fmt::format("{}{}", test_surnames[family % 20], test_surnames[family / 20 + 3]);
    const std::string address = fmt::format("{} Mill Lane", family + 1);
    for (const int born : {1950 + family % 20, 1984 + family % 17}) {
      for (std::uint16_t source = 0; source < 2; ++source)
        people.add(person, test_forenames[family % 20], surname,
                   fmt::format("{}-{:02}-{:02}", born, 1 + (born * 5 + family) % 12, 1 + (born * 11 + family) % 28),
                   address, "WB30 1AA", source);
      ++person;
    }
  }
  const auto [wrong, missed] = wrong_and_missed(people);
  EXPECT_LE(wrong, 2);
  EXPECT_LT(missed, static_cast<int>(people.truth.size()) / 4);
}

// What training expects of the rules is kept in the model, and read back.
TEST(Rules, AModelKeepsWhatTheyBringAndCost) {
  const People people(13, 300);
  const auto model = train(people.input, {});
  ASSERT_TRUE(model.has_value());
  const BlockingPlan& plan = (*model)->blocking;
  EXPECT_GT(plan.least_recall, .5);
  const RuleForecast& names = plan.forecast[static_cast<std::size_t>(Rule::names)];
  EXPECT_GT(names.recall, .3);
  EXPECT_LE(names.alone, names.recall);
  EXPECT_GT(names.pairs, 0);
  const auto again = parse_model(to_toml(**model));
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ((*again)->blocking, plan);
  std::string said;
  Options options;
  options.before_comparing = [&](const std::string& words) { said = words; };
  ASSERT_TRUE(link(people.input, **model, {}, options).has_value());
  EXPECT_NE(said.find("pairs to compare at most"), std::string::npos);
}

TEST(Memory, TooLittleOfItIsRefusedBeforeTraining) {
  const People people(14, 50);
  Options options;
  options.memory_bytes = 1 << 20;
  const auto model = train(people.input, options);
  ASSERT_FALSE(model.has_value());
  EXPECT_NE(model.error().message.find("--memory"), std::string::npos);
}

TEST(Town, SaysLittleMoreWhereTheHomeAgrees) {
  using namespace level;
  Two two;
  for (int i = 0; i < 2; ++i) {
    two.add("Ann", "Lee", "", "1 Mill Road", "WB1 1AA").value[static_cast<std::size_t>(Attribute::town)] =
        two.people.strings.intern("Wexbridge");
  }
  EXPECT_EQ(two.pattern()[at(Field::town)], town_same_at_home);
  two.people.input.rows[1].value[static_cast<std::size_t>(Attribute::postcode)] = two.people.strings.intern("XA9 9ZZ");
  two.people.input.rows[1].value[static_cast<std::size_t>(Attribute::address)] =
      two.people.strings.intern("7 Elm Grove");
  EXPECT_EQ(two.pattern()[at(Field::town)], town_same);
}

// Names that changed places say no more than names that stand as they should.
TEST(Names, SwappedWeighNoMoreThanSame) {
  People people(3, 400);
  const auto model = train(people.input, {});
  ASSERT_TRUE(model.has_value());
  const auto weight = [&](std::string_view forename, std::string_view surname) {
    People two(1, 1);
    two.input.rows.clear();
    two.add(1, "Anna", "Marsh", "", "", "", 0);
    two.add(1, forename, surname, "", "", "", 1);
    return explain(two.input, **model, 0, 1).total_weight;
  };
  EXPECT_LE(weight("Marsh", "Anna"), weight("Anna", "Marsh"));
}

// Two names that go together in the data say less than each alone would.
TEST(Names, ThatGoTogetherAreNotCountedTwice) {
  People people(1, 1);
  people.input.rows.clear();
  Random random(5);
  std::uint32_t person = 0;
  for (int i = 0; i < 4000; ++i, ++person) {
    const bool one = i % 2 == 0;  // two groups, each with forenames and surnames of its own
    const std::string forename = std::string(one ? "Dai" : "Kwa") + static_cast<char>('a' + random.below(12)) + "ra";
    const std::string surname = std::string(one ? "Dud" : "Men") + static_cast<char>('a' + random.below(12)) + "sek";
    const std::string born = to_iso(Date{static_cast<std::int32_t>(random.between(0, 14'000))});
    for (std::uint16_t source = 0; source < 2; ++source) {
      people.add(person, forename, surname, born, std::to_string(i) + " " + test_surnames[random.below(20)] + " Road",
                 "", source);
    }
  }
  const auto model = train(people.input, {});
  ASSERT_TRUE(model.has_value());
  double most = 0;
  for (const double bits : (*model)->name_dependence) most = std::max(most, bits);
  EXPECT_NEAR(most, 1, .3);  // half of the pairs that independence would give cannot be: twice as many share both names
}

// Both of two people of one name are the best match of their own row, though all four weigh more than one pair may say.
TEST(Cluster, TheBestCounterpartWinsAboveTheLimitOfOnePair) {
  ClusterInput input;
  input.entries = 4;  // 0 and 1 of one source, 2 and 3 of the other
  const std::int32_t weights[2][2] = {{20 * 1024, 33 * 1024}, {52 * 1024, 20 * 1024}};
  const Edge edges[] = {{0, 2, weights[0][0]}, {0, 3, weights[0][1]}, {1, 2, weights[1][0]}, {1, 3, weights[1][1]}};
  input.edges = edges;
  input.weigh = [&](std::size_t, std::uint32_t left, std::uint32_t right) {
    const auto [low, high] = std::minmax(left, right);
    return low < 2 && high >= 2 ? Weighed{weights[low][high - 2], false} : Weighed{-1024, true};
  };
  const Clustered made = make_clusters(input);
  EXPECT_EQ(made.cluster, (std::vector<std::uint32_t>{0, 1, 1, 0}));
}

// Twins under two forms of one name, each with a number of its own in one index: entries go by their own name, though
// the address that both share joins the other twin's entries more strongly.
TEST(Cluster, EntriesOfLookAlikesGoByTheirOwnName) {
  // 0, 1: the index's two people, one without an address; 2, 3: the first's name; 4, 5: the second's, with an address.
  const std::uint32_t name[] = {1, 2, 1, 1, 2, 2};
  const bool addressed[] = {true, false, true, false, true, true};
  ClusterInput input;
  input.entries = 6;
  input.weigh = [&](std::size_t, std::uint32_t left, std::uint32_t right) {
    const std::int32_t same_name = name[left] == name[right] ? 3 : 0,
                       same_address = addressed[left] && addressed[right] ? 15 : 0;
    return Weighed{(13 + same_name + same_address) * 1024, std::max(left, right) == 1};
  };
  std::vector<Edge> edges;
  for (std::uint32_t left = 0; left < 6; ++left) {
    for (std::uint32_t right = left + 1; right < 6; ++right) {
      if (const Weighed pair = input.weigh(0, left, right); !pair.apart) edges.push_back({left, right, pair.weight});
    }
  }
  input.edges = edges;
  EXPECT_NE(make_clusters(input).cluster, (std::vector<std::uint32_t>{0, 1, 0, 0, 1, 1}))
      << "the names make the difference";
  input.own_marks = [&](std::uint32_t entry) { return OwnMarks{name[entry], {}}; };
  EXPECT_EQ(make_clusters(input).cluster, (std::vector<std::uint32_t>{0, 1, 0, 0, 1, 1}));
}

// The same without any index: two numbers, each borne by two entries of one name, are two people; the entries without a
// number go by their names. A number that one entry alone bears may have been written into the wrong record.
TEST(Cluster, NumbersTellLookAlikesApartWhenTwoEntriesBearEach) {
  const std::uint32_t name[] = {1, 1, 2, 2, 1, 2};
  std::uint32_t number[] = {70, 70, 80, 80, 0, 0};
  ClusterInput input;
  input.entries = 6;
  input.weigh = [&](std::size_t, std::uint32_t left, std::uint32_t right) {
    return Weighed{(name[left] == name[right] ? 30 : 27) * 1024, false};
  };
  std::vector<Edge> edges;
  for (std::uint32_t left = 0; left < 6; ++left) {
    for (std::uint32_t right = left + 1; right < 6; ++right)
      edges.push_back({left, right, input.weigh(0, left, right).weight});
  }
  input.edges = edges;
  input.own_marks = [&](std::uint32_t entry) { return OwnMarks{name[entry], {number[entry], 0}}; };
  EXPECT_EQ(make_clusters(input).cluster, (std::vector<std::uint32_t>{0, 0, 2, 2, 0, 2}));
  number[1] = 0;  // borne by one entry alone
  EXPECT_EQ(make_clusters(input).cluster, std::vector<std::uint32_t>(6, 0));
  number[1] = 80;  // a name that bears both
  EXPECT_EQ(make_clusters(input).cluster, std::vector<std::uint32_t>(6, 0));
}

// Training finds the rules that pay: lone names with a town are found though no base rule gives them.
TEST(Rules, ForSparseRowsAreChosenWhereTheyBringMatches) {
  People people(11, 300);
  const auto plain = train(people.input, {});
  ASSERT_TRUE(plain.has_value());
  for (std::size_t r = 0; r < people.input.rows.size(); ++r) {
    Row& row = people.input.rows[r];
    row.value[static_cast<std::size_t>(Attribute::town)] =
        people.strings.intern("Town" + std::to_string(people.truth[r] % 97));
    if (r % 3 == 0) {  // a surname alone, in the forename's place
      row.value[static_cast<std::size_t>(Attribute::forename)] =
          row.value[static_cast<std::size_t>(Attribute::surname)];
      row.value[static_cast<std::size_t>(Attribute::surname)] = 0;
      row.birth_date = {};
    }
  }
  const auto model = train(people.input, {});
  ASSERT_TRUE(model.has_value());
  const auto with_model = link(people.input, **model, {}, {});
  ASSERT_TRUE(with_model.has_value());
  EXPECT_LE(with_model->blocking.least_recall, with_model->blocking.most_recall);
  EXPECT_LE(with_model->blocking.least_missed, with_model->blocking.most_missed);
  bool beyond_base = false;
  for (std::size_t rule = base_rule_count; rule < rule_count; ++rule) beyond_base |= (*model)->blocking.used[rule];
  EXPECT_TRUE(beyond_base);
}

// Labels move the threshold and m, and never make the answer for the labelled worse than without.
TEST(Labels, HelpTraining) {
  People people(12, 300);
  std::vector<std::uint32_t> labels;
  for (const std::uint32_t person : people.truth) labels.push_back(person % 2 == 0 ? person + 1 : 0);
  const auto model = train(people.input, labels, {});
  ASSERT_TRUE(model.has_value());
  const auto without = train(people.input, {});
  EXPECT_NE(to_toml(**model), to_toml(**without));
  Options three;
  three.threads = 3;
  const auto again = train(people.input, labels, three);
  EXPECT_EQ(to_toml(**again), to_toml(**model));
}

// Weights of alternatives sum to one, the adopted partition comes first, and there are never more than 64.
RC_GTEST_PROP(AlternativesProperty, SumToOneWithTheAdoptedFirst, ()) {
  const auto leaves = *rc::gen::inRange<std::uint32_t>(1, 24);
  std::vector<std::uint32_t> open(leaves);
  for (std::uint32_t i = 0; i < leaves; ++i) open[i] = i;
  std::vector<Merge> merges;
  double weight = *rc::gen::inRange(-4, 13);
  while (open.size() > 1 && *rc::gen::inRange(0, 10) > 0) {
    const auto i = *rc::gen::inRange<std::size_t>(0, open.size());
    std::swap(open[i], open.back());
    const std::uint32_t left = open.back();
    open.pop_back();
    const auto j = *rc::gen::inRange<std::size_t>(0, open.size());
    merges.push_back({left, open[j], weight});
    open[j] = leaves + static_cast<std::uint32_t>(merges.size()) - 1;
    weight -= *rc::gen::inRange(0, 5);
  }
  const auto alternatives = alternatives_of(leaves, merges);
  RC_ASSERT(!alternatives.empty() && alternatives.size() <= most_alternatives);
  double sum = 0;
  std::set<std::vector<std::uint32_t>> distinct;
  for (const Alternative& alternative : alternatives) {
    sum += alternative.weight;
    distinct.insert(alternative.cluster);
  }
  RC_ASSERT(std::abs(sum - 1) < 1e-9);
  RC_ASSERT(distinct.size() == alternatives.size());
  std::vector<std::uint32_t> adopted(leaves + merges.size());
  for (std::uint32_t i = 0; i < adopted.size(); ++i) adopted[i] = i;
  const auto top = [&](std::uint32_t node) {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::uint32_t m = 0; m < merges.size(); ++m) {
        if (merges[m].mean_weight > 0 && (merges[m].left == node || merges[m].right == node)) {
          node = leaves + m;
          moved = true;
        }
      }
    }
    return node;
  };
  for (std::uint32_t a = 0; a < leaves; ++a) {
    for (std::uint32_t b = 0; b < leaves; ++b)
      RC_ASSERT((top(a) == top(b)) == (alternatives[0].cluster[a] == alternatives[0].cluster[b]));
  }
}

TEST(Model, RefusesARuleItDoesNotKnowAndAnotherVersion) {
  const People people(8, 100);
  const auto model = train(people.input, {});
  ASSERT_TRUE(model.has_value());
  std::string text = to_toml(**model);
  const std::size_t rule = text.find("\"names\"");
  ASSERT_NE(rule, std::string::npos);
  const auto unknown = parse_model(text.substr(0, rule) + "\"nonsense\"" + text.substr(rule + 7));
  ASSERT_FALSE(unknown.has_value());
  EXPECT_NE(unknown.error().message.find("nonsense"), std::string::npos) << unknown.error().message;
  text.replace(text.find("version = 3"), 11, "version = 2");
  const auto older = parse_model(text);
  ASSERT_FALSE(older.has_value());
  EXPECT_NE(older.error().message.find("train it anew"), std::string::npos) << older.error().message;
}

}  // namespace
}  // namespace wider::linkage
