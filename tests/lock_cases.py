"""Migrations, and what the rules on locks have to say of them; the tests also run them on a real server."""

from dataclasses import dataclass

__all__ = ["CASES", "SETUP", "LockCase"]

SETUP = """
CREATE TYPE "E" AS ENUM ('a', 'b');
CREATE DOMAIN "Positive" AS INTEGER CHECK (VALUE > 0);
CREATE TABLE "u" ("id" INTEGER PRIMARY KEY, "n" INTEGER);
CREATE TABLE "t" (
  "id" INTEGER NOT NULL, "a" INTEGER, "b" TEXT, "v" VARCHAR(10), "p" NUMERIC(10,2), "at" TIMESTAMP(3), "e" "E",
  "f" INTEGER CONSTRAINT "f_given" CHECK ("f" IS NOT NULL),
  "g" INTEGER, CONSTRAINT "t_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "t" ADD CONSTRAINT "g_given" CHECK ("g" IS NOT NULL) NOT VALID;
ALTER TABLE "t" ADD CONSTRAINT "t_g_fkey" FOREIGN KEY ("g") REFERENCES "u" ("id");
CREATE INDEX "t_b_idx" ON "t" ("b");
CREATE MATERIALIZED VIEW "m" AS SELECT "id" FROM "u";
CREATE UNIQUE INDEX "m_id" ON "m" ("id");
CREATE VIEW "w" AS SELECT "id", "n" FROM "u";
CREATE TABLE "w2" ("id" INTEGER NOT NULL, "n" INTEGER) PARTITION BY RANGE ("id");
CREATE TABLE "w4" ("a" INTEGER NOT NULL) PARTITION BY RANGE ("a");
CREATE TABLE "bound" ("a" INTEGER NOT NULL CHECK ("a" >= 0 AND "a" < 100));
CREATE TABLE "split" ("a" INTEGER) PARTITION BY RANGE ("a");
CREATE TABLE "rest" PARTITION OF "split" DEFAULT;
INSERT INTO "rest" SELECT 1;
INSERT INTO "u" SELECT g, g FROM generate_series(1, 9) g;
INSERT INTO "t" ("id", "a", "b", "v", "p", "at", "e", "f", "g")
SELECT g, g, g::text, g::text, g, now(), 'a', g, g FROM generate_series(1, 9) g;
"""


@dataclass(frozen=True)
class LockCase:
    """`sql` runs after SETUP; `found` are the rules that speak up (`LCK004 warn`), LCK005 left out.

    `writes`: it writes rows, so that scans prove nothing.
    """

    name: str
    sql: str
    found: tuple[str, ...] = ()
    writes: bool = False


def _rewrite(name: str, sql: str) -> LockCase:
    return LockCase(name, sql, ("LCK004 warn",))


CASES = (
    # LCK001
    LockCase("an index on an old table", 'CREATE INDEX ON "t" ("a");', ("LCK001 note",)),
    LockCase("a unique index", 'CREATE UNIQUE INDEX ON "t" ("a");', ("LCK001 note",)),
    LockCase("an index with a condition", 'CREATE INDEX ON "t" ("a") WHERE "a" > 3;', ("LCK001 note",)),
    LockCase("an index in a DO block", 'DO $$ BEGIN CREATE INDEX "i" ON "t" ("a"); END $$;', ("LCK001 note",)),
    LockCase("an index on a new table", 'CREATE TABLE "x" ("a" INTEGER); CREATE INDEX ON "x" ("a");'),
    LockCase("an index on a temporary table", 'CREATE TEMP TABLE "x" ("a" INTEGER); CREATE INDEX ON "x" ("a");'),
    LockCase("words in a comment", '-- CREATE INDEX ON "t" ("a");\nSELECT \'ALTER TABLE "t" SET UNLOGGED\';'),
    LockCase("an index that is there", 'CREATE INDEX IF NOT EXISTS "t_b_idx" ON "t" ("b");'),
    LockCase(
        "an index on a table that was renamed",
        'ALTER TABLE "t" RENAME TO "t2"; CREATE INDEX ON "t2" ("a");',
        ("LCK001 note", "LCK006 note"),
    ),
    LockCase(
        "an index on a table of the same name that is new",
        'DROP TABLE "t"; CREATE TABLE "t" ("a" INTEGER); CREATE INDEX ON "t" ("a");',
    ),
    # LCK002
    LockCase(
        "a foreign key", 'ALTER TABLE "t" ADD CONSTRAINT "k" FOREIGN KEY ("a") REFERENCES "u" ("id");', ("LCK002 note",)
    ),
    LockCase(
        "a foreign key that is not checked",
        'ALTER TABLE "t" ADD CONSTRAINT "k" FOREIGN KEY ("a") REFERENCES "u" ("id") NOT VALID;',
    ),
    LockCase("a foreign key of a new column", 'ALTER TABLE "t" ADD COLUMN "x" INTEGER REFERENCES "u" ("id");'),
    LockCase(
        "a foreign key of a new column with a default",
        'ALTER TABLE "t" ADD COLUMN "x" INTEGER DEFAULT 1 REFERENCES "u" ("id");',
        ("LCK002 note",),
    ),
    LockCase(
        "a foreign key of a new column, in a second statement",
        'ALTER TABLE "t" ADD COLUMN "x" INTEGER; ALTER TABLE "t" ADD FOREIGN KEY ("x") REFERENCES "u" ("id");',
        ("LCK002 note", "LCK006 note"),
    ),
    LockCase(
        "a foreign key of a new table",
        'CREATE TABLE "x" ("a" INTEGER); ALTER TABLE "x" ADD FOREIGN KEY ("a") REFERENCES "u" ("id");',
    ),
    LockCase(
        "a foreign key that is dropped and added again",
        'ALTER TABLE "t" DROP CONSTRAINT "t_g_fkey"; ALTER TABLE "t" ADD CONSTRAINT "t_g_fkey" '
        'FOREIGN KEY ("g") REFERENCES "u" ("id") ON DELETE CASCADE;',
        ("LCK002 note", "LCK006 note"),
    ),
    LockCase("a foreign key that is dropped", 'ALTER TABLE "t" DROP CONSTRAINT "t_g_fkey";'),
    # LCK003
    LockCase("a CHECK", 'ALTER TABLE "t" ADD CONSTRAINT "c" CHECK ("a" > 0);', ("LCK003 note",)),
    LockCase("a CHECK that is not checked", 'ALTER TABLE "t" ADD CONSTRAINT "c" CHECK ("a" > 0) NOT VALID;'),
    LockCase("a CHECK of a new column", 'ALTER TABLE "t" ADD COLUMN "x" INTEGER CHECK ("x" > 0);', ("LCK003 note",)),
    LockCase(
        "a table becomes a partition",
        'ALTER TABLE "w2" ATTACH PARTITION "u" FOR VALUES FROM (0) TO (100);',
        ("LCK003 note",),
    ),
    LockCase(
        "a table with a CHECK of its bounds becomes a partition",
        'ALTER TABLE "w4" ATTACH PARTITION "bound" FOR VALUES FROM (0) TO (100);',
    ),
    LockCase(
        "a partition beside a default one",
        'CREATE TABLE "w3" PARTITION OF "split" FOR VALUES FROM (50) TO (60);',
        ("LCK003 note",),
        writes=True,
    ),
    LockCase("SET NOT NULL", 'ALTER TABLE "t" ALTER COLUMN "a" SET NOT NULL;', ("LCK003 note",)),
    LockCase("SET NOT NULL that a CHECK proves", 'ALTER TABLE "t" ALTER COLUMN "f" SET NOT NULL;'),
    LockCase(
        "SET NOT NULL with a CHECK that nobody has validated",
        'ALTER TABLE "t" ALTER COLUMN "g" SET NOT NULL;',
        ("LCK003 note",),
    ),
    LockCase("SET NOT NULL where it is", 'ALTER TABLE "t" ALTER COLUMN "id" SET NOT NULL;'),
    LockCase("DROP NOT NULL", 'ALTER TABLE "u" ALTER COLUMN "n" DROP NOT NULL;'),
    LockCase("a default of a view", 'ALTER VIEW "w" ALTER COLUMN "n" SET DEFAULT 3;'),
    # LCK004
    _rewrite("int to bigint", 'ALTER TABLE "t" ALTER COLUMN "a" TYPE BIGINT;'),
    _rewrite("a shorter varchar", 'ALTER TABLE "t" ALTER COLUMN "v" TYPE VARCHAR(5);'),
    _rewrite("text to varchar(n)", 'ALTER TABLE "t" ALTER COLUMN "b" TYPE VARCHAR(30);'),
    _rewrite("another scale", 'ALTER TABLE "t" ALTER COLUMN "p" TYPE NUMERIC(12,4);'),
    _rewrite("fewer digits of a second", 'ALTER TABLE "t" ALTER COLUMN "at" TYPE TIMESTAMP(0);'),
    _rewrite("enum to text", 'ALTER TABLE "t" ALTER COLUMN "e" TYPE TEXT;'),
    _rewrite(
        "an enum by way of text",
        "CREATE TYPE \"E_new\" AS ENUM ('a'); "
        'ALTER TABLE "t" ALTER COLUMN "e" TYPE "E_new" USING ("e"::text::"E_new");',
    ),
    _rewrite("a random default", 'ALTER TABLE "t" ADD COLUMN "x" UUID DEFAULT gen_random_uuid();'),
    _rewrite("clock_timestamp()", 'ALTER TABLE "t" ADD COLUMN "x" TIMESTAMPTZ DEFAULT clock_timestamp();'),
    _rewrite("SERIAL", 'ALTER TABLE "t" ADD COLUMN "x" SERIAL;'),
    _rewrite("identity", 'ALTER TABLE "t" ADD COLUMN "x" INTEGER GENERATED ALWAYS AS IDENTITY;'),
    _rewrite("a stored column", 'ALTER TABLE "t" ADD COLUMN "x" INTEGER GENERATED ALWAYS AS ("a" + 1) STORED;'),
    _rewrite("UNLOGGED", 'ALTER TABLE "t" DROP CONSTRAINT "t_g_fkey", SET UNLOGGED;'),
    LockCase("a longer varchar", 'ALTER TABLE "t" ALTER COLUMN "v" TYPE VARCHAR(20);'),
    LockCase("varchar to text", 'ALTER TABLE "t" ALTER COLUMN "v" TYPE TEXT;'),
    LockCase("text to varchar", 'ALTER TABLE "t" ALTER COLUMN "b" TYPE VARCHAR;'),
    LockCase("more digits before the point", 'ALTER TABLE "t" ALTER COLUMN "p" TYPE NUMERIC(12,2);'),
    LockCase("more digits of a second", 'ALTER TABLE "t" ALTER COLUMN "at" TYPE TIMESTAMP(6);'),
    LockCase("the same type", 'ALTER TABLE "t" ALTER COLUMN "a" TYPE INTEGER;'),
    LockCase("a constant default", 'ALTER TABLE "t" ADD COLUMN "x" INTEGER NOT NULL DEFAULT 3;'),
    LockCase("now()", 'ALTER TABLE "t" ADD COLUMN "x" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;'),
    LockCase("no default", 'ALTER TABLE "t" ADD COLUMN "x" TEXT;'),
    LockCase("a default of an old column", 'ALTER TABLE "t" ALTER COLUMN "b" SET DEFAULT gen_random_uuid()::text;'),
    LockCase("identity of an old column", 'ALTER TABLE "t" ALTER COLUMN "id" ADD GENERATED BY DEFAULT AS IDENTITY;'),
    LockCase("a dropped column", 'ALTER TABLE "t" DROP COLUMN "v";'),
    LockCase("another name", 'ALTER TABLE "t" RENAME COLUMN "a" TO "c";'),
    LockCase("LOGGED that is logged", 'ALTER TABLE "t" SET LOGGED;', ("LCK004 note",)),
    LockCase("a SERIAL in a new table", 'CREATE TABLE "x" ("a" INTEGER); ALTER TABLE "x" ADD COLUMN "b" SERIAL;'),
    # LCK006
    LockCase(
        "a backfill behind ADD COLUMN",
        'ALTER TABLE "t" ADD COLUMN "x" INTEGER; UPDATE "t" SET "x" = "a";',
        ("LCK006 warn",),
        writes=True,
    ),
    LockCase(
        "a backfill of some rows",
        'ALTER TABLE "t" ADD COLUMN "x" INTEGER; UPDATE "t" SET "x" = 1 WHERE "a" > 3;',
        ("LCK006 note",),
        writes=True,
    ),
    LockCase(
        "a copy of an old table",
        'ALTER TABLE "u" ADD COLUMN "x" INTEGER; CREATE TABLE "y" ("a" INTEGER); '
        'INSERT INTO "y" ("a") SELECT "a" FROM "t";',
        ("LCK006 warn",),
        writes=True,
    ),
    LockCase(
        "some new rows",
        'ALTER TABLE "u" ADD COLUMN "x" INTEGER; INSERT INTO "u" ("id") VALUES (90), (91);',
        writes=True,
    ),
    LockCase(
        "a backfill in a DO block",
        'DO $$ BEGIN ALTER TABLE "t" ADD COLUMN "x" INTEGER; UPDATE "t" SET "x" = 1; END $$;',
        ("LCK006 warn",),
        writes=True,
    ),
    LockCase("an UPDATE first", 'UPDATE "t" SET "b" = "v"; ALTER TABLE "t" ADD COLUMN "x" INTEGER;', writes=True),
    LockCase(
        "a transaction of its own",
        'ALTER TABLE "t" ADD COLUMN "x" INTEGER; COMMIT; UPDATE "t" SET "x" = 1;',
        writes=True,
    ),
    LockCase("an UPDATE alone", 'UPDATE "t" SET "b" = "v";', writes=True),
    # LCK007
    LockCase("CLUSTER", 'CLUSTER "t" USING "t_pkey";', ("LCK007 warn",), writes=True),
    LockCase("REINDEX", 'REINDEX TABLE "t";', ("LCK007 warn",), writes=True),
    LockCase("REINDEX of one index", 'REINDEX INDEX "t_b_idx";', ("LCK007 warn",), writes=True),
    LockCase("REFRESH", 'REFRESH MATERIALIZED VIEW "m";', ("LCK007 warn",), writes=True),
    LockCase("REFRESH CONCURRENTLY", 'REFRESH MATERIALIZED VIEW CONCURRENTLY "m";', writes=True),
    LockCase("LOCK TABLE", 'LOCK TABLE "t";', ("LCK007 warn",)),
    LockCase("a LOCK that stops nobody", 'LOCK TABLE "t" IN ROW EXCLUSIVE MODE;'),
    LockCase("ANALYZE", 'ANALYZE "t";', writes=True),
    # LCK008
    LockCase("UNIQUE", 'ALTER TABLE "t" ADD CONSTRAINT "k" UNIQUE ("a");', ("LCK008 warn",)),
    LockCase("UNIQUE of a new column", 'ALTER TABLE "t" ADD COLUMN "x" INTEGER UNIQUE;', ("LCK008 note",)),
    LockCase(
        "UNIQUE USING INDEX",
        'CREATE UNIQUE INDEX "k" ON "t" ("a"); ALTER TABLE "t" ADD CONSTRAINT "k" UNIQUE USING INDEX "k";',
        ("LCK001 note",),
    ),
    LockCase(
        "a primary key over other columns",
        'ALTER TABLE "t" DROP CONSTRAINT "t_pkey", ADD CONSTRAINT "t_pkey" PRIMARY KEY ("id", "f");',
        ("LCK008 warn",),
    ),
    LockCase("EXCLUDE", 'ALTER TABLE "t" ADD CONSTRAINT "k" EXCLUDE USING btree ("a" WITH =);', ("LCK008 warn",)),
    # An empty table has nothing to wait for.
    LockCase("what TRUNCATE has emptied", 'TRUNCATE "t"; CREATE INDEX ON "t" ("a");', writes=True),
)
