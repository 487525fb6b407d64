// As known at a day: the facts the hub held then, and everything concluded from those alone. Not today's people with
// today's facts left out: who was taken for one person is knowledge too, and is concluded again from the mentions that
// were there and the decisions that had been made by the end of that day (invariant 8). The answer is that of a hub
// which received nothing after that day, with three differences: linkage uses the model adopted today (and the patterns
// of today), what has been withdrawn since is not shown again by asking for the past, and an outcome dated later than
// the day is not told.
//
// Rows keep their numbers, so that P12 then and P12 now begin with the same mention.
// Thread safety: free functions over const arguments; every member of PastPictures may be called from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "hub/projection.hpp"
#include "hub/settling.hpp"

namespace wider::hub {

// What had been received, and was known to the agencies, by the end of the day.
[[nodiscard]] Facts facts_known_at(const Facts& today, Date day);

// The projection of those facts; without an index for search. Pure but for the time it takes: what settling takes.
[[nodiscard]] Result<std::unique_ptr<Projection>> as_known_at(const Projection& today, Date day,
                                                              const SettleOptions& options);

// Whether nothing in the facts is later than the day, so that today's projection is the answer.
[[nodiscard]] bool all_known_at(const Facts& today, Date day);

// Whom an id of today, or of that day, named then: the person of its mention, or of the version of its record that
// stood then. none: nobody who was known.
[[nodiscard]] PersonId person_known_at(const Projection& today, const Projection& then, PersonId person);

// The past as pages ask for it: put together when a day is first asked for, and kept beside today's with those of a few
// days more, as many as fit into `most_rows` records (the latest is kept whatever its size).
class PastPictures {
 public:
  explicit PastPictures(std::size_t most_rows = 1'500'000) : most_rows_(most_rows) {}
  PastPictures(const PastPictures&) = delete;
  PastPictures& operator=(const PastPictures&) = delete;

  // Waits so long at most. unavailable: it is being put together and will be there soon, or that of another day is.
  [[nodiscard]] Result<std::shared_ptr<const Projection>> of(const std::shared_ptr<const Projection>& today, Date day,
                                                             std::chrono::milliseconds patience);
  // Lets go of every picture: something was erased.
  void forget();
  [[nodiscard]] std::size_t made() const;  // how many were put together, ever

 private:
  struct Picture {
    Date day;
    std::uint64_t past_version = 0;
    std::uint32_t rows = 0;  // how many records today's projection had
    std::shared_ptr<const Projection> projection;
  };
  [[nodiscard]] bool holds(const Picture& picture, const Facts& today, Date day) const;
  // The kept picture of that day, moved to the front; null when there is none.
  [[nodiscard]] std::shared_ptr<const Projection> kept(const Facts& today, Date day);
  void make_room(std::size_t rows);
  void begin(std::shared_ptr<const Projection> today, Date day);

  const std::size_t most_rows_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::vector<Picture> kept_;  // the latest asked for first
  Date being_made_;            // none: none is
  std::optional<Error> failed_;
  std::size_t made_ = 0;
  std::jthread maker_;  // last: it ends before what it uses goes
};

}  // namespace wider::hub
