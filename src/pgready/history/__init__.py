"""The history of a database, replayed from its migrations without a server."""

from pgready.history.questions import (
    ColumnState,
    EnumSwap,
    added_again,
    biography_at,
    biography_of,
    column_before,
    column_type_at,
    copied_first,
    depends_on,
    enum_swaps,
    enum_values_at,
    enum_values_before,
    existed_before,
    existed_before_deployment,
    made_by,
    made_by_same_migration,
)
from pgready.history.replay import as_deployed, replay_history

__all__ = [
    "ColumnState",
    "EnumSwap",
    "added_again",
    "as_deployed",
    "biography_at",
    "biography_of",
    "column_before",
    "column_type_at",
    "copied_first",
    "depends_on",
    "enum_swaps",
    "enum_values_at",
    "enum_values_before",
    "existed_before",
    "existed_before_deployment",
    "made_by",
    "made_by_same_migration",
    "replay_history",
]
