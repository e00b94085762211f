"""The numbers behind the pictures of the groups."""

from fractions import Fraction

from pgready.graph.coupling import GroupCoupling, group_coupling
from pgready.graph.coverage import Coverage, GroupCoverage, key_coverage
from pgready.graph.cycles import GroupCycle, group_cycles
from pgready.graph.hubs import hub_threshold, proposed_hubs
from pgready.graph.isolation import edge_name
from pgready.graph.layers import group_layers
from pgready.graph.names import table_names
from pgready.graph.tenancy import GroupTenancy, KeyTarget, Standing, TenantTable, group_tenancy
from pgready.model.groups import UNGROUPED, GroupSource
from pgready.model.schema import ForeignKey
from pgready.model.unkeyed import Likelihood, UnkeyedColumns, UnkeyedReference
from pgready.reports.blocks import Block, Fold, Line, Prose, Stack
from pgready.reports.lines import NOTHING, bad, capped, code, count, good, line, listing, muted, open_, warn
from pgready.reports.view import View
from pgready.reports.views.drawing import keys_of, made_of, missing_keys, structure_of, unkeyed_of
from pgready.reports.views.ungrouped import NO_GROUPS, NOTHING_TO_SHOW
from pgready.verdict import AuditResult

__all__ = ["coupling", "cycles", "hubs", "identifiers", "placements", "unkeyed"]

_NAMED = 10


def _keys(audit: AuditResult) -> list[ForeignKey]:
    return [key.foreign_key for key in keys_of(audit)]


def coupling(audit: AuditResult) -> View:
    """Per group: tables, keys inside, out and in, how many tables others depend on, layer, and how much that says."""
    if not audit.grouping.groups:
        return NO_GROUPS
    keys = _keys(audit)
    layer_of = {name: layer.number for layer in group_layers(audit.grouping, keys) for name in layer.groups}
    covered = {it.group: it for it in _coverage(audit).groups}
    rows = [
        _coupling_row(it, layer_of.get(it.group), covered.get(it.group)) for it in group_coupling(audit.grouping, keys)
    ]
    heads = (
        "Group",
        "#Tables",
        "#Keys inside",
        "#Keys out",
        "#Keys in",
        "#Tables in",
        "#Tables out",
        "#Instability",
        "#Layer",
        "Keyed columns",
    )
    legend = line(
        muted(
            "Tables in: tables of other groups that refer to the group. Tables out: tables of other groups that it "
            "refers to. Instability: out / (in + out), 0 when others only depend on it, 1 when it only depends on "
            "others. Layer 0 refers to no other group. Keyed columns: those that have a foreign key, of all that look "
            "like references; "
            "a group without keys looks isolated, and that says nothing."
        )
    )
    return View(Stack(body=(capped("Coupling of the groups", heads, rows), Prose(lines=(legend,)))))


def _coupling_row(it: GroupCoupling, layer: int | None, covered: GroupCoverage | None) -> tuple[Line, ...]:
    numbers = (it.tables, it.inside, it.outgoing, it.incoming, it.ca, it.ce)
    return (
        line(it.group),
        *(line(str(number)) for number in numbers),
        line(_ratio(it.instability)),
        line("n/a" if layer is None else str(layer)),
        _covered(covered),
    )


def _ratio(value: Fraction | None) -> str:
    return "n/a" if value is None else f"{float(value):.2f}"


def _covered(covered: GroupCoverage | None) -> Line:
    if covered is None or covered.share is None:
        return line(muted("n/a"))
    if covered.missing:
        made = bad(f"{covered.keyed - covered.missing} of {covered.columns} made")
        return line(made, f", {covered.missing} declared only", muted(_keyless(covered)))
    share = f"{covered.keyed} of {covered.columns}"
    return line(good(share) if covered.share == 1 else warn(share), muted(_keyless(covered)))


def _keyless(covered: GroupCoverage) -> str:
    return f", {count(len(covered.keyless), 'table')} without any key" if covered.keyless else ""


def _coverage(audit: AuditResult) -> Coverage:
    found, missing = unkeyed_of(audit).references, missing_keys(audit)
    return key_coverage(structure_of(audit), audit.grouping, found, missing=missing)


def cycles(audit: AuditResult) -> View:
    """Groups that refer to each other in a circle, and the fewest keys without which none is left."""
    if not audit.grouping.groups:
        return NOTHING_TO_SHOW
    found = group_cycles(audit.grouping, _keys(audit))
    if not found:
        return View(Prose(lines=(line(good("No cycle"), ": no groups refer to each other in a circle."),)))
    return View(Stack(body=tuple(_cycle(it) for it in found)))


def _cycle(cycle: GroupCycle) -> Block:
    names = f"{', '.join(cycle.groups[:-1])} and {cycle.groups[-1]}"
    least = "" if cycle.exact else "; a smaller set may exist"
    rows = [(line(code(edge_name(key))), line(code(key)), line(key.on_delete.value)) for key in cycle.cut]
    table = capped(
        "Without these keys the cycle is gone", ("As [[crossings]] spells it", "Foreign key", "ON DELETE"), rows
    )
    summary = line(
        warn(names),
        f" refer to each other over {count(len(cycle.keys), 'key')}; ",
        f"without {len(cycle.cut)} of them no cycle is left{least}",
    )
    return Fold(summary=summary, body=(table,), open=True)


def unkeyed(audit: AuditResult) -> View:
    """Columns that look like references and have no foreign key, each with the rule that says so."""
    all_found = unkeyed_of(audit)
    found = sorted(all_found.references, key=lambda it: (it.likelihood is not Likelihood.LIKELY, it.table, it.column))
    rest = _no_key_possible(all_found)
    if not found:
        none = Prose(lines=(line(good("None"), ": no column looks like a reference without a key."),))
        return View(Stack(body=(none, *rest)))
    group_of = audit.grouping.group_of()
    rows = [
        _unkeyed_row(it, group_of.get(it.table, UNGROUPED), group_of.get(it.referenced_table, UNGROUPED))
        for it in found
    ]
    heads = ("Column", "Looks like a reference to", "Groups", "How likely", "Rule")
    return View(Stack(body=(capped("Columns without a foreign key that look like references", heads, rows), *rest)))


def _unkeyed_row(it: UnkeyedReference, source: str, target: str) -> tuple[Line, ...]:
    referenced = ".".join(part for part in (it.referenced_table.name, it.referenced_column) if part)
    likely = it.likelihood is Likelihood.LIKELY
    return (
        line(code(f"{it.table.name}.{it.column}")),
        line(code(referenced)),
        _between(source, target),
        line(warn("likely") if likely else open_("maybe")),
        line(it.rule.sentence),
    )


def _between(source: str, target: str) -> Line:
    if source != target:
        return line(f"{source} to {target}")
    return line(NOTHING) if source == UNGROUPED else line(muted(f"inside {source}"))


def _no_key_possible(found: UnkeyedColumns) -> tuple[Block, ...]:
    """References that no foreign key can hold: arrays, and columns whose table another column names."""
    rows = [
        (line(code(f"{it.table.name}.{it.column}")), line("array of ", code(it.referenced_table.name)))
        for it in found.arrays
    ] + [
        (
            line(code(f"{it.table.name}.{it.column}")),
            line(
                "as ",
                code(it.type_column),
                " says",
                *((": ", listing((name.name for name in it.tables), _NAMED)) if it.tables else ()),
            ),
        )
        for it in found.polymorphic
    ]
    if not rows:
        return ()
    table = capped("References that no foreign key can express", ("Column", "Refers to"), rows)
    return (Fold(summary=line(f"{count(len(rows), 'more reference')} that no foreign key can express"), body=(table,)),)


def identifiers(audit: AuditResult) -> View:
    """Per group the column that says whose a row is, and which tables have it, reach it or lack it."""
    if not audit.grouping.groups:
        return NO_GROUPS
    found = group_tenancy(structure_of(audit), audit.grouping, missing=missing_keys(audit))
    rows = [_identifier_row(it) for it in found]
    heads = ("Group", "Key identifier", "Tables with it", "Reach it by keys", "No way to it", "Refers to")
    return View(capped("Key identifiers, by feature group", heads, rows))


def _identifier_row(it: GroupTenancy) -> tuple[Line, ...]:
    if it.key is None:
        return (line(it.group), line(muted("none seen")), *(line(NOTHING),) * 4)
    has, reaches, lost = (it.of(standing) for standing in (Standing.HAS, Standing.REACHES, Standing.NONE))
    nullable = line(", ", warn("may be NULL"), " in ", _tables(it.nullable)) if it.nullable else ()
    other = line("; of another type in ", _tables(it.of_other_type)) if it.of_other_type else ()
    target = f"{it.target.table.name}.{it.target.column}" if it.target else None
    return (
        line(it.group),
        line(
            code(it.key),
            muted(f" {it.type}" if it.type else ""),
            "" if it.configured else muted(", as columns show"),
            other,
        ),
        line(f"{len(has)} of {len(it.tables)}", nullable),
        line(_tables(reaches), *_over_missing(reaches)) if reaches else line(muted("none")),
        line(warn(str(len(lost))), ": ", _tables(lost)) if lost else line(good("none")),
        line(code(target), *_not_made(it.target)) if target else line(open_("no foreign key")),
    )


def _over_missing(reaches: tuple[TenantTable, ...]) -> Line:
    lost = tuple(it for it in reaches if it.missing)
    return line("; ", bad("over keys that are not made"), ": ", _tables(lost)) if lost else ()


def _not_made(target: KeyTarget | None) -> Line:
    if target is None or not target.missing:
        return ()
    some = "" if target.missing == target.tables else f" in {target.missing} of {count(target.tables, 'table')}"
    return line(", ", bad("not made"), some)


def _tables(found: tuple[TenantTable, ...]) -> Line:
    return listing((it.table.name for it in found), _NAMED)


def hubs(audit: AuditResult) -> View:
    """Tables to which so many refer that they may be meant as shared, and what the configuration says of each."""
    proposed = proposed_hubs(audit.grouping, _keys(audit))
    names = table_names(audit.declared, made_of(audit))
    # A name of several tables is none (ISO009).
    declared = {names[name][0] for name in audit.hubs if len(names.get(name, ())) == 1}
    least = hub_threshold(len(audit.grouping.group_of().keys() - set(audit.grouping.partitions)))
    if not proposed and not declared:
        return View(
            Prose(lines=(line("No table is referred to by ", str(least), " others or more, and no hub is declared."),))
        )
    rows = [
        (
            line(code(hub.table.name)),
            line(hub.group),
            line(str(hub.referencing_tables)),
            line(", ".join(hub.groups) or "none"),
            line(good("declared as a hub"))
            if hub.table in declared
            else line(open_("not declared"), muted(": its keys need a contract or an accepted crossing")),
        )
        for hub in proposed
    ]
    rows += [
        (
            line(code(table.name)),
            line(audit.grouping.group_of().get(table, UNGROUPED)),
            line(f"under {least}"),
            line(NOTHING),
            line(good("declared as a hub")),
        )
        for table in sorted(declared - {hub.table for hub in proposed})
    ]
    heads = ("Table", "Group", "#Tables that refer to it", "From the groups", "In the configuration")
    return View(capped("Hubs", heads, rows))


_BY = {
    GroupSource.LIST: "named in the configuration",
    GroupSource.COMMENT: "named in its comment",
    GroupSource.RELATION: "goes with the models it joins",
    GroupSource.SCHEMA: "by its PostgreSQL schema",
    GroupSource.FILE: "by its file",
    GroupSource.GLOB: "by a pattern",
    GroupSource.PARTITION: "goes with its partitioned table",
}


def placements(audit: AuditResult) -> View:
    """Which table is in which group, and what put it there; folded, what is wrong with it first."""
    wrong = (
        *((line(code(table.name)), line(bad("in no group")), line(NOTHING)) for table in audit.grouping.ungrouped),
        *(
            (line(code(table.name)), line(warn("in several groups")), line(", ".join(groups)))
            for table, groups in audit.grouping.overlaps
        ),
        *(
            (line(code(name)), line(bad("no such table")), line(f"listed in {group}"))
            for group, name in audit.grouping.unknown
        ),
    )
    rows = [
        (line(code(it.table.name)), line(it.group), line(_BY[it.source], muted(f": {it.detail}" if it.detail else "")))
        for it in audit.grouping.placements
    ]
    heads = ("Table", "Group", "Why")
    shown = (capped("Tables whose group is not clear", ("Table", "What", "Groups"), wrong),) if wrong else ()
    fold = Fold(
        summary=line(f"{count(len(rows), 'table')} in {count(len(audit.grouping.groups), 'group')}", muted(" and why")),
        body=(capped("Tables with their groups", heads, rows),),
    )
    return View(Stack(body=(*shown, fold)))
