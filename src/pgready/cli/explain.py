"""`pgready explain`: what a rule is about, with an example, or the list of all rules."""

import difflib
import re
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgready.reports.terminal.row import Row

__all__ = ["explain"]


@click.command(epilog="Exit codes: 0 printed, 2 no such rule, 4 internal error.")
@click.argument("rules", nargs=-1, metavar="[ID]...")
def explain(*, rules: tuple[str, ...]) -> int:
    """Explain rules: when they fire, what happens then, what to do, and a bad and a good example.

    Without an ID, list all rules; with the letters of a family (DES), those of the family.
    """
    from pgready.checks import RULES  # noqa: PLC0415
    from pgready.cli.printing import print_rows  # noqa: PLC0415
    from pgready.reports.terminal.row import BLANK  # noqa: PLC0415
    from pgready.reports.terminal.rules import rule_list  # noqa: PLC0415

    if not rules:
        print_rows(rule_list(RULES.values()))
        return 0
    wanted = dict.fromkeys(_known(name, tuple(RULES)) for name in rules)
    for number, each in enumerate(wanted):
        print_rows([BLANK, BLANK] if number else [])
        print_rows(_page(each) if each in RULES else rule_list(rule for rule in RULES.values() if rule.id[:3] == each))
    return 0


def _page(rule: str) -> "Iterator[Row]":
    from pgready.checks import RULES  # noqa: PLC0415
    from pgready.checks.examples import example, example_names  # noqa: PLC0415
    from pgready.cli.printing import terminal_width  # noqa: PLC0415
    from pgready.reports.terminal.rules import rule_page  # noqa: PLC0415

    found = example(rule) if rule in example_names() else None
    return rule_page(RULES[rule], found, width=terminal_width())


def _known(name: str, rules: tuple[str, ...]) -> str:
    """The id of a rule, or the letters of a family."""
    asked = name.strip().upper().removesuffix("*")
    families = dict.fromkeys(rule[:3] for rule in rules)
    if asked in rules or asked in families:
        return asked
    raise click.UsageError(f"no rule {name!r}; {_hint(asked, rules, tuple(families))}")


def _hint(asked: str, rules: tuple[str, ...], families: tuple[str, ...]) -> str:
    """What may be meant: the number with its zeros, else the family, else what is spelt alike."""
    parts = re.fullmatch(r"([A-Z]{3})\W*0*(\d+)", asked)
    if parts is not None and (whole := f"{parts[1]}{int(parts[2]):03}") in rules:
        return f"did you mean {whole}?"
    if parts is not None and parts[1] in families:
        members = sorted(rule for rule in rules if rule.startswith(parts[1]))
        return f"{parts[1]} has {members[0]} to {members[-1]}; `pgready explain {parts[1]}` lists them"
    near = difflib.get_close_matches(asked, (*rules, *families), n=3)
    return f"did you mean {' or '.join(near)}?" if near else "`pgready explain` lists them"
