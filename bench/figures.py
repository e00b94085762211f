"""How long the pictures of feature groups take, and how large they are.

Claims, on a made-up structure: every picture of 1,000 tables (20 groups) takes under 2 s, from the values to the bytes
of the SVG; the layout of a table map of 250 tables under 0.25 s. Pictures of 5,000 tables are measured.

Usage: python bench/figures.py [--output DIRECTORY]     (writes the SVGs there)
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, TypeVar

from pgready.figures.blast_radius import draw_blast_radius
from pgready.figures.block_matrix import draw_block_matrix
from pgready.figures.group_matrix import draw_group_matrix
from pgready.figures.group_page import draw_group_page
from pgready.figures.status_cards import draw_status_cards
from pgready.figures.svg import svg_bytes
from pgready.figures.table_map import draw_table_map, map_scene
from pgready.graph.block_matrix import block_matrix
from pgready.graph.cascades import blast_radius
from pgready.graph.isolation import Isolation, IsolationRules, judge_isolation
from pgready.graph.matrix import group_matrix
from pgready.graph.pages import group_pages
from pgready.graph.status import group_statuses
from pgready.graph.table_map import MOST_TABLES, drawn_hubs, table_map
from pgready.graph.tenancy import group_tenancy
from pgready.graph.unkeyed import unkeyed_references
from pgready.model.groups import Contract, ContractKind, Group, Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, ForeignKey, PrimaryKey, ReferentialAction, Schema, Table
from pgready.model.unkeyed import UnkeyedReference

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LIMIT, LAYOUT_LIMIT = 2.0, 0.25
ACTIONS = (ReferentialAction.CASCADE, ReferentialAction.SET_NULL, ReferentialAction.RESTRICT)
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """A made-up structure with its groups, judged."""

    schema: Schema
    grouping: Grouping
    isolation: Isolation
    unkeyed: tuple[UnkeyedReference, ...]


def structure(count: int, groups: int) -> Structure:
    """Tables in groups: most refer to one of their group, a third to one hub, an eighth to a table anywhere."""
    random = Random(count)
    names = [
        QualifiedName("public", f"feature_{number * groups // count:02}_table_{number}") for number in range(count)
    ]
    size = count // groups
    tables = []
    for number, name in enumerate(names):
        first = number - number % size
        wanted = [names[random.randrange(first, number)]] if number > first and random.random() < 0.8 else []
        wanted += [names[0]] if number % 3 == 0 and number else []
        wanted += [names[random.randrange(count)]] if random.random() < 0.125 else []
        tables.append(_table(name, wanted, random))
    schema = Schema(tables=tuple(tables))
    grouping = Grouping(
        groups=tuple(
            Group(
                name=f"Feature {group:02}", tables=tuple(sorted(it for it in names if f"_{group:02}_" in it.name[:11]))
            )
            for group in range(groups)
        )
    )
    alone = Contract(
        kind=ContractKind.INTERNAL_ONLY, name="alone", groups=tuple(it.name for it in grouping.groups[::4])
    )
    rules = IsolationRules(contracts=(alone,), hubs=(names[0].name,))
    isolation = judge_isolation(schema, None, grouping, rules)
    return Structure(schema=schema, grouping=grouping, isolation=isolation, unkeyed=unkeyed_references(schema))


def _table(name: QualifiedName, wanted: list[QualifiedName], random: Random) -> Table:
    keys = tuple(
        ForeignKey(
            name=f"{name.name}_{place}_fkey",
            table=name,
            columns=(f"ref_{place}",),
            referenced_table=referenced,
            referenced_columns=("id",),
            on_delete=random.choice(ACTIONS),
        )
        for place, referenced in enumerate(wanted)
    )
    columns = [Column(name="id", type="text", not_null=True), Column(name="tenantId", type="text", not_null=True)]
    columns += [Column(name=key.columns[0], type="text", not_null=False) for key in keys]
    return Table(
        name=name,
        columns=tuple(columns),
        primary_key=PrimaryKey(name=f"{name.name}_pkey", columns=("id",)),
        foreign_keys=keys,
    )


def pictures(given: Structure) -> Iterator[tuple[str, Callable[[], "Figure"]]]:
    """Every picture that is drawn of so many tables: from the values, layout included."""
    schema, grouping, found = given.schema, given.grouping, given.isolation
    keys, crossed, unkeyed = found.keys, found.crossings, given.unkeyed
    matrix = group_matrix(grouping, keys, crossed, unkeyed=unkeyed)
    pages = group_pages(grouping, keys, crossed, unkeyed=unkeyed)
    hubs = drawn_hubs(grouping, keys)

    def cards() -> "Figure":
        tenancy = group_tenancy(schema, grouping)
        return draw_status_cards(
            group_statuses(grouping, keys, crossed, found.contracts, unkeyed=unkeyed, tenancy=tenancy)
        )

    yield "group matrix", lambda: draw_group_matrix(group_matrix(grouping, keys, crossed, unkeyed=unkeyed))
    yield "group page", lambda: draw_group_page(pages[0])
    yield "status cards", cards
    if len(schema.tables) <= MOST_TABLES:
        yield "table map", lambda: draw_table_map(table_map(pages, hubs))
    yield "block matrix", lambda: draw_block_matrix(block_matrix(matrix, grouping, keys, crossed, unkeyed=unkeyed))
    yield "blast radius", lambda: draw_blast_radius(blast_radius(schema, grouping, schema.tables[0].name))


def timed(make: Callable[[], _Value]) -> tuple[_Value, float]:
    started = time.perf_counter()
    made = make()
    return made, time.perf_counter() - started


def measure(count: int, groups: int, output: Path) -> float:
    """Seconds of the slowest picture; prints all."""
    given = structure(count, groups)
    slowest = 0.0
    for name, draw in pictures(given):
        svg, seconds = timed(lambda draw=draw, name=name: svg_bytes(draw(), title=name, description=name))  # type: ignore[misc]  # bound now
        (output / f"{name.replace(' ', '_')}_{count}.svg").write_bytes(svg)
        print(f"{count:>5} tables  {name:<14} {seconds:8.3f} s {len(svg):>10,} bytes")
        slowest = max(slowest, seconds)
    return slowest


def layout(count: int, groups: int) -> float:
    """Seconds to arrange the tables of a map, without drawing them; the best of three."""
    given = structure(count, groups)
    found = given.isolation
    pages = group_pages(given.grouping, found.keys, found.crossings, unkeyed=given.unkeyed)
    hubs = drawn_hubs(given.grouping, found.keys)
    return min(timed(lambda: map_scene(table_map(pages, hubs)))[1] for _ in range(3))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, help="where to write the SVGs (default: nowhere)")
    output = parser.parse_args().output
    with tempfile.TemporaryDirectory() as directory:
        place = output or Path(directory)
        place.mkdir(parents=True, exist_ok=True)
        measure(40, 6, place)
        measure(MOST_TABLES, 12, place)
        slowest = measure(1_000, 20, place)
        measure(5_000, 60, place)
    arranged = layout(MOST_TABLES, 12)
    print(f"layout of a table map of {MOST_TABLES} tables: {arranged:.3f} s (claim: under {LAYOUT_LIMIT})")
    print(f"slowest picture of 1,000 tables: {slowest:.3f} s (claim: under {LIMIT})")
    kept = slowest < LIMIT and arranged < LAYOUT_LIMIT
    print("all claims hold" if kept else "A CLAIM DOES NOT HOLD")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
