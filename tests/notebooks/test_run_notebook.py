"""A run that ends well: what is executed, returned and written."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_core.utils import ensure_event_loop

from pgready.errors import ConfigError, ReportError
from pgready.reports.notebooks.kernel import exit_code, running_kernel

from .conftest import AUDIT, Bench, code, read_notebook


def printed(run_output: object) -> str:
    """All that the cells of a node printed."""
    return "".join(
        output.text
        for cell in run_output.cells  # type: ignore[attr-defined]  # nbformat has no annotations
        for output in cell.get("outputs", ())
        if output.output_type == "stream"
    )


def test_a_notebook_that_runs_through_and_writes_its_audit_is_trusted(bench: Bench) -> None:
    bench.write("print('project is', project)", AUDIT)
    run = bench.run()
    assert run.why == ()
    assert run.trusted
    assert printed(run.notebook) == "project is /some/project\n"
    assert [cell.execution_count for cell in run.notebook.cells] == [1, 2, 3, 4]
    assert 0 < run.duration_ms < 60_000


def test_the_executed_notebook_is_written_as_it_is_returned_and_is_valid(bench: Bench) -> None:
    bench.write("1 + 1", AUDIT)
    run = bench.run()
    written = read_notebook(bench.output)
    assert written == run.notebook
    nbformat.validate(written)
    assert written.cells[2].outputs[0].data["text/plain"] == "2"


def test_the_written_notebook_has_the_mode_that_the_umask_gives_and_nothing_lies_beside_it(bench: Bench) -> None:
    bench.write(AUDIT)
    before = os.umask(0o027)
    try:
        bench.run()
    finally:
        os.umask(before)
    assert stat.S_IMODE(bench.output.stat().st_mode) == 0o640
    assert {path.name for path in bench.directory.iterdir()} == {"example.ipynb", "executed.ipynb", "audit.json"}


def test_the_notebook_itself_and_the_given_parameters_are_not_changed(bench: Bench) -> None:
    bench.write(AUDIT, parameters="project = '.'\nnames = ['a']")
    before = bench.notebook.read_bytes()
    parameters = {"project": "x", "names": ["b", "c"]}
    bench.run(parameters=parameters)
    assert bench.notebook.read_bytes() == before
    assert parameters == {"project": "x", "names": ["b", "c"]}


def test_parameters_arrive_as_they_were_given(bench: Bench) -> None:
    given = {
        "project": "/a \"b\" 'c' \\d\nΩ €{x} $HOME",
        "rehearse": False,
        "config": None,
        "limit": 3,
        "ratio": 0.5,
        "names": ["a=b", "c"],
        "extra": {"k": [1, None]},
    }
    bench.write(
        "import json; print(json.dumps([project, rehearse, config, limit, ratio, names, extra]))",
        AUDIT,
        parameters="project = 'x=y'\nrehearse = True\nconfig = None\nlimit = 1\nratio = 1.0\nnames = []\nextra = {}",
    )
    run = bench.run(parameters=given)
    assert run.trusted, run.why
    assert json.loads(printed(run.notebook)) == list(given.values())


def test_the_kernel_sees_the_environment_of_the_process_and_the_given_one(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_OUTER", "from outside")
    monkeypatch.setenv("TEST_BOTH", "from outside")
    bench.write("import os; print(os.environ['TEST_OUTER'], os.environ['TEST_BOTH'])", AUDIT)
    run = bench.run(environment=bench.environment | {"TEST_BOTH": "given"})
    assert printed(run.notebook) == "from outside given\n"


def test_progress_is_told_before_each_code_cell(bench: Bench) -> None:
    told: list[tuple[int, int]] = []
    markdown = {"cell_type": "markdown", "id": "m", "metadata": {}, "source": "# Title"}
    bench.write(markdown, code(""), "1", AUDIT)
    run = bench.run(on_cell=lambda number, count: told.append((number, count)))
    assert run.trusted, run.why
    # The parameters cell, the injected one and the two above; the empty cell is not executed.
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_old_artefacts_are_gone_before_anything_else_can_go_wrong(bench: Bench) -> None:
    bench.write(AUDIT)
    bench.run()
    assert bench.output.exists()
    assert bench.audit.exists()
    with pytest.raises(ConfigError):
        bench.run(parameters={"unknown": 1})
    assert not bench.output.exists()
    assert not bench.audit.exists()


def test_an_old_artefact_that_cannot_be_removed_is_an_error_with_its_path(bench: Bench) -> None:
    bench.write(AUDIT)
    bench.output.mkdir()
    with pytest.raises(ReportError, match=r"executed\.ipynb: the old one cannot be removed"):
        bench.run()


def test_the_notebook_is_not_removed_as_its_own_old_output(bench: Bench) -> None:
    bench.write(AUDIT)
    bench.output.symlink_to(bench.notebook)
    with pytest.raises(ReportError, match=r"executed\.ipynb: this is the notebook that is to be run"):
        bench.run()
    assert bench.notebook.exists()


def test_a_run_inside_a_program_with_an_event_loop_of_its_own_context_leaves_that_loop_alone(bench: Bench) -> None:
    loop = ensure_event_loop()
    bench.write(AUDIT)
    assert bench.run().trusted
    assert ensure_event_loop() is loop
    assert not loop.is_closed()
    loop.close()


def test_a_kernel_that_was_started_before_is_used_and_left_to_its_owner(bench: Bench) -> None:
    bench.write("import os; print(os.getpid())", AUDIT)
    with running_kernel(bench.environment, preload=("wave",)) as kernel:
        run = bench.run(kernel=kernel)
        assert run.trusted, run.why
        assert printed(run.notebook) == (kernel.directory / "group").read_text(encoding="utf-8")
        assert exit_code(kernel) is None
    assert kernel.nursery.process.returncode is not None


def test_a_kernel_that_executed_something_else_before_is_no_evidence(bench: Bench) -> None:
    bench.write(AUDIT)
    with running_kernel(bench.environment) as kernel:
        assert bench.run(kernel=kernel).trusted
        again = bench.run(kernel=kernel)
    assert not again.trusted
    assert "cell 1 was executed as number 4" in again.why


def test_modules_to_preload_are_imported_before_the_first_cell(bench: Bench) -> None:
    bench.write("import sys; print('wave' in sys.modules)", AUDIT)
    with running_kernel(bench.environment, preload=("wave",)) as kernel:
        assert printed(bench.run(kernel=kernel).notebook) == "True\n"


def test_several_runs_at_the_same_time_do_not_meet(bench: Bench) -> None:
    bench.write("import time; time.sleep(0.3); print(project)", AUDIT)
    script = (
        "import json, sys\nfrom pathlib import Path\nfrom pgready.reports.notebooks.run_notebook import run_notebook\n"
        "name, notebook, directory = sys.argv[1:]\naudit = Path(directory, name + '.json')\n"
        "run = run_notebook(Path(notebook), Path(directory, name + '.ipynb'), parameters={'project': name},"
        " run_id=name, audit_json=audit, environment={'TEST_AUDIT': str(audit), 'TEST_RUN_ID': name})\n"
        "print(run.trusted, run.why, run.notebook.cells[2].outputs[0].text.strip())\n"
    )
    arguments = [sys.executable, "-W", "error", "-c", script]
    started = [
        subprocess.Popen(
            [*arguments, name, str(bench.notebook), str(bench.directory)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name in ("one", "two", "three")
    ]
    assert [process.communicate(timeout=120)[0] for process in started] == [
        "True () one\n",
        "True () two\n",
        "True () three\n",
    ]


def test_the_exported_artefact_names_no_directory_of_this_machine(bench: Bench, temporary: Path) -> None:
    bench.write("1", AUDIT)
    bench.run()
    written = bench.output.read_text(encoding="utf-8")
    assert str(bench.directory) not in written
    assert str(temporary) not in written
