"""Cells in which a person chooses with the mouse, where there is one: the explorer of a notebook in JupyterLab.

Each value is a `View` with a panel. Everywhere but in a live JupyterLab only the view exists: no panel is made, and
ipywidgets is not imported. In JupyterLab the cell has two outputs, the panel and the view, which stays hidden as long
as the panel is alive. A notebook that is opened later, without the kernel that made the panel, shows a hint in place of
the panel, and the view; an export shows the view alone. The view is what the cell's code says, whatever was clicked:
for that the panel shows a line of code to copy.
"""

import os
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from pgready.graph.asked import asked_moves, asked_names
from pgready.reports import views
from pgready.reports.blocks import MIME, Stack, encode
from pgready.reports.changes import Changes
from pgready.reports.notebooks.kernel import DIRECTORY_VARIABLE
from pgready.reports.view import View
from pgready.reports.views.comparison import what_if
from pgready.verdict import AuditResult

__all__ = ["HINT", "WIDGET_MIME", "Explorer", "choose_groups", "explore_what_if", "find_tables", "is_interactive"]

WIDGET_MIME = "application/vnd.jupyter.widget-view+json"
HINT = "To choose with the mouse, run the notebook."

_EDGE = "Order.userId->User"
_SESSION_VARIABLE = "JPY_SESSION_NAME"
# A panel that lives has elements; ipywidgets 8 leaves a bare text ("Error displaying widget") where it cannot be shown.
_STYLE = f"""<style>
.pgr-panel .widget-html-content{{min-width:0}}
.jp-OutputArea-child:has(> * .pgr-panel) + .jp-OutputArea-child:has(.pgr-still){{display:none}}
.jp-OutputArea-child:has(+ .jp-OutputArea-child .pgr-still) > .jupyter-widgets:not(:has(*)){{font-size:0}}
.jp-OutputArea-child:has(+ .jp-OutputArea-child .pgr-still) > .jupyter-widgets:not(:has(*))::before{{content:"{HINT}";
font-size:var(--jp-ui-font-size1);color:var(--jp-ui-font-color2)}}
</style><span class="pgr-still"></span>"""


@dataclass(frozen=True, slots=True)
class Explorer:
    """A view, and what makes the panel to explore it: a function that returns a widget of ipywidgets."""

    view: View
    panel: Callable[[], Any]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """The forms of the view; never a widget."""
        return self.view._repr_mimebundle_(include, exclude)

    def _ipython_display_(self) -> None:
        """Show the panel and the view; NotImplementedError, at which IPython asks for the forms, where none can live.

        Source: IPython manual, "Rich display", and `DisplayFormatter.format`.
        """
        if not is_interactive():
            raise NotImplementedError
        from IPython.display import display  # noqa: PLC0415 - only where there is an IPython

        forms = self.view._repr_mimebundle_()
        display(_panel_forms(self.panel().model_id), raw=True)  # type: ignore[no-untyped-call]
        display(forms | {"text/html": forms["text/html"] + _STYLE}, raw=True)  # type: ignore[no-untyped-call]

    def __repr__(self) -> str:
        """The plain text form of the view."""
        return repr(self.view)


def _panel_forms(model_id: str) -> dict[str, Any]:
    """The panel, for whom it lives; nothing for the exporter, which shows the view."""
    return {
        WIDGET_MIME: {"version_major": 2, "version_minor": 0, "model_id": model_id},
        MIME: encode(Stack(body=())),
        "text/html": f"<p>{HINT}</p>",
        "text/plain": HINT,
    }


def is_interactive() -> bool:
    """Whether somebody may be there to click: a kernel of a Jupyter server's session, with ipywidgets.

    A kernel that pgready, Papermill or nbclient started has no session. Source: jupyter_server 2,
    `SessionManager.get_kernel_env`, which names the session to the kernel.
    """
    if DIRECTORY_VARIABLE in os.environ or _SESSION_VARIABLE not in os.environ:
        return False
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel") and find_spec("ipywidgets") is not None


def choose_groups(audit: AuditResult, groups: Collection[str] = ()) -> Explorer:
    """The pages of `groups`, of all when empty; in JupyterLab the groups can be chosen. Raises as `group_pages`."""
    chosen = asked_names("groups", groups, "Auth")

    def panel() -> Any:  # noqa: ANN401 - ipywidgets has no types
        from pgready.reports.panels import group_panel  # noqa: PLC0415 - imports ipywidgets

        return group_panel(audit, chosen)

    return Explorer(views.group_pages(audit, chosen), panel)


def explore_what_if(
    audit: AuditResult, *, move: Mapping[str, str] | None = None, key: Collection[str] = (), drop: Collection[str] = ()
) -> Explorer:
    """What changes with these changes; in JupyterLab more can be chosen. Raises as `views.what_if`."""
    moves = asked_moves({} if move is None else move)
    keys, dropped = asked_names("key", key, _EDGE), asked_names("drop", drop, _EDGE)
    changes = Changes(move=tuple(moves.items()), key=keys, drop=dropped)

    def panel() -> Any:  # noqa: ANN401 - ipywidgets has no types
        from pgready.reports.panels import what_if_panel  # noqa: PLC0415 - imports ipywidgets

        return what_if_panel(audit, changes)

    return Explorer(what_if(audit, move=dict(changes.move), key=changes.key, drop=changes.drop), panel)


def find_tables(audit: AuditResult, *, groups: Collection[str] = (), tables: Collection[str] = ()) -> Explorer:
    """The pages of these tables, of all when empty; in JupyterLab any name can be looked up. Raises as `tables`."""
    within, chosen = asked_names("groups", groups, "Auth"), asked_names("tables", tables, "User")

    def panel() -> Any:  # noqa: ANN401 - ipywidgets has no types
        from pgready.reports.table_panel import table_panel  # noqa: PLC0415 - imports ipywidgets

        return table_panel(audit, within, chosen)

    return Explorer(views.tables(audit, within, chosen), panel)
