"""The notebooks that come with pgready, in a wheel or in a checkout."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pgready
from pgready.errors import ReportError

__all__ = ["NOTEBOOKS", "NOTEBOOK_OF_RECORD", "shipped_notebook"]

NOTEBOOK_OF_RECORD = "deployment_readiness"

NOTEBOOKS: Mapping[str, str] = MappingProxyType(
    {
        NOTEBOOK_OF_RECORD: "deployment readiness",
        "schema_inventory": "schema inventory",
        "feature_isolation": "feature isolation",
        "migration_history": "migration history",
        "migration_rehearsal": "migration rehearsal",
    }
)
"""Name of a notebook -> what its report is called, after the project's name."""


def shipped_notebook(name: str) -> Path:
    """The path of a notebook by its name without ending. Raises ReportError when it is not there."""
    package = Path(pgready.__file__).parent
    # A wheel carries them inside the package; in a checkout they stand beside src/.
    for directory in (package / "notebooks", package.parents[1] / "notebooks"):
        path = directory / f"{name}.ipynb"
        if path.is_file():
            return path
    raise ReportError(f"{name}.ipynb is not part of this installation; install pgready again")
