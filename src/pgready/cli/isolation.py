"""`pgready init` and `pgready compare`: groups, contracts and isolation."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgready.cli.output import complain, print_lines, progress, read_project
from pgready.errors import ConfigError

if TYPE_CHECKING:
    from pgready.orchestrator.sources import Sources

__all__ = ["compare", "init"]


@click.command(epilog="Exit codes: 0 written or printed, 2 wrong usage or input, 4 internal error.")
@click.argument("project", default=".", type=click.Path(path_type=str))
@click.option(
    "--schema", multiple=True, type=click.Path(path_type=str), metavar="PATH", help="schema file or folder; repeatable"
)
@click.option("--migrations", type=click.Path(path_type=str), metavar="DIR", help="directory of the migrations")
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
    sources = read_project(project, schema, migrations, None, rehearse=rehearse, needs_no_config=True)
    text = _draft(sources, asked=bool(schema or migrations))
    if stdout:
        click.echo(text, nl=False)
        return 0
    _write_new(file, text)
    complain(f"pgready: {file} is written, a draft: read it and correct it, then run pgready check {project}")
    return 0


def _draft(sources: "Sources", *, asked: bool) -> str:
    """The text of a pgready.toml for what was read, and for what the migrations make of it when they all pass."""
    from pgready.graph.draft import make_draft  # noqa: PLC0415
    from pgready.graph.draft_text import DraftProject, draft_text  # noqa: PLC0415
    from pgready.orchestrator.audit import audit_sources  # noqa: PLC0415

    with progress() as (on_phase, on_progress):
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


def _write_new(file: Path, text: str) -> None:
    """Only where nothing stands, even when it came to stand there a moment ago."""
    try:
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror or error}") from error


_COMPARED = """
\b
Exit codes:
  0  better or the same
  1  worse, or better and worse
  2  wrong usage or input; the message names the place
  3  unsure, a person has to look: a reference may live on without its key, tables moved between groups, rules ask for
     less, only one side has groups or a rehearsal that tells
  4  internal error, a bug of pgready
"""


@click.command(epilog=_COMPARED)
@click.argument("before", type=click.Path(path_type=str))
@click.argument("after", type=click.Path(path_type=str))
@click.option("--config", type=click.Path(path_type=str), metavar="FILE", help="groups and rules for both sides")
def compare(*, before: str, after: str, config: str | None) -> int:
    """Compare the isolation of two schemas: is AFTER better isolated than BEFORE, or worse?

    Each is a project directory (its declared schema, judged by its own pgready.toml) or an audit.json that `audit` or
    `check --output` wrote. A schema that only dropped its keys is worse; other groups and rules alone are never better.
    """
    from pgready.orchestrator.compare import compare as compared  # noqa: PLC0415
    from pgready.orchestrator.compare import exit_code  # noqa: PLC0415
    from pgready.reports.terminal.compare import comparison_lines  # noqa: PLC0415

    found = compared(before, after, config=config)
    print_lines(comparison_lines(found.change, found.before, found.after))
    return exit_code(found.change)
