"""Errors that say more about the throw-away server than about the migration: a target server may well do it.

SQLSTATE and messages: PostgreSQL manual, "PostgreSQL Error Codes"; `extension.c` of its source (14 to 18).
"""

import re

from pgready.model.trace import MigrationRun, Rehearsal, RunError

__all__ = ["out_of_reach"]

# From this version on an extension can be made trusted for one server (extension_control_path).
_CONTROL_PATHS = 180000

_MISSING = re.compile(r'extension "(?P<name>[^"]+)" is not available|control file ".*?(?P<file>[^/"]+)\.control"')
_VERSION = re.compile(r'extension "(?P<name>[^"]+)" has no installation script nor update path for version "(.+)"')
_DENIED = re.compile(r'permission denied to create extension "(?P<name>[^"]+)"')
_IMITATED = re.compile(r"\(\) of (?P<name>\S+) is not imitated by pgready")

_OTHER_SERVER = "on an installation that has it: --postgres PATH (`pgready doctor` shows what there is)"


def out_of_reach(run: MigrationRun, rehearsal: Rehearsal, place: str) -> str | None:
    """Why this failure proves nothing, with `place` (file:line) and what to do; None when it is the migration's own."""
    error = run.error
    if error is None:
        return None
    server = f"this PostgreSQL {rehearsal.server.version} ({rehearsal.server.origin})"
    reason = _about_extension(error, rehearsal, server) or _other_reason(error)
    if reason is None:
        return None
    return f"{run.migration} (number {run.position}, {place}) {reason} (SQLSTATE {error.sqlstate}: {error.message})"


def _about_extension(error: RunError, rehearsal: Rehearsal, server: str) -> str | None:
    """An extension that is not there, or not this version of it; one that only a superuser creates; an imitated one."""
    message, lacking = error.message, error.sqlstate in {"0A000", "58P01"}
    if lacking and (found := _MISSING.search(message)):
        name = found["name"] or found["file"]
        return f"needs the extension {name}, which {server} does not have; rehearse {_OTHER_SERVER}"
    if error.sqlstate == "22023" and (found := _VERSION.search(message)):
        version = f"version {found[2]} of the extension {found['name']}"
        return f"needs {version}, which {server} does not have; rehearse {_OTHER_SERVER}"
    if found := _DENIED.search(message):
        return (
            f"creates the extension {found['name']}, which only a superuser may; a rehearsal gives no migration that "
            "right, and the role that deploys should not have it either: create it apart from the migrations"
        )
    if lacking and (found := _IMITATED.search(message)):
        return f"uses what {server} only imitates of {found['name']}; rehearse {_OTHER_SERVER}"
    # Before PostgreSQL 18 the rehearsal itself creates the untrusted extensions that a project names.
    if error.sqlstate == "42710" and "extension" in message and rehearsal.server.version_num < _CONTROL_PATHS:
        return "creates an extension that the rehearsal had to create before it; write CREATE EXTENSION IF NOT EXISTS"
    return None


def _other_reason(error: RunError) -> str | None:
    if error.message.startswith("stopped by pgready"):
        return "met a limit of pgready, not of PostgreSQL"
    if error.sqlstate == "42501":
        return "does what the role of the rehearsal may not, which owns its database and nothing else"
    if error.sqlstate == "58P01":
        return "needs a file that the throw-away server does not have"
    if error.sqlstate == "0A000" and ("extension" in error.message or "pgready" in error.message):
        return "needs what the throw-away server does not have"
    return None
