"""RES002, RES007: does a migration that ends well do what it says?"""

from pgready.checks.causes import describe_skip
from pgready.checks.counts import counted
from pgready.checks.gathered import Gathered, as_far_as_it_ran, failed_or_passed, finding, incomplete, on_rehearsal
from pgready.checks.proven import how_to_order
from pgready.findings import CheckResult, Confidence, Evidence, Finding, Rule, Severity
from pgready.model.location import Location
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.schema import Schema
from pgready.model.trace import Rehearsal, RunOutcome, Skip

__all__ = ["CHECKS"]

_FEW = 3

RES002 = Rule(
    id="RES002",
    title="A migration skips silently, and what it should make never comes into being",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ, Evidence.REHEARSED),
    condition="A statement stands under a guard that asks for a prerequisite; on an empty database the guard is false "
    "when it runs, and nothing makes the guarded object later.",
    effect="The migration is recorded as applied, `prisma migrate status` says all is well, and the object is missing "
    "for ever.",
    fix="Let the migration that makes the prerequisite run first, or add a migration after it that makes the object.",
    source="Seen in the catalog of the throw-away server before and after each migration.",
)
RES007 = Rule(
    id="RES007",
    title="A migration leaves its transaction open",
    severity=Severity.BLOCK,
    evidence=(Evidence.REHEARSED,),
    condition="A file ends without an error inside a transaction (BEGIN without COMMIT).",
    effect="What it and the files after it do is lost when the deploy ends, with Prisma's own record that it finished: "
    "the next deploy stops with P3009.",
    fix="Add the COMMIT, or leave out the BEGIN: Prisma sends the file as one transaction anyway.",
    source="PostgreSQL manual, BEGIN; the state of the connection was looked at after each file.",
)


def res007(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
    """Files after which the connection is still inside a transaction."""
    files = {migration.name: migration.file for migration in gathered.migrations}
    findings = [
        finding(
            RES007,
            object=run.migration,
            message=f"{run.migration} (number {run.position}) ends inside a transaction that it has not committed",
            location=Location(files.get(run.migration, run.migration)),
        )
        for run in rehearsal.runs
        if run.leaves_open
    ]
    ended = sum(run.outcome is RunOutcome.APPLIED for run in rehearsal.runs)
    looked = f"the connection after {counted(ended, 'file', of=len(rehearsal.runs))}"
    return as_far_as_it_ran(failed_or_passed(RES007, findings, looked_at=looked), rehearsal)


def res002(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
    """Objects that a false guard suppressed and that nothing made in the end; one finding for each object."""
    made = {each for run in rehearsal.runs for each in run.made}
    # What a later migration made and another dropped again is missing for that reason, not for the guard's.
    never = [
        skip
        for skip in gathered.skips
        if not skip.exists_at_end and not any(skip.would_make.covers(each) for each in made)
    ]
    by_object: dict[ObjectRef, list[Skip]] = {}
    for skip in never:
        by_object.setdefault(skip.would_make, []).append(skip)
    findings = [_skipped(wanted, skips, gathered.declared, rehearsal) for wanted, skips in by_object.items()]
    later = len(gathered.skips) - len(never)
    guarded = sum(bool(effect.guards) for script in gathered.scripts for effect in script.effects)
    looked = f"{counted(guarded, 'guarded effect')} in {counted(len(rehearsal.runs), 'migration')}"
    looked += f"; {later} skipped and made by a later migration" if later else ""
    judged = failed_or_passed(RES002, findings, looked_at=looked)
    if not gathered.opaque:
        return judged
    places = "; ".join(gathered.opaque[:_FEW])
    more = f"; and {len(gathered.opaque) - _FEW} more" if len(gathered.opaque) > _FEW else ""
    return incomplete(judged, f"what these would make is not known: {places}{more}")


def _skipped(wanted: ObjectRef, skips: list[Skip], declared: Schema, rehearsal: Rehearsal) -> Finding:
    first, *others = skips
    again = f" (also skipped by {', '.join(skip.migration for skip in others)})" if others else ""
    expected = _is_declared(wanted, declared) and not _stands_under_another_name(wanted, declared, rehearsal.schema)
    return finding(
        RES002,
        object=str(wanted),
        message=f"{wanted.kind} {_name(wanted)} never comes into being: {describe_skip(first)}{again}",
        # What no model declares may well be meant for some databases only.
        severity=RES002.severity if expected else Severity.WARN,
        confidence=Confidence.HIGH if expected else Confidence.MEDIUM,
        location=first.location,
        fix=how_to_order(first, rehearsal, declared),
    )


def _name(wanted: ObjectRef) -> str:
    return ".".join(part for part in (wanted.table, wanted.name) if part)


def _is_declared(wanted: ObjectRef, declared: Schema) -> bool:
    """Whether the schema declares an object of that name."""
    for table in declared.tables:
        if wanted.schema not in (None, table.name.schema):
            continue
        if wanted.kind is ObjectKind.TABLE and table.name.name == wanted.name:
            return True
        if wanted.table == table.name.name and wanted.name in _names_within(wanted.kind, declared, wanted):
            return True
    return wanted.kind is ObjectKind.TYPE and any(enum.name.name == wanted.name for enum in declared.enums)


def _stands_under_another_name(wanted: ObjectRef, declared: Schema, there: Schema) -> bool:
    """Whether an equal key or index is there, only called otherwise: then nothing is missing."""
    table = next((table for table in declared.tables if table.name.name == wanted.table), None)
    other = there.table(table.name) if table is not None else None
    if table is None or other is None:
        return False
    key = next((key for key in table.foreign_keys if key.name == wanted.name), None)
    index = next((index for index in table.indexes if index.name == wanted.name), None)
    if key is not None:
        return any(each.identity == key.identity for each in other.foreign_keys)
    return index is not None and any(
        (each.columns, each.unique, each.method) == (index.columns, index.unique, index.method)
        for each in other.indexes
    )


def _names_within(kind: ObjectKind, declared: Schema, wanted: ObjectRef) -> set[str]:
    tables = [table for table in declared.tables if table.name.name == wanted.table]
    if kind is ObjectKind.COLUMN:
        return {column.name for table in tables for column in table.columns}
    keys = {key.name for table in tables for key in table.foreign_keys}
    indexes = {index.name for table in tables for index in table.indexes}
    primary = {table.primary_key.name for table in tables if table.primary_key is not None}
    return keys | indexes | primary


CHECKS = (
    on_rehearsal(RES002, res002),
    on_rehearsal(RES007, res007, complete=False),
)
