"""Extensions for a role that is not a superuser, without touching the installation.

PostgreSQL 18 looks for control files in `extension_control_path` first. The overlay re-issues those of harmless
extensions as trusted, and imitates pgcrypto and uuid-ossp where the installation lacks them. Older versions have no
such path: there the superuser installs harmless extensions that the migrations name, in the still empty database.
Source: PostgreSQL manual, "Packaging Related Objects into an Extension" (trusted, directory), extension_control_path.
"""

import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from psycopg import sql

from pgready.errors import RehearsalError
from pgready.model.names import ObjectKind
from pgready.model.trace import MigrationRun
from pgready.rehearsal.database import Database

__all__ = ["HARMLESS", "prepare_extensions", "shims_used"]

_CONTROL_PATH = 180000

HARMLESS = frozenset(
    {
        *("amcheck", "autoinc", "bloom", "dict_xsyn", "earthdistance", "insert_username", "intagg", "moddatetime"),
        *("pg_buffercache", "pg_freespacemap", "pg_stat_statements", "pg_visibility", "pgrowlocks", "pgstattuple"),
        *("refint", "vector", "postgis", "postgis_topology", "pg_uuidv7", "hll", "ip4r", "pgtap", "rum", "semver"),
    }
)
"""Not trusted by their authors, but without access to files, networks or other roles. Never on this list: dblink,
postgres_fdw, file_fdw, untrusted languages, adminpack, pageinspect, pg_surgery, pg_walinspect, pg_logicalinspect."""

_SHIMS = {"pgcrypto": "pgcrypto--1.4.sql", "uuid-ossp": "uuid-ossp--1.1.sql"}
_NOT_IMITATED = re.compile(r"\(\) of (\S+) is not imitated by pgready$")
_OVERRIDDEN = re.compile(r"(?m)^\s*(?:trusted|directory)\s*=.*$\n?")


def prepare_extensions(database: Database, texts: Iterable[str]) -> frozenset[str]:
    """Make extensions installable by the owner; returns the names of those that are imitated.

    `texts` are the migrations; they matter only before PostgreSQL 18.
    """
    if database.cluster.binaries.version_num < _CONTROL_PATH:
        _install_named(database, "\n".join(texts).lower())
        return frozenset()
    installed = _share_directory(database) / "extension"
    try:
        return _write_overlay(database, installed)
    except OSError as error:
        raise RehearsalError(f"cannot write the extensions of the rehearsal: {error}") from error


def shims_used(available: frozenset[str], runs: Iterable[MigrationRun]) -> tuple[str, ...]:
    """The imitated extensions that migrations installed, or fell over, ordered."""
    used: set[str] = set()
    for run in runs:
        used.update(ref.name for ref in run.made if ref.kind is ObjectKind.EXTENSION)
        if run.error and (found := _NOT_IMITATED.search(run.error.message)):
            used.add(found[1])
    return tuple(sorted(used & available))


def _share_directory(database: Database) -> Path:
    row = database.admin.execute(b"SELECT setting FROM pg_config WHERE name = 'SHAREDIR'").fetchone()
    if row is None:
        raise RehearsalError("the throw-away server does not tell its SHAREDIR")
    return Path(row[0])


def _write_overlay(database: Database, installed: Path) -> frozenset[str]:
    account, target = database.cluster.account, database.cluster.directory.overlay / "extension"
    target.mkdir(parents=True, exist_ok=True)
    shims = frozenset(name for name in _SHIMS if not (installed / f"{name}.control").exists())
    contents = {
        f"{name}.control": _reissued(installed / f"{name}.control", installed)
        for name in HARMLESS
        if (installed / f"{name}.control").is_file()
    }
    for name in shims:
        for file in (f"{name}.control", _SHIMS[name]):
            contents[file] = (files(__package__) / "shims" / file).read_text(encoding="utf-8")
    for file, text in contents.items():
        (target / file).write_text(text, encoding="utf-8")
        account.give(target / file)
    account.give(target)
    account.give(target.parent)
    return shims


def _reissued(control: Path, directory: Path) -> str:
    quoted = str(directory).replace("'", "''")
    kept = _OVERRIDDEN.sub("", control.read_text(encoding="utf-8")).rstrip("\n")
    return f"{kept}\ntrusted = true\ndirectory = '{quoted}'\n"


def _install_named(database: Database, text: str) -> None:
    named = set(re.findall(r"create\s+extension\s+(?:if\s+not\s+exists\s+)?\"?([a-z0-9_-]+)", text))
    available = {row[0] for row in database.admin.execute(b"SELECT name FROM pg_available_extensions")}
    for name in sorted(named & HARMLESS & available):
        database.admin.execute(sql.SQL("CREATE EXTENSION {} SCHEMA public CASCADE").format(sql.Identifier(name)))
