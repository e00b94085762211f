"""Ids of what a script may want to find in an SVG: `table:public.User`, `group:CRM`, `edge:allowed:public.A:public.B`.

The label of a block in the block matrix is `group:CRM:name`.

A name may hold anything, an id must not: every byte of a name (UTF-8) that is no letter, digit or `_` is written as
`%hex`, and so is a leading digit, so that no id looks like a number to what makes the SVG small.
"""

import re

from pgready.graph.pages import Link
from pgready.model.names import QualifiedName

__all__ = ["edge_id", "group_id", "table_id"]

_PLAIN = re.compile(r"^\d|[^A-Za-z0-9_]", re.ASCII)


def table_id(table: QualifiedName) -> str:
    """`table:public.User`."""
    return f"table:{_table(table)}"


def group_id(group: str) -> str:
    """`group:CRM`."""
    return f"group:{_escaped(group)}"


def edge_id(link: Link) -> str:
    """`edge:allowed:public.Session:public.User`: the kind, the referencing and the referenced table."""
    return f"edge:{link.kind.value}:{_table(link.table)}:{_table(link.referenced_table)}"


def _table(table: QualifiedName) -> str:
    return f"{_escaped(table.schema)}.{_escaped(table.name)}"


def _escaped(name: str) -> str:
    return _PLAIN.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "surrogatepass")), name)
