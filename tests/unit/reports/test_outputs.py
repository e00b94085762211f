"""What foreign cells show is kept up to a limit, and what is not kept is said."""

import base64
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from pgready.reports.blocks import MIME
from pgready.reports.notebooks.cells import Image, Printed, items_of
from pgready.reports.notebooks.outputs import MOST_OF_PICTURE, MOST_OF_TEXT, keep_within_limits


def notebook_of(*outputs: Any) -> Any:  # noqa: ANN401 - nbformat has no annotations
    cell = new_code_cell("x", execution_count=1, outputs=list(outputs))  # type: ignore[no-untyped-call]
    return new_notebook(cells=[cell])  # type: ignore[no-untyped-call]


def shown(**data: str) -> Any:  # noqa: ANN401 - as above
    return new_output("display_data", data={name.replace("_", "/"): value for name, value in data.items()})  # type: ignore[no-untyped-call]


def stream(text: str) -> Any:  # noqa: ANN401 - as above
    return new_output("stream", name="stdout", text=text)  # type: ignore[no-untyped-call]


def test_a_long_text_keeps_its_beginning_and_says_how_much_more_there_was() -> None:
    notebook = notebook_of(stream("é" * MOST_OF_TEXT))
    keep_within_limits(notebook)
    kept = notebook.cells[0].outputs[0].text
    assert kept == "é" * (MOST_OF_TEXT // 2) + f"\n… {MOST_OF_TEXT:,} more bytes not kept\n"
    nbformat.validate(notebook)


def test_a_huge_picture_goes_and_its_text_says_so() -> None:
    picture = base64.b64encode(bytes(MOST_OF_PICTURE)).decode()
    notebook = notebook_of(shown(image_png=picture, text_plain="<Figure>"))
    keep_within_limits(notebook)
    assert list(items_of(notebook)) == [Printed(f"<Figure>\n… {len(picture):,} more bytes not kept")]
    nbformat.validate(notebook)


def test_a_usual_output_stays_as_it_is() -> None:
    notebook = notebook_of(shown(image_png="aGVsbG8=", text_plain="<Figure>"), stream("hello\n"))
    keep_within_limits(notebook)
    assert list(items_of(notebook)) == [Image("image/png", b"hello", "<Figure>"), Printed("hello\n")]


def test_many_outputs_are_limited_together_but_never_our_own_views() -> None:
    own = new_output("display_data", data={MIME: {"kind": "own"}, "text/plain": "x" * 5_000})  # type: ignore[no-untyped-call]
    notebook = notebook_of(stream("a" * 900), own, stream("b" * 900), shown(text_plain="c" * 50))
    keep_within_limits(notebook, most=1_000)
    first, ours, second, third = notebook.cells[0].outputs
    assert (first.text, ours) == ("a" * 900, own)
    assert second.text == "… 900 more bytes not kept\n"
    assert third.data == {"text/plain": "… 50 more bytes not kept"}
    nbformat.validate(notebook)


def test_a_long_traceback_is_cut_too() -> None:
    lines = ["line" * 10_000] * 20
    notebook = notebook_of(new_output("error", ename="E", evalue="v" * 400_000, traceback=lines))  # type: ignore[no-untyped-call]
    keep_within_limits(notebook)
    error = notebook.cells[0].outputs[0]
    assert error.traceback == [*lines[:5], "… 600,000 more bytes not kept"]
    assert error.evalue.endswith("… 200,000 more bytes not kept\n")
    nbformat.validate(notebook)
