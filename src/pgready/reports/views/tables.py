"""Every table on its own page: columns, keys and indexes, each with its line in the schema and its migration."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from pgready.checks.drift.indexes import words_of
from pgready.errors import ConfigError
from pgready.graph.asked import asked_names
from pgready.graph.completeness import Presence
from pgready.graph.names import short_names
from pgready.model.groups import UNGROUPED
from pgready.model.location import Location
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, ForeignKey, Index, PrimaryKey, ReferentialAction
from pgready.reports.blocks import Block, Bullets, Fact, Facts, Fold, Line, Part, Prose, Stack, Table
from pgready.reports.causes import Cause, Lacking
from pgready.reports.counterparts import Counterparts, Sides, TableSides
from pgready.reports.lines import bad, capped, code, count, line, listing, muted, open_, place, strong, warn
from pgready.reports.view import View
from pgready.reports.views.inventory import why, why_table
from pgready.reports.views.structure import mark
from pgready.reports.visible import shorten
from pgready.verdict import AuditResult

__all__ = ["tables"]

_MOST_LINES = 2500
_KEYS_IN = 20
_DEFAULT, _COMMENT = 60, 300


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the pages of all tables have in common. `keys` are the causes of missing keys."""

    audit: AuditResult
    lacking: Lacking
    keys: dict[ForeignKey, Cause]
    labels: dict[QualifiedName, str]


def tables(audit: AuditResult, groups: Collection[str] = (), tables: Collection[str] = ()) -> View:
    """The page of each table, folded by group; of `groups`, or of these `tables` (or models), unfolded.

    What is not as declared comes before what is when it gets too much; the rest is then listed. Raises ConfigError for
    a group or a table that is none.
    """
    every = Counterparts(audit).tables
    chosen = _asked(every, asked_names("tables", tables, "User"), audit)
    within = _of_groups(every, asked_names("groups", groups, "Auth"), audit)
    known = _known(audit, every)
    if tables:
        return View(Stack(body=tuple(Part(title=_title(it, known), body=_page(it, known)) for it in chosen)))
    if not within:
        return View(Prose(lines=(line(open_("No table"), " is declared, and none is made."),)))
    shown = _affordable(within)
    folds = [_group(name, members, shown, known) for name, members in _by_group(within)]
    return View(Stack(body=(*folds, *_migrations(audit))))


def _migrations(audit: AuditResult) -> tuple[Block, ...]:
    """Which migration has which number."""
    rows = [(line(str(it.position)), line(code(it.name))) for it in audit.migrations]
    if not rows or audit.rehearsal is None:
        return ()
    return (
        Fold(summary=line(muted("Numbers of the migrations")), body=(capped("Migrations", ("#No.", "Name"), rows),)),
    )


def _known(audit: AuditResult, every: Sequence[TableSides]) -> _Known:
    lacking = Lacking(audit)
    return _Known(
        audit=audit,
        lacking=lacking,
        keys=dict(lacking.keys),
        labels=dict(short_names([it.name for it in every])),
    )


def _asked(every: Sequence[TableSides], names: Sequence[str], audit: AuditResult) -> list[TableSides]:
    found = []
    for name in dict.fromkeys(names):
        mine = [it for it in every if name in _names(it)]
        if not mine:
            near = get_close_matches(name, sorted({own for it in every for own in _names(it)}), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ConfigError(f"there is no table {name!r} in {audit.project.name}{hint}")
        found += mine
    return list(dict.fromkeys(found))


def _names(table: TableSides) -> tuple[str, ...]:
    model = table.table.declared.model if table.table.declared is not None else None
    return (table.name.name, str(table.name), *((model,) if model else ()))


def _of_groups(every: Sequence[TableSides], groups: Sequence[str], audit: AuditResult) -> list[TableSides]:
    known = [*(group.name for group in audit.grouping.groups), *({it.group for it in every} & {UNGROUPED})]
    for name in groups:
        if name not in known:
            raise ConfigError(f"there is no group {name!r}; the groups are {', '.join(map(repr, known)) or 'none'}")
    return [it for it in every if not groups or it.group in groups]


def _affordable(tables: Sequence[TableSides]) -> frozenset[QualifiedName]:
    """The tables whose pages a report can carry: those that are not as declared first."""
    shown: set[QualifiedName] = set()
    lines = 0
    for table in sorted(tables, key=lambda it: it.presence in (Presence.MADE, Presence.UNKNOWN)):
        lines += len(table.columns) + len(table.indexes) + len(table.foreign_keys) + min(len(table.incoming), _KEYS_IN)
        if shown and lines > _MOST_LINES:
            break
        shown.add(table.name)
    return frozenset(shown)


def _by_group(tables: Iterable[TableSides]) -> Iterable[tuple[str, list[TableSides]]]:
    found: dict[str, list[TableSides]] = {}
    for table in tables:
        found.setdefault(table.group, []).append(table)
    return found.items()


def _group(name: str, members: Sequence[TableSides], shown: frozenset[QualifiedName], known: _Known) -> Fold:
    pages = [Fold(summary=_title(it, known), body=_page(it, known)) for it in members if it.name in shown]
    rest = [it for it in members if it.name not in shown]
    lost = sum(it.table.presence is Presence.MISSING for it in members)
    other = sum(it.presence in (Presence.DIFFERENT, Presence.EXTRA) for it in members)
    told = ((lost, bad(f"{lost} missing")), (other, warn(f"{other} not as declared")))
    marks = (line(" ", it) for number, it in told if number)
    return Fold(
        summary=line(name, " ", muted(count(len(members), "table")), *marks),
        body=(*pages, *((_rest(name, rest, known),) if rest else ())),
    )


def _rest(group: str, tables: Sequence[TableSides], known: _Known) -> Block:
    """Those whose page has no room here."""
    rows = [
        (
            line(code(known.labels[it.name])),
            line(str(len(it.columns))),
            line(str(len(it.foreign_keys))),
            mark(it.presence),
        )
        for it in tables
    ]
    caption = f"{group}, without their columns here; the parameter tables shows them"
    return capped(caption, ("Table", "#Columns", "#Keys out", "After a clean deploy"), rows, _REST)


_REST = 40


def _title(table: TableSides, known: _Known) -> Line:
    sizes = [count(len(table.columns), "column")]
    sizes += [f"{count(len(table.foreign_keys), 'key')} out"] * bool(table.foreign_keys)
    sizes += [f"{len(table.incoming)} in"] * bool(table.incoming)
    model = table.table.shown.model
    other = f"model {model}, " if model is not None and model != table.name.name else ""
    differing = line(" ", warn(f"{table.differing} not as declared")) if table.differing else ()
    state = () if table.table.presence is Presence.MADE else line(" ", mark(table.table.presence))
    return line(code(known.labels[table.name]), " ", muted(other + ", ".join(sizes)), state, differing)


def _page(table: TableSides, known: _Known) -> tuple[Block, ...]:
    return (
        _facts(table, known),
        _columns(table, known),
        *_bullets("Indexes", [_index(it, table, known) for it in table.indexes]),
        *_bullets("Refers to", [_key_out(it, table, known) for it in table.foreign_keys]),
        *_bullets("Referred to by", [_key_in(it, known) for it in table.incoming], _KEYS_IN),
    )


def _bullets(title: str, items: Sequence[Line], limit: int = 200) -> tuple[Block, ...]:
    if not items:
        return ()
    more = max(0, len(items) - limit)
    return Prose(lines=(line(strong(title)),)), Bullets(items=tuple(items[:limit]), more=more)


def _facts(table: TableSides, known: _Known) -> Facts:
    declared, shown = table.table.declared, table.table.shown
    key = table.primary_key
    told = [
        ("Declared", place(declared.location) if declared is not None else line(warn("by no model"))),
        ("Made", _made(table, known)),
        ("Primary key", _key_columns(key, table) if key is not None else line(muted("none"))),
    ]
    told += [("Partition of", line(code(shown.partition_of)))] * (shown.partition_of is not None)
    told += [("Comment", line(shorten(shown.comment or "", _COMMENT)))] * bool(shown.comment)
    return Facts(facts=tuple(Fact(term=term, line=text) for term, text in told))


def _key_columns(key: Sides[PrimaryKey], table: TableSides) -> Line:
    return line(listing(key.shown.columns), _deviation(key) if table.table.presence is Presence.MADE else "")


def _made(table: TableSides, known: _Known) -> Line:
    match table.table.presence:
        case Presence.UNKNOWN:
            return line(open_("not rehearsed"))
        case Presence.MISSING:
            why_not = why_table(table.name, known.lacking) if table.name in known.lacking.tables else ()
            return line(bad("missing"), *((": ", why_not) if why_not else ()))
    maker = table.table.maker
    later = sorted({run.position for part in table.parts if (run := part.maker) is not None and run != maker})
    also = line("; more in ", ", ".join(map(str, later))) if later else ()
    return (
        line("by ", f"{maker.position} ", code(maker.migration), also)
        if maker is not None
        else line("before the first")
    )


def _columns(table: TableSides, known: _Known) -> Table:
    """Without the columns of this table in which nothing would stand."""
    there = table.table.presence not in (Presence.MISSING, Presence.UNKNOWN)
    rows = [_column(it, table) for it in table.columns]
    kept = [
        place
        for place, head in enumerate(_HEADS)
        if (there or head != "Made by") and (place == 0 or any(row[place] for row in rows))
    ]
    shown = [tuple(row[place] for place in kept) for row in rows]
    return capped(f"Columns of {known.labels[table.name]}", [_HEADS[place] for place in kept], shown)


_HEADS = ("Column", "Type", "NULL", "Default", "Key", "#Line", "Made by")


def _column(part: Sides[Column], table: TableSides) -> tuple[Line, ...]:
    column = part.shown
    default = ("serial" if column.autoincrement else column.default) or ""
    return (
        line(code(part.name)),
        line(code(column.type)),
        line(muted("NOT NULL") if column.not_null else "NULL"),
        line(code(shorten(default, _DEFAULT))) if default else line("some" if column.any_default else ""),
        _roles(part.name, table),
        line(_line_of(column.location, table)),
        _maker(part),
    )


def _roles(name: str, table: TableSides) -> Line:
    """`PK`, `FK` and `U` (alone unique), as diagrams mark them."""
    primary = table.primary_key.shown.columns if table.primary_key is not None else ()
    marks = ["PK"] * (name in primary)
    marks += ["FK"] * any(name in key.shown.columns for key in table.foreign_keys)
    marks += ["U"] * any(it.shown.unique and it.shown.columns == (name,) for it in table.indexes)
    return line(strong(" ".join(marks))) if marks else ()


def _line_of(location: Location | None, table: TableSides) -> str:
    """Only the line where it stands in the file of its table."""
    if location is None:
        return ""
    own = table.table.shown.location
    return str(location.line) if own is not None and own.file == location.file and location.line else str(location)


def _maker(part: Sides[Column]) -> Line:
    deviation = _deviation(part)
    if deviation:
        return deviation
    return line(str(part.maker.position)) if part.maker is not None else ()


def _deviation(part: Sides[object]) -> Line:
    """How it is not as declared; what Prisma passes over is told without a mark."""
    words = "; ".join(part.words)
    if part.presence is Presence.MADE:
        return line(muted(f" {words}")) if words else ()
    return line(" ", mark(part.presence), f" {words}" if words else "")


def _evidence(part: Sides[object], table: TableSides, known: _Known) -> Line:
    """`line 12, made by 3`, and how it differs."""
    location = _line_of(getattr(part.declared, "location", None), table)
    told = [f"line {location}"] * bool(location)
    told += [f"made by {part.maker.position}"] if part.maker is not None and part.made is not None else []
    deviation = _deviation(part) if known.audit.rehearsal is not None and table.table.presence is Presence.MADE else ()
    return line(muted(f" {', '.join(told)}" if told else ""), deviation)


def _index(part: Sides[Index], table: TableSides, known: _Known) -> Line:
    words = words_of(part.shown).removesuffix(" using btree")
    return line(code(part.name), f" {words}", _evidence(part, table, known))


def _key_out(part: Sides[ForeignKey], table: TableSides, known: _Known) -> Line:
    key = part.shown
    target = f"{_label(key.referenced_table, known)}({', '.join(key.referenced_columns)})"
    cause = known.keys.get(key) if part.presence is Presence.MISSING and table.table.presence is Presence.MADE else None
    because = line(": ", why(cause)) if cause is not None else ()
    return line(
        listing(key.columns),
        " to ",
        code(target),
        _actions(key),
        " ",
        muted(part.name),
        _evidence(part, table, known),
        because,
    )


def _key_in(part: Sides[ForeignKey], known: _Known) -> Line:
    key = part.shown
    own = f"{_label(key.table, known)}({', '.join(key.columns)})"
    state = line(" ", mark(part.presence)) if part.presence is Presence.MISSING else ()
    return line(code(own), _actions(key), state)


def _label(name: QualifiedName, known: _Known) -> str:
    return known.labels.get(name, str(name))


def _actions(key: ForeignKey) -> str:
    """What happens to it when the referenced row goes or changes; updates only where they are no cascade."""
    update = "" if key.on_update is ReferentialAction.CASCADE else f", ON UPDATE {key.on_update}"
    return f" ON DELETE {key.on_delete}{update}"
