"""Ca, Ce and instability of groups."""

from fractions import Fraction

from pgready.graph.coupling import GroupCoupling, group_coupling
from pgready.model.groups import UNGROUPED
from pgready.model.schema import Schema
from structures import example, grouped, structure


def couplings(schema: Schema, **groups: str) -> dict[str, GroupCoupling]:
    return {it.group: it for it in group_coupling(grouped(schema, **groups), schema.foreign_keys())}


def test_both_numbers_count_tables_of_others_each_once() -> None:
    """Martin's example: three classes outside refer into the component, it refers to one: I = 1/4."""
    schema = structure("q -> t", "r -> t", "s -> u", "s -> t", "u -> v", "t -> v")
    found = couplings(schema, A="q r", B="s", C="t u", D="v")["C"]
    assert [table.name for table in found.afferent] == ["q", "r", "s"]
    assert [table.name for table in found.efferent] == ["v"]
    assert (found.ca, found.ce, found.instability) == (3, 1, Fraction(1, 4))


def test_keys_inside_out_and_in_are_counted_as_keys() -> None:
    found = couplings(structure("a.x -> b", "a.y -> b", "a -> a2", "a -> a", "b -> b2"), A="a a2", B="b b2")
    assert (found["A"].inside, found["A"].outgoing, found["A"].incoming) == (2, 2, 0)
    assert (found["B"].inside, found["B"].outgoing, found["B"].incoming) == (1, 0, 2)
    assert (found["A"].instability, found["B"].instability) == (Fraction(1), Fraction(0))


def test_a_group_that_nothing_joins_to_others_has_no_instability() -> None:
    found = couplings(structure("a -> a2"), A="a a2")["A"]
    assert (found.ca, found.ce, found.instability) == (0, 0, None)


def test_tables_without_any_key_are_listed_a_reference_to_itself_is_a_key() -> None:
    found = couplings(structure("a -> b", "node -> node", also={"lone": ()}), A="a b node lone")["A"]
    assert [table.name for table in found.keyless] == ["lone"]
    assert found.tables == 4


def test_tables_without_a_group_come_last() -> None:
    found = couplings(structure("stray -> a"), A="a", Empty="")
    assert list(found) == ["A", "Empty", UNGROUPED]
    assert found["Empty"].tables == 0
    assert found[UNGROUPED].instability == 1


def test_the_groups_of_the_example() -> None:
    schema, grouping = example()
    found = {it.group: it for it in group_coupling(grouping, schema.foreign_keys())}
    assert {group: (it.ca, it.ce, it.inside, it.outgoing, it.incoming) for group, it in found.items()} == {
        "Auth": (12, 0, 2, 0, 12),
        "Scheduler": (0, 0, 2, 0, 0),
        "CRM": (0, 0, 3, 0, 0),
        "Review": (0, 1, 4, 5, 0),
        "Social": (0, 2, 1, 7, 0),
        "Other": (1, 1, 1, 1, 1),
    }
    assert {group: len(it.keyless) for group, it in found.items() if it.keyless} == {
        "Auth": 1,
        "Scheduler": 6,
        "Other": 9,
    }
