"""Try what may repair a wrong order, in databases of their own: only what was seen to work is worth an advice."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from pgready.model.migration import Migration
from pgready.model.trace import MigrationRun, Remedy, RunOutcome, Trial
from pgready.rehearsal.names import Names, difference

__all__ = ["Outcome", "rearranged", "try_remedies"]

Outcome = tuple[Sequence[MigrationRun], Names]
"""The runs of a deployment and the names that are there at its end."""


def try_remedies(
    alternatives: Iterable[Sequence[Remedy]], deploy: Callable[[Remedy], Outcome], names: Names
) -> tuple[Trial, ...]:
    """Of each sequence of alternatives the first that works, else the last that was tried.

    `names` are there at the end of the deployment as it is.
    """
    return tuple(_first_that_works(each, deploy, names) for each in alternatives if each)


def _first_that_works(alternatives: Sequence[Remedy], deploy: Callable[[Remedy], Outcome], names: Names) -> Trial:
    trial = _trial(alternatives[0], deploy(alternatives[0]), names)
    for remedy in alternatives[1:]:
        if trial.works:
            break
        trial = _trial(remedy, deploy(remedy), names)
    return trial


def _trial(remedy: Remedy, outcome: Outcome, names: Names) -> Trial:
    runs, found = outcome
    appeared, vanished = difference(names, found)
    failed = next((run for run in runs if run.outcome is not RunOutcome.APPLIED or run.leaves_open), None)
    return Trial(
        remedy=remedy,
        failed=failed.migration if failed else None,
        error=failed.error if failed else None,
        appeared=appeared,
        vanished=vanished,
    )


def rearranged(migrations: Sequence[Migration], remedy: Remedy) -> tuple[Migration, ...]:
    """The migrations as the remedy would have them, in the order in which they then run."""
    renamed = {move.migration: move.new_name for move in remedy.moves}
    texts = {migration.name: migration for migration in migrations}
    moved = [replace(each, name=renamed.get(each.name, each.name)) for each in migrations]
    ordered = sorted(moved, key=lambda each: os.fsencode(each.name)) if renamed else moved
    last = [replace(texts[name], name=f"{name} (again)") for name in remedy.repeats]
    return tuple(replace(each, position=position) for position, each in enumerate((*ordered, *last), 1))
