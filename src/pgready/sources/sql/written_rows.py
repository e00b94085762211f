"""What a statement that writes rows says about them: every row or some, which columns, copied from where."""

from collections.abc import Iterator

from pgready.model.facts import Reach, RowsFacts, RowSource
from pgready.model.names import ObjectKind, ObjectRef
from pgready.sources.sql.lost_values import keeps_something
from pgready.sources.sql.parse import Node
from pgready.sources.sql.reach import conjuncts, is_always_false, is_always_true, reach_of
from pgready.sources.sql.row_sources import columns_read, row_sources
from pgready.sources.sql.scope import Scope, object_ref
from pgready.sources.sql.tree import constant, find, kind_of, name_parts, unwrap

__all__ = ["is_always_true", "reads_whole_table", "rows_of_new_table", "written_rows"]

_WHOLE_TABLE = ("UpdateStmt", "DeleteStmt")
# Of a SELECT that gives one row for each row that it reads.
_PLAIN_SELECT = frozenset({"targetList", "fromClause", "whereClause", "limitOption", "op", "sortClause"})


def written_rows(kind: str, fields: Node, target: ObjectRef, scope: Scope) -> RowsFacts:
    """The facts of INSERT, UPDATE, DELETE or MERGE (`kind` is the parser's)."""
    select = fields.get("selectStmt", {}).get("SelectStmt", {})
    columns = tuple(dict.fromkeys(_columns(fields)))
    if kind == "InsertStmt":
        sources = _inserted_rows(fields, select, scope)
        return RowsFacts(
            columns=columns,
            copies=tuple(_inserted(fields, select, scope)) if sources else (),
            copies_all="onConflictClause" not in fields and _is_whole_copy(select, sources),
            sources=sources,
            levelled=tuple(_overwritten_by_itself(fields, sources, target)),
        )
    if kind == "MergeStmt":
        reach, unmatched = _merged(fields, target, scope), _deletes_unmatched(fields)
        return RowsFacts(columns=columns, reach=reach, removes=_deletes(fields), unmatched=unmatched and reach is None)
    updates = kind == "UpdateStmt"
    joined = fields.get("fromClause") or fields.get("usingClause")
    return RowsFacts(
        unconditional=kind in _WHOLE_TABLE and not joined and is_always_true(fields.get("whereClause")),
        columns=columns,
        copies=tuple(_updated(fields, target, scope)) if updates else (),
        reach=_reach(fields, target, scope),
        removes=not updates,
        constants=tuple(_constants(fields)) if updates else (),
        reduced=tuple(_reduced(fields, target)) if updates else (),
        levelled=tuple(_levelled(fields)) if updates else (),
        computed=tuple(dict.fromkeys(_computed(fields, target, scope))) if updates else (),
        tested=tuple(dict.fromkeys(_tested(fields))) if updates else (),
    )


def rows_of_new_table(query: Node, names: list[str | None], scope: Scope, *, empty: bool = False) -> RowsFacts:
    """The facts of CREATE TABLE AS; `names` are the new columns, None for `*`; `empty`: WITH NO DATA."""
    sources = row_sources(query, names, scope)
    if empty:
        sources = tuple(_without_rows(each) for each in sources)
    relations = _relations(query.get("fromClause", []), scope) if "larg" not in query else None
    copies = []
    for name, value in zip(names, _values(query), strict=False):
        read = _read_column(value, relations) if relations and "withClause" not in query else None
        if read is not None and name is not None:
            copies.append((name, *read))
    return RowsFacts(
        columns=tuple(dict.fromkeys(name for name in names if name is not None)),
        copies=tuple(copies),
        copies_all=not empty and _is_whole_copy(query, sources),
        sources=sources,
    )


def _without_rows(source: RowSource) -> RowSource:
    return RowSource(
        relation=source.relation,
        columns=source.columns,
        every_column=source.every_column,
        left_out=(*source.left_out, "WITH NO DATA"),
    )


def _inserted_rows(fields: Node, select: Node, scope: Scope) -> tuple[RowSource, ...]:
    """The relations that INSERT ... SELECT takes rows from; one that may conflict leaves rows out."""
    if "valuesLists" in select or not (_PLAIN_SELECT | {"larg"}) & set(select) - {"targetList", "limitOption", "op"}:
        return ()
    written: list[str | None] = [each.get("ResTarget", {}).get("name") for each in fields.get("cols", [])]
    found = row_sources(select, written, scope, around=fields.get("withClause"))
    if "onConflictClause" not in fields:
        return found
    return tuple(
        RowSource(
            relation=each.relation,
            columns=each.columns,
            every_column=each.every_column,
            left_out=(*each.left_out, "ON CONFLICT"),
            not_null=each.not_null,
            deleted=each.deleted,
        )
        for each in found
    )


def _reach(fields: Node, target: ObjectRef, scope: Scope) -> Reach | None:
    """The reach of UPDATE and DELETE; None where a subquery or a function is joined."""
    relations = _relations(fields.get("fromClause", []) or fields.get("usingClause", []), scope)
    if relations is None or ("withClause" in fields and relations):
        return None
    alias = fields.get("relation", {}).get("alias", {}).get("aliasname") or target.name
    return reach_of(fields.get("whereClause"), target, alias, relations, scope)


def _merged(fields: Node, target: ObjectRef, scope: Scope) -> Reach | None:
    """The reach of MERGE ... THEN DELETE."""
    kinds = set(_deleting(fields))
    source, condition = fields.get("sourceRelation", {}), fields.get("joinCondition")
    relations = _relations([source], scope)
    alias = fields.get("relation", {}).get("alias", {}).get("aliasname") or target.name
    if {_MATCHED, _UNMATCHED} <= kinds:
        return Reach()
    if _UNMATCHED in kinds:
        return Reach() if is_always_false(condition) or _gives_nothing(source) else None
    if _MATCHED not in kinds or "withClause" in fields:
        return None
    if relations is None:
        return Reach() if is_always_true(condition) and not _gives_nothing(source) else None
    return reach_of(condition, target, alias, relations, scope)


_MATCHED, _UNMATCHED = "MERGE_WHEN_MATCHED", "MERGE_WHEN_NOT_MATCHED_BY_SOURCE"


def _deleting(fields: Node) -> Iterator[str]:
    """Which rows the branches of MERGE that delete without a condition are about."""
    for each in (each.get("MergeWhenClause", {}) for each in fields.get("mergeWhenClauses", [])):
        if each.get("commandType") == "CMD_DELETE" and "condition" not in each:
            yield each.get("matchKind", _MATCHED)


def _query_of(source: Node) -> Node:
    select: Node = source.get("RangeSubselect", {}).get("subquery", {}).get("SelectStmt", {})
    return select


def _gives_nothing(source: Node) -> bool:
    return is_always_false(_query_of(source).get("whereClause"))


def _deletes_unmatched(fields: Node) -> bool:
    """Whether rows go that what is read has no partner for; a list of VALUES names those that stay."""
    return _UNMATCHED in _deleting(fields) and "valuesLists" not in _query_of(fields.get("sourceRelation", {}))


def _deletes(fields: Node) -> bool:
    clauses = (each.get("MergeWhenClause", {}) for each in fields.get("mergeWhenClauses", []))
    return any(each.get("commandType") == "CMD_DELETE" for each in clauses)


def _constants(fields: Node) -> Iterator[str]:
    """The columns that are set to a value in which no column has a part: NULL, a constant, `now()`."""
    for each in fields.get("targetList", []):
        given = each.get("ResTarget", {})
        value = given.get("val", {})
        if "indirection" not in given and next(columns_read(value), None) is None and not _asks(value):
            yield given.get("name", "")


def _reduced(fields: Node, target: ObjectRef) -> Iterator[str]:
    """The columns that are set to a value of other columns, or of what is left of their own."""
    constants = frozenset(_constants(fields))
    alias = fields.get("relation", {}).get("alias", {}).get("aliasname") or target.name
    for each in fields.get("targetList", []):
        given = each.get("ResTarget", {})
        name, value = given.get("name", ""), given.get("val", {})
        if "indirection" not in given and name not in constants and not keeps_something(value, name, alias):
            yield name


def _levelled(fields: Node) -> Iterator[str]:
    """`SET a = 1 WHERE a <> 1`."""
    parts = list(conjuncts(fields.get("whereClause")))
    test = parts[0].get("A_Expr", {}) if len(parts) == 1 and "fromClause" not in fields else {}
    unlike = test.get("kind") == "AEXPR_DISTINCT" or name_parts(test.get("name")) == ["<>"]
    read = name_parts(test.get("lexpr", {}).get("ColumnRef", {}).get("fields"))[-1:]
    for each in fields.get("targetList", []) if unlike else ():
        given = each.get("ResTarget", {})
        value = constant(given.get("val", {}))
        if read == [given.get("name")] and value is not None and value == constant(test.get("rexpr", {})):
            yield read[0]


def _overwritten_by_itself(fields: Node, sources: tuple[RowSource, ...], target: ObjectRef) -> Iterator[str]:
    """`INSERT INTO t SELECT ... FROM t ON CONFLICT (id) DO UPDATE SET a = 1`: every row meets itself."""
    clause = fields.get("onConflictClause", {})
    whole = [each for each in sources if each.left_out == ("ON CONFLICT",)]
    same = any((each.relation.schema, each.relation.name) == (target.schema, target.name) for each in whole)
    if same and len(sources) == 1 and is_always_true(clause.get("whereClause")):
        yield from _constants(clause)


def _asks(value: Node) -> bool:
    """Whether the value comes from rows: `(SELECT count(*) FROM u)`."""
    return bool(find(value, frozenset({"RangeVar", "RangeFunction"})))


def _computed(fields: Node, target: ObjectRef, scope: Scope) -> Iterator[tuple[str, ObjectRef, str]]:
    """The columns that the values of UPDATE are computed of; one without a table is that of the target."""
    own = object_ref(ObjectKind.RELATION, target.schema, target.name)
    alias = fields.get("relation", {}).get("alias", {}).get("aliasname") or target.name
    relations = {**(_relations(fields.get("fromClause", []), scope) or {}), alias: own}
    for each in fields.get("targetList", []):
        given = each.get("ResTarget", {})
        for read in columns_read(given.get("val", {})):
            parts = name_parts(read)
            if parts:
                yield given.get("name", ""), relations.get(parts[-2], own) if len(parts) > 1 else own, parts[-1]


def _tested(fields: Node) -> Iterator[str]:
    """The last names of the columns in the condition."""
    for read in columns_read(fields.get("whereClause", {})):
        yield from name_parts(read)[-1:]


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
    for column, value in zip(fields.get("cols", []), _values(select), strict=False):
        read = _read_column(value, relations)
        if read is not None:
            yield column.get("ResTarget", {}).get("name", ""), *read


def _values(select: Node) -> list[Node]:
    return [each.get("ResTarget", {}).get("val", {}) for each in select.get("targetList", [])]


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


def reads_whole_table(node: object) -> bool:
    """Whether a query is a SELECT that gives each row of one relation."""
    select = node.get("SelectStmt") if isinstance(node, dict) else None
    if not isinstance(select, dict) or len(select.get("fromClause", ())) != 1 or not set(select) <= _PLAIN_SELECT:
        return False
    return "RangeVar" in select["fromClause"][0] and is_always_true(select.get("whereClause"))


def _is_whole_copy(select: Node, sources: tuple[RowSource, ...]) -> bool:
    """Whether each row of one relation becomes one row."""
    items = select.get("fromClause", [])
    plain = set(select) <= _PLAIN_SELECT and select.get("limitOption") in (None, "LIMIT_OPTION_DEFAULT")
    whole = len(sources) == 1 and not sources[0].left_out
    return plain and whole and len(items) == 1 and "RangeVar" in items[0] and is_always_true(select.get("whereClause"))
