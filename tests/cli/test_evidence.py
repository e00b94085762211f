"""Kept rehearsals: found again when nothing changed, made anew when anything did, and never trusted from outside."""

from dataclasses import replace
from pathlib import Path

import pytest

from builders import Build
from pgready.model.schema import Schema
from pgready.model.trace import Rehearsal, RunOutcome
from pgready.orchestrator.evidence import kept, key_of


class Maker:
    """Makes rehearsals and counts them."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        self.made = 0

    def __call__(self) -> Rehearsal:
        self.made += 1
        return replace(self.rehearsal, duration_ms=float(self.made))


@pytest.fixture
def maker() -> Maker:
    build = Build()
    return Maker(build.rehearsal(Schema(tables=(build.table("User"),)), build.run("1")))


def test_the_second_asker_finds_what_the_first_made(maker: Maker, tmp_path: Path) -> None:
    assert kept("k", maker, store=tmp_path) == kept("k", maker, store=tmp_path)
    assert maker.made == 1


def test_another_key_is_another_rehearsal(maker: Maker, tmp_path: Path) -> None:
    kept(key_of({"migrations": [["1", "a"]]}), maker, store=tmp_path)
    kept(key_of({"migrations": [["1", "b"]]}), maker, store=tmp_path)
    assert maker.made == 2


def test_a_deployment_that_failed_is_tried_again(maker: Maker, tmp_path: Path) -> None:
    maker.rehearsal = Build().rehearsal(Schema(), Build().run("1", 1, RunOutcome.FAILED))
    kept("k", maker, store=tmp_path)
    kept("k", maker, store=tmp_path)
    assert maker.made == 2


def test_the_notebooks_of_a_run_show_one_deployment_that_failed(maker: Maker, tmp_path: Path) -> None:
    maker.rehearsal = Build().rehearsal(Schema(), Build().run("1", 1, RunOutcome.FAILED))
    kept("k", maker, store=tmp_path, for_this_run=True)
    kept("k", maker, store=tmp_path)
    assert maker.made == 1


def test_a_damaged_file_is_made_anew(maker: Maker, tmp_path: Path) -> None:
    kept("k", maker, store=tmp_path)
    (file,) = tmp_path.glob("*.json")
    for damage in (b"", b"{}", b"null", file.read_bytes()[:-10]):
        file.write_bytes(damage)
        assert kept("k", maker, store=tmp_path).schema.tables
    assert maker.made == 5


def test_a_store_that_others_can_write_to_is_not_used(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    store = tmp_path / "pgready" / "evidence"
    store.mkdir(parents=True)
    store.chmod(0o777)
    kept("k", maker)
    kept("k", maker)
    assert maker.made == 2
    assert list(store.iterdir()) == []


def test_without_a_place_to_keep_it_it_is_simply_made(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert kept("k", maker).schema.tables
    assert kept("k", maker, store=tmp_path / "gone").schema.tables
