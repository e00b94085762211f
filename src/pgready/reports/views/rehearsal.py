"""What the rehearsal proved: every migration once and again, what came into being, and what was tried to repair it."""

from collections.abc import Iterator, Sequence

from pgready.checks.proven import outcome_of, why_not
from pgready.figures.describe_strip import describe_rehearsal
from pgready.figures.growth import describe_growth, draw_growth
from pgready.figures.rehearsal_strip import draw_rehearsal_strip
from pgready.figures.strip_rows import Again, again_of, make_rehearsal_strip
from pgready.history.growth import make_growth
from pgready.model.deployment import DeploymentKind
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import MigrationRun, Rehearsal, Remedy, Rerun, RunOutcome, Sending, Trial
from pgready.reports.blocks import Block, Bullets, Fact, Facts, Fold, Line, Pre, Prose, Stack
from pgready.reports.lines import NOTHING, bad, capped, code, count, good, line, listing, muted, open_, warn
from pgready.reports.view import View
from pgready.reports.views.drawing import picture
from pgready.verdict import AuditResult, blocks

__all__ = ["growth", "not_tried", "rehearsal_server", "rehearsal_strip", "second_runs", "tried"]

_OBJECTS = 12
_NAMED = 6
_NOT_KNOWN = "nothing was rehearsed"
THOROUGH = line(code("--thorough"))
_CLAIMED = "RES003"


def unknown(audit: AuditResult) -> View:
    """What stands in the place of everything that only a rehearsal tells."""
    return View(Prose(lines=(line(open_("Not known"), f": {audit.rehearsal_skipped or _NOT_KNOWN}."),)))


def short_name(ref: ObjectRef) -> str:
    """`table.name`, an index by its own name, with the schema where that is not `public`."""
    table = None if ref.kind is ObjectKind.INDEX else ref.table
    name = f"{table}.{ref.name}" if table else ref.name
    return name if ref.schema in (None, "", "public") else f"{ref.schema}.{name}"


def rehearsal_server(audit: AuditResult) -> View:
    """On which server it was, what it had to imitate, and how the texts were sent."""
    if audit.rehearsal is None:
        return unknown(audit)
    rehearsal = audit.rehearsal
    applied = sum(run.outcome is RunOutcome.APPLIED for run in rehearsal.runs)
    facts = (
        ("PostgreSQL", line(rehearsal.server.version, muted(f", {rehearsal.server.origin}"))),
        ("Applied", line(f"{applied} of {count(len(rehearsal.runs), 'migration')}", muted(_took(rehearsal)))),
        ("How the texts were sent", line(_sent(rehearsal))),
        ("Imitated extensions", listing(rehearsal.shims) or line("none: every extension is the real one")),
        ("Stand-ins", listing(map(short_name, rehearsal.stand_ins), _OBJECTS)),
    )
    return View(Facts(facts=tuple(Fact(term=term, line=said) for term, said in facts if said)))


def _took(rehearsal: Rehearsal) -> str:
    return f", in {rehearsal.duration_ms / 1000:.1f} s with all passes" if rehearsal.duration_ms else ""


def _sent(rehearsal: Rehearsal) -> str:
    ways = {run.sending for run in rehearsal.runs}
    if len(ways) < 2 and not rehearsal.otherwise:  # noqa: PLR2004  # one way for all, and nothing depends on it
        return ""
    one = "whole, as one message" if Sending.WHOLE in ways else "statement by statement"
    told = "some whole, some statement by statement" if len(ways) > 1 else f"each text {one}"
    other = len(rehearsal.otherwise)
    differ = "comes" if other == 1 else "come"
    return told + (f"; sent the other way, {count(other, 'migration')} {differ} out differently" if other else "")


def rehearsal_strip(audit: AuditResult) -> View:
    """One row per migration: how long it took, what a second run does, and what a failure midway leaves."""
    if audit.rehearsal is None or not audit.rehearsal.runs:
        return unknown(audit)
    new = audit.deployment.migrations if audit.deployment.kind is not DeploymentKind.CLEAN else ()
    drawn = make_rehearsal_strip(audit.rehearsal.runs, audit.skips, new)
    return View(picture(draw_rehearsal_strip(drawn), "Every migration, once and again", describe_rehearsal(drawn)))


def growth(audit: AuditResult) -> View:
    """How the declared objects came into being, and where guards left some out."""
    if audit.rehearsal is None or not audit.rehearsal.runs:
        return unknown(audit)
    drawn = make_growth(audit.declared, audit.rehearsal, audit.skips)
    return View(picture(draw_growth(drawn), "What appeared when", describe_growth(drawn)))


def second_runs(audit: AuditResult) -> View:
    """What each migration does that does not leave everything as it is when it runs again; what fails is folded."""
    if audit.rehearsal is None:
        return unknown(audit)
    runs = [run for run in audit.rehearsal.runs if run.rerun is not None]
    by = {again: [run for run in runs if again_of(run) is again] for again in Again}
    harmful = sorted((*by[Again.CHANGES], *by[Again.REPLACES]), key=lambda run: run.position)
    heads = ("#No.", "Migration", "What the second run does", "To what")
    body: list[Block] = [
        capped("Not the same after a second run", heads, [_harm(run) for run in harmful])
        if harmful
        else Prose(lines=(_harmless(runs, len(by[Again.FAILS]), len(by[Again.EMPTY])),))
    ]
    claims = [finding for finding in audit.findings if finding.rule == _CLAIMED]
    body += (
        [
            Bullets(
                items=tuple(
                    line((bad if blocks(it, audit.policy) else warn)(it.rule), f" {it.message}.") for it in claims
                )
            )
        ]
        if claims
        else []
    )
    folds = (
        (by[Again.FAILS], "fails", "fail", "The error"),
        (by[Again.RECREATES], "makes the same anew", "make the same anew", "What is dropped and made again"),
    )
    body += [_fold(found, one if len(found) == 1 else many, head) for found, one, many, head in folds if found]
    return View(Stack(body=tuple(body)))


def _harmless(runs: Sequence[MigrationRun], failing: int, empty: int) -> Line:
    if not runs:
        return line(open_("Not known"), ": no migration was run a second time.")
    if empty:
        may = f"{empty} of {len(runs)} that may touch rows {'was' if empty == 1 else 'were'} tried without any"
        fails = f", and {failing} {'fails' if failing == 1 else 'fail'}" if failing else ""
        return line(f"No migration was seen to change anything when it runs again; {may}{fails}.")
    if failing:
        fails = f"{failing} of {len(runs)} {'fails' if failing == 1 else 'fail'} instead"
        return line(f"No migration changes anything when it runs again; {fails}.")
    return line(good("None"), " of the migrations changes anything when it runs again.")


def _harm(run: MigrationRun) -> tuple[Line, ...]:
    return (line(str(run.position)), line(code(run.migration)), line(warn(again_of(run).value)), _touched(run.rerun))


def _touched(rerun: Rerun | None) -> Line:
    if rerun is None:
        return line(NOTHING)
    named = (("made", rerun.made), ("dropped", rerun.dropped), ("made anew", rerun.recreated))
    parts = [line(f"{word} ", listing(map(short_name, refs), _OBJECTS)) for word, refs in named if refs]
    joined = [part for each in parts for part in (line("; "), each)][1:]
    return line(*joined) if joined else line("definitions or rows")


def _fold(runs: Sequence[MigrationRun], words: str, head: str) -> Fold:
    rows = [(line(str(run.position)), line(code(run.migration)), _why(run.rerun)) for run in runs]
    table = capped(f"{words.capitalize()} when run again", ("#No.", "Migration", head), rows)
    return Fold(summary=line(f"{count(len(runs), 'migration')} {words} when run again"), body=(table,))


def _why(rerun: Rerun | None) -> Line:
    if rerun is not None and rerun.error is not None:
        return line(code(rerun.error.sqlstate), f" {rerun.error.message}")
    return _touched(rerun)


def tried(audit: AuditResult) -> View:
    """What was tried so that nothing is left out or fails, with what came of it."""
    if audit.rehearsal is None:
        return unknown(audit)
    trials = audit.rehearsal.trials
    if not trials:
        why = (
            "the order of the migrations gives no reason"
            if audit.rehearsal.complete and not audit.skips
            else "no rename can help"
        )
        return View(Prose(lines=(line("Nothing was tried: ", why, "."),)))
    rows = [(_remedy(trial.remedy), *_outcome(trial, audit)) for trial in trials]
    shown = capped("Repairs that were rehearsed", ("What was tried", "Outcome", "What came of it"), rows)
    written = [trial.remedy for trial in trials if trial.works and trial.remedy.sql]
    return View(Stack(body=(shown, *map(_written, written[:_NAMED]))))


def _written(remedy: Remedy) -> Fold:
    """What makes the tables that no migration makes, to be taken over."""
    names = listing(map(short_name, remedy.makes), _NAMED)
    return Fold(summary=line("The SQL that makes ", *names), body=(Pre(text=(remedy.sql or "").strip()),))


def _remedy(remedy: Remedy) -> Line:
    made = line("make ", listing(map(short_name, remedy.makes), _NAMED), " as declared, in a new migration")
    parts: list[Line] = [made] if remedy.makes else []
    parts += [line("rename ", code(move.migration), " to ", code(move.new_name)) for move in remedy.moves]
    texts = [part for name in remedy.repeats for part in (" and ", code(name))][1:]
    again = line("run the text of ", *texts, " once more, in a new migration")
    parts += [again] if texts else []
    return line(*[part for each in parts for part in (line(" and "), each)][1:])


def _outcome(trial: Trial, audit: AuditResult) -> tuple[Line, Line]:
    if trial.works:
        return line(good("works")), line(outcome_of(trial, audit.declared, migrations=not trial.remedy.repeats))
    return line(bad("does not")), line(why_not(trial))


def not_tried(audit: AuditResult) -> View:
    """What the rehearsal did not do, of which migrations, and why."""
    if audit.rehearsal is None:
        return unknown(audit)
    return View(Bullets(items=(*_left(audit.rehearsal), *_limits(audit.rehearsal))))


def _left(rehearsal: Rehearsal) -> Iterator[Line]:
    runs = rehearsal.runs
    passes = (
        ("Not run again", [(run.rerun_skipped, run.migration) for run in runs]),
        ("Not traced", [(run.trace_skipped, run.migration) for run in runs]),
        ("Not stopped midway", [(run.crash_skipped, run.migration) for run in runs]),
        ("Not compared with what IF NOT EXISTS asks for", [(run.hidden_skipped, run.migration) for run in runs]),
        ("Not applied", [(_not_applied(run), run.migration) for run in runs]),
    )
    for word, told in passes:
        for why in dict.fromkeys(why for why, _ in told if why):
            names = [name for found, name in told if found == why]
            number = count(len(names), "migration")
            yield line(open_(word), f": {number}, as {why} (", listing(names, _NAMED), ").")


def _not_applied(run: MigrationRun) -> str | None:
    return None if run.outcome is RunOutcome.APPLIED else f"the deploy says {run.outcome}"


def _limits(rehearsal: Rehearsal) -> Iterator[Line]:
    runs = [run for run in rehearsal.runs if run.outcome is RunOutcome.APPLIED]
    looked = (
        ("Locks", sum(not run.trace and not run.trace_skipped for run in runs)),
        ("Failures midway", sum(not run.crash_points and not run.crash_skipped for run in runs)),
    )
    for word, number in looked:
        if number:
            unseen = f": not looked at in {count(number, 'migration')}; "
            yield line(open_(word), unseen, THOROUGH, " looks at all that have a statement.")
    if rehearsal.rows is None:
        yield line(open_("Rows"), ": no migration ran on tables with rows (", THOROUGH, " does that).")
    elif rehearsal.rows.stopped is not None:
        yield line(open_("Rows"), f": the deploy on rows stopped. {rehearsal.rows.stopped}.")
    if rehearsal.unanswered:
        asked = count(rehearsal.unanswered, "question")
        yield line(open_("Spelling"), f": {asked} about the declared structure had no answer.")
    yield line("Times and locks are those of almost empty tables, with nobody else connected.")
