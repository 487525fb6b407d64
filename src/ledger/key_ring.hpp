// The key ring of a hub (docs/formats/ledger.md): its root secret and the wrapping keys of its agencies, kept in
// keys.db sealed under the hub's key. Changing the hub's key is sealing the ring anew; a new wrapping key holds for
// what comes, and what came before stays readable under the ones before it. Thread safety: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/crypto.hpp"

namespace wider::ledger {

// A ring with a wrapping key for every agency; the root is random, or a hub's of format 1: its key, that all was
// derived of.
[[nodiscard]] Ring make_ring(const std::optional<SecretKey>& root, Instant now);
// Adds a wrapping key, later than all others, for one agency or for all.
void add_wrapping_keys(Ring& ring, std::optional<Agency> agency, Instant now);

// Bound to the hub's identity, so that no ring is brought from another hub.
[[nodiscard]] std::string seal_ring(const Ring& ring, const SecretKey& hub_key, std::string_view identity);
// none: it was sealed under another key, for another hub, or is damaged.
[[nodiscard]] std::optional<Ring> open_ring(std::string_view sealed, const SecretKey& hub_key,
                                            std::string_view identity);

}  // namespace wider::ledger
