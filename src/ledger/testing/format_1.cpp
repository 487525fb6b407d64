#include "ledger/testing/format_1.hpp"

#include <array>
#include <fstream>

#include <fmt/core.h>
#include <sqlite3.h>

#include "base/check.hpp"
#include "ledger/crypto.hpp"
#include "ledger/head.hpp"
#include "ledger/parts.hpp"
#include "ledger/proof.hpp"

namespace wider::ledger::testing_support {
namespace {

std::string literal(std::string_view bytes) {
  std::string out = "x'";
  for (const char byte : bytes) out += fmt::format("{:02x}", static_cast<std::uint8_t>(byte));
  return out + "'";
}

}  // namespace

std::string sqlite(const std::filesystem::path& file, const std::string& lines) {
  sqlite3* raw = nullptr;
  CHECK(sqlite3_open(file.c_str(), &raw) == SQLITE_OK);
  std::string first;
  const char* rest = lines.c_str();
  while (*rest != '\0') {
    sqlite3_stmt* statement = nullptr;
    CHECK(sqlite3_prepare_v2(raw, rest, -1, &statement, &rest) == SQLITE_OK);
    if (statement == nullptr) break;
    int done = 0;
    while ((done = sqlite3_step(statement)) == SQLITE_ROW)
      if (first.empty() && sqlite3_column_bytes(statement, 0) > 0)
        first.assign(static_cast<const char*>(sqlite3_column_blob(statement, 0)),
                     static_cast<std::size_t>(sqlite3_column_bytes(statement, 0)));
    CHECK(done == SQLITE_DONE);
    sqlite3_finalize(statement);
  }
  sqlite3_close(raw);
  return first;
}

Head write_format_1(const std::filesystem::path& folder, std::span<const NewEntry> entries) {
  CHECK(start_crypto().has_value());
  std::filesystem::create_directories(folder);
  const auto key = make_or_read_key_file(folder.string() + ".key");
  CHECK(key.has_value());
  const HubKeys keys(*key);
  const std::string identity = make_identity(keys, false);
  std::string ledger = fmt::format(
      "PRAGMA journal_mode=WAL; BEGIN; PRAGMA application_id={};"
      "CREATE TABLE meta(id INTEGER PRIMARY KEY, identity BLOB NOT NULL);"
      "CREATE TABLE packs(first INTEGER PRIMARY KEY, rows BLOB NOT NULL, root BLOB NOT NULL, tag BLOB NOT NULL);"
      "CREATE TABLE chunks(chunk INTEGER PRIMARY KEY, hash BLOB NOT NULL);"
      "CREATE TABLE bodies(sequence INTEGER PRIMARY KEY, body BLOB NOT NULL);"
      "INSERT INTO meta VALUES(1, {});",
      0x57504C31, literal(identity));
  std::string slots_sql = fmt::format(
      "PRAGMA journal_mode=WAL; BEGIN; PRAGMA application_id={};"
      "CREATE TABLE meta(id INTEGER PRIMARY KEY, identity BLOB NOT NULL);"
      "CREATE TABLE keys(first INTEGER PRIMARY KEY, slots BLOB NOT NULL); INSERT INTO meta VALUES(1, {});",
      0x57504B31, literal(identity));
  CompactRange tree;
  std::vector<Digest> chunks;
  for (std::size_t first = 0; first < entries.size(); first += pack_entries) {
    Pack pack;
    pack.first = first + 1;
    std::string slots;
    for (std::size_t i = first; i < std::min(entries.size(), first + pack_entries); ++i) {
      const NewEntry& entry = entries[i];
      std::array<std::uint8_t, 56> secret;
      fill_random(secret.data(), secret.size());
      std::string body;
      seal_body(entry.body, secret.data(), body);
      const std::size_t at = pack.rows.size();
      encode_plain_header({i + 1, Instant{static_cast<std::int64_t>(i)}, entry.kind, entry.reference, entry.actor,
                           entry.purpose, entry.controller, entry.regime, entry.gateway},
                          pack.rows);
      pack.rows += view_of(sha256(body));
      pack.rows += view_of(commitment_of(secret.data()));
      const std::string_view row = std::string_view(pack.rows).substr(at);
      keys.wrap(secret.data(), secret.data() + 32, entry.controller, row, slots);
      tree.add(leaf_hash(row), chunk_level, &chunks);
      ledger += fmt::format("INSERT INTO bodies VALUES({}, {});", i + 1, literal(body));
    }
    pack.root = tree.root();
    ledger += fmt::format("INSERT INTO packs VALUES({}, {}, {}, {});", pack.first, literal(pack.rows),
                          literal(view_of(pack.root)), literal(view_of(keys.pack_tag(pack))));
    slots_sql += fmt::format("INSERT INTO keys VALUES({}, {});", pack.first, literal(slots));
  }
  for (std::size_t c = 0; c < chunks.size(); ++c)
    ledger += fmt::format("INSERT INTO chunks VALUES({}, {});", c, literal(view_of(chunks[c])));
  sqlite(folder / "keys.db", slots_sql + "COMMIT;");
  sqlite(folder / "ledger.db", ledger + "COMMIT;");
  Head head{tree.size(), tree.root(), Instant{1}, {}};
  head.signature = keys.sign(signed_message(head));
  return head;
}

}  // namespace wider::ledger::testing_support
