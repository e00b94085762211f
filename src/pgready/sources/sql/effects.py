"""One statement of the parse tree -> what it does to named objects.

Every statement kind of PostgreSQL 18 (src/include/nodes/parsenodes.h) either has a handler, is known to do nothing to
objects (transaction control, cursors), or comes out as an OPAQUE effect that carries its name.
"""

from collections.abc import Callable, Iterator

from pgready.model.effects import Action
from pgready.model.names import ObjectKind
from pgready.sources.sql import data, maintenance, moves, objects, settings, tables
from pgready.sources.sql.drafts import Draft, if_exists, if_not_exists, opaque, or_replace
from pgready.sources.sql.parse import Node
from pgready.sources.sql.scope import Scope, member, object_ref

__all__ = ["drafts_of"]

Handler = Callable[[Node, Scope], Iterator[Draft]]

# Statements without an effect on objects: cursors, prepared statements, messages, transactions. `SET CONSTRAINTS`
# ends with its transaction.
_WITHOUT_EFFECT = frozenset(
    {
        "CheckPointStmt",
        "ClosePortalStmt",
        "ConstraintsSetStmt",
        "DeallocateStmt",
        "FetchStmt",
        "ListenStmt",
        "NotifyStmt",
        "PrepareStmt",
        "TransactionStmt",
        "UnlistenStmt",
        "VariableShowStmt",
    }
)


def drafts_of(kind: str, node: Node, scope: Scope) -> list[Draft]:
    """The effects of one statement, in order; `scope` learns what later statements have to know.

    DO statements are not read here (`guards.read_do`).
    """
    handler = _HANDLERS.get(kind)
    if handler is not None:
        return list(handler(node, scope))
    return [] if kind in _WITHOUT_EFFECT else [opaque(kind)]


def _query(kind: str) -> Handler:
    return lambda node, scope: data.query({kind: node}, scope)


def _schema(node: Node, scope: Scope) -> Iterator[Draft]:
    """CREATE SCHEMA, and what it makes inside itself."""
    name = node.get("schemaname") or node.get("authrole", {}).get("rolename", "")
    made = object_ref(ObjectKind.SCHEMA, "", name)
    yield Draft(Action.CREATES, made, (), None, if_not_exists(made, given=node.get("if_not_exists")))
    inside = Scope(name, scope.temporary, scope.taken, known=scope.known, read_body=scope.read_body)
    for each in node.get("schemaElts", []):
        for kind, element in each.items():
            yield from drafts_of(kind, element, inside)


def _role(node: Node, _: Scope) -> Iterator[Draft]:
    yield Draft(Action.CREATES, object_ref(ObjectKind.ROLE, "", node.get("role", "")))


def _alter_role(node: Node, _: Scope) -> Iterator[Draft]:
    yield Draft(Action.ALTERS, object_ref(ObjectKind.ROLE, "", node.get("role", {}).get("rolename", "")))


def _alter_extension(node: Node, _: Scope) -> Iterator[Draft]:
    """ALTER EXTENSION ... UPDATE, and ADD or DROP of a member (`action` 1 or -1)."""
    words = {None: "UPDATE", 1: "ADD"}.get(node.get("action"), "DROP")
    yield Draft(Action.ALTERS, object_ref(ObjectKind.EXTENSION, "", node.get("extname", "")), (), words)


def _alter_policy(node: Node, scope: Scope) -> Iterator[Draft]:
    table = scope.relation(node.get("table", {}))
    yield Draft(Action.ALTERS, member(ObjectKind.POLICY, table, node.get("policy_name", "")), (table,))


def _alter_function(node: Node, scope: Scope) -> Iterator[Draft]:
    yield Draft(Action.ALTERS, moves.named_object(ObjectKind.FUNCTION, {"ObjectWithArgs": node.get("func", {})}, scope))


def _alter_type(node: Node, scope: Scope) -> Iterator[Draft]:
    yield Draft(Action.ALTERS, scope.named(ObjectKind.TYPE, node.get("typeName")))


def _other(action: Action, what: str, *keys: str) -> Handler:
    """A kind of object that the model has no kind for: OTHER, with its name and what it is."""

    def handle(node: Node, _: Scope) -> Iterator[Draft]:
        found = next((node[key] for key in keys if key in node), "")
        name = found if isinstance(found, str) else moves.other_name(_listed(found))
        made = object_ref(ObjectKind.OTHER, None, name or what.lower())
        clauses = if_not_exists(made, given=node.get("if_not_exists")) if action is Action.CREATES else ()
        if action is Action.DROPS:
            clauses = if_exists(made, given=node.get("missing_ok"))
        yield Draft(action, made, (), what, clauses)

    return handle


def _listed(found: list[Node] | Node) -> Node:
    """A name as a node: a list of strings, an ObjectWithArgs without its wrapper, or what is a node already."""
    if isinstance(found, list):
        return {"List": {"items": found}}
    return {"ObjectWithArgs": found} if "objname" in found else found


def _cast(node: Node, _: Scope) -> Iterator[Draft]:
    types = [{"TypeName": node.get(each, {})} for each in ("sourcetype", "targettype")]
    yield Draft(Action.CREATES, object_ref(ObjectKind.OTHER, None, moves.other_name(_listed(types))), (), "CAST")


def _transform(node: Node, _: Scope) -> Iterator[Draft]:
    parts = [{"TypeName": node.get("type_name", {})}, {"String": {"sval": node.get("lang", "")}}]
    name = moves.other_name(_listed(parts))
    yield Draft(
        Action.CREATES, object_ref(ObjectKind.OTHER, None, name), (), "TRANSFORM", or_replace(given=node.get("replace"))
    )


def _explain(node: Node, scope: Scope) -> Iterator[Draft]:
    """EXPLAIN ANALYZE executes its statement."""
    options = {each.get("DefElem", {}).get("defname") for each in node.get("options", [])}
    if "analyze" in options:
        for kind, inner in node.get("query", {}).items():
            yield from drafts_of(kind, inner, scope)


def _cursor(node: Node, scope: Scope) -> Iterator[Draft]:
    yield from data.query(node.get("query"), scope)


_HANDLERS: dict[str, Handler] = {
    "CreateStmt": tables.create_table,
    "CreateForeignTableStmt": tables.create_foreign_table,
    "AlterTableStmt": tables.alter_table,
    "CreateTableAsStmt": data.create_table_as,
    "SelectStmt": data.select,
    "InsertStmt": _query("InsertStmt"),
    "UpdateStmt": _query("UpdateStmt"),
    "DeleteStmt": _query("DeleteStmt"),
    "MergeStmt": _query("MergeStmt"),
    "TruncateStmt": data.truncate,
    "CopyStmt": data.copy,
    "RefreshMatViewStmt": objects.refresh,
    "DeclareCursorStmt": _cursor,
    "ExplainStmt": _explain,
    "IndexStmt": objects.create_index,
    "CreateEnumStmt": objects.create_enum,
    "AlterEnumStmt": objects.alter_enum,
    "CompositeTypeStmt": objects.create_composite,
    "CreateDomainStmt": objects.create_domain,
    "AlterDomainStmt": objects.alter_domain,
    "CreateRangeStmt": objects.define,
    "DefineStmt": objects.define,
    "ViewStmt": objects.create_view,
    "CreateFunctionStmt": objects.create_function,
    "AlterFunctionStmt": _alter_function,
    "AlterTypeStmt": _alter_type,
    "CreateTrigStmt": objects.create_trigger,
    "CreatePolicyStmt": objects.create_policy,
    "AlterPolicyStmt": _alter_policy,
    "RuleStmt": objects.create_rule,
    "CreateExtensionStmt": objects.create_extension,
    "AlterExtensionStmt": _alter_extension,
    "AlterExtensionContentsStmt": _alter_extension,
    "CreateSeqStmt": objects.create_sequence,
    "AlterSeqStmt": objects.alter_sequence,
    "CreateSchemaStmt": _schema,
    "CreateRoleStmt": _role,
    "AlterRoleStmt": _alter_role,
    "AlterRoleSetStmt": settings.role_setting,
    "DropRoleStmt": moves.drop_roles,
    "DropOwnedStmt": moves.drop_owned,
    "DropStmt": moves.drop,
    "RenameStmt": moves.rename,
    "AlterObjectSchemaStmt": moves.alter_schema_of,
    "AlterOwnerStmt": moves.change_owner,
    "AlterObjectDependsStmt": moves.change_dependency,
    "CommentStmt": moves.comment,
    "SecLabelStmt": moves.comment,
    "VariableSetStmt": settings.set_setting,
    "DiscardStmt": settings.discard,
    "AlterDatabaseSetStmt": settings.database_setting,
    "AlterSystemStmt": settings.system_setting,
    "LockStmt": maintenance.lock,
    "ClusterStmt": maintenance.cluster,
    "VacuumStmt": maintenance.vacuum,
    "ReindexStmt": maintenance.reindex,
    "GrantStmt": maintenance.grant,
    "GrantRoleStmt": maintenance.grant_role,
    "AlterDefaultPrivilegesStmt": maintenance.alter_default_privileges,
    "ReassignOwnedStmt": maintenance.reassign_owned,
    "LoadStmt": maintenance.load,
    "ImportForeignSchemaStmt": objects.import_foreign_schema,
    "CreateEventTrigStmt": _other(Action.CREATES, "EVENT TRIGGER", "trigname"),
    "AlterEventTrigStmt": _other(Action.ALTERS, "EVENT TRIGGER", "trigname"),
    "CreateCastStmt": _cast,
    "CreateConversionStmt": _other(Action.CREATES, "CONVERSION", "conversion_name"),
    "CreateTransformStmt": _transform,
    "CreateStatsStmt": _other(Action.CREATES, "STATISTICS", "defnames"),
    "AlterStatsStmt": _other(Action.ALTERS, "STATISTICS", "defnames"),
    "CreateOpClassStmt": _other(Action.CREATES, "OPERATOR CLASS", "opclassname"),
    "CreateOpFamilyStmt": _other(Action.CREATES, "OPERATOR FAMILY", "opfamilyname"),
    "AlterOpFamilyStmt": _other(Action.ALTERS, "OPERATOR FAMILY", "opfamilyname"),
    "AlterOperatorStmt": _other(Action.ALTERS, "OPERATOR", "opername"),
    "AlterCollationStmt": _other(Action.ALTERS, "COLLATION", "collname"),
    "AlterTSDictionaryStmt": _other(Action.ALTERS, "TEXT SEARCH DICTIONARY", "dictname"),
    "AlterTSConfigurationStmt": _other(Action.ALTERS, "TEXT SEARCH CONFIGURATION", "cfgname"),
    "CreatePLangStmt": _other(Action.CREATES, "LANGUAGE", "plname"),
    "CreateAmStmt": _other(Action.CREATES, "ACCESS METHOD", "amname"),
    "CreatePublicationStmt": _other(Action.CREATES, "PUBLICATION", "pubname"),
    "AlterPublicationStmt": _other(Action.ALTERS, "PUBLICATION", "pubname"),
    "CreateSubscriptionStmt": _other(Action.CREATES, "SUBSCRIPTION", "subname"),
    "AlterSubscriptionStmt": _other(Action.ALTERS, "SUBSCRIPTION", "subname"),
    "DropSubscriptionStmt": _other(Action.DROPS, "SUBSCRIPTION", "subname"),
    "CreateFdwStmt": _other(Action.CREATES, "FOREIGN DATA WRAPPER", "fdwname"),
    "AlterFdwStmt": _other(Action.ALTERS, "FOREIGN DATA WRAPPER", "fdwname"),
    "CreateForeignServerStmt": _other(Action.CREATES, "SERVER", "servername"),
    "AlterForeignServerStmt": _other(Action.ALTERS, "SERVER", "servername"),
    "CreateUserMappingStmt": _other(Action.CREATES, "USER MAPPING", "servername"),
    "AlterUserMappingStmt": _other(Action.ALTERS, "USER MAPPING", "servername"),
    "DropUserMappingStmt": _other(Action.DROPS, "USER MAPPING", "servername"),
    "CreateTableSpaceStmt": _other(Action.CREATES, "TABLESPACE", "tablespacename"),
    "AlterTableSpaceOptionsStmt": _other(Action.ALTERS, "TABLESPACE", "tablespacename"),
    "DropTableSpaceStmt": _other(Action.DROPS, "TABLESPACE", "tablespacename"),
    "CreatedbStmt": _other(Action.CREATES, "DATABASE", "dbname"),
    "AlterDatabaseStmt": _other(Action.ALTERS, "DATABASE", "dbname"),
    "AlterDatabaseRefreshCollStmt": _other(Action.ALTERS, "DATABASE", "dbname"),
    "DropdbStmt": _other(Action.DROPS, "DATABASE", "dbname"),
}
