"""Two audits compared as a whole."""

from collections.abc import Iterable

from pgready.diff.contracts import contract_changes
from pgready.diff.evidence import migration_changes, opaque_changes, setting_changes, structure_changes
from pgready.diff.findings import eased_rules, finding_changes
from pgready.diff.rules import check_changes, policy_changes
from pgready.diff.values import AuditDiff, Change, Side, Subject, Weight
from pgready.verdict import AuditResult, Verdict

__all__ = ["diff_audits"]

_GOOD_TO_BAD = (Verdict.READY, Verdict.INCONCLUSIVE, Verdict.NOT_READY)


def diff_audits(before: AuditResult, after: AuditResult) -> AuditDiff:
    """What got better and what got worse from one audit to the next.

    A finding is the same one when rule and object are, whatever its line; see `matching`. A new one is WORSE only where
    the audit before had looked for it, and one that is gone BETTER only where the audit after has. A check that ran
    before and does not run now is WORSE: "a check that did not run is never a pass". What pgready.toml asks for is
    compared too, so that asking for less does not look like a repair.
    """
    asked = [*contract_changes(before, after), *policy_changes(before, after)]
    findings = finding_changes(before, after, eased=eased_rules(asked))
    changes = [
        *setting_changes(before, after),
        *check_changes(before, after),
        *opaque_changes(before, after),
        *asked,
        *migration_changes(before, after),
        *structure_changes(before, after, findings),
    ]
    if before.verdict is not after.verdict:
        weights = {it.weight for it in findings} | {it.weight for it in changes}
        changes.insert(0, _verdict(before.verdict, after.verdict, weights))
    return AuditDiff(before=_side(before), after=_side(after), findings=findings, changes=tuple(changes))


def _side(audit: AuditResult) -> Side:
    return Side(
        project=audit.project.name,
        run=audit.run.id,
        started=audit.run.started,
        pgready=audit.run.pgready,
        scope=audit.scope,
        judgement=audit.judgement,
    )


def _verdict(was: Verdict, now: Verdict, weights: Iterable[Weight]) -> Change:
    """One that fell is worse, whatever it fell for; one that rose is no better than the most doubtful of its causes."""
    fell = _GOOD_TO_BAD.index(now) > _GOOD_TO_BAD.index(was)
    known = set(weights)
    doubtful = (Weight.LOOSENED, Weight.UNSEEN, Weight.REMOVED, Weight.CHANGED)
    risen = next((weight for weight in doubtful if weight in known), Weight.BETTER)
    weight = Weight.WORSE if fell else risen
    return Change(subject=Subject.VERDICT, name="verdict", before=was.value, after=now.value, weight=weight)
