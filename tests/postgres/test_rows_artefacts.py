"""A migration that fails on made-up rows: a block where any row will do, a warning where a value of its own decides."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from pgready.model.kept_rows import DataFailure, OnRows
from pgready.rehearsal import rehearse
from pgready.rehearsal.cluster import throwaway_cluster
from pgready.rehearsal.database import new_database
from pgready.rehearsal.seeding.filling import seeder
from rehearsals import of_texts

SETUP = """
CREATE TABLE tn (id int PRIMARY KEY, name text);
CREATE TABLE u (id int PRIMARY KEY, email text UNIQUE);
CREATE TABLE p (id int PRIMARY KEY, user_id int NOT NULL REFERENCES u, title text, a jsonb NOT NULL);
CREATE TABLE shut (id int PRIMARY KEY CHECK (id < 0));
CREATE TABLE form (id int PRIMARY KEY, mail text CHECK (mail LIKE '%@%'), note text);
"""

COPIED = "CREATE TABLE org (id text PRIMARY KEY); INSERT INTO org SELECT 'o' || id FROM u;"
FIXED = "CREATE TABLE org (id int PRIMARY KEY); INSERT INTO org VALUES (2);"
NEW = "CREATE TABLE n (id int, v text NOT NULL);"


def failure(text: str) -> DataFailure:
    asked = OnRows(before=frozenset({"m2"}), last=frozenset({"m2"}))
    rows = rehearse(of_texts(SETUP, text), on_rows=asked).rows
    assert rows is not None
    assert rows.stopped is None
    (failed,) = rows.failures
    return failed


@pytest.mark.parametrize(
    ("text", "sqlstate"),
    [
        ("ALTER TABLE p ADD tid int NOT NULL DEFAULT 1 REFERENCES tn (id)", "23503"),
        ("UPDATE p SET user_id = 1", "23503"),
        ("UPDATE p SET user_id = user_id + 1000", "23503"),
        ("ALTER TABLE u ADD CONSTRAINT k FOREIGN KEY (id) REFERENCES shut (id)", "23503"),
        (COPIED + "ALTER TABLE u ADD org text NOT NULL DEFAULT 'o1' REFERENCES org", "23503"),
        ("ALTER TABLE p ADD b text; UPDATE p SET b = a->>'name'; ALTER TABLE p ALTER b SET NOT NULL", "23502"),
        (
            "ALTER TABLE p ADD b text; UPDATE p SET b = 'x' WHERE title = 'y'; ALTER TABLE p ALTER b SET NOT NULL",
            "23502",
        ),
        ("UPDATE p SET a = a->'name'", "23502"),
        (NEW + "INSERT INTO n (id, v) SELECT id, substring(title from '@(.*)') FROM p", "23502"),
        ("ALTER TABLE form ALTER note SET NOT NULL", "23502"),
    ],
)
def test_a_value_of_the_migrations_own_or_one_computed_of_made_up_ones_is_an_artefact(text: str, sqlstate: str) -> None:
    failed = failure(text)
    assert failed.sqlstate == sqlstate
    assert failed.artefact is not None


@pytest.mark.parametrize(
    ("text", "sqlstate"),
    [
        ("ALTER TABLE p ADD b text NOT NULL", "23502"),
        ("ALTER TABLE p ADD b text; ALTER TABLE p ALTER b SET NOT NULL", "23502"),
        ("UPDATE p SET a = NULL", "23502"),
        (NEW + "INSERT INTO n (id) SELECT id FROM p", "23502"),
        (FIXED + "ALTER TABLE u ADD org int NOT NULL DEFAULT 1 REFERENCES org", "23503"),
        ("CREATE TABLE org (id int PRIMARY KEY); ALTER TABLE p ADD FOREIGN KEY (user_id) REFERENCES org", "23503"),
    ],
)
def test_what_fails_whatever_the_rows_hold_is_no_artefact(text: str, sqlstate: str) -> None:
    failed = failure(text)
    assert failed.sqlstate == sqlstate
    assert failed.artefact is None


def test_two_databases_of_one_server_may_be_filled_at_once() -> None:
    with (
        throwaway_cluster() as cluster,
        new_database(cluster) as first,
        new_database(cluster, "b", beside=first) as two,
    ):
        with seeder(first) as one, seeder(two) as other, ThreadPoolExecutor(2) as pool:
            told = pool.map(lambda each: each.execute("SHOW session_replication_role").fetchone(), (one, other))
            assert list(told) == [("replica",), ("replica",)]
        left = first.admin.execute("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'pgready_seeder%'").fetchone()
        assert left == (0,)
