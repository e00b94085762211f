"""Every shipped notebook as a report of one audit, without a kernel: its cells run here, one after the other.

The audit is real and made once per project, which is what takes the time; what kernels do is the business of
tests/notebooks.
"""

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

import pgready
from pgready.reports.markdown.export import export_markdown
from pgready.reports.notebooks.shipped import NOTEBOOKS, shipped_notebook
from pgready.reports.page.export import export_html
from pgready.verdict import AuditResult

__all__ = ["Reports", "executed", "make_reports"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """A directory with `<name>.html`, `<name>.md` and `<name>.ipynb` of every shipped notebook."""

    directory: Path
    audit: AuditResult

    def html(self, name: str) -> Path:
        return self.directory / f"{name}.html"

    def markdown(self, name: str) -> str:
        return (self.directory / f"{name}.md").read_text(encoding="utf-8")


def make_reports(project: Path, directory: Path, *, output_dir: Path) -> Reports:
    """Audit a project and write all reports of it into a directory."""
    audit = pgready.audit(project, thorough=True)
    for name in NOTEBOOKS:
        notebook = executed(name, audit, output_dir=output_dir)
        nbformat.write(notebook, directory / f"{name}.ipynb")  # type: ignore[no-untyped-call]
        title = f"{audit.project.name}: {NOTEBOOKS[name]}"
        html = export_html(notebook, title=title, reports=NOTEBOOKS)
        (directory / f"{name}.html").write_text(html, encoding="utf-8")
        text, pictures = export_markdown(notebook, name=name, reports=NOTEBOOKS)
        (directory / f"{name}.md").write_text(text, encoding="utf-8")
        for path, content in pictures.items():
            (directory / path).parent.mkdir(exist_ok=True)
            (directory / path).write_bytes(content)
    return Reports(directory=directory, audit=audit)


def executed(name: str, audit: AuditResult, *, output_dir: Path) -> NotebookNode:
    """A shipped notebook as a kernel would leave it if `pgready.audit` gave this audit."""
    notebook = json.loads(shipped_notebook(name).read_text(encoding="utf-8"))
    known: dict[str, object] = {}
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pgready, "audit", lambda *_, **__: audit)
        for number, cell in enumerate(cells, start=1):
            cell["execution_count"] = number
            cell["outputs"] = list(_outputs("".join(cell["source"]), known, number))
            if "parameters" in cell["metadata"].get("tags", ()):
                known["output_dir"] = str(output_dir)
    node: NotebookNode = nbformat.from_dict(_joined(notebook))  # type: ignore[no-untyped-call]
    return node


def _outputs(source: str, known: dict[str, object], number: int) -> Iterator[Mapping[str, object]]:
    """What a cell shows: the value of its last line, when that is an expression."""
    *before, last = ast.parse(source).body
    if not isinstance(last, ast.Expr):
        exec(compile(ast.Module([*before, last], []), f"<cell {number}>", "exec"), known)  # likewise
        return
    exec(compile(ast.Module(before, []), f"<cell {number}>", "exec"), known)  # our own notebook
    value: Any = eval(compile(ast.Expression(last.value), f"<cell {number}>", "eval"), known)  # likewise
    if value is not None:
        data = value._repr_mimebundle_()
        yield {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": number}


def _joined(notebook: dict[str, Any]) -> dict[str, Any]:
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook
