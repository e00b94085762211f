"""Questions to the catalog in IF: every shape that migrations use (tests/fixtures/sql/conditions.json).

tests/postgres/test_guard_conditions.py asks a server the same questions.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pgready.model.effects import Script
from pgready.model.guards import GuardKind

FIXTURE = Path(__file__).parents[2] / "fixtures" / "sql" / "conditions.json"
CASES = json.loads(FIXTURE.read_text(encoding="utf-8"))["cases"]
MEANINGS = [(case["condition"], case["means"]) for case in CASES]

Guards = Callable[[str], dict[str, list[str]]]
Read = Callable[..., Script]


@pytest.mark.parametrize(("condition", "means"), MEANINGS, ids=[case["condition"][:70] for case in CASES])
def test_a_condition_is_the_question_to_the_catalog_that_it_asks(
    condition: str, means: list[str], guards: Guards
) -> None:
    (found,) = guards(f"DO $$ BEGIN IF {condition} THEN UPDATE q SET a = 1; END IF; END $$").values()

    assert [guard.split(": ", 1)[1] for guard in found] == means


def test_each_anded_part_is_a_guard_with_its_own_text_and_place(read: Read) -> None:
    sql = """DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ä' AND contype = 'f')
    AND EXISTS (SELECT 1 FROM information_schema.tables WHERE table_name = 'User')
  THEN
    ALTER TABLE t ADD CONSTRAINT "ä" FOREIGN KEY (a) REFERENCES "User" (id);
  END IF;
END $$;"""

    first, second = read(sql).effects[0].guards

    assert (first.kind, first.line, first.column) == (GuardKind.RERUN, 3, 6)
    assert first.text == "NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ä' AND contype = 'f')"
    assert (second.kind, second.line, second.column) == (GuardKind.PREREQUISITE, 4, 9)
    assert second.text == "EXISTS (SELECT 1 FROM information_schema.tables WHERE table_name = 'User')"


RERUN = {
    "NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'e')": "CREATE TYPE e AS ENUM ('a')",
    "to_regclass('public.t') IS NULL": "CREATE TABLE t ()",
    "to_regclass('public.i') IS NULL": "CREATE INDEX i ON t (a)",
    "NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'v')": "CREATE VIEW v AS SELECT 1",
    "NOT EXISTS (SELECT 1 FROM pg_matviews WHERE matviewname = 'm')": "CREATE MATERIALIZED VIEW m AS SELECT 1",
    "NOT EXISTS (SELECT 1 FROM pg_enum WHERE enumlabel = 'x' AND enumtypid = 'e'::regtype)": (
        "ALTER TYPE e ADD VALUE 'x'"
    ),
    "EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'k')": "ALTER TABLE t DROP CONSTRAINT k",
    "EXISTS (SELECT 1 FROM pg_class WHERE relname = 'i')": "DROP INDEX i",
    "EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 't' AND column_name = 'a')": (
        "ALTER TABLE t RENAME COLUMN a TO b"
    ),
    "NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 't' AND column_name = 'b')": (
        "ALTER TABLE t RENAME COLUMN a TO b"
    ),
    "NOT EXISTS (SELECT 1 FROM pg_type WHERE typname IN ('e', 'f'))": (
        "CREATE TYPE e AS ENUM ('a'); CREATE TYPE f AS ENUM ('a')"
    ),
    "NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 't' AND column_name = 'c') ": (
        "ALTER TABLE t ADD c int; UPDATE t SET c = 1"
    ),
}


@pytest.mark.parametrize("condition", RERUN)
def test_a_condition_that_is_false_once_the_statements_have_run_is_a_re_run_guard(condition: str, read: Read) -> None:
    script = read(f"DO $$ BEGIN IF {condition} THEN {RERUN[condition]}; END IF; END $$")

    assert {guard.kind for effect in script.effects for guard in effect.guards} == {GuardKind.RERUN}


@pytest.mark.parametrize(
    ("condition", "statement"),
    [
        ("EXISTS (SELECT 1 FROM pg_type WHERE typname = 'e')", "CREATE TYPE e AS ENUM ('a')"),
        ("NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'other')", "CREATE TYPE e AS ENUM ('a')"),
        ("EXISTS (SELECT 1 FROM pg_class WHERE relname = 'u')", "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u"),
        ("NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'x')", "ALTER TABLE t ADD CONSTRAINT y CHECK (a)"),
        ("to_regclass('app.t') IS NULL", "CREATE TABLE t ()"),
    ],
)
def test_every_other_question_is_a_prerequisite(condition: str, statement: str, read: Read) -> None:
    script = read(f"DO $$ BEGIN IF {condition} THEN {statement}; END IF; END $$")

    assert {guard.kind for effect in script.effects for guard in effect.guards} == {GuardKind.PREREQUISITE}


def test_what_cannot_be_read_is_opaque_and_does_not_hide_the_rest(guards: Guards) -> None:
    sql = """DO $$ BEGIN
      IF current_setting('x') = 'y' AND EXISTS (SELECT 1 FROM pg_class WHERE relname = 'u') THEN DROP TABLE t; END IF;
    END $$"""

    (found,) = guards(sql).values()

    assert found[0].startswith("opaque DO IF: ? current_setting('x') = 'y'")
    assert found[1] == "prerequisite DO IF: relation *.u"
