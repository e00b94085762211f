"""`pgready audit` and `pgready check`."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgready.cli.output import EXIT_CODES, complain, print_result, progress, project_options, read_project, writable
from pgready.errors import ConfigError
from pgready.reports.notebooks.shipped import NOTEBOOK_OF_RECORD, NOTEBOOKS

if TYPE_CHECKING:
    from pgready.verdict import AuditResult

__all__ = ["audit", "check"]


@click.command(epilog=EXIT_CODES)
@project_options
@click.option("--output", type=click.Path(path_type=str), metavar="DIR", help="default: reports/<project>")
@click.option("--notebook", type=click.Choice(list(NOTEBOOKS)), default=NOTEBOOK_OF_RECORD, show_default=True)
def audit(
    *,
    project: str,
    schema: tuple[str, ...],
    migrations: str | None,
    config: str | None,
    since: str | None,
    postgres: str | None,
    thorough: bool,
    output: str | None,
    notebook: str,
    rehearse: bool,
) -> int:
    """Audit PROJECT and write a report: HTML, Markdown, notebook and audit.json."""
    sources = read_project(
        project, schema, migrations, config, rehearse=rehearse, since=since, postgres=postgres, thorough=thorough
    )
    output_dir = Path(output) if output is not None else Path("reports") / _directory_name(sources.request.name)
    writable(output_dir)
    from pgready.orchestrator.report import make_report  # noqa: PLC0415

    parameters = {
        "project": project,
        "config": config,
        "schema": list(schema),
        "migrations": migrations,
        "rehearse": rehearse,
        "since": since,
        "thorough": thorough,
    }
    with progress() as (on_phase, on_progress):
        report = make_report(
            sources,
            output_dir,
            parameters=parameters,
            notebook=notebook,
            on_progress=on_progress,
            on_phase=on_phase,
        )
    for doubt in report.doubts:
        complain(f"pgready: the report was not completed: {doubt}")
    return print_result(report.result, sources, brief=True, report=report.html)


@click.command(epilog=EXIT_CODES)
@project_options
@click.option("--output", type=click.Path(path_type=str), metavar="DIR", help="write audit.json into this directory")
@click.option("--json", "json_file", type=click.Path(path_type=str), metavar="FILE", help="write the audit to FILE")
@click.option("--notes", is_flag=True, help="also print notes, accepted findings and what was not given")
def check(
    *,
    project: str,
    schema: tuple[str, ...],
    migrations: str | None,
    config: str | None,
    since: str | None,
    postgres: str | None,
    thorough: bool,
    output: str | None,
    json_file: str | None,
    notes: bool,
    rehearse: bool,
) -> int:
    """The same audit on the terminal, without notebook and report."""
    sources = read_project(
        project, schema, migrations, config, rehearse=rehearse, since=since, postgres=postgres, thorough=thorough
    )
    if output is not None:
        writable(Path(output))
    if json_file is not None and Path(json_file).is_dir():
        raise ConfigError(f"--json: {json_file}: is a directory; expected a file (--output writes into a directory)")
    from pgready.orchestrator.audit import audit_sources  # noqa: PLC0415
    from pgready.orchestrator.evidence import anew  # noqa: PLC0415

    with progress() as (on_phase, on_progress):
        on_phase("rehearsing the migrations" if rehearse else "judging the migrations as they were read")
        result = audit_sources(sources, on_progress=on_progress, keep=anew)
    _write_json(result, output, json_file)
    return print_result(result, sources, notes=notes)


def _directory_name(name: str) -> str:
    """One harmless path component: the name comes from the project under audit, which must not choose a place."""
    return re.sub(r"[^\w.-]+", "-", name).strip(".-") or "project"


def _write_json(result: "AuditResult", output: str | None, json_file: str | None) -> None:
    if output is None and json_file is None:
        return
    from pgready.reports.document import encode_without_secrets, write_audit  # noqa: PLC0415  # heavy: cattrs, msgspec
    from pgready.reports.files import write_atomically  # noqa: PLC0415

    if output is not None:
        write_audit(result, output)
    if json_file is not None:
        write_atomically(Path(json_file), encode_without_secrets(result))
