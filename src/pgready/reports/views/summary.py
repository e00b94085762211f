"""The first screen: the verdict with its reason, the figures, and what would be deployed."""

from pgready.findings import Evidence, Outcome
from pgready.model.trace import RunOutcome
from pgready.reports.blocks import Banner, Fact, Facts, Line, Tile, Tiles, Tone
from pgready.reports.causes import Lacking, lost_skips
from pgready.reports.consequence import beyond, consequence
from pgready.reports.grouping import by_cause
from pgready.reports.lines import code, count, line, listing, muted
from pgready.reports.prisma_version import prisma_behaviour, prisma_version
from pgready.reports.view import View
from pgready.reports.views.inventory import differing
from pgready.verdict import AuditResult, Verdict

__all__ = ["figures", "scope", "verdict"]

_TONES = {Verdict.READY: Tone.GOOD, Verdict.NOT_READY: Tone.BAD, Verdict.INCONCLUSIVE: Tone.OPEN}


def verdict(audit: AuditResult) -> View:
    """The verdict in one word, what it means for the deployment in one sentence, and how it was judged."""
    return View(
        Banner(
            tone=_TONES[audit.verdict],
            word=audit.verdict.value,
            reason=consequence(audit) or line(audit.judgement.reason),
            detail=_detail(audit),
            facts=(
                Fact(term="Project", line=line(audit.project.name)),
                Fact(term="Deployment", line=line(audit.scope)),
                Fact(term="Audited", line=line(_time(audit.run.finished))),
                Fact(term="Evidence", line=line(_evidence(audit))),
            ),
        )
    )


def _detail(audit: AuditResult) -> Line:
    judged, rest = _judged(audit) if consequence(audit) else (), beyond(audit)
    return (*judged, *line(" "), *rest) if judged and rest else (*judged, *rest)


def _judged(audit: AuditResult) -> Line:
    """How many findings decide, and behind how few causes they stand; else the judgement's own words."""
    if audit.verdict is not Verdict.NOT_READY:
        return line(audit.judgement.reason)
    causes = sum(group.blocks(audit.policy) for group in by_cause(audit))
    rules = ", ".join(sorted({finding.rule for finding in audit.blocking}))
    number = len(audit.blocking)
    verb = "blocks" if number == 1 else "block"
    return line(f"{count(number, 'finding')} {verb} the deployment, from {count(causes, 'cause')} ({rules}).")


def _evidence(audit: AuditResult) -> str:
    if audit.rehearsal is None:
        return "read from the files; not rehearsed"
    return f"read from the files, rehearsed on a throw-away PostgreSQL {audit.rehearsal.server.version}"


def _time(stamp: str) -> str:
    """`2026-01-02T10:00:00.123Z` as `2026-01-02 10:00 UTC`; anything else as it is."""
    date, separator, time = stamp.partition("T")
    return f"{date} {time[:5]} UTC" if separator else stamp


def figures(audit: AuditResult) -> View:
    """The big numbers: tables, keys and migrations made of those declared, silent skips, blocking findings, checks."""
    return View(Tiles(tiles=(*_rehearsed_tiles(audit), _blocking(audit), _ran(audit))))


def _rehearsed_tiles(audit: AuditResult) -> tuple[Tile, ...]:
    tables, keys = len(audit.declared.tables), sum(1 for _ in audit.declared.foreign_keys())
    if audit.rehearsal is None:
        unknown = ((tables, "tables declared; not rehearsed"), (keys, "foreign keys declared; not rehearsed"))
        return tuple(Tile(value=str(number), label=label, tone=Tone.OPEN) for number, label in unknown)
    lacking = Lacking(audit)
    applied = sum(run.outcome is RunOutcome.APPLIED for run in audit.rehearsal.runs)
    lost = len(lost_skips(audit))
    complete, differ = audit.rehearsal.complete, len(differing(audit.declared.tables, audit, lacking))
    skipped = f"{'statement' if lost == 1 else 'statements'} skipped silently{'' if complete else ' so far'}"
    return (
        _made(tables - len(lacking.tables), tables, "declared tables made", complete=complete),
        _made(keys - len(lacking.keys), keys, "foreign keys made", complete=complete, differ=differ),
        _of(applied, len(audit.migrations), "migrations applied"),
        Tile(value=str(lost), label=skipped, tone=_tone_of_skips(audit, lost)),
    )


def _tone_of_skips(audit: AuditResult, lost: int) -> Tone:
    """Green only when every migration ran and every guard could be read."""
    if lost:
        return Tone.BAD
    certain = audit.rehearsal is not None and audit.rehearsal.complete and not audit.opaque
    return Tone.GOOD if certain else Tone.OPEN


def _of(number: int, total: int, label: str) -> Tile:
    return Tile(value=f"{number} of {total}", label=label, tone=Tone.GOOD if number == total else Tone.BAD)


def _made(number: int, total: int, label: str, *, complete: bool, differ: int = 0) -> Tile:
    """Green only when all is there, as declared, and no migration is left that might drop it again."""
    told = f"{label}{'' if complete else ' so far'}{f', {differ} not as declared' if differ else ''}"
    if number < total or (complete and not differ):
        return _of(number, total, told)
    return Tile(value=f"{number} of {total}", label=told, tone=Tone.WARN if differ else Tone.OPEN)


def _blocking(audit: AuditResult) -> Tile:
    number, others = len(audit.blocking), len(audit.findings) - len(audit.blocking)
    label = f"blocking {'finding' if number == 1 else 'findings'}" + (f", {others} other" if others else "")
    return Tile(value=str(number), label=label, tone=Tone.BAD if number else Tone.GOOD)


def _ran(audit: AuditResult) -> Tile:
    passed = sum(check.outcome is Outcome.PASSED for check in audit.checks)
    idle = sum(check.outcome in (Outcome.SKIPPED, Outcome.ERRORED) for check in audit.checks)
    failed = len(audit.checks) - passed - idle
    rest = [f"{number} {what}" for number, what in ((failed, "failed"), (idle, "did not run")) if number]
    label = ", ".join(["checks passed", *rest])
    return Tile(value=f"{passed} of {len(audit.checks)}", label=label, tone=Tone.NEUTRAL)


def scope(audit: AuditResult) -> View:
    """What would be deployed, from which files, and where the knowledge comes from."""
    return View(
        Facts(
            facts=(
                Fact(term="Deployment", line=line(audit.scope)),
                Fact(term="Schema", line=_schema(audit)),
                Fact(term="Migrations", line=_migrations(audit)),
                Fact(
                    term="Prisma",
                    line=line(prisma_version(audit.project), "; ", muted(prisma_behaviour(audit))),
                ),
                Fact(
                    term="Groups", line=listing(group.name for group in audit.grouping.groups) or line("none declared")
                ),
                Fact(term=Evidence.READ.value.capitalize(), line=line("schema, migrations and configuration on disk")),
                Fact(term=Evidence.REHEARSED.value.capitalize(), line=_rehearsed(audit)),
                Fact(term=Evidence.OBSERVED.value.capitalize(), line=line("nothing: no live database was looked at")),
            )
        )
    )


def _schema(audit: AuditResult) -> Line:
    declared = audit.declared
    sizes = f"{count(len(declared.tables), 'table')} and {count(len(declared.enums), 'enum')} declared in "
    return line(sizes, listing(audit.project.schema_files, 10))


def _migrations(audit: AuditResult) -> Line:
    directory = audit.project.migrations_directory
    return line(count(len(audit.migrations), "migration"), *(() if directory is None else (" in ", code(directory))))


def _rehearsed(audit: AuditResult) -> Line:
    rehearsal = audit.rehearsal
    if rehearsal is None:
        return line(f"nothing: {audit.rehearsal_skipped or 'no rehearsal was made'}")
    shims = f"; imitated extensions: {', '.join(rehearsal.shims)}" if rehearsal.shims else ""
    took = f" ({rehearsal.duration_ms / 1000:.1f} s)" if rehearsal.duration_ms else ""
    applied = sum(run.outcome is RunOutcome.APPLIED for run in rehearsal.runs)
    which = "all migrations" if rehearsal.complete else f"only {applied} of {count(len(audit.migrations), 'migration')}"
    text = f"{which}, in order, onto an empty PostgreSQL {rehearsal.server.version}{shims}"
    return line(text, muted(took) if took else "")
