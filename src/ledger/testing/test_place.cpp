#include "ledger/testing/test_place.hpp"

#include <cstdlib>
#include <functional>
#include <memory>

#include <libpq-fe.h>

#include "base/check.hpp"

namespace wider::ledger::testing_support {
namespace {

std::string server() {
  const char* named = std::getenv("WIDER_TEST_POSTGRESQL");
  return named == nullptr ? "" : named;
}

std::string run(const std::string& address, const std::string& lines) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(address.c_str()), &PQfinish);
  CHECK(PQstatus(connection.get()) == CONNECTION_OK);
  PQsetNoticeProcessor(connection.get(), [](void*, const char*) {}, nullptr);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), lines.c_str()), &PQclear);
  if (PQresultStatus(result.get()) == PGRES_TUPLES_OK)
    return PQntuples(result.get()) == 0 ? "" : PQgetvalue(result.get(), 0, 0);
  if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) return "";
  const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
  return state == nullptr ? "broken" : state;
}

}  // namespace

bool on_postgresql() {
  return !server().empty();
}

// $WIDER_TEST_POSTGRESQL ends where a database's name belongs: postgresql://postgres@127.0.0.1:5433/
Place place_in(const std::filesystem::path& folder) {
  if (!on_postgresql()) return folder;
  const std::string name =
      "wider_" + std::to_string(std::hash<std::string>{}(std::filesystem::absolute(folder).lexically_normal()));
  const std::string done = run(server() + "postgres", "CREATE DATABASE " + name);
  CHECK(done.empty() || done == "42P04");  // made now, or there already
  return {folder, server() + name};
}

std::string sql(const Place& place, const std::string& lines) {
  return run(place.database, lines);
}

}  // namespace wider::ledger::testing_support
