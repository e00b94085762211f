"""The documentation is part of the change: it is complete, and what is generated is up to date."""

import re
import runpy
import tomllib
from pathlib import Path

import pytest

from pgready.checks import RULES
from pgready.checks.families import FAMILIES, family
from pgready.cli import cli
from pgready.config import parse_config

ROOT = Path(__file__).parents[2]


def test_the_pages_of_the_rules_are_generated_from_the_rules_and_their_examples() -> None:
    pages = runpy.run_path(str(ROOT / "docs" / "generate.py"))["pages"]()
    on_disk = [ROOT / "docs" / "rules.md", *(ROOT / "docs" / "rules").glob("*.md")]
    written = {path.relative_to(ROOT / "docs").as_posix(): path.read_text() for path in on_disk}
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


def test_the_configuration_of_the_documentation_is_valid() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "configuration.md").read_text(), re.DOTALL)
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


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", *(p.relative_to(ROOT).as_posix() for p in (ROOT / "docs").rglob("*.md"))]
)
def test_links_within_the_repository_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text()
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert ((ROOT / page).parent / target).exists(), target
