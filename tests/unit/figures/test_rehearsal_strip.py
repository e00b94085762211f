"""The rehearsal strip as a picture."""

from dataclasses import replace

import pytest

from pgready.figures.describe_strip import describe_rehearsal, strip_lines
from pgready.figures.rehearsal_strip import draw_rehearsal_strip, rehearsal_strip_scene
from pgready.figures.scene import Box, Marks
from pgready.figures.strip_rows import MOST_ROWS, Again, Midway, again_of, make_rehearsal_strip
from pgready.figures.svg import svg_bytes
from pgready.model.crash_points import CrashPoint, Recovery, RecoveryTrial
from pgready.model.location import Location
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import MigrationRun, Rerun, RerunOutcome, RunError, RunOutcome, Skip
from scene_faults import HOSTILE, faults, words_of

TABLE = ObjectRef(kind=ObjectKind.TABLE, schema="public", name="T")
INDEX = ObjectRef(kind=ObjectKind.INDEX, schema="public", table="T", name="i")
EXISTS = RunError(sqlstate="42P07", message='relation "T" already exists')
SAME = Rerun(outcome=RerunOutcome.SAME)
FAILS = Rerun(outcome=RerunOutcome.FAILED, error=EXISTS)
CHANGES = Rerun(outcome=RerunOutcome.CHANGES, made=(TABLE,))


def run(position: int, rerun: Rerun | None = SAME, *points: CrashPoint, **more: object) -> MigrationRun:
    given: dict[str, object] = {"duration_ms": 1.5, "outcome": RunOutcome.APPLIED} | more
    named = more.pop("name", f"20260101{position:06}_m{position}")
    given.pop("name", None)
    return MigrationRun(migration=str(named), position=position, rerun=rerun, crash_points=points, **given)  # type: ignore[arg-type]


def point(*trials: tuple[Recovery, bool], stays: tuple[ObjectRef, ...] = (TABLE,)) -> CrashPoint:
    tried = tuple(RecoveryTrial(recovery=recovery, works=works) for recovery, works in trials)
    return CrashPoint(statements=1, line=3, stays=stays, trials=tried)


def skip(position: int, *, exists_at_end: bool = False) -> Skip:
    return Skip(
        migration=f"20260101{position:06}_m{position}",
        position=position,
        guard="EXISTS (...)",
        asked_for=TABLE,
        would_make=INDEX,
        exists_at_end=exists_at_end,
        made_by=None,
        made_at=None,
        location=Location("m.sql", 1, 1),
    )


EXAMPLE = (
    run(1, SAME, point((Recovery.AGAIN, True), stays=())),
    run(2, FAILS, point((Recovery.AGAIN, False), (Recovery.REST, True)), point((Recovery.UNDO, True))),
    run(3, CHANGES, point((Recovery.AGAIN, False)), point((Recovery.AGAIN, True))),
    run(4, Rerun(outcome=RerunOutcome.RECREATES, recreated=(INDEX,)), duration_ms=1234.0),
    run(5, Rerun(outcome=RerunOutcome.RECREATES, recreated=(TABLE,)), duration_ms=0.0),
    run(6, None, rerun_skipped="it commits"),
)


def test_a_second_run_that_makes_tables_anew_is_told_from_one_that_makes_an_index_anew() -> None:
    assert [again_of(each) for each in EXAMPLE] == [
        Again.SAME,
        Again.FAILS,
        Again.CHANGES,
        Again.RECREATES,
        Again.REPLACES,
        Again.UNKNOWN,
    ]


def test_a_migration_is_as_good_as_its_worst_stop() -> None:
    rows = make_rehearsal_strip(EXAMPLE).rows
    assert [row.midway for row in rows[:4]] == [Midway.NOTHING, Midway.UNDO, Midway.NO_WAY, Midway.UNTRIED]


def test_a_part_for_which_no_way_back_was_tried_has_none() -> None:
    (row,) = make_rehearsal_strip([run(1, SAME, point())]).rows
    assert row.midway is Midway.NO_WAY


def test_the_title_says_what_cannot_run_again_and_the_line_the_rest() -> None:
    title, line, note = strip_lines(make_rehearsal_strip(EXAMPLE))
    assert title == (
        "All 6 migrations are applied; run a second time, 1 makes tables anew, 1 changes something and 1 fails"
    )
    assert line == ("Of the others, 1 changes nothing, 1 makes the same objects anew and 1 could not be run again.")
    assert "3 migrations were stopped midway, and 2 can leave a part, 1 without a way back that works." in note


def test_a_deploy_that_stops_says_where_first() -> None:
    error = RunError(sqlstate="42P01", message="gone")
    runs = (run(1), run(2, None, outcome=RunOutcome.FAILED, error=error), run(3, None, outcome=RunOutcome.NOT_REACHED))
    drawn = make_rehearsal_strip(runs)
    assert strip_lines(drawn)[0] == "Number 2 of 3 fails with 42P01; 1 is applied"
    assert {"✕ fails: 42P01", "not reached"} <= {*words_of(rehearsal_strip_scene(drawn))}


def test_when_all_can_run_again_the_title_says_so() -> None:
    assert strip_lines(make_rehearsal_strip([run(1), run(2)]))[:2] == (
        "All 2 migrations are applied, and can run again",
        "Run a second time, 2 change nothing.",
    )


def test_what_is_left_out_in_silence_is_no_calm_row() -> None:
    drawn = make_rehearsal_strip([run(1), run(2)], [skip(2), skip(2), skip(1, exists_at_end=True)])
    assert [row.left_out for row in drawn.rows] == [0, 1]
    assert "! leaves out 1" in words_of(rehearsal_strip_scene(drawn))
    assert "Leaves out what is missing in the end: number 2 20260101000002_m2." in describe_rehearsal(drawn)


def test_every_row_says_its_outcome_in_words() -> None:
    words = {*words_of(rehearsal_strip_scene(make_rehearsal_strip(EXAMPLE)))}
    assert {"✓ changes nothing", "✕ fails: is there already", "! changes something", "? not known"} <= words
    assert {"✓ nothing stays", "↩ part stays, undo it first", "✕ no way back known"} <= words
    assert {"1.5 ms", "1.2 s", "0.0 ms"} <= words


def test_nothing_leaves_the_picture_or_lies_on_something_else() -> None:
    assert list(faults(rehearsal_strip_scene(make_rehearsal_strip(EXAMPLE)))) == []
    bars = [shape for shape in rehearsal_strip_scene(make_rehearsal_strip(EXAMPLE)).shapes if isinstance(shape, Box)]
    assert all(bar.x + bar.width <= 820 for bar in bars)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_in_its_place(name: str) -> None:
    drawn = make_rehearsal_strip([run(1, FAILS, point(), name=name), *EXAMPLE[1:]], [replace(skip(1), migration=name)])
    assert list(faults(rehearsal_strip_scene(drawn))) == []
    svg = svg_bytes(draw_rehearsal_strip(drawn), title="t", description=describe_rehearsal(drawn), live_text=True)
    assert svg.startswith(b"<?xml")


def test_of_a_long_history_each_has_a_cell_and_what_stands_out_a_row() -> None:
    runs = [run(number, FAILS) for number in range(1, 821)]
    runs[400] = run(401, CHANGES)
    runs[600] = run(601, SAME, point((Recovery.AGAIN, False)))
    runs[700] = run(701, FAILS, duration_ms=50.0)
    drawn = make_rehearsal_strip(runs)
    assert {401, 601, 701} <= {row.position for row in drawn.rows}
    assert len(drawn.rows) == 7
    scene = rehearsal_strip_scene(drawn)
    assert "813 migrations without one have a cell." in " ".join(words_of(scene)).replace("\n", " ")
    cells = [len(shape.segments) for shape in scene.shapes if isinstance(shape, Marks)]
    assert {818, 1} <= {*cells}
    assert list(faults(scene)) == []
    assert len(svg_bytes(draw_rehearsal_strip(drawn), title="t", description="d", live_text=True)) < 60_000


def test_rows_are_never_more_than_fit() -> None:
    drawn = make_rehearsal_strip([run(number, CHANGES) for number in range(1, 500)])
    assert len(drawn.rows) == MOST_ROWS
    assert drawn.left_out == 439
    assert [row.position for row in drawn.rows] == sorted(row.position for row in drawn.rows)


def test_no_run_at_all_is_a_picture_too() -> None:
    empty = make_rehearsal_strip(())
    assert svg_bytes(draw_rehearsal_strip(empty), title="t", description=describe_rehearsal(empty))


def test_of_a_long_history_what_is_about_to_run_has_rows() -> None:
    runs = [run(number) for number in range(1, 146)]
    drawn = make_rehearsal_strip(runs, deployed={runs[-1].migration, runs[-2].migration})
    assert {145, 144} <= {row.position for row in drawn.rows}
    assert len(drawn.rows) <= 7


def test_what_was_tried_only_without_rows_is_not_said_to_change_nothing() -> None:
    title, line, _ = strip_lines(make_rehearsal_strip([run(1), run(2, replace(SAME, on_rows=False))]))
    assert title == "All 2 migrations are applied; run a second time, 1 changes nothing on empty tables"
    assert line == "Of the others, 1 changes nothing."
