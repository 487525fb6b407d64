// The one decision about one record. Read top to bottom: the first rule that applies decides, strictest rules first, so
// that a later, kinder rule can never undo an earlier one.
#include "access/access.hpp"

namespace wider::access {
namespace {

// Roles that run, check or chair the partnership do not need what a record says about a child.
bool works_with_records(UserRole role) {
  return role != UserRole::chair && role != UserRole::governance_officer && role != UserRole::data_engineer;
}

bool protects_a_child(PurposeKind purpose) {
  return purpose == PurposeKind::child_protection_enquiry || purpose == PurposeKind::strategy_discussion;
}

// Roles that put the agencies' parts together, and the purposes under which the law lets them read the whole.
bool reads_the_whole(UserRole role, PurposeKind purpose) {
  switch (role) {
    case UserRole::social_worker:
    case UserRole::police_analyst:
      return protects_a_child(purpose);
    case UserRole::review_author:
      return purpose == PurposeKind::case_review;
    default:
      return false;
  }
}

Decision of_another_agencys_health_record(UserRole role, PurposeKind purpose) {
  if ((role == UserRole::social_worker && protects_a_child(purpose)) || role == UserRole::review_author) {
    return {Depth::outline,
            "Health shares the kind and the date of a contact for this purpose; ring for what it says."};
  }
  return {Depth::exists,
          "Health shares what a contact was about only where it must be known; ring the safeguarding nurse."};
}

Decision of_another_agencys_record(UserRole role, PurposeKind purpose) {
  if (reads_the_whole(role, purpose)) return {Depth::full, "Shared in full for this purpose."};
  if (role == UserRole::licensing_officer)
    return {Depth::exists, "Licensing is told who knows this person, and whom to ring."};
  if (purpose == PurposeKind::crime_investigation) {
    return {Depth::outline,
            "For an investigation the kind and date are shown; what it says is had by a recorded request."};
  }
  return {Depth::outline, "The kind and date are shared for this purpose; ring the agency for what it says."};
}

}  // namespace

Decision decide(UserRole role, Agency agency, std::optional<PurposeKind> purpose, const RecordFacts& record) {
  const bool own = agency == record.agency;
  // Until its originator releases it, a fact with handling conditions is as if it were not there (DESIGN, invariant
  // 10).
  if (record.handling == Handling::originator_only && !own) {
    return {Depth::nothing, "The agency that holds it has not released it."};
  }
  if (!purpose) return {Depth::exists, "No purpose is chosen: only that an agency knows this person is shown."};
  if (!suits(role, *purpose)) return {Depth::exists, "The purpose chosen is not one for this role."};
  if (!works_with_records(role)) return {Depth::exists, "This role does not need what a record says."};
  // DOMAIN, pattern 4: outside Health such a service shows as "Health", without service, date or count. Inside Health
  // it is for those with a safeguarding duty.
  if (record.kind == RecordKind::sexual_health) {
    if (own && agency == Agency::health && role == UserRole::safeguarding_nurse) {
      return {Depth::full, "Your own agency's record."};
    }
    return {Depth::exists, "Health knows this person; ring the safeguarding nurse."};
  }
  if (own) return {Depth::full, "Your own agency's record."};
  if (record.agency == Agency::health) return of_another_agencys_health_record(role, *purpose);
  return of_another_agencys_record(role, *purpose);
}

}  // namespace wider::access
