"""Everything that a run may change: names, definitions with their identities, rows, sequences, the database itself.

And what a second run changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import Rerun, RerunOutcome
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.names import Names, difference, read_names
from pgready.rehearsal.rows import Rows, read_rows
from pgready.rehearsal.sequences import Sequences, read_sequences, set_sequences
from pgready.rehearsal.texts import query

__all__ = ["State", "compare", "read_state", "redefined"]

Key = tuple[str, str, str, str]
"""(kind, schema, table, name)."""

Definitions = Mapping[Key, tuple[int, str]]
"""Key -> (identity, definition)."""

_KINDS = frozenset(kind.value for kind in ObjectKind)
# What names.sql knows too, under these or finer words. Whatever else a run makes or drops has no name there.
_NAMED = frozenset({"relation", *_KINDS} - {ObjectKind.OTHER})
# Not copied with a database, as its settings are not (manual, CREATE DATABASE); but those, the copies bring along.
_DATABASE = b"""
SELECT pg_catalog.concat_ws(E'\\n', d.datacl, d.datconnlimit, d.datallowconn, d.datistemplate, d.datdba,
  pg_catalog.shobj_description(d.oid, 'pg_database'))
FROM pg_catalog.pg_database d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A database at one moment.

    `database` is what belongs to the database as a whole, which a copy of it does not have.
    """

    names: Names
    definitions: Definitions
    rows: Rows
    sequences: Sequences = field(default_factory=dict)
    database: str = ""


def read_state(connection: Connection, owner: Connection) -> State:
    """`connection` reads the catalogs with search_path=pg_catalog, `owner` the rows; they may be the same."""
    definitions = {
        (kind, schema, table, name): (identity, text)
        for kind, schema, table, name, identity, text in connection.execute(query("definitions"))
    }
    of_database = connection.execute(_DATABASE).fetchone()
    return State(
        names=read_names(connection),
        definitions=definitions,
        rows=read_rows(owner),
        sequences=read_sequences(owner),
        database=str(of_database and of_database[0]),
    )


def compare(before: State, after: State) -> Rerun:
    """What a second run that succeeded has done.

    CHANGES wins over RECREATES: something is different afterwards, not only new under the same name.
    """
    made, dropped = difference(before.names, after.names)
    if made or dropped or _is_other(before, after):
        return Rerun(outcome=RerunOutcome.CHANGES, made=made, dropped=dropped)
    recreated = dict(after.definitions.items() - before.definitions.items())
    kinds = {(schema, name): kind for kind, schema, table, name in after.names if not table}
    refs = tuple(sorted(_ref(key, kinds) for key in recreated))
    return Rerun(outcome=RerunOutcome.RECREATES if refs else RerunOutcome.SAME, recreated=refs)


def _is_other(before: State, after: State) -> bool:
    return (
        _texts(before) != _texts(after)
        or before.rows != after.rows
        or before.database != after.database
        or bool(set_sequences(before.sequences, after.sequences))
    )


def redefined(before: State, after: State) -> bool:
    """Whether something that was there before has another definition, or is a sequence that was set.

    What has no name in `names` (a publication, a cast, a setting) counts where it comes or goes, too.
    """
    old, new = _texts(before), _texts(after)
    if any(old[key] != new[key] for key in old.keys() & new.keys()):
        return True
    return any(key[0] not in _NAMED for key in old.keys() ^ new.keys()) or bool(
        set_sequences(before.sequences, after.sequences)
    )


def _texts(state: State) -> dict[Key, str]:
    return {key: text for key, (_, text) in state.definitions.items()}


def _ref(key: Key, kinds: Mapping[tuple[str, str], str]) -> ObjectRef:
    """As in the names, which tell tables, views and sequences apart; a function has its arguments as `table`."""
    kind, schema, table, name = key
    told = kinds.get((schema, name), kind) if kind == "relation" else kind
    return ObjectRef(
        kind=ObjectKind(told) if told in _KINDS else ObjectKind.OTHER,
        schema=schema or None,
        table=None if kind == "function" else table or None,
        name=name,
    )
