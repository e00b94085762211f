"""The text of a PL/pgSQL body, in which the parser's expressions are found again."""

from bisect import bisect_left
from collections.abc import Iterator

from pgready.sources.sql.lexis import Lexeme, LexemeKind, lexemes
from pgready.sources.sql.places import Source

__all__ = ["Body"]


class Body:
    """A body and a place in it: searches go forward, so that equal texts are found one after the other."""

    def __init__(self, source: Source) -> None:
        """Take the body apart into tokens and lines."""
        self.source = source
        self._tokens = [each for each in lexemes(source.text) if each.kind is not LexemeKind.COMMENT]
        self._starts = [each.start for each in self._tokens]
        self._lines = [0, *(place + 1 for place, byte in enumerate(source.text) if byte == ord("\n"))]
        self._cursor = 0

    def line_start(self, line: int) -> int:
        """The offset of the first token at or after the beginning of a line (1-based)."""
        start = self._lines[min(line, len(self._lines)) - 1]
        number = bisect_left(self._starts, start)
        return self._starts[number] if number < len(self._starts) else start

    def find(self, text: bytes, line: int | None) -> int | None:
        """The next place of an expression's text, at the beginning of a token, not before its statement's line."""
        place = self.source.text.find(text, self._from(line)) if text else -1
        while place >= 0:
            number = bisect_left(self._starts, place)
            if number < len(self._starts) and self._starts[number] == place:
                self._cursor = place + len(text)
                return place
            place = self.source.text.find(text, place + 1)
        return None

    def find_word(self, word: bytes, line: int | None) -> int | None:
        """The next place of a keyword."""
        found = next((each for each in self._after(self._from(line)) if self._text(each).lower() == word), None)
        if found is None:
            return None
        self._cursor = found.end
        return found.start

    def find_exception(self) -> int | None:
        """The next EXCEPTION that begins the handlers of a block (not `RAISE EXCEPTION`)."""
        before = b""
        for each in self._after(self._cursor):
            word = self._text(each).lower()
            if word == b"exception" and before != b"raise":
                self._cursor = each.end
                return each.start
            before = word
        return None

    def _from(self, line: int | None) -> int:
        return max(self._cursor, self._lines[min(line, len(self._lines)) - 1] if line else 0)

    def _after(self, offset: int) -> Iterator[Lexeme]:
        number = bisect_left(self._starts, offset)
        while number < len(self._tokens):
            yield self._tokens[number]
            number += 1

    def _text(self, lexeme: Lexeme) -> bytes:
        return self.source.text[lexeme.start : lexeme.end]
