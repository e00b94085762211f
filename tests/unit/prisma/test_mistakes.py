"""Mistakes as people make them: each is told once, at its place, with what was expected and what may have been meant.

`tests/fixtures/mistakes.json` holds a schema, and for every mistake what stands in it instead and what pgready says.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from pgready.errors import SourceError
from pgready.sources.prisma import locate, parse, read_schema, to_schema

FIXTURE: dict[str, Any] = json.loads((Path(__file__).parents[2] / "fixtures" / "mistakes.json").read_text())
MISTAKES = {each["mistake"]: each for each in FIXTURE["mistakes"]}


def said(project: Path) -> list[str]:
    with pytest.raises(SourceError) as caught:
        read_schema(locate(project))
    return str(caught.value).split("\n")


def test_the_schema_itself_has_no_mistake() -> None:
    assert len(to_schema([parse(FIXTURE["schema"], "schema.prisma")]).tables) == 2
    assert len(MISTAKES) >= 80


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_what_was_expected(tmp_path: Path, mistake: str) -> None:
    what = MISTAKES[mistake]
    assert what["instead_of"] in FIXTURE["schema"]
    text = FIXTURE["schema"].replace(what["instead_of"], what["stands"], 1)
    (tmp_path / "schema.prisma").write_text(text)
    assert said(tmp_path) == [f"schema.prisma:{line}" for line in what["says"]]


def test_most_mistakes_have_one_message_although_others_refer_to_the_broken_line() -> None:
    several = [name for name, each in MISTAKES.items() if len(each["says"]) > 1]
    assert several == ["dup model", "relation string mismatch"]


def test_mistakes_of_syntax_and_of_meaning_are_told_in_one_run(tmp_path: Path) -> None:
    """A line that cannot be read does not hide what is wrong elsewhere, in its file or in others."""
    head = 'datasource db {\n  provider = "postgresql"\n}\n'
    (tmp_path / "prisma" / "schema").mkdir(parents=True)
    (tmp_path / "prisma" / "schema" / "a.prisma").write_text(
        head + "model A {\n  id Int @id\n  b B @relation(fields: [bId], references: [id])\n  bId Int @\n  c Colour\n}\n"
    )
    (tmp_path / "prisma" / "schema" / "b.prisma").write_text(
        "model B {\n  id Int @id\n  as A[]\n  x Strin\n}\nenum Colour {\n  RED GREEN\n}\nmodel {\n}\n"
    )
    assert [line.split(": ")[0] for line in said(tmp_path)] == [
        "prisma/schema/a.prisma:7:11",
        "prisma/schema/b.prisma:4:5",
        "prisma/schema/b.prisma:7:7",
        "prisma/schema/b.prisma:9:1",
    ]


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("id Int @id @default(", "b B[]\n}\nmodel B {\n id Int @id\n as A[]"),
        ("id Itn @id", "b B?\n}\nmodel B {\n id Int @unique\n a A @relation(fields: [id], references: [id])"),
        ("id Int @id\n x Int @db.Foo\n y Int", "@@index([x, y])\n @@unique([x])"),
        ("id Int @id\n x Foo", "b B @relation(fields: [x], references: [id])\n}\nmodel B {\n id Int @id\n as A[]"),
        ("id Int @id\n x Int @map(", "b B? @relation(fields: [x], references: [id])\n}\nmodel B {\n id Int @id\n a A?"),
        ("id Int @Id", "x Int"),
        ("id Int\n @@Id([id])", "b B[]\n}\nmodel B {\n id Int @id\n as A[]"),
        ("id Int @id\n e E @default(X)\n}\nenum E {\n X Y", "Z"),
        ("id Int @id\n b B @relation(feilds: [x], references: [id])\n x Int", "}\nmodel B {\n id Int @id\n as A[]"),
        ("id Int @id\n t T\n}\ntype T {\n x Int", "y Int"),
    ],
    ids=range(10),
)
def test_what_refers_to_a_broken_line_is_no_error(tmp_path: Path, line: str, other: str) -> None:
    text = f'datasource db {{\n  provider = "postgresql"\n}}\nmodel A {{\n {line}\n {other}\n}}\n'
    (tmp_path / "schema.prisma").write_text(text)
    assert len(said(tmp_path)) == 1, said(tmp_path)


def test_a_broken_datasource_is_told_and_not_called_missing(tmp_path: Path) -> None:
    (tmp_path / "schema.prisma").write_text(
        'datasource db {\n  provider = postgresql"\n}\nmodel A {\n  id Int @id\n}\n'
    )
    assert said(tmp_path) == [
        'schema.prisma:2:24: found a string that does not end on its line: ", expected the end of the line'
    ]
    (tmp_path / "schema.prisma").write_text(
        'datasorce db {\n  provider = "postgresql"\n}\nmodel A {\n  id Itn @id\n}\n'
    )
    assert [line[:17] for line in said(tmp_path)] == ["schema.prisma:1:1"]


def test_a_suggestion_never_costs_much() -> None:
    """Thousands of names, and a hundred misspelt ones: only the first names are compared, and no long ones."""
    models = "".join(f"model Model{number} {{\n id Int @id\n}}\n" for number in range(5_000))
    wrong = "".join(f" f{number} Modle{'x' * (number % 90)}\n" for number in range(100))
    with pytest.raises(SourceError, match="Did you mean `Model"):
        to_schema(
            [
                parse(
                    f'datasource db {{\n provider = "postgresql"\n}}\n{models}model A {{\n id Int @id\n{wrong}}}\n', "s"
                )
            ]
        )
