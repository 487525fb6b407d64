#include "access/access.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace wider::access {
namespace {

using PK = PurposeKind;

std::optional<PK> purpose_number(std::size_t number) {
  if (number == purpose_kind_count) return std::nullopt;
  return static_cast<PK>(number);
}

// Calls `check` for every cell of role × agency × purpose (none included) × record.
template <typename Check>
void for_every_cell(const Check& check) {
  for (std::size_t role = 0; role < user_role_count; ++role) {
    for (std::size_t agency = 0; agency < agency_count; ++agency) {
      for (std::size_t purpose = 0; purpose <= purpose_kind_count; ++purpose) {
        for (std::size_t owner = 0; owner < agency_count; ++owner) {
          for (std::size_t kind = 0; kind < record_kind_count; ++kind) {
            for (const Handling handling : {Handling::shared, Handling::originator_only}) {
              check(static_cast<UserRole>(role), static_cast<Agency>(agency), purpose_number(purpose),
                    RecordFacts{static_cast<Agency>(owner), static_cast<RecordKind>(kind), handling});
            }
          }
        }
      }
    }
  }
}

TEST(Decide, NothingOfAnotherAgencysUnreleasedRecordIsSeen) {
  for_every_cell([](UserRole role, Agency agency, std::optional<PK> purpose, const RecordFacts& record) {
    if (record.handling != Handling::originator_only || record.agency == agency) return;
    ASSERT_EQ(decide(role, agency, purpose, record).depth, Depth::nothing);
  });
}

TEST(Decide, SexualHealthOutsideHealthIsNoMoreThanThatHealthKnows) {
  for_every_cell([](UserRole role, Agency agency, std::optional<PK> purpose, const RecordFacts& record) {
    if (record.kind != RecordKind::sexual_health || agency == Agency::health) return;
    ASSERT_LE(decide(role, agency, purpose, record).depth, Depth::exists);
  });
}

TEST(Decide, WithoutAPurposeNoMoreThanExistence) {
  for_every_cell([](UserRole role, Agency agency, std::optional<PK> purpose, const RecordFacts& record) {
    if (purpose && suits(role, *purpose)) return;
    ASSERT_LE(decide(role, agency, purpose, record).depth, Depth::exists);
  });
}

TEST(Decide, APurposeNeverShowsLessThanNone) {
  for_every_cell([](UserRole role, Agency agency, std::optional<PK> purpose, const RecordFacts& record) {
    ASSERT_GE(decide(role, agency, purpose, record).depth, decide(role, agency, std::nullopt, record).depth);
  });
}

TEST(Decide, ReleasingNeverShowsLess) {
  for_every_cell([](UserRole role, Agency agency, std::optional<PK> purpose, RecordFacts record) {
    record.handling = Handling::originator_only;
    const Depth held = decide(role, agency, purpose, record).depth;
    record.handling = Handling::shared;
    ASSERT_GE(decide(role, agency, purpose, record).depth, held);
  });
}

TEST(Decide, OnesOwnAgencySeesAtLeastWhatOthersSee) {
  for_every_cell([](UserRole role, Agency agency, std::optional<PK> purpose, const RecordFacts& record) {
    ASSERT_GE(decide(role, record.agency, purpose, record).depth, decide(role, agency, purpose, record).depth);
  });
}

TEST(Decide, SexualHealthIsNeverSeenDeeperThanOtherHealthRecords) {
  for_every_cell([](UserRole role, Agency agency, std::optional<PK> purpose, RecordFacts record) {
    if (record.kind != RecordKind::sexual_health || record.agency != Agency::health) return;
    const Depth special = decide(role, agency, purpose, record).depth;
    record.kind = RecordKind::attendance;
    ASSERT_LE(special, decide(role, agency, purpose, record).depth);
  });
}

TEST(Decide, EveryDecisionSaysWhyInASentence) {
  for_every_cell([](UserRole role, Agency agency, std::optional<PK> purpose, const RecordFacts& record) {
    const Decision decision = decide(role, agency, purpose, record);
    ASSERT_FALSE(decision.because.empty());
    ASSERT_EQ(decision.because.back(), '.');
  });
}

TEST(Decide, NothingSealedOrDeclaredIsSeenAndAnEmergencyOpensNothingUnreleased) {
  for_every_cell([](UserRole role, Agency agency, std::optional<PK> purpose, RecordFacts record) {
    const Depth plain = decide(role, agency, purpose, record).depth;
    for (const Standing standing : {Standing::sealed, Standing::conflict}) {
      record.standing = standing;
      ASSERT_EQ(decide(role, agency, purpose, record).depth, Depth::nothing);
    }
    record.standing = Standing::emergency;
    const Depth emergency = decide(role, agency, purpose, record).depth;
    ASSERT_GE(emergency, plain);
    const bool unreleased = record.handling == Handling::originator_only && record.agency != agency;
    ASSERT_TRUE(!unreleased || emergency == Depth::nothing);
    ASSERT_TRUE(record.kind != RecordKind::sexual_health || emergency == plain);
  });
}

TEST(Decide, NamedCases) {
  const RecordFacts police{Agency::police, RecordKind::stop, Handling::shared};
  const RecordFacts attendance{Agency::health, RecordKind::attendance, Handling::shared};
  const auto depth = [](UserRole role, Agency agency, PK purpose, const RecordFacts& record) {
    return decide(role, agency, purpose, record).depth;
  };
  EXPECT_EQ(depth(UserRole::social_worker, Agency::social_care, PK::child_protection_enquiry, police), Depth::full);
  EXPECT_EQ(depth(UserRole::social_worker, Agency::social_care, PK::assessment, police), Depth::outline);
  EXPECT_EQ(depth(UserRole::social_worker, Agency::social_care, PK::child_protection_enquiry, attendance),
            Depth::outline);
  EXPECT_EQ(depth(UserRole::police_analyst, Agency::police, PK::crime_investigation, police), Depth::full);
  EXPECT_EQ(depth(UserRole::police_analyst, Agency::police, PK::strategy_discussion, attendance), Depth::exists);
  EXPECT_EQ(depth(UserRole::safeguarding_nurse, Agency::health, PK::health_safeguarding, attendance), Depth::full);
  EXPECT_EQ(depth(UserRole::safeguarding_lead, Agency::education, PK::education_safeguarding, police), Depth::outline);
  EXPECT_EQ(depth(UserRole::prosecutor, Agency::prosecution, PK::crime_investigation, police), Depth::outline);
  EXPECT_EQ(depth(UserRole::review_author, Agency::partnership, PK::case_review, police), Depth::full);
  EXPECT_EQ(depth(UserRole::chair, Agency::partnership, PK::case_review, police), Depth::exists);
  EXPECT_EQ(depth(UserRole::licensing_officer, Agency::licensing, PK::strategy_discussion, police), Depth::exists);
}

TEST(Roles, NamesReadBackAndAreDifferent) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < user_role_count; ++i) {
    const auto role = static_cast<UserRole>(i);
    EXPECT_EQ(user_role_named(name_of(role)), role);
    EXPECT_TRUE(seen.insert(name_of(role)).second);
    EXPECT_FALSE(title_of(role).empty());
  }
  for (std::size_t i = 0; i < purpose_kind_count; ++i) {
    const auto kind = static_cast<PK>(i);
    EXPECT_EQ(purpose_kind_named(name_of(kind)), kind);
    EXPECT_TRUE(seen.insert(name_of(kind)).second);
    EXPECT_FALSE(lawful_basis_of(kind).empty());
  }
  EXPECT_EQ(user_role_named("admin"), std::nullopt);
}

TEST(Roles, EveryRoleHasAHomeAndAPurpose) {
  for (std::size_t i = 0; i < user_role_count; ++i) {
    const auto role = static_cast<UserRole>(i);
    EXPECT_TRUE(may(role, Action::home));
    bool any = false;
    for (std::size_t kind = 0; kind < purpose_kind_count; ++kind) any |= suits(role, static_cast<PK>(kind));
    EXPECT_TRUE(any) << name_of(role);
  }
}

TEST(Roles, WhoHasLookedIsForGovernanceAloneAndHeldBackRowsForData) {
  for (std::size_t i = 0; i < user_role_count; ++i) {
    const auto role = static_cast<UserRole>(i);
    EXPECT_EQ(may(role, Action::governance), role == UserRole::governance_officer);
    EXPECT_EQ(may(role, Action::held_back), role == UserRole::data_engineer);
    // Whoever may act on a finding may read it, and whoever may read one may see the list.
    EXPECT_TRUE(!may(role, Action::act_on_finding) || may(role, Action::finding));
    EXPECT_TRUE(!may(role, Action::finding) || may(role, Action::findings));
    // Whoever may say that two records are one person may read why the computer thinks so.
    EXPECT_TRUE(!may(role, Action::decide_link) || may(role, Action::explain_link));
  }
}

TEST(Password, ReadsBackAndRefusesOthers) {
  const auto hash = hash_password("correct horse battery");
  ASSERT_TRUE(hash.has_value());
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << *hash;
  EXPECT_TRUE(verify_password(*hash, "correct horse battery"));
  EXPECT_FALSE(verify_password(*hash, "correct horse batterY"));
  EXPECT_FALSE(verify_password(*hash, ""));
  EXPECT_NE(*hash, hash_password("correct horse battery").value_or(""));
}

TEST(Password, BadInputIsAnErrorNotACrash) {
  EXPECT_FALSE(hash_password("").has_value());
  EXPECT_FALSE(hash_password(std::string(1025, 'x')).has_value());
  EXPECT_FALSE(verify_password("", "x"));
  EXPECT_FALSE(verify_password(std::string(500, '$'), "x"));
}

RC_GTEST_PROP(Password, NoTextVerifiesAgainstAStringThatIsNoHash,
              (const std::string& hash, const std::string& password)) {
  RC_ASSERT(!verify_password(hash, password));
}

}  // namespace
}  // namespace wider::access
