"""`pgready explain`: what a rule is about, with an example, or the list of all rules."""

import difflib

import click

__all__ = ["explain"]


@click.command(epilog="Exit codes: 0 printed, 2 no such rule, 4 internal error.")
@click.argument("rules", nargs=-1, metavar="[ID]...")
def explain(*, rules: tuple[str, ...]) -> int:
    """Explain rules: when they fire, what happens then, what to do, and a bad and a good example.

    Without an ID, list all rules.
    """
    from pgready.checks import RULES  # noqa: PLC0415
    from pgready.checks.examples import example, example_names  # noqa: PLC0415
    from pgready.cli.printing import print_rows, terminal_width  # noqa: PLC0415
    from pgready.reports.terminal_row import BLANK  # noqa: PLC0415
    from pgready.reports.terminal_rules import rule_list, rule_page  # noqa: PLC0415

    if not rules:
        print_rows(rule_list(RULES.values()))
        return 0
    wanted = dict.fromkeys(_known(name, tuple(RULES)) for name in rules)
    width, shown = terminal_width(), set(example_names())
    for number, rule in enumerate(wanted):
        found = example(rule) if rule in shown else None
        print_rows([*([BLANK, BLANK] if number else []), *rule_page(RULES[rule], found, width=width)])
    return 0


def _known(name: str, rules: tuple[str, ...]) -> str:
    rule = name.strip().upper()
    if rule in rules:
        return rule
    near = difflib.get_close_matches(rule, rules, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "`pgready explain` lists them"
    raise click.UsageError(f"no rule {name!r}; {hint}")
