#include "ledger/sealing.hpp"

#include <sodium.h>

#include "ledger/crypto.hpp"

namespace wider::ledger {

SealedEntries::SealedEntries(std::span<const NewEntry> entries)
    : secrets(entries.size() * secret_size),
      ciphertexts(entries.size()),
      digests(entries.size()),
      commitments(entries.size()) {
  fill_random(secrets.data(), secrets.size());
  std::size_t bytes = 0;
  for (const NewEntry& entry : entries) bytes += sealed_size(entry.body);
  arena.reserve(bytes);  // so that the views below stay good
  headers.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const NewEntry& entry = entries[i];
    headers.push_back(Header{0, entry.received, entry.kind, entry.reference, entry.actor, entry.purpose,
                             entry.controller, entry.regime, entry.gateway});
    const std::size_t at = arena.size();
    seal_body(entry.body, secret(i), arena);
    ciphertexts[i] = std::string_view(arena).substr(at);
    digests[i] = sha256(ciphertexts[i]);
    commitments[i] = commitment_of(secret(i));
    const std::size_t header = hidden.size();
    hidden += hidden_part(headers[i]);
    hide_header(hidden.data() + header, secret(i));
  }
}

SealedEntries::~SealedEntries() {
  sodium_memzero(secrets.data(), secrets.size());
}

}  // namespace wider::ledger
