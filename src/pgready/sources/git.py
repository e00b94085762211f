"""What git says about the migrations: which are newer than a revision, which were edited after it.

Only two commands of plumbing are run, `rev-parse` and `ls-tree`, and no content is read through git: it is compared by
object id. The repository is that around the migrations; it is not trusted (see `git_command`).
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pgready.errors import ConfigError
from pgready.sources.git_command import Entry, git_at
from pgready.sources.git_places import Disk, place_before

__all__ = ["Since", "blob_id", "migrations_since"]

_SQL_FILE = b"migration.sql"
_MOST_BYTES = 256 << 20
# Hexadecimal digits; more of them are SHA-256.
_SHA1 = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What became of the migrations after a revision; names in the order of the bytes.

    `new` have no migration.sql in its tree, `edited` have another one there (line endings do not count), `removed` are
    there and not on disk. `renamed` are those of `removed` whose content a new one has, with the name of that one.
    `commit` is the revision's full object id. `place` is the directory of the migrations in its tree, from the top,
    where it is another one than now.
    """

    new: frozenset[str]
    edited: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    commit: str = ""
    place: str | None = None


def migrations_since(root: Path, migrations_directory: Path, names: Iterable[str], revision: str) -> Since:
    """Compare the migrations on disk, committed or not, with the tree of a revision (a branch, tag or commit).

    `names` are the migrations on disk; bytes of names that are not UTF-8 stand as U+FFFD. A renamed migration is new
    and removed, as it is to Prisma. The tree is that of the revision itself: where the branch is behind it,
    migrations that only the revision has count as removed. Content is compared by object id, as it is and with all line
    endings turned into LF and into CRLF, as Prisma compares checksums; a file that another filter changes on the way
    into git (LFS, encryption, another encoding) counts as edited, and so does a migration that is a link in the tree.
    Where the revision has no migrations at that path, they are looked for in all of its tree: a directory that was
    moved since is the one that is compared with.

    Raises ConfigError when there is no git, no repository, another repository for the migrations than for the project
    (a submodule), no such revision, or when it has migrations elsewhere and which are meant cannot be told; it says
    what was expected.
    """
    git = git_at(migrations_directory, revision)
    top = git.top()
    if replace(git, directory=root).top() != top:
        raise ConfigError(
            f"since {revision!r}: the migrations lie in another git repository than the project ({top}), a submodule "
            "or a nested clone; expected one repository for both"
        )
    commit = git.commit()
    disk = _Disk(migrations_directory, frozenset(names))
    there = disk.there(git.entries(commit))
    if there or not disk.names:
        return _compare(disk, there, commit)
    place = place_before(git, top, commit, disk.asked())
    if place is None:
        return _compare(disk, {}, commit)
    return replace(_compare(disk, place.migrations, commit), place=place.printed)


class _Disk:
    """The migrations as they lie on disk."""

    def __init__(self, directory: Path, names: frozenset[str]) -> None:
        self.directory, self.names = directory, names
        # The entries of the directory by how they are printed.
        self._entries = {os.fsencode(path.name).decode(errors="replace"): path.name for path in directory.iterdir()}
        self._contents: dict[str, bytes | None] = {}
        self._ids: dict[tuple[str, bool], frozenset[bytes]] = {}

    def content(self, name: str) -> bytes | None:
        """What its migration.sql holds; None when it has none."""
        if name not in self._contents:
            self._contents[name] = _content(self.directory / self._entries.get(name, name))
        return self._contents[name]

    def same(self, name: str, object_id: bytes | None) -> bool:
        """Whether the file of that name has that content, line endings aside."""
        if object_id is None:
            return False
        key = name, len(object_id) > _SHA1
        if key not in self._ids:
            self._ids[key] = _ids(self.content(name), sha256=key[1])
        return object_id in self._ids[key]

    def asked(self) -> Disk:
        """What the search for another place asks."""
        every: dict[bool, set[bytes]] = {}

        def known(object_id: bytes | None) -> bool:
            sha256 = object_id is not None and len(object_id) > _SHA1
            if sha256 not in every:
                every[sha256] = {each for name in self.names for each in _ids(self.content(name), sha256=sha256)}
            return object_id in every[sha256]

        return Disk(directory=self.directory.resolve(), names=self.names, same=self.same, known=known)

    def there(self, entries: Iterable[Entry]) -> dict[str, bytes | None]:
        """The object id of each migration.sql in a tree, by migration; None when it is no regular file."""
        found: dict[str, bytes | None] = {}
        for entry in entries:
            name, _, file = entry.path.partition(b"/")
            printed = name.decode(errors="replace")
            # What is a link or a submodule there has a file that is not in the tree.
            if file == _SQL_FILE or (not file and entry.content is None and printed in self.names):
                found[printed] = entry.content
        return found


def _compare(disk: _Disk, there: Mapping[str, bytes | None], commit: str) -> Since:
    contents = {name: disk.content(name) for name in sorted(disk.names & there.keys())}
    gone = (there.keys() - disk.names) | {name for name, content in contents.items() if content is None}
    edited = (name for name, content in contents.items() if content is not None and not disk.same(name, there[name]))
    new = disk.names - there.keys()
    return Since(
        new=frozenset(new),
        edited=tuple(edited),
        removed=tuple(sorted(gone)),
        renamed=tuple(_renamed(disk, sorted(new), {name: there[name] for name in sorted(gone)})),
        commit=commit,
    )


def _renamed(disk: _Disk, new: Iterable[str], gone: dict[str, bytes | None]) -> Iterable[tuple[str, str]]:
    for name in new if gone else ():
        old = next((old for old, object_id in gone.items() if disk.same(name, object_id)), None)
        if old is not None:
            del gone[old]
            yield old, name


def _content(migration: Path) -> bytes | None:
    path = migration / os.fsdecode(_SQL_FILE)
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST_BYTES:
            return None
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from error


def _ids(content: bytes | None, *, sha256: bool) -> frozenset[bytes]:
    """The object ids of a content as it is, and with all line endings turned into LF and into CRLF."""
    if content is None:
        return frozenset()
    unix = content.replace(b"\r\n", b"\n")
    variants = {content, unix, unix.replace(b"\n", b"\r\n")}
    return frozenset(blob_id(variant, sha256=sha256).encode() for variant in variants)


def blob_id(content: bytes, *, sha256: bool = False) -> str:
    """What `git hash-object` prints for a file with that content, lower-case hex.

    Source: gitformat-pack(5) and the manual's "Git Objects": the hash of `blob`, the length in bytes, NUL, the content.
    """
    algorithm = hashlib.sha256 if sha256 else hashlib.sha1
    return algorithm(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
