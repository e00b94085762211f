"""The exported HTML, read as a file; what a browser makes of it is in tests/browser."""

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pgready.reports.page.export import export_html
from pgready.reports.page.frame import script_source
from pgready.verdict import AuditResult

CSP = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
    "style-src 'unsafe-inline'; {}base-uri 'none'; form-action 'none'\">"
)
FRAMED = f"script-src {script_source()}; "  # for the one interactive picture, in its sandbox


@pytest.fixture(scope="module")
def premium_html(audits: ModuleType, premium_audit: AuditResult) -> str:
    return export_html(audits.notebook_of(premium_audit), title="Deployment readiness: premium-apps")


def _cell(output: dict[str, Any]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": {},
        "source": "x",
        "outputs": [{"metadata": {}, **output}],
    }


def _export(audits: ModuleType, *cells: dict[str, Any], banner: str | None = None) -> str:
    notebook = audits.nbformat.from_dict({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    return export_html(notebook, title="T", banner=banner)


def test_the_policy_that_forbids_everything_comes_first_in_the_head(premium_html: str) -> None:
    assert premium_html.startswith('<!DOCTYPE html>\n<html lang="en">\n<head>\n' + CSP.format(FRAMED))


def test_a_page_without_an_interactive_picture_allows_no_script_at_all(audits: ModuleType) -> None:
    assert CSP.format("") in _export(audits, _cell({"output_type": "stream", "name": "stdout", "text": "x"}))


def test_there_is_no_script_and_no_address_to_load_from(premium_html: str) -> None:
    assert "<script" not in premium_html.lower()
    assert "<link" not in premium_html.lower()
    assert "@import" not in premium_html
    assert "url(" not in premium_html
    assert premium_html.count("<iframe ") == premium_html.count('sandbox="allow-scripts"') == 1
    loaded = re.findall(r'\bsrc="([^"]{0,20})', premium_html)
    assert loaded
    assert all(address.startswith("data:image/svg+xml,") for address in loaded)


def test_the_verdict_comes_before_the_contents_and_the_evidence_is_folded(premium_html: str) -> None:
    verdict, contents, evidence = (
        premium_html.index(text) for text in ("NOT READY", "<nav", '<details class="aside"><summary>Evid')
    )
    assert verdict < contents < evidence


def test_the_contents_lead_to_every_section(premium_html: str) -> None:
    anchors = re.findall(r'<li><a href="#([^"]+)">', premium_html)
    assert anchors[:2] == ["what-would-be-deployed", "executive-summary"]
    # Twice, for wide windows and for narrow ones, of which the style sheet shows one.
    assert (len(anchors), len(set(anchors))) == (32, 16)
    assert all(f'<h2 id="{anchor}">' in premium_html for anchor in anchors)


def test_every_way_from_one_section_to_another_arrives(premium_html: str) -> None:
    ways = set(re.findall(r'<a href="#([^"]+)">', premium_html[premium_html.index("<main") :]))
    assert len(ways) >= 10
    assert all(f'id="{way}"' in premium_html for way in ways)


def test_the_title_replaces_that_of_the_notebook(premium_html: str) -> None:
    assert re.findall(r"<h1>(.*?)</h1>", premium_html) == ["Deployment readiness: premium-apps"]


def test_code_is_not_shown(premium_html: str) -> None:
    assert "import pgready" not in premium_html
    assert "views.verdict" not in premium_html


def test_every_picture_has_words(premium_html: str) -> None:
    words = re.findall(r'<img [^>]*?alt="([^"]*)"', premium_html)
    assert len(words) == premium_html.count("<img ") == 9
    assert all(len(text) > 40 for text in words)


@pytest.mark.parametrize(
    "data",
    [
        {"text/html": "<b>foreign</b>", "text/plain": "plain"},
        {"text/html": "<script>x</script>", "text/markdown": "<script>", "text/plain": "plain"},
        {"application/javascript": "alert(1)", "text/plain": "plain"},
        {"application/vnd.pgready.view+json": {"format": "pgready-view/9"}, "text/html": "<b>", "text/plain": "plain"},
        {"application/vnd.pgready.view+json": "<b>", "text/latex": "$$", "text/plain": "plain"},
    ],
)
def test_of_foreign_outputs_only_the_text_is_shown(audits: ModuleType, data: dict[str, Any]) -> None:
    html = _export(audits, _cell({"output_type": "display_data", "data": data}))
    assert re.search(r"<pre[^>]*>plain</pre>", html)
    assert "<b>" not in html
    assert "foreign" not in html
    assert "<script" not in html


def test_a_foreign_picture_is_an_image_with_its_words(audits: ModuleType) -> None:
    data = {"image/png": "iVBORw0KGgo=\n", "text/html": "<b>", "text/plain": "<Figure>"}
    html = _export(
        audits, _cell({"output_type": "display_data", "data": data, "metadata": {"image/png": {"alt": 'a "pic"'}}})
    )
    assert '<img src="data:image/png;base64,iVBORw0KGgo=" alt="a &#34;pic&#34;">' in html


def test_a_picture_that_is_no_base64_falls_back_to_its_text(audits: ModuleType) -> None:
    html = _export(audits, _cell({"output_type": "display_data", "data": {"image/png": "a", "text/plain": "plain"}}))
    assert "<img" not in html
    assert ">plain</pre>" in html


def test_what_is_printed_is_text_without_colours(audits: ModuleType) -> None:
    html = _export(audits, _cell({"output_type": "stream", "name": "stdout", "text": "\x1b[31m<b>red</b>\x1b[0m\n2"}))
    assert "&lt;b&gt;red&lt;/b&gt;\n2" in html
    assert "\x1b" not in html


def test_a_flood_of_text_is_cut(audits: ModuleType) -> None:
    html = _export(audits, _cell({"output_type": "stream", "name": "stdout", "text": "x" * 1_000_000}))
    assert len(html) < 60_000
    assert "980000 more characters" in html


def test_a_run_that_failed_says_so_first_and_confirms_no_verdict(
    audits: ModuleType, premium_audit: AuditResult
) -> None:
    notebook = audits.notebook_of(premium_audit, fail_at=9)
    html = export_html(notebook, title="T", banner="cell 9 failed: <b>boom</b>\nno audit.json")
    assert "<title>INCONCLUSIVE: T</title>" in html
    body = html[html.index("<body>") :]
    assert body.index("INCONCLUSIVE: this report is not a pass") < body.index("<h1>")
    assert "cell 9 failed: &lt;b&gt;boom&lt;/b&gt;\nno audit.json" in body
    assert '<div class="banner' not in body
    assert "The notebook had said: NOT READY." in body
    assert "This part failed.</strong> RuntimeError: &lt;b&gt;boom&lt;/b&gt;" in body
    assert "Traceback (most recent call last)\nRuntimeError" in body


def test_parts_that_did_not_run_say_so_once_per_place(audits: ModuleType, premium_audit: AuditResult) -> None:
    html = export_html(audits.notebook_of(premium_audit, fail_at=4), title="T", banner="b")
    assert html.count('<p class="not-run">') == 24
    assert "banner" not in html[html.index("<main") :]


def test_a_cell_that_papermill_calls_pending_did_not_run_even_with_a_count(audits: ModuleType) -> None:
    cell = _cell({"output_type": "stream", "name": "stdout", "text": ""})
    cell["metadata"] = {"papermill": {"status": "pending"}}
    assert '<p class="not-run">' in _export(audits, cell)


def test_a_notebook_without_any_output_still_makes_a_page(audits: ModuleType) -> None:
    html = _export(audits, banner="the kernel died")
    assert "the kernel died" in html
    assert html.rstrip().endswith("</html>")


def test_a_template_in_a_name_is_not_run(audits: ModuleType, hostile_audit: AuditResult) -> None:
    html = export_html(audits.notebook_of(hostile_audit), title="{{ 7 * 7 }}")
    assert "<h1>{{ 7 * 7 }}</h1>" in html


def test_the_same_notebook_gives_the_same_bytes(audits: ModuleType, premium_audit: AuditResult) -> None:
    notebook = audits.notebook_of(premium_audit)
    assert export_html(notebook, title="T") == export_html(notebook, title="T")


def test_a_template_of_the_user_with_the_same_name_is_not_taken(
    audits: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """nbconvert looks in the working directory and in Jupyter's paths; ours must not."""
    (tmp_path / "index.html.j2").write_text("taken")
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "index.html.j2").write_text("taken")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert "taken" not in _export(audits)
