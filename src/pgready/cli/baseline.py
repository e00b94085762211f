"""`pgready baseline`: what is there today is tolerated, so that only what is new fails."""

import os
from typing import TYPE_CHECKING

import click

from pgready.cli.output import complain, progress, read_project
from pgready.errors import ConfigError

if TYPE_CHECKING:
    from pgready.checks.baseline import FindingsUpdate
    from pgready.graph.baseline import BaselineUpdate
    from pgready.orchestrator.sources import Sources

__all__ = ["baseline"]


@click.command(epilog="Exit codes: 0 written or nothing to write, 2 wrong usage or input, 4 internal error.")
@click.argument("project", default=".", type=click.Path(path_type=str))
@click.option(
    "--config", type=click.Path(path_type=str), metavar="FILE", help="configuration (default: PROJECT/pgready.toml)"
)
@click.option("--update", is_flag=True, help="rewrite the baseline that is there; its reasons are kept")
def baseline(*, project: str, config: str | None, update: bool) -> int:
    """Write what is found in PROJECT today into pgready.baseline, so that only what is new fails.

    These are references that break a contract, and findings of rules that describe the past (DES, LCK, CMP, SCH, some
    of HIS). No other command ever writes that file.
    """
    from pgready.model.baseline import BASELINE_NAME, render_baseline  # noqa: PLC0415
    from pgready.reports.files import write_atomically  # noqa: PLC0415

    sources = read_project(project, (), None, config, rehearse=True, writes_baseline=True)
    settings = sources.request.config
    if settings.file is None:
        raise ConfigError(
            f"{project}: no pgready.toml; expected one, as the baseline stands beside it and is read with it "
            "(an empty file will do, `pgready init` drafts a full one)"
        )
    file = (sources.request.root / settings.file).with_name(settings.baseline or BASELINE_NAME)
    if os.path.lexists(file) and (not update or file.is_symlink()):
        raise ConfigError(f"{file}: there is one already; --update rewrites it (a link stays as it is)")
    edges, findings = _present(sources)
    count = len(edges.entries) + len(findings.entries)
    if count or edges.removed or findings.removed:
        write_atomically(file, render_baseline(edges.entries, findings.entries).encode())
        done = f"{file} is written, {count} tolerated; give each a reason"
    else:
        done = "no reference breaks a contract and there is no finding to tolerate, so nothing is written"
    complain("\n".join([*edges.lines, *findings.lines, f"pgready: {done}"]))
    return 0


def _present(sources: "Sources") -> "tuple[BaselineUpdate, FindingsUpdate]":
    from pgready.checks.baseline import update_findings  # noqa: PLC0415
    from pgready.graph.baseline import NO_REASON, present_baseline  # noqa: PLC0415
    from pgready.graph.isolation import IsolationRules  # noqa: PLC0415
    from pgready.orchestrator.audit import audit_sources  # noqa: PLC0415

    with progress() as (on_phase, on_progress):
        on_phase("rehearsing the migrations")
        result = audit_sources(sources, on_progress=on_progress)
    if result.rehearsal is None or not result.rehearsal.complete:
        raise ConfigError("the clean deploy does not finish (RES001), so which keys there are is not known")
    config = sources.request.config
    rules = IsolationRules(contracts=config.contracts, hubs=config.hubs, accepted=config.crossings)
    edges = present_baseline(result.declared, result.rehearsal.schema, result.grouping, rules)
    files = {migration.file: migration.name for migration in sources.migrations}
    return edges, update_findings(result.checks, config.suppressions, files, reason=NO_REASON)
