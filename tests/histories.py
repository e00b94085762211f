"""Histories for tests, from the texts of migrations m1, m2, ..."""

from pgready.history import replay_history
from pgready.model.history import Biography, Event, History
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import Rehearsal
from pgready.sources.sql import read_scripts
from rehearsals import of_texts

__all__ = ["alive", "event", "life", "ref", "told"]

LATER = 10**9


def told(*texts: str, rehearsal: Rehearsal | None = None) -> History:
    """The history of migrations with these texts."""
    migrations = of_texts(*texts)
    return replay_history(migrations, read_scripts(migrations), rehearsal)


def ref(kind: str, name: str, *, schema: str = "public") -> ObjectRef:
    """`table.name` or `name` of the schema public."""
    *table, own = name.split(".")
    return ObjectRef(kind=ObjectKind(kind), schema=schema, table=table[0] if table else None, name=own)


def life(history: History, kind: str, name: str) -> Biography:
    """The only life of an object."""
    (found,) = history.named(ref(kind, name))
    return found


def event(history: History, action: str, kind: str, name: str) -> tuple[Event, Biography]:
    """The only event of that sort."""
    wanted = ref(kind, name)
    ((found, biography),) = [
        (each, biography)
        for biography in history.biographies
        for each in biography.events
        if each.object == wanted and each.action == action
    ]
    return found, biography


def alive(history: History) -> dict[str, bool | None]:
    """What is there at the end, or may be (None)."""
    return {f"{each.kind} {each.object}": each.alive for each in history.biographies if each.alive is not False}
