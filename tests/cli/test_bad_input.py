"""One clear message with its place, exit code 2, no traceback, nothing half-written."""

import os
import shutil
import subprocess
import sys
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
    assert "pgready.toml:3:1: unknown key 'schemas' in [project]; did you mean 'schema'?" in message


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


def test_what_is_written_to_is_looked_at_before_the_work(pgready: Run, project: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    message = complaint(pgready("check", project, "--output", "file"))
    assert message == "pgready: --output: file: is a file; expected a directory, or a name that is free\n"
    message = complaint(pgready("check", project, "--json", project))
    assert message.startswith(f"pgready: --json: {project}: is a directory; expected a file")


def test_a_configuration_that_is_a_directory_is_named(pgready: Run, project: Path, command: str) -> None:
    message = complaint(pgready(command, project, "--config", project))
    assert message == f"pgready: {project}: is a directory; expected a file\n"


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="there is no setpriv")
@pytest.mark.parametrize("place", ["prisma/schema.prisma", "prisma/migrations", "pgready.toml", "pgready.baseline"])
def test_what_may_not_be_read_is_named(project: Path, place: str) -> None:
    (project / "pgready.toml").write_text("")
    (project / "pgready.baseline").write_text("")
    (project / place).chmod(0)
    done = without_privileges("check", project, "--no-rehearse")
    (project / place).chmod(0o755)
    assert f"{place}: " in complaint(done)
    assert "cannot be read: Permission denied" in done.stderr


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="there is no setpriv")
@pytest.mark.parametrize("option", [None, "--schema", "--migrations", "--config"])
def test_a_way_that_may_not_be_entered_is_no_bug_of_ours(project: Path, tmp_path: Path, option: str | None) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    arguments = (project, option, closed / "x") if option else (closed / "x",)
    done = without_privileges("check", *arguments, "--no-rehearse")
    closed.chmod(0o755)
    message = complaint(done)
    assert f"{closed}/x: cannot be read: Permission denied" in message
    assert "internal error" not in message


def without_privileges(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """As root, too, a run that may only read what its files say."""
    mine = ["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
    dropped = ["setpriv", *mine] if os.geteuid() == 0 else []
    return subprocess.run(
        [*dropped, Path(sys.executable).parent / "pgready", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
