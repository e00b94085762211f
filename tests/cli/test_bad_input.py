"""One clear message with its place, exit code 2, no traceback, nothing half-written."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def complaint(done: "subprocess.CompletedProcess[str]") -> str:
    """The message of a run that failed as it should."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stdout == ""
    return done.stderr


@pytest.fixture(params=["audit", "check"])
def command(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_project_that_does_not_exist(pgready: Run, command: str) -> None:
    assert "nowhere: no such directory; expected a project" in complaint(pgready(command, "nowhere"))


def test_a_project_that_is_a_file(pgready: Run, command: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "file: not a directory" in complaint(pgready(command, "file"))


def test_a_project_without_a_schema(pgready: Run, command: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    message = complaint(pgready(command, "empty"))
    assert "prisma/schema.prisma" in message
    assert "--schema" in message


def test_a_schema_with_an_error_names_file_line_and_column(pgready: Run, command: str, project: Path) -> None:
    schema = project / "prisma" / "schema.prisma"
    schema.write_text(schema.read_text().replace("@id", "@idd"))
    message = complaint(pgready(command, project))
    assert "prisma/schema.prisma:8:" in message
    assert "@idd" in message


def test_a_schema_that_cannot_be_read(pgready: Run, command: str, project: Path) -> None:
    schema = project / "prisma" / "schema.prisma"
    schema.write_bytes("model U { id Int @id }".encode("utf-16"))
    assert "prisma/schema.prisma" in complaint(pgready(command, project))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_schema_without_permission(pgready: Run, command: str, project: Path) -> None:
    (project / "prisma" / "schema.prisma").chmod(0)
    assert "prisma/schema.prisma" in complaint(pgready(command, project))


def test_an_empty_migrations_directory(pgready: Run, command: str, project: Path) -> None:
    migration = project / "prisma" / "migrations" / "20250101000000_init"
    (migration / "migration.sql").unlink()
    migration.rmdir()
    assert "prisma/migrations" in complaint(pgready(command, project))


def test_no_migrations_directory(pgready: Run, command: str, project: Path) -> None:
    (project / "prisma" / "migrations").rename(project / "elsewhere")
    assert "prisma/migrations" in complaint(pgready(command, project))


def test_a_wrong_key_in_the_configuration(pgready: Run, command: str, project: Path) -> None:
    (project / "pgready.toml").write_text("[project]\nname = 'shop'\nschemas = 'x'\n")
    message = complaint(pgready(command, project))
    assert "pgready.toml:3: unknown key 'schemas' in [project]; did you mean 'schema'?" in message


def test_options_that_name_nothing(pgready: Run, command: str, project: Path) -> None:
    for option in ("--schema", "--migrations", "--config"):
        message = complaint(pgready(command, project, option, "nowhere"))
        assert "nowhere" in message
        assert option[2:] in message


def test_an_unknown_option(pgready: Run, command: str, project: Path) -> None:
    assert "No such option" in complaint(pgready(command, project, "--shema", "x"))


def test_no_postgresql_binaries(pgready: Run, command: str, project: Path, tmp_path: Path) -> None:
    message = complaint(pgready(command, project, env={"PGREADY_POSTGRES": str(tmp_path / "nowhere")}))
    assert "PGREADY_POSTGRES" in message
    assert not (tmp_path / "reports" / "shop" / "audit.json").exists()


def test_an_output_that_is_a_file(pgready: Run, command: str, project: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("kept")
    assert "taken" in complaint(pgready(command, project, "--output", "taken"))
    assert (tmp_path / "taken").read_text() == "kept"


def test_hostile_names_in_a_message_are_shown_as_escapes(pgready: Run, command: str, project: Path) -> None:
    schema = project / "prisma" / "schema.prisma"
    schema.write_text(schema.read_text() + "\nmodel \x1b[31mRed { }\n")
    assert "\x1b" not in complaint(pgready(command, project))


def test_a_broken_lock_file_is_named(pgready: Run, command: str, project: Path) -> None:
    (project / "prisma" / "migrations" / "migration_lock.toml").write_text("provider = ")
    assert "prisma/migrations/migration_lock.toml: not TOML" in complaint(pgready(command, project))


def test_migrations_that_stand_elsewhere_are_pointed_at(pgready: Run, command: str, project: Path) -> None:
    folder = project / "prisma" / "schema"
    folder.mkdir()
    (project / "prisma" / "schema.prisma").rename(folder / "schema.prisma")
    message = complaint(pgready(command, project))
    assert "expected prisma/schema/migrations" in message
    assert "there is prisma/migrations" in message
