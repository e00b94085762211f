"""What a failure midway leaves behind, and the way back that was seen to work.

Source of the commands: Prisma's documentation, "Patching and hotfixing", "Fixing failed migrations".
"""

import shlex
from collections.abc import Iterator, Sequence

from pgready.model.crash_points import CrashPoint, Recovery, RecoveryTrial
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import MigrationRun
from pgready.reports.blocks import Block, Bullets, Fact, Facts, Fold, Line, Pre, Prose, Stack
from pgready.reports.lines import bad, capped, code, count, good, line, listing, open_
from pgready.reports.view import View
from pgready.reports.views.migrations import key_names, standing_alone
from pgready.reports.views.rehearsal import short_name, unknown
from pgready.verdict import AuditResult

__all__ = ["crash_points"]

_NAMES, _LINES, _FEW = 3, 6, 12
_COMMANDS = 20
_ROLLED_BACK = "npx prisma migrate resolve --rolled-back"
_APPLIED = "npx prisma migrate resolve --applied"
_DEPLOY = "npx prisma migrate deploy"
_WAYS = {
    Recovery.AGAIN: "run the whole again",
    Recovery.REST: "run the rest by hand",
    Recovery.UNDO: "undo, then run the whole",
}
_STEPS = {
    Recovery.AGAIN: ("repair the cause, ", code(f"{_ROLLED_BACK} NAME"), ", then ", code(_DEPLOY)),
    Recovery.REST: (
        "run ",
        code("migration.sql"),
        " by hand, from the line that is told (or the BEGIN before it) to its end, in one message, then ",
        code(f"{_APPLIED} NAME"),
    ),
    Recovery.UNDO: ("run the statements below, ", code(f"{_ROLLED_BACK} NAME"), ", then ", code(_DEPLOY)),
}

_Group = Sequence[CrashPoint]


def crash_points(audit: AuditResult) -> View:
    """What a failure midway leaves, with the way back that was seen to work, and its commands."""
    if audit.rehearsal is None:
        return unknown(audit)
    stopped = [run for run in audit.rehearsal.runs if run.crash_points]
    if not stopped:
        return View(Prose(lines=(_none_stopped(audit.rehearsal.runs),)))
    groups = [(run, group) for run in stopped for group in _groups(run)]
    whole = len(stopped) - len({run.migration for run, _ in groups})
    body: list[Block] = [Prose(lines=(_whole(whole),))] if whole else []
    partial = {run.migration: run for run, _ in groups}.values()
    tables = _tables(groups, key_names(audit))
    return View(
        Stack(body=(*body, *tables, *_enclosed([run for run in partial if run.enclosable]), *_commands(groups)))
    )


def _enclosed(runs: Sequence[MigrationRun]) -> Iterator[Block]:
    if runs:
        names = listing((run.migration for run in runs), _LINES)
        sure = line(
            "With ", code("BEGIN;"), " before and ", code("COMMIT;"), " behind the text, a failure leaves nothing"
        )
        yield Prose(
            lines=(
                line(*sure, f" of {count(len(runs), 'migration')}, and it ends just the same (tried): ", names, "."),
            )
        )


def _tables(groups: Sequence[tuple[MigrationRun, _Group]], keys: frozenset[str]) -> Iterator[Block]:
    """What has no way back stands first; the rest below it, folded when that is much."""
    heads = ("#No.", "Migration", "Stopped before", "What is other then", "The way back, as rehearsed")
    lost = [_row(run, group, keys) for run, group in groups if group[0].recovery is None]
    rest = [_row(run, group, keys) for run, group in groups if group[0].recovery is not None]
    if len(lost) + len(rest) <= _FEW:
        lost, rest = [*lost, *rest], []
    if lost:
        yield capped("What a failure midway leaves", heads, lost)
    if rest:
        number = count(len({run.migration for run, group in groups if group[0].recovery is not None}), "migration")
        table = capped("What a failure midway leaves, with a way back", heads, rest)
        leaves = "leaves a part and has" if number.startswith("1 ") else "leave a part and have"
        yield Fold(summary=line(f"{number} {leaves} a way back"), body=(table,))


def _none_stopped(runs: Sequence[MigrationRun]) -> Line:
    why = next((run.crash_skipped for run in runs if run.crash_skipped), None)
    return line(open_("Not tried"), f": {why}." if why else ": no migration was stopped midway.")


def _whole(number: int) -> Line:
    leaves = "leaves nothing behind, wherever it was" if number == 1 else "leave nothing behind, wherever they were"
    return line(good(count(number, "migration")), f" {leaves} stopped: ", *_STEPS[Recovery.AGAIN], ".")


def _groups(run: MigrationRun) -> list[_Group]:
    """Its places at which a part stays, or the plain way back does not work, by what was seen to help."""
    found: dict[object, list[CrashPoint]] = {}
    for point in run.crash_points:
        if point.partial or (point.trials and point.recovery is None):
            help_ = point.recovery or tuple((trial.recovery, trial.why) for trial in point.trials)
            found.setdefault((help_, point.inside), []).append(point)
    return list(found.values())


def _row(run: MigrationRun, group: _Group, keys: frozenset[str]) -> tuple[Line, ...]:
    return (
        line(str(run.position)),
        line(code(run.migration)),
        line(_at(group)),
        _left(group[-1], keys),
        _way(group[0]),
    )


def _at(group: _Group) -> str:
    lines = list(dict.fromkeys(point.line for point in group if point.line is not None))
    told = [f"{'line' if len(lines) == 1 else 'lines'} {', '.join(map(str, lines[:_LINES]))}"] * bool(lines)
    told += [f"{len(lines) - _LINES} more"] * (len(lines) > _LINES)
    told += ["its end"] * any(point.line is None for point in group)
    return ", ".join(told) + (", while that ran" if group[0].inside else "")


def _left(point: CrashPoint, keys: frozenset[str]) -> Line:
    named = (("stays: ", point.stays), ("gone: ", point.gone))
    parts = [line(word, listing(map(short_name, standing_alone(refs, keys)), _NAMES)) for word, refs in named if refs]
    parts += [line("other definitions or rows")] * (point.altered and not (point.stays or point.gone))
    parts += [line("perhaps other rows: ", point.unseen)] if point.unseen else []
    return line(*[part for each in parts for part in (line("; "), each)][1:]) or line("nothing")


def _small(ref: ObjectRef) -> bool:
    return ref.kind not in (ObjectKind.TABLE, ObjectKind.TYPE)


def _way(point: CrashPoint) -> Line:
    found = point.recovery
    if found is None:
        return line(bad("none known"), *_reasons(point.trials))
    return line(good(_WAYS[found.recovery]), ", see below" if found.sql else "")


def _reasons(trials: Sequence[RecoveryTrial]) -> Iterator[Line]:
    if not trials:
        yield line(": none was tried")
        return
    words = {Recovery.AGAIN: "again", Recovery.REST: "the rest", Recovery.UNDO: "undone"}
    for number, trial in enumerate(trials):
        state = line(" ", code(trial.sqlstate)) if trial.sqlstate else ()
        yield line("; " if number else ": ", f"{words[trial.recovery]}: {trial.why or 'another end state'}", state)


def _commands(groups: Sequence[tuple[MigrationRun, _Group]]) -> Iterator[Block]:
    """The ways in general, and one by one where statements are run by hand."""
    helped = [(run, group, group[0].recovery) for run, group in groups]
    ways = dict.fromkeys(found.recovery for _, _, found in helped if found is not None)
    if ways:
        yield Facts(facts=tuple(Fact(term=_WAYS[way].capitalize(), line=line(*_STEPS[way])) for way in ways))
    by_hand = [(run, group, found) for run, group, found in helped if found is not None and found.sql]
    for run, group, found in by_hand[:_COMMANDS]:
        yield Fold(
            summary=line("The statements for ", code(run.migration), f", stopped before {_at(group)}"),
            body=(Pre(text=_script(run.migration, found)),),
        )
    if len(by_hand) > _COMMANDS:
        yield Bullets(items=(), more=len(by_hand) - _COMMANDS)


def _script(migration: str, found: RecoveryTrial) -> str:
    name = shlex.quote(migration)
    by_hand = [f"{statement.rstrip().rstrip(';')};" for statement in found.sql]
    if found.recovery is Recovery.REST:
        rest = "-- then, in the same session, the rest of migration.sql"
        return "\n".join([*by_hand, rest, f"{_APPLIED} {name}"])
    return "\n".join([*by_hand, f"{_ROLLED_BACK} {name}", _DEPLOY])
