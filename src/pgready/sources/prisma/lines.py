"""One line of a schema file, as tokens -> what stands on it, or what is wrong with it."""

from pgready.sources.prisma.expressions import (
    SyntaxProblem,
    found,
    read_attribute,
    read_expression,
    unescape,
    without_gaps,
)
from pgready.sources.prisma.lexer import Kind, Token
from pgready.sources.prisma.nodes import Attribute, Property

__all__ = [
    "COMMENTS",
    "KEYWORDS",
    "block_attribute",
    "is_continuation",
    "not_a_field",
    "not_a_value",
    "opening_of",
    "property_of",
    "read_attributes",
    "unsupported_type",
]

COMMENTS = frozenset({int(Kind.COMMENT), int(Kind.DOC_COMMENT), int(Kind.BLOCK_COMMENT)})
KEYWORDS = frozenset({"model", "view", "type", "enum", "datasource", "generator"})
_NAME, _ATTRIBUTE, _END = int(Kind.NAME), int(Kind.ATTRIBUTE), int(Kind.END)
_WORDS = frozenset({_NAME, int(Kind.DIGIT_NAME)})


def opening_of(tokens: list[Token]) -> tuple[str, Token] | None:
    """Keyword and name before an opening brace; Prisma's grammar lets them stand together without a space."""
    kind, word, offset = tokens[0]
    if word in KEYWORDS and tokens[1][0] in _WORDS and tokens[2][1] == "{":
        return word, tokens[1]
    if kind == _NAME and tokens[1][1] == "{":
        keyword = next((each for each in KEYWORDS if word.startswith(each) and word != each), None)
        if keyword is not None:
            return keyword, (_NAME, word[len(keyword) :], offset + len(keyword))
    return None


def read_attributes(tokens: list[Token], index: int) -> tuple[Attribute, ...]:
    """The attributes up to the end of the line; one comment may stand at its end."""
    attributes: list[Attribute] = []
    while True:
        kind, text, _ = tokens[index]
        if kind == _ATTRIBUTE and text[1] != "@":
            attribute, index = read_attribute(tokens, index)
            attributes.append(attribute)
        elif kind == _END or (kind in COMMENTS and tokens[index + 1][0] == _END):
            return tuple(attributes)
        else:
            raise _end_of_field(tokens[index])


def block_attribute(tokens: list[Token]) -> Attribute:
    """The one attribute of a line that begins with `@@`."""
    attribute, index = read_attribute(tokens, 0)
    kind, _, offset = tokens[index]
    if kind == _END or (kind in COMMENTS and tokens[index + 1][0] == _END):
        return attribute
    raise SyntaxProblem(offset, f"found {found(tokens[index])}, expected the end of the line")


def unsupported_type(tokens: list[Token]) -> tuple[str, int]:
    """The text of `Unsupported("...")`, and the index behind it."""
    kind, text, offset = tokens[3]
    if kind != Kind.STRING or tokens[4][1] != ")":
        raise SyntaxProblem(offset, f'found {found(tokens[3])}, expected Unsupported("type of the database")')
    return unescape(text, offset), 5


def _end_of_field(token: Token) -> SyntaxProblem:
    """What stands where only attributes may stand."""
    _, text, offset = token
    if text[:2] == "@@":
        return SyntaxProblem(offset, f"found {found(token)}: attributes with @@ need a line of their own")
    hints = {
        ",": ": nothing separates the attributes of a field",
        "!": ": a field is required without `!`",
        ";": ": a line ends without `;`",
        "}": ": the closing brace needs a line of its own",
        "#": ": a comment begins with `//`",
        "-": ": a comment begins with `//`",
    }
    expected = "expected an attribute or the end of the line"
    return SyntaxProblem(offset, f"found {found(token)}, {expected}{hints.get(text[:1], '')}")


def is_continuation(tokens: list[Token]) -> bool:
    """Whether this can only be the rest of the line above: an attribute that somebody has broken into lines."""
    return tokens[0][1] in {")", "]", "[", ",", "[]"} or (
        tokens[0][0] == _NAME and tokens[1][1] in {":", ",", "]", ")"}
    )


def not_a_value(token: Token) -> SyntaxProblem:
    """What is wrong with a line of an enum that begins with this."""
    message = f"found {found(token)}, expected a value of the enum or `}}`"
    if token[0] == Kind.STRING:
        message += ": values stand without quotes, another name for the database in @map"
    return SyntaxProblem(token[2], message)


def not_a_field(tokens: list[Token]) -> SyntaxProblem:
    """What is wrong with a line of a model that begins with these."""
    kind, text, offset = tokens[0]
    if kind == Kind.ATTRIBUTE:
        why = ": an attribute with @ stands on the line of its field"
        if text[1:] in {"index", "unique", "id", "map", "ignore", "schema"}:
            why += f", one of the whole block is spelt @{text}"
        return SyntaxProblem(offset, f"found {found(tokens[0])}, expected a field, an attribute with @@ or `}}`{why}")
    if kind == Kind.DIGIT_NAME:
        return SyntaxProblem(offset, f"the name `{text}` begins with `{text[0]}`: expected a letter")
    if kind != Kind.NAME:
        why = ": a comment begins with `//`" if text[:1] == "#" or text[:2] == "--" else ""
        return SyntaxProblem(offset, f"found {found(tokens[0])}, expected a field, an attribute with @@ or `}}`{why}")
    offset = tokens[1][2]
    if tokens[1][1] == ":":
        return SyntaxProblem(offset, "found `:`, expected the type of the field: Prisma has no colon there")
    why = ": the type of a list is written as `String[]`" if tokens[1][1] == "[" else ""
    return SyntaxProblem(offset, f"found {found(tokens[1])}, expected the type of the field `{text}`{why}")


def property_of(tokens: list[Token]) -> Property:
    """A line of a datasource or generator."""
    kind, name, offset = tokens[0]
    if kind not in _WORDS or "." in name:
        raise SyntaxProblem(offset, f"found {found(tokens[0])}, expected `name = value` or `}}`")
    if tokens[1][1] != "=":
        raise SyntaxProblem(tokens[1][2], f"found {found(tokens[1])}, expected `=` and a value")
    tokens = without_gaps(tokens)
    value, index = read_expression(tokens, 2, 0)
    kind, _, end = tokens[index]
    if kind == _END or (kind in COMMENTS and tokens[index + 1][0] == _END):
        return Property(name, value, offset)
    raise SyntaxProblem(end, f"found {found(tokens[index])}, expected the end of the line")
