"""DROPS: what goes, and what goes with it.

Source: PostgreSQL manual, "Dependency Tracking" and DROP TABLE, ALTER TABLE (DROP COLUMN), DROP TYPE, DROP SCHEMA.
"""

from collections.abc import Iterator

from pgready.history.catalog import Catalog, Thing
from pgready.history.making import is_index_backed
from pgready.history.steps import Replay, Step, write_down
from pgready.model.effects import Action
from pgready.model.facts import ConstraintFacts
from pgready.model.history import Certainty
from pgready.model.names import ObjectKind

__all__ = ["closure", "drops", "end_session", "peer_of"]


def drops(replay: Replay, step: Step) -> None:
    """End what the effect drops, with everything that cannot be without it."""
    catalog, effect = replay.catalog, step.effect
    thing = catalog.find(effect.object)
    if thing is None or step.certainty is Certainty.SKIPPED:
        write_down(replay, thing or catalog.mention(effect.object, catalog.owner_of(effect.object)), step)
        return
    if effect.object.kind is ObjectKind.FUNCTION and thing.ref != effect.object:
        return
    cascade = bool(effect.detail) and "CASCADE" in str(effect.detail)
    for gone in closure(catalog, thing, cascade=cascade):
        write_down(replay, gone, step, action=Action.DROPS, implied_by=None if gone is thing else thing.ref)
        _end(catalog, gone, step)


def _end(catalog: Catalog, thing: Thing, step: Step) -> None:
    if step.certainty is Certainty.HAPPENS:
        catalog.remove(thing, step.order)
    else:
        catalog.touch(thing)
        thing.present, thing.known_at = None, step.order


def closure(catalog: Catalog, thing: Thing, *, cascade: bool) -> list[Thing]:
    """The thing first, then all that goes with it, each once."""
    found: dict[Thing, None] = {thing: None}
    waiting = [thing]
    while waiting:
        each = waiting.pop()
        for other in (*_parts(catalog, each), *_hanging(each, cascade=cascade)):
            if other not in found and other.present is not False:
                found[other] = None
                waiting.append(other)
    return list(found)


def peer_of(thing: Thing) -> Thing | None:
    """The index behind a key, or the key on an index: they have one name and one life."""
    owner = thing.owner
    if owner is None:
        return None
    if thing.ref.kind is ObjectKind.CONSTRAINT and is_index_backed(thing.detail):
        return owner.members.get((ObjectKind.INDEX, thing.ref.name))
    if thing.ref.kind is ObjectKind.INDEX:
        other = owner.members.get((ObjectKind.CONSTRAINT, thing.ref.name))
        return other if other is not None and is_index_backed(other.detail) else None
    return None


def _parts(catalog: Catalog, thing: Thing) -> Iterator[Thing]:
    """What never outlives it."""
    yield from thing.members.values()
    peer = peer_of(thing)
    if peer is not None:
        yield peer
    if thing.ref.kind is ObjectKind.COLUMN and thing.owner is not None:
        for (kind, _), other in thing.owner.members.items():
            if kind in (ObjectKind.CONSTRAINT, ObjectKind.INDEX) and thing.ref.name in other.columns:
                yield other
    if thing.ref.kind is ObjectKind.SCHEMA:
        yield from catalog.by_schema.get(thing.ref.name, ())


def _hanging(thing: Thing, *, cascade: bool) -> Iterator[Thing]:
    """What depends on it: some of that goes in any case, the rest with CASCADE (else the command fails)."""
    for other in thing.used_by:
        kind = other.ref.kind
        partition = kind is ObjectKind.TABLE and str(other.detail).startswith("PARTITION OF")
        owned = kind is ObjectKind.SEQUENCE
        within = other.owner is not None and thing.owner is other.owner and kind is not ObjectKind.COLUMN
        if partition or owned or within or cascade:
            yield other
    if cascade and thing.ref.kind is ObjectKind.CONSTRAINT and thing.owner is not None:
        for other in thing.owner.used_by:
            if _refers_to(other, thing):
                yield other


def _refers_to(other: Thing, key: Thing) -> bool:
    """Whether a foreign key refers to the columns of that key (none named: the primary key)."""
    facts = next((event.facts for event in other.events if event.action is Action.CREATES), None)
    if not isinstance(facts, ConstraintFacts) or other.ref.kind is not ObjectKind.CONSTRAINT:
        return False
    if not facts.referenced_columns:
        return str(key.detail).startswith("PRIMARY KEY")
    return set(facts.referenced_columns) == set(key.columns)


def end_session(catalog: Catalog, schema: str, order: int) -> None:
    """Temporary objects live as long as their script."""
    for thing in list(catalog.by_schema.get(schema, ())):
        for gone in closure(catalog, thing, cascade=True):
            catalog.remove(gone, order)
