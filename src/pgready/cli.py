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
    from pgready.graph.baseline import BaselineUpdate
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


@cli.command(epilog="Exit codes: 0 written or printed, 2 wrong usage or input, 4 internal error.")
@click.argument("project", default=".", type=click.Path(path_type=str))
@click.option("--schema", multiple=True, type=click.Path(path_type=str), metavar="PATH", help="as for `check`")
@click.option("--migrations", type=click.Path(path_type=str), metavar="DIR", help="as for `check`")
@click.option("--rehearse/--no-rehearse", default=True, help="also read what the migrations really make (default)")
@click.option("--stdout", is_flag=True, help="print the draft, write nothing")
def init(*, project: str, schema: tuple[str, ...], migrations: str | None, rehearse: bool, stdout: bool) -> int:
    """Draft a pgready.toml for PROJECT: groups, shared tables, key identifiers and contracts that hold today.

    It is for a person to correct, and an existing file is never overwritten.
    """
    from pgready.config import CONFIG_NAME  # noqa: PLC0415

    file = Path(project) / CONFIG_NAME
    if not stdout and os.path.lexists(file):
        raise ConfigError(f"{file}: there is one already, and it stays as it is; --stdout prints a draft instead")
    sources = _read(project, schema, migrations, None, rehearse=rehearse)
    text = _draft(sources, asked=bool(schema or migrations))
    if stdout:
        click.echo(text, nl=False)
        return 0
    _write_new(file, text)
    _complain(f"pgready: {file} is written, a draft: read it and correct it, then run pgready check {project}")
    return 0


def _draft(sources: "Sources", *, asked: bool) -> str:
    """The text of a pgready.toml for what was read, and for what the migrations make of it when they all pass."""
    from pgready.graph.draft import make_draft  # noqa: PLC0415
    from pgready.graph.draft_text import DraftProject, draft_text  # noqa: PLC0415
    from pgready.orchestrator.audit import audit_sources  # noqa: PLC0415

    with _progress() as (on_phase, on_progress):
        on_phase("reading the schema")
        result = audit_sources(sources, on_progress=on_progress)
    made, root = result.rehearsal, sources.files.root
    given = [os.path.relpath(path, root) for path in sources.request.schema]
    project = DraftProject(
        name=result.project.name,
        schema=tuple(Path(path).as_posix() for path in given) or result.project.schema_files,
        migrations=result.project.migrations_directory,
        asked=asked,
        migration_names=tuple(record.name for record in result.migrations if record.has_file),
    )
    return draft_text(make_draft(result.declared, made.schema if made and made.complete else None), project)


@cli.command(epilog="Exit codes: 0 written or nothing to write, 2 wrong usage or input, 4 internal error.")
@click.argument("project", default=".", type=click.Path(path_type=str))
@click.option("--config", type=click.Path(path_type=str), metavar="FILE", help="default: PROJECT/pgready.toml")
@click.option("--update", is_flag=True, help="rewrite the baseline that is there; its reasons are kept")
def baseline(*, project: str, config: str | None, update: bool) -> int:
    """Write the references that break a contract today into pgready.baseline, so that only new ones fail.

    No other command ever writes that file.
    """
    from pgready.model.baseline import BASELINE_NAME, render_baseline  # noqa: PLC0415
    from pgready.reports.files import write_atomically  # noqa: PLC0415

    sources = _read(project, (), None, config, rehearse=True)
    settings = sources.request.config
    if settings.file is None:
        raise ConfigError(f"{project}: no pgready.toml, so no contract that something could break")
    file = (sources.request.root / settings.file).with_name(settings.baseline or BASELINE_NAME)
    if os.path.lexists(file) and (not update or file.is_symlink()):
        raise ConfigError(f"{file}: there is one already; --update rewrites it (a link stays as it is)")
    found = _present(sources)
    if found.entries or found.removed:
        write_atomically(file, render_baseline(found.entries).encode())
        done = f"{file} is written, {len(found.entries)} tolerated; give each a reason"
    else:
        done = "no reference breaks a contract, so nothing is written"
    _complain("\n".join([*found.lines, f"pgready: {done}"]))
    return 0


def _present(sources: "Sources") -> "BaselineUpdate":
    from pgready.graph.baseline import present_baseline  # noqa: PLC0415
    from pgready.graph.isolation import IsolationRules  # noqa: PLC0415
    from pgready.orchestrator.audit import audit_sources  # noqa: PLC0415

    with _progress() as (on_phase, on_progress):
        on_phase("rehearsing the migrations")
        result = audit_sources(sources, on_progress=on_progress)
    if result.rehearsal is None or not result.rehearsal.complete:
        raise ConfigError("the clean deploy does not finish (RES001), so which keys there are is not known")
    config = sources.request.config
    rules = IsolationRules(contracts=config.contracts, hubs=config.hubs, accepted=config.crossings)
    return present_baseline(result.declared, result.rehearsal.schema, result.grouping, rules)


def _write_new(file: Path, text: str) -> None:
    """Only where nothing stands, even when it came to stand there a moment ago."""
    try:
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror or error}") from error


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
