// What the review queue shows: links between records that a person should look at, worst first, and who said what about
// them. Nothing here is about how a person is to be judged.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace wider::hub {

// One part of the queue.
enum class ReviewPart : std::uint8_t {
  waiting,  // nobody has said anything
  second,   // somebody said that two families' records are one person's: a second person has to agree
  unsure,   // somebody could not tell
  decided,  // what people said and what counts, latest first
};
inline constexpr std::size_t review_part_count = 4;
struct ReviewQuery {
  ReviewPart part = ReviewPart::waiting;
  std::uint32_t page = 1;
};

struct ReviewLine {
  std::string left, right;              // mentions
  std::string left_words, right_words;  // "Education, School absence, 16 January 2008"
  std::string left_name, right_name;
  std::string standing;     // "Held for one person", "Held for two people"
  std::string harm;         // "If that is wrong, a child's records lie apart."
  std::string probability;  // "71 %" that they are one person; "" of what is decided: of the link, not of anybody
  std::string state;        // "Sam Okafor said on 3 March 2009 (“…”): one person. Waits for a second person."
  bool child = false;
  bool yours = false;  // the viewer said so
};
struct ReviewView {
  static constexpr std::uint32_t on_a_page = 25;
  std::vector<ReviewLine> lines;
  std::array<std::uint32_t, review_part_count> in_all{};
  ReviewPart part = ReviewPart::waiting;
  std::uint32_t page = 1, pages = 1;
};

// What leans on whether two records are one person's.
struct RestingLine {
  std::string says;      // "Finding: three children at one address …", "Duty: Return home interview, due 3 March 2009"
  std::string finding;   // its id, for the link; "" where there is none
  std::string taken_by;  // "taken by Sam Okafor", "Children's social care"
};
struct TimelineRow {
  std::string when, iso, says;
  bool left = true;  // of the first record's side
};
// A notice to somebody who worked on what a word about two records touches.
struct IdentityNotice {
  std::string when, says;   // "Sam Okafor said that two records are one person's (“…”)."
  std::string left, right;  // for the link
  std::vector<RestingLine> touches;
};

}  // namespace wider::hub
