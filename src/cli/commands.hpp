// What each command does, apart from reading its words. Every function prints its report and returns the exit status.
// Thread safety: called from the main thread, or from the control socket's thread of a live hub.
#pragma once

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "hub/hub.hpp"

namespace wider::cli {

enum ExitStatus : int { done = 0, failed = 1, wrong_usage = 2 };

struct Streams {
  std::ostream& out;
  std::ostream& err;
  bool json = false;
  bool progress_bar = false;  // a bar on a terminal; lines in a log
};

struct IntakeWords {
  std::string agency, format, map, manifest;
  std::vector<std::string> files;
  bool strict = false;
};

struct HeldBackWords {
  std::uint64_t mend = 0;  // the entry of the row to mend; 0: list, or retry all
  std::string row;         // as it should have come; "": as it came
  bool retry = false;
  std::string map;  // a mapping of one's own under which rows came; "": shipped layouts
};

int fail(Streams& streams, const Error& error);

int intake(hub::Hub& hub, const IntakeWords& words, Streams& streams);
int list_formats(Streams& streams);
int settle(hub::Hub& hub, Streams& streams, bool say_times);
int held_back(hub::Hub& hub, const HeldBackWords& words, const hub::Operator& who, Streams& streams);
int people(hub::Hub& hub, const std::string& out_file, const hub::Operator& who, Streams& streams);
int explain(hub::Hub& hub, const std::string& left, const std::string& right, const hub::Operator& who,
            Streams& streams);
// most: how many links to print; 0: all of them.
int review(hub::Hub& hub, std::uint64_t most, const hub::Operator& who, Streams& streams);
int chronology(hub::Hub& hub, const std::string& person, const std::string& as_known_at, const std::string& by,
               const hub::Operator& who, Streams& streams);

struct FindingsWords {
  std::string as_known_at;
  std::string only_agency;  // what that agency alone would have found
  bool naive = false;       // patterns without their controls
};
int findings(hub::Hub& hub, const FindingsWords& words, const hub::Operator& who, Streams& streams);

// file: a model (TOML); "": one is learnt from what the hub holds.
int adopt_model(hub::Hub& hub, const std::string& file, const hub::Operator& who, Streams& streams);
int adopt_policy(hub::Hub& hub, const std::string& file, const hub::Operator& who, Streams& streams);
int export_policy(hub::Hub& hub, const std::string& out_file, Streams& streams);
int export_subject_access(hub::Hub& hub, const std::string& person, const std::string& out_file,
                          const hub::Operator& who, Streams& streams);
int export_prosecution(hub::Hub& hub, const hub::ProsecutionWish& wish, const std::string& out_folder,
                       const hub::Officer& who, Streams& streams);
int export_model(hub::Hub& hub, const std::string& out_file, Streams& streams);
int verify(hub::Hub& hub, const std::string& head_file, Streams& streams);
// Of a hub whose ledger does not open because its end fails its proof.
int verify_unopened(const ledger::Place& place, const std::string& head_file, Streams& streams);
int head(hub::Hub& hub, const std::string& out_file, bool to_syslog, Streams& streams);

// Shows how far a long piece of work is: a bar that redraws itself on a terminal, a line now and then in a log.
class ProgressLine {
 public:
  explicit ProgressLine(Streams& streams) : streams_(streams) {}
  ~ProgressLine() { finish(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  void show(std::string_view stage, std::uint64_t done, std::uint64_t of);
  // The same with words of the caller's own after the bar; they are asked for only when there is something to show.
  void show(std::string_view stage, std::uint64_t done, std::uint64_t of, const std::function<std::string()>& says);
  void finish();

 private:
  Streams& streams_;
  std::int64_t last_shown_ = 0;
  bool drawn_ = false;
};

void print_times(Streams& streams, const std::vector<hub::StageTime>& times);

}  // namespace wider::cli
