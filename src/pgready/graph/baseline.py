"""What a baseline should hold for the contracts to pass: the references that break them today."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pgready.graph.edges import Edge, Ground
from pgready.graph.isolation import IsolationRules, judge_isolation
from pgready.graph.names import TableNames, table_names
from pgready.model.groups import ContractKind, ContractVerdict, DeclaredCrossing, Grouping
from pgready.model.schema import Schema

__all__ = ["NO_REASON", "BaselineUpdate", "present_baseline", "update_baseline"]

NO_REASON = "was there when the baseline was written; nobody has given a reason yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineUpdate:
    """The baseline as it should be (`entries`, by edge), and the edges that this adds to the present one and removes.

    `untold` are the sentences of violations that no baseline can tolerate, because they are no reference.
    """

    entries: tuple[DeclaredCrossing, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    untold: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """What changes, a line for each edge and each violation that stays; names are not escaped."""
        stays = (f"! {sentence}: no reference, so no baseline can tolerate it" for sentence in self.untold)
        return (*(f"+ {edge}" for edge in self.added), *(f"- {edge}" for edge in self.removed), *stays)


def present_baseline(declared: Schema, made: Schema, grouping: Grouping, rules: IsolationRules) -> BaselineUpdate:
    """The baseline for what is declared and what the migrations make, all of which must have been applied."""
    judged = judge_isolation(declared, made, grouping, rules)
    return update_baseline(judged.contracts, rules.accepted, judged.stale, table_names(declared, made))


def update_baseline(
    verdicts: Iterable[ContractVerdict],
    accepted: Iterable[DeclaredCrossing],
    stale: Collection[DeclaredCrossing],
    names: TableNames,
) -> BaselineUpdate:
    """The present entries that are not stale, with their reasons, and everything that breaks a contract.

    `accepted` and `stale` may hold entries of `[[crossings]]`, which are left alone; `names` are those of both
    structures. Of a cycle the smallest cut is added. The order of the contracts changes nothing.
    """
    present = [entry for entry in accepted if entry.baselined]
    kept = [entry for entry in present if entry not in stale]
    ground = Ground(names=names, group_of={}, order={})
    breaking, untold = set[tuple[str, bool]](), dict[str, None]()
    for verdict in verdicts:
        cascade = verdict.contract.kind is ContractKind.NO_CASCADE_ACROSS
        breaking.update((ground.spelt(Edge.of(crossing.foreign_key)), cascade) for crossing in verdict.broken_by)
        for violation in verdict.violations:
            breaking.update((edge, False) for edge in violation.edges)
            if not violation.edges:
                untold[violation.sentence] = None
    added = sorted(breaking - {(entry.edge, entry.cascade) for entry in kept})
    new = [DeclaredCrossing(edge=edge, reason=NO_REASON, baselined=True, cascade=cascade) for edge, cascade in added]
    return BaselineUpdate(
        entries=tuple(sorted((*kept, *new), key=lambda entry: (entry.edge, entry.cascade))),
        added=tuple(entry.tolerated for entry in new),
        removed=tuple(sorted({entry.tolerated for entry in present} - {entry.tolerated for entry in kept})),
        untold=tuple(untold),
    )
