"""What the timeline answers, in words."""

from pgready.figures.text import plural
from pgready.findings import Severity
from pgready.history.timeline import Timeline, TimelineRow
from pgready.model.names import ObjectKind

__all__ = ["describe_timeline", "timeline_lines"]

_MOST = 8


def timeline_lines(timeline: Timeline) -> tuple[str, str]:
    """Title and second line."""
    rows = timeline.rows
    blocked = sum(row.mark is not None and row.mark.severity is Severity.BLOCK for row in rows)
    warned = sum(row.mark is not None and row.mark.severity is Severity.WARN for row in rows)
    told = [f"{number} {words}" for number, words in ((blocked, "with what blocks"), (warned, "to look at")) if number]
    title = f"{plural(timeline.migrations, 'migration')}: {' and '.join(told) or 'nothing that blocks or needs a look'}"
    tables = sum(row.made.get(ObjectKind.TABLE, 0) for row in rows)
    made = sum(sum(row.made.values()) for row in rows)
    parts = [f"{plural(tables, 'table')} and {plural(made - tables, 'other object')} made"]
    counts = ((sum(row.dropped for row in rows), "dropped"), (sum(row.skipped for row in rows), "left out by guards"))
    parts += [f"{number:,} {words}" for number, words in counts if number]
    undated = sum(row.late for row in rows)
    verb = "runs" if undated == 1 else "run"
    late = f" {plural(undated, 'undated migration')} {verb} after all dated ones." if undated else ""
    return title, f"{', '.join(parts)}.{late}"


def describe_timeline(timeline: Timeline) -> str:
    """The alternative text: the counts, what blocks and where, and what comes too late."""
    title, line = timeline_lines(timeline)
    bad = [
        f"{_numbered(row)} ({', '.join(row.mark.rules)})"
        for row in timeline.rows
        if row.mark is not None and row.mark.severity is Severity.BLOCK
    ]
    late = [
        f"{_numbered(timeline.rows[one])} needs {what} of {_numbered(timeline.rows[other])}"
        for one, other, what in timeline.late
    ]
    told = "".join(
        f" {word}: {'; '.join(found[:_MOST])}{f' and {len(found) - _MOST} more' if len(found) > _MOST else ''}."
        for word, found in (("Blocking", bad), ("Too late", late))
        if found
    )
    return f"{title}. {line}{told}"


def _numbered(row: TimelineRow) -> str:
    return f"number {row.first} {row.name}"
