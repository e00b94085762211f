"""The text of one comment -> what it says to pgready, or why that cannot be read.

    pgready: ignore DES002 the column was copied in March
    pgready: ignore DES002, LCK001 until 2027-01-31 the importer still reads it
    pgready: ignore-file LCK001 an empty table in every environment

The words stand at the beginning of a comment, or of a line of a block comment; the reason of a block comment may go on
in its next lines. What nearly looks like it is a fault and never ignored, so that a slip of the pen is seen.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from pgready.model.nearest import rule_fault

__all__ = ["EXPECTED", "Fault", "Ignore", "read_comment"]

EXPECTED = "`pgready: ignore RULE reason`"
_WORDS = {"ignore": False, "ignore-file": True}

_DECORATION = re.compile(r"[\s*#!-]*")
_BEGINNING = re.compile(r"pgready\s*:\s*(?P<word>[\w-]*)", re.IGNORECASE)
_NEARLY = re.compile(r"@?pgready[\s:_-]*(?:ignore|suppress|disable|allow|skip|noqa|nolint)", re.IGNORECASE)
_ELSEWHERE = re.compile(r"\bpgready\s*:\s*ignore(?:-file)?\s+[A-Z]{3}\d{3}\b", re.IGNORECASE)
_RULE = re.compile(r"[^\s,:;]+")
_SEPARATOR = re.compile(r"\s*,\s*")
_UNTIL = re.compile(r"\s+until\b\s*(?P<date>[^\s,;]*)", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# `expires` is how pgready.toml spells it.
_LATE_UNTIL = re.compile(r"\buntil\s+\d|\bexpires\b\W*\d{4}-\d", re.IGNORECASE)
_ANOTHER_RULE = re.compile(r"[A-Za-z]{3}\d{3}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """Rules that are to be ignored; `offset` is the byte of the comment at which it begins."""

    offset: int
    rules: tuple[str, ...]
    reason: str
    expires: date | None = None
    whole_file: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What cannot be read, and the byte of the comment that is meant."""

    offset: int
    message: str


class _FaultError(Exception):
    """What is wrong, and the character of the line that is meant."""

    def __init__(self, message: str, place: int) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


def read_comment(comment: bytes, rules: Collection[str]) -> Iterator[Ignore | Fault]:
    """What a comment (`-- ...` or `/* ... */`, UTF-8) says to pgready, in order; nothing for every other comment.

    `rules` are the ids that may be ignored.
    """
    if b"pgready" not in comment.lower():
        return
    lines = [line.decode(errors="replace") for line in _inside(comment).split(b"\n")]
    offset = 2
    for number, line in enumerate(lines):
        start = _DECORATION.match(line).end()  # type: ignore[union-attr]  # matches the empty text too
        place = offset + len(line[:start].encode())
        said = _BEGINNING.match(line, start)
        if said is not None:
            yield _ignore(said, _with_rest(lines, number), rules, offset)
        elif _NEARLY.match(line, start):
            yield Fault(offset=place, message=f"not understood; expected {EXPECTED}")
        elif found := _ELSEWHERE.search(line):
            at = offset + len(line[: found.start()].encode())
            yield Fault(offset=at, message=f"{EXPECTED} has to stand at the beginning of a comment")
        offset += len(line.encode()) + 1


def _inside(comment: bytes) -> bytes:
    inside = comment[2:]
    return inside.removesuffix(b"*/") if comment.startswith(b"/*") else inside


def _with_rest(lines: list[str], number: int) -> str:
    """A line with those of the same comment that go on with it."""
    found = [lines[number]]
    for other in range(number + 1, len(lines)):
        bare = _DECORATION.sub("", lines[other], count=1)
        if _BEGINNING.match(bare) or _NEARLY.match(bare):
            break
        found.append(bare)
    return "\n".join(found)


def _ignore(said: re.Match[str], text: str, rules: Collection[str], offset: int) -> Ignore | Fault:
    try:
        whole_file = _whole_file(said)
        named, place = _rules(text, said.end(), rules)
        expires, place = _expiry(text, place)
        reason = _reason(text, place, said.start())
    except _FaultError as fault:
        return Fault(offset=offset + len(text[: fault.place].encode()), message=fault.message)
    place = offset + len(text[: said.start()].encode())
    return Ignore(offset=place, rules=named, reason=reason, expires=expires, whole_file=whole_file)


def _whole_file(said: re.Match[str]) -> bool:
    word = said["word"].lower()
    if word not in _WORDS:
        raise _FaultError(
            f"{said['word']!r} is no word of pgready; expected `ignore` or `ignore-file`", said.start("word")
        )
    return _WORDS[word]


def _rules(text: str, place: int, rules: Collection[str]) -> tuple[tuple[str, ...], int]:
    """The rules, each once, and the place behind the last."""
    found: dict[str, None] = {}
    place += len(text[place:]) - len(text[place:].lstrip(" \t"))
    while True:
        named = _RULE.match(text, place)
        if named is None:
            raise _FaultError(f"names no rule; expected {EXPECTED}", place)
        if named[0] not in rules:
            raise _FaultError(_unknown(named[0], rules), place)
        found[named[0]] = None
        comma = _SEPARATOR.match(text, named.end())
        if comma is None:
            return tuple(found), named.end()
        place = comma.end()


def _unknown(name: str, rules: Collection[str]) -> str:
    if re.fullmatch(r"SUP\d{3}", name):
        return f"{name} judges suppressions and cannot be suppressed"
    return rule_fault(name, rules)


def _expiry(text: str, place: int) -> tuple[date | None, int]:
    until = _UNTIL.match(text, place)
    if until is None:
        return None, place
    try:
        given = until["date"].rstrip(":.")
        expires = date.fromisoformat(given) if _DATE.fullmatch(given) else None
    except ValueError:
        expires = None
    if expires is None:
        raise _FaultError(f"{until['date']!r} is no day; expected one such as 2027-01-31", until.start("date"))
    return expires, until.end()


def _reason(text: str, place: int, start: int) -> str:
    reason = " ".join(text[place:].split()).lstrip(" ,:;–—-")  # noqa: RUF001  # people write dashes of any length
    if not re.search(r"\w", reason):
        raise _FaultError(f"gives no reason; expected {EXPECTED}", start)
    if _ANOTHER_RULE.match(reason):
        raise _FaultError("names further rules behind a space; expected commas between rules", start)
    if _LATE_UNTIL.search(reason):
        raise _FaultError("a day stands before the reason: `until 2027-01-31`", start)
    return reason
