"""Paths in `prisma.config.*`, read literally: the file is a program, and it is never run.

Source: `packages/config/src/loadConfigFromFile.ts` of prisma/prisma: the order of the candidates, and that relative
paths start at the directory of the configuration file.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pgready.errors import SourceError

__all__ = ["ConfigPaths", "find_config", "read_config"]

_EXTENSIONS = ("js", "ts", "mjs", "cjs", "mts", "cts")
_STEMS = ("prisma.config", ".config/prisma", ".config/prisma.config")
_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      |(?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\$]|\\.|\$(?!\{))*`)
      |(?P<word>[A-Za-z_$][\w$]*)
      |(?P<other>\.\.\.|.)""",
    re.VERBOSE | re.DOTALL,
)
_OPENERS, _CLOSERS = frozenset("([{"), frozenset(")]}")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_JOINERS = frozenset({"join", "resolve", "normalize"})
_HERE = (("__dirname",), ("import", ".", "meta", ".", "dirname"))
_WORKING_DIRECTORY = ("process", ".", "cwd", "(", ")")
_HINT = "expected a literal path; pass --schema (and --migrations) instead"

Token = tuple[str, str, int]


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

    Read are string literals and `path.join`, `path.resolve` of them, with `__dirname`, `import.meta.dirname` and
    `process.cwd()`, in the object that is exported by default (in `defineConfig(...)` or not).

    Raises:
        SourceError: when the object or one of the two paths cannot be read literally.

    """
    return _ConfigReader(path, text, root, shown).read()


class _ConfigReader:
    def __init__(self, path: Path, text: str, root: Path, shown: str) -> None:
        self._directory = path.parent
        self._text = text
        self._root = root
        self._shown = shown
        self._tokens = list(_tokens(text))

    def read(self) -> ConfigPaths:
        members = self._members(self._exported())
        migrations = self._migrations(members.get("migrations"))
        return ConfigPaths(
            path=self._shown,
            directory=self._directory,
            schema=self._path(members["schema"]) if "schema" in members else None,
            migrations=migrations,
        )

    def _error(self, offset: int, message: str) -> SourceError:
        line = self._text.count("\n", 0, offset) + 1
        column = offset - (self._text.rfind("\n", 0, offset) + 1) + 1
        return SourceError(f"{message}: {_HINT}", path=self._shown, line=line, column=column)

    def _exported(self) -> list[Token]:
        """The tokens of the exported object, from its brace on."""
        words = [text for _, text, _ in self._tokens]
        start = _index_of(words, ("export", "default")) or _index_of(words, ("module", ".", "exports", "="))
        if start is None:
            raise self._error(0, "found no `export default`")
        value = self._tokens[start:]
        if [text for _, text, _ in value[:2]] == ["defineConfig", "("]:
            value = value[2:]
        if value and value[0][1] == "{":
            return value
        return self._named_object(value)

    def _named_object(self, value: list[Token]) -> list[Token]:
        """`export default config`, where `const config = {` (or `defineConfig({`) stands in the same file."""
        name = value[0] if value else ("word", "", len(self._text))
        words = [text for _, text, _ in self._tokens]
        for index, word in enumerate(words):
            if word == name[1] and words[index - 1 : index] in (["const"], ["let"], ["var"]):
                rest = self._tokens[index + 1 :]
                position = next((n for n, token in enumerate(rest) if token[1] == "="), len(rest)) + 1
                if [text for _, text, _ in rest[position : position + 2]] == ["defineConfig", "("]:
                    position += 2
                if rest[position : position + 1] and rest[position][1] == "{":
                    return rest[position:]
        raise self._error(name[2], f"found `{name[1][:40]}` as the exported value")

    def _members(self, tokens: list[Token]) -> dict[str, list[Token]]:
        """The members of the object that begins `tokens`: their values as tokens."""
        members: dict[str, list[Token]] = {}
        spread: Token | None = None
        for part in _parts(tokens):
            if part[0][1] == "...":
                spread = part[0]
            elif len(part) > 1 and part[1][1] == ":":
                members[part[0][1].strip("\"'`")] = part[2:]
            elif part[0][1] in ("schema", "migrations"):
                members[part[0][1]] = part
        if spread is not None and "schema" not in members:
            raise self._error(spread[2], "found a spread that may hold the schema")
        return members

    def _migrations(self, value: list[Token] | None) -> Path | None:
        if not value:
            return None
        if value[0][1] != "{":
            raise self._error(value[0][2], f"`migrations`: found `{value[0][1][:40]}`")
        for part in _parts(value):
            if len(part) > 1 and part[1][1] == ":" and part[0][1].strip("\"'`") == "path":
                return self._path(part[2:])
            if part[0][1] in ("...", "path"):
                raise self._error(part[0][2], f"`migrations`: found `{part[0][1]}`")
        return None

    def _path(self, value: list[Token]) -> Path:
        evaluated = self._evaluate(value)
        return Path(os.path.normpath(self._directory / evaluated))

    def _evaluate(self, value: list[Token]) -> str:
        """A path as the program would have it; relative ones stay relative."""
        words = tuple(text for _, text, _ in value)
        if len(value) == 1 and value[0][0] == "string":
            return _ESCAPE.sub(r"\1", words[0][1:-1])
        if words in _HERE:
            return str(self._directory)
        if words == _WORKING_DIRECTORY:
            return str(self._root)
        call = words.index("(") if "(" in words else 0
        if call and words[-1] == ")" and words[call - 1] in _JOINERS and call in (1, 3):
            parts = [self._evaluate(part) for part in _parts(value[call:])]
            joined = _joined(parts)
            return str(self._root / joined) if words[call - 1] == "resolve" else joined
        offset = value[0][2] if value else 0
        raise self._error(offset, f"found `{''.join(words)[:40]}`")


def _joined(parts: list[str]) -> str:
    return os.path.normpath("/".join(parts)) if parts else "."


def _tokens(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "space":
            yield match.lastgroup or "other", match[0], match.start()


def _index_of(words: list[str], sequence: tuple[str, ...]) -> int | None:
    """The index behind the first place where `sequence` stands."""
    size = len(sequence)
    places = (n + size for n in range(len(words)) if tuple(words[n : n + size]) == sequence)
    return next(places, None)


def _parts(tokens: list[Token]) -> Iterator[list[Token]]:
    """What stands between the commas of the bracket that begins `tokens`, up to its end."""
    depth = 0
    part: list[Token] = []
    for token in tokens:
        if token[0] == "other" and token[1] in _CLOSERS:
            depth -= 1
            if depth == 0:
                break
        if depth == 1 and token[1] == "," and token[0] == "other":
            if part:
                yield part
            part = []
        elif depth > 0:
            part.append(token)
        if token[0] == "other" and token[1] in _OPENERS:
            depth += 1
    if part:
        yield part
