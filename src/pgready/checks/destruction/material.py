"""What the rules on destruction look at: each event that counts, and which rows were copied before it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypedDict, TypeVar

from pgready.checks.gathered import Check, Gathered, finding
from pgready.checks.in_scope import Weight, judged_in_scope, table_of, weigh
from pgready.findings import CheckResult, Confidence, Finding, Outcome, Rule, Severity
from pgready.history import biography_at
from pgready.model.deployment import Deployment
from pgready.model.effects import Action
from pgready.model.facts import ConstraintFacts, RowsFacts
from pgready.model.history import Biography, Certainty, Event, History
from pgready.model.location import Location
from pgready.model.names import ObjectKind, ObjectRef

__all__ = [
    "Case",
    "Material",
    "RowCopy",
    "columns_at",
    "end_of",
    "listed",
    "on_material",
    "report",
    "there_after",
    "weighed",
]

_FEW = 4
Place = tuple[str | None, str]
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCopy:
    """Rows that a statement writes into another table; `complete` when it is every row.

    `columns` are the columns read or of the same name as those written, None for all of them.
    """

    event: Event
    target: Biography
    complete: bool
    columns: frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The history and what is deployed, with indexes, so that no rule goes through the history for each finding.

    `copies` are the statements that copy rows, by the table that is read; `keys` the foreign keys by the referenced
    table; `inserts` the events that insert rows, by their place; `with_others` what goes with something else, by order.
    """

    history: History
    deployment: Deployment
    copies: Mapping[Place, tuple[RowCopy, ...]]
    keys: Mapping[Place, tuple[Biography, ...]]
    inserts: Mapping[Location, tuple[Event, ...]]
    with_others: Mapping[int, tuple[tuple[Event, Biography], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An event that may be a finding: the life that it belongs to, and what it weighs."""

    event: Event
    life: Biography
    weight: Weight

    @property
    def severity(self) -> Severity:
        """That of the rule, or NOTE."""
        return self.weight.severity or Severity.NOTE


def on_material(rule: Rule, judge: Callable[[Material], Iterator[Finding]]) -> Check:
    """A check that judges the history; without one it is skipped."""

    def check(gathered: Gathered) -> CheckResult:
        if gathered.history is None:
            return CheckResult(rule=rule.id, outcome=Outcome.SKIPPED, why="the history was not replayed")
        material = _material(gathered, gathered.history)
        return judged_in_scope(rule, list(judge(material)), gathered.history, gathered.deployment)

    return Check(rule=rule, judge=check)


def _material(gathered: Gathered, history: History) -> Material:
    reads: dict[tuple[str, int], list[ObjectRef]] = {}
    for script in gathered.scripts:
        for effect in script.effects:
            if effect.action is Action.READS:
                reads.setdefault((script.migration, effect.statement), []).append(effect.object)
    copies: dict[Place, list[RowCopy]] = {}
    for migration in history.migrations:
        for event, life in history.events_of(migration):
            if event.certainty is not Certainty.SKIPPED and _brings_rows(event):
                for read in reads.get((migration, event.statement), ()):
                    copies.setdefault((read.schema, read.name), []).append(_row_copy(event, life, read))
    return Material(
        history=history,
        deployment=gathered.deployment,
        copies=_frozen(copies),
        **_indexes(history),
    )


class _Indexes(TypedDict):
    keys: Mapping[Place, tuple[Biography, ...]]
    inserts: Mapping[Location, tuple[Event, ...]]
    with_others: Mapping[int, tuple[tuple[Event, Biography], ...]]


def _indexes(history: History) -> _Indexes:
    keys: dict[Place, list[Biography]] = {}
    inserts: dict[Location, list[Event]] = {}
    with_others: dict[int, list[tuple[Event, Biography]]] = {}
    for life in history.biographies:
        facts = life.made.facts if life.made is not None else None
        if isinstance(facts, ConstraintFacts) and facts.referenced is not None:
            keys.setdefault(_place(facts.referenced), []).append(life)
        for event in life.events:
            if event.action is Action.WRITES and str(event.detail).startswith("INSERT"):
                inserts.setdefault(event.location, []).append(event)
            if event.implied_by is not None:
                with_others.setdefault(event.order, []).append((event, life))
    return _Indexes(keys=_frozen(keys), inserts=_frozen(inserts), with_others=_frozen(with_others))


def _frozen(lists: Mapping[_Key, list[_Value]]) -> dict[_Key, tuple[_Value, ...]]:
    return {key: tuple(found) for key, found in lists.items()}


def _brings_rows(event: Event) -> bool:
    if event.object.kind is not ObjectKind.TABLE:
        return False
    made = event.action is Action.CREATES and event.detail == "AS SELECT"
    return made or (event.action is Action.WRITES and str(event.detail).startswith("INSERT"))


def _row_copy(event: Event, target: Biography, read: ObjectRef) -> RowCopy:
    facts = event.facts if isinstance(event.facts, RowsFacts) else RowsFacts()
    named = {column for _, relation, column in facts.copies if (relation.schema, relation.name) == _place(read)}
    columns = frozenset((*named, *facts.columns))
    return RowCopy(event=event, target=target, complete=facts.copies_all, columns=columns or None)


def _place(ref: ObjectRef) -> Place:
    return ref.schema, ref.name


def weighed(
    material: Material, rule: Rule, wanted: Callable[[Event], bool], *, by_table: bool = False
) -> Iterator[Case]:
    """Every wanted event that weighs anything, in order; `by_table`: its table is what holds the rows.

    Of a column of which no migration says who made it, its table decides.
    """
    history = material.history
    for migration in history.migrations:
        for event, life in history.events_of(migration):
            if wanted(event):
                table = table_of(history, event) if by_table or life.made is None else None
                weight = weigh(rule, event, table or life, material.deployment)
                if weight.severity is not None:
                    yield Case(event=event, life=life, weight=weight)


def end_of(history: History, migration: str) -> int:
    """The moment when a migration has ended."""
    later = history.migrations.index(migration) + 1
    if later < len(history.first_orders):
        return history.first_orders[later]
    events = history.events_of(migration)
    return 1 + (events[-1][0].order if events else 0)


def there_after(history: History, ref: ObjectRef, migration: str) -> Biography | None:
    """What has that name when the migration has ended; of a table's name also a view."""
    moment = end_of(history, migration)
    kinds: tuple[ObjectKind, ...] = (ref.kind,)
    if ref.kind in (ObjectKind.TABLE, ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW):
        kinds = (ObjectKind.TABLE, ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW)
    found = (
        biography_at(history, ObjectRef(kind=kind, schema=ref.schema, table=ref.table, name=ref.name), moment)
        for kind in kinds
    )
    return next((life for life in found if life is not None), None)


def columns_at(history: History, table: ObjectRef, moment: int) -> tuple[Biography, ...]:
    """The columns that a table of that name has at that moment."""
    return tuple(
        life
        for life in history.members(table)
        if life.kind is ObjectKind.COLUMN
        and (name := life.name_at(moment)) is not None
        and (name.schema, name.table) == (table.schema, table.name)
    )


def report(
    rule: Rule,
    case: Case,
    message: str,
    *,
    severity: Severity | None = None,
    confidence: Confidence | None = None,
    object: ObjectRef | None = None,  # noqa: A002  # the word of the vocabulary and of audit.json
    fix: str | None = None,
) -> Finding:
    """A finding about a case; a severity that is given can only make it milder."""
    why = f" ({case.weight.why})" if case.weight.why else ""
    doubt = "" if case.event.certainty is Certainty.HAPPENS else "; whether it runs cannot be told from the text"
    return finding(
        rule,
        object=str(object or case.event.object),
        message=f"{message}{doubt}{why}",
        severity=min(case.severity, severity or case.severity),
        confidence=_less_sure(case.weight.confidence, confidence or Confidence.HIGH),
        location=case.event.location,
        fix=fix,
        described=bool(case.weight.why),
    )


_SURE = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)


def _less_sure(one: Confidence, other: Confidence) -> Confidence:
    return min(one, other, key=_SURE.index)


def listed(names: list[str], *, few: int = _FEW) -> str:
    """`a, b, c and 5 more`."""
    more = f" and {len(names) - few} more" if len(names) > few else ""
    return ", ".join(names[:few]) + more
