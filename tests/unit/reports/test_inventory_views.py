"""What the inventory says: every object with its evidence, nothing green that is not known, and no name that runs."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pgready.errors import ConfigError
from pgready.model.groups import UNGROUPED, Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, Enum, Index, Schema, Table
from pgready.model.trace import RunOutcome
from pgready.reports import views
from pgready.reports.blocks import Banner, Fold, Picture, Prose, Stack, Tiles, Tone, decode, encode
from pgready.reports.page.html import block_html
from pgready.reports.view import View
from pgready.verdict import AuditResult

View_ = Callable[[AuditResult], View]
EVERY: tuple[View_, ...] = (
    views.schema_standing,
    views.schema_size,
    views.group_completeness,
    views.differences,
    views.table_shapes,
    views.column_types,
    views.tables,
    views.enums,
    views.other_objects,
    views.names,
    lambda audit: views.find(audit, "user"),
)


def empty(audit: AuditResult) -> AuditResult:
    assert audit.rehearsal is not None
    nothing = replace(audit.rehearsal, schema=Schema(), runs=())
    return replace(audit, declared=Schema(), grouping=Grouping(), rehearsal=nothing, lives=(), migrations=())


def unrehearsed(audit: AuditResult) -> AuditResult:
    return replace(audit, rehearsal=None, rehearsal_skipped="rehearse was False")


def failed(audit: AuditResult) -> AuditResult:
    assert audit.rehearsal is not None
    runs = tuple(
        replace(run, outcome=RunOutcome.FAILED if run.position == 11 else RunOutcome.NOT_REACHED, made=())
        if run.position >= 11
        else run
        for run in audit.rehearsal.runs
    )
    return replace(audit, rehearsal=replace(audit.rehearsal, runs=runs))


def ungrouped(audit: AuditResult) -> AuditResult:
    rest = tuple(table.name for table in audit.declared.tables)
    return replace(audit, grouping=Grouping(ungrouped=rest))


def same(audit: AuditResult) -> AuditResult:
    return audit


def whole(audit: AuditResult) -> AuditResult:
    """All that is declared is made."""
    assert audit.rehearsal is not None
    return replace(audit, rehearsal=replace(audit.rehearsal, schema=audit.declared))


@pytest.mark.parametrize("situation", [same, empty, unrehearsed, failed, ungrouped, whole])
@pytest.mark.parametrize("view", EVERY)
def test_every_view_has_words_in_every_situation(
    premium_audit: AuditResult, view: View_, situation: Callable[[AuditResult], AuditResult]
) -> None:
    shown = view(situation(premium_audit))
    assert str(shown).strip()
    assert decode(encode(shown.block)) == shown.block


@pytest.mark.parametrize("view", EVERY)
def test_hostile_names_are_text_everywhere(hostile_audit: AuditResult, view: View_) -> None:
    assert hostile_audit.rehearsal is not None
    bad = '"><script>alert(1)</script>\u202e'
    enum = Enum(name=QualifiedName("public", bad), values=(bad, "</details>"))
    table = Table(
        name=QualifiedName("public", bad),
        columns=(Column(name=bad, type=f"public.{bad}", not_null=True, default=bad),),
        indexes=(Index(name=bad, columns=(bad,), where=bad),),
        model="<img onerror=alert(1)>",
        comment="</summary><script>alert(1)</script>",
    )
    declared = replace(hostile_audit.declared, tables=(*hostile_audit.declared.tables, table), enums=(enum,))
    schema = replace(hostile_audit.rehearsal.schema, views=(QualifiedName("public", bad),), extensions=(bad,))
    audit = replace(hostile_audit, declared=declared, rehearsal=replace(hostile_audit.rehearsal, schema=schema))
    html = block_html(view(audit).block)
    assert "<script" not in html
    assert "<img onerror" not in html
    assert "\u202e" not in html
    assert "</details><script" not in html


def test_the_first_word_is_only_green_when_all_is_made(premium_audit: AuditResult) -> None:
    def told(audit: AuditResult) -> tuple[Tone, str]:
        banner = views.schema_standing(audit).block
        assert isinstance(banner, Banner)
        return banner.tone, banner.word

    assert told(premium_audit) == (Tone.BAD, "INCOMPLETE")
    assert told(unrehearsed(premium_audit)) == (Tone.OPEN, "NOT KNOWN")
    assert told(failed(premium_audit)) == (Tone.BAD, "INCOMPLETE")
    assert told(failed(whole(premium_audit))) == (Tone.BAD, "INCOMPLETE")
    assert told(empty(premium_audit)) == (Tone.OPEN, "NOTHING DECLARED")
    assert told(whole(premium_audit)) == (Tone.GOOD, "COMPLETE")
    extra = Table(name=QualifiedName("public", "stray"), columns=())
    more = replace(premium_audit.declared, tables=(*premium_audit.declared.tables, extra))
    assert premium_audit.rehearsal is not None
    strayed = replace(premium_audit, rehearsal=replace(premium_audit.rehearsal, schema=more))
    assert told(strayed) == (Tone.WARN, "COMPLETE, WITH DIFFERENCES")
    enum = Enum(name=QualifiedName("public", "Role"), values=("A",))
    lacking = whole(premium_audit)
    lacking = replace(lacking, declared=replace(lacking.declared, enums=(enum,)))
    assert told(lacking) == (Tone.WARN, "COMPLETE, WITH DIFFERENCES")


def test_the_tiles_have_no_green_without_a_rehearsal(premium_audit: AuditResult) -> None:
    tiles = views.schema_size(unrehearsed(premium_audit)).block
    assert isinstance(tiles, Tiles)
    assert {tile.tone for tile in tiles.tiles} == {Tone.OPEN}


def test_each_table_has_its_place_its_maker_and_its_keys(premium_audit: AuditResult) -> None:
    told = str(views.tables(premium_audit, tables=["BookingRequest", "User"]))
    assert "Made: ✗ missing: no migration makes it" in told
    assert "Referred to by" in told
    assert "SocialQueueItem(userId) ON DELETE CASCADE ✗ missing" in told


def test_tables_are_found_by_their_models_and_unknown_ones_are_an_error(premium_audit: AuditResult) -> None:
    table = premium_audit.declared.table(QualifiedName("public", "User"))
    assert table is not None
    renamed = tuple(replace(it, model="Person") if it is table else it for it in premium_audit.declared.tables)
    audit = replace(premium_audit, declared=replace(premium_audit.declared, tables=renamed))
    assert "model Person" in str(views.tables(audit, tables=["Person"]))
    with pytest.raises(ConfigError, match="did you mean 'User'"):
        views.tables(premium_audit, tables=["Usr"])
    with pytest.raises(ConfigError, match="no group 'Crm'"):
        views.tables(premium_audit, groups=["Crm"])
    with pytest.raises(ConfigError, match="tables: 'User' is a text"):
        views.tables(premium_audit, tables="User")


def test_only_the_chosen_groups_are_shown(premium_audit: AuditResult) -> None:
    stack = views.tables(premium_audit, groups=["CRM"]).block
    assert isinstance(stack, Stack)
    groups = [fold.summary[0].text for fold in stack.body if isinstance(fold, Fold)]
    assert groups == ["CRM", "Numbers of the migrations"]
    assert str(views.tables(ungrouped(premium_audit), groups=[UNGROUPED])).startswith(f"▸ {UNGROUPED} 40 tables")


def test_of_a_thousand_tables_those_that_are_not_as_declared_are_shown_and_the_rest_is_listed(
    premium_audit: AuditResult,
) -> None:
    columns = tuple(Column(name=f"c{number}", type="text", not_null=True) for number in range(10))
    tables = tuple(Table(name=QualifiedName("public", f"t{number:04}"), columns=columns) for number in range(1000))
    assert premium_audit.rehearsal is not None
    audit = replace(
        ungrouped(replace(premium_audit, declared=Schema(tables=tables))),
        rehearsal=replace(premium_audit.rehearsal, schema=Schema(tables=tables[:-1])),
    )
    told = str(views.tables(audit))
    assert "▸ t0999 10 columns ✗ missing" in told
    assert "▸ t0500" not in told
    assert "more in audit.json" in told
    assert len(block_html(views.tables(audit).block)) < 900_000
    assert "t0500" in str(views.tables(audit, tables=["t0500"]))


def test_differences_leave_out_what_has_its_cause_elsewhere(premium_audit: AuditResult) -> None:
    assert str(views.differences(premium_audit)).startswith("✓ No other difference")
    assert str(views.differences(unrehearsed(premium_audit))).startswith("? Not known")


def test_enums_name_their_users_and_those_that_nobody_uses(premium_audit: AuditResult) -> None:
    used, idle = (Enum(name=QualifiedName("public", name), values=("A", "B")) for name in ("Used", "Idle"))
    columns = (Column(name="kind", type="public.Used[]", not_null=True),)
    table = Table(name=QualifiedName("public", "t"), columns=columns)
    audit = replace(premium_audit, declared=Schema(tables=(table,), enums=(idle, used)))
    told = str(views.enums(audit))
    assert "t.kind" in told
    assert "! no column" in told
    assert told.count("✗ missing") == 2


def test_views_and_extensions_that_only_the_migrations_know_are_no_fault(premium_audit: AuditResult) -> None:
    assert premium_audit.rehearsal is not None
    schema = replace(premium_audit.rehearsal.schema, views=(QualifiedName("public", "v"),), extensions=("citext",))
    audit = replace(
        premium_audit,
        declared=replace(premium_audit.declared, extensions=("pgcrypto",)),
        rehearsal=replace(premium_audit.rehearsal, schema=schema, shims=("citext",)),
    )
    told = str(views.other_objects(audit))
    assert "made, not declared, imitated" in told
    assert "pgcrypto  ✗ missing" in told


def test_a_name_is_found_by_a_part_the_exact_one_first(premium_audit: AuditResult) -> None:
    rows = str(views.find(premium_audit, " user ")).splitlines()
    assert rows[2].split()[:2] == ["table", "User"]
    assert "Nothing is called so" in str(views.find(premium_audit, "no such thing"))
    assert isinstance(views.find(premium_audit, " ").block, Prose)


def test_pictures_have_words_for_those_who_cannot_see_them(premium_audit: AuditResult) -> None:
    for view in (views.group_completeness, views.table_shapes):
        block = view(premium_audit).block
        assert isinstance(block, Picture)
        assert "16" in block.alt
