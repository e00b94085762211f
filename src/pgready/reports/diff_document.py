"""The difference of two audits as JSON, for other programs: format `pgready-diff/1`, in docs/reference/audit-json.md.

The words of findings, severities and verdicts are those of audit.json.
"""

import os
from typing import Any

import msgspec

from pgready.diff import AuditDiff, Side
from pgready.reports.document import audit_converter
from pgready.reports.scrub import make_scrubber

__all__ = ["DIFF_FORMAT", "encode_diff"]

DIFF_FORMAT = "pgready-diff/1"


def encode_diff(diff: AuditDiff) -> bytes:
    """Indented UTF-8 JSON with a final newline, without the secrets of this environment."""
    plain = audit_converter().unstructure
    document: object = {
        "format": DIFF_FORMAT,
        "direction": diff.direction.value,
        "before": _side(diff.before),
        "after": _side(diff.after),
        "findings": [plain(it) for it in diff.findings],
        "changes": [plain(it) for it in diff.changes],
    }
    document = make_scrubber(os.environ).value(document)
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _side(side: Side) -> dict[str, Any]:
    return {
        "project": side.project,
        "run": side.run,
        "started": side.started,
        "pgready": side.pgready,
        "scope": side.scope,
        "verdict": side.judgement.verdict.value,
        "reason": side.judgement.reason,
    }
