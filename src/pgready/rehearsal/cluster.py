"""A throw-away PostgreSQL server for one rehearsal."""

import contextlib
import os
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from pgready.errors import RehearsalError
from pgready.model.trace import Server
from pgready.rehearsal.account import Account, server_account
from pgready.rehearsal.binaries import Binaries, find_binaries
from pgready.rehearsal.connection import ADMIN_OPTIONS, Connection, connect
from pgready.rehearsal.directory import WorkDirectory, make_directory, sweep
from pgready.rehearsal.relocate import reachable
from pgready.rehearsal.settings import ADMIN, PORT, initdb_options, server_options
from pgready.rehearsal.supervisor import Supervisor, keep, release, start_supervisor

__all__ = ["Cluster", "throwaway_cluster"]

_START_SECONDS = 60.0
_POLL_SECONDS = 0.002
_LOG_LINES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running server that nobody but this process can reach."""

    directory: WorkDirectory
    binaries: Binaries
    account: Account
    supervisor: Supervisor
    password: str

    @property
    def server(self) -> Server:
        """The version and origin, as a report shows them."""
        return Server(version=self.binaries.version, version_num=self.binaries.version_num, origin=self.binaries.origin)

    def connect_admin(self, database: str = "postgres") -> Connection:
        """A connection as superuser with `search_path=pg_catalog`; never to run or read anything of the project."""
        return connect(
            socket=self.directory.socket,
            user=ADMIN,
            password=self.password,
            database=database,
            options=ADMIN_OPTIONS,
        )

    def is_alive(self) -> bool:
        """Whether the server still runs."""
        return self.supervisor.server_is_alive()

    def last_words(self) -> str:
        """The end of the server's log, for an error message."""
        with contextlib.suppress(OSError):
            lines = self.directory.log.read_text(errors="replace").splitlines()
            if lines:
                return "\n".join(lines[-_LOG_LINES:])
        return "its processes ended without a word; somebody or something (memory?) has killed them"


@contextlib.contextmanager
def throwaway_cluster(binaries: Binaries | None = None) -> Iterator[Cluster]:
    """Start a server in a private directory; afterwards neither a process nor a file of it is left.

    RehearsalError if there are no binaries, no room, or the server does not start; it carries the server's own words.
    """
    account = server_account()
    sweep(account)
    usable = reachable(binaries or find_binaries(), account)
    directory = make_directory(account)
    keep(directory.lock)
    try:
        with _running(directory, usable, account) as cluster:
            yield cluster
    finally:
        release(directory.lock)


@contextlib.contextmanager
def _running(directory: WorkDirectory, binaries: Binaries, account: Account) -> Iterator[Cluster]:
    password = secrets.token_urlsafe(24)
    try:
        _write_private(directory.password, password, account)
        supervisor = _supervised(directory, binaries, account)
    except OSError as error:
        # Nobody supervises the directory yet.
        shutil.rmtree(directory.path, ignore_errors=True)
        raise RehearsalError(f"the throw-away server cannot be started in {directory.path}: {error}") from error
    cluster = Cluster(directory=directory, binaries=binaries, account=account, supervisor=supervisor, password=password)
    try:
        _wait_until_ready(cluster)
        directory.password.unlink()
        # What initdb said is no news of a server that breaks later.
        os.truncate(directory.log, 0)
        yield cluster
    finally:
        supervisor.stop()


def _supervised(directory: WorkDirectory, binaries: Binaries, account: Account) -> Supervisor:
    return start_supervisor(
        directory=directory.path,
        log=directory.log,
        prepare=[
            binaries.path("initdb"),
            "-D",
            str(directory.data),
            *initdb_options(binaries.version_num, directory.password),
        ],
        server=[
            binaries.path("postgres"),
            "-D",
            str(directory.data),
            *server_options(binaries.version_num, directory.socket, directory.overlay),
        ],
        account=account,
    )


def _write_private(path: Path, text: str, account: Account) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(text)
    account.give(path)


def _wait_until_ready(cluster: Cluster) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while (refusal := _refusal(cluster)) is not None:
        if not cluster.supervisor.server_is_alive(_POLL_SECONDS):
            raise RehearsalError(f"the throw-away PostgreSQL server did not start: {cluster.last_words()}")
        if time.monotonic() > deadline:
            raise RehearsalError(
                f"the throw-away PostgreSQL server was not ready after {_START_SECONDS:.0f} s: {refusal}\n"
                f"{cluster.last_words()}"
            )


def _refusal(cluster: Cluster) -> str | None:
    """Why a login does not work yet; a bare connect() first, as it is cheaper while the socket is not there."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(cluster.directory.socket / f".s.PGSQL.{PORT}"))
        except OSError as error:
            return str(error)
    try:
        cluster.connect_admin().close()
    except psycopg.OperationalError as error:
        return str(error).strip() or type(error).__name__
    return None
