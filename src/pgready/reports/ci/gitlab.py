"""GitLab's code quality report: what a merge request shows beside the changed lines.

Source: GitLab's "Code Quality", "Import Code Quality results from a CI/CD job": a list of issues with `description`,
`check_name`, `fingerprint`, `severity` and `location`, without a byte order mark.
"""

from typing import Any

import msgspec

from pgready.findings import Finding
from pgready.reports.ci.places import Level, Places, identities, in_repository, level
from pgready.reports.visible import shorten, visible
from pgready.verdict import AuditResult

__all__ = ["CODE_QUALITY_NAME", "code_quality"]

CODE_QUALITY_NAME = "audit.codequality.json"
_MOST = 5_000
_DESCRIPTION = 1_000
_SEVERITIES = {Level.ERROR: "blocker", Level.WARNING: "minor", Level.NOTE: "info"}


def code_quality(audit: AuditResult, *, root: str = "") -> bytes:
    """The findings as issues, the worst first, UTF-8 JSON with a final newline; `root` as for `sarif`.

    What only describes the history and what somebody has accepted is left out, as there is nothing to be done. At most
    5,000; fingerprints do not depend on lines, so that a moved line is no new issue.
    """
    places = Places(audit)
    found = tuple(finding for finding in audit.findings if not finding.described and finding.suppressed is None)
    issues = [
        _issue(finding, identity, places, root)
        for finding, identity in zip(found[:_MOST], identities(found), strict=False)
    ]
    return msgspec.json.format(msgspec.json.encode(issues), indent=1) + b"\n"


def _issue(finding: Finding, identity: str, places: Places, root: str) -> dict[str, Any]:
    place = places.of(finding)
    return {
        "description": shorten(visible(f"{finding.rule}: {finding.message}"), _DESCRIPTION),
        "check_name": finding.rule,
        "fingerprint": identity,
        "severity": _SEVERITIES[level(finding, places.audit.policy)],
        "location": {
            "path": in_repository(place.file, root).encode(errors="replace").decode(),
            "lines": {"begin": place.line or 1},
        },
    }
