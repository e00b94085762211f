"""Rows of joined catalogs, and what a WHERE clause says about them: the working side of `questions`."""

from dataclasses import dataclass, field

from pgready.model.names import ObjectKind
from pgready.sources.sql.alternatives import alternatives
from pgready.sources.sql.catalog_names import identifier_parts
from pgready.sources.sql.catalogs import RELATION_KINDS, Catalog, Role, catalog_of
from pgready.sources.sql.parse import Node
from pgready.sources.sql.scope import Scope
from pgready.sources.sql.tree import constant, kind_of, name_parts, string_constant, unwrap

__all__ = ["Question", "from_items", "learn"]

_SYSTEM_SCHEMAS = frozenset({"pg_catalog", "information_schema", "pg_toast"})

Term = tuple[str, str]  # alias and column
Value = tuple[str | None, str]  # schema (None: any or not a thing in a schema) and name


@dataclass(slots=True)
class Question:
    """One alternative of a WHERE clause: rows of catalogs, and what has to be equal."""

    scope: Scope
    catalogs: dict[str, Catalog] = field(default_factory=dict)
    equal: dict[Term, Term] = field(default_factory=dict)
    values: dict[Term, Value] = field(default_factory=dict)
    kinds: dict[str, ObjectKind] = field(default_factory=dict)
    visible: set[str] = field(default_factory=set)
    understood: bool = True
    contradictory: bool = False

    def root(self, term: Term) -> Term:
        """The representative of everything equal to a term."""
        while term in self.equal:
            term = self.equal[term]
        return term

    def join(self, one: Term, other: Term) -> None:
        """Both are equal."""
        first, second = self.root(one), self.root(other)
        if first != second:
            self.equal[first] = second
            if first in self.values:
                self.give(second, self.values[first])

    def give(self, term: Term, value: Value) -> None:
        """The term has this value."""
        known = self.values.setdefault(self.root(term), value)
        self.contradictory = self.contradictory or known != value

    def value(self, alias: str, role: Role) -> Value | None:
        """The value of the column in that role, if one is known."""
        columns = (column for column, each in self.catalogs[alias].roles.items() if each is role)
        found = (self.values.get(self.root((alias, column))) for column in columns)
        return next((value for value in found if value is not None), None)

    def joined(self, alias: str, role: Role, rank: int) -> str | None:
        """The row of a catalog of that rank whose oid equals the column in that role."""
        for column, each in self.catalogs[alias].roles.items():
            if each is not role:
                continue
            for other, catalog in self.catalogs.items():
                same = other != alias and catalog.rank == rank and catalog.roles.get("oid") is Role.OID
                if same and self.root((other, "oid")) == self.root((alias, column)):
                    return other
        return None


def from_items(items: list[Node]) -> tuple[dict[str, Catalog], list[Node]] | None:
    """Alias -> catalog, and the conditions of inner joins; None when something else is read."""
    catalogs: dict[str, Catalog] = {}
    filters: list[Node] = []
    waiting = list(items)
    while waiting:
        item = waiting.pop(0)
        fields = unwrap(item)
        if kind_of(item) == "JoinExpr" and fields.get("jointype", "JOIN_INNER") == "JOIN_INNER":
            waiting[:0] = [fields.get("larg", {}), fields.get("rarg", {})]
            if "usingClause" in fields or fields.get("isNatural"):
                return None
            filters += [fields["quals"]] if "quals" in fields else []
        elif kind_of(item) == "RangeVar":
            catalog = catalog_of(fields.get("schemaname"), fields.get("relname", ""))
            alias = fields.get("alias", {}).get("aliasname") or fields.get("relname", "")
            if catalog is None or alias in catalogs:
                return None
            catalogs[alias] = catalog
        else:
            return None
    return catalogs, filters


def learn(question: Question, node: Node) -> None:
    """Take in one condition; what is not understood is remembered as such."""
    kind, fields = kind_of(node), unwrap(node)
    # `schema = ANY (current_schemas(false))`; every other ANY has been taken apart before.
    if (
        kind == "A_Expr"
        and fields.get("kind") in ("AEXPR_OP", "AEXPR_OP_ANY")
        and name_parts(fields.get("name")) == ["="]
    ):
        left, right = fields.get("lexpr", {}), fields.get("rexpr", {})
        if _equal(question, left, right) or _equal(question, right, left):
            return
    elif kind == "SubLink" and fields.get("subLinkType") == "ANY_SUBLINK" and "operName" not in fields:
        if _equal(question, fields.get("testexpr", {}), {"SubLink": {**fields, "subLinkType": "EXPR_SUBLINK"}}):
            return
    elif kind == "FuncCall" and (name_parts(fields.get("funcname")) or [""])[-1].endswith("_is_visible"):
        term = _term(question, (fields.get("args") or [{}])[0])
        if term is not None:
            question.visible.add(term[0])
            return
    if not _only_filters(question, node):
        question.understood = False


def _only_filters(question: Question, node: Node) -> bool:
    """`attnum > 0`, `NOT attisdropped`, `nspname <> 'pg_catalog'`: nothing about which object is meant."""
    fields = unwrap(node)
    if kind_of(node) == "BoolExpr" and fields.get("boolop") == "NOT_EXPR":
        fields = {"lexpr": fields.get("args", [{}])[0]}
    term = _term(question, fields.get("lexpr", {}) if "lexpr" in fields else node)
    if term is None:
        return False
    role = question.catalogs[term[0]].roles.get(term[1])
    if role is Role.FILTER:
        return term[1] in ("attisdropped", "attnum", "tgisinternal", "relpersistence") or "rexpr" in fields
    right = fields.get("rexpr", {})
    values = right.get("List", {}).get("items", [right])
    is_schema = role is Role.SCHEMA or question.catalogs[term[0]].kind is ObjectKind.SCHEMA
    excluded = name_parts(fields.get("name")) == ["<>"]
    return is_schema and excluded and all(string_constant(value) in _SYSTEM_SCHEMAS for value in values)


def _term(question: Question, node: Node) -> Term | None:
    """A column of one of the catalogs."""
    if "TypeCast" in node:
        node = node["TypeCast"].get("arg", {})
    parts = name_parts(node.get("ColumnRef", {}).get("fields"))
    if len(parts) > 1:
        return (parts[-2], parts[-1]) if parts[-2] in question.catalogs else None
    owners = [alias for alias, catalog in question.catalogs.items() if parts and parts[0] in catalog.roles]
    if len(question.catalogs) == 1 and parts:
        owners = list(question.catalogs)
    return (owners[0], parts[0]) if len(owners) == 1 else None


def _equal(question: Question, left: Node, right: Node) -> bool:
    """Learn `left = right` where left is a column; False when it is not understood."""
    term = _term(question, left)
    role = question.catalogs[term[0]].roles.get(term[1]) if term else None
    if term is None or role is None:
        return False
    if role is Role.FILTER:
        return _filter(question, term, right)
    other = _term(question, right)
    if other is not None:
        question.join(term, other)
        return question.catalogs[other[0]].roles.get(other[1]) not in (None, Role.FILTER)
    value = _value(question, role, right)
    if value is not None:
        question.give(term, value)
        return True
    return _subquery(question, term, right)


def _filter(question: Question, term: Term, right: Node) -> bool:
    value = string_constant(right)
    if value is None and "TypeCast" in right:
        value = string_constant(right["TypeCast"].get("arg", {}))
    if term[1] == "relkind" and value is not None:
        question.kinds[term[0]] = RELATION_KINDS.get(value, ObjectKind.RELATION)
    if term[1] == "table_type" and value == "VIEW":
        question.kinds[term[0]] = ObjectKind.VIEW
    return constant(right) is not None or "FuncCall" in right or "SQLValueFunction" in right or value is not None


def _value(question: Question, role: Role, node: Node) -> Value | None:
    """The constant on the other side, as the column's role reads it."""
    if role in (Role.NAME, Role.TABLE, Role.SCHEMA):
        if role is Role.SCHEMA and _is_current_schema(node):
            return None, question.scope.default_schema
        text = string_constant(node)
        return None if text is None else (None, text)
    cast = node.get("TypeCast", {})
    if "TypeCast" in cast.get("arg", {}):  # '"T"'::regclass::oid
        cast = cast["arg"]["TypeCast"]
    target = name_parts(cast.get("typeName", {}).get("names"))[-1:]
    text = string_constant(cast.get("arg", {}))
    if "FuncCall" in node:
        target = [(name_parts(node["FuncCall"].get("funcname")) or [""])[-1].removeprefix("to_")]
        text = string_constant((node["FuncCall"].get("args") or [{}])[0])
    parts = identifier_parts(text) if text is not None else None
    if not parts:
        return None
    if role is Role.SCHEMA_OID:
        return (None, parts[-1]) if target == ["regnamespace"] else None
    if target not in (["regclass"], ["regtype"]):
        return None
    return question.scope.schema_of(parts[-2] if len(parts) > 1 else None, parts[-1]), parts[-1]


def _is_current_schema(node: Node) -> bool:
    if "SQLValueFunction" in node:
        return bool(node["SQLValueFunction"].get("op") == "SVFOP_CURRENT_SCHEMA")
    return name_parts(node.get("FuncCall", {}).get("funcname"))[-1:] in (["current_schema"], ["current_schemas"])


def _subquery(question: Question, term: Term, node: Node) -> bool:
    """`conrelid = (SELECT oid FROM pg_class WHERE relname = '...')`: its rows join the question."""
    sublink = node.get("SubLink", {})
    select = sublink.get("subselect", {}).get("SelectStmt", {})
    found = from_items(select.get("fromClause", [])) if sublink.get("subLinkType") == "EXPR_SUBLINK" else None
    if not found or not found[0] or set(found[0]) & set(question.catalogs) or len(select.get("targetList", [])) != 1:
        return _renamed_subquery(question, term, node) if found else False
    conjuncts = alternatives([*found[1], *([select["whereClause"]] if "whereClause" in select else [])])
    if conjuncts is None or len(conjuncts) != 1:
        return False
    inner = Question(question.scope, found[0])
    target = _term(inner, select["targetList"][0].get("ResTarget", {}).get("val", {}))
    if target is None:
        return False
    for conjunct in conjuncts[0]:
        learn(inner, conjunct)
    _absorb(question, inner)
    question.join(term, target)
    return True


def _renamed_subquery(question: Question, term: Term, node: Node) -> bool:
    """A subquery that uses an alias of the outer query again is given aliases of its own."""
    select = node["SubLink"]["subselect"]["SelectStmt"]
    items = select.get("fromClause", [])
    if len(items) != 1 or kind_of(items[0]) != "RangeVar" or len(select.get("targetList", [])) != 1:
        return False
    fields = unwrap(items[0])
    alias = fields.get("alias", {}).get("aliasname") or fields.get("relname", "")
    fresh = f"{alias} {len(question.catalogs)}"
    renamed = {"RangeVar": {**fields, "alias": {"aliasname": fresh}}}
    changed = {**_with_alias(select, alias, fresh), "fromClause": [renamed]}
    return _subquery(question, term, {"SubLink": {**node["SubLink"], "subselect": {"SelectStmt": changed}}})


def _with_alias(node: Node, old: str, new: str) -> Node:
    """The tree with `old.column` written as `new.column`."""

    def changed(each: object) -> object:
        if isinstance(each, list):
            return [changed(item) for item in each]
        if not isinstance(each, dict):
            return each
        parts = name_parts(each.get("fields")) if "fields" in each else []
        if len(parts) > 1 and parts[-2] == old:
            return {**each, "fields": [{"String": {"sval": new}}, {"String": {"sval": parts[-1]}}]}
        return {key: changed(value) for key, value in each.items()}

    result = changed(node)
    return result if isinstance(result, dict) else node


def _absorb(question: Question, inner: Question) -> None:
    question.catalogs |= inner.catalogs
    question.equal |= inner.equal
    question.values |= inner.values
    question.kinds |= inner.kinds
    question.visible |= inner.visible
    question.understood = question.understood and inner.understood
    question.contradictory = question.contradictory or inner.contradictory
