"""What is accepted: applied to the findings of all other checks, and judged itself (SUP001 to SUP003).

A suppression that cannot be read, or whose day is over, accepts nothing, so that a mistake never hides a finding.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from pgready.checks.gathered import failed_or_passed, finding, incomplete
from pgready.findings import CheckResult, Evidence, Finding, Outcome, Rule, Severity
from pgready.model.deployment import Deployment
from pgready.model.location import Location
from pgready.model.nearest import near_objects
from pgready.model.suppressions import CommentFault, Suppression, SuppressionSource

__all__ = ["RULES", "SUP001", "SUP002", "SUP003", "Acceptance", "accepts", "did_run", "judge_suppressions", "weigher"]

SUP001 = Rule(
    id="SUP001",
    title="A suppression suppresses nothing",
    severity=Severity.WARN,
    evidence=(Evidence.READ,),
    condition="A comment `pgready: ignore`, an entry of [[suppressions]] or a line of the baseline names a rule that "
    "ran and has no finding there. A note for comments in migrations that the deployment does not run.",
    effect="It says that something is wrong which is not, and would hide the next finding of that kind.",
    fix="Take it out, or correct its rule, object or place; `pgready baseline --update` does that for the baseline.",
    source="The findings of this audit.",
)
SUP002 = Rule(
    id="SUP002",
    title="A suppression has expired",
    severity=Severity.WARN,
    evidence=(Evidence.READ,),
    condition="The last day of a suppression (`until`, `expires`) lies before the day of the audit (UTC). A note for "
    "comments in migrations that the deployment does not run.",
    effect="What it accepted counts again.",
    fix="Repair what it accepted, or agree on another day and say why.",
    source="The suppression itself.",
)
SUP003 = Rule(
    id="SUP003",
    title="A suppression cannot be read",
    severity=Severity.WARN,
    evidence=(Evidence.READ,),
    condition="A comment speaks to pgready and names no rule, an unknown one, no reason or no day that exists, or "
    "stands where no statement follows. A note in migrations that the deployment does not run.",
    effect="It suppresses nothing, although somebody meant it to.",
    fix="Write `-- pgready: ignore RULE reason` above the statement, or `ignore RULE until 2027-01-31 reason`.",
    source="docs/reference/configuration.md, Suppressions.",
)
RULES = (SUP001, SUP002, SUP003)

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """All that is accepted in an audit.

    `suppressions` in the order in which their reasons win: comments, pgready.toml, baseline; `faults` are comments that
    cannot be read. `files` are the migrations' names by file; `today` is the day of the audit; `partial` are rules that
    could have looked at a rehearsal, and there was none.
    """

    today: date
    suppressions: tuple[Suppression, ...] = ()
    faults: tuple[CommentFault, ...] = ()
    deployment: Deployment = field(default_factory=Deployment)
    files: Mapping[str, str] = field(default_factory=dict)
    partial: frozenset[str] = frozenset()

    def expired(self, suppression: Suppression) -> bool:
        """Whether its last day is over."""
        return suppression.expires is not None and suppression.expires < self.today


def accepts(suppression: Suppression, found: Finding, files: Mapping[str, str]) -> bool:
    """Whether the suppression, expired or not, is about the finding; `files` are the migrations' names by file."""
    return (
        suppression.rule == found.rule
        and suppression.object in (None, found.object)
        and (suppression.span is None or suppression.span.holds(found.location))
        and suppression.migration in (None, migration_of(found, files))
    )


def migration_of(found: Finding, files: Mapping[str, str]) -> str | None:
    """The migration in which the finding lies, None when it lies elsewhere."""
    return files.get(found.location.file) if found.location is not None else None


class _Candidates:
    """Suppressions by what a finding has: comments by its file, all others by its object."""

    def __init__(self, suppressions: Iterable[Suppression]) -> None:
        self._found: dict[tuple[str, bool, str], list[Suppression]] = defaultdict(list)
        for each in suppressions:
            by_file = each.span is not None
            self._found[each.rule, by_file, each.span.file if each.span else each.object or ""].append(each)

    def of(self, found: Finding) -> Iterator[Suppression]:
        """Those that may be about the finding, comments first."""
        if found.location is not None:
            yield from self._found.get((found.rule, True, found.location.file), ())
        yield from self._found.get((found.rule, False, found.object), ())


def weigher(acceptance: Acceptance) -> Callable[[Finding], Finding]:
    """A function that gives a finding the reason of the first suppression that accepts it; it stays counted."""
    candidates = _Candidates(each for each in acceptance.suppressions if not acceptance.expired(each))

    def weigh(found: Finding) -> Finding:
        reasons = (each.reason for each in candidates.of(found) if accepts(each, found, acceptance.files))
        reason = next(reasons, found.suppressed)
        return found if reason == found.suppressed else replace(found, suppressed=reason)

    return weigh


def did_run(rule: str, results: Mapping[str, CheckResult]) -> bool:
    """Whether a check looked at everything, so that what it did not find is not there."""
    return rule in results and results[rule].outcome in (Outcome.PASSED, Outcome.FAILED)


def judge_suppressions(acceptance: Acceptance, results: Sequence[CheckResult]) -> tuple[CheckResult, ...]:
    """SUP001 to SUP003, given the results of all other checks. Findings about suppressions cannot be suppressed."""
    by_rule = {result.rule: result for result in results}
    expired = [each for each in acceptance.suppressions if acceptance.expired(each)]
    looked = _count(acceptance)
    return (
        _unused(acceptance, by_rule),
        failed_or_passed(SUP002, [_expired(each, acceptance) for each in expired], looked_at=looked),
        failed_or_passed(SUP003, [_unread(each, acceptance) for each in acceptance.faults], looked_at=looked),
    )


def _unused(acceptance: Acceptance, results: Mapping[str, CheckResult]) -> CheckResult:
    current = [each for each in acceptance.suppressions if not acceptance.expired(each)]
    candidates = _Candidates(current)
    used = {
        each
        for result in results.values()
        for found in result.findings
        for each in candidates.of(found)
        if accepts(each, found, acceptance.files)
    }
    idle = [each for each in current if each not in used]
    ran = {each.rule for each in idle if did_run(each.rule, results)} - acceptance.partial
    findings = [_finding(SUP001, each, acceptance, _idle(each, results)) for each in idle if each.rule in ran]
    unknown = sorted({each.rule for each in idle} - ran)
    looked = _count(acceptance) + (
        f", but for those of rules that did not run: {', '.join(unknown)}" if unknown else ""
    )
    result = failed_or_passed(SUP001, findings, looked_at=looked)
    # A rule that was not given anything to judge is no loss.
    missed = [rule for rule in unknown if rule in results and results[rule].given]
    return incomplete(result, f"{', '.join(missed)} did not run") if missed else result


def _count(acceptance: Acceptance) -> str:
    count = len(acceptance.suppressions)
    return f"{count} suppression{'' if count == 1 else 's'}"


def _idle(suppression: Suppression, results: Mapping[str, CheckResult]) -> str:
    return f"suppresses nothing: {_where(suppression, results[suppression.rule].findings)}"


def _where(suppression: Suppression, others: Sequence[Finding]) -> str:
    """What there is instead."""
    if not others:
        return f"there is no finding of {suppression.rule}"
    if suppression.object is not None:
        objects = sorted({found.object for found in others})
        if suppression.object in objects:
            return f"the finding on {suppression.object} is not in the migration {suppression.migration}"
        near = near_objects(suppression.object, objects)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        return f"{suppression.rule} has none on {suppression.object}{hint}"
    places = [found.location for found in others if found.location and _same_file(found.location, suppression)]
    if not places:
        return f"{suppression.rule} has no finding in this file"
    named = ", ".join(str(place.line) for place in places[:_MOST_NAMED] if place.line)
    return (
        f"{suppression.rule} has none there, but in line {named} of this file"
        if named
        else "it is about all of the file"
    )


def _same_file(location: Location, suppression: Suppression) -> bool:
    return suppression.span is not None and location.file == suppression.span.file


def _expired(suppression: Suppression, acceptance: Acceptance) -> Finding:
    return _finding(SUP002, suppression, acceptance, f"expired on {suppression.expires} ({suppression.reason})")


def _finding(rule: Rule, suppression: Suppression, acceptance: Acceptance, what: str) -> Finding:
    in_sql = suppression.source is SuppressionSource.SQL
    return finding(
        rule,
        object=(suppression.migration if in_sql else suppression.object) or suppression.rule,
        message=f"the {_SOURCES[suppression.source]} for {suppression.named} {what}",
        severity=_severity(rule, suppression.migration if in_sql else None, acceptance),
        location=suppression.location,
    )


_SOURCES = {
    SuppressionSource.SQL: "comment",
    SuppressionSource.CONFIG: "entry of [[suppressions]]",
    SuppressionSource.BASELINE: "line of the baseline",
}


def _unread(fault: CommentFault, acceptance: Acceptance) -> Finding:
    return finding(
        SUP003,
        object=fault.migration,
        message=f"a comment to pgready cannot be read: {fault.message}",
        severity=_severity(SUP003, fault.migration, acceptance),
        location=fault.location,
    )


def _severity(rule: Rule, migration: str | None, acceptance: Acceptance) -> Severity:
    """A comment in a migration that was applied cannot be corrected without editing that migration."""
    outside = migration is not None and not acceptance.deployment.runs(migration)
    return Severity.NOTE if outside else rule.severity
