"""One status per group."""

from collections.abc import Sequence

from pgready.graph.status import GroupStatus, StatusVerdict, group_statuses
from pgready.graph.tenancy import group_tenancy
from pgready.model.groups import Contract, ContractKind, ContractVerdict, CrossingVerdict
from situations import Drawn, Situation


def statuses(drawn: Drawn, contracts: Sequence[ContractVerdict] | None = None) -> tuple[GroupStatus, ...]:
    found = drawn.isolation
    return group_statuses(
        drawn.grouping,
        found.keys,
        found.crossings,
        found.contracts if contracts is None else contracts,
        missing_tables=drawn.missing,
        unkeyed=drawn.unkeyed,
        tenancy=group_tenancy(drawn.declared, drawn.grouping),
    )


def of(found: tuple[GroupStatus, ...], group: str) -> GroupStatus:
    return next(it for it in found if it.group == group)


def test_the_seeds_groups_have_their_numbers(seed: Drawn) -> None:
    social = of(statuses(seed), "Social")
    coupling = social.coupling
    assert (coupling.tables, coupling.inside, coupling.outgoing, coupling.incoming) == (6, 1, 7, 0)
    assert (social.missing, social.missing_keys, len(social.unkeyed)) == (1, 7, 1)
    assert [len(social.outgoing(it)) for it in CrossingVerdict] == [6, 1, 0]
    assert of(statuses(seed), "Scheduler").coupling.keyless != ()


def test_what_needs_a_person_comes_first(situation: Situation) -> None:
    drawn = situation(
        {"Calm": ["a", "a2"], "Vacuous": ["v"], "Hint": ["h"], "Open": ["o"], "Bad": ["b"]},
        [("a", "a2"), ("o", "a"), ("b", "a")],
        unkeyed=[("h", "a")],
        alone=["Calm", "Vacuous", "Bad"],
    )
    assert [(it.group, it.verdict) for it in statuses(drawn)] == [
        ("Bad", StatusVerdict.BROKEN),
        ("Open", StatusVerdict.NONE),
        ("Hint", StatusVerdict.NONE),
        ("Vacuous", StatusVerdict.VACUOUS),
        ("Calm", StatusVerdict.HOLDS),
    ]


def test_equal_groups_stay_in_the_order_of_the_configuration(situation: Situation) -> None:
    drawn = situation({name: [name.lower()] for name in "ZAM"})
    assert [it.group for it in statuses(drawn)] == ["Z", "A", "M"]


def test_only_the_group_that_broke_a_shared_contract_is_broken(situation: Situation) -> None:
    """ "A and B are independent" is broken by A's key; B did nothing."""
    drawn = situation({"A": ["a"], "B": ["b", "b2"]}, [("a", "b"), ("b2", "b")])
    contract = Contract(kind=ContractKind.INDEPENDENT, name="apart", groups=("A", "B"))
    verdict = ContractVerdict(contract=contract, passed=False, vacuous=False, broken_by=drawn.isolation.crossings)
    found = statuses(drawn, [verdict])
    assert (of(found, "A").verdict, of(found, "B").verdict) == (StatusVerdict.BROKEN, StatusVerdict.HOLDS)


def test_a_failed_contract_without_a_culprit_among_its_groups_is_broken_for_all(situation: Situation) -> None:
    drawn = situation({"A": ["a"], "B": ["b"]}, [("a", "b")])
    contract = Contract(kind=ContractKind.INTERNAL_ONLY, name="x", groups=("B",))
    for broken_by in ((), drawn.isolation.crossings):
        verdict = ContractVerdict(contract=contract, passed=False, vacuous=False, broken_by=broken_by)
        assert of(statuses(drawn, [verdict]), "B").verdict is StatusVerdict.BROKEN


def test_without_a_rehearsal_nothing_is_called_missing(situation: Situation) -> None:
    found = statuses(situation({"A": ["a"]}, rehearsed=False))
    assert [it.missing for it in found] == [None]


def test_unkeyed_references_inside_the_group_are_counted_apart(situation: Situation) -> None:
    drawn = situation({"A": ["a", "a2"], "B": ["b"]}, unkeyed=[("a", "a2"), ("a", "b")])
    status = of(statuses(drawn), "A")
    assert ([it.referenced_table.name for it in status.unkeyed], status.unkeyed_inside) == (["b"], 1)


def test_one_vacuous_contract_among_others_does_not_make_the_group_vacuous(situation: Situation) -> None:
    drawn = situation({"A": ["a", "a2"], "B": ["b"]}, [("a", "a2")])
    kept, void = (
        ContractVerdict(
            contract=Contract(kind=ContractKind.INTERNAL_ONLY, name=str(vacuous), groups=("A",)),
            passed=True,
            vacuous=vacuous,
        )
        for vacuous in (False, True)
    )
    assert of(statuses(drawn, [kept, void]), "A").verdict is StatusVerdict.HOLDS
    assert of(statuses(drawn, [void, void]), "A").verdict is StatusVerdict.VACUOUS


def test_the_group_with_most_undeclared_keys_comes_first(situation: Situation) -> None:
    drawn = situation({"One": ["a"], "Three": ["c"], "Two": ["b"], "To": ["t"]}, [(it, "t") for it in "abbccc"])
    assert [it.group for it in statuses(drawn)] == ["Three", "Two", "One", "To"]
