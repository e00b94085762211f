"""SARIF 2.1.0 (OASIS) for code scanning: one run, its rules, its findings, and what did not run.

Limits are those of GitHub ("SARIF results exceed one or more limits"): it stores 5,000 results of a run and refuses
10 MB of compressed file, so no more are written, the worst first; what is left out is counted in a notification.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import msgspec

from pgready.findings import CheckResult, Finding, Outcome
from pgready.model.location import Location
from pgready.reports.ci.places import Level, Places, identities, in_repository, level
from pgready.reports.ci.sarif_rules import rules
from pgready.reports.lines import count
from pgready.reports.visible import shorten, visible
from pgready.verdict import AuditResult, Verdict, did_not_run

__all__ = ["SARIF_NAME", "sarif"]

SARIF_NAME = "audit.sarif"
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_MOST_RESULTS = 5_000
# Of JSON before it is compressed, which is the safe side of the limit; rules and notifications take less than 1 MB.
_MOST_BYTES = 9_000_000
_MOST_OPAQUE = 100
_MESSAGE = 2_000
_NAME = 500
_ROOT = "%SRCROOT%"
_FINGERPRINT = "findingIdentity/v1"


def sarif(audit: AuditResult, *, root: str = "") -> bytes:
    """The audit as SARIF, UTF-8 with a final newline; the same audit gives the same bytes.

    `root` is the directory of the project as a path from the top of its repository ("" when it is the top), as all
    paths are taken from there. Findings that only describe the history are left out: they are in audit.json, and a
    code scanning alert says that something is to be done. Lines and columns count from 1, columns in code points.

    An invocation is successful only when every required check ran and nothing was opaque; what did not run is a
    notification of it, an error where it had to run and a note where its input was not given.
    """
    findings = tuple(finding for finding in audit.findings if not finding.described)
    results = _fitting(findings, audit, root)
    run = {
        "tool": {"driver": _driver(audit)},
        "automationDetails": {"id": f"pgready/{_word(root or audit.project.name)}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The top of the repository."}}},
        "invocations": [_invocation(audit, tuple(_more(audit, findings, len(results))))],
        "results": [msgspec.Raw(result) for result in results],
        "properties": _properties(audit),
    }
    return msgspec.json.encode({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}) + b"\n"


def _driver(audit: AuditResult) -> dict[str, Any]:
    described = rules(tuple(check.rule for check in audit.checks), audit.policy)
    return {"name": "pgready", "semanticVersion": audit.run.pgready, "rules": described}


def _word(name: str) -> str:
    """The name as one part of a hierarchical id: any sign that could divide it is percent-encoded."""
    return quote(name.encode(errors="replace").decode(), safe="")[:_NAME]


def _fitting(findings: tuple[Finding, ...], audit: AuditResult, root: str) -> list[bytes]:
    """The results, encoded, as many as may be uploaded; findings come the worst first."""
    places, index = Places(audit), {check.rule: place for place, check in enumerate(audit.checks)}
    fitting: list[bytes] = []
    size = 0
    for finding, identity in zip(findings[:_MOST_RESULTS], identities(findings), strict=False):
        result = msgspec.json.encode(_result(finding, identity, index, places, root))
        size += len(result) + 1
        if size > _MOST_BYTES:
            break
        fitting.append(result)
    return fitting


def _result(finding: Finding, identity: str, index: dict[str, int], places: Places, root: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": level(finding, places.audit.policy).value,
        "message": {"text": _message(f"{finding.message.rstrip('.')}. What to do: {finding.fix}")},
        "locations": [_location(finding, places, root)],
        "partialFingerprints": {_FINGERPRINT: identity},
        "properties": {
            "severity": finding.severity.word,
            "confidence": finding.confidence.value,
            "evidence": finding.evidence.value,
        },
    }
    if finding.suppressed is not None:
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": _message(finding.suppressed)}
        ]
    return result


def _message(text: str) -> str:
    """Text that shows as it is: `[words](address)` would be a link (SARIF 2.1.0, 3.11.6), which has no escape."""
    return shorten(visible(text), _MESSAGE).replace("](", "] (")


def _location(finding: Finding, places: Places, root: str) -> dict[str, Any]:
    place = places.of(finding)
    location: dict[str, Any] = {"physicalLocation": _physical(place, root)}
    if finding.object:
        location["logicalLocations"] = [{"fullyQualifiedName": shorten(visible(finding.object), _NAME)}]
    if finding.location is None:
        location["message"] = {"text": "It has no line of its own: this is where what it is about is declared."}
    return location


def _physical(place: Location, root: str) -> dict[str, Any]:
    region = {"startLine": place.line or 1}
    if place.line is not None and place.column is not None:
        region["startColumn"] = place.column
    file = in_repository(place.file, root).encode(errors="replace")
    return {"artifactLocation": {"uri": quote(file), "uriBaseId": _ROOT}, "region": region}


def _invocation(audit: AuditResult, left_out: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    missing = any(did_not_run(check, audit.policy) for check in audit.checks)
    return {
        "executionSuccessful": not missing and not audit.opaque and audit.verdict is not Verdict.INCONCLUSIVE,
        "exitCode": audit.judgement.exit_code,
        "exitCodeDescription": _message(f"{audit.verdict.value}: {audit.judgement.reason}"),
        "startTimeUtc": _utc(audit.run.started),
        "endTimeUtc": _utc(audit.run.finished),
        "toolExecutionNotifications": [*_idle(audit), *_unread(audit), *left_out],
    }


def _utc(stamp: str) -> str:
    """As SARIF wants it (3.9, "Date/time properties"): UTC is said by a Z."""
    return stamp.removesuffix("+00:00").removesuffix("Z") + "Z"


def _idle(audit: AuditResult) -> Iterator[dict[str, Any]]:
    """The checks that did not run: none of them is a pass."""
    index = {check.rule: place for place, check in enumerate(audit.checks)}
    for check in audit.checks:
        if check.outcome in (Outcome.SKIPPED, Outcome.ERRORED):
            missing = did_not_run(check, audit.policy)
            said = _notification(Level.ERROR if missing else Level.NOTE, _why(check, missing=missing))
            yield said | {"associatedRule": {"id": check.rule, "index": index[check.rule]}}
    for rule in sorted(audit.policy.required - index.keys()):
        yield _notification(Level.ERROR, f"{rule} did not run: there is no such check in this audit")


def _why(check: CheckResult, *, missing: bool) -> str:
    return f"{check.rule} {'did not run' if missing else 'was not checked'}: {check.why}"


def _unread(audit: AuditResult) -> Iterator[dict[str, Any]]:
    for place in audit.opaque[:_MOST_OPAQUE]:
        yield _notification(Level.ERROR, f"could not be read: {place}")
    if len(audit.opaque) > _MOST_OPAQUE:
        yield _notification(Level.ERROR, f"could not be read: {len(audit.opaque) - _MOST_OPAQUE} more in audit.json")


def _more(audit: AuditResult, findings: tuple[Finding, ...], written: int) -> Iterator[dict[str, Any]]:
    """What is in audit.json and not here."""
    if len(findings) > written:
        said = f"{count(len(findings) - written, 'more finding')} in audit.json, the worst are here"
        yield _notification(Level.WARNING, said)
    if described := len(audit.findings) - len(findings):
        text = f"{count(described, 'finding')} in audit.json about the history alone, where nothing is to be done"
        yield _notification(Level.NOTE, text)


def _notification(how: Level, text: str) -> dict[str, Any]:
    return {"level": how.value, "message": {"text": _message(text)}}


def _properties(audit: AuditResult) -> dict[str, Any]:
    """What no field of SARIF is for."""
    return {
        "verdict": audit.verdict.value,
        "reason": _message(audit.judgement.reason),
        "project": shorten(visible(audit.project.name), _NAME),
        "scope": _message(audit.scope),
        "auditId": audit.run.id,
    }
