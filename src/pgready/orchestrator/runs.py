"""Run the notebooks of a report, several at once, each in a kernel of its own, around one rehearsal."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread

from pgready.errors import ReportError
from pgready.orchestrator.agreement import disagreement
from pgready.orchestrator.audit import RUN_ID_VARIABLE, audit_sources
from pgready.orchestrator.chosen import Chosen
from pgready.orchestrator.evidence import kept
from pgready.orchestrator.exporting import Exported, export, verdict_of_run
from pgready.orchestrator.notebook_progress import CellProgress, cell_progress
from pgready.orchestrator.rehearsing import Progress
from pgready.orchestrator.sources import Sources
from pgready.reports.document import AUDIT_NAME
from pgready.reports.notebooks.execution import warm_up
from pgready.reports.notebooks.kernel import Nursery, kernel_nursery, new_kernel
from pgready.reports.notebooks.run_notebook import NotebookRun, run_notebook
from pgready.reports.notebooks.staging import OUTPUT_VARIABLE
from pgready.reports.page.export import warm_up_export
from pgready.verdict import AuditResult

__all__ = ["Ran", "run_notebooks"]

_PRELOAD = ("pgready.orchestrator.warming:warm", "matplotlib.backends.backend_svg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A run of a notebook, why it cannot be believed, and its report if it can; it was compared with our audit."""

    run: NotebookRun
    doubts: tuple[str, ...]
    exported: Exported | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What the notebooks of a run share. `audited` is our audit, as soon as it is made."""

    name: str
    id: str
    output_dir: Path
    reports: tuple[str, ...]
    nursery: Nursery
    audited: Future[AuditResult]


def run_notebooks(
    sources: Sources,
    output_dir: Path,
    notebooks: Sequence[Chosen],
    *,
    workers: int,
    on_progress: Progress | None,
    on_phase: Callable[[str], None],
) -> tuple[AuditResult, list[Ran]]:
    """Our audit, and what became of each notebook, in their order; `workers` run at once.

    The kernels start while the migrations are rehearsed here, and find the rehearsal in their private directory. An own
    notebook may write no audit; one that it writes must be ours. When anything is raised here (Ctrl-C), the kernels are
    killed first, then the threads come to their ends, and what they have is thrown away.
    """
    # Papermill and nbconvert are imported while the server works on the migrations.
    importing = Thread(target=_warm_up, daemon=True)
    run_id = uuid.uuid4().hex
    environment = {RUN_ID_VARIABLE: run_id, OUTPUT_VARIABLE: str(output_dir.absolute())} | _same_server(sources)
    with (
        ThreadPoolExecutor(workers) as pool,
        _room_for_kernels(),
        kernel_nursery(environment, preload=_PRELOAD) as nursery,
    ):
        importing.start()
        run = _Run(
            name=sources.request.name,
            id=run_id,
            output_dir=output_dir,
            reports=tuple(chosen.name for chosen in notebooks),
            nursery=nursery,
            audited=Future(),
        )
        cells = cell_progress(notebooks, on_progress)
        running = [pool.submit(_one, run, chosen, partial(cells, chosen.name)) for chosen in notebooks]
        try:
            on_phase(
                "rehearsing the migrations" if sources.request.rehearse else "judging the migrations as they were read"
            )
            keep = partial(kept, store=nursery.directory, for_this_run=True)
            result = audit_sources(sources, on_progress=on_progress, run_id=run_id, keep=keep)
            importing.join()
            on_phase("running the notebook" if len(notebooks) == 1 else f"running {len(notebooks)} notebooks")
            run.audited.set_result(result)
            return result, [each.result() for each in running]
        finally:
            nursery.closing.set()
            run.audited.cancel()
            for each in running:
                each.cancel()


def _warm_up() -> None:
    warm_up()
    warm_up_export()


@contextmanager
def _room_for_kernels() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ReportError(f"the kernels could not be started: {error}") from error


def _one(run: _Run, chosen: Chosen, on_cell: CellProgress) -> Ran:
    """Run one notebook, in a thread of its own, as soon as the audit is made."""
    with _room_for_kernels(), new_kernel(run.nursery) as kernel:
        result = run.audited.result()
        audit = kernel.directory / AUDIT_NAME
        executed = run_notebook(
            chosen.path,
            run.output_dir / f"{chosen.name}.ipynb",
            parameters=chosen.parameters,
            run_id=run.id,
            audit_json=audit,
            audit_required=not chosen.own,
            kernel=kernel,
            on_cell=on_cell,
        )
        doubts = executed.why or (disagreement(result, audit.read_bytes()) if audit.exists() else ())
    on_cell(chosen.cells + 1, chosen.cells)
    if doubts:
        return Ran(run=executed, doubts=doubts, exported=None)
    title = f"{run.name}: {chosen.title}"
    lead = verdict_of_run(result, chosen.path.name) if chosen.own else ()
    exported = export(executed.notebook, name=chosen.name, title=title, banner=None, reports=run.reports, lead=lead)
    return Ran(run=executed, doubts=doubts, exported=exported)


def _same_server(sources: Sources) -> dict[str, str]:
    """The kernels take the same PostgreSQL; as a parameter, the path on this machine would stand in the report."""
    from pgready.rehearsal import ENVIRONMENT_VARIABLE  # noqa: PLC0415

    named = sources.request.postgres
    return {} if named is None else {ENVIRONMENT_VARIABLE: str(named)}
