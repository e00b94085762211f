"""A mistake that a person can repair fails a cell like any other error, and is told in one line instead of frames."""

from pgready.reports.page.export import export_html

from .conftest import AUDIT, Bench


def test_an_error_of_ours_fails_the_run_and_its_traceback_is_the_message(bench: Bench) -> None:
    bench.write("from pgready.errors import SourceError\nraise SourceError('no schema', path='shop')", AUDIT)
    run = bench.run()
    assert not run.trusted
    assert run.why[0] == "cell 3 failed: SourceError: shop: no schema"
    (output,) = run.notebook.cells[2].outputs
    assert (output.output_type, output.ename, output.evalue) == ("error", "SourceError", "shop: no schema")
    assert output.traceback == ["SourceError: shop: no schema"]
    assert "SourceError: shop: no schema" in export_html(run.notebook, title="shop", banner=run.why[0])


def test_a_bug_still_shows_its_frames(bench: Bench) -> None:
    bench.write("import pgready\npgready.audit(project=7)", AUDIT)
    (output,) = bench.run().notebook.cells[2].outputs
    assert output.ename == "TypeError"
    assert "make_request" in "".join(output.traceback)
