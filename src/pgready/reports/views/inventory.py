"""Which declared tables, keys and key columns are there after a clean deploy, group by group."""

from collections.abc import Iterable, Sequence

from pgready.model.groups import UNGROUPED, Group
from pgready.model.names import ObjectKind, QualifiedName
from pgready.model.schema import ForeignKey, Table
from pgready.model.trace import Skip
from pgready.reports.blocks import Block, Fold, Line, Prose, Span, Stack
from pgready.reports.causes import Cause, CauseKind, Lacking
from pgready.reports.lines import NOTHING, bad, capped, code, count, good, line, muted, open_, place, warn
from pgready.reports.view import View
from pgready.reports.views.noise import noise_fold
from pgready.reports.visible import shorten
from pgready.verdict import AuditResult

_GUARD = 300
_KEYS = "INV006"

__all__ = ["differing", "groups_of", "inventory", "missing"]


def groups_of(audit: AuditResult) -> tuple[Group, ...]:
    """The groups of the configuration, and a last one for tables that are in none."""
    rest = audit.grouping.ungrouped
    return (*audit.grouping.groups, *((Group(name=UNGROUPED, tables=rest),) if rest else ()))


def inventory(audit: AuditResult) -> View:
    """An overview of the groups, and under it each table with its evidence, folded by group."""
    groups = groups_of(audit)
    lacking, made_by = Lacking(audit), _makers(audit)
    overview = capped(
        "Declared and made, by feature group",
        ("Group", "#Tables", "Tables after a clean deploy", "Foreign keys after a clean deploy"),
        [_group_row(group, audit, lacking) for group in groups],
    )
    return View(
        Stack(body=(overview, *(_fold(group, audit, lacking, made_by) for group in groups if _declared(group, audit))))
    )


def _group_row(group: Group, audit: AuditResult, lacking: Lacking) -> tuple[Line, ...]:
    tables = _declared(group, audit)
    keys = sum(len(table.foreign_keys) for table in tables)
    absent = sum(table.name in lacking.tables for table in tables)
    lost = sum(key.table in set(group.tables) for key, _ in lacking.keys)
    return (
        line(group.name),
        line(str(len(tables))),
        _share(len(tables) - absent, len(tables), audit),
        _share(keys - lost, keys, audit, len(differing(tables, audit, lacking))),
    )


def _declared(group: Group, audit: AuditResult) -> list[Table]:
    return [table for name in group.tables if (table := audit.declared.table(name)) is not None]


def _share(there: int, total: int, audit: AuditResult, differ: int = 0) -> Line:
    """`differ` of those that are there are not as declared; green only for a deploy that ran to its end."""
    if audit.rehearsal is None:
        return line(open_("not rehearsed"))
    if not total:
        return line(muted("none declared"))
    told, other = f"{there} of {total}", f", {differ} not as declared" if differ else ""
    if there < total:
        return line(bad(told), other)
    if not audit.rehearsal.complete:
        return line(open_(f"{told} so far"), other)
    return line(warn(told) if differ else good(told), other)


def differing(tables: Iterable[Table], audit: AuditResult, lacking: Lacking) -> frozenset[str]:
    """Qualified names of the foreign keys of these tables that are there, and not as declared (INV006)."""
    missing = {key.qualified_name for key, _ in lacking.keys}
    told = {found.object for check in audit.checks if check.rule == _KEYS for found in check.findings}
    keys = (key for table in tables for key in table.foreign_keys)
    return frozenset(key.qualified_name for key in keys if key.qualified_name in told - missing)


def _makers(audit: AuditResult) -> dict[tuple[str | None, str], str]:
    """(schema, table) -> the migration that made it, as seen on the server."""
    runs = audit.rehearsal.runs if audit.rehearsal is not None else ()
    return {
        (made.schema, made.name): run.migration for run in runs for made in run.made if made.kind is ObjectKind.TABLE
    }


def _fold(group: Group, audit: AuditResult, lacking: Lacking, made_by: dict[tuple[str | None, str], str]) -> Fold:
    tables = _declared(group, audit)
    rows = [_table_row(table, audit, lacking, made_by) for table in tables]
    heads = ("Table", "After a clean deploy", "#Columns", "Foreign keys", "Declared at")
    return Fold(
        summary=line(group.name, " ", muted(count(len(tables), "table")), " ", _made(tables, audit, lacking)),
        body=(capped(f"Tables of {group.name}", heads, rows),),
    )


def _made(tables: Sequence[Table], audit: AuditResult, lacking: Lacking) -> Span:
    """Green only where the foreign keys are made, too, and as declared: a closed fold is all that most readers see."""
    if audit.rehearsal is None:
        return open_("not rehearsed")
    names = {table.name for table in tables}
    absent, lost = len(names & lacking.tables.keys()), sum(key.table in names for key, _ in lacking.keys)
    parts = [count(number, noun) for number, noun in ((absent, "table"), (lost, "foreign key")) if number]
    if parts:
        return bad(f"{' and '.join(parts)} missing")
    if not audit.rehearsal.complete:
        return open_("nothing missing so far")
    differ = len(differing(tables, audit, lacking))
    if differ:
        return warn(f"all made, {count(differ, 'foreign key')} not as declared")
    return good("every table and foreign key made")


def _table_row(
    table: Table, audit: AuditResult, lacking: Lacking, made_by: dict[tuple[str | None, str], str]
) -> tuple[Line, ...]:
    lost = sum(key.table == table.name for key, _ in lacking.keys)
    return (
        _name(table),
        _state(table.name, audit, lacking, made_by),
        line(str(len(table.columns))),
        _share(len(table.foreign_keys) - lost, len(table.foreign_keys), audit, len(differing([table], audit, lacking))),
        place(table.location),
    )


def _name(table: Table) -> Line:
    other = table.model is not None and table.model != table.name.name
    return line(code(table.name.name), *((" ", muted(f"model {table.model}")) if other else ()))


def _state(
    name: QualifiedName, audit: AuditResult, lacking: Lacking, made_by: dict[tuple[str | None, str], str]
) -> Line:
    if audit.rehearsal is None:
        return line(open_("not rehearsed"))
    if name in lacking.tables:
        return line(bad("missing"), ": ", why_table(name, lacking))
    maker = made_by.get((name.schema, name.name))
    made = good("made") if audit.rehearsal.complete else open_("made so far")
    return line(made, *((" by ", code(maker)) if maker else ()))


def why_table(name: QualifiedName, lacking: Lacking) -> Line:
    """Why a table is missing, in a few words; a guard that waits for another missing table names that."""
    _, cause = lacking.tables[name]
    skip = lacking.guard_of(name)
    if skip is None or cause.kind is not CauseKind.ABSENT:
        return why(cause)
    asked = skip.asked_for.table or skip.asked_for.name
    return line("skipped by a guard on ", code(asked), ", which no migration makes")


def why(cause: Cause) -> Line:
    """A cause in a few words, for a cell."""
    subject = code(cause.subject)
    match cause.kind:
        case CauseKind.ABSENT:
            return line("no migration makes it")
        case CauseKind.ORDER:
            return line("skipped, as ", subject, " runs later")
        case CauseKind.GUARD:
            return line("skipped by a guard on ", subject)
        case CauseKind.FAILED:
            return line(subject, " failed")
        case CauseKind.DROPPED:
            return line("dropped again by ", subject)
        case CauseKind.RULE:
            return line("see rule ", subject)


def missing(audit: AuditResult) -> View:
    """Every declared table and foreign key that a clean deploy does not make, each with its cause, folded.

    Last, and folded as well, the differences that are no findings because Prisma does not compare them.
    """
    return View(Stack(body=(*_missing(audit), *noise_fold(audit))))


def _missing(audit: AuditResult) -> tuple[Block, ...]:
    if audit.rehearsal is None:
        reason = audit.rehearsal_skipped or "nothing was rehearsed"
        return (Prose(lines=(line(open_("Not known"), f": what is missing; {reason}."),)),)
    lacking = Lacking(audit)
    if not lacking.tables and not lacking.keys and not audit.rehearsal.complete:
        told = line(open_("Nothing is missing so far"), ", but the clean deploy did not run to its end.")
        return (Prose(lines=(told,)),)
    if not lacking.tables and not lacking.keys:
        return (Prose(lines=(line(good("Nothing is missing"), ": every declared table and foreign key is made."),)),)
    return (*_missing_tables(lacking), *_missing_keys(lacking))


def _missing_tables(lacking: Lacking) -> tuple[Fold, ...]:
    rows = [
        (_name(table), why_table(table.name, lacking), _guard(lacking.guard_of(table.name)), place(table.location))
        for table, _ in lacking.tables.values()
    ]
    heads = ("Table", "Cause", "Guard that was false", "Declared at")
    return _folded(count(len(rows), "missing table"), heads, rows)


def _guard(skip: Skip | None) -> Line:
    if skip is None:
        return line(NOTHING)
    return line(code(shorten(skip.guard, _GUARD)), " at ", code(skip.location))


def _missing_keys(lacking: Lacking) -> tuple[Fold, ...]:
    rows = [
        (line(code(key)), line(code(key.name)), line(*_table_of(key, lacking), why(cause)), place(key.location))
        for key, cause in lacking.keys
    ]
    return _folded(count(len(rows), "missing foreign key"), ("Foreign key", "Name", "Cause", "Declared at"), rows)


def _table_of(key: ForeignKey, lacking: Lacking) -> tuple[Line, ...]:
    absent = next((name for name in (key.table, key.referenced_table) if name in lacking.tables), None)
    return () if absent is None else (line("table ", code(absent.name), " is missing: "),)


def _folded(title: str, heads: tuple[str, ...], rows: Sequence[tuple[Line, ...]]) -> tuple[Fold, ...]:
    """A fold with a table, or nothing when there is no row."""
    if not rows:
        return ()
    return (Fold(summary=line(bad(title), " ", muted("each with its cause")), body=(capped(title, heads, rows),)),)
