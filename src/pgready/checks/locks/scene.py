"""What the rules on locks look at: every statement that locks a table which was there before, and what it weighs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

from pgready.checks.gathered import Check, Gathered, finding, once
from pgready.checks.in_scope import Weight, judged_in_scope, table_of, weigh
from pgready.checks.locks.modes import command_of
from pgready.checks.transactions.blocks import transactions
from pgready.findings import CheckResult, Confidence, Evidence, Finding, Outcome, Rule, Severity
from pgready.history import ColumnState, biography_at, column_before, existed_before_deployment
from pgready.model.effects import Action, Script
from pgready.model.facts import ConstraintFacts
from pgready.model.history import Biography, Certainty, Event, History
from pgready.model.locks import LockedBy, Work
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import StatementTrace

__all__ = ["Held", "Scene", "on_scene", "report", "table_name"]

_MOST_CHANGES = 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Held:
    """An event that locks a table: the command, the life of the table, and of the object that the event is about.

    `transaction` is the number of its transaction within the migration. `emptied`: the same migration has removed all
    rows before (TRUNCATE). `trace` is what the rehearsal saw of the statement, None when it was not traced.
    """

    event: Event
    by: LockedBy
    table: Biography
    life: Biography
    transaction: int
    emptied: bool = False
    trace: StatementTrace | None = None

    @property
    def table_name(self) -> str:
        """As the table is called then."""
        return table_name(self.table, self.event.order)

    @property
    def seen(self) -> bool:
        """Whether the rehearsal saw the lock, and the work under it where that can be seen."""
        ref = self.table.name_at(self.event.order) or self.table.object
        if self.trace is None or not any(it.table == ref and it.mode >= self.by.mode for it in self.trace.locks):
            return False
        match self.by.work:
            case Work.REWRITE | Work.COPY:
                return ref in self.trace.rewrites
            case Work.SCAN | Work.INDEX:
                return ref in self.trace.scans or self.trace.watched
            case _:
                return True

    @property
    def rewritten(self) -> bool | None:
        """Whether the rehearsal saw the table written anew by the statement; None where it saw no lock on it."""
        ref = self.table.name_at(self.event.order) or self.table.object
        locked = self.trace is not None and any(lock.table == ref for lock in self.trace.locks)
        return ref in self.trace.rewrites if self.trace is not None and locked else None


@dataclass(frozen=True)
class Scene:
    """The history, what is deployed, and how Prisma runs a file."""

    gathered: Gathered
    history: History

    @cached_property
    def scripts(self) -> Mapping[str, Script]:
        """What was read of each migration."""
        return {script.migration: script for script in self.gathered.scripts}

    @cached_property
    def held(self) -> Mapping[str, tuple[Held, ...]]:
        """By migration, in order, what locks a table, whoever made that."""
        return {migration: tuple(self._held(migration)) for migration in self.history.migrations}

    @cached_property
    def reads(self) -> Mapping[tuple[str, int], tuple[ObjectRef, ...]]:
        """By migration and statement, the relations that it reads."""
        found: dict[tuple[str, int], list[ObjectRef]] = {}
        for script in self.gathered.scripts:
            for effect in script.effects:
                if effect.action is Action.READS:
                    found.setdefault((script.migration, effect.statement), []).append(effect.object)
        return {place: tuple(refs) for place, refs in found.items()}

    @cached_property
    def traces(self) -> Mapping[tuple[str, int], StatementTrace]:
        """By migration and statement, what the rehearsal saw."""
        runs = self.gathered.rehearsal.runs if self.gathered.rehearsal is not None else ()
        return {(run.migration, trace.statement): trace for run in runs for trace in run.trace}

    @cached_property
    def begins(self) -> Mapping[int, tuple[int, int]]:
        """Line and column of the whole command, by the order of each event that is one of its actions."""
        return {
            (self.history.start_of(script.migration) or 0) + number: effect.begins
            for script in self.gathered.scripts
            for number, effect in enumerate(script.effects)
            if effect.begins is not None
        }

    def command_place(self, event: Event) -> tuple[int | None, int | None]:
        """Where the command of an event begins; the actions of one ALTER TABLE have one place."""
        return self.begins.get(event.order, (event.location.line, event.location.column))

    @cached_property
    def dropped(self) -> Mapping[tuple[str, ObjectRef], int]:
        """By migration and name, when a statement first drops what has that name."""
        found: dict[tuple[str, ObjectRef], int] = {}
        for migration in self.history.migrations:
            for event, _ in self.history.events_of(migration):
                if event.action is Action.DROPS and event.implied_by is None:
                    found.setdefault((migration, event.object), event.order)
        return found

    @cached_property
    def not_null(self) -> Mapping[tuple[str | None, str | None, str], tuple[Biography, ...]]:
        """By schema, table and column, the constraints that say it is not NULL."""
        found: dict[tuple[str | None, str | None, str], list[Biography]] = {}
        for life in self.history.biographies:
            facts = life.made.facts if life.made is not None else None
            if life.kind is ObjectKind.CONSTRAINT and isinstance(facts, ConstraintFacts):
                names = dict.fromkeys(
                    (name.schema, name.table) for name in (*(it.object for it in life.names), life.object)
                )
                for (schema, table), column in product(names, facts.not_null):
                    found.setdefault((schema, table, column), []).append(life)
        return {place: tuple(lives) for place, lives in found.items()}

    @cached_property
    def domains(self) -> frozenset[str]:
        """The names of all domains that a migration makes, as a column names them."""
        return frozenset(
            f"{naming.object.schema}.{naming.object.name}"
            for life in self.history.biographies
            if life.kind is ObjectKind.TYPE and life.made is not None and life.made.detail == "DOMAIN"
            for naming in life.names
        )

    def all_held(self) -> Iterator[Held]:
        """Of all migrations, in order."""
        for migration in self.history.migrations:
            yield from self.held[migration]

    def weight(self, rule: Rule, held: Held) -> Weight:
        """What it weighs to the rule; work on a table that is empty then is only worth a note."""
        weight = weigh(rule, held.event, held.table, self.gathered.deployment)
        if held.emptied and weight.severity is not None:
            return replace(weight, severity=None, why="the table was emptied before")
        return weight

    def column(self, held: Held) -> ColumnState:
        """What is known of the column just before; nothing of one with so many changes that no person made them."""
        if len(held.life.events) > _MOST_CHANGES:
            return ColumnState()
        return column_before(self.history, held.life, held.event.order)

    def existed(self, table: Biography) -> bool:
        """Whether the table may hold rows when the deployment begins."""
        return existed_before_deployment(table, self.gathered.deployment)

    def _held(self, migration: str) -> Iterator[Held]:
        script = self.scripts.get(migration)
        apart = migration in self.gathered.by_statement
        blocks = transactions(script, by_statement=apart) if script is not None else {}
        events = self.history.events_of(migration)
        keys = {
            (event.statement, event.object.table, event.object.name)
            for event, _ in events
            if event.action is Action.CREATES and event.object.kind is ObjectKind.CONSTRAINT
        }
        emptied: set[int] = set()
        for event, life in events:
            if event.certainty is Certainty.SKIPPED or _is_behind(event, keys):
                continue
            by, table = command_of(event, life), subject_of(self.history, event, life)
            if by is not None and table is not None:
                yield Held(
                    event=event,
                    by=by,
                    table=table,
                    life=life,
                    transaction=blocks.get(event.statement, 0),
                    emptied=id(table) in emptied,
                    trace=self.traces.get((migration, event.statement)),
                )
                if by.command == "TRUNCATE" and event.certainty is Certainty.HAPPENS:
                    emptied.add(id(table))


def _is_behind(event: Event, keys: set[tuple[int, str | None, str]]) -> bool:
    """Whether it is the index behind a key: the key says all."""
    made = event.action is Action.CREATES and event.object.kind is ObjectKind.INDEX
    return made and (event.statement, event.object.table, event.object.name) in keys


_LOCKED = frozenset({ObjectKind.TABLE, ObjectKind.MATERIALIZED_VIEW})


def subject_of(history: History, event: Event, life: Biography) -> Biography | None:
    """The life of the table (or materialized view) that the event locks; None for a view, a type or a sequence.

    Of maintenance without the name of a table it is the schema or the database. Of a table that no migration makes
    there is a life only where a statement is about the table as a whole.
    """
    if event.object.kind in (ObjectKind.OTHER, ObjectKind.SCHEMA):
        return life
    found = table_of(history, event)
    if found is not None and found.kind in _LOCKED:
        return found
    ref = event.object
    name = ref.table or ref.name
    if ref.kind in _LOCKED or ref.table is not None:
        for kind in (ObjectKind.MATERIALIZED_VIEW, ObjectKind.VIEW, ObjectKind.TYPE):
            other = biography_at(history, ObjectRef(kind=kind, schema=ref.schema, name=name), event.order)
            if other is not None:
                return other if kind in _LOCKED else None
    table = ObjectRef(kind=ObjectKind.TABLE, schema=ref.schema, name=name)
    if ref.table is not None or ref.kind is ObjectKind.TABLE:
        known = history.named(table)
        return known[-1] if known else Biography(object=table, names=(), events=(), alive=None)
    return None


def on_scene(rule: Rule, judge: Callable[[Scene], Iterator[Finding]]) -> Check:
    """A check that judges the history; without one it is skipped."""

    def check(gathered: Gathered) -> CheckResult:
        if gathered.history is None:
            return CheckResult(rule=rule.id, outcome=Outcome.SKIPPED, why="the history was not replayed")
        found = list(judge(_scene(gathered)))
        return judged_in_scope(rule, found, gathered.history, gathered.deployment)

    return Check(rule=rule, judge=check)


@once
def _scene(gathered: Gathered) -> Scene:
    return Scene(gathered, gathered.history or History())


def table_name(table: Biography, moment: int) -> str:
    """As it is called at that moment, for messages: without the schema where that is the usual one."""
    ref = table.name_at(moment) or table.object
    return ref.name if ref.schema in (None, "public") else f"{ref.schema}.{ref.name}"


def report(
    rule: Rule,
    held: Held,
    weight: Weight,
    message: str,
    *,
    severity: Severity | None = None,
    confidence: Confidence = Confidence.HIGH,
    object: ObjectRef | None = None,  # noqa: A002  # the word of the vocabulary and of audit.json
    fix: str | None = None,
) -> Finding:
    """A finding; a severity that is given can only make it milder, as only a confidence can that is given."""
    given = weight.severity or Severity.NOTE
    why = f" ({weight.why})" if weight.why else ""
    doubt = f"; {weight.doubt}" if weight.doubt else ""
    return finding(
        rule,
        object=str(object or held.event.object),
        message=f"{message}{doubt}{why}",
        evidence=Evidence.REHEARSED if held.seen else Evidence.READ,
        severity=min(given, severity or given),
        confidence=weight.confidence if confidence is Confidence.HIGH else confidence,
        location=held.event.location,
        fix=fix,
        described=bool(weight.why),
    )
