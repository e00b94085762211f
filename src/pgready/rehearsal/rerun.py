"""Run a migration a second time, directly after the first, and undo it.

The second run stands inside BEGIN ... ROLLBACK on the same connection. A second run that succeeds is not yet harmless:
catalogs and rows are compared. What cannot run inside a transaction is told with the reason, for `rerun_in_place`.
A second run may end the connection: that is its failure, not one of the deployment, which goes on over another.
"""

from dataclasses import dataclass

import psycopg
from psycopg import pq

from pgready.model.trace import Rerun, RerunOutcome, RunError
from pgready.rehearsal.apply import Applied, apply_text, raise_if_dead
from pgready.rehearsal.catalog_state import State, compare, read_state
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.limits import Watch

__all__ = ["Rerunning", "run_again"]

_CONTROL = frozenset(
    {"BEGIN", "START TRANSACTION", "COMMIT", "ROLLBACK", "PREPARE TRANSACTION", "COMMIT PREPARED", "ROLLBACK PREPARED"}
)
_LINE = "\n"
_IMPOSSIBLE = {
    "25001": "it holds a statement that cannot run inside a transaction block",
    "2D000": "it ends transactions inside a procedure or a DO block",
    # Those of transactions, and those of sessions that wait: our own pauses would be taken for the migration's.
    "25P03": "a time limit that a migration has set for the session ends our transaction",
    "25P04": "a time limit that a migration has set for the session ends our transaction",
    "57P05": "a time limit that a migration has set for the session ends our transaction",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerunning:
    """The second run, or why there was none."""

    rerun: Rerun | None = None
    skipped: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """What a second run did inside its transaction; `looked` is what it left there, if it was asked for."""

    error: RunError | None = None
    wrote: bool = False
    looked: State | None = None


def run_again(owner: Connection, text: str, first: Applied, watch: Watch) -> Rerunning:
    """`first` is the run that has just succeeded.

    The text is run once; only when that run wrote something it is run once more between two readings of all
    definitions (a reading costs as much as many statements, and most second runs fail or write nothing).
    """
    skipped = _why_not(owner, first)
    if skipped:
        return Rerunning(skipped=skipped)
    try:
        return _tried(owner, text, watch)
    except psycopg.Error as error:
        raise_if_dead(watch.database)
        return Rerunning(skipped=f"its second run could not be looked at: {str(error).strip().partition(_LINE)[0]}")


def _tried(owner: Connection, text: str, watch: Watch) -> Rerunning:
    trial = _trial(owner, text, watch, look=False)
    if trial.error and trial.error.sqlstate in _IMPOSSIBLE:
        return Rerunning(skipped=_IMPOSSIBLE[trial.error.sqlstate])
    if trial.error:
        return Rerunning(rerun=Rerun(outcome=RerunOutcome.FAILED, error=trial.error))
    if not trial.wrote:
        return Rerunning(rerun=Rerun(outcome=RerunOutcome.SAME))
    with watch.guarding():
        before = read_state(watch.database.admin, owner)
    trial = _trial(owner, text, watch, look=True)
    if trial.error and trial.error.sqlstate in _IMPOSSIBLE:
        return Rerunning(skipped=_IMPOSSIBLE[trial.error.sqlstate])
    if trial.error or trial.looked is None:
        return Rerunning(rerun=Rerun(outcome=RerunOutcome.FAILED, error=trial.error))
    return Rerunning(rerun=compare(before, trial.looked))


def _why_not(owner: Connection, first: Applied) -> str | None:
    if owner.info.transaction_status != pq.TransactionStatus.IDLE:
        return "it leaves a transaction open"
    control = next((tag for tag in first.tags if tag in _CONTROL), None)
    return f"it controls transactions itself ({control})" if control else None


def _trial(owner: Connection, text: str, watch: Watch, *, look: bool) -> _Trial:
    watch.begin()
    owner.execute(b"BEGIN")
    try:
        trial = _inside(owner, text, watch, look=look)
    except psycopg.Error:
        _roll_back(owner)
        raise
    # Not in `finally`: a Ctrl-C ends everything, and must not wait for a connection that is at work.
    _roll_back(owner)
    return trial


def _inside(owner: Connection, text: str, watch: Watch, *, look: bool) -> _Trial:
    error = apply_text(owner, text, watch).error or _deferred_error(owner, watch)
    if error:
        return _Trial(error=error)
    with watch.guarding():
        owner.execute(b"SET LOCAL search_path = pg_catalog")
        found = owner.execute(b"SELECT pg_current_xact_id_if_assigned() IS NOT NULL").fetchone()
        return _Trial(wrote=found == (True,), looked=read_state(owner, owner) if look else None)


def _roll_back(owner: Connection) -> None:
    if not (owner.closed or owner.broken):
        owner.execute(b"ROLLBACK")


def _deferred_error(owner: Connection, watch: Watch) -> RunError | None:
    """Deferred constraints would be checked by the COMMIT that a second run never reaches."""
    try:
        with watch.guarding():
            owner.execute(b"SET CONSTRAINTS ALL IMMEDIATE")
    except psycopg.Error as error:
        return RunError(
            sqlstate="57014" if watch.expired else error.sqlstate or "08006",
            message=watch.expired or error.diag.message_primary or str(error).strip(),
            detail=error.diag.message_detail,
            context="a deferred constraint, as COMMIT would check it",
        )
    return None
