"""What the rehearsal saw of locks, statement by statement, and of rows."""

from collections.abc import Iterator, Mapping, Sequence

from pgready.model.hidden_shapes import HiddenShape, ShapeDifference
from pgready.model.kept_rows import DataFailure, Loss, RowsRehearsal
from pgready.model.location import Location
from pgready.model.locks import LockMode
from pgready.model.names import ObjectRef
from pgready.model.trace import MigrationRun, StatementTrace
from pgready.reports.blocks import Block, Fold, Line, Prose, Stack, Table
from pgready.reports.lines import (
    NOTHING,
    bad,
    capped,
    code,
    count,
    good,
    line,
    listing,
    muted,
    open_,
    place,
    table,
    warn,
)
from pgready.reports.view import View
from pgready.reports.views.rehearsal import THOROUGH, short_name, unknown
from pgready.verdict import AuditResult

__all__ = ["hidden_shapes", "lock_statements", "made_up_rows"]

_STATEMENTS, _FEW = 40, 12
_NAMES = 6


def lock_statements(audit: AuditResult) -> View:
    """The statements that lock most, write a table anew or read it from end to end; those with the strongest locks."""
    if audit.rehearsal is None:
        return unknown(audit)
    found = [(run, trace, _new_locks(run, trace)) for run in audit.rehearsal.runs for trace in run.trace]
    told = [each for each in found if _matters(*each[1:])]
    if not told:
        return View(Prose(lines=(_no_lock(audit.rehearsal.runs),)))
    chosen = sorted(told, key=lambda each: (_weight(*each[1:]), -each[0].position, -each[1].statement))[:_STATEMENTS]
    rows = [
        _statement(run, trace, locks)
        for run, trace, locks in sorted(chosen, key=lambda each: (each[0].position, each[1].statement))
    ]
    heads = ("#No.", "Where", "Strongest lock", "On", "What takes time")
    words = "Statements that stop writes, or read or write whole tables that were there before"
    shown = table(words, heads, rows, more=len(told) - len(rows))
    number = count(len(told), "statement")
    return View(_folded(shown, line(f"{number} that stop writes, or read or write whole tables")))


_Locks = Mapping[ObjectRef, LockMode]


def _new_locks(run: MigrationRun, trace: StatementTrace) -> _Locks:
    """What it holds and the statement before did not: a lock is kept to the end of its transaction."""
    before = {
        lock.table: lock.mode
        for earlier in run.trace
        if earlier.statement == trace.statement - 1
        for lock in earlier.locks
    }
    return {lock.table: lock.mode for lock in trace.locks if lock.mode > before.get(lock.table, 0)}


def _matters(trace: StatementTrace, locks: _Locks) -> bool:
    return bool(trace.rewrites or trace.scans) or any(mode.stops_writes for mode in locks.values())


def _weight(trace: StatementTrace, locks: _Locks) -> tuple[int, ...]:
    """The less, the worse; of equals the newer ones are told, which are the likelier ones to be deployed."""
    return -len(trace.rewrites), -max(locks.values(), default=0), -len(trace.scans), -len(locks)


def _no_lock(runs: Sequence[MigrationRun]) -> Line:
    if not any(run.trace for run in runs):
        return line(open_("Not known"), ": no migration was traced.")
    return line(good("None"), " of the traced statements stops writes, or reads or writes a whole table.")


def _statement(run: MigrationRun, trace: StatementTrace, locks: _Locks) -> tuple[Line, ...]:
    strongest = max(locks.values(), default=None)
    tables = [ref for ref, mode in locks.items() if mode is strongest]
    work = [line(bad("writes anew "), listing(map(short_name, trace.rewrites), _NAMES))] * bool(trace.rewrites)
    work += [line("reads ", listing(map(short_name, trace.scans), _NAMES))] * bool(trace.scans)
    return (
        line(str(run.position)),
        line(code(run.migration), f", line {trace.line}"),
        _mode(strongest),
        listing(map(short_name, tables), _NAMES) if tables else line(NOTHING),
        line(*[part for each in work for part in (line("; "), each)][1:]) or line(NOTHING),
    )


def _mode(mode: LockMode | None) -> Line:
    if mode is None:
        return line(muted("held before"))
    mark = bad if mode.stops_reads else warn if mode.stops_writes else muted
    return line(mark(mode.words), f": {mode.waiting}")


def _files(audit: AuditResult) -> dict[str, str]:
    return {record.name: record.file for record in audit.migrations}


def hidden_shapes(audit: AuditResult) -> View:
    """What creations under a guard (IF NOT EXISTS) found in their place, where that is not what they ask for."""
    if audit.rehearsal is None:
        return unknown(audit)
    rows = [_hidden(run, hidden) for run in audit.rehearsal.runs for hidden in run.hidden]
    compared = sum(run.hidden_compared for run in audit.rehearsal.runs)
    skipped = any(run.hidden_skipped for run in audit.rehearsal.runs)
    if not rows:
        told = f"{count(compared, 'guarded creation')} found something there"
        none = line(good("None"), f" of them hides another shape: {told}.")
        calm = none if compared else line("No guarded creation found its name taken.")
        so_far = f" {told}." if compared else ""
        return View(
            Prose(lines=(line(open_("Not all"), f" could be compared, see below.{so_far}") if skipped else calm,))
        )
    heads = ("#No.", "Migration", "Asks for", "What is there instead")
    return View(capped("What IF NOT EXISTS and the like hide", heads, rows))


def _hidden(run: MigrationRun, hidden: HiddenShape) -> tuple[Line, ...]:
    creation = hidden.creation
    told = [_difference(each) for each in hidden.differences[:_NAMES]]
    more = len(hidden.differences) - _NAMES
    return (
        line(str(run.position)),
        line(code(run.migration), f", line {creation.line}"),
        line(f"{creation.object.kind} ", code(short_name(creation.object)), muted(f" ({creation.form})")),
        line(*[part for each in told for part in (line("; "), each)][1:], f" and {more} more" if more > 0 else ""),
    )


def _difference(each: ShapeDifference) -> Line:
    there = code(each.there) if each.there else bad("missing")
    asked = line(", asked for: ", code(each.asked)) if each.asked else line(", not asked for")
    return line(f"{each.kind} ", code(each.name), ": ", there, asked)


def made_up_rows(audit: AuditResult) -> View:
    """What the migrations did to tables with made-up rows: failures and losses."""
    rows = audit.rehearsal.rows if audit.rehearsal is not None else None
    if rows is None:
        return unknown(audit) if audit.rehearsal is None else View(Prose(lines=(_no_rows(),)))
    if not (rows.failures or rows.losses):
        end = f"; it stopped: {rows.stopped}" if rows.stopped else ""
        word = open_("Nothing so far") if rows.stopped else good("Nothing")
        return View(Prose(lines=(line(word, f" fails or is lost on rows in {count(rows.seeded, 'table')}{end}."),)))
    return View(Stack(body=(*_failures(rows, audit), *_losses(rows), *_empty(rows))))


def _no_rows() -> Line:
    return line(open_("Not known"), ": no migration ran on tables with rows; ", THOROUGH, " asks for that.")


def _failures(rows: RowsRehearsal, audit: AuditResult) -> Iterator[Block]:
    told = sorted(rows.failures, key=lambda failure: failure.artefact is not None)
    files = _files(audit)
    if told:
        heads = ("Migration", "Where", "Error", "Could it be the made-up rows?")
        shown = capped("Fails on rows, and not on empty tables", heads, [_failure(each, files) for each in told])
        maybe = sum(failure.artefact is not None for failure in told)
        doubt = muted(f", {maybe} of them perhaps because the rows are made up" if maybe else "")
        yield _folded(shown, line(count(len(told), "migration"), " not applied to rows", doubt))


def _failure(failure: DataFailure, files: Mapping[str, str]) -> tuple[Line, ...]:
    nth = f"statement {failure.statement}" if failure.statement is not None else NOTHING
    where = line(nth) if failure.line is None else place(Location(files[failure.migration], failure.line))
    doubt = line(muted(f"may be: {failure.artefact}")) if failure.artefact else line(warn("no: any row will do"))
    return (
        line(code(failure.migration)),
        where,
        line(code(failure.sqlstate), f" {failure.message}", muted(f" ({failure.detail})") if failure.detail else ""),
        doubt,
    )


def _folded(shown: Table, summary: Line) -> Block:
    """A long table behind one line."""
    return shown if len(shown.rows) <= _FEW else Fold(summary=summary, body=(shown,))


def _losses(rows: RowsRehearsal) -> Iterator[Block]:
    if rows.losses:
        heads = ("Migration", "Object", "What is lost")
        shown = capped("Rows and values that are gone afterwards", heads, [_loss(each) for each in rows.losses])
        yield _folded(
            shown, line(f"{count(len(rows.losses), 'table or column', 'tables and columns')} lose rows or values")
        )


def _loss(loss: Loss) -> tuple[Line, ...]:
    gone = loss.there - loss.left
    what = "row" if loss.object.table is None else "value"
    told = f"{gone} of {count(loss.there, what)}" if gone else f"{count(loss.merged, 'value')} made equal"
    return (
        line(code(loss.migration)),
        line(code(short_name(loss.object))),
        line(told, " (dropped)" if loss.dropped else ""),
    )


def _empty(rows: RowsRehearsal) -> Iterator[Fold]:
    if rows.unseeded:
        told = [(line(code(short_name(each.table))), line(each.why)) for each in rows.unseeded]
        yield Fold(
            summary=line(f"{count(len(told), 'table')} stayed empty", muted(f", {rows.seeded} got rows")),
            body=(capped("Tables that got no rows", ("Table", "The server says"), told),),
        )
