"""The panels of the explorer, made of ipywidgets; imported only where somebody can use them.

Names of the project under audit reach the browser as values and options of input fields, which are text there, and as
HTML of our own blocks, which escape them; never as the description of a widget, which JupyterLab may typeset.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import ipywidgets

from pgready.errors import ConfigError
from pgready.graph.edges import Edge, spelt_edge
from pgready.graph.names import table_names
from pgready.model.groups import UNGROUPED
from pgready.model.names import QualifiedName
from pgready.reports import views
from pgready.reports.blocks import Line, Pre, Prose, Stack
from pgready.reports.changes import Changes, pages_call
from pgready.reports.lines import bad, count, line, muted
from pgready.reports.page.html import block_html, lab_html
from pgready.reports.view import View
from pgready.reports.views.comparison import what_if
from pgready.reports.views.drawing import keys_of, unkeyed_of
from pgready.reports.visible import visible
from pgready.verdict import AuditResult

__all__ = ["Choices", "choices_of", "group_panel", "labelled", "what_if_panel"]

_MOST_ROWS = 12
_LIST = {"width": "auto", "max_width": "34em"}
_FIELD = {"width": "auto", "min_width": "0", "flex": "1 1 12em"}
_BUTTON = {"width": "10em", "flex": "0 0 auto"}
_ROW = {"align_items": "center", "max_width": "60em", "flex_flow": "row wrap"}
_STATED = {"align_items": "center"}
_ASK = "Nothing is written. Each choice changes the result below at once."
_HOW = "Ctrl or Shift chooses several groups; with none chosen, all are shown."


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What can be chosen: text to show -> name as `views.what_if` takes it."""

    tables: Mapping[str, str]
    groups: Mapping[str, str]
    references: Mapping[str, str]
    keys: Mapping[str, str]


def choices_of(audit: AuditResult) -> Choices:
    """The tables, groups, references without a key and foreign keys of an audit, each in its own order."""
    rehearsed = audit.rehearsal.schema if audit.rehearsal is not None else None
    names = table_names(audit.declared, rehearsed)

    def short(table: QualifiedName) -> str:
        return table.name if names.get(table.name, (table,)) == (table,) else str(table)

    def spelt(edge: Edge) -> str:
        return spelt_edge(short(edge.table), edge, short(edge.referenced_table)).replace("?->", "->")

    references = (Edge(it.table, (it.column,), it.referenced_table) for it in unkeyed_of(audit).references)
    return Choices(
        tables=labelled(short(table.name) for table in audit.declared.tables),
        groups=labelled([*_group_names(audit), UNGROUPED]),
        references=labelled(map(spelt, references)),
        keys=labelled(spelt(Edge.of(key.foreign_key)) for key in keys_of(audit)),
    )


def labelled(names: Iterable[str]) -> dict[str, str]:
    """Text to show, with hidden characters spelt out -> the name; names that look alike are numbered."""
    names = tuple(dict.fromkeys(names))
    seen = Counter(map(visible, names))
    return {
        visible(name) if seen[visible(name)] == 1 else f"{visible(name)} ({place})": name
        for place, name in enumerate(names, start=1)
    }


def _group_names(audit: AuditResult) -> list[str]:
    return [group.name for group in audit.grouping.groups]


def group_panel(audit: AuditResult, groups: Sequence[str]) -> Any:  # noqa: ANN401 - ipywidgets has no types
    """A list of the groups, and the pages of those chosen; of all when none is."""
    choice = ipywidgets.SelectMultiple(options=_group_options(audit), value=list(dict.fromkeys(groups)), layout=_LIST)
    choice.rows = max(2, min(len(choice.options), _MOST_ROWS))
    result = ipywidgets.HTML()

    def show(_: object = None) -> None:
        result.value = _result(pages_call(choice.value), views.group_pages(audit, choice.value))

    choice.observe(show, "value")
    show()
    return _panel(_note(line(muted(_HOW))), choice, result)


def _group_options(audit: AuditResult) -> list[tuple[str, str]]:
    """Each group that has a page, with the foreign keys that come in and go out."""
    into, out = Counter(it.to_group for it in audit.crossings), Counter(it.from_group for it in audit.crossings)
    names = labelled(_group_names(audit) + [UNGROUPED] * bool(audit.grouping.ungrouped))
    return [(f"{text} ({count(into[name], 'key')} in, {out[name]} out)", name) for text, name in names.items()]


def what_if_panel(audit: AuditResult, changes: Changes) -> Any:  # noqa: ANN401 - ipywidgets has no types
    """Fields for one change each, the changes chosen so far with a button to take each back, and what they change."""
    message, chosen, result = ipywidgets.HTML(), ipywidgets.VBox(), ipywidgets.HTML()
    now = changes

    def attempt(wanted: Changes) -> bool:
        """Make these the changes, or say why they cannot be."""
        nonlocal now
        try:
            shown = what_if(audit, move=dict(wanted.move), key=wanted.key, drop=wanted.drop)
        except ConfigError as error:
            message.value = _html(line(bad("Not changed"), f" {error}"))
            return False
        now, message.value = wanted, ""
        each = wanted.each()
        result.value = _result(wanted.call(), shown) if each else ""
        chosen.children = [
            *(_chosen("Remove", one.sentence(), partial(take_back, one)) for one in each),
            *[_chosen("Start over", (), partial(attempt, Changes()))] * bool(each),
        ]
        return True

    def take_back(one: Changes) -> bool:
        return attempt(now.without(one))

    attempt(changes)
    can = choices_of(audit)
    return _panel(
        ipywidgets.HTML(lab_html(Prose(lines=(line(muted(_ASK)),)))),
        _asking("Move", {"Table": can.tables, "Group": can.groups}, lambda *to: attempt(now.moving(*to))),
        _asking("Declare as a key", {"Reference": can.references}, lambda edge: attempt(now.declaring(edge))),
        _asking("Drop the key", {"Key": can.keys}, lambda edge: attempt(now.dropping(edge))),
        message,
        chosen,
        result,
    )


def _asking(action: str, asked: Mapping[str, Mapping[str, str]], act: Callable[..., bool]) -> Any:  # noqa: ANN401 - as above
    """A row of fields and the button that acts on what stands in them; they are emptied when it could."""
    fields = [
        ipywidgets.Combobox(
            options=tuple(names), placeholder=f"{title}: choose of {len(names)} or type", tooltip=title, layout=_FIELD
        )
        for title, names in asked.items()
    ]

    def clicked() -> None:
        given = [names.get(field.value, field.value) for field, names in zip(fields, asked.values(), strict=True)]
        if act(*given):
            for field in fields:
                field.value = ""

    return ipywidgets.HBox([*fields, _button(action, clicked)], layout=_ROW)


def _chosen(action: str, sentence: Line, act: Callable[[], object]) -> Any:  # noqa: ANN401 - as above
    return ipywidgets.HBox([_button(action, act), _note(sentence)], layout=_STATED)


def _button(action: str, act: Callable[[], object]) -> Any:  # noqa: ANN401 - as above
    made = ipywidgets.Button(description=action, layout=_BUTTON)
    made.on_click(lambda _: act())
    return made


def _result(call: str, view: View) -> str:
    """The line of code that shows the same, and the view."""
    return lab_html(Stack(body=(Pre(text=call), view.block)))


def _note(said: Line) -> Any:  # noqa: ANN401 - as above
    return ipywidgets.HTML(_html(said))


def _html(said: Line) -> str:
    """A line in the style that `lab_html` brings along elsewhere in the panel."""
    return f'<div class="pgr">{block_html(Prose(lines=(said,)))}</div>'


def _panel(*parts: Any) -> Any:  # noqa: ANN401 - as above
    made = ipywidgets.VBox(parts)
    made.add_class("pgr-panel")
    return made
