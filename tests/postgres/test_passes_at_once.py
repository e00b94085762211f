"""The trace follows the deployment in a thread, the rows go on in another: what comes out is what comes out in turn."""

import threading
from dataclasses import replace

import pytest

from pgready.errors import RehearsalError
from pgready.model.kept_rows import OnRows
from pgready.model.trace import MigrationRun, Rehearsal, RunOutcome
from pgready.rehearsal import passes, rehearse
from pgready.rehearsal.limits import Limits
from pgready.rehearsal.relay import Relay
from rehearsals import of_texts

TEXTS = (
    "CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE a (id int PRIMARY KEY, u int REFERENCES u);",
    "ALTER TABLE a ALTER COLUMN id TYPE bigint; CREATE INDEX i ON a (u);",
    "CREATE INDEX CONCURRENTLY j ON u (id);",
    "ALTER TABLE a ADD COLUMN n int NOT NULL;",
    "DELETE FROM a; DROP TABLE a;",
)


def rehearsed(*texts: str) -> Rehearsal:
    migrations = of_texts(*texts)
    names = frozenset(each.name for each in migrations)
    return rehearse(migrations, rerun=names, traced=names, on_rows=OnRows(before=names))


def without_times(found: Rehearsal) -> Rehearsal:
    def of(run: MigrationRun) -> MigrationRun:
        return replace(run, duration_ms=0.0, trace=tuple(replace(each, duration_ms=0.0) for each in run.trace))

    assert found.rows is not None
    rows = replace(found.rows, duration_ms=0.0)
    return replace(found, runs=tuple(map(of, found.runs)), rows=rows, duration_ms=0.0)


def test_at_once_and_in_turn_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = without_times(rehearsed(*TEXTS))
    monkeypatch.setattr(passes.Work, "shares", property(lambda _: True))
    assert without_times(rehearsed(*TEXTS)) == at_once
    assert all(run.trace for run in at_once.runs)
    assert at_once.rows is not None
    assert [failure.sqlstate for failure in at_once.rows.failures] == ["23502"]


def test_behind_a_migration_that_fails_nothing_is_waited_for() -> None:
    found = rehearsed(TEXTS[0], "SELECT 1/0;", TEXTS[1])
    assert [run.outcome for run in found.runs] == [RunOutcome.APPLIED, RunOutcome.FAILED, RunOutcome.NOT_REACHED]
    assert [bool(run.trace) for run in found.runs] == [True, False, False]
    assert [run.trace_skipped for run in found.runs] == [None, "it fails", "m2 is not applied"]


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("ALTER ROLE postgres SET work_mem = '1MB';", True),
        ("alter\n  user postgres password 'x'", True),
        ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid();", True),
        ('CREATE TABLE "User" (id int, role text); CREATE INDEX role_idx ON "User" (role);', False),
    ],
)
def test_what_all_databases_share_is_not_touched_by_two_at_once(text: str, shares: bool) -> None:  # noqa: FBT001  # a case
    migrations = of_texts(text)
    assert passes.Work(migrations=migrations, pieces={}, stand_ins=None, limits=Limits()).shares is shares


def test_a_migration_that_ends_all_other_connections_ends_none_of_the_deployment() -> None:
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = user;"
    found = rehearsed(TEXTS[0], kill, TEXTS[1])
    assert [run.error for run in found.runs] == [None, None, None]


def test_a_pass_that_breaks_in_its_thread_breaks_the_rehearsal(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object, **_more: object) -> None:
        raise RehearsalError("no more room")

    monkeypatch.setattr(passes, "traces_of", broken)
    with pytest.raises(RehearsalError, match="no more room"):
        rehearsed(*TEXTS)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("pgready pass")]


def test_a_relay_hands_on_what_is_passed_until_it_ends() -> None:
    relay = Relay[int]()
    heard: list[int] = []
    follower = threading.Thread(target=lambda: heard.extend(relay))
    follower.start()
    assert list(relay.passing([1, 2, 3])) == [1, 2, 3]
    relay.end()
    follower.join(timeout=5)
    assert heard == [1, 2, 3]
