"""Run what may repair a migration that was stopped, and compare with a run that nothing stopped."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from psycopg.pq import TransactionStatus

from pgready.model.crash_points import CrashPoint, Recovery, RecoveryTrial
from pgready.model.trace import RunError
from pgready.rehearsal.apply import Applied, apply_pieces, apply_text
from pgready.rehearsal.catalog_state import State
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.crash_points.compare import invalid_indexes, is_altered, unlike
from pgready.rehearsal.crash_points.stop import Scene, Unable, aimed, state_of, stopped
from pgready.rehearsal.crash_points.text import Place, Text
from pgready.rehearsal.crash_points.undo import can_undo, drop_index, undo
from pgready.rehearsal.database import Database
from pgready.rehearsal.limits import Watch
from pgready.rehearsal.names import difference

__all__ = ["crash", "is_enclosable"]

_EXISTS = "42P07"
_NUMBERS = b"SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """A recovery: statements by hand (None: what `undo` finds), then messages as the migration sends them."""

    recovery: Recovery
    messages: tuple[str, ...]
    by_hand: tuple[str, ...] | None = ()


def crash(scene: Scene, place: Place) -> CrashPoint:
    """Stop it there, and try what may repair it.

    Every trial begins where the stop ended: in the same copy as long as nothing has changed it, else in a new one.
    Where nothing is seen to be left, the whole is run again all the same: what refuses that is something left.
    """
    if place.inside and place.statements in scene.text.batches:
        return _batch(scene, place)
    with contextlib.ExitStack() as copies:
        database = copies.enter_context(stopped(scene, place))
        state = state_of(scene.watch, database)
        trials = tuple(_trials(scene, place, state, database, copies))
        point = _point(scene, place, state, trials)
    return point if point.partial or trials[0].works else replace(point, altered=True)


def _batch(scene: Scene, place: Place) -> CrashPoint:
    """What ends transactions inside is stopped nowhere: what stays is up to the rows it finds, which are others."""
    with stopped(scene, Place(place.statements)) as database:
        point = _point(scene, place, state_of(scene.watch, database), ())
    return replace(point, unseen="it may end transactions inside, and how often depends on the rows that it finds")


def is_enclosable(scene: Scene) -> bool | None:
    """Whether it ends as it should when BEGIN and COMMIT are sent around it: then it leaves all or nothing.

    None where it touches rows and could not be tried on any: pending triggers, for one, come with rows. What `setval`
    has set is not taken back with its transaction (PostgreSQL manual, "Sequence Manipulation Functions").
    """
    if scene.empty:
        return None
    if any("setval" in piece.lower() for piece in scene.text.pieces):
        return False
    with scene.clones.of(scene.template) as database:
        with contextlib.closing(database.connect_owner()) as owner:
            watch = aimed(scene.watch, database, owner)
            error = apply_pieces(owner, ("BEGIN", *scene.text.pieces, "COMMIT"), watch).error
        return error is None and unlike(scene, state_of(scene.watch, database)) is None


def _point(scene: Scene, place: Place, state: State, trials: tuple[RecoveryTrial, ...]) -> CrashPoint:
    stays, gone = difference(scene.before.names, state.names)
    return CrashPoint(
        statements=place.statements,
        line=scene.text.line(place.statements),
        inside=place.inside,
        stays=stays,
        gone=gone,
        altered=is_altered(scene.before, state),
        trials=trials,
        unseen=scene.unseen_before(place),
    )


def _trials(
    scene: Scene, place: Place, state: State, first: Database, copies: contextlib.ExitStack
) -> Iterator[RecoveryTrial]:
    database: Database | None = first
    for plan in _plans(scene, place, state):
        if database is None:
            copies.close()
            database = copies.enter_context(stopped(scene, place))
        trial, untouched = _tried(scene, place, database, state, plan)
        trial = _told(scene, place, trial)
        yield trial
        if trial.works:
            return
        database = database if untouched else None


def _told(scene: Scene, place: Place, trial: RecoveryTrial) -> RecoveryTrial:
    """What runs statements twice is not told to work where their first run shows nothing of what it does to rows."""
    why = scene.unseen_before(place)
    if why is None or not trial.works or trial.recovery is Recovery.REST:
        return trial
    return replace(trial, works=False, why=f"not told: {why}")


def _plans(scene: Scene, place: Place, state: State) -> Iterator[_Plan]:
    """In the order of what a person would rather do."""
    text, left = scene.text, sorted(invalid_indexes(state) - invalid_indexes(scene.before))
    yield _Plan(recovery=Recovery.AGAIN, messages=text.sent)
    if place.statements:
        settings = tuple(text.bare(number) for number in sorted(text.settings) if number < place.statements)
        rest = text.rest(place.statements)
        yield _Plan(recovery=Recovery.REST, messages=rest, by_hand=settings)
        if left:
            yield _Plan(recovery=Recovery.REST, messages=rest, by_hand=(*map(drop_index, left), *settings))
    stays, gone = difference(scene.before.names, state.names)
    kept = not any(number < place.statements for number in text.taking)
    if kept and not gone and can_undo(stays) and not is_altered(scene.before, state):
        yield _Plan(recovery=Recovery.UNDO, messages=text.sent, by_hand=None)


def _tried(scene: Scene, place: Place, database: Database, state: State, plan: _Plan) -> tuple[RecoveryTrial, bool]:
    """The trial, and whether the database is as it was before it.

    A new connection, as in real life: what the session had been set to is gone.
    """
    numbers = database.admin.execute(_NUMBERS).fetchall()
    with contextlib.closing(database.connect_owner()) as owner:
        watch = aimed(scene.watch, database, owner)
        by_hand, failed = _by_hand(owner, watch, scene, state, plan)
        applied = Applied(tags=(), error=failed, duration_ms=0.0)
        if failed is None:
            watch.begin()
            applied = apply_pieces(owner, plan.messages, watch)
        if watch.expired:
            raise Unable(f"a recovery was {watch.expired}")
        error = applied.error or _left_open(owner)
    if error is not None:
        untouched = not applied.tags and not by_hand and _harmless(error, scene.text, plan, place)
        # What nextval has taken is not given back by a statement that fails.
        untouched = untouched and numbers == database.admin.execute(_NUMBERS).fetchall()
        return _failure(plan, by_hand, error), untouched
    end = state_of(scene.watch, database)
    why = unlike(scene, end) or _only_counted(scene, place, end, plan)
    skipped = place.inside and place.statements in scene.text.guarded
    invalid = tuple(sorted(invalid_indexes(end) - invalid_indexes(scene.after))) if skipped else ()
    return RecoveryTrial(recovery=plan.recovery, works=why is None, sql=by_hand, why=why, invalid=invalid), False


def _only_counted(scene: Scene, place: Place, end: State, plan: _Plan) -> str | None:
    """Rows that are others each time are only counted, which does not show what is written over twice."""
    twice = plan.recovery is not Recovery.REST and any(number < place.statements for number in scene.text.taking)
    if not twice or end.rows == scene.after.rows:
        return None
    return "not told: it writes over rows that are others each time"


def _failure(plan: _Plan, by_hand: tuple[str, ...], error: RunError) -> RecoveryTrial:
    told = f" ({error.sqlstate})" if error.sqlstate else ""
    return RecoveryTrial(
        recovery=plan.recovery,
        works=False,
        sql=by_hand,
        why=f"{error.message}{told}",
        sqlstate=error.sqlstate or None,
    )


def _by_hand(
    owner: Connection, watch: Watch, scene: Scene, state: State, plan: _Plan
) -> tuple[tuple[str, ...], RunError | None]:
    if plan.by_hand is None:
        undone = undo(owner, watch, scene.before, state, invalid_indexes(state))
        failed = RunError(sqlstate=undone.sqlstate or "", message=undone.why) if undone.why else None
        return undone.sql, failed
    for command in plan.by_hand:
        error = apply_text(owner, command, watch).error
        if error is not None:
            return plan.by_hand, error
    return plan.by_hand, None


def _left_open(owner: Connection) -> RunError | None:
    if owner.info.transaction_status == TransactionStatus.IDLE:
        return None
    return RunError(sqlstate="", message="it ends inside a transaction that is not committed")


def _harmless(error: RunError, text: Text, plan: _Plan, place: Place) -> bool:
    """Whether its first statement has left nothing when it failed: one that is a transaction, not several."""
    number = place.statements if plan.recovery is Recovery.REST else 0
    return number not in text.commanding and (error.sqlstate == _EXISTS or number not in text.concurrent)
