"""CREATE and ALTER of everything that is not a table: indexes, types, views, routines, schemas, roles, ..."""

from collections.abc import Iterable, Iterator

from pgready.model.effects import Action
from pgready.model.facts import ConstraintFacts, IndexFacts
from pgready.model.names import ObjectKind, ObjectRef
from pgready.sources.sql import default_names
from pgready.sources.sql.data import relations_in
from pgready.sources.sql.drafts import Draft, if_not_exists, opaque, or_replace, when_there
from pgready.sources.sql.kinds import kind_of_object, words_of_object
from pgready.sources.sql.parse import Node
from pgready.sources.sql.scope import Scope, member, object_ref
from pgready.sources.sql.tree import name_parts

__all__ = [
    "alter_domain",
    "alter_enum",
    "alter_sequence",
    "create_composite",
    "create_domain",
    "create_enum",
    "create_extension",
    "create_function",
    "create_index",
    "create_policy",
    "create_rule",
    "create_sequence",
    "create_trigger",
    "create_view",
    "define",
    "import_foreign_schema",
    "refresh",
]


def create_index(node: Node, scope: Scope) -> Iterator[Draft]:
    """CREATE INDEX, with PostgreSQL's name when it has none."""
    table = scope.relation(node.get("relation", {}))
    elements = [each["IndexElem"] for each in node.get("indexParams", []) if "IndexElem" in each]
    including = [each["IndexElem"] for each in node.get("indexIncludingParams", []) if "IndexElem" in each]
    name = node.get("idxname")
    if name:
        scope.taken.take((table.schema, name), (table.schema, table.name))
    else:
        columns = default_names.index_columns([*elements, *including])
        name = default_names.index_name(scope, table.schema, table.name, columns, "idx")
    used = default_names.columns_in(
        [node.get("indexParams"), node.get("indexIncludingParams"), node.get("whereClause")]
    )
    made = member(ObjectKind.INDEX, table, name)
    words = (word for word, key in (("UNIQUE", "unique"), ("CONCURRENTLY", "concurrent")) if node.get(key))
    guarded = if_not_exists(object_ref(ObjectKind.RELATION, table.schema, name), given=node.get("if_not_exists"))
    needs = (table, *(member(ObjectKind.COLUMN, table, column) for column in used))
    facts = IndexFacts(
        columns=tuple(each.get("name") for each in elements),
        unique=bool(node.get("unique")),
        concurrently=bool(node.get("concurrent")),
        partial="whereClause" in node,
        method=node.get("accessMethod", "btree"),
    )
    yield Draft(Action.CREATES, made, needs, " ".join(words) or None, guarded, facts=facts)


def create_enum(node: Node, scope: Scope) -> Iterator[Draft]:
    """CREATE TYPE ... AS ENUM, and its values."""
    made = scope.named(ObjectKind.TYPE, node.get("typeName"))
    yield Draft(Action.CREATES, made, scope.schema_needed(made.schema), "ENUM")
    for value in name_parts(node.get("vals")):
        yield Draft(Action.CREATES, member(ObjectKind.ENUM_VALUE, made, value))


def alter_enum(node: Node, scope: Scope) -> Iterator[Draft]:
    """ALTER TYPE ... ADD VALUE and RENAME VALUE."""
    type_ = scope.named(ObjectKind.TYPE, node.get("typeName"))
    new = node.get("newVal", "")
    if "oldVal" in node:
        old = member(ObjectKind.ENUM_VALUE, type_, node["oldVal"])
        yield Draft(Action.RENAMES, old, (type_,), new_name=new)
        return
    made = member(ObjectKind.ENUM_VALUE, type_, new)
    yield Draft(Action.CREATES, made, (type_,), None, if_not_exists(made, given=node.get("skipIfNewValExists")))


def create_composite(node: Node, scope: Scope) -> Iterator[Draft]:
    """CREATE TYPE ... AS (...)."""
    made = scope.new_relation(node.get("typevar", {}), ObjectKind.TYPE)
    types = (scope.user_type(each["ColumnDef"].get("typeName")) for each in node.get("coldeflist", []))
    yield Draft(Action.CREATES, made, (*scope.schema_needed(made.schema), *filter(None, types)), "COMPOSITE")


def create_domain(node: Node, scope: Scope) -> Iterator[Draft]:
    """CREATE DOMAIN, and its constraints that have a name."""
    made = scope.named(ObjectKind.TYPE, node.get("domainname"))
    base = scope.user_type(node.get("typeName"))
    yield Draft(Action.CREATES, made, (*scope.schema_needed(made.schema), *((base,) if base else ())), "DOMAIN")
    for each in node.get("constraints", []):
        fields = each.get("Constraint", {})
        if fields.get("contype") == "CONSTR_CHECK":
            yield _domain_check(fields, made, scope)


def _domain_check(fields: Node, domain: ObjectRef, scope: Scope) -> Draft:
    name = fields.get("conname") or default_names.constraint_name(scope, domain.schema, domain.name, None, "check")
    facts = ConstraintFacts(valid=not fields.get("skip_validation"))
    return Draft(Action.CREATES, member(ObjectKind.CONSTRAINT, domain, name), (), "CHECK", facts=facts)


def alter_domain(node: Node, scope: Scope) -> Iterator[Draft]:
    """ALTER DOMAIN: default, NOT NULL, constraints."""
    domain = scope.named(ObjectKind.TYPE, node.get("typeName"))
    subtype = node.get("subtype", "")
    name = node.get("name", "")
    if subtype == "C":
        yield _domain_check(node.get("def", {}).get("Constraint", {}), domain, scope)
    elif subtype == "X":
        yield Draft(Action.DROPS, member(ObjectKind.CONSTRAINT, domain, name), (domain,))
    else:
        words = {"T": "DEFAULT", "N": "DROP NOT NULL", "O": "SET NOT NULL", "V": "VALIDATE CONSTRAINT"}
        yield Draft(Action.ALTERS, domain, (), words.get(subtype, subtype))


def define(node: Node, scope: Scope) -> Iterator[Draft]:
    """CREATE of shell and base types, aggregates, operators, collations, text search objects; also range types."""
    kind = kind_of_object(node.get("kind", "OBJECT_TYPE"))
    names = node.get("defnames") or node.get("typeName")
    other = kind is ObjectKind.OTHER
    made = object_ref(kind, None, ".".join(name_parts(names))) if other else scope.named(kind, names)
    words = words_of_object(node.get("kind", "")) if other else None
    clauses = (*if_not_exists(made, given=node.get("if_not_exists")), *or_replace(given=node.get("replace")))
    yield Draft(Action.CREATES, made, scope.schema_needed(made.schema), words, clauses)


def create_view(node: Node, scope: Scope) -> Iterator[Draft]:
    """CREATE VIEW."""
    read = relations_in(node.get("query"), scope)
    made = scope.new_relation(node.get("view", {}), ObjectKind.VIEW)
    needs = (*scope.schema_needed(made.schema), *read)
    yield Draft(Action.CREATES, made, needs, None, or_replace(given=node.get("replace")))


def refresh(node: Node, scope: Scope) -> Iterator[Draft]:
    """REFRESH MATERIALIZED VIEW."""
    target = scope.relation(node.get("relation", {}), ObjectKind.MATERIALIZED_VIEW)
    yield Draft(Action.WRITES, target, (target,), "REFRESH CONCURRENTLY" if node.get("concurrent") else "REFRESH")


def create_function(node: Node, scope: Scope) -> Iterator[Draft]:
    """CREATE FUNCTION and PROCEDURE; a body given as text is not executed now and needs nothing now."""
    made = scope.named(ObjectKind.FUNCTION, node.get("funcname"))
    parameters = (each.get("FunctionParameter", {}).get("argType") for each in node.get("parameters", []))
    types = (scope.user_type(each) for each in (*parameters, node.get("returnType")))
    needs = (*scope.schema_needed(made.schema), *filter(None, types), *relations_in(node.get("sql_body"), scope))
    yield Draft(Action.CREATES, made, tuple(dict.fromkeys(needs)), None, or_replace(given=node.get("replace")))


def create_trigger(node: Node, scope: Scope) -> Iterator[Draft]:
    """CREATE TRIGGER."""
    table = scope.relation(node.get("relation", {}))
    made = member(ObjectKind.TRIGGER, table, node.get("trigname", ""))
    function = scope.named(ObjectKind.FUNCTION, node.get("funcname"))
    yield Draft(Action.CREATES, made, (table, function), None, or_replace(given=node.get("replace")))


def create_policy(node: Node, scope: Scope) -> Iterator[Draft]:
    """CREATE POLICY."""
    table = scope.relation(node.get("table", {}))
    read = relations_in([node.get("qual"), node.get("with_check")], scope)
    yield Draft(Action.CREATES, member(ObjectKind.POLICY, table, node.get("policy_name", "")), (table, *read))


def create_rule(node: Node, scope: Scope) -> Iterator[Draft]:
    """CREATE RULE; its actions happen later."""
    table = scope.relation(node.get("relation", {}))
    made = member(ObjectKind.RULE, table, node.get("rulename", ""))
    needs = (table, *relations_in(node.get("actions"), scope))
    yield Draft(Action.CREATES, made, needs, None, or_replace(given=node.get("replace")))


def create_extension(node: Node, scope: Scope) -> Iterator[Draft]:
    """CREATE EXTENSION; what is in it is not known here."""
    made = object_ref(ObjectKind.EXTENSION, "", node.get("extname", ""))
    options = {each["DefElem"].get("defname"): each["DefElem"].get("arg", {}) for each in node.get("options", [])}
    schema = options.get("schema", {}).get("String", {}).get("sval")
    yield Draft(
        Action.CREATES, made, scope.schema_needed(schema), None, if_not_exists(made, given=node.get("if_not_exists"))
    )


def create_sequence(node: Node, scope: Scope) -> Iterator[Draft]:
    """CREATE SEQUENCE."""
    made = scope.new_relation(node.get("sequence", {}), ObjectKind.SEQUENCE)
    relation = object_ref(ObjectKind.RELATION, made.schema, made.name)
    needs = (*scope.schema_needed(made.schema), *_owned_by(node.get("options", []), scope))
    yield Draft(Action.CREATES, made, needs, None, if_not_exists(relation, given=node.get("if_not_exists")))


def alter_sequence(node: Node, scope: Scope) -> Iterator[Draft]:
    """ALTER SEQUENCE."""
    changed = scope.relation(node.get("sequence", {}), ObjectKind.SEQUENCE)
    options = node.get("options", [])
    words = ", ".join(str(each.get("DefElem", {}).get("defname", "")).upper() for each in options)
    needs = _owned_by(options, scope)
    yield Draft(Action.ALTERS, changed, needs, words or None, when_there(changed, given=node.get("missing_ok")))


def _owned_by(options: Iterable[Node], scope: Scope) -> tuple[ObjectRef, ...]:
    for each in options:
        element = each.get("DefElem", {})
        parts = name_parts(element.get("arg")) if element.get("defname") == "owned_by" else []
        if len(parts) > 1:
            schema = scope.schema_of(parts[-3] if len(parts) > 2 else None, parts[-2])  # noqa: PLR2004 - schema.table.column
            table = object_ref(ObjectKind.TABLE, schema, parts[-2])
            return table, member(ObjectKind.COLUMN, table, parts[-1])
    return ()


def import_foreign_schema(_: Node, __: Scope) -> Iterator[Draft]:
    """IMPORT FOREIGN SCHEMA makes tables that only the other server knows."""
    yield opaque("IMPORT FOREIGN SCHEMA")
