"""What a statement that writes rows says about them: every row or some, which columns, copied from where."""

from collections.abc import Iterator

from pgready.model.facts import RowsFacts
from pgready.model.names import ObjectKind, ObjectRef
from pgready.sources.sql.parse import Node
from pgready.sources.sql.scope import Scope, object_ref
from pgready.sources.sql.tree import constant, kind_of, name_parts, unwrap

__all__ = ["is_always_true", "written_rows"]

_WHOLE_TABLE = ("UpdateStmt", "DeleteStmt")
# Of a SELECT that gives one row for each row that it reads.
_PLAIN_SELECT = frozenset({"targetList", "fromClause", "whereClause", "limitOption", "op", "sortClause"})
_DEEPEST = 100


def written_rows(kind: str, fields: Node, target: ObjectRef, scope: Scope) -> RowsFacts:
    """The facts of INSERT, UPDATE, DELETE or MERGE (`kind` is the parser's)."""
    joined = fields.get("fromClause") or fields.get("usingClause")
    everything = kind in _WHOLE_TABLE and not joined and is_always_true(fields.get("whereClause"))
    select = fields.get("selectStmt", {}).get("SelectStmt", {})
    copies = _inserted(fields, select, scope) if kind == "InsertStmt" else _updated(fields, target, scope)
    return RowsFacts(
        unconditional=everything,
        columns=tuple(dict.fromkeys(_columns(fields))),
        copies=tuple(copies),
        copies_all=kind == "InsertStmt" and "onConflictClause" not in fields and _is_whole_copy(select),
    )


def is_always_true(condition: Node | None, depth: int = 0) -> bool:
    """No WHERE at all, `true`, `1 = 1`, and what AND, OR and NOT make of them."""
    if condition is None:
        return True
    kind, fields = kind_of(condition), unwrap(condition)
    if kind == "BoolExpr" and depth < _DEEPEST:
        values = (is_always_true(each, depth + 1) for each in fields.get("args", []))
        operator = fields.get("boolop")
        return all(values) if operator == "AND_EXPR" else operator == "OR_EXPR" and any(values)
    if kind == "A_Expr":
        return _compares_equal(fields)
    return constant(condition) is True


def _compares_equal(fields: Node) -> bool:
    left, right = constant(fields.get("lexpr", {})), constant(fields.get("rexpr", {}))
    same = left is not None and left == right and type(left) is type(right)
    return same and fields.get("kind") == "AEXPR_OP" and name_parts(fields.get("name")) == ["="]


def _columns(fields: Node) -> Iterator[str]:
    """The columns that INSERT, UPDATE and MERGE name as written."""
    clauses = [each.get("MergeWhenClause", {}) for each in fields.get("mergeWhenClauses", [])]
    lists = [fields.get("cols", []), *(each.get("targetList", []) for each in clauses)]
    lists.append(fields.get("onConflictClause", {}).get("targetList", []))
    if "cols" not in fields and "selectStmt" not in fields:
        lists.append(fields.get("targetList", []))
    for each in (item for part in lists for item in part):
        name = each.get("ResTarget", {}).get("name")
        if name:
            yield name


Relations = dict[str, ObjectRef]


def _relations(items: list[Node], scope: Scope) -> Relations | None:
    """Alias -> relation of a FROM clause; None when something else is read (a subquery, a function)."""
    found: Relations = {}
    waiting = list(items)
    while waiting:
        item = waiting.pop()
        fields = unwrap(item)
        if kind_of(item) == "JoinExpr":
            waiting += [fields.get("larg", {}), fields.get("rarg", {})]
        elif kind_of(item) == "RangeVar":
            alias = fields.get("alias", {}).get("aliasname") or fields.get("relname", "")
            found[alias] = scope.relation(fields, ObjectKind.RELATION)
        else:
            return None
    return found


def _updated(fields: Node, target: ObjectRef, scope: Scope) -> Iterator[tuple[str, ObjectRef, str]]:
    """`UPDATE t SET b = a FROM u`."""
    relations = _relations(fields.get("fromClause", []), scope)
    if relations is None or "withClause" in fields:
        return
    alias = fields.get("relation", {}).get("alias", {}).get("aliasname") or target.name
    relations[alias] = object_ref(ObjectKind.RELATION, target.schema, target.name)
    for each in fields.get("targetList", []):
        given = each.get("ResTarget", {})
        read = _read_column(given.get("val", {}), relations)
        if read is not None and "indirection" not in given:
            yield given.get("name", ""), *read


def _inserted(fields: Node, select: Node, scope: Scope) -> Iterator[tuple[str, ObjectRef, str]]:
    """`INSERT INTO t (b) SELECT a FROM u`; without a list of columns nobody knows which they are."""
    relations = _relations(select.get("fromClause", []), scope)
    if not relations or "withClause" in fields or "withClause" in select or "larg" in select:
        return
    values = [each.get("ResTarget", {}).get("val", {}) for each in select.get("targetList", [])]
    for column, value in zip(fields.get("cols", []), values, strict=False):
        read = _read_column(value, relations)
        if read is not None:
            yield column.get("ResTarget", {}).get("name", ""), *read


def _read_column(value: Node, relations: Relations) -> tuple[ObjectRef, str] | None:
    """The relation and column of a plain column; None where it is not said of which of several it is."""
    fields = value.get("ColumnRef", {}).get("fields", [])
    parts = name_parts(fields)
    if not parts or len(parts) != len(fields):
        return None
    relation = next(iter(relations.values())) if len(relations) == 1 else None
    if len(parts) > 1:
        relation = relations.get(parts[-2])
    return None if relation is None else (relation, parts[-1])


def _is_whole_copy(select: Node) -> bool:
    """Whether each row of one relation becomes one row."""
    items = select.get("fromClause", [])
    plain = set(select) <= _PLAIN_SELECT and select.get("limitOption") in (None, "LIMIT_OPTION_DEFAULT")
    return plain and len(items) == 1 and "RangeVar" in items[0] and is_always_true(select.get("whereClause"))
