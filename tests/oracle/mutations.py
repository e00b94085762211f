"""Mutations of schema texts: what people break by hand, and what only a machine thinks of."""

import random
import re
from collections.abc import Callable, Sequence

from oracle import words

__all__ = ["mutated"]

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|@@?[\w.]+|[A-Za-z_]\w*|-?\d+(?:\.\d+)?|\[\]|[{}()\[\],:=?.]|//[^\n]*')
_FIELD = re.compile(r"^[ \t]*([A-Za-z]\w*)[ \t]+([A-Za-z]\w*)(\[\]|\?)?([^\n]*)$", re.MULTILINE)
_MODEL = re.compile(r"^\s*(?:model|view)\s+\w+\s*\{[^\n]*\n(.*?)^\s*\}", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"^\s*([A-Za-z]\w*)\s+\S", re.MULTILINE)
_RELATION = re.compile(r"@relation\(([^\n]*?)\)(?=\s|$)")
_ARGUMENT = re.compile(r'(\w+):\s*("(?:[^"\\]|\\.)*"|\w+(?:\([^()]*\))?|\[[^\]]*\])')
_KEYWORDS = ("model", "enum", "view", "type", "datasource", "generator")
_CHARACTERS = [*"\n\"(){}[],@/\\é0_-.:=?!\t\r\v\u2028\xa0\0'`#$", "", "@@", "//", "///", "/*", "*/"]


def mutated(text: str, others: Sequence[str], random_: random.Random) -> str:
    """The text with one to two mutations; `others` are texts of which lines are taken."""
    for _ in range(random_.choice([1, 1, 1, 2])):
        text = random_.choice(_MUTATIONS)(text, others, random_)
    return text


def _lines(text: str, others: Sequence[str], random_: random.Random) -> str:
    """A line dropped, doubled, moved, or taken from elsewhere."""
    lines = text.splitlines(keepends=True)
    if not lines:
        return text
    one, other = random_.randrange(len(lines)), random_.randrange(len(lines))
    match random_.randrange(4):
        case 0:
            del lines[one]
        case 1:
            lines.insert(other, lines[one])
        case 2:
            lines[one], lines[other] = lines[other], lines[one]
        case _:
            lines.insert(one, random_.choice(random_.choice(others).splitlines(keepends=True)))
    return "".join(lines)


def _tokens(text: str, _: Sequence[str], random_: random.Random) -> str:
    """A token dropped, doubled, swapped with the next, or replaced by one of its kind."""
    tokens = list(_TOKEN.finditer(text))
    if len(tokens) < 2:
        return text
    index = random_.randrange(len(tokens) - 1)
    token, following = tokens[index], tokens[index + 1]
    before, after = text[: token.start()], text[token.end() :]
    match random_.randrange(5):
        case 0:
            return before + after
        case 1:
            return f"{before}{token[0]} {token[0]}{after}"
        case 2:
            between = text[token.end() : following.start()]
            return f"{before}{following[0]}{between}{token[0]}{text[following.end() :]}"
        case 3 if token[0][0].isalpha():
            return f"{before}{token[0]}{random_.choice(['x', '_', '1', '-', 'é', '.y'])}{after}"
    alike = [each[0] for each in tokens if _kind(each[0]) == _kind(token[0])]
    return f"{before}{random_.choice(alike)}{after}"


def _kind(token: str) -> tuple[bool, str]:
    return token[0].isalpha(), token[0] if token[0] in '"@' else ""


def _character(text: str, _: Sequence[str], random_: random.Random) -> str:
    place, dropped = random_.randrange(len(text) + 1), random_.choice([0, 0, 1, 2])
    return f"{text[:place]}{random_.choice(_CHARACTERS)}{text[place + dropped :]}"


def _field(text: str, _: Sequence[str], random_: random.Random) -> str:
    """Another type, arity, attribute, default or native type; or a new field."""
    fields = [match for match in _FIELD.finditer(text) if match[1] not in _KEYWORDS]
    if not fields:
        return text
    match = random_.choice(fields)
    name, kind, arity, rest = match[1], match[2], match[3] or "", match[4]
    default, native = f" @default({random_.choice(words.DEFAULTS)})", f" @db.{random_.choice(words.NATIVES)}"
    match random_.randrange(7):
        case 0:
            kind = random_.choice([*words.SCALARS, *(each[2] for each in fields), "Foo"])
        case 1:
            kind = f'Unsupported("{random_.choice(words.UNSUPPORTED)}")'
        case 2:
            arity = random_.choice(["", "?", "[]", "[]?", "!"])
        case 3:
            rest = f" {random_.choice(words.FIELD_ATTRIBUTES)}{rest}"
        case 4:
            rest = default + re.sub(r"@default\((?:[^()]|\([^()]*\))*\)", "", rest)
        case 5:
            rest = native + re.sub(r"@db\.\w+(\([^()]*\))?", "", rest)
        case _:
            name, kind, arity = (
                f"new{random_.randrange(3)}",
                random_.choice(words.SCALARS),
                random_.choice(["", "?", "[]"]),
            )
            rest = random_.choice([default, native, default + native]) + "\n" + match[0]
    return f"{text[: match.start()]}  {name} {kind}{arity}{rest}{text[match.end() :]}"


def _block(text: str, _: Sequence[str], random_: random.Random) -> str:
    """Another attribute of a model: often an index, on a field of a fitting or unfitting type."""
    models = list(_MODEL.finditer(text))
    if not models:
        return text
    model = random_.choice(models)
    names, line = _NAME.findall(model[1]) or ["id"], ""
    if random_.random() < 0.6:
        native = random_.choice(["", f" @db.{random_.choice(words.NATIVES)}"])
        line = f"  key {random_.choice(words.SCALARS)}{random_.choice(['', '', '', '?', '[]'])}{native}\n"
        names = ["key"] * 5 + names
    attribute = random_.choice(words.BLOCK_ATTRIBUTES)
    if random_.random() < 0.8:
        keys = ", ".join(_key(random_.choice(names), random_) for _ in range(random_.choice([0, 1, 1, 1, 2, 3])))
        arguments = [f"[{keys}]", *random_.sample(words.INDEX_ARGUMENTS, random_.choice([0, 0, 1, 1, 2]))]
        attribute = f"{random_.choice(['@@index', '@@index', '@@unique', '@@id'])}({', '.join(arguments)})"
    return f"{text[: model.end(1)]}{line}  {attribute}\n{text[model.end(1) :]}"


def _key(name: str, random_: random.Random) -> str:
    options = [
        *["", "", "", "(sort: Asc)", "(sort: Desc)", "(sort: Up)", "(length: 3)", "(foo: 1)", ".x", "()"],
        *[f"(ops: {random_.choice(words.OPERATOR_CLASSES)})"] * 4,
    ]
    return name + random_.choice(options)


def _relation(text: str, _: Sequence[str], random_: random.Random) -> str:
    """An argument of a relation dropped, replaced or added."""
    matches = list(_RELATION.finditer(text))
    if not matches:
        return text
    match = random_.choice(matches)
    arguments = re.findall(r"(?:[^,\[\]]|\[[^\]]*\])+", match[1]) or [""]
    index = random_.randrange(len(arguments))
    arguments[index : index + random_.randrange(2)] = random_.choice(
        [[], [f" {random_.choice(words.RELATION_ARGUMENTS)}"]]
    )
    return text[: match.start(1)] + ",".join(arguments) + text[match.end(1) :]


def _argument(text: str, _: Sequence[str], random_: random.Random) -> str:
    """A named argument dropped or renamed."""
    matches = list(_ARGUMENT.finditer(text))
    if not matches:
        return text
    match = random_.choice(matches)
    name = random_.choice(["name", "map", "fields", "references", "sort", "ops", "type", "where", "foo", "length"])
    return text[: match.start()] + random_.choice(["", f"{name}: {match[2]}"]) + text[match.end() :]


def _configuration(text: str, _: Sequence[str], random_: random.Random) -> str:
    """A property of the datasource or of a generator added or replaced."""
    keyword, properties = random_.choice([("datasource", words.SOURCE), ("generator", words.GENERATOR)])
    line = random_.choice(properties)
    match = re.search(rf"^{keyword}\s+\w+\s*\{{\s*\n(.*?)^\}}", text, re.MULTILINE | re.DOTALL)
    if match is None:
        return f'{text}\n{keyword} more {{\n  provider = "x"\n  {line}\n}}\n'
    body = match[1]
    if random_.random() < 0.7:
        body = re.sub(rf"^\s*{re.escape(line.split()[0])}\b[^\n]*\n", "", body, flags=re.MULTILINE)
    return f"{text[: match.start(1)]}{body}  {line}\n{text[match.end(1) :]}"


def _more(text: str, _: Sequence[str], random_: random.Random) -> str:
    block = random_.choice(words.BLOCKS)
    return random_.choice([f"{text}\n{block}", block + text])


_MUTATIONS: list[Callable[[str, Sequence[str], random.Random], str]] = [
    *[_lines, _tokens, _tokens, _character, _field, _field, _field],
    *[_block, _block, _relation, _argument, _configuration, _more],
]
