"""The lock heat map: which migration locks which table, how strongly, and which tables it writes anew."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from pgready.figures.parts import MARGIN, Sample, heading, legend
from pgready.figures.scene import Box, Scene, Shape, Words, render
from pgready.figures.style import COLOURS, FAINT, INK, PANEL, PAPER, QUIET, TOLERATED, WIDEST
from pgready.figures.text import fitted, plural, width_of
from pgready.graph.pages import LinkKind
from pgready.model.locks import LockMode
from pgready.model.names import ObjectRef
from pgready.model.trace import MigrationRun

__all__ = ["LockHeatMap", "describe_locks", "draw_lock_heat_map", "lock_heat_map_scene", "make_lock_heat_map"]

MOST_ROWS, MOST_COLUMNS = 80, 60
_ROW, _WIDEST_CELL = 17, 26
_NUMBER, _NAME, _LEFT = MARGIN + 26, MARGIN + 32, 272
_LONGEST = 130
_SMALL = 10
_NAMED = 6
_LOOKS = (
    (LockMode.ACCESS_EXCLUSIVE, COLOURS[LinkKind.FORBIDDEN], 1.0, "ACCESS EXCLUSIVE: reads and writes wait"),
    (LockMode.SHARE, TOLERATED, 0.75, "SHARE to EXCLUSIVE: writes wait"),
    (LockMode.SHARE_UPDATE_EXCLUSIVE, "#8FBFDF", 0.5, "SHARE UPDATE EXCLUSIVE: nobody waits"),
    (LockMode.ROW_EXCLUSIVE, FAINT, 0.3, "ROW EXCLUSIVE: rows are written"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockHeatMap:
    """Migrations (position, name) in order and tables by name; a cell for each pair with a lock, by their places.

    `rewrites` are the cells whose table is written anew. `quiet` migrations were traced and lock no table that was
    there before them; `untraced` were applied and not traced; `left_out` are rows and columns for which there was no
    room: those that lock least. `stopping` counts the migrations, with and without room, that stop reads, and the
    tables of which; `rewritten` how often a table is written anew.
    """

    rows: tuple[tuple[int, str], ...]
    columns: tuple[str, ...]
    cells: dict[tuple[int, int], LockMode]
    rewrites: frozenset[tuple[int, int]] = frozenset()
    quiet: int = 0
    untraced: int = 0
    left_out: tuple[int, int] = (0, 0)
    stopping: tuple[int, int] = (0, 0)
    rewritten: int = 0


_Cell = tuple[LockMode, bool]


def make_lock_heat_map(runs: Iterable[MigrationRun]) -> LockHeatMap:
    """From the traces; locks that only readers take (ACCESS SHARE, ROW SHARE) are no cells."""
    traced, untraced = [], 0
    for run in runs:
        untraced += run.trace_skipped is not None
        if run.trace:
            traced.append((run.position, run.migration, _cells(run)))
    locking = [each for each in traced if each[2]]
    # Of equals the newer ones: they are the likelier ones to be deployed.
    rows = sorted(sorted(locking, key=lambda each: (-_weight(each[2].values()), -each[0]))[:MOST_ROWS])
    held: dict[str, list[_Cell]] = {}
    for _, _, cells in rows:
        for table, cell in cells.items():
            held.setdefault(table, []).append(cell)
    columns = sorted(sorted(sorted(held), key=lambda table: -_weight(held[table]))[:MOST_COLUMNS])
    # What locks only tables without room would be an empty row.
    rows = [each for each in rows if not each[2].keys().isdisjoint(columns)]
    shown = {
        (row, column): cells[table]
        for row, (_, _, cells) in enumerate(rows)
        for column, table in enumerate(columns)
        if table in cells
    }
    every = {table for _, _, cells in locking for table in cells}
    return LockHeatMap(
        rows=tuple((position, name) for position, name, _ in rows),
        columns=tuple(columns),
        cells={place: mode for place, (mode, _) in shown.items()},
        rewrites=frozenset(place for place, (_, rewritten) in shown.items() if rewritten),
        quiet=len(traced) - len(locking),
        untraced=untraced,
        left_out=(len(locking) - len(rows), len(every) - len(columns)),
        stopping=_stopping([cells for _, _, cells in locking]),
        rewritten=sum(rewritten for _, _, cells in locking for _, rewritten in cells.values()),
    )


def _stopping(locking: Sequence[Mapping[str, _Cell]]) -> tuple[int, int]:
    stopped = [[table for table, (mode, _) in cells.items() if mode.stops_reads] for cells in locking]
    return sum(map(bool, stopped)), len({table for tables in stopped for table in tables})


def _cells(run: MigrationRun) -> dict[str, _Cell]:
    rewritten = {_table(ref) for trace in run.trace for ref in trace.rewrites}
    found: dict[str, _Cell] = {}
    for trace in run.trace:
        for lock in trace.locks:
            table = _table(lock.table)
            if lock.mode >= LockMode.ROW_EXCLUSIVE:
                before = found[table][0] if table in found else lock.mode
                found[table] = max(lock.mode, before), table in rewritten
    return found


def _table(ref: ObjectRef) -> str:
    return ref.name if ref.schema in (None, "public") else f"{ref.schema}.{ref.name}"


def _weight(cells: Iterable[_Cell]) -> int:
    return sum(10 ** (mode - LockMode.ROW_EXCLUSIVE) + rewritten for mode, rewritten in cells)


def draw_lock_heat_map(drawn: LockHeatMap) -> Figure:
    """Migrations from top to bottom, tables from left to right."""
    return render(lock_heat_map_scene(drawn))


def lock_heat_map_scene(drawn: LockHeatMap) -> Scene:
    """The picture as shapes."""
    title, line, note = _lines(drawn)
    shapes, y = heading(title, line, note, WIDEST)
    entries, y = legend(list(_entries(drawn)), WIDEST, y)
    shapes += entries
    tall = max((width_of(_short(name), _SMALL) for name in drawn.columns), default=0.0)
    top = y + 18 + tall
    wide = min(_WIDEST_CELL, (WIDEST - MARGIN - _LEFT) / max(1, len(drawn.columns)))
    shapes += _heads(drawn.columns, top, wide)
    for place, (position, name) in enumerate(drawn.rows):
        shapes += _row(drawn, place, position, name, top + place * _ROW, wide)
    return Scene(width=WIDEST, height=top + len(drawn.rows) * _ROW + MARGIN, shapes=tuple(shapes))


def _short(name: str) -> str:
    return fitted(name, _LONGEST, _SMALL)


def _heads(columns: Sequence[str], top: float, wide: float) -> Iterator[Shape]:
    size = min(_SMALL, wide)
    for place, name in enumerate(columns):
        x = _LEFT + (place + 0.5) * wide
        yield Words(x=x, y=top - 6, text=_short(name), size=size, angle=90, colour=INK)


def _row(  # noqa: PLR0917  # a place and a size
    drawn: LockHeatMap, place: int, position: int, name: str, top: float, wide: float
) -> Iterator[Shape]:
    middle = top + _ROW / 2
    yield Words(x=_NUMBER, y=middle, text=str(position), size=_SMALL, colour=QUIET, align="right")
    yield Words(x=_NAME, y=middle, text=fitted(_bare(name), _LEFT - _NAME - 8, 11), size=11)
    width = len(drawn.columns) * wide
    if place % 2 == 0:
        yield Box(x=_LEFT, y=top, width=width, height=_ROW, fill=PANEL, radius=0, layer=0)
    for column in range(len(drawn.columns)):
        mode = drawn.cells.get((place, column))
        if mode is not None:
            yield from _cell(_LEFT + column * wide, top, wide, mode, rewritten=(place, column) in drawn.rewrites)


def _bare(name: str) -> str:
    """Without the time stamp, which the number stands for."""
    return name[15:] if name[:14].isdigit() and name[14:15] == "_" else name


def _look(mode: LockMode) -> tuple[str, float]:
    """Colour, and the share of the cell's height: the weaker, the flatter, for those who see no colours."""
    return next((colour, share) for least, colour, share, _ in _LOOKS if mode >= least)


def _cell(x: float, top: float, wide: float, mode: LockMode, *, rewritten: bool) -> Iterator[Shape]:
    colour, share = _look(mode)
    high = (_ROW - 2) * share
    yield Box(x=x + 0.5, y=top + (_ROW - high) / 2, width=wide - 1, height=high, fill=colour, radius=1.5)
    if rewritten:
        size = min(7.0, wide - 4)
        left, upper = x + (wide - size) / 2, top + (_ROW - size) / 2
        yield Box(x=left, y=upper, width=size, height=size, fill=INK, edge=PAPER, radius=1, layer=3)


def _entries(drawn: LockHeatMap) -> Iterator[tuple[Sample, str]]:
    there = {_look(mode) for mode in drawn.cells.values()}
    for least, colour, share, words in _LOOKS:
        if (colour, share) in there:
            yield _sample(least, rewritten=False), words
    if drawn.rewrites:
        yield _sample(LockMode.ACCESS_EXCLUSIVE, rewritten=True), "the table is written anew"


def _sample(mode: LockMode, *, rewritten: bool) -> Sample:
    return lambda x, y: tuple(_cell(x, y - _ROW / 2, 20, mode, rewritten=rewritten))


def _lines(drawn: LockHeatMap) -> tuple[str, str, str]:
    """Title, second line and note."""
    strong, tables = drawn.stopping
    title = (
        f"{plural(strong, 'migration')} {'stops' if strong == 1 else 'stop'} reads and writes of "
        f"{plural(tables, 'table')} that {'was' if tables == 1 else 'were'} there before"
        if strong
        else "No migration stops reads of a table that was there before it"
    )
    rewrites = drawn.rewritten
    times = {1: "Once", 2: "Twice"}.get(rewrites, f"{rewrites:,} times")
    line = f"{times} a table is written anew, with its indexes." if rewrites else ""
    return title, line, _note(drawn)


def _note(drawn: LockHeatMap) -> str:
    rows, columns = drawn.left_out
    told = ["The strongest lock of each migration on each table, as the rehearsal saw it."]
    told += [f"{plural(drawn.quiet, 'migration')} without a lock on an older table left out."] * bool(drawn.quiet)
    told += [f"{plural(drawn.untraced, 'migration')} not traced."] * bool(drawn.untraced)
    more = [plural(number, noun) for number, noun in ((rows, "migration"), (columns, "table")) if number]
    told += [f"Those that lock most; no room for {' and '.join(more)} more."] * bool(more)
    return " ".join(told)


def describe_locks(drawn: LockHeatMap) -> str:
    """The alternative text: the counts, and the migrations that stop reads with their tables."""
    by_row: dict[int, list[str]] = {}
    for (row, column), mode in sorted(drawn.cells.items()):
        if mode.stops_reads:
            again = " (written anew)" if (row, column) in drawn.rewrites else ""
            by_row.setdefault(row, []).append(f"{drawn.columns[column]}{again}")
    rows = [f"number {drawn.rows[row][0]} {drawn.rows[row][1]}: {_some(tables)}" for row, tables in by_row.items()]
    told = f" ACCESS EXCLUSIVE: {_some(rows, '; ')}." if rows else ""
    return f"{'. '.join(each.rstrip('.') for each in _lines(drawn) if each)}.{told}"


def _some(words: Sequence[str], between: str = ", ") -> str:
    more = f"{between}and {len(words) - _NAMED} more" if len(words) > _NAMED else ""
    return between.join(words[:_NAMED]) + more
