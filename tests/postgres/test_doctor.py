"""What a machine can rehearse on, found out with real servers."""

import tempfile
from pathlib import Path

import pytest

from pgready.rehearsal import directory as directories
from pgready.rehearsal import places
from pgready.rehearsal.binaries import ENVIRONMENT_VARIABLE
from pgready.rehearsal.doctor import diagnose
from pgready.reports.terminal.doctor import doctor_rows
from rehearsals import embedded

SYSTEM = next(iter(places._newest_first(Path("/usr/lib/postgresql"), "*/bin")), None)
COLUMNS = 80


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)


@embedded
def test_the_embedded_server_runs_and_its_extensions_were_created_by_an_owner_without_rights() -> None:
    diagnosis = diagnose()
    assert diagnosis.problem is None
    trial = diagnosis.trial
    assert trial is not None
    assert not trial.directory.exists()
    assert 0 < trial.start_ms < 60_000
    assert (trial.encoding, trial.locale) == ("UTF8", "C.UTF-8 (builtin)")
    extensions = trial.extensions
    assert {"pgcrypto", "uuid-ossp", "vector", "citext", "pg_trgm", "postgis"} - {*extensions.creatable} == {"postgis"}
    assert extensions.imitated == ("pgcrypto", "uuid-ossp")
    assert {"dblink", "file_fdw", "postgres_fdw"} <= {*extensions.refused}


@pytest.mark.skipif(SYSTEM is None, reason="no PostgreSQL of the distribution")
def test_the_system_server_runs_when_it_is_named_and_nothing_else_is_looked_at() -> None:
    assert SYSTEM is not None
    diagnosis = diagnose(SYSTEM.parent)
    assert [each.bindir for each in diagnosis.candidates] == [SYSTEM]
    trial = diagnosis.trial
    assert trial is not None, diagnosis.problem
    assert trial.binaries.bindir == SYSTEM
    assert trial.extensions.imitated == ()
    assert "dblink" in trial.extensions.refused


def test_a_server_that_does_not_start_is_a_problem_in_its_own_words() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o755)
        for program in ("postgres", "initdb"):
            file = Path(name, program)
            version = f'[ "$1" = --version ] && echo "{program} (PostgreSQL) 17.2" && exit 0'
            file.write_text(f"#!/bin/sh\n{version}\necho '{program} is ill'\nexit 1\n")
            file.chmod(0o755)
        diagnosis = diagnose(Path(name))
    assert diagnosis.trial is None
    assert diagnosis.problem == "the throw-away PostgreSQL server did not start: initdb is ill"
    text = "\n".join(row.text for row in doctor_rows(diagnosis, lab=None))
    assert text.splitlines()[-1] == f"✗ No rehearsal can be made: {diagnosis.problem}"
    assert "JupyterLab not installed" in text


def test_without_a_place_for_the_directory_every_place_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(directories, "_bases", lambda: iter([long, tmp_path / "nowhere"]))
    diagnosis = diagnose()
    assert [base.refusal for base in diagnosis.bases] == [
        "its path is too long for a unix socket",
        "No such file or directory",
    ]
    assert diagnosis.problem is not None
    assert "Set TMPDIR" in diagnosis.problem


def test_shared_memory_that_is_nearly_full_is_passed_over_with_its_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directories, "_ENOUGH", 1 << 60)
    monkeypatch.setattr(directories, "_bases", lambda: iter([directories._SHARED_MEMORY, Path("/tmp")]))
    if not directories._SHARED_MEMORY.is_dir():
        pytest.skip("no /dev/shm")
    diagnosis = diagnose()
    first, second = diagnosis.bases
    assert first.refusal is not None
    assert first.refusal.endswith(f" MB free, {1 << 40} MB are needed")
    assert second.refusal is None
    assert diagnosis.trial is not None
    assert diagnosis.trial.directory.parent == Path("/tmp")


def test_what_is_printed_fits_a_terminal_of_80_columns_but_for_paths() -> None:
    rows = [row.text for row in doctor_rows(diagnose(), lab="4.6.2", width=COLUMNS)]
    assert [text for text in rows if len(text) > COLUMNS and " /" not in text] == []
    assert rows[0] == "PostgreSQL, in the order in which it is looked for"
    assert rows[1].startswith("  ✓ 1")
    assert any(text.startswith("✓ A rehearsal can be made: a PostgreSQL ") for text in rows)


def test_a_hostile_path_is_printed_as_escapes(tmp_path: Path) -> None:
    diagnosis = diagnose(tmp_path / "\x1b[31mred")
    text = "\n".join(row.text for row in doctor_rows(diagnosis, lab=None))
    assert "\x1b" not in text
    assert "[31mred" in text
