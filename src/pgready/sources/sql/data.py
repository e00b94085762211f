"""Statements that read or write rows: SELECT, INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY, CREATE TABLE AS."""

from collections.abc import Iterator

from pgready.model.effects import Action
from pgready.model.facts import Reach, RowsFacts
from pgready.model.names import ObjectKind, ObjectRef
from pgready.sources.sql.catalog_names import relation_name
from pgready.sources.sql.default_names import figure_column
from pgready.sources.sql.defaults import built_in_functions
from pgready.sources.sql.drafts import COLUMNS_OF, Draft, if_not_exists, opaque
from pgready.sources.sql.parse import Node
from pgready.sources.sql.scope import TEMPORARY, Scope, member, object_ref
from pgready.sources.sql.settings import set_config
from pgready.sources.sql.tree import find, name_parts, string_constant
from pgready.sources.sql.written_rows import reads_whole_table, rows_of_new_table, written_rows

__all__ = ["copy", "create_table_as", "merge_words", "query", "relations_in", "select", "truncate"]

_WRITERS = {"InsertStmt": "INSERT", "UpdateStmt": "UPDATE", "DeleteStmt": "DELETE", "MergeStmt": "MERGE"}
# Functions of the usual extensions that only compute.
_HARMLESS = frozenset(
    {
        *("uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v3", "uuid_generate_v4", "uuid_generate_v5"),
        *("crypt", "decrypt", "digest", "encrypt", "gen_random_bytes", "gen_salt", "hmac", "similarity", "unaccent"),
    }
)
_QUERY_NODES = frozenset({*_WRITERS, "CommonTableExpr", "RangeVar"})
_CALLS = frozenset({"FuncCall"})
_EVERY_ROW = RowsFacts(unconditional=True, reach=Reach(), removes=True)
_EVERY_ROW_READ = RowsFacts(reach=Reach())
# Functions of PostgreSQL that run SQL given as text.
_RUN_TEXT = frozenset(
    {"query_to_xml", "query_to_xmlschema", "query_to_xml_and_xmlschema", "cursor_to_xml", "cursor_to_xmlschema"}
)


def relations_in(node: object, scope: Scope) -> tuple[ObjectRef, ...]:
    """The relations that queries read or write, each once; names of their own WITH clauses are left out."""
    found = (draft.object for draft in query(node, scope)) if node else ()
    return tuple(dict.fromkeys(object_ref(ObjectKind.RELATION, each.schema, each.name) for each in found))


def query(node: object, scope: Scope) -> Iterator[Draft]:
    """What a query writes and reads, also inside WITH: first what it writes."""
    nodes = find(node, _QUERY_NODES)
    own = {fields.get("ctename") for kind, fields in nodes if kind == "CommonTableExpr"}
    for kind, fields in nodes:
        if kind in _WRITERS:
            target = scope.relation(fields.get("relation", {}))
            facts = written_rows(kind, fields, target, scope)
            yield Draft(Action.WRITES, target, _columns_needed(fields, target), merge_words(kind, fields), facts=facts)
    relations = (fields for kind, fields in nodes if kind == "RangeVar")
    read = (
        scope.relation(fields, ObjectKind.RELATION)
        for fields in relations
        if fields.get("schemaname") or fields.get("relname") not in own
    )
    for each in dict.fromkeys(read):
        if not scope.is_system(each):
            yield Draft(Action.READS, each, facts=_EVERY_ROW_READ if reads_whole_table(node) else None)


def _columns_needed(fields: Node, target: ObjectRef) -> tuple[ObjectRef, ...]:
    """The columns that INSERT and UPDATE name."""
    named = [*fields.get("cols", []), *(fields.get("targetList", []) if "selectStmt" not in fields else [])]
    columns = (each["ResTarget"].get("name") for each in named if "ResTarget" in each)
    return (target, *(member(ObjectKind.COLUMN, target, name) for name in dict.fromkeys(columns) if name))


def merge_words(kind: str, fields: Node) -> str:
    """`DELETE`, `DELETE WHERE`, `INSERT ON CONFLICT`: what is done, and whether a condition limits it."""
    word = _WRITERS[kind]
    if "onConflictClause" in fields:
        return f"{word} ON CONFLICT"
    return f"{word} WHERE" if "whereClause" in fields else word


def select(node: Node, scope: Scope) -> Iterator[Draft]:
    """SELECT, also SELECT INTO; a function that is not PostgreSQL's own may do anything."""
    if "intoClause" in node:
        yield from _new_table(node["intoClause"], node, scope, ObjectKind.TABLE)
    yield from query({"SelectStmt": node}, scope)
    for _, fields in find(node, _CALLS):
        yield from _call(fields, scope)


def _call(fields: Node, scope: Scope) -> Iterator[Draft]:
    parts = name_parts(fields.get("funcname"))
    name = parts[-1] if parts else ""
    built_in = parts[:-1] in ([], ["pg_catalog"]) and name in built_in_functions()
    if name in _RUN_TEXT or not (built_in or name in _HARMLESS):
        schema = parts[-2] if len(parts) > 1 else scope.default_schema
        yield Draft(Action.OPAQUE, object_ref(ObjectKind.FUNCTION, schema, name), (), "SELECT")
    elif name == "set_config":
        yield set_config(fields, scope)
    elif name in ("setval", "nextval"):
        given = string_constant((fields.get("args") or [{}])[0])
        found = relation_name(given, ObjectKind.SEQUENCE, scope) if given else None
        yield Draft(Action.WRITES, found or object_ref(ObjectKind.OTHER, None, "sequence"), (), name)


def create_table_as(node: Node, scope: Scope) -> Iterator[Draft]:
    """CREATE TABLE AS and CREATE MATERIALIZED VIEW."""
    inner = node.get("query", {})
    kind = ObjectKind.MATERIALIZED_VIEW if node.get("objtype") == "OBJECT_MATVIEW" else ObjectKind.TABLE
    clauses = bool(node.get("if_not_exists"))
    yield from _new_table(node.get("into", {}), inner.get("SelectStmt"), scope, kind, guarded=clauses)
    if "ExecuteStmt" in inner:
        yield opaque("CREATE TABLE AS EXECUTE")
    yield from query(inner, scope)


def _new_table(
    into: Node, chosen: Node | None, scope: Scope, kind: ObjectKind, *, guarded: bool = False
) -> Iterator[Draft]:
    read = relations_in(chosen, scope)
    names = _result_columns(chosen or {})
    given = name_parts(into.get("colNames"))
    columns = [*given, *names[len(given) :]]
    rows = rows_of_new_table(chosen or {}, columns, scope, empty=bool(into.get("skipData")))
    facts = rows if kind is ObjectKind.TABLE else None
    table = scope.new_relation(into.get("rel", {}), kind)
    if into.get("onCommit") == "ONCOMMIT_DROP":
        scope.until_commit.add(table.name)
    clauses = if_not_exists(object_ref(ObjectKind.RELATION, table.schema, table.name), given=guarded)
    yield Draft(Action.CREATES, table, (*scope.schema_needed(table.schema), *read), "AS SELECT", clauses, facts=facts)
    if kind is ObjectKind.MATERIALIZED_VIEW:
        return
    for name in columns:
        if name is not None:
            yield Draft(Action.CREATES, member(ObjectKind.COLUMN, table, name), (), None, clauses)
    if None in columns and table.schema != TEMPORARY:
        whole = tuple(each.relation for each in rows.sources if each.every_column)
        yield Draft(Action.ALTERS, table, tuple(dict.fromkeys(whole)), COLUMNS_OF, clauses)


def _result_columns(chosen: Node) -> list[str | None]:
    """The names of a query's columns; None for `*`."""
    while "larg" in chosen:
        chosen = chosen["larg"]
    names: list[str | None] = []
    for each in chosen.get("targetList", []):
        target = each.get("ResTarget", {})
        value = target.get("val", {})
        star = any("A_Star" in field for field in value.get("ColumnRef", {}).get("fields", []))
        names.append(None if star else target.get("name") or figure_column(value) or "?column?")
    return names


def truncate(node: Node, scope: Scope) -> Iterator[Draft]:
    """TRUNCATE."""
    cascade = " CASCADE" if node.get("behavior") == "DROP_CASCADE" else ""
    for each in node.get("relations", []):
        target = scope.relation(each.get("RangeVar", {}))
        yield Draft(Action.WRITES, target, (target,), f"TRUNCATE{cascade}", facts=_EVERY_ROW)


def copy(node: Node, scope: Scope) -> Iterator[Draft]:
    """COPY; to or from a program it is also opaque."""
    if "relation" in node:
        target = scope.relation(node["relation"])
        action = Action.WRITES if node.get("is_from") else Action.READS
        names = name_parts(node.get("attlist"))
        columns = (member(ObjectKind.COLUMN, target, name) for name in names)
        facts = RowsFacts(columns=tuple(names)) if node.get("is_from") else None
        yield Draft(action, target, (target, *columns), "COPY", facts=facts)
    yield from query(node.get("query"), scope)
    if node.get("is_program"):
        yield opaque("COPY PROGRAM")
