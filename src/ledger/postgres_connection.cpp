#include "ledger/postgres_connection.hpp"

#include <array>

#include <fmt/core.h>

namespace wider::ledger {
namespace {

// Types' numbers in PostgreSQL's catalogue, which never change.
constexpr std::int32_t bytea_type = 17;
constexpr std::int32_t bigint_type = 20;

void put_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>((value >> shift) & 0xFF));
}

std::string first_line(const char* text) {
  const std::string_view all(text == nullptr ? "" : text);
  return std::string(all.substr(0, all.find('\n')));
}

}  // namespace

std::string_view Rows::bytes(std::size_t row, int column) const {
  const int at = static_cast<int>(row);
  return {PQgetvalue(result_.get(), at, column), static_cast<std::size_t>(PQgetlength(result_.get(), at, column))};
}

std::int64_t Rows::number(std::size_t row, int column) const {
  std::uint64_t value = 0;
  for (const char byte : bytes(row, column)) value = (value << 8) | static_cast<std::uint8_t>(byte);
  return static_cast<std::int64_t>(value);
}

bool Rows::null(std::size_t row, int column) const {
  return PQgetisnull(result_.get(), static_cast<int>(row), column) != 0;
}

Result<void> PostgresConnection::open(const std::string& address) {
  connection_.reset(PQconnectdb(address.c_str()));
  if (!connection_ || PQstatus(connection_.get()) != CONNECTION_OK) {
    const std::string says = first_line(PQerrorMessage(connection_.get()));
    connection_.reset();
    return failure(ErrorCode::unavailable, fmt::format("The database server does not let us in: {}.", says));
  }
  PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);  // a library does not print
  return {};
}

Result<void> PostgresConnection::run(const std::string& lines) {
  if (!connection_) return error(nullptr);
  const PostgresResult result(PQexec(connection_.get(), lines.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
  return error(result.get());
}

Result<Rows> PostgresConnection::ask(const char* statement, const std::vector<std::string_view>& parameters) {
  if (!connection_) return error(nullptr);
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const std::string_view parameter : parameters) {
    values.push_back(parameter.data());
    lengths.push_back(static_cast<int>(parameter.size()));
  }
  const std::vector<int> binary(parameters.size(), 1);
  PostgresResult result(PQexecParams(connection_.get(), statement, static_cast<int>(parameters.size()), nullptr,
                                     values.data(), lengths.data(), binary.data(), 1));
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK && PQresultStatus(result.get()) != PGRES_COMMAND_OK)
    return error(result.get());
  return Rows(std::move(result));
}

Result<void> PostgresConnection::send(const Step& step) {
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const std::string_view parameter : step.parameters) {
    values.push_back(parameter.data());
    lengths.push_back(static_cast<int>(parameter.size()));
  }
  const std::vector<int> binary(values.size(), 1);
  if (PQsendQueryParams(connection_.get(), step.statement, static_cast<int>(values.size()), nullptr, values.data(),
                        lengths.data(), binary.data(), 1) != 1)
    return error(nullptr);
  return {};
}

Result<void> PostgresConnection::send_all(const std::vector<Step>& steps, bool& committed) {
  if (!connection_ || PQenterPipelineMode(connection_.get()) != 1) return error(nullptr);
  Result<void> outcome;
  for (const Step& step : steps)
    if (outcome) outcome = send(step);
  if (PQpipelineSync(connection_.get()) != 1) {
    connection_.reset();  // what was sent of it, nobody can say
    return error(nullptr);
  }
  while (PQstatus(connection_.get()) == CONNECTION_OK) {
    const PostgresResult result(PQgetResult(connection_.get()));
    if (!result) continue;  // the end of one statement's results
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_SYNC) break;
    // The last command's tag: COMMIT of a failed transaction answers ROLLBACK.
    committed = status == PGRES_COMMAND_OK && std::string_view(PQcmdStatus(result.get())) == "COMMIT";
    if (outcome && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_PIPELINE_ABORTED)
      outcome = error(result.get());
  }
  if (PQstatus(connection_.get()) != CONNECTION_OK) return outcome ? error(nullptr) : outcome;
  (void)PQexitPipelineMode(connection_.get());
  return outcome;
}

Result<void> PostgresConnection::transact(const std::vector<Step>& steps) {
  std::vector<Step> all{{"BEGIN ISOLATION LEVEL READ COMMITTED", {}}};
  all.insert(all.end(), steps.begin(), steps.end());
  all.push_back({"COMMIT", {}});
  bool committed = false;
  auto outcome = send_all(all, committed);
  if (!outcome && alive()) (void)run("ROLLBACK");  // an error before COMMIT was sent leaves the transaction open
  if (outcome && !committed) return failure(ErrorCode::unavailable, "The database server did not commit a group.");
  return outcome;
}

Result<void> PostgresConnection::pipeline(const std::vector<Step>& steps) {
  bool committed = false;
  return send_all(steps, committed);
}

std::unexpected<Error> PostgresConnection::error(const PGresult* result) const {
  const char* field = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view code = field == nullptr ? "" : field;
  if (code.empty() || code.starts_with("57P") || code.starts_with("08"))
    return failure(ErrorCode::unavailable, "The connection to the database server is lost; it is tried again.");
  if (code == "WP001")
    return failure(ErrorCode::locked, "Another process has taken this hub over: this one may write no more.");
  if (code == "53100")
    return failure(ErrorCode::unavailable,
                   "The database server's disk is full. Make room; what was acknowledged is safe, reading goes on, "
                   "and writing does as soon as there is room.");
  if (code.starts_with("53")) return failure(ErrorCode::unavailable, "The database server has no room for more work.");
  if (code == "42501")
    return failure(ErrorCode::denied,
                   "The database server denies it: the role that the hub signs in as lacks a right (see "
                   "docs/formats/ledger.md for the roles).");
  if (code == "42P01" || code == "3F000")
    return failure(ErrorCode::not_found, "There is no hub in this database: make one with `wider init`.");
  if (code == "XX001" || code == "XX002")
    return failure(ErrorCode::corrupt, "The database is damaged: restore it from a backup.");
  return failure(ErrorCode::unreadable, fmt::format("The database server refused (SQLSTATE {}): {}.", code,
                                                    first_line(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY))));
}

std::string bigint(std::int64_t value) {
  std::string out;
  put_big_endian(out, static_cast<std::uint64_t>(value), 8);
  return out;
}

ArrayWriter::ArrayWriter(Of of, std::size_t count) {
  put_big_endian(out_, 1, 4);  // dimensions
  put_big_endian(out_, 0, 4);  // no nulls
  put_big_endian(out_, static_cast<std::uint64_t>(of == Of::bigints ? bigint_type : bytea_type), 4);
  put_big_endian(out_, count, 4);
  put_big_endian(out_, 1, 4);  // the first index
}
void ArrayWriter::add(std::int64_t value) {
  put_big_endian(out_, 8, 4);
  put_big_endian(out_, static_cast<std::uint64_t>(value), 8);
}
void ArrayWriter::add(std::string_view bytes) {
  put_big_endian(out_, bytes.size(), 4);
  out_ += bytes;
}

}  // namespace wider::ledger
