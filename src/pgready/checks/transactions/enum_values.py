"""RES010: a value that is added to an enum cannot be used before the transaction is over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pgready.checks.gathered import Gathered, finding
from pgready.checks.transactions.blocks import transactions
from pgready.checks.transactions.literals import literals
from pgready.checks.transactions.rehearsed import applied_in_rehearsal, error_in_rehearsal
from pgready.checks.transactions.rules import RES010
from pgready.findings import Confidence, Evidence, Finding, Severity
from pgready.history import biography_at, column_before
from pgready.model.effects import Action, Script
from pgready.model.history import Biography, Certainty, Event, History
from pgready.model.location import Location
from pgready.model.migration import Statement
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["res010"]

_UNSAFE = "55P04"
# PostgreSQL 17 release notes; measured: 15 refuses, 18 does not.
_NEW_ENUMS_ARE_FREE = 170000
# What is only stored as text, and read when it is called.
_NOT_EVALUATED = frozenset({"CommentStmt", "CreateFunctionStmt", "SecLabelStmt"})


def res010(gathered: Gathered, history: History) -> Iterator[Finding]:
    """The first use of each new value in the transaction that adds it."""
    for script in gathered.scripts:
        added = list(_added(history, script.migration))
        if added:
            yield from _of_script(gathered, history, script, added)


def _of_script(
    gathered: Gathered, history: History, script: Script, added: list[tuple[Event, Biography]]
) -> Iterator[Finding]:
    place = _Place.of(history, script, transactions(script, by_statement=script.migration in gathered.by_statement))
    runs_here = applied_in_rehearsal(gathered, script.migration)
    for event, type_ in added:
        made = type_.made
        new = made is not None and made.migration == event.migration and place.together(made.statement, event.statement)
        itself = new and made is not None and made.statement == event.statement
        if itself or (runs_here and not (new and _is_new_server(gathered))):
            continue
        used = place.first_use(history, event, type_)
        if used is not None:
            found = _unsafe(gathered, event, type_, *used)
            yield _only_on_old_servers(found) if new else found


def _is_new_server(gathered: Gathered) -> bool:
    rehearsal = gathered.rehearsal
    return rehearsal is not None and rehearsal.server.version_num >= _NEW_ENUMS_ARE_FREE


def _only_on_old_servers(found: Finding) -> Finding:
    """Of an enum that the same transaction makes: new servers let its new values be used at once."""
    message = found.message.replace(": unsafe", ": before PostgreSQL 17 unsafe")
    return replace(found, message=message, severity=Severity.NOTE)


def _added(history: History, migration: str) -> Iterator[tuple[Event, Biography]]:
    """The values that a migration gives to an enum, and the life of the enum."""
    for event, _ in history.events_of(migration):
        value = event.action is Action.CREATES and event.object.kind is ObjectKind.ENUM_VALUE
        if value and event.implied_by is None and event.certainty is not Certainty.SKIPPED:
            ref = ObjectRef(kind=ObjectKind.TYPE, schema=event.object.schema, name=event.object.table or "")
            yield (
                event,
                biography_at(history, ref, event.order) or Biography(object=ref, names=(), events=(), alive=None),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A migration: its transactions, the constants in it, what each statement is about, and the moment of its end."""

    blocks: Mapping[int, int]
    constants: Mapping[str, list[tuple[Statement, str | None]]]
    tables: Mapping[int, frozenset[ObjectRef]]
    after: int

    @classmethod
    def of(cls, history: History, script: Script, blocks: Mapping[int, int]) -> "_Place":
        """What is asked for several times."""
        constants: dict[str, list[tuple[Statement, str | None]]] = {}
        for statement in script.statements:
            if statement.kind not in _NOT_EVALUATED:
                for found in literals(statement.sql):
                    constants.setdefault(found.text, []).append((statement, found.cast))
        tables: dict[int, set[ObjectRef]] = {}
        for effect in script.effects:
            refs = (effect.object, *effect.needs)
            tables.setdefault(effect.statement, set()).update(
                ObjectRef(kind=ObjectKind.TABLE, schema=ref.schema, name=ref.table or ref.name) for ref in refs
            )
        return cls(
            blocks=blocks,
            constants=constants,
            tables={statement: frozenset(refs) for statement, refs in tables.items()},
            after=1 + max(event.order for event, _ in history.events_of(script.migration)),
        )

    def together(self, one: int, other: int) -> bool:
        """Whether two statements stand in one transaction."""
        return self.blocks.get(one) == self.blocks.get(other)

    def first_use(self, history: History, event: Event, type_: Biography) -> tuple[Statement, Confidence] | None:
        """The statement that has the value as a constant of that type, and how sure it is that it means the type."""
        name = type_.name_at(self.after) or type_.object
        for statement, cast in self.constants.get(event.object.name, ()):
            if statement.position <= event.statement or not self.together(statement.position, event.statement):
                continue
            if cast in (name.name, event.object.table):
                return statement, Confidence.HIGH
            if cast is None and self._has_column_of(history, statement, name):
                return statement, Confidence.MEDIUM
        return None

    def _has_column_of(self, history: History, statement: Statement, type_: ObjectRef) -> bool:
        """Whether the statement is about a table with a column of that type: then a constant may be one."""
        spelt = f"{type_.schema}.{type_.name}"
        return any(
            str(column_before(history, life, self.after).type).removesuffix("[]") == spelt
            for table in self.tables.get(statement.position, ())
            for life in history.members(table)
            if life.kind is ObjectKind.COLUMN
        )


def _unsafe(
    gathered: Gathered, event: Event, type_: Biography, statement: Statement, confidence: Confidence
) -> Finding:
    runs = gathered.deployment.runs(event.migration)
    error = error_in_rehearsal(gathered, event.migration)
    seen = error is not None and error.sqlstate == _UNSAFE
    message = (
        f"{event.migration} adds {event.object.name} to {type_.object.name} in line {event.location.line} and uses "
    )
    message += "it in the same transaction: unsafe use of new value (SQLSTATE 55P04)"
    return finding(
        RES010,
        object=str(event.object),
        message=message if runs else f"{message} (not in what is deployed)",
        severity=RES010.severity if runs else Severity.NOTE,
        evidence=Evidence.REHEARSED if seen else Evidence.READ,
        confidence=Confidence.HIGH if seen else confidence,
        location=Location(event.location.file, statement.line, statement.column),
    )
