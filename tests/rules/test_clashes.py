"""INV004: every clash that is reported is one on a real server, and what the server tells apart is none."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from builders import Build, Judge
from clash_cases import CLASHES, HEAD, NO_CLASHES, USER, Case
from pgready.checks import Gathered
from pgready.config import Config
from pgready.findings import CheckResult, Confidence, Outcome, Severity
from pgready.model.names import QualifiedName
from pgready.model.schema import Enum, Index, Schema
from pgready.rehearsal.cluster import throwaway_cluster
from pgready.rehearsal.database import new_database
from pgready.sources.prisma import locate, parse, read_schema, to_schema

ROOT = Path(__file__).parents[2]
LONG = "x" * 63
A = "model A {\n  id Int @id\n}\n"
MANY_TO_MANY = "model A {\n  id Int @id\n  b B[]\n}\nmodel B {\n  id Int @id\n  a A[]\n}\n"


@pytest.fixture(scope="module")
def server() -> Iterator[psycopg.Connection]:
    with throwaway_cluster() as cluster, new_database(cluster) as database, database.connect_owner() as connection:
        yield connection


def declared(text: str) -> Schema:
    return to_schema([parse(HEAD + text, "schema.prisma")])


def judged(judge: Judge, schema: Schema) -> CheckResult:
    return judge("INV004", Gathered(config=Config(), declared=schema, migrations=()))


def objects(result: CheckResult, severity: Severity = Severity.BLOCK) -> list[str]:
    return [finding.object for finding in result.findings if finding.severity is severity]


def error_of(server: psycopg.Connection, sql: str) -> str | None:
    """The SQLSTATE of the first error; nothing stays."""
    try:
        with server.transaction(force_rollback=True):
            server.execute(sql.encode())
    except psycopg.Error as error:
        return error.sqlstate
    return None


@pytest.mark.parametrize("case", CLASHES.values(), ids=CLASHES)
def test_what_the_server_refuses_blocks(judge: Judge, server: psycopg.Connection, case: Case) -> None:
    assert error_of(server, case.sql) == case.sqlstate
    result = judged(judge, declared(case.prisma))
    assert objects(result) == [*case.found]
    assert len(result.findings) == len(case.found)


@pytest.mark.parametrize("case", NO_CLASHES.values(), ids=NO_CLASHES)
def test_what_the_server_tells_apart_is_no_finding(judge: Judge, server: psycopg.Connection, case: Case) -> None:
    assert error_of(server, case.sql) is None
    assert judged(judge, declared(case.prisma)).findings == ()


@pytest.mark.parametrize(
    ("made", "skipped"),
    [
        ('CREATE TABLE "User" (id INT);', 'CREATE INDEX IF NOT EXISTS "User" ON "User" (id);'),
        ('CREATE TABLE t (id INT); CREATE INDEX "User" ON t (id);', 'CREATE TABLE IF NOT EXISTS "User" (id INT);'),
    ],
)
def test_with_if_not_exists_the_second_is_skipped_silently(server: psycopg.Connection, made: str, skipped: str) -> None:
    """The reason why this blocks although a rehearsal sees failures: here nothing fails."""
    with server.transaction(force_rollback=True):
        server.execute((made + skipped).encode())
        rows = server.execute("SELECT relkind::text FROM pg_class WHERE relname = 'User'").fetchall()
    assert len(rows) == 1


def test_names_that_are_equal_once_they_are_cut_clash(judge: Judge, build: Build, server: psycopg.Connection) -> None:
    """What the sources hold of names of more than 63 bytes is what the server stores."""
    column, enum = build.column(LONG), build.enum(LONG, "A")
    table = build.table("T", column, column, indexes=(Index(name=LONG, columns=("id",)),))
    schema = Schema(tables=(table, build.table(LONG)), enums=(enum, enum))
    found = objects(judged(judge, schema))
    assert sorted(found) == sorted([f"public.T.{LONG}", f"public.{LONG}", f"public.{LONG}", f"public.T.{LONG}"])
    twice = [f'"{LONG}a"', f'"{LONG}b"']
    assert error_of(server, f"CREATE TABLE t ({twice[0]} INT, {twice[1]} INT);") == "42701"
    assert error_of(server, f"CREATE TABLE {twice[0]} (); CREATE TABLE {twice[1]} ();") == "42P07"
    assert error_of(server, f"CREATE TYPE {twice[0]} AS ENUM (); CREATE TYPE {twice[1]} AS ENUM ();") == "42710"


def test_two_constraints_of_one_table_clash(judge: Judge, build: Build, server: psycopg.Connection) -> None:
    table = build.table("T", build.column("a"), keys=(build.key("T", "a", "T", name="T_pkey"),))
    assert objects(judged(judge, Schema(tables=(table,)))) == ["public.T.T_pkey"]
    sql = (
        'CREATE TABLE "T" (id INT, CONSTRAINT "T_pkey" PRIMARY KEY (id));'
        'ALTER TABLE "T" ADD CONSTRAINT "T_pkey" FOREIGN KEY (id) REFERENCES "T" (id);'
    )
    assert error_of(server, sql) == "42710"


def test_a_value_of_an_enum_is_not_cut_but_refused(judge: Judge, build: Build, server: psycopg.Connection) -> None:
    result = judged(judge, Schema(enums=(build.enum("E", LONG, f"{LONG}x", "ü" * 32),)))
    assert objects(result) == [f"public.E.{LONG}x", f"public.E.{'ü' * 32}"]
    assert "has 64 bytes" in result.findings[0].message
    assert error_of(server, f"CREATE TYPE e AS ENUM ('{LONG}')") is None
    assert error_of(server, f"CREATE TYPE e AS ENUM ('{'ü' * 32}')") == "42602"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f'model A {{\n  id Int @id(map: "a")\n  @@map("{LONG}a")\n}}\n', f"public.{LONG}"),
        (f'model A {{\n  id Int @id\n  b Int @map("{LONG}a")\n}}\n', f"public.A.{LONG}"),
        (f'model A {{\n  id Int @id\n}}\nenum E {{\n  A\n  @@map("{LONG}a")\n}}\n', f"public.{LONG}"),
    ],
)
def test_a_name_that_is_cut_is_a_warning(judge: Judge, text: str, found: str) -> None:
    """Measured: Prisma's `migrate diff` of the database it has just made drops the object and makes it anew."""
    result = judged(judge, declared(text))
    assert objects(result, Severity.WARN) == [found]
    assert len(result.findings) == 1
    assert "has 64 bytes and is stored cut to 63" in result.findings[0].message
    assert judged(judge, declared(text.replace("xa", "x"))).findings == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f'model A {{\n  id Int @id\n  b Int @map("{LONG}b")\n  c Int @map("{LONG}c")\n}}\n', [f"public.A.{LONG}"]),
        (f'enum E {{\n  A @map("{LONG}a")\n}}\nmodel A {{\n  id Int @id\n}}\n', [f"public.E.{LONG}a"]),
        (
            A + f'enum E {{\n  A\n  @@map("{LONG}a")\n}}\nenum F {{\n  A\n  @@map("{LONG}b")\n}}\n',
            [f"public.{LONG}"],
        ),
        (
            MANY_TO_MANY + 'model C {\n  id Int @id\n  d Int\n  @@index([d], map: "_AToB_B_index")\n}\n',
            ["public.C._AToB_B_index"],
        ),
    ],
)
def test_what_clashes_where_prisma_does_not_look_blocks(judge: Judge, text: str, found: list[str]) -> None:
    """Prisma's engine accepts each of these (measured), so they are findings and no errors of the schema."""
    assert objects(judged(judge, declared(text))) == found


def test_the_same_name_in_two_schemas_is_no_clash(judge: Judge, build: Build) -> None:
    there = build.table("User")
    elsewhere = replace(there, name=QualifiedName("auth", "User"))
    enum = Enum(name=QualifiedName("auth.x", "User"), values=("A",))
    assert judged(judge, Schema(tables=(there, elsewhere), enums=(enum,))).outcome is Outcome.PASSED


def test_names_that_differ_by_case_are_a_warning(judge: Judge, server: psycopg.Connection) -> None:
    text = (
        "model User {\n  id Int @id\n  userId Int\n  userid Int\n}\n"
        'model Person {\n  id Int @id\n  @@map("user")\n}\n'
        'enum Role {\n  A\n}\nenum Kind {\n  B\n  @@map("ROLE")\n}\n'
    )
    result = judged(judge, declared(text))
    assert objects(result, Severity.WARN) == ["public.user", "public.ROLE", "public.User.userid"]
    assert objects(result) == []
    table, enum, column = (finding.message for finding in result.findings)
    assert table == (
        "table user differs from table User (schema.prisma:5:7) by upper and lower case only: "
        "SQL without quotation marks means user, whichever was meant"
    )
    assert enum.endswith("SQL without quotation marks means role, which is neither")
    assert column.endswith("means userid, whichever was meant")
    with server.transaction(force_rollback=True):
        server.execute('CREATE TABLE "User" (); CREATE TABLE "user" (); CREATE TYPE "Role" AS ENUM ()')
        found = server.execute("SELECT 'User'::regclass = '\"user\"'::regclass, to_regtype('Role')").fetchone()
    assert found == (True, None)


def test_values_that_differ_by_case_are_less_sure(judge: Judge, build: Build) -> None:
    """A value is a text, which nothing folds: both may be meant."""
    (finding,) = judged(judge, Schema(enums=(build.enum("State", "Open", "Closed", "open"),))).findings
    assert (finding.severity, finding.confidence) == (Severity.WARN, Confidence.MEDIUM)
    assert finding.object == "public.State.open"


def test_an_enum_named_as_a_built_in_type_is_not_the_type_of_its_columns(
    judge: Judge, server: psycopg.Connection
) -> None:
    result = judged(judge, declared(USER + "enum interval {\n  DAY\n}\nenum Interval_ {\n  DAY\n}\n"))
    assert objects(result, Severity.WARN) == ["public.interval"]
    assert "pg_catalog.interval" in result.findings[0].message
    with server.transaction(force_rollback=True):
        # As Prisma writes it where the schema has no @@schema.
        server.execute('CREATE TYPE "interval" AS ENUM (\'DAY\'); CREATE TABLE t (a "interval")')
        made = server.execute(
            "SELECT atttypid = 1186 FROM pg_attribute WHERE attname = 'a' AND attrelid = 't'::regclass"
        )
        assert made.fetchone() == (True,)


@pytest.mark.parametrize(
    ("other", "first", "then", "sqlstate"),
    [
        ("model A_id_seq {\n  id Int @id\n}\n", "serial", 'CREATE TABLE "A_id_seq" ()', "42P07"),
        (
            'model B {\n  id Int @id\n  @@index([id], map: "A_id_seq")\n}\n',
            "serial",
            'CREATE INDEX "A_id_seq" ON "A" (id)',
            "42P07",
        ),
        ("enum A_id_seq {\n  X\n}\n", 'CREATE TYPE "A_id_seq" AS ENUM ()', "serial", "42710"),
    ],
)
def test_the_name_of_a_serials_sequence_is_a_warning(
    judge: Judge, server: psycopg.Connection, *, other: str, first: str, then: str, sqlstate: str
) -> None:
    """Only one of the two orders fails: a sequence takes another name if a relation has its own."""
    result = judged(judge, declared("model A {\n  id Int @id @default(autoincrement())\n}\n" + other))
    assert [finding.severity for finding in result.findings] == [Severity.WARN]
    both = [step.replace("serial", 'CREATE TABLE "A" (id SERIAL)') for step in (first, then)]
    assert error_of(server, ";".join(both)) == sqlstate
    if "INDEX" not in then:
        assert error_of(server, ";".join(reversed(both))) is None


def test_a_finding_has_both_places(judge: Judge) -> None:
    text = USER + 'model Post {\n  id Int @id\n  a Int\n  @@index([a], map: "User")\n}\n'
    (finding,) = judged(judge, declared(text)).findings
    assert str(finding.location) == "schema.prisma:13:3"
    assert finding.message.startswith("index User of Post has the same name as table User (schema.prisma:6:7): ")


@pytest.mark.parametrize("example", ["premium-apps", "premium-apps-fixed"])
def test_the_examples_have_no_clash(judge: Judge, example: str) -> None:
    result = judged(judge, read_schema(locate(ROOT / "examples" / example)))
    assert result.outcome is Outcome.PASSED
    assert result.why == "names of 40 tables, 410 columns and 17 enums compared"
