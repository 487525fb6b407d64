// Prints what access decides for cells of role × agency × purpose × record, one a line, for a second implementation to
// check (tests/campaigns/access_oracle.py): role, agency, purpose, holder, kind, handling, standing, depth. With a step
// S: every S-th cell.
#include <fmt/format.h>

#include <cstdlib>

#include "access/policy.hpp"

int main(int argc, char** argv) {
  using namespace wider;
  using namespace wider::access;
  const std::size_t step = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1;
  if (step == 0) return 2;
  constexpr std::string_view standings[] = {"plain", "sealed", "conflict", "emergency"};
  const std::size_t cells =
      user_role_count * agency_count * (purpose_kind_count + 1) * agency_count * record_kind_count * 2 * 4;
  for (std::size_t cell = 0; cell < cells; cell += step) {
    std::size_t rest = cell;
    const auto next = [&](std::size_t count) {
      const std::size_t digit = rest % count;
      rest /= count;
      return digit;
    };
    Reader reader;
    RecordFacts record;
    reader.role = static_cast<UserRole>(next(user_role_count));
    reader.agency = static_cast<Agency>(next(agency_count));
    if (const std::size_t purpose = next(purpose_kind_count + 1); purpose < purpose_kind_count)
      reader.purpose = static_cast<PurposeKind>(purpose);
    record.agency = static_cast<Agency>(next(agency_count));
    record.kind = static_cast<RecordKind>(next(record_kind_count));
    record.handling = static_cast<Handling>(next(2));
    record.standing = static_cast<Standing>(next(4));
    fmt::print("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", name_of(reader.role), name_of(reader.agency),
               reader.purpose ? name_of(*reader.purpose) : "none", name_of(record.agency), name_of(record.kind),
               record.handling == Handling::originator_only ? "originator-only" : "shared",
               standings[static_cast<std::size_t>(record.standing)],
               name_of(decide(shipped_policy(), reader, record).depth));
  }
}
