"""What is known of a column from its definition, and of what ALTER COLUMN makes of it."""

from collections.abc import Iterable

from pgready.model.facts import ColumnFacts, Default
from pgready.sources.sql.constraints import Keyed
from pgready.sources.sql.defaults import default_kind
from pgready.sources.sql.kept_columns import kept_columns
from pgready.sources.sql.lost_values import keeps_something
from pgready.sources.sql.parse import Node
from pgready.sources.sql.scope import Scope
from pgready.sources.sql.tree import find, name_parts
from pgready.sources.sql.type_names import is_serial, type_name

__all__ = ["altered_column", "column_detail", "new_column_facts", "required_by_table"]

_REQUIRING = ("CONSTR_NOTNULL", "CONSTR_PRIMARY", "CONSTR_IDENTITY")
_VIRTUAL = "v"
_COLUMNS = frozenset({"ColumnRef"})


def new_column_facts(column: Node, inline: Iterable[Keyed], scope: Scope, *, required: bool = False) -> ColumnFacts:
    """The facts of a column definition; `required` by a constraint of the table."""
    found = {each.fields.get("contype"): each.fields for each in inline}
    serial = is_serial(column.get("typeName", {}))
    generated = found.get("CONSTR_GENERATED", {})
    return ColumnFacts(
        type=type_name(column.get("typeName"), scope),
        not_null=required or serial or any(each in found for each in _REQUIRING),
        default=Default.VOLATILE if serial else _default(found.get("CONSTR_DEFAULT")),
        identity="CONSTR_IDENTITY" in found,
        generated=bool(generated),
        virtual=generated.get("generated_kind") == _VIRTUAL,
        serial=serial,
    )


def _default(constraint: Node | None) -> Default | None:
    return None if constraint is None else default_kind(constraint.get("raw_expr", {}))


def column_detail(facts: ColumnFacts) -> str | None:
    """`NOT NULL`: every INSERT has to give it a value, unless there is also a `DEFAULT`."""
    filled = facts.default is not None or facts.generated or facts.identity
    return " ".join(word for word, given in (("NOT NULL", facts.not_null), ("DEFAULT", filled)) if given) or None


def required_by_table(keys: Iterable[Keyed]) -> frozenset[str]:
    """The columns that a primary key or a NOT NULL of the table (since PostgreSQL 18) makes required."""
    found = (each.fields for each in keys if each.fields.get("contype") in ("CONSTR_PRIMARY", "CONSTR_NOTNULL"))
    return frozenset(name for fields in found for name in name_parts(fields.get("keys")))


def _reads(expression: Node, column: str, table: str) -> bool:
    """Whether an expression uses the column, or the row as a whole (`t.*`, or the name of the table)."""
    for _, fields in find(expression, _COLUMNS):
        parts = name_parts(fields.get("fields"))
        star = any("A_Star" in each for each in fields.get("fields", []))
        if star or parts[-1:] == [column] or parts == [table]:
            return True
    return False


def altered_column(command: Node, table: str, scope: Scope) -> ColumnFacts | None:
    """What a sub-command of ALTER COLUMN of that table says; None when it is about storage or statistics."""
    subtype, definition = command.get("subtype"), command.get("def", {})
    if subtype == "AT_AlterColumnType":
        column = definition.get("ColumnDef", {})
        using = column.get("raw_default")
        return ColumnFacts(
            type=type_name(column.get("typeName"), scope),
            using=using is not None,
            replaced=using is not None and not _reads(using, command.get("name", ""), table),
            converted=using is not None and command.get("name") not in kept_columns(using, any_cast=True),
            reduced=using is not None and not keeps_something(using, command.get("name", ""), table),
        )
    if subtype in ("AT_ColumnDefault", "AT_CookedColumnDefault"):
        return ColumnFacts(default=default_kind(definition) if definition else None)
    return _SAID.get(subtype or "")


_SAID = {
    "AT_SetNotNull": ColumnFacts(not_null=True),
    "AT_DropNotNull": ColumnFacts(),
    "AT_AddIdentity": ColumnFacts(identity=True),
    "AT_SetIdentity": ColumnFacts(identity=True),
    "AT_DropIdentity": ColumnFacts(),
    "AT_SetExpression": ColumnFacts(generated=True),
    "AT_DropExpression": ColumnFacts(),
}
