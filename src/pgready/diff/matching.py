"""Which finding of one audit is which of the other.

A finding is known by its rule and its object. Where several have both, the closest are paired first: equal ones, then
those that say the same, then those that weigh the same; the place only breaks ties, since lines move with every edit.
Read backwards, the same findings are paired.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import replace

from pgready.findings import Finding
from pgready.model.location import Location
from pgready.verdict import AuditResult

__all__ = ["Pair", "pair_findings", "renamed_migrations"]

Pair = tuple[Finding | None, Finding | None]
"""A finding before and after; None where there is none."""

_Key = Callable[[Finding], Hashable]
_Named = tuple[Finding, Finding]
"""A finding with one name for renamed migrations, and as it is."""


def renamed_migrations(before: AuditResult, after: AuditResult) -> dict[str, str]:
    """Migrations that have another name with the same text: old name -> new name.

    Only where exactly one of each side has that text, and neither name is known to the other side.
    """
    old, new = (_by_text(one, other) for one, other in ((before, after), (after, before)))
    return {old[text]: new[text] for text in old if text in new}


def _by_text(here: AuditResult, there: AuditResult) -> dict[str, str]:
    """Checksum -> name, of migrations that only this side has; a text that stands twice is no proof."""
    known = {record.name for record in there.migrations}
    found: dict[str, list[str]] = defaultdict(list)
    for record in here.migrations:
        if record.checksum is not None:
            found[record.checksum].append(record.name)
    return {text: names[0] for text, names in found.items() if len(names) == 1 and names[0] not in known}


def pair_findings(before: AuditResult, after: AuditResult) -> Iterator[Pair]:
    """Every finding of both audits exactly once, alone or with the one of the other side that is the same."""
    named = _renaming(before, after)
    old, new = _by_identity(before.findings, named), _by_identity(after.findings, named)
    for identity in dict.fromkeys((*old, *new)):
        yield from _pairs(old.get(identity, []), new.get(identity, []))


def _renaming(before: AuditResult, after: AuditResult) -> Callable[[Finding], Finding]:
    """A function that gives findings of both sides one name for a migration that was renamed: the lesser of the two."""
    names = renamed_migrations(before, after)
    if not names:
        return lambda found: found
    old_files = {record.name: record.file for record in before.migrations}
    new_files = {record.name: record.file for record in after.migrations}
    one_name = {name: min(pair) for pair in names.items() for name in pair}
    pairs = ((old_files[old], new_files[new]) for old, new in names.items())
    one_file = {file: min(pair) for pair in pairs for file in pair}
    return lambda found: replace(
        found, object=one_name.get(found.object, found.object), location=_moved(found.location, one_file)
    )


def _moved(location: Location | None, files: Mapping[str, str]) -> Location | None:
    if location is None or location.file not in files:
        return location
    return replace(location, file=files[location.file])


def _by_identity(
    findings: Iterable[Finding], named: Callable[[Finding], Finding]
) -> dict[tuple[str, str], list[_Named]]:
    found: dict[tuple[str, str], list[_Named]] = defaultdict(list)
    for each in findings:
        as_named = named(each)
        found[as_named.rule, as_named.object].append((as_named, each))
    return found


def _pairs(left: list[_Named], right: list[_Named]) -> Iterator[Pair]:
    """The closest first; what is left over when one side has no more stands alone."""
    if len(left) == len(right) == 1:
        yield left[0][1], right[0][1]
        return
    for key in _CLOSER:
        if not (left and right):
            break
        left, right, paired = _zipped(left, right, key)
        yield from paired
    yield from ((each, None) for _, each in left)
    yield from ((None, each) for _, each in right)


def _zipped(left: list[_Named], right: list[_Named], key: _Key) -> tuple[list[_Named], list[_Named], list[Pair]]:
    """Those with an equal key side by side in order of place, and what is left of both."""
    sides: tuple[dict[Hashable, list[_Named]], dict[Hashable, list[_Named]]] = (defaultdict(list), defaultdict(list))
    for found, side in zip((left, right), sides, strict=True):
        for each in sorted(found, key=lambda it: _order(it[0])):
            side[key(each[0])].append(each)
    paired: list[Pair] = []
    rests: tuple[list[_Named], list[_Named]] = ([], [])
    for value in dict.fromkeys((*sides[0], *sides[1])):
        ours, theirs = (side.get(value, []) for side in sides)
        both = min(len(ours), len(theirs))
        paired += [(one[1], other[1]) for one, other in zip(ours[:both], theirs[:both], strict=True)]
        rests[0].extend(ours[both:])
        rests[1].extend(theirs[both:])
    return rests[0], rests[1], paired


def _order(found: Finding) -> tuple[str, int, int, int, str, str, str, bool, str, str]:
    place = found.location or Location("")
    return (
        *(place.file, place.line or 0, place.column or 0, -found.severity, found.message, found.fix),
        *(found.suppressed or "", found.described, found.evidence, found.confidence),
    )


def _state(found: Finding) -> Hashable:
    return found.severity, found.suppressed is not None, found.described


_CLOSER: tuple[_Key, ...] = (
    lambda found: found,
    lambda found: (_state(found), found.message),
    lambda found: (_state(found), found.location),
    lambda found: (_state(found), found.location and found.location.file),
    _state,
    lambda found: found.location,
    lambda found: found.location and found.location.file,
    lambda _: None,
)
