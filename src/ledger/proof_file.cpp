// A proof as a file (docs/formats/ledger.md): every byte of it goes into a hash that must come out as a published root,
// or says how many bytes there must be, so none can be changed unnoticed.
#include <fmt/core.h>

#include "ledger/format.hpp"
#include "ledger/ledger.hpp"

namespace wider::ledger {
namespace {

constexpr std::string_view magic = "WIDERPROOF1\n";
constexpr std::size_t fixed_size = magic.size() + 4 * sizeof(std::uint64_t);

std::unexpected<Error> not_a_proof() {
  return failure(ErrorCode::malformed, "This is not a proof of the ledger, or it is cut: ask for it again.");
}

std::vector<Digest> digests_of(std::string_view bytes) {
  std::vector<Digest> digests;
  for (std::size_t at = 0; at < bytes.size(); at += 32) digests.push_back(digest_of(bytes.substr(at, 32)));
  return digests;
}

}  // namespace

Result<std::string> make_proof(Ledger& ledger, std::uint64_t first, std::uint64_t last, std::uint64_t size,
                               std::uint64_t old_size) {
  std::string out(magic);
  for (const std::uint64_t number : {size, first, last, old_size}) put_u64(out, number);
  const auto around = ledger.range_proof(first, last, size);
  if (!around) return std::unexpected(around.error());
  for (std::uint64_t sequence = first; sequence <= last; ++sequence) {
    const auto row = ledger.leaf(sequence);
    if (!row) return std::unexpected(row.error());
    out += *row;
  }
  for (const Digest& digest : *around) out += view_of(digest);
  if (old_size == 0) return out;
  const auto prefix = ledger.consistency_proof(old_size, size);
  if (!prefix) return std::unexpected(prefix.error());
  for (const Digest& digest : *prefix) out += view_of(digest);
  return out;
}

Result<CheckedProof> check_proof(std::string_view proof, const Head& head, const std::optional<Head>& old_head) {
  if (proof.size() < fixed_size || !proof.starts_with(magic)) return not_a_proof();
  const auto number = [&](std::size_t i) { return get_u64(proof.substr(magic.size() + 8 * i, 8)); };
  const CheckedProof says{number(1), number(2), number(0), number(3)};
  if (says.size != head.size)
    return failure(ErrorCode::corrupt,
                   fmt::format("The proof is for {} entries and the head counts {}.", says.size, head.size));
  if ((says.old_size != 0) != old_head.has_value() || (old_head && old_head->size != says.old_size))
    return failure(ErrorCode::corrupt, "The proof is not from the older head that was given.");
  std::string_view rest = proof.substr(fixed_size);
  if (says.first == 0 || says.first > says.last || says.last > says.size || says.old_size > says.size ||
      says.last - says.first >= rest.size() / row_size)
    return not_a_proof();
  std::vector<Digest> leaves;
  for (std::uint64_t sequence = says.first; sequence <= says.last; ++sequence) {
    const std::string_view row = rest.substr(0, row_size);
    const auto header = decode_header(row.substr(0, header_size));
    if (!header || header->sequence != sequence)
      return failure(ErrorCode::corrupt, fmt::format("Entry {} of the proof is another one.", sequence));
    leaves.push_back(leaf_hash(row));
    rest.remove_prefix(row_size);
  }
  const std::size_t around = 32 * range_cover(says.first - 1, says.last, says.size).size();
  if (rest.size() < around || rest.size() % 32 != 0) return not_a_proof();
  if (!verify_range(leaves, says.first - 1, says.size, digests_of(rest.substr(0, around)), head.root))
    return failure(ErrorCode::corrupt,
                   "The proof does not lead to the published head: it, or the ledger, was changed.");
  const std::vector<Digest> prefix = digests_of(rest.substr(around));
  const bool consistent =
      old_head ? verify_consistency(says.old_size, old_head->root, says.size, head.root, prefix) : prefix.empty();
  if (!consistent)
    return failure(ErrorCode::corrupt, "The older head is not the beginning of this one: the ledger was rewritten.");
  return says;
}

}  // namespace wider::ledger
