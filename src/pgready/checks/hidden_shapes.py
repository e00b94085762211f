"""RES005: does IF NOT EXISTS pass over an object that is another than the migration asks for?"""

from collections.abc import Sequence

from pgready.checks.counts import counted
from pgready.checks.gathered import Gathered, as_far_as_it_ran, failed_or_passed, finding, incomplete, on_rehearsal
from pgready.checks.second_run import claimed_migrations
from pgready.findings import CheckResult, Evidence, Finding, Rule, Severity
from pgready.model.hidden_shapes import HiddenShape, ShapeDifference
from pgready.model.location import Location
from pgready.model.names import ObjectRef
from pgready.model.trace import MigrationRun, Rehearsal

__all__ = ["CHECKS"]

_FEW = 3
_LONG = 200

RES005 = Rule(
    id="RES005",
    title="IF NOT EXISTS hides another shape",
    severity=Severity.WARN,
    evidence=(Evidence.REHEARSED,),
    condition="A statement makes an object unless it is there already (IF NOT EXISTS, or a DO block that says so); in "
    "the clean deploy it is there, a part of what is asked for is missing or different, and nothing repairs that.",
    effect="The migration ends well and is recorded as applied, and what it asks for is not there: queries and later "
    "migrations that count on it fail, or values are stored that it wanted to keep out.",
    fix="Write the difference as statements of its own (ALTER TABLE, DROP and CREATE INDEX, ALTER TYPE), or delete the "
    "statement, if what is there is meant.",
    source="What was there was taken away in a transaction of the throw-away server, the statement run, what it makes "
    "compared with what is there, and all of it rolled back. PostgreSQL manual, CREATE TABLE: with IF NOT EXISTS "
    '"there is no guarantee that the existing relation is anything like the one that would have been created".',
)


def res005(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
    """Guarded creations that met another shape; one finding for each object."""
    findings = [_hidden(run, hidden, gathered, rehearsal) for run in rehearsal.runs for hidden in run.hidden]
    compared = sum(run.hidden_compared for run in rehearsal.runs)
    count = "creation was" if compared == 1 else "creations were"
    whole = counted(len(rehearsal.runs), "migration")
    looked = f"{compared} guarded {count} compared with what was there before, of {whole}"
    judged = failed_or_passed(RES005, findings, looked_at=looked)
    unseen = [f"{run.migration}: {run.hidden_skipped}" for run in rehearsal.runs if run.hidden_skipped]
    more = f"; and {len(unseen) - _FEW} more" if len(unseen) > _FEW else ""
    if unseen:
        return incomplete(judged, f"not compared: {'; '.join(unseen[:_FEW])}{more}")
    return as_far_as_it_ran(judged, rehearsal)


def _hidden(run: MigrationRun, hidden: HiddenShape, gathered: Gathered, rehearsal: Rehearsal) -> Finding:
    creation, runs = hidden.creation, gathered.deployment.runs(run.migration)
    file = next((each.file for each in gathered.migrations if each.name == run.migration), run.migration)
    severity = Severity.BLOCK if run.migration in claimed_migrations(gathered) else RES005.severity
    return finding(
        RES005,
        object=str(creation.object),
        message=f"{run.migration} (number {run.position}) makes {creation.object.kind} {creation.object} only if it is "
        f"not there ({creation.form}); {_who(hidden, run, rehearsal)}: {_differences(hidden.differences)}",
        severity=severity if runs else Severity.NOTE,
        location=Location(file, creation.line, creation.column),
        described=not runs,
    )


def _who(hidden: HiddenShape, run: MigrationRun, rehearsal: Rehearsal) -> str:
    """`add_users (number 2) has made it`, or what was found where the guard looks further than the statement."""
    made = hidden.creation.object
    own = {f"{made.kind} {made}"}
    elsewhere = "" if own >= set(hidden.found) else f"{' and '.join(hidden.found[:_FEW])} is there, "
    makers = [each for each in rehearsal.runs if each.position <= run.position and _has_made(each, made)]
    if elsewhere and not makers:
        return f"{elsewhere}which the guard takes for it"
    maker = makers[-1] if makers else None
    if maker is None:
        return "it was there before all migrations"
    return "it has made it before" if maker is run else f"{maker.migration} (number {maker.position}) has made it"


def _has_made(run: MigrationRun, wanted: ObjectRef) -> bool:
    return any((made.schema, made.name) == (wanted.schema, wanted.name) and wanted.covers(made) for made in run.made)


def _differences(differences: Sequence[ShapeDifference]) -> str:
    told = "; ".join(map(_in_words, differences[:_FEW]))
    return told + (f"; and {len(differences) - _FEW} more" if len(differences) > _FEW else "")


def _in_words(each: ShapeDifference) -> str:
    if each.kind in {"relation", "type"} and each.there and each.asked:
        return f"it is {_a(each.there)}, and {_a(each.asked)} is asked for"
    part = f"{each.kind} {each.name}" if each.kind not in {"relation", "type"} else "it"
    if each.there is None:
        return f"{part} is missing" + (f" ({each.asked})" if each.asked else "")
    if each.asked is None:
        return f"{part} is there ({each.there}), which the statement does not know and gives no value"
    there, asked = " ".join(each.there.split()), " ".join(each.asked.split())
    if max(len(there), len(asked)) > _LONG:
        return f"{part} is there with another definition than is asked for"
    return f"{part}: {there} there, {asked} asked for"


def _a(definition: str) -> str:
    words = " ".join(definition.split())
    return f"an {words}" if words[:1] in "aeio" else f"a {words}"


CHECKS = (on_rehearsal(RES005, res005, complete=False),)
