"""All migrations, folded in order of execution into the history of the database.

Linear in the number of effects. What the text says decides; where a rehearsal shows what a migration really made and
dropped, that decides instead.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace as changed
from functools import cache

from pgready.history.catalog import TEMPORARY, Thing
from pgready.history.changing import alters, renames
from pgready.history.ending import drops, end_session
from pgready.history.making import creates
from pgready.history.needs import Makers, makers_of, note_unmet
from pgready.history.observed import agree, disturbed
from pgready.history.steps import Replay, Step, certainty_of, is_unsettled
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.effects import Action, Effect, Script
from pgready.model.history import Biography, Certainty, History, OpaquePlace
from pgready.model.migration import Migration
from pgready.model.names import ObjectKind
from pgready.model.trace import MigrationRun, Rehearsal, RunOutcome

__all__ = ["as_deployed", "replay_history"]

Handler = Callable[[Replay, Step], None]


def replay_history(
    migrations: Iterable[Migration], scripts: Iterable[Script], rehearsal: Rehearsal | None = None
) -> History:
    """The history of migrations in order of execution, of what was read of each (a script of the same name).

    Guards are evaluated in the catalog as it is when their statement runs on a database that was empty before the
    first migration; what cannot be told is MAYBE. Of migrations that the rehearsal applied, its catalog decides: what
    was left open is settled, what dynamic SQL made is added, and no need of theirs is unmet.
    """
    runs = {run.migration: run for run in rehearsal.runs} if rehearsal is not None else {}
    return changed(_fold(_paired(migrations, scripts), runs, Deployment()), rehearsed=rehearsal is not None)


def as_deployed(
    clean: History,
    migrations: Iterable[Migration],
    scripts: Iterable[Script],
    rehearsal: Rehearsal | None,
    deployment: Deployment,
) -> History:
    """The history as the database meets it that is deployed to; `clean` is that of `replay_history`.

    What the deployment does not run has happened before it, whatever its name sorts, and so has what it runs under a
    new name; where migrations of the revision are lost, the names decide, as nobody knows what made what. A guard of
    what runs that asks for something that no migration ever made is open: a database in use may have it (a table of
    somebody else, a role, a setting), whatever the rehearsal on an empty server showed. What does not fit together on
    a clean deploy (`unmet`, `clashes`) is that of `clean`.
    """
    if deployment.kind is DeploymentKind.CLEAN:
        return clean
    steps = _paired(migrations, scripts)
    ordered = steps if deployment.lost else sorted(steps, key=lambda step: _comes_late(deployment, step[0].name))
    if ordered == steps and not any(_asks(script) for migration, script in steps if deployment.runs(migration.name)):
        return clean
    runs = {run.migration: run for run in rehearsal.runs} if rehearsal is not None else {}
    for name in disturbed(ordered, runs) if ordered != steps else ():
        runs.pop(name, None)
    told = _fold(ordered, runs, deployment)
    return changed(told, unmet=clean.unmet, clashes=clean.clashes, rehearsed=clean.rehearsed)


def _asks(script: Script) -> bool:
    return any(effect.guards for effect in script.effects)


def _comes_late(deployment: Deployment, migration: str) -> bool:
    return deployment.runs(migration) and migration not in deployment.refiled


def _paired(migrations: Iterable[Migration], scripts: Iterable[Script]) -> list[tuple[Migration, Script]]:
    read = {script.migration: script for script in scripts}
    return [(migration, read.get(migration.name, Script(migration=migration.name))) for migration in migrations]


def _fold(
    steps: Sequence[tuple[Migration, Script]], runs: Mapping[str, MigrationRun], deployment: Deployment
) -> History:
    in_use = deployment.kind is not DeploymentKind.CLEAN
    makers = cache(lambda: makers_of(steps))
    replay, starts = Replay(), []
    for migration, script in steps:
        starts.append(replay.order + 1)
        replay.in_use = in_use and deployment.runs(migration.name)
        _run(replay, migration, script, makers, runs)
    lives = (_biography(thing) for thing in replay.catalog.things if thing.events)
    return History(
        migrations=tuple(migration.name for migration, _ in steps),
        first_orders=tuple(starts),
        biographies=tuple(sorted(lives, key=lambda life: life.events[0].order)),
        unmet=tuple(replay.unmet),
        clashes=tuple(replay.clashes),
        opaque=tuple(replay.opaque),
    )


def _run(
    replay: Replay, migration: Migration, script: Script, makers: Makers, runs: Mapping[str, MigrationRun]
) -> None:
    replay.migration = migration
    replay.catalog.touched.clear()
    unmet, clashes = len(replay.unmet), len(replay.clashes)
    _play(replay, script.effects, makers)
    end_session(replay.catalog, TEMPORARY, replay.order)
    run = runs.get(migration.name)
    if run is not None and run.outcome is RunOutcome.APPLIED:
        del replay.unmet[unmet:], replay.clashes[clashes:]
        agree(replay, run)


def _play(replay: Replay, effects: Sequence[Effect], makers: Makers) -> None:
    before: Effect | None = None
    for effect in effects:
        replay.order += 1
        if before is None or before.statement != effect.statement:
            replay.answers.clear()
            replay.open_answers.clear()
            before = None
        certainty = certainty_of(replay, effect)
        step = Step(effect, replay.order, certainty, before, is_unsettled(replay, effect))
        note_unmet(replay, step, makers)
        _HANDLERS.get(effect.action, _nothing)(replay, step)
        before = effect


def _opaque(replay: Replay, step: Step) -> None:
    if step.certainty is not Certainty.SKIPPED:
        replay.catalog.unread_at = step.order
    effect, migration = step.effect, replay.where
    what = f"{effect.object.name} ({effect.detail})" if effect.detail else effect.object.name
    replay.opaque.append(
        OpaquePlace(
            order=step.order,
            migration=migration.name,
            position=migration.position,
            location=replay.place(effect),
            what=what,
            certainty=step.certainty,
        )
    )


def _creates(replay: Replay, step: Step) -> None:
    if step.effect.object.kind is ObjectKind.EXTENSION and step.certainty is not Certainty.SKIPPED:
        replay.extensions = True
    creates(replay, step)


def _nothing(_: Replay, __: Step) -> None:
    """What only reads or changes a setting leaves no trace."""


_HANDLERS: dict[Action, Handler] = {
    Action.CREATES: _creates,
    Action.DROPS: drops,
    Action.RENAMES: renames,
    Action.ALTERS: alters,
    Action.WRITES: alters,
    Action.OPAQUE: _opaque,
}


def _biography(thing: Thing) -> Biography:
    return Biography(
        object=thing.ref,
        names=tuple(thing.names),
        events=tuple(thing.events),
        alive=thing.present,
        ended=thing.ended,
    )
