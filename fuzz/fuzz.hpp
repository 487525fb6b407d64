// What the fuzz targets share: a source that hands out a text in pieces, and a sink that keeps what it is given.
#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "intake/intake.hpp"
#include "records/encoding.hpp"

namespace wider::fuzz {

inline intake::ByteSource source_of(std::string_view text, std::size_t piece) {
  return [text, piece, at = std::size_t{0}](std::span<char> buffer) mutable -> Result<std::size_t> {
    const std::size_t length = std::min({buffer.size(), piece, text.size() - at});
    if (length > 0) std::memcpy(buffer.data(), text.data() + at, length);
    at += length;
    return length;
  };
}

class Kept final : public intake::Sink {
 public:
  Result<void> accept(intake::Accepted&& row) override {
    accepted.push_back(std::move(row));
    return {};
  }
  Result<void> hold_back(intake::HeldBackRow&& row) override {
    held_back.push_back(std::move(row));
    return {};
  }
  std::vector<intake::Accepted> accepted;
  std::vector<intake::HeldBackRow> held_back;
};

// What must hold of every reading: the counts add up, a held-back row says why and survives its encoding, mending it
// with itself holds it back again (or is refused), and every record survives its encoding.
inline void check_reading(const intake::Format& format, const Result<intake::Counts>& counts, const Kept& kept) {
  if (!counts) {
    CHECK(!counts.error().message.empty());
    return;
  }
  CHECK(counts->read == counts->accepted + counts->held_back);
  CHECK(counts->accepted == kept.accepted.size());
  CHECK(counts->held_back == kept.held_back.size());
  for (const intake::HeldBackRow& row : kept.held_back) {
    CHECK(!row.reason.empty() && !row.remedy.empty() && row.row > 0);
    const auto decoded = intake::decode_held_back(intake::encode(row));
    CHECK(decoded.has_value() && *decoded == row);
    (void)intake::retry(format, row, row.raw);
  }
  for (const intake::Accepted& row : kept.accepted) {
    CHECK(!row.records.empty());
    for (const Record& record : row.records) {
      CHECK(!record.id.empty());
      const auto decoded = decode_record(encode(record));
      CHECK(decoded.has_value() && *decoded == record);
    }
  }
}

}  // namespace wider::fuzz
