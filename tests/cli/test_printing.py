"""Which files the lines of a finding may come from, and what becomes of secrets in them."""

from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from pgready.cli.printing import print_rows, texts
from pgready.model.location import Location
from pgready.orchestrator.request import make_request
from pgready.orchestrator.sources import Sources, read_sources
from pgready.reports.terminal.row import row

MIGRATION = "prisma/migrations/20250101000000_init/migration.sql"


def sources_of(project: Path) -> Sources:
    return read_sources(make_request(project))


def test_texts_are_those_that_were_audited_and_of_no_other_file(project: Path) -> None:
    (project / "pgready.toml").write_text('[project]\nname = "shop"\n')
    (project / ".env").write_text("SECRET=1\n")
    sources = sources_of(project)
    migration = (project / MIGRATION).read_text()
    (project / MIGRATION).write_text("changed meanwhile")
    text = texts(sources)
    assert text(Location(MIGRATION, 1, 1)) == migration
    assert text(Location("prisma/schema.prisma", 1)) == (project / "prisma" / "schema.prisma").read_text()
    assert text(Location("pgready.toml", 1)) == '[project]\nname = "shop"\n'
    for other in (".env", "/etc/passwd", "../shop/.env", "prisma/migrations", "", "nothing"):
        assert text(Location(other, 1)) is None


def test_a_file_that_is_gone_or_no_text_any_more_shows_nothing(project: Path) -> None:
    (project / "pgready.toml").write_text("")
    sources = sources_of(project)
    (project / "prisma" / "schema.prisma").unlink()
    (project / "pgready.toml").write_bytes(b"\xff\xfe")
    text = texts(sources)
    assert [text(Location(name, 1)) for name in ("prisma/schema.prisma", "pgready.toml")] == [None, None]


def test_secrets_are_taken_out_of_texts_and_lines_stay_where_they_are(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_TOKEN", "canary-7719-aa41")
    (project / MIGRATION).write_text("SELECT 'canary-7719-aa41';\nSELECT 2;\n")
    assert texts(sources_of(project))(Location(MIGRATION, 2)) == "SELECT '***';\nSELECT 2;\n"
    monkeypatch.setenv("API_TOKEN", "canary-7719-aa41';\nSELECT 2")
    assert texts(sources_of(project))(Location(MIGRATION, 2)) is None


def test_a_pipe_gets_what_rich_would_print_and_colours_when_it_asks_for_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row(("✓ READY", "bold green"), "  trailing  "), row("x" * 300), row("a\tb\x07"), row()]
    for variable in ("FORCE_COLOR", "TTY_COMPATIBLE", "NO_COLOR"):
        monkeypatch.delenv(variable, raising=False)
    print_rows(rows)
    plain = capsys.readouterr().out
    Console(highlight=False, soft_wrap=True).print(*(Text(each.text) for each in rows), sep="\n")
    assert plain == capsys.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    print_rows(rows)
    assert "\x1b[" in capsys.readouterr().out
