"""Text of one schema file -> `Document`: recursive descent, line by line, going on after every error."""

from contextlib import suppress

from pgready.model.location import Location
from pgready.sources.prisma.collection import paused_collection
from pgready.sources.prisma.expressions import SyntaxProblem, found
from pgready.sources.prisma.lexer import Kind, Source, Token
from pgready.sources.prisma.lines import (
    COMMENTS,
    KEYWORDS,
    block_attribute,
    is_continuation,
    not_a_field,
    not_a_value,
    opening_of,
    property_of,
    read_attributes,
    unsupported_type,
)
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
from pgready.sources.prisma.suggestions import did_you_mean

__all__ = ["parse", "parse_into"]

_NAME, _ATTRIBUTE, _END, _DOC_COMMENT = int(Kind.NAME), int(Kind.ATTRIBUTE), int(Kind.END), int(Kind.DOC_COMMENT)
_REQUIRED = Arity.REQUIRED
_SKIPPED = COMMENTS | {_END}
_ARITIES = {"?": Arity.OPTIONAL, "[]": Arity.LIST}
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
        self._put_back: list[Token] = []
        self._broken: list[str] = []
        self._behind: list[str] = []

    def read(self) -> None:
        while tokens := self._next_line():
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
            tuple(self._broken),
        )

    def _next_line(self) -> list[Token]:
        """The next line of the file, or the one that was put back."""
        if self._put_back:
            tokens, self._put_back = self._put_back, []
            return tokens
        return self._source.next_line()

    def _fail(self, offset: int, message: str) -> None:
        place = self._places.location(offset)
        self._problems.add(Location(place.file, place.line, place.column), message)

    def _without_comments(self, tokens: list[Token]) -> list[Token]:
        """The line without the comments before it; those that document are kept aside."""
        first = 0
        while tokens[first][0] in COMMENTS:
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
            return self._without_brace(tokens)
        self._source.skip_rest_of_line(brace[2])
        opening = opening_of(tokens)
        if opening is None:
            self._doc.clear()
            self._broken += [token[1] for token in tokens[:2]]
            message = f"found {found(tokens[0])}, expected {_KEYWORD_LIST}, then a name and `{{`"
            self._fail(tokens[0][2], message + did_you_mean(tokens[0][1], KEYWORDS))
            while self._block_line(tokens[0], []) is not None:
                pass
        else:
            self._block(*opening, [token[1] for token in tokens[tokens.index(brace) + 1 :]])
        return self._without_comments(self._rest)

    def _without_brace(self, tokens: list[Token]) -> list[Token]:
        """A line outside every block that opens none: an error, unless the brace stands on the line below it."""
        self._broken += [token[1] for token in tokens[:2]]
        if tokens[0][1] in KEYWORDS and tokens[1][0] == _NAME and tokens[2][0] == _END:
            self._put_back = self._source.next_line()
            if self._put_back and self._put_back[0][1] == "{":
                self._fail(self._put_back[0][2], f"found `{{`, expected it on the line of `{tokens[0][1]}`")
                self._put_back = []
                self._block(tokens[0][1], tokens[1], [])
                return self._without_comments(self._rest)
        self._doc.clear()
        what = f"a block: {_KEYWORD_LIST}, a name and `{{` on one line"
        if tokens[0][1] == "}":
            what += "; every block above is closed"
        self._fail(tokens[0][2], f"found {found(tokens[0])}, expected {what}")
        return tokens[-1:]

    def _block(self, keyword: str, name: Token, behind: list[str]) -> None:
        """Read a block; `behind` are the words behind its brace, where Prisma reads nothing."""
        comment = self._comment()
        broken: list[str] = []
        self._behind = behind
        if keyword not in ("datasource", "generator"):
            self._check_name(name)
        elif "." in name[1]:
            self._fail(name[2], f"the name `{name[1]}` has a dot: expected letters, digits, `_` and `-`")
        if keyword == "enum":
            values, attributes = self._enum_lines(name, broken)
            self._enums.append(EnumBlock(name[1], tuple(values), tuple(attributes), comment, name[2], tuple(broken)))
        elif keyword in ("datasource", "generator"):
            properties = self._config_lines(name, broken)
            self._configs.append(ConfigBlock(keyword, name[1], tuple(properties), name[2], tuple(broken)))
        else:
            fields, attributes = self._field_lines(name, broken)
            self._blocks.append(
                Block(BlockKind(keyword), name[1], tuple(fields), tuple(attributes), comment, name[2], tuple(broken))
            )

    def _block_line(self, name: Token, broken: list[str]) -> list[Token] | None:
        """The next line with content inside a block; None when the block is closed.

        When it never is, everything may be missing in it: then `broken` is not empty.
        """
        while tokens := self._next_line():
            if tokens[0][0] in _SKIPPED:
                tokens = self._without_comments(tokens)
            kind, text, offset = tokens[0]
            if text == "}":
                self._doc.clear()
                self._rest = self._source.rest_of_line(offset + 1)
                return None
            if text in KEYWORDS and opening_of(tokens) is not None:
                # Where a block begins, the brace of the one before is missing: what follows is not its content.
                self._put_back = tokens
                break
            if kind != _END:
                return tokens
        self._rest = [(_END, "", 0)]
        message = f"the block `{name[1]}` is never closed: expected `}}` on a line of its own"
        if "}" in self._behind:
            message += ", and everything in it too: nothing is read behind `{`"
        self._fail(name[2], message)
        broken += self._behind or [""]
        return None

    def _field_lines(self, name: Token, broken: list[str]) -> tuple[list[Field], list[Attribute]]:
        fields: list[Field] = []
        attributes: list[Attribute] = []
        continued = False
        while (tokens := self._block_line(name, broken)) is not None:
            try:
                if tokens[0][0] == _ATTRIBUTE and tokens[0][1][1] == "@":
                    attributes.append(block_attribute(tokens))
                else:
                    fields.append(self._field(tokens))
                continued = False
            except SyntaxProblem as problem:
                broken.append(tokens[0][1])
                if not (continued and is_continuation(tokens)):
                    self._fail(problem.offset, problem.message)
                continued = continued or problem.offset == tokens[-1][2]
            if self._doc:
                self._doc.clear()
        return fields, attributes

    def _field(self, tokens: list[Token]) -> Field:
        kind, name, offset = tokens[0]
        type_kind, type_name, type_offset = tokens[1]
        if kind != _NAME or type_kind != _NAME:
            raise not_a_field(tokens)
        index, unsupported = 2, False
        if type_name == "Unsupported" and tokens[2][1] == "(" and tokens[2][2] == type_offset + len(type_name):
            type_name, index, unsupported = *unsupported_type(tokens), True
        arity = _REQUIRED
        if tokens[index][1] in _ARITIES:
            arity = _ARITIES[tokens[index][1]]
            index += 1
        attributes = read_attributes(tokens, index) if tokens[index][0] != _END else ()
        if not (name.isascii() and name.isidentifier()):
            self._check_name(tokens[0])
        if tokens[-2][0] == _DOC_COMMENT:
            self._doc.append(tokens[-2][1][3:].strip())
        return Field(name, type_name, arity, unsupported, attributes, self._comment(), offset, type_offset)

    def _enum_lines(self, name: Token, broken: list[str]) -> tuple[list[EnumValue], list[Attribute]]:
        values: list[EnumValue] = []
        attributes: list[Attribute] = []
        while (tokens := self._block_line(name, broken)) is not None:
            try:
                if tokens[0][0] == _ATTRIBUTE and tokens[0][1][1] == "@":
                    attributes.append(block_attribute(tokens))
                elif tokens[0][0] == Kind.NAME:
                    self._check_name(tokens[0])
                    values.append(EnumValue(tokens[0][1], read_attributes(tokens, 1), tokens[0][2]))
                else:
                    raise not_a_value(tokens[0])
            except SyntaxProblem as problem:
                broken.append(tokens[0][1].strip('"'))
                self._fail(problem.offset, problem.message)
            self._doc.clear()
        return values, attributes

    def _config_lines(self, name: Token, broken: list[str]) -> list[Property]:
        properties: list[Property] = []
        while (tokens := self._block_line(name, broken)) is not None:
            try:
                properties.append(property_of(tokens))
            except SyntaxProblem as problem:
                broken.append(tokens[0][1])
                self._fail(problem.offset, problem.message)
            self._doc.clear()
        return properties

    def _check_name(self, token: Token) -> None:
        _, name, offset = token
        if not name[0].isalpha():
            self._fail(offset, f"the name `{name}` begins with `{name[0]}`: expected a letter")
        elif not all(char.isalpha() or char in "0123456789_" for char in name):
            self._fail(offset, f"the name `{name}` has a character other than letters, digits and `_`")
