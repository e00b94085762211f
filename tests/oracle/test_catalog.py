"""The comparison that the oracle tests stand on sees every single change of a structure."""

from dataclasses import replace
from typing import Any

import pytest

from oracle.catalog import compare
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, Enum, ForeignKey, Index, PrimaryKey, ReferentialAction, Schema, Table

NAME = QualifiedName("public", "A")
COLUMN = Column(name="a", type="integer", not_null=True, default="1")
SERIAL = Column(name="s", type="integer", not_null=True, default="nextval('x'::regclass)", autoincrement=True)
INDEX = Index(name="i", columns=("a", "s"), where="(a > 1)", descending=(False, True), operator_classes=("", ""))
KEY = ForeignKey(name="f", table=NAME, columns=("a",), referenced_table=NAME, referenced_columns=("s",))
TABLE = Table(
    name=NAME,
    columns=(COLUMN, SERIAL),
    primary_key=PrimaryKey(name="A_pkey", columns=("s",)),
    indexes=(INDEX,),
    foreign_keys=(KEY,),
)
ENUM = Enum(name=QualifiedName("public", "E"), values=("x", "y"))
SCHEMA = Schema(tables=(TABLE,), enums=(ENUM,), extensions=("citext",))

COLUMNS = [
    (),
    (COLUMN,),
    (SERIAL, COLUMN),
    (COLUMN, SERIAL, replace(COLUMN, name="b")),
    (replace(COLUMN, name="b"), SERIAL),
    (replace(COLUMN, type="bigint"), SERIAL),
    (replace(COLUMN, not_null=False), SERIAL),
    *((replace(COLUMN, default=default), SERIAL) for default in (None, "2")),
    (COLUMN, replace(SERIAL, default=None)),
]
INDEXES: list[dict[str, Any]] = [
    {"name": "j"},
    {"columns": ("s", "a")},
    {"unique": True},
    {"method": "hash"},
    {"where": None},
    {"where": "(a > 2)"},
    {"valid": False},
    {"descending": (True, True)},
    {"operator_classes": ("int4_ops", "")},
]
KEYS: list[dict[str, Any]] = [
    {"name": "g"},
    {"table": QualifiedName("public", "B")},
    {"columns": ("s",)},
    {"referenced_table": QualifiedName("x", "A")},
    {"referenced_columns": ("a",)},
    {"on_delete": ReferentialAction.CASCADE},
    {"on_update": ReferentialAction.SET_NULL},
    {"validated": False},
]
CHANGED_TABLES = [
    *(replace(TABLE, columns=columns) for columns in COLUMNS),
    *(replace(TABLE, primary_key=key) for key in (None, PrimaryKey(name="x", columns=("s",)))),
    replace(TABLE, primary_key=PrimaryKey(name="A_pkey", columns=("a",))),
    replace(TABLE, indexes=()),
    *(replace(TABLE, indexes=(replace(INDEX, **change),)) for change in INDEXES),
    replace(TABLE, foreign_keys=()),
    *(replace(TABLE, foreign_keys=(replace(KEY, **change),)) for change in KEYS),
    replace(TABLE, name=QualifiedName("x", "A")),
]
CHANGED = [
    *(replace(SCHEMA, tables=(table,)) for table in CHANGED_TABLES),
    replace(SCHEMA, tables=()),
    replace(SCHEMA, enums=()),
    replace(SCHEMA, enums=(replace(ENUM, values=("y", "x")),)),
    replace(SCHEMA, enums=(replace(ENUM, name=QualifiedName("x", "E")),)),
    replace(SCHEMA, extensions=()),
    replace(SCHEMA, views=(NAME,)),
]


def test_equal_structures_have_no_difference_and_everything_is_counted() -> None:
    result = compare(SCHEMA, SCHEMA)
    assert result.differences == []
    assert result.counts == {
        "tables": 1,
        "columns": 2,
        "types": 2,
        "nullabilities": 2,
        "defaults": 1,
        "sequences": 1,
        "primary keys": 1,
        "indexes": 1,
        "unique indexes": 0,
        "operator classes": 0,
        "predicates": 1,
        "foreign keys": 1,
        "enums": 1,
        "enum values": 2,
        "extensions": 1,
    }


@pytest.mark.parametrize("found", CHANGED, ids=range(len(CHANGED)))
def test_one_change_is_a_difference(found: Schema) -> None:
    assert compare(SCHEMA, found).differences


def test_what_only_a_file_says_is_none() -> None:
    found = replace(SCHEMA, tables=(replace(TABLE, model="A", comment="x"),))
    assert compare(SCHEMA, found).differences == []
