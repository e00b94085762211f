"""INV: what is declared against what a clean deploy makes."""

from dataclasses import replace

import pytest

from builders import Build, Judge
from pgready.checks import Gathered
from pgready.config import Config
from pgready.findings import NoiseKind, Outcome, Severity
from pgready.model.names import ObjectKind, QualifiedName
from pgready.model.schema import Column, Index, ReferentialAction, Schema
from pgready.model.spelling import ColumnQuestion, SpeltColumn
from pgready.model.trace import MigrationRun, RunOutcome


def gathered(
    build: Build,
    declared: Schema,
    made: Schema,
    *runs: MigrationRun,
    spelt: tuple[SpeltColumn, ...] = (),
    config: Config | None = None,
) -> Gathered:
    return Gathered(
        config=config or Config(),
        declared=declared,
        migrations=(build.migration("1"),),
        rehearsal=build.rehearsal(made, *(runs or (build.run("1"),)), spelt=spelt),
    )


REHEARSED_RULES = ("INV001", "INV002", "INV005", "INV006", "INV007", "INV008")


@pytest.mark.parametrize("rule", REHEARSED_RULES)
def test_equal_structures_pass(build: Build, judge: Judge, rule: str) -> None:
    schema = Schema(
        tables=(
            build.table("User"),
            build.table("Post", build.column("userId"), keys=(build.key("Post", "userId", "User"),)),
        ),
        enums=(build.enum("Role", "A", "B"),),
    )
    assert judge(rule, gathered(build, schema, schema)).outcome is Outcome.PASSED


@pytest.mark.parametrize("rule", REHEARSED_RULES)
def test_without_a_complete_rehearsal_nothing_passes(build: Build, judge: Judge, rule: str) -> None:
    schema = Schema(tables=(build.table("User"),))
    none = Gathered(config=Config(), declared=schema, migrations=(), rehearsal_skipped="switched off")
    failed = gathered(build, schema, schema, build.run("1", 1, RunOutcome.FAILED))
    for evidence in (none, failed):
        result = judge(rule, evidence)
        assert result.outcome is Outcome.SKIPPED
        assert result.given


def test_a_missing_table_is_named_with_its_cause(build: Build, judge: Judge) -> None:
    result = judge("INV001", gathered(build, Schema(tables=(build.table("User"),)), Schema()))
    assert [(finding.object, finding.severity) for finding in result.findings] == [("public.User", Severity.BLOCK)]
    assert "no migration creates this table" in result.findings[0].message


def test_a_table_that_was_made_and_dropped_again_names_the_migration(build: Build, judge: Judge) -> None:
    user = build.ref(ObjectKind.TABLE, "User")
    runs = (
        MigrationRun(migration="1", position=1, outcome=RunOutcome.APPLIED, made=(user,)),
        MigrationRun(migration="2_drop", position=2, outcome=RunOutcome.APPLIED, dropped=(user,)),
    )
    result = judge("INV001", gathered(build, Schema(tables=(build.table("User"),)), Schema(), *runs))
    assert "2_drop drops or renames it" in result.findings[0].message


def test_an_extra_table_is_a_warning_and_a_partition_is_exempt(build: Build, judge: Judge) -> None:
    made = Schema(tables=(build.table("log"), build.table("log_2027", partition_of="log")))
    result = judge("INV002", gathered(build, Schema(), made))
    assert [(finding.object, finding.severity) for finding in result.findings] == [("public.log", Severity.WARN)]


def test_the_inventory_is_checked_against_the_schema(build: Build, judge: Judge) -> None:
    schema = Schema(tables=(build.table("User"),))
    config = Config(file="pgready.toml", inventory={"Auth": ("User", "Session")})
    result = judge("INV003", gathered(build, schema, schema, config=config))
    assert [finding.object for finding in result.findings] == ["Session"]
    assert result.why == "1 finding; 1 of 2 required models are declared"


def test_without_an_inventory_it_is_not_checked_and_not_required(build: Build, judge: Judge) -> None:
    result = judge("INV003", gathered(build, Schema(), Schema()))
    assert (result.outcome, result.given) == (Outcome.SKIPPED, False)


def test_columns_missing_extra_and_different(build: Build, judge: Judge) -> None:
    declared = Schema(tables=(build.table("T", build.column("a"), build.column("b", "integer"), build.column("c")),))
    made = Schema(tables=(build.table("T", build.column("b"), build.column("c", not_null=True), build.column("d")),))
    result = judge("INV005", gathered(build, declared, made))
    assert {(finding.object, finding.severity) for finding in result.findings} == {
        ("public.T.a", Severity.BLOCK),
        ("public.T.b", Severity.BLOCK),
        ("public.T.c", Severity.BLOCK),
        ("public.T.d", Severity.WARN),
    }


def test_not_null_of_a_list_is_noise_and_counted(build: Build, judge: Judge) -> None:
    declared = Schema(tables=(build.table("T", build.column("tags", "text[]")),))
    made = Schema(tables=(build.table("T", build.column("tags", "text[]", not_null=True)),))
    result = judge("INV005", gathered(build, declared, made))
    assert result.outcome is Outcome.PASSED
    assert "1 difference that Prisma does not compare left out" in result.why
    assert [(noise.kind, noise.object) for noise in result.noise] == [(NoiseKind.LIST_NULLABILITY, "public.T.tags")]


def test_a_verbatim_type_is_compared_as_the_server_spells_it(build: Build, judge: Judge) -> None:
    declared = Schema(tables=(build.table("T", build.column("v", "VARCHAR(3)", verbatim=True)),))
    made = Schema(tables=(build.table("T", build.column("v", "character varying(3)")),))
    asked = ColumnQuestion(type="VARCHAR(3)", table=QualifiedName("public", "T"))
    spelt = (SpeltColumn(question=asked, type="character varying(3)"),)
    assert judge("INV005", gathered(build, declared, made, spelt=spelt)).outcome is Outcome.PASSED
    unanswered = judge("INV005", gathered(build, declared, made))
    assert (unanswered.outcome, unanswered.findings) == (Outcome.SKIPPED, ())
    assert unanswered.why.startswith("how the server spells what is declared is not known of public.T.v; ")


def test_a_type_that_the_server_refuses_is_found(build: Build, judge: Judge) -> None:
    declared = Schema(tables=(build.table("T", build.column("v", "nonsense", verbatim=True)),))
    made = Schema(tables=(build.table("T", build.column("v")),))
    asked = ColumnQuestion(type="nonsense", table=QualifiedName("public", "T"))
    refused = (SpeltColumn(question=asked, refused='type "nonsense" does not exist'),)
    (finding,) = judge("INV005", gathered(build, declared, made, spelt=refused)).findings
    assert (finding.object, finding.severity) == ("public.T.v", Severity.BLOCK)


def defaults(build: Build, declared: str | None, made: str | None, printed: str | None = None) -> Gathered:
    """A column n with these defaults; `printed` is how the server spells the declared one."""

    def schema(default: str | None) -> Schema:
        column = Column(name="n", type="integer", not_null=True, default=default)
        return Schema(tables=(build.table("T", column),))

    asked = ColumnQuestion(type="integer", default=declared)
    spelt = (SpeltColumn(question=asked, type="integer", default=printed),) if printed else ()
    return gathered(build, schema(declared), schema(made), spelt=spelt)


def test_a_default_that_only_one_side_has_is_found_even_if_it_could_not_be_spelt(build: Build, judge: Judge) -> None:
    lost = judge("INV005", defaults(build, "0", None))
    assert [finding.severity for finding in lost.findings] == [Severity.BLOCK]
    assert "made without a default" in lost.findings[0].message
    extra = judge("INV005", defaults(build, None, "0"))
    assert [finding.severity for finding in extra.findings] == [Severity.WARN]
    assert extra.findings[0].fix == "Declare it in the schema, or drop it in a migration."


def test_defaults_are_compared_as_the_server_spells_them(build: Build, judge: Judge) -> None:
    assert judge("INV005", defaults(build, "0x1", "1", "1")).outcome is Outcome.PASSED
    other = judge("INV005", defaults(build, "1", "2", "1"))
    assert [finding.severity for finding in other.findings] == [Severity.BLOCK]
    assert "declared with DEFAULT 1, made with DEFAULT 2" in other.findings[0].message
    same = judge("INV005", defaults(build, "1", "'1'::bigint", "1"))
    assert (same.outcome, [noise.kind for noise in same.noise]) == (Outcome.PASSED, [NoiseKind.DEFAULT_SPELLING])


def test_a_default_that_could_not_be_spelt_is_never_a_pass(build: Build, judge: Judge) -> None:
    result = judge("INV005", defaults(build, "1", "1"))
    assert (result.outcome, result.findings) == (Outcome.SKIPPED, ())
    assert "not known of public.T.n" in result.why


def test_a_second_key_on_the_same_columns_is_not_hidden_by_the_declared_one(build: Build, judge: Judge) -> None:
    wanted = build.key("A", "x", "A")
    twin = build.key("A", "x", "A", ReferentialAction.RESTRICT, name="A_x_restrict")
    declared = Schema(tables=(build.table("A", keys=(wanted,)),))
    made = Schema(tables=(build.table("A", keys=(twin, wanted)),))
    result = judge("INV006", gathered(build, declared, made))
    assert [finding.object for finding in result.findings] == ["public.A.A_x_restrict"]


def test_keys_missing_extra_and_with_other_actions(build: Build, judge: Judge) -> None:
    tables = ("A", "B", "C")
    wanted = (build.key("A", "x", "B"), build.key("A", "y", "B"))
    there = (build.key("A", "y", "B", ReferentialAction.RESTRICT), build.key("A", "z", "C"))
    declared = Schema(tables=tuple(build.table(name, keys=wanted if name == "A" else ()) for name in tables))
    made = Schema(tables=tuple(build.table(name, keys=there if name == "A" else ()) for name in tables))
    result = judge("INV006", gathered(build, declared, made))
    assert {(finding.object, finding.severity) for finding in result.findings} == {
        ("public.A.A_x_fkey", Severity.BLOCK),
        ("public.A.A_y_fkey", Severity.BLOCK),
        ("public.A.A_z_fkey", Severity.WARN),
    }


def test_another_name_of_the_same_key_is_a_note(build: Build, judge: Judge) -> None:
    declared = Schema(tables=(build.table("A", keys=(build.key("A", "x", "A"),)),))
    made = Schema(tables=(build.table("A", keys=(build.key("A", "x", "A", name="old"),)),))
    (finding,) = judge("INV006", gathered(build, declared, made)).findings
    assert (finding.object, finding.severity) == ("public.A.A_x_fkey", Severity.NOTE)
    assert "declared as A_x_fkey, made as old" in finding.message


def test_a_key_that_was_never_validated_is_a_note(build: Build, judge: Judge) -> None:
    key = build.key("A", "x", "A")
    declared = Schema(tables=(build.table("A", keys=(key,)),))
    made = Schema(tables=(build.table("A", keys=(replace(key, validated=False),)),))
    (finding,) = judge("INV006", gathered(build, declared, made)).findings
    assert (finding.severity, "NOT VALID" in finding.message) == (Severity.NOTE, True)


def test_a_key_of_a_missing_table_says_so(build: Build, judge: Judge) -> None:
    declared = Schema(tables=(build.table("A", keys=(build.key("A", "x", "B"),)), build.table("B")))
    made = Schema(tables=(build.table("B"),))
    result = judge("INV006", gathered(build, declared, made))
    assert "table A is missing: no migration creates this table" in result.findings[0].message


def test_indexes_are_compared_by_columns_and_not_by_name(build: Build, judge: Judge) -> None:
    declared = Schema(
        tables=(build.table("T", indexes=(Index(name="a", columns=("x",)), Index(name="b", columns=("y",)))),)
    )
    made = Schema(tables=(build.table("T", indexes=(Index(name="other", columns=("x",)),)),))
    result = judge("INV007", gathered(build, declared, made))
    assert {(finding.object, finding.severity) for finding in result.findings} == {
        ("public.T.a", Severity.NOTE),
        ("public.T.b", Severity.WARN),
    }


def test_an_index_whose_predicate_could_not_be_spelt_is_never_a_pass(build: Build, judge: Judge) -> None:
    declared = Schema(tables=(build.table("T", indexes=(Index(name="a", columns=("id",), where="id > 1"),)),))
    made = Schema(tables=(build.table("T", indexes=(Index(name="a", columns=("id",), where="(id > 1)"),)),))
    result = judge("INV007", gathered(build, declared, made))
    assert (result.outcome, result.findings) == (Outcome.SKIPPED, ())
    assert "not known of public.T.a" in result.why


def test_an_index_that_is_not_valid_is_found(build: Build, judge: Judge) -> None:
    index = Index(name="a", columns=("id",))
    declared = Schema(tables=(build.table("T", indexes=(index,)),))
    made = Schema(tables=(build.table("T", indexes=(replace(index, valid=False),)),))
    (finding,) = judge("INV007", gathered(build, declared, made)).findings
    assert (finding.object, finding.severity) == ("public.T.a", Severity.WARN)


def test_a_unique_index_may_stand_for_the_primary_key_of_a_many_to_many_table(build: Build, judge: Judge) -> None:
    def outcome(model: str | None) -> Outcome:
        unique = Index(name="_AToB_AB_unique", columns=("A", "B"), unique=True)
        declared = Schema(tables=(replace(build.table("_AToB", primary_key=("A", "B")), model=model),))
        made = Schema(tables=(build.table("_AToB", primary_key=(), indexes=(unique,)),))
        return judge("INV007", gathered(build, declared, made)).outcome

    assert outcome(None) is Outcome.PASSED
    assert outcome("AToB") is Outcome.FAILED


def test_the_order_of_an_index_is_compared(build: Build, judge: Judge) -> None:
    def ordered(*descending: bool) -> Schema:
        index = Index(name="i", columns=("a", "b"), descending=descending)
        return Schema(tables=(build.table("T", indexes=(index,)),))

    down = ordered(True, False)  # noqa: FBT003  # one flag per column
    assert judge("INV007", gathered(build, down, down)).outcome is Outcome.PASSED
    assert judge("INV007", gathered(build, down, ordered())).outcome is Outcome.FAILED
    assert judge("INV007", gathered(build, ordered(), down)).outcome is Outcome.PASSED


def test_partial_and_expression_indexes_are_noise_and_counted(build: Build, judge: Judge) -> None:
    extra = (Index(name="p", columns=("id",), where="(id > 1)"), Index(name="e", columns=("lower(id)",)))
    declared, made = Schema(tables=(build.table("T"),)), Schema(tables=(build.table("T", indexes=extra),))
    result = judge("INV007", gathered(build, declared, made))
    assert result.outcome is Outcome.PASSED
    assert "2 differences" in result.why
    assert {noise.kind for noise in result.noise} == {NoiseKind.PARTIAL_INDEX, NoiseKind.EXPRESSION_INDEX}


def test_a_second_copy_of_a_declared_index_is_noise(build: Build, judge: Judge) -> None:
    ours, copy = Index(name="new", columns=("id",), unique=True), Index(name="a_old", columns=("id",), unique=True)
    table = build.table("T", indexes=(ours,), primary_key=())
    declared, made = Schema(tables=(table,)), Schema(tables=(build.table("T", indexes=(copy, ours), primary_key=()),))
    result = judge("INV007", gathered(build, declared, made))
    assert result.outcome is Outcome.PASSED
    assert "1 difference that" in result.why


def test_a_missing_primary_key_is_found(build: Build, judge: Judge) -> None:
    declared, made = Schema(tables=(build.table("T"),)), Schema(tables=(build.table("T", primary_key=()),))
    assert "primary key declared on (id)" in judge("INV007", gathered(build, declared, made)).findings[0].message


def test_enums_missing_and_values_missing_or_extra(build: Build, judge: Judge) -> None:
    declared = Schema(enums=(build.enum("Role", "A", "B"), build.enum("Gone", "X")))
    made = Schema(enums=(build.enum("Role", "A", "C"), build.enum("Old", "Y")))
    result = judge("INV008", gathered(build, declared, made))
    assert {(finding.object, finding.severity) for finding in result.findings} == {
        ("public.Gone", Severity.BLOCK),
        ("public.Role.B", Severity.BLOCK),
        ("public.Role.C", Severity.WARN),
        ("public.Old", Severity.WARN),
    }


def test_another_order_of_enum_values_is_noise(build: Build, judge: Judge) -> None:
    declared, made = Schema(enums=(build.enum("Role", "A", "B"),)), Schema(enums=(build.enum("Role", "B", "A"),))
    assert judge("INV008", gathered(build, declared, made)).outcome is Outcome.PASSED


def test_required_migrations_must_be_on_disk(build: Build, judge: Judge) -> None:
    config = Config(file="pgready.toml", required_migrations=("1", "add_auth"))
    result = judge("INV009", gathered(build, Schema(), Schema(), config=config))
    assert [finding.object for finding in result.findings] == ["add_auth"]


def test_what_makes_statements_of_the_application_fail_blocks(build: Build, judge: Judge) -> None:
    unique = Index(name="T_a_key", columns=("a",), unique=True)
    plain = Index(name="T_b_idx", columns=("b",))
    declared = Schema(tables=(build.table("T", indexes=(unique, plain)),))
    made = Schema(tables=(build.table("T", primary_key=()),))
    severities = {f.object: f.severity for f in judge("INV007", gathered(build, declared, made)).findings}
    assert severities == {
        "public.T": Severity.BLOCK,
        "public.T.T_a_key": Severity.BLOCK,
        "public.T.T_b_idx": Severity.WARN,
    }


def test_a_required_column_that_no_model_knows_blocks(build: Build, judge: Judge) -> None:
    declared = Schema(tables=(build.table("T"),))
    made = Schema(tables=(build.table("T", build.column("x", "integer", not_null=True)),))
    (finding,) = judge("INV005", gathered(build, declared, made)).findings
    assert finding.severity is Severity.BLOCK
    assert finding.message.startswith("T.x: ")


def test_a_column_that_became_generated_blocks(build: Build, judge: Judge) -> None:
    declared = Schema(tables=(build.table("T", build.column("x")),))
    column = Column(name="x", type="text", not_null=False, default="GENERATED ALWAYS AS (id) STORED")
    result = judge("INV005", gathered(build, declared, Schema(tables=(build.table("T", column),))))
    assert [finding.severity for finding in result.findings] == [Severity.BLOCK]


def test_a_declared_view_that_nothing_makes_is_found(build: Build, judge: Judge) -> None:
    declared = Schema(views=(QualifiedName("public", "Stats"),))
    assert [finding.object for finding in judge("INV001", gathered(build, declared, Schema())).findings] == [
        "public.Stats"
    ]
    assert judge("INV001", gathered(build, declared, declared)).outcome is Outcome.PASSED


def test_a_declared_extension_that_nothing_makes_is_found(build: Build, judge: Judge) -> None:
    declared = Schema(extensions=("pg_trgm",))
    assert [finding.object for finding in judge("INV001", gathered(build, declared, Schema())).findings] == ["pg_trgm"]
    assert judge("INV001", gathered(build, declared, declared)).outcome is Outcome.PASSED


def test_what_stands_in_a_namespace_in_which_nothing_is_declared_is_a_note(build: Build, judge: Judge) -> None:
    name = QualifiedName("other", "log")
    declared = Schema(tables=(build.table("T"),))
    made = Schema(tables=(build.table("T"), replace(build.table("log"), name=name)))
    (finding,) = judge("INV002", gathered(build, declared, made)).findings
    assert (finding.object, finding.severity) == ("other.log", Severity.NOTE)
    assert finding.message.endswith("; Prisma does not look at the schema other")


def test_a_partition_that_has_partitions_is_not_exempt_and_a_declared_one_is_told(build: Build, judge: Judge) -> None:
    made = Schema(tables=(build.table("p"), build.table("p1", partition_of="p"), build.table("p1a", partition_of="p1")))
    undeclared = judge("INV002", gathered(build, Schema(tables=(build.table("p"),)), made))
    assert [finding.object for finding in undeclared.findings] == ["public.p1"]
    (hidden,) = judge("INV001", gathered(build, made, made)).findings
    assert (hidden.object, hidden.severity) == ("public.p1a", Severity.NOTE)
