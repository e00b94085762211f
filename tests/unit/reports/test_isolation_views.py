"""What the views of isolation say, read as plain text."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from pgready.config import Config
from pgready.errors import ConfigError
from pgready.model.groups import Grouping
from pgready.model.schema import ReferentialAction, Schema
from pgready.model.trace import MigrationRun, RunOutcome
from pgready.orchestrator.audit import audit
from pgready.reports import views
from pgready.reports.blocks import Banner, Fold, Picture, Stack, Table, Tone
from pgready.reports.view import View
from pgready.verdict import AuditResult
from structures import column, structure


@pytest.fixture(scope="module")
def example() -> AuditResult:
    """The example as its files declare it, without a rehearsal."""
    return audit(Path(__file__).parents[3] / "examples" / "premium-apps", rehearse=False)


@pytest.fixture
def circular(audits: ModuleType, make_audit: Callable[..., AuditResult]) -> AuditResult:
    """Two groups that refer to each other, three keys one way and one back, and a table of nobody."""
    tables = (
        audits.table_named(
            "A1", (audits.key_named("A1", "b1", "B1"), audits.key_named("A1", "b2", "B2")), ("b1", "b2")
        ),
        audits.table_named("A2", (audits.key_named("A2", "b1", "B1"),), ("b1",)),
        audits.table_named("B1", (), ("x",)),
        audits.table_named("B2", (audits.key_named("B2", "a1", "A1"),), ("a1",)),
        audits.table_named("C", (), ("x",)),
    )
    return make_audit(Config(name="circle", groups={"A": ("A1", "A2"), "B": ("B1", "B2")}), Schema(tables=tables))


every_view = pytest.mark.parametrize(
    "view",
    [
        views.group_cards,
        views.group_matrix,
        views.all_tables,
        views.group_pages,
        views.unkeyed,
        views.coupling,
        views.cycles,
        views.hubs,
        views.identifiers,
        views.blast_radius,
        views.placements,
        views.isolation,
    ],
)


def _row(text: str, start: str) -> str:
    return next(row.strip() for row in text.splitlines() if row.strip().startswith(start))


def _picture(view: View) -> Picture:
    assert isinstance(view.block, Picture)
    return view.block


def test_the_cards_say_of_the_example_what_its_own_report_claims(example: AuditResult) -> None:
    words = _picture(views.group_cards(example)).alt
    assert "CRM: holds, 4 tables, 3 keys inside, none out, none in." in words
    assert "Scheduler: holds, 9 tables, 2 keys inside, none out, none in, 1 unkeyed." in words
    assert "Social: broken" in words


def test_the_map_can_be_explored_and_the_other_pictures_cannot(example: AuditResult) -> None:
    assert _picture(views.all_tables(example)).interaction
    assert not _picture(views.group_cards(example)).interaction
    assert not _picture(views.group_matrix(example)).interaction


def test_the_matrix_counts_the_reference_without_a_key(example: AuditResult) -> None:
    assert "2 columns name tables without a key" in _picture(views.group_matrix(example)).alt


def test_only_the_pages_that_were_asked_for_are_drawn_in_that_order(example: AuditResult) -> None:
    block = views.group_pages(example, ["Social", "CRM"]).block
    assert isinstance(block, Stack)
    assert [part.title[0].text for part in block.body] == ["Social", "CRM"]  # type: ignore[union-attr]


def test_a_group_that_is_none_is_refused_with_the_names_of_all(example: AuditResult) -> None:
    with pytest.raises(ConfigError, match="no group 'Sozial'; the groups are 'Auth', 'Scheduler', 'CRM', 'Review', "):
        views.group_pages(example, ["Sozial"])


def test_a_reference_without_a_key_carries_its_rule_and_its_groups(example: AuditResult) -> None:
    row = _row(str(views.unkeyed(example)), "BookingRequestAuditLog.actorUserId")
    assert "User.id" in row
    assert "Scheduler to Auth" in row
    assert row.endswith("the column is named after the table, with a role before it")
    assert "maybe" in row


def test_coupling_counts_tables_and_keys_and_how_much_they_can_say(example: AuditResult) -> None:
    text = str(views.coupling(example))
    assert _row(text, "CRM").split()[1:9] == ["4", "3", "0", "0", "0", "0", "n/a", "0"]
    assert _row(text, "Auth").split()[1:9] == ["4", "2", "0", "12", "12", "0", "0.00", "0"]
    assert "2 of 3, 6 tables without any key" in _row(text, "Scheduler")


def test_no_circle_is_said_in_words(example: AuditResult) -> None:
    assert "no groups refer to each other in a circle" in str(views.cycles(example))


def test_a_circle_is_told_with_the_fewest_keys_that_end_it(circular: AuditResult) -> None:
    text = str(views.cycles(circular))
    assert "A and B refer to each other over 4 keys; without 1 of them no cycle is left" in text
    assert _row(text, "B2.a1->A1")


def test_without_groups_there_is_one_sentence_and_no_picture_of_nothing(
    circular: AuditResult, make_audit: Callable[..., AuditResult]
) -> None:
    bare = make_audit(Config(name="bare"), circular.declared)
    sentence = "? No groups declared: pgready init drafts them."
    for view in (views.contracts, views.group_matrix, views.group_pages, views.coupling, views.identifiers):
        assert str(view(bare)) == sentence
    for view in (views.group_cards, views.cycles, views.crossings):
        assert str(view(bare)) == ""
    assert isinstance(views.all_tables(bare).block, Picture)
    banner = views.isolation(bare).block
    assert isinstance(banner, Banner)
    assert banner.detail == ()
    assert "(ungrouped)" not in str(views.unkeyed(bare))


def test_hubs_are_proposed_and_the_configuration_decides(example: AuditResult) -> None:
    assert "✓ declared as a hub" in _row(str(views.hubs(example)), "User")
    assert "? not declared" in _row(str(views.hubs(replace(example, hubs=()))), "User")


def test_a_declared_hub_that_few_refer_to_is_listed_all_the_same(example: AuditResult) -> None:
    row = _row(str(views.hubs(replace(example, hubs=("ImageRequest",)))), "ImageRequest")
    assert "under 5" in row
    assert "declared as a hub" in row


def test_key_identifiers_are_told_where_the_configuration_names_none(
    circular: AuditResult, example: AuditResult
) -> None:
    assert "b1 text, as columns show" in _row(str(views.identifiers(circular)), "A")
    assert "none seen" in _row(str(views.identifiers(circular)), "(ungrouped)")
    scheduler = _row(str(views.identifiers(example)), "Scheduler")
    assert "businessId" in scheduler
    assert "9 of 9" in scheduler


def test_a_delete_is_followed_to_every_table_that_it_reaches(example: AuditResult) -> None:
    text = str(views.blast_radius(example))
    assert "Deleting one User" in text
    assert _row(text.strip(), "User")


def test_a_structure_without_cascades_reaches_nothing(circular: AuditResult) -> None:
    tables = tuple(
        replace(
            table, foreign_keys=tuple(replace(key, on_delete=ReferentialAction.RESTRICT) for key in table.foreign_keys)
        )
        for table in circular.declared.tables
    )
    without = replace(circular, declared=Schema(tables=tables))
    assert "No table has rows that a delete elsewhere takes along" in str(views.blast_radius(without))


def test_each_table_is_placed_with_the_reason_and_what_is_unclear_comes_first(circular: AuditResult) -> None:
    block = views.placements(circular).block
    assert isinstance(block, Stack)
    wrong, fold = block.body
    assert isinstance(wrong, Table)
    assert isinstance(fold, Fold)
    assert [row[0][0].text for row in wrong.rows] == ["C"]
    assert "named in the configuration" in _row(str(views.placements(circular)), "A1")


@every_view
def test_hostile_names_are_shown_and_break_nothing(
    view: Callable[[AuditResult], View], hostile_audit: AuditResult
) -> None:
    html = view(hostile_audit)._repr_mimebundle_()["text/html"]
    assert "<script>alert" not in html
    assert "<img src=x" not in html


@every_view
def test_an_empty_schema_is_shown_too(
    view: Callable[[AuditResult], View], make_audit: Callable[..., AuditResult]
) -> None:
    silent = view in {views.group_cards, views.cycles}  # beside the one that says that no groups are declared
    assert bool(str(view(make_audit(Config(), Schema())))) is not silent


def test_the_first_word_about_isolation_is_not_that_of_the_deployment(example: AuditResult) -> None:
    text = str(views.isolation(example))
    assert text.startswith("✗ BROKEN\n1 of 5 contracts is broken: Social refers to User only.")
    assert "13 foreign keys between groups (12 allowed, 1 forbidden); 2 columns look like references" in text
    assert "see the report deployment_readiness" in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"contracts": ()}, "No contract is declared"),
        ({"grouping": Grouping()}, "No feature groups are declared"),
    ],
)
def test_isolation_that_nobody_asked_for_is_neither_good_nor_bad(
    changes: dict[str, object], said: str, example: AuditResult
) -> None:
    block = views.isolation(replace(example, **changes)).block  # type: ignore[arg-type]
    assert isinstance(block, Banner)
    assert (block.tone, block.word) == (Tone.OPEN, "NOT JUDGED")
    assert said in str(View(block))


def test_contracts_that_hold_only_so_far_are_no_plain_yes(example: AuditResult) -> None:
    kept = [it for it in example.contracts if it.passed]
    shaky = (replace(kept[0], vacuous=True), replace(kept[1], baselined=("A.b->C",)))
    block = views.isolation(replace(example, contracts=shaky)).block
    assert isinstance(block, Banner)
    assert block.tone is Tone.WARN
    assert "1 contract holds only because nothing could break them; 1 holds but for what the baseline" in str(
        View(block)
    )


def test_nothing_to_doubt_is_kept(example: AuditResult) -> None:
    block = views.isolation(replace(example, contracts=tuple(it for it in example.contracts if it.passed))).block
    assert isinstance(block, Banner)
    assert (block.tone, block.word) == (Tone.GOOD, "KEPT")


_SOFT, _HARD = "c.b_id -> b RESTRICT", "c.b_id -> b CASCADE"
_DECLARED = structure("b.a_id -> a CASCADE", _SOFT, "d.a_id -> a CASCADE", "n.a_id? -> a SET NULL")
_APPLIED = (MigrationRun(migration="1_a", position=1, outcome=RunOutcome.APPLIED),)


@pytest.fixture
def drifted(make_audit: Callable[..., AuditResult]) -> AuditResult:
    """The migrations make neither d's nor n's key, one more table with a key, and a cascade that nobody declared."""
    gone = {"d": (column("a_id"),), "n": (column("a_id", not_null=False),)}
    made = structure("b.a_id -> a CASCADE", _HARD, "log.a_id -> a CASCADE", also=gone)
    config = Config(name="drift", groups={"A": ("a", "b"), "C": ("c", "d", "n")}, keys={"C": "a_id"})
    return make_audit(config, _DECLARED, runs=_APPLIED, made=made)


def test_a_delete_is_drawn_with_what_a_clean_deploy_makes_of_it(drifted: AuditResult) -> None:
    text = str(views.blast_radius(drifted))
    assert "Deleting one a reaches 4 tables in 3 groups" in text
    assert "1 of 4 tables is reached only over keys that a clean deploy does not make." in text
    assert "A clean deploy" not in text.partition("made.")[0]
    assert _row(text.partition("the widest first")[2], "a ").split()[2:7] == ["4,", "✗", "1", "over", "missing"]
    assert "As declared" not in text


def test_a_delete_as_declared_says_that_nobody_knows_more(drifted: AuditResult) -> None:
    rehearsal = drifted.rehearsal
    assert rehearsal is not None
    failed = replace(rehearsal, runs=(replace(_APPLIED[0], outcome=RunOutcome.FAILED),))
    for unsure, why in (
        (replace(drifted, rehearsal=None), "nothing was rehearsed"),
        (replace(drifted, rehearsal=failed), "the rehearsal did not run to the end"),
    ):
        text = str(views.blast_radius(unsure))
        assert f"? As declared: {why}, so which keys a clean deploy makes is not known." in text
        assert "missing" not in text


def test_columns_whose_key_is_not_made_are_no_good_coverage(drifted: AuditResult) -> None:
    assert "✗ 1 of 3 made, 2 declared only" in _row(str(views.coupling(drifted)), "C ")
    assert "✓ 3 of 3" in _row(str(views.coupling(replace(drifted, rehearsal=None))), "C ")


def test_a_key_identifier_whose_keys_are_not_made_says_so(drifted: AuditResult) -> None:
    assert _row(str(views.identifiers(drifted)), "C ").endswith("a.id, ✗ not made")
    assert _row(str(views.identifiers(replace(drifted, rehearsal=None))), "C ").endswith("a.id")


def test_a_crossing_with_another_action_than_declared_shows_both(drifted: AuditResult) -> None:
    assert "ON DELETE ✗ declared RESTRICT, made CASCADE" in str(views.crossings(drifted))


def test_a_table_that_only_the_migrations_make_may_be_a_declared_hub(drifted: AuditResult) -> None:
    assert "declared as a hub" in _row(str(views.hubs(replace(drifted, hubs=("log",)))), "log")


def test_a_contract_that_is_kept_says_what_of_its_groups_is_not_there(
    example: AuditResult, drifted: AuditResult
) -> None:
    contract = replace(example.contracts[0].contract, groups=("C",))
    kept = replace(example.contracts[0], contract=contract, passed=True, vacuous=False, broken_by=(), violations=())
    row = str(views.contracts(replace(drifted, contracts=(kept,))))
    assert "✓ kept, ✗ 2 of 3 keys missing" in row
    assert "✓ kept" in str(views.contracts(replace(drifted, contracts=(kept,), rehearsal=None)))
    assert "missing" not in str(views.contracts(replace(drifted, contracts=(kept,), rehearsal=None)))
