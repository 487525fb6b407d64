#include "records/record.hpp"

#include <fmt/format.h>

#include "base/check.hpp"

namespace wider {

std::string record_name(const Record& record) {
  return fmt::format("{}-{}", name_of(record.kind), record.id);
}

std::string mention_name(const Record& record, std::size_t index) {
  CHECK(index < record.people.size());
  if (record.people.size() == 1) return record_name(record);
  return fmt::format("{}#{}", record_name(record), index + 1);
}

}  // namespace wider
