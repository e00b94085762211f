"""How a type is spelt in the model, so that declared and rehearsed columns can be compared as text."""

__all__ = ["spell"]

_BUILT_IN = "pg_catalog"


def spell(printed: str, element: str, schema: str, name: str, member: object) -> str:
    """The spelling of `pgready.model.schema.Column.type`.

    `printed` is `format_type(type, modifier)`; `element` is `format_type` of the element type (or the type itself)
    without modifier, `schema` and `name` its stored name, `member` whether an extension owns it. Built-in types stay
    as printed; others become `schema.name` or, of an extension, `name`, unquoted, modifier and brackets as printed.
    """
    if schema == _BUILT_IN:
        return printed
    suffix = printed.removeprefix(element)
    return f"{name}{suffix}" if member else f"{schema}.{name}{suffix}"
