"""Where `audit` and `check` write: looked at before the work, and empty of what an earlier run left."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from pgready.errors import ConfigError, ReportError

__all__ = ["fresh", "output_directory", "output_files"]


def output_directory(given: str) -> Path:
    """The directory that --output names. Raises ConfigError."""
    if not given:
        raise ConfigError("--output: is empty; expected a directory")
    return Path(os.path.expanduser(given))  # noqa: PTH111  # Path's own raises for a home that is none


def output_files(given: Mapping[str, str | None], directory: Path | None) -> dict[str, Path]:
    """The file of each form (option -> file): none a directory, none the same as another, each in a place for it.

    ConfigError, which names the option.
    """
    files = {option: _file(option, text) for option, text in given.items() if text is not None}
    taken: dict[Path, tuple[str, str]] = {}
    if directory is not None:
        from pgready.orchestrator.earlier import FORMS  # noqa: PLC0415  # heavy: cattrs

        taken = {(directory / name).resolve(): (form, "--output") for form, name in FORMS.items()}
    for option, file in files.items():
        form, other = taken.setdefault(file.resolve(), (option, f"--{option}"))
        if form != option and (file.is_file() or not file.exists()):
            raise ConfigError(f"--{option}: {file}: {other} writes another form into the same file")
    return files


def _file(option: str, text: str) -> Path:
    if not text:
        raise ConfigError(f"--{option}: is empty; expected a file")
    file = Path(os.path.expanduser(text))  # noqa: PTH111  # likewise
    if file.is_dir() or text.endswith("/"):
        raise ConfigError(f"--{option}: {text}: is a directory; expected a file (--output writes into a directory)")
    if not file.exists() or file.is_file():
        place = next(each for each in file.resolve().parents if each.exists())
        if not place.is_dir():
            raise ConfigError(f"--{option}: {text}: {place} is a file; expected a directory")
        if not os.access(place, os.W_OK | os.X_OK):
            raise ConfigError(f"--{option}: {text}: {place} is not writable")
    return file


@contextmanager
def fresh(directory: Path | None, files: Mapping[str, Path] | None = None) -> Iterator[None]:
    """Hold the directory for this run, and remove in it and of the files what an earlier one left, now and on failure.

    The directory is made. Raises ConfigError and ReportError.
    """
    with ExitStack() as ending:
        if directory is not None:
            from pgready.orchestrator.earlier import alone_in, whole_or_nothing  # noqa: PLC0415  # heavy: cattrs

            _writable(directory)
            ending.enter_context(alone_in(directory))
            ending.enter_context(whole_or_nothing(directory))
        if files:
            ending.enter_context(_without_old(files))
        yield


@contextmanager
def _without_old(files: Mapping[str, Path]) -> Iterator[None]:
    from pgready.orchestrator.earlier import remove_files  # noqa: PLC0415  # heavy: cattrs

    remove_files(files.values())
    try:
        yield
    except BaseException:
        with suppress(ReportError):
            remove_files(files.values())
        raise


def _writable(directory: Path) -> None:
    """Find out before the work that the report cannot be written, not after it."""
    try:
        if directory.exists() and not directory.is_dir():
            raise ConfigError(f"--output: {directory}: is a file; expected a directory, or a name that is free")
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"--output: {directory}: {error.strerror or error}") from error
    if not os.access(directory, os.W_OK | os.X_OK):
        raise ConfigError(f"--output: {directory}: not writable")
