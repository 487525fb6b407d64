// Linkage: rows that name people → which rows are the same person, and why. Pure: no files, clock or randomness; the
// seed, threads and memory come in as arguments, and the answer does not depend on threads, codes or order of rows.
//
// normalise → block → compare → score → cluster → explain. Fellegi and Sunter (1969) with term-frequency adjustment;
// u from random pairs, m by expectation-maximisation on integer counts of comparison patterns; fixed-point weights.
// Thread safety: free functions over const arguments.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/date.hpp"
#include "base/result.hpp"
#include "base/string_pool.hpp"
#include "records/record.hpp"

namespace wider::linkage {

using Code = StringPool::Code;

// The standard attributes (DESIGN section 11). birth_date and sex are typed and stand beside these.
enum class Attribute : std::uint8_t {
  forename,
  surname,
  full_name,
  alias,
  postcode,
  address,
  town,
  phone,
  email,
  nhs_number,
  upn,
  uprn,
  occupation,
};
inline constexpr std::size_t attribute_count = 13;

struct Row {
  std::array<Code, attribute_count> value{};  // codes in Input::strings; 0 is "not given"
  PartialDate birth_date;
  Sex sex = Sex::unknown;
  std::uint16_t source = 0;  // agency, or file number
  Code own_id = 0;           // the person's id in the source's own index: equal ids of one source are one person,
                             // different ids of one source are never joined by the machine alone; 0 is none
  bool attach_only =
      false;  // changes nothing for others: joined to at most one settled cluster at the end (invariant 10)
  std::uint64_t name = 0;  // a hash of the mention's name, so that rows equal in all else have an order that does not
                           // depend on their places; 0: the place decides
};

struct Input {
  const StringPool* strings = nullptr;  // not owned; outlives the call
  std::vector<Row> rows;
  bool between_sources_only = false;  // link sources to each other and not within
};

// People's decisions: rows that are, or are not, one person. They hold above everything the machine concludes.
struct Decisions {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> same;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> different;
};

// A trained model: everything that scoring depends on, frozen. Versioned TOML (docs/formats/model.md).
struct Model;  // model.hpp
using ModelPtr = std::shared_ptr<const Model>;
[[nodiscard]] Result<ModelPtr> parse_model(std::string_view toml);
[[nodiscard]] std::string to_toml(const Model& model);

using Progress = std::function<void(std::string_view stage, std::uint64_t done, std::uint64_t of)>;

struct Options {
  unsigned threads = 1;
  std::uint64_t seed = 1;
  std::uint64_t memory_bytes = 4ULL << 30;
  double threshold = 0;  // match probability above which a pair may join; 0: the model's own
  bool with_alternatives = false;
  bool components_only = false;  // clusters are connected components, whatever speaks against: for comparison only
  bool with_doubts = false;      // Linked::doubts is filled
  Progress progress;
  std::stop_token stop;                                      // asked to stop, link() ends soon with unavailable
  std::function<void(const std::string&)> before_comparing;  // what it will cost and is expected to find; may be empty
  std::function<void(std::uint32_t, std::uint32_t, double probability)>
      each_pair;  // called for pairs at or above the threshold; may be empty
  // Called for every pair of rows that blocking brings together, or that are equal: for checking, on small data. May be
  // empty.
  std::function<void(std::uint32_t, std::uint32_t)> each_candidate;
};

// Rows made ready to train on and to link: normalised, equal ones put together. Once they are, the input is not needed.
class Prepared {
 public:
  // usage: a decision names a row that is not there. unavailable: the memory allowed does not suffice.
  static Result<Prepared> make(const Input& input, const Decisions& decisions, const Options& options);
  Prepared(Prepared&&) noexcept;
  Prepared& operator=(Prepared&&) noexcept;
  ~Prepared();

  struct State;  // prepared.hpp
  [[nodiscard]] State& state() { return *state_; }

 private:
  explicit Prepared(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A model learnt from the rows, without labels. The forms for prepared rows keep what linking can use again.
[[nodiscard]] Result<ModelPtr> train(const Input& input, const Options& options);
// The same, with the help of labels: a number by row, equal for rows of one person, 0 where nobody knows. Pairs of
// labelled rows tell m; the threshold is the one that finds the labelled people best.
[[nodiscard]] Result<ModelPtr> train(const Input& input, std::span<const std::uint32_t> labels, const Options& options);
[[nodiscard]] Result<ModelPtr> train(Prepared& rows, std::span<const std::uint32_t> labels, const Options& options);

// How many pairs that belong together blocking brings together, of all: limits with 95 % assurance
// (blocking_recall.hpp).
struct BlockingLimits {
  double least_recall = 1, most_recall = 1;
  double least_missed = 0, most_missed = 0;  // pairs of rows
};

// Rows that are connected and whose partition is not certain, with at most 64 partitions and their weights, which sum
// to one. The adopted one comes first.
struct UncertainRows {
  struct Partition {
    double weight = 0;
    std::vector<std::uint32_t> cluster;  // by place in `rows`: the place of the first row of its cluster
  };
  std::vector<std::uint32_t> rows;
  std::vector<Partition> partitions;
};

// A link that a person should look at (doubts.hpp).
enum class DoubtKind : std::uint8_t {
  joined,      // taken for one person, by this tie alone or worst
  kept_apart,  // the pair alone would join; what else is known, or an agency's own index, kept the two apart
  near_miss,   // a little short of the threshold
};
struct Doubt {
  std::uint32_t left = 0, right = 0;  // rows, none of them attach_only
  DoubtKind kind = DoubtKind::joined;
  double weight = 0;       // of the pair, in bits above (below: negative) what a link needs
  double probability = 0;  // that the two sides are one person
};

struct Linked {
  std::vector<std::uint32_t> cluster;  // by row: the least row of its cluster
  std::uint64_t pairs_compared = 0;    // distinct
  std::uint64_t pairs_joined = 0;
  BlockingLimits blocking;
  std::vector<UncertainRows> uncertain;  // when Options::with_alternatives
  std::vector<Doubt> doubts;             // when Options::with_doubts, by (left, right)
  std::string blocking_note;             // what over-full blocks were refined or left, in one sentence; never silent
};
[[nodiscard]] Result<Linked> link(const Input& input, const Model& model, const Decisions& decisions,
                                  const Options& options);
[[nodiscard]] Result<Linked> link(Prepared& rows, const Model& model, const Options& options);

// Why two rows are, or are not, one person: a waterfall of match weights by field.
struct FieldWeight {
  std::string field;  // "surname"
  std::string left;
  std::string right;
  std::string level;          // "same", "near (Jaro-Winkler 0.93)", "not given"
  double weight = 0;          // log2 of m/u, with the term-frequency part
  double term_frequency = 0;  // share of rows with the commoner value, where it matters
};
struct Explanation {
  double prior_weight = 0;
  std::vector<FieldWeight> fields;
  double total_weight = 0;  // prior and fields
  double probability = 0;
  bool compared_by_blocking = false;
  bool would_join = false;        // the two alone, by the machine
  bool above_threshold = false;   // the two alone would join, if nothing else forbids it
  bool kin = false;               // they look like two people of one family
  bool own_ids_differ = false;    // two numbers of one agency's own index
  bool same_cluster = false;      // tell_partition
  std::vector<std::string> says;  // plain sentences: what speaks for it, what against it, what would change it
};
[[nodiscard]] Explanation explain(const Input& input, const Model& model, std::uint32_t left, std::uint32_t right);
// For the caller who knows the partition: says why it is another than what the two alone would give.
void tell_partition(Explanation& explanation, bool same_cluster);

// The tie that would part first of those that hold one person's rows together: the weakest edge of the maximum spanning
// tree of the match weights between the rows. What people decided, and equal own ids of one source, hold for certain.
enum class TieKind : std::uint8_t { machine, own_id, decided };
struct WeakestTie {
  std::uint32_t left = 0;  // row
  std::uint32_t right = 0;
  TieKind kind = TieKind::machine;  // another than machine: every tie is certain
  double weight = 0;                // of a machine's tie: log2 of the odds, prior included
  double probability = 1;           // of a machine's tie
  bool above_threshold = true;      // false: these two alone would not be joined, the other rows hold them together
  std::vector<bool> right_side;     // by row: would go with `right` if the tie fell
};
// `input` holds the rows of one person and no others; decisions name its rows. nullopt: fewer than two rows.
// between: only a tie whose fall would part some of these rows from the others of them counts; empty: any of the tree.
[[nodiscard]] std::optional<WeakestTie> weakest_tie(const Input& input, const Model& model, const Decisions& decisions,
                                                    std::span<const std::uint32_t> between = {});

}  // namespace wider::linkage
