"""What a contract promises, as a sentence for a person; names stand as they are written."""

from collections.abc import Callable, Iterable, Mapping

from pgready.model.contracts import Contract, ContractKind, EdgeKind, NameScope

__all__ = ["promise"]


def promise(contract: Contract) -> str:
    """The contract as one sentence, with a full stop."""
    counted = " References without a foreign key count too." if contract.edges is EdgeKind.FK_AND_UNKEYED else ""
    return _SENTENCES[contract.kind](contract) + counted


def _names(names: Iterable[str], otherwise: str = "") -> str:
    return ", ".join(names) or otherwise


def _groups(contract: Contract) -> str:
    return _names(contract.groups, "all groups")


def _except(contract: Contract) -> str:
    return f", except to {_names(contract.allowed)}" if contract.allowed else ""


def _keyed_by(contract: Contract) -> str:
    null = "" if contract.nullable else ", NOT NULL"
    return f"{_groups(contract)}: every table has {contract.column}{null}."


def _unique_names(contract: Contract) -> str:
    within = {NameScope.SCHEMA: "a schema", NameScope.GROUP: "a group"}
    place = within.get(contract.scope, "the database") if contract.scope else "the database"
    return f"{_groups(contract)}: within {place} no two tables have one name, case aside."


_SENTENCES: Mapping[ContractKind, Callable[[Contract], str]] = {
    ContractKind.INTERNAL_ONLY: lambda it: f"{_groups(it)}: foreign keys stay inside the group.",
    ContractKind.ONLY_REFERENCES: lambda it: (
        f"{_groups(it)}: foreign keys stay inside or go to {_names(it.allowed, 'nothing else')}."
    ),
    ContractKind.INDEPENDENT: lambda it: f"{_groups(it)}: none refers to another{_except(it)}.",
    ContractKind.FORBIDDEN: lambda it: f"{_groups(it)}: no foreign key goes to {_names(it.to)}.",
    ContractKind.PROTECTED: lambda it: (
        f"{_names(it.tables)}: from outside the group only {_names(it.allowed_from, 'nobody')} may refer to it."
    ),
    ContractKind.LAYERS: lambda it: f"{' over '.join(it.groups)}: none refers to one above{_except(it)}.",
    ContractKind.ACYCLIC: lambda it: f"{_groups(it)}: they do not refer to each other in a circle{_except(it)}.",
    ContractKind.MUST_REFERENCE: lambda it: (
        f"{_groups(it)}: every table refers by {it.column} to {' or '.join(it.to)}."
    ),
    ContractKind.KEYED_BY: _keyed_by,
    ContractKind.NO_CASCADE_ACROSS: lambda it: f"{_groups(it)}: no delete in one cascades into another{_except(it)}.",
    ContractKind.UNIQUE_NAMES: _unique_names,
    ContractKind.EXHAUSTIVE: lambda it: (
        f"Every table is in exactly one group{f', but for {_names(it.allowed)}' if it.allowed else ''}."
    ),
}
