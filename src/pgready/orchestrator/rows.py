"""Which migrations are rehearsed, or run twice, on tables with rows: what a deployment to a database in use runs."""

from collections.abc import Collection, Sequence

from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.kept_rows import OnRows
from pgready.model.migration import Migration

__all__ = ["again_on_rows", "on_rows"]


def on_rows(deployment: Deployment, migrations: Sequence[Migration], *, thorough: bool = False) -> OnRows | None:
    """Rows for what is there before the first migration about to run; None where no database in use is meant.

    A clean deploy meets no rows, and to fill tables before every migration of a long history costs more than the
    rehearsal itself; `thorough` asks for that.
    """
    if thorough and migrations:
        return OnRows(before=frozenset(each.name for each in migrations), last=frozenset())
    running = [each.name for each in migrations if deployment.runs(each.name)]
    if deployment.kind is DeploymentKind.CLEAN or not running:
        return None
    return OnRows(before=frozenset(running[:1]), last=frozenset(running))


def again_on_rows(
    deployment: Deployment, migrations: Sequence[Migration], *, claim: Collection[str] | bool | None, thorough: bool
) -> frozenset[str]:
    """The migrations whose second runs are tried on rows too: those that claim to be resilient, and what is deployed.

    On a clean deploy of a long history this costs as much as half the rehearsal; `thorough` asks for it.
    """
    names = [each.name for each in migrations]
    if thorough or claim is True:
        return frozenset(names)
    in_use = deployment.kind is not DeploymentKind.CLEAN
    claimed = frozenset(claim or ())
    return frozenset(name for name in names if name in claimed or (in_use and deployment.runs(name)))
