#include "town/town.hpp"

#include <gtest/gtest.h>
#include <cstdlib>
namespace wider::town {
TEST(Town, Writes) {
  Options o;
  if (getenv("P")) o.people = static_cast<std::uint32_t>(atoi(getenv("P")));
  const char* dir = getenv("D") ? getenv("D") : "/tmp/townx";
  std::filesystem::remove_all(dir);
  auto r = write_town(o, dir);
  ASSERT_TRUE(r.has_value()) << r.error().message;
  printf("%lu people %lu files %lu rows %lu mentions %lu networks\n", r->people, r->files, r->rows, r->mentions, r->networks);
}
}
