"""The rules of an audit as SARIF's reporting descriptors, with help for the page of an alert."""

import re
from typing import Any

from pgready.checks import RULES
from pgready.checks.families import FAMILIES, family
from pgready.findings import Rule, Severity
from pgready.reports.ci.places import Level
from pgready.verdict import Policy

__all__ = ["rules"]

# Of GitHub's "SARIF support for code scanning": descriptions are cut after so many characters.
_DESCRIPTION = 1024
_LEVELS = {Severity.NOTE: Level.NOTE, Severity.WARN: Level.WARNING, Severity.BLOCK: Level.WARNING}
_PROBLEMS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "recommendation"}


def rules(ids: tuple[str, ...], policy: Policy) -> list[dict[str, Any]]:
    """One descriptor for each id, in their order, as results refer to them by index; the level is what `policy` says.

    There is no address of help: the text is here, and `pgready explain RULE` shows it with examples.
    """
    return [_rule(RULES[each], policy) if each in RULES else {"id": each} for each in ids]


def _rule(rule: Rule, policy: Policy) -> dict[str, Any]:
    how = _level(policy.severities.get(rule.id, rule.severity), policy)
    return {
        "id": rule.id,
        "name": "".join(word[:1].upper() + word[1:] for word in re.findall(r"\w+", rule.title)),
        "shortDescription": {"text": _plain(rule.title)},
        "fullDescription": {"text": _plain(f"{rule.condition} {rule.effect}")[:_DESCRIPTION]},
        "help": {"text": _text(rule), "markdown": _markdown(rule)},
        "defaultConfiguration": {"level": how.value},
        "properties": {
            "tags": ["postgresql", "deployment", FAMILIES[family(rule.id)].partition(":")[0].lower()],
            "problem.severity": _PROBLEMS[how],
        },
    }


def _level(severity: Severity, policy: Policy) -> Level:
    return Level.ERROR if severity >= policy.blocking else _LEVELS[severity]


def _parts(rule: Rule) -> tuple[tuple[str, str], ...]:
    return (
        ("When", rule.condition),
        ("What then happens", rule.effect),
        ("What to do", rule.fix),
        ("Source", rule.source),
    )


def _text(rule: Rule) -> str:
    said = "\n\n".join(f"{head}: {_plain(text)}" for head, text in _parts(rule))
    return f"{said}\n\npgready explain {rule.id} shows examples."


def _markdown(rule: Rule) -> str:
    """Texts of rules are ours, and hold Markdown already: names stand in backticks."""
    said = "\n\n".join(f"**{head}:** {text}" for head, text in _parts(rule))
    return f"{said}\n\n`pgready explain {rule.id}` shows examples."


def _plain(text: str) -> str:
    return text.replace("`", "")
