"""Compare the states around a migration that was stopped."""

from collections.abc import Sequence

from pgready.model.names import ObjectKind, ObjectRef
from pgready.rehearsal.catalog_state import State, redefined
from pgready.rehearsal.crash_points.stop import Scene, undisturbed
from pgready.rehearsal.names import difference

__all__ = ["invalid_indexes", "is_altered", "unlike"]

_FEW = 3


def is_altered(before: State, after: State) -> bool:
    """Whether something that was there before has another definition or other rows.

    Of a table that has other columns only the number of rows counts: those are told by their names.
    """
    if redefined(before, after):
        return True
    tables = {(schema, name) for kind, schema, _, name in before.names & after.names if kind == "table"}
    columns = before.names ^ after.names
    wider = {(schema, table) for kind, schema, table, _ in columns if kind == "column"}
    counted = any(_count(before.rows.get(table)) != _count(after.rows.get(table)) for table in tables & wider)
    return counted or any(before.rows.get(table) != after.rows.get(table) for table in tables - wider)


def _texts(state: State) -> dict[tuple[str, str, str, str], str]:
    return {key: text for key, (_, text) in state.definitions.items()}


def unlike(scene: Scene, end: State) -> str | None:
    """What is not as after an undisturbed run, in words."""
    more, less = difference(scene.after.names, end.names)
    if less:
        return f"it ends well without {_named(less)}"
    if more:
        return f"it ends well and leaves {_named(more)} as well"
    wanted, there = _texts(scene.after), _texts(end)
    other = sorted(key for key in wanted.keys() | there.keys() if wanted.get(key) != there.get(key))
    if other:
        return f"it ends well and {_words(other[0])} is not what it should be"
    table = next(iter(sorted(_other_rows(scene, end))), None)
    return None if table is None else f"it ends well with other rows in table {'.'.join(table)}"


def _other_rows(scene: Scene, end: State) -> set[tuple[str, str]]:
    """Tables with other rows; where an undisturbed run makes other ones each time, only their number counts."""
    wanted, there = scene.after.rows, end.rows
    other = {table for table in wanted.keys() | there.keys() if wanted.get(table) != there.get(table)}
    counted = {table for table in other if _count(wanted.get(table)) == _count(there.get(table)) is not None}
    if not other or counted != other:
        return other
    again = undisturbed(scene)
    return {table for table in other if again.get(table) == wanted.get(table)}


def _count(rows: tuple[int, int] | None) -> int | None:
    return rows and rows[0]


def _named(refs: Sequence[ObjectRef]) -> str:
    more = f" and {len(refs) - _FEW} more" if len(refs) > _FEW else ""
    return ", ".join(f"{ref.kind} {ref}" for ref in refs[:_FEW]) + more


def _words(key: tuple[str, str, str, str]) -> str:
    kind, *names = key
    return f"{kind} {'.'.join(name for name in names if name)}"


def invalid_indexes(state: State) -> frozenset[ObjectRef]:
    """Indexes that no query uses; `definitions.sql` says so in the third place from the end."""
    return frozenset(
        ObjectRef(kind=ObjectKind.INDEX, schema=schema, table=table, name=name)
        for (kind, schema, table, name), (_, text) in state.definitions.items()
        if kind == "index" and text.rsplit("\n", 3)[1] == "f"
    )
