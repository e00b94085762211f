"""JupyterLab is an extra: without it the command line makes the same report."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., "subprocess.CompletedProcess[str]"]

_EXTRA = ("jupyterlab", "jupyterlab_server", "jupyter_server", "jupyter_lsp", "notebook_shim")
_BLOCK = f"""
import sys
for name in {_EXTRA}:
    sys.modules[name] = None
"""
"""Run by Python at its start (manual of `site`); None makes every import of the module an ImportError."""


def test_an_audit_needs_nothing_of_the_extra(pgready: Run, project: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "sitecustomize.py").write_text(_BLOCK)
    path = os.pathsep.join([str(blocked), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = pgready("audit", project, env={"PYTHONPATH": path})
    assert (done.returncode, "READY" in done.stdout) == (0, True), done.stderr
    written = {file.name for file in (tmp_path / "reports" / "shop").iterdir()}
    assert {"audit.json", "deployment_readiness.html", "deployment_readiness.ipynb"} <= written
