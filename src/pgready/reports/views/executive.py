"""The executive summary: what a readiness report claims, line by line, each with its truth."""

from pgready.reports.blocks import Block, Bullets, Line, Prose, Stack, State
from pgready.reports.causes import lost_skips
from pgready.reports.grouping import by_cause
from pgready.reports.judged import Claim, accepted, claim_row, results_of, state_of
from pgready.reports.lines import bad, capped, count, line, muted, section, strong
from pgready.reports.unjudged import chosen_row
from pgready.reports.view import View
from pgready.reports.words import heading
from pgready.verdict import AuditResult, Verdict, blocks, did_not_run

__all__ = ["executive_summary"]

_INVENTORY, _STATUS, _RESILIENCE = "Inventory", "Migration status", "Migration resilience"
_DRIFT, _NAMES = "Drift", "Names and key identifiers"
_COEXISTENCE, _DATA, _COMPATIBILITY = "Coexistence and isolation", "Data and locks", "Compatibility"
_ISSUES = "Potential issues and resolutions"
_CAUSES = 12

_CLAIMS = (
    Claim("Every required model is declared", ("INV003",), _INVENTORY),
    Claim("Every declared table is made", ("INV001",), _INVENTORY),
    Claim("Every declared foreign key is made as declared", ("INV006",), _INVENTORY),
    Claim("What is made has the columns, indexes and enums as declared", ("INV005", "INV007", "INV008"), _DRIFT),
    Claim("Every critical migration is there", ("INV009",), _STATUS),
    Claim("Every migration runs to its end", ("RES001", "RES007"), _STATUS),
    Claim("No migration leaves anything out in silence", ("RES002", "RES005"), _STATUS),
    Claim("What is called resilient is resilient", ("RES003",), _RESILIENCE),
    Claim("A migration that fails midway has a way back", ("RES009", "RES006"), _ISSUES),
    Claim("No two names clash", ("INV004",), _NAMES),
    Claim("The features coexist as their contracts say", ("ISO001", "ISO002", "ISO006"), _COEXISTENCE),
    Claim("Every table of a group with a key says whose its rows are", ("ISO005",), _NAMES),
    Claim(
        "Nothing that holds data is dropped, emptied or made narrower",
        ("DES001", "DES002", "DES003", "DES004", "DES005", "DES007", "DES008"),
        _DATA,
    ),
    Claim("Nothing in use is locked for long", tuple(f"LCK00{number}" for number in range(1, 9)), _DATA),
    Claim(
        "The running version keeps its tables, columns and enum values, and must fill no new column",
        ("CMP003", "DES001", "DES002", "DES005", "DES006", "DES007"),
        _COMPATIBILITY,
    ),
    Claim("No failed migration waits in the database", (), _DRIFT, "no live database was looked at"),
)


def executive_summary(audit: AuditResult) -> View:
    """What is claimed of a deployment that is ready, whether it is so, and what blocks this one."""
    heads = ("Claim", "Is it so?", "What was seen", "Read on")
    claims = [claim_row(each, audit, _seen(each, audit)) for each in _CLAIMS]
    rows = [*claims[:-1], *chosen_row(audit, section(_DATA)), claims[-1]]
    table = capped("What a deployment that is ready can claim", heads, rows)
    return View(Stack(body=(*_blocking(audit), table)))


def _seen(claim: Claim, audit: AuditResult) -> str:
    """What was seen, in the report's own figures, where the check counts something else; else empty."""
    if state_of(claim, audit) is not State.CROSSED or accepted(claim, audit):
        return ""
    lost = lost_skips(audit)
    if "RES002" in claim.rules and lost:
        migrations = len({skip.migration for skip in lost})
        return f"{count(len(lost), 'statement')} of {count(migrations, 'migration')} skipped for good"
    if "RES003" in claim.rules:
        false = {finding.object for check in results_of(claim, audit) for finding in check.findings}
        return f"{len(false)} of {count(len(audit.resilient_migrations), 'claim')} not true"
    return ""


def _blocking(audit: AuditResult) -> tuple[Block, ...]:
    causes = [group for group in by_cause(audit) if any(blocks(finding, audit.policy) for finding in group.findings)]
    if not causes:
        return (Prose(lines=(line(strong(_nothing(audit)), *_unknown(audit)),)),)
    said = line(
        strong(f"{count(len(causes), 'cause blocks', 'causes block')} the deployment"),
        ", with its resolution under " if len(causes) == 1 else ", each with its resolution under ",
        section(_ISSUES),
        ":",
    )
    items: tuple[Line, ...] = tuple(line(bad("blocks"), " ", heading(group)) for group in causes[:_CAUSES])
    return (Prose(lines=(said,)), Bullets(items=items, more=max(0, len(causes) - _CAUSES)))


def _nothing(audit: AuditResult) -> str:
    if audit.verdict is Verdict.INCONCLUSIVE:
        return "Nothing that was found blocks the deployment, and that is not enough to know."
    return "Nothing that was found blocks the deployment."


def _unknown(audit: AuditResult) -> Line:
    idle = [check for check in audit.checks if check.outcome.value in ("skipped", "errored")]
    required = sum(did_not_run(check, audit.policy) for check in idle)
    accepted_ones = sum(finding.suppressed is not None for finding in audit.findings)
    told = line(f" {count(accepted_ones, 'finding is', 'findings are')} accepted.") if accepted_ones else ()
    if not idle:
        return told
    did = "check that did not run is" if len(idle) == 1 else "checks that did not run are"
    which = f" ({required} of them required)" if required else ""
    return line(*told, f" The {len(idle)} {did} listed under ", section("What was not checked"), which, muted("."))
