"""What a server says to files that are sent as one text, and to the settings in them."""

from collections.abc import Iterator

import pytest

from pgready.rehearsal.cluster import Cluster, throwaway_cluster
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.script import run_script
from transaction_cases import CASES, NEW_ENUM, SETUP, TransactionCase


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with throwaway_cluster() as cluster:
        yield cluster


@pytest.fixture
def session(cluster: Cluster) -> Iterator[Connection]:
    with cluster.connect_admin() as session:
        session.execute("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public; SET search_path = public")
        yield session
        session.execute("ROLLBACK")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_ends_as_it_says(case: TransactionCase, session: Connection) -> None:
    assert run_script(session, SETUP).error is None
    error = run_script(session, case.sql).error
    assert (error.sqlstate if error is not None else None) == case.sqlstate, error


def test_set_local_lasts_to_the_end_of_the_text_and_set_beyond_it(session: Connection) -> None:
    keep = "CREATE TEMP TABLE seen AS SELECT current_setting('lock_timeout') AS local"
    assert run_script(session, f"SET LOCAL lock_timeout = '5s'; {keep};").error is None
    assert session.execute("SELECT local FROM seen").fetchone() == ("5s",)
    assert session.execute("SHOW lock_timeout").fetchone() == ("0",)
    run_script(session, "SET lock_timeout = '6s'; SELECT 1;")
    assert session.execute("SHOW lock_timeout").fetchone() == ("6s",)
    run_script(session, "RESET lock_timeout;")
    assert session.execute("SHOW lock_timeout").fetchone() == ("0",)


def test_set_local_does_nothing_in_a_statement_of_its_own(session: Connection) -> None:
    run_script(session, "SET LOCAL lock_timeout = '5s';")
    assert session.execute("SHOW lock_timeout").fetchone() == ("0",)


def test_a_new_value_of_a_new_enum_can_be_used_at_once_since_postgresql_17(session: Connection) -> None:
    error = run_script(session, NEW_ENUM).error
    assert (error is None) == (session.info.server_version >= 170000)
