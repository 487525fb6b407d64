// Format: one agency's layout, as something that can check a file, read it and mend a row of it.
// Thread safety: immutable; may be used by several threads together.
#pragma once

#include <string>
#include <string_view>

#include "intake/intake.hpp"

namespace wider::intake {

class Format {
 public:
  virtual ~Format() = default;
  [[nodiscard]] virtual const FormatName& name() const = 0;
  // The first pass: is this a file of the format at all? Its error names file, line and remedy.
  [[nodiscard]] virtual Result<void> check(const ByteSource& source, const ReadOptions& options) const = 0;
  // The second pass: rows to the sink.
  [[nodiscard]] virtual Result<Counts> read(const ByteSource& source, const ReadOptions& options, Sink& sink) const = 0;
  // A file of one row, made of what was held back and the mended row: see retry().
  [[nodiscard]] virtual std::string file_of(const HeldBackRow& held, std::string_view mended_raw) const = 0;
};

}  // namespace wider::intake
