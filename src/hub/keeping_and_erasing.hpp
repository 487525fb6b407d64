// What the hub is asked about erasure, legal holds and retention, and what it answers: plain values.
// Thread safety: values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/date.hpp"

namespace wider::hub {

// Everything here is done by a named governance officer and gives a reason; the OS user of the command is kept too.
struct Officer {
  std::string username;  // of an open account of that role
  std::string reason;
  std::string operator_name;  // the OS user
};

struct EraseWish {
  std::vector<std::string> records;  // "police/crime-C1": all versions and what was said of them
  std::string person;                // "P12": every record that is about nobody else
  bool shared_too = false;           // of the person: also records that name others
  std::vector<std::uint64_t> entries;
  bool only_show = false;
};

struct EraseReport {
  std::uint64_t entry = 0;             // the erasure's own; 0: nothing was erased
  std::uint64_t entries = 0;           // how many were
  std::vector<std::string> records;    // what they were: for the report alone, written nowhere
  std::vector<std::string> left;       // the person's records that name others, which stay
  std::vector<std::string> belonging;  // records that say they belong to one of them, and stay
};

struct HoldWish {
  std::string record, person;  // one of them; neither: everything
};

struct HoldLine {
  std::uint64_t number = 0;
  std::string scope;
  std::uint64_t records = 0;  // under it now
  std::string reason, by, since;
};

struct DueLine {
  std::string record, kind, due, basis;
  std::uint64_t held_by = 0;  // the hold that lies on it; 0: none
};
struct DueReport {
  std::string on;
  std::uint64_t due = 0, held = 0, kept = 0;  // due and free; due and under a hold; due and kept for now
  std::vector<DueLine> lines;                 // the longest due first
};

}  // namespace wider::hub
