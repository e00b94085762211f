"""What a statement weighs in the deployment that is judged."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from builders import Build
from pgready.checks import destruction
from pgready.checks.gathered import Gathered
from pgready.config import Config
from pgready.findings import Confidence, Finding, Severity
from pgready.history import as_deployed, replay_history
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.schema import Schema
from pgready.sources.sql import read_script

MADE = "CREATE TABLE old (id int, a text);"


def found(
    *texts: str,
    runs: Iterable[int] = (),
    kind: DeploymentKind = DeploymentKind.SINCE,
    deployment: Deployment | None = None,
    deployed: bool = False,
) -> list[Finding]:
    """Findings of the rules on destruction; `runs` are the numbers of the migrations that are deployed.

    `deployed`, or a `deployment` of its own: judged is the history as that deployment meets it.
    """
    migrations = tuple(Build().migration(f"m{number}", number, text) for number, text in enumerate(texts, 1))
    scripts = tuple(read_script(migration) for migration in migrations)
    scope = deployment or Deployment(kind=kind, migrations=frozenset(f"m{number}" for number in runs))
    history = replay_history(migrations, scripts)
    if deployed or deployment is not None:
        history = as_deployed(history, migrations, scripts, None, scope)
    gathered = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=migrations,
        scripts=scripts,
        deployment=scope,
        history=history,
    )
    return [each for check in destruction.CHECKS for each in check.judge(gathered).findings]


def test_the_deployment_is_judged_and_the_history_only_described() -> None:
    texts = (MADE, "DROP TABLE old;", "SELECT 1;")
    [judged] = found(*texts, runs={2, 3})
    [described] = found(*texts, runs={3})
    assert (judged.severity, described.severity) == (Severity.BLOCK, Severity.NOTE)
    assert described.message.endswith("(not in what is deployed)")


def test_what_an_earlier_migration_of_the_same_deployment_made_is_a_note() -> None:
    [one] = found("SELECT 1;", MADE, "DROP TABLE old;", runs={2, 3})
    assert one.severity is Severity.NOTE
    assert one.message.endswith("(made by the same deployment (m2))")


def test_a_column_that_the_deployment_added_to_an_old_table_is_a_note() -> None:
    [one] = found(MADE, "ALTER TABLE old ADD COLUMN b int;", "ALTER TABLE old DROP COLUMN b;", runs={2, 3})
    assert one.severity is Severity.NOTE


def test_what_no_migration_made_may_be_there_and_full() -> None:
    [one] = found("SELECT 1;", "DROP TABLE unseen;", runs={2})
    assert (one.severity, one.confidence) == (Severity.BLOCK, Confidence.MEDIUM)
    assert "no migration makes it" in one.message


def test_a_copy_by_an_earlier_deployment_does_not_make_a_drop_milder() -> None:
    copied = "CREATE TABLE fresh (id int, a text); INSERT INTO fresh (id, a) SELECT id, a FROM old;"
    [before] = found(MADE, copied, "DROP TABLE old;", runs={3})
    [within] = found(MADE, copied, "DROP TABLE old;", runs={2, 3})
    assert (before.severity, within.severity) == (Severity.BLOCK, Severity.WARN)
    assert "copied to public.fresh first (m2); rows written since then are not in it" in before.message


def test_a_second_swap_of_the_same_enum_is_judged_by_itself() -> None:
    made = "CREATE TYPE e AS ENUM ('a', 'b', 'c'); CREATE TABLE t (id int, v e);"
    swap = (
        "CREATE TYPE e_new AS ENUM ({}); ALTER TABLE t ALTER v TYPE e_new USING (v::text::e_new);"
        "ALTER TYPE e RENAME TO e_old; ALTER TYPE e_new RENAME TO e; DROP TYPE e_old;"
    )
    one, two = found(made, swap.format("'a', 'b'"), swap.format("'b', 'a', 'd'"), runs={2}), []
    two = found(made, swap.format("'a', 'b'"), swap.format("'a'"), runs={3})
    assert [(each.rule, each.severity) for each in one] == [("DES005", Severity.BLOCK)]
    assert [(each.severity, "without the value b" in each.message) for each in two] == [
        (Severity.NOTE, False),
        (Severity.BLOCK, True),
    ]


@pytest.mark.parametrize("sql", ["DROP TABLE old;", "ALTER TABLE old DROP COLUMN a;", "DELETE FROM old;"])
def test_without_a_history_a_check_is_skipped(sql: str) -> None:
    gathered = Gathered(config=Config(), declared=Schema(), migrations=(Build().migration("m1", 1, sql),))
    assert {check.judge(gathered).outcome.value for check in destruction.CHECKS} == {"skipped"}


def judged(*texts: str, runs: set[int]) -> list[Finding]:
    """Findings as the orchestrator has them judged: the history as the deployment meets it."""
    return found(*texts, runs=runs, deployed=True)


def test_what_is_deployed_already_was_there_first_whatever_its_name_sorts() -> None:
    made = "CREATE TABLE IF NOT EXISTS old (id int, a text);"
    [table] = judged("SELECT 1;", made, made, "DROP TABLE old;", runs={2, 4})
    added = "ALTER TABLE old ADD COLUMN IF NOT EXISTS b text;"
    [column] = judged(MADE, added, added, "ALTER TABLE old DROP COLUMN b;", runs={2, 4})
    assert [(each.severity, each.confidence) for each in (table, column)] == [(Severity.BLOCK, Confidence.HIGH)] * 2


@pytest.mark.parametrize(
    "asked",
    [
        "SELECT 1 FROM information_schema.tables WHERE table_name = '_prisma_migrations'",
        "SELECT 1 FROM pg_roles WHERE rolname = 'app'",
        "SELECT 1 FROM old WHERE id = 1",
    ],
)
@pytest.mark.parametrize("does", ["DROP TABLE old;", "DELETE FROM old;", "ALTER TABLE old DROP COLUMN a;"])
def test_what_a_database_in_use_may_answer_otherwise_counts(asked: str, does: str) -> None:
    text = f"DO $$ BEGIN IF EXISTS ({asked}) THEN {does} END IF; END $$;"
    [one] = judged(MADE, text, runs={2})
    assert (one.severity, one.confidence) == (Severity.BLOCK, Confidence.MEDIUM)


def test_a_condition_that_the_migrations_decide_leaves_nothing_to_say() -> None:
    text = (
        "DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 'gone') THEN DROP TABLE old; END IF; END $$;"
    )
    assert judged(MADE + "CREATE TABLE gone ();", "SELECT 1;", "DROP TABLE gone;" + text, runs={3})[1:] == []


@pytest.mark.parametrize("text", ["DROP TABLE IF EXISTS legacy;", "ALTER TABLE old DROP COLUMN IF EXISTS legacy;"])
def test_what_no_migration_made_is_lost_if_it_is_there(text: str) -> None:
    [one] = judged(MADE, text, runs={2})
    assert (one.severity, one.confidence) == (Severity.BLOCK, Confidence.MEDIUM)


@pytest.mark.parametrize(
    ("make", "drop"),
    [
        ("CREATE TABLE IF NOT EXISTS t (id int, a text);", "DROP TABLE t;"),
        ("ALTER TABLE old ADD COLUMN IF NOT EXISTS b text;", "ALTER TABLE old DROP COLUMN b;"),
    ],
)
def test_what_is_made_if_not_exists_may_be_an_older_one_that_is_destroyed(make: str, drop: str) -> None:
    for texts in ((MADE, make, drop), (MADE, make + drop, "SELECT 1;")):
        [one] = judged(*texts, runs={2, 3})
        assert (one.severity, one.confidence) == (Severity.WARN, Confidence.MEDIUM)


def test_what_was_filed_under_another_name_existed_before() -> None:
    renamed = Deployment(
        kind=DeploymentKind.SINCE,
        migrations=frozenset({"m1", "m2"}),
        base="main",
        unlike_base=("m0",),
        removed=("m0",),
        renamed=(("m0", "m1"),),
    )
    texts = (MADE, "DROP TABLE old;")
    [one] = found(*texts, deployment=renamed)
    [squashed] = found(*texts, deployment=replace(renamed, renamed=()))
    assert [(each.severity, each.confidence) for each in (one, squashed)] == [
        (Severity.BLOCK, Confidence.HIGH),
        (Severity.BLOCK, Confidence.MEDIUM),
    ]


def test_a_doubt_says_what_decides() -> None:
    loop = "DO $$ DECLARE r record; BEGIN FOR r IN SELECT 1 LOOP DELETE FROM old; END LOOP; END $$;"
    [turn] = found(MADE, loop, runs={2}, deployed=True)
    assert turn.message.endswith("it runs for each turn of the loop (line 1)")
    asked = "DO $$ BEGIN IF EXISTS (SELECT 1 FROM flags) THEN DELETE FROM old; END IF; END $$;"
    [one] = found(MADE, asked, runs={2}, deployed=True)
    assert "says so" not in one.message


def test_what_a_body_does_is_told_with_the_function_and_the_trigger() -> None:
    wipes = "CREATE FUNCTION wipe() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM old; RETURN NEW; END $$;"
    fires = "CREATE TABLE u (id int); CREATE TRIGGER t AFTER UPDATE ON u EXECUTE FUNCTION wipe(); UPDATE u SET id = 1;"
    [one] = [each for each in found(MADE, f"{wipes} {fires}", runs={2}) if each.object == "public.old"]
    assert one.message.endswith("; in function wipe, called by trigger t")
