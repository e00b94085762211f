"""The `where` of a partial index -> SQL.

Source: measured with Prisma's engine (preview feature `partialIndexes`): an object becomes comparisons joined by AND,
on the names of columns; `raw("...")` stands as it is.
"""

from pgready.model.names import quote_identifier
from pgready.sources.prisma.arguments import described
from pgready.sources.prisma.fields import ColumnField, ModelFields
from pgready.sources.prisma.nodes import Argument, Call, Constant, Expression, Number, Object, String

__all__ = ["read_predicate"]


def read_predicate(value: Expression | None, fields: ModelFields) -> str | None:
    """The predicate, None when there is none or it cannot be read (then a problem is noted)."""
    report = fields.model.report
    if value is None:
        return None
    if isinstance(value, Call) and value.name == "raw" and value.arguments:
        text = value.arguments[0].value
        if isinstance(text, String) and text.value:
            return text.value
    if isinstance(value, Object) and value.members:
        parts = [_comparison(member, fields) for member in value.members]
        return " AND ".join(part for part in parts if part is not None) or None
    report(value.offset, f'`where`: found {described(value)}, expected raw("SQL") or an object {{ field: value }}')
    return None


def _comparison(member: Argument, fields: ModelFields) -> str | None:
    report = fields.model.report
    column = fields.columns.get(member.name or "")
    if column is None:
        report(member.offset, f"`where`: `{member.name}` is no column of {fields.model.block.name}")
        return None
    value, negated = member.value, False
    if isinstance(value, Object):
        if len(value.members) != 1 or value.members[0].name != "not":
            report(value.offset, "`where`: expected `{ not: value }`")
            return None
        value, negated = value.members[0].value, True
    name = quote_identifier(column.written_name)
    if isinstance(value, Constant) and value.name == "null":
        return f"{name} IS {'NOT ' if negated else ''}NULL"
    literal = _literal(value, column)
    if literal is None:
        report(value.offset, f"`where`: found {described(value)}, which does not fit the field {member.name}")
        return None
    return f"{name} {'!=' if negated else '='} {literal}"


def _literal(value: Expression, column: ColumnField) -> str | None:
    kind = column.type
    match value:
        case Constant(name="true" | "false") if kind.scalar == "Boolean":
            return value.name
        case Number() if kind.scalar in ("Int", "BigInt", "Float", "Decimal"):
            return value.text
        case String() if (kind.scalar in ("String", "DateTime") or kind.enum is not None) and "\0" not in value.value:
            return "'" + value.value.replace("'", "''") + "'"
    return None
