"""The migrations in the order in which a deploy runs them, and what their guards left out."""

from collections import Counter
from dataclasses import replace

from pgready.figures.strip_rows import Again, again_of, refusal
from pgready.model.location import Location
from pgready.model.migration import MigrationRecord
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import MigrationRun, RunError, RunOutcome, Skip
from pgready.reports.blocks import Fact, Facts, Fold, Line, Pre, Prose, Stack
from pgready.reports.lines import (
    CAP,
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
from pgready.reports.visible import shorten
from pgready.verdict import AuditResult

__all__ = ["key_names", "migrations", "run_again", "skips", "standing_alone"]

_PLURALS = {"index": "indexes", "policy": "policies"}
_FIRST = ("table", "column", "foreign key", "index", "constraint", "type", "enum value")
_OWNERS = frozenset({ObjectKind.TABLE, ObjectKind.TYPE})
_PARTS = frozenset({ObjectKind.COLUMN, ObjectKind.CONSTRAINT, ObjectKind.ENUM_VALUE, ObjectKind.SEQUENCE})
_OBJECTS = 60
_GUARD = 300


def migrations(audit: AuditResult, *, objects: bool = True) -> View:
    """Every migration with position, outcome, what it made and what it skipped; the objects are folded below.

    Without `objects` the last is left out.
    """
    if not audit.migrations:
        return View(Prose(lines=(line(open_("No migration"), " was found."),)))
    runs = {run.migration: run for run in audit.rehearsal.runs} if audit.rehearsal is not None else {}
    keys = key_names(audit)
    shown = audit.migrations[:CAP]
    rows = [_row(migration, runs.get(migration.name), audit, keys) for migration in shown]
    heads = ("#No.", "Migration", "Outcome", "What it made", "Skipped", "Run again")
    errors = tuple(_error(run, audit) for run in runs.values() if run.error is not None)
    made = table("Migrations in order of execution", heads, rows, more=len(audit.migrations) - len(shown))
    return View(Stack(body=(made, *errors, *(_objects(audit) if objects else ()))))


def _row(
    migration: MigrationRecord, run: MigrationRun | None, audit: AuditResult, keys: frozenset[str]
) -> tuple[Line, ...]:
    skipped = [skip for skip in audit.skips if skip.migration == migration.name]
    return (
        line(str(migration.position)),
        line(code(migration.name), *_remark(migration, audit)),
        _outcome(run),
        _made(run, skipped, keys),
        _skipped(skipped),
        run_again(run),
    )


def _remark(migration: MigrationRecord, audit: AuditResult) -> tuple[Line, ...]:
    dated = any(other.name[:1].isdigit() for other in audit.migrations)
    return (line(" ", warn("undated")),) if dated and not migration.name[:1].isdigit() else ()


def _outcome(run: MigrationRun | None) -> Line:
    if run is None:
        return line(open_("not rehearsed"))
    mark = {RunOutcome.APPLIED: good, RunOutcome.FAILED: bad}.get(run.outcome, open_)
    return line(mark(run.outcome.value))


def _made(run: MigrationRun | None, skipped: list[Skip], keys: frozenset[str]) -> Line:
    if run is None or run.outcome is not RunOutcome.APPLIED:
        return line(NOTHING)
    if not run.made and not run.dropped:
        return line(warn("nothing at all") if skipped else muted("nothing that the catalog shows"))
    gone = f"; dropped {_summary(run.dropped, keys)}" if run.dropped else ""
    return line((_summary(run.made, keys) or "nothing") + gone)


def _summary(objects: tuple[ObjectRef, ...], keys: frozenset[str]) -> str:
    """`5 tables, 4 foreign keys`: what comes with a new table by itself is left out."""
    return _counted(standing_alone(objects, keys), keys)


def standing_alone(objects: tuple[ObjectRef, ...], keys: frozenset[str]) -> list[ObjectRef]:
    """The objects without what belongs to a table or type that is among them."""
    return [found for found in objects if not _comes_along(found, objects, keys)]


def _counted(objects: list[ObjectRef], keys: frozenset[str]) -> str:
    nouns = Counter("foreign key" if str(found) in keys else found.kind.value for found in objects)
    order = sorted(nouns, key=lambda noun: (_FIRST.index(noun) if noun in _FIRST else len(_FIRST), noun))
    return ", ".join(count(nouns[noun], noun, _PLURALS.get(noun)) for noun in order)


def key_names(audit: AuditResult) -> frozenset[str]:
    """The names of all foreign keys, declared or made, as `str` of their objects."""
    made = audit.rehearsal.schema.foreign_keys() if audit.rehearsal is not None else ()
    return frozenset(key.qualified_name for key in (*audit.declared.foreign_keys(), *made))


def _comes_along(found: ObjectRef, objects: tuple[ObjectRef, ...], keys: frozenset[str]) -> bool:
    """What belongs to a new table or type and says nothing new: columns, checks, the index of a key, enum values."""
    if found.kind is ObjectKind.INDEX:
        return any(replace(found, kind=ObjectKind.CONSTRAINT) == other for other in objects)
    if str(found) in keys or found.kind not in _PARTS:
        return False
    owners = {(owner.schema, owner.name) for owner in objects if owner.kind in _OWNERS}
    if found.kind is ObjectKind.SEQUENCE:
        return any(schema == found.schema and found.name.startswith(f"{table}_") for schema, table in owners)
    return (found.schema, found.table) in owners


def _skipped(skipped: list[Skip]) -> Line:
    lost = sum(not skip.exists_at_end for skip in skipped)
    later = len(skipped) - lost
    if not skipped:
        return line(NOTHING)
    return line(
        bad(f"{lost} for good") if lost else "", " " if lost and later else "", f"{later} made later" if later else ""
    )


def run_again(run: MigrationRun | None) -> Line:
    """What a second run directly after the first did; that it fails is usual, and no fault."""
    if run is None or run.outcome is not RunOutcome.APPLIED:
        return line(NOTHING)
    if run.rerun is None:
        return line(open_("not known"), f": {run.rerun_skipped}" if run.rerun_skipped else "")
    if run.rerun.error is not None:
        words, state = refusal(run.rerun.error.sqlstate), code(run.rerun.error.sqlstate)
        return line(muted(f"fails: {words} ("), state, muted(")")) if words else line(muted("fails: "), state)
    again = again_of(run)
    mark = {Again.SAME: good, Again.CHANGES: warn, Again.REPLACES: warn}.get(again, muted)
    return line(mark(again.value))


def _error(run: MigrationRun, audit: AuditResult) -> Fold:
    error = run.error or RunError(sqlstate="", message="")
    file = next((migration.file for migration in audit.migrations if migration.name == run.migration), run.migration)
    more = ((error.detail, "Detail"), (error.hint, "Hint"), (error.context, "Context"))
    return Fold(
        summary=line(bad("failed"), " ", code(run.migration), f": {error.message}"),
        open=True,
        body=(
            Pre(
                text=f"ERROR {error.sqlstate}: {error.message}"
                + "".join(f"\n{what}: {text}" for text, what in more if text)
            ),
            Facts(facts=(Fact(term="Where", line=place(Location(file, error.line, error.column))),)),
        ),
    )


def _objects(audit: AuditResult) -> tuple[Fold, ...]:
    runs = [run for run in audit.rehearsal.runs if run.made or run.dropped] if audit.rehearsal is not None else []
    keys = key_names(audit)
    rows = [
        (line(str(run.position)), line(code(run.migration)), _names(run.made, keys), _names(run.dropped, keys))
        for run in runs
    ]
    table = capped("Objects made and dropped, by migration", ("#No.", "Migration", "Made", "Dropped"), rows)
    return (Fold(summary=line("Every object that each migration made or dropped"), body=(table,)),) if runs else ()


def _names(objects: tuple[ObjectRef, ...], keys: frozenset[str]) -> Line:
    shown = standing_alone(objects, keys)
    return listing(shown, _OBJECTS) if shown else line(NOTHING)


def skips(audit: AuditResult, *, statements: bool = True) -> View:
    """What guards left out, by migration and by what the guard asked for; every single statement is folded below.

    Without `statements` the last is left out.
    """
    if audit.rehearsal is None:
        return View(
            Prose(lines=(line(open_("Not known"), f": {audit.rehearsal_skipped or 'nothing was rehearsed'}."),))
        )
    if not audit.skips:
        return View(Prose(lines=(_no_skip(audit, complete=audit.rehearsal.complete),)))
    groups: dict[_Occasion, list[Skip]] = {}
    for skip in sorted(audit.skips, key=lambda skip: (skip.exists_at_end, skip.position)):
        groups.setdefault(_occasion(skip), []).append(skip)
    keys = key_names(audit)
    rows = [_occasion_row(group, keys) for group in groups.values()]
    heads = ("#No.", "Migration", "Left out", "Its guard asked for", "Made by", "In the end")
    each = (_each(audit),) if statements else ()
    return View(Stack(body=(capped("What guards left out", heads, rows), *each)))


def _no_skip(audit: AuditResult, *, complete: bool) -> Line:
    if not complete:
        return line(open_("Not known"), ": the clean deploy did not run to its end.")
    if audit.opaque:
        return line(open_("Not known"), f": {count(len(audit.opaque), 'place')} could not be read, see below.")
    return line(good("None"), ": no guarded statement was left out.")


_Occasion = tuple[object, ...]


def _occasion(skip: Skip) -> _Occasion:
    return (skip.migration, skip.asked_for, skip.found, skip.made_by, skip.exists_at_end)


def _occasion_row(group: list[Skip], keys: frozenset[str]) -> tuple[Line, ...]:
    skip = group[0]
    nobody = line(muted("is there already") if skip.found else warn("no migration"))
    return (
        line(str(skip.position)),
        line(code(skip.migration)),
        line(_counted([each.would_make for each in group], keys)),
        line("no " if skip.found else "", f"{skip.asked_for.kind.value} ", code(_short(skip.asked_for))),
        nobody if skip.made_by is None else line(code(skip.made_by), f", number {skip.made_at}"),
        line(good("made elsewhere") if skip.exists_at_end else bad("missing")),
    )


def _short(wanted: ObjectRef) -> str:
    return ".".join(part for part in (wanted.table, wanted.name) if part)


def _each(audit: AuditResult) -> Fold:
    rows = [
        (
            line(str(skip.position)),
            place(skip.location),
            line(f"{skip.would_make.kind.value} ", code(skip.would_make)),
            line(code(shorten(skip.guard, _GUARD))),
        )
        for skip in audit.skips
    ]
    statements = count(len(rows), "statement")
    table = capped("Statements that skipped themselves", ("#No.", "Where", "Would have made", "The guard"), rows)
    return Fold(summary=line(f"Evidence: {statements}, with place and guard"), body=(table,))
