"""GitLab's code quality report: what a merge request shows beside the changed lines.

Source: GitLab's "Code Quality", "Import Code Quality results from a CI/CD job": a list of issues with `description`,
`check_name`, `fingerprint`, `severity` and `location`, without a byte order mark.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from pgready.findings import Finding
from pgready.model.location import Location
from pgready.reports.ci.places import Level, Places, identities, in_repository, level
from pgready.reports.visible import shorten, visible
from pgready.verdict import AuditResult, Verdict

__all__ = ["CODE_QUALITY_NAME", "code_quality"]

CODE_QUALITY_NAME = "audit.codequality.json"
_MOST = 5_000
_DESCRIPTION = 1_000
_SEVERITIES = {Level.ERROR: "blocker", Level.WARNING: "minor", Level.NOTE: "info"}


def code_quality(audit: AuditResult, *, root: str = "") -> bytes:
    """The findings as issues, the worst first, UTF-8 JSON with a final newline; `root` as for `sarif`.

    What only describes the history and what somebody has accepted is left out, as there is nothing to be done. At most
    5,000; fingerprints do not depend on lines, so that a moved line is no new issue. An audit that came to no answer
    has an issue of its own for that, as an empty list says that all is well.
    """
    places = Places(audit)
    found = tuple(finding for finding in audit.findings if not finding.described and finding.suppressed is None)
    issues = [
        *_open(audit, places, root),
        *(
            _issue(finding, identity, places, root)
            for finding, identity in zip(found[: _MOST - 1], identities(found), strict=False)
        ),
    ]
    return msgspec.json.format(msgspec.json.encode(issues), indent=1) + b"\n"


def _open(audit: AuditResult, places: Places, root: str) -> Iterator[dict[str, Any]]:
    """The one issue of an audit that is INCONCLUSIVE: its reason, at the top of the schema."""
    if audit.verdict is Verdict.INCONCLUSIVE:
        yield {
            "description": shorten(visible(f"{audit.verdict}: {audit.judgement.reason}"), _DESCRIPTION),
            "check_name": "pgready",
            "fingerprint": hashlib.sha256(
                f"pgready {audit.verdict} {audit.project.name}".encode(errors="replace")
            ).hexdigest(),
            "severity": "major",
            "location": _location(places.whole, root),
        }


def _issue(finding: Finding, identity: str, places: Places, root: str) -> dict[str, Any]:
    return {
        "description": shorten(visible(f"{finding.rule}: {finding.message}"), _DESCRIPTION),
        "check_name": finding.rule,
        "fingerprint": identity,
        "severity": _SEVERITIES[level(finding, places.audit.policy)],
        "location": _location(places.of(finding), root),
    }


def _location(place: Location, root: str) -> dict[str, Any]:
    path = in_repository(place.file, root).encode(errors="replace").decode()
    return {"path": path, "lines": {"begin": place.line or 1}}
