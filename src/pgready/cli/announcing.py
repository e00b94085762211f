"""What a step of GitHub Actions is told: nothing that a project could have written as a command, then annotations."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from pgready.cli.output import complain
from pgready.errors import ReportError

if TYPE_CHECKING:
    from pgready.orchestrator.sources import Sources
    from pgready.verdict import AuditResult

__all__ = ["annotate_option", "announced"]

_USAGE = 2

annotate_option = click.option(
    "--annotate/--no-annotate", default=None, help="annotations for GitHub Actions (default: when running there)"
)


def announced(
    result: "AuditResult", sources: "Sources", show: Callable[[], int], *, annotate: bool | None, report: str | None
) -> int:
    """Print the result with `show`, and what `annotate` asks for; the exit code of `show`.

    A summary that cannot be written is a wrong input, but never hides a verdict that is not READY.
    `report` is where the summary of the step says that the whole report is.
    """
    # As `runs_on_github` says; asking there would load what a check on a terminal does not need.
    if not annotate and os.environ.get("GITHUB_ACTIONS") != "true":
        return show()
    from pgready.reports.ci.write import announce, place_in_repository, silenced  # noqa: PLC0415  # heavy: cattrs

    silence, speak = silenced()
    click.echo(silence)
    try:
        code = show()
    finally:
        click.echo(speak)
    if annotate is not False:
        try:
            announce(result, click.echo, root=place_in_repository(sources.request.root), report=report)
        except ReportError as error:
            complain(f"pgready: {error}")
            return code or _USAGE
    return code
