// A child of durability_test and of tests/campaigns/store.py: appends to the hub named in its argument until it is
// killed, and says on its standard output what was acknowledged ("first count" a line), after the ledger acknowledged
// it. With the seed 0 it makes the hub; with the words "check N" it checks it: whole, and N entries or more.
#include <cstdio>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/random.hpp"
#include "ledger/ledger.hpp"
#include "ledger/testing/test_place.hpp"

namespace {

using namespace wider::ledger;

int check(Ledger& ledger, std::uint64_t acknowledged) {
  std::uint64_t next = 1;
  bool same = true;
  const auto read = ledger.read_range(1, ledger.size(), [&](const Entry& entry) {
    same = same && entry.body == "entry " + std::to_string(next++);
    return true;
  });
  const auto found = ledger.verify({}, {});
  const bool good = read && found && found->good() && same && ledger.size() >= acknowledged;
  std::printf("%llu entries, %s\n", static_cast<unsigned long long>(ledger.size()), good ? "good" : "not good");
  return good ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3 && count != 4) return 2;
  const Place place = testing_support::place_in(arguments[1]);
  const std::string word = arguments[2];
  if (word == "0") return Ledger::create(place, {}) ? 0 : 1;
  auto ledger = Ledger::open(place, {});
  if (!ledger) {
    std::printf("%s\n", ledger.error().message.c_str());
    return 1;
  }
  if (word == "check") return check(**ledger, std::stoull(arguments[3]));
  wider::Random random(std::stoull(word));
  while (true) {
    std::vector<NewEntry> entries(1 + random.below(200));
    const std::uint64_t next = (*ledger)->size() + 1;
    for (std::size_t i = 0; i < entries.size(); ++i) entries[i].body = "entry " + std::to_string(next + i);
    const auto first = entries.size() == 1 ? (*ledger)->append_now(entries[0]) : (*ledger)->append(entries);
    if (!first) return 1;
    const std::string line = std::to_string(*first) + " " + std::to_string(entries.size()) + "\n";
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) return 1;
  }
}
