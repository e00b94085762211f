"""`SELECT ... FROM pg_constraint WHERE conname = '...'`: which object a query on the catalog asks for.

Catalogs are joined by equality of names and oids, in FROM, in WHERE or through a scalar subquery. What narrows the
question in a way that is not understood stays in the condition as Unknown.
"""

from pgready.model.guards import AllOf, AnyOf, Condition, Exists, Unknown
from pgready.model.names import ObjectKind, ObjectRef
from pgready.sources.sql.alternatives import alternatives
from pgready.sources.sql.catalogs import Catalog, Role
from pgready.sources.sql.parse import Node
from pgready.sources.sql.rows import Question, from_items, learn
from pgready.sources.sql.scope import Scope

__all__ = ["asks"]

_NARROWING = "another condition on the catalog"


def asks(select: Node, scope: Scope, equal_to: tuple[str, ...] | None = None) -> Condition | None:
    """The condition under which the query returns a row; None when it is no question on the catalog.

    `equal_to` are constants one of which the only result column has to equal (`'x' IN (SELECT ...)`).
    """
    found = from_items(select.get("fromClause", []))
    if found is None or not found[0]:
        return None
    items, filters = found
    if equal_to is not None:
        filters = [*filters, _membership(select, equal_to)]
    disjuncts = alternatives([*filters, *([select["whereClause"]] if "whereClause" in select else [])])
    if disjuncts is None:
        return None
    answers = [_answer(items, conjuncts, scope) for conjuncts in disjuncts]
    if any(answer is None for answer in answers):
        return None
    unique = tuple(dict.fromkeys(answer for answer in answers if answer is not None))
    return unique[0] if len(unique) == 1 else AnyOf(unique)


def _membership(select: Node, values: tuple[str, ...]) -> Node:
    column = select.get("targetList", [{}])[0].get("ResTarget", {}).get("val", {})
    items = [{"A_Const": {"sval": {"sval": value}}} for value in values]
    return {
        "A_Expr": {
            "kind": "AEXPR_IN",
            "name": [{"String": {"sval": "="}}],
            "lexpr": column,
            "rexpr": {"List": {"items": items}},
        }
    }


def _answer(items: dict[str, Catalog], conjuncts: list[Node], scope: Scope) -> Condition | None:
    question = Question(scope, dict(items))
    for conjunct in conjuncts:
        learn(question, conjunct)
    if question.contradictory:
        return AnyOf(())
    found = _subject(question)
    if found is None:
        return None
    return Exists(found) if question.understood else AllOf((Exists(found), Unknown(_NARROWING)))


def _subject(question: Question) -> ObjectRef | None:
    """The object that is asked for: that of the catalog that depends on the others."""
    ranked = sorted(question.catalogs, key=lambda alias: -question.catalogs[alias].rank)
    alias = ranked[0]
    name = question.value(alias, Role.NAME) or question.value(alias, Role.OID)
    used = {alias}
    if name is None:
        named = _own_class(question, alias)
        name = question.value(named, Role.NAME) if named else None
        used |= {named} if named else set()
    if name is None:
        return None
    schema, table = _owner(question, alias, used)
    schema = schema or name[0]
    if set(question.catalogs) - used:
        question.understood = False
    kind = question.kinds.get(alias, question.catalogs[alias].kind)
    if kind in (ObjectKind.SCHEMA, ObjectKind.EXTENSION, ObjectKind.ROLE):
        schema = None
    return ObjectRef(kind=kind, schema=schema, table=table, name=name[1])


def _own_class(question: Question, alias: str) -> str | None:
    """The row of pg_class that is the index of a row of pg_index."""
    return question.joined(alias, Role.OID, 2)


def _owner(question: Question, alias: str, used: set[str]) -> tuple[str | None, str | None]:
    """Schema and table of the object asked for, None where any will do."""
    schema = _schema(question, alias, used)
    table = question.value(alias, Role.TABLE)
    if table is None:
        table = question.value(alias, Role.TABLE_OID)
    if table is not None:
        return schema or table[0], table[1]
    relation = question.joined(alias, Role.TABLE_OID, 2)
    if relation is None:
        return schema, None
    used.add(relation)
    named = question.value(relation, Role.NAME)
    return schema or _schema(question, relation, used), named[1] if named else None


def _schema(question: Question, alias: str, used: set[str]) -> str | None:
    for role in (Role.SCHEMA, Role.SCHEMA_OID):
        value = question.value(alias, role)
        if value is not None:
            return value[1]
    namespace = question.joined(alias, Role.SCHEMA_OID, 1)
    if namespace is not None:
        used.add(namespace)
        named = question.value(namespace, Role.NAME)
        if named is not None:
            return named[1]
    return question.scope.default_schema if alias in question.visible else None
