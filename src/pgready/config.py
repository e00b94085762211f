"""`pgready.toml`, the configuration of an audited project, read strictly.

A misspelt key must never switch a check off in silence: unknown keys, wrong types and names that do not hang together
are errors that name the key and its line.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path, PurePosixPath

import msgspec

from pgready.errors import ConfigError
from pgready.findings import Severity
from pgready.model.baseline import BASELINE_NAME, parse_baseline
from pgready.model.contracts import EdgeKind, NameScope, key_faults
from pgready.model.groups import UNGROUPED, Contract, ContractKind, DeclaredCrossing, GroupSource
from pgready.verdict import Policy

__all__ = ["CONFIG_NAME", "GROUPS_FROM", "Config", "Suppression", "load_config", "parse_config"]

CONFIG_NAME = "pgready.toml"
GROUPS_FROM = (GroupSource.SCHEMA, GroupSource.FILE)
"""What `[isolation] groups_from` may name; comments, lists and globs always count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """A finding that somebody has accepted: still counted, with the reason, until `expires` (None: for ever)."""

    rule: str
    object: str
    reason: str
    expires: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What a project says about itself; everything is optional.

    `inventory` and `groups` map group names to names of models or tables (globs allowed in groups) in the order of the
    file; `keys` maps groups to their key identifier. `groups_from` are the further sources of groups, None when the
    file does not speak of them. `crossings` hold the baseline's (of the file `baseline`) too. `resilient` are the
    migrations that claim to be resilient, or True for all. Paths are relative to the directory of `file`.
    """

    file: str | None = None
    name: str | None = None
    schema: tuple[str, ...] = ()
    migrations: str | None = None
    inventory: dict[str, tuple[str, ...]] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    groups_from: tuple[GroupSource, ...] | None = None
    hubs: tuple[str, ...] = ()
    contracts: tuple[Contract, ...] = ()
    crossings: tuple[DeclaredCrossing, ...] = ()
    baseline: str | None = None
    required_migrations: tuple[str, ...] = ()
    resilient: tuple[str, ...] | bool = ()
    policy: Policy = field(default_factory=Policy)
    suppressions: tuple[Suppression, ...] = ()


class _Section(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A table of the file; an unknown key is an error."""


class _Project(_Section, frozen=True):
    name: str | None = None
    schema: str | tuple[str, ...] = ()
    migrations: str | None = None


class _Group(_Section, frozen=True):
    tables: tuple[str, ...] = ()
    key: str | None = None


class _Isolation(_Section, frozen=True):
    groups_from: tuple[str, ...] | None = None
    hubs: tuple[str, ...] = ()
    baseline: str | None = None


class _Contract(_Section, frozen=True):
    name: str
    kind: str
    reason: str | None = None
    edges: str = EdgeKind.FK.value
    groups: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    allowed_from: tuple[str, ...] = ()
    column: str | None = None
    nullable: bool | None = None
    scope: str | None = None


class _Crossing(_Section, frozen=True):
    edge: str
    reason: str


class _Migrations(_Section, frozen=True):
    required: tuple[str, ...] = ()
    resilient: tuple[str, ...] | bool = ()


class _Policy(_Section, frozen=True):
    blocking: str = "block"
    required: tuple[str, ...] = ()
    severity: dict[str, str] = {}


class _Suppression(_Section, frozen=True):
    rule: str
    object: str
    reason: str
    expires: date | None = None


class _File(_Section, frozen=True):
    project: _Project = _Project()
    inventory: dict[str, tuple[str, ...]] = {}
    groups: dict[str, _Group] = {}
    isolation: _Isolation = _Isolation()
    contracts: tuple[_Contract, ...] = ()
    crossings: tuple[_Crossing, ...] = ()
    migrations: _Migrations = _Migrations()
    policy: _Policy = _Policy()
    suppressions: tuple[_Suppression, ...] = ()


def load_config(path: Path, *, shown_as: str, rules: Iterable[str]) -> Config:
    """Read and check a configuration file.

    `shown_as` is its name in messages, `rules` are the known rule ids. The entries of its baseline come last in
    `crossings`; a baseline that does not exist has none. Raises ConfigError with the place.
    """
    config = parse_config(_text(path, shown_as), shown_as=shown_as, rules=rules)
    file = path.with_name(config.baseline or BASELINE_NAME)
    if not file.exists():
        return config
    baseline = str(PurePosixPath(shown_as).with_name(file.name))
    return replace(config, crossings=(*config.crossings, *parse_baseline(_text(file, baseline), shown_as=baseline)))


def _text(path: Path, shown_as: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{shown_as}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{shown_as}: not UTF-8: byte {error.start} is 0x{error.object[error.start]:02x}") from error


def parse_config(text: str, *, shown_as: str = CONFIG_NAME, rules: Iterable[str]) -> Config:
    """Parse and check the text of a configuration file; raises ConfigError with the place."""
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place, message = _toml_place(str(error))
        raise ConfigError(f"{shown_as}{place}: not valid TOML: {message}") from error
    try:
        parsed = msgspec.convert(raw, _File, strict=True)
    except msgspec.ValidationError as error:
        raise ConfigError(_explain(str(error), text, shown_as)) from error
    return _Checker(text=text, shown_as=shown_as, rules=frozenset(rules)).config(parsed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checker:
    """What the types cannot say: names that refer to each other, words of a fixed list."""

    text: str
    shown_as: str
    rules: frozenset[str]

    def config(self, parsed: _File) -> Config:
        """The checked configuration."""
        self._groups(parsed)
        schema = parsed.project.schema
        return Config(
            file=self.shown_as,
            name=parsed.project.name,
            schema=(schema,) if isinstance(schema, str) else schema,
            migrations=parsed.project.migrations,
            inventory=parsed.inventory,
            groups={name: group.tables for name, group in parsed.groups.items()},
            keys={name: group.key for name, group in parsed.groups.items() if group.key is not None},
            groups_from=self._groups_from(parsed.isolation),
            hubs=parsed.isolation.hubs,
            contracts=tuple(self._contract(*each) for each in enumerate(parsed.contracts)),
            crossings=tuple(self._crossing(crossing) for crossing in parsed.crossings),
            baseline=self._baseline(parsed.isolation.baseline),
            required_migrations=parsed.migrations.required,
            resilient=parsed.migrations.resilient,
            policy=self._policy(parsed.policy),
            suppressions=tuple(self._suppression(suppression) for suppression in parsed.suppressions),
        )

    def _groups_from(self, isolation: _Isolation) -> tuple[GroupSource, ...] | None:
        if isolation.groups_from is None:
            return None
        key = "isolation.groups_from"
        return tuple(
            GroupSource(self._one_of(word, GROUPS_FROM, key, "a source of groups")) for word in isolation.groups_from
        )

    def _groups(self, parsed: _File) -> None:
        if UNGROUPED in parsed.groups:
            self._fail(UNGROUPED, f"groups: {UNGROUPED!r} is what tables without a group are called; use another name")
        for number, contract in enumerate(parsed.contracts):
            key = f"contracts {contract.name!r}: groups"
            for group in contract.groups:
                self._one_of(group, parsed.groups, key, "a group of [groups]", number)

    def _contract(self, number: int, contract: _Contract) -> Contract:
        key = f"contracts {contract.name!r}"
        kind = ContractKind(self._one_of(contract.kind, ContractKind, f"{key}: kind", "a kind of contract", number))
        for word, fault in key_faults(kind, {name: getattr(contract, name) for name in contract.__struct_fields__}):
            self._fail(word, f"contract {contract.name!r}{fault}", number)
        scope = contract.scope and self._one_of(contract.scope, NameScope, f"{key}: scope", "a scope", number)
        return Contract(
            kind=kind,
            name=contract.name,
            groups=contract.groups,
            allowed=(*contract.allowed, *contract.via),
            reason=contract.reason,
            edges=EdgeKind(self._one_of(contract.edges, EdgeKind, f"{key}: edges", "a kind of edges", number)),
            to=contract.to,
            tables=contract.tables,
            allowed_from=contract.allowed_from,
            column=contract.column,
            nullable=bool(contract.nullable),
            scope=NameScope(scope) if scope else None,
        )

    def _baseline(self, name: str | None) -> str | None:
        if name is not None and (name in {"", ".", ".."} or re.search(r"[/\\\0]", name)):
            self._fail("baseline", f"isolation.baseline: {name!r}; expected the name of a file beside this one")
        return name

    def _crossing(self, crossing: _Crossing) -> DeclaredCrossing:
        if not re.fullmatch(r"[^>]+\.[^.>]+->[^>]+", crossing.edge):
            self._fail(crossing.edge, f"crossings: edge {crossing.edge!r}; expected 'Table.column->ReferencedTable'")
        self._reason(crossing.reason, f"crossings {crossing.edge!r}")
        return DeclaredCrossing(edge=crossing.edge, reason=crossing.reason)

    def _policy(self, policy: _Policy) -> Policy:
        severities = {
            self._rule(rule, "policy.severity"): self._severity(word, f"policy.severity.{rule}")
            for rule, word in policy.severity.items()
        }
        return Policy(
            severities=severities,
            blocking=self._severity(policy.blocking, "policy.blocking"),
            required=frozenset(self._rule(rule, "policy.required") for rule in policy.required),
        )

    def _suppression(self, suppression: _Suppression) -> Suppression:
        self._rule(suppression.rule, "suppressions: rule")
        self._reason(suppression.reason, f"suppressions {suppression.rule} {suppression.object!r}")
        return Suppression(
            rule=suppression.rule,
            object=suppression.object,
            reason=suppression.reason,
            expires=suppression.expires,
        )

    def _severity(self, word: str, key: str) -> Severity:
        words = {severity.word: severity for severity in Severity}
        return words[self._one_of(word, words, key, "a severity")]

    def _rule(self, rule: str, key: str) -> str:
        return self._one_of(rule, self.rules, key, "a rule")

    def _reason(self, reason: str, key: str) -> None:
        if not reason.strip():
            self._fail("reason", f"{key}: the reason is empty; expected a sentence for the next reader")

    def _one_of(self, value: str, known: Iterable[str], key: str, what: str, contract: int | None = None) -> str:
        names = [str(name) for name in known]
        if value in names:
            return value
        near = difflib.get_close_matches(value, names, n=1)
        expected = f"did you mean {near[0]!r}?" if near else f"expected one of: {', '.join(sorted(names)) or '(none)'}"
        return self._fail(value, f"{key}: {value!r} is not {what}; {expected}", contract)

    def _fail(self, near: str, message: str, contract: int | None = None) -> str:
        """`near` is a word of the line that is meant; `contract` the number of the section to look in."""
        raise ConfigError(f"{self.shown_as}{_line_of(self.text, near, contract)}: {message}")


def _toml_place(message: str) -> tuple[str, str]:
    """Split tomllib's `... (at line 3, column 5)` into a place and the rest."""
    found = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    return (f":{found[1]}:{found[2]}", message[: found.start()]) if found else ("", message)


def _line_of(text: str, word: str, contract: int | None = None) -> str:
    """`:line` of the first line with the word outside a comment, from the contract of that number on; empty: none."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if re.match(r"\s*\[\[\s*contracts\s*\]\]", line)]
    first = starts[contract] if contract is not None and contract < len(starts) else 0
    pattern = re.compile(rf"(?<![\w.-]){re.escape(word)}(?![\w-])")
    for number, line in enumerate(lines[first:], start=first + 1):
        if pattern.search(line) and not line.lstrip().startswith("#"):
            return f":{number}"
    return f":{first + 1}" if first else ""


def _explain(message: str, text: str, shown_as: str) -> str:
    """msgspec's message with the file, the line and, for an unknown key, the known ones."""
    body, _, path = message.partition(" - at `$")
    keys = [key for key in re.findall(r"[^.\[\]`]+", path) if key != "..."]
    unknown = re.search(r"unknown field `(.+?)`", body)
    if unknown is None:
        key = ".".join(keys)
        return f"{shown_as}{_line_of(text, keys[-1]) if keys else ''}: {key or 'the file'}: {body}"
    section = ".".join(key for key in keys if not key.isdigit())
    known = _known_keys(keys)
    near = difflib.get_close_matches(unknown[1], known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"expected one of: {', '.join(known)}"
    where = f" in [{section}]" if section else ""
    return f"{shown_as}{_line_of(text, unknown[1])}: unknown key {unknown[1]!r}{where}; {hint}"


def _known_keys(keys: list[str]) -> list[str]:
    """The keys of the section at that path."""
    sections: dict[str, type[msgspec.Struct]] = {
        "project": _Project,
        "groups": _Group,
        "isolation": _Isolation,
        "contracts": _Contract,
        "crossings": _Crossing,
        "migrations": _Migrations,
        "policy": _Policy,
        "suppressions": _Suppression,
    }
    return list(sections[keys[0]].__struct_fields__ if keys else _File.__struct_fields__)
