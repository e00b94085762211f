"""Paths in `prisma.config.*`, read literally: the file is a program, and it is never run.

Source: `packages/config/src/loadConfigFromFile.ts` of prisma/prisma: the order of the candidates, and that relative
paths start at the directory of the configuration file.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from pgready.errors import SourceError
from pgready.sources.prisma.script import Script, Token, Unreadable

__all__ = ["ConfigPaths", "find_config", "read_config"]

_EXTENSIONS = ("js", "ts", "mjs", "cjs", "mts", "cts")
_STEMS = ("prisma.config", ".config/prisma", ".config/prisma.config")
_JOINERS = frozenset({"join", "resolve", "normalize"})
_FROM_URL = frozenset({"fileURLToPath"})
_HERE = (("__dirname",), ("import", ".", "meta", ".", "dirname"))
_WORKING_DIRECTORY = ("process", ".", "cwd", "(", ")")
_BASE_URL = "import.meta.url"
_DEEPEST = 8
_HINT = "expected a literal path; pass --schema (and --migrations) instead"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigPaths:
    """What a configuration file says: absolute paths, None when it says nothing. `path` is for messages."""

    path: str
    directory: Path
    schema: Path | None = None
    migrations: Path | None = None


def find_config(root: Path) -> Path | None:
    """The configuration file that Prisma would take, if any."""
    for stem in _STEMS:
        for extension in _EXTENSIONS:
            path = root / f"{stem}.{extension}"
            if path.is_file():
                return path
    return None


def read_config(path: Path, text: str, root: Path, shown: str) -> ConfigPaths:
    """The paths of schema and migrations in a configuration file; `shown` is its path in messages.

    Read are strings and `path.join`, `path.resolve`, `fileURLToPath(new URL(...))` of them, with `__dirname`,
    `import.meta.dirname` and `process.cwd()`, in the object that is exported by default (in `defineConfig(...)` or
    not), and what a `const` of the file says.

    Raises:
        SourceError: when the object or one of the two paths cannot be read literally.

    """
    try:
        return _ConfigReader(path, text, root, shown).read()
    except Unreadable as error:
        line = text.count("\n", 0, error.offset) + 1
        column = error.offset - (text.rfind("\n", 0, error.offset) + 1) + 1
        raise SourceError(f"found {error.found}: {_HINT}", path=shown, line=line, column=column) from error


class _ConfigReader:
    def __init__(self, path: Path, text: str, root: Path, shown: str) -> None:
        self._directory = path.parent
        self._root = root
        self._shown = shown
        self._script = Script(text)

    def read(self) -> ConfigPaths:
        members, spread = self._script.members(self._script.exported())
        if spread is not None and "schema" not in members:
            raise Unreadable(spread[2], "a spread or a computed name that may hold the schema")
        return ConfigPaths(
            path=self._shown,
            directory=self._directory,
            schema=self._path(members["schema"]) if "schema" in members else None,
            migrations=self._migrations(members.get("migrations")),
        )

    def _migrations(self, value: list[Token] | None) -> Path | None:
        if not value:
            return None
        members, spread = self._script.members(self._script.plain(value))
        if "path" in members:
            return self._path(members["path"])
        if spread is not None:
            raise Unreadable(spread[2], "a spread or a computed name that may hold the path of the migrations")
        return None

    def _path(self, value: list[Token]) -> Path:
        return Path(os.path.normpath(self._directory / self._evaluate(value)))

    def _evaluate(self, value: list[Token], depth: int = 0) -> str:
        """A path as the program would have it; relative ones stay relative."""
        plain = self._script.plain(value)
        call = self._script.arguments(plain, _JOINERS) if depth < _DEEPEST else None
        if call is not None:
            joined = _joined([self._evaluate(part, depth + 1) for part in call[1]])
            return str(self._root / joined) if call[0] == "resolve" else joined
        url = self._script.arguments(plain, _FROM_URL)
        if url is not None and len(url[1]) == 1:
            return self._of_url(url[1][0])
        return self._script.string(plain, self._special)

    def _special(self, words: tuple[str, ...]) -> str | None:
        if words in _HERE:
            return str(self._directory)
        return str(self._root) if words == _WORKING_DIRECTORY else None

    def _of_url(self, value: list[Token]) -> str:
        """`new URL("./path", import.meta.url)`: relative to the configuration file."""
        call = self._script.arguments(value[1:], frozenset({"URL"})) if value[0][1] == "new" else None
        if call is None or len(call[1]) != 2 or "".join(text for _, text, _ in call[1][1]) != _BASE_URL:  # noqa: PLR2004 - path and base
            raise Unreadable(value[0][2], f"`{''.join(text for _, text, _ in value)[:40]}`")
        return str(self._directory / self._script.string(call[1][0]))


def _joined(parts: list[str]) -> str:
    return os.path.normpath("/".join(parts)) if parts else "."
