"""What the deployment does to a database in use and no rule judges: rows that a condition chooses, views and the like.

Known from the text of the migrations alone. What dynamic SQL or a function does in its own right may be missing here.
"""

from collections.abc import Iterable, Iterator

from pgready.model.deployment import DeploymentKind
from pgready.model.effects import Action
from pgready.model.history import Certainty
from pgready.model.lives import Deed, Life
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import MigrationRun
from pgready.reports.blocks import Line, Span
from pgready.reports.lines import code, line, muted, open_
from pgready.verdict import AuditResult

__all__ = ["chosen_row", "chosen_rows", "deeds_line", "dropped_holders", "dropped_objects", "dropped_row"]

_CHOSEN = ("DELETE WHERE", "UPDATE", "UPDATE WHERE", "MERGE")
_HOLDERS = (ObjectKind.TABLE, ObjectKind.COLUMN, ObjectKind.SCHEMA)
_VIEWS = (ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW)
_USED = (ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW, ObjectKind.FUNCTION, ObjectKind.SEQUENCE)


def chosen_rows(audit: AuditResult) -> tuple[Deed, ...]:
    """Statements that delete or overwrite rows of tables from before the deployment, all rows deleted aside (DES003).

    In order of execution.
    """
    found = (deed for deed in _deeds(audit) if deed.action is Action.WRITES and deed.detail in _CHOSEN)
    return tuple(sorted(found, key=_order))


def dropped_objects(audit: AuditResult) -> tuple[Deed, ...]:
    """Views, functions and sequences from before the deployment that it drops; no rule knows who uses them."""
    found = (deed for deed in _deeds(audit) if deed.action is Action.DROPS and deed.object.kind in _USED)
    return tuple(sorted(found, key=_order))


def chosen_row(audit: AuditResult, more: Span | None = None) -> tuple[tuple[Line, ...], ...]:
    """The line of a table of claims that says so; none where the deployment has no such statement."""
    return _row("Rows are deleted or overwritten only where they should be", chosen_rows(audit), more)


def dropped_row(audit: AuditResult) -> tuple[tuple[Line, ...], ...]:
    """The same of views, functions and sequences."""
    return _row("Nobody uses the views, functions and sequences that are dropped", dropped_objects(audit), None)


def _row(claim: str, deeds: tuple[Deed, ...], more: Span | None) -> tuple[tuple[Line, ...], ...]:
    if not deeds:
        return ()
    end = line(*(() if more is None else (more, ", ")), muted("no rule"))
    return ((line(claim), line(open_("not known")), deeds_line(deeds), end),)


def deeds_line(deeds: Iterable[Deed], limit: int = 3) -> Line:
    """`DELETE WHERE User (1_a/migration.sql:3:1)`, one after the other."""
    deeds = tuple(deeds)
    shown = [line(", " if place else "", *_said(deed)) for place, deed in enumerate(deeds[:limit])]
    return line(*shown, f" and {len(deeds) - limit} more" if len(deeds) > limit else "")


def _said(deed: Deed) -> Line:
    what = deed.detail if deed.action is Action.WRITES else deed.object.kind.value
    return line(f"{what} ", code(deed.object), " (", code(deed.location), ")")


def _order(deed: Deed) -> tuple[int, int, int]:
    return deed.position, deed.location.line or 0, deed.location.column or 0


def _deeds(audit: AuditResult) -> Iterator[Deed]:
    """What the deployment does, or may do, to what was there before it; a clean deploy finds nothing there."""
    if audit.deployment.kind is DeploymentKind.CLEAN:
        return
    for life in audit.lives:
        if not _is_new(life, audit):
            yield from (
                deed
                for deed in life.deeds
                if audit.deployment.runs(deed.migration) and deed.certainty is not Certainty.SKIPPED
            )


def _is_new(life: Life, audit: AuditResult) -> bool:
    made = next((deed for deed in life.deeds if deed.action is Action.CREATES and deed.object.kind is life.kind), None)
    return made is not None and audit.deployment.runs(made.migration)


def dropped_holders(run: MigrationRun, lives: Iterable[Life]) -> tuple[ObjectRef, ...]:
    """Tables, columns and schemas that are gone after a migration, in the order of the catalog.

    A column that goes with its table, or is one of a view, is not named; neither is what only has a new name, as far as
    the text tells, as the catalog shows both names of it.
    """
    renamed = set(_renamed(run, lives))
    gone = [ref for ref in run.dropped if ref not in renamed]
    whole = {(ref.schema, ref.name) for ref in run.dropped if ref.kind in (ObjectKind.TABLE, *_VIEWS)}
    return tuple(
        ref
        for ref in gone
        if ref.kind in _HOLDERS and not (ref.kind is ObjectKind.COLUMN and (ref.schema, ref.table) in whole)
    )


def _renamed(run: MigrationRun, lives: Iterable[Life]) -> Iterator[ObjectRef]:
    """The old names of those whose new one is there."""
    made = {(ref.kind, ref.name) for ref in run.made}
    for life in lives:
        for deed in life.deeds:
            if deed.migration != run.migration or deed.action is not Action.RENAMES or deed.new_name is None:
                continue
            if (deed.object.kind, deed.new_name.rpartition(".")[2]) in made:
                yield deed.object
