"""Which made index is which declared one.

First those that are equal, of equal names if possible; then, of what is left, those of equal names or columns, so that
a changed index is told once and not as one that is missing and one that is extra.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pgready.model.names import QualifiedName
from pgready.model.schema import Index, Table

__all__ = ["UNREAD_METHODS", "IndexDifference", "Pair", "Sees", "differences", "is_same", "pair_indexes"]

UNREAD_METHODS = ("btree", "hash")
"""Methods of which Prisma does not read the operator classes: a declared one is always another to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sees:
    """What can be compared: `predicates` if the preview feature of partial indexes is on.

    `unknown` are indexes (table, name) whose operator classes and predicate the server has not spelt.
    """

    predicates: bool
    unknown: frozenset[tuple[QualifiedName, str]]


@dataclass(frozen=True, slots=True)
class IndexDifference:
    """One difference; `unseen` by Prisma, `harmless`: it changes only which queries can use the index."""

    words: str
    unseen: bool = False
    harmless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A declared index and the made one that is meant to be it."""

    wanted: Index
    there: Index


def differences(table: QualifiedName, wanted: Index, there: Index, sees: Sees) -> Iterator[IndexDifference]:
    """In which properties two indexes differ; their names are not among them, nor what follows from other columns."""
    if wanted.columns != there.columns:
        yield IndexDifference("other columns")
    for words, ours, theirs in (
        ("other uniqueness", wanted.unique, there.unique),
        ("another method", wanted.method, there.method),
        ("other INCLUDE columns", wanted.include, there.include),
    ):
        if ours != theirs:
            yield IndexDifference(words)
    if wanted.columns == there.columns and wanted.descending and _filled(wanted) != _filled(there):
        yield IndexDifference("another order")
    if (table, wanted.name) in sees.unknown:
        return
    if wanted.columns == there.columns:
        yield from _operator_classes(wanted, there)
    if wanted.where != there.where:
        unseen = not sees.predicates
        yield IndexDifference("another condition" + ("; Prisma does not see it" if unseen else ""), unseen=unseen)


def _filled(index: Index) -> tuple[bool, ...]:
    return index.descending or (False,) * len(index.columns)


def _operator_classes(wanted: Index, there: Index) -> Iterator[IndexDifference]:
    """Nothing is known of those of an index that says nothing about them."""
    if not wanted.operator_classes or not there.operator_classes or wanted.operator_classes == there.operator_classes:
        return
    # Of these methods Prisma does not read the operator classes that are there.
    unseen = wanted.method in UNREAD_METHODS and not any(wanted.operator_classes)
    yield IndexDifference("other operator classes", unseen=unseen, harmless=True)


def is_same(table: QualifiedName, wanted: Index, there: Index, sees: Sees) -> bool:
    """Whether they differ in nothing but their names."""
    return next(differences(table, wanted, there, sees), None) is None


def pair_indexes(wanted: Table, there: Table, sees: Sees) -> tuple[list[Pair], list[Index], list[Index]]:
    """Pairs, then what is declared and has no counterpart, then what is made and has none."""
    pairs: list[Pair] = []
    missing, extra = list(wanted.indexes), list(there.indexes)

    def take(fits: Callable[[Index, Index], bool]) -> None:
        for index in list(missing):
            other = next((each for each in extra if fits(index, each)), None)
            if other is not None:
                pairs.append(Pair(wanted=index, there=other))
                missing.remove(index)
                extra.remove(other)

    take(lambda ours, theirs: ours.name == theirs.name and is_same(wanted.name, ours, theirs, sees))
    take(lambda ours, theirs: is_same(wanted.name, ours, theirs, sees))
    take(lambda ours, theirs: ours.name == theirs.name)
    take(lambda ours, theirs: ours.columns == theirs.columns and ours.unique == theirs.unique)
    return pairs, missing, extra
