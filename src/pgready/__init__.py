"""pgready: is this PostgreSQL schema, with these migrations, ready for production?

The public names are loaded when they are first used, so that `import pgready` costs next to nothing.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pgready.graph.foreign_keys import fk_graph
    from pgready.orchestrator.audit import audit
    from pgready.orchestrator.compare import compare
    from pgready.reports.document import write_audit
    from pgready.reports.stored import load_audit
    from pgready.verdict import AuditResult, Verdict

__version__ = "0.1.0"
__all__ = ["AuditResult", "Verdict", "__version__", "audit", "compare", "fk_graph", "load_audit", "write_audit"]

_HOMES = {
    "AuditResult": "pgready.verdict",
    "Verdict": "pgready.verdict",
    "audit": "pgready.orchestrator.audit",
    "compare": "pgready.orchestrator.compare",
    "fk_graph": "pgready.graph.foreign_keys",
    "load_audit": "pgready.reports.stored",
    "write_audit": "pgready.reports.document",
}


def __getattr__(name: str) -> object:
    """Load a public name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'pgready' has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    if "IPython" in sys.modules:
        # What it returns shall show itself there as what it is, and not as a page of code.
        import_module("pgready.reports.display").display_in_ipython()
    return value


def __dir__() -> list[str]:
    """The public names, loaded or not."""
    return sorted(__all__)
