"""`pgready lab`: JupyterLab on a working copy of the notebooks."""

import gc
import os
import signal
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from pgready.cli.output import complain, project_options, read_project
from pgready.errors import ConfigError
from pgready.reports.notebooks.shipped import NOTEBOOK_OF_RECORD, NOTEBOOKS

if TYPE_CHECKING:
    from pgready.orchestrator.lab import WorkFolder

__all__ = ["lab"]

_USAGE = """
\b
Exit codes:
  0  JupyterLab was ended (Ctrl-C ends it and its kernels)
  2  wrong usage or input; the message names the place
  4  internal error, a bug of pgready
"""
# As Python has it; the command line collects less often, which a server would pay for with memory.
_COLLECT_AFTER = 700


@click.command(epilog=_USAGE)
@project_options
@click.option(
    "--notebook",
    type=click.Choice(list(NOTEBOOKS)),
    default=NOTEBOOK_OF_RECORD,
    show_default=True,
    help="which one to open first; all are there",
)
@click.option(
    "--directory",
    type=click.Path(path_type=str),
    metavar="DIR",
    help="where the notebooks are to be (default: PROJECT/pgready-notebooks)",
)
@click.option("--browser/--no-browser", default=True, help="open a browser (default), or only print the address")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="port of 127.0.0.1 (default: Jupyter's; 0: any that is free)"
)
def lab(
    *,
    project: str,
    schema: tuple[str, ...],
    migrations: str | None,
    config: str | None,
    since: str | None,
    postgres: str | None,
    thorough: bool,
    rehearse: bool,
    notebook: str,
    directory: str | None,
    browser: bool,
    port: int | None,
) -> int:
    """Open JupyterLab on the notebooks, with PROJECT as their parameters.

    You work on copies in PROJECT/pgready-notebooks. A copy that you have edited is never overwritten: what a newer
    pgready or other options would change comes as a new file beside it.
    """
    if find_spec("jupyterlab") is None:
        raise ConfigError("JupyterLab is not installed; it comes with: pip install 'pgready[lab]'")
    sources = read_project(
        project, schema, migrations, config, rehearse=rehearse, since=since, postgres=postgres, thorough=thorough
    )
    from pgready.orchestrator.lab import prepare  # noqa: PLC0415
    from pgready.rehearsal import ENVIRONMENT_VARIABLE, find_binaries  # noqa: PLC0415

    given = {
        "config": config,
        "schema": list(schema),
        "migrations": migrations,
        "rehearse": rehearse,
        "since": since,
        "thorough": thorough,
    }
    if (named := sources.request.postgres) is not None:
        find_binaries(named)
        # Not a parameter: where this machine has its PostgreSQL is no part of a report.
        os.environ[ENVIRONMENT_VARIABLE] = str(named)
    work = prepare(sources.request, given, directory)
    _tell(work, sources.request.name, notebook)
    _serve(work, notebook, browser=browser, port=port)
    return 0


def _tell(work: "WorkFolder", name: str, first: str) -> None:
    complain(f"pgready: the notebooks of {name} are in {work.folder}")
    for each in work.placed:
        complain(f"  {each.file.name}: {each.what.value}")
        for older in each.edited:
            complain(f"  {older.name}: edited, not by this pgready with these options; it stays as it is")
        if each.saved is not None:
            complain(f"  {each.saved.name}: what its last run showed")
    complain(f"pgready: JupyterLab opens {work.address(first)}; Ctrl-C ends it and its kernels")


def _serve(work: "WorkFolder", notebook: str, *, browser: bool, port: int | None) -> None:
    """Be a JupyterLab until somebody ends it.

    What is given here wins over the user's own Jupyter configuration, which holds for everything else. Nothing is
    written into it: the tabs and their layout, which JupyterLab remembers, have a place of their own.
    """
    from pgready.reports.notebooks.execution import import_lean  # noqa: PLC0415

    import_lean()
    app = import_module("jupyterlab.labapp").LabApp
    kernels = Path(__file__).parents[1] / "reports" / "notebooks"
    # First, so that `python3` is the Python that runs this, also where the user has registered another one.
    os.environ["JUPYTER_PATH"] = os.pathsep.join([str(kernels), *filter(None, [os.environ.get("JUPYTER_PATH")])])
    gc.set_threshold(_COLLECT_AFTER)
    server = app.initialize_server(argv=_settings(work, notebook, browser=browser, port=port))
    server.web_app.settings["page_config_hook"] = _without_news
    # Jupyter asks back at Ctrl-C where there is a terminal, and leaves its kernels alone where there is none.
    for ending in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ending, lambda *_: signal.raise_signal(signal.SIGTERM))
    server.start()


def _without_news(handler: object, page: dict[str, Any]) -> dict[str, Any]:
    """The page's settings without the extension that asks for news, also where there is no address to fetch them."""
    del handler
    page["disabledExtensions"] = [*page.get("disabledExtensions", ()), "@jupyterlab/apputils-extension:announcements"]
    return page


def _settings(work: "WorkFolder", notebook: str, *, browser: bool, port: int | None) -> list[str]:
    settings: dict[str, object] = {
        "ServerApp.root_dir": work.root,
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.open_browser": browser,
        "ServerApp.allow_root": os.geteuid() == 0,
        "LabApp.default_url": f"/lab/tree/{quote(work.address(notebook))}",
        "LabApp.workspaces_dir": work.layout,
        # Nobody is asked for news and newer versions.
        "LabApp.news_url": None,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    if not os.environ.get("PGREADY_DEBUG"):
        # The address is printed all the same.
        settings |= {"ServerApp.log_level": "WARN", "LabApp.log_level": "WARN"}
    if port is not None:
        settings["ServerApp.port"] = port
    return [f"--{name}={value}" for name, value in settings.items()]
