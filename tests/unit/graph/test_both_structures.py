"""What is declared and what the migrations make, judged together: harsher actions, missing keys, partitions."""

from dataclasses import replace

import pytest

from pgready.graph.cascades import blast_radius
from pgready.graph.coupling import group_coupling
from pgready.graph.coverage import key_coverage
from pgready.graph.edges import both_structures
from pgready.graph.grouping import resolve_groups, with_undeclared
from pgready.graph.hubs import proposed_hubs
from pgready.graph.isolation import Isolation, IsolationRules, edge_name, judge_isolation, merge_keys, missing_keys
from pgready.graph.tenancy import group_tenancy
from pgready.model.groups import Contract, ContractKind, ContractOutcome, Grouping
from pgready.model.schema import ReferentialAction, Schema
from structures import grouped, name, structure

NO_CASCADE = Contract(kind=ContractKind.NO_CASCADE_ACROSS, name="quiet")


def of_both(declared: Schema, made: Schema | None, **groups: str) -> Grouping:
    return resolve_groups(
        with_undeclared(declared, made), {group: tables.split() for group, tables in groups.items()}, rehearsed=made
    )


def judged(declared: Schema, made: Schema | None, *contracts: Contract, **groups: str) -> Isolation:
    grouping = of_both(declared, made, **groups)
    return judge_isolation(declared, made, grouping, IsolationRules(contracts=contracts))


@pytest.mark.parametrize("swapped", [False, True])
def test_the_harsher_of_what_is_declared_and_made_counts(swapped: bool) -> None:  # noqa: FBT001 - a parameter of the test
    soft, hard = structure("b.a_id -> a RESTRICT"), structure("b.a_id -> a CASCADE")
    declared, made = (hard, soft) if swapped else (soft, hard)
    (key,) = merge_keys(declared, made)
    assert key.made is not None
    assert (key.foreign_key, key.made) == (next(declared.foreign_keys()), next(made.foreign_keys()))
    assert key.on_delete is ReferentialAction.CASCADE
    found = judged(declared, made, NO_CASCADE, A="a", B="b")
    assert found.contracts[0].outcome is ContractOutcome.FAILED
    (crossing,) = found.crossings
    assert (crossing.foreign_key.on_delete, crossing.made_on_delete) == (key.foreign_key.on_delete, key.made.on_delete)
    assert crossing.on_delete is ReferentialAction.CASCADE
    assert [it.on_delete for it in both_structures(declared, made).foreign_keys()] == [ReferentialAction.CASCADE]


def test_a_key_that_is_not_made_has_no_made_action() -> None:
    (crossing,) = judged(structure("b.a_id -> a CASCADE"), structure(also={"a": (), "b": ()}), A="a", B="b").crossings
    assert (crossing.made_on_delete, crossing.on_delete) == (None, ReferentialAction.CASCADE)


DECLARED = structure("b -> a CASCADE", "c -> a CASCADE", "d -> b CASCADE", "e.x? -> a SET NULL", "f -> c RESTRICT")


def test_a_delete_tells_which_tables_it_reaches_over_keys_that_are_not_made() -> None:
    lost = frozenset(key for key in DECLARED.foreign_keys() if key.table.name in {"b", "e"})
    found = blast_radius(DECLARED, grouped(DECLARED, A="a b c d"), name("a"), missing=lost)
    assert [(it.table.name, it.missing) for it in found.reached] == [("b", True), ("c", False), ("d", True)]
    assert found.missing == lost
    assert found.sentence.endswith(
        "2 of 3 tables are reached only over keys that a clean deploy does not make. "
        "Of the keys that set or stop it leaves out 1 of 2."
    )
    whole = blast_radius(DECLARED, grouped(DECLARED, A="a b c d"), name("a"))
    assert (whole.lost, whole.missing) == ("", frozenset())


def test_a_table_with_another_way_over_made_keys_is_not_missing() -> None:
    schema = structure("c -> a CASCADE", "b -> a CASCADE", "c.other -> b CASCADE", "c.twin -> a CASCADE")
    direct = [key for key in schema.foreign_keys() if key.table.name == "c" and key.referenced_table.name == "a"]
    found = blast_radius(schema, grouped(schema, A="a b c"), name("a"), missing=direct)
    assert [(it.table.name, it.depth, it.missing) for it in found.reached] == [("b", 1, False), ("c", 1, False)]
    one = blast_radius(schema, grouped(schema, A="a b c"), name("a"), missing=direct[:1])
    assert one.path(name("c")) == (direct[1],)
    assert one.lost == ""


def test_only_keys_that_stop_may_be_missing() -> None:
    lost = [key for key in DECLARED.foreign_keys() if key.table.name == "f"]
    found = blast_radius(DECLARED, grouped(DECLARED, A="a"), name("a"), missing=lost)
    assert found.lost == "A clean deploy does not make 1 of the 2 keys that set or stop."


def test_a_column_is_missing_when_none_of_its_keys_is_made() -> None:
    schema = structure("b.x -> a", "b.x -> c", "b.y -> a", "c.z -> a")
    keys = {(key.columns[0], key.referenced_table.name): key for key in schema.foreign_keys()}
    missing = [keys["x", "a"], keys["y", "a"]]
    found = key_coverage(schema, grouped(schema, G="a b", H="c"), (), missing=missing)
    assert [(it.keyed, it.missing) for it in (*found.groups, found.total)] == [(2, 1), (1, 0), (3, 1)]


def test_a_key_identifier_tells_what_of_it_is_not_made() -> None:
    schema = structure("b.a_id -> a", "c.a_id -> a", "d.c_id -> c")
    keys = {key.table.name: key for key in schema.foreign_keys()}
    grouping = resolve_groups(schema, {"G": ["a", "b", "c", "d"]}, {"G": "a_id"})
    (group,) = group_tenancy(schema, grouping, missing=[keys["b"], keys["d"]])
    assert group.target is not None
    assert (group.target.tables, group.target.missing) == (2, 1)
    assert [it.table.name for it in group.tables if it.missing] == ["d"]


def test_without_a_whole_rehearsal_no_key_is_called_missing() -> None:
    schema = structure("b -> a")
    assert missing_keys(schema, None) == frozenset()
    assert missing_keys(schema, structure(also={"a": (), "b": ()})) == frozenset(schema.foreign_keys())


def partitioned(*keys: str, own: str = "", number: int = 2) -> Schema:
    """`log` in partitions, each with the keys of `log`; `own` is a key of the first partition only."""
    names = [f"log_{place}" for place in range(number)]
    copies = [key.replace("log.", f"{each}.", 1) for each in names for key in keys if key.startswith("log.")]
    schema = structure(*keys, *copies, *([own] if own else []), also=dict.fromkeys(names, ()))
    tables = (replace(it, partition_of=name("log")) if it.name.name in names else it for it in schema.tables)
    return replace(schema, tables=tuple(tables))


INTERNAL = Contract(kind=ContractKind.INTERNAL_ONLY, name="alone", groups=("A",))


@pytest.mark.parametrize("number", [1, 5])
def test_the_keys_of_partitions_are_those_of_their_table(number: int) -> None:
    declared, made = structure("log.user_id -> user CASCADE"), partitioned("log.user_id -> user CASCADE", number=number)
    found = judged(declared, made, INTERNAL, A="log", B="user")
    assert [edge_name(it.foreign_key) for it in found.crossings] == ["log.user_id->user"]
    assert [edge_name(it.foreign_key) for it in found.contracts[0].broken_by] == ["log.user_id->user"]
    assert [edge_name(it.foreign_key) for it in found.keys] == ["log.user_id->user"]
    grouping = of_both(declared, made, A="log", B="user")
    numbers = {it.group: (it.tables, it.outgoing, it.ca) for it in group_coupling(grouping, made.foreign_keys())}
    assert (numbers["A"][0], numbers["B"][0]) == (1, 1)
    assert set(grouping.group_of().values()) == {"A", "B"}
    assert proposed_hubs(grouping, [it.foreign_key for it in found.keys]) == ()
    assert [it.table.name for it in blast_radius(both_structures(declared, made), grouping, name("user")).reached] == [
        "log"
    ]


def test_a_partition_in_another_group_brings_no_crossing_of_its_own() -> None:
    declared, made = structure("log.user_id -> user"), partitioned("log.user_id -> user")
    found = judged(declared, made, A="log", B="user log_0")
    assert [edge_name(it.foreign_key) for it in found.crossings] == ["log.user_id->user"]


def test_a_key_of_a_partition_alone_counts_and_so_does_the_partition() -> None:
    declared = structure(also={"log": (), "user": ()})
    made = partitioned(own="log_0.user_id -> user CASCADE")
    made = replace(made, tables=(*made.tables, *declared.tables)) if made.table(name("log")) is None else made
    found = judged(declared, made, INTERNAL, A="log", B="user")
    assert [edge_name(it.foreign_key) for it in found.contracts[0].broken_by] == ["log_0.user_id->user"]
    grouping = of_both(declared, made, A="log", B="user")
    assert [it.name for it in grouping.partitions] == ["log_1"]
    radius = blast_radius(both_structures(declared, made), grouping, name("user"))
    assert [it.table.name for it in radius.reached] == ["log_0"]


def test_partitions_of_partitions_and_a_ring_of_them_end() -> None:
    made = partitioned("log.user_id -> user")
    (low, high) = (made.table(name(it)) for it in ("log_0", "log_1"))
    assert low is not None
    assert high is not None
    deep = replace(made, tables=tuple(replace(it, partition_of=low.name) if it is high else it for it in made.tables))
    assert [edge_name(it.foreign_key) for it in merge_keys(deep, None)] == ["log.user_id->user"]
    ring = tuple(replace(it, partition_of=high.name) if it.name == low.name else it for it in deep.tables)
    assert len(merge_keys(replace(deep, tables=ring), None)) == 1
