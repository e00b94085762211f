"""Tables and enums that Prisma's configuration calls external: nobody expects the migrations to make them."""

from dataclasses import replace

import pytest

from builders import Build, Judge
from pgready.checks import Gathered
from pgready.config import Config
from pgready.findings import Outcome, Severity
from pgready.model.location import Location
from pgready.model.names import ObjectKind, QualifiedName
from pgready.model.schema import Schema


def gathered(build: Build, declared: Schema, made: Schema, **more: object) -> Gathered:
    rehearsal = build.rehearsal(made, build.run("1"))
    plain = Gathered(config=Config(), declared=declared, migrations=(build.migration("1"),), rehearsal=rehearsal)
    return replace(plain, **more)  # type: ignore[arg-type]  # the fields' own types


USERS = frozenset({QualifiedName("public", "users")})


def test_an_external_table_may_be_absent_and_a_declared_one_may_not(build: Build, judge: Judge) -> None:
    declared = Schema(tables=(build.table("profile"), build.table("users")))
    result = judge("INV001", gathered(build, declared, Schema(), external_tables=USERS))
    assert [finding.object for finding in result.findings] == ["public.profile"]
    assert result.why.endswith("left out, as Prisma's configuration calls them external: public.users")


@pytest.mark.parametrize("rule", ["INV002", "INV005", "INV006", "INV007"])
def test_what_stands_in_an_external_table_is_not_compared(build: Build, judge: Judge, rule: str) -> None:
    own = build.table("users", build.column("a"), keys=(build.key("users", "a", "users"),))
    other = build.table("users", build.column("b"), primary_key=())
    declared = Schema(tables=(build.table("profile"), own))
    made = Schema(tables=(build.table("profile"), other))
    assert judge(rule, gathered(build, declared, made, external_tables=USERS)).findings == ()
    if rule != "INV002":
        assert judge(rule, gathered(build, declared, made)).findings != ()


def test_an_external_table_that_no_model_declares_may_be_there(build: Build, judge: Judge) -> None:
    made = Schema(tables=(build.table("profile"), build.table("users")))
    declared = Schema(tables=(build.table("profile"),))
    assert judge("INV002", gathered(build, declared, made, external_tables=USERS)).outcome is Outcome.PASSED
    assert judge("INV002", gathered(build, declared, made)).outcome is Outcome.FAILED


def test_a_key_of_ours_to_an_external_table_is_still_expected(build: Build, judge: Judge) -> None:
    """`profile.id -> auth.users.id` is made by the project's own migrations."""
    keyed = build.table("profile", build.column("u"), keys=(build.key("profile", "u", "users"),))
    declared = Schema(tables=(keyed, build.table("users")))
    made = Schema(tables=(build.table("profile", build.column("u")), build.table("users")))
    result = judge("INV006", gathered(build, declared, made, external_tables=USERS))
    assert [finding.object for finding in result.findings] == ["public.profile.profile_u_fkey"]


def test_an_external_enum_may_be_absent(build: Build, judge: Judge) -> None:
    declared = Schema(tables=(build.table("profile"),), enums=(build.enum("kind", "a"),))
    made = Schema(tables=(build.table("profile"),))
    kinds = frozenset({QualifiedName("public", "kind")})
    assert judge("INV008", gathered(build, declared, made, external_enums=kinds)).outcome is Outcome.PASSED
    assert judge("INV008", gathered(build, declared, made)).outcome is Outcome.FAILED


def test_a_place_of_the_configuration_that_cannot_be_read_is_told(build: Build, judge: Judge) -> None:
    schema = Schema(tables=(build.table("profile"),))
    notes = ((Location("prisma.config.ts", 4, 5), "`tables.external` is a call"),)
    result = judge("INV001", gathered(build, schema, schema, external_notes=notes))
    assert [(each.severity, str(each.location)) for each in result.findings] == [
        (Severity.NOTE, "prisma.config.ts:4:5")
    ]


def test_what_only_a_stand_in_made_is_missing_unless_it_is_external(build: Build, judge: Judge) -> None:
    """A deployment runs no `initShadowDb`: a table that only it makes will not be there."""
    schema = Schema(tables=(build.table("profile"), build.table("users")))
    plain = gathered(build, schema, schema)
    assert plain.rehearsal is not None
    stood_in = replace(plain.rehearsal, stand_ins=(build.ref(ObjectKind.TABLE, "users"),))
    result = judge("INV001", replace(plain, rehearsal=stood_in))
    assert [finding.object for finding in result.findings] == ["public.users"]
    assert judge("INV001", replace(plain, rehearsal=stood_in, external_tables=USERS)).findings == ()
