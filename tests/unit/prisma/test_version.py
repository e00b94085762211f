"""The Prisma version of a project, with the line that says it."""

from pathlib import Path

import pytest

from pgready.sources.prisma import find_version

NPM = """{
  "lockfileVersion": 3,
  "packages": {
    "": {"devDependencies": {"prisma": "^7.0.0"}},
    "node_modules/prisma": {
      "version": "7.4.1",
      "resolved": "x"
    }
  }
}
"""
NPM_1 = '{\n  "dependencies": {\n    "prisma": {\n      "version": "4.16.2"\n    }\n  }\n}\n'
PNPM_9 = """lockfileVersion: '9.0'

importers:
  .:
    devDependencies:
      prisma:
        specifier: ^7.4.0
        version: 7.4.1(typescript@5.9.0)

packages:

  prisma@7.4.1:
    resolution: {integrity: x}

snapshots:

  prisma@7.4.1(typescript@5.9.0):
    dependencies: {}
"""
PNPM_6 = "packages:\n\n  /prisma@5.22.0:\n    resolution: {integrity: x}\n"
PNPM_5 = "packages:\n\n  /prisma/4.8.0:\n    resolution: {integrity: x}\n"
YARN_1 = 'other@1:\n  version "1.0.0"\n\nprisma@^5.0.0, prisma@^5.1.0:\n  version "5.22.0"\n'
YARN_4 = '"prisma@npm:^6.0.0":\n  version: 6.19.0\n  resolution: "prisma@npm:6.19.0"\n'
BUN = '{\n  "packages": {\n    "prisma": ["prisma@7.3.0", "", {}],\n  }\n}\n'
CLIENT_ONLY = "packages:\n\n  '@prisma/client@7.1.0':\n    resolution: {integrity: x}\n"


@pytest.mark.parametrize(
    ("file", "text", "version", "line"),
    [
        ("package-lock.json", NPM, "7.4.1", 6),
        ("package-lock.json", NPM_1, "4.16.2", 4),
        ("pnpm-lock.yaml", PNPM_9, "7.4.1", 12),
        ("pnpm-lock.yaml", PNPM_6, "5.22.0", 3),
        ("pnpm-lock.yaml", PNPM_5, "4.8.0", 3),
        ("pnpm-lock.yaml", CLIENT_ONLY, "7.1.0", 3),
        ("yarn.lock", YARN_1, "5.22.0", 5),
        ("yarn.lock", YARN_4, "6.19.0", 2),
        ("bun.lock", BUN, "7.3.0", 3),
        ("package.json", '{\n  "devDependencies": {\n    "prisma": "7.9.1"\n  }\n}\n', "7.9.1", 3),
    ],
)
def test_an_exact_version_is_found_with_its_line(tmp_path: Path, file: str, text: str, version: str, line: int) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / file).write_text(text)
    found = find_version(tmp_path)
    assert found is not None
    assert (found.text, found.exact) == (version, True)
    assert (found.location.file, found.location.line) == (file, line)
    lines = text.splitlines()
    assert lines[line - 1][(found.location.column or 0) - 1 :].startswith(version)


def test_the_lock_file_may_stand_above_the_project(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pnpm-lock.yaml").write_text(PNPM_9)
    project = tmp_path / "packages" / "db"
    project.mkdir(parents=True)
    (project / "package.json").write_text('{"dependencies": {"prisma": "^7.0.0"}}')
    found = find_version(project)
    assert found is not None
    assert (found.text, found.location.file) == ("7.4.1", "../../pnpm-lock.yaml")


def test_nothing_above_the_repository_counts(tmp_path: Path) -> None:
    (tmp_path / "pnpm-lock.yaml").write_text(PNPM_9)
    project = tmp_path / "repository"
    (project / ".git").mkdir(parents=True)
    assert find_version(project) is None


@pytest.mark.parametrize(
    ("asked", "lowest"),
    [
        ("^7.6.0", (7, 6, 0)),
        ("~6.1", (6, 1, 0)),
        (">=5 <7", (5, 0, 0)),
        ("7.x", (7, 0, 0)),
        ("7.4.0-dev.1", (7, 4, 0)),
        ("^6.0.0 || ^7.0.0", None),
        ("latest", None),
        ("*", None),
        ("workspace:*", None),
        ("<7", None),
        ("9" * 5_000, None),
        ("7." + "9" * 5_000, None),
        ("7.4." + "9" * 5_000 + " || 8", None),
        ("^7." + " " * 60_000 + "x", (7, 0, 0)),
        (" " * 60_000 + "x", None),
    ],
)
def test_a_range_has_a_lower_end_or_none(tmp_path: Path, asked: str, lowest: tuple[int, int, int] | None) -> None:
    (tmp_path / ".git").mkdir()
    text = f'{{"name": "prisma", "scripts": {{"prisma": "x"}}, "devDependencies": {{"a": "1", "prisma": "{asked}"}}}}'
    (tmp_path / "package.json").write_text(text)
    found = find_version(tmp_path)
    assert found is not None
    assert (found.text, found.exact, found.lowest) == (asked, asked == "7.4.0-dev.1", lowest)


def test_several_versions_in_one_lock_file_are_not_known(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pnpm-lock.yaml").write_text(PNPM_9 + PNPM_6)
    assert find_version(tmp_path) is None


@pytest.mark.parametrize(
    "text", ["{,}", "[]", '{"scripts": {"prisma": "prisma"}}', '{"devDependencies": {"prisma": 7}}']
)
def test_a_project_without_prisma_has_no_version(tmp_path: Path, text: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "package.json").write_text(text)
    (tmp_path / "yarn.lock").write_bytes(b"\xff")
    assert find_version(tmp_path) is None
