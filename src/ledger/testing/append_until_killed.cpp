// A child of durability_test: appends to the hub named in its argument until it is killed, and says on its standard
// output what was acknowledged ("first count" a line), after the ledger acknowledged it.
#include <cstdio>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/random.hpp"
#include "ledger/ledger.hpp"
#include "ledger/testing/test_place.hpp"

int main(int count, char** arguments) {
  using namespace wider::ledger;
  if (count != 3) return 2;
  auto ledger = Ledger::open(testing_support::place_in(arguments[1]), {});
  if (!ledger) return 1;
  wider::Random random(std::stoull(arguments[2]));
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
