"""The syntax tree of a schema file: what stands there, with offsets, nothing resolved.

Offsets count characters from the beginning of the file; `Document.location` turns them into lines and columns. The
nodes are named tuples: a large schema has half a million of them, and a frozen dataclass takes three times as long to
make (measured).
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from pgready.model.location import Location

__all__ = [
    "Argument",
    "Arity",
    "Array",
    "Attribute",
    "Block",
    "BlockKind",
    "Call",
    "ConfigBlock",
    "Constant",
    "Document",
    "EnumBlock",
    "EnumValue",
    "Expression",
    "Field",
    "Number",
    "Object",
    "Property",
    "String",
]


class Arity(Enum):
    """How many values a field holds."""

    REQUIRED = ""
    OPTIONAL = "?"
    LIST = "[]"


class BlockKind(Enum):
    """The keyword of a block with fields."""

    MODEL = "model"
    VIEW = "view"
    TYPE = "type"


class String(NamedTuple):
    """A string literal, escapes resolved."""

    value: str
    offset: int


class Number(NamedTuple):
    """A number as it is written, with its sign."""

    text: str
    offset: int


class Constant(NamedTuple):
    """A bare word: a field, an enum value, `true`, `Desc`; may have dots."""

    name: str
    offset: int


class Array(NamedTuple):
    """`[a, b]`."""

    items: tuple["Expression", ...]
    offset: int


class Call(NamedTuple):
    """`name(arguments)`: a function, or a field with options in a list of fields."""

    name: str
    arguments: tuple["Argument", ...]
    offset: int


class Object(NamedTuple):
    """`{ key: value }`, in the `where` of a partial index."""

    members: tuple["Argument", ...]
    offset: int


Expression = String | Number | Constant | Array | Call | Object


class Argument(NamedTuple):
    """`name: value` or `value`."""

    name: str | None
    value: Expression

    @property
    def offset(self) -> int:
        """The offset of the value."""
        return self.value.offset


class Attribute(NamedTuple):
    """`@name(arguments)` or `@@name(arguments)`; `name` without the at signs."""

    name: str
    arguments: tuple[Argument, ...]
    offset: int


class Field(NamedTuple):
    """A field of a model, view or composite type.

    `type` is the type's name, or the text within `Unsupported("...")` when `unsupported`.
    """

    name: str
    type: str
    arity: Arity
    unsupported: bool
    attributes: tuple[Attribute, ...]
    comment: str | None
    offset: int
    type_offset: int


class Block(NamedTuple):
    """A model, a view or a composite type; `offset` is that of its name.

    `broken` holds the names that stand at the beginning of lines which could not be read.
    """

    kind: BlockKind
    name: str
    fields: tuple[Field, ...]
    attributes: tuple[Attribute, ...]
    comment: str | None
    offset: int
    broken: tuple[str, ...] = ()


class EnumValue(NamedTuple):
    """A value of an enum."""

    name: str
    attributes: tuple[Attribute, ...]
    offset: int


class EnumBlock(NamedTuple):
    """An enum; `offset` is that of its name, `broken` as in `Block`."""

    name: str
    values: tuple[EnumValue, ...]
    attributes: tuple[Attribute, ...]
    comment: str | None
    offset: int
    broken: tuple[str, ...] = ()


class Property(NamedTuple):
    """`name = value` in a datasource or generator."""

    name: str
    value: Expression
    offset: int


class ConfigBlock(NamedTuple):
    """A `datasource` or `generator`; `offset` is that of its name, `broken` as in `Block`."""

    keyword: str
    name: str
    properties: tuple[Property, ...]
    offset: int
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One schema file. `path` is relative to the project, with forward slashes.

    `broken` holds the words of lines outside every block which could not be read: maybe names of models.
    """

    path: str
    blocks: tuple[Block, ...] = ()
    enums: tuple[EnumBlock, ...] = ()
    datasources: tuple[ConfigBlock, ...] = ()
    generators: tuple[ConfigBlock, ...] = ()
    line_starts: tuple[int, ...] = field(default=(0,), repr=False)
    broken: tuple[str, ...] = ()

    def location(self, offset: int) -> Location:
        """Line and column of an offset."""
        line = bisect_right(self.line_starts, offset)
        return Location(self.path, line, offset - self.line_starts[line - 1] + 1)
