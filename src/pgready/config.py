"""`pgready.toml`, the configuration of an audited project, read strictly.

A misspelt key must never switch a check off in silence: unknown keys, wrong types and names that do not hang together
are errors that name the key and its line.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import msgspec

from pgready.errors import ConfigError
from pgready.findings import Severity
from pgready.model.groups import Contract, ContractKind, DeclaredCrossing
from pgready.verdict import Policy

__all__ = ["CONFIG_NAME", "Config", "Suppression", "load_config", "parse_config"]

CONFIG_NAME = "pgready.toml"


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
    file; `keys` maps groups to their key identifier. `resilient` are the migrations that claim to be resilient, or
    True for all. Paths are relative to the directory of `file`.
    """

    file: str | None = None
    name: str | None = None
    schema: tuple[str, ...] = ()
    migrations: str | None = None
    inventory: dict[str, tuple[str, ...]] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    hubs: tuple[str, ...] = ()
    contracts: tuple[Contract, ...] = ()
    crossings: tuple[DeclaredCrossing, ...] = ()
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
    tables: tuple[str, ...]
    key: str | None = None


class _Isolation(_Section, frozen=True):
    hubs: tuple[str, ...] = ()


class _Contract(_Section, frozen=True):
    name: str
    kind: str
    groups: tuple[str, ...]
    allowed: tuple[str, ...] = ()
    reason: str | None = None


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

    `shown_as` is its name in messages, `rules` are the known rule ids. Raises ConfigError with the place.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{shown_as}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{shown_as}: not UTF-8: byte {error.start} is 0x{error.object[error.start]:02x}") from error
    return parse_config(text, shown_as=shown_as, rules=rules)


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
            hubs=parsed.isolation.hubs,
            contracts=tuple(self._contract(contract) for contract in parsed.contracts),
            crossings=tuple(self._crossing(crossing) for crossing in parsed.crossings),
            required_migrations=parsed.migrations.required,
            resilient=parsed.migrations.resilient,
            policy=self._policy(parsed.policy),
            suppressions=tuple(self._suppression(suppression) for suppression in parsed.suppressions),
        )

    def _groups(self, parsed: _File) -> None:
        for contract in parsed.contracts:
            for group in contract.groups:
                self._one_of(group, parsed.groups, f"contracts {contract.name!r}: groups", "a group of [groups]")
            if not contract.groups:
                self._fail("name", f"contract {contract.name!r} names no groups; expected at least one")

    def _contract(self, contract: _Contract) -> Contract:
        kind = self._one_of(contract.kind, ContractKind, f"contracts {contract.name!r}: kind", "a kind of contract")
        if kind == ContractKind.INTERNAL_ONLY and contract.allowed:
            self._fail("allowed", f"contract {contract.name!r}: internal_only takes no 'allowed'; use only_references")
        return Contract(
            kind=ContractKind(kind),
            name=contract.name,
            groups=contract.groups,
            allowed=contract.allowed,
            reason=contract.reason,
        )

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

    def _one_of(self, value: str, known: Iterable[str], key: str, what: str) -> str:
        names = [str(name) for name in known]
        if value in names:
            return value
        near = difflib.get_close_matches(value, names, n=1)
        expected = f"did you mean {near[0]!r}?" if near else f"expected one of: {', '.join(sorted(names)) or '(none)'}"
        return self._fail(value, f"{key}: {value!r} is not {what}; {expected}")

    def _fail(self, near: str, message: str) -> str:
        raise ConfigError(f"{self.shown_as}{_line_of(self.text, near)}: {message}")


def _toml_place(message: str) -> tuple[str, str]:
    """Split tomllib's `... (at line 3, column 5)` into a place and the rest."""
    found = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    return (f":{found[1]}:{found[2]}", message[: found.start()]) if found else ("", message)


def _line_of(text: str, word: str) -> str:
    """`:line` of the first line that mentions the word outside a comment; empty when there is none."""
    pattern = re.compile(rf"(?<![\w.-]){re.escape(word)}(?![\w-])")
    for number, line in enumerate(text.splitlines(), start=1):
        if pattern.search(line) and not line.lstrip().startswith("#"):
            return f":{number}"
    return ""


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
