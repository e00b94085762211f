"""The timeline as a picture."""

import pytest

from pgready.figures.describe_timeline import describe_timeline, timeline_lines
from pgready.figures.svg import svg_bytes
from pgready.figures.timeline import draw_timeline, timeline_scene
from pgready.findings import Severity
from pgready.history.timeline import Mark, Timeline, TimelineRow
from pgready.model.names import ObjectKind
from scene_faults import HOSTILE, faults, words_of


def row(name: str, first: int = 1, **more: object) -> TimelineRow:
    given: dict[str, object] = {"made": {}, "last": name} | more
    return TimelineRow(name=name, first=first, **given)  # type: ignore[arg-type]


ROWS = (
    row("20260101000000_init", made={ObjectKind.TABLE: 3, ObjectKind.INDEX: 30}, date="2026-01-01"),
    row(
        "20260102000000_guarded",
        2,
        made={},
        skipped=5,
        date="2026-01-02",
        mark=Mark(severity=Severity.BLOCK, rules=("RES002",)),
    ),
    row("20260103000000_nothing", 3, date="2026-01-03"),
    row(
        "undated",
        4,
        late=True,
        dropped=2,
        changed=1,
        mark=Mark(severity=Severity.WARN, rules=("HIS001", "HIS003", "LCK001")),
    ),
)
EXAMPLE = Timeline(rows=ROWS, late=((1, 3, "User"),), migrations=4)


def test_the_title_says_how_many_block_and_the_line_what_was_made_and_left_out() -> None:
    assert timeline_lines(EXAMPLE) == (
        "4 migrations: 1 with what blocks and 1 to look at",
        (
            "3 tables and 30 other objects made, 2 dropped, 5 left out by guards. "
            "1 undated migration runs after all dated ones."
        ),
    )


def test_the_words_name_what_blocks_and_what_comes_too_late() -> None:
    told = describe_timeline(EXAMPLE)
    assert "Blocking: number 2 20260102000000_guarded (RES002)." in told
    assert "Too late: number 2 20260102000000_guarded needs User of number 4 undated." in told


def test_every_row_says_what_it_does() -> None:
    words = words_of(timeline_scene(EXAMPLE))
    assert "+21" in words
    assert "5 left out" in words
    assert "nothing at all" in words
    assert "2 dropped, 1 changed" in words
    assert "! no date" in words
    assert "! HIS001, HIS003 +1" in words
    assert "guarded" in words


def test_nothing_leaves_the_picture_or_lies_on_something_else() -> None:
    assert list(faults(timeline_scene(EXAMPLE))) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_in_its_place(name: str) -> None:
    scene = timeline_scene(Timeline(rows=(row(name), *ROWS[1:]), late=(), migrations=4))
    assert list(faults(scene)) == []
    figure = draw_timeline(Timeline(rows=(row(name),), late=(), migrations=1))
    assert svg_bytes(figure, title="t", description=name, live_text=True).startswith(b"<?xml")


def test_no_migration_at_all_is_a_picture_too() -> None:
    empty = Timeline(rows=(), late=(), migrations=0)
    assert timeline_lines(empty)[0] == "0 migrations: nothing that blocks or needs a look"
    assert svg_bytes(draw_timeline(empty), title="t", description="d")
