"""How the values of an audit show themselves in JupyterLab and IPython, as the last expression of a cell.

The values are plain dataclasses that know nothing of reports, so IPython is told by their type how to show them
(IPython manual, "Formatters for third-party types"). Outside of IPython nothing happens and nothing is imported.
"""

import sys
from importlib import import_module
from typing import Any, Final

__all__ = ["TYPES", "display_in_ipython", "forms"]

TYPES: Final = (
    ("pgready.findings", "CheckResult"),
    ("pgready.findings", "Finding"),
    ("pgready.findings", "Rule"),
    ("pgready.model.groups", "ContractVerdict"),
    ("pgready.model.groups", "Grouping"),
    ("pgready.model.migration", "MigrationRecord"),
    ("pgready.model.schema", "Schema"),
    ("pgready.model.schema", "Table"),
    ("pgready.model.trace", "MigrationRun"),
    ("pgready.model.trace", "Rehearsal"),
    ("pgready.verdict", "AuditResult"),
)
"""Module and name of every type that has a card; the cards are made when the first is shown."""


def display_in_ipython() -> bool:
    """Register the cards with the IPython of this process, once for each of its shells; False when there is none."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    formatter = getattr(getattr(shell, "display_formatter", None), "mimebundle_formatter", None)
    if formatter is None:
        return False
    for module, name in TYPES:
        # What a person has registered for one of them stays.
        if (module, name) not in formatter.deferred_printers and not _is_known(formatter, module, name):
            formatter.for_type_by_name(module, name, forms)
    return True


def _is_known(formatter: Any, module: str, name: str) -> bool:  # noqa: ANN401 - IPython's own
    return getattr(sys.modules.get(module), name, None) in formatter.type_printers


def forms(value: object, include: object = None, exclude: object = None) -> dict[str, Any]:
    """The forms of a value's card: own JSON, escaped HTML and plain text. IPython filters them itself."""
    del include, exclude
    cards = import_module("pgready.reports.cards").CARDS
    view = import_module("pgready.reports.view").View
    made: dict[str, Any] = view(cards[type(value)](value))._repr_mimebundle_()
    return made
