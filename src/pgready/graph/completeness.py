"""How much of what is declared is there after a clean deploy, kind by kind and group by group: the values to draw."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Completeness", "GroupCompleteness", "Presence", "Tally", "counted", "total"]


class Presence(StrEnum):
    """What became of an object; the values are the words that people read.

    MADE: it is there as declared. DIFFERENT: it is there, but not as declared. MISSING: it is declared and not there.
    EXTRA: it is there and not declared. UNKNOWN: nothing was rehearsed.
    """

    MADE = "made"
    DIFFERENT = "differs"
    MISSING = "missing"
    EXTRA = "not declared"
    UNKNOWN = "not rehearsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many of a kind are declared, of these how many are `missing` and `different`, and how many come on top."""

    declared: int = 0
    missing: int = 0
    different: int = 0
    extra: int = 0

    @property
    def same(self) -> int:
        """Those that are there as declared."""
        return self.declared - self.missing - self.different


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCompleteness:
    """One group: a tally for each of the kinds, in their order."""

    group: str
    tallies: tuple[Tally, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """All groups in the order of the configuration; `kinds` names what is counted (in the plural).

    `rehearsed` is False when nothing is known of what is made; `stops` is the migration at which the deployment ended.
    """

    kinds: tuple[str, ...]
    groups: tuple[GroupCompleteness, ...]
    rehearsed: bool = True
    stops: str | None = None

    @property
    def total(self) -> tuple[Tally, ...]:
        """The tallies of the whole schema."""
        return tuple(total(group.tallies[place] for group in self.groups) for place in range(len(self.kinds)))


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum."""
    found = tuple(tallies)
    return Tally(
        declared=sum(it.declared for it in found),
        missing=sum(it.missing for it in found),
        different=sum(it.different for it in found),
        extra=sum(it.extra for it in found),
    )


def counted(number: int, kind: str) -> str:
    """`1 foreign key`, `2 indexes`: a number with a kind, which is a plural."""
    one = kind.removesuffix("es") if kind.endswith("indexes") else kind.removesuffix("s")
    return f"{number:,} {one if number == 1 else kind}"
