"""What is rehearsed for an audit, and whether it has been rehearsed before."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime

from pgready import __version__
from pgready.checks.skips import silent_skips
from pgready.model.spelling import questions
from pgready.model.trace import Rehearsal
from pgready.orchestrator.evidence import Keep, code_digest, key_of
from pgready.orchestrator.remedies import remedies
from pgready.orchestrator.rows import on_rows
from pgready.orchestrator.scope import worth_tracing
from pgready.orchestrator.sending import Sent
from pgready.orchestrator.sources import Sources

__all__ = ["Progress", "rehearsal_of"]

Progress = Callable[[int, int, str], None]
"""Called with (done, total, name of the migration) while the rehearsal runs."""


def rehearsal_of(sources: Sources, sending: Sent, on_progress: Progress | None, keep: Keep) -> Rehearsal:
    """The rehearsal of a project, made or kept; raises RehearsalError when there is no server for it."""
    from pgready.rehearsal import find_binaries, rehearse  # noqa: PLC0415  # reading and judging need no server

    binaries = find_binaries(sources.request.postgres)
    thorough = sources.request.thorough
    asked = questions(sources.declared)
    stand_ins = shadow.name if (shadow := sources.files.external.shadow_sql) is not None else None
    rows = on_rows(sources.deployment, sources.migrations, thorough=thorough)
    traced = worth_tracing(sources.deployment, sources.migrations, thorough=thorough)
    key = key_of(
        {
            "pgready": [__version__, code_digest()],
            "server": [str(binaries.bindir), binaries.version],
            "migrations": [[migration.name, migration.checksum] for migration in sources.migrations],
            "apart": [sorted(sending.pieces), sorted(sending.otherwise)],
            "rows": [sorted(rows.before), sorted(rows.last)] if rows else [],
            "traced": sorted(traced),
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
            remedies=lambda rehearsal: remedies(
                sources.migrations, silent_skips(sources.migrations, sources.scripts, rehearsal)
            ),
            rerun={migration.name for migration in sources.migrations},
            on_rows=rows,
            traced=traced,
            binaries=binaries,
            on_progress=on_progress,
        )
        return replace(made, made_at=datetime.now(UTC).isoformat(timespec="seconds"))

    return keep(key, make)
