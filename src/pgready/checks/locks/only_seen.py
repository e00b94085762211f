"""What only the rehearsal saw: locks and rewrites of functions, triggers and dynamic SQL, in which nothing was read."""

from collections.abc import Iterator

from pgready.checks.gathered import finding
from pgready.checks.locks.rules import LCK004, LCK005
from pgready.checks.locks.scene import Held, Scene
from pgready.findings import Evidence, Finding, Rule
from pgready.model.deployment import DeploymentKind
from pgready.model.location import Location
from pgready.model.locks import LockMode, Work
from pgready.model.names import ObjectRef
from pgready.model.trace import MigrationRun, StatementTrace

__all__ = ["STRONG", "rewrites_only_seen", "strong_lock_only_seen"]

STRONG = frozenset({LockMode.SHARE_ROW_EXCLUSIVE, LockMode.EXCLUSIVE, LockMode.ACCESS_EXCLUSIVE})
"""What stops all writers; SHARE is that of an index, which has a rule of its own."""

_NEW_FILE = frozenset({Work.REWRITE, Work.COPY})


def rewrites_only_seen(scene: Scene) -> Iterator[Finding]:
    """Old tables with a new file after a statement of which nothing was read that writes a table anew or empties it."""
    for run in _about_to_run(scene):
        for trace in run.trace:
            if any(held.by.work in _NEW_FILE or held.by.command == "TRUNCATE" for held in _read(scene, run, trace)):
                continue
            for table in trace.rewrites:
                if _is_old(scene, table):
                    message = (
                        f"the rehearsal saw that this statement writes {_named(table)} anew, or empties it, under "
                    )
                    message += "ACCESS EXCLUSIVE; reads and writes wait until that is done"
                    yield _found(LCK004, _place(scene, run, trace), table, message)


def strong_lock_only_seen(scene: Scene, run: MigrationRun, statements: frozenset[int]) -> Finding | None:
    """The first strong lock on an old table that one of these statements takes and that was not asked for by hand."""
    known: set[ObjectRef] = set()
    for trace in run.trace:
        by_hand = any(held.by.command.startswith("LOCK TABLE") for held in _read(scene, run, trace))
        taken = {lock.table: lock.mode for lock in trace.locks if lock.mode in STRONG}
        for table in () if by_hand or trace.statement not in statements else sorted(taken.keys() - known):
            if _is_old(scene, table):
                message = (
                    f"the rehearsal saw that this statement takes {taken[table].words} on {_named(table)}, and no "
                )
                message += "lock_timeout is set: behind one long query it blocks everybody who comes after it"
                return _found(LCK005, _place(scene, run, trace), table, message)
        known |= taken.keys()
    return None


def _about_to_run(scene: Scene) -> Iterator[MigrationRun]:
    runs = scene.gathered.rehearsal.runs if scene.gathered.rehearsal is not None else ()
    return (run for run in runs if scene.gathered.deployment.runs(run.migration))


def _read(scene: Scene, run: MigrationRun, trace: StatementTrace) -> list[Held]:
    return [held for held in scene.held[run.migration] if held.event.statement == trace.statement]


def _is_old(scene: Scene, table: ObjectRef) -> bool:
    """Whether it may hold rows before the deployment; a table that no text names is, unless the deployment makes it."""
    lives = scene.history.named(table)
    if lives:
        return any(scene.existed(life) for life in lives)
    made = {ref for run in _about_to_run(scene) for ref in run.made}
    return table not in made and scene.gathered.deployment.kind is not DeploymentKind.CLEAN


def _named(table: ObjectRef) -> str:
    return table.name if table.schema in (None, "public") else f"{table.schema}.{table.name}"


def _found(rule: Rule, place: Location, table: ObjectRef, message: str) -> Finding:
    return finding(rule, object=str(table), message=message, evidence=Evidence.REHEARSED, location=place)


def _place(scene: Scene, run: MigrationRun, trace: StatementTrace) -> Location:
    return Location(next(each.file for each in scene.gathered.migrations if each.name == run.migration), trace.line)
