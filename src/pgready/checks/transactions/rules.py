"""The rules on what a file does to its transaction and to its connection, as data."""

from pgready.findings import Evidence, Rule, Severity

__all__ = ["RES008", "RES010", "RES011"]

RES008 = Rule(
    id="RES008",
    title="A setting of the session leaks into what follows",
    severity=Severity.WARN,
    evidence=(Evidence.READ,),
    condition="A migration changes search_path, the role, the time zone or another setting that gives later statements "
    "another meaning, and does not change it back.",
    effect="Prisma sends all migrations of a deploy over one connection: the later ones run with it in a deploy of "
    "everything, and without it where they are deployed one by one. Prisma's own bookkeeping runs with it too.",
    fix="RESET the setting at the end of the file, or write the names with their schema and leave it alone. SET LOCAL "
    "ends with the transaction: it works where Prisma sends the file as one (before 7.4) or the file says BEGIN.",
    source="PostgreSQL manual, SET; Prisma applies migrations over one connection.",
)
RES010 = Rule(
    id="RES010",
    title="A new enum value is used in the transaction that adds it",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ, Evidence.REHEARSED),
    condition="ALTER TYPE ... ADD VALUE on an enum that is older than the transaction, and the value in a later "
    "statement of the same transaction.",
    effect='The deploy stops with "unsafe use of new value" (SQLSTATE 55P04), and nothing of the file is applied.',
    fix="Use the value in the next migration: the file that adds it must be over before.",
    source="PostgreSQL manual, ALTER TYPE, Notes; Prisma before 7.4 sends a file as one transaction.",
)
RES011 = Rule(
    id="RES011",
    title="A command that must not run in a transaction stands beside others",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ, Evidence.REHEARSED),
    condition="CREATE INDEX, DROP INDEX or REINDEX CONCURRENTLY, VACUUM, CREATE DATABASE, ALTER SYSTEM or the like is "
    "not the only statement of its file, stands between BEGIN and COMMIT, or in a DO block.",
    effect="The deploy stops with SQLSTATE 25001, and nothing of the file is applied.",
    fix="Give the command a migration of its own, with no other statement in the file.",
    source="PostgreSQL manual, the pages of the commands; Message Flow, Multiple Statements in a Simple Query.",
)
