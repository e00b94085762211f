"""Everything that destroys is found, and nothing else: the labelled cases of tests/rules/destruction/."""

import pytest

from builders import Judge
from destruction_cases import BEFORE, KINDS, Labelled, Narrowed, found_in, judged, labelled, lookalikes, narrowed, wider
from pgready.checks.gathered import Gathered
from pgready.config import Config
from pgready.findings import Confidence, Outcome, Severity
from pgready.history import replay_history
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.schema import Schema
from pgready.sources.sql import read_scripts
from rehearsals import of_texts

CASES = [(kind, case) for kind in KINDS for case in labelled(kind)]


@pytest.mark.parametrize(("kind", "case"), CASES, ids=[f"{kind}-{case.sql[:60]}" for kind, case in CASES])
def test_what_is_destroyed_is_found_and_nothing_else(kind: str, case: Labelled) -> None:
    found = judged(BEFORE, case.sql)
    assert found_in(found) == case.expected, (kind, [each.message for each in found])


@pytest.mark.parametrize("case", [case for case in lookalikes() if not case.expected], ids=lambda case: case.sql[:60])
def test_what_only_looks_like_destruction_is_not_even_noted(case: Labelled) -> None:
    assert [each.message for each in judged(BEFORE, case.sql)] == []


@pytest.mark.parametrize("case", [case for case in lookalikes() if case.expected], ids=lambda case: case.sql[:60])
def test_what_loses_nothing_is_noted_and_explained(case: Labelled) -> None:
    assert found_in(judged(BEFORE, case.sql), Severity.NOTE) == case.expected


@pytest.mark.parametrize("case", list(narrowed()), ids=lambda case: f"{case.old} to {case.new}")
def test_a_type_that_cannot_hold_every_value_is_found(case: Narrowed) -> None:
    assert found_in(judged(case.before, case.sql)) == {("DES004", "block", "public.t.v")}


@pytest.mark.parametrize("case", list(wider()), ids=lambda case: f"{case.old} to {case.new}")
def test_a_type_that_holds_every_value_is_not_noted(case: Narrowed) -> None:
    assert [each.message for each in judged(case.before, case.sql)] == []


def test_there_are_forty_cases_of_each_kind_and_forty_that_look_alike() -> None:
    counts = {kind: len(list(labelled(kind))) for kind in KINDS} | {"types": len(list(narrowed()))}
    assert min(counts.values()) >= 40, counts
    assert len(list(lookalikes())) >= 40


@pytest.mark.parametrize(("kind", "case"), CASES, ids=[f"{kind}-{case.sql[:60]}" for kind, case in CASES])
def test_on_an_empty_database_the_same_is_only_noted(kind: str, case: Labelled) -> None:
    found = judged(BEFORE, case.sql, kind=DeploymentKind.CLEAN)
    assert found_in(found) == frozenset(), kind
    assert found_in(found, Severity.NOTE), "it is still told"


def test_under_a_condition_that_cannot_be_read_the_confidence_is_lower() -> None:
    sure, unsure = "DROP TABLE log", "DO $$ BEGIN IF (SELECT count(*) FROM log) > 0 THEN DROP TABLE log; END IF; END $$"
    assert judged(BEFORE, sure)[0].confidence is Confidence.HIGH
    [found] = judged(BEFORE, unsure)
    assert found.confidence is Confidence.MEDIUM
    assert "whether it runs cannot be told" in found.message


def test_a_dropped_table_takes_views_and_keys_along_by_name() -> None:
    [found] = judged(BEFORE, "DROP TABLE post CASCADE")
    assert "view public.titles" in found.message
    [found] = judged(BEFORE, "DROP TABLE shop.item CASCADE")
    assert "constraint shop.basket.basket_item_fkey" in found.message
    [found] = judged(BEFORE, "DROP TABLE measure")
    assert "table public.measure_2024" in found.message


def test_truncate_cascade_names_the_tables_that_it_empties_too() -> None:
    [found] = judged(BEFORE, 'TRUNCATE "User" CASCADE')
    assert "with it public.post (CASCADE)" in found.message


def test_a_rename_in_disguise_says_where_the_values_are_copied() -> None:
    sql = "ALTER TABLE log ADD COLUMN message text;\nUPDATE log SET message = line;\nALTER TABLE log DROP COLUMN line;"
    [found] = judged(BEFORE, sql)
    assert found.message == "column public.log.line is renamed to message: line 2 copies its values, then it is dropped"
    assert "@map" in found.fix


def test_an_unknown_type_before_is_a_note_of_low_confidence() -> None:
    [found] = judged("SELECT 1", "ALTER TABLE elsewhere ALTER COLUMN v TYPE int")
    assert (found.severity, found.confidence) == (Severity.NOTE, Confidence.LOW)


def test_columns_of_the_types_of_an_extension_go_with_it() -> None:
    before = "CREATE EXTENSION citext; CREATE TABLE t (id int, v citext, w text);"
    assert found_in(judged(before, "DROP EXTENSION citext CASCADE")) == {("DES002", "block", "public.t.v")}
    assert judged(before, "DROP EXTENSION citext") == []


DYNAMIC = "DO $$ BEGIN EXECUTE 'DROP TABLE ' || current_setting('x.y'); END $$"


@pytest.mark.parametrize(
    ("texts", "kind", "outcome"),
    [
        ((BEFORE, DYNAMIC), DeploymentKind.SINCE, Outcome.SKIPPED),
        ((BEFORE, f"{DYNAMIC}; DROP TABLE log"), DeploymentKind.SINCE, Outcome.SKIPPED),
        ((BEFORE, DYNAMIC), DeploymentKind.CLEAN, Outcome.SKIPPED),
        ((f"{BEFORE}; {DYNAMIC}", "SELECT 1"), DeploymentKind.SINCE, Outcome.PASSED),
    ],
    ids=["about to run", "beside what is found", "on an empty database", "ran long ago"],
)
def test_dynamic_sql_in_what_is_about_to_run_is_no_pass(
    texts: tuple[str, ...], kind: DeploymentKind, outcome: Outcome, judge: Judge
) -> None:
    migrations = tuple(of_texts(*texts))
    scripts = read_scripts(migrations)
    gathered = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=migrations,
        scripts=scripts,
        history=replay_history(migrations, scripts),
        deployment=Deployment(kind=kind, migrations=frozenset({migrations[-1].name}), base="main"),
    )
    result = judge("DES001", gathered)
    assert result.outcome is outcome, result.why
    assert ("cannot be read" in result.why) is (outcome is Outcome.SKIPPED and kind is DeploymentKind.SINCE)
    assert result.given is (kind is DeploymentKind.SINCE)
