"""Commands of a PL/pgSQL body that do not branch: SQL, PERFORM, EXECUTE, assignment, OPEN."""

from pgready.sources.sql.drafts import opaque
from pgready.sources.sql.guards import Placed
from pgready.sources.sql.lexis import lexemes
from pgready.sources.sql.parse import Node
from pgready.sources.sql.places import Source, literal_source
from pgready.sources.sql.tree import name_parts, string_constant
from pgready.sources.sql.walk import LONGEST_VALUE, Walk, placed_drafts, query_of

__all__ = ["assign_command", "dynamic", "execute_command", "open_command", "perform_command", "sql_command"]


def sql_command(walk: Walk, fields: Node) -> list[Placed]:
    """An SQL command, which may give its result to variables (INTO)."""
    query = query_of(fields.get("sqlstmt") or fields.get("expr"))
    placed = walk.commands(walk.located(query, fields))
    if fields.get("into"):
        walk.forget(fields)
        names = [each.get("name") for each in fields.get("target", {}).get("PLpgSQL_row", {}).get("fields", [])]
        if len(names) == 1:
            walk.remember(str(names[0]), walk.parsed(f"({query})", LONGEST_VALUE))
    return placed


def perform_command(walk: Walk, fields: Node) -> list[Placed]:
    """PERFORM is SELECT with another first word."""
    text = query_of(fields.get("expr")).encode()
    offset = walk.body.find_word(b"perform", fields.get("lineno"))
    place = walk.line(fields) if offset is None else walk.body.source.at(offset)
    return walk.commands(Source(text, [place] * len(text)))


def execute_command(walk: Walk, fields: Node) -> list[Placed]:
    """EXECUTE; it does not set FOUND."""
    placed = dynamic(walk, fields, fields.get("query"))
    walk.forget(fields)
    return placed


def dynamic(walk: Walk, fields: Node, expression: Node | None) -> list[Placed]:
    """The text of a literal, or of a variable that holds one; everything else is put together at run time."""
    query = query_of(expression)
    source = walk.located(query, {**fields, "into": False}, b"execute")
    node = walk.parsed(query) or {}
    names = name_parts(node.get("ColumnRef", {}).get("fields"))
    held = walk.known.get(names[0]) if len(names) == 1 else node
    text = string_constant(held or {})
    if text is None:
        detail = " ".join(query.split())[:200]
        return placed_drafts([opaque("EXECUTE", detail=detail)], source.at(0), walk.context)
    known = dict(walk.known)
    placed = walk.commands(_literal(source, node, text.encode()))
    walk.known = known
    return placed


def _literal(source: Source, node: Node, value: bytes) -> Source:
    """The text of EXECUTE with its places in the file; all at one place when it comes from a variable."""
    if "A_Const" not in node:
        return Source(value, [source.at(0)] * len(value))
    start = max(node["A_Const"].get("location", 0) - len("SELECT "), 0)
    end = next((each.end for each in lexemes(source.text, start)), len(source.text))
    return literal_source(source, start, end, value)


def assign_command(walk: Walk, fields: Node) -> list[Placed]:
    """`variable := expression`; of an element or field nothing is known afterwards."""
    source = walk.located(query_of(fields.get("expr")), fields)
    words = [(each, source.text[each.start : each.end]) for each in lexemes(source.text)]
    name = words[0][1].decode(errors="replace") if words else ""
    name = name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()
    if len(words) > 1 and words[1][1] in (b":", b"="):
        start = words[1][0].end + source.text.startswith(b"=", words[1][0].end)
        value = source.cut(start, len(source.text))
        walk.remember(name, walk.parsed(value.text.decode(errors="replace"), LONGEST_VALUE))
        return walk.expression(value)
    walk.known[name] = None
    return []


def open_command(walk: Walk, fields: Node) -> list[Placed]:
    """OPEN of a cursor for a query, which may be dynamic."""
    if "dynquery" in fields:
        return dynamic(walk, fields, fields["dynquery"])
    query = query_of(fields.get("query"))
    return walk.commands(walk.located(query, fields, b"for")) if query else []
