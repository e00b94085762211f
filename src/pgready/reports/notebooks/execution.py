"""Execute a notebook with Papermill in a kernel that runs already, and keep what was executed when it fails.

Papermill returns no notebook when it raises, so the live one is caught with a hook of nbclient.
"""

import contextvars
import logging
import math
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pgready.reports.notebooks.kernel import Kernel, await_sockets, ending, last_words
from pgready.reports.notebooks.trust import numbered_code_cells, state_what_ran

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["Execution", "Limits", "execute", "import_lean", "warm_up"]

_START_S = 60
_OUTPUT_S = 30
_MARKER = "papermill-error-cell-tag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a run may last: `timeout_s` for people, `deadline` on the clock of `time.monotonic`, both in seconds."""

    timeout_s: float
    deadline: float

    @property
    def left_s(self) -> float:
        """Seconds left, never 0, which nbclient takes for no limit."""
        return max(0.01, self.deadline - time.monotonic())


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """What became of a notebook: the node as far as it was executed, and why its run ended early, in words.

    `begun` is the number from 1 of the last code cell that was begun, 0 for none.
    """

    notebook: "NotebookNode"
    begun: int
    why: str | None


@dataclass(slots=True, kw_only=True)
class _Progress:
    """What the hooks saw: the live notebook, and the number from 1 of the code cell that runs (0: none yet)."""

    notebook: "NotebookNode"
    cell: int = 0


def import_lean() -> None:
    """Spare this process what it does not use; to be called before nbformat, papermill or nbconvert is imported.

    jsonschema imports packages for formats that notebooks do not have, where jupyterlab has installed them. The one for
    `iri` compiles grammars for more than a second, the others take 0.05 s. None in `sys.modules` makes them an
    ImportError, with which jsonschema reckons.
    """
    for unused in ("rfc3987_syntax", "isoduration", "rfc3986_validator"):
        sys.modules.setdefault(unused, None)  # type: ignore[arg-type]  # the import system's manual allows None


def warm_up() -> None:
    """Import what `execute` needs (0.25 s); also for a thread of a caller that waits for something else."""
    import_lean()
    for module in ("papermill.execute", "pgready.reports.notebooks.kernel_client"):
        import_module(module)


def execute(
    notebook: "NotebookNode",
    parameters: Mapping[str, object],
    kernel: Kernel,
    limits: Limits,
    on_cell: Callable[[int, int], None] | None = None,
) -> Execution:
    """Execute `notebook` from top to bottom until something fails; nothing is written.

    `on_cell` is called before each code cell with its number from 1 and their count. Any exception but
    KeyboardInterrupt and its like becomes a reason.
    """
    progress = _Progress(notebook=notebook)
    why = None
    try:
        # While the kernel starts, which takes about as long.
        warm_up()
        if not await_sockets(kernel, timeout_s=min(_START_S, limits.left_s)):
            return Execution(notebook=notebook, begun=0, why=_not_started(kernel))
        contextvars.Context().run(_run, notebook, parameters, kernel, limits, _hooks(progress, on_cell))
    except Exception as error:  # noqa: BLE001 - whatever it is, the run is not trusted and is reported
        why = _reason(error, kernel, progress.cell, limits)
    executed = progress.notebook
    executed.cells = [cell for cell in executed.cells if _MARKER not in cell.metadata.get("tags", ())]
    state_what_ran(executed, failed_cell=progress.cell if why else None)
    return Execution(notebook=executed, begun=progress.cell, why=why)


def _hooks(progress: _Progress, on_cell: Callable[[int, int], None] | None) -> dict[str, Any]:
    def notebook_starts(notebook: "NotebookNode") -> None:
        progress.notebook = notebook

    def cell_starts(cell: "NotebookNode", cell_index: int) -> None:  # noqa: ARG001 - nbclient passes both by name
        progress.cell += 1
        if on_cell is not None:
            on_cell(progress.cell, sum(1 for _ in numbered_code_cells(progress.notebook)))

    return {"on_notebook_start": notebook_starts, "on_cell_execute": cell_starts}


def _run(
    notebook: "NotebookNode",
    parameters: Mapping[str, object],
    kernel: Kernel,
    limits: Limits,
    hooks: Mapping[str, Any],
) -> None:
    from papermill.execute import execute_notebook  # noqa: PLC0415 - imported already, by warm_up

    from pgready.reports.notebooks.kernel_client import connected  # noqa: PLC0415 - likewise

    with _silent(), connected(kernel) as manager:
        execute_notebook(
            notebook,
            None,
            parameters=dict(parameters),
            kernel_name="python3",
            language="python",
            progress_bar=False,
            log_output=False,
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            start_timeout=math.ceil(min(_START_S, limits.left_s)),
            km=manager,
            timeout_func=lambda _cell: limits.left_s,
            iopub_timeout=_OUTPUT_S,
            force_raise_errors=True,
            skip_cells_with_tag="",
            store_widget_state=False,
            **hooks,
        )


@contextmanager
def _silent() -> Iterator[None]:
    """No log of Papermill and nbclient from this thread: at level DEBUG it holds every message, secrets and all."""
    logger, thread = logging.getLogger("papermill"), threading.get_ident()

    def of_others(record: logging.LogRecord) -> bool:
        return record.thread != thread

    logger.addFilter(of_others)
    try:
        yield
    finally:
        logger.removeFilter(of_others)


def _not_started(kernel: Kernel) -> str:
    how = ending(kernel) or "it did not answer in time"
    said = last_words(kernel)
    return f"the kernel did not start ({how})" + (f": {said}" if said else "")


def _reason(error: Exception, kernel: Kernel, cell: int, limits: Limits) -> str:
    from nbclient.exceptions import CellTimeoutError, DeadKernelError  # noqa: PLC0415 - imported already
    from papermill.exceptions import PapermillExecutionError  # noqa: PLC0415 - likewise

    where = f"in cell {cell}" if cell else "before the first cell"
    if isinstance(error, DeadKernelError) or ending(kernel):
        return f"the kernel died {where} ({ending(kernel) or 'it does not answer'})"
    if isinstance(error, CellTimeoutError) and time.monotonic() < limits.deadline:
        return f"what cell {cell} shows did not arrive in {_OUTPUT_S} s"
    if isinstance(error, CellTimeoutError):
        return f"the notebook was stopped {where}: its limit of {limits.timeout_s:g} s ran out"
    if isinstance(error, PapermillExecutionError):
        # After a cell that failed without ending the run (%run), others were executed.
        return f"cell {error.exec_count or cell} failed: {error.ename}: {error.evalue}".rstrip(": ")
    return f"the notebook could not be run {where}: {type(error).__name__}: {error}"
