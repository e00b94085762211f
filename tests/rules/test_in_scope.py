"""What a statement weighs in the deployment that is judged."""

import pytest

from builders import Build
from pgready.checks import destruction
from pgready.checks.gathered import Gathered
from pgready.config import Config
from pgready.findings import Confidence, Finding, Severity
from pgready.history import replay_history
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.schema import Schema
from pgready.sources.sql import read_script

MADE = "CREATE TABLE old (id int, a text);"


def found(*texts: str, runs: set[int], kind: DeploymentKind = DeploymentKind.SINCE) -> list[Finding]:
    """Findings of the rules on destruction; `runs` are the numbers of the migrations that are deployed."""
    migrations = tuple(Build().migration(f"m{number}", number, text) for number, text in enumerate(texts, 1))
    scripts = tuple(read_script(migration) for migration in migrations)
    gathered = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=migrations,
        scripts=scripts,
        deployment=Deployment(kind=kind, migrations=frozenset(f"m{number}" for number in runs)),
        history=replay_history(migrations, scripts),
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
