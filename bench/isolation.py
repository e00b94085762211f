"""How long it takes to judge the isolation of feature groups, and to draw it, against the floor in the same run.

Claims, on a made-up structure (12 columns and 1.3 foreign keys per table, hubs, one column in ten an identifier without
a key):

1. The graph, the groups, the references without a key, a dozen contracts (two of them `fk+unkeyed`) and every measure
   of groups take under 2 s of CPU for 5,000 tables in 40 groups. The floor is what networkx needs to hold the same
   tables and keys, and nothing else.
2. Every picture of 1,000 tables takes under 2 s of CPU, from the values to the bytes of the SVG. The 20
   group pages count as one, all of them together.

Usage: python bench/isolation.py [--tables 5000] [--groups 40] [--drawn 1000] [--runs 3]
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from random import Random
from typing import TYPE_CHECKING, TypeVar

import networkx as nx

from pgready.figures.blast_radius import draw_blast_radius
from pgready.figures.block_matrix import draw_block_matrix
from pgready.figures.group_matrix import draw_group_matrix
from pgready.figures.group_page import draw_group_page
from pgready.figures.status_cards import draw_status_cards
from pgready.figures.svg import svg_bytes
from pgready.figures.table_map import draw_table_map
from pgready.graph.block_matrix import block_matrix
from pgready.graph.cascades import blast_radii, blast_radius
from pgready.graph.coupling import group_coupling
from pgready.graph.coverage import key_coverage
from pgready.graph.cycles import group_cycles, table_cycles
from pgready.graph.foreign_keys import fk_graph
from pgready.graph.grouping import resolve_groups
from pgready.graph.hubs import proposed_hubs
from pgready.graph.isolation import Isolation, IsolationRules, judge_isolation
from pgready.graph.layers import group_layers
from pgready.graph.matrix import group_matrix
from pgready.graph.pages import group_pages
from pgready.graph.reach import cascade_reach, crossing_cascades
from pgready.graph.status import group_statuses, whole_schema
from pgready.graph.table_map import MOST_TABLES, drawn_hubs, table_map
from pgready.graph.tenancy import group_tenancy
from pgready.graph.unkeyed import unkeyed_references
from pgready.model.contracts import EdgeKind, NameScope
from pgready.model.groups import Contract, ContractKind, Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, ForeignKey, PrimaryKey, ReferentialAction, Schema, Table
from pgready.model.unkeyed import UnkeyedReference

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LIMIT = 2.0
ACTIONS = (ReferentialAction.CASCADE, ReferentialAction.SET_NULL, ReferentialAction.RESTRICT)
FIRST = ("Order", "Invoice", "Campaign", "Booking", "Contact", "Report", "Message", "Asset", "Ticket", "Product")
SECOND = ("Item", "Note", "Event", "Tag", "Setting", "Log", "Template", "Member", "Version", "Rule", "Step", "Link")
PLAIN = (
    ("title", "text"),
    ("status", "text"),
    ("amount", "numeric(12,2)"),
    ("createdAt", "timestamp(3) without time zone"),
    ("updatedAt", "timestamp(3) without time zone"),
    ("enabled", "boolean"),
    ("payload", "jsonb"),
    ("position", "integer"),
    ("locale", "character varying(12)"),
)
FOREIGN = ("stripeCustomerId", "externalId", "providerAccountId", "traceId", "messageId")
ROLES = ("actor", "created", "approved", "previous")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A made-up structure, and what a configuration would say of it."""

    schema: Schema
    declared: Mapping[str, Sequence[str]]
    rules: IsolationRules
    keys: Mapping[str, str]


def make(count: int, groups: int) -> Made:
    """Tables in groups: most refer to one of their group, a third to a hub, an eighth to a table anywhere."""
    random = Random(count)
    size = max(1, count // groups)
    names = [QualifiedName("public", _name(number, min(number // size, groups - 1))) for number in range(count)]
    hubs = names[: max(1, min(4, count // 10))]
    tables = [_table(number, names, hubs, size, random) for number in range(count)]
    declared: dict[str, list[str]] = {_group(number): [] for number in range(groups)}
    for number, name in enumerate(names):
        declared[_group(min(number // size, groups - 1))].append(name.name)
    schema = Schema(tables=tuple(sorted(tables, key=lambda table: table.name)))
    rules = IsolationRules(contracts=_contracts(list(declared), hubs), hubs=tuple(hub.name for hub in hubs))
    return Made(schema=schema, declared=declared, rules=rules, keys=dict.fromkeys(declared, "tenantId"))


def _group(number: int) -> str:
    return f"Feature {number:03}"


def _name(number: int, group: int) -> str:
    first, second = FIRST[number % len(FIRST)], SECOND[number // len(FIRST) % len(SECOND)]
    return f"F{group:03}{first}{second}{number}"


def _table(
    number: int, names: Sequence[QualifiedName], hubs: Sequence[QualifiedName], size: int, random: Random
) -> Table:
    name, first = names[number], number - number % size
    wanted = [names[random.randrange(first, number)]] if number > first and random.random() < 0.82 else []
    wanted += [random.choice(hubs)] if random.random() < 0.35 and number >= len(hubs) else []
    wanted += [names[random.randrange(len(names))]] if random.random() < 0.13 else []
    keys = [_key(name, referenced, random) for referenced in dict.fromkeys(wanted)]
    unkeyed = dict.fromkeys(chain(*(_unkeyed(names, hubs, random) for _ in range(2 if random.random() < 0.2 else 1))))
    held = [
        Column(name="id", type="text", not_null=True),
        Column(name="tenantId", type="text", not_null=number % 9 > 0),
    ]
    held += [Column(name=key.columns[0], type="text", not_null=random.random() < 0.5) for key in keys]
    held += [Column(name=it, type="text", not_null=False) for it in unkeyed if it not in {one.name for one in held}]
    plain = (Column(name=title, type=type_, not_null=False) for title, type_ in PLAIN[: 12 - len(held)])
    return Table(
        name=name,
        columns=(*held, *plain),
        primary_key=PrimaryKey(name=f"{name.name}_pkey", columns=("id",)),
        foreign_keys=tuple(sorted(keys, key=lambda key: key.name)),
        model=name.name,
    )


def _key(name: QualifiedName, referenced: QualifiedName, random: Random) -> ForeignKey:
    column = f"{referenced.name[0].lower()}{referenced.name[1:]}Id"
    return ForeignKey(
        name=f"{name.name}_{column}_fkey",
        table=name,
        columns=(column,),
        referenced_table=referenced,
        referenced_columns=("id",),
        on_delete=random.choice(ACTIONS),
        on_update=ReferentialAction.CASCADE,
    )


def _unkeyed(names: Sequence[QualifiedName], hubs: Sequence[QualifiedName], random: Random) -> Iterator[str]:
    """An identifier of another system, of a table, or of a table in some role."""
    kind = random.random()
    if kind < 0.4:
        yield random.choice(FOREIGN)
        return
    target = random.choice(names if kind < 0.7 else hubs).name
    yield f"{random.choice(ROLES)}{target}Id" if kind < 0.85 else f"{target[0].lower()}{target[1:]}Id"


def _contracts(groups: Sequence[str], hubs: Sequence[QualifiedName]) -> tuple[Contract, ...]:
    """One of each kind, of groups all over the structure; two judge references without a key too."""
    shared = tuple(hub.name for hub in hubs)
    third, both = len(groups) // 3, EdgeKind.FK_AND_UNKEYED
    return (
        Contract(kind=ContractKind.INTERNAL_ONLY, name="internal", groups=tuple(groups[1::6])),
        Contract(kind=ContractKind.INTERNAL_ONLY, name="internal, columns too", groups=tuple(groups[2::6]), edges=both),
        Contract(kind=ContractKind.ONLY_REFERENCES, name="only", groups=tuple(groups[3::6]), allowed=shared),
        Contract(kind=ContractKind.INDEPENDENT, name="apart", groups=tuple(groups[:third]), allowed=shared, edges=both),
        Contract(kind=ContractKind.FORBIDDEN, name="never", groups=tuple(groups[4::6]), to=tuple(groups[5::6])),
        Contract(kind=ContractKind.PROTECTED, name="protected", tables=shared[-1:], allowed_from=tuple(groups[::2])),
        Contract(kind=ContractKind.LAYERS, name="layers", groups=tuple(groups[third:]), allowed=shared),
        Contract(kind=ContractKind.ACYCLIC, name="no circles", groups=tuple(groups[:third]), allowed=shared),
        Contract(
            kind=ContractKind.MUST_REFERENCE, name="owned", groups=(groups[-1],), column="tenantId", to=shared[:1]
        ),
        Contract(kind=ContractKind.KEYED_BY, name="keyed", groups=tuple(groups[::2]), column="tenantId"),
        Contract(kind=ContractKind.NO_CASCADE_ACROSS, name="no cascade", allowed=shared),
        Contract(kind=ContractKind.UNIQUE_NAMES, name="names", scope=NameScope.DATABASE),
        Contract(kind=ContractKind.EXHAUSTIVE, name="all grouped"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """What took how long: seconds of CPU and of the clock, the least of all runs."""

    what: str
    cpu: float
    wall: float


def timed(what: str, runs: int, work: Callable[[], _Value]) -> tuple[_Value, Timed]:
    """The value, and the least seconds of `runs`."""
    found: list[tuple[float, float]] = []
    value: _Value
    for _ in range(runs):
        cpu, wall = time.process_time(), time.perf_counter()
        value = work()
        found.append((time.process_time() - cpu, time.perf_counter() - wall))
    return value, Timed(what=what, cpu=min(it[0] for it in found), wall=min(it[1] for it in found))


def floor(schema: Schema) -> nx.MultiDiGraph:
    """The same tables and keys in networkx, and nothing else."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from((str(table.name), {"table": table}) for table in schema.tables)
    graph.add_edges_from(
        (str(it.table), str(it.referenced_table), it.name, {"key": it}) for it in schema.foreign_keys()
    )
    return graph


def measures(
    schema: Schema,
    grouping: Grouping,
    isolation: Isolation,
    unkeyed: Sequence[UnkeyedReference],
    shared: Sequence[QualifiedName],
) -> None:
    """All that is measured of groups; what a deletion reaches, of the `shared` tables."""
    keys = [merged.foreign_key for merged in isolation.keys]
    proposed_hubs(grouping, keys)
    group_coupling(grouping, keys)
    group_cycles(grouping, keys)
    table_cycles(keys)
    group_layers(grouping, keys)
    key_coverage(schema, grouping, unkeyed)
    tenancy = group_tenancy(schema, grouping)
    crossing_cascades(grouping, keys)
    cascade_reach(schema, grouping)
    blast_radii(schema, grouping, shared)
    group_matrix(grouping, isolation.keys, isolation.crossings, unkeyed=unkeyed)
    group_statuses(grouping, isolation.keys, isolation.crossings, isolation.contracts, unkeyed=unkeyed, tenancy=tenancy)


def judge(made: Made, runs: int) -> tuple[list[Timed], float]:
    """Every part of the judgement, and the CPU seconds of the floor."""
    schema = made.schema
    _, least = timed("floor", runs, lambda: floor(schema))
    _, graph = timed("fk_graph", runs, lambda: fk_graph(schema))
    grouping, groups = timed("resolve_groups", runs, lambda: resolve_groups(schema, made.declared, keys=made.keys))
    unkeyed, columns = timed("unkeyed_references", runs, lambda: unkeyed_references(schema))
    isolation, judged = timed(
        "judge_isolation, 13 contracts", runs, lambda: judge_isolation(schema, None, grouping, made.rules)
    )
    shared = [table.name for table in schema.tables if table.name.name in made.rules.hubs]
    _, measured = timed("all measures of groups", runs, lambda: measures(schema, grouping, isolation, unkeyed, shared))
    print(
        f"{len(schema.tables):,} tables, {sum(len(it.columns) for it in schema.tables):,} columns, "
        f"{len(isolation.keys):,} keys, {len(isolation.crossings):,} between groups, {len(unkeyed):,} without a key, "
        f"{sum(not it.passed for it in isolation.contracts)} of {len(isolation.contracts)} contracts broken"
    )
    return [graph, groups, columns, judged, measured], least.cpu


def pictures(made: Made) -> Iterator[tuple[str, Callable[[], "list[Figure]"]]]:
    """Every picture by default, from the values, layout included."""
    schema = made.schema
    grouping = resolve_groups(schema, made.declared, keys=made.keys)
    found = judge_isolation(schema, None, grouping, made.rules)
    keys, crossed, unkeyed = found.keys, found.crossings, unkeyed_references(schema)
    hubs = drawn_hubs(grouping, keys)

    def cards() -> "list[Figure]":
        tenancy = group_tenancy(schema, grouping)
        given = group_statuses(grouping, keys, crossed, found.contracts, unkeyed=unkeyed, tenancy=tenancy)
        return [draw_status_cards(given, whole_schema(found.contracts))]

    def blocks() -> "list[Figure]":
        matrix = group_matrix(grouping, keys, crossed, unkeyed=unkeyed)
        return [draw_block_matrix(block_matrix(matrix, grouping, keys, crossed, unkeyed=unkeyed))]

    yield "group matrix", lambda: [draw_group_matrix(group_matrix(grouping, keys, crossed, unkeyed=unkeyed))]
    yield "status cards", cards
    yield (
        "all group pages",
        lambda: [draw_group_page(page) for page in group_pages(grouping, keys, crossed, unkeyed=unkeyed)],
    )
    if len(schema.tables) <= MOST_TABLES:
        yield (
            "table map",
            lambda: [draw_table_map(table_map(group_pages(grouping, keys, crossed, unkeyed=unkeyed), hubs))],
        )
    else:
        yield "block matrix", blocks
    hub = next(table.name for table in schema.tables if table.name.name == made.rules.hubs[0])
    yield "blast radius", lambda: [draw_blast_radius(blast_radius(schema, grouping, hub))]


def draw(made: Made, runs: int) -> list[Timed]:
    """Seconds of every picture; of the group pages, of all together."""
    found = []
    for name, drawn in pictures(made):
        work = lambda drawn=drawn: [svg_bytes(it, title="t", description="d", live_text=True) for it in drawn()]  # noqa: E731 - bound now
        images, took = timed(name, runs, work)
        count = len(images)
        print(f"{row(took)}  {count:>3} x {sum(map(len, images)) // count:>9,} bytes")
        found.append(took)
    return found


def row(it: Timed) -> str:
    return f"{it.what:<30} {it.cpu:8.3f} s CPU {it.wall:8.3f} s clock"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--tables", type=int, default=5_000, help="tables to judge")
    parser.add_argument("--groups", type=int, default=40, help="feature groups of these")
    parser.add_argument("--drawn", type=int, default=1_000, help="tables to draw, in 20 groups")
    parser.add_argument("--runs", type=int, default=3, help="the least time of so many is told")
    given = parser.parse_args()
    parts, least = judge(make(given.tables, given.groups), given.runs)
    for it in parts:
        print(f"{row(it)} {it.cpu / least:8.1f} x floor")
    whole = Timed(what="sum", cpu=sum(it.cpu for it in parts), wall=sum(it.wall for it in parts))
    print(f"{row(whole)} {whole.cpu / least:8.1f} x floor (claim: under {LIMIT} s)")
    print(f"{'floor: nx.MultiDiGraph':<30} {least:8.3f} s CPU\n\npictures of {given.drawn:,} tables in 20 groups")
    slowest = max(draw(make(given.drawn, 20), given.runs), key=lambda it: it.cpu)
    print(f"slowest: {slowest.what}, {slowest.cpu:.3f} s CPU (claim: under {LIMIT})")
    kept = whole.cpu < LIMIT and slowest.cpu < LIMIT
    print("all claims hold" if kept else "A CLAIM DOES NOT HOLD")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
