"""Which migrations a deployment would run: what is judged, and what is only described."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Deployment", "DeploymentKind"]


class DeploymentKind(StrEnum):
    """CLEAN: everything, onto an empty database. SINCE: what is newer than a revision of git.

    PENDING: what a database has not run yet.
    """

    CLEAN = "clean deploy"
    SINCE = "since a revision"
    PENDING = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The scope of an audit: the names of the migrations about to run, of all that lie on disk.

    `base` is the revision of git as it was given, for SINCE. Of a clean deploy every migration is in scope, and nothing
    exists before it. `unlike_base` are migrations that the revision has with other SQL, or that are gone since: then
    what exists before the deployment is not known.
    """

    kind: DeploymentKind = DeploymentKind.CLEAN
    migrations: frozenset[str] = frozenset()
    base: str | None = None
    unlike_base: tuple[str, ...] = ()

    def runs(self, migration: str) -> bool:
        """Whether the deployment runs that migration."""
        return self.kind is DeploymentKind.CLEAN or migration in self.migrations
