"""The documentation is part of the change: it is complete, and what is generated is up to date."""

import re
import runpy
import tomllib
from pathlib import Path

import pytest

import pgready
from pgready.checks import RULES
from pgready.checks.families import FAMILIES, family
from pgready.cli import cli
from pgready.config import parse_config
from pgready.rehearsal import ENVIRONMENT_VARIABLE as POSTGRES
from pgready.reports.notebooks.shipped import NOTEBOOKS
from pgready.reports.page.pdf import ENVIRONMENT_VARIABLE as CHROMIUM

ROOT = Path(__file__).parents[2]
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts),
]


def test_the_pages_of_the_rules_are_generated_from_the_rules_and_their_examples() -> None:
    pages = runpy.run_path(str(ROOT / "docs" / "generate.py"))["pages"]()
    reference = ROOT / "docs" / "reference"
    on_disk = [reference / "rules.md", *(reference / "rules").glob("*.md")]
    written = {path.relative_to(reference).as_posix(): path.read_text() for path in on_disk}
    assert sorted(written) == sorted(pages), "run `make docs`"
    assert [path for path, text in pages.items() if written[path] != text] == [], "run `make docs`"


def test_every_rule_belongs_to_a_family_with_a_title() -> None:
    assert {family(rule) for rule in RULES} <= set(FAMILIES)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_says_when_what_and_how_to_fix(rule: object) -> None:
    for part in ("title", "condition", "effect", "fix", "source"):
        assert len(getattr(rule, part)) > 10, part
    assert re.fullmatch(r"[A-Z]{3}\d{3}", getattr(rule, "id", ""))


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    for name in cli.commands:
        assert f"pgready {name}" in readme


def test_every_command_is_in_the_table_of_the_command_line() -> None:
    page = (ROOT / "docs" / "reference" / "command-line.md").read_text()
    assert sorted(re.findall(r"^\| `pgready (\w+)` \|", page, re.MULTILINE)) == sorted(cli.commands)


@pytest.mark.parametrize("page", ["README.md", "docs/how-to/read-a-report.md"])
def test_every_notebook_is_named(page: str) -> None:
    text = (ROOT / page).read_text()
    assert [name for name in NOTEBOOKS if f"`{name}`" not in text] == []


def test_every_public_name_is_on_a_page_of_the_python_interface() -> None:
    text = "".join(page.read_text() for page in (ROOT / "docs" / "reference").glob("api*.md"))
    named = set(re.findall(r"^\.\. auto\w+:: pgready\.(\w+)$", text, re.MULTILINE))
    assert set(pgready.__all__) - {"__version__"} <= named


def test_every_page_has_its_place_in_the_contents() -> None:
    contents = runpy.run_path(str(ROOT / "docs" / "conf.py"))["CONTENTS"]
    placed = sorted(["index", *(page for pages in contents.values() for page in pages)])
    docs = ROOT / "docs"
    pages = {path.relative_to(docs).with_suffix("").as_posix() for path in docs.rglob("*.md")}
    assert placed == sorted(page for page in pages if not page.startswith(("_build", "reference/rules/")))


def test_the_variables_that_a_person_sets_are_on_the_page_of_the_command_line() -> None:
    page = (ROOT / "docs" / "reference" / "command-line.md").read_text()
    assert [name for name in (POSTGRES, CHROMIUM, "PGREADY_DEBUG", "NO_COLOR") if f"`{name}" not in page] == []


def test_no_cell_of_the_comparison_with_other_tools_is_empty() -> None:
    page = (ROOT / "docs" / "explanation" / "comparison.md").read_text()
    _, _, *rows = [line.split("|")[1:-1] for line in page.splitlines() if line.startswith("|")]
    assert {len(cells) for cells in rows} == {7}
    assert all(cell.strip() for cells in rows for cell in cells)


@pytest.mark.parametrize("page", PAGES)
def test_commands_and_options_that_a_page_names_exist(page: str) -> None:
    for name, rest in typed(page):
        command = cli.commands.get(name)
        assert command is not None, name
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert set(re.findall(r"(?<= )--[a-z][\w-]+", rest)) - {"--help"} <= known, (name, rest)


def typed(page: str) -> list[tuple[str, str]]:
    """The commands of pgready in the code of a page, with what stands behind them."""
    text = (ROOT / page).read_text()
    fenced = "".join(re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    lines = re.findall(r"^(?:\$ )?pgready ([a-z]+)([^\n#]*)", fenced, re.MULTILINE)
    return [*lines, *re.findall(r"`pgready ([a-z]+)([^`\n]*)`", text)]


@pytest.mark.parametrize("page", PAGES)
def test_rules_that_a_page_names_exist(page: str) -> None:
    families = "|".join(FAMILIES)
    assert set(re.findall(rf"\b(?:{families})\d{{3}}\b", (ROOT / page).read_text())) <= set(RULES)


def test_the_readme_is_read_in_a_minute() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 150


def test_the_configuration_of_the_documentation_is_valid() -> None:
    (example,) = re.findall(
        r"```toml\n(.*?)```", (ROOT / "docs" / "reference" / "configuration.md").read_text(), re.DOTALL
    )
    config = parse_config(example, rules=RULES)
    assert config.contracts
    assert set(tomllib.loads(example)) == {
        "project",
        "inventory",
        "groups",
        "isolation",
        "contracts",
        "crossings",
        "migrations",
        "policy",
        "suppressions",
        "scope",
    }


@pytest.mark.parametrize("page", PAGES)
def test_links_within_the_repository_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text()
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert ((ROOT / page).parent / target).exists(), target
