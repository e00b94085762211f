"""The history as the database meets it that a part of the migrations is deployed to."""

from collections.abc import Iterable
from dataclasses import replace as changed

import pytest

from histories import event, life, ref, told
from pgready.history import as_deployed, existed_before_deployment
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.history import Certainty, History
from pgready.model.names import ObjectRef
from pgready.model.schema import Schema
from pgready.model.trace import MigrationRun, Rehearsal, RunOutcome, Server
from pgready.sources.sql import read_scripts
from rehearsals import of_texts

MADE = "CREATE TABLE a (x int, y int);"
ASKED = "DO $$ BEGIN IF EXISTS (SELECT 1 FROM {}) THEN DROP TABLE a; END IF; END $$;"


def deployed(
    *texts: str,
    runs: Iterable[int],
    rehearsal: Rehearsal | None = None,
    removed: tuple[str, ...] = (),
    renamed: tuple[tuple[str, str], ...] = (),
) -> tuple[History, Deployment]:
    """The history of m1, m2, ...; `runs` are the numbers of those that are deployed."""
    names = frozenset(f"m{number}" for number in runs)
    deployment = Deployment(kind=DeploymentKind.SINCE, migrations=names, base="x", removed=removed, renamed=renamed)
    migrations = of_texts(*texts)
    scripts = read_scripts(migrations)
    clean = told(*texts, rehearsal=rehearsal)
    return as_deployed(clean, migrations, scripts, rehearsal, deployment), deployment


def shown(*made: Iterable[ObjectRef]) -> Rehearsal:
    """A finished rehearsal of m1, m2, ...: what each made."""
    runs = tuple(
        MigrationRun(migration=f"m{number}", position=number, outcome=RunOutcome.APPLIED, made=tuple(refs))
        for number, refs in enumerate(made, 1)
    )
    return Rehearsal(server=Server(version="18", version_num=180000, origin="test"), runs=runs, schema=Schema())


def certainty(history: History, kind: str, name: str, action: str = "drops") -> Certainty:
    return event(history, action, kind, name)[0].certainty


def existed(history: History, deployment: Deployment, kind: str, name: str) -> bool:
    return existed_before_deployment(life(history, kind, name), deployment)


@pytest.mark.parametrize(
    ("kind", "name", "early", "late"),
    [
        ("table", "b", "CREATE TABLE IF NOT EXISTS b (x int);", "CREATE TABLE IF NOT EXISTS b (x int);"),
        ("column", "a.z", "ALTER TABLE a ADD IF NOT EXISTS z int;", "ALTER TABLE a ADD IF NOT EXISTS z int;"),
        ("schema", "s", "CREATE SCHEMA IF NOT EXISTS s;", "CREATE SCHEMA IF NOT EXISTS s;"),
        ("enum value", "e.w", "ALTER TYPE e ADD VALUE IF NOT EXISTS 'w';", "ALTER TYPE e ADD VALUE 'w';"),
        ("view", "v", "CREATE OR REPLACE VIEW v AS SELECT 1 AS one;", "CREATE VIEW v AS SELECT 1 AS one;"),
        (
            "type",
            "f",
            "DO $$ BEGIN CREATE TYPE f AS ENUM ('v'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;",
            "CREATE TYPE f AS ENUM ('v');",
        ),
    ],
)
def test_what_is_deployed_already_happened_first_whatever_its_name_sorts(
    kind: str, name: str, early: str, late: str
) -> None:
    first = MADE + "CREATE TYPE e AS ENUM ('v');"
    history, deployment = deployed(first, early, late, runs={2})
    wanted = ref(kind, name, schema="") if kind == "schema" else ref(kind, name)
    (found,) = history.named(wanted)
    assert found.made is not None
    assert (found.made.migration, history.migrations) == ("m3", ("m1", "m3", "m2"))
    assert existed_before_deployment(found, deployment)


def test_in_order_nothing_is_another_history() -> None:
    texts = (MADE, "ALTER TABLE a ADD z int; DROP TABLE a;")
    assert deployed(*texts, runs={2})[0] == told(*texts)
    assert as_deployed(told(*texts), (), (), None, Deployment()) == told(*texts)


@pytest.mark.parametrize(
    "asked",
    [
        "information_schema.tables WHERE table_name = '_prisma_migrations'",
        "information_schema.tables WHERE table_name = 'legacy'",
        "information_schema.columns WHERE table_name = 'a' AND column_name = 'legacy'",
        "pg_roles WHERE rolname = 'app'",
        "pg_extension WHERE extname = 'postgis'",
        "pg_namespace WHERE nspname = 'crm'",
        "pg_class WHERE relname = 'legacy_idx'",
        "a WHERE x = 1",
        "pg_settings WHERE name = 'app.mode'",
    ],
)
def test_a_guard_about_the_environment_is_open_in_a_database_in_use(asked: str) -> None:
    text = ASKED.format(asked)
    run = shown([ref("table", "a")], [])
    history, _ = deployed(MADE, text, "SELECT 1;", runs={2}, rehearsal=run)
    assert certainty(history, "table", "a") is Certainty.MAYBE
    assert life(history, "table", "a").alive is None
    outside, _ = deployed(MADE, text, "SELECT 1;", runs={3}, rehearsal=run)
    assert certainty(outside, "table", "a") is Certainty.SKIPPED
    assert certainty(told(MADE, text, rehearsal=run), "table", "a") is Certainty.SKIPPED


@pytest.mark.parametrize(
    "condition", ["current_setting('app.mode', true) = 'x'", "version() LIKE '%9%'", "(SELECT count(*) FROM a) > 0"]
)
def test_what_an_empty_server_answers_does_not_settle_what_data_and_settings_decide(condition: str) -> None:
    text = f"DO $$ BEGIN IF {condition} THEN DROP TABLE a; END IF; END $$;"
    history, _ = deployed(MADE, text, runs={2}, rehearsal=shown([ref("table", "a")], []))
    assert certainty(history, "table", "a") is Certainty.MAYBE


@pytest.mark.parametrize(
    "asked",
    [
        "information_schema.tables WHERE table_name = 'gone'",
        "information_schema.tables WHERE table_name = 'old_name'",
        "information_schema.columns WHERE table_name = 'a' AND column_name = 'z'",
    ],
)
def test_a_guard_about_an_object_whose_life_is_known_stays_decided(asked: str) -> None:
    before = (
        MADE + "CREATE TABLE gone (x int); CREATE TABLE old_name (x int); ALTER TABLE a ADD z int;",
        "DROP TABLE gone; ALTER TABLE old_name RENAME TO new_name; ALTER TABLE a DROP COLUMN z;",
    )
    history, _ = deployed(*before, ASKED.format(asked), runs={3})
    assert certainty(history, "table", "a") is Certainty.SKIPPED


def test_what_no_migration_makes_may_be_dropped_if_it_is_there() -> None:
    text = "DROP TABLE IF EXISTS legacy; ALTER TABLE a DROP COLUMN IF EXISTS z;"
    history, _ = deployed(MADE, text, runs={2})
    assert certainty(history, "table", "legacy") is Certainty.MAYBE
    assert certainty(history, "column", "a.z") is Certainty.MAYBE
    assert certainty(deployed(MADE, text, "", runs={3})[0], "table", "legacy") is Certainty.SKIPPED


def test_what_a_guarded_statement_makes_is_there_afterwards_and_may_be_older() -> None:
    history, _ = deployed(MADE, "CREATE TABLE IF NOT EXISTS b (x int); CREATE TABLE c (x int);", runs={2})
    made, other = (life(history, "table", name).made for name in "bc")
    assert made is not None
    assert other is not None
    assert (made.certainty, made.unsettled, other.unsettled) == (Certainty.HAPPENS, True, False)


def test_runs_of_migrations_that_change_places_on_one_object_show_nothing() -> None:
    made = "CREATE TABLE IF NOT EXISTS b (x int);"
    run = shown([ref("table", "a")], [ref("table", "b"), ref("column", "b.x")], [])
    history, deployment = deployed(MADE, made, made, runs={2}, rehearsal=run)
    assert existed(history, deployment, "table", "b")
    assert existed(history, deployment, "column", "b.x")


def test_a_migration_of_another_name_has_made_its_objects_before() -> None:
    history, deployment = deployed(MADE, "DROP TABLE a;", runs={1, 2}, removed=("m0",), renamed=(("m0", "m1"),))
    assert existed(history, deployment, "table", "a")
    assert deployment.lost == ()


def test_after_a_squash_nothing_is_known_to_be_new() -> None:
    history, deployment = deployed(MADE, "CREATE TABLE b (x int);", runs={1, 2}, removed=("m0",))
    assert existed(history, deployment, "table", "a")
    assert existed(history, deployment, "table", "b")


def test_what_does_not_fit_together_is_that_of_a_clean_deploy() -> None:
    texts = ("ALTER TABLE b ADD z int;", "CREATE TABLE b (x int);", "CREATE TABLE b (x int);")
    history, _ = deployed(*texts, runs={1})
    assert (history.unmet, history.clashes) == (told(*texts).unmet, told(*texts).clashes)
    assert len(history.unmet) == len(history.clashes) == 1


def test_a_drop_that_could_not_be_told_happens_when_the_server_shows_it() -> None:
    text = ASKED.format("pg_roles WHERE rolname = 'postgres'")
    a, gone = ref("table", "a"), [ref("table", "a"), ref("column", "a.x"), ref("column", "a.y")]
    run = shown([a, *gone[1:]], [])
    last = changed(run.runs[1], dropped=tuple(gone))
    run = changed(run, runs=(run.runs[0], last))
    history, _ = deployed(MADE, text, runs={2}, rehearsal=run)
    assert certainty(history, "table", "a") is Certainty.HAPPENS
    swallowed = told(MADE, "DO $$ BEGIN DROP TABLE a; EXCEPTION WHEN OTHERS THEN NULL; END $$;", rehearsal=run)
    assert certainty(swallowed, "table", "a") is Certainty.HAPPENS


def test_what_a_swallowed_rename_moved_keeps_its_life() -> None:
    old = (ref("table", "a"), ref("column", "a.x"), ref("column", "a.y"))
    new = (ref("table", "b"), ref("column", "b.x"), ref("column", "b.y"))
    run = shown(old, new, [])
    run = changed(run, runs=(run.runs[0], changed(run.runs[1], dropped=old), changed(run.runs[2], dropped=new)))
    text = "DO $$ BEGIN ALTER TABLE a RENAME TO b; EXCEPTION WHEN OTHERS THEN NULL; END $$;"
    history, deployment = deployed(MADE, text, "DROP TABLE b;", runs={2, 3}, rehearsal=run)
    assert certainty(history, "table", "a", "renames") is Certainty.HAPPENS
    for kind, name in (("table", "b"), ("column", "b.x")):
        moved = life(history, kind, name)
        assert moved.made is not None
        assert (moved.made.migration, existed_before_deployment(moved, deployment)) == ("m1", True)


@pytest.mark.parametrize("kind", ["VIEW", "MATERIALIZED VIEW"])
def test_columns_of_views_have_no_life_whatever_the_rehearsal_lists(kind: str) -> None:
    """They hold no values, so that none are lost when the view goes."""
    made = (ref("table", "a"), ref(kind.lower(), "v"), ref("column", "v.x"))
    texts = (f"{MADE} CREATE {kind} v AS SELECT x FROM a;", f"DROP {kind} v;")
    history, _ = deployed(*texts, runs=[2], rehearsal=shown(made, ()))
    assert history.named(ref("column", "v.x")) == ()
    assert life(history, kind.lower(), "v").events


@pytest.mark.parametrize("copy", ["AS SELECT * FROM a", "AS TABLE a", "(LIKE a)", "(LIKE a INCLUDING ALL)"])
def test_a_copied_table_has_the_columns_of_the_other_and_nothing_is_opaque(copy: str) -> None:
    history = told(MADE, f"CREATE TABLE b {copy};", "ALTER TABLE b DROP COLUMN y;")
    assert (history.opaque, history.unmet) == ((), ())
    column = life(history, "column", "b.y")
    assert [each.action.value for each in column.events] == ["creates", "drops"]
    assert column.made is not None
    assert column.made.migration == "m2"


def test_of_a_table_with_unknown_columns_only_its_own_questions_are_open() -> None:
    asked = "DO $$ BEGIN IF EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = '{}' AND column_name = "
    asked += "'z') THEN DROP TABLE a; END IF; END $$;"
    made = f"{MADE} CREATE TABLE b AS SELECT * FROM f();"
    assert certainty(told(made, asked.format("b")), "table", "a") is Certainty.MAYBE
    assert certainty(told(made, asked.format("a")), "table", "a") is Certainty.SKIPPED
