#include "ledger/key_store.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/core.h>

#include "base/check.hpp"

namespace wider::ledger {
namespace {

constexpr int keys_application = 0x57504B31;  // "WPK1"

std::string ring_schema() {
  return fmt::format("CREATE TABLE ring(number INTEGER PRIMARY KEY, sealed BLOB NOT NULL); PRAGMA user_version={};",
                     ledger_format);
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) out += fmt::format("{:02x}", static_cast<std::uint8_t>(byte));
  return out;
}

}  // namespace

Result<void> KeyStore::create(const std::filesystem::path& folder, const NewStore& made, const SqliteOptions& options) {
  if (auto done = file_.open(folder / "keys.db", true, options); !done) return done;
  const std::string schema = fmt::format(
      "BEGIN; PRAGMA application_id={}; CREATE TABLE meta(id INTEGER PRIMARY KEY, identity BLOB NOT NULL);"
      "CREATE TABLE keys(first INTEGER PRIMARY KEY, slots BLOB NOT NULL); {}"
      "INSERT INTO ring VALUES(1, x'{}');",
      keys_application, ring_schema(), hex(made.ring));
  if (auto done = file_.make(schema, made.identity); !done) return done;
  return prepare();
}

Result<std::string> KeyStore::open(const std::filesystem::path& folder, const SqliteOptions& options) {
  if (auto done = file_.open(folder / "keys.db", false, options); !done) return std::unexpected(done.error());
  if (auto done = file_.check_application(keys_application); !done) return std::unexpected(done.error());
  auto format = file_.format();
  if (!format) return std::unexpected(format.error());
  // The first form had no number of its own.
  format_ = std::max(*format, 1);
  if (format_ > ledger_format)
    return failure(
        ErrorCode::usage,
        fmt::format("The hub has format {} and this program knows {}: use the newer program.", format_, ledger_format));
  auto identity = file_.identity();
  if (!identity) return identity;
  if (auto done = prepare(); !done) return std::unexpected(done.error());
  return identity;
}

Result<void> KeyStore::prepare() {
  const std::array<std::tuple<Prepared*, std::string_view>, 4> lines{{
      {&drop_after_, "DELETE FROM keys WHERE first > ?1"},
      {&insert_, "INSERT OR REPLACE INTO keys VALUES(?1, ?2)"},
      {&select_, "SELECT slots FROM keys WHERE first=?1"},
      {&update_, "UPDATE keys SET slots=?2 WHERE first=?1"},
  }};
  for (const auto& [statement, line] : lines) {
    auto prepared = file_.prepare(line);
    if (!prepared) return std::unexpected(prepared.error());
    *statement = std::move(*prepared);
  }
  return {};
}

Result<std::vector<std::string>> KeyStore::rings() {
  std::vector<std::string> rings;
  if (format_ < ledger_format) return rings;
  auto select = file_.prepare("SELECT sealed FROM ring ORDER BY number");
  if (!select) return std::unexpected(select.error());
  int done = 0;
  while ((done = sqlite3_step(select->get())) == SQLITE_ROW) rings.emplace_back(blob(select->get(), 0));
  if (done != SQLITE_DONE) return std::unexpected(file_.error().error());
  return rings;
}

Result<void> KeyStore::set_rings(std::span<const std::string> rings) {
  if (auto done = begin(); !done) return done;
  auto done = replace_rings(rings);
  if (done) done = commit();
  if (!done) {
    roll_back();
    return done;
  }
  format_ = ledger_format;
  return cut_log();
}

Result<void> KeyStore::replace_rings(std::span<const std::string> rings) {
  if (format_ < ledger_format)
    if (auto done = file_.run(ring_schema().c_str()); !done) return done;
  if (auto done = file_.run("DELETE FROM ring"); !done) return done;
  auto insert = file_.prepare("INSERT INTO ring VALUES(?1, ?2)");
  if (!insert) return std::unexpected(insert.error());
  for (std::size_t i = 0; i < rings.size(); ++i) {
    set(insert->get(), 1, i + 1);
    set(insert->get(), 2, rings[i]);
    if (auto done = file_.step(insert->get()); !done) return done;
  }
  return {};
}

Result<void> KeyStore::append(const Group& group) {
  auto done = append_in_transaction(group);
  if (!done) roll_back();
  return done;
}

Result<void> KeyStore::append_in_transaction(const Group& group) {
  if (auto done = begin(); !done) return done;
  // Keys of packs that a crash kept from the ledger may lie beyond this group's first: with other pack boundaries
  // now, they would be taken for the end of the keys.
  set(drop_after_.get(), 1, group.packs.front().first);
  if (auto done = file_.step(drop_after_.get()); !done) return done;
  for (std::size_t i = 0; i < group.packs.size(); ++i) {
    set(insert_.get(), 1, group.packs[i].first);
    set(insert_.get(), 2, group.key_slots[i]);
    if (auto done = file_.step(insert_.get()); !done) return done;
  }
  return commit();
}

Result<void> KeyStore::read_slots(Block& block) {
  for (const Pack& pack : block.packs) {
    set(select_.get(), 1, pack.first);
    const int done = sqlite3_step(select_.get());
    block.key_slots.emplace_back(done == SQLITE_ROW ? blob(select_.get(), 0) : std::string_view());
    Result<void> result;
    if (done != SQLITE_ROW && done != SQLITE_DONE) result = file_.error();
    sqlite3_reset(select_.get());
    if (!result) return result;
  }
  return {};
}

// After a crash keys.db may hold keys of a group that never reached the ledger. Opening leaves them, so that looking
// at an old ledger beside its newer keys.db by mistake destroys nothing; the next group drops them (append).
// What must be there is the last pack's own slots: a left-over of another pack says nothing.
Result<void> KeyStore::check_last(const Pack& last_pack) {
  if (last_pack.count() == 0) return {};
  auto slots = file_.prepare("SELECT length(slots) FROM keys WHERE first = ?1");
  if (!slots) return std::unexpected(slots.error());
  set(slots->get(), 1, last_pack.first);
  const int done = sqlite3_step(slots->get());
  if (done != SQLITE_ROW && done != SQLITE_DONE) return file_.error();
  if (done == SQLITE_DONE || number(slots->get(), 0) != last_pack.count() * key_slot_size)
    return failure(ErrorCode::corrupt, "keys.db is older than the ledger: bring back the keys.db that belongs to it.");
  return {};
}

// In place, so that the page itself is overwritten; then the write-ahead log, which may hold the old page, is
// truncated.
Result<void> KeyStore::erase(std::span<const ErasedSlot> slots) {
  if (slots.empty()) return {};
  if (auto done = begin(); !done) return done;
  Result<void> done;
  for (const ErasedSlot& erased : slots)
    if (done = overwrite(erased); !done) break;
  if (done) done = commit();
  if (!done) {
    roll_back();
    return done;
  }
  return cut_log();
}

Result<void> KeyStore::overwrite(const ErasedSlot& erased) {
  CHECK(erased.slot.size() == key_slot_size && erased.sequence >= erased.pack_first);
  sqlite3_blob* raw = nullptr;
  const int opened =
      sqlite3_blob_open(file_.get(), "main", "keys", "slots", static_cast<sqlite3_int64>(erased.pack_first), 1, &raw);
  const auto at = static_cast<int>((erased.sequence - erased.pack_first) * key_slot_size);
  bool done = opened == SQLITE_OK &&
              sqlite3_blob_write(raw, erased.slot.data(), static_cast<int>(erased.slot.size()), at) == SQLITE_OK;
  done = (raw == nullptr || sqlite3_blob_close(raw) == SQLITE_OK) && done;
  return done ? Result<void>() : file_.error();
}

Result<void> KeyStore::replace(std::uint64_t pack_first, std::string_view slots) {
  set(update_.get(), 1, pack_first);
  set(update_.get(), 2, slots);
  return file_.step(update_.get());
}

}  // namespace wider::ledger
