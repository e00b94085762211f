"""What a person sees of an error: one clear message, in a notebook too, where IPython would show every frame."""

import os
from pathlib import Path

import pytest

import pgready
from pgready.errors import PgreadyError, RehearsalError, SourceError

# That IPython asks for this form and that the cell fails is held by tests/notebooks/test_error_messages.py.


def test_a_notebook_shows_the_message_with_its_place() -> None:
    error = SourceError("found `@idd`", path="prisma/schema.prisma", line=8, column=3)
    assert error._render_traceback_() == ["SourceError: prisma/schema.prisma:8:3: found `@idd`"]
    assert RehearsalError("no place")._render_traceback_() == ["RehearsalError: no place"]


def test_every_error_of_one_run_has_its_line() -> None:
    error = SourceError("one", path="a", line=1, others=(SourceError("two", path="b", line=2),))
    assert error._render_traceback_() == ["SourceError: a:1: one\nb:2: two"]


def test_a_hostile_name_in_a_message_is_spelt_out() -> None:
    (shown,) = PgreadyError("\x1b[31mred\u202eder\x9b")._render_traceback_()
    assert shown == r"PgreadyError: \x1b[31mred\u202eder\x9b"


def test_a_relative_project_that_does_not_exist_is_told_with_the_place_it_starts_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceError) as caught:
        pgready.audit("shop")
    assert str(caught.value) == f"shop: no such directory; expected a project (looked in {tmp_path})"
    with pytest.raises(SourceError) as caught:
        pgready.audit(tmp_path / "shop")
    assert str(caught.value) == f"{tmp_path / 'shop'}: no such directory; expected a project"


def test_a_directory_without_a_schema_is_named_by_its_full_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceError) as caught:
        pgready.audit(os.curdir)
    assert str(caught.value).startswith(f"no Prisma schema found in {tmp_path}: expected ")


def test_a_lone_schema_is_a_path_and_not_a_sequence_of_letters(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        pgready.audit(tmp_path, schema="db/schema.prisma", rehearse=False)
    assert caught.value.path == "db/schema.prisma"
