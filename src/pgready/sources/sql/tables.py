"""CREATE TABLE and ALTER TABLE (also of views, indexes, sequences and composite types)."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from pgready.model.effects import Action
from pgready.model.facts import ColumnFacts
from pgready.model.names import ObjectKind, ObjectRef
from pgready.sources.sql import default_names
from pgready.sources.sql.column_facts import altered_column, column_detail, new_column_facts, required_by_table
from pgready.sources.sql.constraints import Keyed, Owner, constraint_drafts, inline_constraints
from pgready.sources.sql.drafts import COLUMNS_OF, Clause, Draft, if_exists, if_not_exists, when_there
from pgready.sources.sql.kinds import kind_of_object
from pgready.sources.sql.parse import Node
from pgready.sources.sql.scope import Scope, member, object_ref

__all__ = ["alter_table", "create_foreign_table", "create_table"]


def create_foreign_table(node: Node, scope: Scope) -> Iterator[Draft]:
    """CREATE FOREIGN TABLE."""
    return create_table({**node.get("base", {}), "foreign": True}, scope)


def create_table(node: Node, scope: Scope) -> Iterator[Draft]:
    """The table, its columns, sequences, constraints and the indexes behind them."""
    table = scope.new_relation(node.get("relation", {}))
    if node.get("oncommit") == "ONCOMMIT_DROP":
        scope.until_commit.add(table.name)
    relation = object_ref(ObjectKind.RELATION, table.schema, table.name)
    clauses = if_not_exists(relation, given=node.get("if_not_exists"))
    elements = node.get("tableElts", [])
    columns = [each["ColumnDef"] for each in elements if "ColumnDef" in each]
    yield Draft(Action.CREATES, table, _table_needs(node, columns, table, scope), _table_detail(node), clauses)
    required = required_by_table(Keyed(each["Constraint"]) for each in elements if "Constraint" in each)
    keys: list[Keyed] = []
    for each in elements:
        column = each.get("ColumnDef")
        inline = list(inline_constraints(column)) if column else []
        keys += inline or ([Keyed(each["Constraint"])] if "Constraint" in each else [])
        if column and "typeName" in column:
            facts = new_column_facts(column, inline, scope, required=column.get("colname") in required)
            yield from _new_column(column, facts, Owner(table, None, clauses), (), scope)
    yield from constraint_drafts(scope, Owner(table, None, clauses), keys)
    for each in elements:
        if "TableLikeClause" in each:
            copied = scope.relation(each["TableLikeClause"].get("relation", {}))
            yield Draft(Action.ALTERS, table, (copied,), COLUMNS_OF, clauses)
    if "partbound" in node:
        partitioned = scope.relation(node["inhRelations"][0]["RangeVar"])
        yield Draft(Action.ALTERS, partitioned, (), "PARTITION MADE", clauses)
        yield from _default_partition(partitioned, table, node["partbound"], scope)


def _default_partition(partitioned: ObjectRef, part: ObjectRef, bound: Node, scope: Scope) -> Iterator[Draft]:
    """A new partition takes from the default one, which is read for that (manual, CREATE TABLE, PARTITION OF)."""
    parts = scope.known.default_partitions
    if bound.get("is_default"):
        parts[partitioned.schema, partitioned.name] = part
    elif (partitioned.schema, partitioned.name) in parts:
        yield Draft(Action.ALTERS, parts[partitioned.schema, partitioned.name], (), "DEFAULT PARTITION CHECKED")


def _table_detail(node: Node) -> str | None:
    parents = node.get("inhRelations", [])
    if parents:
        word = "PARTITION OF" if "partbound" in node else "INHERITS"
        return f"{word} {', '.join(each['RangeVar'].get('relname', '') for each in parents)}"
    return "PARTITION BY" if "partspec" in node else "FOREIGN" if node.get("foreign") else None


def _table_needs(node: Node, columns: Iterable[Node], table: ObjectRef, scope: Scope) -> tuple[ObjectRef, ...]:
    types = [scope.user_type(column.get("typeName")) for column in columns]
    types.append(scope.user_type(node.get("ofTypename")))
    likes = (each["TableLikeClause"]["relation"] for each in node.get("tableElts", []) if "TableLikeClause" in each)
    parents = (each["RangeVar"] for each in node.get("inhRelations", []))
    needs = [*scope.schema_needed(table.schema), *filter(None, types)]
    needs += [scope.relation(each) for each in (*parents, *likes)]
    return tuple(dict.fromkeys(needs))


def _new_column(
    column: Node, facts: ColumnFacts, owner: Owner, needs: tuple[ObjectRef, ...], scope: Scope
) -> Iterator[Draft]:
    """The column, and the sequence behind it."""
    table, name = owner.table, column.get("colname", "")
    type_ = scope.user_type(column.get("typeName"))
    made = member(ObjectKind.COLUMN, table, name)
    needs = (*needs, type_) if type_ else needs
    yield Draft(Action.CREATES, made, needs, column_detail(facts), owner.clauses, facts=facts)
    if facts.serial or facts.identity:
        sequence = default_names.sequence_name(scope, table.schema, table.name, name)
        yield Draft(Action.CREATES, object_ref(ObjectKind.SEQUENCE, table.schema, sequence), (), None, owner.clauses)


def alter_table(node: Node, scope: Scope) -> Iterator[Draft]:
    """Every sub-command, in order."""
    kind = kind_of_object(node.get("objtype", "OBJECT_TABLE"))
    target = scope.relation(node.get("relation", {}), kind)
    clauses = when_there(target, given=node.get("missing_ok"))
    commands = [each["AlterTableCmd"] for each in node.get("cmds", []) if "AlterTableCmd" in each]
    if kind not in (ObjectKind.TABLE, ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW):
        for command in commands:
            words = _words(command)
            attribute = f" {command.get('name', '')}" if words == "DROP ATTRIBUTE" else ""
            yield Draft(Action.ALTERS, target, _named_needs(command, scope), f"{words}{attribute}", clauses)
        return
    added = frozenset(
        command["def"]["ColumnDef"].get("colname", "") for command in commands if command["subtype"] == "AT_AddColumn"
    )
    keys = (Keyed(each["def"]["Constraint"]) for each in commands if each["subtype"] == "AT_AddConstraint")
    owner = Owner(target, added, clauses, required_by_table(keys) if added else frozenset())
    for number, command in enumerate(commands):
        handler = _COMMANDS.get(command.get("subtype", ""), _other)
        drafts = handler(command, owner, scope)
        yield from (replace(each, action_number=number) for each in drafts) if len(commands) > 1 else drafts


Handler = Callable[[Node, Owner, Scope], Iterator[Draft]]


def _add_column(command: Node, owner: Owner, scope: Scope) -> Iterator[Draft]:
    column = command["def"]["ColumnDef"]
    made = member(ObjectKind.COLUMN, owner.table, column.get("colname", ""))
    clauses = (*owner.clauses, *if_not_exists(made, given=command.get("missing_ok")))
    inline = list(inline_constraints(column))
    guarded = Owner(owner.table, owner.new, clauses)
    facts = new_column_facts(column, inline, scope, required=made.name in owner.required)
    yield from _new_column(column, facts, guarded, (owner.table,), scope)
    yield from constraint_drafts(scope, guarded, inline)


def _drop_column(command: Node, owner: Owner, _: Scope) -> Iterator[Draft]:
    gone = member(ObjectKind.COLUMN, owner.table, command.get("name", ""))
    yield Draft(Action.DROPS, gone, (owner.table,), _cascade(command), _gone(command, owner, gone))


def _drop_constraint(command: Node, owner: Owner, scope: Scope) -> Iterator[Draft]:
    gone = member(ObjectKind.CONSTRAINT, owner.table, command.get("name", ""))
    scope.taken.free_member((gone.schema, gone.name))
    yield Draft(Action.DROPS, gone, (owner.table,), _cascade(command), _gone(command, owner, gone))


def _gone(command: Node, owner: Owner, gone: ObjectRef) -> tuple[Clause, ...]:
    return (*owner.clauses, *if_exists(gone, given=command.get("missing_ok")))


def _cascade(command: Node) -> str | None:
    return "CASCADE" if command.get("behavior") == "DROP_CASCADE" else None


def _add_constraint(command: Node, owner: Owner, scope: Scope) -> Iterator[Draft]:
    yield from constraint_drafts(scope, owner, [Keyed(command["def"]["Constraint"])])


def _alter_constraint(command: Node, owner: Owner, _: Scope) -> Iterator[Draft]:
    name = command.get("name") or command.get("def", {}).get("ATAlterConstraint", {}).get("conname", "")
    changed = member(ObjectKind.CONSTRAINT, owner.table, name)
    yield Draft(Action.ALTERS, changed, (owner.table,), _words(command), owner.clauses)


def _alter_column(command: Node, owner: Owner, scope: Scope) -> Iterator[Draft]:
    changed = member(ObjectKind.COLUMN, owner.table, command.get("name", ""))
    type_ = scope.user_type(command.get("def", {}).get("ColumnDef", {}).get("typeName"))
    needs = (owner.table, *((type_,) if type_ else ()))
    facts = altered_column(command, owner.table.name, scope)
    yield Draft(Action.ALTERS, changed, needs, _words(command), owner.clauses, facts=facts)
    if command.get("subtype") == "AT_AddIdentity":
        name = default_names.sequence_name(scope, owner.table.schema, owner.table.name, changed.name)
        yield Draft(
            Action.CREATES, object_ref(ObjectKind.SEQUENCE, owner.table.schema, name), needs, None, owner.clauses
        )


def _other(command: Node, owner: Owner, scope: Scope) -> Iterator[Draft]:
    """What concerns the table as a whole: owner, options, row security, triggers switched on or off."""
    yield Draft(Action.ALTERS, owner.table, _named_needs(command, scope), _words(command), owner.clauses)


def _partition(command: Node, owner: Owner, scope: Scope) -> Iterator[Draft]:
    """ATTACH and DETACH PARTITION: the partitioned table, the partition, and the default partition that is read."""
    given = command.get("def", {}).get("PartitionCmd", {})
    word = "ATTACHED" if command.get("subtype") == "AT_AttachPartition" else "DETACHED"
    how = " CONCURRENTLY" if given.get("concurrent") or command.get("subtype") == "AT_DetachPartitionFinalize" else ""
    yield Draft(Action.ALTERS, owner.table, _named_needs(command, scope), f"PARTITION {word}{how}", owner.clauses)
    part = scope.relation(given.get("name", {}))
    yield Draft(Action.ALTERS, part, (owner.table,), f"{word[:-2]} PARTITION", owner.clauses)
    if word == "ATTACHED":
        yield from _default_partition(owner.table, part, given.get("bound", {}), scope)


def _named_needs(command: Node, scope: Scope) -> tuple[ObjectRef, ...]:
    """The other relation of ATTACH PARTITION and INHERIT."""
    definition = command.get("def", {})
    other = definition.get("PartitionCmd", {}).get("name") or definition.get("RangeVar")
    return (scope.relation(other, ObjectKind.RELATION),) if other else ()


_SPECIAL_WORDS = {
    "AT_ColumnDefault": "SET DEFAULT",
    "AT_CookedColumnDefault": "SET DEFAULT",
    "AT_AlterColumnType": "TYPE",
    "AT_AddColumn": "ADD ATTRIBUTE",
    "AT_DropColumn": "DROP ATTRIBUTE",
    "AT_SetUnLogged": "SET UNLOGGED",
    "AT_SetTableSpace": "SET TABLESPACE",
    "AT_ChangeOwner": "OWNER TO",
    "AT_EnableRowSecurity": "ENABLE ROW LEVEL SECURITY",
    "AT_DisableRowSecurity": "DISABLE ROW LEVEL SECURITY",
}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _words(command: Node) -> str:
    """The sub-command in PostgreSQL's words: `AT_SetNotNull` -> `SET NOT NULL`."""
    subtype = command.get("subtype", "")
    if subtype == "AT_ColumnDefault" and "def" not in command:
        return "DROP DEFAULT"
    return _SPECIAL_WORDS.get(subtype) or _CAMEL.sub(" ", subtype.removeprefix("AT_")).upper()


_COMMANDS: dict[str, Handler] = {
    "AT_AddColumn": _add_column,
    "AT_DropColumn": _drop_column,
    "AT_AddConstraint": _add_constraint,
    "AT_DropConstraint": _drop_constraint,
    "AT_AlterConstraint": _alter_constraint,
    **dict.fromkeys(("AT_AttachPartition", "AT_DetachPartition", "AT_DetachPartitionFinalize"), _partition),
    "AT_ValidateConstraint": _alter_constraint,
    **dict.fromkeys(
        (
            "AT_ColumnDefault",
            "AT_CookedColumnDefault",
            "AT_DropNotNull",
            "AT_SetNotNull",
            "AT_SetExpression",
            "AT_DropExpression",
            "AT_SetStatistics",
            "AT_SetOptions",
            "AT_ResetOptions",
            "AT_SetStorage",
            "AT_SetCompression",
            "AT_AlterColumnType",
            "AT_AlterColumnGenericOptions",
            "AT_AddIdentity",
            "AT_SetIdentity",
            "AT_DropIdentity",
        ),
        _alter_column,
    ),
}
