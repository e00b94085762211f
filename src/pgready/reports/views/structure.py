"""The schema at a glance: how much of what is declared is made, how large the tables are, which types they use."""

from collections import Counter

from pgready.figures.completeness import describe_completeness, draw_completeness
from pgready.figures.table_shapes import describe_shapes, draw_shapes
from pgready.figures.type_uses import describe_types, draw_types
from pgready.graph.completeness import Completeness, Presence, Tally, counted, total
from pgready.graph.names import short_names
from pgready.graph.table_shapes import TypeUse, type_uses
from pgready.graph.table_shapes import table_shapes as shapes_of
from pgready.model.groups import UNGROUPED
from pgready.reports.blocks import Banner, Block, Fact, Fold, Line, Prose, Stack, Tile, Tiles, Tone
from pgready.reports.causes import Lacking
from pgready.reports.counterparts import Counterparts, Sides, TableSides, completeness
from pgready.reports.lines import bad, capped, code, count, good, line, listing, muted, open_, place, warn
from pgready.reports.view import View
from pgready.reports.views.drawing import picture
from pgready.verdict import AuditResult

__all__ = ["column_types", "differences", "group_completeness", "schema_size", "schema_standing", "table_shapes"]

_FILES = 5


def schema_standing(audit: AuditResult) -> View:
    """Whether a clean deploy makes what the schema declares, in a few words; that is not the verdict on it."""
    tone, word, reason = _word(completeness(Counterparts(audit)), audit)
    return View(
        Banner(
            tone=tone,
            word=word,
            reason=line(reason),
            facts=(
                Fact(term="Project", line=line(audit.project.name)),
                Fact(term="Declared in", line=listing(audit.project.schema_files, _FILES)),
                Fact(term="Made by", line=line(_made_by(audit))),
                Fact(term="Deployment", line=line(f"{audit.verdict}, see the report deployment_readiness")),
            ),
        )
    )


def _made_by(audit: AuditResult) -> str:
    if audit.rehearsal is None:
        return f"not known: {audit.rehearsal_skipped or 'nothing was rehearsed'}"
    runs = count(len(audit.rehearsal.runs), "migration")
    stopped = "" if audit.rehearsal.complete else ", not all of which were applied"
    return f"{runs} on a throw-away PostgreSQL {audit.rehearsal.server.version}{stopped}"


def _word(found: Completeness, audit: AuditResult) -> tuple[Tone, str, str]:
    pairs = list(zip(found.kinds, found.total, strict=True))
    declared = ", ".join(counted(tally.declared, kind) for kind, tally in pairs if tally.declared)
    if not declared:
        return Tone.OPEN, "NOTHING DECLARED", "The schema declares no table."
    if not found.rehearsed:
        return Tone.OPEN, "NOT KNOWN", f"Declared are {declared}. Nothing was rehearsed, so what is made is not known."
    lost = [f"{tally.missing} of {tally.declared} {kind}" for kind, tally in pairs if tally.missing]
    if found.stops is not None:
        left = f", and leaves out {_and(lost)}" if lost else ""
        return Tone.BAD, "INCOMPLETE", f"The clean deploy stops at {found.stops}{left}."
    if lost:
        return Tone.BAD, "INCOMPLETE", f"A clean deploy leaves out {_and(lost)}."
    other = [text for kind, tally in pairs for text in _others(kind, tally)]
    if other or _enums_differ(audit):
        told = _and(other) or "enums differ"
        return (
            Tone.WARN,
            "COMPLETE, WITH DIFFERENCES",
            f"Every declared table and key is made, but not all alike: {told}.",
        )
    return Tone.GOOD, "COMPLETE", f"A clean deploy makes all that is declared: {declared}."


def _others(kind: str, tally: Tally) -> list[str]:
    told = ((tally.different, "not as declared"), (tally.extra, "declared nowhere"))
    return [f"{counted(number, kind)} {words}" for number, words in told if number]


def _enums_differ(audit: AuditResult) -> bool:
    return any(enum.presence is not Presence.MADE for enum in Counterparts(audit).enums)


def _and(parts: list[str]) -> str:
    return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else "".join(parts)


def schema_size(audit: AuditResult) -> View:
    """The big numbers: what is declared, and of each kind how many are made when that is known."""
    found = Counterparts(audit)
    kinds = completeness(found)
    of = dict(zip(kinds.kinds, kinds.total, strict=True))
    counted = (
        ("tables", of["tables"]),
        ("columns", of["columns"]),
        ("indexes", total((of["unique indexes"], of["other indexes"]))),
        ("foreign keys", of["foreign keys"]),
        ("enums", _count(found.enums)),
    )
    tiles = (_tile(kind, tally, known=kinds.rehearsed, whole=kinds.stops is None) for kind, tally in counted)
    return View(Tiles(tiles=tuple(tiles)))


def _count(sides: tuple[Sides[object], ...]) -> Tally:
    told = Counter(side.presence for side in sides if side.declared is not None)
    return Tally(declared=told.total(), missing=told[Presence.MISSING], different=told[Presence.DIFFERENT])


def _tile(kind: str, tally: Tally, *, known: bool, whole: bool) -> Tile:
    """Of a deploy that stopped nothing is green: what did not run may still change what is made."""
    if not known:
        return Tile(value=f"{tally.declared:,}", label=f"{kind} declared; not rehearsed", tone=Tone.OPEN)
    if not tally.declared:
        return Tile(value="0", label=f"{kind} declared")
    if tally.missing:
        # The whole stands in the label, which may be wrapped: numbers of thousands are wider than a tile.
        made, label = tally.declared - tally.missing, f"of {tally.declared:,} {kind} made{'' if whole else ' so far'}"
        return Tile(value=f"{made:,}", label=label, tone=Tone.BAD)
    label = f"{kind} made" + ("" if whole else " so far")
    label += f", {tally.different} not as declared" if tally.different else ""
    tone = Tone.WARN if tally.different else Tone.GOOD if whole else Tone.OPEN
    return Tile(value=f"{tally.declared:,}", label=label, tone=tone)


def group_completeness(audit: AuditResult) -> View:
    """How complete each group is: tables, columns, keys and indexes made of those declared."""
    found = completeness(Counterparts(audit))
    if not found.groups:
        return View(Prose(lines=(line(open_("Nothing"), " is declared, so there is nothing to count."),)))
    if [group.group for group in found.groups] == [UNGROUPED]:
        hint = line(muted("No group is declared, so all tables stand in one row; "), code("pgready init"))
        drawn = picture(draw_completeness(found), "How complete each group is", describe_completeness(found))
        return View(Stack(body=(drawn, Prose(lines=(line(hint, muted(" writes a first configuration.")),)))))
    return View(picture(draw_completeness(found), "How complete each group is", describe_completeness(found)))


def table_shapes(audit: AuditResult) -> View:
    """How wide the tables are: columns in keys, required and nullable ones, indexes and foreign keys."""
    shapes = shapes_of(audit.declared, Lacking(audit).tables)
    labels = short_names([table.name for table in audit.declared.tables])
    return View(picture(draw_shapes(shapes, labels), "Size and shape of the tables", describe_shapes(shapes, labels)))


def column_types(audit: AuditResult) -> View:
    """Which types the columns have, as a picture, and every type with its first columns, folded."""
    uses = type_uses(audit.declared)
    drawn = picture(draw_types(uses), "Types of the columns", describe_types(uses))
    if not uses:
        return View(drawn)
    table = capped("Every type of a column", ("Type", "#Columns", "For example"), [_type_row(use) for use in uses])
    fold = Fold(summary=line(f"All {count(len(uses), 'type')}"), body=(table,))
    return View(Stack(body=(drawn, fold)))


def _type_row(use: TypeUse) -> tuple[Line, ...]:
    return line(code(use.type)), line(str(use.columns)), listing(use.first)


def differences(audit: AuditResult) -> View:
    """What else is not as declared: columns, keys, indexes and enums that differ, are missing or declared nowhere.

    Missing tables and foreign keys are left to `missing`, which has their causes.
    """
    if audit.rehearsal is None:
        reason = audit.rehearsal_skipped or "nothing was rehearsed"
        return View(Prose(lines=(line(open_("Not known"), f": what differs; {reason}."),)))
    found = Counterparts(audit)
    rows = [row for table in found.tables for row in _rows(table)]
    rows += [_row("enum", enum.name, enum) for enum in found.enums if enum.presence is not Presence.MADE]
    if rows:
        return View(_folded(rows))
    if not audit.rehearsal.complete:
        told = line(open_("No other difference so far"), ": the clean deploy did not run to its end.")
    else:
        told = line(good("No other difference"), ": what is made is as declared, as far as it was compared.")
    return View(Prose(lines=(told,)))


def _folded(rows: list[tuple[Line, ...]]) -> Block:
    heads = ("Kind", "Object", "After a clean deploy", "What differs", "Declared at")
    return Fold(
        summary=line(warn(count(len(rows), "other difference")), muted(" missing, different or not declared")),
        body=(capped("Not as declared", heads, rows),),
        open=len(rows) <= _OPEN,
    )


_OPEN = 12


def _rows(table: TableSides) -> list[tuple[Line, ...]]:
    """Of a table that is missing or extra only that; the missing ones are told elsewhere, with their causes."""
    name = table.name.name
    if table.table.presence is Presence.EXTRA:
        return [_row("table", name, table.table)]
    if table.table.presence is not Presence.MADE:
        return []
    kinds = (
        ("primary key", (table.primary_key,) if table.primary_key is not None else ()),
        ("column", table.columns),
        ("index", table.indexes),
        ("foreign key", table.foreign_keys),
    )
    return [
        _row(kind, f"{name}.{part.name}", part)
        for kind, parts in kinds
        for part in parts
        if part.presence is not Presence.MADE and (kind, part.presence) != ("foreign key", Presence.MISSING)
    ]


def _row(kind: str, name: str, part: Sides[object]) -> tuple[Line, ...]:
    location = getattr(part.declared, "location", None)
    return line(kind), line(code(name)), mark(part.presence), line("; ".join(part.words)), place(location)


def mark(presence: Presence) -> Line:
    """The word for it, with its colour and sign."""
    style = {
        Presence.MADE: good,
        Presence.DIFFERENT: warn,
        Presence.MISSING: bad,
        Presence.EXTRA: warn,
        Presence.UNKNOWN: open_,
    }[presence]
    return line(style(presence.value))
