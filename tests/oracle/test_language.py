"""The language that pgready accepts is that of Prisma's own validator: version 6 or version 8, whichever accepts more.

Thousands of mutated schemas and every word of `words.py` in its place go to both. The known differences are listed
here, each with its reason; every other one fails. `PGREADY_TEST_MUTATIONS` says how many mutations each fixture gets.
"""

import os
import random
import re
from difflib import unified_diff
from pathlib import Path

import pytest

from oracle import words
from oracle.engine import Engine
from oracle.mutations import mutated
from pgready.errors import SourceError
from pgready.sources.prisma import parse, to_schema

pytestmark = pytest.mark.oracle

FIXTURES = Path(__file__).parents[1] / "fixtures" / "prisma"
TEXTS = {path.stem: path.read_bytes().decode() for path in sorted(FIXTURES.glob("*.prisma"))}
MUTATIONS = int(os.environ.get("PGREADY_TEST_MUTATIONS", "100"))
_VALUE = r'(?:"[^"\\\n\r]*"|env\([ \t\xa0]*(?:\w+:[ \t\xa0]*)?"[^"\\\n\r]*"[ \t\xa0]*\))'
_CONNECTIONS = [
    re.compile(rf"^[ \t\xa0]*{name}[ \t\xa0]*=[ \t\xa0]*{_VALUE}[ \t\xa0]*(?://[^\n\r]*)?(?=[\n\r]|\Z)", re.MULTILINE)
    for name in ("url", "directUrl", "shadowDatabaseUrl")
]

# Prisma rejects, pgready accepts; by Prisma's message.
LAXER = {
    "The preview feature .* is not known": "every version has other features, and none changes the tables",
}
# Prisma accepts, pgready rejects; by our message.
STRICTER = {
    "does not quote": "Prisma does not quote the name: PostgreSQL finds a syntax error in its SQL",
    "the string is empty": "PostgreSQL has no empty names",
    "must be between": "PostgreSQL has no such length",
    "NUL character": "PostgreSQL cannot store it",
    "no array of SERIAL": "PostgreSQL has none",
    "PostgreSQL has no such default": "PostgreSQL refuses it",
    "only PostgreSQL is supported": "other databases are not audited",
    "no datasource": "Prisma's validation does without, its migrations do not",
    "@@?shardKey": "read in views only, where it means nothing",
}


def without_connection(text: str) -> str:
    """As version 8 wants it; what stands there wrongly stays."""
    block = re.search(r"datasource\s+\w+\s*\{[^}]*", text)
    if block is None:
        return text
    kept = block[0]
    for connection in _CONNECTIONS:
        kept = connection.sub("", kept, count=1)
    return text[: block.start()] + kept + text[block.end() :]


def with_connection(text: str) -> str:
    """As version 6 wants it."""
    if re.search(r"^[ \t\xa0]*url[ \t\xa0]*=", text, re.MULTILINE):
        return text
    return re.sub(r"(datasource\s+\w+\s*\{)[^\n\r]*", r'\1\n  url = env("X")\n', text, count=1)


def refusal(engine: Engine, text: str) -> str | None:
    """Prisma's message, None when one of the two versions accepts the schema."""
    message = ""
    for version, asked in ((8, without_connection(text)), (6, with_connection(text))):
        answer = engine._ask({"validate": [["s.prisma", asked]], "version": version})
        if answer.get("error") is None and "panic" not in answer:
            return None
        message += f"{answer.get('error')}\n"
    return message


def ours(text: str) -> str | None:
    try:
        to_schema([parse(text, "s.prisma")])
    except SourceError as error:
        return str(error)
    return None


def difference(engine: Engine, text: str) -> str | None:
    """What only one of the two says about a schema, when no list above knows it."""
    theirs, our = refusal(engine, text), ours(text)
    if (theirs is None) == (our is None):
        return None
    known = LAXER if our is None else STRICTER
    if any(re.search(pattern, our or theirs or "") for pattern in known):
        return None
    return f"only Prisma rejects: {theirs}" if our is None else f"only pgready rejects: {our}"


def changed(text: str, other: str) -> str:
    lines = unified_diff(text.splitlines(), other.splitlines(), lineterm="", n=0)
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@ -")))


@pytest.mark.parametrize("name", TEXTS)
def test_both_accept_or_reject_a_mutated_schema(engine: Engine, name: str) -> None:
    random_ = random.Random(name)
    found = []
    for _ in range(MUTATIONS):
        text = mutated(TEXTS[name], list(TEXTS.values()), random_)
        what = difference(engine, text)
        if what is not None:
            found.append(f"{changed(TEXTS[name], text)}\n{what}")
    assert not found, "\n\n".join(found[:5])


FEATURES = '"views", "postgresqlExtensions", "partialIndexes"'
HEAD = 'datasource db {\n  provider = "postgresql"\n'
GENERATOR = f'generator g {{\n  provider = "x"\n  previewFeatures = [{FEATURES}]\n}}\n'
MODEL = HEAD + "}\n" + GENERATOR + "model A {\n  id Int @id\n"
RELATION = "b B? @relation(fields: [bId], references: [id], {})\n  bId Int?\n}}\nmodel B {{\n  id Int @id\n  as A[]"


def line_schemas() -> dict[str, str]:
    """Every word of the lists in its place: one schema each."""
    lines = [
        *(
            f"a {kind}{arity} @default({value})"
            for value in words.DEFAULTS
            for kind in words.SCALARS
            for arity in ("", "[]")
        ),
        *(f"a {kind} @db.{native}" for native in words.NATIVES for kind in words.SCALARS),
        *(f'a Unsupported("{text}")?' for text in words.UNSUPPORTED),
        *(f"a {kind} {attribute}" for attribute in words.FIELD_ATTRIBUTES for kind in ("DateTime", "Int?", "String[]")),
        *(f"a Int\n  @@{kind}([a], {argument})" for argument in words.INDEX_ARGUMENTS for kind in ("index", "unique")),
        *words.BLOCK_ATTRIBUTES,
        *(RELATION.format(argument) for argument in words.RELATION_ARGUMENTS),
    ]
    schemas = {line: f"{MODEL}  {line}\n}}\n" for line in lines}
    schemas |= {block: MODEL + "}\n" + block for block in words.BLOCKS}
    schemas |= {line: f"{HEAD}  {line}\n}}\n{GENERATOR}model A {{\n  id Int @id\n}}\n" for line in words.SOURCE}
    more = f"{MODEL}}}\ngenerator more {{\n"
    for line in words.GENERATOR:
        provider = "" if line.startswith("provider") else '  provider = "x"\n'
        schemas[line] = f"{more}{provider}  {line}\n}}\n"
    return schemas


def test_every_word_in_its_place_is_accepted_or_rejected_by_both(engine: Engine) -> None:
    schemas = line_schemas()
    assert len(schemas) > 2_500
    found = [f"{line}\n{what}" for line, text in schemas.items() if (what := difference(engine, text)) is not None]
    assert not found, "\n\n".join(found[:5])


def index_schemas() -> dict[str, str]:
    """Every index type with every operator class, on every native type: one schema each."""
    kinds = [
        *(f"{kind}{arity}" for kind in words.SCALARS for arity in ("", "?", "[]")),
        *("E", "E[]", 'Unsupported("circle")?', "String @db.Inet", "String @db.Xml", "Json @db.JsonB", "Json @db.Json"),
        *("String @db.VarChar(3)", "String @db.Char(3)", "String @db.Uuid", "String @db.Citext", "String @db.Bit(3)"),
        *("Int @db.SmallInt", "Int @db.Oid", "Float @db.Real", "DateTime @db.Date", "DateTime @db.Timestamptz"),
        *(
            "DateTime @db.Time",
            "DateTime @db.Timetz",
            "Decimal @db.Decimal(5,2)",
            "Decimal @db.Money",
            "Int[] @db.Integer",
        ),
    ]
    schemas = {}
    for method in ("BTree", "Hash", "Gist", "Gin", "SpGist", "Brin"):
        for kind in kinds:
            for operator_class in ["", *(f"(ops: {each})" for each in words.OPERATOR_CLASSES)]:
                line = f"a {kind}\n  @@index([a{operator_class}], type: {method})"
                schemas[line] = f"{MODEL}  {line}\n}}\nenum E {{\n  X\n}}\n"
    return schemas


def test_every_index_type_takes_the_same_operator_classes_on_the_same_types(engine: Engine) -> None:
    schemas = index_schemas()
    assert len(schemas) > 15_000
    chosen = random.Random(0).sample(sorted(schemas), min(len(schemas), MUTATIONS * 20))
    found = [f"{line}\n{what}" for line in chosen if (what := difference(engine, schemas[line])) is not None]
    assert not found, "\n\n".join(found[:5])
