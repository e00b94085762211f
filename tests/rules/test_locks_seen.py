"""LCK004, LCK005: what only the rehearsal can see, since no statement says it."""

import pytest

from pgready.checks import locks
from pgready.checks.gathered import Gathered
from pgready.config import Config
from pgready.findings import Evidence, Finding, Severity
from pgready.history import replay_history
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.schema import Schema
from pgready.rehearsal import rehearse
from pgready.sources.sql import read_scripts
from rehearsals import of_texts

SETUP = 'CREATE TABLE "u" ("id" INTEGER PRIMARY KEY);\nCREATE TABLE "t" ("id" INTEGER PRIMARY KEY, "a" INTEGER);\n'
DYNAMIC = "DO $$ BEGIN\n  EXECUTE 'ALTER TABLE ' || quote_ident('t') || ' {action}';\nEND $$;"


def judged(*texts: str, deployed: int | None = 1) -> list[Finding]:
    """The deployment runs the last so many migrations on a real server; None: all, onto an empty database."""
    migrations = of_texts(*texts)
    scripts = read_scripts(migrations)
    names = frozenset(migration.name for migration in migrations[len(migrations) - (deployed or 0) :])
    since = Deployment(kind=DeploymentKind.SINCE, migrations=names, base="main")
    rehearsal = rehearse(migrations, traced=names)
    assert rehearsal.complete
    gathered = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=tuple(migrations),
        scripts=scripts,
        rehearsal=rehearsal,
        history=replay_history(migrations, scripts, rehearsal),
        deployment=Deployment() if deployed is None else since,
    )
    return [
        found
        for check in locks.CHECKS
        for found in check.judge(gathered).findings
        if found.rule in {"LCK004", "LCK005"}
    ]


def test_a_rewrite_by_dynamic_sql_is_found_where_it_stands() -> None:
    text = "SELECT 1;\n" + DYNAMIC.format(action="ALTER COLUMN a TYPE BIGINT")
    found = {each.rule: each for each in judged(SETUP, text)}
    assert found["LCK004"].severity is Severity.WARN
    assert found["LCK004"].evidence is Evidence.REHEARSED
    assert found["LCK004"].object == "public.t"
    assert found["LCK004"].location is not None
    assert found["LCK004"].location.line == 2
    assert "writes t anew" in found["LCK004"].message
    assert "ACCESS EXCLUSIVE on t" in found["LCK005"].message


def test_a_rewrite_that_was_read_is_told_once() -> None:
    rules = [each.rule for each in judged(SETUP, 'ALTER TABLE "t" ALTER COLUMN "a" TYPE BIGINT;')]
    assert rules == ["LCK004", "LCK005"]


@pytest.mark.parametrize(
    ("texts", "deployed"),
    [
        ((SETUP, DYNAMIC.format(action="ALTER COLUMN a TYPE BIGINT")), None),
        ((SETUP, DYNAMIC.format(action="ALTER COLUMN a TYPE BIGINT")), 2),
        ((SETUP, 'TRUNCATE "t";'), 1),
        ((SETUP + DYNAMIC.format(action="ALTER COLUMN a TYPE BIGINT"), "SELECT 1;"), 1),
    ],
    ids=["a clean deploy", "a table of the same deployment", "emptied", "not deployed"],
)
def test_no_rewrite_is_told_of(texts: tuple[str, ...], deployed: int | None) -> None:
    assert [each for each in judged(*texts, deployed=deployed) if each.rule == "LCK004" and not each.described] == []


def test_a_limit_that_is_set_before_counts_for_what_only_the_rehearsal_sees() -> None:
    text = DYNAMIC.format(action="ADD COLUMN b TEXT")
    assert [each.rule for each in judged(SETUP, text)] == ["LCK005"]
    assert judged(SETUP, "SET lock_timeout = '5s';\n" + text) == []


def test_a_new_table_that_is_dropped_locks_the_old_one_that_it_refers_to() -> None:
    new = 'CREATE TABLE "n" ("u" INTEGER REFERENCES "u" ("id"));'
    [found] = judged(SETUP, "SET lock_timeout = '1s'; " + new + " RESET lock_timeout;", 'DROP TABLE "n";', deployed=2)
    assert found.rule == "LCK005"
    assert "ACCESS EXCLUSIVE on u" in found.message


def test_a_type_that_cannot_be_looked_into_is_decided_by_the_server() -> None:
    setup = 'CREATE DOMAIN "d" AS TEXT;\nCREATE TABLE "t" ("a" TEXT);'
    found = judged(setup, 'ALTER TABLE "t" ALTER COLUMN "a" TYPE "d";')
    assert [each.rule for each in found] == ["LCK005"], "a domain without a CHECK is stored as its base"
    checked = setup.replace("AS TEXT", "AS TEXT CHECK (VALUE <> '')")
    found = judged(checked, 'ALTER TABLE "t" ALTER COLUMN "a" TYPE "d";')
    assert [(each.rule, each.severity) for each in found if each.rule == "LCK004"] == [("LCK004", Severity.WARN)]
