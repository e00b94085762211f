"""DES004 and DES005 where the types alone do not say what is lost: USING, composite types, enums swapped twice."""

import pytest

from destruction_cases import BEFORE, found_in, judged
from pgready.checks import destruction
from pgready.checks.gathered import Gathered
from pgready.config import Config
from pgready.findings import Confidence, Finding, Severity
from pgready.history import replay_history
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.schema import Schema
from pgready.sources.sql import read_scripts
from rehearsals import of_texts

ENUM = """CREATE TYPE "E" AS ENUM ('a', 'b', 'c', 'd'); CREATE TABLE t (id int, e "E");"""
COMPOSITE = 'CREATE TYPE ct AS (a int, b int); ALTER TABLE "User" ADD COLUMN c ct, ADD COLUMN d ct[];'


@pytest.mark.parametrize("using", ["NULL", "'x'", "'x'::text", "name", "nextval('s')::text", "(SELECT 'x')"])
def test_an_expression_that_does_not_read_the_column_replaces_every_value(using: str) -> None:
    found = judged(BEFORE, f'ALTER TABLE "User" ALTER COLUMN email TYPE text USING {using}')
    assert found_in(found) == {("DES004", "block", "public.User.email")}
    assert "USING does not read the column" in found[0].message


@pytest.mark.parametrize("using", ["lower(email)", '"User".email', 'row_to_json("User")::text', "coalesce(email, 'x')"])
def test_an_expression_that_reads_the_column_keeps_something(using: str) -> None:
    assert judged(BEFORE, f'ALTER TABLE "User" ALTER COLUMN email TYPE text USING {using}') == []


@pytest.mark.parametrize(
    "using",
    ["substr(email, 1, 1)", "NULLIF(email, email)", "md5(email)", "CASE email WHEN 'a' THEN 'x' ELSE 'y' END"],
)
def test_an_expression_that_does_not_tell_the_values_before_is_a_warning(using: str) -> None:
    [found] = judged(BEFORE, f'ALTER TABLE "User" ALTER COLUMN email TYPE text USING {using}')
    assert (found.rule, found.severity, found.confidence) == ("DES004", Severity.WARN, Confidence.MEDIUM)


@pytest.mark.parametrize(
    "using",
    ["trim(email)", "NULLIF(email, '')", "CASE email WHEN 'a' THEN 'x' WHEN 'b' THEN 'y' END", "email::varchar"],
)
def test_an_expression_that_keeps_the_values_apart_is_silent(using: str) -> None:
    assert judged(BEFORE, f'ALTER TABLE "User" ALTER COLUMN email TYPE text USING {using}') == []


def test_merge_that_deletes_what_its_source_lacks_may_empty_the_table() -> None:
    sql = "MERGE INTO tag USING log ON tag.id = log.id WHEN NOT MATCHED BY SOURCE THEN DELETE"
    [found] = judged(BEFORE, sql)
    assert (found.rule, found.severity, found.confidence) == ("DES003", Severity.BLOCK, Confidence.MEDIUM)
    assert "has no partner for" in found.message


def test_a_stamp_of_the_last_change_is_no_loss() -> None:
    before = f'{BEFORE} ALTER TABLE log ADD "updatedAt" timestamptz, ADD created timestamptz;'
    assert judged(before, 'UPDATE log SET "updatedAt" = now()') == []
    assert found_in(judged(before, "UPDATE log SET created = now()")) == {("DES003", "block", "public.log.created")}


def test_values_that_were_copied_first_are_only_a_warning() -> None:
    sql = 'ALTER TABLE "User" ADD kept text;\nUPDATE "User" SET kept = email;\n'
    [found] = judged(BEFORE, f"{sql}ALTER TABLE \"User\" ALTER email TYPE text USING 'x'")
    assert (found.severity, found.confidence) == (Severity.WARN, Confidence.MEDIUM)
    assert "line 2 copies what the rows hold first" in found.message


def test_a_constant_in_place_of_an_enum_that_is_swapped_is_found() -> None:
    sql = swap("abcd").replace('(e::text::"E_new")', "'a'::\"E_new\"")
    assert found_in(judged(ENUM, sql)) == {("DES004", "block", "public.t.e")}


def test_an_attribute_of_a_composite_type_goes_with_its_values() -> None:
    [found] = judged(BEFORE + COMPOSITE, "ALTER TYPE ct DROP ATTRIBUTE b")
    assert (found.rule, found.severity) == ("DES004", Severity.BLOCK)
    assert "attribute b" in found.message
    assert "public.User.c, public.User.d" in found.message


def test_an_attribute_that_no_column_has_is_a_note() -> None:
    [found] = judged(BEFORE + "CREATE TYPE ct AS (a int, b int);", "ALTER TYPE ct DROP ATTRIBUTE b")
    assert found.severity is Severity.NOTE


@pytest.mark.parametrize("sql", ["DROP TYPE ct CASCADE", "DROP DOMAIN dom CASCADE", "DROP TYPE mood CASCADE"])
def test_a_type_that_is_dropped_with_cascade_takes_its_columns(sql: str) -> None:
    before = BEFORE + COMPOSITE + 'CREATE DOMAIN dom AS int; ALTER TABLE "User" ADD COLUMN e dom;'
    rules = {(each.rule, each.severity) for each in judged(before, sql)}
    assert rules == {("DES002", Severity.BLOCK)}


def swap(values: str, *, old_first: bool = False) -> str:
    """An enum with these values in place of that of the name, as Prisma does it, or the other way round."""
    made = ", ".join(f"'{value}'" for value in values)
    if old_first:
        return (
            f'ALTER TYPE "E" RENAME TO "E_old"; CREATE TYPE "E" AS ENUM ({made}); '
            'ALTER TABLE t ALTER COLUMN e TYPE "E" USING (e::text::"E"); DROP TYPE "E_old";'
        )
    return (
        f'CREATE TYPE "E_new" AS ENUM ({made}); ALTER TABLE t ALTER COLUMN e TYPE "E_new" USING (e::text::"E_new"); '
        'ALTER TYPE "E" RENAME TO "E_old"; ALTER TYPE "E_new" RENAME TO "E"; DROP TYPE "E_old";'
    )


def swapped(deployed: set[str], *texts: str) -> list[tuple[str, str, str]]:
    """Migration, severity and the values that are lost."""
    migrations = tuple(of_texts(ENUM, *texts))
    scripts = read_scripts(migrations)
    evidence = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=migrations,
        scripts=scripts,
        history=replay_history(migrations, scripts),
        deployment=Deployment(kind=DeploymentKind.SINCE, migrations=frozenset(deployed), base="main"),
    )
    found = [each for check in destruction.CHECKS for each in check.judge(evidence).findings if each.rule == "DES005"]
    return sorted((place_of(each), each.severity.word, lost_of(each)) for each in found)


def place_of(found: Finding) -> str:
    return found.location.file.split("/")[-2] if found.location is not None else ""


def lost_of(found: Finding) -> str:
    return found.message.partition("without the value")[2].lstrip("s ").partition(";")[0].partition(" (")[0]


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("second", [False, True])
def test_of_an_enum_that_is_swapped_twice_each_swap_is_judged_by_what_was_there_before_it(
    first: bool,  # noqa: FBT001 - the order of renames
    second: bool,  # noqa: FBT001 - the order of renames
) -> None:
    texts = (swap("abc", old_first=first), swap("ab", old_first=second))
    assert swapped({"m2"}, *texts) == [("m2", "block", "d"), ("m3", "note", "c")]
    assert swapped({"m3"}, *texts) == [("m2", "note", "d"), ("m3", "block", "c")]
    assert swapped({"m2", "m3"}, *texts) == [("m2", "block", "d"), ("m3", "block", "c")]


def test_a_value_that_survived_a_swap_of_the_same_deployment_may_be_in_rows() -> None:
    assert swapped({"m2", "m3"}, swap("abcde"), swap("abde")) == [("m3", "block", "c")]


def test_a_value_that_a_swap_of_the_same_deployment_brought_is_in_no_row() -> None:
    assert swapped({"m2", "m3"}, swap("abcde"), swap("abcd")) == [("m3", "note", "e")]


def test_a_value_that_was_taken_away_and_came_back_is_lost_only_once() -> None:
    assert swapped({"m3"}, swap("ab"), swap("abcd")) == [("m2", "note", "c, d")]
