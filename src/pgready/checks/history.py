"""HIS: is the history of migrations sound as it lies on disk?"""

import re

from pgready.checks.gathered import Check, Gathered, failed_or_passed, finding, not_given
from pgready.findings import CheckResult, Evidence, Rule, Severity

__all__ = ["CHECKS"]

_DATED = re.compile(r"\d{14}(_|$)")
_PROVIDERS = ("postgresql", "postgres")

HIS001 = Rule(
    id="HIS001",
    title="An undated migration among dated ones",
    severity=Severity.WARN,
    evidence=(Evidence.READ,),
    condition="A directory has no 14-digit date in front, others have, and it sorts after one of them.",
    effect="Prisma runs directories by name: letters sort after digits, so it runs after every dated one, whenever "
    "it was written.",
    fix="Before it was ever applied: put the date it needs in front of its name. After that the name must stay.",
    source="Prisma sorts the directories of prisma/migrations by name.",
)
HIS004 = Rule(
    id="HIS004",
    title="A migration directory without migration.sql",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ,),
    condition="A directory below the migrations directory holds no file migration.sql.",
    effect="`prisma migrate deploy` stops with P3015 when it reaches the directory; later ones are not applied.",
    fix="Restore the file from version control, or delete the directory.",
    source="Prisma error reference, P3015; raised only when the directory is reached.",
)


HIS011 = Rule(
    id="HIS011",
    title="migration_lock.toml names another provider",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ,),
    condition="The provider in migration_lock.toml is not postgresql.",
    effect="`prisma migrate deploy` refuses to run (P3019).",
    fix="Restore the file of this history, or start a new one for PostgreSQL.",
    source="Prisma error reference, P3019.",
)


HIS013 = Rule(
    id="HIS013",
    title="A migration is not valid UTF-8",
    severity=Severity.WARN,
    evidence=(Evidence.READ,),
    condition="migration.sql holds bytes that are not UTF-8.",
    effect="Prisma replaces them before it sends the text: names and texts of the database become other ones.",
    fix="Save the file as UTF-8, if it was not applied anywhere yet.",
    source="Prisma reads the file as UTF-8 and puts U+FFFD in place of what is none.",
)


def his013(gathered: Gathered) -> CheckResult:
    """Files with bytes that cannot be decoded."""
    findings = [
        finding(
            HIS013,
            object=migration.name,
            message=f"{migration.name} holds {migration.undecodable_bytes} bytes that are not UTF-8",
            location=migration.location,
        )
        for migration in gathered.migrations
        if migration.undecodable_bytes
    ]
    return failed_or_passed(HIS013, findings, looked_at=f"{len(gathered.migrations)} migration directories")


def his011(gathered: Gathered) -> CheckResult:
    """The provider that the history was written for."""
    provider = gathered.lock_provider
    if provider is None:
        return not_given(HIS011, "there is no migration_lock.toml with a provider")
    message = f"migration_lock.toml names the provider {provider}; expected postgresql"
    findings = [] if provider in _PROVIDERS else [finding(HIS011, object="migration_lock.toml", message=message)]
    return failed_or_passed(HIS011, findings, looked_at=f"the provider is {provider}")


def his001(gathered: Gathered) -> CheckResult:
    """Undated directories that run after a dated one."""
    dated = [migration for migration in gathered.migrations if _DATED.match(migration.name)]
    first = min((migration.position for migration in dated), default=len(gathered.migrations) + 1)
    findings = [
        finding(
            HIS001,
            object=migration.name,
            message=f"{migration.name} has no date and runs as number {migration.position} of "
            f"{len(gathered.migrations)}, after {sum(other.position < migration.position for other in dated)} dated "
            "migrations",
            location=migration.location,
        )
        for migration in gathered.migrations
        if migration not in dated and migration.position > first
    ]
    looked = f"{len(dated)} of {len(gathered.migrations)} directories are dated"
    return failed_or_passed(HIS001, findings, looked_at=looked)


def his004(gathered: Gathered) -> CheckResult:
    """Directories without their file."""
    findings = [
        finding(
            HIS004,
            object=migration.name,
            message=f"{migration.name} has no migration.sql; the deploy stops there",
            location=migration.location,
        )
        for migration in gathered.migrations
        if migration.sql is None
    ]
    return failed_or_passed(HIS004, findings, looked_at=f"{len(gathered.migrations)} migration directories")


CHECKS = (
    Check(rule=HIS001, judge=his001),
    Check(rule=HIS004, judge=his004),
    Check(rule=HIS011, judge=his011),
    Check(rule=HIS013, judge=his013),
)
