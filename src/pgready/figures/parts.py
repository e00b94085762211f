"""What all pictures have: a heading that answers the question, and a legend of what occurs."""

from collections.abc import Callable, Iterable

from pgready.figures.scene import Shape, Words
from pgready.figures.style import INK, QUIET, TOLERATED_WORDS
from pgready.figures.text import width_of, wrapped

__all__ = ["MARGIN", "TOLERATED_SAMPLE", "Sample", "heading", "legend"]

MARGIN = 14
_LEGEND_SIZE = 11
_SAMPLE_WIDTH = 26

Sample = Callable[[float, float], tuple[Shape, ...]]
"""Draws the sample of a legend entry, 20 px wide, at its left end and middle."""


def heading(title: str, line: str, note: str, width: float) -> tuple[list[Shape], float]:
    """Title, second line and a quiet note, wrapped to `width`; and the y below them."""
    shapes: list[Shape] = []
    y = float(MARGIN)
    for text, size, colour in ((title, 15, INK), (line, 12.5, INK), (note, 11, QUIET)):
        bold = text is title
        for words in wrapped(text, width - 2 * MARGIN, size, bold=bold) if text else ():
            y += size * 0.8
            shapes.append(Words(x=MARGIN, y=y, text=words, size=size, bold=bold, colour=colour))
            y += size * 0.7
        y += 2
    return shapes, y


def _tilde(x: float, y: float) -> tuple[Shape, ...]:
    return (Words(x=x + 10, y=y, text="~", size=14, bold=True, colour=TOLERATED_WORDS, align="center"),)


TOLERATED_SAMPLE: tuple[Sample, str] = (_tilde, "tolerated: allowed by the baseline only")
"""The legend entry of keys that stand in the baseline."""


def legend(entries: Iterable[tuple[Sample, str]], width: float, top: float) -> tuple[list[Shape], float]:
    """Samples with their meaning, side by side and wrapped to `width`; and the y below them."""
    shapes: list[Shape] = []
    x, y = float(MARGIN), top + 8
    for sample, text in entries:
        room = _SAMPLE_WIDTH + width_of(text, _LEGEND_SIZE)
        if x > MARGIN and x + room > width - MARGIN:
            x, y = float(MARGIN), y + 20
        shapes += sample(x, y)
        shapes.append(Words(x=x + _SAMPLE_WIDTH, y=y, text=text, size=_LEGEND_SIZE, colour=INK))
        x += room + 18
    return shapes, (y + 8 if shapes else top)
