"""CMP: does the running version of the application keep working?"""

from collections.abc import Iterator

from pgready.checks.destruction.material import Case, Material, end_of, on_material, report
from pgready.checks.in_scope import table_of, weigh
from pgready.findings import Confidence, Evidence, Finding, Rule, Severity
from pgready.history import column_before, existed_before_deployment
from pgready.history.questions import ColumnState
from pgready.model.effects import Action
from pgready.model.facts import Default, RowsFacts
from pgready.model.history import Biography, Certainty, Event, History
from pgready.model.names import ObjectKind

__all__ = ["CHECKS"]

CMP003 = Rule(
    id="CMP003",
    title="A new required column without a default",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ,),
    condition="When a migration ends, a table that was there before has a column that is NOT NULL, has no default, is "
    "neither identity nor generated, and was missing or nullable before, or had a default that only the database "
    "computes (a sequence, a function): Prisma itself fills in constants and now().",
    effect="Every INSERT of the version of the application that still runs leaves the column out and fails (23502), "
    "until the new version is everywhere. ADD COLUMN ... NOT NULL itself fails (23502) if the table has rows; SET NOT "
    "NULL if one of them holds NULL.",
    fix="Expand and contract: add the column nullable or with a default, release the version that writes it, fill the "
    "rows, then SET NOT NULL (and drop the default) in a later deployment.",
    source="PostgreSQL manual, ALTER TABLE (ADD COLUMN, SET NOT NULL); error code not_null_violation.",
)
_LOSES = ("DROP DEFAULT", "DROP IDENTITY", "SET DEFAULT")
_DECIDES = ("SET NOT NULL", *_LOSES)
# Defaults that no version of the application computes itself.
_BY_DATABASE = (Default.VOLATILE, Default.UNKNOWN)


def cmp003(material: Material) -> Iterator[Finding]:
    """Columns that the running version does not fill and that must be filled."""
    history = material.history
    for migration in history.migrations:
        start, after = history.start_of(migration) or 0, end_of(history, migration)
        seen: set[int] = set()
        for event, life in history.events_of(migration):
            if event.object.kind is not ObjectKind.COLUMN or id(life) in seen or not _may_require(event):
                continue
            seen.add(id(life))
            cause = _becomes_required(history, life, start, after)
            if cause is not None:
                yield from _required(material, cause, life)


def _may_require(event: Event) -> bool:
    if event.certainty is Certainty.SKIPPED:
        return False
    return event.action is Action.CREATES or event.detail in _DECIDES


def _becomes_required(history: History, life: Biography, start: int, after: int) -> Event | None:
    """The event of the migration that makes the column required; None when it is not, or was before."""
    if life.name_at(after) is None or not _is_required(column_before(history, life, after)):
        return None
    new = life.name_at(start) is None and life.made is not None
    before = column_before(history, life, start)
    if not new and before.not_null and before.default not in _BY_DATABASE and not before.identity:
        return None
    own = [event for event in life.events if start <= event.order < after and _may_require(event)]
    return next((event for event in reversed(own) if _is_cause(history, event, life)), None)


def _is_required(state: ColumnState) -> bool:
    return state.not_null and state.default is None and not state.identity and not state.generated


def _is_cause(history: History, event: Event, life: Biography) -> bool:
    """Whether the column is required after the event and was not before."""
    now = _is_required(column_before(history, life, event.order + 1))
    return now and (event.action is Action.CREATES or not _is_required(column_before(history, life, event.order)))


def _required(material: Material, event: Event, life: Biography) -> Iterator[Finding]:
    table = table_of(material.history, event)
    if table is None or table.kind is not ObjectKind.TABLE:
        return
    weight = weigh(CMP003, event, table, material.deployment)
    if weight.severity is None:
        return
    case = Case(event=event, life=life, weight=weight)
    column = event.object
    made = life.made
    if event.action is Action.CREATES:
        rows = _emptied(material.history, event, table)
        at_once = "" if rows else "; ADD COLUMN fails at once (23502) if the table has rows"
        yield report(CMP003, case, f"column {column} is new, NOT NULL and without a default: {_INSERTS}{at_once}")
    elif made is not None and (
        made.migration == event.migration or not existed_before_deployment(life, material.deployment)
    ):
        filled = _filled(material.history, life, event)
        how = "loses its default" if event.detail in _LOSES else "becomes NOT NULL without a default"
        nulls = "" if event.detail in _LOSES else _nulls(filled)
        yield report(CMP003, case, f"column {column} is new and {how}: {_INSERTS}{nulls}")
    elif event.detail in _LOSES:
        message = f"column {column} is NOT NULL and loses its default, which only the database computes: {_INSERTS}"
        yield report(CMP003, case, message, confidence=Confidence.MEDIUM, fix=_FIX_DEFAULT)
    elif event.detail == "SET NOT NULL":
        message = f"column {column} becomes NOT NULL and has no default: INSERTs and UPDATEs of the running version of "
        message += f"the application that leave it empty fail (23502){_nulls(_filled(material.history, life, event))}"
        yield report(CMP003, case, message, severity=Severity.WARN, confidence=Confidence.MEDIUM, fix=_FIX_SET)


_INSERTS = "INSERTs of the running version of the application leave it out and fail (23502)"
_FIX_DEFAULT = (
    "Keep the default until no running version leaves the column out: release a version that always gives it a value "
    "first, and drop the default in a later deployment."
)
_FIX_SET = (
    "Release a version that always fills the column (or give it a default) before this migration runs; UPDATE the rows "
    "that hold NULL first."
)


def _nulls(filled: Event | None) -> str:
    if filled is not None:
        return f"; line {filled.location.line} fills the rows that are there"
    return "; SET NOT NULL itself fails (23502) if a row holds NULL"


def _filled(history: History, life: Biography, event: Event) -> Event | None:
    """The UPDATE of the same migration that fills the column before."""
    for write, _ in history.events_of(event.migration):
        facts, name = write.facts, life.name_at(write.order)
        if write.order >= event.order or not isinstance(facts, RowsFacts) or name is None:
            continue
        same = (write.object.schema, write.object.name) == (name.schema, name.table)
        if same and name.name in facts.columns and str(write.detail).startswith("UPDATE"):
            return write
    return None


def _emptied(history: History, event: Event, table: Biography) -> bool:
    """Whether the same migration deletes all rows before."""
    return any(
        life is table
        and other.order < event.order
        and isinstance(other.facts, RowsFacts)
        and other.facts.unconditional
        and str(other.detail).startswith(("DELETE", "TRUNCATE"))
        for other, life in history.events_of(event.migration)
    )


CHECKS = (on_material(CMP003, cmp003),)
