"""Names of database objects, as PostgreSQL stores them: unquoted, case-sensitive, at most 63 bytes.

Source: PostgreSQL manual, "Lexical Structure: Identifiers and Key Words" (NAMEDATALEN is 64 including the NUL).
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "MAX_IDENTIFIER_BYTES",
    "ObjectKind",
    "ObjectRef",
    "QualifiedName",
    "quote_identifier",
    "serial_sequence_name",
    "truncate_identifier",
]

MAX_IDENTIFIER_BYTES = 63


def quote_identifier(name: str) -> str:
    """The identifier in double quotes, inner quotes doubled: safe in SQL for every name without a NUL."""
    return '"' + name.replace('"', '""') + '"'


def truncate_identifier(name: str, limit: int = MAX_IDENTIFIER_BYTES) -> str:
    """Cut to `limit` bytes of UTF-8 at a character boundary, as the server does with a too long identifier."""
    return name.encode()[:limit].decode(errors="ignore")


def serial_sequence_name(table: str, column: str) -> str:
    """The name that the sequence of a SERIAL column gets, when it is free: the longer of the two names is cut first.

    Source: PostgreSQL manual, "Serial Types", and `makeObjectName()` in src/backend/commands/indexcmds.c.
    """
    spare = MAX_IDENTIFIER_BYTES - len("__seq")
    while len(table.encode()) + len(column.encode()) > spare:
        if len(table.encode()) > len(column.encode()):
            table = truncate_identifier(table, len(table.encode()) - 1)
        else:
            column = truncate_identifier(column, len(column.encode()) - 1)
    return f"{table}_{column}_seq"


@dataclass(frozen=True, slots=True, order=True)
class QualifiedName:
    """The name of a table, view, type or sequence within its schema (namespace)."""

    schema: str
    name: str

    def __str__(self) -> str:
        """`schema.name`, unquoted: for people and for audit.json, never for SQL."""
        return f"{self.schema}.{self.name}"

    @property
    def sql(self) -> str:
        """The quoted form for SQL."""
        return f"{quote_identifier(self.schema)}.{quote_identifier(self.name)}"


class ObjectKind(StrEnum):
    """Kinds of catalog objects that migrations make or drop.

    RELATION is used only in patterns: a guard on `pg_class` or `to_regclass` asks for a table, view, sequence or index.
    """

    # Enum's own is written in Python, and effects are looked up by it everywhere.
    __hash__ = str.__hash__

    SCHEMA = "schema"
    EXTENSION = "extension"
    TABLE = "table"
    VIEW = "view"
    MATERIALIZED_VIEW = "materialized view"
    SEQUENCE = "sequence"
    RELATION = "relation"
    COLUMN = "column"
    CONSTRAINT = "constraint"
    INDEX = "index"
    TYPE = "type"
    ENUM_VALUE = "enum value"
    FUNCTION = "function"
    TRIGGER = "trigger"
    POLICY = "policy"
    RULE = "rule"
    ROLE = "role"
    OTHER = "other"


_RELATIONS = frozenset(
    {
        ObjectKind.TABLE,
        ObjectKind.VIEW,
        ObjectKind.MATERIALIZED_VIEW,
        ObjectKind.SEQUENCE,
        ObjectKind.INDEX,
        ObjectKind.RELATION,
    }
)


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class ObjectRef:
    """One object of a catalog, or a pattern for one.

    `table` is the relation that a column, constraint, index, trigger or policy belongs to, or the enum type of an enum
    value; it is None for objects that stand alone. In a pattern (what a guard asks for) `schema` or `table` None
    means "any"; in a catalog both are always known (for schemas, extensions and roles `schema` is empty).
    """

    kind: ObjectKind
    schema: str | None = None
    table: str | None = None
    name: str

    def __str__(self) -> str:
        """`schema.table.name`, leaving out what is not known or does not apply."""
        return ".".join(part for part in (self.schema, self.table, self.name) if part)

    def covers(self, other: "ObjectRef") -> bool:
        """Whether this pattern means `other`: unknown schema or table match any, RELATION matches every relation."""
        return (
            (self.kind == other.kind or (self.kind is ObjectKind.RELATION and other.kind in _RELATIONS))
            and self.name == other.name
            and (self.schema is None or self.schema == other.schema)
            and (self.table is None or self.table == other.table)
        )
