"""From the text of pgready.toml and of the baseline to a Config."""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import msgspec

from pgready.config.places import Entry, explain, line_of, start_of, toml_place
from pgready.config.sections import (
    ContractSection,
    CrossingSection,
    File,
    IsolationSection,
    PolicySection,
    SuppressionSection,
)
from pgready.config.values import CONFIG_NAME, GROUPS_FROM, Config
from pgready.errors import ConfigError
from pgready.findings import Severity
from pgready.model.baseline import BASELINE_NAME, read_baseline
from pgready.model.contracts import EdgeKind, NameScope, key_faults
from pgready.model.groups import UNGROUPED, Contract, ContractKind, DeclaredCrossing, GroupSource
from pgready.model.location import Location
from pgready.model.nearest import rule_fault
from pgready.model.suppressions import Suppression
from pgready.verdict import Policy

__all__ = ["load_config", "parse_config", "refuse_lone_baseline"]


def load_config(path: Path, *, shown_as: str, rules: Iterable[str], writes_baseline: bool = False) -> Config:
    """Read and check a configuration file.

    `shown_as` is its name in messages, `rules` are the known rule ids. The entries of its baseline come last in
    `crossings` and `suppressions`; a baseline that does not exist has none, and must not be named, unless it is about
    to be written (`writes_baseline`). Raises ConfigError with the place.
    """
    known = frozenset(rules)
    config = parse_config(_text(path, shown_as), shown_as=shown_as, rules=known)
    file = path.with_name(config.baseline or BASELINE_NAME)
    if not file.exists():
        if config.baseline is not None and not writes_baseline:
            place = line_of(_text(path, shown_as), "baseline")
            wanted = "`pgready baseline` writes it"
            raise ConfigError(f"{shown_as}{place}: isolation.baseline: there is no {config.baseline!r}; {wanted}")
        return config
    named = str(PurePosixPath(shown_as).with_name(file.name))
    baseline = read_baseline(_text(file, named), shown_as=named, rules=known)
    return replace(
        config,
        crossings=(*config.crossings, *baseline.crossings),
        suppressions=(*config.suppressions, *baseline.findings),
    )


def refuse_lone_baseline(project: Path) -> None:
    """Raise ConfigError for a project whose baseline nothing would read, because no pgready.toml is beside it."""
    if os.path.lexists(project / BASELINE_NAME) and not (project / CONFIG_NAME).exists():
        raise ConfigError(
            f"{project / BASELINE_NAME}: nothing reads it, as there is no {CONFIG_NAME} beside it; expected one "
            "(an empty file will do, `pgready init` drafts a full one, --config names one elsewhere), or no baseline"
        )


def _text(path: Path, shown_as: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except IsADirectoryError as error:
        shown = path if shown_as == "." else shown_as
        raise ConfigError(f"{shown}: is a directory; expected a file") from error
    except OSError as error:
        raise ConfigError(f"{shown_as}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{shown_as}: not UTF-8: byte {error.start} is 0x{error.object[error.start]:02x}") from error


def parse_config(text: str, *, shown_as: str = CONFIG_NAME, rules: Iterable[str]) -> Config:
    """Parse and check the text of a configuration file; raises ConfigError with the place."""
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place, message = toml_place(str(error), text)
        raise ConfigError(f"{shown_as}{place}: not valid TOML: {message}") from error
    try:
        parsed = msgspec.convert(raw, File, strict=True)
    except msgspec.ValidationError as error:
        raise ConfigError(explain(str(error), text, shown_as)) from error
    return _Checker(text=text, shown_as=shown_as, rules=frozenset(rules)).config(parsed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checker:
    """What the types cannot say: names that refer to each other, words of a fixed list."""

    text: str
    shown_as: str
    rules: frozenset[str]

    def config(self, parsed: File) -> Config:
        """The checked configuration."""
        self._groups(parsed)
        schema = parsed.project.schema
        paths = (schema,) if isinstance(schema, str) else schema
        for key, value in (("name", parsed.project.name), *(("schema", path) for path in paths)):
            self._not_blank(key, value)
        self._not_blank("migrations", parsed.project.migrations)
        return Config(
            file=self.shown_as,
            name=parsed.project.name,
            schema=paths,
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
            suppressions=tuple(self._suppression(*each) for each in enumerate(parsed.suppressions)),
            since=self._since(parsed.scope.since),
        )

    def _not_blank(self, key: str, value: str | None) -> None:
        if value is not None and not value.strip():
            what = "a name" if key == "name" else "a path below this file"
            self._fail(key, f"project.{key}: is empty; expected {what}, or no key", ("project", 0))

    def _groups_from(self, isolation: IsolationSection) -> tuple[GroupSource, ...] | None:
        if isolation.groups_from is None:
            return None
        key = "isolation.groups_from"
        return tuple(
            GroupSource(self._one_of(word, GROUPS_FROM, key, "a source of groups")) for word in isolation.groups_from
        )

    def _groups(self, parsed: File) -> None:
        if any(not name.strip() for name in parsed.groups):
            self._fail("groups", "groups: a group without a name; expected one that a person can say")
        if UNGROUPED in parsed.groups:
            self._fail(UNGROUPED, f"groups: {UNGROUPED!r} is what tables without a group are called; use another name")
        for number, contract in enumerate(parsed.contracts):
            key = f"contracts {contract.name!r}: groups"
            for group in contract.groups:
                self._one_of(group, parsed.groups, key, "a group of [groups]", ("contracts", number))

    def _contract(self, number: int, contract: ContractSection) -> Contract:
        key, entry = f"contracts {contract.name!r}", ("contracts", number)
        kind = ContractKind(self._one_of(contract.kind, ContractKind, f"{key}: kind", "a kind of contract", entry))
        for word, fault in key_faults(kind, {name: getattr(contract, name) for name in contract.__struct_fields__}):
            self._fail(word, f"contract {contract.name!r}{fault}", entry)
        scope = contract.scope and self._one_of(contract.scope, NameScope, f"{key}: scope", "a scope", entry)
        return Contract(
            kind=kind,
            name=contract.name,
            groups=contract.groups,
            allowed=(*contract.allowed, *contract.via),
            reason=contract.reason,
            edges=EdgeKind(self._one_of(contract.edges, EdgeKind, f"{key}: edges", "a kind of edges", entry)),
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

    def _crossing(self, crossing: CrossingSection) -> DeclaredCrossing:
        if not re.fullmatch(r"[^>]+\.[^.>]+->[^>]+", crossing.edge):
            self._fail(crossing.edge, f"crossings: edge {crossing.edge!r}; expected 'Table.column->ReferencedTable'")
        self._reason(crossing.reason, f"crossings {crossing.edge!r}")
        return DeclaredCrossing(edge=crossing.edge, reason=crossing.reason)

    def _policy(self, policy: PolicySection) -> Policy:
        severities = {
            self._rule(rule, "policy.severity"): self._severity(word, f"policy.severity.{rule}")
            for rule, word in policy.severity.items()
        }
        return Policy(
            severities=severities,
            blocking=self._severity(policy.blocking, "policy.blocking"),
            required=frozenset(self._rule(rule, "policy.required") for rule in policy.required),
        )

    def _suppression(self, number: int, suppression: SuppressionSection) -> Suppression:
        entry = ("suppressions", number)
        self._rule(suppression.rule, "suppressions: rule", entry)
        if suppression.rule.startswith("SUP"):
            self._fail(suppression.rule, f"suppressions: {suppression.rule} judges suppressions; correct those", entry)
        self._named("object", suppression.object, "`public.User.email`, as the finding names it", suppression, entry)
        self._named("migration", suppression.migration, "a directory, or no key for all of them", suppression, entry)
        self._reason(suppression.reason, f"suppressions {suppression.rule} {suppression.object!r}", entry)
        line = start_of(self.text.splitlines(), entry)
        return Suppression(
            rule=suppression.rule,
            object=suppression.object,
            reason=suppression.reason,
            expires=suppression.expires,
            migration=suppression.migration,
            location=Location(self.shown_as, None if line is None else line + 1),
        )

    def _since(self, since: str | None) -> str | None:
        if since is not None and not since.strip():
            self._fail("since", "scope.since: the revision is empty; expected one such as 'origin/main', or no key")
        return since

    def _severity(self, word: str, key: str) -> Severity:
        words = {severity.word: severity for severity in Severity}
        return words[self._one_of(word, words, key, "a severity")]

    def _rule(self, rule: str, key: str, entry: Entry | None = None) -> str:
        return rule if rule in self.rules else self._fail(rule, f"{key}: {rule_fault(rule, self.rules)}", entry)

    def _named(self, key: str, name: str | None, what: str, of: SuppressionSection, entry: Entry) -> None:
        if name is not None and not name.strip():
            self._fail(key, f"suppressions {of.rule}: the {key} is empty; expected {what}", entry)

    def _reason(self, reason: str, key: str, entry: Entry | None = None) -> None:
        if not reason.strip():
            self._fail("reason", f"{key}: the reason is empty; expected a sentence for the next reader", entry)

    def _one_of(self, value: str, known: Iterable[str], key: str, what: str, entry: Entry | None = None) -> str:
        names = [str(name) for name in known]
        if value in names:
            return value
        near = difflib.get_close_matches(value, names, n=1)
        expected = f"did you mean {near[0]!r}?" if near else f"expected one of: {', '.join(sorted(names)) or '(none)'}"
        return self._fail(value, f"{key}: {value!r} is not {what}; {expected}", entry)

    def _fail(self, near: str, message: str, entry: Entry | None = None) -> str:
        """`near` is a word of the line that is meant; `entry` the section to look in."""
        raise ConfigError(f"{self.shown_as}{line_of(self.text, near, entry)}: {message}")
