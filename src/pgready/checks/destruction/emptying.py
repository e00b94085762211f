"""Which statements leave no row of a table, or no value of a column, although a condition may stand there."""

from collections.abc import Iterator
from dataclasses import replace

from pgready.checks.destruction.material import Adoption, Material
from pgready.history import biography_at, column_before
from pgready.model.effects import Action
from pgready.model.facts import ColumnFacts, ConstraintFacts, Reach, RowsFacts
from pgready.model.history import Biography, Certainty, Event, History
from pgready.model.names import ObjectKind, ObjectRef

__all__ = [
    "adopted_by",
    "column_of",
    "empties",
    "ends_of_rows",
    "in_loop",
    "is_not_null",
    "overwrites",
    "reaches_all",
    "reduces",
    "table_shown",
]


def column_of(history: History, table: Biography, name: str, moment: int) -> Biography | None:
    """The life of a column that the table has at that moment."""
    there = table.name_at(moment) or table.object
    return biography_at(
        history, ObjectRef(kind=ObjectKind.COLUMN, schema=there.schema, table=there.name, name=name), moment
    )


def is_not_null(history: History, table: Biography, name: str, moment: int) -> bool:
    """Whether no row of the table has NULL in the column: NOT NULL, or a part of the primary key."""
    life = column_of(history, table, name, moment)
    if life is not None and column_before(history, life, moment).not_null:
        return True
    there = table.name_at(moment) or table.object
    return any(
        each.kind is ObjectKind.CONSTRAINT
        and each.name_at(moment) is not None
        and each.made is not None
        and str(each.made.detail).startswith("PRIMARY KEY")
        and isinstance(each.made.facts, ConstraintFacts)
        and name in each.made.facts.columns
        for each in history.members(there)
    )


def reaches_all(
    history: History, table: Biography, reach: Reach | None, moment: int, *, but_null: str | None = None
) -> bool:
    """Whether a condition leaves no row out; with `but_null` those with NULL in that column may be."""
    if reach is None or reach.joined or reach.variable or reach.limited:
        return False
    if not all(_is_unfilled(history, table, name, moment) for name in reach.null):
        return False
    filled = (name == but_null or is_not_null(history, table, name, moment) for name in reach.not_null)
    return all(filled) and all(_is_numbered(history, table, name, moment) for name in reach.positive)


def _is_unfilled(history: History, table: Biography, name: str, moment: int) -> bool:
    """Whether every row has NULL there: a column that came after the table, has no default, and nothing filled."""
    life = column_of(history, table, name, moment)
    made = life.made if life is not None else None
    facts = made.facts if made is not None else None
    if life is None or made is None or not isinstance(facts, ColumnFacts) or _same_statement(made, table.made):
        return False
    if facts.default is not None or facts.generated or facts.identity or facts.not_null:
        return False
    since = made.order
    filled = any(_may_fill(each, name) for each in table.events if since < each.order < moment)
    return not filled and not any(since < each.order < moment for each in life.events)


def _same_statement(one: Event, other: Event | None) -> bool:
    return other is not None and (one.migration, one.statement) == (other.migration, other.statement)


def _may_fill(event: Event, column: str) -> bool:
    """Whether a statement may put a value into the column: one that names it, or no column at all."""
    facts = event.facts
    if event.action is not Action.WRITES or (isinstance(facts, RowsFacts) and facts.removes):
        return False
    return not isinstance(facts, RowsFacts) or not facts.columns or column in facts.columns


def _is_numbered(history: History, table: Biography, name: str, moment: int) -> bool:
    """Whether a sequence gives the numbers of the column."""
    life = column_of(history, table, name, moment)
    facts = life.made.facts if life is not None and life.made is not None else None
    serial = bool(getattr(facts, "serial", False))
    return life is not None and (serial or column_before(history, life, moment).identity)


def table_shown(material: Material, view: ObjectRef) -> ObjectRef | None:
    """The table of a view of one table, also through views of views."""
    found, seen = material.shown.get(view), {view}
    while found is not None:
        below = replace(found, kind=ObjectKind.VIEW)
        if below in seen or below not in material.shown:
            return found
        seen.add(below)
        found = material.shown[below]
    return None


def empties(history: History, table: Biography, event: Event) -> bool:
    """DELETE, TRUNCATE and MERGE that leave no row of the table, if they run."""
    facts = event.facts
    if event.action is not Action.WRITES or not isinstance(facts, RowsFacts) or not facts.removes:
        return False
    return facts.unconditional or reaches_all(history, table, facts.reach, event.order)


def in_loop(
    material: Material, table: Biography, event: Event, *, but_null: str | None = None, batches: bool = True
) -> bool:
    """Whether a PL/pgSQL loop reaches every row: by a variable that holds each in turn, or so many at a time."""
    there = event.object
    reach = event.facts.reach if isinstance(event.facts, RowsFacts) else None
    if reach is None or not any(guard.form == "DO LOOP" for guard in event.guards):
        return False
    whole = (event.migration, event.statement, (there.schema, there.name)) in material.read_whole
    if not ((reach.variable is not None and whole) or (reach.limited and batches)):
        return False
    open_reach = replace(reach, variable=None, limited=False)
    return reaches_all(material.history, table, open_reach, event.order, but_null=but_null)


def overwrites(history: History, table: Biography, event: Event) -> tuple[str, ...]:
    """The columns that an UPDATE sets to one value in every row that has another."""
    facts = event.facts
    if event.action is not Action.WRITES or not isinstance(facts, RowsFacts) or event.certainty is Certainty.SKIPPED:
        return ()
    return tuple(
        name
        for name in facts.constants
        if facts.unconditional or reaches_all(history, table, facts.reach, event.order, but_null=name)
    )


def reduces(history: History, table: Biography, event: Event) -> tuple[str, ...]:
    """The columns that UPDATE sets, in every row, to values that do not tell those before, though not to one."""
    facts = event.facts
    if event.action is not Action.WRITES or not isinstance(facts, RowsFacts) or event.certainty is Certainty.SKIPPED:
        return ()
    every = (
        name
        for name in facts.reduced
        if facts.unconditional or reaches_all(history, table, facts.reach, event.order, but_null=name)
    )
    return (*every, *(name for name in facts.levelled))


def adopted_by(material: Material, container: Biography, moment: int) -> Iterator[Adoption]:
    """The tables that ALTER TABLE has put under that one, and under those, and that are there at that moment."""
    waiting, seen = [container], {id(container)}
    while waiting:
        for each in material.adoptions.get(id(waiting.pop()), ()):
            there = each.event.order < moment and (each.until is None or each.until > moment)
            gone = each.member.ended is not None and each.member.ended < moment
            if there and not gone and id(each.member) not in seen:
                seen.add(id(each.member))
                waiting.append(each.member)
                yield each


def ends_of_rows(material: Material, table: Biography, after: int, before: int) -> Event | None:
    """The first event between two moments that drops or empties the table, also by way of one that it is under."""
    history = material.history
    found = [
        event
        for event in table.events
        if after < event.order < before
        and event.certainty is not Certainty.SKIPPED
        and (event.action is Action.DROPS or empties(history, table, event))
    ]
    for each in _adoptions_of(material, table):
        for event in each.container.events:
            while_under = max(after, each.event.order) < event.order < min(before, each.until or before)
            goes = event.action is Action.DROPS or empties(history, each.container, event)
            if while_under and goes and event.certainty is not Certainty.SKIPPED:
                found.append(event)
    return min(found, key=lambda event: event.order, default=None)


def _adoptions_of(material: Material, table: Biography) -> Iterator[Adoption]:
    for adoptions in material.adoptions.values():
        yield from (each for each in adoptions if each.member is table)
