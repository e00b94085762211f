"""What a person would change about groups and keys, as a value: the state behind the explorer of a notebook."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pgready.reports.blocks import Line
from pgready.reports.lines import code, line

__all__ = ["Changes", "literal", "pages_call"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Tables with the group that each moves to, references to declare as keys, keys to drop; in the order chosen.

    The texts are those that `views.what_if` takes: names of tables and groups, and `Table.column->Table`.
    """

    move: tuple[tuple[str, str], ...] = ()
    key: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()

    def moving(self, table: str, group: str) -> "Changes":
        """Also with the table in that group; a table that moves already goes there instead."""
        return replace(self, move=tuple((dict(self.move) | {table: group}).items()))

    def declaring(self, reference: str) -> "Changes":
        """Also with the reference declared as a foreign key."""
        return replace(self, key=tuple(dict.fromkeys((*self.key, reference))))

    def dropping(self, key: str) -> "Changes":
        """Also without the foreign key."""
        return replace(self, drop=tuple(dict.fromkeys((*self.drop, key))))

    def each(self) -> tuple["Changes", ...]:
        """One value per change: what moves, then what is declared, then what is dropped."""
        return (
            *(Changes(move=(it,)) for it in self.move),
            *(Changes(key=(it,)) for it in self.key),
            *(Changes(drop=(it,)) for it in self.drop),
        )

    def without(self, other: "Changes") -> "Changes":
        """All but the changes of `other`."""
        return Changes(
            move=tuple(it for it in self.move if it not in other.move),
            key=tuple(it for it in self.key if it not in other.key),
            drop=tuple(it for it in self.drop if it not in other.drop),
        )

    def sentence(self) -> Line:
        """The changes in words; for one of `each`."""
        return line(
            *(part for table, group in self.move for part in ("Move ", code(table), " to ", code(group))),
            *(part for it in self.key for part in ("Declare ", code(it), " as a key")),
            *(part for it in self.drop for part in ("Drop the key ", code(it))),
        )

    def call(self) -> str:
        """The line of Python that shows the same without a mouse; evaluates to exactly these names."""
        moves = ", ".join(f"{literal(table)}: {literal(group)}" for table, group in self.move)
        lists = {"key": self.key, "drop": self.drop}
        given = [f"move={{{moves}}}"] * bool(moves)
        given += [f"{name}={_list(texts)}" for name, texts in lists.items() if texts]
        return f"views.what_if({', '.join(('audit', *given))})"


def pages_call(groups: Iterable[str]) -> str:
    """The line of Python that shows the pages of these groups, of all when empty."""
    groups = tuple(groups)
    return f"views.group_pages(audit, {_list(groups)})" if groups else "views.group_pages(audit)"


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(literal, texts))}]"


def literal(text: str) -> str:
    """The text as Python writes it, in double quotes where that needs no escape; what hides or reorders is escaped.

    Source: Python's `str.__repr__`, which escapes whatever `str.isprintable` refuses.
    """
    written = repr(text)
    return written if {"'", '"'} & set(text) else f'"{written[1:-1]}"'
