"""Which migrations hold a guard such as IF NOT EXISTS that may have met what is there already, for the rehearsal."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from pgready.model.effects import Action, Script
from pgready.model.guards import Exists, Guard, GuardKind, Not, Unknown
from pgready.model.hidden_shapes import GuardedCreation, ToCompare
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import Rehearsal, RunOutcome

__all__ = ["to_compare"]

_Name = tuple[str | None, str]

# What has a shape that a statement asks for; a schema or extension has none.
_SHAPED = frozenset(
    {
        ObjectKind.TABLE,
        ObjectKind.COLUMN,
        ObjectKind.CONSTRAINT,
        ObjectKind.INDEX,
        ObjectKind.SEQUENCE,
        ObjectKind.TYPE,
        ObjectKind.VIEW,
        ObjectKind.MATERIALIZED_VIEW,
        ObjectKind.FUNCTION,
        ObjectKind.TRIGGER,
        ObjectKind.POLICY,
    }
)


def to_compare(scripts: Sequence[Script], rehearsal: Rehearsal) -> dict[str, ToCompare]:
    """Name -> the migration's statements and those of its guarded creations whose name was taken, or may have been.

    Only migrations that the rehearsal applied. The server decides whether the object was there: names are compared
    here without schema and kind.
    """
    read = {script.migration: script for script in scripts}
    taken = set(_names(rehearsal.stand_ins))
    found: dict[str, ToCompare] = {}
    for run in rehearsal.runs:
        script = read.get(run.migration)
        if script is None or run.outcome is not RunOutcome.APPLIED:
            continue
        creations = tuple(dict.fromkeys(_creations(script, taken)))
        if creations:
            found[run.migration] = ToCompare(statements=script.statements, creations=creations)
        taken.update(_names(run.made))
    return found


def _names(refs: Iterable[ObjectRef]) -> Iterator[_Name]:
    """With its table, and without, for a guard that names none."""
    for ref in refs:
        yield ref.table, ref.name
        yield None, ref.name


def _creations(script: Script, taken: Collection[_Name]) -> Iterator[GuardedCreation]:
    """Each guard once, with the object that it speaks of."""
    own, seen = set[_Name](), set[tuple[int, ObjectRef]]()
    for effect in script.effects:
        if effect.action is Action.CREATES and effect.object.kind in _SHAPED:
            for guard in effect.guards:
                asked = _asked_of(guard, effect.object)
                key = effect.statement, asked or effect.object
                if asked is None or key in seen or not asked.covers(effect.object):
                    continue
                if (asked.table, asked.name) not in taken and (asked.table, asked.name) not in own:
                    continue
                seen.add(key)
                yield GuardedCreation(
                    object=effect.object,
                    guard=asked,
                    form=guard.form,
                    statement=effect.statement,
                    line=effect.line,
                    column=effect.column,
                )
        own.update(_names((effect.object, replace(effect.object, name=effect.new_name or effect.object.name))))


def _asked_of(guard: Guard, made: ObjectRef) -> ObjectRef | None:
    """What must be absent, of a guard that makes a second run safe; a guard that was not understood may ask for it."""
    match guard.condition:
        case Not(Exists(asked)) if guard.kind is GuardKind.RERUN:
            return asked
        case Unknown() if guard.kind is GuardKind.OPAQUE:
            return made
        case _:
            return None
