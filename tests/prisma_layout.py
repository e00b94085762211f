"""How generated Prisma schemas are laid out: gaps, order of arguments, comments, line ends, files.

A `Pen` writes the parts of one schema in one drawn style. Its plainest style is what `prisma format` would leave alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from hypothesis import strategies as st

__all__ = ["Block", "Pen"]

_Item = TypeVar("_Item")

_COMMENTS = (
    "// a comment",
    "/// doc",
    "/// @group core",
    "// } model X {",
    '// an open string " and @@map("x") /* open',
    "//",
    "/* block */",
    "/* over\n  lines } @@id([a]) */",
    "",
    "  \t",
)
_AFTER_LINES = (" // after", " /// doc of it", "\t//", " /* block */", " ", '// "')
_BEFORE_LINES = ("/* before */ ", "\t", "")
_AFTER_BRACES = (" // opened", " ignored words", " /// x")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a schema file: `model A` and its lines."""

    head: str
    lines: tuple[str, ...]


class Pen:
    """Writes attributes, fields and blocks; every choice is drawn."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.strange = draw(st.booleans())
        self._gap = self._style(" ", "  ", "\t", " \u3000", "\u00a0")
        self._comma = self._style(", ", ",", " , ", ",\t")
        self._colon = self._style(": ", ":", " : ")
        self._open = self._style("(", "( ", " (")
        self._close = self._style(")", " )")
        self._newline = self._style("\n", "\r\n", "\r")

    def _style(self, *choices: str) -> str:
        return self.draw(st.sampled_from(choices)) if self.strange else choices[0]

    def maybe(self) -> bool:
        """A coin; False is the plain side."""
        return self.draw(st.booleans())

    def rarely(self) -> bool:
        """True in one case of eight."""
        return self.draw(st.integers(0, 7)) == 7

    def choice(self, items: Sequence[_Item]) -> _Item:
        """One of these, the first is the plain one."""
        return self.draw(st.sampled_from(items))

    def shuffled(self, items: Sequence[_Item]) -> list[_Item]:
        """The items, in another order when the style is a strange one."""
        return list(self.draw(st.permutations(items)) if self.strange and len(items) > 1 else items)

    def listed(self, items: Sequence[str]) -> str:
        """`[a, b]`."""
        return f"[{self._comma.join(items)}]"

    def call(self, name: str, arguments: dict[str, str], *, bare: str = "") -> str:
        """`name(argument: value)`; the argument `bare` may stand without its name."""
        parts = [
            value if argument == bare and not self.maybe() else f"{argument}{self._colon}{value}"
            for argument, value in arguments.items()
        ]
        return f"{name}{self._open}{self._comma.join(self.shuffled(parts))}{self._close}"

    def attribute(self, name: str, arguments: dict[str, str], *, bare: str = "") -> str:
        """`@name(argument: value)`; without arguments `@name` or, where that is strange, `@name()`."""
        if arguments:
            return self.call(name, arguments, bare=bare)
        return f"{name}()" if self.strange and self.rarely() else name

    def line(self, *parts: str) -> str:
        """Parts with gaps between them."""
        return self._gap.join(part for part in parts if part)

    def column(self, name: str, kind: str, attributes: Sequence[str]) -> str:
        """A field with its attributes in any order."""
        return self.line(name, kind, *self.shuffled(attributes))

    def files(self, blocks: list[Block]) -> tuple[tuple[str, str], ...]:
        """The blocks in one file, or in two."""
        ordered = self.shuffled(blocks)
        cut = self.draw(st.integers(0, len(ordered) - 1)) if self.strange else 0
        parts = [("schema.prisma", ordered[cut:])]
        if cut:
            parts.append(("more/b.prisma", ordered[:cut]))
        return tuple((path, self._text(part)) for path, part in parts)

    def _text(self, blocks: Sequence[Block]) -> str:
        text = "\n".join(self._block(block) for block in blocks)
        if self.strange and self.maybe():
            text = text.removesuffix("\n")
        return text.replace("\n", self._newline)

    def _block(self, block: Block) -> str:
        if not self.strange:
            return f"{block.head} {{\n" + "".join(f"  {line}\n" for line in block.lines) + "}\n"
        before = self._comment()
        opened = self.choice(("", *_AFTER_BRACES))
        lines = "".join(self._comment() + self._decorated(line) + "\n" for line in block.lines)
        closed = self._comment() + "}" + self.choice(("", " // closed"))
        return f"{before}{self.line(block.head, '{')}{opened}\n{lines}{closed}\n"

    def _comment(self) -> str:
        return f"{self.choice(_COMMENTS)}\n" if self.rarely() else ""

    def _decorated(self, line: str) -> str:
        before = self.choice(_BEFORE_LINES) if self.rarely() else "  "
        after = self.choice(_AFTER_LINES) if self.rarely() else ""
        return f"{before}{line}{after}"
