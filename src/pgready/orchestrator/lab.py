"""What `pgready lab` needs before JupyterLab starts: the notebooks as a working copy with a project as parameters."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pgready
from pgready.errors import ConfigError
from pgready.orchestrator.request import AuditRequest
from pgready.reports.notebooks.shipped import NOTEBOOKS, shipped_notebook
from pgready.reports.notebooks.work_folder import Placed, put
from pgready.reports.notebooks.working_copy import make_copy
from pgready.reports.scrub import make_scrubber

__all__ = ["FOLDER", "WorkFolder", "parameters_of", "prepare"]

FOLDER = "pgready-notebooks"
"""Name of the folder in the project. It can be seen, as Jupyter does not serve what is hidden."""
_LAYOUT = ".jupyterlab"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFolder:
    """Where a person works: `root` is what JupyterLab serves, `folder` holds the notebooks, `layout` JupyterLab's tabs.

    `root` is the project where the notebooks stand in it, so that its files can be opened beside them.
    """

    root: Path
    folder: Path
    layout: Path
    placed: tuple[Placed, ...]

    def address(self, notebook: str) -> str:
        """The path of a notebook, by its name in `NOTEBOOKS`, as JupyterLab's addresses have it."""
        (file,) = (each.file for each in self.placed if each.name == notebook)
        return file.relative_to(self.root).as_posix()


def prepare(request: AuditRequest, given: Mapping[str, object], directory: str | Path | None = None) -> WorkFolder:
    """Put a working copy of every notebook into `directory`, by default the folder `FOLDER` of the project.

    `given` are the options that become parameters, as `parameters_of` takes them. Raises ConfigError (the folder cannot
    be used, a parameter holds a secret) and ReportError (something in it cannot be read or written).
    """
    folder = _folder(request.root, directory)
    values = parameters_of(request, given, folder)
    scrubber = make_scrubber(os.environ)
    made = {
        name: make_copy(
            json.loads(shipped_notebook(name).read_bytes()),
            values,
            name=f"{name}.ipynb",
            version=pgready.__version__,
            scrubber=scrubber,
        )
        for name in NOTEBOOKS
    }
    layout = _prepared(folder)
    return WorkFolder(
        root=request.root if folder.is_relative_to(request.root) else folder,
        folder=folder,
        layout=layout,
        placed=tuple(put(name, copy, folder) for name, copy in made.items()),
    )


def parameters_of(request: AuditRequest, given: Mapping[str, object], folder: Path) -> dict[str, object]:
    """The parameters of a notebook in `folder` (absolute) for which the options `given` mean the same as here.

    `given` has the keys config, schema, migrations, rehearse, since and thorough. A relative path in them starts where
    the command was typed, in the notebook where that stands; so each becomes relative to the project or absolute. The
    project is relative where it holds the folder: the copy can then be moved and committed with it.
    """
    root = request.root
    below = folder.is_relative_to(root)
    return {
        **given,
        "project": Path(os.path.relpath(root, folder)).as_posix() if below else str(root),
        "config": _from_project(root, root / (request.config.file or "")) if given["config"] is not None else None,
        "schema": [_from_project(root, path) for path in request.schema] if given["schema"] else [],
        "migrations": _from_project(root, request.migrations) if given["migrations"] is not None else None,
    }


def _from_project(root: Path, path: Path | None) -> str | None:
    """Relative to the project below it; not where it begins with ~, which would mean a home directory."""
    if path is None:
        return None
    below = path.relative_to(root).as_posix() if path.is_relative_to(root) else "~"
    return str(path) if below.startswith("~") else below


def _folder(root: Path, directory: str | Path | None) -> Path:
    if directory is None:
        folder = root / FOLDER
        if folder.is_symlink():
            # Whose project it is decides where a link leads; what is overwritten there is ours to answer for.
            raise ConfigError(f"{folder}: is a link; --directory says where the notebooks are to be")
        return folder
    try:
        return Path(directory).expanduser().resolve()
    except (OSError, RuntimeError) as error:
        raise ConfigError(f"--directory: {directory}: {error}") from error


def _prepared(folder: Path) -> Path:
    """Make the folder, and in it the one for JupyterLab's layout, which no git takes in."""
    layout = folder / _LAYOUT
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder}: is a file; --directory says where the notebooks are to be")
    if layout.is_symlink():
        raise ConfigError(f"{layout}: is a link; remove it, or use --directory")
    try:
        layout.mkdir(parents=True, exist_ok=True)
        (layout / ".gitignore").write_text("*\n")
    except OSError as error:
        place = error.filename or folder
        raise ConfigError(f"{place}: {error.strerror or error}; --directory puts the notebooks elsewhere") from error
    return layout
