"""Tokens of the Prisma schema language, one line at a time.

The language is line-based: a field, an attribute of a block, an enum value or a property ends with its line, and only
a block comment may carry a line over a line break. Source: the pest grammar of prisma-engines
(`psl/schema-ast/src/parser/datamodel.pest`), and measured against Prisma's own parser where the grammar is silent:
white space is a tab or a Unicode space separator, a line ends with LF, CR LF or CR, strings follow JSON.
"""

import re
from bisect import bisect_right
from enum import IntEnum

__all__ = ["MAX_LINE", "Kind", "Source", "Token"]

MAX_LINE = 200_000
"""Characters of a line that are read; a hostile line must not fill the memory with tokens."""


class Kind(IntEnum):
    """Kinds of tokens; the values are the numbers of the groups in the pattern below."""

    NAME = 1
    ATTRIBUTE = 2
    PUNCTUATION = 3
    STRING = 4
    NUMBER = 5
    DIGIT_NAME = 6
    END = 7
    DOC_COMMENT = 8
    COMMENT = 9
    BLOCK_COMMENT = 10
    UNCLOSED_STRING = 11
    INVALID = 12


Token = tuple[int, str, int]
"""A token: its `Kind`, its text without white space around it, and its offset in the file (in characters)."""

_NAME = r"[^\W\d_][\w\-]*+"
_PATH = rf"{_NAME}(?:\.(?:{_NAME})?)*+"
_RARE_SPACES = r"\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"


def _pattern(spaces: str) -> re.Pattern[str]:
    return re.compile(
        rf"""[{spaces}]*+(?:
          ({_PATH})
        | (@@?[{spaces}]*+{_PATH})
        | (\[\]|[()\[\]{{}},:=?!])
        | ("[^"\\\x00-\x1f]*+(?:\\[^\x00-\x1f][^"\\\x00-\x1f]*+)*+")
        | (-?[0-9]+(?:\.[0-9]+)?(?![\w\-.]))
        | ([0-9][\w\-]*+)
        | (\Z)
        | (///.*)
        | (//.*)
        | (/\*)
        | (".*)
        | (.+)
        )""",
        re.VERBOSE | re.DOTALL,
    )


# Unicode's space separators are rare, and a pattern that knows them is much slower.
_WITH_RARE_SPACES = _pattern(r"\ \t" + _RARE_SPACES)
_TOKEN = _pattern(r"\ \t")
_RARE_SPACE = re.compile(f"[{_RARE_SPACES}]")
_LINE_BREAK = re.compile(r"\r\n|[\n\r]")


class Source:
    """The text of one file and the lines that are still to be read."""

    def __init__(self, text: str) -> None:
        """Find the lines; nothing else is read yet."""
        breaks = [match.span() for match in _LINE_BREAK.finditer(text)]
        self._text = text
        self._read = (_WITH_RARE_SPACES if _RARE_SPACE.search(text) else _TOKEN).finditer
        self.line_starts = (0, *(end for _, end in breaks))
        self._line_ends = (*(start for start, _ in breaks), len(text))
        self._row = 0
        self._last_opened = text.rfind("/*")
        self._last_closed = text.rfind("*/")

    def next_line(self) -> list[Token]:
        """The tokens of the next logical line, the last one END; empty behind the last line."""
        row = self._row
        if row >= len(self._line_ends):
            return []
        self._row = row + 1
        return self._tokens(row, self.line_starts[row], self._line_ends[row])

    def rest_of_line(self, offset: int) -> list[Token]:
        """The tokens from `offset` to the end of its line; reading goes on behind it."""
        row = bisect_right(self.line_starts, offset) - 1
        self._row = row + 1
        return self._tokens(row, offset, self._line_ends[row])

    def skip_rest_of_line(self, offset: int) -> None:
        """Go on with the line after the one that `offset` stands in."""
        self._row = bisect_right(self.line_starts, offset)

    def _tokens(self, row: int, start: int, end: int) -> list[Token]:
        if end - start > MAX_LINE:
            message = f"{self._text[start : start + 20].strip()}... (a line of more than {MAX_LINE} characters)"
            return [(Kind.INVALID, message, start), (Kind.END, "", end)]
        if start <= self._last_opened:
            return self._tokens_with_comments(start, row)
        matches = self._read(self._text, start, end)
        return [(k := match.lastindex or 0, match[k], match.start(k)) for match in matches]

    def _tokens_with_comments(self, start: int, row: int) -> list[Token]:
        """The same, where a block comment may carry the line on; what is never closed is INVALID."""
        text, tokens = self._text, list[Token]()
        matches = self._read(text, start, self._line_ends[row])
        while (match := next(matches, None)) is not None:
            kind = match.lastindex or 0
            opened = match.start(kind)
            if kind != Kind.BLOCK_COMMENT:
                tokens.append((kind, match[kind], opened))
                continue
            if opened + 2 > self._last_closed:
                end = self._line_ends[row]
                return [*tokens, (Kind.INVALID, text[opened : opened + 20], opened), (Kind.END, "", end)]
            closed = text.index("*/", opened + 2) + 2
            tokens.append((kind, text[opened:closed], opened))
            row = bisect_right(self.line_starts, closed) - 1
            self._row = row + 1
            matches = self._read(text, closed, self._line_ends[row])
        return tokens
