"""What was lost between two readings of what the tables hold."""

from collections import Counter
from collections.abc import Iterator, Mapping

from pgready.model.kept_rows import Loss
from pgready.model.names import ObjectKind, ObjectRef
from pgready.rehearsal.seeding.state import Held, HeldColumn

__all__ = ["losses"]

_Values = Counter[int]


def losses(migration: str, before: Mapping[int, Held], after: Mapping[int, Held]) -> Iterator[Loss]:
    """Rows and values that were there and are nowhere now, in the order of the tables.

    Tables and columns are followed by their identity, so that a rename loses nothing; values by their texts, so that a
    wider type loses nothing. What stands in a column that is new or was written to has moved. Values that became
    others, as many and as different, are not lost: they were converted.
    """
    written = [
        column.values
        for oid, table in after.items()
        for number, column in table.columns.items()
        if column.values and _is_new(before.get(oid), number, column)
    ]
    for oid, table in before.items():
        if not table.rows:
            continue
        now = after.get(oid)
        if now is None or now.rows == 0:
            yield from _table(migration, table, written, dropped=now is None)
        elif now.rows is not None:
            yield from _columns(migration, table, now, written)
            if now.rows < table.rows and not _moved(_all(table), written):
                yield Loss(migration=migration, object=_ref(table), there=table.rows, left=now.rows)


def _is_new(table: Held | None, number: int, column: HeldColumn) -> bool:
    old = table.columns.get(number) if table is not None else None
    return old is None or bool((column.values or Counter()) - (old.values or Counter()))


def _table(migration: str, table: Held, written: list[_Values], *, dropped: bool) -> Iterator[Loss]:
    kept = [column for column in table.columns.values() if _found(column.values, written)]
    if len(kept) == len(table.columns):
        return
    if not any(column.values for column in kept):
        yield Loss(migration=migration, object=_ref(table), there=table.rows or 0, dropped=dropped)
        return
    for column in table.columns.values():
        if column.values and column not in kept:
            yield _column_loss(migration, table, column, dropped=dropped)


def _columns(migration: str, table: Held, now: Held, written: list[_Values]) -> Iterator[Loss]:
    for number, column in table.columns.items():
        if not column.values or _found(column.values, written):
            continue
        there = now.columns.get(number)
        if there is None:
            yield _column_loss(migration, table, column, dropped=True)
        elif there.values is not None and now.rows is not None and now.rows >= (table.rows or 0):
            yield from _emptied(migration, table, column, there.values)


def _emptied(migration: str, table: Held, column: HeldColumn, now: _Values) -> Iterator[Loss]:
    old = column.values or Counter()
    there, left, merged = old.total(), now.total(), 0 if column.choice else len(old) - len(now)
    if left < there or merged > 0:
        yield Loss(migration=migration, object=_ref(table, column), there=there, left=left, merged=max(merged, 0))


def _column_loss(migration: str, table: Held, column: HeldColumn, *, dropped: bool) -> Loss:
    there = column.values.total() if column.values else 0
    return Loss(migration=migration, object=_ref(table, column), there=there, dropped=dropped)


def _moved(columns: list[_Values], written: list[_Values]) -> bool:
    return bool(columns) and all(_found(values, written) for values in columns)


def _all(table: Held) -> list[_Values]:
    return [column.values for column in table.columns.values() if column.values]


def _found(values: _Values | None, written: list[_Values]) -> bool:
    """Whether every value stands in one column that was written to; of nothing, and of too much to tell, it does."""
    return not values or any(values.keys() <= other.keys() for other in written)


def _ref(table: Held, column: HeldColumn | None = None) -> ObjectRef:
    if column is None:
        return ObjectRef(kind=ObjectKind.TABLE, schema=table.schema, name=table.name)
    return ObjectRef(kind=ObjectKind.COLUMN, schema=table.schema, table=table.name, name=column.name)
