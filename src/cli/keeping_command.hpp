// The commands about what is kept and what is erased: erase, hold, retention. Each prints its report and returns the
// exit status. Thread safety: called from the main thread, or from the control socket's thread of a live hub.
#pragma once

#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "hub/keeping_and_erasing.hpp"

namespace wider::cli {

struct KeepingWords {
  hub::Officer officer;
  hub::EraseWish erase;
  hub::HoldWish hold;
  bool everything = false;
  std::uint64_t number = 0;
  std::string on, until;
  std::uint64_t most = 50;  // lines printed; 0: all
  std::vector<std::string> records;
};

int erase(hub::Hub& hub, const KeepingWords& words, Streams& streams);
int place_hold(hub::Hub& hub, const KeepingWords& words, Streams& streams);
int lift_hold(hub::Hub& hub, const KeepingWords& words, Streams& streams);
int list_holds(hub::Hub& hub, const hub::Operator& who, Streams& streams);
int retention_due(hub::Hub& hub, const KeepingWords& words, const hub::Operator& who, Streams& streams);
int approve_disposal(hub::Hub& hub, const KeepingWords& words, Streams& streams);
int keep_records(hub::Hub& hub, const KeepingWords& words, Streams& streams);
// Reads rules like rules/retention.toml strictly and says what is wrong.
int check_retention(const std::string& file, Streams& streams);

}  // namespace wider::cli
