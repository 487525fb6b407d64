// The network round one person, for a page: what ties them to whom, as sentences and as a table. Not an input to
// findings.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "picture/facts.hpp"
#include "picture/words.hpp"

namespace wider::picture {

namespace {

// Something that more records name than this ties nobody on a page; it is said how many name it.
constexpr std::size_t busy_records = 60;

bool on_duty(Role role) {
  return role == Role::professional || role == Role::reporter;
}

struct Together {
  std::vector<RecordIndex> records;
  AgencySet agencies;
  Date first;
  Date last;

  void add(RecordIndex index, const RecordRow& record) {
    records.push_back(index);
    agencies.add(record.agency);
    const Date day = record.day();
    if (!day.valid()) return;
    first = first.valid() ? std::min(first, day) : day;
    last = last.valid() ? std::max(last, day) : day;
  }
  void settle() {
    std::sort(records.begin(), records.end());
    records.erase(std::unique(records.begin(), records.end()), records.end());
  }
};

class NetworkMaker {
 public:
  NetworkMaker(const Scene& scene, PersonId person, const View& view) : scene_(scene), person_(person), view_(view) {}

  Network make() {
    gather();
    say_together();
    for (auto& [first_told, own] : things_) say_through(scene_.things.of(first_told), own);
    say_busy();
    if (network_.sentences.empty()) network_.sentences.emplace_back("No ties to other people are recorded.");
    // Among equals those come first that go through nothing, then by the thing that was told first, as they stand.
    std::stable_sort(network_.ties.begin(), network_.ties.end(), [](const Tie& a, const Tie& b) {
      return std::tie(a.first, a.person) < std::tie(b.first, b.person);
    });
    return std::move(network_);
  }

 private:
  void gather() {
    RecordIndex before;
    for (const MentionIndex mention : scene_.people.mentions_of(person_)) {
      const RecordIndex index = scene_.holdings.at(mention).record;
      const RecordRow& record = scene_.holdings.at(index);
      if (index == before || !view_.admits(record)) continue;
      before = index;
      if (on_duty(scene_.holdings.at(mention).role)) continue;
      each_other(record, [&](PersonId other) { people_[other].add(index, record); });
      for (std::uint32_t t = record.first_thing; t < record.first_thing + record.thing_count; ++t) {
        const ThingRow& thing = scene_.holdings.things()[t];
        const EntityId entity = scene_.things.of(ThingIndex(t));
        if (entity.valid() && thing.role != ThingRole::home && thing.role != ThingRole::school)
          things_[first_told(entity)].add(index, record);
      }
    }
  }

  // By what may be known alone: an order by the numbers of things would tell of records that may not be (invariant 10).
  [[nodiscard]] ThingIndex first_told(EntityId entity) const {
    const auto tellings = scene_.things.mentions_of(entity);
    return *std::find_if(tellings.begin(), tellings.end(), [&](ThingIndex telling) {
      return view_.admits(scene_.holdings.at(scene_.holdings.at(telling).record));
    });
  }

  template <typename Visit>
  void each_other(const RecordRow& record, const Visit& visit) const {
    for (std::uint32_t m = record.first_mention; m < record.first_mention + record.mention_count; ++m) {
      const PersonId other = scene_.people.of(MentionIndex(m));
      if (other.valid() && other != person_ && !on_duty(scene_.holdings.mentions()[m].role)) visit(other);
    }
  }

  // "3 other children and 1 adult"
  [[nodiscard]] std::string company(const std::map<PersonId, Together>& people) const {
    std::size_t children = 0;
    for (const auto& [other, together] : people) {
      if (child_on_day(scene_, view_, other, together.last).value_or(false)) ++children;
    }
    const bool is_child =
        !people.empty() && child_on_day(scene_, view_, person_, people.begin()->second.last).value_or(false);
    std::vector<std::string> parts;
    if (children > 0)
      parts.push_back(is_child ? counted(children, "other child", "other children")
                               : counted(children, "child", "children"));
    const std::size_t others = people.size() - children;
    if (others > 0) parts.push_back(counted(others, "adult", "adults"));
    return listed(parts);
  }

  // "; no single agency recorded more than 2 of these", where more than one agency recorded.
  [[nodiscard]] std::string split_between(const std::vector<RecordIndex>& records) const {
    std::map<Agency, std::size_t> by_agency;
    for (const RecordIndex record : records) ++by_agency[scene_.holdings.at(record).agency];
    if (by_agency.size() < 2) return "";
    std::size_t most = 0;
    for (const auto& [agency, count] : by_agency) most = std::max(most, count);
    return fmt::format("; no single agency recorded more than {} of these", most);
  }

  void say_together() {
    if (people_.empty()) return;
    Together all;
    for (auto& [other, together] : people_) {
      together.settle();
      for (const RecordIndex record : together.records) all.add(record, scene_.holdings.at(record));
      network_.ties.push_back(
          {other, std::nullopt, together.records, together.agencies, together.first, together.last,
           fmt::format("Named together in {} {}.", counted(together.records.size(), "record", "records"),
                       between(together.first, together.last))});
    }
    all.settle();
    network_.sentences.push_back(fmt::format("Named together with {} in {} {}{}.", company(people_),
                                             counted(all.records.size(), "record", "records"),
                                             between(all.first, all.last), split_between(all.records)));
  }

  [[nodiscard]] std::string thing_words(EntityId entity) const {
    std::string label = label_of(scene_, view_, entity);
    std::string category(category_of(scene_, view_, entity));
    switch (scene_.things.kind(entity)) {
      case ThingKind::vehicle:
        return category.empty() ? fmt::format("vehicle {}", label) : with_article(category);
      case ThingKind::phone:
        return fmt::format("phone {}", label);
      case ThingKind::online_handle:
        return fmt::format("online handle {}", label);
      default:
        break;
    }
    if (!label.empty()) return label;
    std::replace(category.begin(), category.end(), '-', ' ');
    return category.empty() ? "one place" : with_article(category);
  }

  void say_through(EntityId entity, Together& own) {
    own.settle();
    Together all = own;
    std::map<PersonId, Together> others;
    const auto named = scene_.things.mentions_of(entity);
    const auto admitted = static_cast<std::size_t>(std::count_if(named.begin(), named.end(), [&](ThingIndex thing) {
      return view_.admits(scene_.holdings.at(scene_.holdings.at(thing).record));
    }));
    if (admitted > busy_records) {
      busy_.push_back(fmt::format("{} ({})", thing_words(entity), counted(admitted, "record", "records")));
      return;
    }
    for (const ThingIndex thing : named) {
      const RecordIndex index = scene_.holdings.at(thing).record;
      const RecordRow& record = scene_.holdings.at(index);
      if (!view_.admits(record)) continue;
      each_other(record, [&](PersonId other) {
        others[other].add(index, record);
        all.add(index, record);
      });
    }
    if (others.empty()) return;
    all.settle();
    const std::string what = thing_words(entity);
    const char* seen = scene_.things.kind(entity) == ThingKind::vehicle ? "seen" : "recorded";
    const auto times = [](std::size_t count) {
      return count == 1 ? std::string("once") : fmt::format("{} times", count);
    };
    for (auto& [other, together] : others) {
      together.settle();
      network_.ties.push_back({other, entity, together.records, together.agencies, together.first, together.last,
                               fmt::format("Through {}, {} {} {}.", what, seen, times(together.records.size()),
                                           between(together.first, together.last))});
    }
    network_.sentences.push_back(fmt::format("Tied to {} through {}, {} {} {}{}.", company(others), what, seen,
                                             times(all.records.size()), between(all.first, all.last),
                                             split_between(all.records)));
  }

  // Last, and in one sentence: busy places tie nobody.
  void say_busy() {
    if (busy_.empty()) return;
    network_.sentences.push_back(fmt::format("Also named with {}: too many records name {} to tie anybody by {} alone.",
                                             listed(busy_), busy_.size() == 1 ? "it" : "each of these",
                                             busy_.size() == 1 ? "it" : "them"));
  }

  const Scene& scene_;
  PersonId person_;
  View view_;
  std::vector<std::string> busy_;
  std::map<PersonId, Together> people_;
  std::map<ThingIndex, Together> things_;  // by the first that tells of it
  Network network_;
};

}  // namespace

Network network(const Scene& scene, PersonId person, std::optional<Date> as_known_at, std::optional<Agency> viewer) {
  return NetworkMaker(scene, person, View{as_known_at, std::nullopt, viewer}).make();
}

}  // namespace wider::picture
