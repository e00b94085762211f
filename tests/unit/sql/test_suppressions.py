"""Comments that accept findings: which statement each is about, and what is never mistaken for one."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgready.model.location import Location
from pgready.model.migration import Migration
from pgready.model.suppressions import Comments, Suppression, SuppressionSource
from pgready.sources.sql import read_scripts
from pgready.sources.sql.suppressions import read_suppressions
from rehearsals import of_texts

LOOP = "FOR r IN SELECT CASE WHEN 1 THEN 1 END LOOP IF a THEN b; END IF; END LOOP"
RULES = ("DES001", "DES002", "LCK001", "SUP001")


def comments(sql: str) -> Comments:
    migrations = [Migration(name="m", position=1, file="m/migration.sql", sql=sql)]
    return read_suppressions(migrations, read_scripts(migrations), rules=RULES)


def cut(sql: str, suppression: Suppression) -> str:
    """The text of the span that a suppression is about."""
    span = suppression.span
    assert span is not None
    if span.start is None or span.end is None:
        return "(file)"
    lines = sql.removeprefix("\ufeff").split("\n")
    lines = lines[span.start[0] - 1 : span.end[0]]
    lines[-1] = lines[-1][: span.end[1] - 1]
    lines[0] = lines[0][span.start[1] - 1 :]
    return "\n".join(lines)


def about(sql: str) -> list[str]:
    found = comments(sql)
    assert found.faults == ()
    return [cut(sql, each) for each in found.suppressions]


def faults(sql: str) -> list[str]:
    found = comments(sql)
    assert found.suppressions == ()
    return [f"{fault.location.line}:{fault.location.column}: {fault.message}" for fault in found.faults]


def test_a_comment_above_a_statement_accepts_one_finding_of_each_rule_in_it() -> None:
    sql = "SELECT 1;\n-- pgready: ignore DES001, LCK001,DES001 until 2027-01-31: copied in March\nDROP TABLE a;\n"
    first, second = comments(sql).suppressions
    assert (first.rule, second.rule) == ("DES001", "LCK001")
    assert (first.reason, first.source, first.migration) == ("copied in March", SuppressionSource.SQL, "m")
    assert str(first.expires) == "2027-01-31"
    assert first.location == Location("m/migration.sql", 2, 4)
    assert about(sql) == ["DROP TABLE a"] * 2
    assert first.span is not None
    assert first.span.holds(Location("m/migration.sql", 3, 1))
    assert first.span.holds(Location("m/migration.sql", 3))
    for outside in (("m/migration.sql", 1, 1), ("m/migration.sql", 3, 13), ("m/migration.sql",), ("n", 3, 1)):
        assert not first.span.holds(Location(*outside))


@pytest.mark.parametrize(
    ("sql", "statement"),
    [
        ("-- pgready: ignore DES001 x\n\n-- other\n/* more */\n\nDROP TABLE a;", "DROP TABLE a"),
        ("SELECT 1;\n/* pgready: ignore DES001 x */ DROP TABLE a;", "DROP TABLE a"),
        ("DROP TABLE a; -- pgready: ignore DES001 x\nDROP TABLE b;", "DROP TABLE a"),
        ("DROP TABLE a; DROP TABLE b; -- pgready: ignore DES001 x", "DROP TABLE b"),
        ("DROP TABLE a\n; -- pgready: ignore DES001 x\nSELECT 1;", "DROP TABLE a"),
        ("DROP TABLE a -- pgready: ignore DES001 x\n, b;\nSELECT 1", "DROP TABLE a -- pgready: ignore DES001 x\n, b"),
        ("ALTER TABLE a\n-- pgready: ignore DES002 x\nDROP b;", "ALTER TABLE a\n-- pgready: ignore DES002 x\nDROP b"),
        ("ALTER TABLE a\nDROP b; -- pgready: ignore DES002 x\nSELECT 1", "ALTER TABLE a\nDROP b"),
        ("\ufeff-- pgready: ignore DES001 x\nDROP TABLE ä; SELECT 1", "DROP TABLE ä"),
        ("SELECT 'ü', $$ü$$;--pgready:ignore DES001 x", "SELECT 'ü', $$ü$$"),
        ("---- PGREADY: Ignore DES001 x\nDROP TABLE a", "DROP TABLE a"),
        ("-- pgready: ignore DES001 x\nNOT SQL AT ALL;\nSELECT 1;", "NOT SQL AT ALL"),
        ("-- pgready: ignore DES001 x\nDO $$ BEGIN DROP TABLE a; END $$;", "DO $$ BEGIN DROP TABLE a; END $$"),
    ],
)
def test_a_comment_is_about_the_statement_around_before_or_after_it(sql: str, statement: str) -> None:
    assert about(sql) == [statement]


@pytest.mark.parametrize(
    ("body", "command"),
    [
        ("BEGIN\n-- pgready: ignore DES001 x\nDROP TABLE a; SELECT 1; END", "DROP TABLE a"),
        ("BEGIN DROP TABLE a; -- pgready: ignore DES001 x\nDROP TABLE b; END", "DROP TABLE a"),
        ("BEGIN -- pgready: ignore DES001 x\nDROP TABLE b; END", "DROP TABLE b"),
        ("BEGIN IF x THEN -- pgready: ignore DES001 x\nDROP TABLE b; END IF; END", "DROP TABLE b"),
        ("BEGIN DROP TABLE\n-- pgready: ignore DES001 x\nb; END", "DROP TABLE\n-- pgready: ignore DES001 x\nb"),
        (
            "BEGIN\n-- pgready: ignore DES001 x\nIF x THEN DROP TABLE IF EXISTS a; ELSE SELECT 1; END IF; SELECT 2;END",
            "IF x THEN DROP TABLE IF EXISTS a; ELSE SELECT 1; END IF",
        ),
        (
            "BEGIN\n-- pgready: ignore DES001 x\n" + LOOP + "; SELECT 2;END",
            LOOP,
        ),
        (
            'BEGIN\n-- pgready: ignore DES001 x\nDROP TABLE "end", "if", "loop; x"; SELECT \'end;\'; END',
            'DROP TABLE "end", "if", "loop; x"',
        ),
        ("-- pgready: ignore DES001 x\nDECLARE a int; BEGIN SELECT 1; END", "DECLARE a int; BEGIN SELECT 1; END"),
        ("-- pgready: ignore DES001 x\nBEGIN SELECT 1; END;", "BEGIN SELECT 1; END"),
        ("BEGIN\n-- pgready: ignore DES001 x\nEXECUTE 'DROP TABLE a; -- end'; END", "EXECUTE 'DROP TABLE a; -- end'"),
    ],
)
@pytest.mark.parametrize("quote", ["$$", "$x$", "'"])
def test_in_the_body_of_a_do_it_is_about_a_command(body: str, command: str, quote: str) -> None:
    inside = (body, command) if quote != "'" else (body.replace("'", "''"), command.replace("'", "''"))
    assert about(f"SELECT 1; DO {quote}{inside[0]}{quote} LANGUAGE plpgsql; SELECT 2;") == [inside[1]]


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t VALUES ('\n-- pgready: ignore DES001 x\n');",
        "INSERT INTO t VALUES (E'\\'\n-- pgready: ignore DES001 x\n');",
        "INSERT INTO t VALUES ($a$\n-- pgready: ignore DES001 x\n$a$);",
        'SELECT 1 AS "\n-- pgready: ignore DES001 x\n";',
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n-- pgready: ignore DES001 x\nDROP TABLE a $$",
        "DO $$ BEGIN EXECUTE $q$\n-- pgready: ignore DES001 x\nDROP TABLE a $q$; END $$;",
        "-- pgready says that this is fine\nDROP TABLE a;",
        "-- see https://pgready.example/ignore\nDROP TABLE a;",
        "SELECT pgready.ignore(1) - -1; DROP TABLE a;",
        "-- ignore DES001 x\nDROP TABLE a; /* unterminated pgready: ignore DES001 x",
    ],
)
def test_what_is_no_comment_of_the_script_or_not_to_pgready_says_nothing(sql: str) -> None:
    assert comments(sql) == Comments()


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("-- pgready: ignore", "1:19: names no rule; expected `pgready: ignore RULE reason`"),
        ("-- pgready: ignore DES001", "1:4: gives no reason; expected `pgready: ignore RULE reason`"),
        ("-- pgready: ignore DES001 -- !", "1:4: gives no reason; expected `pgready: ignore RULE reason`"),
        (
            "-- ü pgready: ignore DES001 x",
            "1:6: `pgready: ignore RULE reason` has to stand at the beginning of a comment",
        ),
        ("-- pgready: ignore DES01 x", "1:20: 'DES01' is not a rule; did you mean 'DES001'?"),
        ("-- pgready: ignore DES001,des002 x", "1:27: 'des002' is not a rule; did you mean 'DES002'?"),
        (
            "-- pgready: ignore all x",
            "1:20: 'all' is not a rule; expected an id such as DES001 (`pgready explain` lists them)",
        ),
        ("-- pgready: ignore DES* x", "1:20: 'DES*' is a family; rules are named one by one: DES001, DES002"),
        ("-- pgready: ignore SUP001 x", "1:20: SUP001 judges suppressions and cannot be suppressed"),
        ("-- pgready: ignore DES001 until March x", "1:33: 'March' is no day; expected one such as 2027-01-31"),
        (
            "-- pgready: ignore DES001 until 2027-02-30 x",
            "1:33: '2027-02-30' is no day; expected one such as 2027-01-31",
        ),
        ("-- pgready: ignore DES001 until 20270131 x", "1:33: '20270131' is no day; expected one such as 2027-01-31"),
        ("-- pgready: ignore DES001 until 2027-01-31", "1:4: gives no reason; expected `pgready: ignore RULE reason`"),
        ("-- pgready: ignore DES001 x until 2027-01-31", "1:4: a day stands before the reason: `until 2027-01-31`"),
        (
            "-- pgready: ignore DES001 LCK001 x",
            "1:4: names further rules behind a space; expected commas between rules",
        ),
        ("-- pgready: ignor DES001 x", "1:13: 'ignor' is no word of pgready; expected `ignore` or `ignore-file`"),
        ("-- pgready-ignore DES001 x", "1:4: not understood; expected `pgready: ignore RULE reason`"),
        ("-- pgready disable DES001 x", "1:4: not understood; expected `pgready: ignore RULE reason`"),
        ("/*\n * pgready: ignore DES003 x\n */", "2:20: 'DES003' is not a rule; did you mean 'DES002'?"),
    ],
)
def test_a_slip_is_a_fault_with_its_place_and_suppresses_nothing(comment: str, message: str) -> None:
    assert faults(f"{comment}\nDROP TABLE a;") == [message]


def test_where_there_is_no_statement_it_is_a_fault() -> None:
    assert faults("SELECT 1;\n-- pgready: ignore DES001 x\n") == ["2:4: no statement follows it"]
    assert faults("-- pgready: ignore DES001 x") == ["1:4: no statement follows it"]
    nothing = "no command follows it in the body"
    assert faults("DO $$ BEGIN SELECT 1;\n-- pgready: ignore DES001 x\nEND $$") == [f"2:4: {nothing}"]
    assert faults("DO $$ BEGIN IF x THEN SELECT 1; END IF; -- pgready: ignore DES001 x\nEND $$") == [f"1:44: {nothing}"]
    assert faults("DO E'BEGIN\\n -- pgready: ignore DES001 x\n DROP TABLE a; END'") == [
        "1:4: pgready is named in a body with escapes; put the body in dollar quotes"
    ]


def test_a_whole_file_is_accepted_at_its_top_only() -> None:
    top = "-- about\n-- pgready: ignore-file DES001, LCK001 empty everywhere\nDROP TABLE a;"
    assert about(top) == ["(file)", "(file)"]
    span = comments(top).suppressions[0].span
    assert span is not None
    assert span.holds(Location("m/migration.sql"))
    assert span.holds(Location("m/migration.sql", 3, 1))
    assert not span.holds(Location("other/migration.sql"))
    late = "`ignore-file` has to stand above the first statement"
    assert faults("DROP TABLE a; -- pgready: ignore-file DES001 x") == [f"1:18: {late}"]
    assert faults("DO $$ BEGIN\n-- pgready: ignore-file DES001 x\nSELECT 1; END $$") == [f"2:4: {late}"]


def test_a_block_comment_may_hold_several_and_their_reasons_go_on() -> None:
    sql = "/*\n * pgready: ignore DES001 copied\n *   in March\n * pgready: ignore LCK001 small */\nDROP TABLE a;"
    found = comments(sql).suppressions
    assert [(each.rule, each.reason) for each in found] == [("DES001", "copied in March"), ("LCK001", "small")]
    assert [each.location and each.location.line for each in found] == [2, 4]


WORDS = [*"-*/ \n'\"$;aI:", "pgready:", "ignore", "DES001", "DO ", "END", "BEGIN", "\0", "é"]


@given(st.lists(st.sampled_from(WORDS), max_size=30))
def test_any_text_is_read(words: list[str]) -> None:
    found = comments("".join(words) + "\n-- pgready: ignore DES001 x\nDROP TABLE a;")
    assert all(each.reason for each in found.suppressions)


HOSTILE = {
    "comments": "-- pgready: ignore DES001 x\n" * 20_000 + "DROP TABLE a;",
    "one line": "/* pgready: ignore DES001 x */ DROP TABLE ä;" * 3_000,
    "one comment": "/*\n" + "pgready: ignore DES001 x\n" * 20_000 + "*/ DROP TABLE a;",
    "body": "DO $$ BEGIN\n" + "-- pgready: ignore DES001 x\nIF a THEN b;\n" * 3_000 + "END $$;",
    "command": "DO $$ BEGIN SELECT\n" + "-- pgready: ignore DES001 x\n1,\n" * 5_000 + "1; END $$;",
    "spaces": "-- pgready: ignore DES001" + " " * 200_000 + ",\nDROP TABLE a;",
}


@pytest.mark.parametrize("sql", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_take_linear_time(sql: str) -> None:
    migrations = [Migration(name="m", position=1, file="m/migration.sql", sql=sql)]
    scripts = read_scripts(migrations)
    started = time.perf_counter()
    read_suppressions(migrations, scripts, rules=RULES)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("spelling", ["expires 2020-01-01 gone", "expires = 2020-01-01", "gone, expires: 2020-01-01"])
def test_a_day_spelt_as_in_pgready_toml_is_not_taken_for_a_reason(spelling: str) -> None:
    found = comments(f"-- pgready: ignore DES001 {spelling}\nDROP TABLE a;")
    assert found.suppressions == ()
    assert "until 2027-01-31" in found.faults[0].message


@pytest.mark.parametrize(
    ("sql", "accepted"),
    [
        ("ALTER TABLE t\n  -- {}\n  DROP COLUMN a,\n  DROP COLUMN b;", "a"),
        ("ALTER TABLE t\n  DROP COLUMN a,\n  -- {}\n  DROP COLUMN b;", "b"),
        ("ALTER TABLE t\n  DROP COLUMN a, -- {}\n  DROP COLUMN b;", "a"),
        ("ALTER TABLE t\n  DROP COLUMN a,\n  DROP COLUMN b; -- {}", "b"),
        ("ALTER TABLE t DROP COLUMN a, -- {}\n  DROP COLUMN b;", "a"),
        ("ALTER TABLE t\n  DROP COLUMN a\n  -- {}\n, DROP COLUMN b;", "a"),
        ("ALTER TABLE t DROP COLUMN a, DROP COLUMN b; -- {}", "ab"),
        ("ALTER TABLE t -- {}\n  DROP COLUMN a,\n  DROP COLUMN b;", "ab"),
        ("-- {}\nALTER TABLE t\n  DROP COLUMN a,\n  DROP COLUMN b;", "ab"),
    ],
)
def test_a_comment_at_one_action_of_several_is_about_that_action(sql: str, accepted: str) -> None:
    migrations = of_texts(sql.format("pgready: ignore DES002 -- checked"))
    scripts = read_scripts(migrations)
    [found] = read_suppressions(migrations, scripts, rules=RULES).suppressions
    file = migrations[0].file
    held = [
        effect.object.name
        for effect in scripts[0].effects
        if found.span is not None and found.span.holds(Location(file, effect.line, effect.column))
    ]
    assert "".join(held) == accepted
