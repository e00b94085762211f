"""Colours that everybody can read."""

import pytest

from pgready.figures.style import CALM, INK, PANEL, PAPER, QUIET, TINTS, WORDS
from pgready.graph.pages import LinkKind


def luminance(colour: str) -> float:
    """Relative luminance of sRGB (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("kind", LinkKind)
def test_words_of_a_verdict_are_readable_on_white_and_on_its_filling(kind: LinkKind) -> None:
    assert min(contrast(WORDS[kind], ground) for ground in (PAPER, TINTS[kind])) >= 4.5


@pytest.mark.parametrize("colour", [INK, QUIET, CALM])
def test_other_words_are_readable_on_white_and_in_the_groups_box(colour: str) -> None:
    assert min(contrast(colour, ground) for ground in (PAPER, PANEL)) >= 4.5


def test_black_numbers_are_readable_on_every_filling() -> None:
    assert min(contrast(INK, tint) for tint in TINTS.values()) >= 7
