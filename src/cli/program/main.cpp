// The program `wider`: everything is in cli::run, so that a live hub can run the same commands for another process.
#include <iostream>
#include <string>
#include <vector>

#include "cli/run.hpp"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return wider::cli::run(arguments, std::cout, std::cerr);
}
