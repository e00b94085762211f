"""What is said of a deploy that stopped, of what blocks for another reason, and of what could not be read."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest

from pgready.config import Config
from pgready.findings import Severity
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.groups import Contract, ContractKind
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.schema import ReferentialAction, Schema
from pgready.model.trace import MigrationRun, Rerun, RerunOutcome, RunOutcome
from pgready.reports import views
from pgready.reports.blocks import Tiles, Tone
from pgready.reports.cards import CARDS
from pgready.reports.ci.comment import comment
from pgready.reports.grouping import by_cause
from pgready.reports.plain import plain_text
from pgready.reports.view import View
from pgready.verdict import AuditResult, Policy, Verdict

Audits = Callable[..., AuditResult]
ALONE = Contract(kind=ContractKind.INTERNAL_ONLY, name="B alone", groups=("B",))
FIRST = MigrationRun(
    migration="1_a",
    position=1,
    outcome=RunOutcome.APPLIED,
    made=(ObjectRef(kind=ObjectKind.TABLE, schema="public", name="User"),),
)


@pytest.fixture
def schema(audits: ModuleType) -> Schema:
    return Schema(
        tables=(audits.table_named("Post", (audits.key_named("Post", "uid", "User"),)), audits.table_named("User"))
    )


@pytest.fixture
def stopped(make_audit: Audits, schema: Schema) -> AuditResult:
    """Every table and key is made, and then the second of three migrations fails."""
    failed = MigrationRun(migration="2_b", position=2, outcome=RunOutcome.FAILED)
    never = MigrationRun(migration="3_c", position=3, outcome=RunOutcome.NOT_REACHED)
    return make_audit(Config(groups={"A": ("User",), "B": ("Post",)}), schema, made=schema, runs=(FIRST, failed, never))


@pytest.mark.parametrize("view", [views.inventory, views.missing, views.differences])
def test_nothing_about_a_deploy_that_stopped_is_green(stopped: AuditResult, view: Callable[..., object]) -> None:
    text = str(view(stopped))
    assert "so far" in text
    assert "✓" not in text


@pytest.mark.parametrize("view", [views.figures, views.schema_size])
def test_its_figures_are_open_and_so_far(stopped: AuditResult, view: Callable[..., View]) -> None:
    block = view(stopped).block
    assert isinstance(block, Tiles)
    made = [tile for tile in block.tiles if "made" in tile.label]
    assert {tile.tone for tile in made} == {Tone.OPEN}
    assert all(tile.label.endswith("made so far") for tile in made)


def test_its_pictures_and_the_comment_say_how_far_it_came(stopped: AuditResult) -> None:
    for view in (views.group_matrix, views.all_tables, views.group_pages):
        assert "does not run to its end; so far it makes" in str(view(stopped))
    assert "| tables made so far | foreign keys made so far | migrations applied |" in comment(stopped)
    assert "only 1 of 3 migrations, in order, onto an empty PostgreSQL" in str(views.scope(stopped))


def test_the_verdict_names_the_cause_that_blocks_where_nothing_is_missing(make_audit: Audits, schema: Schema) -> None:
    config = Config(groups={"A": ("User",), "B": ("Post",)}, contracts=(ALONE,))
    audit = make_audit(config, schema, made=schema, runs=(FIRST,))
    assert audit.verdict is Verdict.NOT_READY
    lines = str(views.verdict(audit)).splitlines()
    assert lines[1] == "A contract between groups is broken: public.Post.Post_uid_fkey."
    assert "makes every declared table" not in str(views.verdict(audit))


def test_of_a_deployment_since_a_revision_that_is_spoken(make_audit: Audits, schema: Schema) -> None:
    ready = make_audit(Config(), schema, made=schema, runs=(FIRST,))
    since = Deployment(kind=DeploymentKind.SINCE, base="main", migrations=frozenset({"1_a"}))
    text = str(views.verdict(replace(ready, deployment=since)))
    assert "Nothing blocks in 1 migration newer than main; a clean deploy of all 1 makes every" in text
    none = str(views.verdict(replace(ready, deployment=replace(since, migrations=frozenset()))))
    assert "No migration is newer than main; a clean deploy" in none


def test_a_key_that_is_there_and_differs_is_not_made_as_declared(make_audit: Audits, schema: Schema) -> None:
    post, user = schema.tables
    keys = (replace(post.foreign_keys[0], on_delete=ReferentialAction.RESTRICT),)
    made = Schema(tables=(replace(post, foreign_keys=keys), user))
    audit = make_audit(Config(groups={"A": ("User",), "B": ("Post",), "C": ()}), schema, made=made, runs=(FIRST,))
    text = str(views.inventory(audit))
    assert "! all made, 1 foreign key not as declared" in text
    assert text.count("every table and foreign key made") == 1, "of A; C holds nothing"
    block = views.figures(audit).block
    assert isinstance(block, Tiles)
    assert (block.tiles[1].tone, block.tiles[1].label) == (Tone.WARN, "foreign keys made, 1 not as declared")


def test_a_note_that_blocks_is_not_folded_away(make_audit: Audits, schema: Schema) -> None:
    bare = Schema(tables=(schema.tables[0], replace(schema.tables[1], primary_key=None)))
    audit = make_audit(Config(), bare, made=bare, runs=(FIRST,))
    audit = replace(audit, policy=Policy(blocking=Severity.NOTE))
    groups = by_cause(audit)
    assert any(group.blocks(audit.policy) for group in groups)
    assert "nothing that the verdict depends on" not in str(views.findings(audit))
    assert [group.blocks(audit.policy) for group in groups] == sorted(
        (group.blocks(audit.policy) for group in groups), reverse=True
    )


def test_what_a_guard_that_cannot_be_read_leaves_out_is_not_known(make_audit: Audits, schema: Schema) -> None:
    run = replace(FIRST, rerun=Rerun(outcome=RerunOutcome.SAME))
    audit = make_audit(Config(resilient=("1_a",)), schema, made=schema, runs=(run,))
    audit = replace(audit, resilient_migrations=("1_a",))
    place = f"{audit.migrations[0].file}:3:4: cannot be read"
    assert "✓ claimed, and true" in str(views.resilience(audit))
    unread = str(views.resilience(replace(audit, opaque=(place,))))
    assert "? not known: a guard cannot be read" in unread
    assert "? claimed, not proved" in unread
    assert "✓ nothing" not in unread


def test_the_card_of_a_migration_that_made_nothing_says_so(make_audit: Audits, schema: Schema) -> None:
    idle = replace(FIRST, made=())
    audit = make_audit(Config(), schema, made=schema, runs=(FIRST, idle))
    assert "Made: nothing at all; what a guard left out: audit.skips" in plain_text(CARDS[MigrationRun](idle)).replace(
        "! ", ""
    )
    assert audit.rehearsal is not None
    card = plain_text(CARDS[type(audit.rehearsal)](audit.rehearsal))
    assert "1 migration applied without any effect on the catalog" in card
    assert "✓ 2 of 2" not in card
