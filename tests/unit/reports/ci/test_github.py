"""Workflow commands, read as the runner reads them: `TryParseV2` of src/Runner.Common/ActionCommand.cs, and its older
form, which is looked for anywhere in a line when the newer one does not fit."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgready.findings import Finding, Severity
from pgready.model.location import Location
from pgready.reports.ci.github import annotations, silence
from pgready.reports.visible import visible
from pgready.verdict import AuditResult

Findings = Callable[..., Finding]
Audits = Callable[..., AuditResult]

_KNOWN = {"error", "warning", "notice", "debug", "group", "endgroup", "add-mask", "add-path", "set-env", "set-output"}
_KNOWN |= {"save-state", "stop-commands", "echo", "add-matcher", "remove-matcher"}


@dataclass
class _Command:
    name: str
    properties: dict[str, str]
    data: str


def run(output: str) -> list[_Command]:
    """What the runner does with the output of a step: a command a line, with either kind of line end."""
    found = []
    for line in re.split(r"\r\n|\r|\n", output):
        command = _newer(line) or _older(line)
        if command is not None:
            found.append(command)
    return found


def _newer(line: str) -> _Command | None:
    line = line.lstrip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, given = line[2:end].partition(" ")
    pairs = [pair.split("=", 1) for pair in given.strip().split(",") if pair]
    properties = {
        pair[0]: _back(pair[1], "%0D", "%0A", "%3A", "%2C", "%25") for pair in pairs if len(pair) == 2 and all(pair)
    }
    return _Command(name, properties, _back(line[end + 2 :], "%0D", "%0A", "%25")) if name in _KNOWN else None


def _older(line: str) -> _Command | None:
    found = re.search(r"##\[([^\] ]*)( [^\]]*)?\](.*)", line)
    return _Command(found[1], {}, found[3]) if found and found[1] in _KNOWN else None


def _back(text: str, *escapes: str) -> str:
    for escape in escapes:
        text = text.replace(escape, bytes.fromhex(escape[1:]).decode())
    return text


def test_the_reader_of_this_test_would_see_a_command_that_got_out() -> None:
    assert [command.name for command in run("::set-output name=x::y")] == ["set-output"]
    assert [command.name for command in run("text ##[set-output name=x]y")] == ["set-output"]


def test_the_verdict_comes_first(ready_audit: AuditResult, open_audit: AuditResult, premium_audit: AuditResult) -> None:
    for audit, name in ((ready_audit, "notice"), (open_audit, "error"), (premium_audit, "error")):
        first = run(annotations(audit)[0])[0]
        assert (first.name, first.properties["title"]) == (name, f"pgready: {audit.verdict.value}")
        assert first.data == audit.judgement.reason


def test_a_finding_is_annotated_at_its_place(audit_with: Audits, finding: Findings) -> None:
    found = finding(
        location=Location("prisma/migrations/a, b: c%/migration.sql", 12, 3), message="100% gone, really: yes"
    )
    (_, command) = run("\n".join(annotations(audit_with(found), root="apps/api")))
    assert command.name == "error"
    assert command.properties == {
        "file": "apps/api/prisma/migrations/a, b: c%/migration.sql",
        "line": "12",
        "col": "3",
        "title": "INV001 public.User",
    }
    assert command.data == "100% gone, really: yes\nAdd a migration that makes it."


def test_only_what_blocks_is_an_error_and_notes_are_not_annotated(audit_with: Audits, finding: Findings) -> None:
    found = (
        finding(rule="SCH002", severity=Severity.WARN),
        finding(rule="SCH003", severity=Severity.NOTE),
        finding(rule="INV006", suppressed="known"),
        finding(rule="DES001", described=True, severity=Severity.NOTE),
    )
    commands = run("\n".join(annotations(audit_with(*found))))
    assert [(command.name, command.properties["title"][:6]) for command in commands] == [
        ("notice", "pgread"),
        ("warning", "SCH002"),
    ]


def test_no_more_than_github_shows_and_every_cause_before_the_second_of_any(premium_audit: AuditResult) -> None:
    commands = run("\n".join(annotations(premium_audit)))
    errors = [command for command in commands if command.name == "error"]
    assert len(errors) == 10
    assert errors[-1].data == "36 more findings like these, in audit.json"
    rules = [command.properties["title"].split()[0] for command in errors[1:-1]]
    assert {"INV001", "INV006", "RES003", "ISO001"} <= set(rules)
    assert len([command for command in commands if command.name == "warning"]) <= 10


def test_ten_fit_exactly(audit_with: Audits, finding: Findings) -> None:
    for number, shown in ((9, 10), (10, 10)):
        audit = audit_with(*(finding(object=f"public.T{n}") for n in range(number)))
        commands = run("\n".join(annotations(audit)))
        assert len(commands) == shown
        assert ("more" in commands[-1].data) is (number == 10)


def test_a_hostile_text_is_no_command(hostile_everywhere: AuditResult, hostile_text: str) -> None:
    output = "\n".join(annotations(hostile_everywhere, root=hostile_text))
    commands = run(output)
    assert {command.name for command in commands} == {"error", "warning"}
    assert len(commands) == len(annotations(hostile_everywhere))
    assert all(set(command.properties) <= {"file", "line", "col", "title"} for command in commands)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(alphabet=st.sampled_from("a1%0AD25C:,=;]#[\r\n \x00\u2028") | st.characters(), max_size=40),
    st.text(alphabet=st.sampled_from("a1%0AD25C:,=;]#[\r\n \x00\u2028") | st.characters(), max_size=40),
)
def test_what_the_runner_reads_is_what_was_said(audit_with: Audits, finding: Findings, one: str, two: str) -> None:
    (_, command) = run("\n".join(annotations(audit_with(finding(message=one, object=two, location=None)))))
    assert command.name == "error"
    assert command.data == f"{visible(one)}\nAdd a migration that makes it."
    # The runner trims the list of properties.
    assert command.properties["title"] == f"INV001 {visible(two)}".rstrip()


@pytest.mark.parametrize("name", ["##[set-output name=verdict]READY", "::add-mask::READY"])
def test_between_the_lines_of_silence_nothing_is_a_command(name: str) -> None:
    stop, go = silence("f00d" * 8)
    (command,) = run(stop)
    assert (command.name, command.data) == ("stop-commands", "f00d" * 8)
    assert go == f"::{command.data}::"
    assert command.data not in name
