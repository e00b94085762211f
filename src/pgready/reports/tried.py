"""What was tried against a wrong order of the migrations, as lines of a report."""

from collections.abc import Iterable

from pgready.checks.proven import how_to_finish, outcome_of, renaming_of, repeating, why_not
from pgready.model.trace import Skip, Trial
from pgready.reports.blocks import Line, Span
from pgready.reports.lines import code, line, said
from pgready.verdict import AuditResult

__all__ = ["after_the_fact", "finishing", "making", "renaming"]


def renaming(late: str, audit: AuditResult) -> Line:
    """How to let a migration that comes too late run earlier; without a trial, only that it could."""
    trial = renaming_of(late, _trials(audit))
    if trial is None:
        return line(
            "If no database has recorded it yet, rename ", code(late), " so that it sorts before what needs it."
        )
    (move,) = trial.remedy.moves
    if trial.works:
        return line(
            "If no database has recorded it yet, rename ",
            code(late),
            " to ",
            code(move.new_name),
            f": rehearsed so, {outcome_of(trial, audit.declared)}.",
        )
    return line(
        "To rename ", code(late), " so that it runs before ", code(move.before), f" does not help: {why_not(trial)}."
    )


def after_the_fact(skips: tuple[Skip, ...], audit: AuditResult) -> Line:
    """What to do where a database has recorded the migrations: they never run again, but their texts can."""
    trial = repeating(skips, _trials(audit))
    if trial is None or not trial.works:
        return line(" Otherwise add a new migration that makes what was skipped, without the guard.")
    texts = "the text of " if len(trial.remedy.repeats) == 1 else "the texts of "
    return line(
        f" Otherwise add a new migration that holds {texts}",
        *_named(trial.remedy.repeats),
        f" once more: rehearsed so, {outcome_of(trial, audit.declared, migrations=False)}.",
    )


def making(skips: tuple[Skip, ...], audit: AuditResult) -> Line:
    """What comes into being once a table that nobody makes is there; empty where that was not tried or did not help."""
    parts: list[str | Span] = []
    for trial in _trials(audit):
        lost = dict.fromkeys(skip.would_make for skip in skips)
        wanted = [made for made in lost if any(made.covers(ref) for ref in trial.appeared)]
        if not (trial.works and trial.remedy.makes and wanted):
            continue
        parts += [" Rehearsed: a new migration that creates ", *_named(trial.remedy.makes), " as declared"]
        parts += [" and then holds the text of ", *_named(trial.remedy.repeats)] if trial.remedy.repeats else []
        parts += [" lets ", *_named(wanted), " come into being."]
    return line(*parts)


def _named(names: Iterable[object]) -> list[str | Span]:
    return [part for name in names for part in (" and ", code(name))][1:]


def finishing(audit: AuditResult) -> Line:
    """What lets a deployment that fails come to its end; empty where nothing was tried."""
    told = how_to_finish(audit.rehearsal, audit.declared) if audit.rehearsal is not None else None
    return () if told is None else line(said(told))


def _trials(audit: AuditResult) -> tuple[Trial, ...]:
    return audit.rehearsal.trials if audit.rehearsal is not None else ()
