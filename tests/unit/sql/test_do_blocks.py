"""DO blocks: which commands run under which conditions, and where they stand in the file."""

from collections.abc import Callable

import pytest

from pgready.model.effects import Action, Script
from pgready.model.guards import GuardKind

Guards = Callable[[str], dict[str, list[str]]]
Read = Callable[..., Script]


def do(body: str, declare: str = "") -> str:
    return f"DO $$ {'DECLARE ' + declare if declare else ''} BEGIN {body} END $$;"


FLOWS = {
    "a branch stands under its condition and the negation of those before it": (
        do(
            "IF to_regclass('a') IS NULL THEN CREATE TABLE a (); ELSIF to_regclass('b') IS NULL THEN CREATE TABLE b ();"
            " ELSE CREATE TABLE c (); END IF;"
        ),
        {
            "creates table public.a": ["re-run DO IF: not relation public.a"],
            "creates table public.b": [
                "prerequisite DO ELSE: relation public.a",
                "re-run DO ELSIF: not relation public.b",
            ],
            "creates table public.c": [
                "prerequisite DO ELSE: relation public.a",
                "prerequisite DO ELSE: relation public.b",
            ],
        },
    ),
    "the negation of AND is an OR": (
        do("IF to_regclass('a') IS NULL AND to_regclass('z') IS NOT NULL THEN NULL; ELSE DROP TABLE c; END IF;"),
        {"drops table public.c": ["prerequisite DO ELSE: (relation public.a or not relation public.z)"]},
    ),
    "nested conditions are outermost first": (
        do("IF to_regclass('a') IS NOT NULL THEN IF to_regclass('b') IS NULL THEN CREATE TABLE b (); END IF; END IF;"),
        {
            "creates table public.b": [
                "prerequisite DO IF: relation public.a",
                "re-run DO IF: not relation public.b",
            ]
        },
    ),
    "CASE is a chain of conditions": (
        do("CASE WHEN to_regclass('a') IS NULL THEN CREATE TABLE a (); ELSE DROP TABLE a; END CASE;"),
        {
            "creates table public.a": ["re-run DO CASE: not relation public.a"],
            "drops table public.a": ["re-run DO ELSE: relation public.a"],
        },
    ),
    "a variable holds what SELECT INTO gave it": (
        do(
            "SELECT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'e') INTO v; IF NOT v THEN CREATE TYPE e; END IF;",
            "v boolean;",
        ),
        {"creates type public.e": ["re-run DO IF: not type *.e"]},
    ),
    "a variable holds what it was declared with": (
        do("IF v THEN DROP TABLE t; END IF;", "v boolean := to_regclass('t') IS NOT NULL;"),
        {"drops table public.t": ["re-run DO IF: relation public.t"]},
    ),
    "a variable holds what it was assigned last": (
        do("v := false; v := to_regclass('t') IS NOT NULL; IF v THEN DROP TABLE t; END IF;", "v boolean;"),
        {"drops table public.t": ["re-run DO IF: relation public.t"]},
    ),
    "a variable may be a copy of another": (
        do(
            "PERFORM 1 FROM pg_class WHERE relname = 't'; v := FOUND; PERFORM 2; IF v THEN DROP TABLE t; END IF;",
            "v boolean;",
        ),
        {"drops table public.t": ["re-run DO IF: relation *.t"]},
    ),
    "an expression of variables is not followed": (
        do("v := to_regclass('t') IS NULL; v := NOT v; IF v THEN DROP TABLE t; END IF;", "v boolean;"),
        {"drops table public.t": ["opaque DO IF: ? v"]},
    ),
    "the query of a loop is executed whatever the loop does": (
        do("FOR r IN DELETE FROM u RETURNING a LOOP DROP TABLE t; END LOOP;", "r record;"),
        {"writes table public.u": [], "drops table public.t": ["opaque DO LOOP: ? a loop"]},
    ),
    "a loop over a literal executes it": (
        do("FOR r IN EXECUTE 'DELETE FROM u RETURNING a' LOOP NULL; END LOOP;", "r record;"),
        {"writes table public.u": []},
    ),
    "expressions may call functions": (
        do("n := app.migrate(); IF app.ready() THEN NULL; END IF;", "n int;"),
        {"opaque function app.migrate": [], "opaque function app.ready": []},
    ),
    "a cursor may be dynamic": (
        do("OPEN c FOR SELECT 1 FROM u; OPEN c FOR EXECUTE s || 'x';", "c refcursor; s text;"),
        {"opaque other EXECUTE": []},
    ),
    "a constant may stand in a variable": (
        do(
            "IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = n) THEN EXECUTE 'CREATE TABLE t ()'; END IF;",
            "n text := 't';",
        ),
        {"creates table public.t": ["re-run DO IF: not relation *.t"]},
    ),
    "FOUND may be asked for by a variable's value": (
        do(
            "PERFORM 1 FROM pg_class WHERE relname = n; n := 'other'; IF FOUND THEN DROP TABLE t; END IF;",
            "n text := 't';",
        ),
        {"drops table public.t": ["re-run DO IF: relation *.t"]},
    ),
    "a count is a question": (
        do(
            "SELECT count(*) INTO n FROM pg_class WHERE relname = 't'; IF n = 0 THEN CREATE TABLE t (); END IF;",
            "n int;",
        ),
        {"creates table public.t": ["re-run DO IF: not relation *.t"]},
    ),
    "FOUND is a question": (
        do("PERFORM 1 FROM pg_class WHERE relname = 't'; IF NOT FOUND THEN CREATE TABLE t (); END IF;"),
        {"creates table public.t": ["re-run DO IF: not relation *.t"]},
    ),
    "a variable that a branch changes is not known behind it": (
        do(
            "v := true; IF current_user = 'x' THEN v := false; END IF; IF v THEN DROP TABLE t; END IF;",
            "v boolean;",
        ),
        {"drops table public.t": ["opaque DO IF: ? v"]},
    ),
    "RETURN guards what follows": (
        do("IF to_regclass('t') IS NOT NULL THEN RETURN; END IF; CREATE TABLE t ();"),
        {"creates table public.t": ["re-run DO RETURN: not relation public.t"]},
    ),
    "RETURN without what is needed is a prerequisite": (
        do("IF to_regclass('u') IS NULL THEN RAISE NOTICE 'no'; RETURN; END IF; CREATE TABLE t ();"),
        {"creates table public.t": ["prerequisite DO RETURN: relation public.u"]},
    ),
    "RAISE EXCEPTION is loud, so it guards nothing": (
        do("IF to_regclass('u') IS NULL THEN RAISE EXCEPTION 'no'; END IF; CREATE TABLE t ();"),
        {"creates table public.t": []},
    ),
    "a loop is opaque": (
        do("FOR r IN SELECT 1 LOOP DROP TABLE a; END LOOP; DROP TABLE b;", "r record;"),
        {"drops table public.a": ["opaque DO LOOP: ? a loop"], "drops table public.b": []},
    ),
    "duplicate_object means the type is there": (
        do("CREATE TYPE e AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL;"),
        {
            "creates type public.e": ["re-run EXCEPTION duplicate_object: not type public.e"],
            "creates enum value public.e.a": ["re-run EXCEPTION duplicate_object: not type public.e"],
        },
    ),
    "duplicate_column means the column is there": (
        do("ALTER TABLE t ADD c int; EXCEPTION WHEN duplicate_column THEN NULL;"),
        {"creates column public.t.c": ["re-run EXCEPTION duplicate_column: not column public.t.c"]},
    ),
    "an SQLSTATE is as good as its name": (
        do("CREATE TABLE t (); EXCEPTION WHEN SQLSTATE '42P07' THEN NULL;"),
        {"creates table public.t": ["re-run EXCEPTION 42P07: not relation public.t"]},
    ),
    "undefined_table is a prerequisite on every table that is needed": (
        do("ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u; EXCEPTION WHEN undefined_table THEN NULL;"),
        {
            "creates constraint public.t.f": [
                "prerequisite EXCEPTION undefined_table: table public.t",
                "prerequisite EXCEPTION undefined_table: table public.u",
            ]
        },
    ),
    "an error undoes the whole block": (
        do("DROP TABLE a; CREATE TYPE e; EXCEPTION WHEN duplicate_object THEN NULL;"),
        {
            "drops table public.a": ["re-run EXCEPTION duplicate_object: not type public.e"],
            "creates type public.e": ["re-run EXCEPTION duplicate_object: not type public.e"],
        },
    ),
    "a handler that does not fit guards nothing": (
        do("CREATE TYPE e; EXCEPTION WHEN undefined_table THEN NULL;"),
        {"creates type public.e": []},
    ),
    "a handler that raises again guards nothing": (
        do("CREATE TYPE e; EXCEPTION WHEN OTHERS THEN RAISE EXCEPTION 'no: %', SQLERRM;"),
        {"creates type public.e": []},
    ),
    "OTHERS may be any error": (
        do("CREATE TYPE e; EXCEPTION WHEN OTHERS THEN NULL;"),
        {
            "creates type public.e": [
                "re-run EXCEPTION others: not type public.e",
                "opaque EXCEPTION others: ? no error",
            ]
        },
    ),
    "unique_violation beside duplicate_object is about two sessions at once": (
        do("CREATE TYPE e; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;"),
        {"creates type public.e": ["re-run EXCEPTION duplicate_object OR unique_violation: not type public.e"]},
    ),
    "an inner block has handlers of its own": (
        do("BEGIN CREATE TYPE e; EXCEPTION WHEN duplicate_object THEN NULL; END; CREATE TYPE f;"),
        {
            "creates type public.e": ["re-run EXCEPTION duplicate_object: not type public.e"],
            "creates type public.f": [],
        },
    ),
    "a command inside EXECUTE of a literal is read": (
        do("IF to_regclass('t') IS NULL THEN EXECUTE 'CREATE TABLE t ()'; END IF;"),
        {"creates table public.t": ["re-run DO IF: not relation public.t"]},
    ),
    "a variable may hold the text of EXECUTE": (
        do("EXECUTE s; s := s || 'x'; EXECUTE s;", "s text := 'DROP TABLE t';"),
        {"drops table public.t": [], "opaque other EXECUTE": []},
    ),
    "text that is put together is opaque": (
        do("EXECUTE format('DROP TABLE %I', 't'); EXECUTE 'DROP TABLE ' || 't';"),
        {"opaque other EXECUTE": []},
    ),
    "another language is opaque": ("DO LANGUAGE plv8 $$ x $$", {"opaque other DO": []}),
    "functions may do anything": (do("PERFORM app.migrate();"), {"opaque function app.migrate": []}),
}


@pytest.mark.parametrize("behaviour", FLOWS)
def test_flow(behaviour: str, guards: Guards) -> None:
    sql, expected = FLOWS[behaviour]

    assert guards(sql) == expected


def test_expressions_read_tables(read: Read) -> None:
    sql = do('IF EXISTS (SELECT 1 FROM "User") THEN NULL; END IF; n := (SELECT count(*) FROM app.t);', "n int;")

    effects = read(sql).effects

    assert [(effect.action, str(effect.object)) for effect in effects] == [
        (Action.READS, "public.User"),
        (Action.READS, "app.t"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        " ".join(f"a{number} := a{number - 1} AND a{number - 1};" for number in range(1, 60)) + " IF a59",
        "a1 := a1 AND a1; IF a1",
        "PERFORM 1 WHERE FOUND AND FOUND; " * 50 + "IF FOUND",
        "a1 := EXISTS (SELECT 1 WHERE a1 AND a1); " * 50 + "IF a1",
    ],
    ids=["chain", "itself", "found", "inside a query"],
)
def test_variables_of_each_other_do_not_cost_exponential_time(body: str, read: Read) -> None:
    declared = " ".join(f"a{number} boolean;" for number in range(60))

    script = read(do(f"{body} THEN DROP TABLE t; END IF;", declared))

    assert script.effects[0].guards[0].kind is GuardKind.OPAQUE


def test_many_returns_inside_a_branch_are_one_condition(read: Read) -> None:
    returns = "IF to_regclass('x') IS NULL THEN RETURN; END IF; "

    (effect,) = read(do(f"IF to_regclass('y') IS NULL THEN {returns * 2000} END IF; DROP TABLE t;")).effects

    assert [guard.kind for guard in effect.guards] == [GuardKind.OPAQUE]


def test_an_effect_has_at_most_51_guards(read: Read) -> None:
    part = " AND ".join(f"to_regclass('t{number}') IS NULL" for number in range(20))

    (effect,) = read(do(f"IF {part} THEN " * 5 + "DROP TABLE t;" + " END IF;" * 5)).effects

    assert len(effect.guards) == 51
    assert [guard.kind for guard in effect.guards].index(GuardKind.OPAQUE) == 50


def test_very_long_conditions_and_messages_are_cut(read: Read) -> None:
    long = " OR ".join(["a = 1"] * 2000)

    (effect,) = read(do(f"IF {long} THEN DROP TABLE t; END IF;")).effects
    unreadable = read("DROP TABLE 'aaaa" + "a" * 5000).unreadable

    assert len(effect.guards[0].text) < 2100
    assert unreadable is not None
    assert len(unreadable.message) < 250


def test_a_dynamic_command_says_what_it_executes(read: Read) -> None:
    (effect,) = read(do("EXECUTE format('DROP TABLE %I', t);", "t text;")).effects

    assert (effect.action, effect.detail) == (Action.OPAQUE, "format('DROP TABLE %I', t)")


@pytest.mark.parametrize(
    ("sql", "command"),
    [
        ("DO $$\nBEGIN\n  -- DROP TABLE x\n  DROP TABLE x;\nEND $$;", "DROP TABLE x;\nEND"),
        ("SELECT 'é';\r\nDO $ä$\r\nBEGIN\r\n  /* ü */ DROP TABLE x;\r\nEND $ä$;", "DROP TABLE x;\r\nEND"),
        ("DO $$ BEGIN PERFORM 'DROP TABLE x'; DROP TABLE x; END $$", "DROP TABLE x; END"),
        ("DO $$ BEGIN RAISE NOTICE 'DROP TABLE x'; DROP TABLE x; END $$", "DROP TABLE x; END"),
        ("DO 'BEGIN PERFORM ''é''; DROP TABLE x; END'", "DROP TABLE x; END"),
        ("DO E'BEGIN\\n PERFORM \\'é\\';\\tDROP TABLE x; END'", "DROP TABLE x; END"),
        ("DO $$ BEGIN EXECUTE 'DROP TABLE x'; END $$", "DROP TABLE x'; END"),
        ("DO $$ BEGIN EXECUTE $q$\n\n DROP TABLE x$q$; END $$", "DROP TABLE x$q$"),
        ("DO $$ BEGIN EXECUTE 'SELECT ''é''; DROP TABLE x'; END $$", "DROP TABLE x'; END"),
        ("DO 'BEGIN EXECUTE ''DROP TABLE x''; END'", "DROP TABLE x''; END"),
        ("DO LANGUAGE plpgsql $$ BEGIN NULL; DROP TABLE x; END $$", "DROP TABLE x; END"),
        ("DO $$ BEGIN IF true THEN DROP TABLE x; END IF; END $$", "DROP TABLE x; END IF"),
    ],
)
def test_a_command_in_a_body_has_its_place_in_the_file(sql: str, command: str, read: Read) -> None:
    effect = next(effect for effect in read(sql).effects if effect.action is Action.DROPS)

    line = sql.split("\n")[effect.line - 1]
    assert "\n".join([line[effect.column - 1 :], *sql.split("\n")[effect.line :]]).startswith(command)


def test_text_that_escapes_make_different_is_placed_at_its_literal(read: Read) -> None:
    sql = "SELECT 1;\n DO U&'BEGIN DROP TABLE \\0078; END';"

    (effect,) = read(sql).effects

    assert (str(effect.object), effect.line, effect.column) == ("public.x", 2, 5)


def test_a_body_that_is_no_plpgsql_is_unreadable_and_the_rest_is_read(read: Read) -> None:
    script = read("SELECT 1;\nDO $$\nBEGIN\n  IF true THEN DROP TABLE a;\nEND $$;\nDROP TABLE b;")

    assert script.unreadable is not None
    assert "syntax error" in script.unreadable.message
    assert script.unreadable.line in (4, 5)
    assert [(effect.action, str(effect.object)) for effect in script.effects] == [
        (Action.OPAQUE, "DO"),
        (Action.DROPS, "public.b"),
    ]


def test_wrong_text_in_execute_is_unreadable_at_its_place(read: Read) -> None:
    sql = "DO $$ BEGIN\n EXECUTE 'DROP TABLE a; DROPP b'; END $$"

    script = read(sql)

    assert script.unreadable is not None
    assert (script.unreadable.line, script.unreadable.column) == (2, sql.split("\n")[1].index("DROPP") + 1)
    assert [str(effect.object) for effect in script.effects] == ["public.a", "unreadable"]


@pytest.mark.parametrize("project", ["premium-apps", "premium-apps-fixed"])
def test_every_guard_of_the_examples_is_understood(
    project: str, read: Read, examples: Callable[[str], list[str]]
) -> None:
    scripts = [read(sql) for sql in examples(project)]

    kinds = {guard.kind for script in scripts for effect in script.effects for guard in effect.guards}
    assert all(script.unreadable is None for script in scripts)
    assert kinds <= {GuardKind.RERUN, GuardKind.PREREQUISITE}
    assert GuardKind.RERUN in kinds
    assert all(effect.action is not Action.OPAQUE for script in scripts for effect in script.effects)
