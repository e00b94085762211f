"""The lives that a report tells, and the rows of the timeline."""

from collections.abc import Sequence

import pytest

from histories import told
from pgready.findings import Severity
from pgready.history.lives import lives_of, misplaced
from pgready.history.timeline import MOST_ROWS, Late, Mark, Timeline, make_timeline
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.lives import Life
from pgready.model.migration import MigrationRecord
from pgready.model.names import ObjectKind

CLEAN = Deployment()


def deeds(life: Life) -> list[str]:
    return [f"{deed.position} {deed.action} {deed.object.name}" for deed in life.deeds]


def only(lives: Sequence[Life], name: str) -> Life:
    (found,) = [life for life in lives if life.object.name == name]
    return found


def test_a_table_stands_for_what_comes_with_it_and_is_told_with_what_is_added_later() -> None:
    lives = lives_of(
        told(
            "CREATE TABLE a (id int PRIMARY KEY, b text UNIQUE)",
            "ALTER TABLE a ADD COLUMN c int; CREATE INDEX a_c ON a (c)",
            "ALTER TABLE a DROP COLUMN c",
        )
    )
    assert deeds(only(lives, "a")) == ["1 creates a", "2 creates c", "2 creates a_c", "3 drops c"]


def test_what_goes_away_with_a_table_is_not_told_one_by_one() -> None:
    life = only(lives_of(told("CREATE TABLE a (id int PRIMARY KEY)", "DROP TABLE a")), "a")
    assert deeds(life) == ["1 creates a", "2 drops a"]
    assert life.alive is False


def test_a_renamed_table_keeps_its_life_and_both_names() -> None:
    lives = lives_of(
        told("CREATE TABLE a (id int)", "ALTER TABLE a RENAME TO b", "ALTER TABLE b ADD COLUMN c int; DROP TABLE b")
    )
    life = only(lives, "b")
    assert life.names == ("public.a", "public.b")
    assert deeds(life) == ["1 creates a", "2 renames a", "3 creates c", "3 drops b"]


def test_a_name_that_is_used_again_is_another_life() -> None:
    lives = lives_of(told("CREATE TABLE a (id int)", "DROP TABLE a", "CREATE TABLE a (id int, x int)"))
    assert [(deeds(life), life.alive) for life in lives] == [
        (["1 creates a", "2 drops a"], False),
        (["3 creates a"], True),
    ]


def test_what_a_guard_leaves_out_is_told_even_of_a_table_that_nobody_makes() -> None:
    guarded = (
        "DO $$ BEGIN IF EXISTS (SELECT 1 FROM information_schema.tables WHERE table_name = 'gone') "
        "THEN ALTER TABLE gone ADD COLUMN c int; END IF; END $$"
    )
    (life,) = lives_of(told(guarded))
    assert (life.object.name, life.alive) == ("gone", False)
    assert [(deed.object.name, deed.certainty) for deed in life.deeds] == [("c", "skipped")]


def test_values_of_an_enum_are_told_with_it() -> None:
    lives = lives_of(told("CREATE TYPE e AS ENUM ('x')", "ALTER TYPE e ADD VALUE 'y'"))
    assert deeds(only(lives, "e")) == ["1 creates e", "2 creates y"]


def test_what_a_later_migration_makes_is_misplaced() -> None:
    history = told("CREATE TABLE a (id int, b int REFERENCES b (id))", "CREATE TABLE b (id int PRIMARY KEY)")
    assert {(it.position, it.needed.name, it.made_by) for it in misplaced(history)} >= {(1, "b", "m2")}


def records(*names: str) -> list[MigrationRecord]:
    return [MigrationRecord(name=name, position=place, file=f"{name}.sql") for place, name in enumerate(names, 1)]


def rows(timeline: Timeline) -> list[tuple[str, int]]:
    return [(row.name, row.count) for row in timeline.rows]


def test_a_row_counts_what_a_migration_does() -> None:
    history = told(
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TYPE e AS ENUM ('x'); CREATE INDEX i ON a (id)",
        "ALTER TABLE a ALTER COLUMN id TYPE bigint; DROP TYPE e; DELETE FROM a",
    )
    first, second = make_timeline(records("m1", "m2"), lives_of(history), {}, (), CLEAN).rows
    assert first.made == {ObjectKind.TABLE: 1, ObjectKind.TYPE: 1, ObjectKind.INDEX: 1}
    assert (second.changed, second.dropped, second.made) == (2, 1, {})


def test_a_migration_without_a_date_is_late_only_among_dated_ones() -> None:
    alone = make_timeline(records("a", "b"), (), {}, (), CLEAN).rows
    among = make_timeline(records("20260101000000_a", "b"), (), {}, (), CLEAN).rows
    assert [row.late for row in alone] == [False, False]
    assert [(row.date, row.late) for row in among] == [("2026-01-01", False), (None, True)]


def test_what_is_outside_of_the_deployment_is_told_so() -> None:
    since = Deployment(kind=DeploymentKind.SINCE, migrations=frozenset({"b"}), base="main")
    timeline = make_timeline(records("a", "b"), (), {}, (), since)
    assert [row.deployed for row in timeline.rows] == [False, True]
    assert timeline.scoped


@pytest.mark.parametrize("severity", [Severity.WARN, Severity.BLOCK])
def test_of_many_migrations_the_calm_ones_are_folded_by_year_and_no_one_else(severity: Severity) -> None:
    names = [f"20{20 + place // 40}0101000000_m{place:03}" for place in range(MOST_ROWS * 2)]
    marks = {names[50]: Mark(severity=severity, rules=("DES001",))}
    late = (Late(migration=names[10], made_by=names[90], what="User"),)
    timeline = make_timeline(records(*names), (), marks, late, CLEAN)
    told = rows(timeline)
    assert (names[50], 1) in told
    assert (names[10], 1) in told
    assert (names[90], 1) in told
    assert told[-10:] == [(name, 1) for name in names[-10:]]
    assert sum(count for _, count in told) == len(names) == timeline.migrations
    ((one, other, what),) = timeline.late
    assert (timeline.rows[one].name, timeline.rows[other].name, what) == (names[10], names[90], "User")


def test_a_note_alone_keeps_no_row_open() -> None:
    names = [f"20260101000000_m{place:03}" for place in range(MOST_ROWS + 1)]
    marks = {names[3]: Mark(severity=Severity.NOTE, rules=("LCK001",))}
    first = make_timeline(records(*names), (), marks, (), CLEAN).rows[0]
    assert (first.count, first.mark) == (MOST_ROWS - 9, Mark(severity=Severity.NOTE, rules=("LCK001",)))
