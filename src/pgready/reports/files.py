"""Writing files so that a reader sees the old one or the new one, and never half of it."""

import contextlib
import os
import tempfile
from pathlib import Path

from pgready.errors import ReportError

__all__ = ["write_atomically"]


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a temporary file beside `path`, flush it to the disk, and put it in place.

    Directories are made as needed. Raises ReportError when the disk is full or the place cannot be written; then the
    old file is still there and nothing is left behind.
    """
    temporary: str | None = None
    try:
        path = path.resolve() if path.is_symlink() else path
        if path.exists() and not path.is_file():
            # A pipe or a device (`--json /dev/stdout`) is written to, not replaced.
            path.write_bytes(content)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes the file private; a report gets the mode that any new file of this user has.
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException as error:
        # Also at Ctrl-C nothing is left behind.
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        if isinstance(error, OSError):
            raise ReportError(f"{path}: cannot be written: {error.strerror or error}") from error
        raise


def _umask() -> int:
    # There is no call that only reads it; the window is harmless, as both values are ours.
    current = os.umask(0o077)
    os.umask(current)
    return current
