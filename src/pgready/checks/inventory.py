"""INV: is everything there that the schema declares and production needs?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pgready.checks.causes import table_ref, why_key_is_missing, why_missing
from pgready.checks.counts import counted, share
from pgready.checks.drift import (
    Difference,
    Drift,
    Kind,
    column_drift,
    enum_drift,
    extra_tables,
    hidden_tables,
    index_drift,
    key_drift,
    missing_tables,
)
from pgready.checks.external import managed, unread_externals
from pgready.checks.gathered import Check, Gathered, failed_or_passed, finding, incomplete, not_given, on_rehearsal
from pgready.checks.spelling import as_spelt
from pgready.findings import CheckResult, Evidence, Finding, Noise, Rule, Severity
from pgready.model.location import Location
from pgready.model.names import ObjectKind, ObjectRef, QualifiedName
from pgready.model.schema import Enum, ForeignKey, Schema, Table
from pgready.model.trace import Rehearsal

__all__ = ["CHECKS"]

_DIFF = (
    "Prisma's own `migrate diff` from a real database, measured object by object; seen in the catalog of the "
    "throw-away server. Kinds of differences that Prisma passes over are listed, and are no findings."
)

INV001 = Rule(
    id="INV001",
    title="A declared model has no table after a clean deploy",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ, Evidence.REHEARSED),
    condition="All migrations ran on an empty database, and the table of a model, a declared view or a declared "
    "extension is not there. A note where the table is a partition, which Prisma does not see.",
    effect="Every query of the application on this model fails, although the migration tool says that all is applied.",
    fix="Write a migration that creates the table, or repair the guard or the order that skips its creation.",
    source=_DIFF,
)
INV002 = Rule(
    id="INV002",
    title="A table that no model declares",
    severity=Severity.WARN,
    evidence=(Evidence.READ, Evidence.REHEARSED),
    condition="A clean deploy makes a table that the schema does not declare. Partitions are exempt, unless they have "
    "partitions themselves; a note in a namespace in which nothing is declared, as Prisma does not look there.",
    effect="The next `prisma migrate dev` would drop it; nobody knows whether it is needed.",
    fix="Declare the model, drop the table in a migration, or suppress the finding with the reason.",
    source=_DIFF,
)
INV003 = Rule(
    id="INV003",
    title="A required model is missing from the schema",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ,),
    condition="`[inventory]` of pgready.toml lists a model that the schema does not declare.",
    effect="A feature that production needs has no table.",
    fix="Declare the model, or correct the inventory.",
    source="The project's own inventory.",
)
INV005 = Rule(
    id="INV005",
    title="A column is missing, extra or different after a clean deploy",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ, Evidence.REHEARSED),
    condition="A table exists, but its columns, their types, NOT NULL or defaults are not what the schema declares, "
    "all compared as the server prints them; defaults of the same value are equal. A warning where Prisma sees no "
    "difference: types that it does not know, constants of times, dbgenerated() without a default.",
    effect="Queries that name a missing column fail; other types or NOT NULL make reads or writes fail.",
    fix="Write the migration that brings the column to what is declared, or correct the schema.",
    source=_DIFF,
)
INV006 = Rule(
    id="INV006",
    title="A foreign key is missing, extra or different after a clean deploy",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ, Evidence.REHEARSED),
    condition="A relation of the schema has no foreign key constraint in the database, or one with other actions. A "
    "note where only its name differs, so that Prisma renames it, or where it is NOT VALID.",
    effect="Rows can refer to nothing and are not deleted or kept as the application expects.",
    fix="Add the constraint in a migration that runs after both tables exist.",
    source=_DIFF,
)
INV007 = Rule(
    id="INV007",
    title="An index, unique or primary key is missing, extra or different after a clean deploy",
    severity=Severity.WARN,
    evidence=(Evidence.READ, Evidence.REHEARSED),
    condition="A table exists, but its keys and indexes are not what the schema declares: columns and their order, "
    "uniqueness, method, DESC, operator classes, predicate. A note where only the name differs, so that Prisma renames "
    "it.",
    effect="Queries are slow where an index is missing, and duplicates get in where a unique index is missing.",
    fix="Write the migration that makes the index, or declare it.",
    source=_DIFF,
)
INV008 = Rule(
    id="INV008",
    title="An enum or one of its values is missing or extra after a clean deploy",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ, Evidence.REHEARSED),
    condition="The enum types or their values in the database are not what the schema declares.",
    effect="Writing a value that the database does not know fails.",
    fix="Add the type or value in a migration (ALTER TYPE ... ADD VALUE), or correct the schema.",
    source=_DIFF,
)
INV009 = Rule(
    id="INV009",
    title="A required migration is missing",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ,),
    condition="`[migrations] required` of pgready.toml lists a directory that does not exist.",
    effect="What the migration would make is not deployed.",
    fix="Restore the directory, or correct the list.",
    source="The project's own list of critical migrations.",
)


def inv001(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
    """Tables of models that a clean deploy does not make, each with its cause; views and extensions."""
    absent = missing_tables(gathered.declared, rehearsal.schema)
    declared = len(gathered.declared.tables)
    looked = share(declared - len(absent), declared, "declared table", "there after a clean deploy")
    hidden = hidden_tables(gathered.declared, rehearsal.schema)
    findings = [
        *(_missing_table(table, gathered) for table in absent),
        *(_missing_view(name) for name in gathered.declared.views if name not in rehearsal.schema.views),
        *(_missing_extension(name) for name in gathered.declared.extensions if name not in rehearsal.schema.extensions),
        *(_drift_finding(INV001, each, _named(each), None) for each in _real(hidden)),
        *unread_externals(INV001, gathered),
    ]
    return failed_or_passed(INV001, findings, looked_at=looked)


def _missing_extension(name: str) -> Finding:
    return finding(
        INV001,
        object=name,
        message=f"extension {name} is declared and no migration creates it",
        fix=f"Create it in a migration (CREATE EXTENSION IF NOT EXISTS), or take it out of the datasource: {name}.",
    )


def _missing_view(name: QualifiedName) -> Finding:
    return finding(
        INV001,
        object=str(name),
        message=f"view {name.name} is declared and no migration creates it (Prisma never writes views itself)",
        fix="Create the view in a migration by hand (CREATE VIEW).",
    )


def _missing_table(table: Table, gathered: Gathered) -> Finding:
    cause, place = why_missing(table_ref(table.name), gathered)
    name = f"model {table.model}" if table.model else "the table of a many-to-many relation"
    return finding(
        INV001,
        object=str(table.name),
        message=f"{name} has no table: {cause}",
        location=place or table.location,
    )


def inv002(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
    """Tables that are made and that no model declares."""
    extra = _real(extra_tables(gathered.declared, rehearsal.schema))
    findings = [finding(INV002, object=each.object, message=each.detail, severity=each.severity) for each in extra]
    looked = f"{counted(len(rehearsal.schema.tables), 'table')} made by a clean deploy"
    return failed_or_passed(INV002, findings, looked_at=looked)


def inv003(gathered: Gathered) -> CheckResult:
    """Models of the required inventory that the schema does not declare."""
    inventory = gathered.config.inventory
    if not inventory:
        return not_given(INV003, "pgready.toml has no [inventory]")
    names = set(_names_of(gathered.declared))
    findings = [
        finding(
            INV003,
            object=model,
            message=f"{model} of group {group} is in the inventory and not in the schema",
            location=Location(gathered.config.file) if gathered.config.file else None,
        )
        for group, models in inventory.items()
        for model in models
        if model not in names
    ]
    wanted = sum(len(models) for models in inventory.values())
    looked = share(wanted - len(findings), wanted, "required model", "declared")
    return failed_or_passed(INV003, findings, looked_at=looked)


def _names_of(schema: Schema) -> Iterator[str]:
    for table in schema.tables:
        yield from (table.name.name, str(table.name))
        if table.model is not None:
            yield table.model


def inv005(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
    """Columns of the tables that exist."""
    columns = {f"{table.name}.{column.name}": column for table in gathered.declared.tables for column in table.columns}
    places = {name: column.location for name, column in columns.items()}
    made, spelt = rehearsal.schema, as_spelt(gathered.declared, rehearsal)
    drift = column_drift(gathered.declared, spelt, made)
    findings = [_column_finding(difference, places, gathered) for difference in _real(drift)]
    there = [table for table in gathered.declared.tables if made.table(table.name) is not None]
    number = sum(len(table.columns) for table in there)
    looked = f"{counted(number, 'column')} of {counted(len(there), 'table')} compared (name, type, NULL, default)"
    unanswered = [f"{table}.{name}" for table, name in sorted(spelt.unanswered_columns)]
    return _result(INV005, findings, drift, looked, unanswered)


def _column_finding(difference: Difference, places: Mapping[str, Location | None], gathered: Gathered) -> Finding:
    message, place = _named(difference), None
    if difference.kind is Kind.MISSING and difference.table is not None:
        table = difference.table
        wanted = ObjectRef(kind=ObjectKind.COLUMN, schema=table.schema, table=table.name, name=difference.name)
        cause, place = why_missing(wanted, gathered)
        message = f"{_named(difference)} and not there: {cause}"
    return _drift_finding(INV005, difference, message, place or places.get(difference.object))


def inv006(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
    """Foreign keys, each missing one with its cause."""
    declared = {key.qualified_name: key for key in gathered.declared.foreign_keys()}
    drift = key_drift(gathered.declared, rehearsal.schema)
    findings = [_key_finding(difference, declared, gathered) for difference in _real(drift)]
    missing = sum(difference.kind is Kind.MISSING for difference in drift)
    looked = share(len(declared) - missing, len(declared), "declared foreign key", "there after a clean deploy")
    return _result(INV006, findings, drift, looked)


def _key_finding(difference: Difference, declared: Mapping[str, ForeignKey], gathered: Gathered) -> Finding:
    key = declared.get(difference.object)
    if key is None or difference.kind is not Kind.MISSING:
        return _drift_finding(INV006, difference, difference.detail, key.location if key else None)
    cause, place = why_key_is_missing(key, gathered)
    return _drift_finding(INV006, difference, f"{key} has no constraint: {cause}", place or key.location)


def inv007(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
    """Primary keys, unique and other indexes of the tables that exist."""
    spelt = as_spelt(gathered.declared, rehearsal)
    drift = index_drift(gathered.declared, spelt, rehearsal.schema)
    places = {
        f"{table.name}.{index.name}": index.location for table in gathered.declared.tables for index in table.indexes
    }
    places |= {str(table.name): table.location for table in gathered.declared.tables}
    findings = [
        _drift_finding(INV007, each, _named(each), places.get(each.object) or places.get(str(each.table)))
        for each in _real(drift)
    ]
    indexes = sum(len(table.indexes) for table in gathered.declared.tables)
    looked = f"{indexes} declared indexes and the primary keys compared (columns, order, operator classes, uniqueness, "
    unanswered = [f"{table}.{name}" for table, name in sorted(spelt.unanswered_indexes)]
    return _result(INV007, findings, drift, f"{looked}method, predicate)", unanswered)


def inv008(gathered: Gathered, rehearsal: Rehearsal) -> CheckResult:
    """Enum types and their values."""
    enums = {str(enum.name): enum for enum in gathered.declared.enums}
    drift = enum_drift(gathered.declared, rehearsal.schema)
    findings = [_enum_finding(difference, enums, gathered) for difference in _real(drift)]
    return _result(INV008, findings, drift, f"{counted(len(enums), 'declared enum')} compared")


def _enum_finding(difference: Difference, enums: Mapping[str, Enum], gathered: Gathered) -> Finding:
    enum = enums.get(difference.object)
    if enum is None or difference.kind is not Kind.MISSING:
        return _drift_finding(INV008, difference, _named(difference), enum.location if enum else None)
    wanted = ObjectRef(kind=ObjectKind.TYPE, schema=enum.name.schema, name=enum.name.name)
    cause, place = why_missing(wanted, gathered)
    return _drift_finding(INV008, difference, f"{_named(difference)} and not there: {cause}", place or enum.location)


def inv009(gathered: Gathered) -> CheckResult:
    """Migrations that the configuration requires."""
    required = gathered.config.required_migrations
    if not required:
        return not_given(INV009, "pgready.toml has no [migrations] required")
    names = {migration.name for migration in gathered.migrations}
    findings = [
        finding(
            INV009,
            object=name,
            message=f"migration {name} is required and not on disk",
            location=Location(gathered.config.file) if gathered.config.file else None,
        )
        for name in required
        if name not in names
    ]
    looked = share(len(required) - len(findings), len(required), "required migration", "on disk")
    return failed_or_passed(INV009, findings, looked_at=looked)


def _drift_finding(rule: Rule, difference: Difference, message: str, place: Location | None) -> Finding:
    """What is extra is less bad than what is missing or different, unless the difference says otherwise."""
    severity = min(rule.severity, Severity.WARN) if difference.kind is Kind.EXTRA else rule.severity
    extra = "Declare it in the schema, or drop it in a migration." if difference.kind is Kind.EXTRA else None
    return finding(
        rule,
        object=difference.object,
        message=message,
        severity=severity if difference.severity is None else difference.severity,
        location=place,
        fix=difference.fix or extra,
    )


def _named(difference: Difference) -> str:
    """`User.email: declared as ...`: a message says itself what it is about, wherever it is read."""
    schema = difference.table.schema if difference.table is not None else difference.object.partition(".")[0]
    return f"{difference.object.removeprefix(f'{schema}.')}: {difference.detail}"


def _real(drift: Drift) -> list[Difference]:
    return [difference for difference in drift if isinstance(difference, Difference)]


def _result(
    rule: Rule, findings: list[Finding], drift: Drift, looked_at: str, unanswered: Sequence[str] = ()
) -> CheckResult:
    """With what was left out, so that nothing is hidden; not a pass where the server was asked and did not answer."""
    noise = tuple(each for each in drift if isinstance(each, Noise))
    left_out = f"; {len(noise)} difference{'' if len(noise) == 1 else 's'} that Prisma does not compare left out"
    result = failed_or_passed(rule, findings, looked_at=looked_at + (left_out if noise else ""))
    result = replace(result, noise=noise)
    if not unanswered:
        return result
    return incomplete(result, f"how the server spells what is declared is not known of {', '.join(unanswered[:5])}")


CHECKS = (
    on_rehearsal(INV001, managed(inv001)),
    on_rehearsal(INV002, managed(inv002)),
    Check(rule=INV003, judge=inv003),
    on_rehearsal(INV005, managed(inv005)),
    on_rehearsal(INV006, managed(inv006)),
    on_rehearsal(INV007, managed(inv007)),
    on_rehearsal(INV008, managed(inv008)),
    Check(rule=INV009, judge=inv009),
)
