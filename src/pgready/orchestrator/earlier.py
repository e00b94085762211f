"""The results of an earlier run go before a new one is begun, so that none passes for one of a run that failed."""

import fcntl
import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from pgready.errors import ConfigError, ReportError
from pgready.reports.ci.comment import COMMENT_NAME
from pgready.reports.ci.gitlab import CODE_QUALITY_NAME
from pgready.reports.ci.junit import JUNIT_NAME
from pgready.reports.ci.sarif import SARIF_NAME
from pgready.reports.document import AUDIT_NAME
from pgready.reports.notebooks.shipped import NOTEBOOKS

__all__ = ["FORMS", "alone_in", "remove_files", "remove_pictures", "remove_reports", "whole_or_nothing"]

FORMS: Mapping[str, str] = {
    "json": AUDIT_NAME,
    "sarif": SARIF_NAME,
    "junit": JUNIT_NAME,
    "codequality": CODE_QUALITY_NAME,
    "comment": COMMENT_NAME,
}
"""The files that are written once, whatever notebooks a run has: the form -> its name in a directory."""

_PAGE = ("html", "md", "pdf")


@contextmanager
def alone_in(directory: Path) -> Iterator[None]:
    """Hold a directory for this process: two runs would mix their files. ConfigError when another one holds it.

    The lock (flock(2)) is on the directory itself and leaves no file; where there are none (some network file systems)
    nothing is held.
    """
    handle = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(f"--output: {directory}: another pgready is writing here; wait for its end") from error
        except OSError:
            pass
        yield
    finally:
        os.close(handle)


@contextmanager
def whole_or_nothing(directory: Path, names: Collection[str] = ()) -> Iterator[None]:
    """Remove the reports in a directory, and remove them again when what is done in the block does not end well."""
    remove_reports(directory, names)
    try:
        yield
    except BaseException:
        # Also at Ctrl-C; what stopped the run is what is told.
        with suppress(ReportError):
            remove_reports(directory, names)
        raise


def remove_reports(directory: Path, names: Collection[str] = ()) -> None:
    """Remove what an earlier run left: the files of the run, the pages of all shipped notebooks and of `names`.

    Nothing else is touched; of a shipped notebook that is not among `names`, the `.ipynb` goes only when it was
    executed (papermill says so in its metadata), as a person may keep a copy to work on. Raises ReportError.
    """
    pages = (directory / f"{name}.{ending}" for name in {*NOTEBOOKS, *names} for ending in _PAGE)
    notebooks = (directory / f"{name}.ipynb" for name in names)
    executed = (file for name in NOTEBOOKS if _holds(b'"papermill"', file := directory / f"{name}.ipynb"))
    for file in (*(directory / name for name in FORMS.values()), *pages, *notebooks, *executed):
        _remove(file)
    for name in {*NOTEBOOKS, *names}:
        remove_pictures(directory / f"{name}_files")


def remove_files(files: Collection[Path]) -> None:
    """Remove files that were named by a person, when they are results of ours; a link stays. Raises ReportError."""
    for file in (each.resolve() for each in files):
        if file.is_file() and _holds(b"pgready", file):
            _remove(file)


def remove_pictures(directory: Path, current: Collection[str] = ()) -> None:
    """Pictures are named by their content, so those of an earlier run would stay for ever; nothing else is touched."""
    for path in directory.glob("*") if directory.is_dir() else ():
        if re.fullmatch(r"[0-9a-f]{12}\.(svg|png)", path.name) and path.name not in current:
            path.unlink(missing_ok=True)
    with suppress(OSError):
        directory.rmdir()


def _holds(mark: bytes, file: Path) -> bool:
    try:
        return mark in file.read_bytes()
    except OSError:
        return False


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise ReportError(f"{file}: the old one cannot be removed: {error.strerror or error}") from error
