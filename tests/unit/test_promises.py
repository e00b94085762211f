"""A contract as a sentence."""

import pytest

from pgready.model.contracts import EdgeKind, NameScope
from pgready.model.groups import Contract, ContractKind
from pgready.model.promises import promise


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (ContractKind.INTERNAL_ONLY, "A, B: foreign keys stay inside the group."),
        (ContractKind.ONLY_REFERENCES, "A, B: foreign keys stay inside or go to T."),
        (ContractKind.INDEPENDENT, "A, B: none refers to another, except to T."),
        (ContractKind.FORBIDDEN, "A, B: no foreign key goes to U."),
        (ContractKind.PROTECTED, "V: from outside the group only C may refer to it."),
        (ContractKind.LAYERS, "A over B: none refers to one above, except to T."),
        (ContractKind.ACYCLIC, "A, B: they do not refer to each other in a circle, except to T."),
        (ContractKind.MUST_REFERENCE, "A, B: every table refers by id to U."),
        (ContractKind.KEYED_BY, "A, B: every table has id, NOT NULL."),
        (ContractKind.NO_CASCADE_ACROSS, "A, B: no delete in one cascades into another, except to T."),
        (ContractKind.UNIQUE_NAMES, "A, B: within a schema no two tables have one name, case aside."),
        (ContractKind.EXHAUSTIVE, "Every table is in exactly one group, but for T."),
    ],
)
def test_every_kind_of_contract_is_one_sentence(kind: ContractKind, sentence: str) -> None:
    contract = Contract(
        kind=kind,
        name="x",
        groups=("A", "B"),
        allowed=("T",),
        to=("U",),
        tables=("V",),
        allowed_from=("C",),
        column="id",
        scope=NameScope.SCHEMA,
    )
    assert promise(contract) == sentence


def test_what_is_left_out_is_said_too() -> None:
    assert promise(Contract(kind=ContractKind.PROTECTED, name="x", tables=("T",))).endswith(
        "only nobody may refer to it."
    )
    assert promise(Contract(kind=ContractKind.ONLY_REFERENCES, name="x", groups=("A",))) == (
        "A: foreign keys stay inside or go to nothing else."
    )
    unkeyed = Contract(kind=ContractKind.ACYCLIC, name="x", edges=EdgeKind.FK_AND_UNKEYED)
    assert promise(unkeyed) == (
        "all groups: they do not refer to each other in a circle. References without a foreign key count too."
    )
