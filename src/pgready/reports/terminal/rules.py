"""What `pgready explain` prints: a rule with its examples, or the list of all rules."""

from collections.abc import Iterable, Iterator

from pgready.checks.examples import Example, Shown, Side
from pgready.checks.families import FAMILIES, family
from pgready.findings import Rule, Severity
from pgready.reports.terminal.findings import SEVERITY_STYLES
from pgready.reports.terminal.row import BLANK, Row, folded, row
from pgready.reports.visible import visible

__all__ = ["how_to_accept", "rule_list", "rule_page"]

# Findings of these families stand in the schema or in pgready.toml, where no comment above a statement is.
_NOT_ABOUT_STATEMENTS = frozenset({"INV", "ISO", "SUP"})


def rule_page(rule: Rule, example: Example | None, *, width: int | None = None) -> Iterator[Row]:
    """Everything about one rule; `width` is that of the terminal in cells, None when nothing is to be folded."""
    style = f"bold {SEVERITY_STYLES[rule.severity]}"
    yield from folded((f"{rule.id}  ", style), rule.title, width=width, indent=0, style="bold")
    yield row((f"{rule.severity.word} by default; evidence: {', '.join(rule.evidence)}", "dim"))
    yield BLANK
    parts = {"when": rule.condition, "then": rule.effect, "do": rule.fix, "source": rule.source}
    for name, text in parts.items():
        yield from folded((f"{name:>6}: ", "bold"), text, width=width, indent=0)
    if example is not None:
        yield from _example(example)
    yield BLANK
    yield row(("Accept a finding of it", "bold"), ": it stays counted, with the reason, and does not block.")
    for number, text in enumerate(how_to_accept(rule).values()):
        yield from [BLANK] if number else ()
        yield from (row(f"    {line}") for line in text.splitlines())
    yield BLANK
    yield row(("Change how bad it is", "bold"), ": note, warn or block.")
    yield from (row(f"    {line}") for line in ("# pgready.toml", "[policy.severity]", f'{rule.id} = "{_other(rule)}"'))


def _other(rule: Rule) -> str:
    return (Severity.NOTE if rule.severity is Severity.WARN else Severity.WARN).word


def how_to_accept(rule: Rule) -> dict[str, str]:
    """Ways to accept a finding: the name of the language (`toml`, `sql`) and the text to write."""
    section = (
        "# pgready.toml\n"
        "[[suppressions]]\n"
        f'rule = "{rule.id}"\n'
        'object = "..."        # as the finding names it\n'
        'reason = "..."        # for the next reader\n'
        "expires = 2030-12-31  # if you like"
    )
    if family(rule.id) in _NOT_ABOUT_STATEMENTS:
        return {"toml": section}
    return {
        "toml": section,
        "sql": f"-- above the statement in the migration:\n-- pgready: ignore {rule.id} the reason",
    }


def rule_list(rules: Iterable[Rule]) -> Iterator[Row]:
    """All rules in their families, one line each."""
    known = list(rules)
    for letters, title in FAMILIES.items():
        members = [rule for rule in known if family(rule.id) == letters]
        if members:
            yield row((title, "bold"))
        for rule in members:
            severity = (f"{rule.severity.word:<5}", SEVERITY_STYLES[rule.severity])
            yield row(f"  {rule.id}  ", severity, f"  {rule.title}")
        yield from [BLANK] if members else ()
    yield row(("pgready explain ID says when a rule fires, why it matters and what to do.", "dim"))


def _example(example: Example) -> Iterator[Row]:
    if example.shared:
        yield BLANK
        yield row(("given", "bold"))
        yield from _files(example.shared, None, "")
    for name, mark, style, side, other in (
        ("bad", "-", "red", example.bad, example.good),
        ("good", "+", "green", example.good, example.bad),
    ):
        yield BLANK
        yield row((name, f"bold {style}"))
        yield from _files(side.shown, other, style, mark)


def _files(files: Iterable[Shown], other: Side | None, style: str, mark: str = " ") -> Iterator[Row]:
    """Files with their numbered lines; those that the other side has in no file are marked."""
    there = {line.strip() for each in other.shown for line in each.text.splitlines()} if other else set()
    for file in files:
        yield row((f"  {file.path}", "dim"))
        for number, line in enumerate(file.text.splitlines(), 1):
            differs = other is not None and bool(line.strip()) and line.strip() not in there
            gutter = f"{number:>5} {mark if differs else ' '} "
            yield row((gutter if line else gutter.rstrip(), style if differs else "dim"), visible(line))
