"""What is not needed is not imported: start-up is what a linter is judged by."""

import subprocess
import sys

HEAVY = {"matplotlib", "papermill", "nbconvert", "psycopg", "networkx", "rich", "numpy", "jinja2"}


def imported_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_package_and_the_command_line_import_nothing_heavy() -> None:
    assert not imported_by("import pgready, pgready.cli") & HEAVY


def test_a_check_needs_neither_pictures_nor_notebooks() -> None:
    modules = imported_by("import pgready.orchestrator.audit, pgready.rehearsal, pgready.reports.terminal")
    assert not modules & {"matplotlib", "papermill", "nbconvert", "jinja2"}
