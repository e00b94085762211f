"""DES005: values of enums that are removed."""

from collections.abc import Iterator, Mapping

from pgready.checks.destruction.material import Case, Material, end_of, listed, report, weighed
from pgready.checks.destruction.rules import DES005
from pgready.checks.in_scope import weigh
from pgready.findings import Confidence, Finding, Severity
from pgready.history import (
    EnumSwap,
    biography_at,
    column_before,
    enum_values_before,
    existed_before_deployment,
)
from pgready.model.effects import Action
from pgready.model.facts import ColumnFacts, RowsFacts
from pgready.model.history import Biography, Certainty, Event, History
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["des005", "enum_of", "is_swapped", "swapped_types", "swaps_of"]


def enum_of(history: History, type_: str, moment: int) -> tuple[str, ...] | None:
    """The values of the enum that a type (or list of it) is; None when it is no enum of the migrations."""
    schema, _, name = type_.removesuffix("[]").partition(".")
    if not name:
        return None
    ref = ObjectRef(kind=ObjectKind.TYPE, schema=schema, name=name)
    life = biography_at(history, ref, moment)
    made = life.made if life is not None else None
    return enum_values_before(history, ref, moment) if made is not None and made.detail == "ENUM" else None


def swaps_of(history: History, migration: str) -> Iterator[EnumSwap]:
    """The enums that a migration drops and that another one has the name of when it has ended, however it got it."""
    start, end = history.start_of(migration) or 0, end_of(history, migration)
    for event, life in history.events_of(migration):
        own = event.action is Action.DROPS and event.implied_by is None and event.order == life.ended
        name = life.name_at(start) if life.kind is ObjectKind.TYPE and own else None
        new = biography_at(history, name, end) if name is not None else None
        if name is None or new is None or new.made is None or new.made.migration != migration:
            continue
        before, after = (enum_values_before(history, name, moment) for moment in (start, end))
        yield EnumSwap(
            old=life,
            new=new,
            event=event,
            lost=tuple(value for value in before if value not in after),
            gained=tuple(value for value in after if value not in before),
        )


def swapped_types(history: History, migration: str) -> frozenset[str]:
    """Every name, `schema.name`, that the replaced enums of a migration ever had."""
    swaps = swaps_of(history, migration)
    return frozenset(f"{name.schema}.{name.name}" for swap in swaps for name in _names_of(swap.old))


def is_swapped(material: Material, case: Case, swapped: frozenset[str]) -> bool:
    """Whether the column changes its type as a part of replacing an enum: DES005 judges that."""
    start = material.history.start_of(case.event.migration)
    first = column_before(material.history, case.life, start).type if start is not None else None
    return first is not None and first.removesuffix("[]") in swapped


def _names_of(life: Biography) -> Iterator[ObjectRef]:
    yield life.object
    yield from (naming.object for naming in life.names)


def des005(material: Material) -> Iterator[Finding]:
    """Values that an enum had and no longer has."""
    columns = _columns_by_type(material.history)
    earlier: dict[int, list[EnumSwap]] = {}
    for migration in material.history.migrations:
        for swap in swaps_of(material.history, migration):
            chain = [swap, *earlier.get(id(swap.old), [])]
            earlier[id(swap.new)] = chain
            yield from _swapped(material, chain, columns)
    for case in weighed(material, DES005, _edits_catalog):
        yield report(DES005, case, "rows of pg_enum are deleted by hand: rows that hold such a value cannot be read")


def _columns_by_type(history: History) -> Mapping[str, list[Biography]]:
    """The columns that ever had a type, by its name without schema and brackets."""
    found: dict[str, list[Biography]] = {}
    for life in history.biographies:
        facts = (event.facts for event in life.events)
        types = (each.type for each in facts if isinstance(each, ColumnFacts) and each.type)
        for name in dict.fromkeys(type_.removesuffix("[]").rpartition(".")[2] for type_ in types):
            found.setdefault(name, []).append(life)
    return found


def _swapped(material: Material, chain: list[EnumSwap], columns: Mapping[str, list[Biography]]) -> Iterator[Finding]:
    """The first of the chain, which replaces what the others, latest first, have put in place of the oldest enum.

    That one decides how old the values are: replacing an enum keeps the rows.
    """
    swap = chain[0]
    weight = weigh(DES005, swap.event, chain[-1].old, material.deployment)
    if not swap.lost or weight.severity is None:
        return
    case = Case(event=swap.event, life=swap.old, weight=weight)
    name, users = _name_before(material.history, swap), _columns_of(material.history, swap, columns)
    values = "value" if len(swap.lost) == 1 else "values"
    message = f"enum {name} is replaced by one without the {values} {listed(list(swap.lost))}"
    if swap.gained:
        message += f" (and with {listed(list(swap.gained))} in place)"
    if not users:
        message += "; no column has this type"
        yield report(DES005, case, message, severity=Severity.NOTE, object=name)
        return
    message += f"; used by {listed([str(each.object) for each in users])}"
    young = [value for value in swap.lost if not _is_old(material, chain, value)]
    if len(young) == len(swap.lost) and weight.severity is DES005.severity:
        message += "; the same deployment made them"
        yield report(DES005, case, message, severity=Severity.NOTE, object=name)
        return
    changed = _updated_first(material.history, swap, users)
    if changed is None:
        message += (
            ": a row that holds one makes the migration fail (22P02), unless USING turns it into another value; the "
        )
        message += "running version fails when it writes one"
        yield report(DES005, case, message, object=name)
        return
    message += f"; line {changed.location.line} changes rows first, and what they held is not kept; the running "
    message += "version fails when it writes one (22P02)"
    yield report(DES005, case, message, severity=Severity.WARN, confidence=Confidence.MEDIUM, object=name)


def _name_before(history: History, swap: EnumSwap) -> ObjectRef:
    return swap.old.name_at(history.start_of(swap.event.migration) or 0) or swap.old.object


def _columns_of(history: History, swap: EnumSwap, columns: Mapping[str, list[Biography]]) -> list[Biography]:
    """The columns of the enum before the migration and of the new one after it, that are there."""
    start = history.start_of(swap.event.migration) or 0
    names = {f"{name.schema}.{name.name}" for name in _names_of(swap.old)}
    return [
        life
        for life in {id(each): each for name in _names_of(swap.old) for each in columns.get(name.name, ())}.values()
        if life.kind is ObjectKind.COLUMN
        and (life.name_at(start) is not None or life.made is None)
        and (column_before(history, life, start).type or "").removesuffix("[]") in names
        and (life.ended is None or life.ended >= swap.event.order)
    ]


def _is_old(material: Material, chain: list[EnumSwap], value: str) -> bool:
    """Whether the value may be in rows when the deployment begins: some enum of the chain had it then."""
    told = [existed for swap in chain if (existed := _existed(material, swap, value)) is not None]
    return any(told) or not told


def _existed(material: Material, swap: EnumSwap, value: str) -> bool | None:
    """Whether the value of the replaced enum existed before the deployment; None when it had none of that name."""
    start = material.history.start_of(swap.event.migration) or 0
    for naming in _names_of(swap.old):
        for life in material.history.members(naming):
            name = life.name_at(start)
            if life.kind is ObjectKind.ENUM_VALUE and name is not None and name.name == value:
                return existed_before_deployment(life, material.deployment)
    return None


def _updated_first(history: History, swap: EnumSwap, users: list[Biography]) -> Event | None:
    """The statement before the swap that writes a column of the enum, or deletes some of its rows."""
    start = history.start_of(swap.event.migration) or 0
    for life in users:
        name = life.name_at(start)
        ref = ObjectRef(kind=ObjectKind.TABLE, schema=name.schema, name=name.table) if name and name.table else None
        table = biography_at(history, ref, start) if ref is not None else None
        for event in table.events if table is not None else ():
            within = start <= event.order < swap.event.order and event.certainty is not Certainty.SKIPPED
            if within and isinstance(event.facts, RowsFacts) and _changes(event, life):
                return event
    return None


def _changes(event: Event, column: Biography) -> bool:
    """Whether a statement writes the column, or deletes the rows that a condition picks."""
    facts, name = event.facts, column.name_at(event.order)
    written = isinstance(facts, RowsFacts) and name is not None and name.name in facts.columns
    return event.detail == "DELETE WHERE" or (written and str(event.detail).startswith("UPDATE"))


def _edits_catalog(event: Event) -> bool:
    target = (event.object.schema, event.object.name) == ("pg_catalog", "pg_enum")
    return target and event.action is Action.WRITES and str(event.detail).startswith("DELETE")
