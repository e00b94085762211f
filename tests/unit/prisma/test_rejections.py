"""What Prisma rejects, or what is not understood, is an error that names its place.

Every schema here is rejected by Prisma's own validator too (prisma-schema-wasm 8.1.0-2 and 6.19.0-26), except where a
test says why not.
"""

import pytest

from pgready.errors import SourceError
from pgready.sources.prisma import parse, to_schema

HEAD = 'datasource db {\n  provider = "postgresql"\n}\n'
B_WITH_AS = "model B {\n id Int @id\n as A[]\n}\n"


def error_of(body: str, *, head: str = HEAD) -> SourceError:
    with pytest.raises(SourceError) as caught:
        to_schema([parse(head + body, "prisma/schema.prisma")])
    assert caught.value.path == "prisma/schema.prisma"
    return caught.value


def model(*lines: str) -> str:
    return "model A {\n id Int @id\n" + "".join(f" {line}\n" for line in lines) + "}\n"


# Line 4 is the first line of the body.
FIELDS = {
    "unknown attribute": ("a Int @foo", "6:8", "unknown attribute @foo"),
    "unknown block attribute": ("@@foo([id])", "6:2", "unknown attribute @@foo"),
    "full text index": ("@@fulltext([id])", "6:2", "unknown attribute @@fulltext"),
    "unknown argument": ('a Int @map(foo: "x")', "6:8", "lacks its argument `name`"),
    "argument twice": ('@@index([id], map: "a", map: "b")', "6:31", "`map` twice"),
    "two arguments without names": ("@@index([id], [id])", "6:16", "without a name twice"),
    "unknown function": ("a Int @default(foo())", "6:17", "unknown function `foo`"),
    "sequence of CockroachDB": ("a Int @default(sequence())", "6:17", "unknown function `sequence`"),
    "unknown type": ("a Foo", "6:4", "unknown type `Foo`"),
    "unknown native type": ("a Int @db.Foo", "6:8", "unknown native type `Foo`"),
    "native type of another scalar": ("a Int @db.Text", "6:8", "belongs to String fields"),
    "native type under another name": ("a Int @pg.Integer", "6:8", "expected `@db.`"),
    "native type of an enum": ("a E @db.Text\n}\nenum E {\n X", "6:6", "belongs to a scalar field"),
    "native type twice": ("a String @db.Text @db.Citext", "6:20", "a second native type"),
    "too many native arguments": ("a String @db.VarChar(1, 2)", "6:11", "takes a whole number"),
    "native argument that is no number": ('a String @db.VarChar("x")', "6:11", "takes a whole number"),
    "native argument too many": ("a Int @db.Integer(4)", "6:8", "takes no argument"),
    "one argument of two": ("a Decimal @db.Decimal(5)", "6:12", "takes two whole numbers"),
    "scale above precision": ("a Decimal @db.Decimal(5, 6)", "6:12", "scale"),
    "precision of a time": ("a DateTime @db.Timestamp(7)", "6:13", "between 0 and 6"),
    "field twice": ("id String", "6:2", "stands twice"),
    "column twice": ('a Int @map("id")', "6:2", "has the column id"),
    "attribute twice": ("a Int @unique @unique", "6:16", "@unique stands twice"),
    "@map twice": ('a Int @map("b") @map("c")', "6:18", "@map stands twice"),
    "@map of a word": ("a Int @map(b)", "6:13", "expected a string"),
    "text for a number": ('a Int @default("1")', "6:17", "expected a Int value"),
    "number for a text": ("a String @default(1)", "6:20", "expected a String value"),
    "fraction for a whole number": ("a Int @default(1.5)", "6:17", "whole number"),
    "number beyond 64 bits": ("a BigInt @default(99999999999999999999)", "6:20", "whole number of 64 bits"),
    "word that is no boolean": ("a Boolean @default(True)", "6:21", "expected a Boolean value"),
    "date without time": ('a DateTime @default("2020-01-01")', "6:22", "expected a time"),
    "30 February": ('a DateTime @default("2020-02-30T00:00:00Z")', "6:22", "expected a time"),
    "broken JSON": ('a Json @default("{a}")', "6:18", "not valid JSON"),
    "NaN is no JSON": ('a Json @default("NaN")', "6:18", "not valid JSON"),
    "broken Base64": ('a Bytes @default("a!")', "6:19", "not valid Base64"),
    "text that is no decimal": ('a Decimal @default("a!")', "6:21", "expected a decimal"),
    "scalar for a list": ("a Int[] @default(1)", "6:19", "expected a list"),
    "list for a scalar": ("a Int @default([1])", "6:17", "found a list"),
    "default of @default": ("a Int @default", "6:8", "lacks its argument `value`"),
    "named default": ('a Int @default(1, map: "x")', "6:25", "no names for defaults"),
    "unknown enum value": ("a E @default(Y)\n}\nenum E {\n X", "6:15", "a value of the enum E: X"),
    "enum value in quotes": ('a E @default("X")\n}\nenum E {\n X', "6:15", "a value of the enum E"),
    "uuid(5)": ("a String @default(uuid(5))", "6:20", "one of 4, 7"),
    "cuid(3)": ("a String @default(cuid(3))", "6:20", "one of 1, 2"),
    "nanoid(1)": ("a String @default(nanoid(1))", "6:20", "from 2 to 255"),
    "now() of a text": ("a String @default(now())", "6:20", "belongs to DateTime"),
    "now() with an argument": ("a DateTime @default(now(3))", "6:22", "takes no argument"),
    "autoincrement() of a text": ("a String @default(autoincrement())", "6:20", "belongs to Int"),
    "empty dbgenerated": ('a String @default(dbgenerated(""))', "6:20", "not empty"),
    "plain default of an unsupported type": ('a Unsupported("circle") @default("x")', "6:35", "dbgenerated"),
    "@updatedAt of a text": ("a String @updatedAt", "6:11", "belongs to a DateTime field"),
    "@relation on a column": ('a Int @relation("x")', "6:8", "unknown attribute @relation"),
    "second primary key": ("@@id([id])", "6:2", "a second primary key"),
    "index of an unknown field": ("@@index([x])", "6:11", "the field x does not exist"),
    "index of nothing": ("@@index([])", "6:2", "at least one field"),
    "index of a field twice": ("@@index([id, id])", "6:2", "names the field id twice"),
    "index of a text": ('@@index(["id"])', "6:11", "expected the name of a field"),
    "unknown index type": ("@@index([id], type: Foo)", "6:22", "expected one of BTree"),
    "unknown operator class": ("@@index([id(ops: Foo)], type: Gin)", "6:19", "expected an operator class"),
    "unknown sort order": ("@@index([id(sort: Up)])", "6:20", "expected Asc or Desc"),
    "sorted hash index": ("@@index([id(sort: Desc)], type: Hash)", "6:2", "no sort order"),
    "index with name and map": ('@@index([id], name: "a", map: "b")', "6:2", "both `name` and `map`"),
    "index with a length": ("@@index([id(length: 3)])", "6:22", "no prefix indexes"),
    "clustered index": ("@@index([id], clustered: true)", "6:27", "no clustered indexes"),
    "type of a unique index": ("@@unique([id], type: Hash)", "6:23", "unknown argument `type`"),
    "name of a constraint too long": (f'@@index([id], map: "{"x" * 64}")', "6:2", "longer than the 63 bytes"),
    "same index twice": ("@@index([id])\n @@index([id])", "7:2", "the name A_id_idx"),
    "@@schema without schemas": ('@@schema("x")', "6:2", "the datasource has no such schema"),
    "empty predicate": ("@@index([id], where: {})", "6:23", "expected raw("),
    "predicate of an unknown field": ("@@index([id], where: { x: 1 })", "6:28", "`x` is no column"),
    "predicate of another type": ('@@index([id], where: { id: "x" })', "6:29", "does not fit the field id"),
    "predicate with an operator": ("@@index([id], where: { id: { gt: 1 } })", "6:29", "`{ not: value }`"),
}


@pytest.mark.parametrize(("line", "place", "message"), FIELDS.values(), ids=FIELDS.keys())
def test_a_wrong_line_in_a_model_is_named(line: str, place: str, message: str) -> None:
    error = error_of(model(line))
    assert f"{error.line}:{error.column}" == place
    assert message in error.message


RELATIONS = {
    "no fields": ("b B", B_WITH_AS, "lacks `fields`"),
    "no references": ("b B @relation(fields: [c])", B_WITH_AS, "lacks `references`"),
    "unknown field": ("b B @relation(fields: [x], references: [id])", B_WITH_AS, "`x` is no column of A"),
    "unknown reference": ("b B @relation(fields: [c], references: [x])", B_WITH_AS, "`x` is no column of B"),
    "different counts": ("b B @relation(fields: [c], references: [id, as])", B_WITH_AS, "differ in their number"),
    "different types": ("b B @relation(fields: [s], references: [id])", B_WITH_AS, "expected the same type"),
    "required over optional": ("b B @relation(fields: [o], references: [id])", B_WITH_AS, "is required, but"),
    "no opposite": ("b B @relation(fields: [c], references: [id])", "model B {\n id Int @id\n}\n", "no opposite"),
    "another relation name": ('b B @relation("x", fields: [c], references: [id])', B_WITH_AS, 'name "x"'),
    "unknown action": (
        "b B @relation(fields: [c], references: [id], onDelete: Foo)",
        B_WITH_AS,
        "expected one of Cascade",
    ),
    "not unique": (
        "b B @relation(fields: [c], references: [x])",
        "model B {\n id Int @id\n x Int\n as A[]\n}\n",
        "is not unique",
    ),
    "one-to-one that is not unique": (
        "b B @relation(fields: [c], references: [id])",
        "model B {\n id Int @id\n a A?\n}\n",
        "are not unique",
    ),
    "one-to-one with a required back side": (
        "b B @relation(fields: [u], references: [id])",
        "model B {\n id Int @id\n a A\n}\n",
        "without the key",
    ),
    "one-to-one without key": ("b B?", "model B {\n id Int @id\n a A?\n}\n", "expected them on one side"),
    "two relations without names": (
        "b B @relation(fields: [c], references: [id])\n d B @relation(fields: [c], references: [id])",
        B_WITH_AS,
        "expected a name for each",
    ),
    "actions of many-to-many": ("bs B[] @relation(onDelete: Cascade)", B_WITH_AS, "expected only a name"),
    "many-to-many with a compound key": (
        "bs B[]",
        "model B {\n x Int\n y Int\n as A[]\n @@id([x, y])\n}\n",
        "an @id of one field",
    ),
    "index of a relation": (
        "b B @relation(fields: [c], references: [id])\n @@index([b])",
        B_WITH_AS,
        "the field b is a relation",
    ),
    "@map of a relation": ('b B @relation(fields: [c], references: [id]) @map("x")', B_WITH_AS, "is a relation"),
}


@pytest.mark.parametrize(("line", "other", "message"), RELATIONS.values(), ids=RELATIONS.keys())
def test_a_wrong_relation_is_named(line: str, other: str, message: str) -> None:
    body = model("c Int", "o Int?", "s String", "u Int @unique", line) + other
    assert message in str(error_of(body))


BLOCKS = {
    "composite type": ("type T {\n a Int\n}\n" + model(), "composite type T"),
    "model twice": (model() + model(), "declared twice"),
    "enum and model of one name": (model() + "enum A {\n X\n}\n", "declared twice"),
    "table twice": (model() + 'model B {\n id Int @id\n @@map("A")\n}\n', "has the table public.A"),
    "enum type twice": (model() + 'enum E {\n X\n}\nenum F {\n X\n @@map("E")\n}\n', "has the type public.E"),
    "scalar as a name": ("model String {\n id Int @id\n}\n", "scalar type of Prisma"),
    "no key": ("model A {\n a Int\n}\n", "has no @id"),
    "optional key": ("model A {\n a Int? @id\n}\n", "is not required"),
    "only an optional unique field": ("model A {\n a Int? @unique\n}\n", "has no @id"),
    "empty enum": (model() + "enum E {\n}\n", "has no value"),
    "enum value twice": (model() + "enum E {\n X\n X\n}\n", "stands twice in the enum"),
    "attribute of an enum": (model() + "enum E {\n X\n @@index([X])\n}\n", "unknown attribute @@index on an enum"),
    "attribute of an enum value": (model() + "enum E {\n X @ignore\n}\n", "unknown attribute @ignore"),
    "constraint name twice": (
        'model A {\n id Int @id(map: "k")\n}\nmodel B {\n id Int @id(map: "k")\n}\n',
        "a second constraint or index with the name k",
    ),
}


@pytest.mark.parametrize(("body", "message"), BLOCKS.values(), ids=BLOCKS.keys())
def test_a_wrong_block_is_named(body: str, message: str) -> None:
    assert message in str(error_of(body))


DATASOURCES = {
    "MySQL": ('datasource db {\n  provider = "mysql"\n}\n', "2:14", "only PostgreSQL is supported"),
    "CockroachDB": ('datasource db {\n  provider = "cockroachdb"\n}\n', "2:14", "only PostgreSQL is supported"),
    "provider of the environment": (
        'datasource db {\n  provider = env("X")\n}\n',
        "2:14",
        "only PostgreSQL is supported",
    ),
    "no provider": ("datasource db {\n}\n", "1:12", "no provider"),
    "no datasource": ("\n", "None:None", "no datasource"),
    "two datasources": (HEAD + HEAD, "4:12", "a second datasource"),
    "unknown property": ('datasource db {\n  provider = "postgresql"\n  foo = 1\n}\n', "3:3", "unknown property `foo`"),
    "property twice": (
        'datasource db {\n  provider = "postgresql"\n  provider = "postgresql"\n}\n',
        "3:3",
        "stands twice",
    ),
    "relation mode": (
        'datasource db {\n  provider = "postgresql"\n  relationMode = "x"\n}\n',
        "3:18",
        '"foreignKeys" or "prisma"',
    ),
    "schemas without names": (
        'datasource db {\n  provider = "postgresql"\n  schemas = []\n}\n',
        "3:13",
        "at least one schema",
    ),
    "model without @@schema": (
        'datasource db {\n  provider = "postgresql"\n  schemas = ["a"]\n}\n',
        "5:7",
        "lacks @@schema",
    ),
    "extension in quotes": (
        'datasource db {\n  provider = "postgresql"\n  extensions = ["citext"]\n}\n',
        "3:17",
        "without quotes",
    ),
}


@pytest.mark.parametrize(("head", "place", "message"), DATASOURCES.values(), ids=DATASOURCES.keys())
def test_a_wrong_datasource_is_named(head: str, place: str, message: str) -> None:
    """Prisma itself accepts CockroachDB, and a schema without datasource in version 7 on: we cannot rehearse either."""
    error = error_of(model(), head=head)
    assert f"{error.line}:{error.column}" == place
    assert message in error.message


def test_what_postgresql_refuses_is_rejected_although_prisma_accepts_it() -> None:
    assert "no array of SERIAL" in str(error_of(model("a Int[] @default(autoincrement())")))
    assert "no such default" in str(error_of(model("a DateTime[] @default(now())")))
    assert "NUL" in str(error_of(model(r'a String @default("x\u0000")')))
    assert "does not quote" in str(error_of(model(r'a String @map("x\"y")')))


def test_a_schema_without_models_is_an_error() -> None:
    assert "declares no model" in str(error_of(""))
    assert "declares no model" in str(error_of("view V {\n id Int @unique\n}\n"))


def test_several_errors_are_told_in_one_run_in_order_of_place() -> None:
    body = model("a Foo", "b Int @default(foo())") + "model B {\n id Int @id\n c Int @bar\n}\n"
    error = error_of(body)
    assert [(each.line, each.message[:16]) for each in (error, *error.others)] == [
        (6, "unknown type `Fo"),
        (7, "@default of b: u"),
        (11, "unknown attribut"),
    ]
    assert str(error).count("\n") == 2


def test_errors_of_all_files_are_told_together() -> None:
    first = parse(HEAD + model("a Foo"), "a.prisma")
    second = parse("model B {\n id Int @id\n b Bar\n}\n", "b.prisma")
    with pytest.raises(SourceError) as caught:
        to_schema([second, first])
    assert [(error.path, error.line) for error in (caught.value, *caught.value.others)] == [
        ("a.prisma", 6),
        ("b.prisma", 3),
    ]


def test_reading_stops_after_a_hundred_errors() -> None:
    error = error_of(model(*(f"f{number} Foo" for number in range(1000))))
    assert len(error.others) == 100
    assert error.others[-1].message == "more errors follow; these are the first 100"
