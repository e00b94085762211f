"""The lock heat map as a picture."""

from collections.abc import Mapping

import pytest

from pgready.figures.lock_heat_map import (
    describe_locks,
    draw_lock_heat_map,
    lock_heat_map_scene,
    make_lock_heat_map,
)
from pgready.figures.scene import Box
from pgready.figures.svg import svg_bytes
from pgready.model.locks import LockMode
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import MigrationRun, RunOutcome, StatementTrace, TableLock
from scene_faults import HOSTILE, faults, words_of

ALL, SHARE, ROWS, READS = LockMode.ACCESS_EXCLUSIVE, LockMode.SHARE, LockMode.ROW_EXCLUSIVE, LockMode.ACCESS_SHARE


def table(name: str) -> ObjectRef:
    return ObjectRef(kind=ObjectKind.TABLE, schema="public", name=name)


def run(position: int, locks: Mapping[str, LockMode], rewrites: tuple[str, ...] = (), name: str = "") -> MigrationRun:
    """Its first statement locks nothing, the second everything."""
    traces = (
        StatementTrace(statement=1, line=1),
        StatementTrace(
            statement=2,
            line=2,
            locks=tuple(TableLock(table=table(each), mode=mode) for each, mode in locks.items()),
            rewrites=tuple(map(table, rewrites)),
        ),
    )
    named = name or f"2026010100{position:04}_m{position}"
    return MigrationRun(migration=named, position=position, outcome=RunOutcome.APPLIED, trace=traces)


EXAMPLE = (
    run(1, {}),
    run(2, {"User": ALL, "Order": SHARE}, ("User",)),
    run(3, {"Order": READS}),
    run(4, {"Order": ROWS, "User": LockMode.SHARE_UPDATE_EXCLUSIVE}),
    MigrationRun(migration="m5", position=5, outcome=RunOutcome.APPLIED, trace_skipped="it commits in a DO block"),
)


def test_a_cell_is_the_strongest_lock_and_rows_and_columns_without_one_are_left_out() -> None:
    drawn = make_lock_heat_map(EXAMPLE)
    assert [position for position, _ in drawn.rows] == [2, 4]
    assert drawn.columns == ("Order", "User")
    assert drawn.cells == {(0, 0): SHARE, (0, 1): ALL, (1, 0): ROWS, (1, 1): LockMode.SHARE_UPDATE_EXCLUSIVE}
    assert drawn.rewrites == {(0, 1)}


def test_the_weaker_a_lock_the_flatter_its_cell_for_those_who_see_no_colours() -> None:
    modes = (ALL, SHARE, LockMode.SHARE_UPDATE_EXCLUSIVE, ROWS)
    scene = lock_heat_map_scene(make_lock_heat_map([run(1, {f"T{mode}": mode for mode in reversed(modes)})]))
    cells = {box.fill: box.height for box in scene.shapes if isinstance(box, Box) and box.layer == 2 and box.y > 100}
    assert len(cells) == 4
    assert sorted(cells.values(), reverse=True) == [15, 11.25, 7.5, 4.5]


def test_the_words_name_what_stops_reads_and_what_is_left_out() -> None:
    told = describe_locks(make_lock_heat_map(EXAMPLE))
    assert told.startswith("1 migration stops reads and writes of 1 table that was there before. Once a table")
    assert "2 migrations without a lock on an older table left out. 1 migration not traced." in told
    assert told.endswith("ACCESS EXCLUSIVE: number 2 20260101000002_m2: User (written anew).")


def test_nothing_leaves_the_picture_or_lies_on_something_else() -> None:
    scene = lock_heat_map_scene(make_lock_heat_map(EXAMPLE))
    assert list(faults(scene)) == []
    assert {"m2", "m4", "User", "Order", "the table is written anew"} <= {*words_of(scene)}


def test_what_has_no_room_is_what_locks_least_and_is_told() -> None:
    strong = [run(number, {f"T{number % 60}": ALL}) for number in range(1, 151)]
    drawn = make_lock_heat_map([*strong, run(151, {"Weak": ROWS})])
    assert (len(drawn.rows), len(drawn.columns), drawn.left_out) == (80, 60, (71, 1))
    scene = lock_heat_map_scene(drawn)
    told = " ".join(words_of(scene))
    assert "150 migrations stop reads and writes of 60 tables" in told
    assert "Those that lock most; no room for 71 migrations and 1 table more." in told
    assert list(faults(scene)) == []


def test_no_row_is_empty_because_its_tables_have_no_room() -> None:
    """Columns are chosen for the rows that are shown, and not for those that are left out."""
    early = [run(number, {f"A{number % 70}": ALL}) for number in range(1, 401)]
    late = [run(number, {f"Z{number}": ALL}) for number in range(401, 501)]
    drawn = make_lock_heat_map([*early, *late])
    assert {row for row, _ in drawn.cells} == {*range(len(drawn.rows))}
    assert (len(drawn.rows), len(drawn.columns)) == (60, 60)
    assert drawn.left_out == (440, 110)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_in_its_place(name: str) -> None:
    drawn = make_lock_heat_map([run(1, {name: ALL, "User": ALL}, name=name), *EXAMPLE])
    assert list(faults(lock_heat_map_scene(drawn))) == []
    svg = svg_bytes(draw_lock_heat_map(drawn), title="t", description=describe_locks(drawn), live_text=True)
    assert svg.startswith(b"<?xml")


def test_no_lock_at_all_is_a_picture_too() -> None:
    empty = make_lock_heat_map(())
    assert "No migration stops reads" in describe_locks(empty)
    assert svg_bytes(draw_lock_heat_map(empty), title="t", description="d")
