"""Properties of datasource and generator blocks, and what their values may be.

Source: `psl-core/src/validate/datasource_loader.rs`, `generator_loader.rs` and `parser-database/src/names.rs` of
prisma-engines.
"""

from pgready.sources.prisma.arguments import Report, described
from pgready.sources.prisma.column_types import SCALARS
from pgready.sources.prisma.nodes import Array, Call, ConfigBlock, Expression, String

__all__ = ["check_env_calls", "check_text_or_env", "texts", "unique_properties"]


def unique_properties(block: ConfigBlock, report: Report) -> dict[str, Expression]:
    """The values by name, the first of each; one that stands twice is a problem, and so is a scalar type as name."""
    if block.name in SCALARS:
        report(block.offset, f"`{block.name}` is a scalar type of Prisma: expected another name")
    values: dict[str, Expression] = {}
    for item in block.properties:
        if item.name in values:
            report(item.offset, f"the property `{item.name}` stands twice in the {block.keyword}: expected it once")
        values.setdefault(item.name, item.value)
    return values


def check_text_or_env(name: str, value: Expression | None, report: Report) -> None:
    """A problem when the value is neither a string nor `env("NAME")`."""
    if value is None or isinstance(value, String):
        return
    if isinstance(value, Call) and value.name == "env":
        _check_env(value, report)
        return
    report(value.offset, f'`{name}`: found {described(value)}, expected a string or env("NAME")')


def check_env_calls(value: Expression, report: Report) -> None:
    """Every `env(...)` in the value of a property that only a generator knows takes one string."""
    for item in value.items if isinstance(value, Array) else (value,):
        if isinstance(item, Call) and item.name == "env":
            _check_env(item, report)


def _check_env(value: Call, report: Report) -> None:
    if len(value.arguments) != 1 or not isinstance(value.arguments[0].value, String):
        report(value.offset, 'env takes the name of one variable in quotes, as in env("DATABASE_URL")')


def texts(name: str, value: Expression, report: Report) -> list[String]:
    """The strings of a list; a single one counts as a list, everything else is a problem."""
    found: list[String] = []
    for item in value.items if isinstance(value, Array) else (value,):
        if isinstance(item, String):
            found.append(item)
        else:
            report(item.offset, f"`{name}`: found {described(item)}, expected a string in double quotes")
    return found
