"""Defaults are written as Prisma's engine writes them: digits as BigDecimal prints them, times as chrono does.

Every line was measured with the engine (schema-engine-wasm 8.1.0-2).
"""

import pytest

from pgready.errors import SourceError
from pgready.sources.prisma import parse, to_schema

HEAD = 'datasource db {\n  provider = "postgresql"\n}\n'


def default_of(field: str) -> str | None:
    (table,) = to_schema([parse(f"{HEAD}model A {{\n  id Int @id\n  a {field}\n}}\n", "s.prisma")]).tables
    return table.columns[1].default


NUMBERS = {
    "007": "7",
    "00.10": "0.10",
    "-0": "0",
    "-0.0": "0.0",
    "-0.50": "-0.50",
    "1.50": "1.50",
    '"+1.5"': "1.5",
    '".5"': "0.5",
    '"-.5"': "-0.5",
    '"1."': "1",
    '"1e5"': "100000",
    '"1E+5"': "100000",
    '"1e-4"': "0.0001",
    '"100e-1"': "10.0",
    '"1.0e2"': "100",
    '"0e5"': "000000",
    '"0e-5"': "0.00000",
    '"1_000"': "1000",
    '"1_0.5_0"': "1.050",
    '"00012.50"': "12.50",
}


@pytest.mark.parametrize(("written", "sql"), NUMBERS.items())
def test_a_decimal_default_is_printed_as_the_engine_prints_it(written: str, sql: str) -> None:
    assert default_of(f"Decimal @default({written})") == sql
    if not written.startswith('"'):
        assert default_of(f"Float @default({written})") == sql
        assert default_of(f"Float[] @default([{written}])") == f"ARRAY[{sql}]::DOUBLE PRECISION[]"


TIMES = {
    "2016-12-31T23:59:60Z": "2016-12-31 23:59:60 +00:00",
    "2020-01-01T00:00:00-00:00": "2020-01-01 00:00:00 +00:00",
    "2020-01-01t00:00:00z": "2020-01-01 00:00:00 +00:00",
    "2020-01-01T00:00:00\u221202:00": "2020-01-01 00:00:00 -02:00",
    "2020-01-01T00:00:00.0000000001Z": "2020-01-01 00:00:00 +00:00",
    "2020-01-01T00:00:00.1200000000009Z": "2020-01-01 00:00:00.120 +00:00",
    "2020-01-01T00:00:00.1234567891Z": "2020-01-01 00:00:00.123456789 +00:00",
}


@pytest.mark.parametrize(("written", "sql"), TIMES.items())
def test_a_time_is_printed_as_the_engine_prints_it(written: str, sql: str) -> None:
    assert default_of(f'DateTime @default("{written}")') == f"'{sql}'"


REFUSED = [
    *('Decimal @default("_1")', 'Decimal @default("0x1")', 'Decimal @default("1 ")', 'Decimal @default("e5")'),
    *('DateTime @default("2020-01-01T00:00:00+24:00")', 'DateTime @default("2020-01-01T24:00:00Z")'),
    *('DateTime @default("20200101T000000Z")', 'DateTime @default("\uff12020-01-01T00:00:00Z")'),
    *('Json @default("1e999")', r'Json @default("\"\\ud800\"")', f'Json @default("{"[" * 128}{"]" * 128}")'),
    *('Bytes @default("aGl=")', 'Bytes @default("a-_=")', 'Bytes @default("aGk")'),
    *("String @default(nanoid(1))", "String @default(uuid(5))", "String @default(cuid(0))"),
]


@pytest.mark.parametrize("field", REFUSED)
def test_what_the_engine_refuses_is_an_error(field: str) -> None:
    with pytest.raises(SourceError) as caught:
        default_of(field)
    assert caught.value.line == 6


ACCEPTED = {
    "String @default(nanoid(0010))": None,
    "String @default(uuid(07))": None,
    f'Json @default("{"[" * 127}{"]" * 127}")': f"'{'[' * 127}{']' * 127}'",
    "Int[] @default(autoincrement()) @db.Oid": None,
    'Bytes @default("aGk=")': r"'\x6869'",
}


@pytest.mark.parametrize(("field", "sql"), ACCEPTED.items(), ids=range(5))
def test_what_the_engine_accepts_is_read(field: str, sql: str | None) -> None:
    assert default_of(field) == sql


def test_values_of_an_enum_may_be_any_text_in_the_database() -> None:
    """A name of a table or column may not be empty nor have a quotation mark; a value of an enum is a literal."""
    text = (
        HEAD + 'model A {\n  id Int @id\n  e E @default(B)\n}\nenum E {\n  A @map("")\n  B @map("it\'s \\"b\\"")\n}\n'
    )
    schema = to_schema([parse(text, "s.prisma")])
    assert schema.enums[0].values == ("", 'it\'s "b"')
    assert schema.tables[0].columns[1].default == "'it''s \"b\"'"
