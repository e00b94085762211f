"""Lines of several styles on standard output, and the texts of the files that they show."""

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from pgready.errors import ReportError

if TYPE_CHECKING:
    from rich.console import Console

    from pgready.model.location import Location
    from pgready.orchestrator.sources import Sources
    from pgready.reports.terminal.row import Row

__all__ = ["is_plain", "print_rows", "terminal_width", "texts"]


def terminal_width() -> int | None:
    """The width of the terminal in cells; None where nothing is to be folded (a pipe, a file, a CI log)."""
    if not sys.stdout.isatty():
        return None
    from rich.console import Console  # noqa: PLC0415  # heavy, and only for a person

    return Console().width


def is_plain(stream: TextIO) -> bool:
    """Whether rich would print there what is written as it is, so that it need not be loaded.

    What makes it see a terminal where none is are these variables (rich, `Console.is_terminal`).
    """
    return not stream.isatty() and not any(map(os.environ.get, ("FORCE_COLOR", "TTY_COMPATIBLE")))


def print_rows(rows: Iterable["Row"]) -> None:
    """Each row in its styles where there are colours (rich heeds NO_COLOR and FORCE_COLOR), and without secrets.

    A row from which a secret was taken is printed without styles: their places are no longer known.
    """
    from pgready.reports.scrub import make_scrubber  # noqa: PLC0415

    scrubber = make_scrubber(os.environ)
    console = None if is_plain(sys.stdout) else _console()
    try:
        for each in rows:
            said = scrubber.text(each.text)
            if console is None and said.isprintable():
                sys.stdout.write(f"{said}\n")
            else:
                _print_styled(console or _console(), each, said)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ReportError(f"the result cannot be written to the standard output: {error.strerror or error}") from error


def _print_styled(console: "Console", each: "Row", said: str) -> None:
    from rich.text import Text  # noqa: PLC0415

    console.print(Text.assemble(*each.pieces) if said == each.text else Text(said))


def _console() -> "Console":
    from rich.console import Console  # noqa: PLC0415

    return Console(highlight=False, soft_wrap=True)


def texts(sources: "Sources") -> Callable[["Location"], str | None]:
    """From a place to the text of its file: a migration as it was audited, or a file of the schema or configuration.

    Nothing else is opened, whatever a location names; what cannot be read (any more) has no text. Secrets are taken out
    before a line can be cut within one; a text whose lines that changes is not shown.
    """
    from pgready.reports.scrub import make_scrubber  # noqa: PLC0415

    scrubber = make_scrubber(os.environ)
    migrations = {each.file: each.sql for each in sources.migrations}
    known: dict[str, str | None] = {}
    root = sources.files.root
    files = {os.path.relpath(path, root).replace(os.sep, "/"): path for path in sources.files.schema_files}
    if sources.request.config.file is not None:
        files[sources.request.config.file] = root / sources.request.config.file

    def text(location: "Location") -> str | None:
        file = location.file
        if file not in known:
            found = migrations[file] if file in migrations else _read(files.get(file))
            said = scrubber.text(found) if found is not None else None
            known[file] = said if said is None or found is None or said.count("\n") == found.count("\n") else None
        return known[file]

    return text


def _read(file: Path | None) -> str | None:
    with suppress(OSError, ValueError):
        return None if file is None else file.read_bytes().decode("utf-8-sig")
    return None
