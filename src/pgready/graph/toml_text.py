"""Writing TOML: strings, keys, lists and comments that hold whatever a name may hold.

Source: TOML 1.0, "String", "Keys" and "Comment". Characters that are not printed (controls, line breaks, signs that
turn the direction of writing) are escaped in strings and in comments, so that a file shows what it holds.
"""

import re
from collections.abc import Iterable, Sequence

__all__ = ["WIDTH", "comment", "key", "listed", "string"]

WIDTH = 110
"""Columns of a line, about."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SHORT = {"\b": r"\b", "\t": r"\t", "\n": r"\n", "\f": r"\f", "\r": r"\r", '"': r"\"", "\\": r"\\"}
_LAST_OF_BMP = 0xFFFF


def string(text: str) -> str:
    """A basic string. A lone surrogate, which TOML cannot hold, becomes U+FFFD."""
    return '"' + "".join(_SHORT.get(char) or _visible(char) for char in text) + '"'


def _visible(char: str) -> str:
    code = ord(char)
    if char.isprintable():
        return char
    if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004 - the range of surrogates
        return "\ufffd"
    return f"\\u{code:04x}" if code <= _LAST_OF_BMP else f"\\U{code:08x}"


def key(name: str) -> str:
    """A key: bare where TOML allows it, else quoted."""
    return name if _BARE.fullmatch(name) else string(name)


def comment(text: str) -> str:
    """The text for one line after `#`: no line break and nothing hidden."""
    return "".join(_visible(char) for char in text)


def listed(values: Iterable[str]) -> str:
    """An array of strings on one line, or wrapped."""
    strings = [string(value) for value in values]
    line = f"[{', '.join(strings)}]"
    return line if len(line) <= WIDTH else "[\n" + "".join(f"    {it}\n" for it in _wrapped(strings)) + "]"


def _wrapped(strings: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for it in strings:
        if lines and len(lines[-1]) + len(it) + 2 <= WIDTH:
            lines[-1] += f" {it},"
        else:
            lines.append(f"{it},")
    return lines
