"""Comments that accept a finding, and the statement that each is about.

Comments are found with the scanner, so that strings, dollar quotes and quoted names never hold one; bodies of DO are
scanned like the file around them, bodies of functions are not (what is in them does not run). A comment is about

1. the statement in which it stands,
2. else the statement before it, when that ends in the same line,
3. else the next statement, however many lines and comments are between.

Of an ALTER TABLE with several actions a comment inside is about one: that before which it stands on a line of its own,
else those that begin in its line, else that in which it stands. A comment above the statement is about all of them.

In the body of a DO the same goes for its commands; above IF, LOOP, FOR, WHILE, CASE or BEGIN it is about everything up
to their END. `ignore-file` stands above the first statement and is about all of the file.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from pgready.model.effects import Script
from pgready.model.location import Location
from pgready.model.migration import Migration
from pgready.model.suppressions import CommentFault, Comments, Place, Span, Suppression, SuppressionSource
from pgready.sources.sql.ignore_comments import Fault, Ignore, read_comment
from pgready.sources.sql.lexis import Lexeme, LexemeKind, lexemes
from pgready.sources.sql.places import Lines, Source, literal_source

__all__ = ["read_suppressions"]

_BYTE_ORDER_MARK = "\ufeff"
_NAME = "pgready"
# After these words or signs a command of PL/pgSQL begins.
_BEFORE_COMMAND = {b";", b"then", b"else", b"loop", b"begin", b"declare", b">>"}

Bytes = tuple[int, int]
"""The bytes of the file from the first to behind the last."""


def read_suppressions(
    migrations: Iterable[Migration], scripts: Iterable[Script], *, rules: Collection[str]
) -> Comments:
    """What the comments of the migrations accept, and those that speak to pgready and cannot be read.

    `scripts` are the migrations as `read_scripts` gave them, `rules` the ids that may be named (those of SUP cannot).
    Places are as in `Script`. Never raises, whatever the text; time is linear in its size.
    """
    allowed = frozenset(rule for rule in rules if not rule.startswith("SUP"))
    read = {script.migration: script for script in scripts}
    given = [each for each in migrations if _NAME in (each.sql or "").lower()]
    found = [each for migration in given for each in _File(migration, read.get(migration.name)).said(allowed)]
    return Comments(
        suppressions=tuple(each for each in found if isinstance(each, Suppression)),
        faults=tuple(each for each in found if isinstance(each, CommentFault)),
    )


@dataclass(frozen=True, slots=True)
class _Statement:
    """The bytes of a statement, whether it is a DO, and where its actions begin when it has several."""

    start: int
    end: int
    runs_body: bool
    actions: tuple[int, ...] = ()


class _File:
    """A migration, its tokens and statements."""

    def __init__(self, migration: Migration, script: Script | None) -> None:
        self._migration = migration
        self._text = (migration.sql or "").removeprefix(_BYTE_ORDER_MARK).encode(errors="replace")
        self._lines = Lines(self._text)
        every = list(lexemes(self._text))
        self._comments = [each for each in every if each.kind is LexemeKind.COMMENT]
        self._tokens = [each for each in every if each.kind is not LexemeKind.COMMENT]
        self._ends = [each.end for each in self._tokens]
        self._statements = list(self._found(script)) if script is not None else []
        self._starts = [each.start for each in self._statements]

    def _found(self, script: Script) -> Iterator[_Statement]:
        """The statements by bytes: each begins with a token of its line and column."""
        tokens = iter(self._tokens)
        actions: dict[int, set[Place]] = {}
        for effect in script.effects:
            if effect.begins is not None or effect.statement in actions:
                actions.setdefault(effect.statement, {effect.begins or (effect.line, effect.column)})
                actions[effect.statement].add((effect.line, effect.column))
        for statement in script.statements:
            wanted = (statement.line, statement.column)
            first = next((each for each in tokens if self._lines.place(each.start) >= wanted), None)
            if first is not None:
                end = first.start + len(statement.sql.encode())
                places = actions.get(statement.position, set()) if statement.kind == "AlterTableStmt" else set()
                yield _Statement(first.start, end, statement.kind == "DoStmt", self._offsets(first.start, end, places))

    def _offsets(self, start: int, end: int, places: set[Place]) -> tuple[int, ...]:
        """The tokens at those places, but for the first of the statement."""
        if not places:
            return ()
        first, last = (bisect_left(self._ends, place) for place in (start + 1, end))
        within = (each.start for each in self._tokens[first + 1 : last + 1])
        return tuple(each for each in within if self._lines.place(each) in places)

    def said(self, rules: Collection[str]) -> Iterator[Suppression | CommentFault]:
        """Everything that comments say, in the order of their places."""
        found: list[tuple[int, Suppression | CommentFault]] = []
        for comment in self._comments:
            for each in read_comment(self._text[comment.start : comment.end], rules):
                found += self._at(each, comment.start + each.offset, self._target(each, comment))
        for statement in self._statements:
            if statement.runs_body:
                found += self._in_body(statement, rules)
        yield from (each for _, each in sorted(found, key=lambda pair: pair[0]))

    def _target(self, said: Ignore | Fault, comment: Lexeme) -> Bytes | str | None:
        """The statement that is meant, None for the whole file, or what is wrong."""
        number = bisect_right(self._starts, comment.start)
        before = self._statements[number - 1] if number else None
        if isinstance(said, Ignore) and said.whole_file:
            return "`ignore-file` has to stand above the first statement" if before else None
        if before is not None and (comment.start < before.end or self._behind_token(comment)):
            return self._of_actions(before, comment) if before.actions else (before.start, before.end)
        if number == len(self._statements):
            return "no statement follows it"
        return self._starts[number], self._statements[number].end

    def _of_actions(self, statement: _Statement, comment: Lexeme) -> Bytes:
        """The actions that a comment inside of the statement, or behind it, is about."""
        ends = (*statement.actions[1:], statement.end)
        parts = list(zip(statement.actions, ends, strict=True))
        number = bisect_right(self._ends, comment.start) - 1
        previous = self._tokens[number].start
        if not self._behind_token(comment):
            above = previous < parts[0][0] or self._text[previous : self._ends[number]] == b","
            return (
                next((part for part in parts if part[0] > comment.start), parts[-1])
                if above
                else _last(parts, previous)
            )
        line = self._text.rfind(b"\n", 0, comment.start)
        beside = [part for part in parts if line < part[0] < comment.start]
        if beside:
            return beside[0][0], beside[-1][1]
        return (statement.start, statement.end) if previous < parts[0][0] else _last(parts, previous)

    def _behind_token(self, comment: Lexeme) -> bool:
        """Whether something other than a comment stands before it in its line."""
        number = bisect_right(self._ends, comment.start)
        return number > 0 and b"\n" not in self._text[self._ends[number - 1] : comment.start]

    def _in_body(
        self, statement: _Statement, rules: Collection[str]
    ) -> Iterator[tuple[int, Suppression | CommentFault]]:
        first, last = (bisect_left(self._ends, place) for place in (statement.start + 1, statement.end))
        for token in self._tokens[first : last + 1]:
            raw = self._text[token.start : token.end]
            if token.kind not in (LexemeKind.DOLLAR_STRING, LexemeKind.STRING) or _NAME.encode() not in raw.lower():
                continue
            if not raw.startswith((b"$", b"'")):
                fault = Fault(
                    offset=0, message="pgready is named in a body with escapes; put the body in dollar quotes"
                )
                yield from self._at(fault, token.start, None)
                continue
            body = literal_source(Source(self._text, range(len(self._text) + 1)), token.start, token.end, _value(raw))
            commands = _Commands(body)
            for comment in commands.comments:
                for each in read_comment(body.text[comment.start : comment.end], rules):
                    target = commands.about(each, comment)
                    yield from self._at(each, body.at(comment.start + each.offset), target)

    def _at(
        self, said: Ignore | Fault, offset: int, target: Bytes | str | None
    ) -> Iterator[tuple[int, Suppression | CommentFault]]:
        location = Location(self._migration.file, *self._lines.place(offset))
        message = said.message if isinstance(said, Fault) else target if isinstance(target, str) else None
        if message is not None:
            yield offset, CommentFault(migration=self._migration.name, location=location, message=message)
        if isinstance(said, Fault) or isinstance(target, str):
            return
        for rule in said.rules:
            yield (
                offset,
                Suppression(
                    rule=rule,
                    reason=said.reason,
                    expires=said.expires,
                    source=SuppressionSource.SQL,
                    location=location,
                    span=self._span(target),
                    migration=self._migration.name,
                ),
            )

    def _span(self, target: Bytes | None) -> Span:
        if target is None:
            return Span(file=self._migration.file)
        start, end = map(self._lines.place, target)
        return Span(file=self._migration.file, start=start, end=end)


def _last(parts: list[Bytes], place: int) -> Bytes:
    """The action in which the place lies."""
    return next((part for part in reversed(parts) if part[0] <= place), parts[0])


def _value(raw: bytes) -> bytes:
    """What a literal without escapes holds."""
    if raw.startswith(b"$"):
        opening = raw.index(b"$", 1) + 1
        return raw[opening:-opening]
    return raw[1:-1].replace(b"''", b"'")


class _Commands:
    """The commands of a PL/pgSQL body, as far as the scanner tells them apart."""

    def __init__(self, body: Source) -> None:
        every = list(lexemes(body.text))
        self.comments = [each for each in every if each.kind is LexemeKind.COMMENT]
        self._body = body
        self._tokens = [each for each in every if each.kind is not LexemeKind.COMMENT]
        self._starts = [each.start for each in self._tokens]
        self._words = [self._word(each) for each in self._tokens]
        self._beginnings = self._all_beginnings()
        self._closing = self._all_closing()
        self._known: dict[int, int | None] = {}

    def _word(self, token: Lexeme) -> bytes:
        plain = token.kind in (LexemeKind.WORD, LexemeKind.OTHER, LexemeKind.OPERATOR)
        return self._body.text[token.start : token.end].lower() if plain else b""

    def _all_beginnings(self) -> list[int]:
        """Of each token, that with which its command begins."""
        found: list[int] = []
        for number in range(len(self._words)):
            begins = number == 0 or self._words[number - 1] in _BEFORE_COMMAND
            found.append(number if begins else found[-1])
        return found

    def _all_closing(self) -> dict[int, int | None]:
        """Of each word that has an END of its own, that END; None where it is never closed."""
        found: dict[int, int | None] = {}
        opened: list[int] = []
        part_of_end = -1
        for number, word in enumerate(self._words):
            if number == part_of_end:
                continue
            if word in {b"loop", b"case"} or (word in {b"if", b"begin"} and self._beginnings[number] == number):
                found[number] = None
                opened.append(number)
            elif word == b"end" and opened:
                found[opened[-1]] = number
                # Not the LOOP of `FOR x IN SELECT CASE ... END LOOP`.
                part_of_end = number + 1 if self._words[number + 1 : number + 2] == [self._words[opened[-1]]] else -1
                opened.pop()
        return found

    def about(self, said: Ignore | Fault, comment: Lexeme) -> Bytes | str:
        """The command that a comment is about, by bytes of the file, or what is wrong."""
        if isinstance(said, Ignore) and said.whole_file:
            return "`ignore-file` has to stand above the first statement"
        first = self._first(comment)
        if first not in self._known:
            self._known[first] = self._last(first)
        last = self._known[first]
        if last is None:
            return "no command follows it in the body"
        start, end = self._tokens[first].start, self._tokens[last].end
        text = self._body.text
        return self._body.at(start), self._body.at(end) if end < len(text) else self._body.at(end - 1) + 1

    def _first(self, comment: Lexeme) -> int:
        """The number of the token with which the command begins."""
        follows = bisect_left(self._starts, comment.end)
        before = follows - 1
        if before < 0:
            return follows
        if self._words[before] == b";":
            same_line = b"\n" not in self._body.text[self._tokens[before].end : comment.start]
            return self._beginnings[before] if same_line else follows
        return follows if self._words[before] in _BEFORE_COMMAND else self._beginnings[before]

    def _last(self, first: int) -> int | None:
        """The number of the last token before the semicolon that ends the command; None when there is no command."""
        number = first
        if first < len(self._words) and self._words[first] == b"declare":
            number = next((other for other in range(first, len(self._words)) if self._words[other] == b"begin"), first)
        while number < len(self._words) and self._words[number] != b";":
            if self._words[number] == b"end" and number == first:
                return None
            closing = self._closing.get(number, number)
            if closing is None:
                return None
            number = closing + 1
        return number - 1 if number > first else None
