"""The text of a baseline: what is tolerated because it was there, one a line.

References between groups: `Table.column,column->Table  # reason`, with `?->` for a column without a foreign key, and
with the word `cascade` after it for the ON DELETE CASCADE of a key, of which the line of the key alone says nothing.
Findings: `RULE object  # reason`, and `RULE object in MIGRATION  # reason` for those of one migration only. Empty lines
and lines that begin with `#` say nothing. What would not survive that (line breaks, signs that are not printed, a `#`,
a quotation mark in front, spaces at the ends; in a finding any space) is written as a JSON string.
"""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pgready.errors import ConfigError
from pgready.model.groups import DeclaredCrossing
from pgready.model.location import Location
from pgready.model.nearest import rule_fault
from pgready.model.suppressions import Suppression, SuppressionSource

__all__ = ["BASELINE_NAME", "Baseline", "may_be_baselined", "parse_baseline", "read_baseline", "render_baseline"]

BASELINE_NAME = "pgready.baseline"

_HEAD = """\
# What breaks a contract or a rule today and is tolerated, one a line: edge  # reason, or RULE object  # reason.
# Written by `pgready baseline`; what is new fails the check, and a line without use is a finding (ISO007, SUP001).
"""
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_LINE = re.compile(rf'\s*(?P<edge>{_QUOTED}|[^"#\s][^#]*?)(?:\s+(?P<cascade>cascade))?\s*(?:#(?P<reason>.*))?')
_EDGE = re.compile(r".+\..+->.+", re.DOTALL)
_RULE = re.compile(r"\s*(?P<rule>[A-Z]{3}\d{3})\s")
_NEARLY_RULE = re.compile(r"\s*(?P<rule>[A-Za-z]{3}[\d?x%*]{0,4})(?:\s|$)")
_WORD = rf'{_QUOTED}|[^"#\s][^#\s]*'
_FINDING = re.compile(
    rf"\s*(?P<rule>\w+)\s+(?P<object>{_WORD})(?:\s+in\s+(?P<migration>{_WORD}))?\s*(?:#(?P<reason>.*))?"
)
_EXPECTED_EDGE = "expected 'Table.column->ReferencedTable  # reason'"
_EXPECTED_FINDING = "expected 'RULE object  # reason' or 'RULE object in MIGRATION  # reason'"

# What describes the past: it was so when the baseline was written, it harms nobody again, and mostly it cannot be
# changed any more, because the migration was applied.
_FAMILIES = frozenset({"DES", "LCK", "CMP", "SCH"})
_SINGLE = frozenset({"HIS001", "HIS002", "HIS003", "HIS005", "HIS012"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The entries in the order of their lines: references between groups, and findings."""

    crossings: tuple[DeclaredCrossing, ...] = ()
    findings: tuple[Suppression, ...] = ()


def may_be_baselined(rule: str) -> bool:
    """Whether findings of that rule may stand in a baseline.

    DES, LCK, CMP, SCH and how migrations are named and filed (some of HIS). Never what says that the deployment fails
    or does not make what was declared (RES, INV, the rest of HIS), that a promise of the configuration is broken (ISO
    has its own lines), or that a suppression is wrong (SUP).
    """
    return rule[:3] in _FAMILIES or rule in _SINGLE


def parse_baseline(text: str, *, shown_as: str = BASELINE_NAME) -> tuple[DeclaredCrossing, ...]:
    """The references alone, as `read_baseline` reads them; the ids of rules are not looked at."""
    return read_baseline(text, shown_as=shown_as).crossings


def read_baseline(text: str, *, shown_as: str = BASELINE_NAME, rules: Collection[str] | None = None) -> Baseline:
    """All entries. Raises ConfigError with the line of the first that cannot be read.

    `rules` are the known ids (None: any).
    """
    crossings: dict[str, DeclaredCrossing] = {}
    findings: dict[tuple[str, ...], Suppression] = {}
    # Not `splitlines`, which also breaks at signs that a name may hold.
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        location = Location(shown_as, number)
        if not (bare := line.strip()) or bare.startswith("#"):
            continue
        if _RULE.match(line):
            finding = _finding(line.rstrip("\r"), location, rules)
            key = (finding.rule, finding.object or "", finding.migration or "")
            _only_once(finding.named, findings.get(key), location)
            findings[key] = finding
        else:
            entry = _entry(line.rstrip("\r"), location, rules)
            _only_once(entry.tolerated, crossings.get(entry.tolerated), location)
            crossings[entry.tolerated] = entry
    return Baseline(crossings=tuple(crossings.values()), findings=tuple(findings.values()))


def _only_once(shown: str, first: DeclaredCrossing | Suppression | None, location: Location) -> None:
    if first is not None:
        raise ConfigError(f"{location}: {shown!r} is listed twice, first in {first.location}")


def _entry(line: str, location: Location, rules: Collection[str] | None) -> DeclaredCrossing:
    found = _LINE.fullmatch(line)
    edge = _unquoted(found["edge"]) if found else None
    if found is None or edge is None or not _EDGE.fullmatch(edge):
        raise ConfigError(f"{location}: {_neither(line, rules or ())}")
    return DeclaredCrossing(
        edge=edge,
        reason=_reason(found["reason"], location, _EXPECTED_EDGE),
        baselined=True,
        location=location,
        cascade=found["cascade"] is not None,
    )


def _neither(line: str, rules: Collection[str]) -> str:
    """Why a line is neither a reference nor a finding: mostly the rule of a finding is misspelt."""
    word = _NEARLY_RULE.match(line)
    if "->" in line:
        return f"no reference between tables; {_EXPECTED_EDGE}"
    if word is not None:
        return rule_fault(word["rule"], rules)
    return f"no reference between tables and no finding; {_EXPECTED_EDGE} or 'RULE object  # reason'"


def _finding(line: str, location: Location, rules: Collection[str] | None) -> Suppression:
    found = _FINDING.fullmatch(line)
    named = _unquoted(found["object"]) if found else None
    migration = _unquoted(found["migration"]) if found and found["migration"] else None
    if found is None or not named or (migration is None and found["migration"]):
        raise ConfigError(f"{location}: no finding; {_EXPECTED_FINDING}")
    rule = found["rule"]
    if rules is not None and rule not in rules:
        raise ConfigError(f"{location}: {rule_fault(rule, rules)}")
    if not may_be_baselined(rule):
        raise ConfigError(
            f"{location}: no baseline can tolerate {rule}, only rules that describe the past (DES, LCK, CMP, SCH, "
            f"{', '.join(sorted(_SINGLE))}); repair it, or accept it under [[suppressions]]"
        )
    return Suppression(
        rule=rule,
        object=named,
        reason=_reason(found["reason"], location, _EXPECTED_FINDING),
        source=SuppressionSource.BASELINE,
        location=location,
        migration=migration,
    )


def _reason(text: str | None, location: Location, expected: str) -> str:
    reason = (text or "").strip()
    if not reason:
        raise ConfigError(f"{location}: no reason; {expected}")
    return reason


def _unquoted(name: str) -> str | None:
    if not name.startswith('"'):
        return name
    try:
        return str(json.loads(name))
    except ValueError:
        return None


def render_baseline(entries: Iterable[DeclaredCrossing], findings: Iterable[Suppression] = ()) -> str:
    """The whole file: references by edge, then findings by rule, object and migration, each once.

    The same entries give the same text, whatever their order, and `read_baseline` reads it back. Signs in a reason
    that are not printed become spaces.
    """
    edges = {_edge(entry): entry.reason for entry in sorted(entries, key=_crossing_order, reverse=True)}
    found = {_named(finding): finding.reason for finding in sorted(findings, key=_finding_order, reverse=True)}
    lines = (*reversed(edges.items()), *reversed(found.items()))
    return _HEAD + "".join(f"{named}  # {_one_line(reason)}\n" for named, reason in lines)


def _crossing_order(entry: DeclaredCrossing) -> tuple[str, bool, str]:
    return (entry.edge, entry.cascade, entry.reason)


def _finding_order(finding: Suppression) -> tuple[str, ...]:
    return (finding.rule, finding.object or "", finding.migration or "", finding.reason)


def _edge(entry: DeclaredCrossing) -> str:
    edge = entry.edge
    plain = edge.isprintable() and "#" not in edge and edge.strip() == edge and not edge.startswith('"')
    plain = plain and not _RULE.match(edge) and not re.search(r"\scascade$", edge)
    return (edge if plain else json.dumps(edge)) + ("  cascade" if entry.cascade else "")


def _named(finding: Suppression) -> str:
    migration = ("in", _word(finding.migration)) if finding.migration is not None else ()
    return " ".join((finding.rule, _word(finding.object or ""), *migration))


def _word(name: str) -> str:
    return name if name.isprintable() and re.fullmatch(r'[^"#\s][^#\s]*', name) else json.dumps(name)


def _one_line(reason: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in reason).split())
