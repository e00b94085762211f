"""Git, asked in a repository that is not trusted.

- The variables GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE and all other GIT_* that choose a repository, trace, or name a
  program are not passed on (a hook sets some of them), only where the user's own settings lie (`_KEPT`);
- no hook, file system monitor, pager, editor, filter or diff driver of its configuration is ever started, a repository
  without a working tree is refused, and nothing is fetched: git 2.45 and newer obey GIT_NO_LAZY_FETCH, and all obey an
  empty list of protocols (a partial clone would ask a helper of its own choice for the trees that it lacks);
- replacement objects (`refs/replace`) do not count, and a revision cannot be an option.

Source: git(1), "Environment Variables"; git-config(1), safe.directory, safe.bareRepository, protocol.allow;
git-ls-tree(1), output of -z.
"""

import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pgready.errors import ConfigError

__all__ = ["Entry", "Git", "git_at"]

_SECONDS = 30.0
_MOST_LISTED = 64 << 20
_REGULAR = (b"100644", b"100755")
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


def git_at(directory: Path, revision: str) -> "Git":
    """Git in that directory; ConfigError for what is no revision, and without git."""
    _acceptable(revision)
    return Git(directory=directory, program=_program(revision), revision=revision)


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
class Entry:
    """A file of a tree: its mode (octal), object id (hexadecimal) and path, as git prints them."""

    mode: bytes
    object_id: bytes
    path: bytes

    @property
    def content(self) -> bytes | None:
        """The object id of what it holds; None when it is no regular file (a link, a submodule)."""
        return self.object_id if self.mode in _REGULAR else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """Git in a directory of the repository, asked about a revision."""

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

    def entries(self, commit: str, *, whole: bool = False) -> Iterator[Entry]:
        """The files of the commit's tree below the directory, by their paths from there; `whole`: all, from the top."""
        # In a directory, ls-tree lists what is below it, by paths relative to it; what the tree lacks is empty.
        code, out, errors = self._run("ls-tree", "-r", "-z", *(("--full-tree",) if whole else ()), commit)
        if code:
            raise ConfigError(f"since {self.revision!r}: {self._why(errors)}")
        for record in out.split(b"\0"):
            about, tab, path = record.partition(b"\t")
            if tab:
                mode, _, object_id = about.split(b" ", 2)
                yield Entry(mode=mode, object_id=object_id, path=path)

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
