"""Text that shows what it holds: characters that hide, reorder or break lines become escapes that can be read.

Names in a database may hold anything but NUL, so a right-to-left override or a line feed in a table's name could
otherwise make a report say something else than it says.
"""

import re

__all__ = ["shorten", "visible"]

_LAST_OF_BMP = 0xFFFF
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
# A zero-width joiner is part of the picture inside an emoji sequence and a trick everywhere else.
_JOINED_EMOJI = re.compile(
    r"(?<=[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d(?=[\u2600-\u27bf\U0001f000-\U0001faff])"
)


def visible(text: str, *, keep: str = "") -> str:
    r"""The text with every control, format, bidirectional and odd space character as `\n`, `\u202e`, `\U000e0001`.

    `keep` are characters to leave as they are (line feeds of a block of text). What is printable is decided by
    `str.isprintable`, that is by Unicode's general categories "Other" and "Separator" except the space.
    """
    if text.isprintable():
        return text
    joiners = {match.start() for match in _JOINED_EMOJI.finditer(text)}
    return "".join(
        char if char.isprintable() or char in keep or place in joiners else _escape(char)
        for place, char in enumerate(text)
    )


def _escape(char: str) -> str:
    code = ord(char)
    return _SHORT.get(char) or (f"\\u{code:04x}" if code <= _LAST_OF_BMP else f"\\U{code:08x}")


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, the cut shown as an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
