"""`pgready doctor`: can a rehearsal be made on this machine, with what, and why not with something else?"""

from pathlib import Path

import click

__all__ = ["doctor"]


@click.command(
    epilog="Exit codes: 0 a rehearsal can be made, 2 wrong usage, 3 none can be made (the last lines say what to do), "
    "4 internal error."
)
@click.option("--postgres", type=click.Path(path_type=str), metavar="PATH", help="try this installation, or its bin/")
def doctor(*, postgres: str | None) -> int:
    """Show which PostgreSQL a rehearsal takes and why not another, then start and stop a server as a trial."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    from pgready.cli.printing import print_rows, terminal_width  # noqa: PLC0415
    from pgready.rehearsal.doctor import diagnose  # noqa: PLC0415
    from pgready.reports.terminal.doctor import doctor_rows  # noqa: PLC0415

    try:
        lab = version("jupyterlab")
    except PackageNotFoundError:
        lab = None
    diagnosis = diagnose(Path(postgres) if postgres is not None else None)
    print_rows(doctor_rows(diagnosis, lab=lab, width=terminal_width()))
    return 0 if diagnosis.problem is None else 3
