"""The rules on locks, as data.

How long a lock is held depends on the size of the table, which no file tells: what is harmless on a small table is a
note, what writes a whole table anew or stops its readers for as long as something else takes is a warning.
"""

from pgready.findings import Evidence, Rule, Severity

__all__ = ["LCK001", "LCK002", "LCK003", "LCK004", "LCK005", "LCK006", "LCK007", "LCK008"]

_READ = (Evidence.READ,)
_MANUAL = "PostgreSQL manual, Explicit Locking, and the pages"

LCK001 = Rule(
    id="LCK001",
    title="An index is built while nobody can write",
    severity=Severity.NOTE,
    evidence=_READ,
    condition="CREATE INDEX without CONCURRENTLY on a table that exists before the deployment.",
    effect="SHARE on the table until the transaction ends: INSERT, UPDATE and DELETE wait, for as long as it takes to "
    "read and sort the table.",
    fix="CREATE INDEX CONCURRENTLY, alone in a migration of its own: beside other statements Prisma before 7.4 sends "
    "it in a transaction, where it fails (25001). If it breaks off, drop the INVALID index and build it again.",
    source=f"{_MANUAL} of CREATE INDEX, Building Indexes Concurrently.",
)
LCK002 = Rule(
    id="LCK002",
    title="A foreign key is checked while nobody can write",
    severity=Severity.NOTE,
    evidence=_READ,
    condition="A foreign key without NOT VALID is added to a table that exists before the deployment.",
    effect="SHARE ROW EXCLUSIVE on the referencing and the referenced table until the transaction ends: writes to both "
    "wait while every row is looked up.",
    fix="ADD CONSTRAINT ... NOT VALID in one migration, VALIDATE CONSTRAINT in the next: new rows are checked at once, "
    "old ones while everybody goes on working.",
    source=f"{_MANUAL} of ALTER TABLE, ADD table_constraint NOT VALID and VALIDATE CONSTRAINT.",
)
LCK003 = Rule(
    id="LCK003",
    title="Every row is checked while nobody can read",
    severity=Severity.NOTE,
    evidence=_READ,
    condition="SET NOT NULL, a CHECK without NOT VALID, or ATTACH PARTITION, on a table that exists before the "
    "deployment, and no valid CHECK says the same already; a default partition is read for each new partition.",
    effect="ACCESS EXCLUSIVE on the table: reads and writes wait while it is read once.",
    fix="ADD CONSTRAINT ... CHECK (... IS NOT NULL) NOT VALID, in the next migration VALIDATE CONSTRAINT, then SET NOT "
    "NULL (it believes the CHECK and reads nothing) and DROP CONSTRAINT.",
    source=f"{_MANUAL} of ALTER TABLE, SET NOT NULL.",
)
LCK004 = Rule(
    id="LCK004",
    title="A table is written anew while nobody can read",
    severity=Severity.WARN,
    evidence=_READ,
    condition="A change of a type to one of another representation, a new column with a value that is computed for "
    "each row, SET LOGGED, SET UNLOGGED, SET ACCESS METHOD or SET TABLESPACE, on a table that exists before the "
    "deployment; or a function or dynamic SQL under which the rehearsal sees one written anew.",
    effect="ACCESS EXCLUSIVE on the table: reads and writes wait while all its rows and all its indexes are written "
    "again; that much room is needed on the disk.",
    fix="A new column (without default), filled in batches outside of the deploy, then the switch; or a deploy at a "
    "time when nobody needs the table.",
    source=f"{_MANUAL} of ALTER TABLE, Notes.",
)
LCK005 = Rule(
    id="LCK005",
    title="A strong lock is waited for without a limit",
    severity=Severity.NOTE,
    evidence=_READ,
    condition="The deployment takes ACCESS EXCLUSIVE or SHARE ROW EXCLUSIVE on a table that exists before it, and no "
    "lock_timeout is set before that.",
    effect="While it waits behind one long query, everybody else waits behind it, readers as well.",
    fix="SET lock_timeout = '5s' in front, RESET lock_timeout at the end of the file (or the parameter in the URL of "
    "the connection): the deploy fails instead, and can be tried again.",
    source=f"{_MANUAL} of the commands; Client Connection Defaults, lock_timeout.",
)
LCK006 = Rule(
    id="LCK006",
    title="Long work while a table is locked for everybody",
    severity=Severity.WARN,
    evidence=_READ,
    condition="After a command that takes ACCESS EXCLUSIVE on an existing table, the same transaction writes many "
    "rows, reads a whole table or builds an index.",
    effect="The lock is kept to the end of the transaction, and Prisma before 7.4 sends a file as one: reads and "
    "writes of the table wait for all that comes after.",
    fix="Put the work into a migration of its own: the change of the structure first, the rows in the next, in "
    "batches if there are many.",
    source="PostgreSQL manual, Explicit Locking: a lock is held until the end of the transaction.",
)
LCK007 = Rule(
    id="LCK007",
    title="Maintenance that locks a table",
    severity=Severity.WARN,
    evidence=_READ,
    condition="VACUUM FULL, CLUSTER, REINDEX or REFRESH MATERIALIZED VIEW without CONCURRENTLY, or LOCK TABLE, on what "
    "exists before the deployment.",
    effect="Reads, writes or both wait until it is done.",
    fix="REINDEX and REFRESH with CONCURRENTLY; instead of VACUUM FULL and CLUSTER a tool that works beside the "
    "application (pg_repack), outside of the migrations.",
    source=f"{_MANUAL} of VACUUM, CLUSTER, REINDEX, REFRESH MATERIALIZED VIEW and LOCK.",
)
LCK008 = Rule(
    id="LCK008",
    title="The index of a key is built while nobody can read",
    severity=Severity.WARN,
    evidence=_READ,
    condition="ADD UNIQUE, PRIMARY KEY or EXCLUDE without USING INDEX on a table that exists before the deployment.",
    effect="ACCESS EXCLUSIVE on the table: reads and writes wait while the index is built.",
    fix="CREATE UNIQUE INDEX CONCURRENTLY in a migration of its own, in the next ADD CONSTRAINT ... UNIQUE (or PRIMARY "
    "KEY) USING INDEX, which only takes a moment. For EXCLUDE there is no such way.",
    source=f"{_MANUAL} of ALTER TABLE, ADD table_constraint_using_index.",
)
