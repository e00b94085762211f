"""What the datasource and the preview features decide: emulated relations, views, extensions, partial indexes."""

import pytest

from pgready.errors import SourceError
from pgready.sources.prisma import parse, to_schema

HEAD = 'datasource db {\n  provider = "postgresql"\n}\n'
FLAGS = (
    'generator g {\n  provider = "prisma-client"\n'
    '  previewFeatures = ["partialIndexes", "postgresqlExtensions", "views"]\n}\n'
)
B = "model B {\n id Int @id\n as A[]\n}\n"


def error_of(body: str, *, head: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        to_schema([parse(head + body + FLAGS, "prisma/schema.prisma")])
    return caught.value


def model(*lines: str) -> str:
    return "model A {\n id Int @id\n" + "".join(f" {line}\n" for line in lines) + "}\n"


EMULATED = {
    "SetDefault": ("onDelete: SetDefault", "expected Cascade, Restrict or SetNull"),
    "NoAction": ("onUpdate: NoAction", "expected Cascade, Restrict or SetNull"),
    "SetNull of a required key": ("onDelete: SetNull", "SetNull, but a field of the key is required"),
}


@pytest.mark.parametrize(("action", "message"), EMULATED.values(), ids=EMULATED.keys())
def test_an_action_that_prisma_cannot_emulate_is_named(action: str, message: str) -> None:
    """With foreign keys in the database each is accepted."""
    relation = f"b B @relation(fields: [c], references: [id], {action})"
    body = model("c Int", relation) + B
    assert to_schema([parse(HEAD + body, "s.prisma")]).tables
    assert message in str(error_of(body, head=HEAD.replace("}", '  relationMode = "prisma"\n}')))


def test_actions_that_run_in_a_circle_are_named_where_prisma_emulates_them() -> None:
    head = HEAD.replace("}", '  relationMode = "prisma"\n}')
    circle = (
        (
            "model A {\n id Int @id\n b B @relation({}fields: [id], references: [id])\n cs C[]\n}}\n"
            "model B {{\n id Int @id\n a A[]\n c C @relation(fields: [id], references: [id])\n}}\n"
            "model C {{\n id Int @id\n b B[]\n a A @relation(fields: [id], references: [id])\n d D[]\n}}\n"
            "model D {{\n id Int @id\n c C @relation(fields: [id], references: [id])\n}}\n"
        )
        .replace("model A {\n", "model A {{\n", 1)
        .replace("cs C[]\n}\n", "cs C[]\n}}\n")
    )
    error = error_of(circle.format(""), head=head)
    assert [each.line for each in (error, *error.others)] == [7, 13, 18]
    assert all("run in a circle" in each.message for each in (error, *error.others))
    broken = circle.format("onDelete: Restrict, onUpdate: Restrict, ")
    assert len(to_schema([parse(head + broken, "s.prisma")]).tables) == 4


NEEDED = {
    "views": (model() + "view V {\n a Int\n}\n", HEAD),
    "partialIndexes": (model('@@index([id], where: raw("id > 1"))'), HEAD),
    "postgresqlExtensions": (model(), HEAD.replace("}", "  extensions = [citext]\n}")),
}


@pytest.mark.parametrize("feature", NEEDED)
def test_what_needs_a_preview_feature_names_it(feature: str) -> None:
    body, head = NEEDED[feature]
    with pytest.raises(SourceError, match=rf'needs previewFeatures = \["{feature}"\] in a generator'):
        to_schema([parse(head + body, "s.prisma")])
    assert to_schema([parse(head + body + FLAGS, "s.prisma")]).tables


@pytest.mark.parametrize(
    "feature",
    [
        "multiSchema",
        "extendedIndexes",
        "fullTextSearchPostgres",
        "interactiveTransactions",
        "referentialIntegrity",
        "ofTomorrow",
    ],
)
def test_features_of_every_version_are_accepted_unknown_ones_too(feature: str) -> None:
    """Prisma rejects the name of a feature that it does not know; but none changes the tables."""
    flags = FLAGS.replace("[", f'["{feature}", ')
    assert to_schema([parse(HEAD + model() + flags, "s.prisma")]).tables


@pytest.mark.parametrize("value", ["{}", "[{ a: 1 }]", "[[{}]]"])
def test_a_generator_with_an_object_in_it_enables_nothing(value: str) -> None:
    """Prisma 8 passes over such a generator without a word, and so over its preview features."""
    text = HEAD + model() + "view V {\n a Int\n}\n"
    assert to_schema([parse(text + FLAGS.replace("}", "  other = 1\n}"), "s.prisma")]).views
    with pytest.raises(SourceError, match="needs previewFeatures"):
        to_schema([parse(text + FLAGS.replace("}", f"  other = {value}\n}}"), "s.prisma")])
