"""What a migration sets for the role or the database: our own work goes on, and no word blames the server for it."""

import contextlib

import psycopg
import pytest

from pgready.errors import RehearsalError
from pgready.rehearsal.cluster import throwaway_cluster
from pgready.rehearsal.database import new_database
from pgready.rehearsal.run import _translated

SETTINGS = [
    "ALTER ROLE CURRENT_USER SET statement_timeout = '1ms'",
    "ALTER ROLE CURRENT_USER SET default_transaction_read_only = on",
    "ALTER DATABASE rehearsal SET default_transaction_read_only = on",
]


def test_a_superuser_who_comes_later_can_still_write() -> None:
    with throwaway_cluster() as cluster, new_database(cluster) as database:
        with contextlib.closing(database.connect_owner()) as owner:
            for setting in SETTINGS:
                owner.execute(setting.encode())
        with cluster.connect_admin("rehearsal") as admin:
            admin.execute("CREATE TABLE public.t (i int)")
        with (
            new_database(cluster, "second", beside=database) as second,
            contextlib.closing(second.connect_owner()) as own,
        ):
            own.execute("CREATE TABLE t (i int)")
            assert own.execute("SHOW statement_timeout").fetchone() == ("0",)


def test_a_refused_statement_of_ours_is_not_called_a_broken_server() -> None:
    with throwaway_cluster() as cluster, new_database(cluster) as database:
        database.admin.execute("SET statement_timeout = '50ms'")
        with pytest.raises(RehearsalError, match="a migration may have changed") as refused, _translated(cluster):
            database.admin.execute("SELECT pg_sleep(5)")
        assert "57014" in str(refused.value)
        assert "broke" not in str(refused.value)
        with pytest.raises(RehearsalError, match="the throw-away server broke"), _translated(cluster):
            raise psycopg.OperationalError
