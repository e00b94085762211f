"""Options of `initdb` and settings of the throw-away server, per version.

Sources: PostgreSQL manual, "initdb", "Server Configuration", "Non-Durable Settings".
"""

from pathlib import Path

__all__ = ["ADMIN", "PORT", "initdb_options", "server_options"]

ADMIN = "pgready_admin"
"""The superuser; untrusted SQL never knows its password."""

PORT = 5432
"""Only part of the socket's name: the server does not listen on TCP."""

_PG16 = 160000
_PG17 = 170000
_PG18 = 180000


def initdb_options(version_num: int, password_file: Path) -> list[str]:
    """Options apart from `-D`.

    A 1 MB WAL segment instead of 16 MB leaves less to write and to remove. Passwords are asked of everybody,
    so that no account of this machine and no SQL that opens a connection from inside the server gets in for nothing.
    They travel as they are, through a socket in a private directory: SCRAM needs a nonce from the client's OpenSSL,
    which was seen to fail for good in a process that lived long ("could not generate nonce").
    """
    options = [
        "--no-sync",
        "--no-instructions",
        "--encoding=UTF8",
        "--wal-segsize=1",
        f"--username={ADMIN}",
        "--auth=password",
        f"--pwfile={password_file}",
    ]
    options.append("--locale=C")
    if version_num >= _PG17:
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if version_num >= _PG18:
        options += ["--no-data-checksums"]
    return options


def server_options(version_num: int, socket_directory: Path, overlay: Path) -> list[str]:
    """Command line options apart from `-D`: they also win over ALTER SYSTEM.

    TimeZone is not UTC on purpose: only then `timestamp -> timestamptz` rewrites the table, as it does on servers in
    other zones. `dynamic_shared_memory_type=mmap` keeps shared memory inside the data directory, so that removing the
    directory removes everything. Only FATAL and PANIC are logged: RAISE LOG in a loop must not fill the disk.
    """
    settings = _SETTINGS | {"unix_socket_directories": str(socket_directory), "port": str(PORT)}
    if version_num >= _PG16:
        # Each login of the owner costs 2 ms instead of 7, and a random password needs no stretching.
        settings["scram_iterations"] = "1"
    if version_num >= _PG17:
        settings["allow_alter_system"] = "off"
    if version_num >= _PG18:
        settings |= {"io_method": "sync", "extension_control_path": f"{overlay}:$system"}
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "wal_recycle": "off",
    "wal_init_zero": "off",
    "checkpoint_timeout": "1d",
    "autovacuum": "off",
    "max_logical_replication_workers": "0",
    "jit": "off",
    "shared_buffers": "64MB",
    "max_connections": "20",
    "max_locks_per_transaction": "1024",
    "temp_file_limit": "1GB",
    "dynamic_shared_memory_type": "mmap",
    "restart_after_crash": "off",
    "logging_collector": "off",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "TimeZone": "America/New_York",
}
