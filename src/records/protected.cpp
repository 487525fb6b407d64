#include "records/protected.hpp"

#include "records/tagged.hpp"

namespace wider {
namespace {

enum Tag : std::uint8_t { agency_tag = 1, mention_tag, statement_tag };

}  // namespace

std::string encode(const ProtectedCharacteristics& characteristics) {
  TaggedWriter out;
  out.number(agency_tag, static_cast<std::uint64_t>(characteristics.agency));
  out.text(mention_tag, characteristics.mention);
  for (const ProtectedStatement& statement : characteristics.statements) {
    std::string bytes(1, static_cast<char>(statement.kind));
    bytes += statement.value;
    out.text(statement_tag, bytes);
  }
  return out.take();
}

Result<ProtectedCharacteristics> decode_protected(std::string_view bytes) {
  ProtectedCharacteristics out;
  bool ok = true;
  TaggedReader in(bytes);
  while (const auto field = in.next()) {
    if (field->tag == agency_tag) {
      ok = ok && field->number() < agency_count;
      if (ok) out.agency = static_cast<Agency>(field->number());
    } else if (field->tag == mention_tag) {
      out.mention = field->text();
    } else if (field->tag == statement_tag) {
      if (field->bytes.empty() || static_cast<unsigned char>(field->bytes[0]) > 6) {
        ok = false;
        continue;
      }
      out.statements.push_back({static_cast<ProtectedKind>(field->bytes[0]), std::string(field->bytes.substr(1))});
    }
  }
  if (!ok || !in.ok())
    return failure(ErrorCode::corrupt, "stored protected characteristics do not follow their format");
  return out;
}

}  // namespace wider
