"""RES011: commands that PostgreSQL refuses inside a transaction block."""

from collections.abc import Iterator

from pgready.checks.gathered import Gathered, finding
from pgready.checks.transactions.blocks import in_explicit_block
from pgready.checks.transactions.rehearsed import applied_in_rehearsal, error_in_rehearsal
from pgready.checks.transactions.rules import RES011
from pgready.findings import Evidence, Finding, Severity
from pgready.model.effects import Action, Effect, Script
from pgready.model.facts import IndexFacts
from pgready.model.history import Certainty, History
from pgready.model.location import Location
from pgready.model.migration import Statement
from pgready.model.names import ObjectKind

__all__ = ["res011"]

_REFUSED = "25001"
# Commands without effect on an object that the model knows: by the name of the parse tree's node.
_BY_KIND = {
    "CreatedbStmt": "CREATE DATABASE",
    "DropdbStmt": "DROP DATABASE",
    "CreateTableSpaceStmt": "CREATE TABLESPACE",
    "DropTableSpaceStmt": "DROP TABLESPACE",
    "AlterSystemStmt": "ALTER SYSTEM",
}
_EVERYWHERE = (ObjectKind.OTHER, ObjectKind.SCHEMA)


def res011(gathered: Gathered, history: History) -> Iterator[Finding]:
    """The first command of each file that fails there."""
    files = {migration.name: migration.file for migration in gathered.migrations}
    for script in gathered.scripts:
        if applied_in_rehearsal(gathered, script.migration):
            continue
        found = next(_refused(script, history, by_statement=script.migration in gathered.by_statement), None)
        if found is not None:
            yield _finding(gathered, script.migration, files.get(script.migration, script.migration), found)


def _refused(script: Script, history: History, *, by_statement: bool) -> Iterator[tuple[Statement, str, str]]:
    """Statement, command, and why it is refused there, in order."""
    commands = _commands(script, history)
    explicit = in_explicit_block(script) if commands else frozenset()
    for statement in script.statements:
        command = commands.get(statement.position)
        if command is None:
            continue
        if statement.kind == "DoStmt":
            yield statement, command, "stands in a DO block, which always is inside a transaction"
        elif statement.position in explicit:
            yield statement, command, "stands between BEGIN and COMMIT"
        elif not by_statement and len(script.statements) > 1:
            count = len(script.statements)
            yield statement, command, f"is one of {count} statements of a file, which Prisma sends as one transaction"


def _commands(script: Script, history: History) -> dict[int, str]:
    """By statement, the command that must not run in a transaction."""
    kinds = {it.position: it.kind for it in script.statements}
    skipped = {
        event.statement
        for event, _ in history.events_of(script.migration)
        if event.certainty is Certainty.SKIPPED and kinds.get(event.statement) == "DoStmt"
    }
    found = {position: _BY_KIND[kind] for position, kind in kinds.items() if kind in _BY_KIND}
    for effect in script.effects:
        command = _command(effect)
        if command is not None and effect.statement not in skipped:
            found.setdefault(effect.statement, command)
    return found


def _command(effect: Effect) -> str | None:
    detail = effect.detail or ""
    if effect.action is Action.CREATES and isinstance(effect.facts, IndexFacts) and effect.facts.concurrently:
        return "CREATE INDEX CONCURRENTLY"
    if effect.action is Action.DROPS and effect.object.kind is ObjectKind.INDEX and "CONCURRENTLY" in detail:
        return "DROP INDEX CONCURRENTLY"
    if effect.action is Action.SETS and detail == "DISCARD ALL":
        return detail
    if effect.action is not Action.ALTERS:
        return None
    if detail in ("VACUUM", "VACUUM FULL", "REINDEX CONCURRENTLY"):
        return detail
    everywhere = effect.object.kind in _EVERYWHERE
    return f"{detail} without a table" if detail in ("REINDEX", "CLUSTER") and everywhere else None


def _finding(gathered: Gathered, migration: str, file: str, found: tuple[Statement, str, str]) -> Finding:
    statement, command, why = found
    runs = gathered.deployment.runs(migration)
    error = error_in_rehearsal(gathered, migration)
    seen = error is not None and error.sqlstate == _REFUSED
    message = f"{command} {why}: it fails (SQLSTATE 25001)"
    return finding(
        RES011,
        object=migration,
        message=message if runs else f"{message} (not in what is deployed)",
        severity=RES011.severity if runs else Severity.NOTE,
        evidence=Evidence.REHEARSED if seen else Evidence.READ,
        location=Location(file, statement.line, statement.column),
    )
