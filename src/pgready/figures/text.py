"""Names as they can be drawn: everything visible, no wider than its place.

Names come from the project under audit, so they may hold control characters, direction overrides or signs that the
font lacks; drawn as they are they would vanish, reorder the picture or make matplotlib warn.
"""

import unicodedata
from functools import cache
from itertools import accumulate

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import FT2Font, LoadFlags

from pgready.figures.style import FONT

__all__ = ["MINUS", "TIMES", "brief", "fitted", "plural", "visible", "width_of", "wrapped"]

MINUS = "\N{MINUS SIGN}"
TIMES = "\N{MULTIPLICATION SIGN}"

_SCALE = 100


@cache
def _font(bold: bool) -> FT2Font:  # noqa: FBT001 - private, and the only property of a font that we use
    properties = FontProperties(family=FONT, weight="bold" if bold else "normal")
    # Without a fallback the wrong font would be measured in silence.
    return get_font(findfont(properties, fallback_to_default=False))


@cache
def _drawable(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] != "C" and category not in {"Zl", "Zp"} and _font(False).get_char_index(ord(character)) != 0  # noqa: FBT003 - regular


def visible(text: str) -> str:
    r"""The text with every character that cannot be seen or drawn as `\u{hex}`; piled up accents likewise."""
    if text.isascii() and text.isprintable():
        return text
    shown = [
        character if _drawable(character) and not _piled(text, place) else f"\\u{{{ord(character):x}}}"
        for place, character in enumerate(text)
    ]
    return "".join(shown)


def _piled(text: str, place: int) -> bool:
    """Whether a combining mark stands on another one: a pile of them would grow out of its line."""
    return place > 0 and all(unicodedata.combining(text[at]) for at in (place - 1, place))


@cache
def _width(text: str, bold: bool) -> float:  # noqa: FBT001 - private
    font = _font(bold)
    font.set_size(_SCALE, 72)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    return font.get_width_height()[0] / 64 / _SCALE


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a line in the unit of `size`, as matplotlib lays it out in SVG (unhinted)."""
    return _width(text, bold) * size


def fitted(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """The visible text, its middle left out where it is too wide: names differ at their beginning and at their end."""
    shown = visible(text)
    if width_of(shown, size, bold=bold) <= width:
        return shown
    keep = _roughly(shown, width / size, bold)
    while keep > 0 and width_of(_shortened(shown, keep), size, bold=bold) > width:
        keep -= 1
    while keep < len(shown) - 1 and width_of(_shortened(shown, keep + 1), size, bold=bold) <= width:
        keep += 1
    return _shortened(shown, keep)


def _roughly(text: str, width: float, bold: bool) -> int:  # noqa: FBT001 - private
    """How many characters may stay, from the widths of each: the text as a whole is then measured a few times only."""
    wide = [_width(character, bold) for character in text]
    left = [0.0, *accumulate(wide)]
    right = [0.0, *accumulate(reversed(wide))]
    room = width - _width("…", bold)
    keeps = ((keep, (keep * 3 + 4) // 5) for keep in range(len(text) - 1, 0, -1))
    return next((keep for keep, head in keeps if left[head] + right[keep - head] <= room), 0)


def _shortened(text: str, keep: int) -> str:
    head = (keep * 3 + 4) // 5
    return text[:head] + "…" + text[len(text) - (keep - head) :]


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """The visible text in lines of at most `width`, broken at spaces; a longer word is shortened."""
    lines: list[str] = []
    for word in visible(text).split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(fitted(word, width, size, bold=bold))
    return lines


def brief(number: int) -> str:
    """A number where there is room for four signs: `999`, `1.8k`, `23k`, `1.2M`."""
    for size, sign in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.1f}{sign}" if number < 9.95 * size else f"{number / size:.0f}{sign}"
    return str(number)


def plural(number: int, noun: str) -> str:
    """`1 key`, `2 keys`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
