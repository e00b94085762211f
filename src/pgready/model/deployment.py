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
    exists before it. `unlike_base` are migrations that the revision has with other SQL (`edited`), or that are gone
    since (`removed`): then what exists before the deployment is not known. `renamed` are those of `removed` whose SQL
    a migration in scope has, each with the name of that one.
    """

    kind: DeploymentKind = DeploymentKind.CLEAN
    migrations: frozenset[str] = frozenset()
    base: str | None = None
    unlike_base: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()

    def runs(self, migration: str) -> bool:
        """Whether the deployment runs that migration."""
        return self.kind is DeploymentKind.CLEAN or migration in self.migrations

    @property
    def refiled(self) -> frozenset[str]:
        """The migrations that run under a new name: what they make is there already."""
        return frozenset(new for _, new in self.renamed)

    @property
    def lost(self) -> tuple[str, ...]:
        """The removed migrations that no other one stands for: any of those that run may make what they made."""
        known = {old for old, _ in self.renamed}
        return tuple(name for name in self.removed if name not in known)
