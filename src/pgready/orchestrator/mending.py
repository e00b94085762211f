"""What may let a deployment come to its end that fails because migrations stand in the wrong order.

Who has to run before whom is read from what the server says and from what the migrations do to named objects. That is
only a guess, which the rehearsal tries.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pgready.history import replay_history
from pgready.model.deployment import Deployment
from pgready.model.effects import Action, Effect, Script
from pgready.model.history import ProviderKind
from pgready.model.migration import Migration
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import MigrationRun, Move, Remedy, RunError, RunOutcome
from pgready.orchestrator.new_names import directly_after, directly_before

__all__ = ["Mending"]

_MOST_PAIRS = 3
_RELATIONS = frozenset({ObjectKind.TABLE, ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW, ObjectKind.SEQUENCE})
_EVERY = frozenset(ObjectKind) - {ObjectKind.COLUMN}
_KEYS = frozenset({ObjectKind.INDEX, ObjectKind.CONSTRAINT})
# SQLSTATE -> what is missing (PostgreSQL manual, "PostgreSQL Error Codes").
_MISSING = {
    "42P01": _RELATIONS,
    "42703": frozenset({ObjectKind.COLUMN}),
    "42704": _EVERY,
    "42883": frozenset({ObjectKind.FUNCTION}),
    "3F000": frozenset({ObjectKind.SCHEMA}),
    "22P02": frozenset({ObjectKind.ENUM_VALUE}),
    "42830": _KEYS,
    "42P10": _KEYS,
}
_MEMBERS_OF_EXTENSIONS = frozenset({"42704", "42883"})
# A name is taken, or something still depends on what is dropped: somebody else's DROP or RENAME has to come first.
_IN_THE_WAY = frozenset({"42P07", "42701", "42710", "42P06", "42723", "2BP01"})
_UNQUOTED = frozenset({"42883", "42723", "2BP01"})
_QUOTED = re.compile(r'"((?:[^"]|"")+)"')
_BARE = re.compile(r"[^\W\d][\w$]*")


@dataclass(frozen=True, slots=True)
class _Step:
    """A migration under its present name, and what was read of it."""

    name: str
    script: Script


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """What is known of the migrations before they are tried in another order."""

    migrations: Sequence[Migration]
    scripts: Sequence[Script]
    deployment: Deployment = field(default_factory=Deployment)

    def __call__(self, remedy: Remedy, runs: Sequence[MigrationRun]) -> tuple[Remedy, ...]:
        """`remedy` with one migration more renamed, for each renaming that may let a failed deployment go on.

        `runs` are those under `remedy` (empty: as the migrations are). A migration that makes what is missing goes
        before the one that needs it, or this one behind the other; so does one that drops what is in the way. Nothing
        where the failure has another reason. The best first: to rename what the deployment runs touches no database
        that has recorded what was deployed before.
        """
        failed = next((run for run in runs if run.outcome is not RunOutcome.APPLIED), None)
        if failed is None or failed.error is None:
            return ()
        original = {move.new_name: move.migration for move in remedy.moves}
        steps, ordered = self._ordered(runs, original)
        pairs = dict.fromkeys(_pairs(steps, ordered, failed.migration, failed.error))
        found = [
            (original.get(move.migration, move.migration), move)
            for first, second in list(pairs)[:_MOST_PAIRS]
            for move in _moves([step.name for step in steps], first, second, original)
        ]
        found.sort(key=lambda each: not self.deployment.runs(each[0]))
        return tuple(dict.fromkeys(_with(remedy, move, migration) for migration, move in found))

    def renamed(self, migration: str) -> dict[ObjectRef, ObjectRef]:
        """What it gives another name or schema, old -> new: it is not there any more, and yet not lost."""
        script = next((each for each in self.scripts if each.migration == migration), Script(migration=migration))
        dropped = [each.object for each in script.effects if each.action is Action.DROPS]
        found = {each.object: _renamed(each) for each in script.effects if each.action is Action.RENAMES}
        return {old: new for old, new in found.items() if not any(each.covers(new) for each in dropped)}

    def _ordered(
        self, runs: Sequence[MigrationRun], original: Mapping[str, str]
    ) -> tuple[list[_Step], list[Migration]]:
        read = {script.migration: script for script in self.scripts}
        texts = {migration.name: migration for migration in self.migrations}
        steps, ordered = [], []
        for run in runs:
            known = original.get(run.migration, run.migration)
            script = replace(read.get(known, Script(migration=known)), migration=run.migration)
            steps.append(_Step(run.migration, script))
            ordered.append(replace(texts[known], name=run.migration, position=run.position))
        return steps, ordered


def _renamed(effect: Effect) -> ObjectRef:
    old = effect.object
    return replace(old, name=effect.new_name or old.name, schema=effect.new_schema or old.schema)


def _with(remedy: Remedy, move: Move, migration: str) -> Remedy:
    """A migration has one new name: the last one."""
    others = tuple(each for each in remedy.moves if each.migration != migration)
    return Remedy(moves=(*others, replace(move, migration=migration)))


def _moves(names: Sequence[str], first: str, second: str, original: dict[str, str]) -> Iterator[Move]:
    """Either of the two renamed, so that the first runs directly before the second."""
    for move in (
        directly_before(names, first, second, stem=original.get(first, first)),
        directly_after(names, second, first, stem=original.get(second, second)),
    ):
        if move is not None:
            yield move


def _pairs(
    steps: Sequence[_Step], ordered: Sequence[Migration], failed: str, error: RunError
) -> Iterator[tuple[str, str]]:
    """Who has to run before whom: (first, second); one of them is the migration that fails."""
    place = next(number for number, step in enumerate(steps) if step.name == failed)
    later, earlier = steps[place + 1 :], steps[:place]
    said = _said(error)
    if error.sqlstate in _IN_THE_WAY:
        yield from ((step.name, failed) for step in later if _ends(step, said))
        return
    kinds = _MISSING.get(error.sqlstate)
    if kinds is None:
        return
    yield from ((step.name, failed) for step in later if _makes(step, said, kinds))
    yield from _read_makers(steps, ordered, failed)
    if error.sqlstate in _MEMBERS_OF_EXTENSIONS:
        yield from ((step.name, failed) for step in later if _makes_extension(step))
    yield from ((failed, step.name) for step in reversed(earlier) if _ends(step, said))


def _said(error: RunError) -> frozenset[str]:
    """The names in the server's words; many, as they may be of a schema, and some messages have no quotes."""
    text = f"{error.message}\n{error.detail or ''}"
    quoted = [name.replace('""', '"') for name in _QUOTED.findall(text)]
    parts = [part for name in quoted for part in name.split(".")]
    bare = _BARE.findall(_QUOTED.sub(" ", text)) if error.sqlstate in _UNQUOTED else []
    return frozenset((*quoted, *parts, *bare))


def _makes(step: _Step, said: frozenset[str], kinds: frozenset[ObjectKind]) -> bool:
    return any(_is_maker(effect, said, kinds) for effect in step.script.effects)


def _is_maker(effect: Effect, said: frozenset[str], kinds: frozenset[ObjectKind]) -> bool:
    """Whether it makes something of that name; of a key, which has no name in the message, something on that table."""
    if effect.object.kind not in kinds:
        return False
    if kinds is _KEYS:
        return effect.action is Action.CREATES and effect.object.table in said
    made = effect.object.name if effect.action is Action.CREATES else effect.new_name
    return made in said


def _makes_extension(step: _Step) -> bool:
    return any(
        effect.action is Action.CREATES and effect.object.kind is ObjectKind.EXTENSION for effect in step.script.effects
    )


def _ends(step: _Step, said: frozenset[str]) -> bool:
    """Whether it drops something of that name, or gives it another."""
    return any(
        effect.action in (Action.DROPS, Action.RENAMES) and effect.object.name in said for effect in step.script.effects
    )


def _read_makers(steps: Sequence[_Step], ordered: Sequence[Migration], failed: str) -> Iterator[tuple[str, str]]:
    """What it needs by its text, and a later one makes."""
    for need in replay_history(ordered, [step.script for step in steps]).unmet:
        maker = need.provider.migration
        if need.migration == failed and need.provider.kind is ProviderKind.LATER and maker not in (None, failed):
            yield str(maker), failed
