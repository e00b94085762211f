"""What a reader can find in an interactive picture: groups, tables and references of a map or a matrix, in words."""

from collections.abc import Iterable, Mapping

from pgready.figures.ids import group_id, table_id
from pgready.graph.block_matrix import BlockMatrix
from pgready.graph.isolation import MergedKey
from pgready.graph.pages import LinkKind, count_keys
from pgready.graph.table_map import MapGroup, TableMap
from pgready.model.names import QualifiedName
from pgready.model.unkeyed import UnkeyedReference
from pgready.reports.blocks import Interaction
from pgready.reports.lines import count
from pgready.reports.visible import visible

__all__ = ["MOST_SENTENCES", "map_interaction", "matrix_interaction"]

MOST_SENTENCES = 1_500
"""Of more references a matrix tells only which tables they join, so that the page stays small."""

_Pair = tuple[QualifiedName, QualifiedName]
_Sentences = Mapping[tuple[QualifiedName, QualifiedName, bool], list[str]]
"""What is said of the keys of a pair of tables, and (True) of its columns without a key."""

_VERDICTS = {LinkKind.ALLOWED: "allowed", LinkKind.UNDECLARED: "undeclared", LinkKind.FORBIDDEN: "forbidden"}
_MISSING = "missing after a clean deploy"


def map_interaction(
    drawn: TableMap, keys: Iterable[MergedKey], *, unkeyed: Iterable[UnkeyedReference] = ()
) -> Interaction:
    """Of a table map; `keys` and `unkeyed` are those that it was made of. Keys to hubs are found as well."""
    tables = [(table, number) for number, group in enumerate(drawn.groups) for table in group.tables]
    place = {table.name: at for at, (table, _) in enumerate(tables)}
    said = _sentences(keys, unkeyed, drawn.labels)
    found = [((link.table, link.referenced_table), link.kind) for link in drawn.links]
    found += [((table.name, table.name), LinkKind.INTERNAL) for table, _ in tables if table.own]
    return Interaction(
        groups=tuple((group_id(it.name), visible(it.name), _map_note(it, drawn)) for it in drawn.groups),
        tables=tuple(
            (table_id(it.name), visible(drawn.labels[it.name]), _MISSING if it.missing else "", group)
            for it, group in tables
        ),
        links=tuple((place[pair[0]], place[pair[1]], kind.value, _told(pair, kind, said)) for pair, kind in found),
    )


def matrix_interaction(
    matrix: BlockMatrix, keys: Iterable[MergedKey], *, unkeyed: Iterable[UnkeyedReference] = ()
) -> Interaction:
    """Of a block matrix; `keys` and `unkeyed` are those that it was made of."""
    cells = [(row, column, kind) for kind, pairs in matrix.cells.items() for row, column in pairs]
    said = _sentences(keys, unkeyed, matrix.labels) if len(cells) <= MOST_SENTENCES else {}
    names = matrix.tables
    groups = [number for number, block in enumerate(matrix.blocks) for _ in range(block.tables)]
    return Interaction(
        groups=tuple(
            (
                group_id(it.name),
                visible(it.name),
                f"{visible(it.name)}: {count(it.tables, 'table')}, {_out(it.out.keys)}",
            )
            for it in matrix.blocks
        ),
        tables=tuple(("", visible(matrix.labels[name]), "", group) for name, group in zip(names, groups, strict=True)),
        links=tuple(
            (row, column, kind.value, _told((names[row], names[column]), kind, said)) for row, column, kind in cells
        ),
        grid=True,
    )


def _map_note(group: MapGroup, drawn: TableMap) -> str:
    """`CRM: 4 tables, 5 keys inside, no key in, 2 keys out`; keys to and from hubs count."""
    own = {table.name for table in group.tables}
    ends = [(link, link.table in own, link.referenced_table in own) for link in drawn.links]
    inside = count_keys(link for link, one, other in ends if one and other) + sum(it.own for it in group.tables)
    coming = count_keys(link for link, one, other in ends if other and not one)
    going = count_keys(link for link, one, other in ends if one and not other)
    parts = (count(len(own), "table"), f"{_keys(inside)} inside", f"{_keys(coming)} in", _out(going))
    return f"{visible(group.name)}: {', '.join(parts)}"


def _out(number: int) -> str:
    return f"{_keys(number)} out"


def _keys(number: int) -> str:
    return count(number, "key") if number else "no key"


def _sentences(
    keys: Iterable[MergedKey], unkeyed: Iterable[UnkeyedReference], labels: Mapping[QualifiedName, str]
) -> _Sentences:
    found: dict[tuple[QualifiedName, QualifiedName, bool], list[str]] = {}
    for merged in keys:
        key = merged.foreign_key
        if key.table in labels and key.referenced_table in labels:
            said = f"{_ends(key.table, key.columns, key.referenced_table, labels)}, ON DELETE {key.on_delete.value}"
            more = f", {_MISSING}" if merged.missing else ""
            found.setdefault((key.table, key.referenced_table, False), []).append(said + more)
    for it in unkeyed:
        if it.table in labels and it.referenced_table in labels:
            said = f"{_ends(it.table, (it.column,), it.referenced_table, labels)}, no foreign key"
            found.setdefault((it.table, it.referenced_table, True), []).append(said)
    return found


def _ends(
    table: QualifiedName, columns: tuple[str, ...], referenced: QualifiedName, labels: Mapping[QualifiedName, str]
) -> str:
    """`Session.userId → User`, `Item(orderId, line) → Order`."""
    named = f".{columns[0]}" if len(columns) == 1 else f"({', '.join(columns)})"
    return visible(f"{labels[table]}{named} → {labels[referenced]}")


def _told(pair: _Pair, kind: LinkKind, said: _Sentences) -> str:
    """The sentence of a line, "" where nobody said anything: the page then tells both tables."""
    sentences = said.get((*pair, kind is LinkKind.UNKEYED), ())
    return "; ".join(sentences) + (f", {_VERDICTS[kind]}" if sentences and kind in _VERDICTS else "")
