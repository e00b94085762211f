"""RES: failing deploys, silent skips and claims of resilience."""

from dataclasses import replace

import pytest

from builders import Build, Judge
from pgready.checks import Gathered
from pgready.checks.skips import silent_skips, unread_guards
from pgready.config import Config
from pgready.findings import Confidence, Evidence, Outcome, Severity
from pgready.history import replay_history
from pgready.model.effects import Action, Effect, Script
from pgready.model.guards import AllOf, Condition, Exists, Guard, GuardKind, Not, Unknown
from pgready.model.migration import Statement
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.schema import Schema
from pgready.model.trace import MigrationRun, Rerun, RerunOutcome, RunError, RunOutcome, Sending
from pgready.sources.sql import read_scripts
from rehearsals import of_texts

USER = ObjectRef(kind=ObjectKind.TABLE, schema="public", name="User")
KEY = ObjectRef(kind=ObjectKind.CONSTRAINT, schema="public", table="Post", name="Post_userId_fkey")


def guard(condition: Condition, kind: GuardKind = GuardKind.PREREQUISITE) -> Guard:
    return Guard(kind=kind, condition=condition, form="DO IF", text="EXISTS (...)", line=3, column=6)


def creates(made: ObjectRef, *guards: Guard, line: int = 4) -> Effect:
    return Effect(action=Action.CREATES, object=made, statement=1, line=line, column=1, guards=guards)


def project(build: Build, scripts: dict[str, tuple[Effect, ...]], runs: dict[str, tuple[ObjectRef, ...]]) -> Gathered:
    names = sorted(scripts)
    migrations = tuple(build.migration(name, position) for position, name in enumerate(names, start=1))
    read = tuple(Script(migration=name, effects=scripts[name]) for name in names)
    rehearsal = build.rehearsal(
        Schema(),
        *(
            MigrationRun(migration=name, position=position, outcome=RunOutcome.APPLIED, made=runs[name])
            for position, name in enumerate(names, start=1)
        ),
    )
    declared = Schema(tables=(build.table("Post", keys=(build.key("Post", "userId", "User"),)), build.table("User")))
    return Gathered(
        config=Config(),
        declared=declared,
        migrations=migrations,
        scripts=read,
        rehearsal=rehearsal,
        skips=silent_skips(migrations, read, rehearsal),
        opaque=unread_guards(migrations, read, rehearsal),
    )


def test_a_key_whose_prerequisite_comes_later_is_a_silent_skip_with_its_cause(build: Build, judge: Judge) -> None:
    gathered = project(
        build,
        {"1_key": (creates(KEY, guard(Exists(USER))),), "add_auth": (creates(USER),)},
        {"1_key": (), "add_auth": (USER,)},
    )
    (finding,) = judge("RES002", gathered).findings
    assert finding.severity is Severity.BLOCK
    assert (
        "the guard on table User was false when 1_key ran as number 1; add_auth makes User as number 2"
        in finding.message
    )
    assert str(finding.location) == "migrations/1_key/migration.sql:3:6"
    assert "add_auth run before 1_key" in finding.fix


def test_a_skip_that_a_later_migration_makes_good_is_no_finding(build: Build, judge: Judge) -> None:
    gathered = project(
        build,
        {
            "1_key": (creates(KEY, guard(Exists(USER))),),
            "2_auth": (creates(USER),),
            "3_key": (creates(KEY, guard(Exists(USER))),),
        },
        {"1_key": (), "2_auth": (USER,), "3_key": (KEY,)},
    )
    result = judge("RES002", gathered)
    assert result.outcome is Outcome.PASSED
    assert "1 skipped and made by a later migration" in result.why


def test_a_rerun_guard_is_no_skip(build: Build) -> None:
    rerun = guard(Not(Exists(KEY)), GuardKind.RERUN)
    gathered = project(build, {"1": (creates(KEY, rerun),)}, {"1": (KEY,)})
    assert gathered.skips == ()


def test_what_the_same_file_made_before_satisfies_the_guard(build: Build) -> None:
    gathered = project(build, {"1": (creates(USER, line=1), creates(KEY, guard(Exists(USER)), line=4))}, {"1": (USER,)})
    assert gathered.skips == ()


def test_of_several_conditions_the_one_that_was_false_is_named(build: Build) -> None:
    both = guard(AllOf((Exists(USER), Not(Exists(KEY)))))
    gathered = project(build, {"1": (creates(KEY, both),)}, {"1": ()})
    assert [skip.asked_for for skip in gathered.skips] == [USER]


def test_an_object_that_the_guard_wanted_absent_is_told_so(build: Build, judge: Judge) -> None:
    gathered = project(
        build,
        {"1": (creates(USER),), "2": (creates(KEY, guard(Not(Exists(USER)))),)},
        {"1": (USER,), "2": ()},
    )
    (finding,) = judge("RES002", gathered).findings
    assert "wants table User to be absent and found it" in finding.message


def test_a_condition_that_cannot_be_read_is_never_guessed_and_never_a_pass(build: Build, judge: Judge) -> None:
    opaque = guard(Unknown("(SELECT count(*) FROM x) > 0"), GuardKind.OPAQUE)
    gathered = project(build, {"1": (creates(KEY, opaque),)}, {"1": ()})
    assert gathered.skips == ()
    assert gathered.opaque == (
        "migrations/1/migration.sql:4:1: constraint public.Post.Post_userId_fkey under a condition that cannot be read",
    )
    result = judge("RES002", gathered)
    assert (result.outcome, result.given) == (Outcome.SKIPPED, True)


def test_what_an_unread_condition_let_through_is_known(build: Build, judge: Judge) -> None:
    opaque = guard(Unknown("(SELECT count(*) FROM x) > 0"), GuardKind.OPAQUE)
    gathered = project(build, {"1": (creates(KEY, opaque),)}, {"1": (KEY,)})
    assert gathered.opaque == ()
    assert judge("RES002", gathered).outcome is Outcome.PASSED


def test_dynamic_sql_matters_only_under_a_condition(build: Build) -> None:
    what = ObjectRef(kind=ObjectKind.OTHER, name="EXECUTE")
    plain = Effect(action=Action.OPAQUE, object=what, statement=1, line=2, column=3)
    guarded = Effect(action=Action.OPAQUE, object=what, statement=1, line=2, column=3, guards=(guard(Exists(USER)),))
    assert project(build, {"1": (plain,)}, {"1": ()}).opaque == ()
    assert project(build, {"1": (guarded,)}, {"1": ()}).opaque == (
        "migrations/1/migration.sql:2:3: dynamic SQL under a condition",
    )


def test_a_skipped_table_stands_for_its_columns(build: Build) -> None:
    absent = ObjectRef(kind=ObjectKind.TABLE, schema="public", name="Request")
    column = ObjectRef(kind=ObjectKind.COLUMN, schema="public", table="User", name="id")
    condition = guard(Exists(absent))
    gathered = project(build, {"1": (creates(USER, condition), creates(column, condition))}, {"1": ()})
    assert [skip.would_make for skip in gathered.skips] == [USER]


def test_what_no_model_declares_is_only_a_warning(build: Build, judge: Judge) -> None:
    view = ObjectRef(kind=ObjectKind.VIEW, schema="public", name="stats")
    gathered = project(build, {"1": (creates(view, guard(Exists(USER))),)}, {"1": ()})
    assert [finding.severity for finding in judge("RES002", gathered).findings] == [Severity.WARN]


def test_a_failing_migration_blocks_with_sqlstate_place_and_the_later_maker(build: Build, judge: Judge) -> None:
    error = RunError(sqlstate="42P01", message='relation "User" does not exist', line=7, column=3)
    needs = Effect(action=Action.CREATES, object=KEY, statement=1, line=7, column=3, needs=(USER,))
    migrations = (build.migration("1_key"), build.migration("add_auth", 2))
    scripts = (Script(migration="1_key", effects=(needs,)), Script(migration="add_auth", effects=(creates(USER),)))
    runs = (
        MigrationRun(migration="1_key", position=1, outcome=RunOutcome.FAILED, error=error),
        build.run("add_auth", 2, RunOutcome.NOT_REACHED),
    )
    gathered = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=migrations,
        scripts=scripts,
        rehearsal=build.rehearsal(Schema(), *runs),
        history=replay_history(migrations, scripts, build.rehearsal(Schema(), *runs)),
    )
    (finding,) = judge("RES001", gathered).findings
    assert "SQLSTATE 42P01" in finding.message
    assert "it needs table User, which add_auth makes as number 2" in finding.message
    assert str(finding.location) == "migrations/1_key/migration.sql:7:3"


def test_without_a_position_the_statement_that_failed_is_the_place(build: Build, judge: Judge) -> None:
    error = RunError(sqlstate="42P01", message="no such relation", statement=2)
    statements = tuple(
        Statement(position=number, line=number * 10, column=1, kind="SelectStmt", sql="SELECT 1") for number in (1, 2)
    )
    run = MigrationRun(migration="1", position=1, outcome=RunOutcome.FAILED, error=error)
    gathered = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=(build.migration("1"),),
        scripts=(Script(migration="1", statements=statements),),
        rehearsal=build.rehearsal(Schema(), run),
    )
    assert str(judge("RES001", gathered).findings[0].location) == "migrations/1/migration.sql:20:1"


_REFUSED = RunError(sqlstate="25001", message="CREATE INDEX CONCURRENTLY cannot run inside a transaction block")
_FAILED = MigrationRun(migration="1", position=1, outcome=RunOutcome.FAILED, error=_REFUSED)


def _sent_either_way(build: Build, run: MigrationRun, other: MigrationRun) -> Gathered:
    rehearsal = replace(build.rehearsal(Schema(), run), otherwise=(other,))
    return Gathered(config=Config(), declared=Schema(), migrations=(build.migration("1"),), rehearsal=rehearsal)


def test_what_only_fails_when_it_is_sent_whole_says_which_prisma_applies_it(build: Build, judge: Judge) -> None:
    applied = MigrationRun(migration="1", position=1, outcome=RunOutcome.APPLIED, sending=Sending.BY_STATEMENT)
    result = judge("RES001", _sent_either_way(build, _FAILED, applied))
    assert result.outcome is Outcome.FAILED
    (found,) = result.findings
    assert found.message.endswith(
        "; Prisma 7.4 and newer send it statement by statement, and apply it; the project's version is not known"
    )


def test_what_only_fails_statement_by_statement_is_found_where_the_version_is_not_known(
    build: Build, judge: Judge
) -> None:
    error = RunError(sqlstate="25P01", message="LOCK TABLE can only be used in transaction blocks", statement=2)
    failed = replace(_FAILED, error=error, sending=Sending.BY_STATEMENT)
    result = judge("RES001", _sent_either_way(build, replace(_FAILED, outcome=RunOutcome.APPLIED, error=None), failed))
    (found,) = result.findings
    assert "LOCK TABLE can only be used in transaction blocks (SQLSTATE 25P01)" in found.message
    assert "what stands before the error stays" in found.message
    assert found.message.endswith("; older versions send the file whole, and apply it")


def test_a_resilient_migration_that_skips_for_ever_breaks_its_claim(build: Build, judge: Judge) -> None:
    gathered = project(build, {"1_key": (creates(KEY, guard(Exists(USER))),)}, {"1_key": ()})
    rehearsal = build.rehearsal(
        Schema(),
        MigrationRun(migration="1_key", position=1, outcome=RunOutcome.APPLIED, rerun=Rerun(outcome=RerunOutcome.SAME)),
    )
    claimed = Gathered(
        config=Config(resilient=("1_key",)),
        declared=gathered.declared,
        migrations=gathered.migrations,
        scripts=gathered.scripts,
        rehearsal=rehearsal,
        skips=gathered.skips,
    )
    (finding,) = judge("RES003", claimed).findings
    assert "skips 1 object that never comes into being" in finding.message


def test_a_transaction_that_is_left_open_blocks(build: Build, judge: Judge) -> None:
    run = MigrationRun(migration="1", position=1, outcome=RunOutcome.APPLIED, leaves_open=True)
    gathered = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=(build.migration("1"),),
        rehearsal=build.rehearsal(Schema(), run),
    )
    (finding,) = judge("RES007", gathered).findings
    assert finding.severity is Severity.BLOCK
    closed = replace(gathered, rehearsal=build.rehearsal(Schema(), replace(run, leaves_open=False)))
    assert judge("RES007", closed).outcome is Outcome.PASSED
    failed = MigrationRun(migration="2", position=2, outcome=RunOutcome.FAILED)
    stopped = replace(gathered, rehearsal=build.rehearsal(Schema(), replace(run, leaves_open=False), failed))
    assert judge("RES007", stopped).outcome is Outcome.SKIPPED
    assert "the connection after 1 of 2 files" in judge("RES007", stopped).why
    both = replace(gathered, rehearsal=build.rehearsal(Schema(), run, failed))
    assert judge("RES007", both).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("sqlstate", "message"),
    [
        ("42501", "permission denied to create role"),
        ("58P01", "extension postgis is not available"),
        ("0A000", "gen_salt() of pgcrypto is not imitated by pgready"),
        ("57014", "stopped by pgready: 300 s, the time limit of one migration, are over"),
    ],
)
def test_what_our_server_cannot_do_says_nothing_about_the_migration(
    build: Build, judge: Judge, sqlstate: str, message: str
) -> None:
    error = RunError(sqlstate=sqlstate, message=message)
    run = MigrationRun(migration="1", position=1, outcome=RunOutcome.FAILED, error=error)
    gathered = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=(build.migration("1"),),
        rehearsal=build.rehearsal(Schema(), run),
    )
    result = judge("RES001", gathered)
    assert (result.outcome, result.given) == (Outcome.SKIPPED, True)
    assert message in result.why


def test_a_key_that_is_there_under_another_name_is_not_missing(build: Build, judge: Judge) -> None:
    gathered = project(build, {"1": (creates(KEY, guard(Exists(USER))),)}, {"1": ()})
    other = build.table("Post", keys=(build.key("Post", "userId", "User", name="old_name"),))
    there = build.rehearsal(Schema(tables=(other, build.table("User"))), build.run("1"))
    (finding,) = judge("RES002", replace(gathered, rehearsal=there)).findings
    assert finding.severity is Severity.WARN


def test_what_was_made_later_and_dropped_again_is_not_blamed_on_the_guard(build: Build, judge: Judge) -> None:
    gathered = project(
        build,
        {"1": (creates(KEY, guard(Exists(USER))),), "2": (creates(KEY, line=1),)},
        {"1": (), "2": (KEY,)},
    )
    assert gathered.rehearsal is not None
    dropped = MigrationRun(migration="3", position=3, outcome=RunOutcome.APPLIED, dropped=(KEY,))
    runs = (*gathered.rehearsal.runs, dropped)
    rehearsal = replace(gathered.rehearsal, runs=runs)
    skips = silent_skips((*gathered.migrations, build.migration("3", 3)), gathered.scripts, rehearsal)
    result = judge("RES002", replace(gathered, rehearsal=rehearsal, skips=skips))
    assert [skip.exists_at_end for skip in skips] == [False]
    assert result.findings == ()


def test_an_extension_that_the_rehearsal_itself_made_is_not_held_against_the_project(
    build: Build, judge: Judge
) -> None:
    error = RunError(sqlstate="42710", message='extension "moddatetime" already exists')
    run = MigrationRun(migration="1", position=1, outcome=RunOutcome.FAILED, error=error)

    def outcome(version_num: int) -> Outcome:
        rehearsal = replace(build.rehearsal(Schema(), run), server=replace(build.server, version_num=version_num))
        gathered = Gathered(config=Config(), declared=Schema(), migrations=(build.migration("1"),), rehearsal=rehearsal)
        return judge("RES001", gathered).outcome

    assert outcome(150018) is Outcome.SKIPPED
    assert outcome(180006) is Outcome.FAILED


def test_without_a_rehearsal_what_a_later_migration_makes_is_told_and_nothing_passes(
    build: Build, judge: Judge
) -> None:
    texts = {
        "1_key": "CREATE TABLE a (x int REFERENCES later (x)); DROP INDEX nothing;",
        "2_later": "CREATE TABLE later (x int PRIMARY KEY);",
        "3_nobody": "DROP TABLE IF EXISTS gone; INSERT INTO nobody VALUES (1);",
    }
    migrations = tuple(build.migration(name, at, sql) for at, (name, sql) in enumerate(texts.items(), 1))
    scripts = read_scripts(migrations)
    read = Gathered(config=Config(), declared=Schema(), migrations=migrations, scripts=scripts)
    result = judge("RES001", replace(read, history=replay_history(migrations, scripts)))
    assert (result.outcome, result.evidence) == (Outcome.FAILED, (Evidence.READ,))
    assert [(each.object, each.confidence, each.message.partition(": ")[2]) for each in result.findings] == [
        ("1_key", Confidence.HIGH, "it needs table later, which 2_later makes as number 2"),
        ("3_nobody", Confidence.MEDIUM, "it needs table nobody, which no migration makes"),
    ]
    fine = replay_history(migrations[1:2], scripts[1:2])
    assert judge("RES001", replace(read, history=fine)).outcome is Outcome.SKIPPED


def test_without_a_rehearsal_sql_that_the_grammar_does_not_accept_is_one_finding_with_its_place(
    judge: Judge,
) -> None:
    migrations = tuple(of_texts("CREATE TABLE a ();", "CREATE TABLE b ();\nALTER TABEL a DROP c;", "DROP TABLE a;"))
    scripts = read_scripts(migrations)
    evidence = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=migrations,
        scripts=scripts,
        rehearsal_skipped="it was not asked for",
    )
    [found] = judge("RES001", evidence).findings
    assert (found.object, found.severity, found.evidence) == ("m2", Severity.BLOCK, Evidence.READ)
    assert 'syntax error at or near "TABEL" (SQLSTATE 42601)' in found.message
    assert (found.location.line, found.location.column) == (2, 7) if found.location is not None else False


@pytest.mark.parametrize(
    "sql", ["DO $$ BEGIN IF now() > now() THEN EXECUTE 'SELCT 1'; END IF; END $$", f"SELECT '{'x' * (1 << 20)}'"]
)
def test_text_that_may_never_run_or_is_only_too_large_for_us_is_no_failure(sql: str, judge: Judge) -> None:
    migrations = tuple(of_texts(sql))
    scripts = read_scripts(migrations)
    assert scripts[0].unreadable is not None
    evidence = Gathered(config=Config(), declared=Schema(), migrations=migrations, scripts=scripts)
    assert judge("RES001", evidence).outcome is Outcome.SKIPPED


def test_no_guarded_creation_before_a_deploy_stopped_is_no_pass(build: Build, judge: Judge) -> None:
    failed = MigrationRun(migration="1", position=1, outcome=RunOutcome.FAILED)
    gathered = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=(build.migration("1"),),
        rehearsal=build.rehearsal(Schema(), failed),
    )
    assert judge("RES005", gathered).outcome is Outcome.SKIPPED
