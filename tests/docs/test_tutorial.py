"""The tutorial is true: its commands are run, and what it prints is what they print."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"```(console|text|toml)\n(.*?)```", re.DOTALL)
SERVER = re.compile(r"PostgreSQL \d+(\.\d+)?")
AUTHOR = {f"GIT_{who}_{what}": "reader@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
TYPES_TWICE = "prisma/migrations/20260101091921_add_v4_tier1a_models/migration.sql"


class Reader:
    """Somebody who types what the tutorial says; `seen` is what the last command printed."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.project = place / "premium-apps"
        self.seen: list[str] = []

    def type_in(self, commands: list[str]) -> None:
        """One shell for all of them, as `cd` stays; what the last audit printed is kept."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        typed = subprocess.run(
            ["bash", "-c", "\n".join(commands)],
            cwd=self.place,
            env=os.environ | AUTHOR | {"PATH": path, "GITHUB_ACTIONS": "", "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert "Traceback" not in typed.stderr
        self.seen = told(typed.stdout)

    def edit(self, toml: str) -> None:
        """What the text around the blocks asks for in pgready.toml."""
        config = self.project / "pgready.toml"
        renamed = config.read_text().replace('"add_auth_models"', '"20251225000000_add_auth_models"')
        config.write_text(f"{renamed}\n{toml}")

    def delete_types(self) -> None:
        """The three statements that the new migration has as well."""
        file = self.project / TYPES_TWICE
        text, deleted = re.subn(r"-- CreateEnum\nCREATE TYPE [^;]+;\n\n", "", file.read_text())
        assert deleted == 3
        file.write_text(text)


def told(text: str) -> list[str]:
    """The lines without indentation, the version of the server, and what is left out."""
    stripped = (SERVER.sub("PostgreSQL", line.strip()) for line in text.splitlines())
    return [line for line in stripped if line and line != "..."]


def blocks() -> Iterator[tuple[str, str]]:
    for found in BLOCK.finditer((ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")):
        yield found[1], found[2]


def test_the_commands_of_the_tutorial_print_what_it_shows(tmp_path: Path) -> None:
    for name in ("premium-apps", "premium-apps-fixed"):
        shutil.copytree(ROOT / "examples" / name, tmp_path / name)
    reader, verdicts = Reader(tmp_path), list[str]()
    for language, shown in blocks():
        if language == "toml":
            reader.edit(shown)
            continue
        commands = [line.removeprefix("$ ") for line in shown.splitlines() if line.startswith("$ ")]
        if commands:
            reader.type_in(commands)
        expected = told("\n".join(line for line in shown.splitlines() if not line.startswith("$ ")))
        assert [line for line in expected if line not in reader.seen] == [], commands
        verdicts += [line.split(":")[0] for line in expected if line[0] in "✗✓"]
        if "HIS014" in shown:
            reader.delete_types()
    assert verdicts == [*["✗ NOT READY"] * 5, *["✓ READY"] * 2, "✗ NOT READY", "✓ READY"]
