"""What a picture answers, in words: its title, the line under it, and its alternative text."""

from pgready.figures.text import plural
from pgready.graph.matrix import GroupMatrix, KeyCounts
from pgready.graph.pages import GroupPage, Link, LinkKind, count_keys
from pgready.model.groups import UNGROUPED

__all__ = [
    "describe_group_matrix",
    "describe_group_page",
    "listed",
    "matrix_lines",
    "page_lines",
    "rehearsal_line",
]


def listed(parts: list[str]) -> str:
    """`a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def matrix_lines(matrix: GroupMatrix) -> tuple[str, str]:
    """Title and second line of the group matrix."""
    total = matrix.total
    counts = [
        (total.internal, "inside their group"),
        (total.allowed, "allowed"),
        (total.undeclared, "undeclared"),
        (total.forbidden, "forbidden"),
    ]
    told = ", ".join(f"{number:,} {words}" for number, words in counts if number)
    title = plural(total.keys, "foreign key") + (f": {told}" if told else "")
    if [group.name for group in matrix.groups] == [UNGROUPED]:
        title = f"{plural(total.keys, 'foreign key')}; no group is declared"
    tables = sum(group.tables for group in matrix.groups)
    missing = sum(group.missing for group in matrix.groups)
    line = rehearsal_line(matrix.rehearsed, (missing, tables), (total.missing, total.keys), total.extra)
    return title, line + _unkeyed_line(total.unkeyed)


def _unkeyed_line(number: int) -> str:
    verb = "names a table" if number == 1 else "name tables"
    return f" {plural(number, 'column')} {verb} without a key (?)." if number else ""


def rehearsal_line(rehearsed: bool, tables: tuple[int, int], keys: tuple[int, int], extra: int = 0) -> str:  # noqa: FBT001 - a fact, not a switch
    """What a clean deploy made of tables and keys, each given as (missing, all)."""
    if not rehearsed:
        return "As declared; nothing was rehearsed."
    parts = [_share(*tables, "table")] * (tables[0] > 0) + [_share(*keys, "key")] * (keys[0] > 0)
    more = f" {plural(extra, 'key')} more than declared." if extra else ""
    if parts:
        return f"A clean deploy leaves out {listed(parts)}.{more}"
    return f"A clean deploy makes all {plural(tables[1], 'table')} and {plural(keys[1], 'key')}.{more}"


def _share(part: int, whole: int, noun: str) -> str:
    return f"{part:,} of {plural(whole, noun)}"


def describe_group_matrix(matrix: GroupMatrix) -> str:
    """The alternative text of the group matrix: what it shows, then every pair that nothing allows."""
    title, line = matrix_lines(matrix)
    bad = [
        f"{source} to {target} ({_verdicts(counts)})"
        for (source, target), counts in matrix.cells.items()
        if counts.crossing
    ]
    shown = f"Matrix of {plural(len(matrix.groups), 'group')}. {title}. {line}"
    cycles = listed([f"{source} to {target}" for source, target in matrix.cycles])
    told = f" Not allowed: {listed(bad)}." if bad else ""
    return shown + told + (f" Keys that close a cycle of groups: {cycles}." if cycles else "")


def _verdicts(counts: KeyCounts) -> str:
    words = [(counts.forbidden, "forbidden"), (counts.undeclared, "undeclared")]
    return listed([f"{number} {word}" for number, word in words if number])


def page_lines(page: GroupPage) -> tuple[str, str]:
    """Title and second line of a group page."""
    inside, coming, going = page.keys_inside, count_keys(page.incoming), count_keys(page.outgoing)
    title = (
        f"{page.name}: {plural(len(page.tables), 'table')}, {plural(inside, 'key')} inside, "
        f"{_or_none(coming)} in, {_or_none(going)} out"
    )
    missing = page.missing_inside + sum(link.missing for link in (*page.incoming, *page.outgoing))
    tables = (sum(table.missing for table in page.tables), len(page.tables))
    unkeyed = sum(link.keys for link in (*page.inside, *page.outgoing) if link.kind is LinkKind.UNKEYED)
    line = rehearsal_line(page.rehearsed, tables, (missing, inside + coming + going))
    return title, line + _unkeyed_line(unkeyed)


def _or_none(number: int) -> str:
    return f"{number:,}" if number else "none"


def describe_group_page(page: GroupPage) -> str:
    """The alternative text of a group page: counts, where the keys go and come from, what is missing."""
    title, line = page_lines(page)
    return f"{title}. {line}{_told('Out', page.outgoing, page)}{_told('In', page.incoming, page)}"


def _told(word: str, links: tuple[Link, ...], page: GroupPage) -> str:
    """` Out: 6 allowed to User of Auth, 1 forbidden to ImageRequest of Other.`."""
    counts: dict[tuple[str, str, LinkKind], int] = {}
    for link in links:
        group, table = (link.to_group, link.referenced_table) if word == "Out" else (link.from_group, link.table)
        at = (group, page.labels[table], link.kind)
        counts[at] = counts.get(at, 0) + link.keys
    way = "to" if word == "Out" else "from"
    parts = [f"{number} {_named(kind)} {way} {table} of {group}" for (group, table, kind), number in counts.items()]
    more = f" and {len(parts) - _MOST} more" if len(parts) > _MOST else ""
    return f" {word}: {', '.join(parts[:_MOST])}{more}." if parts else ""


_MOST = 6


def _named(kind: LinkKind) -> str:
    return "without a key" if kind is LinkKind.UNKEYED else kind.value
