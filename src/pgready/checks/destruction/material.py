"""What the rules on destruction look at: each event that counts, and which rows were copied before it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypedDict, TypeVar

from pgready.checks.gathered import Check, Gathered, finding, once
from pgready.checks.in_scope import Weight, judged_in_scope, table_of, weigh
from pgready.findings import CheckResult, Confidence, Finding, Outcome, Rule, Severity
from pgready.history import biography_at
from pgready.model.deployment import Deployment
from pgready.model.effects import Action, Script
from pgready.model.facts import ConstraintFacts, RowsFacts, RowSource
from pgready.model.history import Biography, Certainty, Event, History
from pgready.model.names import ObjectKind, ObjectRef

__all__ = [
    "Adoption",
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
    """Rows that a statement brings from `source` into the table of another life."""

    event: Event
    target: Biography
    source: RowSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """A table that becomes a partition or an heir of another one, or a table of an extension.

    It goes, is emptied and loses columns together with that one. `since` and `until` are orders of events.
    """

    member: Biography
    container: Biography
    event: Event
    until: int | None = None

    @property
    def partition(self) -> bool:
        """Whether it is no table of its own any more."""
        return self.event.detail == "ATTACH PARTITION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The history and what is deployed, with indexes, so that no rule goes through the history for each finding.

    `copies` are the statements that copy rows, by the table that is read; `keys` the foreign keys by the referenced
    table; `with_others` what goes with something else, by order; `adoptions` tables that were put under another one, by
    the identity of the life of that one; `read_whole` are the tables that a query of a statement (by migration and
    number) reads in full; `shown` the table of a view of one table.
    """

    history: History
    deployment: Deployment
    copies: Mapping[Place, tuple[RowCopy, ...]]
    keys: Mapping[Place, tuple[Biography, ...]]
    with_others: Mapping[int, tuple[tuple[Event, Biography], ...]]
    adoptions: Mapping[int, tuple[Adoption, ...]]
    read_whole: frozenset[tuple[str, int, Place]]
    shown: Mapping[ObjectRef, ObjectRef]

    def end_after(self, migration: str) -> int:
        """The moment when all is done: the end of what is deployed, of a migration outside of it its own end."""
        if self.deployment.runs(migration):
            migration = next(name for name in reversed(self.history.migrations) if self.deployment.runs(name))
        return end_of(self.history, migration)


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
        return judged_in_scope(rule, list(judge(_material(gathered))), gathered.history, gathered.deployment)

    return Check(rule=rule, judge=check)


@once
def _material(gathered: Gathered) -> Material:
    history = gathered.history or History()
    return Material(history=history, deployment=gathered.deployment, **_indexes(history, gathered.scripts))


class _Indexes(TypedDict):
    copies: Mapping[Place, tuple[RowCopy, ...]]
    keys: Mapping[Place, tuple[Biography, ...]]
    with_others: Mapping[int, tuple[tuple[Event, Biography], ...]]
    adoptions: Mapping[int, tuple[Adoption, ...]]
    read_whole: frozenset[tuple[str, int, Place]]
    shown: Mapping[ObjectRef, ObjectRef]


def _indexes(history: History, scripts: Iterable[Script]) -> _Indexes:
    copies: dict[Place, list[RowCopy]] = {}
    keys: dict[Place, list[Biography]] = {}
    with_others: dict[int, list[tuple[Event, Biography]]] = {}
    for life in history.biographies:
        facts = life.made.facts if life.made is not None else None
        if isinstance(facts, ConstraintFacts) and facts.referenced is not None:
            keys.setdefault(_place(facts.referenced), []).append(life)
        for event in life.events:
            for source in _brought(event):
                copies.setdefault(_place(source.relation), []).append(RowCopy(event=event, target=life, source=source))
            if event.implied_by is not None:
                with_others.setdefault(event.order, []).append((event, life))
    for found in copies.values():
        found.sort(key=lambda copy: copy.event.order)
    return _Indexes(
        copies=_frozen(copies),
        keys=_frozen(keys),
        with_others=_frozen(with_others),
        adoptions=_frozen(_adoptions(history, scripts)),
        read_whole=frozenset(_read_whole(scripts)),
        shown=dict(_shown(scripts)),
    )


def _read_whole(scripts: Iterable[Script]) -> Iterator[tuple[str, int, Place]]:
    for script in scripts:
        for effect in script.effects:
            if effect.action is Action.READS and isinstance(effect.facts, RowsFacts):
                yield script.migration, effect.statement, _place(effect.object)


def _shown(scripts: Iterable[Script]) -> Iterator[tuple[ObjectRef, ObjectRef]]:
    """The views of one table, which may be written to."""
    for script in scripts:
        for effect in script.effects:
            if effect.action is Action.CREATES and effect.object.kind is ObjectKind.VIEW:
                tables = [need for need in effect.needs if need.kind is ObjectKind.RELATION]
                if len(tables) == 1:
                    yield effect.object, replace(tables[0], kind=ObjectKind.TABLE)


def _brought(event: Event) -> tuple[RowSource, ...]:
    if event.certainty is Certainty.SKIPPED or not isinstance(event.facts, RowsFacts):
        return ()
    return event.facts.sources


_ADOPTS = {"ATTACH PARTITION": "DETACH PARTITION", "ADD INHERIT": "DROP INHERIT"}


def _adoptions(history: History, scripts: Iterable[Script]) -> dict[int, list[Adoption]]:
    """The tables that ALTER TABLE puts under another one: the statement says which, the event when."""
    under = {
        (script.migration, effect.statement, effect.object): effect.needs
        for script in scripts
        for effect in script.effects
        if effect.detail in _ADOPTS and effect.action is Action.ALTERS
    }
    found: dict[int, list[Adoption]] = {}
    for life in history.biographies if under else ():
        for event in life.events:
            needs = under.get((event.migration, event.statement, event.object), ())
            if event.detail not in _ADOPTS or event.certainty is Certainty.SKIPPED or not needs:
                continue
            table = ObjectRef(kind=ObjectKind.TABLE, schema=needs[0].schema, name=needs[0].name)
            container = biography_at(history, table, event.order)
            if container is not None and not _is_container(event, container):
                until = _left_again(life, event)
                found.setdefault(id(container), []).append(
                    Adoption(member=life, container=container, event=event, until=until)
                )
    return found


def _is_container(event: Event, other: Biography) -> bool:
    """ATTACH PARTITION is told of both tables, first of the one that has partitions."""
    return any(each.detail == event.detail and each.order == event.order + 1 for each in other.events)


def _left_again(life: Biography, event: Event) -> int | None:
    words = _ADOPTS[str(event.detail)]
    later = (each.order for each in life.events if each.detail == words and each.order > event.order)
    return next(later, None)


def _frozen(lists: Mapping[_Key, list[_Value]]) -> dict[_Key, tuple[_Value, ...]]:
    return {key: tuple(found) for key, found in lists.items()}


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
    # The last one may have no effects at all: it ends where it starts.
    return max(history.end_of(migration), history.start_of(migration) or 0)


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
    doubt = f"; {case.weight.doubt}" if case.weight.doubt else ""
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
