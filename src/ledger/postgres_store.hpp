// The store in PostgreSQL 15: packs, chunks and bodies in the database's schema `wider`, key slots in keys.db in the
// hub's own folder (ADR 16). The session works as the role wider_hub, which may only INSERT and SELECT.
//
// Invariants
//  1. A group's keys are durable in keys.db before its rows are sent, and its rows are one transaction.
//  2. One process at a time holds the hub (a lock of the database); one that lost the lock without knowing, because its
//     connection broke, is refused by its token, which an older writer's is.
// Thread safety: none but log_bytes(); the ledger calls it under its gate.
#pragma once

#include <memory>
#include <string>

#include "ledger/place.hpp"
#include "ledger/sqlite_file.hpp"
#include "ledger/store.hpp"

namespace wider::ledger {

// Makes role, schema and keys.db; the address's role must own the database. already_there: there is a hub in it.
[[nodiscard]] Result<std::unique_ptr<Store>> create_postgres_store(const Place& place, const NewStore& made,
                                                                   const SqliteOptions& options,
                                                                   Making making = Making::at_once);
[[nodiscard]] Result<std::unique_ptr<Store>> open_postgres_store(const Place& place, std::string& identity,
                                                                 const SqliteOptions& options);

}  // namespace wider::ledger
