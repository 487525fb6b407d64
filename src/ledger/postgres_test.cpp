// What PostgreSQL itself holds to, tried with raw SQL as the hub's role; skipped where there is no server
// (tests/with_postgresql.py runs this program with one).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/ledger.hpp"
#include "ledger/testing/test_folder.hpp"

namespace wider::ledger {
namespace {

using testing_support::on_postgresql;
using testing_support::sql;
using testing_support::TestFolder;

std::vector<NewEntry> entries_of(std::size_t count) {
  std::vector<NewEntry> entries(count);
  for (std::size_t i = 0; i < count; ++i) entries[i].body = "Zebedee Quillfeather, body " + std::to_string(i);
  return entries;
}

class Postgres : public testing::Test {
 protected:
  void SetUp() override {
    if (!on_postgresql()) GTEST_SKIP() << "there is no server: run it with tests/with_postgresql.py";
    ledger_ = Ledger::create(folder_.place(), {}).value();
    ASSERT_TRUE(ledger_->append(entries_of(300)));
  }
  std::string as_hub(const std::string& lines) { return sql(folder_.place(), "SET ROLE wider_hub; " + lines); }

  TestFolder folder_;
  std::unique_ptr<Ledger> ledger_;
};

constexpr const char* denied = "42501";

TEST_F(Postgres, TheHubsRoleMayOnlyInsertAndSelect) {
  for (const std::string table : {"packs", "chunks", "bodies", "writers", "meta"}) {
    EXPECT_NE(as_hub("SELECT count(*) FROM wider." + table), "0") << table;
    EXPECT_EQ(as_hub("DELETE FROM wider." + table), denied) << table;
    EXPECT_EQ(as_hub("TRUNCATE wider." + table), denied) << table;
    EXPECT_EQ(as_hub("DROP TABLE wider." + table), denied) << table;
    EXPECT_EQ(as_hub("ALTER TABLE wider." + table + " DISABLE TRIGGER ALL"), denied) << table;
  }
  EXPECT_EQ(as_hub("UPDATE wider.packs SET root = ''"), denied);
  EXPECT_EQ(as_hub("UPDATE wider.bodies SET body = ''"), denied);
  EXPECT_EQ(as_hub("UPDATE wider.chunks SET hash = ''"), denied);
  EXPECT_EQ(as_hub("UPDATE wider.writers SET token = 99"), denied);
  EXPECT_EQ(as_hub("UPDATE wider.meta SET format = 9"), denied);
  EXPECT_EQ(as_hub("INSERT INTO wider.meta VALUES (2, 1, '')"), denied);
  EXPECT_EQ(as_hub("CREATE TABLE wider.more(x int)"), denied);
  EXPECT_EQ(as_hub("CREATE OR REPLACE FUNCTION wider.check_writer() RETURNS trigger LANGUAGE plpgsql AS "
                   "$$BEGIN RETURN NULL; END$$"),
            denied);
  EXPECT_EQ(as_hub("SET session_replication_role = replica"), denied);
  EXPECT_EQ(sql(folder_.place(), "DELETE FROM wider.bodies"), "WP004") << "not even the owner, by mistake";
  EXPECT_TRUE(ledger_->verify({}, {})->good());
}

TEST_F(Postgres, ASecondWriterIsHeldOffByItsToken) {
  const std::string insert = "INSERT INTO wider.bodies VALUES (9999, 'x')";
  EXPECT_EQ(as_hub(insert), "WP001") << "without a token";
  EXPECT_EQ(as_hub("SET wider.token = '0'; " + insert), "WP001");
  EXPECT_EQ(as_hub("SET wider.token = '2'; " + insert), "WP001") << "a token nobody took";
  EXPECT_EQ(as_hub("SET transaction_isolation = 'repeatable read'; SET wider.token = '1'; " + insert), "WP002");
  EXPECT_EQ(as_hub("INSERT INTO wider.writers(token) VALUES (1)"), "WP001");
  EXPECT_EQ(as_hub("INSERT INTO wider.writers(token) VALUES (7)"), "WP001") << "tokens are taken in order";
  ASSERT_TRUE(ledger_->append(entries_of(3))) << "the writer goes on";
  // Somebody takes over: the first writer is held off for good, by the database.
  EXPECT_EQ(as_hub("INSERT INTO wider.writers(token) VALUES (2)"), "");
  const auto refused = ledger_->append(entries_of(3));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::locked) << refused.error().message;
  EXPECT_EQ(ledger_->append_now(entries_of(1)[0]).error().code, ErrorCode::locked);
  EXPECT_EQ(ledger_->size(), 303U);
  EXPECT_EQ(ledger_->read(303)->body, "Zebedee Quillfeather, body 2") << "reading goes on";
  ledger_.reset();
  ledger_ = Ledger::open(folder_.place(), {}).value();
  EXPECT_EQ(ledger_->size(), 303U);
  EXPECT_TRUE(ledger_->append(entries_of(3))) << "who opens it now is the writer";
  EXPECT_TRUE(ledger_->verify({}, {})->good());
}

TEST_F(Postgres, APackFollowsTheLastOneWithoutAGap) {
  const std::string row(268, '0');  // 134 bytes
  const auto insert = [&](const std::string& first) {
    return as_hub("SET wider.token = '1'; INSERT INTO wider.packs VALUES (" + first + ", '\\x" + row + "', '', '')");
  };
  EXPECT_EQ(insert("999"), "WP003");
  EXPECT_EQ(insert("300"), "WP003");
  EXPECT_EQ(insert("0"), "WP003");
  EXPECT_EQ(sql(folder_.place(), "SELECT count(*) FROM wider.packs"), "5");
}

TEST_F(Postgres, TheDatabaseHoldsNothingReadableAndNoKeys) {
  EXPECT_EQ(sql(folder_.place(), "SELECT count(*) FROM wider.bodies WHERE position('Quillfeather'::bytea IN body) > 0"),
            "0");
  EXPECT_EQ(sql(folder_.place(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'wider'"), "5");
  EXPECT_EQ(sql(folder_.place(),
                "SELECT count(*) FROM pg_indexes WHERE schemaname = 'wider' AND indexname NOT LIKE "
                "'%_pkey'"),
            "0")
      << "no secondary indexes";
}

TEST_F(Postgres, AChangedByteInTheDatabaseIsNoticed) {
  const auto owner = [&](const std::string& lines) {
    return sql(folder_.place(), "SET session_replication_role = replica; " + lines);  // the triggers aside
  };
  EXPECT_EQ(owner("UPDATE wider.bodies SET body = set_byte(body, 5, get_byte(body, 5) # 4) WHERE sequence = 77"), "");
  EXPECT_EQ(ledger_->read(77).error().code, ErrorCode::corrupt);
  EXPECT_EQ(ledger_->verify({}, {})->first_wrong, 77U);
  EXPECT_EQ(owner("UPDATE wider.bodies SET body = set_byte(body, 5, get_byte(body, 5) # 4) WHERE sequence = 77"), "");
  EXPECT_TRUE(ledger_->verify({}, {})->good());
  EXPECT_EQ(owner("DELETE FROM wider.bodies WHERE sequence = 200"), "");
  EXPECT_EQ(ledger_->verify({}, {})->first_wrong, 200U);
}

// The server ends the session at each statement that makes the schema: nothing of it is there, and making it again goes
// through. (keys.db's own way from format 1 to 2, cut off at every write: keys_test.cpp, whichever store it is.)
TEST(PostgresSchema, CutOffAtEveryStepNothingIsThereAndTheNextOneMakesItWhole) {
  if (!on_postgresql()) GTEST_SKIP() << "there is no server: run it with tests/with_postgresql.py";
  int cut = 0;
  for (int step = 1;; ++step) {
    const TestFolder folder, again;
    const Place place = folder.place();
    ASSERT_EQ(sql(place,
                  "CREATE SEQUENCE public.steps; CREATE FUNCTION public.cut_off() RETURNS event_trigger LANGUAGE "
                  "plpgsql AS $$"
                  "BEGIN IF nextval('public.steps') = " +
                      std::to_string(step) +
                      " THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; END $$; "
                      "CREATE EVENT TRIGGER cut_off ON ddl_command_start EXECUTE FUNCTION public.cut_off(); "
                      "SELECT setval('public.steps', 1, false)"),
              "1");
    const bool made = Ledger::create(place, {}).has_value();
    ASSERT_EQ(sql(place, "DROP EVENT TRIGGER cut_off"), "");
    if (made) break;
    ++cut;
    ASSERT_EQ(sql(place, "SELECT count(*) FROM pg_namespace WHERE nspname = 'wider'"), "0") << step;
    // With the folder that it began in put away: it holds the keys of a hub that never was.
    const Place second{again.hub(), place.database};
    auto ledger = Ledger::create(second, {});
    ASSERT_TRUE(ledger) << step << ": " << ledger.error().message;
    ASSERT_TRUE((*ledger)->append(entries_of(10)));
    ledger->reset();
    auto opened = Ledger::open(second, {});
    ASSERT_TRUE(opened) << step << ": " << opened.error().message;
    EXPECT_TRUE((*opened)->verify({}, {})->good());
    EXPECT_EQ((*opened)->size(), 10U);
  }
  EXPECT_GT(cut, 15);
  std::printf("PostgreSQL's schema cut off at each of %d steps: nothing half made\n", cut);
}

}  // namespace
}  // namespace wider::ledger
