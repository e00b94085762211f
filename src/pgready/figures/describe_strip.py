"""What the rehearsal strip answers, in words."""

from collections.abc import Mapping, Sequence

from pgready.figures.strip_rows import Again, Midway, RehearsalStrip, StripRow
from pgready.figures.text import plural
from pgready.model.trace import RunOutcome

__all__ = ["describe_rehearsal", "strip_lines"]

_MOST = 8
_CALM = {
    Again.SAME: ("changes nothing", "change nothing"),
    Again.RECREATES: ("makes the same objects anew", "make the same objects anew"),
    Again.UNKNOWN: ("could not be run again", "could not be run again"),
}
_LOUD = {
    Again.REPLACES: ("makes tables anew", "make tables anew"),
    Again.CHANGES: ("changes something", "change something"),
    Again.FAILS: ("fails", "fail"),
    Again.EMPTY: ("changes nothing on empty tables", "change nothing on empty tables"),
}


def strip_lines(drawn: RehearsalStrip) -> tuple[str, str, str]:
    """Title, second line and note."""
    total, again = len(drawn.every), drawn.again()
    stopped = next((row for row in drawn.every if row.outcome is not RunOutcome.APPLIED), None)
    applied = sum(row.outcome is RunOutcome.APPLIED for row in drawn.every)
    loud, calm = (_told(again, words) for words in (_LOUD, _CALM))
    if stopped is not None:
        title = f"Number {stopped.position} of {total:,} {_ends(stopped)}; {applied:,} {_are(applied)} applied"
        return title, _sentence("Run a second time, ", [*loud, *calm]), _note(drawn)
    whole = f"{'All ' * (total > 1)}{plural(total, 'migration')} {_are(total)} applied"
    if not loud:
        return f"{whole}, and can run again", _sentence("Run a second time, ", calm), _note(drawn)
    return f"{whole}; run a second time, {_and(loud)}", _sentence("Of the others, ", calm), _note(drawn)


def _told(again: Mapping[Again, int], words: Mapping[Again, tuple[str, str]]) -> list[str]:
    return [f"{again[it]:,} {words[it][again[it] > 1]}" for it in words if again[it]]


def _sentence(beginning: str, parts: Sequence[str]) -> str:
    return f"{beginning}{_and(parts)}." if parts else ""


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _ends(row: StripRow) -> str:
    return {
        RunOutcome.FAILED: f"fails with {row.sqlstate}" if row.sqlstate else "fails",
        RunOutcome.NO_FILE: "has no migration.sql",
    }.get(row.outcome, "is not reached")


def _and(parts: Sequence[str]) -> str:
    return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else "".join(parts)


def _note(drawn: RehearsalStrip) -> str:
    midway = drawn.midway()
    tried = len(drawn.every) - midway[Midway.UNTRIED]
    part = tried - midway[Midway.NOTHING]
    ways = (
        f"{midway[Midway.NO_WAY]:,} without a way back that works" if midway[Midway.NO_WAY] else "each with a way back"
    )
    left = f", and {part:,} can leave a part, {ways}" if part else ", and none leaves a part"
    told = ["The second run is directly after the first; that plain CREATE and ALTER fail then is usual."]
    told += ["Times are those of an almost empty database."]
    left_out = sum(row.left_out > 0 for row in drawn.every)
    leaves = "leaves" if left_out == 1 else "leave"
    told += [f"{plural(left_out, 'migration')} {leaves} something out, in silence."] * bool(left_out)
    told += [f"{plural(tried, 'migration')} {'was' if tried == 1 else 'were'} stopped midway{left}."] * bool(tried)
    if drawn.left_out:
        others = plural(drawn.left_out, "migration")
        told.append(f"A row for what is about to run, stands out or is slowest; {others} without one have a cell.")
    return " ".join(told)


def describe_rehearsal(drawn: RehearsalStrip) -> str:
    """The alternative text: the counts, then what harms when it runs again, what fails, and what has no way back."""
    every = drawn.every
    lists = (
        ("Leaves out what is missing in the end", [row for row in every if row.left_out]),
        ("Makes tables or columns anew", [row for row in every if row.again is Again.REPLACES]),
        ("Changes something", [row for row in every if row.again is Again.CHANGES]),
        ("No way back known", [row for row in every if row.midway is Midway.NO_WAY]),
        ("Fails again", [row for row in every if row.again is Again.FAILS]),
    )
    title, *more = strip_lines(drawn)
    said = " ".join([f"{title}.", *(each for each in more if each)])
    return said + "".join(f" {word}: {_named(rows)}." for word, rows in lists if rows)


def _named(rows: Sequence[StripRow]) -> str:
    more = f" and {len(rows) - _MOST} more" if len(rows) > _MOST else ""
    return "; ".join(f"number {row.position} {row.name}" for row in rows[:_MOST]) + more
