"""Run a notebook with Papermill, in a private kernel, so that a failure looks like a failure.

The order matters: old artefacts go first, so that nothing stale can be taken for a result; parameters are checked
before anything runs; the kernel starts before Papermill is imported, as each takes 0.3 to 0.4 s.
"""

import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pgready.errors import ReportError
from pgready.reports.files import write_atomically
from pgready.reports.notebooks.execution import Limits, execute
from pgready.reports.notebooks.kernel import Kernel, running_kernel, troubles
from pgready.reports.notebooks.kernel_end import doubts_about_end
from pgready.reports.notebooks.outputs import keep_within_limits
from pgready.reports.notebooks.parameters import check_parameters, declared_parameters
from pgready.reports.notebooks.source import empty_node, node_of, read_source
from pgready.reports.notebooks.trust import doubts_about_audit, doubts_about_cells
from pgready.reports.scrub import Scrubber, make_scrubber

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["NotebookRun", "run_notebook"]

_NOTHING: Mapping[str, str] = MappingProxyType({})
_LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookRun:
    """A run of a notebook, successful or not.

    `notebook` is the nbformat 4 node as far as it was executed, without secrets, and always there, so that a report
    can be exported. `trusted` is True only on positive evidence; else `why` holds the reasons, in words for a person,
    in the order in which they were found.
    """

    notebook: "NotebookNode"
    trusted: bool
    why: tuple[str, ...]
    duration_ms: int


def run_notebook(
    notebook: Path,
    output: Path,
    *,
    parameters: Mapping[str, object],
    run_id: str,
    audit_json: Path,
    audit_required: bool = True,
    environment: Mapping[str, str] = _NOTHING,
    timeout_s: float = 1800,
    on_cell: Callable[[int, int], None] | None = None,
    secrets: Collection[str] = (),
    kernel: Kernel | None = None,
) -> NotebookRun:
    """Run `notebook` with `parameters`, write it to `output`, and judge whether the result may be believed.

    The notebook has to write `audit_json` (format `pgready-audit/1`, with `run.id` equal to `run_id`); with
    `audit_required=False` it may also write none. `environment` is added to the environment of this process for the
    kernel, `timeout_s` (seconds) limits the whole run, `on_cell` is called before each code cell with its number from 1
    and their count, `secrets` are masked in everything that is returned or written, as are the credentials of the
    environment. A `kernel` that was started before (`new_kernel`, with the same environment) hides its start; without
    one, a kernel is started and ended here.

    Whatever goes wrong with the notebook, its kernel or the disk ends in a `NotebookRun` that is not trusted.
    ConfigError: a parameter that the notebook does not declare, or of another type. ReportError: an old `output` or
    `audit_json` cannot be removed, or is the notebook itself. KeyboardInterrupt passes when the kernel is gone, and
    nothing is written; nor is it when the nursery of `kernel` is being closed by another thread (CancelledError).
    """
    started = time.monotonic()
    for stale in (output, audit_json):
        _remove(stale, keep=notebook)
    limits = Limits(timeout_s=timeout_s, deadline=started + timeout_s)
    node, why = _attempt(notebook, parameters, environment=environment, kernel=kernel, limits=limits, on_cell=on_cell)
    if kernel is not None and kernel.nursery.closing.is_set():
        raise CancelledError
    why += doubts_about_cells(node)
    if audit_required or audit_json.exists():
        why += doubts_about_audit(audit_json, run_id)
    scrubber = make_scrubber({**os.environ, **environment}, secrets)
    why += _finish(node, notebook, output, scrubber)
    # Scrubbed before it is cut: half a secret would not be found.
    reasons = tuple(dict.fromkeys(_shortened(scrubber.text(reason)) for reason in why))
    spent = round((time.monotonic() - started) * 1000)
    return NotebookRun(notebook=node, trusted=not reasons, why=reasons, duration_ms=spent)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."


def _remove(stale: Path, *, keep: Path) -> None:
    try:
        if stale.exists() and keep.exists() and stale.samefile(keep):
            raise ReportError(f"{stale}: this is the notebook that is to be run")
        stale.unlink(missing_ok=True)
    except OSError as error:
        raise ReportError(f"{stale}: the old one cannot be removed: {error.strerror or error}") from error


def _attempt(
    notebook: Path,
    parameters: Mapping[str, object],
    *,
    environment: Mapping[str, str],
    kernel: Kernel | None,
    limits: Limits,
    on_cell: Callable[[int, int], None] | None,
) -> "tuple[NotebookNode, list[str]]":
    """The notebook as far as it got, and what was noticed while it ran."""
    try:
        content = read_source(notebook)
    except ReportError as error:
        return empty_node(), [str(error)]
    try:
        check_parameters(declared_parameters(content, name=notebook.name), parameters, name=notebook.name)
        with running_kernel(environment) if kernel is None else nullcontext(kernel) as running:
            execution = execute(node_of(content, notebook.name), parameters, running, limits, on_cell)
            noted = [execution.why] if execution.why else list(doubts_about_end(running, left_s=limits.left_s))
            return execution.notebook, [*noted, *(troubles(running) if execution.begun else ())]
    except ReportError as error:
        return _node_or_empty(content), [str(error)]
    except OSError as error:
        return _node_or_empty(content), [f"the kernel could not be started: {error}"]


def _node_or_empty(content: Mapping[str, Any]) -> "NotebookNode":
    try:
        return node_of(content, "")
    except ReportError:
        return empty_node()


def _finish(node: "NotebookNode", notebook: Path, output: Path, scrubber: Scrubber) -> Iterator[str]:
    """Scrub the node in place and write it; in words, why that failed."""
    from nbformat.v4 import writes_json  # noqa: PLC0415 - imported already

    if "papermill" in node.metadata:
        node.metadata.papermill.update(input_path=notebook.name, output_path=output.name)
    _join_streams(node)
    scrubber.value(node)
    keep_within_limits(node)
    # Texts stay whole: splitting them copies the whole notebook first.
    text: str = writes_json(node, split_lines=False)  # type: ignore[no-untyped-call]  # nbformat has no annotations
    try:
        write_atomically(output, text.encode())
    except ReportError as error:
        yield f"the notebook could not be saved: {error}"


def _join_streams(node: "NotebookNode") -> None:
    """Join what was printed in pieces, so that a secret that was torn apart is found."""
    for cell in node.cells:
        joined: list[NotebookNode] = []
        for output in cell.get("outputs", ()):
            last = joined[-1] if joined else None
            if last is not None and output.output_type == last.output_type == "stream" and output.name == last.name:
                last.text += output.text
            else:
                joined.append(output)
        if "outputs" in cell:
            cell.outputs = joined
