"""Names that mean several things accept nothing, and contracts that nothing could break do not pass as if they held."""

from dataclasses import replace

import pytest

from pgready.graph.grouping import resolve_groups
from pgready.graph.isolation import Isolation, IsolationRules, judge_isolation
from pgready.model.contracts import EdgeKind
from pgready.model.groups import Contract, ContractKind, ContractOutcome, CrossingVerdict, DeclaredCrossing
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, Schema, Table
from structures import column, structure

PASSED, VACUOUS, FAILED = ContractOutcome.PASSED, ContractOutcome.VACUOUS, ContractOutcome.FAILED


def in_schema(schema: Schema, space: str) -> tuple[Table, ...]:
    def moved(table: QualifiedName) -> QualifiedName:
        return QualifiedName(space, table.name)

    def of(key: ForeignKey) -> ForeignKey:
        return replace(key, table=moved(key.table), referenced_table=moved(key.referenced_table))

    return tuple(replace(it, name=moved(it.name), foreign_keys=tuple(map(of, it.foreign_keys))) for it in schema.tables)


ONE = structure("a.b_id -> b")
TWICE = Schema(tables=(*in_schema(ONE, "x"), *in_schema(ONE, "y")))
SIDES = {"P": ["x.a", "y.a"], "Q": ["x.b", "y.b"]}


def judged(
    schema: Schema,
    groups: dict[str, list[str]],
    *contracts: Contract,
    hubs: tuple[str, ...] = (),
    accepted: tuple[DeclaredCrossing, ...] = (),
) -> Isolation:
    rules = IsolationRules(contracts=contracts, hubs=hubs, accepted=accepted)
    return judge_isolation(schema, None, resolve_groups(schema, groups), rules)


def contract(kind: ContractKind, *groups: str, allowed: tuple[str, ...] = (), to: tuple[str, ...] = ()) -> Contract:
    return Contract(kind=kind, name="rule", groups=groups, allowed=allowed, to=to)


def told(found: Isolation) -> list[tuple[str, str]]:
    return [(it.place, f"{it.name} {it.why}") for it in found.unknown]


@pytest.mark.parametrize("baselined", [False, True])
@pytest.mark.parametrize(("edge", "left"), [("a.b_id->b", 2), ("x.a.b_id->b", 1), ("a.b_id->y.b", 1)])
def test_an_entry_that_several_keys_are_spelt_like_accepts_none(edge: str, left: int, baselined: bool) -> None:  # noqa: FBT001 - a parameter of the test
    entry = DeclaredCrossing(edge=edge, reason="agreed", baselined=baselined)
    found = judged(TWICE, SIDES, contract(ContractKind.INTERNAL_ONLY, "P"), accepted=(entry,))
    assert len(found.contracts[0].broken_by) == left
    place = "the baseline" if baselined else "[[crossings]]"
    expected = [(place, "a.b_id->b may be x.a.b_id->x.b or y.a.b_id->y.b; it accepts none of them")]
    assert told(found) == (expected if left == 2 else [])
    assert found.stale == ((entry,) if left == 2 else ())


@pytest.mark.parametrize(("name", "left"), [("b", 2), ("x.b", 1)])
def test_a_table_name_of_two_schemas_allows_nothing(name: str, left: int) -> None:
    only = contract(ContractKind.ONLY_REFERENCES, "P", allowed=(name,))
    found = judged(TWICE, SIDES, only)
    assert len(found.contracts[0].broken_by) == left
    why = [('contract "rule", allowed', "b may be x.b or y.b; it permits nothing until that is clear")]
    assert told(found) == (why if left == 2 else [])
    by_hub = judged(TWICE, SIDES, hubs=(name,))
    assert [it.verdict for it in by_hub.crossings].count(CrossingVerdict.UNDECLARED) == left
    assert [place for place, _ in told(by_hub)] == (["hubs"] if left == 2 else [])


def test_what_is_forbidden_means_all_that_it_may_mean() -> None:
    found = judged(TWICE, SIDES, contract(ContractKind.FORBIDDEN, "P", to=("b",)))
    assert len(found.contracts[0].broken_by) == 2
    assert told(found) == [('contract "rule", to', "b may be x.b or y.b; all of them count")]


def test_a_name_of_a_group_and_of_a_table_elsewhere_permits_nothing() -> None:
    schema = structure("a.b_id -> b", also={"c": ()})
    only = contract(ContractKind.ONLY_REFERENCES, "A", allowed=("b",))
    found = judged(schema, {"A": ["a"], "b": ["c"], "Z": ["b"]}, only)
    assert found.contracts[0].outcome is FAILED
    assert told(found) == [
        ('contract "rule", allowed', "b may be the group b or public.b; it permits nothing until that is clear")
    ]
    # A group that is its one table has one meaning.
    assert judged(schema, {"A": ["a"], "b": ["b"], "Z": ["c"]}, only).contracts[0].passed


def test_names_that_are_none_are_told_with_what_they_are() -> None:
    schema = structure("a.b_id -> b")
    found = judged(
        schema,
        {"A": ["a"], "B": ["b"], "Empty": [], "Slip": ["bb"]},
        contract(ContractKind.FORBIDDEN, "A", to=("B*", "Empty", "Slip", "(ungrouped)")),
        hubs=("B",),
    )
    assert told(found) == [
        ('contract "rule", to', "B* is no model, table or group; patterns count under [groups] only"),
        ('contract "rule", to', "Empty is a group without any table"),
        ('contract "rule", to', "(ungrouped) is no model, table or group"),
        ("hubs", "B is a group; hubs are tables"),
    ]


KEYS = structure("a.b_id -> b", "a2.a_id -> a")
GROUPS = {"A": ["a", "a2"], "B": ["b"], "Empty": []}


@pytest.mark.parametrize(
    ("judging", "outcome"),
    [
        (contract(ContractKind.FORBIDDEN, "A", to=("Empty",)), VACUOUS),
        (contract(ContractKind.FORBIDDEN, "A", to=("nowhere", "a")), VACUOUS),
        (contract(ContractKind.FORBIDDEN, "A", "B", to=("A",)), VACUOUS),
        (contract(ContractKind.INDEPENDENT, "A", "A"), VACUOUS),
        (contract(ContractKind.INDEPENDENT, "A", "B", allowed=("b",)), VACUOUS),
        (contract(ContractKind.LAYERS, "A", "A"), VACUOUS),
        (contract(ContractKind.LAYERS, "A", "Empty"), VACUOUS),
        (contract(ContractKind.LAYERS, "A", "B"), VACUOUS),
        (contract(ContractKind.ACYCLIC, "A"), VACUOUS),
        (contract(ContractKind.ACYCLIC, "A", "B"), PASSED),
        (contract(ContractKind.NO_CASCADE_ACROSS, "A"), VACUOUS),
        (contract(ContractKind.NO_CASCADE_ACROSS, "A", "B"), PASSED),
        (contract(ContractKind.ONLY_REFERENCES, "A", allowed=("b",)), VACUOUS),
        (Contract(kind=ContractKind.PROTECTED, name="rule", tables=("nowhere",)), VACUOUS),
        (Contract(kind=ContractKind.PROTECTED, name="rule", tables=("a",)), VACUOUS),
        (Contract(kind=ContractKind.PROTECTED, name="rule", tables=("b",), allowed_from=("a",)), PASSED),
    ],
)
def test_a_contract_that_no_reference_could_break_is_vacuous(judging: Contract, outcome: ContractOutcome) -> None:
    assert judged(KEYS, GROUPS, judging).contracts[0].outcome is outcome


def test_a_group_that_holds_everything_keeps_to_itself_vacuously() -> None:
    alone = contract(ContractKind.INTERNAL_ONLY, "All")
    whole = structure("a2.a_id -> a")
    assert judged(whole, {"All": ["a", "a2"]}, alone).contracts[0].outcome is VACUOUS
    assert judged(whole, {"All": ["a2", "a"], "More": []}, alone).contracts[0].outcome is VACUOUS
    more = structure("a2.a_id -> a", also={"b": ()})
    assert judged(more, {"All": ["a", "a2"]}, alone).contracts[0].outcome is PASSED


def test_tables_without_a_group_are_not_excused_from_exhaustive() -> None:
    excused = contract(ContractKind.EXHAUSTIVE, allowed=("(ungrouped)",))
    assert judged(KEYS, {"A": ["a", "a2"]}, excused).contracts[0].outcome is FAILED


def test_a_circle_that_may_be_is_no_word_for_the_keys_to_what_it_allows() -> None:
    """ACYCLIC leaves references to `allowed` out of circles, and says nothing of whether they may be."""
    acyclic = contract(ContractKind.ACYCLIC, "A", "B", allowed=("b",))
    assert [it.verdict for it in judged(KEYS, GROUPS, acyclic).crossings] == [CrossingVerdict.UNDECLARED]


LISTS = structure(
    "a.a2_id -> a2",
    also={"a": (column("bIds", "text[]"),), "b": (), "a2": ()},
)


def test_an_array_of_references_counts_as_a_reference_without_a_key() -> None:
    strict = replace(contract(ContractKind.INTERNAL_ONLY, "A"), edges=EdgeKind.FK_AND_UNKEYED)
    found = judged(LISTS, GROUPS, strict)
    assert [it.edges for it in found.contracts[0].violations] == [("a.bIds?->b",)]
    assert "an array, rule T" in found.contracts[0].violations[0].sentence
    accepted = DeclaredCrossing(edge="a.bIds?->b", reason="agreed")
    assert judged(LISTS, GROUPS, strict, accepted=(accepted,)).contracts[0].passed


def test_an_array_is_no_reference_of_every_row() -> None:
    must = replace(
        Contract(kind=ContractKind.MUST_REFERENCE, name="rule", groups=("A",), column="bIds", to=("b",)),
        edges=EdgeKind.FK_AND_UNKEYED,
    )
    assert [it.object for it in judged(LISTS, GROUPS, must).contracts[0].violations] == ["public.a.bIds", "public.a2"]
