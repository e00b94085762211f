"""The panel to look a table up by typing, made of ipywidgets; imported only where somebody can use it.

Names of the project reach the browser as options of an input field, which are text there, and as HTML of our own
blocks, which escape them.
"""

from collections.abc import Collection
from typing import Any

import ipywidgets

from pgready.reports import views
from pgready.reports.blocks import Pre, Prose, Stack
from pgready.reports.changes import literal
from pgready.reports.lines import line, muted
from pgready.reports.page.html import block_html, lab_html
from pgready.reports.panels import labelled
from pgready.reports.view import View
from pgready.verdict import AuditResult

__all__ = ["table_panel"]

_FIELD = {"width": "auto", "max_width": "34em"}
_HOW = "Type the name of a table or model to see its page, or a part of any name to see where it occurs."


def table_panel(audit: AuditResult, groups: Collection[str], tables: Collection[str]) -> Any:  # noqa: ANN401 - ipywidgets has no types
    """A field in which names are completed, and the page of what is typed; all tables when it is empty."""
    names = labelled(name for table in audit.declared.tables for name in (table.name.name, table.model or ""))
    names.pop("", None)
    field = ipywidgets.Combobox(
        options=tuple(names), placeholder=f"Search: one of {len(names)} tables, or a part of a name", layout=_FIELD
    )
    field.continuous_update = True
    result = ipywidgets.HTML()
    whole = _all_tables(audit, groups, tables)

    def show(_: object = None) -> None:
        typed = field.value.strip()
        result.value = _answer(audit, names, typed) if typed else whole

    field.observe(show, "value")
    show()
    note = ipywidgets.HTML(f'<div class="pgr">{block_html(Prose(lines=(line(muted(_HOW)),)))}</div>')
    made = ipywidgets.VBox([note, field, result])
    made.add_class("pgr-panel")
    return made


def _all_tables(audit: AuditResult, groups: Collection[str], tables: Collection[str]) -> str:
    given = (("groups", groups), ("tables", tables))
    told = "".join(f", {name}=[{', '.join(map(literal, names))}]" for name, names in given if names)
    return _shown(f"views.tables(audit{told})", views.tables(audit, groups, tables))


def _answer(audit: AuditResult, names: dict[str, str], typed: str) -> str:
    if typed in names:
        name = names[typed]
        return _shown(f"views.tables(audit, tables=[{literal(name)}])", views.tables(audit, tables=[name]))
    return _shown(f"views.find(audit, {literal(typed)})", views.find(audit, typed))


def _shown(call: str, view: View) -> str:
    """The line of code that shows the same, and the view."""
    return lab_html(Stack(body=(Pre(text=call), view.block)))
