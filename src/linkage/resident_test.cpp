// A resident population against the batch, over random changes in random order.
#include "linkage/resident.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/embedded.hpp"
#include "base/random.hpp"
#include "linkage/comparison.hpp"
#include "linkage/entries.hpp"
#include "linkage/key_index.hpp"
#include "linkage/model.hpp"
#include "linkage/people_for_tests.hpp"
#include "linkage/similarity.hpp"
#include "linkage/text.hpp"

extern const std::vector<wider::EmbeddedFile> name_tables;

namespace wider::linkage {
namespace {

using Partition = std::set<std::vector<std::uint32_t>>;

Partition partition_of(const std::vector<std::uint32_t>& label, const std::vector<std::uint32_t>& number) {
  std::map<std::uint32_t, std::vector<std::uint32_t>> groups;
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (label[i] != UINT32_MAX) groups[label[i]].push_back(number[i]);
  }
  Partition partition;
  for (auto& [name, rows] : groups) {
    std::sort(rows.begin(), rows.end());
    partition.insert(std::move(rows));
  }
  return partition;
}

// The forenames of the table of name forms, each once.
const std::vector<std::string>& table_names() {
  static const std::vector<std::string> names = [] {
    std::set<std::string> found;
    for (const EmbeddedFile& file : name_tables) {
      if (file.name != "forename_groups.txt") continue;
      std::istringstream lines(file.text);
      for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('#')) continue;
        for (const std::string_view name : words(line)) found.emplace(name);
      }
    }
    return std::vector<std::string>(found.begin(), found.end());
  }();
  return names;
}
// Those that one slip makes of the name.
std::vector<std::string> names_near(const std::string& name) {
  std::vector<std::string> near;
  std::ranges::copy_if(table_names(), std::back_inserter(near),
                       [&](const std::string& other) { return other != name && edit_distance(other, name) == 1; });
  return near;
}
// A surname like no other's, nearly.
std::string surname_for(std::uint64_t number) {
  std::string surname;
  for (std::uint64_t bits = mix64(number + 1); surname.size() < 9; bits /= 26)
    surname += static_cast<char>('a' + bits % 26);
  return surname;
}

// Which names a population bears.
enum class Names : std::uint8_t { a_few, of_the_table };

// Homes of twins and others whose names one slip may make of each other; families and towns are called by forenames,
// too, so that a string is met in every place before it is met in another.
void add_homes(People& people, std::uint32_t homes, Random& random) {
  const auto any_name = [&] { return table_names()[random.below(table_names().size())]; };
  std::uint32_t person = people.truth.empty() ? 0 : people.truth.back() + 1;
  for (std::uint32_t home = 0; home < homes; ++home) {
    const std::string first = any_name();
    const auto near = names_near(first);
    const std::string second = near.empty() ? any_name() : near[random.below(near.size())];
    const std::string surname = random.chance(.7) ? surname_for(random.below(1000)) : any_name();
    const std::string address = std::to_string(random.between(1, 200)) + " Alder Row";
    const std::string postcode = "WB" + std::to_string(random.between(1, 20)) + " 3AB";
    const std::string town = random.chance(.5) ? first : second;
    const std::string born = to_iso(Date{static_cast<std::int32_t>(random.between(0, 14'000))});
    for (const std::string& forename : {first, second}) {
      const auto rows = random.between(1, 3);
      for (int r = 0; r < rows; ++r) {
        Row& row = people.add(person, forename, surname, born, address, postcode, static_cast<std::uint16_t>(r));
        if (random.chance(.5))
          row.value[static_cast<std::size_t>(Attribute::town)] =
              people.strings.intern(random.chance(.3) ? any_name() : town);
      }
      ++person;
    }
  }
}

ModelPtr people_model() {
  std::ifstream file(std::string(WIDER_SOURCE_DIR) + "/models/people.toml");
  std::stringstream text;
  text << file.rdbuf();
  return parse_model(text.str()).value();
}

// A population with its rows in two forms: as the batch reads them, and resident.
class Both {
 public:
  // Under the model, or under one that is trained on the rows themselves.
  Both(std::uint64_t seed, std::uint32_t families, Names names = Names::a_few, ModelPtr model = nullptr)
      : people_(seed, families), random_(seed + 77), model_(std::move(model)) {
    if (names == Names::of_the_table) add_homes(people_, 2 * families, random_);
    // Of some rows it is their agency's own id that is known, some are the originator's only, and some are told twice.
    for (Row& row : people_.input.rows) {
      const std::size_t at = static_cast<std::size_t>(&row - people_.input.rows.data());
      row.name = mix64(at + 1);
      if (random_.chance(.3)) row.own_id = people_.strings.intern("id" + std::to_string(people_.truth[at]));
      row.attach_only = random_.chance(.05);
    }
    const std::size_t count = people_.input.rows.size();
    for (std::size_t i = 0; i < count / 8; ++i) {
      Row row = people_.input.rows[random_.below(count)];
      row.name = mix64(people_.input.rows.size() + 1);
      people_.input.rows.push_back(row);
      people_.truth.push_back(0);
    }
    for (int i = 0; i < 4; ++i) {  // a row that says too little to be one with its like
      Row row;
      row.value[static_cast<std::size_t>(Attribute::forename)] = people_.strings.intern("Anna");
      row.name = mix64(people_.input.rows.size() + 1);
      row.attach_only = i == 3;
      people_.input.rows.push_back(row);
    }
    if (model_ == nullptr) model_ = train(people_.input, {}).value();
    resident_ = std::make_unique<Resident>(model_);
  }

  // So that far more is connected than belongs together. Before there are rows.
  void lower_threshold(double probability) {
    Model model = *model_;
    model.pair_threshold = probability;
    model_ = std::make_shared<const Model>(std::move(model));
    resident_ = std::make_unique<Resident>(model_);
  }

  [[nodiscard]] std::size_t rows() const { return people_.input.rows.size(); }
  [[nodiscard]] bool is_there(std::size_t row) const { return number_.contains(row); }
  Resident& resident() { return *resident_; }

  Row translated(const Row& row) {
    Row out = row;
    for (Code& code : out.value) code = resident_->strings().intern(people_.strings.view(code));
    out.own_id = resident_->strings().intern(people_.strings.view(row.own_id));
    return out;
  }
  void add(std::size_t row, Regrouped* regrouped = nullptr) {
    number_[row] = resident_->add(translated(now_of(row)), regrouped);
  }
  // Rows that are not there yet, as one change.
  void add_all(const std::vector<std::size_t>& which, unsigned threads) {
    std::vector<Row> rows;
    for (const std::size_t row : which) rows.push_back(translated(now_of(row)));
    std::uint32_t number = resident_->add_all(rows, threads);
    for (const std::size_t row : which) number_[row] = number++;
  }
  void load(std::size_t count, unsigned threads) {
    std::vector<Row> rows;
    for (std::size_t row = 0; row < count; ++row) {
      rows.push_back(translated(now_of(row)));
      number_[row] = static_cast<std::uint32_t>(row);
    }
    resident_->load(std::move(rows), threads);
  }
  // Rows that are not there, some of them.
  std::vector<std::size_t> absent(std::size_t most) {
    std::vector<std::size_t> found;
    for (std::size_t tries = 0; tries < 4 * most && found.size() < most; ++tries) {
      const std::size_t row = random_.below(rows());
      if (!is_there(row) && std::ranges::find(found, row) == found.end()) found.push_back(row);
    }
    return found;
  }
  void withdraw(std::size_t row, Regrouped* regrouped = nullptr) {
    resident_->withdraw(number_.at(row), regrouped);
    number_.erase(row);
    std::erase_if(decisions_, [&](const auto& one) { return one.first.first == row || one.first.second == row; });
  }
  // The row says from now on what another one says, under its own name and its agency's id.
  void correct(std::size_t row, std::size_t as, Regrouped* regrouped = nullptr) {
    Row now = people_.input.rows[as];
    now.name = people_.input.rows[row].name;
    now.own_id = people_.input.rows[row].own_id;
    now.source = people_.input.rows[row].source;
    corrected_[row] = now;
    resident_->correct(number_.at(row), translated(now), regrouped);
  }
  void correct_back(std::size_t row) {
    corrected_.erase(row);
    resident_->correct(number_.at(row), translated(people_.input.rows[row]));
  }
  void decide(std::size_t left, std::size_t right, bool same, Regrouped* regrouped = nullptr) {
    decisions_[{std::min(left, right), std::max(left, right)}] = same;
    resident_->decide(number_.at(left), number_.at(right), same, regrouped);
  }
  void take_back(std::size_t left, std::size_t right) {
    decisions_.erase({std::min(left, right), std::max(left, right)});
    resident_->take_back(number_.at(left), number_.at(right));
  }
  [[nodiscard]] const std::map<std::pair<std::size_t, std::size_t>, bool>& decisions() const { return decisions_; }

  // One random change that is possible.
  void change() {
    const std::size_t row = random_.below(rows());
    const std::size_t other = random_.chance(.5) ? random_.below(rows()) : of_same_person(row);
    const auto kind = random_.below(10);
    if (!is_there(row)) return add(row);
    if (kind < 2) return withdraw(row);
    if (kind < 4) return correct(row, other);
    if (kind < 5 && corrected_.contains(row)) return correct_back(row);
    if (kind < 8 && row != other && is_there(other)) return decide(row, other, kind == 5);
    if (!decisions_.empty()) {
      const auto [left, right] =
          std::next(decisions_.begin(), static_cast<std::ptrdiff_t>(random_.below(decisions_.size())))->first;
      take_back(left, right);
    }
  }

  // A row of the same person, as far as one is near: rows of a family stand together.
  std::size_t of_same_person(std::size_t row) const {
    for (std::size_t other = row < 4 ? 0 : row - 4; other < std::min(row + 4, people_.truth.size()); ++other) {
      if (other != row && row < people_.truth.size() && people_.truth[other] == people_.truth[row]) return other;
    }
    return row;
  }

  // What a batch over the rows and decisions that remain says, the rows in a random order.
  Partition batch() {
    std::vector<std::size_t> order;
    for (const auto& [row, number] : number_) order.push_back(row);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_.below(i)]);
    Input input;
    input.strings = &people_.strings;
    std::map<std::size_t, std::uint32_t> place;
    std::vector<std::uint32_t> numbers;
    for (const std::size_t row : order) {
      place[row] = static_cast<std::uint32_t>(input.rows.size());
      input.rows.push_back(now_of(row));
      numbers.push_back(number_.at(row));
    }
    Decisions decisions;
    for (const auto& [pair, same] : decisions_)
      (same ? decisions.same : decisions.different).emplace_back(place.at(pair.first), place.at(pair.second));
    return partition_of(link(input, *model_, decisions, {}).value().cluster, numbers);
  }
  Partition now() const {
    const auto label = resident_->partition();
    std::vector<std::uint32_t> numbers(label.size());
    for (std::uint32_t i = 0; i < numbers.size(); ++i) numbers[i] = i;
    return partition_of(label, numbers);
  }

 private:
  const Row& now_of(std::size_t row) const {
    const auto found = corrected_.find(row);
    return found == corrected_.end() ? people_.input.rows[row] : found->second;
  }

  People people_;
  Random random_;
  ModelPtr model_;
  std::unique_ptr<Resident> resident_;
  std::map<std::size_t, std::uint32_t> number_;  // by row of the input, while it is there
  std::map<std::size_t, Row> corrected_;
  std::map<std::pair<std::size_t, std::size_t>, bool> decisions_;
};

int orders() {
  const char* wanted = std::getenv("WIDER_ORDERS");
  return wanted == nullptr ? 8 : std::max(1, std::atoi(wanted));
}

// Issue: batch and incremental, random orders, with corrections, withdrawals and decisions: identical partition.
TEST(Resident, EqualsTheBatchAfterRandomChangesInRandomOrder) {
  for (int order = 0; order < orders(); ++order) {
    Both both(static_cast<std::uint64_t>(order) + 1, 60);
    for (std::size_t row = 0; row < both.rows(); row += 2) both.add(row);
    for (int round = 0; round < 6; ++round) {
      for (int change = 0; change < 40; ++change) both.change();
      ASSERT_EQ(both.now(), both.batch()) << "order " << order << ", round " << round;
    }
  }
}

// Names that the table of name forms knows, of which the model counts some often, some seldom and some never: what is
// known of a name must not depend on where and when its string was met first.
TEST(Resident, EqualsTheBatchWithNamesOfTheTable) {
  const ModelPtr people = people_model();
  for (int order = 0; order < orders(); ++order) {
    Both both(static_cast<std::uint64_t>(order) + 801, 20, Names::of_the_table, order % 2 == 0 ? people : nullptr);
    if (order % 4 < 2) {
      for (std::size_t row = 0; row < both.rows(); row += 2) both.add(row);
    } else {
      both.load(both.rows() / 2, 2);
    }
    ASSERT_EQ(both.now(), both.batch()) << "order " << order << ", at first";
    for (int round = 0; round < 4; ++round) {
      for (int change = 0; change < 30; ++change) both.change();
      both.add_all(both.absent(20), 2);
      ASSERT_EQ(both.now(), both.batch()) << "order " << order << ", round " << round;
    }
  }
}

// Twins of every two names of the table that one slip makes of each other, under the model that comes with the program.
TEST(Resident, TellsTwinsApartAsTheBatchDoes) {
  const ModelPtr model = people_model();
  StringPool strings;
  Input input;
  input.strings = &strings;
  Resident resident(model);
  std::vector<std::uint32_t> numbers;
  const auto row_of = [](StringPool& pool, const std::string& forename, std::size_t home) {
    Row row;
    const auto set = [&](Attribute of, const std::string& text) {
      row.value[static_cast<std::size_t>(of)] = pool.intern(text);
    };
    set(Attribute::forename, forename);
    set(Attribute::surname, surname_for(home));
    set(Attribute::address, std::to_string(home % 97 + 1) + " " + surname_for(home / 97) + " Row");
    set(Attribute::postcode, "WB" + std::to_string(home % 31 + 1) + " 3AB");
    row.birth_date.first = Date{static_cast<std::int32_t>(10'000 + home)};
    row.birth_date.precision = Precision::day;
    return row;
  };
  std::size_t home = 0;
  for (const std::string& first : table_names()) {
    for (const std::string& second : names_near(first)) {
      if (second < first) continue;
      for (const std::string& forename : {first, second}) {
        const auto number = static_cast<std::uint32_t>(input.rows.size());
        numbers.push_back(number);
        input.rows.push_back(row_of(strings, forename, home));
        input.rows.back().source = static_cast<std::uint16_t>(number % 2);
        Row own = row_of(resident.strings(), forename, home);
        own.source = input.rows.back().source;
        resident.add(own);
      }
      ++home;
    }
  }
  ASSERT_GT(home, 500U);
  EXPECT_EQ(partition_of(resident.partition(), numbers),
            partition_of(link(input, *model, {}, {}).value().cluster, numbers));
}

// A pair's weight is a matter of its two entries and the model: towns are no names, whoever else is called like them.
TEST(Resident, ATownIsNoNameWhoeverIsCalledLikeIt) {
  StringPool strings;
  const auto pattern_with = [&](bool named) {
    Input input;
    input.strings = &strings;
    input.rows.resize(named ? 4 : 2);
    for (std::size_t i = 0; i < input.rows.size(); ++i) {
      const Attribute of = i < 2 ? Attribute::town : Attribute::forename;
      input.rows[i].value[static_cast<std::size_t>(of)] = strings.intern(i % 2 == 0 ? "Peggy" : "Margaret");
    }
    const Entries entries = make_entries(input, {}, 1);
    const Established none(entries.strings.size());
    return Comparer(entries, none).compare(entries.all[entries.entry_of[0]], entries.all[entries.entry_of[1]]);
  };
  EXPECT_EQ(pattern_with(true), pattern_with(false));
}

TEST(Resident, TakenInAsAWholeEqualsTheBatch) {
  Both both(501, 120);
  both.resident().reserve(both.rows());
  both.resident().hold();
  for (std::size_t row = 0; row < both.rows(); ++row) both.add(row);
  both.resident().settle();
  EXPECT_EQ(both.now(), both.batch());
}

// A population loaded as a whole, then many rows at once by several threads and single changes between: all that a live
// feed does.
TEST(Resident, LoadedAndFedInBatchesEqualsTheBatch) {
  for (int order = 0; order < orders(); ++order) {
    Both both(static_cast<std::uint64_t>(order) + 601, 60);
    both.load(both.rows() / 2, 1 + static_cast<unsigned>(order) % 3);
    both.resident().reserve(both.rows() * (1 + static_cast<std::size_t>(order) % 40));  // changes nothing
    ASSERT_EQ(both.now(), both.batch()) << "order " << order << ", loaded";
    for (int round = 0; round < 5; ++round) {
      for (int change = 0; change < 20; ++change) both.change();
      both.add_all(both.absent(1 + 11 * static_cast<std::size_t>(round)), 1 + static_cast<unsigned>(round) % 3);
      ASSERT_EQ(both.now(), both.batch()) << "order " << order << ", round " << round;
    }
  }
}

// Parts that several threads cluster at once, with people's "different" leading from one to another. What another
// thread is writing must not be read: the thread sanitizer watches over that (preset tsan).
TEST(Resident, PartsThatADifferentLeadsBetweenEqualTheBatch) {
  Both both(851, 80);
  std::vector<std::size_t> later;
  for (std::size_t row = 0; row < both.rows(); ++row) {
    if (row % 3 == 0) {
      later.push_back(row);
    } else {
      both.add(row);
    }
  }
  Random random(851);
  for (int i = 0; i < 300; ++i) {
    const std::size_t left = random.below(both.rows()), right = random.below(both.rows());
    if (left != right && both.is_there(left) && both.is_there(right)) both.decide(left, right, false);
  }
  ASSERT_GT(both.decisions().size(), 80U);
  for (int round = 0; round < 8; ++round) {
    both.add_all(later, 4);
    ASSERT_EQ(both.now(), both.batch()) << "round " << round;
    for (const std::size_t row : later) both.withdraw(row);
  }
}

// Large components keep what is known of their pairs, from change to change; here nearly all that there is, is one.
TEST(Resident, OneLargeComponentEqualsTheBatch) {
  for (int order = 0; order < orders(); ++order) {
    Both both(static_cast<std::uint64_t>(order) + 701, 60);
    both.lower_threshold(order % 2 == 0 ? 1e-9 : 1e-8);
    both.load(both.rows() / 3, 2);
    for (int round = 0; round < 6; ++round) {
      for (int change = 0; change < 15; ++change) both.change();
      both.add_all(both.absent(9), 2);
      ASSERT_EQ(both.now(), both.batch()) << "order " << order << ", round " << round;
    }
    EXPECT_GT(both.resident().most_connected(), 20U);
  }
}

// Invariant 7: a change and its opposite restore what was there.
TEST(Resident, AChangeAndItsOppositeRestoreThePartition) {
  Both both(502, 60);
  for (std::size_t row = 0; row + 1 < both.rows(); ++row) both.add(row);
  const Partition before = both.now();
  Random random(9);
  for (int i = 0; i < 60; ++i) {
    const std::size_t left = random.below(both.rows() - 1);
    const std::size_t right = random.below(both.rows() - 1);
    if (left == right) continue;
    both.decide(left, right, i % 2 == 0);
    both.take_back(left, right);
    ASSERT_EQ(both.now(), before) << "a decision and its withdrawal";
    both.correct(left, right);
    both.correct_back(left);
    ASSERT_EQ(both.now(), before) << "a correction and its correction";
  }
  both.add(both.rows() - 1);
  both.withdraw(both.rows() - 1);
  EXPECT_EQ(both.now(), before);
}

// Reading a population must not cost the square of its largest component: so many entries of one own id against as many
// that are each alone, and rows that belong with a person of a large component.
TEST(Resident, ReadingThePartitionCostsAsMuchForOneLargeComponent) {
  constexpr std::uint32_t count = 20'000;
  const ModelPtr model = people_model();
  const auto seconds_of = [&](bool one_id) {
    Resident resident(model);
    std::vector<Row> rows(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      rows[i].value[static_cast<std::size_t>(Attribute::nhs_number)] = resident.strings().intern(std::to_string(i));
      rows[i].own_id = resident.strings().intern(one_id ? "id" : "id" + std::to_string(i));
      rows[i].name = i + 1;
    }
    resident.load(std::move(rows), 2);
    EXPECT_EQ(resident.most_connected(), one_id ? count : 0);
    const std::clock_t begin = std::clock();
    const auto label = resident.partition();
    const std::clock_t end = std::clock();
    const auto people = static_cast<std::uint32_t>(std::set(label.begin(), label.end()).size());
    EXPECT_EQ(people, one_id ? 1 : count);
    return static_cast<double>(end - begin) / CLOCKS_PER_SEC;
  };
  EXPECT_LT(seconds_of(true), 0.1 + 10 * seconds_of(false));
}

// What a change reports, applied to the groups before it, gives the groups after it: ordinary rows only.
TEST(Resident, SaysWhichGroupsAChangeParted) {
  People people(503, 40);
  const auto model = train(people.input, {}).value();
  Resident resident(model);
  Partition kept;
  for (const Row& row : people.input.rows) {
    Row own = row;
    for (Code& code : own.value) code = resident.strings().intern(people.strings.view(code));
    Regrouped regrouped;
    resident.add(own, &regrouped);
    for (const auto& group : regrouped.before) ASSERT_EQ(kept.erase(group), 1U);
    for (const auto& group : regrouped.after) ASSERT_TRUE(kept.insert(group).second);
  }
  const auto label = resident.partition();
  std::vector<std::uint32_t> numbers(label.size());
  for (std::uint32_t i = 0; i < numbers.size(); ++i) numbers[i] = i;
  EXPECT_EQ(kept, partition_of(label, numbers));
  for (const auto& group : kept) EXPECT_EQ(resident.person_of(group.front()), group);
}

TEST(KeyIndex, HoldsWhatWasAddedAndNotRemoved) {
  Random random(6);
  KeyIndex index;
  std::map<std::uint64_t, std::set<std::uint32_t>> reference;
  for (int step = 0; step < 200'000; ++step) {
    // Few keys have very many entries, and some are added only, so that lists grow beyond any piece of memory.
    const bool crowded = random.chance(.6);
    const std::uint64_t key = mix64(crowded ? random.below(3) : random.below(3000)) | 1;
    const auto entry = static_cast<std::uint32_t>(random.below(crowded ? 200'000 : 40));
    auto& held = reference[key];
    if (held.insert(entry).second) {
      index.add(key, entry);
    } else if (random.chance(.7)) {
      held.erase(entry);
      index.remove(key, entry);
    }
  }
  for (auto& [key, held] : reference) {
    const auto seen_of = [&] {
      const auto span = index.of(key);
      std::vector<std::uint32_t> seen(span.begin(), span.end());
      std::sort(seen.begin(), seen.end());
      return seen;
    };
    ASSERT_EQ(seen_of(), std::vector<std::uint32_t>(held.begin(), held.end()));
    while (!held.empty()) {
      index.remove(key, *held.begin());
      held.erase(held.begin());
      if (held.size() >= 40) continue;
      ASSERT_EQ(seen_of(), std::vector<std::uint32_t>(held.begin(), held.end()));
    }
  }
}

}  // namespace
}  // namespace wider::linkage
