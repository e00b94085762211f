"""The tokens of a JavaScript or TypeScript text, and how they hang together: brackets, commas, what is a type."""

import re
from collections.abc import Iterator

__all__ = [
    "CLOSERS",
    "DEEPEST",
    "OPENERS",
    "Token",
    "as_shown",
    "comma_parts",
    "indices_of",
    "inside_call",
    "is_whole",
    "read_member",
    "read_names",
    "read_tokens",
    "split_at",
    "unescape",
    "without_types",
]

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      |(?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\$]|\\.|\$(?!\{))*`)
      |(?P<template>`(?:[^`\\]|\\.)*`)
      |(?P<unclosed>'(?:[^\\\n]|\\.)*|"(?:[^\\\n]|\\.)*|`.*|/\*.*)
      |(?P<word>[A-Za-z_$][\w$]*)
      |(?P<other>\.\.\.|=>|==|.)""",
    re.VERBOSE | re.DOTALL,
)
OPENERS, CLOSERS = frozenset("([{"), frozenset(")]}")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\n)|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_DECLARING = frozenset({"const", "let", "var", "function", "class"})
_MODIFIERS = frozenset({"get", "set", "async", "*"})
_IN_TYPES = frozenset(".<>|&,")
DEEPEST = 8

Token = tuple[str, str, int]
"""Kind (a name of the groups above), text and offset."""


def read_tokens(text: str, start: int) -> Iterator[Token]:
    """The tokens from `start` on, without spaces and comments."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "space":
            yield match.lastgroup or "other", match[0], start + match.start()


def indices_of(words: list[str], wanted: tuple[str, ...]) -> list[int]:
    """The indices behind the occurrences of the words."""
    size = len(wanted)
    starts = (index for index in range(len(words) - size + 1) if words[index] == wanted[0])
    return [index + size for index in starts if tuple(words[index : index + size]) == wanted]


def read_names(tokens: list[Token]) -> tuple[dict[str, list[int | None]], set[str], set[str]]:
    """Where the value of each declared name begins (None: no outer `const`); names changed; names passed on."""
    declared: dict[str, list[int | None]] = {}
    changed: set[str] = set()
    passed: set[str] = set()
    words = ["", "", *(text for _, text, _ in tokens), "", "", ""]
    depth = 0
    for index, (kind, word, _) in enumerate(tokens):
        depth += (word in OPENERS) - (word in CLOSERS)
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


def read_member(part: list[Token]) -> tuple[str | None, list[Token]]:
    """The name and the value of a member of an object literal; no name when it may hold any."""
    words = [text for _, text, _ in part[:4]]
    first = 0
    while first + 1 < len(words) and words[first] in _MODIFIERS and words[first + 1] not in (":", "("):
        first += 1
    kind, word, _ = part[first]
    following = words[first + 1] if first + 1 < len(words) else ""
    if kind not in ("word", "string") or following not in (":", "(", "") or (following == "" and kind == "string"):
        return None, part
    name = unescape(word[1:-1]) if kind == "string" else word
    if name == "__proto__":
        return None, part
    return name, part[2:] if following == ":" and first == 0 else part


def comma_parts(tokens: list[Token]) -> Iterator[list[Token]]:
    """What stands between the commas within the bracket that begins `tokens`."""
    depth = 0
    part: list[Token] = []
    for token in tokens:
        depth += (token[1] in OPENERS) - (token[1] in CLOSERS)
        if depth == 0:
            break
        if depth == 1 and token[1] == ",":
            yield from filter(None, [part])
            part = []
        elif part or depth > 1 or token[1] not in OPENERS:
            part.append(token)
    yield from filter(None, [part])


def split_at(value: list[Token], separator: str) -> Iterator[list[Token]]:
    """The value cut at a separator that stands in no bracket."""
    depth = 0
    part: list[Token] = []
    for token in value:
        depth += (token[1] in OPENERS) - (token[1] in CLOSERS)
        if depth == 0 and token[1] == separator:
            yield part
            part = []
        else:
            part.append(token)
    yield part


def without_types(value: list[Token]) -> list[Token]:
    """Without `as T`, `satisfies T`, `!` and parentheses around the value."""
    for _ in range(DEEPEST):
        depth = 0
        for index, token in enumerate(value):
            depth += (token[1] in OPENERS) - (token[1] in CLOSERS)
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
        depth += (word in OPENERS) - (word in CLOSERS)
        bracket = word in ("[", "]", "{", "}")
        if depth == 0 and not bracket and kind not in ("word", "string") and word not in _IN_TYPES:
            return False
        if word == "(" or (word in ("|", "&") and word == last):
            return False
        last = word
    return True


def is_whole(value: list[Token], opener: str) -> bool:
    """Whether the value is one bracket from its first to its last token, with no call or operator behind it."""
    return bool(value) and value[0][1] == opener and _closing(value) == len(value) - 1


def _closing(value: list[Token]) -> int | None:
    """The index of the bracket that closes the one at the beginning."""
    depth = 0
    for index, token in enumerate(value):
        depth += (token[1] in OPENERS) - (token[1] in CLOSERS)
        if depth == 0:
            return index
    return None


def inside_call(value: list[Token], function: str) -> list[Token] | None:
    """The one argument of `function(...)` or `x.function<T>(...)`."""
    words = [text for _, text, _ in value]
    call = words.index("(") if "(" in words else 0
    head = words[: min(call, words.index("<"))] if "<" in words[:call] else words[:call]
    inner = value[call:]
    if head[-1:] != [function] or (len(head) > 1 and (len(head), head[1]) != (3, ".")) or not is_whole(inner, "("):
        return None
    parts = list(comma_parts(inner))
    return parts[0] if len(parts) == 1 else None


def as_shown(value: list[Token]) -> str:
    """The beginning of a value, for a message."""
    return "".join(text[:40] for _, text, _ in value[:40])[:40]


def unescape(text: str) -> str:
    """What a string literal says (ECMAScript, EscapeSequence)."""

    def replace(match: re.Match[str]) -> str:
        four, two, line_break, letter = match.groups()
        if four or two:
            return chr(int(four or two, 16))
        return "" if line_break else _ESCAPES.get(letter, letter)

    return _ESCAPE.sub(replace, text)
