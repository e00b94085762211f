"""DES002: columns that are dropped."""

from collections.abc import Iterator
from dataclasses import replace

from pgready.checks.destruction.column_fates import Fate, FateKind, dropped_column, fate_of
from pgready.checks.destruction.emptying import adopted_by
from pgready.checks.destruction.material import Case, Material, report, weighed
from pgready.checks.destruction.rules import DES001, DES002
from pgready.checks.destruction.survival import kept_rows
from pgready.checks.destruction.tables import dropped_table, is_converted, is_rebuilt, not_carried
from pgready.checks.in_scope import table_of, weigh
from pgready.findings import Confidence, Finding, Severity
from pgready.history import column_before
from pgready.model.effects import Action
from pgready.model.history import Biography, Certainty, Event
from pgready.model.names import ObjectKind

__all__ = ["des002"]

# Types that the usual extensions bring: with DROP EXTENSION ... CASCADE the columns of these types go.
_TYPES_OF = {
    "citext": {"citext"},
    "cube": {"cube"},
    "hstore": {"hstore"},
    "isn": {"ean13", "isbn", "isbn13", "ismn", "ismn13", "issn", "issn13", "upc"},
    "ltree": {"ltree", "lquery", "ltxtquery"},
    "postgis": {"geometry", "geography", "box2d", "box3d"},
    "postgis_raster": {"raster"},
    "postgis_topology": {"topogeometry"},
    "seg": {"seg"},
    "vector": {"vector", "halfvec", "sparsevec"},
}


def des002(material: Material) -> Iterator[Finding]:
    """Columns that go with values that are nowhere else."""
    for case in weighed(material, DES002, dropped_column):
        if not _table_goes_too(material, case):
            found = _dropped(material, case, fate_of(material, case))
            if found is not None:
                yield found
    yield from _left_behind(material)
    yield from _of_partitions(material)
    yield from _with_extension(material)


def _table_goes_too(material: Material, case: Case) -> bool:
    """Whether the same migration drops the whole table afterwards: one finding (DES001) says it."""
    table = table_of(material.history, case.event)
    dropped = table.dropped if table is not None else None
    return dropped is not None and dropped.migration == case.event.migration


def _dropped(  # noqa: PLR0911 - one for each fate
    material: Material, case: Case, fate: Fate
) -> Finding | None:
    """The finding; None for what is a rename in disguise (DES006)."""
    column = case.event.object
    known = column_before(material.history, case.life, case.event.order)
    of_type = f" ({known.type})" if known.type else ""
    gone = f"column {column}{of_type} is dropped"
    by = _place(fate.by, case.event)
    some = "" if fate.every else ", of the rows that its condition picks"
    match fate.kind:
        case FateKind.RENAMED:
            return None
        case FateKind.COMPUTED:
            message = f"{gone}; it is generated, so no data is lost, but what reads it fails"
            return report(DES002, case, message, severity=Severity.WARN)
        case FateKind.REBUILT:
            message = f"{gone} and made again; its values are kept{by}{some}"
            return report(DES002, case, message, severity=Severity.NOTE if fate.every else Severity.WARN)
        case FateKind.CONVERTED:
            message = (
                f"{gone} and another one takes its name, filled{by} by an expression: what that leaves out is lost"
            )
            return report(DES002, case, message, severity=Severity.WARN, confidence=Confidence.MEDIUM)
        case FateKind.COPIED:
            later = "" if _same(fate.by, case.event) else "; what was written since then is not in it"
            message = f"{gone}; its values were copied to {fate.to} first{by}{some}{later}"
            recent = fate.by is not None and material.deployment.runs(fate.by.migration)
            severity = Severity.WARN if recent else None
            return report(DES002, case, message, severity=severity, confidence=Confidence.MEDIUM)
        case FateKind.PARTLY:
            message = f"{gone}; its values were copied to {fate.to} first{by}, but not of every row: those of the "
            message += "other rows are lost"
            return report(DES002, case, message, confidence=Confidence.MEDIUM)
        case FateKind.REVERSED:
            message = f"{gone}; the relation is kept the other way round: {fate.to} is filled{by} with the keys of the "
            message += "rows that refer to it; of several that refer to one row, one is kept"
            return report(DES002, case, message, severity=Severity.WARN, confidence=Confidence.MEDIUM)
    return _lost(case, fate, gone)


def _lost(case: Case, fate: Fate, gone: str) -> Finding:
    column, cause = case.event.object, case.event.implied_by
    with_what = f" with {cause.kind} {cause} (CASCADE)" if cause is not None else ""
    again = " and added again, empty" if fate.kind is FateKind.AGAIN else ""
    older = "" if case.life.made is not None else "; no migration makes it, so it is older than they are or missing"
    if fate.by is not None:
        older += f"; the copy that line {fate.by.location.line} of {fate.by.migration} makes does not last"
    if fate.used is not None:
        older += f"; line {fate.used.location.line} uses them for {fate.used.object} first, but copies them nowhere"
    fix = None
    if fate.kind is FateKind.AGAIN:
        fix = (
            f"Keep the values: ALTER COLUMN {column.name} TYPE ... USING in place of drop and add; or add a column "
            "under another name, copy, drop, rename."
        )
    return report(DES002, case, f"{gone}{with_what} with its values in every row{again}{older}", fix=fix)


def _place(by: Event | None, event: Event) -> str:
    if by is None:
        return ""
    return f" (line {by.location.line})" if _same(by, event) else f" ({by.migration})"


def _same(by: Event | None, event: Event) -> bool:
    return by is not None and by.migration == event.migration


def _left_behind(material: Material) -> Iterator[Finding]:
    """Columns that a table loses when it is rebuilt and not everything is copied."""
    for case in weighed(material, DES001, dropped_table):
        kept = kept_rows(material, case.life, case.event)
        if kept is None or not is_rebuilt(material, case, kept):
            continue
        for life in not_carried(material, case, kept):
            line = kept.copy.event.location.line
            if is_converted(kept, life):
                if not kept.complete:
                    # DES001 tells that the rows are not all there, and which values are computed.
                    continue
                message = f"column {life.object} is converted: the table is rebuilt, and line {line} fills it by an "
                message += "expression; what that leaves out is lost"
                yield report(DES002, case, message, object=life.object, confidence=Confidence.MEDIUM)
                continue
            message = f"column {life.object} is lost: the table is rebuilt, and line {line} does not copy it"
            yield report(DES002, case, message, object=life.object)


def _of_partitions(material: Material) -> Iterator[Finding]:
    """Columns of tables that became partitions: they go with the column of the partitioned table."""
    lives = {id(each.container): each.container for found in material.adoptions.values() for each in found}
    for container in lives.values():
        for event in _drops_of_columns(material, container):
            for each in adopted_by(material, container, event.order):
                there = each.member.name_at(event.order)
                if there is None or not each.partition:
                    continue
                name = replace(event.object, schema=there.schema, table=there.name)
                own = replace(event, object=name, implied_by=event.object)
                weight = weigh(DES002, own, each.member, material.deployment)
                if weight.severity is not None:
                    case = Case(event=own, life=each.member, weight=weight)
                    message = f"column {name} is dropped with {event.object}, with its values in every row: its table "
                    yield report(DES002, case, f"{message}is a partition (line {each.event.location.line})")


def _drops_of_columns(material: Material, table: Biography) -> Iterator[Event]:
    for place in dict.fromkeys((*(naming.object for naming in table.names), table.object)):
        for life in material.history.members(place):
            for event in life.events:
                if dropped_column(event) and table.name_at(event.order) == place:
                    yield event


def _with_extension(material: Material) -> Iterator[Finding]:
    """Columns of the types of an extension that is dropped with CASCADE, by their own lives."""
    history = material.history
    for migration in history.migrations:
        for event, _ in history.events_of(migration):
            if not _drops_extension(event):
                continue
            types = _TYPES_OF.get(event.object.name, {event.object.name})
            for life in _columns_of_types(material, types, event):
                weight = weigh(DES002, event, life, material.deployment)
                if weight.severity is None:
                    continue
                case = Case(event=event, life=life, weight=weight)
                type_ = column_before(history, life, event.order).type
                message = f"column {life.object} ({type_}) is dropped with extension {event.object.name} (CASCADE), "
                message += "which brings its type"
                yield report(DES002, case, message, object=life.name_at(event.order) or life.object)


def _drops_extension(event: Event) -> bool:
    dropped = event.action is Action.DROPS and event.object.kind is ObjectKind.EXTENSION
    return dropped and "CASCADE" in str(event.detail) and event.certainty is not Certainty.SKIPPED


def _columns_of_types(material: Material, types: set[str], event: Event) -> Iterator[Biography]:
    for life in material.history.biographies:
        if life.kind is ObjectKind.COLUMN and life.name_at(event.order) is not None:
            type_ = column_before(material.history, life, event.order).type or ""
            if type_.removesuffix("[]").partition("(")[0] in types:
                yield life
