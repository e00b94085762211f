"""Whether an executed notebook may be believed: only on positive evidence.

What Papermill says is not enough: its exit code is 0 after `sys.exit(0)`, a shell command that failed or an exception
in a thread, and it marks every cell completed after a kernel was killed or a cell timed out (papermill 2.7, measured).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["AUDIT_FORMAT", "doubts_about_audit", "doubts_about_cells", "numbered_code_cells", "state_what_ran"]

AUDIT_FORMAT = "pgready-audit/1"


def numbered_code_cells(notebook: "NotebookNode") -> "Iterator[tuple[int, NotebookNode]]":
    """The code cells that hold code, numbered from 1 as a kernel counts their executions."""
    return enumerate((cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()), start=1)


def doubts_about_cells(notebook: "NotebookNode") -> Iterator[str]:
    """In words, why the cells are no evidence: an error, a cell that was not executed or out of order."""
    cells = dict(numbered_code_cells(notebook))
    for number, cell in cells.items():
        yield from (f"cell {number} failed: {error}" for error in _errors(cell))
        if cell.get("execution_count") not in {None, number}:
            yield f"cell {number} was executed as number {cell['execution_count']}"
    missing = [number for number, cell in cells.items() if cell.get("execution_count") is None]
    if missing:
        yield f"of {len(cells)} cells these were not executed: {', '.join(map(str, missing))}"
    if not cells:
        yield "the notebook has no code cell"


def _errors(cell: "NotebookNode") -> Iterator[str]:
    for output in cell.get("outputs", ()):
        if output.output_type == "error":
            yield f"{output.ename}: {output.evalue}".rstrip(": ")


def doubts_about_audit(audit_json: Path, run_id: str) -> Iterator[str]:
    """In words, why a file is not the audit that this run wrote."""
    try:
        audit = json.loads(audit_json.read_bytes())
    except FileNotFoundError:
        yield f"the notebook did not write {audit_json.name}"
        return
    except OSError as error:
        yield f"{audit_json.name} cannot be read: {error.strerror}"
        return
    except (ValueError, RecursionError):
        yield f"{audit_json.name} is not JSON"
        return
    if not isinstance(audit, dict) or audit.get("format") != AUDIT_FORMAT:
        yield f"{audit_json.name} is not of the format {AUDIT_FORMAT}"
        return
    run = audit.get("run")
    if not isinstance(run, dict) or run.get("id") != run_id:
        yield f"{audit_json.name} is of another run"


def state_what_ran(notebook: "NotebookNode", *, failed_cell: int | None) -> None:
    """Correct Papermill's metadata in place: `completed` only for a cell that was, `pending` for one that never began.

    `failed_cell` is the number of the cell in which the run ended, None when it ended well.
    """
    for number, cell in numbered_code_cells(notebook):
        state = cell.metadata.get("papermill")
        if not state:
            continue
        if number == failed_cell:
            state.update(status="failed", exception=True)
        elif failed_cell is not None and number > failed_cell:
            state.update(status="pending", exception=None, start_time=None, end_time=None, duration=None)
    if failed_cell is not None and "papermill" in notebook.metadata:
        notebook.metadata.papermill["exception"] = True
