"""From what was read to a report that can be mailed: rehearse, run the notebooks, agree, export."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pgready.orchestrator.agreement import agreed, banner_of, in_words
from pgready.orchestrator.chosen import Chosen
from pgready.orchestrator.earlier import whole_or_nothing
from pgready.orchestrator.exporting import export, write_exported
from pgready.orchestrator.rehearsing import Progress
from pgready.orchestrator.runs import Ran, run_notebooks
from pgready.orchestrator.sources import Sources
from pgready.reports.ci.write import place_in_repository, write_ci
from pgready.reports.document import write_audit
from pgready.reports.page.pdf import TIMEOUT_S, print_pdfs
from pgready.verdict import AuditResult

__all__ = ["Page", "Report", "make_report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The report of one notebook. `doubts` are the reasons why its run cannot be believed.

    `pdf` is None where none was asked for or it could not be printed; then `unprinted` says why, which says nothing
    about the audit.
    """

    name: str
    html: Path
    markdown: Path
    notebook: Path
    pdf: Path | None = None
    doubts: tuple[str, ...] = ()
    unprinted: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was made: the audit with the verdict that counts, and a page for each notebook, in their order.

    `doubts` are the reasons why the run cannot be believed; then the verdict is INCONCLUSIVE.
    """

    result: AuditResult
    pages: tuple[Page, ...]
    audit_json: Path
    doubts: tuple[str, ...] = ()


def make_report(
    sources: Sources,
    output_dir: Path,
    *,
    notebooks: Sequence[Chosen],
    workers: int | None = None,
    chromium: Path | None = None,
    on_progress: Progress | None = None,
    on_phase: Callable[[str], None] = lambda _: None,
) -> Report:
    """Audit, run the notebooks in kernels of their own, and export them into `output_dir`.

    Every notebook judges the rehearsal that was made here again, with the same functions, and must come to our
    judgement, or the run is INCONCLUSIVE; `audit.json` and the files for CI are of our own audit and are written once,
    when all have ended. What an earlier run left goes first; when this one does not come to its end, its files go too.

    `workers` (default: one a core) notebooks run at once; `chromium` prints each report as PDF as well. Raises
    RehearsalError (no server) and ReportError (a file cannot be written).
    """
    with whole_or_nothing(output_dir, tuple(chosen.name for chosen in notebooks)):
        count = min(workers or _cores(), len(notebooks))
        result, ran = run_notebooks(
            sources, output_dir, notebooks, workers=count, on_progress=on_progress, on_phase=on_phase
        )
        on_phase("exporting the report" if len(notebooks) == 1 else f"exporting {len(notebooks)} reports")
        doubts = {chosen.name: each.doubts for chosen, each in zip(notebooks, ran, strict=True)}
        result = agreed(result, doubts)
        pages = tuple(
            _written(sources.request.name, output_dir, chosen, each, doubts)
            for chosen, each in zip(notebooks, ran, strict=True)
        )
        audit_json = write_audit(result, output_dir)
        write_ci(result, output_dir, root=place_in_repository(sources.request.root), report=pages[0].html.name)
        if chromium is not None:
            printed = "the report" if len(notebooks) == 1 else f"{len(notebooks)} reports"
            on_phase(f"printing {printed} with {chromium.name}, at most {TIMEOUT_S} s")
            pages = _printed(pages, chromium, count)
        return Report(result=result, pages=pages, audit_json=audit_json, doubts=in_words(doubts))


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _written(project: str, output_dir: Path, chosen: Chosen, ran: Ran, doubts: Mapping[str, Sequence[str]]) -> Page:
    banner = banner_of(chosen.name, doubts)
    exported = ran.exported if banner is None else None
    if exported is None:
        title = f"{project}: {chosen.title}"
        exported = export(ran.run.notebook, name=chosen.name, title=title, banner=banner, reports=tuple(doubts))
    write_exported(exported, output_dir, chosen.name)
    html, markdown, notebook = (output_dir / f"{chosen.name}.{ending}" for ending in ("html", "md", "ipynb"))
    return Page(name=chosen.name, html=html, markdown=markdown, notebook=notebook, doubts=ran.doubts)


def _printed(pages: tuple[Page, ...], chromium: Path, at_once: int) -> tuple[Page, ...]:
    reasons = print_pdfs([page.html for page in pages], chromium, at_once=at_once)
    return tuple(
        replace(page, pdf=None if why else page.html.with_suffix(".pdf"), unprinted=why)
        for page, why in zip(pages, reasons, strict=True)
    )
