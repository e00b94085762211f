"""The query that DES010 gives finds, before the deployment, just the rows that the migration then fails on."""

import contextlib
import re
from collections.abc import Iterator

import psycopg
import pytest

from pgready.checks.existing_rows import CHECKS
from pgready.checks.gathered import Gathered
from pgready.config import Config
from pgready.history import replay_history
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.schema import Schema
from pgready.rehearsal.cluster import Cluster, throwaway_cluster
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import new_database
from pgready.sources.sql import read_scripts
from rehearsals import of_texts

BEFORE = """
CREATE SCHEMA "a b";
CREATE TABLE "a b"."or""g" (id int PRIMARY KEY, code text UNIQUE);
CREATE TABLE "User" (id int PRIMARY KEY, email text, org int, code text, kind text DEFAULT 'x');
INSERT INTO "a b"."or""g" VALUES (1, 'one');
INSERT INTO "User" VALUES (1, 'a', 1, 'one', 'k'), (2, NULL, NULL, NULL, 'k'), (3, NULL, NULL, NULL, 'k');
"""
BAD = "INSERT INTO \"User\" VALUES (4, 'a', 7, 'seven', NULL)"
CASES = [
    ('CREATE UNIQUE INDEX u ON "User" (email)', "23505"),
    ('ALTER TABLE "User" RENAME email TO e; ALTER TABLE "User" RENAME TO p; CREATE UNIQUE INDEX u ON p (e)', "23505"),
    ('ALTER TABLE "User" ADD FOREIGN KEY (org) REFERENCES "a b"."or""g"', "23503"),
    ('ALTER TABLE "User" ADD FOREIGN KEY (code) REFERENCES "a b"."or""g" (code)', "23503"),
    ('ALTER TABLE "a b"."or""g" RENAME TO o; ALTER TABLE "User" ADD FOREIGN KEY (org) REFERENCES "a b".o', "23503"),
    ('ALTER TABLE "User" ALTER kind SET NOT NULL', "23502"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """One server; each test has a database of its own."""
    with throwaway_cluster() as cluster:
        yield cluster


def query(sql: str) -> str:
    migrations = of_texts(BEFORE, sql)
    scripts = read_scripts(migrations)
    gathered = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=tuple(migrations),
        scripts=tuple(scripts),
        history=replay_history(migrations, scripts),
        deployment=Deployment(kind=DeploymentKind.SINCE, migrations=frozenset({"m2"}), base="main"),
    )
    ((found,),) = ([each for each in check.judge(gathered).findings if not each.described] for check in CHECKS)
    told = re.search(r"SELECT .*;", str(found.fix))
    assert told is not None
    return told.group()


def offenders(connection: Connection, text: str) -> int:
    rows = connection.execute(text.encode()).fetchall()
    return sum(row[0] for row in rows) if text.startswith("SELECT count(*)") else len(rows)


@pytest.mark.parametrize(("sql", "sqlstate"), CASES)
def test_the_query_finds_what_breaks_the_migration_and_nothing_else(server: Cluster, sql: str, sqlstate: str) -> None:
    with new_database(server) as database, contextlib.closing(database.connect_owner()) as owner:
        try:
            owner.execute(BEFORE.encode())
            assert offenders(owner, query(sql)) == 0
            owner.execute(f"BEGIN; {sql}; ROLLBACK".encode())
            owner.execute(BAD.encode())
            assert offenders(owner, query(sql)) == 1
            with pytest.raises(psycopg.IntegrityError) as failed:
                owner.execute(f"BEGIN; {sql}; COMMIT".encode())
            assert failed.value.sqlstate == sqlstate
        finally:
            owner.close()
            with server.connect_admin() as admin:
                admin.execute("DROP DATABASE rehearsal WITH (FORCE)")
                admin.execute("DROP ROLE postgres")
