"""Where a revision has the migrations, when it has none at their path: the directory was moved, or is a link."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from os import fsdecode
from pathlib import Path

from pgready.errors import ConfigError
from pgready.sources.git_command import Entry, Git

__all__ = ["Disk", "Place", "place_before"]

_SQL_FILE = b"migration.sql"
_LOCK_FILE = b"migration_lock.toml"
_FEW = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """The migrations on disk: their directory (without links), names, and whether one has a content.

    `same` asks of the migration of a name, `known` of any.
    """

    directory: Path
    names: frozenset[str]
    same: Callable[[str, bytes | None], bool]
    known: Callable[[bytes | None], bool]


@dataclass(slots=True)
class Place:
    """A directory of migrations in a tree: its path from the top, and the object id of each migration.sql."""

    path: bytes
    migrations: dict[str, bytes | None] = field(default_factory=dict)
    locked: bool = False

    @property
    def printed(self) -> str:
        """Its path for a message."""
        return self.path.decode(errors="replace") or "."


def place_before(git: Git, top: Path, commit: str, disk: Disk) -> Place | None:
    """The directory of the revision's tree that the migrations were in; None when it has no such migrations.

    It is one that is no longer in the working tree (or is a link to the directory now) and has a migration of the same
    name or content. Raises ConfigError when that cannot be told: several of them, one that is gone and has nothing in
    common, one that is still there with the same migrations (a copy), or a submodule at the path.
    """
    entries = list(git.entries(commit, whole=True))
    here = disk.directory.relative_to(top).as_posix()
    gone, kept = _told_apart(_places(entries).values(), top, disk.directory)
    moved = [place for place in gone if _is_alike(place, disk)]
    if len(moved) == 1:
        return moved[0]
    for entry in entries:
        if entry.content is None and _covers(fsdecode(entry.path), here):
            raise _refusal(git, here, f"{entry.path.decode(errors='replace')} is a link or a submodule there")
    unclear = moved or [place for place in gone if place.locked] or [place for place in kept if _is_copy(place, disk)]
    if not unclear:
        return None
    raise _refusal(git, here, f"it has migrations in {_listed(unclear)}")


def _covers(path: str, directory: str) -> bool:
    return directory == path or directory.startswith(f"{path}/")


def _places(entries: Iterable[Entry]) -> Mapping[bytes, Place]:
    found: dict[bytes, Place] = {}
    locked: set[bytes] = set()
    for entry in entries:
        rest, _, file = entry.path.rpartition(b"/")
        if file == _SQL_FILE and rest:
            directory, _, name = rest.rpartition(b"/")
            place = found.setdefault(directory, Place(directory))
            place.migrations[name.decode(errors="replace")] = entry.content
        elif file == _LOCK_FILE:
            locked.add(rest)
    for path, place in found.items():
        place.locked = path in locked
    return found


def _told_apart(places: Iterable[Place], top: Path, directory: Path) -> tuple[list[Place], list[Place]]:
    """Those that are no longer in the working tree, and those that are."""
    gone: list[Place] = []
    kept: list[Place] = []
    for place in places:
        now = top / fsdecode(place.path)
        is_moved = not now.is_dir() or now.resolve() == directory
        (gone if is_moved else kept).append(place)
    return gone, kept


def _is_alike(place: Place, disk: Disk) -> bool:
    return any(name in disk.names or disk.known(object_id) for name, object_id in place.migrations.items())


def _is_copy(place: Place, disk: Disk) -> bool:
    return any(disk.same(name, object_id) for name, object_id in place.migrations.items())


def _listed(places: list[Place]) -> str:
    def told() -> Iterator[str]:
        for place in places[:_FEW]:
            names = sorted(place.migrations)
            yield f"{place.printed} ({names[0]}{f' and {len(names) - 1} more' if len(names) > 1 else ''})"

    more = f" and {len(places) - _FEW} more directories" if len(places) > _FEW else ""
    return ", ".join(told()) + more


def _refusal(git: Git, here: str, why: str) -> ConfigError:
    return ConfigError(
        f"since {git.revision!r}: that revision has no migrations in {here}, and {why}: what has run already "
        "cannot be told; expected a revision that has them there (`since` empty asks for a clean deploy)"
    )
