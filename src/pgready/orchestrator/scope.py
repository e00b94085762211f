"""What a deployment would run: read from git, and told in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.migration import Migration
from pgready.sources.git import Since, migrations_since

__all__ = ["Scope", "read_scope", "scope_in_words", "worth_tracing"]

# To look at the locks of every statement of a longer history costs more than its rehearsal.
_MOST_TRACED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A deployment, and what git said of it (None of a clean deploy)."""

    deployment: Deployment = field(default_factory=Deployment)
    since: Since | None = None


def read_scope(root: Path, since: str | None, directory: Path, migrations: Sequence[Migration]) -> Scope:
    """The migrations that the tree of the revision `since` lacks; everything when there is none.

    Raises ConfigError as `migrations_since` does.
    """
    if since is None:
        return Scope()
    found = migrations_since(root, directory, [each.name for each in migrations], since)
    deployment = Deployment(
        kind=DeploymentKind.SINCE,
        migrations=found.new,
        base=since,
        unlike_base=tuple(sorted((*found.edited, *found.removed))),
        edited=found.edited,
        removed=found.removed,
        renamed=found.renamed,
    )
    return Scope(deployment=deployment, since=found)


def scope_in_words(scope: Scope, migrations: Sequence[Migration], prepared: str) -> str:
    """One sentence; `prepared` says what ran on the empty database before the rehearsal, or is empty."""
    deployment, count = scope.deployment, len(migrations)
    clean = f"{_migrations(count)} onto an empty database{prepared}"
    if deployment.kind is DeploymentKind.CLEAN:
        return f"A clean deploy: {clean}."
    new = sum(deployment.runs(migration.name) for migration in migrations)
    return (
        f"{_migrations(new)} newer than {deployment.base}{_there(scope, count)}; rehearsed was a clean deploy, {clean}."
    )


def _there(scope: Scope, count: int) -> str:
    """Where the revision has the migrations, when that is not where one expects them."""
    if scope.since is not None and scope.since.place is not None:
        return f", which has them in {scope.since.place}"
    deployment = scope.deployment
    none = count and len(deployment.migrations) == count and not deployment.unlike_base
    return ", which has no migrations" if none else ""


def _migrations(count: int) -> str:
    return f"{count} migration{'' if count == 1 else 's'}"


def worth_tracing(deployment: Deployment, migrations: Sequence[Migration], *, thorough: bool = False) -> frozenset[str]:
    """The migrations whose locks matter: what the deployment runs, of a long history the newest 200.

    All of them where `thorough` asks for that.
    """
    if thorough:
        return frozenset(migration.name for migration in migrations)
    running = [migration.name for migration in migrations if deployment.runs(migration.name)]
    return frozenset(running[-_MOST_TRACED:])
