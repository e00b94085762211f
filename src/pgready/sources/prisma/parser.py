"""Text of one schema file -> `Document`: recursive descent, line by line, going on after every error."""

from contextlib import suppress

from pgready.model.location import Location
from pgready.sources.prisma.collection import paused_collection
from pgready.sources.prisma.expressions import SyntaxProblem, found, read_attribute, read_expression, unescape
from pgready.sources.prisma.lexer import Kind, Source, Token
from pgready.sources.prisma.nodes import (
    Arity,
    Attribute,
    Block,
    BlockKind,
    ConfigBlock,
    Document,
    EnumBlock,
    EnumValue,
    Field,
    Property,
)
from pgready.sources.prisma.problems import Problems, TooManyProblems

__all__ = ["parse", "parse_into"]

_NAME, _ATTRIBUTE, _END, _DOC_COMMENT = int(Kind.NAME), int(Kind.ATTRIBUTE), int(Kind.END), int(Kind.DOC_COMMENT)
_REQUIRED = Arity.REQUIRED
_COMMENTS = frozenset({int(Kind.COMMENT), int(Kind.DOC_COMMENT), int(Kind.BLOCK_COMMENT)})
_SKIPPED = _COMMENTS | {_END}
_ARITIES = {"?": Arity.OPTIONAL, "[]": Arity.LIST}
_KEYWORDS = frozenset({"model", "view", "type", "enum", "datasource", "generator"})
_KEYWORD_LIST = "model, view, enum, datasource or generator"


def parse(text: str, path: str) -> Document:
    """The syntax tree of one schema file; `path` is what errors and locations name.

    The accepted language is that of Prisma 4 to 8. What stands behind an opening brace on its line is ignored, as
    Prisma does.

    Raises:
        SourceError: with the place, what was found and what was expected; further errors in its `others`.

    """
    problems = Problems()
    document = parse_into(text, path, problems)
    problems.raise_if_any()
    return document


def parse_into(text: str, path: str, problems: Problems) -> Document:
    """Like `parse`, but errors go to `problems` and what could be read is returned."""
    with paused_collection():
        parser = _Parser(text, path, problems)
        with suppress(TooManyProblems):
            parser.read()
        return parser.document()


class _Parser:
    """The position in one file, and what has been read of it."""

    def __init__(self, text: str, path: str, problems: Problems) -> None:
        self._source = Source(text)
        self._problems = problems
        self._places = Document(path, line_starts=self._source.line_starts)
        self._blocks: list[Block] = []
        self._enums: list[EnumBlock] = []
        self._configs: list[ConfigBlock] = []
        self._doc: list[str] = []
        self._rest: list[Token] = [(_END, "", 0)]

    def read(self) -> None:
        while tokens := self._source.next_line():
            tokens = self._without_comments(tokens)
            while tokens[0][0] != _END:
                tokens = self._top_level(tokens)

    def document(self) -> Document:
        return Document(
            self._places.path,
            tuple(self._blocks),
            tuple(self._enums),
            tuple(config for config in self._configs if config.keyword == "datasource"),
            tuple(config for config in self._configs if config.keyword == "generator"),
            self._places.line_starts,
        )

    def _fail(self, offset: int, message: str) -> None:
        place = self._places.location(offset)
        self._problems.add(Location(place.file, place.line, place.column), message)

    def _without_comments(self, tokens: list[Token]) -> list[Token]:
        """The line without the comments before it; those that document are kept aside."""
        first = 0
        while tokens[first][0] in _COMMENTS:
            if tokens[first][0] == Kind.DOC_COMMENT:
                self._doc.append(tokens[first][1][3:].strip())
            first += 1
        if first:
            return tokens[first:]
        if tokens[0][0] == _END:
            self._doc.clear()
        return tokens

    def _comment(self) -> str | None:
        """The doc comment that stands directly above, taken."""
        if not self._doc:
            return None
        comment = "\n".join(self._doc)
        self._doc.clear()
        return comment

    def _top_level(self, tokens: list[Token]) -> list[Token]:
        """Read the block that begins here; returns what stands behind its closing brace on the same line."""
        brace = next((token for token in tokens[:3] if token[1] == "{"), None)
        if brace is None:
            self._doc.clear()
            what = f"a block: {_KEYWORD_LIST}, a name and `{{` on one line"
            self._fail(tokens[0][2], f"found {found(tokens[0])}, expected {what}")
            return tokens[-1:]
        self._source.skip_rest_of_line(brace[2])
        opening = _opening(tokens)
        if opening is None:
            self._fail(tokens[0][2], f"found {found(tokens[0])}, expected {_KEYWORD_LIST}, then a name and `{{`")
            while self._block_line(tokens[0]) is not None:
                pass
        else:
            self._block(*opening)
        return self._without_comments(self._rest)

    def _block(self, keyword: str, name: Token) -> None:
        comment = self._comment()
        self._check_name(name)
        if keyword == "enum":
            values, attributes = self._enum_lines(name)
            self._enums.append(EnumBlock(name[1], tuple(values), tuple(attributes), comment, name[2]))
        elif keyword in ("datasource", "generator"):
            properties = self._config_lines(name)
            self._configs.append(ConfigBlock(keyword, name[1], tuple(properties), name[2]))
        else:
            fields, attributes = self._field_lines(name)
            self._blocks.append(Block(BlockKind(keyword), name[1], tuple(fields), tuple(attributes), comment, name[2]))

    def _block_line(self, name: Token) -> list[Token] | None:
        """The next line with content inside a block; None when the block is closed."""
        while tokens := self._source.next_line():
            if tokens[0][0] in _SKIPPED:
                tokens = self._without_comments(tokens)
            kind, text, offset = tokens[0]
            if text == "}":
                self._doc.clear()
                self._rest = self._source.rest_of_line(offset + 1)
                return None
            if kind != _END:
                return tokens
        self._rest = [(_END, "", 0)]
        self._fail(name[2], f"the block `{name[1]}` is never closed: expected `}}` on a line of its own")
        return None

    def _field_lines(self, name: Token) -> tuple[list[Field], list[Attribute]]:
        fields: list[Field] = []
        attributes: list[Attribute] = []
        while (tokens := self._block_line(name)) is not None:
            try:
                if tokens[0][0] == _ATTRIBUTE and tokens[0][1][1] == "@":
                    attributes.append(_block_attribute(tokens))
                else:
                    fields.append(self._field(tokens))
            except SyntaxProblem as problem:
                self._fail(problem.offset, problem.message)
            if self._doc:
                self._doc.clear()
        return fields, attributes

    def _field(self, tokens: list[Token]) -> Field:
        kind, name, offset = tokens[0]
        type_kind, type_name, type_offset = tokens[1]
        if kind != _NAME or type_kind != _NAME:
            raise _not_a_field(tokens)
        index, unsupported = 2, False
        if type_name == "Unsupported" and tokens[2][1] == "(" and tokens[2][2] == type_offset + len(type_name):
            type_name, index, unsupported = *_unsupported(tokens), True
        arity = _REQUIRED
        if tokens[index][1] in _ARITIES:
            arity = _ARITIES[tokens[index][1]]
            index += 1
        attributes = _attributes(tokens, index) if tokens[index][0] != _END else ()
        if not (name.isascii() and name.isidentifier()):
            self._check_name(tokens[0])
        if tokens[-2][0] == _DOC_COMMENT:
            self._doc.append(tokens[-2][1][3:].strip())
        return Field(name, type_name, arity, unsupported, attributes, self._comment(), offset, type_offset)

    def _enum_lines(self, name: Token) -> tuple[list[EnumValue], list[Attribute]]:
        values: list[EnumValue] = []
        attributes: list[Attribute] = []
        while (tokens := self._block_line(name)) is not None:
            try:
                if tokens[0][0] == _ATTRIBUTE and tokens[0][1][1] == "@":
                    attributes.append(_block_attribute(tokens))
                elif tokens[0][0] == Kind.NAME:
                    self._check_name(tokens[0])
                    values.append(EnumValue(tokens[0][1], _attributes(tokens, 1), tokens[0][2]))
                else:
                    self._fail(tokens[0][2], f"found {found(tokens[0])}, expected a value of the enum or `}}`")
            except SyntaxProblem as problem:
                self._fail(problem.offset, problem.message)
            self._doc.clear()
        return values, attributes

    def _config_lines(self, name: Token) -> list[Property]:
        properties: list[Property] = []
        while (tokens := self._block_line(name)) is not None:
            try:
                properties.append(_property(tokens))
            except SyntaxProblem as problem:
                self._fail(problem.offset, problem.message)
            self._doc.clear()
        return properties

    def _check_name(self, token: Token) -> None:
        _, name, offset = token
        if not name[0].isalpha():
            self._fail(offset, f"the name `{name}` begins with `{name[0]}`: expected a letter")
        elif not all(char.isalpha() or char in "0123456789_" for char in name):
            self._fail(offset, f"the name `{name}` has a character other than letters, digits and `_`")


def _opening(tokens: list[Token]) -> tuple[str, Token] | None:
    """Keyword and name before an opening brace; Prisma's grammar lets them stand together without a space."""
    kind, word, offset = tokens[0]
    if tokens[1][0] == _NAME and tokens[2][1] == "{" and word in _KEYWORDS:
        return word, tokens[1]
    if kind == _NAME and tokens[1][1] == "{":
        keyword = next((each for each in _KEYWORDS if word.startswith(each) and word != each), None)
        if keyword is not None:
            return keyword, (_NAME, word[len(keyword) :], offset + len(keyword))
    return None


def _attributes(tokens: list[Token], index: int) -> tuple[Attribute, ...]:
    """The attributes up to the end of the line; one comment may stand at its end."""
    attributes: list[Attribute] = []
    while True:
        kind, text, offset = tokens[index]
        if kind == _ATTRIBUTE and text[1] != "@":
            attribute, index = read_attribute(tokens, index)
            attributes.append(attribute)
        elif kind == _END or (kind in _COMMENTS and tokens[index + 1][0] == _END):
            return tuple(attributes)
        elif text[:2] == "@@":
            raise SyntaxProblem(offset, f"found {found(tokens[index])}: attributes with @@ need a line of their own")
        else:
            raise SyntaxProblem(offset, f"found {found(tokens[index])}, expected an attribute or the end of the line")


def _block_attribute(tokens: list[Token]) -> Attribute:
    attribute, index = read_attribute(tokens, 0)
    kind, _, offset = tokens[index]
    if kind == _END or (kind in _COMMENTS and tokens[index + 1][0] == _END):
        return attribute
    raise SyntaxProblem(offset, f"found {found(tokens[index])}, expected the end of the line")


def _unsupported(tokens: list[Token]) -> tuple[str, int]:
    kind, text, offset = tokens[3]
    if kind != Kind.STRING or tokens[4][1] != ")":
        raise SyntaxProblem(offset, f'found {found(tokens[3])}, expected Unsupported("type of the database")')
    return unescape(text, offset), 5


def _not_a_field(tokens: list[Token]) -> SyntaxProblem:
    kind, _, offset = tokens[0]
    if kind != Kind.NAME:
        return SyntaxProblem(offset, f"found {found(tokens[0])}, expected a field, an attribute with @@ or `}}`")
    _, _, offset = tokens[1]
    if tokens[1][1] == ":":
        return SyntaxProblem(offset, "found `:`, expected the type of the field: Prisma has no colon there")
    return SyntaxProblem(offset, f"found {found(tokens[1])}, expected the type of the field `{tokens[0][1]}`")


def _property(tokens: list[Token]) -> Property:
    kind, name, offset = tokens[0]
    if kind != Kind.NAME:
        raise SyntaxProblem(offset, f"found {found(tokens[0])}, expected `name = value` or `}}`")
    if tokens[1][1] != "=":
        raise SyntaxProblem(tokens[1][2], f"found {found(tokens[1])}, expected `=` and a value")
    value, index = read_expression(tokens, 2, 0)
    kind, _, end = tokens[index]
    if kind == _END or (kind in _COMMENTS and tokens[index + 1][0] == _END):
        return Property(name, value, offset)
    raise SyntaxProblem(end, f"found {found(tokens[index])}, expected the end of the line")
