"""The command line: parse, call, print, exit.

Everything heavy is imported inside the commands, so that `pgready --version` and `--help` answer at once.
"""

import io
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgready import __version__
from pgready.errors import ConfigError, PgreadyError, ReportError

if TYPE_CHECKING:
    from pgready.orchestrator.audit import Progress, Sources
    from pgready.verdict import AuditResult

__all__ = ["main"]

_USAGE, _INTERNAL, _INTERRUPTED, _TERMINATED = 2, 4, 130, 143

_EXIT_CODES = """
\b
Exit codes:
  0  READY: nothing blocks and every required check ran
  1  NOT READY: at least one blocking finding
  2  wrong usage or input; the message names the place
  3  INCONCLUSIVE: nothing blocks, but a required check did not run
  4  internal error, a bug of pgready
"""


def main() -> None:
    """Entry point: every way out has its exit code and, for a mistake of the user, one clear message."""
    signal.signal(signal.SIGTERM, _terminate)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no ✓ gets a question mark, and the verdict all the same.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = _USAGE
    except PgreadyError as error:
        _complain(f"pgready: {error}")
        code = _USAGE
    except (KeyboardInterrupt, click.Abort):
        _complain("pgready: interrupted; nothing was left behind")
        code = _INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`| head`): nothing to tell it, and no more writing at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = _INTERNAL
    except Exception as error:  # noqa: BLE001  # the outermost edge: a bug is told apart from every verdict
        _complain(f"pgready: internal error, a bug of pgready: {type(error).__name__}: {error}")
        if os.environ.get("PGREADY_DEBUG"):
            traceback.print_exc()
        else:
            _complain("pgready: run again with PGREADY_DEBUG=1 for the traceback and report it, please")
        code = _INTERNAL
    sys.exit(code)


def _terminate(_signal: int, _frame: object) -> None:
    # As an exception, so that servers, kernels and directories are cleaned up on the way out.
    sys.exit(_TERMINATED)


def _complain(message: str) -> None:
    from pgready.reports.visible import visible  # noqa: PLC0415

    click.echo(visible(message, keep="\n"), err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EXIT_CODES)
@click.version_option(__version__, prog_name="pgready")
def cli() -> None:
    """Is this PostgreSQL schema, with these migrations, ready for production?

    pgready rehearses the deployment on a throw-away PostgreSQL and shows what comes out.
    """


def _project_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that `audit` and `check` share."""
    path = click.Path(path_type=str)
    options = [
        click.argument("project", default=".", type=path),
        click.option("--schema", multiple=True, type=path, metavar="PATH", help="schema file or folder; repeatable"),
        click.option("--migrations", type=path, metavar="DIR", help="directory of the migrations"),
        click.option("--config", type=path, metavar="FILE", help="configuration (default: PROJECT/pgready.toml)"),
        click.option("--rehearse/--no-rehearse", default=True, help="rehearse on a throw-away PostgreSQL (default)"),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@cli.command(epilog=_EXIT_CODES)
@_project_options
@click.option("--output", type=click.Path(path_type=str), metavar="DIR", help="default: reports/<project>")
def audit(
    *,
    project: str,
    schema: tuple[str, ...],
    migrations: str | None,
    config: str | None,
    output: str | None,
    rehearse: bool,
) -> int:
    """Audit PROJECT and write a report: HTML, Markdown, notebook and audit.json."""
    sources = _read(project, schema, migrations, config, rehearse=rehearse)
    output_dir = Path(output) if output is not None else Path("reports") / _directory_name(sources.request.name)
    _writable(output_dir)
    from pgready.orchestrator.report import make_report  # noqa: PLC0415

    parameters = {
        "project": project,
        "config": config,
        "schema": list(schema),
        "migrations": migrations,
        "rehearse": rehearse,
    }
    with _progress() as (on_phase, on_progress):
        report = make_report(sources, output_dir, parameters=parameters, on_progress=on_progress, on_phase=on_phase)
    for doubt in report.doubts:
        _complain(f"pgready: the report was not completed: {doubt}")
    return _print(report.result, brief=True, report=report.html)


@cli.command(epilog=_EXIT_CODES)
@_project_options
@click.option("--output", type=click.Path(path_type=str), metavar="DIR", help="write audit.json into this directory")
@click.option("--json", "json_file", type=click.Path(path_type=str), metavar="FILE", help="write the audit to FILE")
def check(
    *,
    project: str,
    schema: tuple[str, ...],
    migrations: str | None,
    config: str | None,
    output: str | None,
    json_file: str | None,
    rehearse: bool,
) -> int:
    """The same audit on the terminal, without notebook and report."""
    sources = _read(project, schema, migrations, config, rehearse=rehearse)
    if output is not None:
        _writable(Path(output))
    from pgready.orchestrator.audit import audit_sources  # noqa: PLC0415
    from pgready.orchestrator.evidence import anew  # noqa: PLC0415

    with _progress() as (on_phase, on_progress):
        on_phase("rehearsing the migrations")
        result = audit_sources(sources, on_progress=on_progress, keep=anew)
    _write_json(result, output, json_file)
    return _print(result)


def _read(
    project: str, schema: tuple[str, ...], migrations: str | None, config: str | None, *, rehearse: bool
) -> "Sources":
    from pgready.orchestrator.audit import read_sources  # noqa: PLC0415
    from pgready.orchestrator.request import make_request  # noqa: PLC0415

    return read_sources(make_request(project, config=config, schema=schema, migrations=migrations, rehearse=rehearse))


def _directory_name(name: str) -> str:
    """One harmless path component: the name comes from the project under audit, which must not choose a place."""
    return re.sub(r"[^\w.-]+", "-", name).strip(".-") or "project"


def _writable(directory: Path) -> None:
    """Find out before the work that the report cannot be written, not after it."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"--output: {directory}: {error.strerror or error}") from error
    if not os.access(directory, os.W_OK | os.X_OK):
        raise ConfigError(f"--output: {directory}: not writable")


def _write_json(result: "AuditResult", output: str | None, json_file: str | None) -> None:
    from pgready.reports.document import encode_without_secrets, write_audit  # noqa: PLC0415
    from pgready.reports.files import write_atomically  # noqa: PLC0415

    if output is not None:
        write_audit(result, output)
    if json_file is not None:
        write_atomically(Path(json_file), encode_without_secrets(result))


def _print(result: "AuditResult", *, brief: bool = False, report: Path | None = None) -> int:
    from rich.console import Console  # noqa: PLC0415

    from pgready.reports.scrub import make_scrubber  # noqa: PLC0415
    from pgready.reports.terminal import summary  # noqa: PLC0415

    console, scrubber = Console(highlight=False, soft_wrap=True), make_scrubber(os.environ)
    for text, style in summary(result, brief=brief, report=report):
        console.print(scrubber.text(text), style=style or None, markup=False, emoji=False)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ReportError(f"the result cannot be written to the standard output: {error.strerror or error}") from error
    return result.judgement.exit_code


@contextmanager
def _progress() -> Iterator[tuple[Callable[[str], None], "Progress"]]:
    """A bar with the migration's name on a terminal; one line for each phase elsewhere (CI logs)."""
    from rich.console import Console  # noqa: PLC0415

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield lambda phase: click.echo(f"pgready: {phase} ...", err=True), lambda _done, _total, _name: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn  # noqa: PLC0415

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[name]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("reading", total=None, name="")
        yield (
            lambda phase: bar.update(task, description=phase, name=""),
            lambda done, total, name: bar.update(task, completed=done, total=total, name=name[-50:]),
        )
