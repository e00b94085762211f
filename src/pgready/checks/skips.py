"""Silent skips: guarded effects that did not happen on the throw-away server, and why.

What happened is taken from the catalog before and after each migration (rehearsed); what was asked for is read from
the text. The guard is evaluated in the catalog as it was when its statement ran.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pgready.model.effects import Action, Effect, Script
from pgready.model.guards import Condition, Exists, Guard, GuardKind, Not, asked_for, evaluate
from pgready.model.location import Location
from pgready.model.migration import Migration
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import MigrationRun, Rehearsal, RunOutcome, Skip

__all__ = ["silent_skips", "unread_guards"]


class _Catalog:
    """The objects of a database, found by name first; replayed migration by migration."""

    def __init__(self) -> None:
        self._by_name: dict[str, set[ObjectRef]] = {}

    def replay(self, run: MigrationRun) -> None:
        """What one migration dropped and made."""
        for gone in run.dropped:
            self._by_name.get(gone.name, set()).discard(gone)
        for made in run.made:
            self._by_name.setdefault(made.name, set()).add(made)

    def holds(self, pattern: ObjectRef) -> bool:
        """Whether any object is covered by the pattern."""
        return any(pattern.covers(found) for found in self._by_name.get(pattern.name, ()))


@dataclass(frozen=True, slots=True)
class _Suppressed:
    """An effect under a guard that was false, and the object that made it false."""

    effect: Effect
    guard: Guard
    asked_for: ObjectRef
    found: bool


Makers = Mapping[str, list[tuple[MigrationRun, ObjectRef]]]


def silent_skips(migrations: Iterable[Migration], scripts: Iterable[Script], rehearsal: Rehearsal) -> tuple[Skip, ...]:
    """Every creation that a false prerequisite guard suppressed, in order of execution and place.

    A column, constraint or index of a table whose creation was itself skipped in the same statement is left out: the
    table stands for it.
    """
    files = {migration.name: migration.file for migration in migrations}
    read = {script.migration: script for script in scripts}
    makers = _makers(rehearsal)
    catalog = _Catalog()
    found: list[tuple[MigrationRun, _Suppressed]] = []
    for run in rehearsal.runs:
        applied = run.outcome is RunOutcome.APPLIED and run.migration in read
        suppressed = list(_suppressed(read[run.migration], run, catalog)) if applied else []
        catalog.replay(run)
        found += [(run, each) for each in suppressed if not catalog.holds(each.effect.object)]
    skips = (_skip(each, run, files[run.migration], makers, catalog) for run, each in found)
    return tuple(skips)


def unread_guards(migrations: Iterable[Migration], scripts: Iterable[Script], rehearsal: Rehearsal) -> tuple[str, ...]:
    """Places where something may have been left out and nobody can tell, as `file:line:column: what`.

    These are: an object that a guard which cannot be read would make, and that is not there in the end; dynamic SQL
    under a guard that was false or cannot be read; a file of which pgready's parser could not read a part.
    """
    files = {migration.name: migration.file for migration in migrations}
    read = {script.migration: script for script in scripts}
    catalog, places = _Catalog(), []
    for run in rehearsal.runs:
        if run.outcome is RunOutcome.APPLIED and run.migration in read:
            places += [(files[run.migration], effect) for effect in _untold(read[run.migration], catalog)]
        catalog.replay(run)
    absent = [(file, effect) for file, effect in places if not catalog.holds(effect.object)]
    unreadable = [
        f"{files[script.migration]}:{script.unreadable.line}:{script.unreadable.column}: cannot be read"
        for script in read.values()
        if script.unreadable is not None
    ]
    guarded = [f"{file}:{effect.line}:{effect.column}: {_untold_words(effect)}" for file, effect in absent]
    return tuple(dict.fromkeys([*unreadable, *guarded]))


def _untold(script: Script, before: _Catalog) -> Iterator[Effect]:
    for effect in script.effects:
        answers = [evaluate(guard.condition, before.holds) for guard in effect.guards]
        dynamic = effect.action is Action.OPAQUE and any(answer is not True for answer in answers)
        if dynamic or (effect.action is Action.CREATES and None in answers):
            yield effect


def _untold_words(effect: Effect) -> str:
    if effect.action is Action.OPAQUE:
        return "dynamic SQL under a condition"
    return f"{effect.object.kind} {effect.object} under a condition that cannot be read"


def _makers(rehearsal: Rehearsal) -> Makers:
    """Name -> the migrations that made an object of that name, in order of execution."""
    makers: dict[str, list[tuple[MigrationRun, ObjectRef]]] = {}
    for run in rehearsal.runs:
        for made in run.made:
            makers.setdefault(made.name, []).append((run, made))
    return makers


def _suppressed(script: Script, run: MigrationRun, before: _Catalog) -> Iterator[_Suppressed]:
    """The guarded creations of a file whose guard was false in the catalog as it was then."""
    skipped_tables: set[tuple[int, str | None, str | None]] = set()
    for effect in script.effects:
        if effect.action is not Action.CREATES or not effect.guards or before.holds(effect.object):
            continue
        if (effect.statement, effect.object.schema, effect.object.table) in skipped_tables:
            continue
        false = _false_guard(effect, script, run, before)
        if false is None or _dropped_again(effect, script):
            continue
        if effect.object.kind is ObjectKind.TABLE:
            skipped_tables.add((effect.statement, effect.object.schema, effect.object.name))
        yield false


def _false_guard(effect: Effect, script: Script, run: MigrationRun, before: _Catalog) -> _Suppressed | None:
    """The first prerequisite guard that was false when the effect's statement ran, and what it asked for."""
    earlier = frozenset(_made_earlier(effect, script)) & frozenset(run.made)

    def holds(pattern: ObjectRef) -> bool:
        return before.holds(pattern) or any(pattern.covers(made) for made in earlier)

    for guard in effect.guards:
        if guard.kind is GuardKind.PREREQUISITE and evaluate(guard.condition, holds) is False:
            culprit = _culprit(guard.condition, holds)
            if culprit is not None:
                return _Suppressed(effect, guard, *culprit)
    return None


def _made_earlier(effect: Effect, script: Script) -> Iterator[ObjectRef]:
    place = (effect.line, effect.column)
    return (
        other.object
        for other in script.effects
        if other.action is Action.CREATES and (other.line, other.column) < place
    )


def _culprit(
    condition: Condition, holds: Callable[[ObjectRef], bool], *, wanted: bool = True
) -> tuple[ObjectRef, bool] | None:
    """The first object that made the condition false, and whether it was found (True: it was wanted absent)."""
    match condition:
        case Exists(pattern):
            found = holds(pattern)
            return (pattern, found) if found != wanted else None
        case Not(operand):
            return _culprit(operand, holds, wanted=not wanted)
        case _:
            patterns = list(asked_for(condition))
            absent = [pattern for pattern in patterns if not holds(pattern)]
            first = next(iter(absent or patterns), None)
            return None if first is None else (first, not absent)


def _dropped_again(effect: Effect, script: Script) -> bool:
    """Whether a later statement of the same file drops or renames what the effect makes."""
    place = (effect.line, effect.column)
    return any(
        other.action in (Action.DROPS, Action.RENAMES)
        and other.object.covers(effect.object)
        and (other.line, other.column) > place
        for other in script.effects
    )


def _skip(each: _Suppressed, run: MigrationRun, file: str, makers: Makers, at_end: _Catalog) -> Skip:
    maker = next(
        (
            later
            for later, made in makers.get(each.asked_for.name, ())
            if later.position > run.position and each.asked_for.covers(made)
        ),
        None,
    )
    known = None if each.found else maker
    return Skip(
        migration=run.migration,
        position=run.position,
        guard=each.guard.text,
        asked_for=each.asked_for,
        found=each.found,
        would_make=each.effect.object,
        exists_at_end=at_end.holds(each.effect.object),
        made_by=known.migration if known else None,
        made_at=known.position if known else None,
        location=Location(file, each.guard.line, each.guard.column),
    )
