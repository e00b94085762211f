"""Write the rule pages from the rules and their examples, and the schema of audit.json: `make docs`."""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from pgready.checks import RULES
from pgready.checks.examples import Shown, example, example_names
from pgready.checks.families import FAMILIES, family
from pgready.findings import Rule
from pgready.reports.document_schema import SCHEMA_FILE, schema_text
from pgready.reports.terminal.rules import how_to_accept

REFERENCE = Path(__file__).parent / "reference"

INTRODUCTION = """# Rules

A rule is a definition; a check is the function that judges it; a finding is one instance of it. Evidence is *read*
(from the files), *rehearsed* (seen on the throw-away server) or *observed* (seen in a live database). Severities can be
set in `pgready.toml` under `[policy.severity]`; a finding can be accepted under `[[suppressions]]` with a reason.
`pgready explain ID` prints a rule on the terminal.

This page and those of the rules are generated from the rules and their examples (`make docs`).
"""


def pages() -> dict[str, str]:
    """Every generated page by its path below docs/reference/."""
    rules = sorted(RULES.values(), key=lambda rule: (list(FAMILIES).index(family(rule.id)), rule.id))
    return {"rules.md": index(rules)} | {f"rules/{rule.id}.md": page(rule, rules) for rule in rules}


def index(rules: Iterable[Rule]) -> str:
    """The table of all rules."""
    rules, parts = list(rules), [INTRODUCTION]
    for letters, title in FAMILIES.items():
        members = [rule for rule in rules if family(rule.id) == letters]
        if members:
            table = ["| rule | what it finds | default | evidence |", "|---|---|---|---|", *map(table_row, members)]
            parts.append(f"## {title}\n\n" + "\n".join(table) + "\n")
    return "\n".join(parts)


def table_row(rule: Rule) -> str:
    """One line of the table."""
    return f"| [{rule.id}](rules/{rule.id}.md) | {rule.title} | {rule.severity.word} | {', '.join(rule.evidence)} |"


def page(rule: Rule, rules: list[Rule]) -> str:
    """The page of one rule."""
    return "\n".join(
        [
            f"# {rule.id}: {rule.title}\n",
            f"Default severity **{rule.severity.word}** · evidence: {', '.join(rule.evidence)}\n",
            f"- **When:** {rule.condition}",
            f"- **What happens:** {rule.effect}",
            f"- **What to do:** {rule.fix}",
            f"- **Source:** {rule.source}\n",
            *examples(rule),
            "## Accept a finding\n",
            "It stays counted, with the reason, and does not block.\n",
            *(f"```{language}\n{text}\n```\n" for language, text in how_to_accept(rule).items()),
            f"{neighbours(rule, rules)}\n",
        ]
    )


def examples(rule: Rule) -> Iterator[str]:
    """What both sides have, the bad one and the good one; the tests audit them, and that there are any."""
    if rule.id not in example_names():
        return
    found = example(rule.id)
    if found.shared:
        yield "## Given\n"
        yield from map(block, found.shared)
    yield "## Bad\n"
    yield from map(block, found.bad.shown)
    yield "## Good\n"
    yield from map(block, found.good.shown)


def block(file: Shown) -> str:
    """A file with its path above it."""
    return f"`{file.path}`\n\n```{PurePosixPath(file.path).suffix[1:]}\n{file.text.rstrip()}\n```\n"


def neighbours(rule: Rule, rules: list[Rule]) -> str:
    """Links to the rule before, to all rules, and to the rule after."""
    place = rules.index(rule)
    before = [f"← [{each.id}]({each.id}.md)" for each in rules[max(0, place - 1) : place]]
    after = [f"[{each.id}]({each.id}.md) →" for each in rules[place + 1 : place + 2]]
    return " · ".join([*before, "[all rules](../rules.md)", *after])


def write() -> None:
    """Write every page, and take away those of rules that are gone."""
    texts = pages()
    (REFERENCE / "rules").mkdir(exist_ok=True)
    for old in (REFERENCE / "rules").glob("*.md"):
        if f"rules/{old.name}" not in texts:
            old.unlink()
    for path, text in texts.items():
        (REFERENCE / path).write_text(text, encoding="utf-8")
    for schema in (REFERENCE / SCHEMA_FILE.name, SCHEMA_FILE):
        schema.write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    write()
