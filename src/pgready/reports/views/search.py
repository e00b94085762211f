"""Where in the schema is that? Every object whose name holds a text."""

from collections.abc import Iterator

from pgready.graph.completeness import Presence
from pgready.model.location import Location
from pgready.reports.blocks import Line, Prose
from pgready.reports.counterparts import Counterparts, Sides, TableSides
from pgready.reports.lines import bad, capped, code, count, line, muted, open_, place
from pgready.reports.view import View
from pgready.reports.views.structure import mark
from pgready.verdict import AuditResult

__all__ = ["find"]

_MOST = 60
_Hit = tuple[str, str, Sides[object], str]
"""Kind, name, the object, and the table that it belongs to."""


def find(audit: AuditResult, text: str) -> View:
    """Tables, models, columns, indexes, foreign keys, enums, enum values and views whose name holds the text.

    Capitals do not matter. Names that are the text come first, then those that begin with it.
    """
    wanted = text.strip().casefold()
    if not wanted:
        return View(Prose(lines=(line(muted("Type a part of a name.")),)))
    found = Counterparts(audit)
    hits = [hit for hit in _everything(found) if wanted in hit[1].casefold()]
    if not hits:
        return View(Prose(lines=(line(open_("Nothing"), " is called so: ", code(text)),)))
    ordered = sorted(hits, key=lambda hit: _rank(hit[1].casefold(), wanted))
    heads = ("Kind", "Name", "Table", "After a clean deploy", "Declared at")
    return View(capped(f"{count(len(hits), 'name')} with this text", heads, [_row(hit) for hit in ordered], _MOST))


def _rank(name: str, wanted: str) -> int:
    return 0 if name == wanted else 1 if name.startswith(wanted) else 2


def _everything(found: Counterparts) -> Iterator[_Hit]:
    for table in found.tables:
        yield from _of_table(table)
    for enum in found.enums:
        yield "enum", enum.name, enum, ""
        yield from (("enum value", value, enum, enum.name) for value in enum.shown.values)
    for view in found.views:
        yield "view", view.name, view, ""


def _of_table(table: TableSides) -> Iterator[_Hit]:
    own, model = table.name.name, table.table.shown.model
    yield "table", own, table.table, ""
    if model is not None and model != own:
        yield "model", model, table.table, own
    yield from (("column", part.name, part, own) for part in table.columns)
    yield from (("index", part.name, part, own) for part in table.indexes)
    yield from (("foreign key", part.name, part, own) for part in table.foreign_keys)


def _row(hit: _Hit) -> tuple[Line, ...]:
    kind, name, part, table = hit
    location: Location | None = getattr(part.declared, "location", None)
    state = line(bad("missing")) if part.presence is Presence.MISSING else mark(part.presence)
    return line(kind), line(code(name)), line(code(table)) if table else (), state, place(location)
