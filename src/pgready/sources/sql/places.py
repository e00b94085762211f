"""From byte offsets to lines and columns, and from the text inside a string literal to the file around it."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Lines", "Source", "literal_source"]

_CONTINUATION_BYTES = bytes(range(0x80, 0xC0))


class Lines:
    """Lines and columns of a text: both 1-based, the column counts characters.

    The starts of all lines are found once; counting goes on from the last place asked for on the same line, so that
    places asked for in order cost linear time however long the lines are.
    """

    def __init__(self, text: bytes) -> None:
        """Find the starts of the lines."""
        self._text = text
        self._ascii = text.isascii()
        self._starts = _starts(text)
        self._last = (0, 0, 1)  # line, offset, column
        self._found: tuple[int, tuple[int, int]] = (-1, (1, 1))

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of the character that the byte offset stands in; the end of the text is a place too."""
        # All effects of one statement ask for the same place.
        if self._found[0] != offset:
            self._found = (offset, self._place(max(0, min(offset, len(self._text)))))
        return self._found[1]

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        start = self._starts[line - 1]
        if self._ascii:
            return line, offset - start + 1
        known_line, known_offset, column = self._last
        if known_line != line or known_offset > offset:
            known_offset, column = start, 1
        column += len(self._text[known_offset:offset].translate(None, _CONTINUATION_BYTES))
        self._last = (line, offset, column)
        return line, column


def _starts(text: bytes) -> list[int]:
    starts = [0]
    found = text.find(b"\n")
    while found >= 0:
        starts.append(found + 1)
        found = text.find(b"\n", found + 1)
    return starts


@dataclass(frozen=True, slots=True)
class Source:
    """A text that stands in the file, as it is or inside a string literal.

    `offsets[i]` is the offset in the file of byte `i`; a range when nothing was escaped.
    """

    text: bytes
    offsets: Sequence[int]

    def at(self, offset: int) -> int:
        """The offset in the file; what lies outside the text is its nearest end."""
        if not self.offsets:
            return 0
        return self.offsets[max(0, min(offset, len(self.offsets) - 1))]

    def cut(self, start: int, end: int) -> "Source":
        """The part between two offsets."""
        return Source(self.text[start:end], self.offsets[start:end])


def literal_source(around: Source, start: int, end: int, value: bytes) -> Source:
    """The value of the string literal at `start` of `around` (which ends at `end`), byte for byte in the file.

    Dollar-quoted text and plain strings are followed exactly; where escapes make it differ, every byte is at the
    literal's beginning.
    """
    raw = around.text[start:end]
    opening = raw.find(b"$", 1) + 1 if raw.startswith(b"$") else 1
    if raw.startswith(b"$") and raw[opening : opening + len(value)] == value:
        begin = start + opening
        return Source(value, around.offsets[begin : begin + len(value)])
    if raw.startswith((b"'", b"E'", b"e'")):
        found = _unquoted(raw, escapes=not raw.startswith(b"'"))
        if bytes(raw[place] if code < 0 else code for place, code in found) == value:
            return Source(value, [around.at(start + place) for place, _ in found])
    return Source(value, [around.at(start)] * len(value))


_SIMPLE_ESCAPES = {ord("n"): 10, ord("t"): 9, ord("r"): 13, ord("b"): 8, ord("f"): 12}


def _unquoted(raw: bytes, *, escapes: bool) -> list[tuple[int, int]]:
    """Of each byte of the value its place in the literal, and the byte itself where that differs (else -1)."""
    found: list[tuple[int, int]] = []
    place = raw.index(b"'") + 1
    end = raw.rindex(b"'")
    while place < end:
        if escapes and raw[place] == ord("\\"):
            found.append((place, _SIMPLE_ESCAPES.get(raw[place + 1], raw[place + 1])))
            place += 2
        else:
            found.append((place, -1))
            place += 2 if raw[place : place + 2] == b"''" else 1
    return found
