// `wider link`: linkage alone, without a hub: any CSV files to `source,id,person`.
// Thread safety: free functions; two calls must not write the same file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "linkage/linkage.hpp"

namespace wider::cli {

struct LinkArguments {
  std::vector<std::string> files;
  std::string id_column;
  std::vector<std::pair<std::string, std::string>> columns;  // standard attribute, column; beside those recognised
  std::string model;                                         // file; "" trains one on the rows
  std::string write_model;                                   // file; "" does not
  std::string labels;  // column that is equal for rows known to be one person and empty where nobody knows; ""
  bool between = false;
  bool components = false;  // clusters are connected components, for comparison
  double threshold = 0;     // 0: the model's own
  unsigned threads = 2;
  std::uint64_t memory_bytes = 4ULL << 30;  // what is beyond it lies on disk meanwhile (spill.hpp)
  std::string spill;                        // folder of that file; "": where `out` is written
  std::string out;
  std::string alternatives;            // file of the uncertain components and their partitions; "" does not write it
  std::string candidates;              // file of the pairs that blocking brings together; "" does not write them
  std::string pairs;                   // file; "" does not write pairs
  std::string splink;                  // file with the settings of a trained Splink model; "" uses our own
  std::string cluster = "components";  // with splink: "components", as Splink clusters, or "average"
  double pairs_threshold = -1;         // with splink: least probability of a pair that is written; below 0: threshold
  linkage::Progress progress;
  std::function<void(const std::string&)> before_reading;    // what lies on disk, where memory does not suffice
  std::function<void(const std::string&)> before_comparing;  // what blocking will cost and is expected to find
};

struct LinkReport {
  std::uint64_t rows = 0;
  std::uint64_t persons = 0;
  std::uint64_t pairs_compared = 0;
  std::uint64_t pairs_joined = 0;
  std::string blocking_forecast;  // told before anything was compared
  std::string blocking_note;
  std::vector<std::string> notes;    // what the reader should know of the model
  std::vector<std::string> columns;  // "surname ← last_name"
  std::vector<std::string> ignored;  // columns of the files that nothing reads
  std::uint64_t most_on_disk = 0;    // bytes of the temporary file; 0: memory sufficed
  double read_seconds = 0, prepare_seconds = 0, train_seconds = 0, link_seconds = 0, write_seconds = 0;
};

// usage: an option that makes no sense. unavailable: the memory allowed, or the disk, does not suffice. not_found,
// unreadable, malformed: says file, row, column and reason.
[[nodiscard]] Result<LinkReport> run_link(const LinkArguments& arguments);

}  // namespace wider::cli
