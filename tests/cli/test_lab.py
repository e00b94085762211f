"""`pgready lab`: whose notebooks, where they are, that no edit is lost, and how it ends."""

import ast
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from labs import FOLDER, pgready_lab, private
from pgready.errors import ConfigError, ReportError
from pgready.orchestrator.lab import WorkFolder, prepare
from pgready.orchestrator.request import make_request
from pgready.reports.notebooks.shipped import NOTEBOOKS
from pgready.reports.notebooks.work_folder import What
from pgready.reports.notebooks.working_copy import make_copy
from pgready.reports.scrub import Scrubber
from processes import PGREADY

Run = Callable[..., "subprocess.CompletedProcess[str]"]

_FIRST = "deployment_readiness"
Options = Mapping[str, object]
_NONE: Options = MappingProxyType({})


def _prepare(
    project: Path | str, directory: Path | str | None = None, *, since: str | None = None, options: Options = _NONE
) -> WorkFolder:
    asked: dict[str, Any] = {"config": None, "schema": [], "migrations": None, "since": since, **options}
    request = make_request(project, **asked)
    return prepare(request, {"rehearse": True, "thorough": False, **asked}, directory)


def _parameters(file: Path) -> dict[str, object]:
    cells = json.loads(file.read_bytes())["cells"]
    (source,) = ("".join(cell["source"]) for cell in cells if "parameters" in cell["metadata"].get("tags", ()))
    return {
        node.target.id: ast.literal_eval(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None
    }


def _edit(file: Path, *, text: str = "## My notes", outputs: bool = False) -> bytes:
    """As JupyterLab saves an edit, or only a run."""
    notebook = json.loads(file.read_bytes())
    if outputs:
        code = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
        code |= {"execution_count": 1, "outputs": [{"name": "stdout", "output_type": "stream", "text": "READY"}]}
    else:
        notebook["cells"][0]["source"] = text
    file.write_text(json.dumps(notebook), encoding="utf-8")
    return file.read_bytes()


def _what(work: WorkFolder, name: str = _FIRST) -> tuple[str, What]:
    (placed,) = (each for each in work.placed if each.name == name)
    return placed.file.name, placed.what


def test_every_notebook_stands_in_the_project_and_finds_it_from_there(project: Path) -> None:
    work = _prepare(project)
    assert work.folder == project / FOLDER
    assert {each.file.name for each in work.placed} == {f"{name}.ipynb" for name in NOTEBOOKS}
    assert {each.what for each in work.placed} == {What.NEW}
    for each in work.placed:
        assert _parameters(each.file)["project"] == ".."
    assert work.address(_FIRST) == f"{FOLDER}/{_FIRST}.ipynb"


def test_paths_mean_in_the_notebook_what_they_meant_where_they_were_typed(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = tmp_path / 'it\'s "the" ~shöp'
    shutil.copytree(project, odd)
    (odd / "~else").mkdir()
    shutil.move(odd / "prisma" / "migrations", odd / "~else" / "migrations")
    (tmp_path / "other.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    asked = {"schema": [f"{odd.name}/prisma"], "migrations": f"{odd.name}/~else/migrations", "config": "other.toml"}
    for directory in (None, tmp_path / "copies"):
        work = _prepare(odd.name, directory, options=asked)
        monkeypatch.chdir(work.folder)
        given = _parameters(work.placed[0].file)
        del given["output_dir"]
        request = make_request(**given)  # type: ignore[arg-type]  # as a notebook passes them
        assert (request.root, request.schema) == (odd, (odd / "prisma",))
        assert request.migrations == odd / "~else" / "migrations"
        assert request.config.file == str(tmp_path / "other.toml")
        monkeypatch.chdir(tmp_path)


def test_a_second_time_nothing_changes_and_a_run_is_kept(project: Path) -> None:
    file = _prepare(project).placed[0].file
    ran = _edit(file, outputs=True)
    assert _what(_prepare(project)) == (f"{_FIRST}.ipynb", What.KEPT)
    assert file.read_bytes() == ran


def test_an_edited_copy_is_never_touched_and_what_is_new_comes_beside(project: Path) -> None:
    file = _prepare(project).placed[0].file
    edited = _edit(file)
    assert _what(_prepare(project)) == (f"{_FIRST}.ipynb", What.EDITED)
    other = _prepare(project, since="main")
    assert _what(other) == (f"{_FIRST}-2.ipynb", What.BESIDE)
    assert other.placed[0].edited == (file,)
    assert other.address(_FIRST) == f"{FOLDER}/{_FIRST}-2.ipynb"
    assert _parameters(other.placed[0].file)["since"] == "main"
    assert _what(_prepare(project, since="main")) == (f"{_FIRST}-2.ipynb", What.KEPT)
    # The first is what was made for these options, with the edits.
    assert _what(_prepare(project)) == (f"{_FIRST}.ipynb", What.EDITED)
    assert file.read_bytes() == edited


def test_a_newer_notebook_replaces_what_was_not_edited_and_keeps_what_it_showed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (each.file for each in _prepare(project).placed[:2])
    ran = _edit(first, outputs=True)
    monkeypatch.setattr("pgready.orchestrator.lab.make_copy", _newer)
    placed = _prepare(project).placed
    assert [each.what for each in placed[:2]] == [What.RENEWED, What.RENEWED]
    assert b"A newer title" in first.read_bytes()
    assert b"A newer title" in second.read_bytes()
    assert placed[0].saved is not None
    assert placed[0].saved.read_bytes() == ran
    assert placed[1].saved is None


def _newer(
    original: dict[str, Any], values: Mapping[str, object], *, name: str, version: str, scrubber: Scrubber
) -> dict[str, Any]:
    original["cells"][0]["source"] = ["# A newer title\n"]
    return make_copy(original, values, name=name, version=version, scrubber=scrubber)


def test_nothing_is_written_through_a_link_that_came_with_the_project(project: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    (project / FOLDER).mkdir()
    (project / FOLDER / f"{_FIRST}.ipynb").symlink_to(precious)
    assert _what(_prepare(project)) == (f"{_FIRST}-2.ipynb", What.BESIDE)
    assert not precious.exists()
    shutil.rmtree(project / FOLDER)
    precious.mkdir()
    (project / FOLDER).symlink_to(precious)
    with pytest.raises(ConfigError, match="is a link; --directory"):
        _prepare(project)
    assert list(precious.iterdir()) == []


def test_a_folder_that_cannot_be_used_is_named(project: Path, tmp_path: Path) -> None:
    (project / FOLDER).write_text("")
    with pytest.raises(ConfigError, match="is a file; --directory says where"):
        _prepare(project)
    (tmp_path / "there" / f"{_FIRST}.ipynb").mkdir(parents=True)
    assert _what(_prepare(project, tmp_path / "there"))[1] is What.BESIDE
    for number in range(2, 101):
        (tmp_path / "there" / f"{_FIRST}-{number}.ipynb").write_text("mine")
    with pytest.raises(ReportError, match="100 edited copies"):
        _prepare(project, tmp_path / "there")


def test_a_secret_never_becomes_a_parameter(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEPLOY_TOKEN", "hunter2hunter2")
    with pytest.raises(ConfigError, match="since: holds a secret"):
        _prepare(project, since="hunter2hunter2")
    assert not (project / FOLDER).exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere: no such directory"),
        (["."], "schema"),
        (["shop", "--notebook", "inventory"], "is not one of"),
        (["shop", "--port", "70000"], "70000"),
        (["shop", "--postgres", "nowhere"], "nowhere"),
        (["broken"], "pgready.toml"),
    ],
)
def test_what_cannot_be_opened_is_said_and_nothing_is_written(
    pgready: Run, project: Path, arguments: list[str], said: str
) -> None:
    shutil.copytree(project, project.parent / "broken")
    (project.parent / "broken" / "pgready.toml").write_text("[polcy]\n")
    done = pgready("lab", *arguments, timeout=30)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert list(project.parent.rglob("*.ipynb")) == []


def test_without_jupyterlab_it_says_how_to_install_it(pgready: Run, project: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "sitecustomize.py").write_text("import sys\nsys.modules['jupyterlab'] = None\n")
    path = os.pathsep.join([str(blocked), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = pgready("lab", project, env={"PYTHONPATH": path}, timeout=30)
    assert done.returncode == 2
    assert "pip install 'pgready[lab]'" in done.stderr
    assert not (project / FOLDER).exists()


def test_ctrl_c_ends_the_server_and_its_kernel_and_the_users_jupyter_stays_as_it_was(
    project: Path, tmp_path: Path
) -> None:
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed (the extra `lab`)")
    home = tmp_path / "home"
    (home / "config").mkdir(parents=True)
    (home / "data" / "kernels" / "python3").mkdir(parents=True)
    other = {"argv": ["/bin/false", "{connection_file}"], "display_name": "Another", "language": "python"}
    (home / "data" / "kernels" / "python3" / "kernel.json").write_text(json.dumps(other))
    _edit(_prepare(project).placed[0].file)
    with pgready_lab(project, home, "--since", "") as lab:
        # The kernel is this Python, whichever `python3` the user has registered.
        assert lab.printed("feature_isolation.ipynb", "import pgready, os; print(os.getcwd())").strip() == str(
            lab.folder
        )
        assert any("ipykernel" in command for command in lab.family.values())
        assert (lab.address.rpartition(":")[0], len(lab.token)) == ("http://127.0.0.1", 48)
        listening = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True, check=False).stdout
        assert {
            line.split()[3].rpartition(":")[0] for line in listening.splitlines() if f"pid={lab.process.pid}," in line
        } <= {"127.0.0.1"}
        said = lab.said()
    for part in (
        f"are in {lab.folder}\n",
        f"  {_FIRST}-2.ipynb: new, beside",
        f"  {_FIRST}.ipynb: edited",
        "Ctrl-C ends",
    ):
        assert part in said
    assert f"{lab.address}/lab/tree/{FOLDER}/{_FIRST}-2.ipynb?token={lab.token}" in said
    assert {file.name for file in (home / "config").rglob("*") if file.is_file()} <= {
        "jupyter_lab_config.py",
        "migrated",
    }
    assert list((home / "runtime").glob("jpserver-*")) == []


def test_ctrl_c_while_it_starts_is_no_traceback(project: Path, tmp_path: Path) -> None:
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed (the extra `lab`)")
    with subprocess.Popen(
        [PGREADY, "lab", project, "--no-browser", "--port=0"], env=private(tmp_path), stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        said += process.stderr.read()
        assert process.wait(timeout=30) in {0, 130, 143}
    assert "Traceback" not in said
