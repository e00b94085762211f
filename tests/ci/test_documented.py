"""What docs/how-to/ci.md tells people to copy is what GitHub, GitLab and pre-commit take."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from ruamel.yaml import YAML

from pgready.cli import cli

ROOT = Path(__file__).parents[2]
_PAGE = (ROOT / "docs" / "how-to" / "ci.md").read_text(encoding="utf-8")
_WORKFLOW, _GITLAB, _PRE_COMMIT = re.findall(r"```yaml\n(.*?)```", _PAGE, re.DOTALL)
_ACTION = YAML(typ="safe").load((ROOT / "action.yml").read_text(encoding="utf-8"))
_HOOKS = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def _validated(schema: str, file: Path) -> subprocess.CompletedProcess[str]:
    """Judge a file by a schema that comes with check-jsonschema, offline."""
    return subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ("vendor.github-actions", (ROOT / "action.yml").read_text(encoding="utf-8")),
        ("vendor.github-workflows", _WORKFLOW),
        ("vendor.gitlab-ci", _GITLAB),
    ],
    ids=["action", "workflow", "gitlab"],
)
def test_it_is_valid_and_a_misspelt_one_would_not_be(schema: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / "given.yml"
    file.write_text(text, encoding="utf-8")
    done = _validated(schema, file)
    assert done.returncode == 0, done.stdout
    misspelt = re.sub(r"^( *)(steps|rules):", r"\1\2_of:", text, count=1, flags=re.MULTILINE)
    assert misspelt != text
    file.write_text(misspelt, encoding="utf-8")
    assert _validated(schema, file).returncode == 1


def test_the_workflow_gives_the_action_inputs_and_outputs_that_it_has() -> None:
    steps = YAML(typ="safe").load(_WORKFLOW)["jobs"]["pgready"]["steps"]
    (step,) = [step for step in steps if step.get("id") == "pgready"]
    assert set(step["with"]) <= set(_ACTION["inputs"])
    assert set(re.findall(r"steps\.pgready\.outputs\.([\w-]+)", _WORKFLOW)) <= set(_ACTION["outputs"])


def test_every_input_and_output_of_the_action_is_in_the_page_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([\w-]+)` \|([^|]*)\|", _PAGE, re.MULTILINE))
    for name, given in _ACTION["inputs"].items():
        if name != "token":
            assert rows[name].strip("` ") == given["default"], name
    for name in _ACTION["outputs"]:
        assert f"`{name}`" in _PAGE


def test_the_hook_of_the_page_is_one_of_the_repository() -> None:
    (repository,) = YAML(typ="safe").load(_PRE_COMMIT)["repos"]
    assert [hook["id"] for hook in repository["hooks"]] == [hook["id"] for hook in _HOOKS]


@pytest.mark.parametrize(
    ("path", "looked_at"),
    [
        ("prisma/schema.prisma", True),
        ("packages/db/prisma/schema/user.prisma", True),
        ("prisma/migrations/20260101000000_init/migration.sql", True),
        ("prisma/migrations/migration_lock.toml", True),
        ("pgready.toml", True),
        ("apps/api/pgready.baseline.toml", True),
        ("src/index.ts", False),
        ("package.json", False),
    ],
)
def test_the_hook_runs_when_something_changes_that_is_judged(path: str, looked_at: bool) -> None:  # noqa: FBT001  # a row of the table
    (hook,) = _HOOKS
    assert bool(re.search(hook["files"], path)) is looked_at
    assert hook["pass_filenames"] is False


def test_every_option_that_is_told_exists() -> None:
    (hook,) = _HOOKS
    arguments = YAML(typ="safe").load(_PRE_COMMIT)["repos"][0]["hooks"][0]["args"]
    _parse(hook["entry"].split()[1:] + [str(argument) for argument in arguments])
    _parse(["check", "--since=FETCH_HEAD", "--output=pgready-report", "--", "."])
    told = set(re.findall(r"(?<![\w-])--[a-z][\w-]+", _PAGE)) - {"--quiet"}
    options = {name for command in cli.commands.values() for option in command.params for name in _names(option)}
    assert told <= options


def _names(option: click.Parameter) -> list[str]:
    return [*option.opts, *option.secondary_opts]


def _parse(arguments: list[Any]) -> None:
    command = cli.commands[arguments[0]]
    command.make_context(arguments[0], arguments[1:], resilient_parsing=False)


def test_the_snippet_for_gitlab_names_the_files_that_are_written() -> None:
    from pgready.reports.ci.gitlab import CODE_QUALITY_NAME  # noqa: PLC0415
    from pgready.reports.ci.junit import JUNIT_NAME  # noqa: PLC0415

    reports = YAML(typ="safe").load(_GITLAB)["pgready"]["artifacts"]["reports"]
    assert reports == {
        "junit": f"pgready-report/{JUNIT_NAME}",
        "codequality": f"pgready-report/{CODE_QUALITY_NAME}",
    }
