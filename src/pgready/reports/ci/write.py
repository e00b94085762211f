"""The edge of the forms for CI: files beside audit.json, and what a step of GitHub Actions says."""

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from pgready.errors import ReportError
from pgready.reports.ci.comment import COMMENT_NAME, comment
from pgready.reports.ci.github import annotations, silence, step_summary
from pgready.reports.ci.gitlab import CODE_QUALITY_NAME, code_quality
from pgready.reports.ci.junit import JUNIT_NAME, junit
from pgready.reports.ci.sarif import SARIF_NAME, sarif
from pgready.reports.document import decode, encode_without_secrets
from pgready.reports.files import write_atomically
from pgready.verdict import AuditResult

__all__ = ["announce", "place_in_repository", "runs_on_github", "silenced", "without_secrets", "write_ci"]


def write_ci(audit: AuditResult, output_dir: str | Path, *, root: str = "", report: str | None = None) -> list[Path]:
    """Write every form for CI into a directory, each atomically and without secrets; their paths. Raises ReportError.

    `root` is the project's path from the top of its repository (`place_in_repository`), `report` what the comment says
    of where the whole report is.
    """
    clean = without_secrets(audit)
    forms = {
        SARIF_NAME: sarif(clean, root=root),
        JUNIT_NAME: junit(clean),
        CODE_QUALITY_NAME: code_quality(clean, root=root),
        COMMENT_NAME: comment(clean, report=report).encode(),
    }
    for name, content in forms.items():
        write_atomically(Path(output_dir) / name, content)
    return [Path(output_dir) / name for name in forms]


def without_secrets(audit: AuditResult) -> AuditResult:
    """The audit as audit.json holds it: nothing that is kept out of that file gets into another."""
    return decode(encode_without_secrets(audit))


def place_in_repository(project: str | Path) -> str:
    """Where the project lies, from the top of its repository (the next directory above that holds `.git`); "" there.

    Nothing of the repository is read but that there is one. Without one the project is taken for the top.
    """
    directory = Path(project).resolve()
    top = next((each for each in (directory, *directory.parents) if (each / ".git").exists()), directory)
    place = directory.relative_to(top).as_posix()
    return "" if place == "." else place


def runs_on_github(environment: Mapping[str, str]) -> bool:
    """Whether this is a step of GitHub Actions ("Variables reference": GITHUB_ACTIONS is always "true" there)."""
    return environment.get("GITHUB_ACTIONS") == "true"


def silenced() -> tuple[str, str]:
    """The two lines for this process between which the runner takes nothing that is printed for a command."""
    return silence(secrets.token_hex(16))


def announce(
    audit: AuditResult,
    say: Callable[[str], object],
    environment: Mapping[str, str] = os.environ,
    *,
    root: str = "",
    report: str | None = None,
) -> None:
    """Say the annotations line by line, and append to the summary of the step where `environment` names its file.

    Raises ReportError when that file cannot be written.
    """
    clean = without_secrets(audit)
    for each in annotations(clean, root=root):
        say(each)
    if summary := environment.get("GITHUB_STEP_SUMMARY"):
        try:
            with Path(summary).open("a", encoding="utf-8", newline="\n") as file:
                file.write(f"\n{step_summary(clean, report=report)}")
        except OSError as error:
            raise ReportError(f"GITHUB_STEP_SUMMARY: {summary}: {error.strerror or error}") from error
