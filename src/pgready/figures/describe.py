"""What a picture answers, in words: its title, the line under it, and its alternative text."""

from collections import Counter
from collections.abc import Sequence

from pgready.figures.text import plural
from pgready.graph.block_matrix import BlockMatrix
from pgready.graph.cascades import BlastRadius
from pgready.graph.matrix import GroupMatrix, KeyCounts
from pgready.graph.pages import GroupPage, Link, LinkKind, count_keys
from pgready.graph.status import GroupStatus, StatusVerdict
from pgready.graph.table_map import TableMap
from pgready.model.groups import UNGROUPED, ContractOutcome, ContractVerdict, CrossingVerdict

__all__ = [
    "blast_lines",
    "block_lines",
    "card_lines",
    "describe_blast_radius",
    "describe_block_matrix",
    "describe_group_matrix",
    "describe_group_page",
    "describe_status_cards",
    "describe_table_map",
    "listed",
    "map_lines",
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
    line = _rehearsal_of(matrix, (missing, tables), (total.missing, total.keys), total.extra)
    return title, line + _tolerated_line(total.tolerated) + _unkeyed_line(total.unkeyed)


def _unkeyed_line(number: int) -> str:
    verb = "names a table" if number == 1 else "name tables"
    return f" {plural(number, 'column')} {verb} without a key (?)." if number else ""


def _tolerated_line(number: int) -> str:
    verb = "is" if number == 1 else "are"
    return f" {number:,} of the allowed {verb} so by the baseline only (~)." if number else ""


def _rehearsal_of(
    drawn: GroupMatrix | GroupPage | TableMap | BlockMatrix,
    tables: tuple[int, int],
    keys: tuple[int, int],
    extra: int = 0,
) -> str:
    return rehearsal_line(tables, keys, extra, rehearsed=drawn.rehearsed, complete=drawn.complete)


def rehearsal_line(
    tables: tuple[int, int], keys: tuple[int, int], extra: int = 0, *, rehearsed: bool, complete: bool = True
) -> str:
    """What a clean deploy made of tables and keys, each given as (missing, all); of one that stopped, what so far."""
    if not rehearsed:
        return "As declared; nothing was rehearsed."
    deploy = "A clean deploy" if complete else "The clean deploy does not run to its end; so far it"
    parts = [_share(*tables, "table")] * (tables[0] > 0) + [_share(*keys, "key")] * (keys[0] > 0)
    more = f" {plural(extra, 'key')} more than declared." if extra else ""
    if parts:
        return f"{deploy} leaves out {listed(parts)}.{more}"
    whole = "all " * (tables[1] > 1)
    return f"{deploy} makes {whole}{plural(tables[1], 'table')} and {plural(keys[1], 'key')}.{more}"


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
    line = _rehearsal_of(page, tables, (missing, inside + coming + going))
    tolerated = sum(link.tolerated for link in (*page.incoming, *page.outgoing))
    return title, line + _tolerated_line(tolerated) + _unkeyed_line(unkeyed)


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


def map_lines(drawn: TableMap) -> tuple[str, str]:
    """Title and second line of the table map."""
    tables = [table for group in drawn.groups for table in group.tables]
    links = [link for link in drawn.links if link.kind is not LinkKind.UNKEYED]
    own, lost = sum(table.own for table in tables), sum(table.own_missing for table in tables)
    between = [link for link in links if link.from_group != link.to_group]
    title = f"{plural(len(tables), 'table')} in {plural(len(drawn.groups), 'group')}: {_between(between)}"
    if [group.name for group in drawn.groups] == [UNGROUPED]:
        title = f"{plural(len(tables), 'table')}; no group is declared"
    keys = (sum(link.missing for link in links) + lost, sum(link.keys for link in links) + own)
    line = _rehearsal_of(drawn, (sum(table.missing for table in tables), len(tables)), keys)
    unkeyed = sum(link.keys for link in drawn.links if link.kind is LinkKind.UNKEYED)
    return title, line + _tolerated_line(sum(link.tolerated for link in links)) + _unkeyed_line(unkeyed)


def _between(links: list[Link]) -> str:
    """What is said of the keys between groups: `13 keys between groups, 1 undeclared`."""
    told = [
        f"{number:,} {kind.value}"
        for kind in (LinkKind.FORBIDDEN, LinkKind.UNDECLARED)
        if (number := sum(link.keys for link in links if link.kind is kind))
    ]
    if not links:
        return "no key leaves its group"
    return f"{plural(count_keys(links), 'key')} between groups, {listed(told) if told else 'all allowed'}"


def describe_table_map(drawn: TableMap) -> str:
    """The alternative text of the table map: the counts, the hubs, and every reference that nothing allows."""
    title, line = map_lines(drawn)
    hubs = f" Drawn as hubs: {listed([drawn.labels[hub] for hub in drawn.hubs])}." if drawn.hubs else ""
    bad = [
        f"{drawn.labels[link.table]} to {drawn.labels[link.referenced_table]} ({link.kind.value})"
        for link in drawn.links
        if link.kind in {LinkKind.UNDECLARED, LinkKind.FORBIDDEN}
    ]
    more = f" and {len(bad) - _MOST} more" if len(bad) > _MOST else ""
    told = f" Not allowed: {', '.join(bad[:_MOST])}{more}." if bad else ""
    return f"Map of all tables. {title}. {line}{hubs}{told}"


def card_lines(statuses: Sequence[GroupStatus], whole: Sequence[ContractVerdict] = ()) -> tuple[str, str]:
    """Title and second line of the status cards; `whole` are the contracts about the whole schema."""
    verdicts = Counter(status.verdict for status in statuses)
    words = {
        StatusVerdict.BROKEN: ("breaks a contract", "break a contract"),
        StatusVerdict.BASELINED: ("holds but for the baseline", "hold but for the baseline"),
        StatusVerdict.HOLDS: ("holds", "hold"),
        StatusVerdict.VACUOUS: ("holds without a key that could break it", "hold without a key that could break it"),
        StatusVerdict.NONE: ("has no contract", "have no contract"),
    }
    told = [f"{verdicts[it]:,} {words[it][verdicts[it] > 1]}" for it in StatusVerdict if verdicts[it]]
    title = f"{plural(len(statuses), 'group')}: {', '.join(told)}" if told else "No group is declared"
    crossings = Counter(crossing.verdict for status in statuses for crossing in status.crossings)
    unkeyed = sum(len(status.unkeyed) for status in statuses)
    counts = [f"{crossings[it]:,} {it.value}" for it in CrossingVerdict if crossings[it]]
    keys = f"{plural(crossings.total(), 'key')} between groups" + (f": {listed(counts)}" if counts else "")
    more = f", and {plural(unkeyed, 'column')} without a key (?)" if unkeyed else ""
    return title, (f"{keys}{more}." if statuses else "") + _whole_line(whole)


def _whole_line(whole: Sequence[ContractVerdict]) -> str:
    """` Contracts about the whole schema: 1 broken, 2 hold.`."""
    outcomes = Counter(it.outcome for it in whole)
    words = {
        ContractOutcome.FAILED: ("broken", "broken"),
        ContractOutcome.BASELINED: ("holds but for the baseline", "hold but for the baseline"),
        ContractOutcome.PASSED: ("holds", "hold"),
        ContractOutcome.VACUOUS: ("holds, vacuous", "hold, vacuous"),
    }
    told = [f"{outcomes[it]:,} {words[it][outcomes[it] > 1]}" for it in words if outcomes[it]]
    return f" Contracts about the whole schema: {', '.join(told)}." if told else ""


def describe_status_cards(statuses: Sequence[GroupStatus], whole: Sequence[ContractVerdict] = ()) -> str:
    """The alternative text of the status cards: every group with its verdict and its numbers.

    Then every contract about the whole schema (`whole`).
    """
    told = [
        f"{it.group}: {it.verdict.value}, {plural(it.coupling.tables, 'table')}, "
        f"{plural(it.coupling.inside, 'key')} inside, "
        f"{_or_none(it.coupling.outgoing)} out, {_or_none(it.coupling.incoming)} in"
        + (f", {len(it.unkeyed):,} unkeyed" if it.unkeyed else "")
        for it in statuses[:_MOST_TOLD]
    ]
    more = f" And {plural(len(statuses) - _MOST_TOLD, 'more group')}." if len(statuses) > _MOST_TOLD else ""
    title, line = card_lines(statuses, whole)
    more += "".join(f" {it.contract.name}: {it.outcome.value}." for it in whole[:_MOST_TOLD])
    return " ".join((f"{title}.", line, *(f"{it}." for it in told))) + more


_MOST_TOLD = 12


def block_lines(matrix: BlockMatrix) -> tuple[str, str]:
    """Title and second line of the block matrix."""
    total, tables = matrix.total, len(matrix.tables)
    between = total.allowed + total.crossing
    told = [
        f"{number:,} {word}"
        for number, word in ((total.forbidden, "forbidden"), (total.undeclared, "undeclared"))
        if number
    ]
    leaving = f"{plural(between, 'key')} between groups, {listed(told) or 'all allowed'}"
    title = f"{plural(tables, 'table')} in {plural(len(matrix.blocks), 'group')}: "
    title += leaving if between else "no key leaves its group"
    if [block.name for block in matrix.blocks] == [UNGROUPED]:
        title = f"{plural(tables, 'table')}; no group is declared"
    line = _rehearsal_of(matrix, (matrix.missing, tables), (total.missing, total.keys), total.extra)
    return title, line + _tolerated_line(total.tolerated) + _unkeyed_line(total.unkeyed)


def describe_block_matrix(matrix: BlockMatrix) -> str:
    """The alternative text of the block matrix: the counts, who leaves most, and to what most keys go."""
    title, line = block_lines(matrix)
    worst = sorted((it for it in matrix.blocks if it.out.crossing), key=lambda it: -it.out.crossing)
    bad = listed([f"{block.name} ({_verdicts(block.out)})" for block in worst[:_MOST]])
    asked = listed([f"{matrix.labels[it.table]} ({plural(it.keys, 'key')})" for it in matrix.targets[:_MOST]])
    told = f" Most keys out that nothing allows: {bad}." if bad else ""
    return f"Matrix of all tables. {title}. {line}{told}" + (
        f" Most referred to by other groups: {asked}." if asked else ""
    )


def blast_lines(radius: BlastRadius) -> tuple[str, str]:
    """Title and second line of the blast radius: its sentence, cut in two."""
    lost = radius.lost
    first, _, rest = radius.sentence.removesuffix(lost).rstrip().removesuffix(".").partition(";")
    title, comma, sets = first.partition(", sets ")
    parts = [f"It sets {sets}."] * bool(comma) + [f"{rest.strip().capitalize()}."] * bool(rest) + [lost] * bool(lost)
    return title, " ".join(parts)


def describe_blast_radius(radius: BlastRadius) -> str:
    """The alternative text of the blast radius: its sentence, then the tables of every group that it reaches."""
    told = []
    for group in radius.groups:
        tables = [f"{it.table.name}{' (missing)' * it.missing}" for it in radius.reached if it.group == group]
        more = f" and {len(tables) - _MOST} more" if len(tables) > _MOST else ""
        told.append(f"{group}: {', '.join(tables[:_MOST])}{more}.")
    rest = f" And {plural(len(told) - _MOST_TOLD, 'more group')}." if len(told) > _MOST_TOLD else ""
    return " ".join((radius.sentence, *told[:_MOST_TOLD])) + rest
