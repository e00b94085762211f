"""The difference of two audits in words: one line for each change, for the terminal and for Markdown."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType

from pgready.diff import AuditDiff, Change, Direction, Fate, FindingChange, Subject, Weight
from pgready.findings import Finding, Severity
from pgready.reports.blocks import Tone
from pgready.reports.lines import count
from pgready.reports.not_run import rule_ranges
from pgready.reports.visible import shorten

__all__ = [
    "SECTIONS",
    "TONES",
    "Remark",
    "changes_told",
    "conclusion",
    "doubts",
    "heading",
    "remarks",
    "scrubbed",
    "unchanged",
]

TONES: Mapping[Direction, Tone] = MappingProxyType(
    {
        Direction.SAME: Tone.GOOD,
        Direction.BETTER: Tone.GOOD,
        Direction.WORSE: Tone.BAD,
        Direction.MIXED: Tone.BAD,
        Direction.UNSURE: Tone.OPEN,
    }
)
SECTIONS: Mapping[Weight, str] = MappingProxyType(
    {
        Weight.WORSE: "Worse",
        Weight.FIRST_SEEN: "Looked at for the first time: not new, as far as can be told",
        Weight.UNSEEN: "No longer looked at: not repaired, as far as can be told",
        Weight.TIGHTENED: "More is asked for",
        Weight.LOOSENED: "Less is asked for: accepted or allowed, and not repaired",
        Weight.CHANGED: "Changed: for better or worse, a person has to say",
        Weight.REMOVED: "Gone: neither repaired nor broken, as far as can be told",
        Weight.BETTER: "Better",
        Weight.ADDED: "New",
        Weight.NEUTRAL: "Also different",
    }
)
"""The sections in the order in which they are told."""

_RULE = re.compile(r"[A-Z]{3}\d{3}")
_MOST = 1000
_LISTED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One change: `place` in a file ("" for none), the rule or kind of thing, what it says, and what became of it.

    `severity` is that of a finding, None for everything else. `stands_for` is how many changes it tells, none for the
    verdict, which only sums up the others.
    """

    weight: Weight
    place: str = ""
    what: str
    said: str
    became: str = ""
    severity: Severity | None = None
    stands_for: int = 1


def scrubbed(diff: AuditDiff, scrub: Callable[[str], str]) -> AuditDiff:
    """The difference without secrets in what a server or a person said."""

    def clean(found: Finding | None) -> Finding | None:
        if found is None:
            return None
        accepted = None if found.suppressed is None else scrub(found.suppressed)
        return replace(found, message=scrub(found.message), fix=scrub(found.fix), suppressed=accepted)

    def said(text: str | None) -> str | None:
        return None if text is None else scrub(text)

    return replace(
        diff,
        findings=tuple(replace(it, before=clean(it.before), after=clean(it.after)) for it in diff.findings),
        changes=tuple(
            replace(it, name=scrub(it.name), before=said(it.before), after=said(it.after)) for it in diff.changes
        ),
    )


def remarks(diff: AuditDiff) -> dict[Weight, tuple[Remark, ...]]:
    """Every section that has a remark, in order: the verdict, then findings by severity, then all else.

    Findings that did not change are not told one by one, nor are single tables and keys: a line counts them.
    """
    found: dict[Weight, list[Remark]] = {weight: [] for weight in SECTIONS}
    verdicts = [it for it in diff.changes if it.subject is Subject.VERDICT]
    others = [it for it in diff.changes if it.subject not in {Subject.VERDICT, Subject.CHECK, *_COUNTED}]
    findings = (it for it in diff.findings if it.fate is not Fate.SAME)
    told = map(_change, verdicts), map(_finding, findings), _checks(diff), map(_change, others), _structures(diff)
    for remark in chain.from_iterable(told):
        found[remark.weight].append(remark)
    return {weight: tuple(those) for weight, those in found.items() if those}


def heading(weight: Weight, found: Iterable[Remark]) -> str:
    """`Worse (7)`, as many as the conclusion says; without a number where only the verdict is told."""
    number = changes_told(found)
    return f"{SECTIONS[weight]} ({number})" if number else SECTIONS[weight]


def changes_told(found: Iterable[Remark]) -> int:
    """How many changes these remarks tell: the one count for headings, for what is left out, and for the conclusion."""
    return sum(it.stands_for for it in found)


def _finding(change: FindingChange) -> Remark:
    found = change.finding
    return Remark(
        weight=change.weight,
        place=str(found.location) if found.location else "",
        what=found.rule,
        said=shorten(found.message, _MOST),
        became=_became(change),
        severity=found.severity,
    )


def _became(change: FindingChange) -> str:
    """`new, block`, `warn before, block now`, `accepted: the reason`."""
    old, new = change.before, change.after
    word = change.finding.severity.word
    if change.fate is Fate.ACCEPTED and new is not None:
        return f"{word}, accepted: {shorten(new.suppressed or '', _MOST)}"
    if change.fate is Fate.COUNTS_AGAIN and old is not None:
        return f"{word}, no longer accepted ({shorten(old.suppressed or '', _MOST)})"
    if old is not None and new is not None:
        scope = f"{change.fate}, " if change.fate in (Fate.ENTERED, Fate.LEFT) else ""
        return f"{scope}{_weighs(old)} before, {_weighs(new)} now"
    accepted = change.finding.suppressed
    also = f", accepted: {shorten(accepted, _MOST)}" if accepted is not None else ""
    return f"{change.fate}, {_weighs(change.finding)}{also}"


def _weighs(found: Finding) -> str:
    return f"{found.severity.word} (of the history)" if found.described else found.severity.word


def _change(change: Change) -> Remark:
    what = change.subject if change.subject in _NAMELESS else f"{change.subject} {shorten(change.name, _MOST)}"
    counts = 0 if change.subject is Subject.VERDICT else 1
    return Remark(weight=change.weight, what=what, said=_before_and_now(change), stands_for=counts)


_NAMELESS = frozenset({Subject.VERDICT, Subject.SCOPE, Subject.REHEARSAL})
_COUNTED = {
    Subject.DECLARED_TABLE: "declared tables",
    Subject.DECLARED_COLUMN: "columns of tables declared before and now",
    Subject.MADE_TABLE: "tables made by the migrations",
    Subject.DECLARED_KEY: "declared foreign keys",
    Subject.MADE_KEY: "foreign keys made by the migrations",
}
"""What is not told one by one, and what several of it are called."""


def _before_and_now(change: Change) -> str:
    was, now = (None if it is None else shorten(it, _MOST) for it in (change.before, change.after))
    if was is None:
        return f"new: {now}" if change.subject is not Subject.OPAQUE else "cannot be read now"
    if now is None:
        return f"gone; before: {was}" if change.subject is not Subject.OPAQUE else "can be read now, or is gone"
    return f"{was} before, {now} now"


def _checks(diff: AuditDiff) -> Iterator[Remark]:
    """Checks with the same before and now in one line: a dozen that wait for one thing are one line to read."""
    alike: dict[Change, list[str]] = {}
    for each in diff.changes:
        if each.subject is Subject.CHECK:
            alike.setdefault(replace(each, name=""), []).append(each.name)
    for change, rules in alike.items():
        what = "check" if len(rules) == 1 else "checks"
        said = _before_and_now(change) if change.before and change.after else _known_to_one(change)
        yield Remark(weight=change.weight, what=f"{what} {_ranges(rules)}", said=said, stands_for=len(rules))


def _known_to_one(change: Change) -> str:
    """Of a rule that only one of the two audits has."""
    return (
        f"not known before, {change.after} now" if change.before is None else f"{change.before} before, not there now"
    )


def _ranges(rules: list[str]) -> str:
    plain = all(_RULE.fullmatch(rule) for rule in rules)
    return rule_ranges(rules) if plain else ", ".join(shorten(rule, _MOST) for rule in rules)


def _structures(diff: AuditDiff) -> Iterator[Remark]:
    """`declared tables: 2 new (public.A, public.B), 1 gone (public.C)`."""
    for subject, what in _COUNTED.items():
        alike: dict[Weight, list[Change]] = {}
        for each in diff.changes:
            if each.subject is subject:
                alike.setdefault(each.weight, []).append(each)
        for weight, changes in alike.items():
            sides = (([it.name for it in changes if (it.before is None) is new], word) for new, word in _WORDS)
            said = ", ".join(_names(names, word) for names, word in sides if names)
            yield Remark(weight=weight, what=what, said=said, stands_for=len(changes))


_WORDS = ((True, "new"), (False, "gone"))


def _names(names: list[str], word: str) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{len(names)} {word} ({', '.join(shorten(name, _MOST) for name in names[:_LISTED])}{more})"


def unchanged(diff: AuditDiff) -> str:
    """`53 findings as before: 20 block, 30 warn, 3 note`; accepted ones stand apart, as they count for nothing."""
    same = [it.finding for it in diff.findings if it.fate is Fate.SAME]
    severities = Counter(it.severity for it in same if it.suppressed is None)
    parts = [f"{severities[severity]} {severity.word}" for severity in sorted(severities, reverse=True)]
    accepted = sum(it.suppressed is not None for it in same)
    parts += [f"{accepted} accepted"] * bool(accepted)
    if not same:
        return "No finding is as before"
    return f"{count(len(same), 'finding')} as before: {', '.join(parts)}"


def doubts(diff: AuditDiff) -> tuple[str, ...]:
    """What makes the comparison itself doubtful."""
    found = []
    if diff.before.run == diff.after.run:
        found.append("This is the same audit twice.")
    if diff.before.started > diff.after.started:
        found.append("The first audit was made after the second one: is the order right?")
    if any(it.subject is Subject.SCOPE for it in diff.changes):
        found.append("The two audits judge another scope, so that a finding may come or go without any repair.")
    if any(it.subject is Subject.PROJECT for it in diff.changes):
        found.append("The two projects have other names.")
    return tuple(found)


def conclusion(diff: AuditDiff) -> str:
    """The word's reason in one sentence; what makes it what it is stands first."""
    numbers = {weight: changes_told(found) for weight, found in remarks(diff).items()}
    parts = [f"{numbers[weight]} {_COUNTS[weight]}" for weight in SECTIONS if weight in _COUNTS and numbers.get(weight)]
    match diff.direction:
        case Direction.SAME:
            return "Nothing got better or worse."
        case Direction.WORSE | Direction.MIXED:
            fell = ["the verdict fell"] * (not numbers.get(Weight.WORSE))
            said = "; ".join([*fell, *parts])
            return f"{said[0].upper()}{said[1:]}."
        case _:
            return f"Nothing got worse; {'; '.join(parts)}."


_COUNTS = {
    Weight.WORSE: "got worse",
    Weight.FIRST_SEEN: "looked at for the first time",
    Weight.UNSEEN: "no longer looked at",
    Weight.TIGHTENED: "asked for more strictly",
    Weight.LOOSENED: "accepted, or asked for less strictly",
    Weight.CHANGED: "changed",
    Weight.REMOVED: "gone",
    Weight.BETTER: "got better",
    Weight.ADDED: "new",
}
