"""What the views of the history say."""

from pathlib import Path

import pytest

from pgready.errors import ConfigError
from pgready.orchestrator.audit import audit
from pgready.reports import views
from pgready.reports.blocks import Picture, Stack
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


def test_without_a_name_every_object_is_folded(example: AuditResult) -> None:
    block = views.biographies(example).block
    assert isinstance(block, Stack)
    assert len(block.body) == len(example.lives)


def test_a_name_that_no_migration_knows_is_refused_with_what_is_near(example: AuditResult) -> None:
    with pytest.raises(ConfigError, match="called 'SocialQueueItm'; did you mean 'SocialQueueItem'"):
        views.biographies(example, "SocialQueueItm")


def test_without_a_trace_there_is_no_lock_to_draw_and_that_is_said(example: AuditResult) -> None:
    assert "nothing was traced" in str(views.lock_heat_map(example))
