"""Whose rows a query gives, through joins, subqueries and WITH, and why it may leave some out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from pgready.model.facts import RowSource
from pgready.model.names import ObjectKind
from pgready.sources.sql.kept_columns import kept_columns
from pgready.sources.sql.parse import Node
from pgready.sources.sql.reach import is_always_false, is_always_true, reach_of
from pgready.sources.sql.scope import Scope
from pgready.sources.sql.tree import constant, find, kind_of, name_parts, unwrap

__all__ = ["columns_read", "row_sources"]

_DEEPEST = 20
# Columns without a table times tables: each column may be that of each table. Beyond it none counts as carried along.
_MOST_GUESSES = 100_000
# `SELECT DISTINCT proname FROM pg_proc WHERE prokind = 'a'` in pg_catalog of PostgreSQL 18.
_AGGREGATES = frozenset(
    """
    any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp cume_dist dense_rank
    every json_agg json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique
    json_object_agg_unique_strict jsonb_agg jsonb_agg_strict jsonb_object_agg jsonb_object_agg_strict
    jsonb_object_agg_unique jsonb_object_agg_unique_strict max min mode percent_rank percentile_cont percentile_disc
    range_agg range_intersect_agg rank regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx
    regr_sxy regr_syy stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance xmlagg
    """.split()  # noqa: SIM905 - readable as text, not as 60 lines
)
# Those that give no row for an empty list or a text that does not match.
_SETS = frozenset(
    """
    generate_series generate_subscripts json_array_elements json_array_elements_text json_each json_each_text
    json_object_keys jsonb_array_elements jsonb_array_elements_text jsonb_each jsonb_each_text jsonb_object_keys
    jsonb_path_query regexp_matches regexp_split_to_table string_to_table unnest
    """.split()  # noqa: SIM905 - readable as text
)
_CALLS = frozenset({"FuncCall", "JsonArrayAgg", "JsonObjectAgg"})
_COLUMNS = frozenset({"ColumnRef"})
_JOINED = "a join"


@dataclass(frozen=True, slots=True)
class _Read:
    """What one name of FROM stands for: rows of relations, with the column of them that each of its columns is.

    `names` maps a column of the alias to those read; None stands for all, each by its own name. `converted` are those
    of them, by both names, whose values need not be kept.
    """

    source: RowSource
    names: Mapping[str, frozenset[str]] | None = None
    converted: frozenset[tuple[str | None, str]] = frozenset()


Reads = dict[str, list[_Read]]
Queries = Mapping[str, Node]
_Pair = tuple[str | None, str]
_Pairs = list[_Pair]


def row_sources(
    query: Node, written: list[str | None], scope: Scope, *, around: Node | None = None
) -> tuple[RowSource, ...]:
    """The relations whose rows a SelectStmt gives; `written` are the columns that its values go to, in order.

    `around` is the WITH clause of the statement that it is part of.
    """
    return tuple(_select(query, written, scope, _queries(around, {}), 0))


def _queries(clause: Node | None, known: Queries) -> Queries:
    own = (each.get("CommonTableExpr", {}) for each in (clause or {}).get("ctes", []))
    return {**known, **{each.get("ctename", ""): each for each in own}} if clause else known


def _select(query: Node, written: list[str | None], scope: Scope, queries: Queries, depth: int) -> Iterator[RowSource]:
    if depth >= _DEEPEST:
        return
    queries = _queries(query.get("withClause"), queries)
    outer = tuple(_cuts(query))
    if "larg" in query:
        operation = query.get("op", "SETOP_NONE").removeprefix("SETOP_")
        distinct = "UNION without ALL" if operation == "UNION" else operation
        words = () if operation == "UNION" and query.get("all") else (distinct,)
        sides = ["larg", "rarg"] if operation == "UNION" else ["larg"]
        for side in sides:
            for each in _select(query.get(side, {}), written, scope, queries, depth + 1):
                yield replace(each, left_out=(*each.left_out, *words, *outer))
        return
    reads = _from(query.get("fromClause", []), scope, queries, depth)
    yield from _plain(query, written, reads, outer, scope)


def _cuts(query: Node) -> Iterator[str]:
    """What of a query, besides its condition and its joins, leaves rows out or makes one of several."""
    if "distinctClause" in query:
        yield "DISTINCT"
    if "groupClause" in query:
        yield "GROUP BY"
    if "havingClause" in query:
        yield "HAVING"
    if "limitCount" in query and not query["limitCount"].get("A_Const", {}).get("isnull"):
        yield "LIMIT"
    if "limitOffset" in query and constant(query["limitOffset"]) != 0:
        yield "OFFSET"
    names = _called(query.get("targetList", []))
    if "groupClause" not in query and names & _AGGREGATES:
        yield "an aggregate function"
    if names & _SETS:
        yield "a set-returning function"


def _called(targets: list[Node]) -> set[str]:
    """The functions of a list of values, without windows and subqueries."""
    found: set[str] = set()
    waiting: list[object] = list(targets)
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict) and "SubLink" not in node:
            for kind in _CALLS & set(node):
                if "over" not in node[kind] and "over" not in node[kind].get("constructor", {}):
                    found.add((name_parts(node[kind].get("funcname")) or ["array_agg"])[-1])
            waiting.extend(value for value in node.values() if isinstance(value, dict | list))
    return found


def _from(items: list[Node], scope: Scope, queries: Queries, depth: int) -> Reads:
    reads: Reads = {}
    for item in items:
        for alias, found in _item(item, scope, queries, depth).items():
            reads[alias] = [_less(each, _JOINED) for each in found] if len(items) > 1 else found
    return reads


def _less(read: _Read, *words: str) -> _Read:
    return replace(read, source=replace(read.source, left_out=(*read.source.left_out, *words)))


def _item(  # noqa: PLR0911 - one for each kind of item
    item: Node, scope: Scope, queries: Queries, depth: int
) -> Reads:
    """One item of FROM, with its joins."""
    kind, fields = kind_of(item), unwrap(item)
    alias = fields.get("alias", {}).get("aliasname")
    if depth >= _DEEPEST:
        return {}
    match kind:
        case "JoinExpr":
            return _join(fields, scope, queries, depth + 1)
        case "RangeTableSample":
            inner = _item(fields.get("relation", {}), scope, queries, depth + 1)
            return {name: [_less(each, "TABLESAMPLE") for each in found] for name, found in inner.items()}
        case "RangeSubselect":
            return {
                alias or "": list(_nested(fields.get("subquery", {}), fields.get("alias", {}), scope, queries, depth))
            }
        case "RangeVar":
            name = fields.get("relname", "")
            if name in queries and "schemaname" not in fields:
                others = {key: value for key, value in queries.items() if key != name}
                common = queries[name]
                named = {"colnames": common.get("aliascolnames", [])}
                return {alias or name: list(_nested(common.get("ctequery", {}), named, scope, others, depth))}
            return {alias or name: [_Read(RowSource(relation=scope.relation(fields, ObjectKind.RELATION)))]}
    return {}


def _join(fields: Node, scope: Scope, queries: Queries, depth: int) -> Reads:
    """An outer join keeps the rows of its side; an inner one only those that have a partner."""
    kind = fields.get("jointype", "JOIN_INNER")
    kept = {"JOIN_LEFT": ("larg",), "JOIN_RIGHT": ("rarg",), "JOIN_FULL": ("larg", "rarg")}.get(kind, ())
    reads: Reads = {}
    for side in ("larg", "rarg"):
        words = () if side in kept else ("an inner join" if kind == "JOIN_INNER" else "an outer join",)
        for name, found in _item(fields.get(side, {}), scope, queries, depth).items():
            reads[name] = [_less(each, *words) for each in found]
    return reads


def _nested(query: Node, alias: Node, scope: Scope, queries: Queries, depth: int) -> Iterator[_Read]:
    """A subquery or a query of WITH; also the rows that a DELETE there returns."""
    kind, fields = kind_of(query), unwrap(query)
    given = name_parts(alias.get("colnames"))
    if kind == "SelectStmt":
        values = _targets(fields)
        names = [*given, *(_name_of(each) for each in values[len(given) :])]
        yield from (_renamed(each) for each in _select(fields, names, scope, queries, depth + 1))
    elif kind == "DeleteStmt":
        relation = scope.relation(fields.get("relation", {}), ObjectKind.RELATION)
        values = fields.get("returningClause", {}).get("exprs", [])
        own = fields.get("relation", {}).get("alias", {}).get("aliasname") or relation.name
        whole = is_always_true(fields.get("whereClause"))
        base = RowSource(relation=relation, deleted=True, left_out=() if whole else ("the WHERE condition of DELETE",))
        reads: Reads = {own: [_Read(base)]}
        names = [*given, *(_name_of(each) for each in values[len(given) :])]
        yield from (_renamed(each) for each in _plain({"targetList": values}, names, reads, (), scope))


def _targets(query: Node) -> list[Node]:
    while "larg" in query:
        query = query["larg"]
    found: list[Node] = query.get("targetList", [])
    return found


def _name_of(target: Node) -> str | None:
    fields = target.get("ResTarget", {})
    parts = name_parts(fields.get("val", {}).get("ColumnRef", {}).get("fields"))
    name: str | None = fields.get("name") or (parts[-1] if parts else None)
    return name


def _renamed(source: RowSource) -> _Read:
    """What a query gives, as something to read from; of `*` each column has its own name."""
    names: dict[str, frozenset[str]] = {}
    for own, read in source.columns:
        if own is not None:
            names[own] = names.get(own, frozenset()) | {read}
    base = replace(source, columns=(), converted=(), every_column=False)
    return _Read(base, None if source.every_column else names, frozenset(source.converted))


def _plain(
    query: Node, written: list[str | None], reads: Reads, outer: tuple[str, ...], scope: Scope
) -> Iterator[RowSource]:
    """The sources of a query without set operations."""
    condition = query.get("whereClause")
    values = _values(query.get("targetList", []), written)
    if len(reads) * len(values.get(None, ())) > _MOST_GUESSES:
        del values[None]
    for alias, found in reads.items():
        mine = sorted((*values.get(None, ()), *values.get(alias, ())))
        for read in found:
            pairs, kept, every = _carried(mine, alias, read, alone=len(reads) == 1)
            words, not_null = _conditions(condition, alias, read, reads, scope)
            yield replace(
                read.source,
                columns=tuple(dict.fromkeys(pairs)),
                converted=tuple(dict.fromkeys(pair for pair in pairs if pair not in kept)),
                every_column=every,
                left_out=tuple(dict.fromkeys((*read.source.left_out, *words, *outer))),
                not_null=tuple(dict.fromkeys((*read.source.not_null, *not_null))),
            )


def _conditions(
    condition: Node | None, alias: str, read: _Read, reads: Reads, scope: Scope
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What WHERE leaves out, in words, and the columns that it only wants not to be NULL."""
    if is_always_true(condition):
        return (), ()
    if is_always_false(condition):
        return ("a condition that is never true",), ()
    target = read.source.relation
    reach = reach_of(condition, target, alias, {}, scope) if len(reads) == 1 else None
    known = None if reach is None or reach.null or reach.positive or reach.if_any or reach.variable else reach.not_null
    if known is None or read.names is not None:
        return ("the WHERE condition",), ()
    return (), known


class _Value(NamedTuple):
    """A column that a value is computed of: `name` is the column written, `owner` the alias in front of the one read.

    `place` is its own, in order; `star`: it is `*` or `alias.*`; `kept`: the value is that of the column.
    """

    place: int
    name: str | None
    owner: str | None
    column: str
    star: bool
    kept: bool


def _values(targets: list[Node], written: list[str | None]) -> dict[str | None, list[_Value]]:
    """What all values are computed of, by owner: gone through once, as there may be thousands of tables and values."""
    values: dict[str | None, list[_Value]] = {}
    names: list[str | None] = [*written, *[None] * (len(targets) - len(written))]
    reads = (
        (name, fields, kept)
        for name, target in zip(names, targets, strict=False)
        for kept in [kept_columns(target.get("ResTarget", {}).get("val", target))]
        for fields in columns_read(target)
    )
    for place, (name, fields, kept) in enumerate(reads):
        parts = name_parts(fields)
        star = any("A_Star" in each for each in fields)
        owner = parts[-1 if star else -2] if len(parts) > (0 if star else 1) else None
        column = parts[-1] if parts else ""
        value = _Value(place, name, owner, column, star, star or column in kept)
        values.setdefault(owner, []).append(value)
    return values


def _carried(values: list[_Value], alias: str, read: _Read, *, alone: bool) -> tuple[_Pairs, set[_Pair], bool]:
    """The columns of a source that values are computed of, those that are kept in them, and whether all columns are."""
    pairs: _Pairs = []
    kept: set[_Pair] = set()
    every = False
    found: list[tuple[str | None, str | None, str]]
    for value in values:
        if value.star:
            every = every or read.names is None
            found = [(own, own, each) for own, names in (read.names or {}).items() for each in sorted(names)]
        elif read.names is None:
            whole = value.owner is None and value.column == alias
            found = [] if whole and not alone else [(value.name, value.column, value.column)]
            every = every or whole
        else:
            found = [(value.name, value.column, each) for each in sorted(read.names.get(value.column, ()))]
        for written, own, column in found:
            pairs.append((written, column))
            if value.kept and (own, column) not in read.converted:
                kept.add((written, column))
    return pairs, kept, every


def columns_read(node: Node) -> Iterator[list[Node]]:
    """The fields of every column that an expression reads, also in subqueries."""
    for _, fields in find(node, _COLUMNS):
        yield fields.get("fields", [])
