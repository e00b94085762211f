"""What a deployment would run: read from git, and told in words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.effects import Script
from pgready.model.migration import Migration
from pgready.sources.git import Since, migrations_since

__all__ = ["Scope", "read_scope", "scope_in_words", "worth_crashing", "worth_tracing"]

# To look at the locks of every statement of a longer history costs more than its rehearsal.
_MOST_TRACED = 200
# What stopping the migrations of a clean deploy may cost without being asked for, in stops that need a copy of the
# database: one is some 0.15 s. A text that is one transaction is stopped once, in place, for a tenth of that.
_MOST_STOPS = 10


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


def worth_crashing(
    deployment: Deployment, scripts: Sequence[Script], apart: Collection[str], *, thorough: bool = False
) -> frozenset[str]:
    """The migrations that are stopped on purpose: what the deployment runs, where that is since a revision.

    A clean deploy that fails midway can begin anew on an empty database: there it is done if it costs little, and
    `thorough` asks for all. `apart` are the migrations that are sent statement by statement.
    """
    running = [script for script in scripts if thorough or deployment.runs(script.migration)]
    stops = sum(len(script.statements) if script.migration in apart else 0.1 for script in running)
    if deployment.kind is DeploymentKind.CLEAN and not thorough and stops > _MOST_STOPS:
        return frozenset()
    return frozenset(script.migration for script in running)
