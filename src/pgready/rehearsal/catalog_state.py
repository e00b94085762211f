"""Everything that a run may change: names, definitions with their identities, rows; and what a second run changed."""

from collections.abc import Mapping
from dataclasses import dataclass

from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import Rerun, RerunOutcome
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.names import Names, difference, read_names
from pgready.rehearsal.rows import Rows, read_rows
from pgready.rehearsal.texts import query

__all__ = ["State", "compare", "read_state"]

Definitions = Mapping[tuple[str, str, str, str], tuple[int, str]]
"""(kind, schema, table, name) -> (identity, definition)."""

_KINDS = frozenset(kind.value for kind in ObjectKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A database at one moment."""

    names: Names
    definitions: Definitions
    rows: Rows


def read_state(connection: Connection, owner: Connection) -> State:
    """`connection` reads the catalogs with search_path=pg_catalog, `owner` the rows; they may be the same."""
    definitions = {
        (kind, schema, table, name): (identity, text)
        for kind, schema, table, name, identity, text in connection.execute(query("definitions"))
    }
    return State(names=read_names(connection), definitions=definitions, rows=read_rows(owner))


def compare(before: State, after: State) -> Rerun:
    """What a second run that succeeded has done.

    CHANGES wins over RECREATES: something is different afterwards, not only new under the same name.
    """
    made, dropped = difference(before.names, after.names)
    redefined = _texts(before) != _texts(after)
    if made or dropped or redefined or before.rows != after.rows:
        return Rerun(outcome=RerunOutcome.CHANGES, made=made, dropped=dropped)
    recreated = dict(after.definitions.items() - before.definitions.items())
    kinds = {(schema, name): kind for kind, schema, table, name in after.names if not table}
    refs = tuple(sorted(_ref(key, kinds) for key in recreated))
    return Rerun(outcome=RerunOutcome.RECREATES if refs else RerunOutcome.SAME, recreated=refs)


def _texts(state: State) -> dict[tuple[str, str, str, str], str]:
    return {key: text for key, (_, text) in state.definitions.items()}


def _ref(key: tuple[str, str, str, str], kinds: Mapping[tuple[str, str], str]) -> ObjectRef:
    """As in the names, which tell tables, views and sequences apart; a function has its arguments as `table`."""
    kind, schema, table, name = key
    told = kinds.get((schema, name), kind) if kind == "relation" else kind
    return ObjectRef(
        kind=ObjectKind(told) if told in _KINDS else ObjectKind.OTHER,
        schema=schema or None,
        table=None if kind == "function" else table or None,
        name=name,
    )
