"""A configuration file in JavaScript or TypeScript, read as a text: literals only, nothing is ever run.

What is understood: object and array literals, strings, templates, `+` between them, `path.join` and its like,
`const` names of the same file, and what TypeScript puts around a value (`as`, `satisfies`, parentheses).
"""

import re
from collections.abc import Callable, Iterator

__all__ = ["Script", "Token", "Unreadable"]

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      |(?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\$]|\\.|\$(?!\{))*`)
      |(?P<template>`(?:[^`\\]|\\.)*`)
      |(?P<word>[A-Za-z_$][\w$]*)
      |(?P<other>\.\.\.|=>|==|.)""",
    re.VERBOSE | re.DOTALL,
)
_OPENERS, _CLOSERS = frozenset("([{"), frozenset(")]}")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\n)|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
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
_DEEPEST = 8

Token = tuple[str, str, int]
"""Kind (a name of the groups above), text and offset."""


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
        self._tokens = list(_tokens(text, 0))
        self._words = [text for _, text, _ in self._tokens]
        self._named_values: dict[str, list[Token] | None] = {}

    def exported(self) -> list[Token]:
        """The tokens of the exported object, from its brace on.

        Raises:
            Unreadable: when nothing is exported by default, or something else than an object literal.

        """
        start = next((end for words in _EXPORTS if (end := _index_of(self._words, words)) is not None), None)
        if start is None:
            start = self._exported_by_name()
        value = self.plain(self._expression(start))
        if not value or value[0][1] != "{":
            offset = value[0][2] if value else len(self.text)
            raise Unreadable(offset, f"`{value[0][1][:40] if value else ''}` as the exported value")
        return value

    def _exported_by_name(self) -> int:
        """`export { config as default }`: the index of the name."""
        found = _index_of(self._words, ("as", "default", "}"))
        if found is None or self._words[found - 6 : found - 4] != ["export", "{"]:
            raise Unreadable(0, "no `export default`")
        return found - 4

    def members(self, value: list[Token]) -> tuple[dict[str, list[Token]], Token | None]:
        """The members of an object literal by name, their values as tokens; and a spread in it, if any."""
        members: dict[str, list[Token]] = {}
        spread: Token | None = None
        for part in _parts(value):
            if part[0][1] == "...":
                spread = part[0]
            elif len(part) > 1 and part[1][1] == ":":
                members[part[0][1].strip("\"'`")] = part[2:]
            else:
                members[part[0][1]] = part
        return members, spread

    def items(self, value: list[Token]) -> list[list[Token]]:
        """The items of an array literal.

        Raises:
            Unreadable: when it is something else.

        """
        plain = self.plain(value)
        if not plain or plain[0][1] != "[":
            raise Unreadable(value[0][2] if value else 0, f"`{_shown(value)}`")
        return list(_parts(plain))

    def plain(self, value: list[Token], depth: int = 0) -> list[Token]:
        """The value without what TypeScript and `defineConfig` put around it; a `const` name becomes its value."""
        value = _without_types(value)
        words = [text for _, text, _ in value]
        if depth < _DEEPEST and words:
            inner = _inside_call(value, "defineConfig")
            if inner is not None:
                return self.plain(inner, depth + 1)
            if len(value) == 1 and value[0][0] == "word":
                named = self._named(words[0])
                return value if named is None else self.plain(named, depth + 1)
        return value

    def _named(self, name: str) -> list[Token] | None:
        """The value of a `const` of the file."""
        if name not in self._named_values:
            found = _index_of(self._words, ("const", name))
            equals = None if found is None else _index_of(self._words[found:], ("=",))
            value = None if found is None or equals is None else self._expression(found + equals)
            self._named_values[name] = value
        return self._named_values[name]

    def _expression(self, start: int) -> list[Token]:
        """The tokens from `start` to the end of the statement."""
        depth = 0
        for end in range(start, len(self._tokens)):
            word = self._words[end]
            depth += (word in _OPENERS) - (word in _CLOSERS)
            new_line = end > start and "\n" in self.text[self._tokens[end - 1][2] : self._tokens[end][2]]
            if depth < 0 or (depth == 0 and (word == ";" or (new_line and word in _STATEMENTS))):
                return self._tokens[start:end]
        return self._tokens[start:]

    def string(self, value: list[Token], name: Callable[[tuple[str, ...]], str | None] = lambda _: None) -> str:
        """The string that a value is; `name` says what special words stand for, as `__dirname`.

        Raises:
            Unreadable: when it is none that can be read.

        """
        return self._string(value, name, 0)

    def _string(self, value: list[Token], name: Callable[[tuple[str, ...]], str | None], depth: int) -> str:
        value = _without_types(value)
        words = tuple(text for _, text, _ in value)
        special = name(words)
        if special is not None:
            return special
        if len(value) == 1 and value[0][0] == "string":
            return _unescape(words[0][1:-1])
        offset = value[0][2] if value else 0
        if depth >= _DEEPEST:
            raise Unreadable(offset, f"`{_shown(value)}`")
        if len(value) == 1 and value[0][0] == "template":
            return self._template(value[0], name, depth)
        parts = list(_split(value, "+"))
        if len(parts) > 1 and all(parts):
            return "".join(self._string(part, name, depth + 1) for part in parts)
        named = self._named(words[0]) if len(value) == 1 and value[0][0] == "word" else None
        if named is None:
            raise Unreadable(offset, f"`{_shown(value)}`")
        return self._string(named, name, depth + 1)

    def _template(self, token: Token, name: Callable[[tuple[str, ...]], str | None], depth: int) -> str:
        def substituted(match: re.Match[str]) -> str:
            inner = list(_tokens(match[1], token[2] + 1 + match.start(1)))
            try:
                return self._string(inner, name, depth + 1)
            except Unreadable as error:
                raise Unreadable(token[2], f"`{token[1][:40]}`") from error

        text = token[1][1:-1]
        if "${" in _SUBSTITUTION.sub("", text):
            raise Unreadable(token[2], f"`{token[1][:40]}`")
        return _SUBSTITUTION.sub(substituted, text)

    def arguments(self, value: list[Token], functions: frozenset[str]) -> tuple[str, list[list[Token]]] | None:
        """The name and the arguments of a call of one of the functions, `path.join("a")` or `join("a")`."""
        value = _without_types(value)
        words = [text for _, text, _ in value]
        call = words.index("(") if "(" in words else 0
        if call in (1, 3) and words[-1] == ")" and words[call - 1] in functions and (call == 1 or words[1] == "."):
            return words[call - 1], list(_parts(value[call:]))
        return None


def _tokens(text: str, start: int) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "space":
            yield match.lastgroup or "other", match[0], start + match.start()


def _index_of(words: list[str], wanted: tuple[str, ...]) -> int | None:
    """The index behind the first occurrence of the words."""
    size = len(wanted)
    for index in range(len(words) - size + 1):
        if words[index] == wanted[0] and tuple(words[index : index + size]) == wanted:
            return index + size
    return None


def _parts(tokens: list[Token]) -> Iterator[list[Token]]:
    """What stands between the commas within the bracket that begins `tokens`."""
    depth = 0
    part: list[Token] = []
    for token in tokens:
        depth += (token[1] in _OPENERS) - (token[1] in _CLOSERS)
        if depth == 0:
            break
        if depth == 1 and token[1] == ",":
            yield from filter(None, [part])
            part = []
        elif part or depth > 1 or token[1] not in _OPENERS:
            part.append(token)
    yield from filter(None, [part])


def _split(value: list[Token], separator: str) -> Iterator[list[Token]]:
    depth = 0
    part: list[Token] = []
    for token in value:
        depth += (token[1] in _OPENERS) - (token[1] in _CLOSERS)
        if depth == 0 and token[1] == separator:
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _without_types(value: list[Token]) -> list[Token]:
    """Without `as T`, `satisfies T`, `!` and parentheses around the value."""
    for _ in range(_DEEPEST):
        depth = 0
        for index, token in enumerate(value):
            depth += (token[1] in _OPENERS) - (token[1] in _CLOSERS)
            if depth == 0 and index and token[0] == "word" and token[1] in ("as", "satisfies"):
                value = value[:index]
                break
        if len(value) > 1 and value[-1][1] == "!":
            value = value[:-1]
        elif len(value) > 1 and value[0][1] == "(" and _closing(value) == len(value) - 1:
            value = value[1:-1]
        else:
            break
    return value


def _closing(value: list[Token]) -> int | None:
    """The index of the bracket that closes the one at the beginning."""
    depth = 0
    for index, token in enumerate(value):
        depth += (token[1] in _OPENERS) - (token[1] in _CLOSERS)
        if depth == 0:
            return index
    return None


def _inside_call(value: list[Token], function: str) -> list[Token] | None:
    """The one argument of `function(...)` or `x.function<T>(...)`."""
    words = [text for _, text, _ in value]
    if function not in words[:3] or "(" not in words:
        return None
    call = words.index("(")
    inner = value[call:]
    if _closing(inner) != len(inner) - 1:
        return None
    parts = list(_parts(inner))
    return parts[0] if len(parts) == 1 else None


def _shown(value: list[Token]) -> str:
    return "".join(text for _, text, _ in value)[:40]


def _unescape(text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        four, two, line_break, letter = match.groups()
        if four or two:
            return chr(int(four or two, 16))
        return "" if line_break else _ESCAPES.get(letter, letter)

    return _ESCAPE.sub(replace, text)
