"""What GitHub Actions reads from a step: annotations on its output, and the Markdown of its summary.

Sources: GitHub's "Workflow commands for GitHub Actions" and "Adding a job summary"; what is escaped and how a line is
parsed, src/Runner.Common/ActionCommand.cs of the runner.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest

from pgready.findings import Finding
from pgready.reports.ci.comment import brief
from pgready.reports.ci.places import Level, Places, in_repository, level
from pgready.reports.grouping import by_cause
from pgready.reports.lines import count
from pgready.reports.visible import shorten, visible
from pgready.verdict import AuditResult, Verdict

__all__ = ["annotations", "silence", "step_summary"]

_MOST = 10
_MESSAGE = 2_000
_TITLE = 200
_CAUSES = 50
# A summary of more than 1 MiB is refused whole; a character takes four bytes at most.
_MOST_CHARACTERS = 250_000
_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def annotations(audit: AuditResult, *, root: str = "") -> tuple[str, ...]:
    """Workflow commands, one a line: the verdict, then at most ten findings that block and ten that warn.

    GitHub shows ten annotations of each kind and step and drops the others, so the worst are chosen, one of every cause
    before the second of any. Notes are not annotated. `root` as for `sarif`. A line is one command whatever the names
    hold: what hides or breaks lines is made visible first, and then what the runner reads is escaped.
    """
    places = Places(audit)
    ranked = _ranked(audit)
    # The verdict is an error itself, when it is not READY.
    errors = _MOST if audit.verdict is Verdict.READY else _MOST - 1
    return (
        _verdict(audit),
        *_chosen(ranked, Level.ERROR, errors, places, root),
        *_chosen(ranked, Level.WARNING, _MOST, places, root),
    )


def step_summary(audit: AuditResult, *, report: str | None = None) -> str:
    """The summary of a step as Markdown: what the comment says, with more causes."""
    return brief(audit, report=report, causes=_CAUSES, most=_MOST_CHARACTERS)


def silence(token: str) -> tuple[str, str]:
    """Two lines between which the runner reads no command: `token` is random and long, so that no name can guess it.

    Without them a name such as `##[set-output name=verdict]READY` would be a command anywhere on a line of output.
    """
    return f"::stop-commands::{token}", f"::{token}::"


def _ranked(audit: AuditResult) -> tuple[Finding, ...]:
    """The findings, the first of every cause before the second of any, causes in the report's order."""
    rounds = zip_longest(*(group.findings for group in by_cause(audit)))
    return tuple(finding for finding in chain.from_iterable(rounds) if finding is not None)


def _verdict(audit: AuditResult) -> str:
    how = Level.NOTE if audit.verdict is Verdict.READY else Level.ERROR
    return _command(how, audit.judgement.reason, title=f"pgready: {audit.verdict.value}")


def _chosen(ranked: Sequence[Finding], how: Level, most: int, places: Places, root: str) -> Iterator[str]:
    fitting = [finding for finding in ranked if level(finding, places.audit.policy) is how]
    shown = fitting if len(fitting) <= most else fitting[: most - 1]
    for finding in shown:
        yield _annotation(finding, how, places, root)
    if len(fitting) > len(shown):
        yield _command(
            how, f"{count(len(fitting) - len(shown), 'more finding')} like these, in audit.json", title="pgready"
        )


def _annotation(finding: Finding, how: Level, places: Places, root: str) -> str:
    place = places.of(finding)
    return _command(
        how,
        f"{visible(finding.message)}\n{visible(finding.fix)}",
        title=f"{finding.rule} {finding.object}",
        file=in_repository(place.file, root),
        line=place.line or 1,
        col=place.column,
    )


def _command(how: Level, message: str, *, title: str, **place: str | int | None) -> str:
    properties = {name: str(value) for name, value in place.items() if value is not None}
    properties["title"] = shorten(visible(title), _TITLE)
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[how]} {given}::{_data(shorten(visible(message, keep=chr(10)), _MESSAGE))}"


def _data(text: str) -> str:
    """As the runner takes it back: `%` is escaped first here, and last there."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
