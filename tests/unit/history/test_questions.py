"""What rules ask a history."""

import pytest

from histories import LATER, event, life, ref, told
from pgready.history import (
    ColumnState,
    added_again,
    biography_at,
    biography_of,
    column_before,
    column_type_at,
    copied_first,
    depends_on,
    enum_swaps,
    enum_values_at,
    existed_before,
    existed_before_deployment,
    made_by,
    made_by_same_migration,
)
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.facts import Default


def test_whether_it_was_there_before_a_migration() -> None:
    history = told("CREATE TABLE a (x int);", "ALTER TABLE a RENAME TO b;", "DROP TABLE b; ALTER TABLE old ADD x int;")
    asked = [("a", "m1"), ("a", "m2"), ("a", "m3"), ("b", "m2"), ("b", "m3"), ("old", "m3"), ("a", "nowhere")]
    assert [existed_before(history, ref("table", name), migration) for name, migration in asked] == [
        *(False, True, False, False, True, None, None),
    ]


def test_whether_it_was_there_before_the_deployment() -> None:
    history = told("CREATE TABLE a (x int);", "CREATE TABLE b (x int); DROP TABLE a; DROP TABLE b; DROP TABLE old;")
    since = Deployment(kind=DeploymentKind.SINCE, migrations=frozenset({"m2"}))
    lives = [life(history, "table", name) for name in ("a", "b", "old")]
    assert [existed_before_deployment(each, since) for each in lives] == [True, False, True]
    assert [existed_before_deployment(each, Deployment()) for each in lives] == [False, False, False]


def test_who_made_it() -> None:
    history = told("CREATE TABLE a (x int);", "CREATE TABLE b (x int); DROP TABLE b; DROP TABLE a;")
    made = made_by(history, ref("table", "a"))
    assert made is not None
    assert made.migration == "m1"
    assert made_by(history, ref("table", "nothing")) is None
    drops = [event(history, "drops", "table", name) for name in ("a", "b")]
    assert [made_by_same_migration(biography, each) for each, biography in drops] == [False, True]
    assert biography_of(history, "public.b.x") is life(history, "column", "b.x")


def test_the_type_of_a_column_follows_it_and_renames_of_the_type() -> None:
    history = told(
        "CREATE TYPE e AS ENUM ('v'); CREATE TABLE a (x varchar(9), y e[], z citext);",
        "ALTER TABLE a RENAME x TO w; ALTER TABLE a ALTER w TYPE text; ALTER TYPE e RENAME TO f;",
        "SELECT 1;",
    )
    assert column_type_at(history, ref("column", "a.x"), "m2") == "character varying(9)"
    assert column_type_at(history, ref("column", "a.y"), "m2") == "public.e[]"
    assert column_type_at(history, ref("column", "a.y"), "m3") == "public.f[]"
    assert column_type_at(history, ref("column", "a.w"), "m3") == "text"
    assert column_type_at(history, ref("column", "a.z"), "m3") == "citext"
    assert column_type_at(history, ref("column", "a.w"), "m1") is None


def test_what_is_known_of_a_column_at_a_moment() -> None:
    history = told(
        "CREATE TABLE a (x int NOT NULL DEFAULT 1, s serial, i int GENERATED ALWAYS AS IDENTITY);",
        "ALTER TABLE a ALTER x DROP NOT NULL, ALTER x DROP DEFAULT; ALTER TABLE a ALTER i DROP IDENTITY;",
        "ALTER TABLE a ALTER x SET DEFAULT random(), ALTER x SET NOT NULL;",
    )
    states = [
        column_before(history, life(history, "column", "a.x"), history.start_of(name) or 0) for name in ("m2", "m3")
    ]
    assert states[0] == ColumnState(type="integer", not_null=True, default=Default.CONSTANT)
    assert states[1] == ColumnState(type="integer")
    end = column_before(history, life(history, "column", "a.x"), LATER)
    assert end == ColumnState(type="integer", not_null=True, default=Default.VOLATILE)
    serial = column_before(history, life(history, "column", "a.s"), LATER)
    assert (serial.not_null, serial.default) == (True, Default.VOLATILE)
    identity = life(history, "column", "a.i")
    assert column_before(history, identity, history.start_of("m2") or 0).identity
    assert not column_before(history, identity, LATER).identity


def test_the_values_of_an_enum_at_a_place() -> None:
    history = told(
        "CREATE TYPE e AS ENUM ('a', 'b');",
        "ALTER TYPE e ADD VALUE 'c'; ALTER TYPE e RENAME VALUE 'a' TO 'z'; ALTER TYPE e RENAME TO f;",
        "SELECT 1;",
    )
    assert enum_values_at(history, ref("type", "e"), "m2") == ("a", "b")
    assert enum_values_at(history, ref("type", "f"), "m3") == ("z", "b", "c")
    assert enum_values_at(history, ref("type", "e"), "m3") == ()


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TYPE n AS ENUM ('a', 'c'); ALTER TYPE e RENAME TO o; ALTER TYPE n RENAME TO e; DROP TYPE o;",
        "ALTER TYPE e RENAME TO e_old; CREATE TYPE e AS ENUM ('a', 'c'); DROP TYPE e_old;",
        "DROP TYPE e; CREATE TYPE e AS ENUM ('a', 'c');",
    ],
)
def test_a_swapped_enum_is_recognised_with_the_values_it_loses(text: str) -> None:
    history = told("CREATE TYPE e AS ENUM ('a', 'b'); CREATE TYPE other AS ENUM ();", text, "DROP TYPE other;")
    (swap,) = enum_swaps(history, "m2")
    assert (swap.lost, swap.gained, swap.event.action) == (("b",), ("c",), "drops")
    assert swap.old.made is not None
    assert swap.old.made.migration == "m1"
    assert enum_swaps(history, "m3") == ()


@pytest.mark.parametrize(
    ("texts", "copied"),
    [
        (("ALTER TABLE a ADD y int; UPDATE a SET y = x; ALTER TABLE a DROP x;",), True),
        (("ALTER TABLE a ADD y int; UPDATE a SET y = x;", "ALTER TABLE a DROP x;"), True),
        (("CREATE TABLE b (y int); INSERT INTO b (y) SELECT x FROM a; ALTER TABLE a DROP x;",), True),
        (("ALTER TABLE a ADD y int; UPDATE a SET y = 1; ALTER TABLE a DROP x;",), False),
        (("ALTER TABLE a ADD y int; ALTER TABLE a DROP x; UPDATE a SET y = z;",), False),
        (("UPDATE a SET z = x; ALTER TABLE a DROP x; ALTER TABLE a ADD x int; ALTER TABLE a DROP x;",), False),
    ],
)
def test_whether_a_dropped_column_was_copied_first(texts: tuple[str, ...], *, copied: bool) -> None:
    history = told("CREATE TABLE a (x int, z int);", *texts)
    biography = history.named(ref("column", "a.x"))[-1]
    assert biography.dropped is not None
    assert (copied_first(history, biography, biography.dropped) is not None) is copied


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ("ALTER TABLE a DROP CONSTRAINT f; ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES b (y)", True),
        (
            "ALTER TABLE a DROP CONSTRAINT f; ALTER TABLE a ADD FOREIGN KEY (x) REFERENCES b (y) NOT VALID",
            True,
        ),
        ("ALTER TABLE a DROP CONSTRAINT f; ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (z) REFERENCES b (y)", False),
        ("ALTER TABLE a ADD CONSTRAINT g FOREIGN KEY (x) REFERENCES b (y); ALTER TABLE a DROP CONSTRAINT f", False),
        ("ALTER TABLE a DROP CONSTRAINT f", False),
    ],
)
def test_whether_a_dropped_constraint_comes_again(change: str, *, again: bool) -> None:
    history = told(
        "CREATE TABLE b (y int PRIMARY KEY); CREATE TABLE a (x int CONSTRAINT f REFERENCES b (y), z int);", change
    )
    dropped, biography = event(history, "drops", "constraint", "a.f")
    assert (added_again(history, biography, dropped) is not None) is again


def test_whether_one_migration_needs_another() -> None:
    history = told(
        "CREATE TABLE a (x int PRIMARY KEY);",
        "CREATE TABLE b (x int);",
        "ALTER TABLE b ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES a (x);",
    )
    found = [depends_on(history, *pair) for pair in (("m2", "m1"), ("m3", "m1"), ("m3", "m2"))]
    assert found == [None, ref("table", "a"), ref("table", "b")]


def test_an_object_is_found_by_the_name_that_it_has_at_a_moment() -> None:
    history = told("CREATE TABLE a (x int);", "ALTER TABLE a RENAME TO b; CREATE TABLE a (y int);", "SELECT 1;")
    first, second = history.named(ref("table", "a"))
    assert biography_at(history, ref("table", "a"), history.start_of("m2") or 0) is first
    assert biography_at(history, ref("table", "a"), LATER) is second
    assert biography_at(history, ref("table", "b"), LATER) is first
