"""DROP, RENAME, SET SCHEMA, OWNER TO and COMMENT of every kind of object."""

from collections.abc import Iterator

from pgready.model.effects import Action
from pgready.model.names import ObjectKind, ObjectRef
from pgready.sources.sql.drafts import Clause, Draft, if_exists, opaque, when_there
from pgready.sources.sql.kinds import kind_of_object, words_of_object
from pgready.sources.sql.parse import Node
from pgready.sources.sql.scope import TEMPORARY, Scope, member, object_ref
from pgready.sources.sql.tree import kind_of, name_parts, unwrap

__all__ = [
    "alter_schema_of",
    "change_dependency",
    "change_owner",
    "comment",
    "drop",
    "drop_owned",
    "drop_roles",
    "named_object",
    "other_name",
    "rename",
]

_MEMBERS = frozenset({ObjectKind.COLUMN, ObjectKind.CONSTRAINT, ObjectKind.TRIGGER, ObjectKind.POLICY, ObjectKind.RULE})
_GLOBAL = frozenset({ObjectKind.SCHEMA, ObjectKind.EXTENSION, ObjectKind.ROLE})


def named_object(kind: ObjectKind, name: Node | None, scope: Scope) -> ObjectRef:
    """The object that a name node of DROP, COMMENT, ALTER ... OWNER means.

    `name` is a List of strings, a String, a TypeName, an ObjectWithArgs (arguments are not kept) or a list of types.
    """
    fields = unwrap(name or {})
    parts_of = {"TypeName": "names", "ObjectWithArgs": "objname"}.get(kind_of(name or {}))
    parts = name_parts(fields.get(parts_of) if parts_of else name)
    if kind is ObjectKind.OTHER or not parts:
        return object_ref(ObjectKind.OTHER, None, other_name(name or {}) or kind_of(name or {}) or "?")
    if kind in _GLOBAL:
        return object_ref(kind, "", parts[-1])
    if kind in _MEMBERS:
        return _member(kind, parts, name or {}, scope)
    schema = parts[-2] if len(parts) > 1 else None
    return object_ref(kind, scope.schema_of(schema, parts[-1]), parts[-1])


def other_name(name: Node) -> str:
    """The name of what the model has no kind for: dotted; `a AS b` for a cast; the number of a large object."""
    fields = unwrap(name)
    items = fields.get("items", []) if "List" in name else []
    if items and "TypeName" in items[0]:
        return " AS ".join(".".join(name_parts(unwrap(each).get("names")) or name_parts(each)) for each in items)
    if "ObjectWithArgs" in name:
        return ".".join(name_parts(fields.get("objname")))
    return ".".join(name_parts(name)) or str(fields.get("ival", fields.get("fval", "")))


def _member(kind: ObjectKind, parts: list[str], name: Node, scope: Scope) -> ObjectRef:
    """`schema.table.member`; the constraint of a domain comes as a list of a type and a name."""
    items = name.get("List", {}).get("items", [])
    if items and "TypeName" in items[0]:
        parts = [*name_parts(items[0]["TypeName"].get("names")), parts[-1]]
    schema, table, own = ([None, None, *parts])[-3:]
    return object_ref(kind, scope.schema_of(schema, table or ""), own or "", table)


def drop(node: Node, scope: Scope) -> Iterator[Draft]:
    """DROP of a list of objects."""
    kind = kind_of_object(node.get("removeType", ""))
    words = (
        word
        for word, given in (
            ("FOREIGN", node.get("removeType") == "OBJECT_FOREIGN_TABLE"),
            ("CONCURRENTLY", node.get("concurrent")),
            ("CASCADE", node.get("behavior") == "DROP_CASCADE"),
        )
        if given
    )
    detail = " ".join(words) or None
    for each in node.get("objects", []):
        gone = named_object(kind, each, scope)
        needs = _owner(gone)
        if kind is ObjectKind.OTHER:
            detail = words_of_object(node.get("removeType", ""))
        yield Draft(Action.DROPS, gone, needs, detail, if_exists(gone, given=node.get("missing_ok")))
        _forget(gone, scope)


def _owner(gone: ObjectRef) -> tuple[ObjectRef, ...]:
    if gone.table is None:
        return ()
    return (object_ref(ObjectKind.RELATION, gone.schema, gone.table),)


def _forget(gone: ObjectRef, scope: Scope) -> None:
    """The name is free again."""
    if gone.kind is ObjectKind.TABLE:
        scope.temporary.discard(gone.name)
    if gone.table is None:
        scope.taken.free((gone.schema, gone.name))


def drop_roles(node: Node, _: Scope) -> Iterator[Draft]:
    """DROP ROLE."""
    for each in node.get("roles", []):
        gone = object_ref(ObjectKind.ROLE, "", each.get("RoleSpec", {}).get("rolename", ""))
        yield Draft(Action.DROPS, gone, (), None, if_exists(gone, given=node.get("missing_ok")))


def drop_owned(_: Node, __: Scope) -> Iterator[Draft]:
    """DROP OWNED drops whatever a role owns."""
    yield opaque("DROP OWNED")


def rename(node: Node, scope: Scope) -> Iterator[Draft]:
    """ALTER ... RENAME of every kind."""
    kind = kind_of_object(node.get("renameType", ""))
    old = _renamed(node, kind, scope)
    clauses = if_exists(old, given=node.get("missing_ok"))
    new = node.get("newname", "")
    if node.get("renameType") == "OBJECT_ATTRIBUTE":
        type_ = scope.relation(node.get("relation", {}), ObjectKind.TYPE)
        yield Draft(Action.ALTERS, type_, (), "RENAME ATTRIBUTE")
        return
    detail = words_of_object(node["renameType"]) if kind is ObjectKind.OTHER else None
    yield Draft(Action.RENAMES, old, _owner(old), detail, clauses, new_name=new)
    if old.table is None:
        scope.taken.rename((old.schema, old.name), (old.schema, new))
    if old.schema == TEMPORARY and old.kind is ObjectKind.TABLE:
        scope.temporary.discard(old.name)
        scope.temporary.add(new)


def _renamed(node: Node, kind: ObjectKind, scope: Scope) -> ObjectRef:
    if node.get("renameType") == "OBJECT_DOMCONSTRAINT":
        domain = named_object(ObjectKind.TYPE, node.get("object"), scope)
        return member(kind, domain, node.get("subname", ""))
    if kind in _GLOBAL:
        return object_ref(kind, "", node.get("subname", ""))
    if "relation" in node:
        relation = scope.relation(node["relation"], kind if "subname" not in node else ObjectKind.TABLE)
        return member(kind, relation, node["subname"]) if "subname" in node else relation
    if "object" in node:
        return named_object(kind, node["object"], scope)
    return object_ref(kind, None, node.get("subname", ""))


def alter_schema_of(node: Node, scope: Scope) -> Iterator[Draft]:
    """ALTER ... SET SCHEMA: a rename that keeps the name."""
    kind = kind_of_object(node.get("objectType", ""))
    moved = (
        scope.relation(node["relation"], kind) if "relation" in node else named_object(kind, node.get("object"), scope)
    )
    new = node.get("newschema", "")
    clauses: tuple[Clause, ...] = if_exists(moved, given=node.get("missing_ok"))
    needs = scope.schema_needed(new)
    if kind in _GLOBAL:
        yield Draft(Action.ALTERS, moved, needs, "SET SCHEMA", clauses)
        return
    yield Draft(Action.RENAMES, moved, needs, "SET SCHEMA", clauses, new_name=moved.name, new_schema=new)


def change_owner(node: Node, scope: Scope) -> Iterator[Draft]:
    """ALTER ... OWNER TO."""
    kind = kind_of_object(node.get("objectType", ""))
    changed = (
        scope.relation(node["relation"], kind) if "relation" in node else named_object(kind, node.get("object"), scope)
    )
    yield Draft(Action.ALTERS, changed, (), "OWNER TO", when_there(changed, given=node.get("missing_ok")))


def change_dependency(node: Node, scope: Scope) -> Iterator[Draft]:
    """ALTER ... DEPENDS ON EXTENSION."""
    kind = kind_of_object(node.get("objectType", ""))
    changed = _renamed({**node, "renameType": node.get("objectType", "")}, kind, scope)
    if kind is ObjectKind.TRIGGER:
        changed = member(kind, changed, (name_parts(node.get("object")) or [""])[-1])
    yield Draft(Action.ALTERS, changed, (), "DEPENDS ON EXTENSION")


def comment(node: Node, scope: Scope) -> Iterator[Draft]:
    """COMMENT ON and SECURITY LABEL."""
    changed = named_object(kind_of_object(node.get("objtype", "")), node.get("object"), scope)
    yield Draft(Action.ALTERS, changed, _owner(changed), "SECURITY LABEL" if "provider" in node else "COMMENT")
