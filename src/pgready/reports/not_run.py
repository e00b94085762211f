"""Checks that did not run, by their reason: a dozen that wait for one thing are one line to read."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from pgready.findings import CheckResult

__all__ = ["by_reason", "rule_ranges", "shortened"]

_RANGE = 3
_NAMED = 6
_LIST = re.compile(r"[A-Z]{3}\d{3}(?:, [A-Z]{3}\d{3}){3,}")


def by_reason(checks: Iterable[CheckResult]) -> dict[str, list[CheckResult]]:
    """In the order of the first check of each."""
    found: dict[str, list[CheckResult]] = {}
    for check in checks:
        found.setdefault(check.why, []).append(check)
    return found


def rule_ranges(rules: Iterable[str], *, most: int | None = None) -> str:
    """`CMP003, DES001-DES007`: every rule, those in a row as a range; what is beyond `most` is only counted."""
    runs = _runs(sorted(set(rules)))
    shown = runs if most is None else runs[:most]
    left = sum(map(len, runs[len(shown) :]))
    return ", ".join(map(_range, shown)) + (f" and {left} more" if left else "")


def _runs(rules: Sequence[str]) -> list[list[str]]:
    """Rules with following numbers together where they are enough for a range, else each alone."""
    runs: list[list[str]] = [[rule] for rule in rules[:1]]
    for before, rule in pairwise(rules):
        if rule == f"{before[:3]}{int(before[3:]) + 1:03}":
            runs[-1].append(rule)
        else:
            runs.append([rule])
    return [part for run in runs for part in ([run] if len(run) >= _RANGE else [[rule] for rule in run])]


def _range(run: Sequence[str]) -> str:
    return run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}"


def shortened(reason: str) -> str:
    """The reason of a verdict with its long lists of rules cut: the lines above it name them all."""
    return _LIST.sub(lambda found: rule_ranges(found[0].split(", "), most=_NAMED), reason)
