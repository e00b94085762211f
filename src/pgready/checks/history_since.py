"""HIS: is the history that of the revision, or was it written anew?"""

from collections.abc import Callable, Iterable, Iterator

from pgready.checks.counts import counted
from pgready.checks.gathered import Check, Gathered, failed_or_passed, finding, not_given
from pgready.findings import CheckResult, Evidence, Finding, Rule, Severity
from pgready.model.deployment import DeploymentKind

__all__ = ["CHECKS"]

HIS006 = Rule(
    id="HIS006",
    title="A migration was edited since the revision",
    severity=Severity.WARN,
    evidence=(Evidence.READ,),
    condition="The revision of --since has the migration with other SQL; line endings do not count.",
    effect="Where it has run, Prisma does not run it again: that database keeps what the old text made, a new one gets "
    "what the new text makes, and `prisma migrate dev` asks to reset the database. What exists before the deployment "
    "is then not known, so no rule about rows or traffic passes.",
    fix="Restore the text of the revision, and write what should change as a new migration. Where it never ran "
    "anywhere, compare with an older revision.",
    source="`prisma migrate deploy` runs what has no row in `_prisma_migrations`, and passes over edited migrations "
    "without a word (measured); `prisma migrate dev` compares checksums, line endings aside.",
)
HIS007 = Rule(
    id="HIS007",
    title="A migration of the revision is gone",
    severity=Severity.WARN,
    evidence=(Evidence.READ,),
    condition="The revision of --since has a migration of a name that is not on disk: deleted, renamed or squashed.",
    effect="Where it has run, the database has what it made, and a migration that makes it again fails or, with IF NOT "
    "EXISTS, keeps what is there. What exists before the deployment is then not known, so no rule about rows or "
    "traffic passes.",
    fix="Restore the directory under its old name. After a squash: `prisma migrate resolve --applied` for the new one, "
    "on every database that has run the old ones. Where the branch is only behind the revision, compare with "
    "`git merge-base`.",
    source="Prisma knows applied migrations by the names of their directories (`_prisma_migrations`).",
)


def his006(gathered: Gathered) -> Iterator[Finding]:
    """Migrations of the same name and another text."""
    places = {migration.name: migration.location for migration in gathered.migrations}
    base = gathered.deployment.base
    for name in gathered.deployment.edited:
        message = f"{name} has another text than in {base}: where that one has run, this one does not"
        yield finding(HIS006, object=name, message=message, location=places.get(name))


def his007(gathered: Gathered) -> Iterator[Finding]:
    """Migrations that only the revision has."""
    places = {migration.name: migration.location for migration in gathered.migrations}
    base, renamed = gathered.deployment.base, dict(gathered.deployment.renamed)
    for name in gathered.deployment.removed:
        now = renamed.get(name)
        again = f"; {now} has its text: Prisma runs that again" if now is not None else ""
        message = f"{name}, which {base} has, is gone{again}"
        yield finding(HIS007, object=name, message=message, location=places.get(now or name))


def _with_revision(rule: Rule, judge: Callable[[Gathered], Iterable[Finding]]) -> Check:
    def check(gathered: Gathered) -> CheckResult:
        deployment = gathered.deployment
        if deployment.kind is not DeploymentKind.SINCE:
            return not_given(rule, "there is no revision to compare with (--since)")
        looked = f"{counted(len(gathered.migrations), 'migration')}, compared with {deployment.base}"
        return failed_or_passed(rule, list(judge(gathered)), looked_at=looked)

    return Check(rule=rule, judge=check)


CHECKS = (_with_revision(HIS006, his006), _with_revision(HIS007, his007))
