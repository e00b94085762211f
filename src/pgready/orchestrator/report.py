"""From what was read to a report that can be mailed: rehearse, run the notebook, export."""

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Thread

from pgready.errors import ReportError
from pgready.orchestrator.audit import RUN_ID_VARIABLE, audit_sources
from pgready.orchestrator.evidence import kept
from pgready.orchestrator.rehearsing import Progress
from pgready.orchestrator.sources import Sources
from pgready.reports.document import AUDIT_NAME, decode, write_audit
from pgready.reports.files import write_atomically
from pgready.reports.markdown.export import export_markdown
from pgready.reports.notebooks.execution import warm_up
from pgready.reports.notebooks.kernel import running_kernel
from pgready.reports.notebooks.run_notebook import NotebookRun, run_notebook
from pgready.reports.notebooks.shipped import NOTEBOOK_OF_RECORD, NOTEBOOKS, shipped_notebook
from pgready.reports.page.export import export_html, warm_up_export
from pgready.verdict import AuditResult, Judgement, Verdict

__all__ = ["Report", "make_report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was made: the audit with the verdict that counts, and the files in the order in which a person wants them.

    `doubts` are the reasons why the notebook's run cannot be believed; then the verdict is INCONCLUSIVE.
    """

    result: AuditResult
    html: Path
    markdown: Path
    notebook: Path
    audit_json: Path
    doubts: tuple[str, ...] = ()


def make_report(
    sources: Sources,
    output_dir: Path,
    *,
    parameters: Mapping[str, object],
    notebook: str = NOTEBOOK_OF_RECORD,
    on_progress: Progress | None = None,
    on_phase: Callable[[str], None] = lambda _: None,
) -> Report:
    """Audit, run a notebook (one of `NOTEBOOKS`) in a kernel of its own, and export it into `output_dir`.

    The kernel starts first and warms up while the migrations are rehearsed here; it finds the rehearsal ready and
    judges it again with the same functions. Its verdict must be the same as ours, or nothing is believed. The kernel's
    private directory keeps the rehearsal, so that nothing is left of it in any end.
    Raises RehearsalError (no server) and ReportError (a file cannot be written).
    """
    run_id = uuid.uuid4().hex
    environment = {RUN_ID_VARIABLE: run_id} | _same_server(sources)
    # Papermill is imported while the server works on the migrations, nbconvert while the kernel works.
    importing, importing_export = Thread(target=warm_up, daemon=True), Thread(target=warm_up_export, daemon=True)
    with running_kernel(environment, preload=_PRELOAD) as kernel:
        importing.start()
        keep = partial(kept, store=kernel.directory)
        on_phase(
            "rehearsing the migrations" if sources.request.rehearse else "judging the migrations as they were read"
        )
        result = audit_sources(sources, on_progress=on_progress, run_id=run_id, keep=keep)
        importing.join()
        importing_export.start()
        on_phase("running the notebook")
        run = run_notebook(
            shipped_notebook(notebook),
            output_dir / f"{notebook}.ipynb",
            parameters={**parameters, "output_dir": str(output_dir)},
            run_id=run_id,
            audit_json=output_dir / AUDIT_NAME,
            environment=environment,
            kernel=kernel,
        )
    on_phase("exporting the report")
    importing_export.join()
    return _export(result, run, output_dir, notebook)


def _same_server(sources: Sources) -> dict[str, str]:
    """The kernel takes the same PostgreSQL; as a parameter, the path on this machine would stand in the report."""
    from pgready.rehearsal import ENVIRONMENT_VARIABLE  # noqa: PLC0415

    named = sources.request.postgres
    return {} if named is None else {ENVIRONMENT_VARIABLE: str(named)}


_PRELOAD = (
    "pgready.orchestrator.audit",
    "pgready.reports.document",
    "pgready.reports.views",
    "pgready.figures",
    "matplotlib.backends.backend_svg",
)


def _export(result: AuditResult, run: NotebookRun, output_dir: Path, notebook: str) -> Report:
    audit_json = output_dir / AUDIT_NAME
    doubts = run.why or _disagreement(result, audit_json)
    if doubts:
        result = replace(result, judgement=_inconclusive(doubts))
        write_audit(result, output_dir)
    title, banner = f"{result.project.name}: {NOTEBOOKS[notebook]}", _banner(doubts)
    html, markdown = output_dir / f"{notebook}.html", output_dir / f"{notebook}.md"
    write_atomically(html, export_html(run.notebook, title=title, banner=banner).encode())
    text, pictures = export_markdown(run.notebook, name=notebook, banner=banner)
    for name, content in pictures.items():
        write_atomically(output_dir / name, content)
    _remove_old_pictures(output_dir / f"{notebook}_files", {Path(name).name for name in pictures})
    write_atomically(markdown, text.encode())
    return Report(
        result=result,
        html=html,
        markdown=markdown,
        notebook=output_dir / f"{notebook}.ipynb",
        audit_json=audit_json,
        doubts=doubts,
    )


def _remove_old_pictures(directory: Path, current: set[str]) -> None:
    """Pictures are named by their content, so those of an earlier run would stay for ever; nothing else is touched."""
    for path in directory.glob("*") if directory.is_dir() else ():
        if re.fullmatch(r"[0-9a-f]{12}\.(svg|png)", path.name) and path.name not in current:
            path.unlink(missing_ok=True)


def _disagreement(result: AuditResult, audit_json: Path) -> tuple[str, ...]:
    """Why the notebook's audit is not ours; empty when the judgement is the same."""
    try:
        seen = decode(audit_json.read_bytes()).judgement
    except (OSError, ReportError) as error:
        return (f"the notebook's audit cannot be read: {error}",)
    if seen == result.judgement:
        return ()
    return (f"the notebook came to another verdict ({seen.verdict}) than the command line ({result.verdict})",)


def _inconclusive(doubts: tuple[str, ...]) -> Judgement:
    return Judgement(verdict=Verdict.INCONCLUSIVE, reason=f"The report was not completed: {'; '.join(doubts)}.")


def _banner(doubts: tuple[str, ...]) -> str | None:
    return None if not doubts else "; ".join(doubts)
