"""The folder in which a person works on the notebooks: copies are put there, and nothing that was edited is lost.

A copy that nobody has edited follows pgready and the options. One that was edited is never touched; where pgready or
the options have changed since, the new copy stands beside it under the next free name (`NAME-2.ipynb`).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from pgready.errors import ReportError
from pgready.reports.files import write_atomically
from pgready.reports.notebooks.working_copy import State, has_outputs, state_of

__all__ = ["Placed", "What", "put"]

_MOST = 100
_LARGEST_BYTES = 200_000_000


class What(Enum):
    """What was done for a notebook."""

    NEW = "new"
    KEPT = "as it was"
    RENEWED = "renewed"
    EDITED = "your edits are kept"
    BESIDE = "new, beside what was edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The file in which a notebook now stands for these options, and what was done.

    `edited` are older copies of it that were edited and stay as they are, `saved` the one that was put aside because it
    showed the results of a run.
    """

    name: str
    file: Path
    what: What
    edited: tuple[Path, ...] = ()
    saved: Path | None = None


def put(name: str, made: Mapping[str, Any], folder: Path) -> Placed:
    """Put a copy of the notebook `name` into a folder, which is made as needed.

    Raises ReportError when something there cannot be read or written, or when a hundred edited copies stand there.
    """
    edited: list[Path] = []
    for file in _places(name, folder):
        if not _stands(file):
            _write(file, made)
            return Placed(name=name, file=file, what=What.BESIDE if edited else What.NEW, edited=tuple(edited))
        current = _read(file)
        match state_of(current, made):
            case State.SAME:
                return Placed(name=name, file=file, what=What.KEPT, edited=tuple(edited))
            case State.EDITED:
                return Placed(name=name, file=file, what=What.EDITED, edited=tuple(edited))
            case State.OUTDATED:
                saved = _save(file) if current is not None and has_outputs(current) else None
                _write(file, made)
                return Placed(name=name, file=file, what=What.RENEWED, edited=tuple(edited), saved=saved)
            case State.FOREIGN:
                edited.append(file)
    raise ReportError(f"{folder}: there are {_MOST} edited copies of {name}.ipynb; remove some")


def _places(name: str, folder: Path) -> Iterator[Path]:
    yield folder / f"{name}.ipynb"
    yield from (folder / f"{name}-{number}.ipynb" for number in range(2, _MOST + 1))


def _stands(file: Path) -> bool:
    """Whether anything stands there, a link that leads nowhere too."""
    try:
        file.lstat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ReportError(f"{file}: cannot be read: {error.strerror or error}") from error
    return True


def _read(file: Path) -> dict[str, Any] | None:
    """The JSON of a notebook; None for anything else, which is then left alone.

    A link is: what it leads to need not be meant to be written (the folder may come with a project of somebody else).
    """
    try:
        if file.is_symlink() or not file.is_file() or file.stat().st_size > _LARGEST_BYTES:
            return None
        content = json.loads(file.read_bytes())
    except OSError as error:
        raise ReportError(f"{file}: cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError):
        return None
    return content if _is_notebook(content) else None


def _is_notebook(content: object) -> bool:
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        return False
    return all(isinstance(cell, dict) and isinstance(cell.get("metadata"), dict) for cell in content["cells"])


def _save(file: Path) -> Path:
    """Put a notebook aside under the time at which it was saved last; the results of a run cannot be had again."""
    when = datetime.fromtimestamp(file.stat().st_mtime, tz=UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = file.with_name(f"{file.stem}.ran-{when}.ipynb")
    try:
        return file.rename(aside) if not _stands(aside) else aside
    except OSError as error:
        raise ReportError(f"{file}: cannot be put aside: {error.strerror or error}") from error


def _write(file: Path, made: Mapping[str, Any]) -> None:
    write_atomically(file, (json.dumps(made, indent=1, ensure_ascii=False) + "\n").encode())
