// `wider model`: train a linkage model, show it, compare two, and evaluate links against labelled or generated truth.
// Thread safety: free functions; two calls must not write the same file.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/commands.hpp"
#include "linkage/linkage.hpp"

namespace wider::cli {

struct TrainWords {
  std::vector<std::string> files;
  std::string id_column;
  std::vector<std::pair<std::string, std::string>> columns;  // standard attribute, column
  std::string labels;  // column that is equal for rows known to be one person; "" is none
  bool between = false;
  unsigned threads = 2;
  std::uint64_t memory_bytes = 4ULL << 30;
  std::uint64_t seed = 1;
  std::string out;
};
int train_model(const TrainWords& words, Streams& streams);

// A model of our own (TOML) or of Splink (JSON).
int show_model(const std::string& file, Streams& streams);
int compare_models(const std::string& left, const std::string& right, Streams& streams);

struct EvaluateWords {
  std::vector<std::string> files;
  std::string id_column;
  std::vector<std::pair<std::string, std::string>> columns;
  std::string truth_column;  // the rows' true person
  std::string model;         // links with it; "" learns one from the rows, without the truth
  std::string linked;        // or: what `wider link` wrote
  std::string people;        // or: what `wider people` wrote, with
  std::string truth_people;  // a town's truth/people.csv
  bool between = false;
  double threshold = 0;
  unsigned threads = 2;
  std::uint64_t memory_bytes = 4ULL << 30;
  std::string on;  // the day at which ages are taken
};
int evaluate_model(const EvaluateWords& words, Streams& streams);

}  // namespace wider::cli
