"""Attributes, arguments and values: recursive descent over the tokens of one line.

Every function takes the tokens and the index of the next one, and returns a node and the index behind it. The grammar
is that of prisma-engines; what a value may be is decided later, by the attribute it belongs to.
"""

import re

from pgready.sources.prisma.lexer import Kind, Token
from pgready.sources.prisma.nodes import Argument, Array, Attribute, Call, Constant, Expression, Number, Object, String

__all__ = [
    "MAX_DEPTH",
    "SyntaxProblem",
    "found",
    "read_arguments",
    "read_attribute",
    "read_expression",
    "unescape",
    "without_gaps",
]

MAX_DEPTH = 32
"""How deep values may be nested; no attribute of Prisma needs more than four levels."""

_WORDS = frozenset({int(Kind.NAME), int(Kind.NUMBER), int(Kind.DIGIT_NAME)})
_NAME, _STRING = int(Kind.NAME), int(Kind.STRING)
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_ESCAPE = re.compile(r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))")
_SHOWN = 40


class SyntaxProblem(Exception):  # noqa: N818 - it never leaves this package; what people see is a SourceError
    """What is wrong on a line, and where."""

    def __init__(self, offset: int, message: str) -> None:
        """Keep the place apart from the message."""
        super().__init__(message)
        self.offset = offset
        self.message = message


def found(token: Token) -> str:
    """The token as a message names it."""
    kind, text, _ = token
    if kind == Kind.END:
        return "the end of the line"
    if kind == Kind.UNCLOSED_STRING:
        return f"a string that does not end on its line: {_short(text)}"
    return f"`{_short(text)}`"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def _expected(token: Token, what: str) -> SyntaxProblem:
    return SyntaxProblem(token[2], f"found {found(token)}, expected {what}")


def read_attribute(tokens: list[Token], index: int) -> tuple[Attribute, int]:
    """`@name` or `@@name`, with or without arguments."""
    _, text, offset = tokens[index]
    name = text.lstrip("@").lstrip()
    index += 1
    if tokens[index][1] == "(":
        if "." in name:
            _close_gaps(tokens, index)
        arguments, index = read_arguments(tokens, index, 0, comma="." in name)
        return Attribute(name, arguments, offset), index
    return Attribute(name, (), offset), index


def _is_name(token: Token) -> bool:
    """Whether it can name an argument; a name may begin with a digit."""
    return token[0] in _WORDS and "." not in token[1] and token[1][0] != "-"


def without_gaps(tokens: list[Token]) -> list[Token]:
    """Without commas before `)` and names without a value: Prisma passes over both, everywhere but in attributes."""
    kept: list[Token] = []
    for token in tokens:
        if token[1] in {")", ","} and len(kept) > 1 and kept[-1][1] == ":" and _is_name(kept[-2]):
            del kept[-2:]
            if token[1] == ",":
                continue
        if token[1] == ")" and kept and kept[-1][1] == ",":
            del kept[-1:]
        kept.append(token)
    return kept


def _close_gaps(tokens: list[Token], index: int) -> None:
    """The same, in place, for the arguments of a native type that begin at the parenthesis: `@db.VarChar(x:)`."""
    end = next((number for number in range(index, len(tokens)) if tokens[number][1] == ")"), index - 1) + 1
    if any(token[1] == ":" for token in tokens[index:end]):
        tokens[index:end] = without_gaps(tokens[index:end])


def read_arguments(
    tokens: list[Token], index: int, depth: int, *, comma: bool = False
) -> tuple[tuple[Argument, ...], int]:
    """`(argument, argument)`, beginning at the parenthesis; `comma`: Prisma lets one stand behind the last.

    It does so for native types, and for the options of a field in a list of fields.
    """
    index += 1
    if comma and tokens[index][1] == "," and tokens[index + 1][1] == ")":
        index += 1
    if tokens[index][1] == ")":
        return (), index + 1
    arguments: list[Argument] = []
    while True:
        name = None
        if tokens[index][0] in _WORDS and tokens[index + 1][1] == ":":
            name = tokens[index][1]
            if not _is_name(tokens[index]):
                raise _expected(tokens[index], "the name of an argument: letters, digits, `_` and `-`")
            index += 2
        value, index = read_expression(tokens, index, depth)
        arguments.append(Argument(name, value))
        separator = tokens[index][1]
        index += 1
        if separator == ")":
            return tuple(arguments), index
        if separator != ",":
            raise _expected(tokens[index - 1], "`,` or `)` on the same line")
        if comma and tokens[index][1] == ")":
            return tuple(arguments), index + 1


def read_expression(tokens: list[Token], index: int, depth: int) -> tuple[Expression, int]:
    """A string, number, constant, call, array or object."""
    kind, text, offset = tokens[index]
    if kind == _NAME:
        return _constant_or_call(tokens, index, depth)
    if kind == _STRING:
        return String(unescape(text, offset), offset), index + 1
    if kind == Kind.NUMBER:
        return Number(text, offset), index + 1
    if depth >= MAX_DEPTH:
        raise SyntaxProblem(offset, f"values are nested more than {MAX_DEPTH} levels deep")
    if text == "[]":
        return Array((), offset), index + 1
    if text == "[":
        return _array(tokens, index + 1, depth + 1)
    if text == "{":
        return _object(tokens, index + 1, depth + 1)
    if text[:1] in {"'", "`"}:
        raise _expected(tokens[index], "a value: a string stands in double quotes")
    raise _expected(tokens[index], "a value on the same line" if kind == Kind.END else "a value")


def _constant_or_call(tokens: list[Token], index: int, depth: int) -> tuple[Expression, int]:
    _, name, offset = tokens[index]
    if tokens[index + 1][1] != "(":
        return Constant(name, offset), index + 1
    if depth >= MAX_DEPTH:
        raise SyntaxProblem(offset, f"values are nested more than {MAX_DEPTH} levels deep")
    arguments, index = read_arguments(tokens, index + 1, depth + 1, comma=depth > 0)
    return Call(name, arguments, offset), index


def _array(tokens: list[Token], index: int, depth: int) -> tuple[Expression, int]:
    offset = tokens[index - 1][2]
    items: list[Expression] = []
    if tokens[index][1] == "]":
        return Array((), offset), index + 1
    while True:
        item, index = read_expression(tokens, index, depth)
        items.append(item)
        separator = tokens[index][1]
        index += 1
        if separator == "]":
            return Array(tuple(items), offset), index
        if separator != ",":
            raise _expected(tokens[index - 1], "`,` or `]` on the same line")


def _object(tokens: list[Token], index: int, depth: int) -> tuple[Expression, int]:
    offset = tokens[index - 1][2]
    members: list[Argument] = []
    if tokens[index][1] == "}":
        return Object((), offset), index + 1
    while True:
        if tokens[index][0] != _NAME or tokens[index + 1][1] != ":":
            raise _expected(tokens[index], "`field: value`")
        value, end = read_expression(tokens, index + 2, depth)
        members.append(Argument(tokens[index][1], value))
        index = end
        separator = tokens[index][1]
        index += 1
        if separator == "}":
            return Object(tuple(members), offset), index
        if separator != ",":
            raise _expected(tokens[index - 1], "`,` or `}` on the same line")


def unescape(text: str, offset: int) -> str:
    """The value of a string literal, quotes included in `text`; escapes are those of JSON."""
    if "\\" not in text:
        return text[1:-1]

    def replace(match: re.Match[str]) -> str:
        high, low, code, letter = match.groups()
        if high is not None:
            return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + (int(low, 16) - 0xDC00))
        if code is not None and not "d800" <= code.lower() <= "dfff":
            return chr(int(code, 16))
        if letter in _ESCAPES:
            return _ESCAPES[letter]
        message = f"unknown escape `{match[0]}` in a string; a backslash itself is written `\\\\`"
        raise SyntaxProblem(offset + 1 + match.start(), message)

    return _ESCAPE.sub(replace, text[1:-1])
