"""What a guard is read to ask, compared with what a server answers, with the objects there and without."""

import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest

from pgready.model.guards import Guard, GuardKind, evaluate
from pgready.model.names import ObjectRef
from pgready.model.trace import RunOutcome
from pgready.sources.sql import read_script
from rehearsals import of_texts, rehearsed

FIXTURE = Path(__file__).parents[1] / "fixtures" / "sql" / "conditions.json"
CONDITIONS = [case["condition"] for case in json.loads(FIXTURE.read_text(encoding="utf-8"))["cases"]]

OBJECTS = """
CREATE SCHEMA app;
CREATE TYPE "E" AS ENUM ('v');
CREATE TYPE app."F" AS ENUM ('v');
CREATE TABLE "User" (id int);
CREATE TABLE "R" (c text PRIMARY KEY);
CREATE TABLE "T" (c text CONSTRAINT x REFERENCES "R");
CREATE TABLE app."U" (c text);
CREATE TABLE t (a int);
CREATE VIEW v AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;
CREATE INDEX i ON "T" (c);
CREATE TABLE "A" ();
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER t BEFORE INSERT ON "T" FOR EACH ROW EXECUTE FUNCTION f();
CREATE POLICY p ON "T";
"""
# An unknown name in one of these casts is an error, not a condition.
FAILS_WITHOUT = ("::regclass", "::regtype", "::regnamespace")


def _probes(conditions: Iterable[tuple[int, str]], state: str) -> str:
    blocks = (
        f"DO $probe$ BEGIN IF {condition} THEN CREATE TABLE probe_{state}_{number} (); END IF; END $probe$;"
        for number, condition in conditions
    )
    return "\n".join(blocks)


def _answerable(state: str) -> list[tuple[int, str]]:
    """The conditions that give no error in that state: tables and settings that are not there are errors."""
    return [
        (number, condition)
        for number, condition in enumerate(CONDITIONS)
        if not any(word in condition for word in ("current_setting", "has_table_privilege"))
        and (state == "there" or not any(word in condition for word in (*FAILS_WITHOUT, '"User"')))
    ]


@pytest.fixture(scope="module")
def answers() -> dict[tuple[str, int], tuple[bool, bool | None]]:
    """For each state and condition the server's answer and ours; ours is None when it cannot be told."""
    texts = [_probes(_answerable("absent"), "absent"), OBJECTS, _probes(_answerable("there"), "there")]
    result = rehearsed(*texts)
    assert [run.outcome for run in result.runs] == [RunOutcome.APPLIED] * 3, [run.error for run in result.runs]
    migrations = of_texts(*texts)
    found: dict[tuple[str, int], tuple[bool, bool | None]] = {}
    for state, index, catalog in (("absent", 0, ()), ("there", 2, result.runs[1].made)):
        script = read_script(migrations[index])
        made = {ref.name for ref in result.runs[index].made}
        ours = {effect.object.name: effect.guards for effect in script.effects}
        for number, _ in _answerable(state):
            probe = f"probe_{state}_{number}"
            found[state, number] = probe in made, _ours(ours[probe], catalog)
    return found


def _ours(guards: Iterable[Guard], catalog: tuple[ObjectRef, ...]) -> bool | None:
    values = [evaluate(guard.condition, partial(_holds, catalog)) for guard in guards]
    return False if False in values else None if None in values else True


def _holds(catalog: tuple[ObjectRef, ...], pattern: ObjectRef) -> bool:
    return any(pattern.covers(each) for each in catalog)


def test_what_is_read_never_contradicts_the_server(answers: dict[tuple[str, int], tuple[bool, bool | None]]) -> None:
    wrong = [
        (state, CONDITIONS[number], server, ours)
        for (state, number), (server, ours) in answers.items()
        if ours is not None and server != ours
    ]

    assert len(answers) > 100
    assert wrong == []


def test_nearly_every_question_is_answered(answers: dict[tuple[str, int], tuple[bool, bool | None]]) -> None:
    unanswered = {CONDITIONS[number] for (_, number), (_, ours) in answers.items() if ours is None}

    assert len(unanswered) <= 12
    assert all("=" in each or "LIKE" in each or "User" in each for each in unanswered)


def test_unknown_parts_are_opaque_guards() -> None:
    unread = [
        guard
        for condition in CONDITIONS
        for effect in read_script(of_texts(_probes([(0, condition)], "x"))[0]).effects
        for guard in effect.guards
        if evaluate(guard.condition, lambda _: True) is None and evaluate(guard.condition, lambda _: False) is None
    ]

    assert {guard.kind for guard in unread} == {GuardKind.OPAQUE}
