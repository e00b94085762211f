"""What feature groups promise about each other, and what can break such a promise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from pgready.model.location import Location
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey

__all__ = [
    "CONTRACT_KEYS",
    "Contract",
    "ContractKeys",
    "ContractKind",
    "EdgeKind",
    "NameScope",
    "Violation",
    "key_faults",
]


class ContractKind(StrEnum):
    """What a contract promises; `Contract` says what each kind means."""

    INTERNAL_ONLY = "internal_only"
    ONLY_REFERENCES = "only_references"
    INDEPENDENT = "independent"
    FORBIDDEN = "forbidden"
    PROTECTED = "protected"
    LAYERS = "layers"
    ACYCLIC = "acyclic"
    MUST_REFERENCE = "must_reference"
    KEYED_BY = "keyed_by"
    NO_CASCADE_ACROSS = "no_cascade_across"
    UNIQUE_NAMES = "unique_names"
    EXHAUSTIVE = "exhaustive"


class EdgeKind(StrEnum):
    """Which references between tables a contract judges: foreign keys, or also columns that look like one."""

    FK = "fk"
    FK_AND_UNKEYED = "fk+unkeyed"


class NameScope(StrEnum):
    """Within what the names of tables must differ by more than upper and lower case."""

    DATABASE = "database"
    SCHEMA = "schema"
    GROUP = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractKeys:
    """The keys of pgready.toml that a kind of contract must have and may have, beside those of every contract."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


CONTRACT_KEYS: Mapping[ContractKind, ContractKeys] = MappingProxyType(
    {
        ContractKind.INTERNAL_ONLY: ContractKeys(required=("groups",)),
        ContractKind.ONLY_REFERENCES: ContractKeys(required=("groups",), optional=("allowed",)),
        ContractKind.INDEPENDENT: ContractKeys(required=("groups",), optional=("allowed", "via")),
        ContractKind.FORBIDDEN: ContractKeys(required=("groups", "to")),
        ContractKind.PROTECTED: ContractKeys(required=("tables",), optional=("allowed_from",)),
        ContractKind.LAYERS: ContractKeys(required=("groups",), optional=("allowed",)),
        ContractKind.ACYCLIC: ContractKeys(optional=("groups", "allowed")),
        ContractKind.MUST_REFERENCE: ContractKeys(required=("groups", "column", "to")),
        ContractKind.KEYED_BY: ContractKeys(required=("groups", "column"), optional=("nullable",)),
        ContractKind.NO_CASCADE_ACROSS: ContractKeys(optional=("groups", "allowed")),
        ContractKind.UNIQUE_NAMES: ContractKeys(required=("scope",), optional=("groups",)),
        ContractKind.EXHAUSTIVE: ContractKeys(optional=("allowed",)),
    }
)
"""Every contract also has `name` and `kind`, and may have `reason` and `edges`."""

_COMMON = frozenset({"name", "kind", "reason", "edges"})
_SEVERAL_GROUPS = frozenset(
    {ContractKind.INDEPENDENT, ContractKind.LAYERS, ContractKind.ACYCLIC, ContractKind.NO_CASCADE_ACROSS}
)
_AMOUNTS = {"column": "the name of one", "scope": f"one of: {', '.join(sorted(NameScope))}"}


def key_faults(kind: ContractKind, values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """What is wrong with the keys of a contract of that kind: a word of the line that is meant, and a message.

    `values` are all keys that any kind knows; None and an empty list stand for a key that is not there.
    """
    takes = CONTRACT_KEYS[kind]
    known = (*takes.required, *takes.optional)
    for name, value in values.items():
        if name not in _COMMON and name not in known and value not in (None, ()):
            yield name, f": {kind} takes no {name!r}; it takes: {', '.join(known)}"
    for name in takes.required:
        if not values[name]:
            yield "name", f" names no {name}; {kind} expects {_AMOUNTS.get(name, 'at least one')}"
    groups, to = (value if isinstance(value, tuple) else () for value in (values["groups"], values["to"]))
    if twice := next((name for name in groups if groups.count(name) > 1), None):
        yield "groups", f" names the group {twice!r} twice"
    if kind in _SEVERAL_GROUPS and len(groups) == 1:
        yield "groups", f" names one group; {kind} expects several"
    if kind is ContractKind.FORBIDDEN and len(groups) == 1 and groups[0] in to:
        yield "to", f" forbids {groups[0]!r} its own group, and what stays in a group breaks no contract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A promise about direct references (`edges`) and tables. A reference within one group breaks none.

    INTERNAL_ONLY: those of `groups` stay within their own group. ONLY_REFERENCES: they go to their own group or to
    `allowed` (names of tables or groups). INDEPENDENT: none goes from one of `groups` to another, except to `allowed`.
    FORBIDDEN: none goes from `groups` to `to` (tables or groups). PROTECTED: into `tables` (tables or groups) they
    come from the table's own group or from `allowed_from` (tables or groups) only. LAYERS: each of `groups` refers to
    those that stand after it and never to one before, except to `allowed`. ACYCLIC: `groups` (empty: all) do not refer
    to each other in a circle, references to `allowed` left out. MUST_REFERENCE: every table of `groups` refers by
    `column` to one of `to`, which are themselves exempt. KEYED_BY: every table of `groups` has `column`, NOT NULL
    unless `nullable`; a table to which that column refers is exempt. NO_CASCADE_ACROSS: no ON DELETE CASCADE goes
    from one of `groups` (empty: all) to another, except to `allowed`. UNIQUE_NAMES: tables of `groups` (empty: all)
    differ in more than case within `scope`. EXHAUSTIVE: every table but `allowed` is in exactly one group.

    `reason` is the sentence of the person who wrote it.
    """

    kind: ContractKind
    name: str
    groups: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    reason: str | None = None
    edges: EdgeKind = EdgeKind.FK
    to: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    allowed_from: tuple[str, ...] = ()
    column: str | None = None
    nullable: bool = False
    scope: NameScope | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """Something that breaks a contract and is no foreign key between groups: `sentence` says it to a person.

    `object` is the name in audit.json (`schema.table`, `schema.table.column`, groups joined by commas). `groups` are
    those that break it, `tables` and `columns` those it is about. `keys` are foreign keys to give up, the smallest cut
    of a cycle; `edges` all references that do it, as the baseline spells them: tolerating these would mend it, none
    means that the baseline cannot. `rule` is the letter of the rule by which an unkeyed reference was found.
    """

    object: str
    sentence: str
    groups: tuple[str, ...] = ()
    tables: tuple[QualifiedName, ...] = ()
    columns: tuple[str, ...] = ()
    keys: tuple[ForeignKey, ...] = ()
    edges: tuple[str, ...] = ()
    rule: str | None = None
    location: Location | None = None
