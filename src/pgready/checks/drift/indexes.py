"""Primary keys, unique and other indexes.

Measured: Prisma compares columns with their order, uniqueness, method, DESC, INCLUDE columns, the name, and the
operator classes, except those of btree and hash, which it does not read. It passes over NULLS FIRST, NULLS NOT
DISTINCT, collations, storage parameters and whether a unique constraint stands behind the index. Without the preview
feature `partialIndexes` it does not see predicates of the declared, nor partial indexes that are not declared.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pgready.checks.drift.difference import Aspect, Difference, Drift, Kind, common_tables, renamed, told
from pgready.checks.drift.matching import UNREAD_METHODS, Pair, Sees, differences, is_same, pair_indexes
from pgready.checks.drift.values import without_casts
from pgready.checks.spelling import Spelt
from pgready.findings import Noise, NoiseKind, Severity
from pgready.model.schema import Index, Schema, Table

__all__ = ["index_drift"]

_HAS_A_WORD = re.compile(r"(?:inet|jsonb|jsonb_path|array|text)_ops|\w+_(?:minmax|minmax_multi|bloom|inclusion)_ops")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One table on both sides, and how the declared one is written."""

    wanted: Table
    written: Table
    there: Table
    sees: Sees


def index_drift(declared: Schema, spelt: Spelt, made: Schema) -> Drift:
    """Primary keys, unique and other indexes of the tables in both; `spelt` is `declared` in the server's spelling."""
    sees = Sees(
        predicates=declared.partial_indexes,
        unknown=spelt.unanswered_indexes,
    )
    return tuple(
        difference
        for written, there in common_tables(declared, made)
        for wanted in (spelt.declared.table(written.name) or written,)
        for difference in _of_table(_Side(wanted=wanted, written=written, there=there, sees=sees))
    )


def _of_table(side: _Side) -> Iterator[Difference | Noise]:
    wanted, there = side.wanted, side.there
    yield from _primary_key(wanted, there)
    pairs, missing, extra = pair_indexes(wanted, there, side.sees)
    written = dict(zip((index.name for index in wanted.indexes), side.written.indexes, strict=False))
    for pair in pairs:
        yield from told(_pair(pair, written[pair.wanted.name], side), wanted.name, pair.wanted.name)
    for index in missing:
        yield from told([_missing(index, side)], wanted.name, index.name)
    for index in extra:
        yield from told([_extra(index, side)], wanted.name, index.name)


def _pair(pair: Pair, written: Index, side: _Side) -> Iterator[Aspect]:
    wanted, there = pair.wanted, pair.there
    found = list(differences(side.wanted.name, wanted, there, side.sees))
    if found:
        detail = f"{words_of(wanted)} is declared, {words_of(there)} is made: {', '.join(each.words for each in found)}"
        unseen = all(each.unseen for each in found)
        if unseen and all(each.harmless for each in found):
            yield Aspect(NoiseKind.OPERATOR_CLASS, detail)
        else:
            lost = wanted.unique and not _keeps_unique(wanted, side.there)
            yield Aspect(Kind.DIFFERENT, detail, Severity.BLOCK if lost else Severity.WARN)
    elif _is_rewritten(written, wanted):
        detail = f"{words_of(written)} is declared and made, in the server's words {words_of(there)}"
        yield Aspect(NoiseKind.ALWAYS_REWRITTEN, detail)
    if wanted.name != there.name:
        yield renamed(words_of(wanted), wanted.name, there.name)
    if not there.valid:
        yield Aspect(Kind.DIFFERENT, f"{words_of(there)} is not valid: no query uses it", Severity.WARN)


def _is_rewritten(written: Index, wanted: Index) -> bool:
    """Whether Prisma does not recognise it: an operator class that is the default, a predicate in other words."""
    classes = zip(written.operator_classes, wanted.operator_classes, strict=False)
    unread = written.method in UNREAD_METHODS and any(written.operator_classes)
    # One that is the default is told only where Prisma has a word of its own for it.
    named = unread or any(not spelt and _HAS_A_WORD.fullmatch(name) for name, spelt in classes)
    if written.where is None or wanted.where is None:
        return named
    return named or _bare(written.where) != _bare(wanted.where)


def _bare(predicate: str) -> str:
    """Without what Prisma does not count: comments, casts, parentheses, quotes, spaces, the spelling of "not equal"."""
    text = re.sub(r"/\*.*?\*/|--[^\n]*", "", predicate, flags=re.DOTALL)
    return re.sub(r'[()"\s]', "", without_casts(text)).replace("!=", "<>")


def _missing(index: Index, side: _Side) -> Aspect:
    detail = f"{words_of(index)} is declared and not there"
    if _stands_for_key(index, side.there, side.wanted):
        return Aspect(NoiseKind.MANY_TO_MANY_KEY, f"{words_of(index)} is declared, a primary key is made")
    lost = index.unique and not _keeps_unique(index, side.there)
    return Aspect(Kind.MISSING, detail, Severity.BLOCK if lost else None)


def _extra(index: Index, side: _Side) -> Aspect:
    detail = f"{words_of(index)} is there, and no attribute declares it"
    if any(column not in {each.name for each in side.there.columns} for column in index.columns):
        return Aspect(NoiseKind.EXPRESSION_INDEX, detail)
    if index.where is not None and not side.sees.predicates:
        return Aspect(NoiseKind.PARTIAL_INDEX, detail)
    if any(is_same(side.wanted.name, each, index, side.sees) for each in side.wanted.indexes):
        return Aspect(NoiseKind.DUPLICATE_INDEX, detail)
    if side.there.primary_key is None and _stands_for_key(index, side.wanted, side.wanted):
        return Aspect(NoiseKind.MANY_TO_MANY_KEY, f"{words_of(index)} is there, a primary key is declared")
    return Aspect(Kind.EXTRA, detail)


def _primary_key(wanted: Table, there: Table) -> Iterator[Difference | Noise]:
    """`_pkey` or `_unique`: the table of an implicit many-to-many relation may have either."""
    ours = wanted.primary_key.columns if wanted.primary_key else ()
    theirs = there.primary_key.columns if there.primary_key else ()
    if ours != theirs:
        replaced = _is_many_to_many(wanted) and any(_stands_for_key(each, wanted, wanted) for each in there.indexes)
        if theirs or not replaced:
            yield from told([_other_primary_key(ours, theirs, there)], wanted.name)
    elif there.primary_key and there.primary_key.include:
        detail = (
            f"primary key declared on ({', '.join(ours)}), made with INCLUDE ({', '.join(there.primary_key.include)})"
        )
        yield from told([Aspect(Kind.DIFFERENT, detail)], wanted.name)
    elif wanted.primary_key and there.primary_key and wanted.primary_key.name != there.primary_key.name:
        aspect = renamed(f"primary key ({', '.join(ours)})", wanted.primary_key.name, there.primary_key.name)
        yield from told([aspect], wanted.name, wanted.primary_key.name)


def _other_primary_key(ours: Sequence[str], theirs: Sequence[str], there: Table) -> Aspect:
    kind = Kind.MISSING if not theirs else Kind.EXTRA if not ours else Kind.DIFFERENT
    detail = f"primary key declared on ({', '.join(ours)}), made on ({', '.join(theirs)})"
    lost = bool(ours) and (not theirs or not _are_unique(ours, there))
    return Aspect(kind, detail, Severity.BLOCK if lost else None)


def _keeps_unique(wanted: Index, there: Table) -> bool:
    """Whether something keeps the columns unique wherever the declared index does."""
    same = any(
        index.unique and index.valid and index.where == wanted.where and set(index.columns) == set(wanted.columns)
        for index in there.indexes
    )
    return same or _are_unique(wanted.columns, there)


def _are_unique(columns: Sequence[str], there: Table) -> bool:
    """Whether the columns are unique in all rows, in whatever order."""
    keys = [index.columns for index in there.indexes if index.unique and index.where is None and index.valid]
    keys += [there.primary_key.columns] if there.primary_key else []
    return any(set(key) == set(columns) for key in keys)


def _is_many_to_many(table: Table) -> bool:
    """The table of an implicit many-to-many relation is declared by no model of its own."""
    return table.model is None


def _stands_for_key(index: Index, keyed: Table, wanted: Table) -> bool:
    """Whether the index of a many-to-many table is the primary key on the other side (`_unique` versus `_pkey`)."""
    return (
        _is_many_to_many(wanted)
        and index.unique
        and index.where is None
        and keyed.primary_key is not None
        and keyed.primary_key.columns == index.columns
    )


def words_of(index: Index) -> str:
    """`unique index on (a DESC, b) using btree`: what distinguishes it."""
    operators = index.operator_classes or ("",) * len(index.columns)
    down = index.descending or (False,) * len(index.columns)
    columns = ", ".join(
        " ".join(filter(None, (column, operator, "DESC" if descending else "")))
        for column, operator, descending in zip(index.columns, operators, down, strict=False)
    )
    columns += f") INCLUDE ({', '.join(index.include)}" if index.include else ""
    where = f" where {index.where}" if index.where is not None else ""
    return f"{'unique index' if index.unique else 'index'} on ({columns}) using {index.method}{where}"
