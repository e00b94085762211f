"""Prisma's layout: `migrations/<name>/migration.sql`, and `migration_lock.toml` beside the directories.

Source: Prisma's schema engine (`list_migrations`: every real sub-directory, no filter on names, links not followed;
the checksum is the SHA-256 of the file's bytes).
"""

import hashlib
import os
import stat
import tomllib
from pathlib import Path, PurePath

from pgready.errors import SourceError
from pgready.model.migration import Migration

__all__ = ["LOCK_FILE", "SQL_FILE", "lock_provider", "read_migrations", "stray_files"]

SQL_FILE = "migration.sql"
LOCK_FILE = "migration_lock.toml"
# Prisma's guide "Generating down migrations" puts it there.
_WAY_BACK = "down.sql"
_EXPECTED = f"expected a directory with one sub-directory per migration, each with a {SQL_FILE}"
# The text, its statements and their trees are in memory at once.
_MOST_BYTES = 256 << 20
_UTF16_MARKS = {b"\xff\xfe": "UTF-16 (little endian)", b"\xfe\xff": "UTF-16 (big endian)"}


def read_migrations(directory: Path, *, root: Path) -> tuple[Migration, ...]:
    """Every migration in the order of execution; `file` is relative to `root`, with forward slashes.

    The order is that of the bytes of the directory names in UTF-8, as Prisma's engine sorted them up to version 6.
    Newer versions sort with JavaScript's `localeCompare`: under en-US `0_init` then comes before
    `00000000000000_init`, and upper and lower case mix; names that begin with 14 digits sort alike in both.

    A directory without `migration.sql` is a migration whose `sql` is None (Prisma's P3015 when it is reached). Bytes
    that are not UTF-8 become U+FFFD and are counted; a byte order mark stays in the text, as Prisma sends it.

    Raises SourceError when the directory is missing, is no directory, cannot be read, or holds no migration, and for
    a file that cannot be read or is not UTF-8 but UTF-16.
    """
    shown = _shown(directory, root)
    names = sorted(_subdirectories(directory, shown), key=os.fsencode)
    if not names:
        raise SourceError(f"no migrations here; {_EXPECTED}", path=shown)
    return tuple(_read_migration(directory / name, position, root=root) for position, name in enumerate(names, start=1))


def _shown(path: Path, root: Path) -> str:
    """The path relative to the root with forward slashes; as it is when it lies outside."""
    try:
        relative: PurePath = path.relative_to(root)
    except ValueError:
        relative = PurePath(os.path.relpath(path, root)) if path.is_absolute() == root.is_absolute() else path
    return _printable(relative.as_posix())


def _printable(name: str) -> str:
    """A name from the file system; bytes that are not UTF-8 become U+FFFD."""
    return os.fsencode(name).decode(errors="replace")


def _subdirectories(directory: Path, shown: str) -> list[str]:
    try:
        with os.scandir(directory) as entries:
            return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        raise SourceError(f"the migrations directory does not exist; {_EXPECTED}", path=shown) from None
    except NotADirectoryError:
        raise SourceError(f"not a directory; {_EXPECTED}", path=shown) from None
    except OSError as error:
        raise SourceError(f"the migrations directory cannot be read: {error.strerror}", path=shown) from None


def stray_files(directory: Path, *, root: Path) -> tuple[str, ...]:
    """SQL files that Prisma never runs, relative to `root`, ordered: beside the directories, or beside migration.sql.

    Only these two levels are looked at; a down.sql is another tool's way back and is left out. Raises SourceError when
    a directory cannot be read.
    """
    shown = _shown(directory, root)
    places = [directory, *(directory / name for name in _subdirectories(directory, shown))]
    strays = (
        _shown(place / name, root)
        for place in places
        for name in _files(place, _shown(place, root))
        if name.lower().endswith(".sql") and (place == directory or name not in (SQL_FILE, _WAY_BACK))
    )
    return tuple(sorted(strays))


def _files(directory: Path, shown: str) -> list[str]:
    try:
        with os.scandir(directory) as entries:
            return [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
    except OSError as error:
        raise SourceError(f"the directory cannot be read: {error.strerror}", path=shown) from None


def _read_migration(directory: Path, position: int, *, root: Path) -> Migration:
    path = directory / SQL_FILE
    shown = _shown(path, root)
    content = _content(path, shown)
    name = _printable(directory.name)
    if content is None:
        return Migration(name=name, position=position, file=shown, sql=None)
    encoding = _wide_encoding(content)
    if encoding is not None:
        raise SourceError(f"the file is {encoding}, expected UTF-8; save it as UTF-8 without a mark", path=shown)
    sql, undecodable = _decoded(content)
    checksum = hashlib.sha256(content).hexdigest()
    return Migration(
        name=name, position=position, file=shown, sql=sql, checksum=checksum, undecodable_bytes=undecodable
    )


def _content(path: Path, shown: str) -> bytes | None:
    """The bytes of the file; None when there is none. What is no file (a pipe, a directory) is never opened."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise SourceError(f"not a file; expected the text of {path.name}", path=shown)
        if found.st_size > _MOST_BYTES:
            raise SourceError(f"{found.st_size} bytes; at most {_MOST_BYTES} are read", path=shown)
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SourceError(f"the file cannot be read: {error.strerror}", path=shown) from None


def _wide_encoding(content: bytes) -> str | None:
    """UTF-16 by its mark, or by NULs in every other byte of the beginning; None for everything else."""
    for mark, name in _UTF16_MARKS.items():
        if content.startswith(mark):
            return name
    head = content[:512]
    even, odd = head[0::2], head[1::2]
    if len(odd) > 1 and odd.count(0) > len(odd) * 3 // 4 and even.count(0) < len(even) // 4:
        return "UTF-16 (little endian, without a mark)"
    if len(odd) > 1 and even.count(0) > len(even) * 3 // 4 and odd.count(0) < len(odd) // 4:
        return "UTF-16 (big endian, without a mark)"
    return None


def _decoded(content: bytes) -> tuple[str, int]:
    """The text, and how many of its bytes were not UTF-8."""
    try:
        return content.decode(), 0
    except UnicodeDecodeError:
        kept = len(content.decode(errors="ignore").encode())
        return content.decode(errors="replace"), len(content) - kept


def lock_provider(directory: Path, *, root: Path) -> str | None:
    """The `provider` of `migration_lock.toml` ("postgresql"); None when there is no such file or it does not say.

    Raises SourceError when the file cannot be read or is not TOML.
    """
    path = directory / LOCK_FILE
    shown = _shown(path, root)
    content = _content(path, shown)
    if content is None:
        return None
    try:
        provider = tomllib.loads(content.decode()).get("provider")
    except UnicodeDecodeError:
        raise SourceError("not UTF-8; expected TOML", path=shown) from None
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"not TOML: {error}", path=shown) from None
    return provider if isinstance(provider, str) else None
