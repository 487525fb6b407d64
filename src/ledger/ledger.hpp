// The ledger: the one append-only truth of a hub. What was said, by whom, about when, known when, received when.
//
// Invariants
//  1. An entry is durable (fsync'd in keys.db first, then in ledger.db) before append() returns its sequence.
//  2. Headers hold no name and no meaningful id; bodies are encrypted, each under its own key (XChaCha20-Poly1305).
//  3. Leaf i of the proof is SHA-256(0x00 ‖ header ‖ SHA-256(ciphertext) ‖ key commitment); the tree is RFC 9162's.
//  4. `received` never decreases within one ledger.
//  5. One process, one connection, an exclusive lock (Debian 12's SQLite 3.40.1 has the WAL-reset bug).
// Thread safety: every member may be called from any thread. Appends of several threads share one group (group commit).
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/date.hpp"
#include "base/result.hpp"
#include "ledger/place.hpp"
#include "records/agency.hpp"

namespace wider::ledger {

using Ref = std::array<std::uint8_t, 16>;  // a random (or keyed-hash) 128-bit reference
using Digest = std::array<std::uint8_t, 32>;

// What an entry is. Stored: never renumber, only add. What the machine concludes is not an entry.
enum class EntryKind : std::uint16_t {
  erased = 0,  // never written: what an erased entry's header says, and an erased header says nothing else
  hub_created = 1,
  record = 2,             // body: encode(Record)
  protected_record = 3,   // body: encode(ProtectedCharacteristics)
  held_back = 4,          // body: a row held back, with its reason
  held_back_settled = 5,  // a held-back row was mended and retried, or sent back
  submission = 6,         // a file was taken in whole: its counts
  withdrawal = 7,         // a record is withdrawn
  account = 8,            // somebody may sign in: made, changed or closed
  sign_in = 9,
  sign_out = 10,
  purpose = 11,  // somebody chose a purpose for a piece of work
  look = 12,     // somebody looked at a person, finding or list
  search = 13,
  link_decision = 14,   // a person said two mentions are, or are not, one person
  finding_action = 15,  // taken, dismissed with a reason, snoozed
  model_adopted = 16,   // a version of linkage model
  patterns_adopted = 17,
  erasure = 18,
  identity_notice = 19,  // what a word about two records touched when it came to count: who has to be told
  // 30 to 39: who may see what
  seal = 30,     // a named officer sealed a person's records: which, why, and who may open them
  unseal = 31,   // a seal was taken off
  concern = 32,  // somebody raised a concern about a child
  // 40 to 49: signing in
  sign_in_refused = 40,  // somebody tried to sign in and was not let in
  account_change = 41,   // why an account was made, changed or closed, and by whom; beside the account's own entry
  // 50 to 59: what is kept and what is not (an erasure is 18)
  hold_placed = 50,  // a legal hold: nothing under it is erased or disposed of
  hold_lifted = 51,
  retention_kept = 52,  // records were due for disposal, and somebody kept them: which, until when, why
  keys_rotated = 53,    // the keys were changed: by whom, and of which agency
};

// Whose law the processing stands under, and through which gateway it may be shared (DESIGN section 5).
enum class Regime : std::uint8_t { uk_gdpr, dpa_part_3 };
enum class Gateway : std::uint8_t {
  none,
  children_act_1989_s47,
  children_act_2004_s11,
  crime_and_disorder_act_1998_s115,
  operator_task
};

struct NewEntry {
  EntryKind kind = EntryKind::record;
  Ref reference{};  // idempotency: see Ledger::keyed_reference; all zero is none
  Ref actor{};      // the account that acts; all zero is the operator
  Ref purpose{};    // the purpose entry it is done under; all zero is none
  Agency controller = Agency::partnership;
  Regime regime = Regime::uk_gdpr;
  Gateway gateway = Gateway::none;
  Instant received;  // only in a simulated hub; otherwise the hub's clock is used
  std::string body;
};

struct Header {
  std::uint64_t sequence = 0;  // 1, 2, 3 … without gaps
  Instant received;
  EntryKind kind = EntryKind::record;
  Ref reference{};
  Ref actor{};
  Ref purpose{};
  Agency controller = Agency::partnership;
  Regime regime = Regime::uk_gdpr;
  Gateway gateway = Gateway::none;
};

struct Entry {
  Header header;
  std::string body;  // plain; empty when erased
  bool erased = false;
};

// A signed tree head (Ed25519 over size, root and time): publish it outside the hub, so that a roll-back shows.
struct Head {
  std::uint64_t size = 0;
  Digest root{};
  Instant signed_at;
  std::array<std::uint8_t, 64> signature{};
};
[[nodiscard]] std::string to_json(const Head& head);
[[nodiscard]] Result<Head> parse_head(std::string_view json);

struct Verification {
  std::uint64_t entries = 0;
  std::uint64_t erased = 0;
  Digest root{};
  std::optional<std::uint64_t> first_wrong;  // the first entry that is wrong
  std::string says;                          // one sentence: what was found
  [[nodiscard]] bool good() const { return !first_wrong && says.empty(); }
};

// How the hub's keys stand: no secret is in it.
struct KeyReport {
  struct OfAgency {
    Agency agency = Agency::partnership;
    std::uint32_t number = 0;  // of the key that wraps what comes
    std::uint32_t keys = 0;    // there are, with those that only unwrap
    Instant made;              // the latest
  };
  std::vector<OfAgency> agencies;
  std::size_t hub_keys = 0;  // that open the ring: 2 while a new one is not in its place yet
};

// Changing keys: see Ledger::rotate_keys.
struct Rotation {
  std::optional<Agency> agency;   // only a new wrapping key of this agency; none: of all, and a new hub's key
  std::filesystem::path new_key;  // where the new hub's key is written, or lies; "": it takes the old one's place
  std::function<bool(int)> stop;  // only in tests: whether to die after this step
};

// What a back-up was made of.
struct BackupReport {
  Head head;
  std::uint64_t bytes = 0;  // written this time
};

using Progress = std::function<void(std::uint64_t done, std::uint64_t of)>;

struct Options {
  bool simulated = false;          // received comes with the entries (wider init --simulated)
  std::function<Instant()> clock;  // the hub's clock; empty: the system's
  std::filesystem::path key_file;  // the hub's key; empty: $WIDER_HUB_KEY (the key itself), $WIDER_HUB_KEY_FILE, else
                                   // beside the hub ("H.key"); never inside it
  bool synchronous = true;         // false only in the test that shows why it must be true
  std::string sqlite_vfs;          // only in tests: the SQLite VFS to use; empty: its own
  std::size_t fold_from = 0;       // only in tests: fold the store's log at so many bytes; 0: when it is worth it
};

// Entries made ready to be appended: see Ledger::seal.
class Sealed {
 public:
  virtual ~Sealed() = default;
  [[nodiscard]] virtual std::size_t count() const = 0;
};

class Ledger {
 public:
  virtual ~Ledger() = default;

  // A new, empty ledger in a folder that does not exist or is empty (with PostgreSQL: and in a database without one);
  // makes the hub's key when there is none.
  static Result<std::unique_ptr<Ledger>> create(const Place& place, const Options& options);
  // locked: another process holds it. corrupt: the files are not a ledger or fail their proof at the end.
  static Result<std::unique_ptr<Ledger>> open(const Place& place, const Options& options);

  // Appends all entries or none; returns the first one's sequence (they are consecutive). Durable on return.
  virtual Result<std::uint64_t> append(std::span<const NewEntry> entries) = 0;
  // The two halves of append, for who appends in bulk: seal encrypts and hashes (the entries are not needed
  // afterwards), append writes. So one group can be sealed in one thread while the group before it is being written in
  // another. A Sealed is appended once.
  [[nodiscard]] virtual std::unique_ptr<Sealed> seal(std::span<const NewEntry> entries) const = 0;
  virtual Result<std::uint64_t> append(Sealed& entries) = 0;
  // As append, but the group that is being filled closes at once: for a look that a page waits for.
  virtual Result<std::uint64_t> append_now(const NewEntry& entry) = 0;

  // How many entries a bulk append should give per call just now. A call is one group and one durable write, which a
  // page's append_now waits out: so it is many, or few while pages are being looked at.
  [[nodiscard]] virtual std::size_t good_batch() const = 0;

  virtual Result<Entry> read(std::uint64_t sequence) = 0;
  // Entries first … last in order (bodies decrypted and authenticated); stops when the visitor returns false.
  virtual Result<void> read_range(std::uint64_t first, std::uint64_t last,
                                  const std::function<bool(const Entry&)>& visit) = 0;
  // Headers alone, for the idempotency set; of an erased entry no more than its place and time.
  virtual Result<void> read_headers(std::uint64_t first, std::uint64_t last,
                                    const std::function<bool(const Header&)>& visit) = 0;

  virtual Result<Head> head() = 0;  // signed now
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  [[nodiscard]] virtual bool simulated() const = 0;
  // The Ed25519 public key that heads are signed with.
  [[nodiscard]] virtual std::array<std::uint8_t, 32> public_key() const = 0;

  // Erases the entries' keys, and so their bodies, everywhere, all or none; the proof still verifies. What is erased
  // already stays so. An erasure entry is the caller's to append, before.
  virtual Result<void> erase(std::span<const std::uint64_t> sequences) = 0;
  Result<void> erase(std::uint64_t sequence) { return erase(std::span(&sequence, 1)); }

  // New keys while everything goes on: what was written stays readable, what comes is wrapped under the new ones. At
  // every moment a key that opens the hub lies at its place; a rotation that was cut short is finished by the next one.
  // With new_key the old key opens the hub too, until it has been opened with the new one. usage: the key came with the
  // environment or lies where it cannot be replaced, and no new_key was named.
  virtual Result<KeyReport> rotate_keys(const Rotation& rotation) = 0;
  virtual Result<KeyReport> key_report() = 0;

  // Recomputes the whole proof and authenticates every body. With a published head: also that it is a prefix of this
  // ledger.
  virtual Result<Verification> verify(const std::optional<Head>& published, const Progress& progress) = 0;

  // Adds a back-up to the folder while the hub goes on (backup.hpp): encrypted, and checked while it is made.
  virtual Result<BackupReport> back_up(const std::filesystem::path& folder, const Progress& progress) = 0;

  // RFC 9162 proofs that an entry is in the tree of the first `size` entries, and that the tree of the first `old_size`
  // entries is a prefix of the tree of the first `size` (verify_inclusion and verify_consistency of proof.hpp check
  // them).
  virtual Result<std::vector<Digest>> inclusion_proof(std::uint64_t sequence, std::uint64_t size) = 0;
  virtual Result<std::vector<Digest>> consistency_proof(std::uint64_t old_size, std::uint64_t size) = 0;
  // The hashes of what the tree of `size` entries has around the entries first … last (verify_range checks them).
  virtual Result<std::vector<Digest>> range_proof(std::uint64_t first, std::uint64_t last, std::uint64_t size) = 0;
  // The entry's leaf as it is hashed: header ‖ SHA-256(ciphertext) ‖ key commitment.
  virtual Result<std::string> leaf(std::uint64_t sequence) = 0;

  // A 128-bit reference that nobody without the hub's key can compute from the text (keyed BLAKE2b).
  [[nodiscard]] virtual Ref keyed_reference(std::string_view text) const = 0;

  // Encrypts or decrypts a file beside the ledger under the hub's key (libsodium secretstream): snapshots, secrets.
  virtual Result<void> seal_file(const std::filesystem::path& path, std::span<const std::string_view> blocks) = 0;
  virtual Result<std::string> unseal_file(const std::filesystem::path& path) = 0;
};

[[nodiscard]] Ref random_ref();

// The check of Ledger::verify() for a ledger that does not open because its end fails its proof: finds the entry that
// is wrong. Never good().
[[nodiscard]] Result<Verification> verify_unopened(const Place& place, const std::optional<Head>& published,
                                                   const Progress& progress);

// Entries' rows with the proof that they are entries first … last of the tree of `size` entries, and, with old_size,
// that the tree of the first old_size entries is its beginning. A file of it is checked without the hub (check_proof).
[[nodiscard]] Result<std::string> make_proof(Ledger& ledger, std::uint64_t first, std::uint64_t last,
                                             std::uint64_t size, std::uint64_t old_size);
struct CheckedProof {
  std::uint64_t first = 0, last = 0, size = 0, old_size = 0;
};
// Against heads that were published: `old_head` where the proof has an old size. malformed: it is no proof; corrupt: it
// does not prove it.
[[nodiscard]] Result<CheckedProof> check_proof(std::string_view proof, const Head& head,
                                               const std::optional<Head>& old_head);

// Whether the head was signed by the hub with this public key.
[[nodiscard]] bool signed_by(const Head& head, const std::array<std::uint8_t, 32>& public_key);

}  // namespace wider::ledger
