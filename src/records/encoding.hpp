// The stored form of a Record: tagged fields, so that a later version can add one (docs/formats/record.md).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "records/record.hpp"

namespace wider {

[[nodiscard]] std::string encode(const Record& record);
// corrupt: the bytes are not an encoding of a record.
[[nodiscard]] Result<Record> decode_record(std::string_view bytes);

}  // namespace wider
