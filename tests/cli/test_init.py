"""`pgready init`: a draft that a person can start from, and that never harms what is there."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

EXAMPLE = Path(__file__).parents[2] / "examples" / "premium-apps-fixed"


@pytest.fixture
def unconfigured(tmp_path: Path) -> Path:
    """The repaired example without its configuration."""
    root = tmp_path / "apps"
    shutil.copytree(EXAMPLE, root)
    (root / "pgready.toml").unlink()
    return root


def test_the_draft_is_written_and_the_check_agrees_with_it(pgready: Run, unconfigured: Path) -> None:
    done = pgready("init", unconfigured)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "pgready.toml is written, a draft" in done.stderr
    assert "[groups.Crm]" in (unconfigured / "pgready.toml").read_text()
    checked = pgready("check", unconfigured)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "8 of 8 contracts hold" in checked.stdout
    assert "READY" in checked.stdout


def test_a_contract_of_the_draft_fails_when_a_key_is_added(pgready: Run, unconfigured: Path) -> None:
    pgready("init", unconfigured)
    schema = unconfigured / "prisma" / "schema.prisma"
    text = schema.read_text()
    tag = "model CrmTag {\n"
    assert tag in text
    text = text.replace(
        tag, tag + "  requestId String?\n  request ImageRequest? @relation(fields: [requestId], references: [id])\n"
    )
    schema.write_text(text.replace("model ImageRequest {\n", "model ImageRequest {\n  crmTags CrmTag[]\n"))
    checked = pgready("check", unconfigured, "--no-rehearse")
    assert "Crm refers to itself only" in checked.stdout
    assert "ISO001" in checked.stdout


def test_an_existing_file_is_never_overwritten(pgready: Run, project: Path) -> None:
    file = project / "pgready.toml"
    file.write_text("# mine\n")
    done = pgready("init", project)
    assert done.returncode == 2
    assert "there is one already, and it stays as it is" in done.stderr
    assert file.read_text() == "# mine\n"


def test_a_link_that_leads_nowhere_is_something_that_is_there(pgready: Run, project: Path, tmp_path: Path) -> None:
    """Else the file would be written wherever the project's link points."""
    (project / "pgready.toml").symlink_to(tmp_path / "elsewhere.toml")
    assert pgready("init", project).returncode == 2
    assert not (tmp_path / "elsewhere.toml").exists()


def test_stdout_prints_the_same_and_writes_nothing(pgready: Run, project: Path) -> None:
    printed = pgready("init", project, "--stdout", "--no-rehearse")
    assert printed.returncode == 0, printed.stderr
    assert not (project / "pgready.toml").exists()
    assert pgready("init", project).returncode == 0
    assert (project / "pgready.toml").read_text() == printed.stdout
    again = pgready("init", project, "--stdout", "--no-rehearse")
    assert (again.returncode, again.stdout) == (0, printed.stdout)


def test_options_stand_in_the_file_so_that_the_check_needs_none(pgready: Run, project: Path) -> None:
    (project / "prisma").rename(project / "db")
    options = ("--schema", "db/schema.prisma", "--migrations", "db/migrations")
    assert pgready("init", project, *options, "--no-rehearse").returncode == 0
    text = (project / "pgready.toml").read_text()
    assert 'schema = ["db/schema.prisma"]\nmigrations = "db/migrations"\n' in text
    assert pgready("check", project).returncode == 0


def test_what_cannot_be_read_is_a_message_and_no_file(pgready: Run, project: Path) -> None:
    schema = project / "prisma" / "schema.prisma"
    schema.write_text(schema.read_text().replace("@id", "@idd"))
    done = pgready("init", project)
    assert done.returncode == 2
    assert "prisma/schema.prisma:8:" in done.stderr
    assert not (project / "pgready.toml").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_written_is_a_message(pgready: Run, project: Path) -> None:
    project.chmod(0o555)
    done = pgready("init", project, "--no-rehearse")
    project.chmod(0o755)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_no_migration_that_fails_stops_the_draft(pgready: Run, project: Path) -> None:
    broken = project / "prisma" / "migrations" / "20250102000000_broken"
    broken.mkdir()
    (broken / "migration.sql").write_text("CREATE TABLE nonsense (;")
    done = pgready("init", project, "--stdout")
    assert done.returncode == 0, done.stderr
    assert '"User",' in done.stdout


def test_groups_by_files_are_taken_over_and_a_new_model_is_in_its_group(pgready: Run, project: Path) -> None:
    folder = project / "prisma" / "schema"
    folder.mkdir()
    text = (project / "prisma" / "schema.prisma").read_text()
    datasource, _, model = text.partition("model User")
    (project / "prisma" / "schema.prisma").unlink()
    (folder / "main.prisma").write_text(datasource)
    (folder / "user.prisma").write_text(f"model User{model}model Session {{\n  id String @id\n}}\n")
    (folder / "crm.prisma").write_text("model Contact {\n  id String @id\n}\nmodel Note {\n  id String @id\n}\n")
    options = ("--schema", "prisma/schema", "--migrations", "prisma/migrations", "--no-rehearse")
    assert pgready("init", project, *options).returncode == 0
    assert 'groups_from = ["file"]' in (project / "pgready.toml").read_text()
    with (folder / "crm.prisma").open("a") as file:
        file.write("model Deal {\n  id String @id\n}\n")
    checked = pgready("check", project, "--no-rehearse")
    assert checked.returncode == 3, checked.stdout + checked.stderr
    assert not [rule for rule in ("ISO001", "ISO003", "ISO009") if f"{rule} " in checked.stdout]


def test_comment_on_table_in_a_migration_makes_a_group(pgready: Run, project: Path) -> None:
    added = project / "prisma" / "migrations" / "20250102000000_group"
    added.mkdir()
    (added / "migration.sql").write_text("COMMENT ON TABLE \"User\" IS '@group people';")
    done = pgready("check", project, "--json", project / "audit.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"people"' in (project / "audit.json").read_text()
