// CHECK: an assertion that is always on. A failed CHECK is a bug in this program, never bad data; it ends the program.
// The message must hold no personal data (invariant 12): it is the text of the condition and the place only.
#pragma once

namespace wider {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace wider

#define CHECK(condition)                                     \
  do {                                                       \
    if (!(condition)) [[unlikely]]                           \
      ::wider::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)
