"""Write docs/rules.md from the rules themselves: `make docs`."""

from pathlib import Path

from pgready.checks import RULES
from pgready.findings import Rule

PAGE = Path(__file__).with_name("rules.md")

FAMILIES = {
    "INV": "Inventory: is everything there that is declared and needed?",
    "ISO": "Isolation: do the feature groups keep their promises?",
    "HIS": "History: are the migrations sound as they lie on disk?",
    "RES": "Resilience: do the migrations do what they say?",
}

INTRODUCTION = """# Rules

A rule is a definition; a check is the function that judges it; a finding is one instance of it. Evidence is *read*
(from the files), *rehearsed* (seen on the throw-away server) or *observed* (seen in a live database). Severities can be
set in `pgready.toml` under `[policy.severity]`; a finding can be accepted under `[[suppressions]]` with a reason.

This page is generated from the rules (`make docs`).
"""


def render() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for prefix, title in FAMILIES.items():
        parts.append(f"## {title}\n")
        parts += [section(rule) for rule in RULES.values() if rule.id.startswith(prefix)]
    return "\n".join(parts)


def section(rule: Rule) -> str:
    """One rule."""
    evidence = ", ".join(rule.evidence)
    return (
        f"### {rule.id}: {rule.title}\n\n"
        f"Default severity **{rule.severity.word}** · evidence: {evidence}\n\n"
        f"- **When:** {rule.condition}\n"
        f"- **What happens:** {rule.effect}\n"
        f"- **What to do:** {rule.fix}\n"
        f"- **Source:** {rule.source}\n"
    )


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
