"""A report as PDF, printed by a Chromium of this machine: nbconvert's own way downloads one.

The page is a file without scripts and requests; Chromium gets a private profile that is gone afterwards, and goes with
us in every way in which we can end. The PDF is tagged, so that it can be read aloud.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from pgready.errors import ConfigError, ReportError
from pgready.reports.files import write_atomically
from pgready.reports.notebooks.guarded import create, end_groups, guarded_directory, name_group

__all__ = ["ENVIRONMENT_VARIABLE", "TIMEOUT_S", "find_chromium", "print_pdfs"]

TIMEOUT_S = 120
"""How long reports that are printed at the same time may take together (seconds)."""

ENVIRONMENT_VARIABLE = "PGREADY_CHROMIUM"
"""Names the Chromium or Chrome that prints."""

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MACOS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
_INSTALL = (
    "--pdf: no Chromium was found; install one (Debian: apt install chromium, macOS: brew install --cask google-chrome)"
    f" or name its program in {ENVIRONMENT_VARIABLE}"
)
# sun_path holds 104 bytes on macOS; "/org.chromium.Chromium.XXXXXX/SingletonSocket" is 45 long.
_LONGEST_TMPDIR = 58
_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
    # The default since version 122.
    "--export-tagged-pdf",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Print:
    """A Chromium at work in its private directory."""

    process: subprocess.Popen[bytes]
    directory: Path
    chromium: Path


def find_chromium(environment: Mapping[str, str]) -> Path:
    """The Chromium that prints: the one that `environment` names, else the first that is installed. ConfigError."""
    if named := environment.get(ENVIRONMENT_VARIABLE):
        if (found := shutil.which(named)) is None:
            raise ConfigError(f"{ENVIRONMENT_VARIABLE}: {named}: no such program")
        return Path(found).absolute()
    for name in (*_NAMES, *_MACOS):
        if found := shutil.which(name):
            return Path(found).absolute()
    raise ConfigError(_INSTALL)


def print_pdfs(
    pages: Sequence[Path], chromium: Path, *, at_once: int = 1, timeout_s: float = TIMEOUT_S
) -> tuple[str | None, ...]:
    """Print each HTML file beside itself, as `.pdf`; for each, in words, why that failed, or None.

    `at_once` are printed at the same time, and these have `timeout_s` (seconds) together. A page that cannot be printed
    leaves no file.
    """
    batches = [pages[first : first + at_once] for first in range(0, len(pages), at_once)]
    return tuple(why for batch in batches for why in _print(batch, chromium, timeout_s))


def _print(pages: Sequence[Path], chromium: Path, timeout_s: float) -> list[str | None]:
    deadline = time.monotonic() + timeout_s
    with ExitStack() as ending:
        try:
            started = [_start(page, chromium, ending) for page in pages]
        except OSError as error:
            return [f"{chromium} could not be started: {error.strerror or error}"] * len(pages)
        return [_finished(each, page, deadline, timeout_s) for each, page in zip(started, pages, strict=True)]


def _start(page: Path, chromium: Path, ending: ExitStack) -> _Print:
    directory = ending.enter_context(guarded_directory())
    # As root Chromium has no sandbox to offer; for anybody else it stays.
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    # What it leaves behind when it is killed (org.chromium.Chromium.*) goes with the directory; but it puts a socket
    # there, and a longer path would not fit (sun_path, unix(7)).
    short = len(os.fsencode(directory)) <= _LONGEST_TMPDIR
    environment = {**os.environ, "TMPDIR": str(directory)} if short else None
    with create(directory / "log") as log:
        process = subprocess.Popen(  # noqa: S603 - the user's own browser, and a file of ours
            [
                *(chromium, *_OPTIONS, *sandbox),
                f"--user-data-dir={directory / 'profile'}",
                f"--print-to-pdf={directory / 'page.pdf'}",
                page.absolute().as_uri(),
            ],
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    ending.callback(_end, process, directory)
    name_group(directory, process.pid)
    return _Print(process=process, directory=directory, chromium=chromium)


def _end(process: subprocess.Popen[bytes], directory: Path) -> None:
    if process.poll() is None:
        end_groups(directory)
        process.kill()
    process.wait()


def _finished(printing: _Print, page: Path, deadline: float, timeout_s: float) -> str | None:
    try:
        code = printing.process.wait(max(0.01, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return f"{page.name} was not printed: {printing.chromium} did not end in {timeout_s:g} s{_said(printing)}"
    content = b""
    with suppress(OSError):
        content = (printing.directory / "page.pdf").read_bytes()
    if code or not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1024:]:
        ended = f"ended with exit code {code}" if code else "wrote no whole PDF"
        return f"{page.name} was not printed: {printing.chromium} {ended}{_said(printing)}"
    try:
        write_atomically(page.with_suffix(".pdf"), content)
    except ReportError as error:
        return str(error)
    return None


def _said(printing: _Print) -> str:
    """The last line that it wrote, if any, as the end of a sentence."""
    try:
        lines = (printing.directory / "log").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    last = next((line.strip()[:300] for line in reversed(lines) if line.strip()), None)
    return "; it said nothing" if last is None else f"; it said: {last}"
