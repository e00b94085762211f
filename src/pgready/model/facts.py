"""What a statement says about the things it makes or changes, beyond their names.

Rules about data and locks need it: a type that gets narrower, a default that is computed anew for every row, an index
that is built while nobody may write.
"""

from dataclasses import dataclass
from enum import StrEnum

from pgready.model.names import ObjectRef

__all__ = ["ColumnFacts", "ConstraintFacts", "Default", "Facts", "IndexFacts", "RowsFacts", "SettingFacts"]


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
    converted by an expression of the statement.
    """

    type: str | None = None
    not_null: bool = False
    default: Default | None = None
    identity: bool = False
    generated: bool = False
    virtual: bool = False
    serial: bool = False
    using: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstraintFacts:
    """A constraint: its columns, what a foreign key refers to, whether rows are checked now, an index it takes over.

    `columns` of a CHECK are those that its expression uses, in order. `referenced_columns` is empty where the statement
    leaves them to the primary key. `valid` is False for NOT VALID and NOT ENFORCED. `index` is that of USING INDEX.
    `not_null` are the columns that a CHECK keeps from being NULL by `column IS NOT NULL`, alone or joined by AND.
    """

    columns: tuple[str, ...] = ()
    referenced: ObjectRef | None = None
    referenced_columns: tuple[str, ...] = ()
    valid: bool = True
    index: str | None = None
    not_null: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFacts:
    """An index, also one behind a key: its columns (None for an expression), in order, without those of INCLUDE."""

    columns: tuple[str | None, ...] = ()
    unique: bool = False
    concurrently: bool = False
    partial: bool = False
    method: str = "btree"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsFacts:
    """A statement that writes rows.

    `unconditional`: it concerns every row (no WHERE, or one that is always true, and no join). `columns` are those that
    it names. `copies` are (written column, read relation, read column), for each column that is a plain copy of
    another: `UPDATE t SET b = a`, `INSERT INTO t (b) SELECT a FROM u`; the relation read is of kind RELATION (a pattern
    that covers its table). `copies_all`: an INSERT takes them from every row of the one relation that it reads (no
    WHERE, no join, no grouping, no LIMIT, no ON CONFLICT).
    """

    unconditional: bool = False
    columns: tuple[str, ...] = ()
    copies: tuple[tuple[str, ObjectRef, str], ...] = ()
    copies_all: bool = False


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
