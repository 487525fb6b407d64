// A connection to PostgreSQL through libpq: binary parameters and results, prepared statements, a pipeline of several
// in one round trip. Messages say what the server's code means, never a row's contents.
// Thread safety: none; the ledger calls it under its gate.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

#include "base/result.hpp"

namespace wider::ledger {

struct PostgresCloser {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PGresult* result) const { PQclear(result); }
};
using PostgresResult = std::unique_ptr<PGresult, PostgresCloser>;

// The rows of a binary result.
class Rows {
 public:
  explicit Rows(PostgresResult result) : result_(std::move(result)) {}
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(PQntuples(result_.get())); }
  [[nodiscard]] std::string_view bytes(std::size_t row, int column) const;
  [[nodiscard]] std::int64_t number(std::size_t row, int column) const;  // of a bigint; 0 when it is null
  [[nodiscard]] bool null(std::size_t row, int column) const;

 private:
  PostgresResult result_;
};

class PostgresConnection {
 public:
  // unavailable: no server answers; denied, not_found: it answers, and refuses.
  Result<void> open(const std::string& address);
  [[nodiscard]] bool alive() const { return connection_ != nullptr && PQstatus(connection_.get()) == CONNECTION_OK; }

  Result<void> run(const std::string& lines);  // several statements, no parameters
  // Parameters are binary: see bigint() and the array functions.
  Result<Rows> ask(const char* statement, const std::vector<std::string_view>& parameters);

  struct Step {
    const char* statement = "";
    std::vector<std::string_view> parameters;
  };
  // BEGIN, the steps, COMMIT, in one round trip. All or nothing, and durable, unless the connection broke meanwhile.
  Result<void> transact(const std::vector<Step>& steps);
  // The steps in one round trip, inside the transaction that is open.
  Result<void> pipeline(const std::vector<Step>& steps);

 private:
  Result<void> send(const Step& step);
  // committed: whether the last command's answer was COMMIT.
  Result<void> send_all(const std::vector<Step>& steps, bool& committed);
  [[nodiscard]] std::unexpected<Error> error(const PGresult* result) const;

  std::unique_ptr<PGconn, PostgresCloser> connection_;
};

// Binary forms of PostgreSQL's types.
[[nodiscard]] std::string bigint(std::int64_t value);
class ArrayWriter {  // of bigint or bytea
 public:
  enum class Of { bigints, byteas };
  ArrayWriter(Of of, std::size_t count);
  void add(std::int64_t value);
  void add(std::string_view bytes);
  [[nodiscard]] std::string_view bytes() const { return out_; }
  void reserve(std::size_t bytes) { out_.reserve(bytes); }

 private:
  std::string out_;
};

}  // namespace wider::ledger
