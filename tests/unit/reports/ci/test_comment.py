"""The comment as GitHub renders it, with a parser of CommonMark that lets HTML through."""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pgready.findings import Finding, Severity
from pgready.reports.ci.comment import MOST_CHARACTERS, comment, marker
from pgready.reports.ci.github import step_summary
from pgready.verdict import AuditResult

Findings = Callable[..., Finding]
Audits = Callable[..., AuditResult]

_GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_TAGS = {"h2", "h3", "p", "strong", "em", "code", "ul", "li", "details", "summary", "sub", "span"}
_TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}


class _Read(HTMLParser):
    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.comments: list[str] = []
        self.addresses: list[str] = []
        self.said = ""
        self.texts: list[str] = []
        self._code = 0
        self.feed(_GITHUB.render(markdown))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._code += tag == "code"
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        self.said += data
        self.texts += [] if self._code else [data]

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


@pytest.mark.parametrize("kind", ["ready_audit", "open_audit", "premium_audit", "hostile_audit"])
def test_it_says_the_verdict_and_the_reason_first(kind: str, request: pytest.FixtureRequest) -> None:
    audit: AuditResult = request.getfixturevalue(kind)
    read = _Read(comment(audit))
    head = read.said.split("\n", 3)
    assert audit.verdict.value in " ".join(head)
    assert read.tags <= _TAGS
    assert read.addresses == []
    assert len(read.comments) == 1
    assert f"{audit.judgement.reason[:30]}" in read.said


def test_the_causes_stand_with_place_and_remedy(premium_audit: AuditResult) -> None:
    said = _Read(comment(premium_audit)).said
    assert "No migration makes 15 tables" in said
    assert "prisma/schema.prisma:32:7" in said
    assert said.count("What to do:") == 5
    assert "3 more causes in audit.json" in said
    assert re.search(r"24 of 40\s+12 of 26\s+16 of 16\s+44", said)


def test_what_was_not_checked_is_said(open_audit: AuditResult, ready_audit: AuditResult) -> None:
    assert "What did not run" in comment(open_audit)
    assert "What did not run" not in comment(ready_audit)
    assert "checks were not made, and are not required here" in comment(ready_audit)


def test_a_ready_project_gets_no_list_of_causes(ready_audit: AuditResult) -> None:
    assert "###" not in comment(ready_audit)


def test_notes_and_what_was_accepted_are_only_counted(audit_with: Audits, finding: Findings) -> None:
    text = comment(audit_with(finding(suppressed="known"), finding(rule="SCH003", severity=Severity.NOTE)))
    assert "###" not in text
    assert "| accepted |" in text


def test_a_report_is_a_link_only_when_it_is_an_address(ready_audit: AuditResult) -> None:
    address = "https://ci.example/runs/1?x=a&b=c"
    assert _Read(comment(ready_audit, report=address)).addresses == [address]
    for odd in ("javascript:alert(1)", "https://x) [y](https://z", "reports/shop/deployment_readiness.html"):
        read = _Read(comment(ready_audit, report=odd))
        assert read.addresses == []
        assert odd in read.said


def test_the_marker_finds_the_comment_of_one_project_and_cannot_be_forged(
    audit_with: Audits, hostile_text: str
) -> None:
    text = comment(audit_with(name=hostile_text))
    assert text.startswith(marker(hostile_text) + "\n")
    assert text.count("<!--") == 1
    assert _Read(text).comments == [marker(hostile_text)[4:-3]]
    assert marker("shop") == "<!-- pgready:shop -->" != marker("shop-2")


def test_a_hostile_text_stays_text(hostile_everywhere: AuditResult) -> None:
    for text in (comment(hostile_everywhere), step_summary(hostile_everywhere)):
        read = _Read(text)
        assert read.tags <= _TAGS
        assert read.addresses == []
        assert len(read.comments) == 1
        assert all(char.isprintable() or char in "\n\u200d" for char in text)
        # What GitHub makes a mention, an issue or an address of, it looks for in one text at a time, and not in code.
        assert [each for each in read.texts if re.search(r"@\w|#\d|GH-\d|https?://", each)] == []


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(alphabet=st.sampled_from("ab1 .`|<>&*_~[]()!#$@:\\\n-+=\"'/{}^\u202e\x00😀"), max_size=12))
def test_no_name_makes_a_tag_or_a_link(audit_with: Audits, finding: Findings, text: str) -> None:
    read = _Read(comment(audit_with(finding(object=text, message=text, fix=text), name=text)))
    assert read.tags <= _TAGS
    assert read.addresses == []


@pytest.mark.parametrize("sign", ["😀", "<", "\U000e0001", "`", "a", "\n", "@", "_"])
def test_github_takes_it_however_much_there_is_to_say(sign: str, audit_with: Audits, finding: Findings) -> None:
    long = sign * 3000
    rules = [check.rule for check in audit_with().checks]
    found = [finding(rule=rule, object=f"{long}{n}", message=long, fix=long) for rule in rules for n in range(3)]
    audit = replace(audit_with(*found, name=long), opaque=(long,) * 50, scope=long)
    text, summary = comment(audit), step_summary(audit)
    assert len(text) <= MOST_CHARACTERS < 65_536
    assert len(summary.encode()) < 1 << 20
    for each in (text, summary):
        assert each.count("<details>") == each.count("</details>")
        assert not each.endswith("…")
        assert "more in `audit.json`" in each


def test_the_cap_says_how_much_of_the_rest_blocks(audit_with: Audits, finding: Findings) -> None:
    rules = ("INV001", "INV002", "INV003", "INV004", "INV005", "INV006", "INV007")
    blocking = [finding(rule=rule, object=rule, severity=Severity.BLOCK) for rule in rules]
    warning = finding(rule="SCH001", object="x", severity=Severity.WARN)
    assert "2 more causes that block in audit.json" in _Read(comment(audit_with(*blocking))).said
    said = _Read(comment(audit_with(*blocking[:6], warning))).said
    assert "1 more cause that blocks and 1 more to look at in audit.json" in said
