"""Commands that change neither structure nor rows: locks, rewriting tables and indexes, privileges, ownership."""

from collections.abc import Iterator

from pgready.model.effects import Action
from pgready.model.names import ObjectKind
from pgready.sources.sql.drafts import Draft, opaque
from pgready.sources.sql.kinds import kind_of_object
from pgready.sources.sql.moves import named_object
from pgready.sources.sql.parse import Node
from pgready.sources.sql.scope import Scope, object_ref
from pgready.sources.sql.tree import constant, name_parts

__all__ = [
    "alter_default_privileges",
    "cluster",
    "grant",
    "grant_role",
    "load",
    "lock",
    "reassign_owned",
    "reindex",
    "vacuum",
]

# src/include/storage/lockdefs.h
_MODES = (
    "",
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)
_REINDEXED = {
    "REINDEX_OBJECT_INDEX": ObjectKind.INDEX,
    "REINDEX_OBJECT_TABLE": ObjectKind.TABLE,
    "REINDEX_OBJECT_SCHEMA": ObjectKind.SCHEMA,
}
# What a command without a table name works on.
_DATABASE = object_ref(ObjectKind.OTHER, None, "database")


def lock(node: Node, scope: Scope) -> Iterator[Draft]:
    """LOCK TABLE; the mode is in the detail (`LOCK ACCESS EXCLUSIVE`)."""
    mode = _MODES[node.get("mode", 0)]
    for each in node.get("relations", []):
        yield Draft(Action.ALTERS, scope.relation(each.get("RangeVar", {})), (), f"LOCK {mode}")


def cluster(node: Node, scope: Scope) -> Iterator[Draft]:
    """CLUSTER rewrites a table, or every table of the database that was clustered before."""
    table = scope.relation(node["relation"]) if "relation" in node else _DATABASE
    index = node.get("indexname")
    needs = (object_ref(ObjectKind.INDEX, table.schema, index, table.name),) if index else ()
    yield Draft(Action.ALTERS, table, needs, "CLUSTER")


def vacuum(node: Node, scope: Scope) -> Iterator[Draft]:
    """VACUUM FULL rewrites a table, VACUUM cleans it, ANALYZE only reads it."""
    options = _options(node.get("options", []))
    words = "VACUUM FULL" if "full" in options else "VACUUM" if node.get("is_vacuumcmd") else "ANALYZE"
    named = [each.get("VacuumRelation", {}).get("relation", {}) for each in node.get("rels", [])]
    for table in [scope.relation(each) for each in named] or [_DATABASE]:
        yield Draft(Action.READS if words == "ANALYZE" else Action.ALTERS, table, (), words)


def _options(options: list[Node]) -> set[str]:
    """The names of the options that are on."""
    elements = [each["DefElem"] for each in options if "DefElem" in each]
    return {each.get("defname", "") for each in elements if "arg" not in each or _is_on(each["arg"])}


def _is_on(value: Node) -> bool:
    given = (*name_parts(value), constant(value), value.get("Integer", {}).get("ival"), value.get("Boolean"))
    return any(each in ("true", "on", 1, {"boolval": True}) for each in given)


def reindex(node: Node, scope: Scope) -> Iterator[Draft]:
    """REINDEX of an index, a table, a schema, the database."""
    kind = _REINDEXED.get(node.get("kind", ""))
    if kind is None:
        target = _DATABASE
    elif "relation" in node:
        target = scope.relation(node["relation"], kind)
    else:
        target = object_ref(kind, "", node.get("name", ""))
    concurrently = " CONCURRENTLY" if "concurrently" in _options(node.get("params", [])) else ""
    yield Draft(Action.ALTERS, target, (), f"REINDEX{concurrently}")


def grant(node: Node, scope: Scope) -> Iterator[Draft]:
    """GRANT and REVOKE of privileges; of all tables of a schema it is told for the schema."""
    everywhere = node.get("targtype") == "ACL_TARGET_ALL_IN_SCHEMA"
    kind = ObjectKind.SCHEMA if everywhere else kind_of_object(node.get("objtype", ""))
    for each in node.get("objects", []):
        changed = scope.relation(each["RangeVar"], kind) if "RangeVar" in each else named_object(kind, each, scope)
        yield Draft(Action.ALTERS, changed, (), "GRANT" if node.get("is_grant") else "REVOKE")


def grant_role(node: Node, _: Scope) -> Iterator[Draft]:
    """GRANT and REVOKE of membership in roles."""
    for each in node.get("granted_roles", []):
        role = object_ref(ObjectKind.ROLE, "", each.get("AccessPriv", {}).get("priv_name", ""))
        yield Draft(Action.ALTERS, role, (), "GRANT" if node.get("is_grant") else "REVOKE")


def alter_default_privileges(_: Node, __: Scope) -> Iterator[Draft]:
    """ALTER DEFAULT PRIVILEGES: of objects that are made later."""
    yield Draft(Action.ALTERS, object_ref(ObjectKind.OTHER, None, "default privileges"), (), "DEFAULT PRIVILEGES")


def reassign_owned(node: Node, _: Scope) -> Iterator[Draft]:
    """REASSIGN OWNED changes the owner of everything that a role owns."""
    for each in node.get("roles", []):
        role = object_ref(ObjectKind.ROLE, "", each.get("RoleSpec", {}).get("rolename", ""))
        yield Draft(Action.ALTERS, role, (), "REASSIGN OWNED")


def load(node: Node, _: Scope) -> Iterator[Draft]:
    """LOAD runs the code of a library."""
    yield opaque("LOAD", detail=node.get("filename"))
