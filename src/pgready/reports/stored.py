"""Audits that were written before: `audit.json` read back, for notebooks, for `pgready diff` and for other programs."""

import os
from pathlib import Path

from pgready.errors import ReportError
from pgready.reports.document import AUDIT_NAME, decode
from pgready.verdict import AuditResult

__all__ = ["load_audit"]

_MOST_BYTES = 512 * 1024 * 1024


def load_audit(path: str | Path) -> AuditResult:
    """The audit in a file, or in the `audit.json` of a directory, as `pgready audit` and `pgready check` write it.

    It is what `pgready.audit` had returned, so that every view works on it without another rehearsal; also one that
    another version wrote in the same format. A path that begins with `~` is looked for in the home directory. Raises
    ReportError, with the path in front, for a file that is missing, cannot be read, is too large (512 MiB), or is no
    audit of the format.
    """
    if not isinstance(path, str | os.PathLike):
        raise ReportError(f"{path!r:.80} is no path; expected an audit.json or a directory that holds one")
    try:
        return decode(_content(Path(path).expanduser(), str(path)))
    except RuntimeError as error:
        raise ReportError(f"{path}: there is no such home directory; ./ before the name means a file here") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise ReportError(f"{path}: cannot be read: {reason or error}; expected an audit.json") from error
    except ReportError as error:
        raise ReportError(f"{path}: {error}") from error


def _content(path: Path, shown: str) -> bytes:
    file = path / AUDIT_NAME if path.is_dir() else path
    if path.is_dir() and not file.exists():
        raise ReportError(f"holds no {AUDIT_NAME}; `pgready check --output {shown}` writes one")
    if not file.is_file():
        raise ReportError("is no file" if file.exists() else "no such file or directory")
    if file.stat().st_size > _MOST_BYTES:
        raise ReportError(f"is too large: expected at most {_MOST_BYTES} bytes")
    return file.read_bytes()
