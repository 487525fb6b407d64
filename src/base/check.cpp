#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace wider {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "wider: internal error: CHECK(%s) failed at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace wider
