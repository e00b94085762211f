"""What all commands share: reading a project, progress, and the ways to say something to a person."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgready.errors import ReportError, SourceError

if TYPE_CHECKING:
    from rich.console import Console

    from pgready.orchestrator.rehearsing import Progress
    from pgready.orchestrator.request import AuditRequest
    from pgready.orchestrator.sources import Sources
    from pgready.verdict import AuditResult

__all__ = [
    "EXIT_CODES",
    "complain",
    "print_lines",
    "print_result",
    "progress",
    "project_options",
    "project_request",
    "read_project",
]

EXIT_CODES = """
\b
Exit codes:
  0  READY: nothing blocks and every required check ran
  1  NOT READY: at least one blocking finding
  2  wrong usage or input; the message names the place
  3  INCONCLUSIVE: nothing blocks, but a required check did not run
  4  internal error, a bug of pgready
"""


def complain(message: str) -> None:
    """A line for a person, on standard error; what hides or colours it is made visible.

    `##[command]` anywhere in a line is a command for the runners of GitHub and Azure, so that it is written apart.
    """
    from pgready.reports.visible import visible  # noqa: PLC0415

    click.echo(re.sub(r"##(?=\w*\[)", "## ", visible(message, keep="\n")), err=True)


def project_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that `audit` and `check` share."""
    path = click.Path(path_type=str)
    options = [
        click.argument("project", default=".", type=path),
        click.option("--schema", multiple=True, type=path, metavar="PATH", help="schema file or folder; repeatable"),
        click.option("--migrations", type=path, metavar="DIR", help="directory of the migrations"),
        click.option("--config", type=path, metavar="FILE", help="configuration (default: PROJECT/pgready.toml)"),
        click.option("--since", metavar="REV", help="deploy what this revision of git lacks (default: all)"),
        click.option("--rehearse/--no-rehearse", default=True, help="rehearse on a throw-away PostgreSQL (default)"),
        click.option("--postgres", type=path, metavar="PATH", help="installation that is rehearsed on, or its bin/"),
        click.option("--thorough", is_flag=True, help="rows, locks and stops midway for every migration, not only new"),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def read_project(
    project: str,
    schema: tuple[str, ...],
    migrations: str | None,
    config: str | None,
    *,
    rehearse: bool,
    since: str | None = None,
    postgres: str | None = None,
    thorough: bool = False,
    writes_baseline: bool = False,
    needs_no_config: bool = False,
) -> "Sources":
    """Everything in the files of a project, as `project_request` has it. Raises SourceError and ConfigError."""
    from pgready.orchestrator.sources import read_sources  # noqa: PLC0415

    return read_sources(
        project_request(
            project,
            schema,
            migrations,
            config,
            rehearse=rehearse,
            since=since,
            postgres=postgres,
            thorough=thorough,
            writes_baseline=writes_baseline,
            needs_no_config=needs_no_config,
        )
    )


def project_request(
    project: str,
    schema: tuple[str, ...],
    migrations: str | None,
    config: str | None,
    *,
    rehearse: bool,
    since: str | None = None,
    postgres: str | None = None,
    thorough: bool = False,
    writes_baseline: bool = False,
    needs_no_config: bool = False,
) -> "AuditRequest":
    """What is asked for, before the schema and the migrations are read.

    A baseline that no configuration goes with is refused, unless the command is about to write one (`needs_no_config`).
    Raises SourceError and ConfigError.
    """
    from pgready.config import refuse_lone_baseline  # noqa: PLC0415
    from pgready.orchestrator.request import make_request  # noqa: PLC0415

    if config is None and not needs_no_config:
        refuse_lone_baseline(Path(project))
    try:
        return make_request(
            project,
            config=config,
            schema=schema,
            migrations=migrations,
            rehearse=rehearse,
            since=since,
            postgres=postgres,
            thorough=thorough,
            writes_baseline=writes_baseline,
        )
    except OSError as error:
        # A directory on the way that may not be entered.
        raise SourceError(f"cannot be read: {error.strerror or error}", path=str(error.filename or project)) from error


def print_result(
    result: "AuditResult", sources: "Sources", *, brief: bool = False, report: Path | None = None, notes: bool = False
) -> int:
    """The verdict with what led to it on standard output; its exit code."""
    from pgready.cli.printing import print_rows, terminal_width, texts  # noqa: PLC0415
    from pgready.reports.scrub import make_scrubber  # noqa: PLC0415
    from pgready.reports.terminal.result import rows  # noqa: PLC0415

    print_rows(
        rows(
            result,
            brief=brief,
            report=report,
            excerpts=texts(sources),
            width=terminal_width(),
            notes=notes,
            scrub=make_scrubber(os.environ).text,
        )
    )
    return result.judgement.exit_code


def print_lines(lines: Iterable[tuple[str, str]]) -> None:
    """Lines with the rich style of each; what is printed is plain text, and without secrets."""
    from rich.console import Console  # noqa: PLC0415

    from pgready.reports.scrub import make_scrubber  # noqa: PLC0415

    console, scrubber = Console(highlight=False, soft_wrap=True), make_scrubber(os.environ)
    for text, style in lines:
        console.print(scrubber.text(text), style=style or None, markup=False, emoji=False)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ReportError(f"the result cannot be written to the standard output: {error.strerror or error}") from error


def _terminal() -> "Console | None":
    """Standard error, when a person looks at it; rich is loaded only then."""
    from pgready.cli.printing import is_plain  # noqa: PLC0415

    if is_plain(sys.stderr):
        return None
    from rich.console import Console  # noqa: PLC0415

    console = Console(stderr=True, highlight=False)
    return console if console.is_terminal else None


@contextmanager
def progress() -> Iterator[tuple[Callable[[str], None], "Progress"]]:
    """A bar with the migration's name on a terminal; one line for each phase elsewhere (CI logs)."""
    console = _terminal()
    if console is None:
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
