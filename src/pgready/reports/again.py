"""The command that makes an audit once more, with what it was given."""

import os.path
import string
from pathlib import PurePosixPath

from pgready.model.deployment import DeploymentKind
from pgready.verdict import AuditResult

__all__ = ["audit_again", "is_plain", "schema_folder"]

_PLAIN = frozenset(string.ascii_letters + string.digits + "._-/")
_REVISION = _PLAIN | frozenset("~@")
_DEFAULT_SCHEMAS = ("schema.prisma", "prisma/schema.prisma")
_CONFIG = "pgready.toml"
_MOST = 4


def is_plain(text: str, *, among: frozenset[str] = _PLAIN) -> bool:
    """Whether a shell reads it as it stands, and no program as an option; other names are not pasted into commands."""
    return bool(text) and text[0] not in "-~" and set(text) <= among


def schema_folder(audit: AuditResult) -> str:
    """The one file, or the folder that all of several files are in, from the directory of the project."""
    files = audit.project.schema_files
    if len(files) == 1:
        return files[0]
    return os.path.commonpath([PurePosixPath(file).parent for file in files] or [PurePosixPath()])


def audit_again(audit: AuditResult) -> str | None:
    """`pgready audit` with the options that matter for what is judged, to be run in the directory of the project.

    None where they are not known, or hold what a shell might not take literally: an audit without `--since`, say, is
    one of another deployment.
    """
    options = [*_since(audit), *_files(audit), *_thorough(audit)]
    values = [value for _, value in options if value is not None]
    known = audit.deployment.kind is DeploymentKind.CLEAN or audit.deployment.base is not None
    if not known or not all(is_plain(value, among=_REVISION) for value in values):
        return None
    return " ".join(["pgready audit", *(" ".join(filter(None, option)) for option in options)])


_Option = tuple[str, str | None]


def _since(audit: AuditResult) -> list[_Option]:
    base = audit.deployment.base
    return [("--since", base)] if audit.deployment.kind is not DeploymentKind.CLEAN and base is not None else []


def _files(audit: AuditResult) -> list[_Option]:
    """Each file of a schema of few; those of a large one are in one folder."""
    project = audit.project
    options: list[_Option] = []
    if project.config_file is not None and project.config_file != _CONFIG:
        options.append(("--config", project.config_file))
    files = project.schema_files
    if len(files) > _MOST:
        files = (schema_folder(audit),)
    if files not in {(name,) for name in _DEFAULT_SCHEMAS}:
        options.extend(("--schema", file) for file in files)
    beside = str(PurePosixPath(files[0]).with_name("migrations")) if len(project.schema_files) == 1 else None
    if project.migrations_directory is not None and project.migrations_directory != beside:
        options.append(("--migrations", project.migrations_directory))
    return options


def _thorough(audit: AuditResult) -> list[_Option]:
    """A clean deploy is rehearsed on rows only when it was asked for."""
    rows = audit.rehearsal.rows if audit.rehearsal is not None else None
    return [("--thorough", None)] if audit.deployment.kind is DeploymentKind.CLEAN and rows is not None else []
