"""Colours, sizes and the one font. Colours are of Okabe and Ito (2008), told apart under every colour blindness."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl

from pgready.graph.pages import LinkKind

__all__ = [
    "CALM",
    "COLOURS",
    "FAINT",
    "FONT",
    "INK",
    "PANEL",
    "PAPER",
    "QUIET",
    "TINTS",
    "TOLERATED",
    "TOLERATED_WORDS",
    "WIDER",
    "WIDEST",
    "WORDS",
    "house_style",
]

FONT = "DejaVu Sans"
"""Ships with matplotlib, so that a picture has the same bytes on every machine."""

WIDEST = 820
"""Width of the report's text in CSS pixels, the unit of every scene."""

WIDER = 1080
"""Width of what a whole page shows side by side, for pictures that say too much for `WIDEST`."""

INK, QUIET, FAINT, PAPER, PANEL, CALM = "#1A1A1A", "#595959", "#BDBDBD", "#FFFFFF", "#F4F4F2", "#00664A"

TOLERATED, TOLERATED_WORDS = "#E69F00", "#7A4F00"
"""What holds only because a baseline tolerates it: amber, and dark enough for words (7 to 1 on white)."""

COLOURS = {
    LinkKind.INTERNAL: "#8C8C8C",
    LinkKind.ALLOWED: "#0072B2",
    LinkKind.UNDECLARED: "#D55E00",
    LinkKind.FORBIDDEN: "#D55E00",
    LinkKind.UNKEYED: "#AA3377",
}
"""Lines and borders."""

TINTS = {
    LinkKind.INTERNAL: "#E8E8E8",
    LinkKind.ALLOWED: "#D3E6F3",
    LinkKind.UNDECLARED: "#FDEBDF",
    LinkKind.FORBIDDEN: "#F8CDB0",
    LinkKind.UNKEYED: "#FFFFFF",
}
"""Fillings, light enough for black text."""

WORDS = {
    LinkKind.INTERNAL: QUIET,
    LinkKind.ALLOWED: "#005A8E",
    LinkKind.UNDECLARED: "#9A4300",
    LinkKind.FORBIDDEN: "#9A4300",
    LinkKind.UNKEYED: "#8A2860",
}
"""The same hues as text: at least 4.5 to 1 on white and on the fillings (WCAG 2.2, 1.4.3)."""

_FAMILIES = ("figure.", "font.", "hatch.", "lines.", "mathtext.", "patch.", "path.", "savefig.", "svg.", "text.")


@contextmanager
def house_style() -> Iterator[None]:
    """Within, matplotlib's own defaults hold for all that our pictures touch: a reader's matplotlibrc is ignored."""
    settings: Any = {name: value for name, value in mpl.rcParamsDefault.items() if name.startswith(_FAMILIES)}
    settings |= {"font.family": [FONT], "svg.fonttype": "path", "svg.hashsalt": "pgready", "text.hinting": "none"}
    with mpl.rc_context(settings):
        yield
