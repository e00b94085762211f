"""What a deployment would bring about, in one sentence for those who do not know the rules."""

from pgready.model.deployment import DeploymentKind
from pgready.model.trace import Rehearsal, RunOutcome
from pgready.reports.blocks import Line
from pgready.reports.causes import Lacking
from pgready.reports.grouping import FindingGroup, by_cause
from pgready.reports.lines import code, count, line, listing, warn
from pgready.reports.reach import not_judged
from pgready.reports.words import heading
from pgready.verdict import AuditResult, Verdict, blocks

__all__ = ["beyond", "consequence"]

_OBJECTS = 2


def consequence(audit: AuditResult) -> Line:
    """What a deployment would bring about, for those who do not know the rules; empty where the reason says it all."""
    rehearsal = audit.rehearsal
    if rehearsal is None or audit.verdict is Verdict.INCONCLUSIVE:
        return _worst(audit)
    failed = next((run for run in rehearsal.runs if run.outcome is not RunOutcome.APPLIED), None)
    if failed is not None:
        where = f", number {failed.position} of {_total(audit)}"
        return line("A clean deploy stops at ", code(failed.migration), where, _others(audit), ".")
    lacking = Lacking(audit)
    missing = bool(lacking.tables or lacking.keys)
    if audit.verdict is Verdict.NOT_READY and not (missing and _blocks_as_missing(audit)):
        return _worst(audit)
    return line(_left_out(audit, lacking)) if missing else _whole(audit, rehearsal)


def beyond(audit: AuditResult) -> Line:
    """What a READY does not speak of, as `not_judged` says it: a reader in a hurry takes it for all there is."""
    head, _, rest = not_judged(audit).partition(":")
    return line(warn(head), f":{rest}") if rest else ()


def _blocks_as_missing(audit: AuditResult) -> bool:
    """Whether one of the causes that block is about tables or keys that are missing."""
    return any((group.tables or group.keys) and group.blocks(audit.policy) for group in by_cause(audit))


def _worst(audit: AuditResult) -> Line:
    """Of a verdict NOT READY the first cause that blocks, with the object, and how many more there are."""
    groups = [group for group in by_cause(audit) if group.blocks(audit.policy)]
    if not groups:
        return ()
    return line(heading(groups[0]), ": ", _objects(groups[0], audit), _others(audit), ".")


def _others(audit: AuditResult) -> str:
    """How many causes block beside the one that was named."""
    more = sum(group.blocks(audit.policy) for group in by_cause(audit)) - 1
    return f"; {count(more, 'more cause')} {'blocks' if more == 1 else 'block'}" if more > 0 else ""


def _objects(group: FindingGroup, audit: AuditResult) -> Line:
    return listing(dict.fromkeys(found.object for found in group.findings if blocks(found, audit.policy)), _OBJECTS)


def _whole(audit: AuditResult, rehearsal: Rehearsal) -> Line:
    """Of a deployment since a revision first what is judged: that."""
    made = "makes every declared table and key."
    deployment = audit.deployment
    if deployment.kind is DeploymentKind.CLEAN:
        return line(f"A clean deploy applies {count(len(rehearsal.runs), 'migration')} and {made}")
    number = len(deployment.migrations)
    base = line(" newer than ", code(deployment.base)) if deployment.base else line(" to be deployed")
    what = line(f"Nothing blocks in {count(number, 'migration')}", base) if number else line("No migration is", base)
    return line(what, f"; a clean deploy of all {len(rehearsal.runs)} {made}")


def _left_out(audit: AuditResult, lacking: Lacking) -> str:
    tables, keys = len(lacking.tables), len(lacking.keys)
    gaps = " and ".join(
        f"{number} of {total} {noun}"
        for number, total, noun in (
            (tables, len(audit.declared.tables), "declared tables"),
            (keys, sum(1 for _ in audit.declared.foreign_keys()), "foreign keys"),
        )
        if number
    )
    whole = f"all {_total(audit)} migrations" if _total(audit) > 1 else "its migration"
    return f"A clean deploy reports success for {whole} and leaves out {gaps}."


def _total(audit: AuditResult) -> int:
    return len(audit.migrations)
