"""What was tried against a wrong order of the migrations, in words: an advice that works, or why it does not."""

from collections import Counter

from pgready.model.names import ObjectRef
from pgready.model.trace import Skip, Trial
from pgready.reports.blocks import Line
from pgready.reports.lines import code, count, line
from pgready.verdict import AuditResult

__all__ = ["after_the_fact", "renaming"]

_PLURALS = {"index": "indexes", "policy": "policies"}


def renaming(late: str, audit: AuditResult) -> Line:
    """How to let a migration that comes too late run earlier; without a trial, only that it could."""
    trial = next((each for each in _trials(audit) if [it.migration for it in each.remedy.moves] == [late]), None)
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
            f": rehearsed so, all {len(audit.migrations)} migrations apply and {_appear(trial, audit)}.",
        )
    return line(
        "To rename ", code(late), " so that it runs before ", code(move.before), f" does not help: {_why(trial)}."
    )


def after_the_fact(skips: tuple[Skip, ...], audit: AuditResult) -> Line:
    """What to do where a database has recorded the migrations: they never run again, but their texts can."""
    skipped = {skip.migration for skip in skips}
    trial = next((each for each in _trials(audit) if each.remedy.repeats and skipped >= set(each.remedy.repeats)), None)
    if trial is None or not trial.works:
        return line(" Otherwise add a new migration that makes what was skipped, without the guard.")
    names = [part for name in trial.remedy.repeats for part in (" and ", code(name))][1:]
    texts = "the text of " if len(trial.remedy.repeats) == 1 else "the texts of "
    return line(
        f" Otherwise add a new migration that holds {texts}",
        *names,
        f" once more: rehearsed so, {_appear(trial, audit)}.",
    )


def _trials(audit: AuditResult) -> tuple[Trial, ...]:
    return audit.rehearsal.trials if audit.rehearsal is not None else ()


def _appear(trial: Trial, audit: AuditResult) -> str:
    keys = {key.qualified_name for key in audit.declared.foreign_keys()}
    nouns = Counter(_noun(ref, keys) for ref in trial.appeared)
    told = ", ".join(count(number, noun, _PLURALS.get(noun)) for noun, number in sorted(nouns.items()))
    return f"{told} {'appears' if len(trial.appeared) == 1 else 'appear'}"


def _noun(ref: ObjectRef, keys: set[str]) -> str:
    return "foreign key" if str(ref) in keys else ref.kind.value


def _why(trial: Trial) -> str:
    if trial.error is not None:
        return f"rehearsed so, {trial.failed} fails: {trial.error.message} (SQLSTATE {trial.error.sqlstate})"
    if trial.failed is not None:
        return f"rehearsed so, {trial.failed} does not end well"
    if not trial.vanished:
        return "rehearsed so, nothing appears"
    lost = len(trial.vanished)
    return f"rehearsed so, {count(lost, 'object')} {'is' if lost == 1 else 'are'} lost"
