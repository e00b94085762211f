"""HIS: is the history of migrations sound as it lies on disk?"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from pgready.checks import history_since
from pgready.checks.counts import counted
from pgready.checks.gathered import Check, Gathered, failed_or_passed, finding, incomplete, not_given
from pgready.findings import CheckResult, Confidence, Evidence, Finding, Rule, Severity
from pgready.history import depends_on
from pgready.model.history import Certainty, Clash
from pgready.model.location import Location
from pgready.model.migration import Migration

__all__ = ["CHECKS"]

_DATED = re.compile(r"\d{14}(_|$)")
_DATE = 14
_FEW = 3
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


HIS002 = Rule(
    id="HIS002",
    title="The order of migrations depends on the locale",
    severity=Severity.WARN,
    evidence=(Evidence.READ,),
    condition="Two directory names come in another order by bytes than by the rules of a language.",
    effect="Prisma up to version 6 sorts by bytes, newer versions by the locale of the machine: the migrations run in "
    "one order here and in another one there.",
    fix="Before they were ever applied: begin every name with a 14-digit date, and write the rest in lower case.",
    source="Prisma's schema engine sorts by bytes up to version 6, newer ones with JavaScript's localeCompare "
    "(Unicode collation: punctuation, digits, letters; case decides last).",
)
HIS003 = Rule(
    id="HIS003",
    title="Two migrations have the same date",
    severity=Severity.WARN,
    evidence=(Evidence.READ,),
    condition="Two directories begin with the same 14 digits.",
    effect="The rest of their names decides which runs first, whichever was written first.",
    fix="Before they were ever applied: give the one that has to run later a later date.",
    source="Prisma sorts the directories of prisma/migrations by name.",
)
HIS005 = Rule(
    id="HIS005",
    title="A migration without any statement",
    severity=Severity.NOTE,
    evidence=(Evidence.READ,),
    condition="migration.sql holds nothing, or only comments.",
    effect="It is recorded as applied and does nothing; what it was meant to do is missing.",
    fix="If nothing is missing, leave it. If it was never applied, write what it should do, or delete it.",
    source="Prisma applies empty files (`prisma migrate dev --create-only` makes them).",
)
HIS012 = Rule(
    id="HIS012",
    title="An SQL file that never runs",
    severity=Severity.WARN,
    evidence=(Evidence.READ,),
    condition="An .sql file lies in the migrations directory, or in a directory of it beside migration.sql.",
    effect="Prisma runs only `migration.sql` of each directory: what the file should do never happens.",
    fix="Make it a migration of its own (`<date>_<name>/migration.sql`), or move it out of the migrations directory.",
    source="Prisma's schema engine (`list_migrations` looks at sub-directories, `read_migration_script` at "
    "migration.sql).",
)
HIS014 = Rule(
    id="HIS014",
    title="A migration makes what is already there",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ,),
    condition="A statement without a guard makes (or renames to) an object that an earlier migration has made and that "
    "is still there.",
    effect="The history cannot be replayed: no new environment can be made, and `prisma migrate dev` asks to reset the "
    "database. It happens when a baseline was written from a database that its own migrations had made.",
    fix="Delete from one of the two what the other one makes (where it was applied: `prisma migrate resolve`).",
    source="PostgreSQL manual, error codes 42P07, 42701, 42P06, 42710 (duplicate objects).",
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
    dated = sorted(migration.position for migration in gathered.migrations if _DATED.match(migration.name))
    findings = [
        finding(
            HIS001,
            object=migration.name,
            message=f"{migration.name} has no date and runs as number {migration.position} of "
            f"{len(gathered.migrations)}, after {before} dated migrations",
            location=migration.location,
        )
        for migration in gathered.migrations
        if not _DATED.match(migration.name) and (before := bisect_left(dated, migration.position))
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


def his002(gathered: Gathered) -> CheckResult:
    """Neighbours by bytes that a language orders the other way round."""
    by_bytes = gathered.migrations
    findings = [
        finding(
            HIS002,
            object=later.name,
            message=f"{earlier.name} runs before {later.name} by bytes, and after it by the rules of a language"
            + _dependency(gathered, later, earlier),
            location=later.location,
        )
        for (earlier, before), (later, after) in pairwise((each, _collation_key(each.name)) for each in by_bytes)
        if before > after
    ]
    return failed_or_passed(HIS002, findings, looked_at=f"the order of {len(by_bytes)} directory names")


# The order of the Unicode collation's root table (CLDR) for what is not a letter or digit.
_PUNCTUATION = {character: rank for rank, character in enumerate("_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$")}


def _collation_key(name: str) -> tuple[object, ...]:
    """How localeCompare orders a name: first without case and accents, then by accents, then lower before upper."""
    letters = unicodedata.normalize("NFD", name)
    base = [each for each in letters if not unicodedata.combining(each)]
    accents = [unicodedata.combining(each) for each in letters]
    return [_primary(each) for each in base], accents, name.swapcase()


def _primary(character: str) -> tuple[int, int, str]:
    if character.isdecimal():
        return 2, unicodedata.decimal(character), ""
    if character.isalpha():
        return 3, 0, character.casefold()
    return (0, 0, "") if character.isspace() else (1, _PUNCTUATION.get(character, len(_PUNCTUATION)), character)


def _dependency(gathered: Gathered, later: Migration, earlier: Migration) -> str:
    """`; it needs table public.User of the other one`, when one needs the other."""
    needed = depends_on(gathered.history, later.name, earlier.name) if gathered.history is not None else None
    return f"; it needs {needed.kind} {needed} of {earlier.name}" if needed is not None else ""


def his003(gathered: Gathered) -> CheckResult:
    """Directories that share their date with the one before."""
    dated = [migration for migration in gathered.migrations if _DATED.match(migration.name)]
    findings = []
    for earlier, later in pairwise(dated):
        if earlier.name[:_DATE] != later.name[:_DATE]:
            continue
        needs = _dependency(gathered, later, earlier)
        message = f"{later.name} has the date of {earlier.name}; the rest of its name makes it run after it{needs}"
        findings.append(
            finding(
                HIS003,
                object=later.name,
                message=message,
                # Where neither needs the other any order will do.
                confidence=Confidence.HIGH if needs or gathered.history is None else Confidence.LOW,
                location=later.location,
            )
        )
    return failed_or_passed(HIS003, findings, looked_at=f"{len(dated)} dated directories")


def his005(gathered: Gathered) -> CheckResult:
    """Files in which no statement was found."""
    empty = {script.migration for script in gathered.scripts if not script.statements and script.unreadable is None}
    findings = [
        finding(
            HIS005,
            object=migration.name,
            message=f"{migration.name} {'holds only comments' if (migration.sql or '').strip() else 'is empty'}",
            location=migration.location,
        )
        for migration in gathered.migrations
        if migration.name in empty and migration.sql is not None
    ]
    return failed_or_passed(HIS005, findings, looked_at=counted(len(gathered.scripts), "file"))


def his012(gathered: Gathered) -> CheckResult:
    """SQL files that nobody runs."""
    findings = [
        finding(HIS012, object=file, message=f"{file} never runs", location=Location(file)) for file in gathered.strays
    ]
    return failed_or_passed(HIS012, findings, looked_at=f"{len(gathered.migrations)} migration directories")


def his014(gathered: Gathered) -> CheckResult:
    """Migrations that make what is there; one finding for each, at the first place."""
    history = gathered.history
    if history is None:
        return not_given(HIS014, "the history was not replayed")
    by_migration: dict[str, list[Clash]] = {}
    for clash in history.clashes:
        by_migration.setdefault(clash.migration, []).append(clash)
    findings = [_clashing(clashes) for clashes in by_migration.values()]
    looked = f"{counted(len(history.biographies), 'object')} in {counted(len(history.migrations), 'migration')}"
    judged = failed_or_passed(HIS014, findings, looked_at=looked)
    unread = [place for place in history.opaque if place.certainty is not Certainty.SKIPPED]
    rehearsed = gathered.rehearsal is not None and gathered.rehearsal.complete
    if not unread or rehearsed:
        return judged
    return incomplete(
        judged, f"what these make is not known: {'; '.join(str(each.location) for each in unread[:_FEW])}"
    )


def _clashing(clashes: Sequence[Clash]) -> Finding:
    first = clashes[0]
    verb = "renames to" if first.renames else "makes"
    made = first.made_by
    maker = f"{made.migration} (number {made.position}) makes" if made is not None else "which is there already"
    maker = f"which {maker}" if made is not None else maker
    others = len(clashes) - 1
    more = f"; so do {others} more statements of it" if others > 1 else "; so does another statement of it" * others
    return finding(
        HIS014,
        object=first.migration,
        message=f"{first.migration} (number {first.position}) {verb} {first.object.kind} {first.object}, {maker}: it "
        f"fails with SQLSTATE {first.sqlstate}{more}",
        location=first.location,
    )


CHECKS = (
    Check(rule=HIS001, judge=his001),
    Check(rule=HIS002, judge=his002),
    Check(rule=HIS003, judge=his003),
    Check(rule=HIS004, judge=his004),
    Check(rule=HIS005, judge=his005),
    Check(rule=HIS011, judge=his011),
    Check(rule=HIS012, judge=his012),
    Check(rule=HIS013, judge=his013),
    Check(rule=HIS014, judge=his014),
    *history_since.CHECKS,
)
