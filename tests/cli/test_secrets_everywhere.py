"""A canary that the environment calls a secret stands in the schema, in migrations and in the configuration: it is in
nothing that pgready writes or prints, in none of the forms of a report, and neither is a half of it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CANARY = "Kanari-pw-7Zq!x&<b>'_\"%"
URL = "postgresql://app:Kanari%2Furl-9x@db.example:5432/app"
LITERAL = "postgresql://app:Kanari-lit-55@db.example/app"
_PGREADY = Path(sys.executable).with_name("pgready")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("shop")
    quoted, toml = CANARY.replace("'", "''"), CANARY.replace('"', '\\"')
    _write(
        directory / "prisma/schema.prisma",
        f"""datasource db {{
  provider = "postgresql"
  url      = "{URL}"
}}
/// the password is {CANARY}
model User {{
  id    String @id
  token String @default("{toml}")
  more  String
}}
""",
    )
    _write(
        directory / "prisma/migrations/20250101000000_init/migration.sql",
        f"""-- password {CANARY}, {LITERAL}
CREATE TABLE "User" ("id" TEXT NOT NULL, "token" TEXT NOT NULL DEFAULT '{quoted}', PRIMARY KEY ("id"));
COMMENT ON TABLE "User" IS '{quoted}';
ALTER TABLE "User" ADD CONSTRAINT "c" CHECK ("id" <> '{"x" * 60} {quoted}');
DO $$ BEGIN RAISE NOTICE '%', '{quoted}'; END $$;
""",
    )
    _write(
        directory / "prisma/migrations/20250102000000_more/migration.sql",
        f"""-- pgready: ignore DES002 the old password {CANARY} is gone
ALTER TABLE "User" DROP COLUMN "token";
UPDATE "User" SET "id" = '{quoted}' WHERE "id" = 'x';
DO $$ BEGIN RAISE EXCEPTION USING MESSAGE = 'no {quoted}', HINT = '{LITERAL}', DETAIL = '{"y" * 450} {quoted}'; END $$;
""",
    )
    reason = f'reason = "see {toml}"'
    _write(
        directory / "pgready.toml",
        f'[project]\nname = "shop"\n[[suppressions]]\nrule = "INV002"\nobject = "public.User"\n{reason}\n',
    )
    return directory


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _ran(*asked: str | Path, **environment: str) -> str:
    """What a run with the secrets in its environment prints, on both streams."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    known = {"TEST_DATABASE_PASSWORD": CANARY, "DATABASE_URL": URL}
    done = subprocess.run(
        [_PGREADY, *asked], capture_output=True, check=False, env=inherited | known | environment, timeout=300
    )
    assert done.returncode in {1, 3}, done.stderr
    return (done.stdout + done.stderr).decode()


def _leaks(*files: Path) -> list[str]:
    return [f"{file.name}: {_around(text)}" for file in files if "Kan" in (text := _text(file))]


def _around(text: str) -> str:
    place = text.index("Kan")
    return text[max(0, place - 60) : place + 40]


def _text(file: Path) -> str:
    if file.suffix != ".pdf":
        return file.read_bytes().decode(errors="replace")
    reader = shutil.which("pdftotext")
    if reader is None:
        return ""
    return subprocess.run([reader, file, "-"], capture_output=True, check=True).stdout.decode()


def test_no_artefact_of_an_audit_holds_a_secret(project: Path, tmp_path: Path) -> None:
    pdf = ["--pdf"] if shutil.which("chromium") else []
    said = _ran("audit", project, "--notebook", "all", "--output", tmp_path / "out", *pdf)
    files = [file for file in (tmp_path / "out").rglob("*") if file.is_file()]
    assert {".html", ".md", ".ipynb", ".json", ".sarif", ".xml", ".svg"} <= {file.suffix for file in files}
    assert _leaks(*files) == []
    assert "Kan" not in said
    assert sum("***" in _text(file) for file in files) >= 10


def test_no_file_for_ci_and_no_line_of_a_check_holds_a_secret(project: Path, tmp_path: Path) -> None:
    said = _ran(
        *("check", project, "--notes", "--output", tmp_path / "out"),
        GITHUB_ACTIONS="true",
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"),
    )
    files = [*(tmp_path / "out").iterdir(), tmp_path / "summary.md"]
    assert len(files) >= 5
    assert _leaks(*files) == []
    assert "Kan" not in said
    assert "***" in said
