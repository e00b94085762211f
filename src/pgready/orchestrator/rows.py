"""Which migrations are rehearsed on tables with rows: those that a deployment to a database in use runs."""

from collections.abc import Sequence

from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.kept_rows import OnRows
from pgready.model.migration import Migration

__all__ = ["on_rows"]


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
