"""Labelled cases of SQL for the rules on destruction, read from the tables in tests/rules/destruction/."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builders import Build
from pgready.checks import compatibility, destruction
from pgready.checks.gathered import Gathered
from pgready.config import Config
from pgready.findings import Finding, Severity
from pgready.history import replay_history
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.schema import Schema
from pgready.sources.sql import read_script

__all__ = [
    "BEFORE",
    "KINDS",
    "ROWS",
    "Labelled",
    "Narrowed",
    "found_in",
    "judged",
    "labelled",
    "lookalikes",
    "narrowed",
    "wider",
]

DIRECTORY = Path(__file__).parent / "rules" / "destruction"
BEFORE = (DIRECTORY / "before.sql").read_text(encoding="utf-8")
ROWS = (DIRECTORY / "rows.sql").read_text(encoding="utf-8")
KINDS = ("tables", "columns", "rows", "enums", "renames", "schemas")
CHECKS = (*destruction.CHECKS, *compatibility.CHECKS)


@dataclass(frozen=True)
class Labelled:
    """SQL and what must be found in it: (rule, severity, object)."""

    sql: str
    expected: frozenset[tuple[str, str, str]]


@dataclass(frozen=True)
class Narrowed:
    """A change of the type of column v of table t, and a value (None: every value fits)."""

    old: str
    new: str
    value: str | None
    using: str | None

    @property
    def before(self) -> str:
        return f"{BEFORE}\nCREATE TABLE t (id int, v {self.old});"

    @property
    def sql(self) -> str:
        return f"ALTER TABLE t ALTER COLUMN v TYPE {self.new}" + (f" USING {self.using}" if self.using else "")


def labelled(kind: str) -> Iterator[Labelled]:
    """The cases of a kind, all of which destroy something."""
    table = _table(kind)
    for sql, *found in table["cases"]:
        yield Labelled(sql, frozenset(_expected(each, table["rule"]) for each in found))


def lookalikes() -> Iterator[Labelled]:
    """Cases that destroy nothing: no finding, or only a note that explains."""
    table = _table("lookalikes")
    for sql in table["silent"]:
        yield Labelled(sql, frozenset())
    for sql, *found in table["note"]:
        yield Labelled(sql, frozenset(_expected(f"note {each}", "") for each in found))


def narrowed() -> Iterator[Narrowed]:
    """Changes of a type with a value that does not fit."""
    for old, new, value, *using in _table("types")["cases"]:
        yield Narrowed(old, new, value, using[0] if using else None)


def wider() -> Iterator[Narrowed]:
    """Changes of a type that keep every value."""
    for old, new, *using in _table("types")["wider"]:
        yield Narrowed(old, new, None, using[0] if using else None)


def judged(before: str, *texts: str, kind: DeploymentKind = DeploymentKind.SINCE) -> list[Finding]:
    """What the rules find when the texts, each a migration, are deployed onto what `before` made."""
    migrations = tuple(
        Build().migration(f"m{number}", number, text) for number, text in enumerate((before, *texts), start=1)
    )
    scope = frozenset(each.name for each in migrations[1:])
    scripts = tuple(read_script(migration) for migration in migrations)
    broken = [script.unreadable for script in scripts if script.unreadable]
    if broken:
        raise AssertionError(broken)
    gathered = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=migrations,
        scripts=scripts,
        deployment=Deployment(kind=kind, migrations=scope),
        history=replay_history(migrations, scripts),
    )
    found = [each for check in CHECKS for each in check.judge(gathered).findings]
    return [each for each in found if each.location is not None and each.location.file != migrations[0].file]


def _table(kind: str) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((DIRECTORY / f"{kind}.toml").read_text(encoding="utf-8"))
    return table


def _expected(text: str, rule: str) -> tuple[str, str, str]:
    severity, _, rest = text.partition(" ") if text.startswith(("warn ", "note ")) else ("", "", text)
    own, _, name = rest.partition(" ") if rest.startswith(("DES0", "CMP0")) else (rule, "", rest)
    default = "warn" if own == "DES006" else "block"
    return own, severity or default, name


def found_in(found: list[Finding], least: Severity = Severity.WARN) -> frozenset[tuple[str, str, str]]:
    """The same triples of what was found."""
    return frozenset((each.rule, each.severity.word, each.object) for each in found if each.severity >= least)
