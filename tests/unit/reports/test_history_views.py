"""What the views of the history say."""

from pathlib import Path

import pytest

from pgready.errors import ConfigError
from pgready.orchestrator.audit import audit
from pgready.reports import views
from pgready.reports.blocks import Fold, Picture, Stack, Table
from pgready.reports.plain import plain_line
from pgready.verdict import AuditResult


@pytest.fixture(scope="module")
def example() -> AuditResult:
    return audit(Path(__file__).parents[3] / "examples" / "premium-apps", rehearse=False)


def test_the_timeline_shows_what_runs_without_a_date(example: AuditResult) -> None:
    block = views.timeline(example).block
    assert isinstance(block, Picture)
    assert "6 undated migrations run after all dated ones." in block.alt


def test_the_life_of_a_table_names_every_migration_that_touched_it(example: AuditResult) -> None:
    text = str(views.biographies(example, "SocialQueueItem"))
    assert text.startswith("table public.SocialQueueItem ✓ there at the end")
    assert "add_image_request_id" in text
    assert "makes column imageRequestId" in text
    assert "left out by a guard" in text


def test_without_a_name_every_object_has_a_row_and_a_fold_only_if_there_is_more_to_tell(example: AuditResult) -> None:
    block = views.biographies(example).block
    assert isinstance(block, Stack)
    every, *folds = block.body
    assert isinstance(every, Table)
    assert [column.title for column in every.columns] == ["Object", "Made by", "Changed by", "In the end"]
    assert len(every.rows) == len(example.lives)
    rows = [[plain_line(cell) for cell in row] for row in every.rows]
    (item,) = (row for row in rows if row[0] == "table public.SocialQueueItem")
    assert item[1] == "4 20251225090040_add_social_auto_poster"
    assert item[2:] == ["5, 13, 14, 15", "✓ there at the end"]
    assert all(isinstance(fold, Fold) for fold in folds)
    named = "".join(plain_line(fold.summary) for fold in folds if isinstance(fold, Fold))
    assert "public.SocialQueueItem" in named
    assert "type public.Role " not in named
    assert 0 < len(folds) < len(every.rows)


def test_a_name_that_no_migration_knows_is_refused_with_what_is_near(example: AuditResult) -> None:
    with pytest.raises(ConfigError, match="called 'SocialQueueItm'; did you mean 'SocialQueueItem'"):
        views.biographies(example, "SocialQueueItm")


def test_without_a_trace_there_is_no_lock_to_draw_and_that_is_said(example: AuditResult) -> None:
    assert "nothing was traced" in str(views.lock_heat_map(example))
