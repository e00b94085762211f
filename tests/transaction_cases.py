"""Migrations that may not run as one transaction, and how a real server answers when they are sent whole."""

from dataclasses import dataclass

__all__ = ["ADD", "CASES", "NEW_ENUM", "SETUP", "TransactionCase"]

SETUP = """
CREATE TYPE "E" AS ENUM ('a', 'b');
CREATE TABLE "t" ("id" INTEGER PRIMARY KEY, "e" "E" DEFAULT 'a', "es" "E"[], "text" TEXT);
CREATE INDEX "i" ON "t" ("text");
CREATE TABLE "other" ("text" TEXT);
CREATE MATERIALIZED VIEW "m" AS SELECT "id" FROM "t";
CREATE UNIQUE INDEX "m_id" ON "m" ("id");
"""
ADD = "ALTER TYPE \"E\" ADD VALUE 'new'; "
NEW_ENUM = "CREATE TYPE \"F\" AS ENUM ('x'); ALTER TYPE \"F\" ADD VALUE 'new'; SELECT 'new'::\"F\";"


@dataclass(frozen=True)
class TransactionCase:
    """`sqlstate` is that of the server, None when it runs through; the rule of that error finds it, no other."""

    name: str
    sql: str
    sqlstate: str | None = None


def _unsafe(name: str, sql: str) -> TransactionCase:
    return TransactionCase(name, ADD + sql, "55P04")


def _safe(name: str, sql: str) -> TransactionCase:
    return TransactionCase(name, sql)


def _refused(name: str, sql: str) -> TransactionCase:
    return TransactionCase(name, sql, "25001")


CASES = (
    _unsafe("a default", 'ALTER TABLE "t" ALTER COLUMN "e" SET DEFAULT \'new\';'),
    _unsafe("an INSERT", 'INSERT INTO "t" ("id", "e") VALUES (1, \'new\');'),
    _unsafe("an UPDATE", 'UPDATE "t" SET "e" = \'new\';'),
    _unsafe("a condition", 'DELETE FROM "t" WHERE "e" = \'new\';'),
    _unsafe("a cast", "SELECT 'new'::\"E\";"),
    _unsafe("a cast with the schema", 'SELECT \'new\'::"public"."E";'),
    _unsafe("a CHECK", 'ALTER TABLE "t" ADD CONSTRAINT "c" CHECK ("e" <> \'new\');'),
    _unsafe("the predicate of an index", 'CREATE INDEX ON "t" ("id") WHERE "e" = \'new\';'),
    _unsafe("a view", 'CREATE VIEW "v" AS SELECT "id" FROM "t" WHERE "e" = \'new\';'),
    _unsafe("a new column", 'ALTER TABLE "t" ADD COLUMN "f" "E" NOT NULL DEFAULT \'new\';'),
    _unsafe("a new table", 'CREATE TABLE "x" ("e" "E" DEFAULT \'new\');'),
    _unsafe("a DO block", 'DO $$ BEGIN UPDATE "t" SET "e" = \'new\'; END $$;'),
    _unsafe("behind a comment", '/* it\'s /* nested */ */ UPDATE "t" SET "e" = \'new\';'),
    _unsafe("an escape string", 'UPDATE "t" SET "e" = E\'new\';'),
    _unsafe("between BEGIN and COMMIT", 'BEGIN; UPDATE "t" SET "e" = \'new\'; COMMIT;'),
    _safe("the value alone", ADD),
    _safe("an old value", ADD + 'UPDATE "t" SET "e" = \'a\';'),
    _safe("a text that is no value", ADD + 'UPDATE "other" SET "text" = \'new\';'),
    _safe("a comment", ADD + "UPDATE \"t\" SET \"e\" = 'a'; -- not 'new'"),
    _safe("a name", ADD + 'ALTER TABLE "t" ADD COLUMN "new" TEXT;'),
    _safe(
        "a function that is called later",
        ADD + 'CREATE FUNCTION f() RETURNS "E" LANGUAGE plpgsql AS $$ BEGIN RETURN \'new\'::"E"; END $$;',
    ),
    _safe("COMMENT", ADD + 'COMMENT ON COLUMN "t"."e" IS \'new\';'),
    _safe("a transaction that is over", ADD + 'COMMIT; UPDATE "t" SET "e" = \'new\';'),
    _safe(
        "an enum that takes the place of the other",
        "CREATE TYPE \"E_new\" AS ENUM ('a', 'b', 'new'); ALTER TABLE \"t\" ALTER COLUMN \"e\" DROP DEFAULT, "
        'ALTER COLUMN "e" TYPE "E_new" USING ("e"::text::"E_new"); '
        'ALTER TABLE "t" ALTER COLUMN "es" TYPE "E_new"[] USING ("es"::text::"E_new"[]); '
        'DROP TYPE "E"; ALTER TYPE "E_new" RENAME TO "E"; UPDATE "t" SET "e" = \'new\';',
    ),
    _safe("a value that is there", 'ALTER TYPE "E" ADD VALUE IF NOT EXISTS \'a\'; UPDATE "t" SET "e" = \'a\';'),
    _refused("an index CONCURRENTLY beside others", 'SELECT 1; CREATE INDEX CONCURRENTLY ON "t" ("e");'),
    _refused("the first of two", 'CREATE INDEX CONCURRENTLY ON "t" ("e"); SELECT 1;'),
    _refused("two of them", 'CREATE INDEX CONCURRENTLY ON "t" ("e"); CREATE INDEX CONCURRENTLY ON "t" ("text");'),
    _refused("behind COMMIT", 'SELECT 1; COMMIT; CREATE INDEX CONCURRENTLY ON "t" ("e");'),
    _refused("DROP INDEX CONCURRENTLY", 'SELECT 1; DROP INDEX CONCURRENTLY "i";'),
    _refused("REINDEX CONCURRENTLY", 'SELECT 1; REINDEX TABLE CONCURRENTLY "t";'),
    _refused("REINDEX of a schema", "SELECT 1; REINDEX SCHEMA public;"),
    _refused("VACUUM", 'SELECT 1; VACUUM "t";'),
    _refused("CREATE DATABASE", "SELECT 1; CREATE DATABASE x;"),
    _refused("DROP DATABASE", "SELECT 1; DROP DATABASE IF EXISTS x;"),
    _refused("ALTER SYSTEM", "SELECT 1; ALTER SYSTEM SET work_mem = '4MB';"),
    _refused("DISCARD ALL", "SELECT 1; DISCARD ALL;"),
    _refused("CLUSTER of everything", "SELECT 1; CLUSTER;"),
    _refused("an index CONCURRENTLY in a DO block", 'DO $$ BEGIN CREATE INDEX CONCURRENTLY "x" ON "t" ("e"); END $$;'),
    _refused("an index that is there already", 'SELECT 1; CREATE INDEX CONCURRENTLY IF NOT EXISTS "i" ON "t" ("e");'),
    _safe("an index CONCURRENTLY alone", 'CREATE INDEX CONCURRENTLY ON "t" ("e");'),
    _safe("alone, with comments", '-- first\nCREATE INDEX CONCURRENTLY ON "t" ("e"); -- and nothing;\n;'),
    _safe("VACUUM alone", 'VACUUM "t";'),
    _safe("an index with its lock", 'SELECT 1; CREATE INDEX ON "t" ("e");'),
    _safe("REFRESH CONCURRENTLY", 'SELECT 1; REFRESH MATERIALIZED VIEW CONCURRENTLY "m";'),
    _safe("ANALYZE", 'SELECT 1; ANALYZE "t";'),
    _safe("REINDEX of a table", 'SELECT 1; REINDEX TABLE "t";'),
    _safe("words in a string", "SELECT 'VACUUM'; SELECT 'CREATE INDEX CONCURRENTLY';"),
    _safe(
        "a DO block that does not come to it",
        "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'i') THEN "
        'CREATE INDEX CONCURRENTLY "i" ON "t" ("e"); END IF; END $$;',
    ),
)
