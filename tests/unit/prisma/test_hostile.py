"""Hostile input: an error in reasonable time, never another exception, never a hang."""

import time

import pytest

from pgready.errors import SourceError
from pgready.sources.prisma import parse, to_schema

HEAD = 'datasource db {\n  provider = "postgresql"\n}\n'
MB = 1024 * 1024
LONG = {
    "10,000 nested brackets": HEAD + "model A {\n id Int @default(" + "[" * 10_000 + "]" * 10_000 + ")\n}\n",
    "10,000 nested calls": HEAD + "model A {\n id Int @default(" + "f(" * 10_000 + ")" * 10_000 + ")\n}\n",
    "10,000 nested objects": HEAD + "generator g {\n a = " + "{ a: " * 10_000 + "}" * 10_000 + "\n}\n",
    "10 MB on one line": "x" * (10 * MB),
    "10 MB of tokens on one line": HEAD + "model A {\n id Int " + "@x " * (3 * MB) + "\n}\n",
    "10 MB of open strings": HEAD + "model A {\n" + ' a "\n' * (2 * MB) + "}\n",
    "quotation marks on one line": HEAD + "model A {\n a " + '"\\' * 90_000 + "\n}\n",
    "block comments that never close": HEAD + "/*\n" * (1 * MB),
    "open block comments on one line": HEAD + "model A {\n id Int " + "/* " * 60_000 + "\n}\n",
    "2 MB of closing braces": HEAD + "}\n" * MB,
    "2 MB of opening blocks": HEAD + "model A {\n" * (MB // 5),
    "closing braces on one line": HEAD + "model A {\n" + "} " * 60_000,
    "an index of many fields": HEAD + "model A {\n id Int @id\n @@index([" + "id, " * 45_000 + "id])\n}\n",
    "many dots": HEAD + "model A {\n id a" + ".a" * 90_000 + "\n}\n",
    "digits": HEAD + "model A {\n id Int @id @default(" + "9" * 150_000 + ")\n}\n",
    "digits of a type": HEAD + "model A {\n id Int @id\n s String @db.VarChar(" + "9" * 150_000 + ")\n}\n",
    "digits of a function": HEAD + "model A {\n id String @id @default(nanoid(" + "9" * 150_000 + "))\n}\n",
    "nested JSON": HEAD + 'model A {\n id Int @id\n j Json @default("' + "[" * 90_000 + '")\n}\n',
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_large_broken_text_is_an_error_in_time(text: str) -> None:
    start = time.process_time()
    with pytest.raises(SourceError) as caught:
        to_schema([parse(text, "s.prisma")])
    assert time.process_time() - start < 20
    assert len(caught.value.others) <= 100
    assert len(str(caught.value)) < 100_000


def test_a_hub_of_thousands_of_relations_takes_no_longer_per_relation() -> None:
    count = 3000
    back = "".join(f' r{number} A[] @relation("{number}")\n' for number in range(count))
    forth = "".join(
        f' b{number} B @relation("{number}", fields: [bId], references: [id], map: "k{number}")\n'
        for number in range(count)
    )
    text = HEAD + f"model A {{\n id Int @id\n bId Int\n{forth}}}\nmodel B {{\n id Int @id\n{back}}}\n"
    start = time.process_time()
    schema = to_schema([parse(text, "s.prisma")])
    assert time.process_time() - start < 5
    assert sum(1 for _ in schema.foreign_keys()) == count
