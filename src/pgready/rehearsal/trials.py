"""What may repair a deployment, tried in databases of their own beside it."""

import contextlib
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

import psycopg

from pgready.model.schema import Schema
from pgready.model.trace import MigrationRun, Remedy, RunOutcome, Trial
from pgready.rehearsal.database import Database
from pgready.rehearsal.names import read_names
from pgready.rehearsal.passes import Work, anew, keys_of
from pgready.rehearsal.remedies import Mends, Outcome, mended, rearranged, try_remedies
from pgready.rehearsal.remedy_rows import Attempt, at_its_end, attempted
from pgready.rehearsal.rerun_on_rows import filling
from pgready.rehearsal.seeding.filling import Keys
from pgready.rehearsal.snapshot import read_schema

__all__ = ["mending", "trying"]


def trying(
    database: Database,
    work: Work,
    runs: Sequence[MigrationRun],
    alternatives: Iterable[Sequence[Remedy]],
    schema: Schema,
) -> tuple[Trial, ...]:
    """What may repair a deployment that ends well and leaves something out; `runs` are its own, with second runs."""
    asked = tuple(alternatives)
    if not asked:
        return ()
    base = at_its_end(database, tuple(runs), work.limits)
    return try_remedies(asked, partial(_attempt_on_rows, database, work, keys_of(schema)), runs, base)


def _attempt_on_rows(database: Database, work: Work, later: Keys, remedy: Remedy) -> Attempt:
    """On empty tables where what is repeated fails on those that are filled; which keys are made then, is seen there.

    With values for these keys it is tried on filled tables for the last time.
    """
    other, again = _under(work, remedy), [each.sql or "" for each in work.migrations if each.name in remedy.repeats]
    go = partial(attempted, known=len(work.migrations), again=again, limits=work.limits)
    begin = partial(anew, database, other, "remedy", "remedies", itertools.count(1))

    def on_rows(keys: Keys) -> Attempt | None:
        with contextlib.suppress(psycopg.Error):
            with begin() as (second, deployed), filling(second, keys, work.limits) as rows:
                attempt = go(second, deployed, filling=rows)
            return attempt if all(run.outcome is RunOutcome.APPLIED for run in attempt.runs) else None
        return None

    if again and (attempt := on_rows(later)):
        return attempt
    with begin() as (second, deployed):
        bare, keys = go(second, deployed, filling=None), keys_of(read_schema(second.admin)) | later
    return (keys != later and bool(again) and on_rows(keys)) or bare


def mending(database: Database, work: Work, runs: Sequence[MigrationRun], mends: Mends) -> tuple[Trial, ...]:
    """What may let a deployment go on that fails."""
    base = runs, read_names(database.admin)
    return mended(work.migrations, base, mends, partial(_attempt, database, work))


def _attempt(database: Database, work: Work, remedy: Remedy) -> Outcome:
    with anew(database, _under(work, remedy), "remedy", "remedies", itertools.count(1)) as (second, deployed):
        runs = tuple(deployed)
        return runs, read_names(second.admin)


def _under(work: Work, remedy: Remedy) -> Work:
    """What is deployed under a remedy."""
    new_names = {move.migration: move.new_name for move in remedy.moves}
    cut = {new_names.get(name, name): parts for name, parts in work.pieces.items()}
    cut |= {f"{name} (again)": work.pieces[name] for name in remedy.repeats if name in work.pieces}
    return replace(work, migrations=rearranged(work.migrations, remedy), pieces=cut)
