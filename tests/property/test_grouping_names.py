"""Names of tables and globs that nobody would think of."""

import re

from hypothesis import given
from hypothesis import strategies as st

from pgready.graph.grouping import resolve_groups
from pgready.model.groups import UNGROUPED
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema, Table


@given(st.lists(st.text(min_size=1, max_size=12), max_size=4), st.lists(st.text(min_size=1, max_size=6), max_size=6))
def test_any_names_and_any_globs_resolve(tables: list[str], listed: list[str]) -> None:
    names = sorted(set(tables))
    found = resolve_groups(
        Schema(tables=tuple(Table(name=QualifiedName("s", it), columns=()) for it in names)), {"G": listed}
    )
    assert sorted(it.name for it in (*found.groups[0].tables, *found.ungrouped)) == names
    assert set(found.group_of().values()) <= {"G", UNGROUPED}
    assert all(re.search(r"[*?\[]", name) or name not in names for _, name in found.unknown)
