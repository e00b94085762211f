"""A configuration file in JavaScript or TypeScript, read as a text: literals only, nothing is ever run.

What is understood: object and array literals, strings, templates, `+` between them, `path.join` and its like,
`const` names of the same file, and what TypeScript puts around a value (`as`, `satisfies`, parentheses).
"""

import re
from collections.abc import Callable

from pgready.sources.prisma.script_tokens import (
    CLOSERS,
    DEEPEST,
    OPENERS,
    Token,
    as_shown,
    comma_parts,
    indices_of,
    inside_call,
    is_whole,
    read_member,
    read_names,
    read_tokens,
    split_at,
    unescape,
    without_types,
)

__all__ = ["Script", "Token", "Unreadable"]

_ODD = re.compile(r"(?<!\\)(?:\\\\)*+\\(?:u(?![0-9a-fA-F]{4})|u[dD][89a-fA-F]|x(?![0-9a-fA-F]{2})|[1-9]|0\d)")
_SUBSTITUTION = re.compile(r"\$\{([^{}]*)\}")
_STATEMENTS = frozenset(
    {"const", "let", "var", "export", "import", "function", "async", "class", "module", "exports", "type", "interface"}
)
_EXPORTS = (
    ("export", "default"),
    ("module", ".", "exports", "="),
    ("exports", ".", "default", "="),
    ("export", "="),
)
_CONTINUING = frozenset({"as", "satisfies", "in", "instanceof", "new", "await", "typeof", "void", "async"})
_MODULES = frozenset({"path", "nodepath", "url", "nodeurl"})
_LONGEST = 256 * 1024
_MOST_WORK = 4_000_000


class Unreadable(Exception):  # noqa: N818 - it never leaves this package; people see a SourceError or a note
    """What cannot be read literally, and where."""

    def __init__(self, offset: int, found: str) -> None:
        """Keep the place apart from what was found there."""
        super().__init__(found)
        self.offset = offset
        self.found = found


class Script:
    """The tokens of a configuration file, and what its literals say."""

    def __init__(self, text: str) -> None:
        """Split the text into tokens; comments are dropped."""
        self.text = text
        self._tokens = list(read_tokens(text, 0))
        self._words = [text for _, text, _ in self._tokens]
        self._declared, self._changed, self._passed = read_names(self._tokens)
        self._named_values: dict[str, list[Token] | None] = {}
        self._work = 0

    @property
    def tokens(self) -> list[Token]:
        """All tokens of the file, in its order."""
        return self._tokens

    def _spend(self, amount: int, value: list[Token]) -> None:
        """Count tokens and characters looked at: names that refer to each other can make it exponential."""
        self._work += amount
        if self._work > _MOST_WORK:
            raise Unreadable(value[0][2] if value else 0, f"`{as_shown(value)}`, which takes too long to work out")

    def exported(self) -> list[Token]:
        """The tokens of the exported object, from its brace on.

        Raises:
            Unreadable: when nothing is exported by default, or something else than an object literal.

        """
        starts = sorted(end for words in _EXPORTS for end in indices_of(self._words, words))
        if len(starts) > 1:
            raise Unreadable(self._tokens[starts[1] - 1][2], "a second export")
        value = self.plain(self._expression(starts[0] if starts else self._exported_by_name()))
        if not is_whole(value, "{"):
            offset = value[0][2] if value else len(self.text)
            raise Unreadable(offset, f"`{as_shown(value)}` as the exported value")
        return value

    def _exported_by_name(self) -> int:
        """`export { config as default }`: the index of the name."""
        found = next(iter(indices_of(self._words, ("as", "default", "}"))), None)
        if found is None or self._words[found - 6 : found - 4] != ["export", "{"]:
            raise Unreadable(0, "no `export default`")
        return found - 4

    def members(self, value: list[Token]) -> tuple[dict[str, list[Token]], Token | None]:
        """The members of an object literal by name, their values as tokens; and what may hold further ones, if any.

        That is a spread, a computed name or `__proto__`. The members before it are left out: it may replace them.

        Raises:
            Unreadable: when it is something else than an object literal from its first to its last token.

        """
        self._spend(len(value), value)
        if not is_whole(value, "{"):
            raise Unreadable(value[0][2] if value else 0, f"`{as_shown(value)}`")
        members: dict[str, list[Token]] = {}
        unread: Token | None = None
        for part in comma_parts(value):
            name, member = read_member(part)
            if name is None:
                unread = part[0]
                members.clear()
            else:
                members[name] = member
        return members, unread

    def items(self, value: list[Token]) -> list[list[Token]]:
        """The items of an array literal.

        Raises:
            Unreadable: when it is something else.

        """
        plain = self.plain(value)
        if not is_whole(plain, "["):
            raise Unreadable(value[0][2] if value else 0, f"`{as_shown(value)}`")
        return list(comma_parts(plain))

    def plain(self, value: list[Token], depth: int = 0) -> list[Token]:
        """The value without what TypeScript and `defineConfig` put around it; a `const` name becomes its value."""
        self._spend(len(value), value)
        value = without_types(value)
        words = [text for _, text, _ in value[:1]]
        if depth < DEEPEST and words:
            inner = inside_call(value, "defineConfig")
            if inner is not None:
                return self.plain(inner, depth + 1)
            if len(value) == 1 and value[0][0] == "word":
                named = self._named(words[0])
                return value if named is None else self.plain(named, depth + 1)
        return value

    def _named(self, name: str) -> list[Token] | None:
        """The value of a `const` of the file; None when it is declared twice, in a function, or may be changed."""
        if name not in self._named_values:
            declared = self._declared.get(name, [])
            known = len(declared) == 1 and declared[0] is not None and name not in self._changed
            value = self._expression(declared[0]) if known and declared[0] is not None else None
            literal = without_types(value or [])
            changeable = bool(literal) and (literal[0][1] in OPENERS or literal[0][1] == "defineConfig")
            self._named_values[name] = None if changeable and name in self._passed else value
        return self._named_values[name]

    def _expression(self, start: int) -> list[Token]:
        """The tokens from `start` to the end of the statement."""
        depth = 0
        for end in range(start, len(self._tokens)):
            word = self._words[end]
            depth += (word in OPENERS) - (word in CLOSERS)
            if depth < 0 or (depth == 0 and (word == ";" or (end > start and self._begins_statement(end)))):
                return self._counted(self._tokens[start:end])
        return self._counted(self._tokens[start:])

    def _counted(self, value: list[Token]) -> list[Token]:
        self._spend(len(value), value)
        return value

    def _begins_statement(self, index: int) -> bool:
        """A word on a new line, behind something that an expression can end with."""
        kind, word, offset = self._tokens[index]
        before, last, start = self._tokens[index - 1]
        if kind != "word" or "\n" not in self.text[start + len(last) : offset]:
            return False
        ended = last in CLOSERS or (before in ("word", "string", "template") and last not in _CONTINUING)
        return word in _STATEMENTS or (ended and word not in _CONTINUING)

    def string(self, value: list[Token], name: Callable[[tuple[str, ...]], str | None] = lambda _: None) -> str:
        """The string that a value is; `name` says what special words stand for, as `__dirname`.

        Raises:
            Unreadable: when it is none that can be read.

        """
        return self._string(value, name, 0)

    def _string(self, value: list[Token], name: Callable[[tuple[str, ...]], str | None], depth: int) -> str:
        self._spend(len(value), value)
        result = self._read_string(value, name, depth)
        if len(result) > _LONGEST:
            raise Unreadable(value[0][2], f"`{as_shown(value)}`, which is longer than {_LONGEST} characters")
        self._spend(len(result) + 1, value)
        return result

    def _read_string(self, value: list[Token], name: Callable[[tuple[str, ...]], str | None], depth: int) -> str:
        value = without_types(value)
        words = tuple(text for _, text, _ in value)
        special = name(words)
        if special is not None:
            return special
        offset = value[0][2] if value else 0
        if depth > DEEPEST or (len(value) == 1 and _ODD.search(words[0])):
            raise Unreadable(offset, f"`{as_shown(value)}`")
        if len(value) == 1 and value[0][0] == "string":
            return unescape(words[0][1:-1])
        if len(value) == 1 and value[0][0] == "template":
            return self._template(value[0], name, depth)
        parts = list(split_at(value, "+"))
        if len(parts) > 1 and all(parts):
            return "".join(self._string(part, name, depth + 1) for part in parts)
        named = self._named(words[0]) if len(value) == 1 and value[0][0] == "word" else None
        if named is None:
            raise Unreadable(offset, f"`{as_shown(value)}`")
        return self._string(named, name, depth + 1)

    def _template(self, token: Token, name: Callable[[tuple[str, ...]], str | None], depth: int) -> str:
        def substituted(match: re.Match[str]) -> str:
            inner = list(read_tokens(match[1], token[2] + 1 + match.start(1)))
            try:
                return self._string(inner, name, depth + 1)
            except Unreadable as error:
                raise Unreadable(token[2], f"`{token[1][:40]}`") from error

        text = token[1][1:-1]
        if "\\" in text or "${" in _SUBSTITUTION.sub("", text):
            raise Unreadable(token[2], f"`{token[1][:40]}`")
        return _SUBSTITUTION.sub(substituted, text)

    def arguments(self, value: list[Token], functions: frozenset[str]) -> tuple[str, list[list[Token]]] | None:
        """The name and the arguments of a call of one of the functions, `path.join("a")` or `join("a")`."""
        value = without_types(value)
        words = [text for _, text, _ in value]
        self._spend(len(value), value)
        call = words.index("(") if "(" in words[:4] else 0
        whole = call in (1, 3) and value[0][0] == "word" and is_whole(value[call:], "(")
        known = whole and (call == 1 or (words[1] == "." and words[0].lower().replace("_", "") in _MODULES))
        if known and words[call - 1] in functions and self._is_of_elsewhere(words[0]):
            return words[call - 1], list(comma_parts(value[call:]))
        return None

    def _is_of_elsewhere(self, name: str) -> bool:
        """Whether the file does not make the name itself; `require` makes none."""
        starts = self._declared.get(name, [])
        return all(start is not None and self._words[start : start + 1] == ["require"] for start in starts)
