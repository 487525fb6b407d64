// The tables of a hub in PostgreSQL, the role that may only add to them, and the triggers that hold a second writer off
// (docs/formats/ledger.md). Thread safety: a constant.
#pragma once

#include <string_view>

namespace wider::ledger {

inline constexpr int postgres_format = 1;
// The two advisory locks of a hub's database: class WPL1; object 1 is held by the process that has the hub open, object
// 2 for the length of a transaction (shared by who writes, alone by who becomes the writer).
inline constexpr std::string_view postgres_role = R"(
DO $$
BEGIN
  CREATE ROLE wider_hub NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$
BEGIN
  IF NOT pg_has_role(current_user, 'wider_hub', 'MEMBER') THEN
    EXECUTE format('GRANT wider_hub TO %I', current_user);
  END IF;
END $$;
)";

inline constexpr std::string_view postgres_schema = R"(
CREATE SCHEMA wider;
CREATE TABLE wider.meta(id int PRIMARY KEY CHECK (id = 1), format int NOT NULL, identity bytea NOT NULL);
CREATE TABLE wider.writers(token bigint PRIMARY KEY, since timestamptz NOT NULL DEFAULT now());
CREATE TABLE wider.packs(first bigint PRIMARY KEY, rows bytea NOT NULL, root bytea NOT NULL, tag bytea NOT NULL);
CREATE TABLE wider.chunks(chunk bigint PRIMARY KEY, hash bytea NOT NULL);
CREATE TABLE wider.bodies(sequence bigint PRIMARY KEY, body bytea NOT NULL);
-- Ciphertext does not compress.
ALTER TABLE wider.bodies ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE wider.packs ALTER COLUMN rows SET STORAGE EXTERNAL;

-- A new writer waits until no group is being written, and nobody writes until it is in.
CREATE FUNCTION wider.become_writer() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'writing is done at read committed' USING ERRCODE = 'WP002';
  END IF;
  PERFORM pg_advisory_xact_lock(1464880177, 2);
  IF NEW.token IS DISTINCT FROM (SELECT coalesce(max(token), 0) + 1 FROM wider.writers) THEN
    RAISE EXCEPTION 'the next token is another one' USING ERRCODE = 'WP001';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER become_writer BEFORE INSERT ON wider.writers FOR EACH ROW EXECUTE FUNCTION wider.become_writer();

-- The fence: only the latest writer's token opens it. At read committed each statement sees what was committed before
-- it, so the token is read after the lock was got.
CREATE FUNCTION wider.check_writer() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'writing is done at read committed' USING ERRCODE = 'WP002';
  END IF;
  PERFORM pg_advisory_xact_lock_shared(1464880177, 2);
  IF coalesce(nullif(current_setting('wider.token', true), ''), '0')::bigint
     IS DISTINCT FROM (SELECT max(token) FROM wider.writers) THEN
    RAISE EXCEPTION 'another writer has taken over' USING ERRCODE = 'WP001';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER check_writer BEFORE INSERT ON wider.packs FOR EACH STATEMENT EXECUTE FUNCTION wider.check_writer();
CREATE TRIGGER check_writer BEFORE INSERT ON wider.chunks FOR EACH STATEMENT EXECUTE FUNCTION wider.check_writer();
CREATE TRIGGER check_writer BEFORE INSERT ON wider.bodies FOR EACH STATEMENT EXECUTE FUNCTION wider.check_writer();

-- Packs follow each other without a gap: 134 bytes a row.
CREATE FUNCTION wider.check_pack() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF octet_length(NEW.rows) NOT BETWEEN 134 AND 64 * 134 OR octet_length(NEW.rows) % 134 <> 0 OR NEW.first
     IS DISTINCT FROM coalesce((SELECT first + octet_length(rows) / 134 FROM wider.packs ORDER BY first DESC LIMIT 1), 1)
  THEN
    RAISE EXCEPTION 'a pack follows the last one' USING ERRCODE = 'WP003';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_pack BEFORE INSERT ON wider.packs FOR EACH ROW EXECUTE FUNCTION wider.check_pack();

-- Not even the owner by mistake.
CREATE FUNCTION wider.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is only added to' USING ERRCODE = 'WP004';
END $$;
CREATE TRIGGER refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON wider.meta FOR EACH STATEMENT EXECUTE FUNCTION wider.refuse();
CREATE TRIGGER refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON wider.writers FOR EACH STATEMENT EXECUTE FUNCTION wider.refuse();
CREATE TRIGGER refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON wider.packs FOR EACH STATEMENT EXECUTE FUNCTION wider.refuse();
CREATE TRIGGER refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON wider.chunks FOR EACH STATEMENT EXECUTE FUNCTION wider.refuse();
CREATE TRIGGER refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON wider.bodies FOR EACH STATEMENT EXECUTE FUNCTION wider.refuse();

REVOKE ALL ON SCHEMA wider FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA wider FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA wider FROM PUBLIC;
GRANT USAGE ON SCHEMA wider TO wider_hub;
GRANT SELECT ON wider.meta TO wider_hub;
GRANT SELECT, INSERT ON wider.writers, wider.packs, wider.chunks, wider.bodies TO wider_hub;
)";

}  // namespace wider::ledger
