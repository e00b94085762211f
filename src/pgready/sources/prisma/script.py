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
      |(?P<unclosed>'(?:[^\\\n]|\\.)*|"(?:[^\\\n]|\\.)*|`.*|/\*.*)
      |(?P<word>[A-Za-z_$][\w$]*)
      |(?P<other>\.\.\.|=>|==|.)""",
    re.VERBOSE | re.DOTALL,
)
_OPENERS, _CLOSERS = frozenset("([{"), frozenset(")]}")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\n)|(.))", re.DOTALL)
_ODD = re.compile(r"(?<!\\)(?:\\\\)*+\\(?:u(?![0-9a-fA-F]{4})|u[dD][89a-fA-F]|x(?![0-9a-fA-F]{2})|[1-9]|0\d)")
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
_CONTINUING = frozenset({"as", "satisfies", "in", "instanceof", "new", "await", "typeof", "void", "async"})
_DECLARING = frozenset({"const", "let", "var", "function", "class"})
_MODIFIERS = frozenset({"get", "set", "async", "*"})
_MODULES = frozenset({"path", "nodepath", "url", "nodeurl"})
_IN_TYPES = frozenset(".<>|&,")
_DEEPEST = 8
_LONGEST = 256 * 1024
_MOST_WORK = 4_000_000

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
        self._declared, self._changed, self._passed = _names(self._tokens)
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
            raise Unreadable(value[0][2] if value else 0, f"`{_shown(value)}`, which takes too long to work out")

    def exported(self) -> list[Token]:
        """The tokens of the exported object, from its brace on.

        Raises:
            Unreadable: when nothing is exported by default, or something else than an object literal.

        """
        starts = sorted(end for words in _EXPORTS for end in _indices_of(self._words, words))
        if len(starts) > 1:
            raise Unreadable(self._tokens[starts[1] - 1][2], "a second export")
        value = self.plain(self._expression(starts[0] if starts else self._exported_by_name()))
        if not _is_whole(value, "{"):
            offset = value[0][2] if value else len(self.text)
            raise Unreadable(offset, f"`{_shown(value)}` as the exported value")
        return value

    def _exported_by_name(self) -> int:
        """`export { config as default }`: the index of the name."""
        found = next(iter(_indices_of(self._words, ("as", "default", "}"))), None)
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
        if not _is_whole(value, "{"):
            raise Unreadable(value[0][2] if value else 0, f"`{_shown(value)}`")
        members: dict[str, list[Token]] = {}
        unread: Token | None = None
        for part in _parts(value):
            name, member = _member(part)
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
        if not _is_whole(plain, "["):
            raise Unreadable(value[0][2] if value else 0, f"`{_shown(value)}`")
        return list(_parts(plain))

    def plain(self, value: list[Token], depth: int = 0) -> list[Token]:
        """The value without what TypeScript and `defineConfig` put around it; a `const` name becomes its value."""
        self._spend(len(value), value)
        value = _without_types(value)
        words = [text for _, text, _ in value[:1]]
        if depth < _DEEPEST and words:
            inner = _inside_call(value, "defineConfig")
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
            literal = _without_types(value or [])
            changeable = bool(literal) and (literal[0][1] in _OPENERS or literal[0][1] == "defineConfig")
            self._named_values[name] = None if changeable and name in self._passed else value
        return self._named_values[name]

    def _expression(self, start: int) -> list[Token]:
        """The tokens from `start` to the end of the statement."""
        depth = 0
        for end in range(start, len(self._tokens)):
            word = self._words[end]
            depth += (word in _OPENERS) - (word in _CLOSERS)
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
        ended = last in _CLOSERS or (before in ("word", "string", "template") and last not in _CONTINUING)
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
            raise Unreadable(value[0][2], f"`{_shown(value)}`, which is longer than {_LONGEST} characters")
        self._spend(len(result) + 1, value)
        return result

    def _read_string(self, value: list[Token], name: Callable[[tuple[str, ...]], str | None], depth: int) -> str:
        value = _without_types(value)
        words = tuple(text for _, text, _ in value)
        special = name(words)
        if special is not None:
            return special
        offset = value[0][2] if value else 0
        if depth > _DEEPEST or (len(value) == 1 and _ODD.search(words[0])):
            raise Unreadable(offset, f"`{_shown(value)}`")
        if len(value) == 1 and value[0][0] == "string":
            return _unescape(words[0][1:-1])
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
        if "\\" in text or "${" in _SUBSTITUTION.sub("", text):
            raise Unreadable(token[2], f"`{token[1][:40]}`")
        return _SUBSTITUTION.sub(substituted, text)

    def arguments(self, value: list[Token], functions: frozenset[str]) -> tuple[str, list[list[Token]]] | None:
        """The name and the arguments of a call of one of the functions, `path.join("a")` or `join("a")`."""
        value = _without_types(value)
        words = [text for _, text, _ in value]
        self._spend(len(value), value)
        call = words.index("(") if "(" in words[:4] else 0
        whole = call in (1, 3) and value[0][0] == "word" and _is_whole(value[call:], "(")
        known = whole and (call == 1 or (words[1] == "." and words[0].lower().replace("_", "") in _MODULES))
        if known and words[call - 1] in functions and self._is_of_elsewhere(words[0]):
            return words[call - 1], list(_parts(value[call:]))
        return None

    def _is_of_elsewhere(self, name: str) -> bool:
        """Whether the file does not make the name itself; `require` makes none."""
        starts = self._declared.get(name, [])
        return all(start is not None and self._words[start : start + 1] == ["require"] for start in starts)


def _tokens(text: str, start: int) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "space":
            yield match.lastgroup or "other", match[0], start + match.start()


def _indices_of(words: list[str], wanted: tuple[str, ...]) -> list[int]:
    """The indices behind the occurrences of the words."""
    size = len(wanted)
    starts = (index for index in range(len(words) - size + 1) if words[index] == wanted[0])
    return [index + size for index in starts if tuple(words[index : index + size]) == wanted]


def _names(tokens: list[Token]) -> tuple[dict[str, list[int | None]], set[str], set[str]]:
    """Where the value of each declared name begins (None: no outer `const`); names changed; names passed on."""
    declared: dict[str, list[int | None]] = {}
    changed: set[str] = set()
    passed: set[str] = set()
    words = ["", "", *(text for _, text, _ in tokens), "", "", ""]
    depth = 0
    for index, (kind, word, _) in enumerate(tokens):
        depth += (word in _OPENERS) - (word in _CLOSERS)
        earlier, before, _, after, later = words[index : index + 5]
        if kind != "word" or before == ".":
            continue
        if before in _DECLARING:
            outer = before == "const" and depth == 0
            declared.setdefault(word, []).append(_value_of(tokens, index + 1) if outer else None)
        elif after in (".", "[", "=") or (after in ("!", "?") and later in (".", "[")):
            changed.add(word)
        elif before == "(" and earlier not in ("defineConfig", ">"):
            passed.add(word)
    return declared, changed, passed


def _value_of(tokens: list[Token], start: int) -> int | None:
    """The index behind the `=` of a declaration, with a type before it or not."""
    for index in range(start, min(start + 100, len(tokens))):
        if tokens[index][1] in ("=", ";"):
            return index + 1 if tokens[index][1] == "=" else None
    return None


def _member(part: list[Token]) -> tuple[str | None, list[Token]]:
    """The name and the value of a member of an object literal; no name when it may hold any."""
    words = [text for _, text, _ in part[:4]]
    first = 0
    while first + 1 < len(words) and words[first] in _MODIFIERS and words[first + 1] not in (":", "("):
        first += 1
    kind, word, _ = part[first]
    following = words[first + 1] if first + 1 < len(words) else ""
    if kind not in ("word", "string") or following not in (":", "(", "") or (following == "" and kind == "string"):
        return None, part
    name = _unescape(word[1:-1]) if kind == "string" else word
    if name == "__proto__":
        return None, part
    return name, part[2:] if following == ":" and first == 0 else part


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
                value = value[:index] if _is_type(value[index + 1 :]) else value
                break
        if len(value) > 1 and value[-1][1] == "!":
            value = value[:-1]
        elif len(value) > 1 and value[0][1] == "(" and _closing(value) == len(value) - 1:
            value = value[1:-1]
        else:
            break
    return value


def _is_type(value: list[Token]) -> bool:
    """Whether nothing but a type stands here: an operator behind it would work on the value."""
    depth = 0
    last = ""
    for kind, word, _ in value:
        depth += (word in _OPENERS) - (word in _CLOSERS)
        bracket = word in ("[", "]", "{", "}")
        if depth == 0 and not bracket and kind not in ("word", "string") and word not in _IN_TYPES:
            return False
        if word == "(" or (word in ("|", "&") and word == last):
            return False
        last = word
    return True


def _is_whole(value: list[Token], opener: str) -> bool:
    """Whether the value is one bracket from its first to its last token, with no call or operator behind it."""
    return bool(value) and value[0][1] == opener and _closing(value) == len(value) - 1


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
    call = words.index("(") if "(" in words else 0
    head = words[: min(call, words.index("<"))] if "<" in words[:call] else words[:call]
    inner = value[call:]
    if head[-1:] != [function] or (len(head) > 1 and (len(head), head[1]) != (3, ".")) or not _is_whole(inner, "("):
        return None
    parts = list(_parts(inner))
    return parts[0] if len(parts) == 1 else None


def _shown(value: list[Token]) -> str:
    return "".join(text[:40] for _, text, _ in value[:40])[:40]


def _unescape(text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        four, two, line_break, letter = match.groups()
        if four or two:
            return chr(int(four or two, 16))
        return "" if line_break else _ESCAPES.get(letter, letter)

    return _ESCAPE.sub(replace, text)
