// The stored form of a Record: tagged fields, so that a later version can add one (docs/formats/record.md).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "records/record.hpp"

namespace wider {

[[nodiscard]] std::string encode(const Record& record);
// The same in two parts: what the record says (equal for the same content, whichever file it came in), then its origin.
[[nodiscard]] std::string encode_content(const Record& record);
void append_origin(std::string& encoded, const Origin& origin);
// corrupt: the bytes are not an encoding of a record.
[[nodiscard]] Result<Record> decode_record(std::string_view bytes);

}  // namespace wider
