"""The declared structure in the server's own spelling, so that it can be compared with what a rehearsal made."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pgready.model.names import QualifiedName
from pgready.model.schema import Column, Index, Schema, Table
from pgready.model.spelling import SpeltColumn, SpeltIndex, column_questions, index_questions
from pgready.model.trace import Rehearsal

__all__ = ["Spelt", "as_spelt"]

Place = tuple[QualifiedName, str]
"""A table and the name of its column or index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelt:
    """The declared structure with types, defaults, operator classes and predicates as the server prints them.

    The others are about columns (`refused_columns`, ...) and indexes of tables that were made, by table and name. What
    is refused has the server's words: nothing that exists can equal such a definition. Of what is unanswered nothing
    is known. Both stand in `declared` as they were written.
    """

    declared: Schema
    refused_columns: dict[Place, str]
    refused_indexes: dict[Place, str]
    unanswered_columns: frozenset[Place]
    unanswered_indexes: frozenset[Place]


def as_spelt(declared: Schema, rehearsal: Rehearsal) -> Spelt:
    """Put the server's answers in the place of what was declared; tables that were not made are left as they are."""
    made = {table.name for table in rehearsal.schema.tables}
    column_answers = {spelt.question: spelt for spelt in rehearsal.spelt_columns}
    index_answers = {spelt.question: spelt for spelt in rehearsal.spelt_indexes}
    columns = {place: column_answers.get(asked) for place, asked in column_questions(declared).items()}
    indexes = {place: index_answers.get(asked) for place, asked in index_questions(declared).items()}
    return Spelt(
        declared=replace(
            declared,
            tables=tuple(_table(table, columns, indexes) if table.name in made else table for table in declared.tables),
        ),
        refused_columns={place: each.refused for place, each in columns.items() if each and each.refused is not None},
        refused_indexes={place: each.refused for place, each in indexes.items() if each and each.refused is not None},
        unanswered_columns=frozenset(place for place, each in columns.items() if each is None and place[0] in made),
        unanswered_indexes=frozenset(place for place, each in indexes.items() if each is None and place[0] in made),
    )


def _table(
    table: Table, columns: Mapping[Place, SpeltColumn | None], indexes: Mapping[Place, SpeltIndex | None]
) -> Table:
    return replace(
        table,
        columns=tuple(_column(column, columns.get((table.name, column.name))) for column in table.columns),
        indexes=tuple(_index(index, indexes.get((table.name, index.name))) for index in table.indexes),
    )


def _column(column: Column, spelt: SpeltColumn | None) -> Column:
    if spelt is None or spelt.type is None:
        return column
    default = column.default if column.autoincrement else spelt.default
    return replace(column, type=spelt.type, default=default)


def _index(index: Index, spelt: SpeltIndex | None) -> Index:
    if spelt is None or spelt.refused is not None:
        return index
    return replace(index, operator_classes=spelt.operator_classes, where=spelt.where)
