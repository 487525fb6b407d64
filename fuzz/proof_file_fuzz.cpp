// A proof of the ledger as a file, which comes from whoever has the hub: nothing is taken for proved but what the
// published head stands for, whatever the bytes, and whatever other head is asked against.
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "ledger/format.hpp"
#include "ledger/ledger.hpp"

namespace {

using namespace wider;
using namespace wider::ledger;

// Nine entries and their tree; of them any good proof must be.
struct Nine {
  std::vector<std::string> rows;
  Head head, old_head;
  Nine() {
    CompactRange tree;
    for (std::uint64_t sequence = 1; sequence <= 9; ++sequence) {
      std::string row;
      encode_header(sequence, Instant{1'000'000}, std::string(hidden_size, 'h'), row);
      row.resize(row_size, static_cast<char>('a' + sequence));
      tree.add(leaf_hash(row));
      rows.push_back(std::move(row));
      if (sequence == 4) old_head = {4, tree.root(), {}, {}};
    }
    head = {9, tree.root(), {}, {}};
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Nine nine;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const bool with_old : {false, true}) {
    const auto checked = check_proof(bytes, nine.head, with_old ? std::optional(nine.old_head) : std::nullopt);
    if (!checked) {
      CHECK(!checked.error().message.empty());
      continue;
    }
    CHECK(checked->first >= 1 && checked->first <= checked->last && checked->last <= 9 && checked->size == 9);
    CHECK(checked->old_size == (with_old ? 4U : 0U));
    std::string proved;
    for (std::uint64_t sequence = checked->first; sequence <= checked->last; ++sequence)
      proved += nine.rows[sequence - 1];
    CHECK(bytes.find(proved) != std::string_view::npos);
  }
  Head other = nine.head;
  other.root[0] ^= 1;
  CHECK(!check_proof(bytes, other, {}));
  return 0;
}
