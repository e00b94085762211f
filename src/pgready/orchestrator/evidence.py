"""Rehearsals kept for a while, so that five notebooks of one project rehearse once.

The key is a hash of everything that a rehearsal depends on. The store is a private directory of the user and never
lies inside the project under audit, which could bring forged evidence along.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pgready
from pgready.model.trace import Rehearsal
from pgready.reports.notebooks.kernel_watch import DIRECTORY_VARIABLE

__all__ = ["Keep", "anew", "code_digest", "kept", "key_of"]

Keep = Callable[[str, Callable[[], Rehearsal]], Rehearsal]
"""From the key of a rehearsal and a way to make it to the rehearsal."""

_KEEP_SECONDS = 7 * 24 * 3600


@cache
def code_digest() -> str:
    """A hash of what makes rehearsals: evidence of other code is not the evidence of this code.

    What is cut, asked, tried and looked at is chosen in many rooms; only those that show results are left out.
    """
    package = Path(pgready.__file__).parent
    shown = {package / room for room in ("cli", "figures", "reports")}
    files = sorted(
        path
        for path in package.rglob("*")
        if path.suffix in {".py", ".sql", ".control"} and shown.isdisjoint(path.parents)
    )
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def key_of(parts: dict[str, object]) -> str:
    """A content hash of JSON values, whatever their order."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def anew(_key: str, make: Callable[[], Rehearsal]) -> Rehearsal:
    """A new rehearsal in any case: who asks on the command line wants to know what happens now."""
    return make()


def kept(
    key: str, make: Callable[[], Rehearsal], *, store: Path | None = None, for_this_run: bool = False
) -> Rehearsal:
    """The rehearsal of that key, made now if it is not there; whoever asks meanwhile waits for it.

    `store` is a private directory; by default that of the kernel we run in, when pgready started it, else one in the
    user's cache.
    Where there is no private place to keep it, it is simply made. What did not finish is kept `for_this_run` only,
    whose notebooks are all to show the same.
    """
    from pgready.reports.document import decode_rehearsal, encode_rehearsal  # noqa: PLC0415  # heavy: cattrs, msgspec

    store = store or _store()
    if store is None:
        return make()
    path = store / f"rehearsal-{key}.json"
    with _locked(store / f"rehearsal-{key}.lock"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return decode_rehearsal(path.read_bytes())
        rehearsal = make()
        # What did not finish or was not answered is tried again: an extension or a limit may have been in its way.
        # A full disk costs the next caller some time, and nobody any evidence.
        if for_this_run or (rehearsal.complete and not rehearsal.unanswered):
            with contextlib.suppress(OSError):
                _write(path, encode_rehearsal(rehearsal))
    _forget_old(store)
    return rehearsal


def _store() -> Path | None:
    """A directory of this user that nobody else can write to; None where there is none."""
    try:
        given = os.environ.get(DIRECTORY_VARIABLE)
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
        store = Path(given) if given else base / "pgready" / "evidence"
        store.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = store.stat()
    except (OSError, RuntimeError):
        return None
    private = facts.st_uid == os.geteuid() and not facts.st_mode & 0o022
    return store if private else None


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock where one can be had; without it the worst is that two rehearse the same."""
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):
            file = held.enter_context(path.open("w"))
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_bytes(content)
    temporary.replace(path)


def _forget_old(store: Path) -> None:
    limit = time.time() - _KEEP_SECONDS
    for path in store.glob("rehearsal-*"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < limit:
                path.unlink()
