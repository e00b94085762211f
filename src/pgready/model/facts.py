"""What a statement says about the things it makes or changes, beyond their names.

Rules about data and locks need it: a type that gets narrower, a default that is computed anew for every row, an index
that is built while nobody may write.
"""

from dataclasses import dataclass
from enum import StrEnum

from pgready.model.names import ObjectRef

__all__ = [
    "ColumnFacts",
    "ConstraintFacts",
    "Default",
    "Facts",
    "IndexFacts",
    "Reach",
    "RowSource",
    "RowsFacts",
    "SettingFacts",
]


class Default(StrEnum):
    """The default of a column. Only a VOLATILE one is computed row by row when a column is added.

    CONSTANT and STABLE ones (`now()`) are computed once (PostgreSQL manual, ALTER TABLE, Notes). UNKNOWN: a function
    that is not PostgreSQL's own.
    """

    CONSTANT = "constant"
    STABLE = "stable"
    VOLATILE = "volatile"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFacts:
    """A column that is added, or what ALTER COLUMN makes of it (then only what it names is known).

    `type` is spelt as `format_type()` prints it (`character varying(10)`, `integer[]`), a type that is not
    PostgreSQL's own as `schema.name`; None when the statement names none. `not_null` also by a primary key, SERIAL or
    identity. `default` is None where there is none (also for DEFAULT NULL, identity and generated columns); that of a
    SERIAL is VOLATILE. `virtual`: a generated column that is computed when it is read. `using`: the values are
    converted by an expression of the statement; `replaced`: by one that does not read the column; `converted`: by one
    that may give other values than the column has, whatever the types are; `reduced`: by one of which nobody can tell
    the value before (`left(a, 1)`).
    """

    type: str | None = None
    not_null: bool = False
    default: Default | None = None
    identity: bool = False
    generated: bool = False
    virtual: bool = False
    serial: bool = False
    using: bool = False
    replaced: bool = False
    converted: bool = False
    reduced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstraintFacts:
    """A constraint: its columns, what a foreign key refers to, whether rows are checked now, an index it takes over.

    `columns` of a CHECK are those that its expression uses, in order. `referenced_columns` is empty where the statement
    leaves them to the primary key. `valid` is False for NOT VALID and NOT ENFORCED. `index` is that of USING INDEX.
    `not_null` are the columns that a CHECK keeps from being NULL by `column IS NOT NULL`, alone or joined by AND.
    `cascades`: a foreign key whose rows go with those that they refer to (ON DELETE CASCADE).
    """

    columns: tuple[str, ...] = ()
    referenced: ObjectRef | None = None
    referenced_columns: tuple[str, ...] = ()
    valid: bool = True
    index: str | None = None
    not_null: tuple[str, ...] = ()
    cascades: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFacts:
    """An index, also one behind a key: its columns (None for an expression), in order, without those of INCLUDE."""

    columns: tuple[str | None, ...] = ()
    unique: bool = False
    concurrently: bool = False
    partial: bool = False
    method: str = "btree"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which rows of its table a condition leaves, where that can be said in these words, joined by AND.

    Nothing set: every row. `not_null`, `null`: the columns that must not be, or must be NULL (`a = a` is `a IS NOT
    NULL`). `positive`: columns that are compared with a number below all that a sequence gives. `if_any`: relations
    that only have to hold a row. `joined`: rows that have a partner in another relation, by equal columns. `variable`:
    the row that a PL/pgSQL variable holds, by equal columns. `limited`: only as many of them as LIMIT says.
    """

    not_null: tuple[str, ...] = ()
    null: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    if_any: tuple[ObjectRef, ...] = ()
    joined: bool = False
    variable: str | None = None
    limited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSource:
    """A relation whose rows INSERT ... SELECT or CREATE TABLE AS brings, also through WITH and subqueries.

    `columns` are (written column, read column), each read column that some written value is computed of; the written
    one is None where the statement does not name it; `converted` are those of them whose value need not be that of the
    column (`left(a, 1)`, `a::int`). `every_column`: `*` is among them. `left_out` says in words why
    not each row that is read is written (`LIMIT`, `an inner join`), `not_null` are the columns that its conditions
    only want not to be NULL. `deleted`: the rows are those that the same statement deletes there (RETURNING).
    """

    relation: ObjectRef
    columns: tuple[tuple[str | None, str], ...] = ()
    converted: tuple[tuple[str | None, str], ...] = ()
    every_column: bool = False
    left_out: tuple[str, ...] = ()
    not_null: tuple[str, ...] = ()
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsFacts:
    """A statement that writes rows; also CREATE TABLE AS, and a query that reads each row of its one table (`reach`).

    `unconditional`: it concerns every row (no WHERE, or one that is always true, and no join). `columns` are those that
    it names. `copies` are (written column, read relation, read column), for each column that is a plain copy of
    another: `UPDATE t SET b = a`, `INSERT INTO t (b) SELECT a FROM u`; the relation read is of kind RELATION (a pattern
    that covers its table). `copies_all`: an INSERT takes them from every row of the one relation that it reads (no
    WHERE, no join, no grouping, no LIMIT, no ON CONFLICT).

    `reach` says which rows UPDATE, DELETE, TRUNCATE and MERGE concern, None where that takes more to say. `removes`:
    the rows are deleted. `unmatched`: MERGE deletes rows that have no partner in what it reads. `constants` are the
    columns that UPDATE sets to a value that no column has a part in, `reduced` those set to a value of which nobody
    can tell the one before (`a = b`, `a = md5(a)`), `kept` those whose own value is kept (`a = COALESCE(a, 1)`),
    `levelled` those that have one value in every row afterwards
    (`a = 1 WHERE a <> 1`);
    `computed` are (written column, read relation, read column) of UPDATE, for each column that a value is computed of,
    plain copies included, and `tested` the columns that its condition asks for. `sources` are the relations whose rows
    are brought.
    """

    unconditional: bool = False
    columns: tuple[str, ...] = ()
    copies: tuple[tuple[str, ObjectRef, str], ...] = ()
    copies_all: bool = False
    reach: Reach | None = None
    removes: bool = False
    unmatched: bool = False
    constants: tuple[str, ...] = ()
    reduced: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    levelled: tuple[str, ...] = ()
    computed: tuple[tuple[str, ObjectRef, str], ...] = ()
    tested: tuple[str, ...] = ()
    sources: tuple[RowSource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingFacts:
    """SET, RESET, DISCARD ALL and `set_config()`: `value` is None for the default, `local` ends with the transaction.

    `name` is in lower case; `role` and `session_authorization` for SET ROLE and SET SESSION AUTHORIZATION, `all` for
    RESET ALL and DISCARD ALL, `transaction` and `session characteristics` for SET TRANSACTION and its like. `computed`:
    the value is not in the text.
    """

    name: str
    value: str | None = None
    local: bool = False
    computed: bool = False


Facts = ColumnFacts | ConstraintFacts | IndexFacts | RowsFacts | SettingFacts
