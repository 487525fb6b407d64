#include "ledger/postgres_store.hpp"

#include <chrono>
#include <thread>
#include <utility>

#include <fmt/core.h>

#include "ledger/key_store.hpp"
#include "ledger/postgres_connection.hpp"
#include "ledger/postgres_schema.hpp"

namespace wider::ledger {
namespace {

// A killed process's lock goes when the server notices that its connection is gone.
constexpr auto wait_for_lock = std::chrono::seconds(10);

std::unexpected<Error> damaged() {
  return failure(ErrorCode::corrupt, "The database is damaged: restore it from a backup.");
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) out += fmt::format("{:02x}", static_cast<std::uint8_t>(byte));
  return out;
}

class PostgresStore final : public Store {
 public:
  explicit PostgresStore(std::string address) : address_(std::move(address)) {}

  Result<void> create(const std::filesystem::path& folder, const NewStore& made, const SqliteOptions& options,
                      Making making) {
    if (auto done = connection_.open(address_); !done) return done;
    const auto there = connection_.ask("SELECT 1 FROM pg_namespace WHERE nspname = 'wider'", {});
    if (!there) return std::unexpected(there.error());
    if (there->size() != 0)
      return failure(ErrorCode::already_there, "There is a hub in this database already: give an empty database.");
    if (auto done = connection_.run(std::string(postgres_role)); !done) return done;
    if (auto done = keys_.create(folder, made, options); !done) return done;
    in_one_ = making == Making::until_finished;
    const std::string schema =
        fmt::format("BEGIN; {} INSERT INTO wider.meta VALUES (1, {}, '\\x{}'); {}", postgres_schema, postgres_format,
                    hex(made.identity), in_one_ ? "" : "COMMIT;");
    if (auto done = connection_.run(schema); !done) return done;
    return start_session();
  }

  Result<void> open(const std::filesystem::path& folder, std::string& identity, const SqliteOptions& options) {
    if (auto done = connection_.open(address_); !done) return done;
    const auto of_keys = keys_.open(folder, options);
    if (!of_keys) return std::unexpected(of_keys.error());
    if (auto done = start_session(); !done) return done;
    const auto meta = ask("SELECT format::bigint, identity FROM wider.meta WHERE id = 1", {});
    if (!meta) return std::unexpected(meta.error());
    if (meta->size() != 1) return damaged();
    if (meta->number(0, 0) > postgres_format)
      return failure(ErrorCode::usage,
                     fmt::format("The hub has format {} and this program knows {}: use the newer program.",
                                 meta->number(0, 0), postgres_format));
    if (*of_keys != meta->bytes(0, 1))
      return failure(ErrorCode::corrupt,
                     "keys.db does not belong to the hub in this database: bring back the one that does.");
    identity = *of_keys;
    return {};
  }

  Result<void> recover() override {
    if (!connection_.alive())
      if (auto done = reconnect(); !done) return done;
    return keys_.recover();
  }

  Result<void> append_group(const Group& group) override {
    if (auto done = keys_.append(group); !done) return done;
    std::size_t bytes = 64;
    for (const std::string_view body : group.bodies) bytes += body.size() + 4;
    using Of = ArrayWriter::Of;
    ArrayWriter firsts(Of::bigints, group.packs.size()), rows(Of::byteas, group.packs.size()),
        roots(Of::byteas, group.packs.size()), tags(Of::byteas, group.packs.size()),
        chunks(Of::bigints, group.chunks.size()), hashes(Of::byteas, group.chunks.size()),
        sequences(Of::bigints, group.bodies.size()), bodies(Of::byteas, group.bodies.size());
    for (const Pack& pack : group.packs) {
      firsts.add(static_cast<std::int64_t>(pack.first));
      rows.add(std::string_view(pack.rows));
      roots.add(view_of(pack.root));
      tags.add(view_of(pack.tag));
    }
    for (std::size_t i = 0; i < group.chunks.size(); ++i) {
      chunks.add(static_cast<std::int64_t>(group.first_chunk + i));
      hashes.add(view_of(group.chunks[i]));
    }
    bodies.reserve(bytes);
    for (std::size_t i = 0; i < group.bodies.size(); ++i) {
      sequences.add(static_cast<std::int64_t>(group.first + i));
      bodies.add(group.bodies[i]);
    }
    std::vector<PostgresConnection::Step> steps;
    steps.push_back(
        {"INSERT INTO wider.packs SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[])",
         {firsts.bytes(), rows.bytes(), roots.bytes(), tags.bytes()}});
    if (!group.chunks.empty())
      steps.push_back({"INSERT INTO wider.chunks SELECT * FROM unnest($1::bigint[], $2::bytea[])",
                       {chunks.bytes(), hashes.bytes()}});
    steps.push_back({"INSERT INTO wider.bodies SELECT * FROM unnest($1::bigint[], $2::bytea[])",
                     {sequences.bytes(), bodies.bytes()}});
    return in_one_ ? connection_.pipeline(steps) : connection_.transact(steps);
  }

  Result<Block> read_range(std::uint64_t first, std::uint64_t last, Parts parts) override {
    Block block;
    block.first_body = first;
    if (auto done = read_packs(first, last, block); !done) return std::unexpected(done.error());
    if (parts == Parts::headers) return block;
    if (auto done = keys_.read_slots(block); !done) return std::unexpected(done.error());
    if (parts == Parts::headers_and_keys) return block;
    const auto rows = ask("SELECT sequence, body FROM wider.bodies WHERE sequence BETWEEN $1 AND $2 ORDER BY sequence",
                          {bigint(static_cast<std::int64_t>(first)), bigint(static_cast<std::int64_t>(last))});
    if (!rows) return std::unexpected(rows.error());
    for (std::size_t i = 0; i < rows->size(); ++i) {
      if (static_cast<std::uint64_t>(rows->number(i, 0)) != first + i) break;  // a missing one ends the block
      block.bodies.emplace_back(rows->bytes(i, 1));
    }
    return block;
  }

  Result<Block> read_body(std::uint64_t sequence) override { return read_range(sequence, sequence, Parts::everything); }

  Result<void> erase_keys(std::span<const ErasedSlot> slots) override { return keys_.erase(slots); }

  KeyStore& keys() override { return keys_; }

  Result<void> finish() override {
    if (!std::exchange(in_one_, false)) return {};
    return connection_.run("COMMIT");
  }

  Result<StoreHead> head() override {
    StoreHead head;
    const auto last = ask("SELECT first, rows, root, tag FROM wider.packs ORDER BY first DESC LIMIT 1", {});
    if (!last) return std::unexpected(last.error());
    if (last->size() == 1) {
      auto pack = pack_of(*last, 0);
      if (!pack) return std::unexpected(pack.error());
      head.last_pack = std::move(*pack);
      head.size = head.last_pack.last();
    }
    const auto chunks = ask("SELECT chunk, hash FROM wider.chunks ORDER BY chunk", {});
    if (!chunks) return std::unexpected(chunks.error());
    for (std::size_t i = 0; i < chunks->size(); ++i) {
      if (static_cast<std::uint64_t>(chunks->number(i, 0)) != i || chunks->bytes(i, 1).size() != 32) return damaged();
      head.chunks.push_back(digest_of(chunks->bytes(i, 1)));
    }
    if (auto checked = keys_.check_last(head.last_pack); !checked) return std::unexpected(checked.error());
    return head;
  }

  [[nodiscard]] std::size_t log_bytes() const override { return keys_.log_bytes(); }
  Result<void> fold(std::size_t from_bytes) override { return keys_.fold(from_bytes); }

 private:
  static Result<Pack> pack_of(const Rows& rows, std::size_t row) {
    Pack pack;
    pack.first = static_cast<std::uint64_t>(rows.number(row, 0));
    pack.rows = rows.bytes(row, 1);
    const bool sound = !pack.rows.empty() && pack.rows.size() % row_size == 0 &&
                       pack.rows.size() <= pack_entries * row_size && rows.bytes(row, 2).size() == 32 &&
                       rows.bytes(row, 3).size() == 32;
    if (!sound) return damaged();
    pack.root = digest_of(rows.bytes(row, 2));
    pack.tag = digest_of(rows.bytes(row, 3));
    return pack;
  }

  Result<void> read_packs(std::uint64_t first, std::uint64_t last, Block& block) {
    const auto rows = ask(
        "SELECT first, rows, root, tag FROM wider.packs WHERE first >= coalesce((SELECT first FROM wider.packs WHERE "
        "first <= $1 ORDER BY first DESC LIMIT 1), 0) AND first <= $2 ORDER BY first",
        {bigint(static_cast<std::int64_t>(first)), bigint(static_cast<std::int64_t>(last))});
    if (!rows) return std::unexpected(rows.error());
    for (std::size_t i = 0; i < rows->size(); ++i) {
      auto pack = pack_of(*rows, i);
      if (!pack) return std::unexpected(pack.error());
      block.packs.push_back(std::move(*pack));
    }
    return {};
  }

  // Reads; where the connection broke, once more over a new one.
  Result<Rows> ask(const char* statement, const std::vector<std::string>& parameters) {
    const std::vector<std::string_view> views(parameters.begin(), parameters.end());
    if (!connection_.alive())
      if (auto done = reconnect(); !done) return std::unexpected(done.error());
    auto rows = connection_.ask(statement, views);
    if (rows || connection_.alive()) return rows;
    if (auto done = reconnect(); !done) return std::unexpected(done.error());
    return connection_.ask(statement, views);
  }

  Result<void> reconnect() {
    if (auto done = connection_.open(address_); !done) return done;
    return start_session();
  }

  // The role, the lock, and (the first time) a token of our own. A connection that is made again keeps the token: if
  // another process took the hub over meanwhile, the fence holds us off.
  Result<void> start_session() {
    if (auto done =
            connection_.run("SET ROLE wider_hub; SET synchronous_commit = on; SET client_min_messages = error;");
        !done)
      return done.error().code == ErrorCode::unreadable
                 ? failure(ErrorCode::not_found, "There is no hub in this database: make one with `wider init`.")
                 : done;
    if (auto locked = take_lock(); !locked) return locked;
    if (token_ == 0) {
      const auto taken = connection_.ask(
          "INSERT INTO wider.writers(token) SELECT coalesce(max(token), 0) + 1 FROM wider.writers RETURNING token", {});
      if (!taken) return std::unexpected(taken.error());
      token_ = taken->number(0, 0);
    }
    return connection_.run(fmt::format("SET wider.token = '{}'", token_));
  }

  Result<void> take_lock() {
    const auto until = std::chrono::steady_clock::now() + wait_for_lock;
    while (true) {
      const auto got = connection_.ask("SELECT pg_try_advisory_lock(1464880177, 1)", {});
      if (!got) return std::unexpected(got.error());
      if (got->bytes(0, 0) == std::string_view("\1", 1)) return {};
      if (std::chrono::steady_clock::now() > until)
        return failure(ErrorCode::locked, "Another process holds the hub in this database: stop it first.");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  std::string address_;
  PostgresConnection connection_;
  KeyStore keys_;
  std::int64_t token_ = 0;
  bool in_one_ = false;  // the transaction that made the schema is open
};

}  // namespace

Result<std::unique_ptr<Store>> create_postgres_store(const Place& place, const NewStore& made,
                                                     const SqliteOptions& options, Making making) {
  auto store = std::make_unique<PostgresStore>(place.database);
  if (auto done = store->create(place.folder, made, options, making); !done) return std::unexpected(done.error());
  return store;
}

Result<std::unique_ptr<Store>> open_postgres_store(const Place& place, std::string& identity,
                                                   const SqliteOptions& options) {
  auto store = std::make_unique<PostgresStore>(place.database);
  if (auto done = store->open(place.folder, identity, options); !done) return std::unexpected(done.error());
  return store;
}

}  // namespace wider::ledger
