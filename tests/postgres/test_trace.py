"""The trace of a rehearsal: what each statement locks, reads and writes anew, and that it agrees with what is read."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from lock_cases import CASES, SETUP, LockCase
from pgready.checks.gathered import Gathered
from pgready.checks.locks import CHECKS
from pgready.checks.locks.scene import Scene
from pgready.config import Config
from pgready.findings import Evidence
from pgready.history import replay_history
from pgready.model.facts import ConstraintFacts
from pgready.model.locks import LockMode
from pgready.model.migration import Migration
from pgready.model.names import ObjectKind
from pgready.model.schema import Schema
from pgready.model.trace import MigrationRun, RunOutcome, Sending, StatementTrace
from pgready.rehearsal import Limits
from pgready.rehearsal.cluster import throwaway_cluster
from pgready.rehearsal.database import Database, new_database
from pgready.rehearsal.deploy import deploy
from pgready.rehearsal.names import read_names
from pgready.rehearsal.tracing import traces_of
from pgready.sources.migrations.prisma import read_migrations
from pgready.sources.sql import read_scripts
from pgready.sources.sql.pieces import pieces
from rehearsals import of_texts, rehearsed

EXAMPLE = Path(__file__).parents[2] / "examples" / "premium-apps"
TABLES = 'CREATE TABLE "t" ("id" INTEGER PRIMARY KEY, "a" INTEGER); CREATE TABLE "u" ("id" INTEGER PRIMARY KEY);'
Locks = dict[int, dict[str, LockMode]]
"""Statement -> table -> strongest lock."""


def locks(trace: StatementTrace) -> dict[str, LockMode]:
    return {lock.table.name: lock.mode for lock in trace.locks}


def traced(*texts: str, by_statement: bool = False) -> MigrationRun:
    """The last of these migrations, behind one that makes the tables "t" and "u"."""
    return rehearsed(TABLES, *texts, traced=True, by_statement=by_statement).runs[-1]


def test_a_text_sent_whole_keeps_its_locks_to_the_end_and_rewrites_and_scans_are_of_their_statement() -> None:
    run = traced(
        'ALTER TABLE "t" ADD COLUMN "x" INTEGER;\n-- later\nCREATE INDEX ON "u" ("id");\n\n'
        'ALTER TABLE "t" ALTER "a" TYPE BIGINT;'
    )
    assert [(each.statement, each.line) for each in run.trace] == [(1, 1), (2, 3), (3, 5)]
    assert [locks(each) for each in run.trace] == [
        {"t": LockMode.ACCESS_EXCLUSIVE},
        {"t": LockMode.ACCESS_EXCLUSIVE, "u": LockMode.SHARE},
        {"t": LockMode.ACCESS_EXCLUSIVE, "u": LockMode.SHARE},
    ]
    assert [[ref.name for ref in each.scans] for each in run.trace] == [[], ["u"], ["t"]]
    assert [[ref.name for ref in each.rewrites] for each in run.trace] == [[], [], ["t"]]
    assert all(each.duration_ms > 0 for each in run.trace)


def test_a_text_sent_by_statement_gives_its_locks_back_after_each() -> None:
    run = traced('ALTER TABLE "t" ADD COLUMN "x" INTEGER; CREATE INDEX ON "u" ("id");', by_statement=True)
    assert run.sending is Sending.BY_STATEMENT
    assert [locks(each) for each in run.trace] == [{"t": LockMode.ACCESS_EXCLUSIVE}, {"u": LockMode.SHARE}]


def test_transactions_of_the_file_end_where_it_ends_them() -> None:
    run = traced('BEGIN; LOCK TABLE "t"; TRUNCATE "u"; COMMIT; DROP TABLE "u"; SELECT 1;')
    both = {"t": LockMode.ACCESS_EXCLUSIVE, "u": LockMode.ACCESS_EXCLUSIVE}
    assert [locks(each) for each in run.trace] == [
        *({}, {"t": LockMode.ACCESS_EXCLUSIVE}, both, {}),
        *[{"u": LockMode.ACCESS_EXCLUSIVE}] * 2,
    ]


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ('CREATE INDEX CONCURRENTLY "i" ON "t" ("a")', "t"),
        ('DROP INDEX CONCURRENTLY "t_i"', "t"),
        ('REINDEX TABLE CONCURRENTLY "u"', "u"),
    ],
)
def test_what_cannot_run_in_a_transaction_is_watched_while_it_works(sql: str, table: str) -> None:
    run = traced('CREATE INDEX "t_i" ON "t" ("a");', sql)
    (trace,) = run.trace
    assert (run.outcome, trace.watched) == (RunOutcome.APPLIED, True)
    assert locks(trace)[table] is LockMode.SHARE_UPDATE_EXCLUSIVE


def test_tables_that_the_migration_makes_itself_are_left_out_and_renamed_ones_have_their_name_of_then() -> None:
    run = traced('CREATE TABLE "n" ("a" INTEGER); LOCK TABLE "n"; ALTER TABLE "t" RENAME TO "t2"; LOCK TABLE "t2";')
    assert [[*locks(each)] for each in run.trace] == [[], [], ["t"], ["t2"]]


@pytest.mark.parametrize(
    "sql",
    [
        'CREATE TEMP TABLE "x" ON COMMIT DROP AS SELECT 1 AS a; SELECT * FROM "x";',
        "SET LOCAL search_path = pg_catalog; SELECT 1;",
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SELECT 1;",
    ],
)
def test_what_needs_one_transaction_for_the_whole_file_has_one(sql: str) -> None:
    run = traced(sql)
    assert (run.outcome, len(run.trace), run.trace_skipped) == (RunOutcome.APPLIED, 2, None)


def test_what_cannot_be_traced_is_deployed_as_it_is_and_says_why() -> None:
    """A DO block that commits needs a transaction of its own, which ours around it takes away."""
    rehearsal = rehearsed(
        TABLES,
        'DO $$ BEGIN CREATE TABLE "v" ("a" INTEGER); COMMIT; END $$',
        'TRUNCATE "v";',
        "SELECT 1/0;",
        "SELECT 1;",
        traced=True,
    )
    _, committing, behind, failing, last = rehearsal.runs
    assert committing.trace == ()
    assert committing.trace_skipped is not None
    assert "2D000" in committing.trace_skipped
    assert locks(behind.trace[0]) == {"v": LockMode.ACCESS_EXCLUSIVE}
    assert (failing.trace_skipped, last.trace) == ("it fails", ())


def test_a_hostile_search_path_does_not_change_what_is_seen() -> None:
    run = traced(
        'CREATE SCHEMA "e"; CREATE VIEW "e"."pg_locks" AS SELECT 1 AS a; '
        'CREATE FUNCTION "e"."pg_backend_pid"() RETURNS INTEGER LANGUAGE sql AS \'SELECT 1\'; '
        'SET search_path = e, public, pg_catalog; LOCK TABLE public."t"; RESET search_path;'
    )
    assert locks(run.trace[-1]) == {"t": LockMode.ACCESS_EXCLUSIVE}


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with throwaway_cluster() as cluster, new_database(cluster) as database:
        yield database


def apart(database: Database, migrations: Sequence[Migration]) -> tuple[MigrationRun, ...]:
    """Deployed and traced with every statement in a transaction of its own."""
    # LOCK TABLE needs a transaction, which a text sent whole has.
    cut = {each.name: pieces(each.sql or "") for each in migrations if "LOCK " not in (each.sql or "")}
    with contextlib.ExitStack() as stack:
        one, other = (
            stack.enter_context(new_database(database.cluster, name, beside=database)) for name in ("one", "other")
        )
        before = read_names(one.admin)
        runs = tuple(deploy(one, migrations, before=before, pieces=cut, rerun=frozenset(), limits=Limits()))
        assert [run.error for run in runs] == [None] * len(runs)
        told = traces_of(
            other, migrations, runs, wanted={each.name for each in migrations}, pieces=cut, limits=Limits()
        )
        return tuple(told[run.migration] for run in runs)


def read(scene: Scene, migration: str) -> Locks:
    """What we read of the text: the strongest lock of each statement on each table."""
    found: Locks = {}
    for held in scene.held[migration]:
        facts = held.event.facts or (held.life.made.facts if held.life.made is not None else None)
        other = facts.referenced if isinstance(facts, ConstraintFacts) else None
        both = [((held.table.name_at(held.event.order) or held.table.object).name, held.by.mode)]
        both += [(other.name, held.by.referenced)] if other is not None and held.by.referenced is not None else []
        mine = found.setdefault(held.event.statement, {})
        mine.update((name, max(mode, mine.get(name, mode))) for name, mode in both)
    return found


def differences(
    scene: Scene, run: MigrationRun, made: set[str]
) -> list[tuple[int, str, LockMode | None, LockMode | None]]:
    """Statement, table, taken and read; without what stops nobody, and tables that the migration makes (`made`)."""
    told = read(scene, run.migration)
    return [
        (trace.statement, table, taken.get(table), mine.get(table))
        for trace in run.trace
        for taken, mine in [(locks(trace), told.get(trace.statement, {}))]
        for table in sorted({*taken, *mine} - made)
        if taken.get(table, LockMode.ACCESS_SHARE) > LockMode.ROW_SHARE or table in mine
        if taken.get(table) is not mine.get(table)
    ]


def made_in(run: MigrationRun) -> set[str]:
    return {ref.name for ref in run.made if ref.kind is ObjectKind.TABLE}


def scene_of(migrations: Sequence[Migration]) -> Scene:
    scripts = read_scripts(migrations)
    history = replay_history(migrations, scripts)
    evidence = Gathered(
        config=Config(), declared=Schema(), migrations=tuple(migrations), scripts=scripts, history=history
    )
    return Scene(evidence, history)


def test_what_was_read_and_is_seen_in_the_rehearsal_is_told_as_rehearsed() -> None:
    texts = (SETUP, 'CREATE INDEX ON "t" ("a"); ALTER TABLE "t" ALTER COLUMN "p" TYPE BIGINT;')
    evidence = scene_of(of_texts(*texts)).gathered
    found = {}
    for told, rehearsal in (("read", None), ("rehearsed", rehearsed(*texts, traced=True))):
        judged = [check.judge(replace(evidence, rehearsal=rehearsal)) for check in CHECKS]
        found[told] = {(it.rule, it.evidence) for result in judged for it in result.findings}
    assert found["read"] >= {("LCK001", Evidence.READ), ("LCK004", Evidence.READ)}
    assert found["rehearsed"] >= {("LCK001", Evidence.REHEARSED), ("LCK004", Evidence.REHEARSED)}


# What the table of commands leaves out on purpose (an index that is there already, ANALYZE), and that a table which is
# dropped also locks those that its foreign keys refer to.
KNOWN = {
    "an index that is there": [(1, "t", LockMode.SHARE, None)],
    "an index on a table of the same name that is new": [(1, "u", LockMode.ACCESS_EXCLUSIVE, None)],
    "ANALYZE": [(1, "t", LockMode.SHARE_UPDATE_EXCLUSIVE, None)],
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_locks_that_are_read_are_those_that_are_taken(case: LockCase, database: Database) -> None:
    # LOCK TABLE is refused outside a transaction, also that of a text of several statements.
    migrations = of_texts(SETUP, case.sql + " SELECT 1;" * ("LOCK " in case.sql))
    run = apart(database, migrations)[-1]
    assert run.trace_skipped is None
    made = made_in(run) | {"x"}  # a temporary one too
    found = [it for it in differences(scene_of(migrations), run, made) if it[:2] not in BESIDE.get(case.name, ())]
    assert found == KNOWN.get(case.name, [])


# A table made anew under an old name, and a lock that is kept while the next statement runs.
BESIDE = {
    "an index on a table of the same name that is new": {(2, "t"), (3, "t")},
    "LOCK TABLE": {(2, "t")},
    "a LOCK that stops nobody": {(2, "t")},
}


def test_the_locks_that_are_read_in_the_example_are_those_that_are_taken(database: Database) -> None:
    migrations = read_migrations(EXAMPLE / "prisma" / "migrations", root=EXAMPLE)
    scene, runs = scene_of(migrations), apart(database, migrations)
    assert sum(len(run.trace) for run in runs) == sum(len(script.statements) for script in scene.scripts.values())
    wrong = {run.migration: found for run in runs if (found := differences(scene, run, made_in(run)))}
    assert wrong == {}
