"""`pgready audit` and `pgready check`."""

import os
import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgready.cli.announcing import annotate_option, announced
from pgready.cli.output import (
    EXIT_CODES,
    complain,
    print_result,
    progress,
    project_options,
    project_request,
    read_project,
)
from pgready.cli.places import fresh, output_directory, output_files
from pgready.reports.notebooks.shipped import NOTEBOOK_OF_RECORD, NOTEBOOKS

if TYPE_CHECKING:
    from pgready.orchestrator.report import Report
    from pgready.orchestrator.sources import Sources
    from pgready.verdict import AuditResult

__all__ = ["audit", "check"]

_USAGE = 2


@click.command(epilog=EXIT_CODES)
@project_options
@click.option(
    "--output", type=click.Path(path_type=str), metavar="DIR", help="where to write (default: reports/<project>)"
)
@click.option(
    "--notebook",
    "notebooks",
    multiple=True,
    default=[NOTEBOOK_OF_RECORD],
    show_default=True,
    metavar="NAME|all|FILE.ipynb",
    help=f"report to make; repeatable: {', '.join(NOTEBOOKS)}, all of them, or an own notebook",
)
@click.option("--workers", type=click.IntRange(1), metavar="N", help="notebooks at once (default: one a core)")
@click.option("--pdf", is_flag=True, help="also as PDF, printed by a Chromium of this machine")
@annotate_option
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
    notebooks: tuple[str, ...],
    workers: int | None,
    pdf: bool,
    annotate: bool | None,
    rehearse: bool,
) -> int:
    """Audit PROJECT and write a report: HTML, Markdown, notebook, audit.json, and the same for CI systems.

    PROJECT is the directory that holds prisma/, by default the working directory.

    An own notebook has a cell tagged `parameters` that assigns `project`, and what else it wants of config, schema,
    migrations, rehearse, since, thorough and output_dir. It can make the verdict INCONCLUSIVE, never better.
    """
    from pgready.orchestrator.chosen import DEFAULTS, choose_notebooks  # noqa: PLC0415
    from pgready.orchestrator.report import make_report  # noqa: PLC0415
    from pgready.orchestrator.sources import read_sources  # noqa: PLC0415
    from pgready.reports.page.pdf import find_chromium  # noqa: PLC0415

    with ExitStack() as writing:
        if output is not None:
            writing.enter_context(fresh(output_directory(output)))
        request = project_request(
            project, schema, migrations, config, rehearse=rehearse, since=since, postgres=postgres, thorough=thorough
        )
        if output is None:
            output_dir = Path("reports") / _directory_name(request.name)
            writing.enter_context(fresh(output_dir))
        else:
            output_dir = output_directory(output)
        parameters = {
            "project": project,
            "config": config,
            "schema": list(schema),
            "migrations": migrations,
            "rehearse": rehearse,
            "since": since,
            "thorough": thorough,
            "output_dir": str(output_dir),
        }
        chosen = choose_notebooks(notebooks, output_dir, parameters, defaults=DEFAULTS)
        chromium = find_chromium(os.environ) if pdf else None
        sources = read_sources(request)
        with progress() as (on_phase, on_progress):
            report = make_report(
                sources,
                output_dir,
                notebooks=chosen,
                workers=workers,
                chromium=chromium,
                on_progress=on_progress,
                on_phase=on_phase,
            )
    for doubt in report.doubts:
        complain(f"pgready: the report was not completed: {doubt}")
    html = report.pages[0].html
    code = announced(
        report.result,
        sources,
        lambda: print_result(report.result, sources, brief=True, report=html),
        annotate=annotate,
        report=html.name,
    )
    unprinted = _without_pdf(report)
    return code or unprinted


def _without_pdf(report: "Report") -> int:
    """What was asked for is not all there, and not for a reason in the project: as for a browser that is missing.

    The audit is whole, so its verdict is told, and audit.json keeps it; but where that is READY, no step that waits for
    0 goes on.
    """
    unprinted = [page.unprinted for page in report.pages if page.unprinted]
    for why in unprinted:
        complain(f"pgready: --pdf: {why}; everything else was written")
    return _USAGE if unprinted else 0


@click.command(epilog=EXIT_CODES)
@project_options
@click.option("--output", type=click.Path(path_type=str), metavar="DIR", help="write all of these into this directory")
@click.option("--json", "json_file", type=click.Path(path_type=str), metavar="FILE", help="write the audit to FILE")
@click.option("--sarif", type=click.Path(path_type=str), metavar="FILE", help="write it as SARIF, for code scanning")
@click.option("--junit", type=click.Path(path_type=str), metavar="FILE", help="write it as JUnit XML, for test reports")
@click.option("--comment", type=click.Path(path_type=str), metavar="FILE", help="write a comment for a pull request")
@annotate_option
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
    sarif: str | None,
    junit: str | None,
    comment: str | None,
    annotate: bool | None,
    notes: bool,
    rehearse: bool,
) -> int:
    """Audit PROJECT on the terminal: the same audit without a report. The exit code is the verdict.

    PROJECT is the directory that holds prisma/, by default the working directory.
    """
    directory = None if output is None else output_directory(output)
    files = output_files({"json": json_file, "sarif": sarif, "junit": junit, "comment": comment}, directory)
    from pgready.orchestrator.audit import audit_sources  # noqa: PLC0415
    from pgready.orchestrator.evidence import anew  # noqa: PLC0415

    with fresh(directory, files):
        sources = read_project(
            project, schema, migrations, config, rehearse=rehearse, since=since, postgres=postgres, thorough=thorough
        )
        with progress() as (on_phase, on_progress):
            on_phase("rehearsing the migrations" if rehearse else "judging the migrations as they were read")
            result = audit_sources(sources, on_progress=on_progress, keep=anew)
        _write(result, sources, directory, files)
    return announced(
        result, sources, lambda: print_result(result, sources, notes=notes), annotate=annotate, report=None
    )


def _directory_name(name: str) -> str:
    """One harmless path component: the name comes from the project under audit, which must not choose a place."""
    return re.sub(r"[^\w.-]+", "-", name).strip(".-") or "project"


def _write(result: "AuditResult", sources: "Sources", output: Path | None, files: dict[str, Path]) -> None:
    if output is None and not files:
        return
    from pgready.reports.ci.comment import comment  # noqa: PLC0415
    from pgready.reports.ci.junit import junit  # noqa: PLC0415
    from pgready.reports.ci.sarif import sarif  # noqa: PLC0415
    from pgready.reports.ci.write import place_in_repository, without_secrets, write_ci  # noqa: PLC0415
    from pgready.reports.document import encode_without_secrets, write_audit  # noqa: PLC0415  # heavy: cattrs, msgspec
    from pgready.reports.files import write_atomically  # noqa: PLC0415

    root = place_in_repository(sources.request.root)
    if output is not None:
        write_audit(result, output)
        write_ci(result, output, root=root)
    clean = without_secrets(result)
    forms: dict[str, Callable[[], bytes]] = {
        "json": lambda: encode_without_secrets(result),
        "sarif": lambda: sarif(clean, root=root),
        "junit": lambda: junit(clean),
        "comment": lambda: comment(clean).encode(),
    }
    for option, file in files.items():
        write_atomically(file, forms[option]())
