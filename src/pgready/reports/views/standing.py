"""The first screen about isolation: one word, what it rests on, and that it is not the verdict on the deployment."""

from collections import Counter

from pgready.model.groups import ContractOutcome, CrossingVerdict
from pgready.reports.blocks import Banner, Fact, Tone
from pgready.reports.lines import count, line
from pgready.reports.view import View
from pgready.reports.views.drawing import unkeyed_of
from pgready.verdict import AuditResult

__all__ = ["isolation"]


def isolation(audit: AuditResult) -> View:
    """Whether the groups keep what they promise, in a few words; without groups or contracts, that nobody asked."""
    tone, word, reason = _word(audit)
    return View(
        Banner(
            tone=tone,
            word=word,
            reason=line(reason),
            detail=line(_keys(audit)) if audit.grouping.groups else (),
            facts=(
                Fact(term="Project", line=line(audit.project.name)),
                Fact(term="Structure", line=line(_structure(audit))),
                Fact(term="Deployment", line=line(f"{audit.verdict}, see the report deployment_readiness")),
            ),
        )
    )


def _word(audit: AuditResult) -> tuple[Tone, str, str]:
    outcomes = Counter(contract.outcome for contract in audit.contracts)
    total = len(audit.contracts)
    if not audit.grouping.groups:
        return Tone.OPEN, "NOT JUDGED", "No feature groups are declared, so nothing can be said about their isolation."
    if broken := outcomes[ContractOutcome.FAILED]:
        names = ", ".join(it.contract.name for it in audit.contracts if it.outcome is ContractOutcome.FAILED)
        return (
            Tone.BAD,
            "BROKEN",
            f"{broken} of {count(total, 'contract')} {'is' if broken == 1 else 'are'} broken: {names}.",
        )
    if not total:
        return Tone.OPEN, "NOT JUDGED", "No contract is declared, so nothing says which keys between groups may be."
    doubts = _told(
        (
            outcomes[ContractOutcome.VACUOUS],
            "contract holds",
            "contracts hold",
            "only because nothing could break them",
        ),
        (outcomes[ContractOutcome.BASELINED], "holds", "hold", "but for what the baseline tolerates"),
        (_undeclared(audit), "key between groups is one", "keys between groups are ones", "that nothing speaks of"),
    )
    if doubts:
        return Tone.WARN, "KEPT, WITH DOUBTS", f"No contract is broken, but {'; '.join(doubts)}."
    return Tone.GOOD, "KEPT", "The contract holds." if total == 1 else f"All {total} contracts hold."


def _told(*counted: tuple[int, str, str, str]) -> list[str]:
    return [f"{number} {one if number == 1 else many} {rest}" for number, one, many, rest in counted if number]


def _undeclared(audit: AuditResult) -> int:
    return sum(crossing.verdict is CrossingVerdict.UNDECLARED for crossing in audit.crossings)


def _keys(audit: AuditResult) -> str:
    """The keys between groups by what is said of them, and the references that no contract about keys can see."""
    verdicts = Counter(crossing.verdict for crossing in audit.crossings)
    parts = [f"{verdicts[verdict]} {verdict.value}" for verdict in CrossingVerdict if verdicts[verdict]]
    between = (
        count(len(audit.crossings), "foreign key") + " between groups" + (f" ({', '.join(parts)})" if parts else "")
    )
    group_of = audit.grouping.group_of()
    unkeyed = sum(group_of.get(it.table) != group_of.get(it.referenced_table) for it in unkeyed_of(audit).references)
    looks = "column looks like a reference" if unkeyed == 1 else "columns look like references"
    return f"{between}; {unkeyed} {looks} to another group and {'has' if unkeyed == 1 else 'have'} no key."


def _structure(audit: AuditResult) -> str:
    if audit.rehearsal is None:
        return "as declared; nothing was rehearsed"
    if not audit.rehearsal.complete:
        return "as declared; the clean deploy did not run to its end"
    return "as declared, and as a clean deploy makes it"
