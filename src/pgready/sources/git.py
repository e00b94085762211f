"""What git says about the migrations: which are newer than a revision, which were edited after it.

Only two commands of plumbing are run, `rev-parse` and `ls-tree`, and no content is read through git. The repository is
that around the migrations; it is not trusted:

- the variables GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE and all other GIT_* that choose a repository, trace, or name a
  program are not passed on (a hook sets some of them), only where the user's own settings lie (`_KEPT`);
- no hook, file system monitor, pager, editor, filter or diff driver of its configuration is ever started, a repository
  without a working tree is refused, and nothing is fetched: git 2.45 and newer obey GIT_NO_LAZY_FETCH, and all obey an
  empty list of protocols (a partial clone would ask a helper of its own choice for the trees that it lacks);
- replacement objects (`refs/replace`) do not count, and a revision cannot be an option.

Source: git(1), "Environment Variables"; git-config(1), safe.directory, safe.bareRepository, protocol.allow;
git-ls-tree(1), output of -z.
"""

import hashlib
import os
import re
import shutil
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pgready.errors import ConfigError

__all__ = ["Since", "blob_id", "migrations_since"]

_SQL_FILE = b"migration.sql"
_SECONDS = 30.0
_MOST_LISTED = 64 << 20
_MOST_BYTES = 256 << 20
_REGULAR = {b"100644", b"100755"}
_OBJECT_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")

# Where the user's own configuration lies (`safe.directory` in a container), and how far up git looks.
_KEPT = re.compile(
    r"GIT_CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|GIT_CEILING_DIRECTORIES"
    r"|GIT_DISCOVERY_ACROSS_FILESYSTEM"
)
_SET = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_OVERRIDDEN = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.pager=cat",
    "core.sshCommand=false",
    "credential.helper=",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What became of the migrations after a revision; names in the order of the bytes.

    `new` have no migration.sql in its tree, `edited` have another one there (line endings do not count), `removed` are
    there and not on disk. `commit` is the revision's full object id.
    """

    new: frozenset[str]
    edited: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    commit: str = ""


def migrations_since(root: Path, migrations_directory: Path, names: Iterable[str], revision: str) -> Since:
    """Compare the migrations on disk, committed or not, with the tree of a revision (a branch, tag or commit).

    `names` are the migrations on disk; bytes of names that are not UTF-8 stand as U+FFFD. A renamed migration is new
    and removed, as it is to Prisma. The tree is that of the revision itself: where the branch is behind it,
    migrations that only the revision has count as removed. Content is compared by object id, as it is and with all line
    endings turned into LF and into CRLF, as Prisma compares checksums; a file that another filter changes on the way
    into git (LFS, encryption, another encoding) counts as edited.

    Raises ConfigError when there is no git, no repository, another repository for the migrations than for the project
    (a submodule), or no such revision; it says what was expected.
    """
    _acceptable(revision)
    git = _Git(directory=migrations_directory, program=_program(revision), revision=revision)
    top = git.top()
    if _Git(directory=root, program=git.program, revision=revision).top() != top:
        raise ConfigError(
            f"since {revision!r}: the migrations lie in another git repository than the project ({top}), a submodule "
            "or a nested clone; expected one repository for both"
        )
    commit = git.commit()
    return _compare(migrations_directory, set(names), git.files(commit), commit)


def _acceptable(revision: str) -> None:
    if not revision or revision.startswith("-") or not revision.isprintable() or revision != revision.strip():
        raise ConfigError(f"since {revision!r}: not a revision; expected a branch, tag or commit, such as origin/main")


def _program(revision: str) -> str:
    # A relative entry of PATH would mean another program in the directory of the project.
    places = [place for place in os.environ.get("PATH", os.defpath).split(os.pathsep) if Path(place).is_absolute()]
    found = shutil.which("git", path=os.pathsep.join(places))
    if found is None:
        raise ConfigError(f"since {revision!r}: no git found; expected the program `git` in PATH")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Git:
    """Git in a directory of the repository."""

    directory: Path
    program: str
    revision: str

    def top(self) -> Path:
        """The directory of the working tree."""
        # Not --show-toplevel: the name of a directory may hold a line break.
        code, out, errors = self._run("rev-parse", "--is-inside-work-tree", "--show-cdup")
        inside, _, up = out.decode(errors="replace").partition("\n")
        if code:
            raise ConfigError(f"since {self.revision!r}: {self._why(errors)}")
        if inside != "true":
            raise ConfigError(
                f"since {self.revision!r}: {self.directory} lies inside the data of git; "
                "expected a directory of a clone"
            )
        return (self.directory / up.removesuffix("\n")).resolve()

    def commit(self) -> str:
        """The full id of the revision's commit."""
        wanted = f"{self.revision}^{{commit}}"
        code, out, errors = self._run("rev-parse", "--verify", "--end-of-options", wanted)
        if code == 0 and _OBJECT_ID.fullmatch(out.strip()):
            return out.strip().decode()
        if code and not re.search(rb"single revision|unknown revision|bad revision|ambiguous argument", errors):
            raise ConfigError(f"since {self.revision!r}: {self._why(errors)}")
        raise ConfigError(f"since {self.revision!r}: no such commit, branch or tag in this clone; {self._fetch_it()}")

    def _fetch_it(self) -> str:
        _, out, _ = self._run("rev-parse", "--is-shallow-repository")
        if out.strip() != b"true":
            return "expected one that `git log` knows (fetch it first: `git fetch origin`)"
        return (
            "the clone is shallow, so fetch it first: `git fetch --depth=1 origin BRANCH:refs/remotes/origin/BRANCH`, "
            "or all of the history (`fetch-depth: 0` of actions/checkout, `GIT_DEPTH: 0` of GitLab CI)"
        )

    def files(self, commit: str) -> dict[str, bytes | None]:
        """The object id of each migration.sql below the directory, by migration; None when it is no regular file."""
        # In a directory, ls-tree lists what is below it, by paths relative to it; what the tree lacks is empty.
        code, out, errors = self._run("ls-tree", "-r", "-z", commit)
        if code:
            raise ConfigError(f"since {self.revision!r}: {self._why(errors)}")
        found: dict[str, bytes | None] = {}
        for record in out.split(b"\0"):
            about, _, path = record.partition(b"\t")
            name, _, file = path.partition(b"/")
            if file == _SQL_FILE:
                mode, _, object_id = about.split(b" ", 2)
                found[name.decode(errors="replace")] = object_id if mode in _REGULAR else None
        return found

    def _why(self, errors: bytes) -> str:
        text = errors.decode(errors="replace").strip()
        if "dubious ownership" in text or "is owned by" in text:
            return (
                f"git does not trust {self.directory}, which belongs to another user; if you do: "
                f"`git config --global --add safe.directory DIRECTORY` with the top directory of the clone"
            )
        if "not a git repository" in text:
            return f"{self.directory} is not in a git repository; expected a clone, or no `since`"
        if re.search(r"promisor|lazy fetch|transport '.*' not allowed|unable to read tree|not a tree object", text):
            return "the clone lacks the trees of that commit (a partial clone); expected one with its trees"
        return f"git failed: {text.splitlines()[-1] if text else 'without a message'}"

    def _run(self, *arguments: str) -> tuple[int, bytes, bytes]:
        settings = (word for setting in _OVERRIDDEN for word in ("-c", setting))
        command = [self.program, "--no-pager", "--no-replace-objects", *settings, *arguments]
        return _bounded(command, self.directory, self.revision)


def _bounded(command: list[str], directory: Path, revision: str) -> tuple[int, bytes, bytes]:
    """Exit code, output and errors; neither the time nor the memory is the repository's to choose."""
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(  # noqa: S603  # a fixed command of an absolute path, no shell
                command,
                cwd=directory,
                env=_environment(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        except OSError as error:
            raise ConfigError(f"since {revision!r}: git cannot be run: {error.strerror or error}") from error
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(_SECONDS, stop)
        timer.start()
        try:
            with process:
                out = process.stdout.read(_MOST_LISTED + 1) if process.stdout else b""
                if len(out) > _MOST_LISTED:
                    process.kill()
        finally:
            timer.cancel()
        errors.seek(0)
        if late.is_set():
            raise ConfigError(f"since {revision!r}: git gave no answer in {_SECONDS:.0f} s")
        if len(out) > _MOST_LISTED:
            raise ConfigError(f"since {revision!r}: the tree lists more than {_MOST_LISTED >> 20} MiB of files")
        return process.returncode, out, errors.read(_MOST_LISTED)


def _environment(inherited: Mapping[str, str]) -> dict[str, str]:
    own = {name: value for name, value in inherited.items() if not name.startswith("GIT_") or _KEPT.fullmatch(name)}
    return own | _SET


def _compare(directory: Path, names: set[str], there: Mapping[str, bytes | None], commit: str) -> Since:
    on_disk = _real_names(directory)
    contents = {name: _content(directory / on_disk.get(name, name)) for name in sorted(names & there.keys())}
    gone = (there.keys() - names) | {name for name, content in contents.items() if content is None}
    edited = (name for name, content in contents.items() if content is not None and not _same(content, there[name]))
    return Since(new=frozenset(names - there.keys()), edited=tuple(edited), removed=tuple(sorted(gone)), commit=commit)


def _real_names(directory: Path) -> dict[str, str]:
    """The entries of the directory by how they are printed."""
    return {os.fsencode(path.name).decode(errors="replace"): path.name for path in directory.iterdir()}


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


def _same(content: bytes, object_id: bytes | None) -> bool:
    if object_id is None:
        return False
    unix = content.replace(b"\r\n", b"\n")
    variants = (content, unix, unix.replace(b"\n", b"\r\n"))
    return any(blob_id(variant, sha256=len(object_id) > 40) == object_id.decode() for variant in variants)  # noqa: PLR2004  # hexadecimal digits of SHA-1


def blob_id(content: bytes, *, sha256: bool = False) -> str:
    """What `git hash-object` prints for a file with that content, lower-case hex.

    Source: gitformat-pack(5) and the manual's "Git Objects": the hash of `blob`, the length in bytes, NUL, the content.
    """
    algorithm = hashlib.sha256 if sha256 else hashlib.sha1
    return algorithm(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
