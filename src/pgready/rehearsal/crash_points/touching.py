"""Which statements may read or write rows: what is stopped on empty tables says nothing about those.

A scan that would rather ask for rows once too often: by the kind of the statement, and by words where it can hold
others (DO, CALL, a SELECT with a function, what cannot be parsed).
"""

import re
from collections.abc import Mapping

__all__ = ["is_batch", "may_take_rows", "may_touch_rows", "writes_by_other_means"]

_OF_ROWS = frozenset({
    "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "TruncateStmt", "CopyStmt", "CreateTableAsStmt", "DoStmt",
    "CallStmt", "ExecuteStmt", "PrepareStmt", "RefreshMatViewStmt", "ExplainStmt", "",
})  # fmt: skip
_TAKING = frozenset({"UpdateStmt", "DeleteStmt", "MergeStmt", "TruncateStmt", "CallStmt", "ExecuteStmt", ""})
_OTHERS_INSIDE = frozenset({"DoStmt", "SelectStmt", "ExplainStmt", "PrepareStmt", "InsertStmt", "CreateTableAsStmt"})
_WITHOUT_ROWS = frozenset({
    "OBJECT_INDEX", "OBJECT_VIEW", "OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE", "OBJECT_FUNCTION",
    "OBJECT_PROCEDURE",
})  # fmt: skip
_OF_VALUES = frozenset({"AT_DropColumn", "AT_AlterColumnType"})
_CHANGES = re.compile(
    r"\binsert\s+into\b|(?<!\bon\s)\bupdate\s+(?:only\s+)?\S+\s+(?:\S+\s+){0,2}?set\b|\bdelete\s+from\b"
    r"|\bmerge\s+into\b|\btruncate\b|\bexecute\s+(?!format\s*\(|')",
    re.IGNORECASE,
)
_TAKES = re.compile(r"\bupdate\b|\bdelete\b|\bmerge\b|\btruncate\b|\bdrop\b|\bexecute\b", re.IGNORECASE)
_ENDS = re.compile(r"\b(?:commit|rollback|call)\b", re.IGNORECASE)


def may_touch_rows(kind: str, node: Mapping[str, object], part: str) -> bool:
    """Whether it may read or write rows."""
    if kind == "SelectStmt":
        return "(" in part or "intoClause" in node
    return kind in _OF_ROWS or _loses(kind, node)


def may_take_rows(kind: str, node: Mapping[str, object], part: str) -> bool:
    """Whether it may overwrite rows, or take them away."""
    return kind in _TAKING or _loses(kind, node) or (kind in _OTHERS_INSIDE and _TAKES.search(part) is not None)


def writes_by_other_means(kind: str, part: str) -> bool:
    """Whether it may change rows without a word of the server of how many."""
    return kind in {"CallStmt", "ExecuteStmt", ""} or (
        kind in {"DoStmt", "SelectStmt", "ExplainStmt"} and _CHANGES.search(part) is not None
    )


def is_batch(kind: str, part: str) -> bool:
    """Whether it may end transactions inside.

    Source: PostgreSQL manual, PL/pgSQL, "Transaction Management".
    """
    return kind == "CallStmt" or (kind == "DoStmt" and _ENDS.search(part) is not None)


def _loses(kind: str, node: Mapping[str, object]) -> bool:
    """DROP of what may hold rows, or a column that goes or gets another type."""
    if kind == "DropStmt":
        return node.get("removeType") not in _WITHOUT_ROWS
    commands = node.get("cmds") if kind == "AlterTableStmt" else None
    return isinstance(commands, list) and any(
        each.get("AlterTableCmd", {}).get("subtype") in _OF_VALUES for each in commands
    )
