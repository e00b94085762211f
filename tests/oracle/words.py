"""Words of the Prisma schema language in right and wrong places: what mutations and lists of lines are made of."""

import re

__all__ = ["BLOCKS", "BLOCK_ATTRIBUTES", "DEFAULTS", "FIELD_ATTRIBUTES", "GENERATOR", "INDEX_ARGUMENTS", "NATIVES"]
__all__ += ["OPERATOR_CLASSES", "RELATION_ARGUMENTS", "SCALARS", "SOURCE", "UNSUPPORTED"]

SCALARS = ["String", "Int", "BigInt", "Float", "Decimal", "DateTime", "Json", "Bytes", "Boolean"]

NATIVES = re.findall(
    r"\S+",
    """
    SmallInt Integer BigInt Oid Money Real DoublePrecision Text Text(3) Citext Uuid Xml Inet ByteA Date Date(1)
    Boolean Decimal Decimal(5,2) Decimal(0,0) Decimal(1001,1) Decimal(3,4) Decimal(3) Decimal() Decimal(5,2,1)
    Decimal(-1,2) VarChar VarChar(5) VarChar(0) VarChar(4294967296) VarChar(-1) VarChar(1.5) VarChar("3") VarChar(x)
    VarChar(a:3) Char Char(3) Char(007) Bit Bit(3) Bit(0) VarBit VarBit(4) Timestamp Timestamp(3) Timestamp(7)
    Timestamp(6,1) Timestamptz Timestamptz(6) Time Time(6) Timetz Timetz(0) Json JsonB Money(1)
    VarChar(1:) VarChar(x:,5) VarChar(1:5) VarChar(x.y:) Foo
    """,
)

UNSUPPORTED = [
    *[
        "circle",
        "text",
        "Text",
        "Text(3)",
        "Text()",
        "VarChar",
        "VarChar(3)",
        "VarChar(x)",
        "VarChar(3,4)",
        "VarChar()",
    ],
    *["VarChar( 3 )", "VarChar(-1)", "Decimal(3)", "Decimal(4,3)", "Decimal(4 , 3)", "Decimal(a,b)", "Decimal(4,3,2)"],
    *["Timestamp(3) with tz", "Timestamp(3", "Timestamp (3)", " Text", "VarChar(3)[]", "Decimal(5,)", "Timestamp(99)"],
    *["VarChar(4294967296)", "VarChar(+3)", "JsonB", "JSONB", "(3)", "", "VarChar(99999999999999999999)", "Bit(0)"],
]

DEFAULTS = [
    *[
        "1",
        "-1",
        "1.5",
        '"x"',
        '"1"',
        "true",
        "false",
        "null",
        "x",
        "A",
        "USER",
        "[]",
        "[1]",
        '["a"]',
        "[1, 2]",
        "[[1]]",
    ],
    *["now()", "now(1)", "[now()]", "autoincrement()", "autoincrement(1)", "auto()", "sequence()", "foo()", 'env("X")'],
    *["uuid()", "uuid(4)", "uuid(7)", "uuid(5)", "uuid(07)", 'uuid("4")', "uuid(4, 7)", "cuid()", "cuid(2)", "cuid(3)"],
    *["nanoid()", "nanoid(10)", "nanoid(1)", "nanoid(255)", "nanoid(256)", "nanoid(0010)", "nanoid(x: 3)", "ulid()"],
    *["dbgenerated()", 'dbgenerated("x")', 'dbgenerated("")', "dbgenerated(1)", 'dbgenerated("a", "b")', "ulid(1)"],
    *["value: 1", '1, map: "x"', "99999999999", "9223372036854775808", "-0", "007", '"1e5"', '"1_000"', '"_1"', '"1_"'],
    *['"+5"', '".5"', '"1."', '"."', '"-"', '"1e"', '"e5"', '"Infinity"', '"NaN"', '"1 "', '"0x1"', '"1e-40"', "TRUE"],
    *[
        '"2020-01-01T00:00:00Z"',
        '"2020-01-01"',
        '"2020-01-01 00:00:00Z"',
        '"2016-12-31T23:59:60Z"',
        '"2020-02-30T00:00:00Z"',
    ],
    *[
        '"2020-01-01T00:00:00+24:00"',
        '"2020-01-01T00:00:00-00:00"',
        '"2020-01-01T00:00:00.1234567891Z"',
        '"20200101T000000Z"',
    ],
    *['"2020-01-01T24:00:00Z"', '"2020-01-01T00:00:00+0100"', '"2020-01-01T00:00:00.Z"', '"10000-01-01T00:00:00Z"'],
    *[
        '"{}"',
        '"[1]"',
        '"{a:1}"',
        '"01"',
        '"1e999"',
        '"[1,]"',
        '"1 2"',
        '" {} "',
        r'"\"\\ud800\""',
        '"' + "[" * 128 + '"',
    ],
    *['"aGk="', '"aGk"', '"aG k="', '"aGk=="', '"aGl="', '"a-_="', '""'],
]

FIELD_ATTRIBUTES = [
    *[
        "@id",
        "@id()",
        '@id(map: "k")',
        '@id(map: "")',
        "@id(sort: Asc)",
        "@id(length: 3)",
        '@id(name: "x")',
        "@id(clustered: true)",
    ],
    *[
        "@unique",
        "@unique()",
        '@unique(map: "u")',
        "@unique(sort: Desc)",
        "@unique(sort: Up)",
        "@unique(length: 3)",
        "@unique(1)",
    ],
    *[
        '@unique(where: raw("x"))',
        '@unique(name: "x")',
        "@unique(map: 1)",
        "@unique(clustered: false)",
        '@unique(ops: raw("x"))',
    ],
    *[
        "@ignore",
        "@ignore()",
        "@ignore(1)",
        "@updatedAt",
        "@updatedAt()",
        "@updatedAt(1)",
        "@relation",
        '@relation("x")',
    ],
    *[
        '@map("x")',
        "@map(x)",
        '@map(name: "y")',
        "@map",
        "@map()",
        '@map("a b")',
        '@map("id")',
        "@default",
        "@default()",
    ],
    *[
        "@relation(fields: [id], references: [id])",
        "@foo",
        "@db",
        "@db.",
        "@pg.Text",
        "@index",
        '@schema("x")',
        "@a-b",
        "@1a",
    ],
]

RELATION_ARGUMENTS = [
    *[
        "onDelete: Cascade",
        "onDelete: SetNull",
        "onDelete: SetDefault",
        "onDelete: NoAction",
        "onDelete: Foo",
        "onUpdate: Restrict",
    ],
    *[
        "onUpdate: SetNull",
        'onUpdate: "Cascade"',
        'map: "fk"',
        'map: ""',
        "map: fk",
        'name: "R"',
        'name: ""',
        '"R"',
        "fields: []",
    ],
    *[
        "references: []",
        "fields: [id]",
        "references: [id]",
        "fields: id",
        'references: ["id"]',
        "foo: 1",
        f'map: "{"k" * 70}"',
    ],
]

OPERATOR_CLASSES = re.findall(
    r"\S+",
    """
    InetOps JsonbOps JsonbPathOps ArrayOps TextOps BitMinMaxOps VarBitMinMaxOps BpcharBloomOps BpcharMinMaxOps
    ByteaBloomOps ByteaMinMaxOps DateBloomOps DateMinMaxOps DateMinMaxMultiOps Float4BloomOps Float4MinMaxOps
    Float4MinMaxMultiOps Float8BloomOps Float8MinMaxOps Float8MinMaxMultiOps InetInclusionOps InetBloomOps
    InetMinMaxOps InetMinMaxMultiOps Int2BloomOps Int2MinMaxOps Int2MinMaxMultiOps Int4BloomOps Int4MinMaxOps
    Int4MinMaxMultiOps Int8BloomOps Int8MinMaxOps Int8MinMaxMultiOps NumericBloomOps NumericMinMaxOps
    NumericMinMaxMultiOps OidBloomOps OidMinMaxOps OidMinMaxMultiOps TextBloomOps TextMinMaxOps TextMinMaxMultiOps
    TimestampBloomOps TimestampMinMaxOps TimestampMinMaxMultiOps BitBloomOps TimestampTzBloomOps
    TimestampTzMinMaxOps TimestampTzMinMaxMultiOps TimeBloomOps TimeMinMaxOps TimeMinMaxMultiOps TimeTzBloomOps
    TimeTzMinMaxOps TimeTzMinMaxMultiOps UuidBloomOps UuidMinMaxOps UuidMinMaxMultiOps Foo raw("x_ops") raw("")
    raw() raw(x) raw("x","y") "x"
    """,
)

INDEX_ARGUMENTS = [
    *[f"type: {name}" for name in ("BTree", "Hash", "Gist", "Gin", "SpGist", "Brin", "Foo", '"Gin"', "[Gin]")],
    *[
        'map: "m"',
        'map: ""',
        "map: m",
        'name: "n"',
        'name: ""',
        'name: "a b"',
        'name: "id"',
        'name: "é"',
        "name: n",
        "foo: 1",
    ],
    *[
        "clustered: true",
        "length: 3",
        "sort: Desc",
        f'map: "{"n" * 70}"',
        'map.x: "a"',
        'where: raw("a > 1")',
        "where: raw()",
    ],
    *[
        'where: raw("a", "b")',
        'where: raw("")',
        "where: raw(x)",
        "where: {}",
        'where: "x"',
        "where: 1",
        "where: { foo: 1 }",
    ],
    *[
        "where: { id: 1 }",
        "where: { id: null }",
        "where: { id: { not: null } }",
        "where: { id: { gt: 1 } }",
        'where: { id: "x" }',
    ],
    *[
        "where: { id: true }",
        "where: { id: A }",
        "where: { id: [1] }",
        "where: { id: { not: 1, not: 2 } }",
        "where: { id: 1, }",
    ],
]

BLOCK_ATTRIBUTES = [
    *[
        '@@map("x")',
        "@@map",
        '@@map("x", "y")',
        f'@@map("{"t" * 70}")',
        '@@map(name: "y")',
        "@@ignore",
        "@@ignore()",
        "@@ignore(1)",
    ],
    *[
        '@@schema("a")',
        '@@schema("")',
        "@@schema(x)",
        "@@schema",
        "@@foo",
        "@@shardKey([id])",
        "@@fulltext([id])",
        "@@db.foo",
    ],
    *[
        "@@id",
        "@@unique",
        "@@index",
        "@@index()",
        "@@index([])",
        "@@index(id)",
        '@@index("id")',
        "@@index([id, id])",
        "@@index([id,])",
    ],
    *[
        "@@index([id.x])",
        "@@index([zz])",
        "@@index([id(sort: Desc)])",
        "@@index([id(Desc)])",
        "@@index([id(foo: 1)])",
        "@@id([id])",
    ],
    *[
        "@@index([id(length: 3)])",
        '@@unique([id(ops: raw("x"))])',
        "@@index([id(sort: Asc, sort: Desc)])",
        "@@index([id], [id])",
    ],
    *[
        "@@index([id(sort: Asc)], type: Hash)",
        '@@index([id], name: "a", map: "b")',
        '@@unique([id], name: "a", map: "b")',
    ],
]

SOURCE = [
    *[
        'relationMode = "prisma"',
        'relationMode = "foreignKeys"',
        'relationMode = "x"',
        "relationMode = prisma",
        "relationMode =",
    ],
    *[
        'referentialIntegrity = "prisma"',
        'schemas = ["a", "b"]',
        "schemas = []",
        'schemas = "public"',
        'schemas = ["a", "a"]',
    ],
    *[
        "schemas = [a]",
        "extensions = [pg_trgm]",
        'extensions = [uuid(map: "uuid-ossp")]',
        'extensions = ["x"]',
        "extensions = []",
    ],
    *[
        "extensions = a",
        "extensions = a()",
        "extensions = [a, a]",
        'extensions = [a(foo: "x")]',
        "extensions = [a(map: 1)]",
    ],
    *[
        'extensions = [a("x")]',
        'extensions = [a(map: "x",)]',
        "extensions = [a(map: )]",
        "extensions = [a-b]",
        "extensions = [a,]",
    ],
    *[
        'provider = "postgres"',
        'provider = ""',
        'provider = env("X")',
        "foo = 1",
        "previewFeatures = []",
        "provider",
        "a.b = 1",
    ],
    *['url = env("A", "B")', "url = env(A)", "url = 1", 'url = env("X")', "directUrl = 1", "shadowDatabaseUrl = []"],
]

GENERATOR = [
    *[
        'provider = "prisma-client"',
        'provider = env("X")',
        "provider = 1",
        'provider = ["a"]',
        'output = "../x"',
        "output = 1",
    ],
    *[
        'output = env("X", "Y")',
        'binaryTargets = ["native"]',
        'binaryTargets = "native"',
        "binaryTargets = [1]",
        "engineType = 1",
    ],
    *["previewFeatures = []", 'previewFeatures = ["views"]', 'previewFeatures = "views"', "previewFeatures = [views]"],
    *[
        'previewFeatures = ["multiSchema", "extendedIndexes", "interactiveTransactions"]',
        'engineType = "library"',
        "engineType = x",
    ],
    *[
        "foo = 1",
        "foo = true",
        'foo = ["a"]',
        "foo = [[1]]",
        "foo = bar",
        'foo = f("x")',
        "foo = env(A)",
        "foo =",
        "foo",
        "1a = 1",
    ],
]

BLOCKS = [
    "model Extra {\n  id Int @id\n}\n",
    "model Extra {\n}\n",
    "model Extra {\n  id Int\n}\n",
    "model Extra {\n  ids Int[] @unique\n}\n",
    'model Extra {\n  u Unsupported("circle") @unique\n}\n',
    'model Extra {\n  id Int @id\n  u Unsupported("circle") @ignore\n}\n',
    "enum Extra {\n  X\n}\n",
    "enum Extra {\n}\n",
    "enum Extra {\n  A\n  A\n}\n",
    'enum Extra {\n  A @map("x")\n  B @map("x")\n}\n',
    'enum Extra {\n  A @map("")\n  B @map("it\'s \\"q\\"")\n}\n',
    "enum Extra {\n  a-b\n}\n",
    "enum Extra {\n  1\n}\n",
    "enum Extra {\n  A @ignore\n}\n",
    "enum default {\n  A\n}\n",
    "type Extra {\n  a Int\n}\n",
    "type class {\n  a Int\n}\n",
    "view Extra {\n  id Int @unique\n}\n",
    "view Extra {\n  id Int\n}\n",
    "view Extra {\n  id Int @id\n}\n",
    "view Extra {\n  a Int\n  b Int\n  @@index([a])\n}\n",
    "view Extra {\n  a Int\n  b Int\n  @@unique([a, b])\n}\n",
    'view Extra {\n  a Int @unique(map: "x")\n}\n',
    "view Extra {\n  a Int @unique(sort: Desc)\n}\n",
    'generator extra {\n  provider = "x"\n}\n',
    "generator extra {\n}\n",
    'generator a-b {\n  provider = "x"\n}\n',
    'generator Int {\n  provider = "x"\n}\n',
    'generator a.b {\n  provider = "x"\n}\n',
    'datasource extra {\n  provider = "postgresql"\n}\n',
    "model String {\n  id Int @id\n}\n",
    "model PrismaClient {\n  id Int @id\n}\n",
    "model class {\n  id Int @id\n}\n",
    "model Extra {\n  a Int\n  @@ignore\n}\n",
    "model Extra {\n  a Int @ignore\n  @@ignore\n}\n",
    'model Extra {\n  u Int @id @map("A")\n  A Int @map("c")\n}\n',
    (
        "model X1 {\n  id Int @id\n  y Y1? @ignore\n}\n"
        "model Y1 {\n  id Int @unique\n  x X1 @relation(fields: [id], references: [id])\n  @@ignore\n}\n"
    ),
    (
        "model X1 {\n  id Int @id\n  y Y1?\n}\n"
        "model Y1 {\n  id Int @unique\n  x X1 @relation(fields: [id], references: [id])\n  @@ignore\n}\n"
    ),
    (
        "model X1 {\n  x Int\n  y Int\n  o Y1?\n  @@id([x, y])\n}\n"
        "model Y1 {\n  x Int\n  y Int\n  o X1 @relation(fields: [y, x], references: [x, y])\n  @@id([x, y])\n}\n"
    ),
    "foo Bar {\n}\n",
    "garbage\n",
    "type Foo = Int\n",
    "model Extra { id Int @id }\n",
    "model Extra\n{\n  id Int @id\n}\n",
]
