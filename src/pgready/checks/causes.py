"""Why a declared object is not there after a clean deploy, or why a migration fails, in one sentence."""

from pgready.checks.gathered import Gathered
from pgready.model.effects import Action, Unreadable
from pgready.model.history import Need, ProviderKind
from pgready.model.location import Location
from pgready.model.names import ObjectKind, ObjectRef, QualifiedName
from pgready.model.schema import ForeignKey
from pgready.model.trace import MigrationRun, Skip

__all__ = ["describe_skip", "syntax_errors", "what_is_needed", "why_it_fails", "why_key_is_missing", "why_missing"]

Cause = tuple[str, Location | None]


def describe_skip(skip: Skip) -> str:
    """Why: `the guard on table User was false when 2025_x ran as number 3; add_auth makes User as number 11`."""
    asked = f"{skip.asked_for.kind} {_short(skip.asked_for)}"
    ran = f"when {skip.migration} ran as number {skip.position}"
    if skip.found:
        return f"the guard wants {asked} to be absent and found it {ran}"
    if skip.made_by is None:
        return f"the guard on {asked} was false {ran}; no migration makes it later"
    return (
        f"the guard on {asked} was false {ran}; {skip.made_by} makes {_short(skip.asked_for)} as number {skip.made_at}"
    )


def why_missing(wanted: ObjectRef, gathered: Gathered) -> Cause:
    """The cause for a missing object, and the place to look at (None: no file has anything to do with it)."""
    dropped = _dropped_by(wanted, gathered)
    if dropped is not None:
        return f"{dropped} drops or renames it, and nothing makes it again", None
    skip = next((skip for skip in gathered.skips if skip.would_make.covers(wanted)), None)
    if skip is not None:
        return describe_skip(skip), skip.location
    if _created_in_text(wanted, gathered):
        return "a migration would create it, but it did not come into being on the server", None
    return f"no migration creates {_a(wanted)}", None


def why_key_is_missing(key: ForeignKey, gathered: Gathered) -> Cause:
    """The cause for a missing foreign key: first its tables, then its own migration."""
    rehearsal = gathered.rehearsal
    for table in (key.table, key.referenced_table):
        if rehearsal is not None and rehearsal.schema.table(table) is None:
            cause, place = why_missing(table_ref(table), gathered)
            return f"table {table.name} is missing: {cause}", place
    return why_missing(
        ObjectRef(kind=ObjectKind.CONSTRAINT, schema=key.table.schema, table=key.table.name, name=key.name), gathered
    )


def table_ref(name: QualifiedName) -> ObjectRef:
    """The table as an object of the catalog."""
    return ObjectRef(kind=ObjectKind.TABLE, schema=name.schema, name=name.name)


def _dropped_by(wanted: ObjectRef, gathered: Gathered) -> str | None:
    runs = gathered.rehearsal.runs if gathered.rehearsal is not None else ()
    return next((run.migration for run in reversed(runs) if wanted in run.dropped), None)


def _created_in_text(wanted: ObjectRef, gathered: Gathered) -> bool:
    return any(
        effect.action is Action.CREATES and effect.object.covers(wanted)
        for script in gathered.scripts
        for effect in script.effects
    )


def _short(object_: ObjectRef) -> str:
    """`User`, `SocialQueueItem.imageRequestId`: without the schema, as people speak of it."""
    return ".".join(part for part in (object_.table, object_.name) if part)


def _a(wanted: ObjectRef) -> str:
    return {ObjectKind.CONSTRAINT: "this constraint", ObjectKind.TYPE: "this type"}.get(
        wanted.kind, f"this {wanted.kind}"
    )


def syntax_errors(gathered: Gathered) -> dict[str, Unreadable]:
    """By migration, the statement that PostgreSQL's grammar does not accept.

    What is only too large or too deep for this reading is left out, and text of EXECUTE, which may never run.
    """
    return {
        script.migration: script.unreadable
        for script in gathered.scripts
        if script.unreadable is not None
        and "syntax error" in script.unreadable.message
        and any(statement.kind == "Unreadable" for statement in script.statements)
    }


def why_it_fails(run: MigrationRun, gathered: Gathered) -> str | None:
    """What the failed file needs, does not find, and a later migration makes; or what it makes a second time."""
    history = gathered.history
    for need in history.unmet if history is not None else ():
        if need.migration == run.migration and need.provider.kind is ProviderKind.LATER:
            return what_is_needed(need)
    clash = next((each for each in history.clashes if each.migration == run.migration), None) if history else None
    if clash is None or clash.made_by is None:
        return None
    made = clash.made_by
    return f"{made.migration} (number {made.position}) makes {clash.object.kind} {clash.object.name} as well"


def what_is_needed(need: Need) -> str:
    """`it needs table User, which add_auth makes as number 11`."""
    provider = need.provider
    what = f"it needs {need.needed.kind} {_short(need.needed)}"
    if provider.kind is not ProviderKind.LATER:
        return f"{what}, which no migration makes"
    if provider.migration == need.migration:
        line = provider.location.line if provider.location is not None else None
        return f"{what}, which it makes itself later, in line {line}"
    return f"{what}, which {provider.migration} makes as number {provider.position}"
