"""DES001 to DES007 as data."""

from pgready.findings import Evidence, Rule, Severity

__all__ = ["DES001", "DES002", "DES003", "DES004", "DES005", "DES006", "DES007"]

DES001 = Rule(
    id="DES001",
    title="A table is dropped",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ,),
    condition="A migration that is about to run drops a table (or partition) that was there before, by its name or "
    "with something new that it was put into, and not every row and value of it is in another table when the "
    "deployment has ended: what LIMIT, a condition, a join or a grouping leaves out of a copy is lost.",
    effect="Its rows are gone for good, and the version of the application that still runs fails on the table.",
    fix="Release a version that no longer uses the table; keep the rows (copy them, or a backup that was restored "
    "once); then drop it in a migration of its own.",
    source="PostgreSQL manual, DROP TABLE.",
)
DES002 = Rule(
    id="DES002",
    title="A column is dropped",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ,),
    condition="A migration that is about to run drops a column that was there before, and not every value of it is "
    "in another column when the deployment has ended.",
    effect="The values of every row are gone for good, and the version of the application that still runs fails on "
    "the column.",
    fix="Expand and contract: add and fill what replaces the column, release a version that no longer uses it, then "
    "drop it in a migration of its own.",
    source="PostgreSQL manual, ALTER TABLE (DROP COLUMN).",
)
DES003 = Rule(
    id="DES003",
    title="All rows of a table are deleted, or all values of a column overwritten",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ,),
    condition="TRUNCATE, DELETE or MERGE that leaves no row of a table that was there before: without a condition, or "
    "with one that every row meets (1 = 1, a key IS NOT NULL, id = id). UPDATE that sets a column that was there "
    "before to one value in every row.",
    effect="Every row, or every value, is gone for good: also what users have written since the migration was tested.",
    fix="Say with a WHERE which rows are meant, or keep a copy of them first.",
    source="PostgreSQL manual, DELETE, TRUNCATE, MERGE and UPDATE.",
)
DES004 = Rule(
    id="DES004",
    title="A type is narrowed",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ,),
    condition="ALTER COLUMN ... TYPE from a type to one that cannot hold all of its values.",
    effect="Values that do not fit make the migration fail in the middle, or are rounded or cut without a word.",
    fix="Count first the rows whose values do not fit. Expand and contract: add a column of the new type, convert "
    "what fits, decide about the rest, then switch.",
    source="PostgreSQL manual, ALTER TABLE (SET DATA TYPE) and Data Types.",
)
DES005 = Rule(
    id="DES005",
    title="A value of an enum is removed",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ,),
    condition="An enum is replaced by one of the same name (as Prisma does it: a new type, ALTER COLUMN, rename) that "
    "lacks values the old one had.",
    effect="A row that holds a removed value makes the migration fail (22P02); the version of the application that "
    "still runs fails when it writes one.",
    fix="Release a version that no longer writes the value, then UPDATE the rows that hold it in the migration, "
    "before the type is replaced.",
    source="PostgreSQL manual, Enumerated Types: a value cannot be removed. Prisma writes the replacement.",
)
DES006 = Rule(
    id="DES006",
    title="Something the application names is renamed",
    severity=Severity.WARN,
    evidence=(Evidence.READ,),
    condition="A table, view, column, enum, value of an enum or schema that was there before has another name when "
    "the migration ends, and nothing has the old one.",
    effect="No data is lost. The version of the application that still runs fails on the old name (42P01, 42703, "
    "22P02) until the new version is everywhere; rolling back fails likewise.",
    fix="Keep the name in the database and rename in the application (@map, @@map); or expand and contract: add the "
    "new one, write both, switch, drop the old one.",
    source="PostgreSQL manual, ALTER TABLE (RENAME).",
)
DES007 = Rule(
    id="DES007",
    title="A schema is dropped with what it holds",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ,),
    condition="DROP SCHEMA ... CASCADE of a schema that was there before.",
    effect="Every table, type and function in it is gone for good, and every foreign key and view that uses them.",
    fix="Drop what is meant by name, or DROP SCHEMA without CASCADE, which refuses while anything is left in it.",
    source="PostgreSQL manual, DROP SCHEMA.",
)
