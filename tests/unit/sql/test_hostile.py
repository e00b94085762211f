"""Text made to kill, hang or fill the reader: each in a process of its own, with bounds on its time and memory."""

import json
import subprocess
import sys
from dataclasses import dataclass

import pytest

# What a process of Python with the parser needs before it reads anything is below 60 MB and 0.5 s.
CHILD = """
import json, pathlib, re, resource, sys
from pgready.model.migration import Migration
from pgready.sources.sql import read_script
sql = eval("(" + sys.argv[1] + ")")
script = read_script(Migration(name="m", position=1, file="m/migration.sql", sql=sql))
used = resource.getrusage(resource.RUSAGE_SELF)
# ru_maxrss begins with what the process was before exec, a copy of a large test runner; VmHWM begins anew (proc(5)).
status = pathlib.Path("/proc/self/status")
peak = re.search(r"VmHWM:\\s+(\\d+)", status.read_text()) if status.exists() else None
print(json.dumps({
    "statements": len(script.statements),
    "effects": len(script.effects),
    "unreadable": script.unreadable and [script.unreadable.message, script.unreadable.line, script.unreadable.column],
    "seconds": used.ru_utime + used.ru_stime,
    "megabytes": int(peak[1] if peak else used.ru_maxrss) / 1024,
}))
"""


@dataclass(frozen=True)
class Hostile:
    """Python that makes the text, and the outcome: statements, part of the message of what is unreadable, its place."""

    sql: str
    statements: int = 1
    message: str | None = None
    place: tuple[int, int] | None = None
    seconds: float = 15
    megabytes: float = 250


CASES = {
    "100,000 chained operators": Hostile("'SELECT ' + '+'.join(['1'] * 100_000)", message="nested too deeply"),
    "100,000 chained concatenations": Hostile(
        """"UPDATE t SET a = " + "||".join(["'a'"] * 100_000)""", message="nested too deeply"
    ),
    "80,000 joins": Hostile("'SELECT 1 FROM a ' + 'JOIN a ON 1 ' * 80_000", message="nested too deeply"),
    "5,000 chained operators": Hostile("'SELECT ' + '+'.join(['1'] * 5000)"),
    "100,000 parentheses": Hostile("'SELECT ' + '(' * 100_000 + '1' + ')' * 100_000", message="memory exhausted"),
    "100,000 opened comments": Hostile("'/*' * 100_000", message="comment"),
    "100,000 nested comments": Hostile("'/*' * 100_000 + '*/' * 100_000 + 'SELECT 1'", message="comment"),
    "an operator of 100,000 characters": Hostile("'SELECT ' + '+' * 100_000 + ' 1'", message="operator"),
    "1,000 operators of 255 characters": Hostile("('SELECT ' + '+' * 255 + ' 1;') * 1000", statements=1000),
    "100,000 casts": Hostile("'SELECT 1' + '::int' * 100_000", message="nested too deeply"),
    "5,000 unions": Hostile("' UNION '.join(['SELECT 1'] * 5000)", message="nested too deeply"),
    "1,000 unions": Hostile("' UNION '.join(['SELECT 1'] * 1000)"),
    "5,000,000 semicolons": Hostile("';' * 5_000_000", statements=0),
    "100,000 statements that are none": Hostile("'SELEC 1;' * 100_000", message='"SELEC"'),
    "10,000 broken statements": Hostile("'DROP TABLE;' * 10_000", statements=10_000, message="syntax error"),
    "20,000 routines that never end": Hostile(
        "'CREATE FUNCTION f() BEGIN ATOMIC;' * 20_000", statements=20_000, message="syntax error"
    ),
    "a name of a million characters": Hostile("""'CREATE TABLE "' + 'x' * 1_000_000 + '" (a int UNIQUE)'"""),
    "50,000 columns": Hostile("'CREATE TABLE t (' + ','.join(f'a{i} int' for i in range(50_000)) + ')'", megabytes=400),
    "20,000 indexes of one name": Hostile("'CREATE INDEX ON t (a);' * 20_000", statements=20_000),
    "10,000 indexes made and dropped": Hostile(
        "'CREATE INDEX ON t (a); DROP INDEX t_a_idx;' * 5000", statements=10_000
    ),
    "a string of 50 MB": Hostile("""'INSERT INTO t VALUES (' + "'" + 'a' * 50_000_000 + "')" """, megabytes=500),
    "an INSERT of 50 MB": Hostile(
        """'INSERT INTO t VALUES ' + ','.join(["(1, 'abcdefgh')"] * 3_000_000)""", megabytes=500
    ),
    "a statement of 3 MB that is no INSERT": Hostile("'SELECT ' + ','.join(['1'] * 1_500_000)", message="at most"),
    "a comment of 50 MB": Hostile("'/* ' + 'a' * 50_000_000 + ' */ DROP TABLE t'", megabytes=500),
    "a dump of 50 MB": Hostile(
        """("INSERT INTO t (a) VALUES ('" + "a" * 970 + "');\\n") * 50_000""",
        statements=50_000,
        megabytes=500,
        seconds=40,
    ),
    "a line of 50,000 statements that are not ASCII": Hostile(""""SELECT 'é';" * 50_000""", statements=50_000),
    "a body with 100,000 nested IF": Hostile(
        "'DO $$ BEGIN ' + 'IF true THEN ' * 100_000 + ' END IF;' * 100_000 + ' END $$'", message="at most"
    ),
    "a body with 10,000 nested IF": Hostile(
        "'DO $$ BEGIN ' + 'IF true THEN ' * 10_000 + ' END IF;' * 10_000 + ' END $$'", message="memory exhausted"
    ),
    "a body with 300 nested IF": Hostile(
        "'DO $$ BEGIN ' + 'IF true THEN ' * 300 + 'DROP TABLE t; ' + ' END IF;' * 300 + ' END $$'"
    ),
    "a body with 100,000 opened comments": Hostile("'DO $$ BEGIN ' + '/*' * 100_000 + ' END $$'", message="comment"),
    "EXECUTE of 100,000 opened comments": Hostile(
        """"DO $$ BEGIN EXECUTE '" + "/*" * 100_000 + "'; END $$" """, message="comment"
    ),
    "a body with 100,000 commands": Hostile(
        "'SELECT 1;\\n DO $$ BEGIN ' + 'DROP TABLE t;' * 100_000 + ' END $$'", 2, "at most", place=(2, 2)
    ),
    "a body with 15,000 commands": Hostile("'DO $$ BEGIN ' + 'DROP TABLE t;' * 15_000 + ' END $$'"),
    "a body that executes 10,000 texts": Hostile(
        """"DO $$ BEGIN " + "EXECUTE 'DROP TABLE t';" * 10_000 + " END $$" """
    ),
    "a dollar quote that is never closed": Hostile(
        "'SELECT 1;\\nDO $$ BEGIN DROP TABLE t; END $a$;\\n' + 'SELECT 1;\\n' * 100_000", 2, "dollar", place=(2, 4)
    ),
    "100,000 dollar quotes that are never closed": Hostile(
        "' '.join(f'$t{i}$' for i in range(100_000))", message="dollar", place=(1, 1)
    ),
    "100,001 quotes": Hostile("""'SELECT ' + "'" * 100_001""", message="quoted string"),
    "commands of psql": Hostile(
        r"'DROP TABLE t;\n\\restrict a\nSELECT 1;\n' + '\\i x\n' * 100_000",
        3,
        r"\restrict is a command of psql",
        (2, 1),
    ),
    "rows for COPY": Hostile(
        r"'COPY t FROM stdin;\n' + ''.join(f'{i}\ta\n' for i in range(50_000)) + '\\.\nDROP TABLE u;\n'",
        2,
        "rows for COPY FROM STDIN",
        (2, 1),
    ),
    "rows for COPY with quotes": Hostile(
        r"'COPY t FROM stdin;\n' + ''.join(f'{i}\tit\'s a\n' for i in range(300_000)) + '\\.\nDROP TABLE u;\n'",
        2,
        "rows for COPY FROM STDIN",
    ),
    "names of a million characters": Hostile(
        """'ALTER TABLE "' + 'x' * 300_000 + '" ADD CONSTRAINT "' + 'y' * 300_000 + '" FOREIGN KEY ("' + 'z' * 200_000
        + '") REFERENCES "' + 'w' * 200_000 + '"'"""
    ),
    "a million characters without quotes": Hostile("'DROP TABLE ' + 'x' * 1_000_000"),
    "a NUL": Hostile(r"'DROP TABLE t;\nSELECT \0; DROP TABLE u'", 0, "NUL", (2, 8)),
    "a byte order mark inside": Hostile(r"'DROP TABLE t;\n\ufeffDROP TABLE u;'", 2, "syntax error", (2, 1)),
    "bytes that were not UTF-8": Hostile(r"'DROP TABLE t;\n  \ufffd DROP TABLE u;'", 2, "syntax error", (2, 3)),
    "a condition of 100,000 parts": Hostile(
        "'DELETE FROM t WHERE ' + ' AND '.join(['1 = 1'] * 100_000)", megabytes=400
    ),
    "3,000 defaults of 100 operators": Hostile(
        "'CREATE TABLE t (' + ','.join(f'a{i} int DEFAULT (1' + '+1' * 100 + ')' for i in range(3000)) + ')'",
        megabytes=800,
    ),
    "20,000 settings in one query": Hostile(
        """'SELECT ' + ','.join(["set_config('search_path', 'a', false)"] * 20_000)"""
    ),
    "a query that deletes from 10,000 tables": Hostile(
        "'WITH ' + ','.join(f'q{i} AS (DELETE FROM t{i} USING u RETURNING *)' for i in range(10_000)) + ' SELECT 1'"
    ),
    "an INSERT that copies 20,000 columns from 20,000 tables": Hostile(
        """'INSERT INTO t (' + ','.join(f'c{i}' for i in range(20_000)) + ') SELECT '
        + ','.join(f'u{i}.c' for i in range(20_000)) + ' FROM ' + ','.join(f'u{i}' for i in range(20_000))"""
    ),
    "a body with 4,000 ELSIF": Hostile(
        """"DO $$ BEGIN IF to_regclass('x') IS NULL THEN DROP TABLE x;"
        + "ELSIF to_regclass('x') IS NULL THEN DROP TABLE x;" * 4000 + " END IF; END $$" """
    ),
    "a body with 3,000 RETURN": Hostile(
        """"DO $$ BEGIN " + "IF to_regclass('x') IS NULL THEN RETURN; END IF; DROP TABLE x;" * 3000 + " END $$" """
    ),
    "a body with 4,000 conditions": Hostile(
        """"DO $$ BEGIN IF " + " AND ".join(["EXISTS (SELECT 1 FROM pg_class WHERE relname = 'x')"] * 3000)
        + " THEN DROP TABLE x; END IF; END $$" """
    ),
    "a question with 3 to the power of 5,000 alternatives": Hostile(
        """"DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_class WHERE "
        + " AND ".join(["relname IN ('a', 'b', 'c')"] * 5000) + ") THEN DROP TABLE x; END IF; END $$" """
    ),
    "10,000 commands under one handler": Hostile(
        "'DO $$ BEGIN ' + 'CREATE TABLE x (); ' * 10_000 + 'EXCEPTION WHEN duplicate_table THEN NULL; END $$'"
    ),
    "15,000 variables": Hostile(
        """"DO $$ DECLARE " + " ".join(f"a{i} int;" for i in range(10_000)) + " BEGIN "
        + " ".join(f"a{i} := 1;" for i in range(6000)) + " END $$" """
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_hostile_text_is_read_or_refused_within_bounds(name: str) -> None:
    case = CASES[name]

    done = subprocess.run(
        [sys.executable, "-c", CHILD, case.sql], capture_output=True, text=True, timeout=300, check=False
    )

    assert done.returncode == 0, done.stderr[-2000:]
    outcome = json.loads(done.stdout)
    assert outcome["statements"] == case.statements
    if case.message is None:
        assert outcome["unreadable"] is None
    else:
        assert case.message in outcome["unreadable"][0]
        assert outcome["effects"] >= (case.statements > 0)
        assert min(outcome["unreadable"][1:]) >= 1
    if case.place is not None:
        assert tuple(outcome["unreadable"][1:]) == case.place
    assert outcome["seconds"] < case.seconds
    assert outcome["megabytes"] < case.megabytes
