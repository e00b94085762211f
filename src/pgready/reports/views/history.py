"""What the migrations did, one after the other and object by object."""

from difflib import get_close_matches

from pgready.errors import ConfigError
from pgready.figures.describe_timeline import describe_timeline
from pgready.figures.lock_heat_map import describe_locks, draw_lock_heat_map, make_lock_heat_map
from pgready.figures.timeline import draw_timeline
from pgready.findings import Finding
from pgready.history.timeline import Late, Mark, make_timeline
from pgready.model.effects import Action
from pgready.model.history import Certainty
from pgready.model.lives import Deed, Life
from pgready.reports.blocks import Fold, Line, Part, Prose, Stack, Table
from pgready.reports.lines import NOTHING, bad, capped, code, count, good, line, listing, muted, open_, place, warn
from pgready.reports.view import View
from pgready.reports.views.drawing import picture
from pgready.verdict import AuditResult

__all__ = ["biographies", "lock_heat_map", "timeline"]

_WORDS = {
    Action.CREATES: "makes",
    Action.DROPS: "drops",
    Action.RENAMES: "renames",
    Action.ALTERS: "changes",
    Action.WRITES: "writes rows of",
}
_STATES = {True: good("there at the end"), False: muted("gone at the end"), None: open_("unclear at the end")}
_NUMBERS = 12


def timeline(audit: AuditResult) -> View:
    """One row per migration: what it made, dropped and left out, what was found in it, and what came too late."""
    drawn = make_timeline(audit.migrations, audit.lives, _marks(audit), _late(audit), audit.deployment)
    return View(picture(draw_timeline(drawn), "Timeline of the migrations", describe_timeline(drawn)))


def lock_heat_map(audit: AuditResult) -> View:
    """Which migration locks which table that was there before it, as the rehearsal saw it."""
    drawn = make_lock_heat_map(audit.rehearsal.runs if audit.rehearsal is not None else ())
    if not drawn.cells:
        reason = f"{count(drawn.quiet, 'migration')} traced" if drawn.quiet else "nothing was traced"
        return View(Prose(lines=(line("No lock on a table that was there before its migration: ", reason, "."),)))
    return View(picture(draw_lock_heat_map(drawn), "Locks of the migrations", describe_locks(drawn)))


def _marks(audit: AuditResult) -> dict[str, Mark]:
    """Migration -> its worst open finding in it; what only describes the history is none."""
    by_file = {record.file: record.name for record in audit.migrations}
    found: dict[str, list[Finding]] = {}
    for finding in audit.findings:
        told = finding.suppressed is None and not finding.described
        if told and finding.location is not None and finding.location.file in by_file:
            found.setdefault(by_file[finding.location.file], []).append(finding)
    return {
        name: Mark(severity=max(it.severity for it in held), rules=tuple(sorted({it.rule for it in held})))
        for name, held in found.items()
    }


def _late(audit: AuditResult) -> list[Late]:
    """What a guard asked for, or a statement needs, and a later migration makes."""
    skipped = [
        Late(migration=skip.migration, made_by=skip.made_by, what=skip.asked_for.name)
        for skip in audit.skips
        if skip.made_by is not None and not skip.exists_at_end
    ]
    needed = [
        Late(migration=it.migration, made_by=it.made_by, what=it.needed.name)
        for it in audit.misplaced
        if it.made_by is not None
    ]
    return [*skipped, *needed]


def biographies(audit: AuditResult, *names: str) -> View:
    """Who made and changed each object of these names (a table, its model, a type), or every one in a table.

    Below the table, folded: what more than one migration touches, and what is not simply made and there.

    Raises ConfigError for a name that no object ever had.
    """
    chosen = [_named(audit, name) for name in names] if names else [list(audit.lives)]
    lives = list(dict.fromkeys(life for found in chosen for life in found))
    if not lives:
        return View(Prose(lines=(line(open_("Nothing"), " that the migrations do can be read."),)))
    if names:
        return View(Stack(body=tuple(Part(title=_title(life), body=(_table(life),)) for life in lives)))
    rows = [_summed(life) for life in lives]
    heads = ("Object", "Made by", "Changed by", "In the end")
    told = tuple(Fold(summary=_title(life), body=(_table(life),)) for life in lives if _is_a_story(life))
    return View(Stack(body=(capped("Every object of the migrations", heads, rows), *told)))


def _is_a_story(life: Life) -> bool:
    """Whether there is more to tell than that one migration makes it."""
    doubts = any(deed.certainty is not Certainty.HAPPENS for deed in life.deeds)
    return doubts or life.alive is not True or len({deed.migration for deed in life.deeds}) > 1


def _summed(life: Life) -> tuple[Line, ...]:
    made = [deed for deed in life.deeds if deed.action is Action.CREATES and str(deed.object) in life.names]
    first = next((deed for deed in made if deed.certainty is Certainty.HAPPENS), made[0] if made else None)
    maker = first.migration if first is not None else None
    later = {deed.position: deed.migration for deed in life.deeds if deed.migration != maker}
    numbers = listing((str(position) for position in later), _NUMBERS) if later else line(NOTHING)
    return (
        line(f"{life.kind.value} ", code(life.object)),
        line(f"{first.position} ", code(first.migration), _doubt(first)) if first is not None else line(NOTHING),
        numbers,
        line(_STATES[life.alive]),
    )


def _named(audit: AuditResult, name: str) -> list[Life]:
    tables = {table.model: str(table.name) for table in audit.declared.tables if table.model}
    wanted = {name, tables.get(name, name)}
    found = [life for life in audit.lives if any(wanted & {it, it.partition(".")[2]} for it in life.names)]
    if found:
        return found
    known = sorted({it.partition(".")[2] or it for life in audit.lives for it in life.names} | tables.keys())
    near = get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ConfigError(f"no migration makes or changes anything called {name!r}{hint}")


def _title(life: Life) -> Line:
    earlier = [name for name in life.names if name != str(life.object)]
    told = line(", earlier ", code(", ".join(earlier))) if earlier else ()
    deeds = count(len({deed.migration for deed in life.deeds}), "migration")
    return line(f"{life.kind.value} ", code(life.object), told, " ", _STATES[life.alive], " ", muted(deeds))


def _table(life: Life) -> Table:
    rows = [_deed(deed, life) for deed in life.deeds]
    return capped(f"What the migrations do to {life.object}", ("#No.", "Migration", "What it does", "Place"), rows)


def _doubt(deed: Deed) -> Line:
    return {
        Certainty.HAPPENS: (),
        Certainty.SKIPPED: line(" ", bad("left out by a guard")),
        Certainty.MAYBE: line(" ", warn("may be left out")),
    }[deed.certainty]


def _deed(deed: Deed, life: Life) -> tuple[Line, ...]:
    what = line() if deed.object == life.object else line(f" {deed.object.kind.value} ", code(deed.object.name))
    new = line(" to ", code(deed.new_name)) if deed.new_name else ()
    detail = line(" ", muted(deed.detail)) if deed.detail else ()
    word = _WORDS.get(deed.action, deed.action.value)
    shown = line(word, what or line(f" the {deed.object.kind.value}"), new, detail, _doubt(deed))
    return (line(str(deed.position)), line(code(deed.migration)), shown, place(deed.location) or line(NOTHING))
