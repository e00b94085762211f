"""`pgready check` and `pgready audit` from end to end, on a real server and a real kernel."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def test_version_and_help(pgready: Run) -> None:
    assert pgready("--version").stdout.startswith("pgready, version ")
    help_ = pgready("--help").stdout
    assert "Exit codes" in help_
    assert "INCONCLUSIVE" in help_


def test_a_sound_project_without_configuration_is_ready(pgready: Run, project: Path) -> None:
    done = pgready("check", project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "READY" in done.stdout.splitlines()[-1]
    (not_checked,) = [line for line in done.stdout.splitlines() if "not checked, nothing was given for them: " in line]
    assert "INV003" in not_checked
    assert "INV003 not checked: pgready.toml has no [inventory]" in pgready("check", "shop", "--notes").stdout


def test_json_holds_the_audit(pgready: Run, project: Path, tmp_path: Path) -> None:
    done = pgready("check", project, "--json", "out/audit.json")
    audit = json.loads((tmp_path / "out" / "audit.json").read_text())
    assert done.returncode == 0
    assert (audit["format"], audit["verdict"], audit["exit_code"]) == ("pgready-audit/1", "READY", 0)
    assert [table["name"] for table in audit["rehearsed"]["tables"]] == ["public.User"]
    assert str(tmp_path) not in (tmp_path / "out" / "audit.json").read_text()


def test_without_a_rehearsal_it_is_inconclusive(pgready: Run, project: Path) -> None:
    done = pgready("check", project, "--no-rehearse")
    assert done.returncode == 3
    (line,) = [line for line in done.stdout.splitlines() if "did not run: the rehearsal was switched off" in line]
    assert re.fullmatch(r"  \d+ checks did not run: the rehearsal was switched off \(INV001, .*RES009\)", line)


def test_a_failing_migration_is_not_ready_with_its_place(pgready: Run, project: Path) -> None:
    migration = project / "prisma" / "migrations" / "20250101000000_init" / "migration.sql"
    migration.write_text(migration.read_text() + '\n-- é\nALTER TABLE "Nobody" ADD COLUMN x text;\n')
    done = pgready("check", project)
    assert done.returncode == 1
    assert "prisma/migrations/20250101000000_init/migration.sql:6:" in done.stdout
    assert "SQLSTATE 42P01" in done.stdout


def test_a_monorepo_is_named_by_options(pgready: Run, project: Path, tmp_path: Path) -> None:
    apart = tmp_path / "packages" / "db"
    apart.mkdir(parents=True)
    (project / "prisma" / "schema.prisma").rename(apart / "main.prisma")
    (project / "prisma" / "migrations").rename(apart / "history")
    done = pgready("check", ".", "--schema", "packages/db/main.prisma", "--migrations", "packages/db/history")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.usefixtures("project")
def test_an_audit_writes_the_report(pgready: Run, tmp_path: Path) -> None:
    done = pgready("audit", "shop")
    assert done.returncode == 0, done.stdout + done.stderr
    report = tmp_path / "reports" / "shop"
    assert {path.name for path in report.iterdir()} >= {
        "deployment_readiness.html",
        "deployment_readiness.md",
        "deployment_readiness.ipynb",
        "audit.json",
    }
    assert json.loads((report / "audit.json").read_text())["verdict"] == "READY"
    html = (report / "deployment_readiness.html").read_text()
    assert "READY" in html
    assert "<script" not in html
    assert str(tmp_path) not in html
    assert str(report / "deployment_readiness.html").removeprefix(f"{tmp_path}/") in done.stdout


def test_pictures_of_an_earlier_run_are_gone_and_other_files_stay(pgready: Run, project: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "out" / "deployment_readiness_files"
    pictures.mkdir(parents=True)
    (pictures / "0123456789ab.svg").write_text("old")
    (pictures / "logo.svg").write_text("theirs")
    assert pgready("audit", project, "--output", "out").returncode == 0
    assert not (pictures / "0123456789ab.svg").exists()
    assert (pictures / "logo.svg").exists()


def test_an_audit_leaves_nothing_else_behind(pgready: Run, project: Path, tmp_path: Path) -> None:
    before = set(project.rglob("*"))
    pgready("audit", "shop", "--output", "out")
    assert set(project.rglob("*")) == before
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]


UNREADABLE_GUARD = """
DO $$ BEGIN
  IF (SELECT count(*) FROM "User") > 3 THEN
    ALTER TABLE "User" ADD CONSTRAINT "short" CHECK (length("email") < 100);
  END IF;
END $$;
"""


def test_a_guard_that_cannot_be_read_is_inconclusive(pgready: Run, project: Path) -> None:
    migration = project / "prisma" / "migrations" / "20250101000000_init" / "migration.sql"
    migration.write_text(migration.read_text() + UNREADABLE_GUARD)
    done = pgready("check", project)
    assert done.returncode == 3, done.stdout
    assert "RES002 did not run" in done.stdout
    assert "migration.sql:6" in done.stdout or "migration.sql:7" in done.stdout


def test_contracts_hold_for_tables_that_only_migrations_make(pgready: Run, project: Path) -> None:
    migration = project / "prisma" / "migrations" / "20250101000000_init" / "migration.sql"
    extra = 'CREATE TABLE "CrmExtra" ("id" TEXT PRIMARY KEY, "userId" TEXT REFERENCES "User"("id"));'
    migration.write_text(migration.read_text() + extra)
    (project / "pgready.toml").write_text(
        '[groups.CRM]\ntables = ["Crm*"]\n[groups.Auth]\ntables = ["User"]\n'
        '[[contracts]]\nname = "CRM alone"\nkind = "internal_only"\ngroups = ["CRM"]\n'
    )
    done = pgready("check", project)
    assert done.returncode == 1
    assert "CrmExtra(userId) -> User(id) crosses from CRM to Auth" in done.stdout


@pytest.mark.parametrize("name", ["../../escaped", "/tmp/pgready-escaped", "..", "a/b"])
def test_the_project_does_not_choose_where_its_report_goes(
    pgready: Run, project: Path, tmp_path: Path, name: str
) -> None:
    (project / "pgready.toml").write_text(f'[project]\nname = "{name}"\n')
    work = tmp_path / "deep" / "down"
    work.mkdir(parents=True)
    assert pgready("audit", project, cwd=work).returncode == 0
    assert [path.name for path in work.iterdir()] == ["reports"]
    (report,) = (work / "reports").iterdir()
    assert (report / "audit.json").exists()
    assert not Path("/tmp/pgready-escaped").exists()


def test_a_secret_that_a_migration_repeats_reaches_no_output(pgready: Run, project: Path, tmp_path: Path) -> None:
    canary = "canary-5f3a9c71"
    migration = project / "prisma" / "migrations" / "20250101000000_init" / "migration.sql"
    migration.write_text(f"DO $$ BEGIN RAISE EXCEPTION 'cannot log in with {canary}'; END $$;")
    done = pgready("audit", project, "--output", "out", env={"API_TOKEN": canary})
    assert done.returncode == 1
    assert "cannot log in with ***" in done.stdout
    assert canary not in done.stdout + done.stderr
    for path in (tmp_path / "out").rglob("*"):
        assert path.is_dir() or canary.encode() not in path.read_bytes(), path


def test_a_device_is_written_to_and_a_link_is_followed(pgready: Run, project: Path, tmp_path: Path) -> None:
    link, target = tmp_path / "link.json", tmp_path / "target.json"
    target.write_text("old")
    link.symlink_to(target)
    assert pgready("check", project, "--json", link).returncode == 0
    assert link.is_symlink()
    assert json.loads(target.read_text())["verdict"] == "READY"
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        pgready("check", project, "--json", "pipe")
        assert os.read(reader, 1000).startswith(b"{")
    finally:
        os.close(reader)


def test_a_terminal_without_unicode_gets_the_verdict_all_the_same(pgready: Run, project: Path) -> None:
    done = pgready("check", project, env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert "READY" in done.stdout.splitlines()[-1]


FORMS = {"audit.json", "audit.sarif", "audit.junit.xml", "comment.md"}


def test_a_check_writes_all_forms_into_a_directory_or_each_into_a_file(
    pgready: Run, project: Path, tmp_path: Path
) -> None:
    options = [f"--{form}={tmp_path / 'each' / form}" for form in ("json", "sarif", "junit", "comment")]
    done = pgready("check", project, "--output", "out", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} >= FORMS
    for form, name in (("sarif", "audit.sarif"), ("junit", "audit.junit.xml"), ("json", "audit.json")):
        assert (tmp_path / "each" / form).read_bytes() == (tmp_path / "out" / name).read_bytes()
    assert "READY" in (tmp_path / "each" / "comment").read_text()


@pytest.mark.parametrize("option", ["json", "sarif", "junit", "comment"])
def test_a_directory_where_a_file_is_wanted_is_refused_before_the_work(
    pgready: Run, project: Path, option: str
) -> None:
    done = pgready("check", project, f"--{option}", project)
    assert done.returncode == 2
    assert f"--{option}: {project}: is a directory" in done.stderr
    assert "rehearsing" not in done.stderr


def test_old_forms_are_gone_when_a_check_is_refused_a_server(pgready: Run, project: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    for name in FORMS:
        (tmp_path / "out" / name).write_text("READY")
    done = pgready("check", project, "--output", "out", "--postgres", tmp_path)
    assert done.returncode == 2
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("command", ["check", "audit"])
def test_a_step_of_github_actions_is_annotated(pgready: Run, project: Path, tmp_path: Path, command: str) -> None:
    schema = project / "prisma" / "schema.prisma"
    schema.write_text(schema.read_text() + "model Missing {\n  id String @id\n}\n")
    there = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    done = pgready(command, project, env=there)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("::stop-commands::")
    resumed = lines.index(f"::{lines[0].removeprefix('::stop-commands::')}::")
    assert lines[resumed + 1].startswith("::error title=pgready%3A NOT READY::")
    assert any(line.startswith("::error file=prisma/schema.prisma,line=") for line in lines[resumed:])
    assert "NOT READY" in (tmp_path / "summary.md").read_text()


def test_annotations_can_be_switched_off_and_on(pgready: Run, project: Path, tmp_path: Path) -> None:
    there = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    done = pgready("check", project, "--no-rehearse", "--no-annotate", env=there)
    assert "::error" not in done.stdout
    assert not (tmp_path / "summary.md").exists()
    assert "::error title=pgready%3A INCONCLUSIVE::" in pgready("check", project, "--no-rehearse", "--annotate").stdout
    assert "::" not in pgready("check", project, "--no-rehearse").stdout
