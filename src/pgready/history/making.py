"""CREATES: a new thing in the catalog, and what it hangs on."""

from collections.abc import Iterable

from pgready.history.catalog import RELATIONS, Catalog, Thing
from pgready.history.steps import Replay, Step, write_down
from pgready.model.effects import Action, Effect
from pgready.model.facts import ConstraintFacts, IndexFacts
from pgready.model.guards import AllOf, GuardKind
from pgready.model.history import Certainty, Clash
from pgready.model.names import ObjectKind, ObjectRef, truncate_identifier

__all__ = ["clash", "columns_of", "copies_columns", "creates", "is_index_backed", "taken"]

_KEYS = ("PRIMARY KEY", "UNIQUE", "EXCLUDE")
# Several functions may have one name (other arguments); what is OTHER has no name that is its own.
_WITHOUT_CLASHES = frozenset({ObjectKind.FUNCTION, ObjectKind.OTHER, ObjectKind.RULE})
# duplicate_table, duplicate_column, duplicate_schema; else duplicate_object (manual, "PostgreSQL Error Codes").
_SQLSTATES = {
    **dict.fromkeys(RELATIONS, "42P07"),
    ObjectKind.COLUMN: "42701",
    ObjectKind.SCHEMA: "42P06",
}
_DUPLICATE_OBJECT = "42710"
# PostgreSQL cuts the name of the table in a chosen name at half of 63 bytes at most.
_SHORTEST = 25


def creates(replay: Replay, step: Step) -> None:
    """Make what the effect makes, unless it is skipped or the name is taken."""
    catalog, effect = replay.catalog, step.effect
    there = taken(catalog, effect.object)
    if step.certainty is Certainty.SKIPPED:
        write_down(replay, there or catalog.mention(effect.object, catalog.owner_of(effect.object)), step)
        return
    if there is not None and there.present is True:
        _again(replay, step, there)
        return
    owner = _owner(catalog, effect.object)
    if owner is not None and owner.present is False:
        # Nothing can be in what is not there: the statement fails (and the owner is an unmet need).
        write_down(replay, catalog.mention(effect.object, owner), step)
        return
    thing = there if there is not None and there.ref == effect.object else catalog.new(effect.object, owner)
    catalog.put(thing, step.order, present=step.present)
    thing.detail = effect.detail
    write_down(replay, thing, step)
    _hang(catalog, thing, step)


def _owner(catalog: Catalog, ref: ObjectRef) -> Thing | None:
    """The table of a member; one that is not known is spoken of as absent."""
    if ref.table is None:
        return None
    kind = ObjectKind.TYPE if ref.kind is ObjectKind.ENUM_VALUE else ObjectKind.TABLE
    return catalog.owner_of(ref) or catalog.mention(ObjectRef(kind=kind, schema=ref.schema, name=ref.table), None)


def taken(catalog: Catalog, ref: ObjectRef) -> Thing | None:
    """What has (or may have) the name that is to be given; a table's name is also that of its row type."""
    if ref.kind in RELATIONS:
        found = catalog.relations.get((ref.schema, ref.name))
        row = ref.kind in (ObjectKind.TABLE, ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW)
        type_ = ObjectRef(kind=ObjectKind.TYPE, schema=ref.schema, name=ref.name)
        return found or (catalog.by_ref.get(type_) if row else None)
    found = catalog.by_ref.get(ref)
    if found is None and ref.kind is ObjectKind.TYPE:
        row_type = catalog.relations.get((ref.schema, ref.name))
        usable = row_type is not None and row_type.ref.kind not in (ObjectKind.INDEX, ObjectKind.SEQUENCE)
        return row_type if usable else None
    return found


def _again(replay: Replay, step: Step, there: Thing) -> None:
    """The name is taken: OR REPLACE changes what is there, anything else fails."""
    effect = step.effect
    there.known_at = step.order
    if any(guard.kind is GuardKind.RERUN and guard.condition == AllOf(()) for guard in effect.guards):
        replay.catalog.touch(there)
        there.use_no_more(there.uses)
        write_down(replay, there, step)
        _hang(replay.catalog, there, step)
        return
    write_down(replay, there, step)
    clash(replay, step, effect.object, there)


def clash(replay: Replay, step: Step, wanted: ObjectRef, there: Thing, *, renames: bool = False) -> None:
    """Note that a name is taken; of CREATE TABLE and CREATE TYPE only the object itself counts."""
    inner = not renames and _is_inner(step)
    if step.certainty is not Certainty.HAPPENS or wanted.kind in _WITHOUT_CLASHES or inner:
        return
    code = _SQLSTATES.get(wanted.kind, _DUPLICATE_OBJECT)
    if (wanted.kind in RELATIONS) != (there.ref.kind in RELATIONS):
        code = _DUPLICATE_OBJECT
    if wanted.kind is ObjectKind.CONSTRAINT and is_index_backed(step.effect.detail):
        code = "42P07"
    made = [event for event in there.events if event.order < step.order and event.object == there.ref]
    named = (event for event in reversed(there.events) if event.new_name == there.ref.name)
    replay.clashes.append(
        Clash(
            migration=replay.where.name,
            position=replay.where.position,
            location=replay.place(step.effect),
            object=wanted,
            taken_by=there.ref,
            made_by=next(named, None) or next(iter(made), None),
            sqlstate=code,
            renames=renames,
        )
    )


def _is_inner(step: Step) -> bool:
    """Whether it is a part of what the same command makes: a column of CREATE TABLE, the index behind a key."""
    before, effect = step.before, step.effect
    if before is None or (before.line, before.column) != (effect.line, effect.column):
        return False
    if effect.object.kind is ObjectKind.INDEX:
        # A name that PostgreSQL chose gets a number where it is taken; one that does not begin so was written.
        return effect.object.name.startswith(truncate_identifier(effect.object.table or "", _SHORTEST))
    return not (
        before.object.kind is effect.object.kind
        and effect.object.kind in (ObjectKind.COLUMN, ObjectKind.CONSTRAINT)
        and before.needs
    )


def is_index_backed(detail: str | None) -> bool:
    """Whether a constraint has an index of the same name behind it."""
    return bool(detail) and str(detail).startswith(_KEYS)


def columns_of(effect: Effect) -> tuple[str, ...]:
    """The columns of its own table that a constraint or index uses, also in expressions."""
    facts = effect.facts
    named: Iterable[str | None] = facts.columns if isinstance(facts, ConstraintFacts | IndexFacts) else ()
    own = effect.object
    needed = (
        need.name
        for need in effect.needs
        if need.kind is ObjectKind.COLUMN and (need.schema, need.table) == (own.schema, own.table)
    )
    return tuple(dict.fromkeys(name for name in (*named, *needed) if name is not None))


def _hang(catalog: Catalog, thing: Thing, step: Step) -> None:
    """What has to go when something else goes."""
    effect = step.effect
    kind = thing.ref.kind
    if kind is ObjectKind.TABLE:
        thing.complete = effect.detail in (None, "PARTITION BY")
    if kind in (ObjectKind.CONSTRAINT, ObjectKind.INDEX):
        thing.columns = columns_of(effect)
    if kind is ObjectKind.SEQUENCE and step.before is not None and step.before.object.kind is ObjectKind.COLUMN:
        _use(catalog, thing, step.before.object)
    if isinstance(effect.facts, ConstraintFacts) and effect.facts.referenced is not None:
        _use(catalog, thing, effect.facts.referenced)
    inherits = kind is ObjectKind.TABLE and str(effect.detail).startswith(("PARTITION OF", "INHERITS"))
    for need in effect.needs:
        # The types of a table are those of its columns; what it was copied from may go.
        if need.kind is not ObjectKind.SCHEMA and (kind is not ObjectKind.TABLE or inherits):
            _use(catalog, thing, need)
    if inherits:
        _inherit(catalog, thing, step)


def _use(catalog: Catalog, thing: Thing, ref: ObjectRef) -> None:
    other = catalog.find(ref)
    if other is not None and other is not thing and other is not thing.owner and other.owner is not thing:
        thing.use(other)


def copies_columns(replay: Replay, step: Step) -> None:
    """A new table has every column of other relations: SELECT * and LIKE (manual, CREATE TABLE, CREATE TABLE AS)."""
    catalog = replay.catalog
    table = catalog.find(step.effect.object)
    if table is None or step.certainty is Certainty.SKIPPED:
        return
    sources = [catalog.find(need) for need in step.effect.needs]
    known = bool(sources) and all(source is not None and source.complete for source in sources)
    table.open, table.complete = not known, table.complete and known
    for source in filter(None, sources):
        for (kind, name), member in list(source.members.items()):
            if kind is ObjectKind.COLUMN and member.present is not False and (kind, name) not in table.members:
                ref = ObjectRef(kind=kind, schema=table.ref.schema, table=table.ref.name, name=name)
                column = catalog.new(ref, table)
                catalog.put(column, step.order, present=step.present)
                write_down(replay, column, step, action=Action.CREATES, implied_by=source.ref)


def _inherit(catalog: Catalog, thing: Thing, step: Step) -> None:
    """A partition or an inheriting table has the columns of the other table."""
    for need in step.effect.needs:
        source = catalog.find(need) if need.kind in RELATIONS else None
        for (kind, name), member in list(source.members.items()) if source is not None else ():
            if kind is ObjectKind.COLUMN and member.present is not False and (kind, name) not in thing.members:
                ref = ObjectRef(kind=kind, schema=thing.ref.schema, table=thing.ref.name, name=name)
                catalog.put(catalog.new(ref, thing), step.order, present=step.present)
