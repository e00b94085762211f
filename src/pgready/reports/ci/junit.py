"""JUnit XML: a suite for each family of rules, a case for each rule, and one for the verdict.

There is no standard. Written is what the schema of Jenkins' xUnit plug-in (jenkins-junit.xsd) allows and what GitLab's
"Unit test report examples" read: `failure`, `error` and `skipped` with a message, and `system-out`.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring  # it writes, and parses nothing

from pgready.checks import RULES
from pgready.checks.families import FAMILIES, family
from pgready.findings import CheckResult, Finding, Outcome
from pgready.reports.lines import count
from pgready.reports.visible import shorten, visible
from pgready.verdict import AuditResult, Verdict, blocks, did_not_run

__all__ = ["JUNIT_NAME", "junit"]

JUNIT_NAME = "audit.junit.xml"
_MOST_FINDINGS = 200
_MESSAGE = 2_000


def junit(audit: AuditResult) -> bytes:
    """The audit as JUnit XML, UTF-8; the same audit gives the same bytes.

    There is a failure or an error in it exactly when the verdict is not READY: a check that found something that
    blocks has failed, one that had to run and did not is an error, one whose input was not given is skipped, and every
    other one has passed, what it found all the same being its output. The case `verdict` says the same once more, for
    what no single check stands for. Signs that XML does not allow stand as escapes that can be read.
    """
    suites = Element("testsuites", name="pgready")
    _suite(suites, "pgready", [_verdict(audit)], audit)
    for letters, checks in groupby(audit.checks, key=lambda check: family(check.rule)):
        title = FAMILIES.get(letters, letters).partition(":")[0]
        _suite(suites, f"pgready.{letters} {title}", [_case(check, audit) for check in checks], audit)
    for name in ("tests", "failures", "errors"):
        suites.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    indent(suites)
    text: str = tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _suite(suites: Element, name: str, cases: Sequence[Element], audit: AuditResult) -> None:
    suite = SubElement(suites, "testsuite", name=name, tests=str(len(cases)))
    for kind, word in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(word, str(sum(case.find(kind) is not None for case in cases)))
    # To the second and without a zone, as the plug-ins expect it; it is UTC.
    suite.set("timestamp", audit.run.started[:19])
    suite.extend(cases)


def _verdict(audit: AuditResult) -> Element:
    case = Element("testcase", classname="pgready", name="verdict")
    said = f"{audit.verdict.value}: {audit.judgement.reason}"
    match audit.verdict:
        case Verdict.READY:
            SubElement(case, "system-out").text = _text(said)
        case Verdict.NOT_READY:
            _outcome(case, "failure", audit.verdict.value, said, said)
        case Verdict.INCONCLUSIVE:
            _outcome(case, "error", audit.verdict.value, said, "\n".join((said, *audit.opaque[:_MOST_FINDINGS])))
    return case


def _case(check: CheckResult, audit: AuditResult) -> Element:
    title = f"{check.rule} {RULES[check.rule].title}" if check.rule in RULES else check.rule
    case = Element("testcase", classname=f"pgready.{family(check.rule)}", name=_text(title))
    blocking = [finding for finding in check.findings if blocks(finding, audit.policy)]
    others = [finding for finding in check.findings if not blocks(finding, audit.policy)]
    if blocking:
        _outcome(case, "failure", blocking[0].severity.word, _headline(blocking), f"{_listed(blocking)}\n{check.why}")
    elif did_not_run(check, audit.policy):
        _outcome(case, "error", check.outcome.value, f"did not run: {check.why}", check.why)
    elif check.outcome is Outcome.SKIPPED:
        SubElement(case, "skipped", message=_text(check.why))
    if others:
        SubElement(case, "system-out").text = _text(_listed(others))
    return case


def _outcome(case: Element, kind: str, what: str, message: str, text: str) -> None:
    SubElement(case, kind, type=what, message=shorten(_text(message), _MESSAGE)).text = _text(text)


def _headline(findings: Sequence[Finding]) -> str:
    rest = f" (and {count(len(findings) - 1, 'more finding')})" if len(findings) > 1 else ""
    return f"{findings[0].message}{rest}"


def _listed(findings: Sequence[Finding]) -> str:
    left = len(findings) - _MOST_FINDINGS
    more = [f"{left} more in audit.json"] if left > 0 else []
    return "\n".join((*_each(findings[:_MOST_FINDINGS]), *more))


def _each(findings: Iterable[Finding]) -> Iterable[str]:
    for finding in findings:
        place = f"{visible(str(finding.location))}: " if finding.location is not None else ""
        accepted = "" if finding.suppressed is None else f" (accepted: {visible(finding.suppressed)})"
        yield f"{place}{finding.severity.word}: {visible(finding.message)}{accepted}"
        yield f"    fix: {visible(finding.fix)}"


def _text(text: str) -> str:
    """Only line feeds are kept of what cannot be seen; every sign that is left is one that XML allows."""
    return visible(text, keep="\n")
