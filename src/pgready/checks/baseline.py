"""What the baseline of findings should hold: today's findings that a baseline may tolerate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pgready.checks.suppressions import accepts, did_run, migration_of
from pgready.findings import CheckResult, Finding, Severity
from pgready.model.baseline import may_be_baselined
from pgready.model.suppressions import Suppression, SuppressionSource

__all__ = ["FindingsUpdate", "update_findings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsUpdate:
    """The entries that the baseline should hold, and the findings that this adds to the present ones and removes.

    `entries` are ordered by rule, object and migration. `untold` are blocking findings that no baseline can tolerate.
    """

    entries: tuple[Suppression, ...]
    added: tuple[Suppression, ...]
    removed: tuple[Suppression, ...]
    untold: tuple[Finding, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """What changes, a line for each; names are not escaped."""
        stays = (f"! {found.rule} {found.object}: no baseline can tolerate {found.rule}" for found in self.untold)
        return (
            *(f"+ {_shown(entry)}" for entry in self.added),
            *(f"- {_shown(entry)}" for entry in self.removed),
            *stays,
        )


def update_findings(
    results: Iterable[CheckResult], present: Iterable[Suppression], files: Mapping[str, str], *, reason: str
) -> FindingsUpdate:
    """The present entries that still accept something, with their reasons, and an entry for each other finding.

    `results` are those of an audit with the `present` baseline, `files` the migrations' names by file; `reason` is that
    of new entries. Findings that something else accepts, and notes, need none. An entry whose rule did not run is kept.
    An entry of a finding in a migration is for that migration only: the same rule may find the same table again in a
    later one, and that is new.
    """
    by_rule = {result.rule: result for result in results}
    present = [entry for entry in present if entry.source is SuppressionSource.BASELINE]
    kept = [entry for entry in present if not did_run(entry.rule, by_rule) or _used(entry, by_rule[entry.rule], files)]
    # Those of references have lines of their own.
    rules = [rule for rule in by_rule if not rule.startswith("ISO")]
    active = [found for rule in rules for found in by_rule[rule].findings if found.suppressed is None]
    new = {_entry(found, files, reason): None for found in active if _tolerable(found)}
    return FindingsUpdate(
        entries=tuple(sorted((*kept, *new), key=_order)),
        added=tuple(sorted(new, key=_order)),
        removed=tuple(sorted((entry for entry in present if entry not in kept), key=_order)),
        untold=tuple(it for it in active if it.severity >= Severity.BLOCK and not may_be_baselined(it.rule)),
    )


def _tolerable(found: Finding) -> bool:
    return may_be_baselined(found.rule) and found.severity > Severity.NOTE


def _used(entry: Suppression, result: CheckResult, files: Mapping[str, str]) -> bool:
    return any(accepts(entry, found, files) for found in result.findings)


def _entry(found: Finding, files: Mapping[str, str], reason: str) -> Suppression:
    migration = migration_of(found, files)
    return Suppression(
        rule=found.rule,
        object=found.object,
        reason=reason,
        source=SuppressionSource.BASELINE,
        migration=None if migration == found.object else migration,
    )


def _order(entry: Suppression) -> tuple[str, str, str]:
    return (entry.rule, entry.object or "", entry.migration or "")


def _shown(entry: Suppression) -> str:
    return entry.named if entry.migration is None else f"{entry.named} in {entry.migration}"
