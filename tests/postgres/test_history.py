"""The replayed catalog against a real server, statement by statement, also for statements that fail."""

import random
from collections.abc import Iterator

import pytest

from pgready.history import replay_history
from pgready.model.effects import Action, Script
from pgready.model.history import Certainty, History
from pgready.model.migration import Migration
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import MigrationRun, RunOutcome
from pgready.sources.sql import read_scripts
from rehearsals import of_texts, rehearsed

STATEMENTS = 220
# What the replay has to foretell: duplicate and undefined objects (manual, "PostgreSQL Error Codes").
FORETOLD = {"42P07", "42710", "42701", "42P06", "42P01", "42704", "42703", "3F000"}
SHAPES = """
CREATE TABLE {t} (x int CONSTRAINT pk{n} PRIMARY KEY, y text)
CREATE TABLE {t} (x int CONSTRAINT pk{n} PRIMARY KEY, y text, CONSTRAINT ch{n} CHECK (y > ''))
CREATE TABLE IF NOT EXISTS {t} (x int CONSTRAINT pk{n} PRIMARY KEY, z text)
CREATE TABLE {t} (x int, z text) PARTITION BY LIST (x)
DROP TABLE {t}
DROP TABLE IF EXISTS {t} CASCADE
DROP TABLE {t} CASCADE
ALTER TABLE {t} RENAME TO {p}
ALTER TABLE {t} SET SCHEMA {s}
ALTER TABLE {t} ADD COLUMN {c} text
ALTER TABLE {t} ADD COLUMN IF NOT EXISTS {c} int CONSTRAINT un{n} UNIQUE
ALTER TABLE {t} ADD COLUMN c{n} serial
ALTER TABLE {t} ADD COLUMN {c} {e}
ALTER TABLE {t} ADD COLUMN {c} int CONSTRAINT fk{n} REFERENCES {o} (x)
ALTER TABLE {t} DROP COLUMN {c}
ALTER TABLE {t} DROP COLUMN IF EXISTS {c} CASCADE
ALTER TABLE {t} RENAME COLUMN {c} TO {d}
ALTER TABLE {t} ALTER COLUMN {c} TYPE {e} USING NULL
ALTER TABLE {t} ALTER COLUMN {c} TYPE text
ALTER TABLE {t} ALTER COLUMN {c} SET NOT NULL
ALTER TABLE {t} ADD CONSTRAINT {k} UNIQUE ({c})
ALTER TABLE {t} ADD CONSTRAINT {k} CHECK ({c} IS NOT NULL AND {d} IS NOT NULL)
ALTER TABLE {t} ADD CONSTRAINT {k} FOREIGN KEY (x) REFERENCES {o} (x)
ALTER TABLE {t} DROP CONSTRAINT {k}
ALTER TABLE {t} DROP CONSTRAINT IF EXISTS {k} CASCADE
ALTER TABLE {t} RENAME CONSTRAINT {k} TO {l}
CREATE INDEX {k} ON {t} ({c})
CREATE UNIQUE INDEX IF NOT EXISTS {k} ON {t} (lower({c}::text)) WHERE {d} IS NOT NULL
DROP INDEX {k}
ALTER INDEX {k} RENAME TO {l}
CREATE TYPE {e} AS ENUM ('u', 'v')
DROP TYPE {e}
DROP TYPE IF EXISTS {e} CASCADE
ALTER TYPE {e} RENAME TO {f}
ALTER TYPE {e} SET SCHEMA {s}
ALTER TYPE {e} ADD VALUE {v}
ALTER TYPE {e} RENAME VALUE {v} TO {w}
CREATE SCHEMA {s}
DROP SCHEMA {s}
DROP SCHEMA IF EXISTS {s} CASCADE
ALTER SCHEMA {s} RENAME TO {r}
CREATE SEQUENCE {m}
CREATE SEQUENCE IF NOT EXISTS {m} OWNED BY {t}.x
DROP SEQUENCE {m}
CREATE VIEW {q} AS SELECT 1 AS one
CREATE OR REPLACE VIEW {q} AS SELECT 1 AS one FROM {t}
DROP VIEW {q}
DROP VIEW IF EXISTS {q} CASCADE
DO $do$ BEGIN IF NOT EXISTS (SELECT FROM pg_type WHERE typname = '{e}') THEN CREATE TYPE {e} AS ENUM ('u'); END IF; END $do$
DO $do$ BEGIN CREATE TYPE {e} AS ENUM ('v'); CREATE TYPE s{n} AS ENUM ('v'); EXCEPTION WHEN duplicate_object THEN NULL; END $do$
""".strip().splitlines()  # noqa: E501 - one statement a line


def drawn(seed: int) -> Iterator[str]:
    source = random.Random(seed)
    for number in range(STATEMENTS):
        # First things are made, then everything may happen.
        shapes = [shape for shape in SHAPES if shape.startswith("CREATE")] if number < 8 else SHAPES
        names = {
            **{letter: source.choice(["a", "b", "s.a", "s.b"]) for letter in "to"},
            "p": source.choice("ab"),
            **{letter: source.choice("xyz") for letter in "cd"},
            **{letter: source.choice("ef") for letter in "ef"},
            **{letter: source.choice("kl") for letter in "kl"},
            **{letter: source.choice(["'u'", "'v'", "'w'"]) for letter in "vw"},
            **{letter: source.choice("ssr") for letter in "sr"},
            "q": source.choice(["q", "s.q"]),
            "m": source.choice(["m", "a"]),
        }
        yield source.choice(shapes).format(n=number, **names)


def reporting(number: int, statement: str) -> str:
    """The statement; if it fails, a table that names its SQLSTATE instead."""
    quoted = statement.replace("'", "''")
    return f"""DO $test$ BEGIN EXECUTE '{quoted}';
    EXCEPTION WHEN OTHERS THEN EXECUTE 'CREATE TABLE failed_{number} ("' || SQLSTATE || '" int)'; END $test$;"""


def sqlstate(run: MigrationRun, number: int) -> str | None:
    marks = [ref.name for ref in run.made if ref.table == f"failed_{number}" and ref.kind is ObjectKind.COLUMN]
    return marks[0] if marks else None


def there(history: History) -> set[ObjectRef]:
    return {life.object for life in history.biographies if life.alive and life.object.kind is not ObjectKind.OTHER}


def without_view_columns(refs: set[ObjectRef]) -> set[ObjectRef]:
    views = {(ref.schema, ref.name) for ref in refs if ref.kind is ObjectKind.VIEW}
    return {ref for ref in refs if ref.kind is not ObjectKind.COLUMN or (ref.schema, ref.table) not in views}


@pytest.mark.parametrize("seed", range(4))
def test_the_replay_follows_a_server_and_foretells_what_fails(seed: int) -> None:
    statements = list(drawn(seed))
    runs = rehearsed(*(reporting(number, each) for number, each in enumerate(statements))).runs
    assert {run.outcome for run in runs} == {RunOutcome.APPLIED}
    migrations = of_texts(*statements)
    scripts = read_scripts(migrations)
    kept: list[tuple[Migration, Script]] = []
    real: set[ObjectRef] = set()
    failed = 0
    for number, (run, migration, script) in enumerate(zip(runs, migrations, scripts, strict=True)):
        code = sqlstate(run, number)
        tried = [*kept, (migration, script)]
        history = replay_history([each for each, _ in tried], [each for _, each in tried])
        told = [need for need in history.unmet if need.certainty is Certainty.HAPPENS]
        wrong = f"{[each.sql for each, _ in kept][-12:]} -> {migration.sql}: {code}, {told}, {history.clashes}"
        if code is not None:
            failed += 1
            assert code not in FORETOLD or told or history.clashes, wrong
            continue
        kept.append((migration, script))
        real = real - set(run.dropped) | set(run.made)
        assert not told, wrong
        assert not history.clashes, wrong
        ours = without_view_columns(there(history))
        seen = without_view_columns({each for each in real if not f"{each.table}{each.name}".startswith("failed_")})
        seen = {each for each in seen if not str(each.table).startswith("failed_")}
        assert ours == seen, f"{wrong}: extra {ours - seen}, missing {seen - ours}"
    assert 20 < failed < STATEMENTS - 20


def test_what_nobody_can_read_is_taken_from_the_server() -> None:
    texts = (
        "CREATE TABLE a (x int); CREATE TABLE gone (x int);",
        "DO $$ BEGIN IF current_setting('server_version_num')::int > 1 THEN CREATE TABLE b (x int); END IF; END $$;",
        "DO $$ BEGIN IF current_setting('server_version_num')::int < 1 THEN DROP TABLE a; END IF; END $$;",
        "DO $$ BEGIN EXECUTE 'CREATE TABLE ' || 'c (x int)'; EXECUTE 'DROP TABLE ' || 'gone'; END $$;",
        "CREATE TABLE IF NOT EXISTS c (y int); ALTER TABLE c ADD y int;",
    )
    migrations = of_texts(*texts)
    rehearsal = rehearsed(*texts)
    assert rehearsal.complete
    history = replay_history(migrations, read_scripts(migrations), rehearsal)
    assert {str(each) for each in there(history)} == {
        *("public.a", "public.a.x", "public.b", "public.b.x", "public.c", "public.c.x", "public.c.y"),
    }
    lives = {str(each.object): each for each in history.biographies if each.kind is ObjectKind.TABLE}
    events = {name: [(it.migration, it.action, it.certainty) for it in each.events] for name, each in lives.items()}
    assert events["public.a"][1:] == [("m3", Action.DROPS, Certainty.SKIPPED)]
    assert events["public.b"] == [("m2", Action.CREATES, Certainty.HAPPENS)]
    assert events["public.c"][0] == ("m4", Action.CREATES, Certainty.HAPPENS)
    assert events["public.c"][1] == ("m5", Action.CREATES, Certainty.SKIPPED)
    assert lives["public.c"].events[0].observed
    dropped = lives["public.gone"].dropped
    assert dropped is not None
    assert (dropped.migration, dropped.observed, dropped.location.line) == ("m4", True, 1)
    assert (history.unmet, history.clashes, history.rehearsed) == ((), (), True)


def test_a_migration_that_failed_keeps_the_needs_that_explain_it() -> None:
    texts = ("CREATE TABLE a (x int REFERENCES b (x));", "CREATE TABLE b (x int PRIMARY KEY);")
    migrations = of_texts(*texts)
    history = replay_history(migrations, read_scripts(migrations), rehearsed(*texts))
    assert [(need.migration, str(need.needed), need.provider.migration) for need in history.unmet] == [
        ("m1", "public.b", "m2")
    ]
