// A small program for trying linkage alone while it is developed: `link_tool ID OUT [--between] [--column S=C] FILE…`.
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "cli/link_command.hpp"

int main(int count, char** values) {
  wider::cli::LinkArguments arguments;
  if (count < 4) {
    fmt::print(stderr,
               "link_tool ID OUT [--between] [--threshold P] [--threads N] [--column STANDARD=COLUMN] [--model FILE] "
               "[--write-model FILE] [--pairs FILE] FILE…\n");
    return 2;
  }
  arguments.id_column = values[1];
  arguments.out = values[2];
  for (int i = 3; i < count; ++i) {
    const std::string word = values[i];
    const auto next = [&] { return std::string(i + 1 < count ? values[++i] : ""); };
    if (word == "--between") {
      arguments.between = true;
    } else if (word == "--threshold") {
      arguments.threshold = std::stod(next());
    } else if (word == "--threads") {
      arguments.threads = static_cast<unsigned>(std::stoul(next()));
    } else if (word == "--model") {
      arguments.model = next();
    } else if (word == "--write-model") {
      arguments.write_model = next();
    } else if (word == "--pairs") {
      arguments.pairs = next();
    } else if (word == "--column") {
      const std::string pair = next();
      arguments.columns.emplace_back(pair.substr(0, pair.find('=')), pair.substr(pair.find('=') + 1));
    } else {
      arguments.files.push_back(word);
    }
  }
  const auto report = wider::cli::run_link(arguments);
  if (!report) {
    fmt::print(stderr, "{}\n", report.error().message);
    return 1;
  }
  fmt::print("columns: {}; ignored: {}\n", fmt::join(report->columns, ", "), fmt::join(report->ignored, ", "));
  fmt::print("rows {}, persons {}, pairs compared {}, joined {}\n{}\n", report->rows, report->persons,
             report->pairs_compared, report->pairs_joined, report->blocking_note);
  fmt::print("read {:.2f} s, prepare {:.2f} s, train {:.2f} s, link {:.2f} s, write {:.2f} s\n", report->read_seconds, report->prepare_seconds,
             report->train_seconds, report->link_seconds, report->write_seconds);
  return 0;
}
