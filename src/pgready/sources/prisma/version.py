"""Which Prisma version a project uses, with the place that says so.

It decides how migrations are executed (version 7.4 on, statement by statement) and which form the key of an implicit
many-to-many table has (version 6 on, a primary key). Lock files say it exactly, `package.json` usually as a range.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pgready.errors import SourceError
from pgready.model.location import Location
from pgready.sources.prisma.project import display_path, read_text

__all__ = ["PrismaVersion", "find_version"]

_PACKAGES = ("prisma", "@prisma/client")
_SECTION = re.compile(r'"(?:dev|peer|optional)?[dD]ependencies"\s*:\s*\{')
_EXACT = re.compile(r"\d+\.\d+\.\d+(?:[-+][\w.+-]+)?")
_NUMBER = r"(\d{1,9})"  # more digits are no version, and Python refuses to convert thousands of them
_LOWER_BOUND = re.compile(
    rf"[\^~=v]*+\s*+(?:>=)?\s*+{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?(?!\.?\d)(?![\w.]*\s*\|\|)"
)
_LOCKS = {
    "package-lock.json": (
        r'"node_modules/{name}"\s*:\s*\{{[^{{}}]*?"version"\s*:\s*"(?P<version>[^"]+)"',
        r'"{name}"\s*:\s*\{{\s*"version"\s*:\s*"(?P<version>[^"]+)"',
    ),
    "pnpm-lock.yaml": (r"^[ ]+'?/?{name}[@/](?P<version>\d+\.\d+\.\d+[^\s:()'_]*)",),
    "yarn.lock": (r'^"?{name}@[^\n]*:\n\s+version:? "?(?P<version>[^"\s]+)"?',),
    "bun.lock": (r'^\s*"{name}"\s*:\s*\[\s*"{name}@(?P<version>[^"]+)"',),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrismaVersion:
    """A version (`7.4.1`, `exact`) or a range (`^7.4.0`), and the line that says it."""

    text: str
    exact: bool
    location: Location

    @property
    def lowest(self) -> tuple[int, int, int] | None:
        """Major, minor and patch of the version or of the range's lower end; None for ranges without one."""
        match = _LOWER_BOUND.match(self.text)
        if match is None:
            return None
        major, minor, patch = (int(number or 0) for number in match.groups())
        return major, minor, patch


def find_version(root: Path) -> PrismaVersion | None:
    """The version that the lock file beside or above the project names, else what its `package.json` asks for.

    None when nothing names it, or when a lock file of a monorepo holds several: then it is not known which one runs.
    Files that cannot be read count as absent.
    """
    for name in _PACKAGES:
        for directory in _upwards(root):
            found = _locked(directory, name, root)
            if found:
                return found[0] if len({version.text for version in found}) == 1 else None
    for name in _PACKAGES:
        for directory in _upwards(root):
            version = _asked_for(directory, name, root)
            if version is not None:
                return version
    return None


def _upwards(root: Path) -> Iterator[Path]:
    """The project, then the directories above it up to the repository's."""
    for directory in (root, *root.parents):
        yield directory
        if (directory / ".git").exists():
            return


def _locked(directory: Path, name: str, root: Path) -> list[PrismaVersion]:
    for file, patterns in _LOCKS.items():
        text = _text(directory / file, root)
        for pattern in patterns if text is not None else ():
            spelt = pattern.format(name=re.escape(name))
            matches = list(re.finditer(spelt, text or "", re.MULTILINE))
            found = [_version(match, directory / file, root) for match in matches if _EXACT.match(match["version"])]
            if found:
                return found
    return []


def _asked_for(directory: Path, name: str, root: Path) -> PrismaVersion | None:
    path = directory / "package.json"
    text = _text(path, root)
    if text is None or not _depends_on(text, name):
        return None
    entry = re.compile(rf'[^{{}}]*?"{re.escape(name)}"\s*:\s*"(?P<version>[^"]+)"')
    matches = (entry.match(text, section.end()) for section in _SECTION.finditer(text))
    return next((_version(match, path, root) for match in matches if match is not None), None)


def _depends_on(text: str, name: str) -> bool:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and any(
        isinstance(section, dict) and isinstance(section.get(name), str)
        for key, section in content.items()
        if key.lower().endswith("dependencies")
    )


def _version(match: re.Match[str], path: Path, root: Path) -> PrismaVersion:
    start = match.start("version")
    line = match.string.count("\n", 0, start) + 1
    column = start - match.string.rfind("\n", 0, start)
    text = match["version"]
    return PrismaVersion(
        text=text,
        exact=_EXACT.fullmatch(text) is not None,
        location=Location(display_path(path, root), line, column),
    )


def _text(path: Path, root: Path) -> str | None:
    if not path.is_file():
        return None
    try:
        return read_text(path, root)
    except SourceError:
        return None
