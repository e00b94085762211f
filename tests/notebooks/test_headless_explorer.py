"""The explorer's cells in a kernel that pgready starts: the static view alone, and no widget anywhere."""

import json
from pathlib import Path

import pytest

from pgready.reports.blocks import MIME
from pgready.reports.explorer import WIDGET_MIME

from .conftest import AUDIT, Bench

_EXAMPLE = Path(__file__).parents[2] / "examples" / "premium-apps"
_AUDIT = f"shown = pgready.audit({str(_EXAMPLE)!r}, rehearse=False)"
_CELLS = (
    f"import sys, pgready\nfrom pgready.reports import explorer\n{_AUDIT}",
    "explorer.choose_groups(shown)",
    'explorer.explore_what_if(shown, move={"BrandProfile": "Auth"})',
    'assert "ipywidgets" not in sys.modules',
    AUDIT,
)


def test_a_headless_run_shows_the_views_and_makes_no_widget(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when a notebook in JupyterLab starts the run, whose session then stands in the environment."""
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/somebody/some.ipynb")
    bench.write(*_CELLS)
    run = bench.run()
    assert run.why == ()
    pages, asked = (run.notebook.cells[place].outputs for place in (3, 4))
    for (output,) in (pages, asked):
        assert output.output_type == "execute_result"
        assert set(output.data) == {MIME, "text/html", "text/plain"}
    assert "What if BrandProfile moved to Auth?" in asked[0].data["text/plain"]
    assert WIDGET_MIME not in json.dumps(run.notebook)
    assert "widgets" not in run.notebook.metadata
