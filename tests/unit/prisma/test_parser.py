"""The syntax: lines, comments, strings, and where an error is when one is broken."""

import pytest

from pgready.errors import SourceError
from pgready.model.location import Location
from pgready.model.names import QualifiedName
from pgready.sources.prisma import parse, to_schema
from pgready.sources.prisma.nodes import Argument, Arity, Array, Attribute, BlockKind, Call, Constant, Number, String

HEAD = 'datasource db {\n  provider = "postgresql"\n}\n'


def error_of(text: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        parse(text, "s.prisma")
    return caught.value


def test_a_field_has_type_arity_attributes_and_places() -> None:
    document = parse('/// Doc.\nmodel A {\n  b Int? @default(autoincrement()) @map(name: "x") // c\n}\n', "s.prisma")
    (block,) = document.blocks
    (field,) = block.fields
    assert (block.kind, block.name, block.comment) == (BlockKind.MODEL, "A", "Doc.")
    assert (field.name, field.type, field.arity) == ("b", "Int", Arity.OPTIONAL)
    assert field.attributes == (
        Attribute("default", (Argument(None, Call("autoincrement", (), 37)),), 28),
        Attribute("map", (Argument("name", String("x", 65)),), 54),
    )
    assert document.location(field.offset) == Location("s.prisma", 3, 3)
    assert document.location(field.attributes[1].offset) == Location("s.prisma", 3, 36)


def test_values_nest() -> None:
    (generator,) = parse('generator g {\n  a = f([1, -2.5, x.y], k: "v")\n}\n', "s.prisma").generators
    (item,) = generator.properties
    assert item.value == Call(
        "f",
        (
            Argument(None, Array((Number("1", 23), Number("-2.5", 26), Constant("x.y", 32)), 22)),
            Argument("k", String("v", 41)),
        ),
        20,
    )


def test_strings_have_the_escapes_of_json() -> None:
    text = r"generator g {" + "\n" + r'  a = "\"\\\/\b\f\n\r\té😀 \u00e9\ud83d\ude00"' + "\n}\n"
    (generator,) = parse(text, "s.prisma").generators
    assert generator.properties[0].value == String('"\\/\b\f\n\r\té😀 é😀', 20)


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_every_line_break_counts_as_one(line_break: str) -> None:
    text = f"// x{line_break}{line_break}model A {{{line_break}  id Int @foo({line_break}}}{line_break}"
    error = error_of(text)
    assert (error.line, error.column) == (4, 15)


def test_doc_comments_stand_directly_above_or_at_the_end_of_the_line() -> None:
    text = (
        "/// floating\n\n/// one\n// not this\n/// two\nmodel A {\n  /// above\n  id Int @id /// behind\n\n"
        "  /// lost\n\n  b Int\n  /// at the end\n}\n/// E\nenum E {\n  X\n}\n"
    )
    document = parse(text, "s.prisma")
    (block,) = document.blocks
    assert block.comment == "one\ntwo"
    assert [field.comment for field in block.fields] == ["above\nbehind", None]
    assert document.enums[0].comment == "E"


def test_tables_keep_their_doc_comment_and_place() -> None:
    schema = to_schema([parse(HEAD + "/// About.\n/// @group core\nmodel A {\n  id Int @id\n}\n", "db/a.prisma")])
    table = schema.table(QualifiedName("public", "A"))
    assert table is not None
    assert (table.model, table.comment) == ("A", "About.\n@group core")
    assert table.location == Location("db/a.prisma", 6, 7)
    assert table.columns[0].location == Location("db/a.prisma", 7, 3)


def test_keys_indexes_and_enums_have_places() -> None:
    text = (
        HEAD
        + "model A {\n  id Int @id\n  bId Int\n  b B @relation(fields: [bId], references: [id])\n  @@index([bId])\n}\n"
        "model B {\n  id Int @id\n  as A[]\n  cs C[]\n}\nmodel C {\n  id Int @id\n  bs B[]\n}\nenum E {\n  X\n}\n"
    )
    schema = to_schema([parse(text, "s.prisma")])
    tables = {table.name.name: table for table in schema.tables}
    assert tables["A"].foreign_keys[0].location == Location("s.prisma", 7, 3)
    assert tables["A"].indexes[0].location == Location("s.prisma", 8, 3)
    assert tables["_BToC"].location == Location("s.prisma", 13, 3)
    assert [key.location and key.location.line for key in tables["_BToC"].foreign_keys] == [13, 17]
    assert tables["_BToC"].model is None
    assert schema.enums[0].location == Location("s.prisma", 19, 6)


def test_views_and_extensions_are_listed_by_their_database_names() -> None:
    head = (
        'datasource db {\n  provider   = "postgresql"\n  schemas    = ["a", "b"]\n'
        '  extensions = [pg_trgm, uuid(map: "uuid-ossp", version: "1.1")]\n}\n'
    )
    flags = 'generator g {\n  provider = "x"\n  previewFeatures = ["views", "postgresqlExtensions"]\n}\n'
    text = (
        flags
        + head
        + 'model A {\n  id Int @id\n  @@schema("a")\n}\n'
        + 'view V {\n  id Int @unique\n  @@map("v_v")\n  @@schema("b")\n}\n'
    )
    schema = to_schema([parse(text, "s.prisma")])
    assert schema.views == (QualifiedName("b", "v_v"),)
    assert schema.extensions == ("pg_trgm", "uuid-ossp")
    assert [str(table.name) for table in schema.tables] == ["a.A"]


SYNTAX = {
    "list over lines": ("model A {\n  @@index([\n    a\n  ])\n}\n", "2:12", "the end of the line"),
    "arguments over lines": ("model A {\n  id Int @default(\n1)\n}\n", "2:19", "the end of the line"),
    "attribute on the next line": ("model A {\n  id Int\n    @id\n}\n", "3:5", "found `@id`, expected a field"),
    "comma at the end of a list": ("model A {\n  @@index([a,])\n}\n", "2:14", "found `]`, expected a value"),
    "comma at the end of arguments": ("model A {\n  @@index([a], )\n}\n", "2:16", "found `)`, expected a value"),
    "unclosed parenthesis": ("model A {\n  id Int @map(\n}\n", "2:15", "the end of the line, expected a value"),
    "unclosed string": ('model A {\n  id Int @map("x)\n}\n', "2:15", "a string that does not end on its line"),
    "tab in a string": ('model A {\n  id Int @map("\t")\n}\n', "2:15", "a string that does not end on its line"),
    "unknown escape": (r"model A {" + "\n" + r'  id Int @map("a\q")' + "\n}\n", "2:17", r"unknown escape `\q`"),
    "half a surrogate pair": (r"model A {" + "\n" + r'  id Int @map("\ud83d")' + "\n}\n", "2:16", "unknown escape"),
    "single quotes": ("model A {\n  id Int @map('x')\n}\n", "2:15", "expected a value"),
    "old colon": ("model A {\n  id: Int\n}\n", "2:5", "Prisma has no colon there"),
    "old list": ("model A {\n  id [Int]\n}\n", "2:6", "expected the type"),
    "old exclamation mark": ("model A {\n  id Int!\n}\n", "2:9", "expected an attribute or the end"),
    "optional list": ("model A {\n  id Int[]?\n}\n", "2:11", "expected an attribute or the end"),
    "no type": ("model A {\n  id\n}\n", "2:5", "expected the type of the field `id`"),
    "digit first": ("model A {\n  1a Int\n}\n", "2:3", "the name `1a` begins with `1`"),
    "underscore first": ("model A {\n  _a Int\n}\n", "2:3", "expected a field"),
    "dash": ("model A {\n  a-b Int\n}\n", "2:3", "other than letters, digits and `_`"),
    "combining mark": ("model A {\n  e\u0301a Int\n}\n", "2:4", "expected the type"),
    "block comment inside": ("model A {\n  id /* x */ Int\n}\n", "2:6", "expected the type"),
    "two comments": ("model A {\n  id Int /* x */ // y\n}\n", "2:10", "expected an attribute or the end"),
    "unclosed block comment": ("model A {\n  id Int /* x\n}\n", "2:10", "found `/* x"),
    "attribute with @@ on a field": ('model A {\n  id Int @@map("x")\n}\n', "2:10", "a line of their own"),
    "attribute with @ in a block": ('model A {\n  @map("x")\n}\n', "2:3", "expected a field"),
    "two attributes on a line": ('model A {\n  @@map("x") @@map("y")\n}\n', "2:14", "expected the end of the line"),
    "one-line block": ("model A { id Int @id }\n", "1:7", "never closed"),
    "brace behind a field": ("model A {\n  id Int @id }\n}\n", "2:14", "expected an attribute or the end"),
    "unclosed block": ("model A {\n  id Int @id\n", "1:7", "the block `A` is never closed"),
    "brace on the next line": ("model A\n{\n  id Int @id\n}\n", "2:1", "expected it on the line of `model`"),
    "unknown block": ("foo Bar {\n  x\n}\n", "1:1", "expected model, view, enum"),
    "block without keyword": ("foo {\n  x\n}\n", "1:1", "expected model, view, enum"),
    "line outside": ("hello\n", "1:1", "expected a block"),
    "type alias": ("type X = Int\n", "1:1", "expected a block"),
    "closing brace too many": ("model A {\n}\n}\n", "3:1", "expected a block"),
    "enum value with a type": ("enum E {\n  A Int\n}\n", "2:5", "expected an attribute or the end"),
    "property without value": ("generator g {\n  a =\n}\n", "2:6", "expected a value"),
    "property without name": ('generator g {\n  = "x"\n}\n', "2:3", "expected `name = value`"),
    "property without sign": ('generator g {\n  a "x"\n}\n', "2:5", "expected `=` and a value"),
    "property with two values": ('generator g {\n  a = "x" "y"\n}\n', "2:11", "expected the end of the line"),
    "NUL": ("model A {\n}\n\0", "3:1", "expected a block"),
    "form feed": ("model A {\n  id\x0cInt\n}\n", "2:5", "expected the type"),
}


@pytest.mark.parametrize(("text", "place", "message"), SYNTAX.values(), ids=SYNTAX.keys())
def test_a_syntax_error_names_its_place(text: str, place: str, message: str) -> None:
    """Prisma rejects each of these too."""
    error = error_of(text)
    assert f"{error.line}:{error.column}" == place
    assert message in error.message


def test_parsing_goes_on_after_a_broken_line_and_a_broken_block() -> None:
    text = "foo {\n  x y z\n}\nmodel A {\n  id Int @\n  b Int\n  c : Int\n}\nenum E {\n  X Y\n}\nmodel B {\n"
    error = error_of(text)
    assert [each.line for each in (error, *error.others)] == [1, 5, 7, 10, 12]


def test_a_byte_order_mark_is_an_error_as_in_prismas_engine() -> None:
    error = error_of("\ufeffmodel A {\n  id Int @id\n}\n")
    assert (error.line, error.column) == (1, 1)
