"""Both sides of every object: as declared, and as a clean deploy makes it."""

from dataclasses import replace

import pytest

from pgready.graph.completeness import Presence
from pgready.model.groups import UNGROUPED
from pgready.model.names import ObjectKind, ObjectRef, QualifiedName
from pgready.model.schema import Column, Enum, Index, PrimaryKey, Schema, Table
from pgready.reports.counterparts import Counterparts, Sides, TableSides, completeness
from pgready.verdict import AuditResult


def of(audit: AuditResult, name: str) -> TableSides:
    return next(it for it in Counterparts(audit).tables if it.name.name == name)


def changed(audit: AuditResult, name: str, **fields: object) -> AuditResult:
    """The audit with another made table of that name."""
    assert audit.rehearsal is not None
    schema = audit.rehearsal.schema
    tables = tuple(replace(it, **fields) if it.name.name == name else it for it in schema.tables)  # type: ignore[arg-type]
    return with_made(audit, replace(schema, tables=tables))


def with_made(audit: AuditResult, schema: Schema) -> AuditResult:
    assert audit.rehearsal is not None
    return replace(audit, rehearsal=replace(audit.rehearsal, schema=schema))


def made(audit: AuditResult, name: str) -> Table:
    assert audit.rehearsal is not None
    found = audit.rehearsal.schema.table(QualifiedName("public", name))
    assert found is not None
    return found


def parts(table: TableSides) -> dict[str, Presence]:
    return {part.name: part.presence for part in table.parts}


def test_the_totals_are_those_of_the_verdict(premium_audit: AuditResult) -> None:
    found = completeness(Counterparts(premium_audit))
    of_kind = dict(zip(found.kinds, found.total, strict=True))
    assert (of_kind["tables"].declared, of_kind["tables"].missing) == (40, 16)
    assert (of_kind["foreign keys"].declared, of_kind["foreign keys"].missing) == (26, 14)
    assert [it.group for it in found.groups] == [group.name for group in premium_audit.grouping.groups]


def test_what_belongs_to_a_missing_table_is_missing_and_not_counted_as_a_difference(premium_audit: AuditResult) -> None:
    table = of(premium_audit, "BookingRequest")
    assert table.presence is Presence.MISSING
    assert {*parts(table).values()} == {Presence.MISSING}
    assert table.differing == 0


def test_a_table_that_is_there_and_lacks_a_key_is_different(premium_audit: AuditResult) -> None:
    table = of(premium_audit, "ReviewRequestCampaign")
    assert table.table.presence is Presence.MADE
    assert table.presence is Presence.DIFFERENT
    assert parts(table)["ReviewRequestCampaign_userId_fkey"] is Presence.MISSING


def test_a_column_is_told_with_its_words(premium_audit: AuditResult) -> None:
    table = made(premium_audit, "Account")
    first, second = table.columns[:2]
    other = (replace(first, type="integer"), *table.columns[2:], Column(name="x", type="text", not_null=True))
    found = {it.name: it for it in of(changed(premium_audit, "Account", columns=other), "Account").columns}
    assert found[first.name].presence is Presence.DIFFERENT
    assert "integer" in " ".join(found[first.name].words)
    assert found[second.name].presence is Presence.MISSING
    assert found["x"].presence is Presence.EXTRA
    assert [*found] == [*(column.name for column in table.columns), "x"]


def test_a_primary_key_and_an_index_of_the_same_name_as_a_column_are_kept_apart(premium_audit: AuditResult) -> None:
    index = Index(name="id", columns=("id",))
    other = changed(premium_audit, "User", primary_key=None, indexes=(*made(premium_audit, "User").indexes, index))
    user = of(other, "User")
    assert user.primary_key is not None
    assert user.primary_key.presence is Presence.MISSING
    assert [it.presence for it in user.indexes if it.name == "id"] == [Presence.EXTRA]
    assert [it.presence for it in user.columns if it.name == "id"] == [Presence.MADE]


def test_a_primary_key_that_nobody_declares_is_extra(premium_audit: AuditResult) -> None:
    declared = premium_audit.declared
    tables = tuple(replace(it, primary_key=None) if it.name.name == "User" else it for it in declared.tables)
    audit = changed(
        replace(premium_audit, declared=replace(declared, tables=tables)),
        "User",
        primary_key=PrimaryKey(name="User_pkey", columns=("id",)),
    )
    user = of(audit, "User")
    assert user.primary_key is not None
    assert user.primary_key.presence is Presence.EXTRA


def test_an_index_under_another_name_stands_once(premium_audit: AuditResult) -> None:
    index = Index(name="User_old", columns=("id",))
    declared = premium_audit.declared
    tables = tuple(
        replace(it, indexes=(replace(index, name="User_new"),)) if it.name.name == "User" else it
        for it in declared.tables
    )
    audit = changed(replace(premium_audit, declared=replace(declared, tables=tables)), "User", indexes=(index,))
    (found,) = of(audit, "User").indexes
    assert (found.name, found.presence) == ("User_new", Presence.DIFFERENT)
    assert "User_old" in " ".join(found.words)


def test_a_table_that_nobody_declares_is_extra_and_a_partition_is_not(premium_audit: AuditResult) -> None:
    assert premium_audit.rehearsal is not None
    schema = premium_audit.rehearsal.schema
    column = Column(name="id", type="text", not_null=True)
    stray = Table(name=QualifiedName("public", "stray"), columns=(column,))
    part = replace(stray, name=QualifiedName("public", "part"), partition_of=QualifiedName("public", "User"))
    audit = with_made(premium_audit, replace(schema, tables=(*schema.tables, stray, part)))
    assert of(audit, "stray").presence is Presence.EXTRA
    assert of(audit, "part").presence is Presence.MADE
    assert {of(audit, "stray").group, of(audit, "part").group} == {UNGROUPED}


def test_the_migration_that_made_an_object_is_known(premium_audit: AuditResult) -> None:
    assert premium_audit.rehearsal is not None
    ref = ObjectRef(kind=ObjectKind.COLUMN, schema="public", table="User", name="id")
    runs = tuple(
        replace(run, made=(*run.made, ref)) if run.position == 11 else run for run in premium_audit.rehearsal.runs
    )
    audit = replace(premium_audit, rehearsal=replace(premium_audit.rehearsal, runs=runs))
    (column,) = [it for it in of(audit, "User").columns if it.name == "id"]
    assert column.maker is not None
    assert column.maker.position == 11


def test_what_is_told_of_a_value_is_told_of_its_enum(premium_audit: AuditResult) -> None:
    assert premium_audit.rehearsal is not None
    enum = Enum(name=QualifiedName("public", "Role"), values=("A", "B"))
    audit = replace(premium_audit, declared=replace(premium_audit.declared, enums=(enum,)))
    audit = with_made(audit, replace(premium_audit.rehearsal.schema, enums=(replace(enum, values=("A",)),)))
    (found,) = Counterparts(audit).enums
    assert (found.presence, found.words) == (Presence.DIFFERENT, ("value B is declared and not there",))


def test_keys_that_come_in_are_those_of_both_sides(premium_audit: AuditResult) -> None:
    assert len(of(premium_audit, "User").incoming) == sum(
        key.referenced_table.name == "User" for key in premium_audit.declared.foreign_keys()
    )


def test_without_a_rehearsal_nothing_is_known(premium_audit: AuditResult) -> None:
    found = Counterparts(replace(premium_audit, rehearsal=None))
    assert {part.presence for table in found.tables for part in (table.table, *table.parts)} == {Presence.UNKNOWN}
    assert {table.differing for table in found.tables} == {0}
    assert not completeness(found).rehearsed


def test_an_empty_schema_has_nothing(premium_audit: AuditResult) -> None:
    empty = with_made(replace(premium_audit, declared=Schema()), Schema())
    found = Counterparts(empty)
    assert (found.tables, found.enums, found.views, found.extensions) == ((), (), (), ())
    assert completeness(found).groups == ()


def test_an_object_on_neither_side_is_a_fault_of_ours() -> None:
    sides: Sides[Table] = Sides(name="x", declared=None, made=None, presence=Presence.MADE)
    with pytest.raises(ValueError, match="neither"):
        _ = sides.shown
