"""DES010: what rows from before the deployment may break, told once, with the query that finds them."""

import pytest

from pgready.checks.existing_rows import CHECKS
from pgready.checks.gathered import Gathered
from pgready.config import Config
from pgready.findings import CheckResult, Confidence, Finding, Outcome, Severity
from pgready.history import replay_history
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.kept_rows import DataFailure, RowsRehearsal
from pgready.model.schema import Schema
from pgready.model.trace import Rehearsal, Server
from pgready.sources.sql import read_scripts
from rehearsals import of_texts

BEFORE = """
CREATE TABLE "User" (id int PRIMARY KEY, email text NOT NULL, name text, kind text DEFAULT 'x', org int);
CREATE UNIQUE INDEX "User_name_key" ON "User" (name);
CREATE TABLE org (id int PRIMARY KEY, a int, b int);
CREATE TABLE post (id int PRIMARY KEY, author int REFERENCES "User" ON DELETE CASCADE, slug text, at date);
ALTER TABLE post ADD CONSTRAINT long CHECK (length(slug) > 1) NOT VALID;
ALTER TABLE post ADD CONSTRAINT dated CHECK (at IS NOT NULL);
"""
DEDUPED = 'DELETE FROM "User" a USING "User" b WHERE a.id < b.id AND a.email = b.email;'
TO_RENAMED = 'ALTER TABLE "User" ADD FOREIGN KEY (org) REFERENCES o (x)'
REKEYED = "ALTER TABLE post DROP CONSTRAINT post_author_fkey;"
UNIQUE = [
    'CREATE UNIQUE INDEX u ON "User" (email)',
    'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS u ON "User" (email)',
    'CREATE UNIQUE INDEX u ON "User" (lower(email))',
    'CREATE UNIQUE INDEX u ON "User" (name) WHERE org > 1; CREATE UNIQUE INDEX v ON "User" (email) WHERE org > 1',
    'ALTER TABLE "User" ADD CONSTRAINT u UNIQUE (email, org)',
    'ALTER TABLE "User" DROP CONSTRAINT "User_pkey", ADD PRIMARY KEY (email)',
    'DROP INDEX "User_name_key"; CREATE UNIQUE INDEX "User_name_key" ON "User" (lower(name))',
    'ALTER TABLE "User" ADD t int NOT NULL DEFAULT 1; CREATE UNIQUE INDEX u ON "User" (t, email)',
    'ALTER TABLE "User" RENAME email TO mail; CREATE UNIQUE INDEX u ON "User" (mail)',
    'DELETE FROM "User" WHERE org = 3; CREATE UNIQUE INDEX u ON "User" (email)',
    'UPDATE "User" SET org = 1; CREATE UNIQUE INDEX u ON "User" (email)',
    'INSERT INTO "User" (id, email) VALUES (1, \'a\'); CREATE UNIQUE INDEX u ON "User" (email)',
    "CREATE UNIQUE INDEX u ON older (a)",
]
NOTED = [
    ('ALTER TABLE "User" ADD CONSTRAINT f FOREIGN KEY (org) REFERENCES org (id)', "23503"),
    ('ALTER TABLE "User" ADD CONSTRAINT f FOREIGN KEY (org) REFERENCES org', "23503"),
    (
        'ALTER TABLE "User" ADD CONSTRAINT f FOREIGN KEY (org) REFERENCES org NOT VALID, VALIDATE CONSTRAINT f',
        "23503",
    ),
    ('ALTER TABLE "User" ADD CONSTRAINT c CHECK (org > 1)', "23514"),
    ("ALTER TABLE post VALIDATE CONSTRAINT long", "23514"),
    ('ALTER TABLE "User" ALTER kind SET NOT NULL', "23502"),
    ("ALTER TABLE \"User\" ALTER name SET DEFAULT 'x', ALTER name SET NOT NULL", "23502"),
]
SILENT = [
    'CREATE INDEX i ON "User" (email)',
    'CREATE UNIQUE INDEX u ON "User" (name, email)',
    'CREATE UNIQUE INDEX u ON "User" (id)',
    'DROP INDEX "User_name_key"; CREATE UNIQUE INDEX "User_name_key" ON "User" (name)',
    'ALTER TABLE "User" RENAME name TO n; DROP INDEX "User_name_key"; CREATE UNIQUE INDEX k ON "User" (n)',
    'ALTER TABLE "User" DROP CONSTRAINT "User_pkey", ADD PRIMARY KEY (id)',
    'ALTER TABLE "User" ADD t int; CREATE UNIQUE INDEX u ON "User" (t)',
    'ALTER TABLE "User" ADD t int UNIQUE',
    'ALTER TABLE "User" ADD t int; CREATE UNIQUE INDEX u ON "User" (t, email)',
    "CREATE TABLE fresh (a int); CREATE UNIQUE INDEX u ON fresh (a)",
    'TRUNCATE "User" CASCADE; CREATE UNIQUE INDEX u ON "User" (email)',
    DEDUPED + 'CREATE UNIQUE INDEX u ON "User" (email)',
    'DELETE FROM "User" WHERE id IN (SELECT max(id) FROM "User"); CREATE UNIQUE INDEX u ON "User" (email)',
    'UPDATE "User" SET email = email || id; CREATE UNIQUE INDEX u ON "User" (email)',
    'ALTER TABLE "User" ADD CONSTRAINT f FOREIGN KEY (org) REFERENCES org (id) NOT VALID',
    'ALTER TABLE "User" ADD o int REFERENCES org',
    REKEYED + 'ALTER TABLE post ADD FOREIGN KEY (author) REFERENCES "User" (id) ON DELETE SET NULL',
    REKEYED
    + 'ALTER TABLE post RENAME TO p; ALTER TABLE "User" RENAME TO u; ALTER TABLE u RENAME id TO i;'
    + "ALTER TABLE p RENAME author TO by; ALTER TABLE p ADD FOREIGN KEY (by) REFERENCES u (i)",
    'DELETE FROM "User" WHERE org < 1; ALTER TABLE "User" ADD CHECK (org > 1)',
    'UPDATE "User" SET org = NULL WHERE org < 5; ALTER TABLE "User" ADD FOREIGN KEY (org) REFERENCES org (id)',
    'ALTER TABLE "User" ADD CONSTRAINT c CHECK (org > 1) NOT VALID',
    'ALTER TABLE "User" ADD n int; ALTER TABLE "User" ADD CHECK (n > 1)',
    'ALTER TABLE "User" ALTER email SET NOT NULL',
    'ALTER TABLE "User" ALTER name SET NOT NULL',
    'UPDATE "User" SET kind = \'y\' WHERE kind IS NULL; ALTER TABLE "User" ALTER kind SET NOT NULL',
    "ALTER TABLE post ALTER at SET DEFAULT now(), ALTER at SET NOT NULL",
    'CREATE UNIQUE INDEX u ON "User" (id, email); ALTER TABLE "User" ADD CONSTRAINT u UNIQUE USING INDEX u',
]


def judged(sql: str, *, kind: DeploymentKind = DeploymentKind.SINCE, rows: RowsRehearsal | None = None) -> CheckResult:
    migrations = of_texts(BEFORE, sql)
    scripts = read_scripts(migrations)
    server = Server(version="18.0", version_num=180000, origin="test")
    gathered = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=tuple(migrations),
        scripts=tuple(scripts),
        history=replay_history(migrations, scripts),
        deployment=Deployment(kind=kind, migrations=frozenset({"m2"}), base="main"),
        rehearsal=Rehearsal(server=server, runs=(), schema=Schema(), rows=rows),
    )
    (check,) = CHECKS
    return check.judge(gathered)


def found(sql: str) -> tuple[Finding, ...]:
    return tuple(each for each in judged(sql).findings if not each.described)


@pytest.mark.parametrize("sql", UNIQUE)
def test_what_becomes_unique_over_columns_that_were_there_is_a_warning(sql: str) -> None:
    (each,) = found(sql)
    assert (each.rule, each.severity, each.confidence) == ("DES010", Severity.WARN, Confidence.MEDIUM)
    assert "23505" in each.message
    assert "count(*) > 1" in str(each.fix)


@pytest.mark.parametrize(("sql", "sqlstate"), NOTED)
def test_what_is_checked_for_rows_that_are_there_is_a_note(sql: str, sqlstate: str) -> None:
    (each,) = found(sql)
    assert each.severity is Severity.NOTE
    assert sqlstate in each.message
    assert "SELECT" in str(each.fix)


@pytest.mark.parametrize("sql", SILENT)
def test_what_no_row_can_break_or_what_was_repaired_or_said_is_no_finding(sql: str) -> None:
    assert [each.message for each in found(sql)] == []


def test_the_query_names_things_as_they_are_before_the_deployment() -> None:
    sql = 'ALTER TABLE "User" RENAME TO person; ALTER TABLE person RENAME org TO "or""g"; '
    (unique,) = found(sql + 'CREATE UNIQUE INDEX u ON person ("or""g")')
    assert 'SELECT "org", count(*) FROM "User" WHERE "org" IS NOT NULL GROUP BY "org" HAVING' in str(unique.fix)
    (key,) = found('ALTER TABLE "User" ADD FOREIGN KEY (org, id) REFERENCES org (a, b)')
    (renamed,) = found("ALTER TABLE org RENAME TO o; ALTER TABLE o RENAME a TO x;" + TO_RENAMED)
    assert 'NOT EXISTS (SELECT FROM "org" AS r WHERE r."a" = t."org")' in str(renamed.fix)
    assert 'NOT EXISTS (SELECT FROM "org" AS r WHERE r."a" = t."org" AND r."b" = t."id")' in str(key.fix)


def test_what_the_rehearsal_saw_fail_is_not_said_again() -> None:
    failed = DataFailure(migration="m2", sqlstate="23503", message="no", statement=2)
    sql = 'SELECT 1; ALTER TABLE "User" ADD FOREIGN KEY (org) REFERENCES org (id)'
    assert len(judged(sql).findings) == 1
    assert judged(sql, rows=RowsRehearsal(failures=(failed,))).findings == ()


def test_an_empty_database_has_no_rows_to_break_it() -> None:
    result = judged(UNIQUE[0], kind=DeploymentKind.CLEAN)
    assert (result.outcome, result.given) == (Outcome.SKIPPED, False)
    assert all(each.described and each.severity is Severity.NOTE for each in result.findings)
