// For tests: a statement that must hold in many random cases; the least case against it is said. The cases are the same
// at every run, so that a failure can be had again; two environment variables ask for more:
//   WIDER_PROPERTY_TIMES=20   twenty times as many cases
//   WIDER_PROPERTY_SEED=7     other cases
//   WIDER_PROPERTY_SAYS=1     how often each kind of case came
// Not thread-safe: within one test.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <utility>

namespace wider {

inline std::uint64_t number_of_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// The statement draws its case by rc::gen (`*gen`) and says what must hold by RC_ASSERT. `size` grows with the cases up
// to `greatest_size`, and containers with it.
template <typename Statement>
void holds_in(int cases, Statement&& statement, int greatest_size = 100) {
  rc::detail::TestMetadata about;
  about.id = about.description = ::testing::UnitTest::GetInstance()->current_test_info()->name();
  rc::detail::TestParams parameters;
  parameters.seed = number_of_environment("WIDER_PROPERTY_SEED", 1);
  parameters.maxSuccess = cases * static_cast<int>(number_of_environment("WIDER_PROPERTY_TIMES", 1));
  parameters.maxSize = greatest_size;
  const auto result = rc::detail::checkTestable(std::forward<Statement>(statement), about, parameters);
  std::ostringstream says;
  rc::detail::printResultMessage(result, says);
  if (!result.template is<rc::detail::SuccessResult>()) {
    ADD_FAILURE() << says.str();
  } else if (number_of_environment("WIDER_PROPERTY_SAYS", 0) != 0) {
    printf("%s\n", says.str().c_str());
  }
}

// For a failure that can be read: where two texts part, and the line each has there. "" when they are equal.
inline std::string first_difference(const std::string& left, const std::string& right) {
  if (left == right) return "";
  std::istringstream lefts(left);
  std::istringstream rights(right);
  std::string one;
  std::string other;
  for (int line = 1;; ++line) {
    const bool more = static_cast<bool>(std::getline(lefts, one));
    const bool others = static_cast<bool>(std::getline(rights, other));
    if (!more) one = "(no more lines)";
    if (!others) other = "(no more lines)";
    if (one != other || (!more && !others)) {
      return "line " + std::to_string(line) + "\n  " + one + "\n  " + other;
    }
  }
}

}  // namespace wider
