"""The rules about feature groups, as data."""

from pgready.findings import Evidence, Rule, Severity

__all__ = ["ISO001", "ISO002", "ISO003", "ISO004", "ISO005", "ISO006", "ISO007", "ISO008", "ISO009"]

_SOURCE = "Architecture contracts on dependencies (Parnas 1972; import-linter does the same for modules)."
_BOTH = (Evidence.READ, Evidence.REHEARSED)

ISO001 = Rule(
    id="ISO001",
    title="A contract between groups is broken",
    severity=Severity.BLOCK,
    evidence=_BOTH,
    condition="A contract of pgready.toml forbids something that is there (a foreign key from a table of one group to "
    "a table of another, a cascade, a circle of groups), or asks for something that is not (a reference, a key column, "
    "a group for every table). Keys count that are declared or made. What [[crossings]] or the baseline names is "
    "accepted.",
    effect="The groups cannot be deployed, deleted or moved on their own, although somebody relies on that.",
    fix="Remove the key, move the table, or accept it under [[crossings]] with a reason.",
    source=_SOURCE,
)
ISO002 = Rule(
    id="ISO002",
    title="Groups refer to each other in a circle",
    severity=Severity.WARN,
    evidence=_BOTH,
    condition="The foreign keys between the groups of pgready.toml form a circle. Keys to hubs do not count, nor does "
    "what [[crossings]] or the baseline accepts, nor a circle that breaks an `acyclic` contract (ISO001).",
    effect="None of these groups can be created, restored, moved or deleted before the others.",
    fix="Give up the named references (a column without a key, a table between, or the column on the other side), or "
    "join the groups.",
    source="Martin, Clean Architecture, chapter 14 (acyclic dependencies); the smallest set of keys is exact up to 14 "
    "groups that are in each other's way (Held and Karp 1962), above that a heuristic (Eades, Lin and Smyth 1993).",
)
ISO003 = Rule(
    id="ISO003",
    title="A table stands in no group or in several",
    severity=Severity.WARN,
    evidence=(Evidence.READ,),
    condition="There are groups and none has the table, or several list it, or its comments name several.",
    effect="Contracts do not judge its keys, or judge them by the wrong group.",
    fix="List the table in exactly one group.",
    source=_SOURCE,
)
ISO004 = Rule(
    id="ISO004",
    title="A column refers to another group without a foreign key",
    severity=Severity.WARN,
    evidence=_BOTH,
    condition="A column has no foreign key and looks like a reference to a table of another group: it is named after "
    "the table (rule T), columns of its name have a key to the table elsewhere (S), or it is named after the table "
    "with a role before it (R); its type fits. So are an array of such values, and a column whose type column is an "
    "enum that names the tables. Not when [[crossings]] or the baseline accepts it as "
    "`Table.column?->Table`, or when it breaks a contract (ISO001).",
    effect="The groups depend on each other and no contract on foreign keys sees it; nothing keeps the value from "
    "pointing at a row that is gone.",
    fix="Declare the foreign key, or accept the reference under [[crossings]] as `Table.column?->Table` with a reason.",
    source="Names are hints: measured on public Prisma schemas, of the columns found by T 99 %, by S 99 % and by R 97 "
    "% were references.",
)
ISO005 = Rule(
    id="ISO005",
    title="A table of a group does not say whose its rows are",
    severity=Severity.WARN,
    evidence=_BOTH,
    condition="The group has a `key`, and a table of it has no such column, allows NULL in it, or has it with another "
    "type than most of the group's tables. Not the table that the key refers to, and not a table whose required "
    "foreign keys lead to one with the key.",
    effect="Rows of one owner cannot be found, exported or deleted without guessing, and a filter by the key leaves "
    "them out or shows them to everybody.",
    fix="Add the column and make it NOT NULL, give it the type of the others, or move the table to another group.",
    source="PostgreSQL manual, Row Security Policies (a comparison with NULL is not true); CREATE TABLE, MATCH SIMPLE.",
)
ISO006 = Rule(
    id="ISO006",
    title="A delete in one group cascades into another",
    severity=Severity.WARN,
    evidence=_BOTH,
    condition="A foreign key with ON DELETE CASCADE, declared or made, goes from a table of one group to a table of "
    "another. One finding "
    "for each table whose rows are deleted; none for a hub, which others are meant to hang on, for the table of an "
    "implicit many-to-many relation, whose rows are links, nor for keys that [[crossings]] accepts, whose cascade the "
    "baseline tolerates, or that break a contract (ISO001).",
    effect="Deleting a row of one feature deletes rows of another, without a word.",
    fix="Make it ON DELETE RESTRICT or SET NULL and delete in the application, name the table in `hubs`, or accept the "
    "key under [[crossings]] with a reason.",
    source="PostgreSQL manual, Constraints: Foreign Keys.",
)
ISO007 = Rule(
    id="ISO007",
    title="An accepted crossing that no longer exists",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ,),
    condition="[[crossings]] accepts a reference between groups that neither the schema nor the migrations have, or "
    "the baseline one that breaks no contract (any more). Also a `cascade` line whose key cascades no longer.",
    effect="The exception waits for somebody to use it again unseen.",
    fix="Delete the entry.",
    source=_SOURCE,
)
ISO008 = Rule(
    id="ISO008",
    title="A contract that nothing could break",
    severity=Severity.NOTE,
    evidence=_BOTH,
    condition="A contract holds, and the groups that it judges have no foreign keys at all, inside or out; or there is "
    "no table to which a reference of theirs would break it; or it is about tables, and there is none to judge.",
    effect="It reads as isolation and says nothing: tables that refer to each other without keys keep every contract.",
    fix='Declare the keys within the group, or judge references without a key too (edges = "fk+unkeyed").',
    source="Vacuous truth; a real project looked better isolated the more of its keys it dropped.",
)
ISO009 = Rule(
    id="ISO009",
    title="The configuration names a table that does not exist, or several by one name",
    severity=Severity.WARN,
    evidence=(Evidence.READ,),
    condition="A name or glob in [groups], [isolation] or a contract matches no model and no table; a contract names a "
    "group without tables; or a name in a contract, `hubs`, [[crossings]] or the baseline means several things: tables "
    "of one name in several PostgreSQL schemas, a group and a table. Such a name permits and accepts nothing; what it "
    "forbids it forbids for all of them.",
    effect="A misspelt name leaves its table out of the contract that should hold for it; an ambiguous one would "
    "accept more than somebody has looked at.",
    fix="Correct or delete the name; write `schema.table` where it means several.",
    source=_SOURCE,
)
