"""Two schemas' isolation side by side, and "what if": a question to the schema that was audited."""

from collections.abc import Iterable, Mapping

from pgready.figures.describe import describe_group_matrix
from pgready.figures.group_matrix import draw_group_matrix
from pgready.graph.asked import asked_moves, asked_names
from pgready.graph.comparison.studies import compare_studies
from pgready.graph.comparison.values import GroupChange, GroupNumbers, IsolationChange, Weight
from pgready.graph.matrix import group_matrix
from pgready.graph.study import Study, study_of
from pgready.graph.what_if import what_if as changed
from pgready.model.names import QualifiedName
from pgready.reports.blocks import Banner, Block, Fact, Fold, Line, Part, Picture, Prose, Stack, Table
from pgready.reports.comparison import SECTIONS, TONES, Remark, compared, remarks, share
from pgready.reports.lines import NOTHING, capped, code, count, line, muted, strong
from pgready.reports.view import View
from pgready.reports.views.drawing import picture
from pgready.verdict import AuditResult

__all__ = ["comparison", "what_if"]

_OPEN = (Weight.WORSE, Weight.MIXED, Weight.LOOSENED, Weight.UNSURE, Weight.BETTER)
_NO_MOVES: Mapping[str, str] = {}
_NAMED = 3
_EDGE = "Order.userId->User"


def comparison(change: IsolationChange) -> View:
    """The word and its reason; what got worse, was loosened, is unsure, got better; the groups in numbers."""
    return View(Stack(body=_compared(change)))


def _compared(change: IsolationChange) -> tuple[Block, ...]:
    by_weight: dict[Weight, list[Remark]] = {}
    for it in remarks(change):
        by_weight.setdefault(it.weight, []).append(it)
    told = by_weight.get(Weight.NEUTRAL, [])
    fold = Fold(
        summary=line(f"{count(len(told), 'more change')} ", muted("neither better nor worse")),
        body=(_table(Weight.NEUTRAL, told),),
    )
    return (
        _banner(change),
        *(_table(weight, by_weight[weight]) for weight in _OPEN if weight in by_weight),
        *((fold,) if told else ()),
        _numbers(change),
    )


def _banner(change: IsolationChange) -> Banner:
    before, after = change.coverage_before.total, change.coverage_after.total
    shares = f"{share(before.keyed, len(before.unkeyed))} before, {share(after.keyed, len(after.unkeyed))} after"
    return Banner(
        tone=TONES[change.direction],
        word=change.direction.value.upper(),
        reason=line(change.reason),
        facts=(
            Fact(term="Compared", line=line(compared(change))),
            Fact(term="References with a foreign key", line=line(shares)),
        ),
    )


def _table(weight: Weight, found: list[Remark]) -> Table:
    return capped(SECTIONS[weight], ("What", "What became of it"), [(it.what, it.said) for it in found])


def _numbers(change: IsolationChange) -> Block:
    """The groups whose numbers changed, the others folded away."""
    heads = ("Group", "#Tables", "#Keys inside", "#Out", "#In", "#Keyed columns", "#Unkeyed")
    moved = [_row(it) for it in change.groups if it.before != it.after]
    still = [_row(it) for it in change.groups if it.before == it.after]
    rest = Fold(
        summary=line(count(len(still), "group"), " ", muted("with the numbers as before")),
        body=(capped("Groups with the same numbers", heads, still),),
    )
    if not moved:
        return rest if still else Prose(lines=(line("There are no groups."),))
    table = capped("The groups in numbers, before \N{RIGHTWARDS ARROW} after", heads, moved)
    return Stack(body=(table, rest)) if still else table


def _row(group: GroupChange) -> tuple[Line, ...]:
    cells = [
        _change(_of(group.before, field), _of(group.after, field))
        for field in ("tables", "inside", "out", "incoming", "keyed", "unkeyed")
    ]
    return (line(group.name), *cells)


def _of(numbers: GroupNumbers | None, field: str) -> int | None:
    found: int | None = getattr(numbers, field, None)
    return found


def _change(before: int | None, after: int | None) -> Line:
    if before == after:
        return line(str(before))
    shown = [line(NOTHING) if it is None else line(str(it)) for it in (before, after)]
    return line(shown[0], " \N{RIGHTWARDS ARROW} ", strong(str(after)) if after is not None else shown[1])


def what_if(
    audit: AuditResult,
    *,
    move: Mapping[str, str] = _NO_MOVES,
    key: Iterable[str] = (),
    drop: Iterable[str] = (),
) -> View:
    """The comparison of the audited schema with a changed one, and the group matrix before and after.

    The arguments are those of `pgready.graph.what_if`; with none of them the view says how to ask. Raises ConfigError.
    """
    move, keys, dropped = asked_moves(move), asked_names("key", key, _EDGE), asked_names("drop", drop, _EDGE)
    if not move and not keys and not dropped:
        return View(Prose(lines=_HOW_TO_ASK))
    before = study_of(audit)
    after = changed(before, move=move, key=keys, drop=dropped)
    pictures = (_matrix(before, "before"), _matrix(after, "after"))
    body = (*_compared(compare_studies(before, after, regrouping_meant=True)), *pictures)
    return View(Part(title=line(_question(move, keys, dropped)), body=body))


_HOW_TO_ASK = (
    line("Nothing is asked. ", strong("What if"), " changes a copy of the schema and judges it again:"),
    line(code('move={"BrandProfile": "Auth"}'), " puts tables into other groups,"),
    line(code('key=["Order.customerId->Customer"]'), " declares keys,"),
    line(code('drop=["Order.userId->User"]'), " drops them. Names are those of pgready.toml."),
)


def _question(move: Mapping[str, str], key: tuple[str, ...], drop: tuple[str, ...]) -> str:
    """`What if BrandProfile moved to Auth and Order.userId->User were dropped?`."""
    targets: dict[str, list[str]] = {}
    for table, group in move.items():
        targets.setdefault(group, []).append(table)
    parts = [f"{_few(tables)} moved to {group}" for group, tables in targets.items()]
    parts += [f"{_few(found)} {done}" for found, done in ((key, "got a key"), (drop, "lost the key")) if found]
    return f"What if {' and '.join(parts)}?"


def _few(names: Iterable[str]) -> str:
    found = list(names)
    shown = ", ".join(found[:_NAMED])
    return shown if len(found) <= _NAMED else f"{shown} and {len(found) - _NAMED} more"


def _matrix(study: Study, when: str) -> Picture:
    matrix = group_matrix(
        study.grouping,
        study.isolation.keys,
        study.isolation.crossings,
        missing_tables=_missing(study),
        unkeyed=study.unkeyed,
    )
    return picture(draw_group_matrix(matrix), f"Keys between the groups, {when}", describe_group_matrix(matrix))


def _missing(study: Study) -> tuple[QualifiedName, ...] | None:
    made = study.rehearsed
    return None if made is None else tuple(it.name for it in study.declared.tables if made.table(it.name) is None)
