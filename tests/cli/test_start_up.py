"""What is not needed is not imported: start-up is what a linter is judged by."""

import subprocess
import sys
from pathlib import Path

HEAVY = {"matplotlib", "papermill", "nbconvert", "psycopg", "networkx", "rich", "numpy", "jinja2"}


def imported_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_package_and_the_command_line_import_nothing_heavy() -> None:
    assert not imported_by("import pgready, pgready.cli") & HEAVY


def test_a_check_needs_neither_pictures_nor_notebooks() -> None:
    modules = imported_by("import pgready.orchestrator.audit, pgready.rehearsal, pgready.reports.terminal.result")
    assert not modules & {"matplotlib", "papermill", "nbconvert", "jinja2"}


def test_a_check_into_a_pipe_without_groups_and_rehearsal_loads_what_it_uses_only(tmp_path: Path) -> None:
    migration = tmp_path / "prisma" / "migrations" / "20250101000000_init" / "migration.sql"
    migration.parent.mkdir(parents=True)
    migration.write_text('CREATE TABLE "A" ("id" TEXT NOT NULL, CONSTRAINT "A_pkey" PRIMARY KEY ("id"));\n')
    datasource = 'datasource db {\n  provider = "postgresql"\n}\n'
    (tmp_path / "prisma" / "schema.prisma").write_text(f"{datasource}model A {{\n  id String @id\n}}\n")
    check = ["check", "--no-rehearse", str(tmp_path)]
    run = f"from pgready.cli import cli; print(cli.main({check!r}, standalone_mode=False))"
    modules = imported_by(run)
    assert "INCONCLUSIVE:" in modules, "the check has run"
    assert not modules & (HEAVY | {"cattrs"})
