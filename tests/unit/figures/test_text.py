"""Names as they are drawn."""

import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from pgready.figures.text import fitted, plural, visible, width_of, wrapped


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("User", "User"),
        ("a$b_$c^{2}", "a$b_$c^{2}"),
        ("x\ny\tz\x00", r"x\u{a}y\u{9}z\u{0}"),
        ("\u202etxt.exe", r"\u{202e}txt.exe"),
        ("zero\u200bwidth", r"zero\u{200b}width"),
        ("顧客", r"\u{9867}\u{5ba2}"),
        ("\ud800", r"\u{d800}"),
        ("שלום", "שלום"),
        ("e\u0301", "e\u0301"),
        ("e\u0301\u0302\u0303", "e\u0301\\u{302}\\u{303}"),
    ],
)
def test_what_cannot_be_seen_or_drawn_is_spelt_out(name: str, shown: str) -> None:
    assert visible(name) == shown
    assert visible(shown) == shown


def test_a_name_that_fits_stays_and_a_wider_one_loses_its_middle() -> None:
    long = "very_long_table_name_that_is_exactly_sixty_three_bytes_long_abc"
    assert fitted("User", 100, 12) == "User"
    cut = fitted(long, 150, 12)
    assert cut.startswith("very_long")
    assert cut.endswith("abc")
    assert 140 < width_of(cut, 12) <= 150


def test_no_room_at_all_leaves_an_ellipsis() -> None:
    assert fitted("User", 1, 12) == "…"


@pytest.mark.parametrize("text", ["Scheduler", "a$b", "שלום_עולם", "WAVE To", "😀é"])
@pytest.mark.parametrize("bold", [False, True])
def test_widths_are_those_of_matplotlib(text: str, bold: bool) -> None:  # noqa: FBT001 - a parameter of the test
    properties = FontProperties(family="DejaVu Sans", size=12, weight="bold" if bold else "normal")
    measured, _, _ = TextToPath().get_text_width_height_descent(text, properties, ismath=False)
    assert width_of(text, 12, bold=bold) == pytest.approx(measured, abs=0.1)


def test_a_long_title_is_wrapped_at_spaces() -> None:
    lines = wrapped("one two three four " + "x" * 80, 80, 12)
    assert lines[:2] == ["one two", "three four"]
    assert all(width_of(line, 12) <= 80 for line in lines)


def test_numbers_agree_with_their_noun() -> None:
    assert [plural(number, "key") for number in (0, 1, 2, 1200)] == ["0 keys", "1 key", "2 keys", "1,200 keys"]
