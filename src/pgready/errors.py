"""Every error that pgready raises on purpose.

The tree::

    PgreadyError                 something a person can act on; the command line prints it and exits with 2
    ├── SourceError              a file under audit cannot be read; knows path, line and column
    ├── ConfigError              pgready.toml, a parameter or an option is wrong; names the key
    ├── ConnectError             a live database cannot be reached
    ├── RehearsalError           no throw-away server could be started, or it broke (disk, memory, binaries)
    └── ReportError              a report cannot be written

A migration that fails is *not* an error of ours: it is an outcome, and becomes a finding.
"""

__all__ = [
    "ConfigError",
    "ConnectError",
    "PgreadyError",
    "RehearsalError",
    "ReportError",
    "SourceError",
]


class PgreadyError(Exception):
    """Base of all errors that carry a message for a person; never shown as a traceback."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the message alone, without characters that hide or colour what it says.

        IPython asks every exception for this (`InteractiveShell.showtraceback`); the cell has failed all the same, and
        `%debug` still knows the frames.
        """
        message = f"{type(self).__name__}: {self}"
        return ["".join(char if char.isprintable() or char == "\n" else ascii(char)[1:-1] for char in message)]


class SourceError(PgreadyError):
    """A file under audit cannot be read, with its place.

    `path` is relative to the project, `line` and `column` are 1-based (column in characters); both are None when the
    whole file or directory is meant. `others` holds further errors of the same run, in order of place.
    """

    def __init__(
        self,
        message: str,
        *,
        path: str,
        line: int | None = None,
        column: int | None = None,
        others: tuple["SourceError", ...] = (),
    ) -> None:
        """Keep the place apart from the message, so that annotations can use it."""
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.column = column
        self.others = others

    def __str__(self) -> str:
        """`path:line:column: message`, one line per error, as compilers print it."""
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)
        # A message about the whole project says itself where it looked.
        first = self.message if place == "." else f"{place}: {self.message}"
        return "\n".join([first, *(str(other) for other in self.others)])


class ConfigError(PgreadyError):
    """`pgready.toml`, a notebook parameter or a command line option is wrong."""


class ConnectError(PgreadyError):
    """A live database cannot be reached or read; the message never holds a password."""


class RehearsalError(PgreadyError):
    """The throw-away server cannot be started or broke for a reason outside the migrations."""


class ReportError(PgreadyError):
    """A report cannot be produced or written."""
