"""What a server is asked to spell: declared types, defaults, operator classes and predicates.

Prisma writes `DEFAULT '{}'`, the catalog holds `'{}'::jsonb`. Both sides are comparable only in the server's spelling,
and only the server that ran the migrations knows the types and functions that they made. So everything whose spelling
matters becomes a question, the rehearsal answers it, and the checks look the answer up.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pgready.model.names import QualifiedName
from pgready.model.schema import Index, Schema, Table

__all__ = [
    "ColumnQuestion",
    "IndexQuestion",
    "Question",
    "Spelling",
    "SpeltColumn",
    "SpeltIndex",
    "column_questions",
    "index_questions",
    "questions",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnQuestion:
    """How is a column of this SQL type, with this DEFAULT expression (None: none), printed?

    `table` is given where the text may speak of other columns: what stands in `Unsupported("...")` is written into
    the column definition unread, so that it may hold `GENERATED ALWAYS AS (...)`.
    """

    type: str
    default: str | None = None
    table: QualifiedName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexQuestion:
    """How are these operator classes ("" for the default) and this predicate printed on that table?"""

    table: QualifiedName
    method: str
    columns: tuple[str, ...]
    operator_classes: tuple[str, ...]
    where: str | None = None


Question = ColumnQuestion | IndexQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeltColumn:
    """The answer: `type` as in `Column.type`, `default` as in an introspected `Column.default`.

    `refused` holds the server's words where it does not take the definition; then the others are None.
    """

    question: ColumnQuestion
    type: str | None = None
    default: str | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeltIndex:
    """The answer, as in an introspected `Index`; `refused` as above."""

    question: IndexQuestion
    operator_classes: tuple[str, ...] = ()
    where: str | None = None
    refused: str | None = None


Spelling = SpeltColumn | SpeltIndex


def questions(declared: Schema) -> tuple[Question, ...]:
    """Every question about a declared structure once, in the order of its tables."""
    return (*dict.fromkeys(column_questions(declared).values()), *dict.fromkeys(index_questions(declared).values()))


def column_questions(declared: Schema) -> dict[tuple[QualifiedName, str], ColumnQuestion]:
    """The questions by table and column.

    A type that stands in the catalog as it is declared, without a default, needs no question; nor does the sequence
    of a SERIAL column, whose name the server makes.
    """
    types = dict(_enum_types(declared))
    return {
        (table.name, column.name): ColumnQuestion(
            type=types.get(column.type, column.type),
            default=None if column.autoincrement else column.default,
            table=table.name if column.verbatim_type else None,
        )
        for table in declared.tables
        for column in table.columns
        if column.verbatim_type or (column.default is not None and not column.autoincrement)
    }


def _enum_types(declared: Schema) -> Iterator[tuple[str, str]]:
    """From `schema.name` to the quoted name, for enums and their arrays."""
    for enum in declared.enums:
        yield str(enum.name), enum.name.sql
        yield f"{enum.name}[]", f"{enum.name.sql}[]"


def index_questions(declared: Schema) -> dict[tuple[QualifiedName, str], IndexQuestion]:
    """The questions by table and index: those with a predicate or an operator class that is named."""
    return {
        (table.name, index.name): _index_question(table, index)
        for table in declared.tables
        for index in table.indexes
        if index.where is not None or any(index.operator_classes)
    }


def _index_question(table: Table, index: Index) -> IndexQuestion:
    return IndexQuestion(
        table=table.name,
        method=index.method,
        columns=index.columns,
        operator_classes=index.operator_classes or ("",) * len(index.columns),
        where=index.where,
    )
