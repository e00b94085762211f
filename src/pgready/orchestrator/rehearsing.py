"""What is rehearsed for an audit, and whether it has been rehearsed before."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from pgready import __version__
from pgready.errors import RehearsalError
from pgready.model.spelling import questions
from pgready.model.trace import Rehearsal
from pgready.orchestrator.evidence import Keep, code_digest, key_of
from pgready.orchestrator.hidden import to_compare
from pgready.orchestrator.mending import Mending
from pgready.orchestrator.remedies import what_to_try
from pgready.orchestrator.rows import again_on_rows, on_rows
from pgready.orchestrator.scope import worth_crashing, worth_tracing
from pgready.orchestrator.sending import Sent
from pgready.orchestrator.sources import Sources

if TYPE_CHECKING:
    from pgready.rehearsal.binaries import Binaries

__all__ = ["Progress", "rehearsal_or_why"]

_SWITCHED_OFF = "the rehearsal was switched off"

Progress = Callable[[int, int, str], None]
"""Called with (done, total, name of the migration) while the rehearsal runs."""


def rehearsal_or_why(
    sources: Sources, sending: Sent, on_progress: Progress | None, keep: Keep
) -> tuple[Rehearsal | None, str | None]:
    """The rehearsal, made or kept, or why there is none: a server that breaks is no verdict.

    Raises RehearsalError where there are no binaries, or those that were named will not do: that is a wrong input.
    """
    if not sources.request.rehearse:
        return None, _SWITCHED_OFF
    from pgready.rehearsal import find_binaries  # noqa: PLC0415  # reading and judging need no server

    binaries = find_binaries(sources.request.postgres)
    try:
        return _rehearsal_on(binaries, sources, sending, on_progress, keep), None
    except RehearsalError as error:
        return None, f"the rehearsal broke: {' '.join(str(error).split())}"


def _rehearsal_on(
    binaries: "Binaries", sources: Sources, sending: Sent, on_progress: Progress | None, keep: Keep
) -> Rehearsal:
    from pgready.rehearsal import rehearse  # noqa: PLC0415  # as above

    thorough = sources.request.thorough
    asked = questions(sources.declared)
    stand_ins = shadow.name if (shadow := sources.files.external.shadow_sql) is not None else None
    rows = on_rows(sources.deployment, sources.migrations, thorough=thorough)
    again = again_on_rows(
        sources.deployment, sources.migrations, claim=sources.request.config.resilient, thorough=thorough
    )
    traced = worth_tracing(sources.deployment, sources.migrations, thorough=thorough)
    crashed = worth_crashing(sources.deployment, sources.scripts, sending.pieces, thorough=thorough)
    key = key_of(
        {
            "pgready": [__version__, code_digest()],
            "server": [str(binaries.bindir), binaries.version],
            "migrations": [[migration.name, migration.checksum] for migration in sources.migrations],
            "apart": [sorted(sending.pieces), sorted(sending.otherwise)],
            "rows": [sorted(rows.before), sorted(rows.last)] if rows else [],
            "again on rows": sorted(again),
            "traced": sorted(traced),
            "crashed": sorted(crashed),
            "stand-ins": stand_ins,
            "questions": [asdict(question) for question in asked],
        }
    )

    def make() -> Rehearsal:
        made = rehearse(
            sources.migrations,
            stand_ins=stand_ins,
            questions=asked,
            pieces=sending.pieces,
            otherwise=sending.otherwise,
            remedies=partial(what_to_try, sources.migrations, sources.scripts, sources.declared),
            mends=Mending(migrations=sources.migrations, scripts=sources.scripts, deployment=sources.deployment),
            hidden=partial(to_compare, sources.scripts),
            rerun={migration.name for migration in sources.migrations},
            again_on_rows=again,
            on_rows=rows,
            traced=traced,
            crashed=crashed,
            binaries=binaries,
            on_progress=on_progress,
        )
        return replace(made, made_at=datetime.now(UTC).isoformat(timespec="seconds"))

    return keep(key, make)
