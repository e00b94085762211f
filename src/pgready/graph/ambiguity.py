"""Names of pgready.toml that mean several things: they permit nothing until a person says which one is meant.

A name is a group or a table; tables of one name stand in several PostgreSQL schemas, and the model of one may be called
like the table of another. A name that forbids means all of them; a group that is its one table is no second meaning.
"""

from collections.abc import Iterable, Mapping

from pgready.graph.names import TableNames
from pgready.model.groups import UNGROUPED
from pgready.model.names import QualifiedName

__all__ = ["ambiguous_names"]


def ambiguous_names(
    listed: Iterable[str], names: TableNames, group_of: Mapping[QualifiedName, str]
) -> dict[str, tuple[str, ...]]:
    """Those of the listed names that mean several things, and these: `the group Order`, `public.Order`."""
    found = {name: names.get(name, ()) for name in listed}
    asked = {name for name, tables in found.items() if tables and name != UNGROUPED}
    members: dict[str, set[QualifiedName]] = {}
    for table, group in group_of.items() if asked else ():
        if group in asked:
            members.setdefault(group, set()).add(table)
    ways = {name: _ways(name, tables, members.get(name, set())) for name, tables in found.items()}
    return {name: each for name, each in ways.items() if len(each) > 1}


def _ways(name: str, tables: Iterable[QualifiedName], members: set[QualifiedName]) -> tuple[str, ...]:
    group = (f"the group {name}",) if members and members != set(tables) else ()
    return (*group, *map(str, tables))
