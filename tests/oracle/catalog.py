"""Two database structures, compared object by object: what is declared, and what stands in a catalog.

Both are `pgready.model.schema.Schema`; the declared one in the server's spelling (`pgready.checks.spelling`). Nothing
is left out but what only one side can know: places in files, comments, the model behind a table.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pgready.model.schema import Column, Enum, ForeignKey, Index, Schema, Table

__all__ = ["Comparison", "compare"]

_Object = TypeVar("_Object")


@dataclass(slots=True)
class Comparison:
    """How many objects were compared, by kind, and in what they differ."""

    counts: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """One line: `tables 3, columns 12, ...`."""
        return ", ".join(f"{kind} {count:,}" for kind, count in sorted(self.counts.items()))

    def add(self, other: "Comparison") -> None:
        """Count what another comparison found as well."""
        self.counts += other.counts
        self.differences += other.differences

    def fact(self, kind: str, name: str, declared: object, found: object) -> None:
        """One object, or one property of it, on both sides."""
        self.counts[kind] += 1
        self.same(f"{kind} of {name}", declared, found)

    def same(self, what: str, declared: object, found: object) -> None:
        """A property that is not counted on its own."""
        if declared != found:
            self.differences.append(f"{what}: declared {declared!r}, found {found!r}")

    def pairs(
        self,
        kind: str,
        declared: Mapping[str, _Object],
        found: Mapping[str, _Object],
        each: Callable[["Comparison", str, _Object, _Object], None],
    ) -> None:
        """Objects of the same name side by side; what only one side has is a difference."""
        for name in dict.fromkeys((*declared, *found)):
            self.counts[kind] += 1
            if name in declared and name in found:
                each(self, name, declared[name], found[name])
            else:
                self.differences.append(f"{kind}: {name} is only {'declared' if name in declared else 'found'}")


def compare(declared: Schema, found: Schema) -> Comparison:
    """Compare everything; Prisma's migrations make no views, so that the catalog must hold none."""
    result = Comparison()
    result.pairs("tables", _tables(declared), _tables(found), _table)
    result.pairs("enums", _enums(declared), _enums(found), _enum)
    result.pairs("extensions", dict.fromkeys(declared.extensions), dict.fromkeys(found.extensions), _nothing)
    result.same("views", (), found.views)
    return result


def _tables(schema: Schema) -> dict[str, Table]:
    return {str(table.name): table for table in schema.tables}


def _enums(schema: Schema) -> dict[str, Enum]:
    return {str(enum.name): enum for enum in schema.enums}


def _nothing(_: Comparison, __: str, ___: object, ____: object) -> None:
    """There is no more to an extension than its name."""


def _enum(result: Comparison, name: str, declared: Enum, found: Enum) -> None:
    result.counts["enum values"] += len(found.values)
    result.same(f"values of the enum {name}", declared.values, found.values)


def _table(result: Comparison, name: str, declared: Table, found: Table) -> None:
    order = [[column.name for column in table.columns] for table in (declared, found)]
    result.same(f"order of the columns of {name}", *order)
    columns = [{f"{name}.{column.name}": column for column in table.columns} for table in (declared, found)]
    result.pairs("columns", columns[0], columns[1], _column)
    if declared.primary_key or found.primary_key:
        result.fact("primary keys", name, declared.primary_key, found.primary_key)
    indexes = [{f"{name}.{index.name}": index for index in table.indexes} for table in (declared, found)]
    result.pairs("indexes", indexes[0], indexes[1], _index)
    keys = [{f"{name}.{key.name}": key for key in table.foreign_keys} for table in (declared, found)]
    result.pairs("foreign keys", keys[0], keys[1], _foreign_key)


def _column(result: Comparison, name: str, declared: Column, found: Column) -> None:
    result.fact("types", name, declared.type, found.type)
    result.fact("nullabilities", name, declared.not_null, found.not_null)
    if declared.autoincrement:
        result.fact("sequences", name, True, (found.default or "").startswith("nextval("))  # noqa: FBT003 - the fact
    elif declared.default is not None or found.default is not None:
        result.fact("defaults", name, declared.default, found.default)


def _index(result: Comparison, name: str, declared: Index, found: Index) -> None:
    result.counts["unique indexes"] += found.unique
    result.same(f"key of the index {name}", _key(declared), _key(found))
    result.counts["operator classes"] += sum(bool(each) for each in found.operator_classes)
    result.same(f"operator classes of the index {name}", declared.operator_classes, found.operator_classes)
    if declared.where is not None or found.where is not None:
        result.fact("predicates", name, declared.where, found.where)


def _key(index: Index) -> tuple[object, ...]:
    return index.unique, index.method, index.columns, index.descending, index.valid


def _foreign_key(result: Comparison, name: str, declared: ForeignKey, found: ForeignKey) -> None:
    sides = [
        (
            *(key.table, key.columns, key.referenced_table, key.referenced_columns),
            *(key.on_delete, key.on_update, key.validated),
        )
        for key in (declared, found)
    ]
    result.same(f"foreign key {name}", *sides)
