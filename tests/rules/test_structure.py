"""SCH001 to SCH004: keys and indexes of the structure."""

import time
from dataclasses import replace

import pytest

from builders import Build, Judge
from pgready.checks import Gathered
from pgready.config import Config
from pgready.findings import CheckResult, Evidence, Finding, Outcome, Severity
from pgready.model.names import QualifiedName
from pgready.model.schema import Index, ReferentialAction, Schema, Table


@pytest.fixture
def judged(judge: Judge) -> "Judged":
    return Judged(judge)


class Judged:
    """Judge declared tables with one rule."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge

    def __call__(self, rule: str, *tables: Table) -> list[Finding]:
        return list(self.result(rule, *tables).findings)

    def result(self, rule: str, *tables: Table) -> CheckResult:
        return self.judge(rule, Gathered(config=Config(), declared=Schema(tables=tables), migrations=()))


def index(name: str, *columns: str, **more: object) -> Index:
    return replace(Index(name=name, columns=columns), **more)  # type: ignore[arg-type]


def test_a_table_without_primary_key_warns_and_a_unique_index_makes_it_a_note(build: Build, judged: Judged) -> None:
    bare = build.table("bare", primary_key=())
    unique = build.table("unique", primary_key=(), indexes=(index("u", "id", unique=True),))
    nullable = build.table("loose", build.column("a"), primary_key=(), indexes=(index("l", "a", unique=True),))
    partial = build.table("part", primary_key=(), indexes=(index("p", "id", unique=True, where="(id > 1)"),))
    found = judged("SCH001", bare, unique, nullable, partial, build.table("fine"))
    assert [(each.object, each.severity) for each in found] == [
        ("public.bare", Severity.WARN),
        ("public.unique", Severity.NOTE),
        ("public.loose", Severity.WARN),
        ("public.part", Severity.WARN),
    ]


def test_partitions_and_the_tables_of_prisma_are_exempt(build: Build, judged: Judged) -> None:
    part = build.table("part", primary_key=(), partition_of="whole")
    own = build.table("_prisma_migrations", primary_key=())
    implicit = Table(
        name=QualifiedName("public", "_AToB"),
        columns=(build.column("A", not_null=True), build.column("B", not_null=True)),
        foreign_keys=(build.key("_AToB", "A", "A"),),
    )
    for rule in ("SCH001", "SCH002", "SCH003", "SCH004"):
        assert judged.result(rule, part, own, implicit).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("indexes", "uncovered"),
    [
        ((), 1),
        ((index("i", "user"),), 0),
        ((index("i", "user", "id"),), 0),
        ((index("i", "id", "user"),), 1),
        ((index("i", "user", method="hash"),), 0),
        ((index("i", "user", method="gin"),), 1),
        ((index("i", "user", where="(done = false)"),), 1),
        ((index("i", "user", where='("user" IS NOT NULL)'),), 0),
        ((index("i", "user", valid=False),), 1),
        ((index("i", "lower(user)"),), 1),
    ],
)
def test_an_index_covers_a_foreign_key_when_it_begins_with_its_columns(
    build: Build, judged: Judged, indexes: tuple[Index, ...], uncovered: int
) -> None:
    table = build.table("post", build.column("user"), keys=(build.key("post", "user", "User"),), indexes=indexes)
    found = judged("SCH002", table, build.table("User"))
    assert [each.object for each in found] == ["public.post.post_user_fkey"] * uncovered
    assert all(
        each.severity is Severity.WARN and "DELETE in public.User reads all of public.post" in each.message
        for each in found
    )


def test_a_delete_that_changes_no_rows_makes_it_a_note(build: Build, judged: Judged) -> None:
    key = build.key("post", "user", "User", on_delete=ReferentialAction.RESTRICT)
    [found] = judged("SCH002", build.table("post", build.column("user"), keys=(key,)), build.table("User"))
    assert found.severity is Severity.NOTE


def test_an_index_on_one_of_the_columns_makes_it_a_note(build: Build, judged: Judged) -> None:
    key = replace(build.key("post", "a", "User"), columns=("a", "b"), referenced_columns=("x", "y"))
    columns = (build.column("a"), build.column("b"))
    [found] = judged(
        "SCH002", build.table("post", *columns, keys=(key,), indexes=(index("i", "b"),)), build.table("User")
    )
    assert found.severity is Severity.NOTE
    assert "searches public.post by i alone" in found.message


def test_the_primary_key_covers_in_any_order_of_its_first_columns(build: Build, judged: Judged) -> None:
    key = replace(build.key("post", "a", "User"), columns=("a", "b"), referenced_columns=("x", "y"))
    table = build.table("post", build.column("a"), build.column("b"), keys=(key,), primary_key=("b", "a", "id"))
    assert judged("SCH002", table, build.table("User")) == []


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (index("a", "x"), index("b", "x"), [("public.t.b", Severity.WARN)]),
        (index("a", "x"), index("b", "x", unique=True), [("public.t.a", Severity.WARN)]),
        (index("a", "x", unique=True), index("b", "x", unique=True), [("public.t.b", Severity.WARN)]),
        (index("a", "x"), index("b", "x", "y"), [("public.t.a", Severity.NOTE)]),
        (index("a", "x", unique=True), index("b", "x", "y"), []),
        (index("a", "x"), index("b", "y", "x"), []),
        (index("a", "x"), index("b", "x", method="hash"), []),
        (index("a", "x"), index("b", "x", where="(y = 'a')"), []),
        (index("a", "x"), index("b", "x", operator_classes=("text_pattern_ops",)), []),
        (index("a", "x", operator_classes=("",)), index("b", "x"), [("public.t.b", Severity.WARN)]),
        (index("a", "x", descending=(True,)), index("b", "x"), []),
        (index("a", "x"), index("b", "x", valid=False), []),
        (index("a", "id"), index("b", "y"), [("public.t.a", Severity.WARN)]),
        (index("a", "x"), index("b", "x", include=("y",)), []),
    ],
)
def test_an_index_is_superfluous_when_another_does_the_same(
    build: Build, judged: Judged, one: Index, two: Index, expected: list[tuple[str, Severity]]
) -> None:
    table = build.table("t", build.column("x"), build.column("y"), indexes=(one, two))
    assert [(each.object, each.severity) for each in judged("SCH003", table)] == expected


@pytest.mark.parametrize(
    ("mine", "theirs", "severity"),
    [
        ("integer", "bigint", Severity.WARN),
        ("smallint", "integer", Severity.WARN),
        ("bigint", "integer", Severity.NOTE),
        ("numeric(10,0)", "integer", Severity.WARN),
        ("timestamp(3) without time zone", "timestamp(3) with time zone", Severity.WARN),
        ("integer", "integer", None),
        ("text", "character varying(30)", None),
        ("character varying(10)", "character varying(30)", None),
        ("numeric(10,0)", "numeric(12,0)", None),
        ("timestamp(3) without time zone", "timestamp without time zone", None),
    ],
)
def test_both_ends_of_a_foreign_key_have_one_type(
    build: Build, judged: Judged, mine: str, theirs: str, severity: Severity | None
) -> None:
    key = replace(build.key("post", "user", "User"), referenced_columns=("key",))
    post = build.table("post", build.column("user", mine), keys=(key,))
    found = judged("SCH004", post, build.table("User", build.column("key", theirs)))
    assert [each.severity for each in found] == ([] if severity is None else [severity])


def test_what_the_migrations_made_is_judged_when_it_was_rehearsed(build: Build, judge: Judge) -> None:
    made = Schema(tables=(build.table("made", primary_key=()),))
    gathered = Gathered(
        config=Config(),
        declared=Schema(tables=(build.table("declared", primary_key=()),)),
        migrations=(),
        rehearsal=build.rehearsal(made, build.run("m1")),
    )
    [found] = judge("SCH001", gathered).findings
    assert (found.object, found.evidence) == ("public.made", Evidence.REHEARSED)


def test_a_table_with_thousands_of_indexes_is_judged_at_once(build: Build, judged: Judged) -> None:
    columns = [build.column(f"c{number}") for number in range(4000)]
    indexes = [index(f"i{column.name}", column.name) for column in columns]
    longer = index("longer", "c7", "c8")
    started = time.process_time()
    found = judged("SCH003", build.table("wide", *columns, indexes=(*indexes, longer)))
    assert time.process_time() - started < 10, "each index was compared with each other one: a minute"
    assert [each.object for each in found] == ["public.wide.ic7"]
