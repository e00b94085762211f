"""Declared schemas equal what Prisma's own engine makes, object for object.

For every fixture `expected/` holds the SQL that Prisma's engine (schema-engine-wasm 8.1.0-2) wrote for it, and the
catalog of PostgreSQL 18 after that SQL ran.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pgready.model.schema import Column, Schema, Table
from pgready.sources.prisma import locate, read_schema

FIXTURES = Path(__file__).parents[2] / "fixtures" / "prisma"
NAMES = sorted(path.stem for path in (FIXTURES / "expected").glob("*.json"))


def declared(name: str) -> Schema:
    path = FIXTURES / name
    return read_schema(locate(FIXTURES, schema=(path if path.is_dir() else path.with_suffix(".prisma"),)))


def catalog(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FIXTURES / "expected" / f"{name}.json").read_text())
    return found


def written_defaults(sql: str) -> dict[tuple[str, str], str]:
    """The DEFAULT clauses by table and column, as Prisma writes them: its columns stand on lines of their own."""
    defaults = {}
    for statement in re.findall(r"CREATE TABLE .*?\n\);", sql, re.DOTALL):
        names = re.match(r'CREATE TABLE (?:"([^"]+)"\.)?"([^"]+)"', statement)
        assert names is not None
        table = f"{names[1] or 'public'}.{names[2].encode()[:63].decode(errors='ignore')}"
        for column in re.findall(r'^    "([^"]+)" (.*?)(?=,\n    "|,\n\n|\n\);)', statement, re.MULTILINE | re.DOTALL):
            if " DEFAULT " in column[1]:
                defaults[table, column[0]] = column[1].partition(" DEFAULT ")[2]
    return defaults


def as_json(table: Table) -> dict[str, Any]:
    """A table in the form of the snapshots, without defaults, predicates and types that only a server can spell."""
    key = table.primary_key
    return {
        "columns": [
            (column.name, None if column.verbatim_type else column.type, column.not_null) for column in table.columns
        ],
        "primary_key": key and {"name": key.name, "columns": list(key.columns)},
        "indexes": {
            index.name: {
                "columns": list(index.columns),
                "unique": index.unique,
                "method": index.method,
                "where": index.where is not None,
                "descending": list(index.descending),
                "operator_classes": list(index.operator_classes),
            }
            for index in table.indexes
        },
        "foreign_keys": {
            key.name: {
                "columns": list(key.columns),
                "references": str(key.referenced_table),
                "referenced_columns": list(key.referenced_columns),
                "on_delete": key.on_delete,
                "on_update": key.on_update,
            }
            for key in table.foreign_keys
        },
    }


def expected_json(table: dict[str, Any], verbatim: set[str]) -> dict[str, Any]:
    for index in table["indexes"].values():
        index["where"] = index["where"] is not None
    table["columns"] = [
        (column["name"], None if column["name"] in verbatim else column["type"], column["not_null"])
        for column in table["columns"]
    ]
    return table


def test_the_fixtures_cover_the_language() -> None:
    assert len(NAMES) >= 30


@pytest.mark.parametrize("name", NAMES)
def test_tables_equal_those_of_the_engine(name: str) -> None:
    schema, expected = declared(name), catalog(name)
    assert [str(table.name) for table in schema.tables] == sorted(expected["tables"])
    for table in schema.tables:
        verbatim = {column.name for column in table.columns if column.verbatim_type}
        assert as_json(table) == expected_json(expected["tables"][str(table.name)], verbatim), table.name


@pytest.mark.parametrize("name", NAMES)
def test_enums_equal_those_of_the_engine(name: str) -> None:
    assert {str(enum.name): list(enum.values) for enum in declared(name).enums} == catalog(name)["enums"]


@pytest.mark.parametrize("name", NAMES)
def test_defaults_are_written_as_the_engine_writes_them(name: str) -> None:
    sql = (FIXTURES / "expected" / f"{name}.sql").read_text()
    ours = {
        (str(table.name), column.name): column.default
        for table in declared(name).tables
        for column in table.columns
        if column.default is not None and not is_serial(column)
    }
    assert ours == written_defaults(sql)


@pytest.mark.parametrize("name", NAMES)
def test_serial_columns_have_the_sequence_that_the_server_makes(name: str) -> None:
    expected = catalog(name)["tables"]
    for table in declared(name).tables:
        printed = {column["name"]: column["default"] for column in expected[str(table.name)]["columns"]}
        for column in table.columns:
            assert is_serial(column) == str(printed[column.name]).startswith("nextval(")
            if is_serial(column):
                assert column.default == printed[column.name]


@pytest.mark.parametrize("name", NAMES)
def test_predicates_are_written_as_the_engine_writes_them(name: str) -> None:
    sql = (FIXTURES / "expected" / f"{name}.sql").read_text()
    written = dict(re.findall(r'^CREATE (?:UNIQUE )?INDEX "([^"]+)" .* WHERE \((.*)\);$', sql, re.MULTILINE))
    ours = {index.name: index.where for table in declared(name).tables for index in table.indexes if index.where}
    assert ours == written


def is_serial(column: Column) -> bool:
    return (column.default or "").startswith("nextval(")
