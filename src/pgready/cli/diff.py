"""`pgready diff`: what got better and what got worse from one audit to the next."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgready.errors import ConfigError, ReportError

if TYPE_CHECKING:
    from pgready.diff import AuditDiff

__all__ = ["diff"]

_COMPARED = """
\b
Exit codes:
  0  nothing got worse
  1  something got worse: the verdict fell, a finding is new or weighs more, a check no longer runs, ...
  2  wrong usage or input; the message names the file
  4  internal error, a bug of pgready

A finding of a check that did not run before is told and is not worse: whether it is new cannot be known.
`pgready compare` is another question: are the feature groups of one schema better isolated than those of another?
"""


@click.command(epilog=_COMPARED)
@click.argument("old", type=click.Path(path_type=str))
@click.argument("new", type=click.Path(path_type=str))
@click.option("--json", "json_file", type=click.Path(path_type=str), metavar="FILE", help="write all of it to FILE")
@click.option("--markdown", type=click.Path(path_type=str), metavar="FILE", help="write it for a pull request to FILE")
def diff(*, old: str, new: str, json_file: str | None, markdown: str | None) -> int:
    """Compare two audits of a project: what got worse from OLD to NEW, what better?

    Each is an audit.json that `audit` or `check --output` wrote, or a directory that holds one. Findings are known by
    rule and object, so that moved lines are no difference.
    """
    from pgready.diff import Direction, diff_audits, unrelated  # noqa: PLC0415  # heavy: cattrs, msgspec
    from pgready.reports.stored import load_audit  # noqa: PLC0415

    for option, file in (("--json", json_file), ("--markdown", markdown)):
        if file is not None and Path(file).is_dir():
            raise ConfigError(f"{option}: {file}: is a directory; expected a file")
    before, after = load_audit(old), load_audit(new)
    if unrelated(before, after):
        names = f"{before.project.name!r} and {after.project.name!r}"
        raise ReportError(f"{old} and {new} are audits of two projects, {names}: no table or migration in common")
    found = diff_audits(before, after)
    _write(found, json_file, markdown)
    _print(found, old, new)
    return 1 if found.direction in (Direction.WORSE, Direction.MIXED) else 0


def _write(found: "AuditDiff", json_file: str | None, markdown: str | None) -> None:
    from pgready.reports.diff_document import encode_diff  # noqa: PLC0415
    from pgready.reports.difference import scrubbed  # noqa: PLC0415
    from pgready.reports.files import write_atomically  # noqa: PLC0415
    from pgready.reports.markdown.diff import diff_markdown  # noqa: PLC0415
    from pgready.reports.scrub import make_scrubber  # noqa: PLC0415

    if json_file is not None:
        write_atomically(Path(json_file), encode_diff(found))
    if markdown is not None:
        scrub = make_scrubber(os.environ).text
        write_atomically(Path(markdown), scrub(diff_markdown(scrubbed(found, scrub))).encode())


def _print(found: "AuditDiff", old: str, new: str) -> None:
    from pgready.cli.printing import print_rows, terminal_width  # noqa: PLC0415
    from pgready.reports.scrub import make_scrubber  # noqa: PLC0415
    from pgready.reports.terminal.diff import diff_rows  # noqa: PLC0415

    print_rows(diff_rows(found, old, new, width=terminal_width(), scrub=make_scrubber(os.environ).text))
