"""What was tried against a wrong order of the migrations, in words: an advice that works, or why it does not.

How Prisma takes a new name: `migrate deploy` runs every directory whose name is not recorded, and passes over records
without a directory; `migrate resolve --applied` only writes the record (measured with Prisma's own engine).
"""

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator

from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.schema import Schema
from pgready.model.trace import Move, Rehearsal, Remedy, Skip, Trial

__all__ = ["how_to_finish", "how_to_order", "outcome_of", "renaming_of", "repeating", "why_not"]

_PLURALS = {"index": "indexes", "policy": "policies"}
_FEW = 3
_SHOWN = frozenset({"table", "foreign key"})


def renaming_of(late: str, trials: Iterable[Trial]) -> Trial | None:
    """The trial in which this migration alone has a new name."""
    return next((trial for trial in trials if [move.migration for move in trial.remedy.moves] == [late]), None)


def repeating(skips: Iterable[Skip], trials: Iterable[Trial]) -> Trial | None:
    """The trial in which nothing but texts of these skips' migrations ran once more."""
    skipped = {skip.migration for skip in skips}
    repeated = (trial for trial in trials if trial.remedy.repeats and not trial.remedy.makes)
    return next((trial for trial in repeated if skipped >= set(trial.remedy.repeats)), None)


def how_to_finish(rehearsal: Rehearsal, declared: Schema) -> str | None:
    """What lets a deployment that fails come to its end; None where nothing was tried."""
    trial = next((each for each in rehearsal.trials if each.base_failed), None)
    if trial is None:
        return None
    names = " and ".join(map(_renaming, trial.remedy.moves))
    if not trial.works:
        if trial.failed is None and trial.vanished:
            return (
                f"To rename {names} lets it deploy, and loses something: rehearsed so, {outcome_of(trial, declared)}, "
                f"but {_lost(trial)}. No order of them was found that deploys and loses nothing."
            )
        return f"To rename {names} is not enough: {why_not(trial)}. No order of them was found that deploys."
    return (
        f"If no database has recorded {_them(trial)} yet, rename {names}: rehearsed so, {outcome_of(trial, declared)}. "
        f"{_told_before(trial.remedy.moves)} A new migration cannot help: the deployment never comes to it."
    )


def _renaming(move: Move) -> str:
    return f"{move.migration} to {move.new_name}"


def _them(trial: Trial) -> str:
    return "it" if len(trial.remedy.moves) == 1 else "them"


def _told_before(moves: Iterable[Move]) -> str:
    """What happens where a database has recorded the old names."""
    new = " and ".join(f"`prisma migrate resolve --applied {shlex.quote(move.new_name)}`" for move in moves)
    return (
        "Where one has, Prisma takes the new name for a new migration and runs the text again, unless it is told "
        f"before: {new}."
    )


def how_to_order(skip: Skip, rehearsal: Rehearsal, declared: Schema) -> str | None:
    """What makes a skipped object come into being, as far as it was tried; None where nothing was tried."""
    if skip.made_by is None:
        trial = next((each for each in rehearsal.trials if each.remedy.makes and _makes(each, skip)), None)
        return None if trial is None else _making(trial)
    trial = renaming_of(skip.made_by, rehearsal.trials)
    repeated = (each for each in rehearsal.trials if each.remedy.repeats and not each.remedy.makes)
    after = next((each for each in repeated if _makes(each, skip)), None)
    if trial is not None and (trial.rows_lost or trial.unproved):
        (move,) = trial.remedy.moves
        order = f"To rename {_renaming(move)} does not help: {why_not(trial)}"
    elif trial is None or not _makes(trial, skip):
        order = (
            f"Let {skip.made_by} run before {skip.migration} (a date in front of its name, as long as it is not "
            "applied anywhere)"
        )
    else:
        (move,) = trial.remedy.moves
        order = (
            f"If no database has recorded it yet, rename {_renaming(move)}: rehearsed so, {outcome_of(trial, declared)}"
        )
    if after is None:
        harmful = next((each for each in rehearsal.trials if _harms(each, skip)), None)
        not_so = f", and not by {_again(harmful.remedy)}: {why_not(harmful)}" if harmful else ""
        return f"{order}. Otherwise make the object in a new migration, without the guard{not_so}."
    again = _again(after.remedy)
    return f"{order}. Otherwise add a new migration that holds {again}: rehearsed so, it is made."


def _making(trial: Trial) -> str:
    """A table that nobody makes is made, and then what was skipped for want of it."""
    tables = " and ".join(str(table) for table in trial.remedy.makes)
    again = f" and then holds {_again(trial.remedy)}" if trial.remedy.repeats else ""
    return f"Add a new migration that creates {tables} as the schema declares it{again}: rehearsed so, it is made."


def _again(remedy: Remedy) -> str:
    texts = "the text" if len(remedy.repeats) == 1 else "the texts"
    return f"{texts} of {' and '.join(remedy.repeats)} once more"


def _makes(trial: Trial, skip: Skip) -> bool:
    return trial.works and any(skip.would_make.covers(ref) for ref in trial.appeared)


def _harms(trial: Trial, skip: Skip) -> bool:
    """Whether texts once more make the object, and do something to rows, or nobody knows."""
    made = any(skip.would_make.covers(ref) for ref in trial.appeared)
    return bool(trial.remedy.repeats and made and (trial.rows_lost or trial.unproved))


def outcome_of(trial: Trial, declared: Schema, *, migrations: bool = True) -> str:
    """`all 16 migrations apply and 8 foreign keys appear`, or only what appears."""
    # Evidence of an older pgready does not say how many they were.
    number = f"{trial.applied} " if trial.applied else ""
    return " and ".join([*[f"all {number}migrations apply"] * migrations, *_appear(trial, declared)])


def _appear(trial: Trial, declared: Schema) -> Iterator[str]:
    keys = {key.qualified_name for key in declared.foreign_keys()}
    nouns = Counter(_noun(ref, keys) for ref in trial.appeared)
    if trial.base_failed:
        # Where nothing was made before, columns and indexes of the tables that come need not be told.
        nouns = Counter({noun: number for noun, number in nouns.items() if noun in _SHOWN})
    told = [_count(number, noun) for noun, number in sorted(nouns.items(), key=lambda each: each[0] != "table")]
    if told:
        yield f"{', '.join(told)} {'appears' if nouns.total() == 1 else 'appear'}"


def _noun(ref: ObjectRef, keys: set[str]) -> str:
    return "foreign key" if ref.kind is ObjectKind.CONSTRAINT and str(ref) in keys else ref.kind.value


def _count(number: int, noun: str) -> str:
    return f"{number} {noun if number == 1 else _PLURALS.get(noun, noun + 's')}"


def why_not(trial: Trial) -> str:
    """Why a remedy does not help."""
    if trial.error is not None:
        return f"rehearsed so, {trial.failed} fails: {trial.error.message} (SQLSTATE {trial.error.sqlstate})"
    if trial.failed is not None:
        return f"rehearsed so, {trial.failed} does not end well"
    if not trial.vanished and trial.rows_lost:
        tables = ", ".join(map(str, trial.rows_lost[:_FEW]))
        return f"rehearsed so, rows of {tables}{', ...' * (len(trial.rows_lost) > _FEW)} are lost or changed"
    if not trial.vanished and trial.unproved is not None:
        return f"what that does to rows is not known: {trial.unproved}"
    if not trial.vanished:
        return "rehearsed so, nothing appears"
    lost = len(trial.vanished)
    return f"rehearsed so, {_count(lost, 'object')} {'is' if lost == 1 else 'are'} lost"


def _lost(trial: Trial) -> str:
    """`table public.t is lost`, of several with their number."""
    lost = trial.vanished
    told = ", ".join(f"{ref.kind} {ref}" for ref in lost[:_FEW])
    return (
        f"{told} is lost" if len(lost) == 1 else f"{len(lost)} objects are lost ({told}{', ...' * (len(lost) > _FEW)})"
    )
