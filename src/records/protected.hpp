// Protected characteristics: kept for a person's needs and for honest monitoring of how complete they are. Linkage and
// picture may not include this header (DESIGN, invariant 5; tests/structure_test holds it).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "records/agency.hpp"

namespace wider {

enum class ProtectedKind : std::uint8_t {
  ethnicity,
  religion,
  nationality,
  first_language,
  disability,
  sexual_orientation,
  gender_reassignment,
};

struct ProtectedStatement {
  ProtectedKind kind = ProtectedKind::ethnicity;
  std::string value;  // the agency's own code

  friend bool operator==(const ProtectedStatement&, const ProtectedStatement&) = default;
};

// What one record states about one of the people it names.
struct ProtectedCharacteristics {
  Agency agency = Agency::social_care;
  std::string mention;  // "person-123"
  std::vector<ProtectedStatement> statements;

  friend bool operator==(const ProtectedCharacteristics&, const ProtectedCharacteristics&) = default;
};

// The stored form, beside records/encoding.hpp but apart from it, so that who reads records cannot name this.
[[nodiscard]] std::string encode(const ProtectedCharacteristics& characteristics);
[[nodiscard]] Result<ProtectedCharacteristics> decode_protected(std::string_view bytes);

}  // namespace wider
