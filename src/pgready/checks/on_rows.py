"""DES008, DES009: what the migrations about to run did to rows that were made up for the tables there before them."""

import re
from collections.abc import Callable, Iterator

from pgready.checks.counts import counted
from pgready.checks.destruction import CHECKS as DESTRUCTION
from pgready.checks.gathered import Check, Gathered, failed_or_passed, finding, incomplete, not_given
from pgready.findings import CheckResult, Confidence, Evidence, Finding, Outcome, Rule, Severity
from pgready.model.deployment import DeploymentKind
from pgready.model.facts import RowsFacts
from pgready.model.kept_rows import DataFailure, Loss, RowsRehearsal
from pgready.model.location import Location
from pgready.model.names import ObjectKind

__all__ = ["CHECKS"]

DES008 = Rule(
    id="DES008",
    title="Rows or values were lost in the rehearsal",
    severity=Severity.BLOCK,
    evidence=(Evidence.REHEARSED,),
    condition="A migration that is about to run was rehearsed on tables with made-up rows, and afterwards all rows of "
    "a table, or values of a column, are gone or have become the same, and are in nothing that was written instead. "
    "What DES001 to DES007 say already is not repeated. Where some rows of a table stay, or a statement of the "
    "migration has a condition, it is a warning: it may mean just those.",
    effect="What users have stored is gone, also where no statement says so: by a cascade, a trigger, a function, "
    "dynamic SQL.",
    fix="Copy the values before, and compare counts; or say with a condition which rows are meant.",
    source="The tables are filled before the first migration that is about to run, and read after each one that wrote "
    "to them or altered them; renamed tables and columns are followed by their identity.",
)
DES009 = Rule(
    id="DES009",
    title="A migration fails on a table with rows",
    severity=Severity.BLOCK,
    evidence=(Evidence.REHEARSED,),
    condition="A migration that is about to run is applied to empty tables, and fails where the tables that are there "
    "before it hold rows: a new column NOT NULL without default (23502), a key that no row meets (23503). Where it may "
    "depend on the values, which are made up, it is a warning: a key that is a constant of the migration's own, which "
    "a database in use may have, or a NULL that was computed. What DES004 and DES005 say is not repeated.",
    effect="`prisma migrate deploy` stops with P3018 and refuses every later deployment (P3009) until someone "
    "resolves it by hand.",
    fix="Add the column nullable or with a default, fill it, then SET NOT NULL; repair the rows before the constraint.",
    source="The migrations run on a throw-away server on tables with made-up rows, and again without.",
)
_VALUE_RULES = frozenset({"DES004", "DES005"})
_UNSAFE = re.compile(r"[^\x20-\x7e\u00a0-\ud7ff]+")
_LONGEST = 200
_NO_KEY = "23503"
_PICKING = frozenset({"DELETE WHERE", "UPDATE WHERE", "MERGE"})


def _on_rows(rule: Rule, judge: Callable[[Gathered, RowsRehearsal], list[Finding]]) -> Check:
    def check(gathered: Gathered) -> CheckResult:
        rehearsal = gathered.rehearsal
        if gathered.deployment.kind is DeploymentKind.CLEAN and (rehearsal is None or rehearsal.rows is None):
            return not_given(rule, "a clean deploy finds no rows and no traffic; --since REV judges a database in use")
        if rehearsal is None:
            why = gathered.rehearsal_skipped or "no rehearsal was made"
            return CheckResult(rule=rule.id, outcome=Outcome.SKIPPED, why=why)
        if not rehearsal.complete:
            why = "the clean deploy did not finish (RES001), so nothing was run on rows"
            return CheckResult(rule=rule.id, outcome=Outcome.SKIPPED, why=why)
        if rehearsal.rows is None:
            return not_given(rule, "no migration is about to run")
        rows = rehearsal.rows
        looked = f"rows in {counted(rows.seeded, 'table')}, {len(rows.unseeded)} stayed empty"
        judged = failed_or_passed(rule, judge(gathered, rows), looked_at=looked)
        return (
            incomplete(judged, f"the rehearsal on rows ended early: {_safe(rows.stopped)}") if rows.stopped else judged
        )

    return Check(rule=rule, judge=check)


def _des008(gathered: Gathered, rows: RowsRehearsal) -> list[Finding]:
    told = {found.object for found in _destruction(gathered)} if rows.losses else set()
    return [
        _lost(gathered, loss)
        for loss in rows.losses
        if str(loss.object) not in told and f"{loss.object.schema}.{loss.object.table}" not in told
    ]


def _des009(gathered: Gathered, rows: RowsRehearsal) -> list[Finding]:
    told = {
        found.location.file
        for found in (_destruction(gathered) if rows.failures else ())
        if found.rule in _VALUE_RULES and found.location is not None
    }
    return [_failed(gathered, each) for each in rows.failures if _file(gathered, each.migration) not in told]


def _destruction(gathered: Gathered) -> Iterator[Finding]:
    for check in DESTRUCTION:
        yield from check.judge(gathered).findings


def _lost(gathered: Gathered, loss: Loss) -> Finding:
    described = not gathered.deployment.runs(loss.migration) or gathered.deployment.kind is DeploymentKind.CLEAN
    is_table = loss.object.kind is ObjectKind.TABLE
    chosen = not loss.dropped and _chooses_rows(gathered, loss.migration)
    doubt = "; the condition of a statement meets them, and may not meet real ones" if chosen else ""
    severity = Severity.WARN if chosen or (is_table and loss.left) else DES008.severity
    return finding(
        DES008,
        object=str(loss.object),
        message=f"{loss.migration} {_words(loss)}, and they are nowhere else (made-up rows){doubt}",
        severity=Severity.NOTE if described else severity,
        confidence=Confidence.MEDIUM if chosen else Confidence.HIGH,
        location=Location(_file(gathered, loss.migration)),
        described=described,
    )


def _chooses_rows(gathered: Gathered, migration: str) -> bool:
    """Whether a statement of it picks the rows that it deletes or changes: made-up ones may all be picked by chance."""
    events = gathered.history.events_of(migration) if gathered.history is not None else ()
    return any(
        event.detail in _PICKING and isinstance(event.facts, RowsFacts) and not event.facts.unconditional
        for event, _ in events
    )


def _words(loss: Loss) -> str:
    what = "rows of table" if loss.object.kind is ObjectKind.TABLE else "values of column"
    if loss.merged and loss.left >= loss.there:
        return f"makes {loss.there} different values of column {loss.object} {loss.there - loss.merged}"
    how = ", which it drops" if loss.dropped else f", {loss.left} are left"
    return f"loses {loss.there - loss.left} of {loss.there} {what} {loss.object}{how}"


def _failed(gathered: Gathered, failure: DataFailure) -> Finding:
    described = not gathered.deployment.runs(failure.migration) or gathered.deployment.kind is DeploymentKind.CLEAN
    doubt = f"; {failure.artefact}" if failure.artefact else ""
    severity = Severity.WARN if failure.artefact else DES009.severity
    return finding(
        DES009,
        object=failure.migration,
        message=f"{failure.migration} fails where tables hold rows: {_safe(failure.message)} "
        f"(SQLSTATE {failure.sqlstate}){_key(failure)}{doubt}",
        severity=Severity.NOTE if described else severity,
        confidence=Confidence.MEDIUM if failure.artefact else Confidence.HIGH,
        location=Location(_file(gathered, failure.migration), _line(gathered, failure)),
        described=described,
    )


def _line(gathered: Gathered, failure: DataFailure) -> int | None:
    """Where the server named no place (a foreign key, SET NOT NULL), that of the statement."""
    statements = (
        each for script in gathered.scripts if script.migration == failure.migration for each in script.statements
    )
    return failure.line or next((each.line for each in statements if each.position == failure.statement), None)


def _key(failure: DataFailure) -> str:
    """Which key is missing: the server says that apart from its message."""
    return f": {_safe(failure.detail).removesuffix('.')}" if failure.detail and failure.sqlstate == _NO_KEY else ""


def _file(gathered: Gathered, migration: str) -> str:
    return next((each.file for each in gathered.migrations if each.name == migration), migration)


def _safe(text: str) -> str:
    """The server's words may hold what a migration wrote."""
    return _UNSAFE.sub("?", text)[:_LONGEST]


CHECKS = (_on_rows(DES008, _des008), _on_rows(DES009, _des009))
"""In the order of their ids."""
