"""What asks something of rows that are there: its table and columns, as they are called before the deployment."""

from collections.abc import Collection
from dataclasses import dataclass

from pgready.checks.destruction.emptying import column_of
from pgready.checks.destruction.material import Case, Material
from pgready.history import biography_at, existed_before_deployment
from pgready.model.deployment import DeploymentKind
from pgready.model.facts import ConstraintFacts
from pgready.model.history import Biography, Event
from pgready.model.names import ObjectKind, ObjectRef, quote_identifier

__all__ = ["Subject", "referenced_columns", "same_column", "sql_place", "table_at", "unmade_table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What asks something of rows that are there: its table, and the moment when what it is a part of begins.

    `reading` are the statements, by migration and number, that read a table.
    """

    material: Material
    case: Case
    table: Biography
    begins: int
    reading: Collection[tuple[str, int]]

    @property
    def event(self) -> Event:
        """The statement."""
        return self.case.event

    def column(self, name: str) -> Biography | None:
        """The life of a column of the table, as it is called then."""
        return column_of(self.material.history, self.table, name, self.event.order)

    def is_older(self, name: str) -> bool:
        """Whether the column may be there, with values in it, before the deployment (else before the migration)."""
        life, deployment = self.column(name), self.material.deployment
        if life is None or life.made is None:
            return True
        if deployment.kind is DeploymentKind.CLEAN or not deployment.runs(self.event.migration):
            return life.made.migration != self.event.migration
        return existed_before_deployment(life, deployment)

    def sql_table(self) -> str:
        """The table in SQL, as it is called when the query is to be run: before."""
        return sql_place(self.table.name_at(self.begins) or self.table.name_at(self.event.order) or self.event.object)

    def sql_column(self, name: str) -> str:
        """The column, likewise."""
        life = self.column(name)
        then = life.name_at(self.begins) if life is not None else None
        return quote_identifier(then.name if then is not None else name)


def unmade_table(ref: ObjectRef) -> Biography:
    """A table of which no migration says who made it."""
    table = ObjectRef(kind=ObjectKind.TABLE, schema=ref.schema, name=ref.table or ref.name)
    return Biography(object=table, names=(), events=(), alive=None)


def table_at(subject: Subject, referenced: ObjectRef, moment: int | None = None) -> Biography | None:
    """The life of the table of that name, at that moment or at the one of the event."""
    ref = ObjectRef(kind=ObjectKind.TABLE, schema=referenced.schema, name=referenced.name)
    return biography_at(subject.material.history, ref, subject.event.order if moment is None else moment)


def referenced_columns(subject: Subject, facts: ConstraintFacts, target: Biography | None) -> list[str]:
    """The columns that a foreign key refers to, in SQL; where it does not say which, those of the primary key."""
    names = facts.referenced_columns or (_primary_key(subject, target) if target is not None else ())
    return [_referenced_column(subject, target, name) for name in names] or ["(its primary key)"] * len(facts.columns)


def _primary_key(subject: Subject, target: Biography) -> tuple[str, ...]:
    place = target.name_at(subject.event.order) or target.object
    for life in subject.material.history.members(place):
        made = life.made
        if made is None or life.name_at(subject.event.order) is None or not isinstance(made.facts, ConstraintFacts):
            continue
        if str(made.detail).startswith("PRIMARY KEY"):
            return made.facts.columns
    return ()


def _referenced_column(subject: Subject, target: Biography | None, name: str) -> str:
    history = subject.material.history
    life = column_of(history, target, name, subject.event.order) if target is not None else None
    then = life.name_at(subject.begins) if life is not None else None
    return quote_identifier(then.name if then is not None else name)


def same_column(subject: Subject, name: str, moment: int) -> object:
    """What stays the same when a column is renamed."""
    life = column_of(subject.material.history, subject.table, name, moment)
    return id(life) if life is not None else name


def sql_place(ref: ObjectRef) -> str:
    """The table in SQL, with its schema where that is not the usual one."""
    name = quote_identifier(ref.table or ref.name)
    return name if ref.schema in (None, "public") else f"{quote_identifier(ref.schema)}.{name}"
