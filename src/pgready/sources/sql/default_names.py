"""The names that PostgreSQL gives to constraints, indexes and sequences without one.

Source: `makeObjectName`, `ChooseRelationName`, `ChooseIndexNameAddition`, `ChooseIndexColumnNames`
(src/backend/commands/indexcmds.c), `ChooseConstraintName` (src/backend/catalog/pg_constraint.c) and
`FigureColnameInternal` (src/backend/parser/parse_target.c) of PostgreSQL 18. Compared with a server in
tests/fixtures/sql/default_names.json.
"""

from collections.abc import Callable, Iterable
from itertools import islice

from pgready.model.names import MAX_IDENTIFIER_BYTES, truncate_identifier
from pgready.sources.sql.parse import Node
from pgready.sources.sql.scope import Scope
from pgready.sources.sql.tree import find, kind_of, name_parts, unwrap

__all__ = [
    "check_name",
    "columns_in",
    "constraint_name",
    "figure_column",
    "foreign_key_name",
    "index_columns",
    "index_name",
    "object_name",
    "sequence_name",
]


# An index has at most 32 columns, and nobody numbers further; hostile text may.
_MOST_COLUMNS = 64
_MOST_NUMBERS = 1000
_COLUMNS = frozenset({"ColumnRef", "IndexElem"})


def object_name(first: str, second: str | None, label: str) -> str:
    """`first_second_label`, the longer of the first two cut until the whole fits into 63 bytes."""
    room = MAX_IDENTIFIER_BYTES - len(label.encode()) - 1
    if second is None:
        return f"{truncate_identifier(first, room)}_{label}"
    lengths = [len(first.encode()), len(second.encode())]
    while sum(lengths) > room - 1:
        lengths[0 if lengths[0] > lengths[1] else 1] -= 1
    return f"{truncate_identifier(first, lengths[0])}_{truncate_identifier(second, lengths[1])}_{label}"


def _first_free(scope: Scope, parts: tuple[str | None, str, str | None, str], taken: Callable[[str], bool]) -> str:
    """The name with the smallest number that is free; `parts` are schema, first and second part, label."""
    _, first, second, label = parts
    number = scope.taken.numbers.get(parts, 0)
    name = object_name(first, second, f"{label}{number or ''}")
    while taken(name) and number < _MOST_NUMBERS:
        number += 1
        name = object_name(first, second, f"{label}{number}")
    scope.taken.numbers[parts] = number
    return name


def _joined(columns: Iterable[str]) -> str:
    """Column names with `_` between; names behind byte 63 are left out."""
    joined = ""
    for column in columns:
        joined += ("_" if joined else "") + column
        if len(joined.encode()) > MAX_IDENTIFIER_BYTES:
            break
    return joined


def index_name(scope: Scope, schema: str | None, table: str, columns: list[str], label: str) -> str:
    """The name of an index (label `idx`) or of the index behind a constraint (`pkey`, `key`, `excl`); it is taken."""
    names = scope.taken
    constraint = label != "idx"

    def taken(name: str) -> bool:
        return (schema, name) in names.relations or (constraint and (schema, name) in names.constraints)

    second = None if label == "pkey" else _joined(columns)
    name = _first_free(scope, (schema, table, second, label), taken)
    names.take((schema, name), (schema, table), constraint=constraint)
    return name


def sequence_name(scope: Scope, schema: str | None, table: str, column: str) -> str:
    """The name of the sequence of a serial or identity column; it is taken."""
    names = scope.taken
    name = _first_free(scope, (schema, table, column, "seq"), lambda name: (schema, name) in names.relations)
    names.take((schema, name), (schema, table))
    return name


def constraint_name(scope: Scope, schema: str | None, table: str, second: str | None, label: str) -> str:
    """The name of a constraint without an index; it is taken."""
    names = scope.taken
    name = _first_free(scope, (schema, table, second, label), lambda name: (schema, name) in names.constraints)
    names.take((schema, name), (schema, table), relation=False, constraint=True)
    return name


def foreign_key_name(scope: Scope, schema: str | None, table: str, columns: list[str]) -> str:
    """`Table_column_column_fkey`."""
    return constraint_name(scope, schema, table, _joined(columns), "fkey")


def check_name(scope: Scope, schema: str | None, table: str, expression: Node) -> str:
    """`Table_column_check` where the expression uses exactly one column, else `Table_check`."""
    columns = columns_in(expression)
    return constraint_name(scope, schema, table, columns[0] if len(columns) == 1 else None, "check")


def columns_in(expression: object) -> list[str]:
    """The columns that an expression over one table uses, each once, in order (IndexElem and ColumnRef nodes)."""
    found: dict[str, None] = {}
    for kind, fields in find(expression, _COLUMNS):
        if kind == "ColumnRef":
            found |= dict.fromkeys(name_parts(fields.get("fields"))[-1:])
        elif "name" in fields:
            found[fields["name"]] = None
    return list(found)


def index_columns(elements: Iterable[Node]) -> list[str]:
    """The names of an index's columns as its default name uses them: made different by a number where equal."""
    names: list[str] = []
    for element in islice(elements, _MOST_COLUMNS):
        wanted = element.get("indexcolname") or element.get("name") or _figure(element.get("expr", {}))[1] or "expr"
        name, number = wanted, 0
        while name in names:
            number += 1
            name = truncate_identifier(wanted, MAX_IDENTIFIER_BYTES - len(str(number))) + str(number)
        names.append(name)
    return names


_FIXED = {
    "A_ArrayExpr": (2, "array"),
    "RowExpr": (2, "row"),
    "CoalesceExpr": (2, "coalesce"),
    "GroupingFunc": (2, "grouping"),
    "XmlSerialize": (2, "xmlserialize"),
}


def _figure(node: Node) -> tuple[int, str | None]:
    """Strength (0 nothing, 1 weak, 2 good) and name of an expression's column."""
    kind, fields = kind_of(node), unwrap(node)
    if kind in _FIXED:
        return _FIXED[kind]
    if kind == "ColumnRef":
        parts = name_parts(fields.get("fields"))
        return (2, parts[-1]) if parts else (0, None)
    if kind == "FuncCall":
        return 2, name_parts(fields.get("funcname"))[-1]
    if kind == "A_Indirection":
        parts = name_parts(fields.get("indirection"))
        return (2, parts[-1]) if parts else _figure(fields.get("arg", {}))
    if kind in ("TypeCast", "CaseExpr", "CollateClause"):
        return _figure_inside(kind, fields)
    return _figure_rare(kind, fields)


def _figure_inside(kind: str, fields: Node) -> tuple[int, str | None]:
    inner = _figure(fields.get("defresult" if kind == "CaseExpr" else "arg", {}))
    if kind == "CollateClause" or inner[0] > 1:
        return inner
    if kind == "CaseExpr":
        return 1, "case"
    parts = name_parts(fields.get("typeName", {}).get("names"))
    return (1, parts[-1]) if parts else inner


def _figure_rare(kind: str, fields: Node) -> tuple[int, str | None]:
    if kind == "MinMaxExpr":
        return 2, "least" if fields.get("op") == "IS_LEAST" else "greatest"
    if kind == "A_Expr" and fields.get("kind") == "AEXPR_NULLIF":
        return 2, "nullif"
    if kind == "SQLValueFunction":
        return 2, str(fields.get("op", "")).removeprefix("SVFOP_").removesuffix("_N").lower()
    return 0, None


def figure_column(expression: Node) -> str | None:
    """The name that a result column without alias gets; None for `?column?`."""
    return _figure(expression)[1]
