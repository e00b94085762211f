"""The composite action: its steps run by bash as the runner calls it, with programs that record their call."""

import json
import re
import sys
from pathlib import Path

import pytest

from ci_sandbox import ACTION, ROOT, STEPS, Sandbox

_RECORD = r'{ printf "%s\x1f" "$@"; printf "\x1e"; } >> "$RECORD"'
_HOSTILE = (
    '"; touch pwned; "',
    "$(touch pwned)",
    "`touch pwned`",
    "a b  c",
    "--help",
    "-x",
    "*",
    "'",
    "x\\",
    "é😀",
)


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    made = Sandbox(tmp_path)
    made.workspace.mkdir()
    (tmp_path / "temp").mkdir()
    made.program("temp/pgready/bin/pgready", f"{_RECORD}; exit ${{FAKE_EXIT:-0}}")
    return made


def test_no_script_holds_an_expression_and_every_input_is_used() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    for step in STEPS:
        assert "${{" not in step.get("run", "")
        assert step.get("shell") == ("bash" if "run" in step else None)
    for name in ACTION["inputs"]:
        assert f"inputs.{name}" in text
    for output in ACTION["outputs"].values():
        assert re.fullmatch(r"\$\{\{ steps\.audit\.outputs\.[a-z-]+ \}\}", output["value"])


@pytest.mark.parametrize(
    ("code", "verdict"),
    [(0, "READY"), (1, "NOT READY"), (2, "ERROR"), (3, "INCONCLUSIVE"), (4, "ERROR"), (127, "ERROR"), (139, "ERROR")],
)
def test_the_verdict_is_an_output_and_only_ready_is_green(sandbox: Sandbox, code: int, verdict: str) -> None:
    _audits(sandbox, verdict, code)
    assert sandbox.step("Audit").returncode == 0
    assert sandbox.outputs == {"verdict": verdict, "exit-code": str(code), "report": "pgready-report"}
    assert sandbox.step("Verdict").returncode == code


def _audits(sandbox: Sandbox, verdict: str, code: int, directory: str = "pgready-report") -> None:
    """Let pgready write an audit with this verdict and end with this code."""
    sandbox.program("temp/pgready/bin/python", f'exec "{sys.executable}" "$@"')
    audit = json.dumps({"verdict": verdict})
    write = f"mkdir -p {directory} && printf '%s' '{audit}' > {directory}/audit.json"
    sandbox.program("temp/pgready/bin/pgready", f"{write}; exit {code}")


@pytest.mark.parametrize(
    ("verdict", "code", "directory"),
    [("READY", 0, "elsewhere"), ("NOT READY", 0, "pgready-report"), ("READY", 1, "pgready-report")],
)
def test_a_verdict_that_was_not_written_down_is_none(sandbox: Sandbox, verdict: str, code: int, directory: str) -> None:
    _audits(sandbox, verdict, code, directory)
    done = sandbox.step("Audit")
    assert "::error title=pgready::no audit that says" in done.stdout
    assert (sandbox.outputs["verdict"], sandbox.outputs["exit-code"]) == ("ERROR", "2")
    assert sandbox.step("Verdict").returncode == 2


@pytest.mark.parametrize("argument", ["--help", "--version", "--output=elsewhere"])
def test_no_argument_makes_a_step_green_that_audited_nothing(sandbox: Sandbox, argument: str) -> None:
    real = Path(sys.executable).with_name("pgready")
    sandbox.program("temp/pgready/bin/python", f'exec "{sys.executable}" "$@"')
    sandbox.program("temp/pgready/bin/pgready", f'exec "{real}" "$@"')
    report = sandbox.workspace / "pgready-report"
    report.mkdir()
    (report / "audit.json").write_text('{"verdict": "READY"}')
    sandbox.step("Audit", args=argument)
    assert sandbox.outputs["verdict"] == "ERROR"
    assert sandbox.step("Verdict").returncode == 2


def test_without_an_exit_code_it_is_red(sandbox: Sandbox) -> None:
    sandbox.outputs["exit-code"] = ""
    assert sandbox.step("Verdict").returncode != 0


def test_inputs_become_arguments(sandbox: Sandbox) -> None:
    sandbox.step("Audit")
    sandbox.step("Audit", project="apps/api", since="origin/main", thorough="true", output="out put")
    sandbox.step("Audit", notebook="deployment_readiness\nschema_inventory\n", args="--schema=a b\n\n--pdf")
    assert sandbox.calls == [
        ["check", "--output=pgready-report", "--", "."],
        ["check", "--output=out put", "--since=origin/main", "--thorough", "--", "apps/api"],
        [
            "audit",
            "--output=pgready-report",
            "--notebook=deployment_readiness",
            "--notebook=schema_inventory",
            "--schema=a b",
            "--pdf",
            "--",
            ".",
        ],
    ]


@pytest.mark.parametrize("text", _HOSTILE)
def test_a_hostile_input_is_an_argument_and_nothing_else(sandbox: Sandbox, text: str) -> None:
    done = sandbox.step("Audit", project=text, since=text, output=text, notebook=text, args=text)
    assert done.returncode == 0, done.stderr
    assert sandbox.calls == [
        ["audit", f"--output={text}", f"--since={text}", f"--notebook={text}", text, "--", text],
    ]
    assert list(sandbox.workspace.iterdir()) == []
    assert sandbox.outputs["report"] == text


@pytest.mark.parametrize("output", ["", "a\nverdict=READY"])
def test_an_output_that_could_forge_another_is_refused(sandbox: Sandbox, output: str) -> None:
    done = sandbox.step("Audit", output=output)
    assert done.returncode == 2
    assert done.stdout.startswith("::error")
    assert (sandbox.outputs, sandbox.calls) == ({}, [])


def test_what_an_earlier_run_left_behind_is_no_result(sandbox: Sandbox) -> None:
    report = sandbox.workspace / "pgready-report"
    report.mkdir()
    for name in ("audit.json", "audit.sarif", "audit.junit.xml", "audit.codequality.json", "comment.md", "mine.txt"):
        (report / name).write_text("old")
    sandbox.program("temp/pgready/bin/pgready", "exit 4")
    sandbox.step("Audit")
    assert [path.name for path in report.iterdir()] == ["mine.txt"]


def test_code_scanning_gets_no_alert_for_what_was_accepted(sandbox: Sandbox) -> None:
    sandbox.program("temp/pgready/bin/python", f'exec "{sys.executable}" "$@"')
    results = [{"ruleId": "A"}, {"ruleId": "B", "suppressions": [{"kind": "external"}]}]
    report = sandbox.workspace / "out put"
    report.mkdir()
    (report / "audit.sarif").write_text(json.dumps({"version": "2.1.0", "runs": [{"results": results}]}))
    done = sandbox.step("Leave out what was accepted", output="out put")
    assert done.returncode == 0, done.stderr
    uploaded = json.loads(Path(sandbox.outputs["sarif"]).read_text())
    assert uploaded == {"version": "2.1.0", "runs": [{"results": [{"ruleId": "A"}]}]}


def test_nothing_is_uploaded_that_would_close_alerts_of_checks_that_did_not_run() -> None:
    steps = {step["name"]: step for step in STEPS}
    made = steps["Leave out what was accepted"]["if"]
    assert "'READY'" in made
    assert "'NOT READY'" in made
    assert "INCONCLUSIVE" not in made
    assert steps["Upload to code scanning"]["if"] == "steps.upload.outputs.sarif"


_GH = (
    _RECORD
    + r"""
case "$*" in
  *--paginate*) printf '%s' "$COMMENTS"; exit "${LISTING:-0}" ;;
  *) for each in "$@"; do case $each in body=@*) cp "${each#body=@}" "$RECORD.body" ;; esac; done
    exit "${SENDING:-0}" ;;
esac"""
)


def _gh(sandbox: Sandbox, comments: str = "", listing: int = 0, sending: int = 0) -> None:
    sandbox.program("bin/gh", f"COMMENTS={_quoted(comments)} LISTING={listing} SENDING={sending}\n{_GH}")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _commented(sandbox: Sandbox, verdict: str = "READY", project: str = ".") -> str:
    report = sandbox.workspace / "pgready-report"
    report.mkdir(exist_ok=True)
    if verdict != "ERROR":
        (report / "comment.md").write_text("<!-- pgready:shop -->\n## said\n")
    sandbox.outputs |= {"verdict": verdict, "exit-code": "0" if verdict == "READY" else "4"}
    done = sandbox.step("Comment on the pull request", comment="true", project=project)
    assert done.returncode == 0, done.stderr
    body = sandbox.path / "record.body"
    return body.read_text() if body.exists() else done.stdout


def test_the_first_comment_is_posted(sandbox: Sandbox) -> None:
    _gh(sandbox)
    body = _commented(sandbox)
    assert body == "<!-- pgready-action:. -->\n<!-- pgready:shop -->\n## said\n\n<sub>Commit c0ffee</sub>\n"
    assert sandbox.calls[1][:4] == ["api", "--method", "POST", "repos/shop/api/issues/7/comments"]


def test_the_next_one_replaces_it_and_only_it(sandbox: Sandbox) -> None:
    _gh(
        sandbox, "1 hello\n2 <!-- pgready-action:apps/web -->\n3 <!-- pgready-action:. -->\r\n4 <!-- pgready:shop -->\n"
    )
    _commented(sandbox)
    assert sandbox.calls[1][:4] == ["api", "--method", "PATCH", "repos/shop/api/issues/comments/3"]
    assert '.user.type == "Bot"' in sandbox.calls[0][-1]


def test_a_ready_comment_does_not_outlive_an_audit_that_came_to_no_verdict(sandbox: Sandbox) -> None:
    _gh(sandbox, "3 <!-- pgready-action:. -->\n")
    body = _commented(sandbox, "ERROR")
    assert "no verdict" in body
    assert "exit code 4" in body
    assert sandbox.calls[1][3] == "repos/shop/api/issues/comments/3"


@pytest.mark.parametrize(("listing", "sending"), [(1, 0), (0, 1)])
def test_a_comment_that_cannot_be_written_changes_no_verdict(sandbox: Sandbox, listing: int, sending: int) -> None:
    _gh(sandbox, listing=listing, sending=sending)
    sandbox.outputs |= {"verdict": "READY", "exit-code": "0"}
    (sandbox.workspace / "pgready-report").mkdir()
    (sandbox.workspace / "pgready-report" / "comment.md").write_text("x\n")
    done = sandbox.step("Comment on the pull request", comment="true")
    assert done.returncode == 0
    assert "::warning title=pgready::the comment could not be written" in done.stdout
    assert len(sandbox.calls) == 1 + sending


@pytest.mark.parametrize("text", [*_HOSTILE, "a --> b", "a\nb"])
def test_no_path_ends_the_marker(sandbox: Sandbox, text: str) -> None:
    _gh(sandbox)
    marker = _commented(sandbox, project=text).split("\n", 1)[0]
    assert re.fullmatch(r"<!-- pgready-action:[A-Za-z0-9._/]* -->", marker)
    assert not (sandbox.workspace / "pwned").exists()
