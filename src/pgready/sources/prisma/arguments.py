"""The arguments of one attribute, taken one by one; what is left over is an error."""

from collections.abc import Iterable
from itertools import islice

from pgready.sources.prisma.nodes import (
    Argument,
    Array,
    Attribute,
    Call,
    Constant,
    Document,
    Expression,
    Number,
    Object,
    String,
)
from pgready.sources.prisma.problems import Problems
from pgready.sources.prisma.suggestions import did_you_mean

__all__ = ["Arguments", "Report", "described", "listed"]

_MOST_LISTED = 12


class Report:
    """Notes problems of one document by offset."""

    def __init__(self, document: Document, problems: Problems) -> None:
        """Keep both."""
        self.document = document
        self.problems = problems

    def __call__(self, offset: int, message: str) -> None:
        """Note what is wrong at an offset."""
        self.problems.add(self.document.location(offset), message)


class Arguments:
    """The arguments of an attribute or call, by name; `Prisma` allows one without a name."""

    def __init__(self, what: str, arguments: tuple[Argument, ...], offset: int, report: Report) -> None:
        """Sort them by name; `what` is how messages call the attribute."""
        self._what = what
        self._offset = offset
        self._report = report
        self._left: dict[str | None, Expression] = {}
        for argument in arguments:
            if argument.name in self._left:
                name = f"`{argument.name}`" if argument.name else "without a name"
                report(argument.offset, f"{what} has the argument {name} twice: expected it once")
            else:
                self._left[argument.name] = argument.value

    @classmethod
    def of(cls, attribute: Attribute, at: str, report: Report) -> "Arguments":
        """The arguments of an attribute; `at` is `@` or `@@`."""
        return cls(f"{at}{attribute.name}", attribute.arguments, attribute.offset, report)

    def take(self, name: str) -> Expression | None:
        """The argument of that name, if given."""
        return self._left.pop(name, None)

    def default(self, name: str) -> Expression | None:
        """The argument of that name or the one without a name; None and an error when there is none."""
        named, unnamed = self._left.pop(name, None), self._left.pop(None, None)
        if named is not None and unnamed is not None:
            self._report(unnamed.offset, f"{self._what} has the argument `{name}` twice: expected it once")
        value = named or unnamed
        if value is None:
            self._report(self._offset, f"{self._what} lacks its argument `{name}`")
        return value

    def text(self, name: str) -> str | None:
        """A named string, if given."""
        value = self.take(name)
        return None if value is None else self.as_text(value, name)

    def as_text(self, value: Expression, name: str, *, empty: bool = False) -> str | None:
        """A value as a string (`empty`: maybe an empty one); None and an error when it is something else."""
        if not isinstance(value, String):
            message = f"{self._what} `{name}`: found {described(value)}, expected a string in double quotes"
            self._report(value.offset, message)
            return None
        if not value.value and not empty:
            self._report(value.offset, f"{self._what} `{name}`: the string is empty")
            return None
        return value.value

    def as_words(self, value: Expression) -> list[Constant]:
        """A value as a list of bare words; a single one counts as a list."""
        items = value.items if isinstance(value, Array) else (value,)
        words: list[Constant] = []
        for item in items:
            if isinstance(item, Constant):
                words.append(item)
            else:
                self._report(item.offset, f"{self._what}: found {described(item)}, expected the name of a field")
        return words

    def refuse(self, name: str, why: str) -> None:
        """An error when the argument is given."""
        value = self.take(name)
        if value is not None:
            self._report(value.offset, f"{self._what} `{name}`: {why}")

    def finish(self, *expected: str) -> bool:
        """An error for every argument that nothing has taken; returns whether there was none."""
        complete = not self._left
        for name, value in self._left.items():
            found = f"`{name}`" if name else described(value)
            hint = f"expected {', '.join(expected)}" if expected else "expected no argument"
            near = did_you_mean(name or "", expected)
            self._report(value.offset, f"{self._what} has an unknown argument {found}: {hint}{near}")
        self._left.clear()
        return complete


def listed(names: Iterable[str]) -> str:
    """Names for a message, the first dozen of them."""
    first = list(islice(names, _MOST_LISTED + 1))
    return ", ".join(first[:_MOST_LISTED]) + (", ..." if len(first) > _MOST_LISTED else "")


def described(value: Expression) -> str:
    """A value as a message names it."""
    match value:
        case String():
            return f'the string "{value.value[:40]}"'
        case Number():
            return f"the number {value.text[:40]}"
        case Constant():
            return f"`{value.name[:40]}`"
        case Call():
            return f"`{value.name[:40]}(...)`"
        case Array():
            return "a list"
        case Object():
            return "an object"
