"""What Prisma rejects, or what is not understood, is an error that names its place.

Every schema here is rejected by Prisma's own validator too (prisma-schema-wasm 8.1.0-2 and 6.19.0-26), except where a
test says why not.
"""

import pytest

from pgready.errors import SourceError
from pgready.sources.prisma import parse, to_schema

HEAD = 'datasource db {\n  provider = "postgresql"\n}\n'
FLAGS = (
    'generator g {\n  provider = "prisma-client"\n'
    '  previewFeatures = ["partialIndexes", "postgresqlExtensions", "views"]\n}\n'
)
B_WITH_AS = "model B {\n id Int @id\n as A[]\n}\n"


def error_of(body: str, *, head: str = HEAD) -> SourceError:
    with pytest.raises(SourceError) as caught:
        to_schema([parse(head + body + FLAGS, "prisma/schema.prisma")])
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
    "text for a number": ('a Int @default("1")', "6:17", "expected an Int value"),
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
    "@relation on a column": ('a Int @relation("x")', "6:8", "whose type Int is no model"),
    "second primary key": ("@@id([id])", "6:2", "a second primary key"),
    "index of an unknown field": ("@@index([x])", "6:11", "the field x does not exist"),
    "index of nothing": ("@@index([])", "6:2", "at least one field"),
    "index of a field twice": ("@@index([id, id])", "6:2", "names the field id twice"),
    "index of a text": ('@@index(["id"])', "6:11", "expected the name of a field"),
    "unknown index type": ("@@index([id], type: Foo)", "6:22", "expected one of BTree"),
    "unknown operator class": ("@@index([id(ops: Foo)], type: BTree)", "6:19", "expected an operator class"),
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
    "reserved scalar type in Unsupported": (
        'a Unsupported("VarChar( 3 )")?',
        "6:4",
        "Prisma has it, as String @db.VarChar",
    ),
    "@ignore of an unsupported type": (
        'a Unsupported("circle")? @ignore',
        "6:27",
        "ignores every field of an Unsupported",
    ),
    "@ignore in an ignored model": ("a Int @ignore\n @@ignore", "6:8", "the whole of A is ignored"),
    "@@ignore twice": ("@@ignore\n @@ignore", "7:2", "@@ignore stands twice"),
    "XML in an index": ("a String @db.Xml @unique", "6:19", "which no index can hold"),
    "GIN on a number": (
        "a Int\n @@index([a], type: Gin)",
        "7:2",
        "needs an operator class for the field a, or another type",
    ),
    "GIST without operator class": ("a Int\n @@index([a], type: Gist)", "7:2", "needs an operator class"),
    "SP-GIST on two fields": ("a String\n @@index([id, a], type: SpGist)", "7:2", "has one field"),
    "BRIN on a boolean": ("a Boolean\n @@index([a], type: Brin)", "7:2", "needs an operator class"),
    "class of another type": (
        "@@index([id(ops: TextMinMaxOps)], type: Brin)",
        "6:2",
        "TextMinMaxOps does not fit the type of the field id",
    ),
    "class of another method": (
        "@@index([id(ops: JsonbOps)])",
        "6:2",
        "JsonbOps does not belong to an index of type BTree",
    ),
    "class that nobody has": ("@@index([id(ops: BitBloomOps)], type: Brin)", "6:19", "expected an operator class"),
    "class of a unique index": ('@@unique([id(ops: raw("x"))])', "6:2", "a unique index has no operator classes"),
    "ascending hash index": ("@@index([id(sort: Asc)], type: Hash)", "6:2", "no sort order"),
    "client name of a field": ('@@unique([id], name: "id")', "6:2", "A has a field id"),
    "client name with a space": ('@@unique([id], name: "a b")', "6:2", "only letters from a to z"),
    "client name twice": (
        'a Int\n @@unique([id, a], name: "x")\n @@unique([a, id], name: "x")',
        "8:2",
        "x stands twice in A",
    ),
    "made client name of a field": ("a Int\n id_a Int\n @@unique([id, a])", "8:2", "the name that the client gives"),
    "database name of a field below": ('a Int @map("b")\n b Int @map("c")', "6:2", "the name of a field below it"),
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


VIEW = "view V {\n a Int\n b Int\n"
BLOCKS = {
    "reserved name of a model": ("model class {\n id Int @id\n}\n", "`class` is a reserved name"),
    "reserved name of an enum": (model() + "enum PrismaClient {\n X\n}\n", "`PrismaClient` is a reserved name"),
    "primary key of a view": (model() + VIEW + " @@id([a])\n}\n", "@@id in a view"),
    "index of a view": (model() + VIEW + " @@index([a])\n}\n", "a view has no indexes"),
    "named unique of a view": (
        model() + VIEW + ' @@unique([a], map: "x")\n}\n',
        "a view has no unique index that `map`",
    ),
    "sorted unique of a view": (model() + VIEW + " @@unique([a(sort: Asc)])\n}\n", "could have an order"),
    "many-to-many of a view": (
        "model A {\n id Int @id\n vs V[]\n}\nview V {\n a Int @unique\n as A[]\n}\n",
        "a many-to-many relation of a view",
    ),
    "name of a view's index": (
        'model A {\n id Int @id(map: "V_a_key")\n}\nview V {\n a Int @unique\n}\n',
        "V_a_key belongs to a view",
    ),
    "field of an ignored model": (
        (
            "model A {\n id Int @id\n b B?\n}\n"
            "model B {\n id Int @unique\n a A @relation(fields: [id], references: [id])\n @@ignore\n}\n"
        ),
        "b needs @ignore, as B has @@ignore",
    ),
    "order of a compound one-to-one": (
        (
            "model A {\n x Int\n y Int\n b B?\n @@id([x, y])\n}\n"
            "model B {\n x Int\n y Int\n a A @relation(fields: [y, x], references: [y, x])\n @@id([x, y])\n}\n"
        ),
        "expected @@unique([y, x]), in this order",
    ),
    "generator without provider": (model() + "generator h {\n}\n", "lacks its `provider`"),
    "generator twice": (model() + FLAGS, "a second generator g"),
    "scalar as the name of a generator": (model() + FLAGS.replace("g {", "Int {"), "`Int` is a scalar type"),
    "property of a generator twice": (
        model() + 'generator h {\n provider = "x"\n provider = "y"\n}\n',
        "`provider` stands twice in the generator",
    ),
    "output that is no text": (
        model() + 'generator h {\n provider = "x"\n output = 1\n}\n',
        "`output`: found the number 1",
    ),
    "feature without quotes": (
        model() + 'generator h {\n provider = "x"\n previewFeatures = [views]\n}\n',
        "expected a string in double quotes",
    ),
    "env of two names": (
        model() + 'generator h {\n provider = env("A", "B")\n}\n',
        "env takes the name of one variable",
    ),
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
    "both names of the relation mode": (
        'datasource db {\n  provider = "postgresql"\n  relationMode = "prisma"\n  referentialIntegrity = "prisma"\n}\n',
        "4:26",
        "expected only `relationMode`",
    ),
    "dash in an extension": (
        'datasource db {\n  provider = "postgresql"\n  extensions = [uuid-ossp]\n}\n',
        "3:17",
        'map: "uuid-ossp"',
    ),
    "connection that is no text": (
        'datasource db {\n  provider = "postgresql"\n  url = 1\n}\n',
        "3:9",
        "`url`: found the number 1",
    ),
    "scalar as a name": ('datasource Int {\n  provider = "postgresql"\n}\n', "1:12", "`Int` is a scalar type"),
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
    assert "the string is empty" in str(error_of(model('a String @map("")')))
    assert "the string is empty" in str(error_of(model('@@map("")')))
    assert "between 1 and 10485760" in str(error_of(model("a String @db.VarChar(0)")))
    assert "expected a time" in str(error_of(model('a DateTime @default("0000-01-01T00:00:00Z")')))
    assert "expected a decimal" in str(error_of(model('a Decimal @default("1e9999")')))


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
