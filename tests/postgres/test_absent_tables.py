"""What a guard asks for and no migration makes: a new migration that makes it is rehearsed before it is advised."""

from dataclasses import replace

import pytest

from builders import Build
from pgready.checks.proven import how_to_order
from pgready.checks.skips import silent_skips
from pgready.model.names import QualifiedName
from pgready.model.schema import Enum, Index, Schema, Table
from pgready.model.trace import Rehearsal
from pgready.orchestrator.remedies import what_to_try
from pgready.rehearsal import rehearse
from pgready.sources.sql import read_scripts
from rehearsals import of_texts

BUILD = Build()
MOOD = Enum(name=QualifiedName("public", "mo'o\"d"), values=("it's", "b"))
BOOKING = replace(
    BUILD.table(
        'Book"ing; --',
        BUILD.column("mood", "public.mo'o\"d", not_null=True),
        BUILD.column("moods", "public.mo'o\"d[]"),
        BUILD.column("code", "character varying(9)"),
    ),
    indexes=(Index(name="code_key", columns=("code",), unique=True), Index(name="plain", columns=("mood",))),
)


def guarded(statement: str) -> str:
    asked = "SELECT 1 FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'Book\"ing; --'"
    return f"DO $$ BEGIN IF EXISTS ({asked}) THEN {statement}; END IF; END $$;"


def tried(*texts: str, declared: Schema) -> tuple[Rehearsal, list[str | None]]:
    """The rehearsal, and the fix of each skip."""
    migrations = of_texts(*texts)
    scripts = read_scripts(migrations)
    rehearsal = rehearse(migrations, remedies=lambda made: what_to_try(migrations, scripts, declared, made))
    skips = silent_skips(migrations, scripts, rehearsal)
    return rehearsal, [how_to_order(skip, rehearsal, declared) for skip in skips]


def declared(*tables: Table) -> Schema:
    return Schema(tables=tables, enums=(MOOD,))


def test_a_table_that_nobody_makes_lets_what_needs_it_come_into_being() -> None:
    log = 'CREATE TABLE log (id int PRIMARY KEY, code varchar(9) REFERENCES "Book""ing; --" (code))'
    rehearsal, (fix,) = tried(guarded(log), declared=declared(BOOKING))
    (trial,) = rehearsal.trials
    assert trial.works, trial
    assert {"public.log", 'public.Book"ing; --', "public.mo'o\"d"} <= {str(ref) for ref in trial.appeared}
    assert fix == (
        'Add a new migration that creates public.Book"ing; -- as the schema declares it and then holds the text of m1 '
        "once more: rehearsed so, it is made."
    )
    assert rehearsal.schema.tables == (), "the rehearsal itself is as it was"


def test_a_column_of_that_table_needs_no_text_again() -> None:
    column = 'ALTER TABLE "Book""ing; --" ADD COLUMN IF NOT EXISTS "code" varchar(9)'
    rehearsal, (fix,) = tried(guarded(column), declared=declared(BOOKING))
    assert [trial.remedy.repeats for trial in rehearsal.trials] == [()]
    assert fix == (
        'Add a new migration that creates public.Book"ing; -- as the schema declares it: rehearsed so, it is made.'
    )


@pytest.mark.parametrize(
    "table",
    [
        BUILD.table("Other"),
        replace(BOOKING, columns=(*BOOKING.columns, BUILD.column("x", "no_such_type"))),
        replace(BOOKING, columns=(BUILD.column("x; DROP TABLE t", "int); SELECT pg_sleep(0.01"),), primary_key=None),
    ],
    ids=["not declared", "unknown type", "hostile type"],
)
def test_what_is_not_declared_or_cannot_be_made_is_no_advice(table: Table) -> None:
    needs = 'CREATE TABLE log (code varchar(9) REFERENCES "Book""ing; --" (code))'
    _, (fix,) = tried("CREATE TABLE t (id int);", guarded(needs), declared=declared(table))
    assert fix is None
