"""What the views of the rehearsal say: what was proved, what was not tried, and no advice without a proof."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pgready.figures.strip_rows import again_of
from pgready.findings import Severity
from pgready.model.crash_points import CrashPoint, Recovery, RecoveryTrial
from pgready.model.hidden_shapes import GuardedCreation, HiddenShape, ShapeDifference
from pgready.model.kept_rows import DataFailure, Loss, RowsRehearsal, Unseeded
from pgready.model.locks import LockMode
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import (
    MigrationRun,
    Move,
    Remedy,
    Rerun,
    RerunOutcome,
    RunError,
    RunOutcome,
    Sending,
    StatementTrace,
    TableLock,
    Trial,
)
from pgready.reports import views
from pgready.reports.blocks import Picture, Prose, Style
from pgready.reports.plain import plain_line
from pgready.reports.view import View
from pgready.reports.views.migrations import run_again
from pgready.verdict import AuditResult

TABLE = ObjectRef(kind=ObjectKind.TABLE, schema="public", name="Order")
OTHER = ObjectRef(kind=ObjectKind.TABLE, schema="shop", name="Item")
COLUMN = ObjectRef(kind=ObjectKind.COLUMN, schema="public", table="Order", name="note")
ALL, SHARE, ROWS = LockMode.ACCESS_EXCLUSIVE, LockMode.SHARE, LockMode.ROW_EXCLUSIVE
_RUN = MigrationRun(position=1, migration="m1", outcome=RunOutcome.APPLIED)
EVERY = (
    views.rehearsal_strip,
    views.second_runs,
    views.hidden_shapes,
    views.growth,
    views.tried,
    views.lock_statements,
    views.crash_points,
    views.made_up_rows,
    views.rehearsal_server,
    views.not_tried,
)


def changed(audit: AuditResult, change: Callable[[MigrationRun], MigrationRun], **more: object) -> AuditResult:
    """Its rehearsal with other runs, and with other fields."""
    assert audit.rehearsal is not None
    runs = tuple(map(change, audit.rehearsal.runs))
    return replace(audit, rehearsal=replace(audit.rehearsal, runs=runs, **more))  # type: ignore[arg-type]


def only(position: int, **fields: object) -> Callable[[MigrationRun], MigrationRun]:
    """Change one run."""
    return lambda run: replace(run, **fields) if run.position == position else run  # type: ignore[arg-type]


@pytest.mark.parametrize("view", EVERY)
def test_without_a_rehearsal_each_view_says_that_nothing_is_known(
    premium_audit: AuditResult, view: Callable[[AuditResult], View]
) -> None:
    alone = replace(premium_audit, rehearsal=None, rehearsal_skipped="there is no server")
    assert str(view(alone)) == "? Not known: there is no server."


@pytest.mark.parametrize("view", EVERY)
def test_hostile_names_go_through_every_view(hostile_audit: AuditResult, view: Callable[[AuditResult], View]) -> None:
    assert str(view(hostile_audit))


def test_the_pictures_answer_in_their_first_words(premium_audit: AuditResult) -> None:
    strip, growth = views.rehearsal_strip(premium_audit).block, views.growth(premium_audit).block
    assert isinstance(strip, Picture)
    assert isinstance(growth, Picture)
    assert strip.alt.startswith("Every migration, once and again. All 16 migrations are applied")
    assert "leave something out, in silence" in strip.alt
    assert growth.alt.startswith("What appeared when. A clean deploy makes 24 of 40 tables and 12 of 26 foreign keys.")


def test_what_changes_when_run_again_is_told_before_what_fails(premium_audit: AuditResult) -> None:
    error = RunError(sqlstate="42P07", message='relation "x" already exists')
    reruns = {
        1: Rerun(outcome=RerunOutcome.CHANGES, made=(COLUMN,), dropped=(TABLE,)),
        2: Rerun(outcome=RerunOutcome.CHANGES),
        3: Rerun(outcome=RerunOutcome.FAILED, error=error),
        4: Rerun(outcome=RerunOutcome.RECREATES, recreated=(OTHER,)),
    }
    same = Rerun(outcome=RerunOutcome.SAME)
    told = str(
        views.second_runs(changed(premium_audit, lambda run: replace(run, rerun=reruns.get(run.position, same))))
    )
    assert "made Order.note; dropped Order" in told
    assert "definitions or rows" in told
    assert "makes tables anew" in told
    assert told.index("changes something") < told.index("1 migration fails when run again") < told.index("42P07")


def test_no_second_run_is_not_a_pass(premium_audit: AuditResult) -> None:
    told = str(views.second_runs(changed(premium_audit, lambda run: replace(run, rerun=None))))
    assert told.startswith("? Not known: no migration was run a second time.")


def test_a_broken_claim_stands_beside_the_second_runs(premium_audit: AuditResult) -> None:
    claims = [finding for finding in premium_audit.findings if finding.rule == "RES003"]
    assert claims
    told = str(views.second_runs(premium_audit))
    assert all(finding.message in told for finding in claims)
    assert told.count("✗ RES003") == len(claims)  # it blocks
    calm = tuple(
        replace(it, findings=tuple(replace(f, severity=Severity.WARN) for f in it.findings))
        for it in premium_audit.checks
    )
    assert str(views.second_runs(replace(premium_audit, checks=calm))).count("! RES003") == len(claims)


def test_a_second_run_is_told_in_the_words_and_the_colour_of_the_picture() -> None:
    told = {"42P07": "is there already", "42703": "is gone already"}
    for state, words in told.items():
        error = RunError(sqlstate=state, message="m")
        run = replace(_RUN, rerun=Rerun(outcome=RerunOutcome.FAILED, error=error))
        assert plain_line(run_again(run)) == f"fails: {words} ({state})"
        assert {span.style for span in run_again(run)} <= {Style.MUTED, Style.CODE}
    odd = replace(_RUN, rerun=Rerun(outcome=RerunOutcome.FAILED, error=RunError(sqlstate="22P02", message="m")))
    assert plain_line(run_again(odd)) == "fails: 22P02"
    empty = replace(_RUN, rerun=Rerun(outcome=RerunOutcome.SAME, on_rows=False))
    assert plain_line(run_again(empty)) == again_of(empty).value == "changes nothing on empty tables"
    held = replace(_RUN, rerun=Rerun(outcome=RerunOutcome.RECREATES, recreated=(TABLE,)))
    assert plain_line(run_again(held)) == f"! {again_of(held).value}" == "! makes tables anew"


def test_a_repair_is_told_with_what_came_of_it(premium_audit: AuditResult) -> None:
    move = Remedy(moves=(Move(migration="late", new_name="2025_late", before="x"),))
    again = Remedy(repeats=("a", "b"))
    trials = (Trial(remedy=move, appeared=(TABLE,), applied=16), Trial(remedy=again, failed="a"))
    told = str(views.tried(changed(premium_audit, lambda run: run, trials=trials)))
    assert "rename late to 2025_late" in told
    assert "✓ works" in told
    assert "1 table appears" in told
    assert "run the text of a and b once more, in a new migration" in told
    assert "✗ does not" in told


def test_a_repair_that_makes_tables_shows_its_sql_only_if_it_worked(premium_audit: AuditResult) -> None:
    made = Remedy(makes=(OTHER,), repeats=("a",), sql="CREATE TABLE shop.item ();\n")
    works = changed(premium_audit, lambda run: run, trials=(Trial(remedy=made, appeared=(OTHER,)),))
    told = str(views.tried(works))
    assert "make shop.Item as declared, in a new migration and run the text of a once more" in told
    assert "▸ The SQL that makes shop.Item\n  CREATE TABLE shop.item ();" in told
    fails = changed(premium_audit, lambda run: run, trials=(Trial(remedy=made, failed="a"),))
    assert "CREATE TABLE" not in str(views.tried(fails))


def hidden(*differences: ShapeDifference) -> HiddenShape:
    creation = GuardedCreation(object=TABLE, guard=TABLE, form="IF NOT EXISTS", statement=1, line=7, column=1)
    return HiddenShape(creation=creation, found=("table public.Order",), differences=differences)


def test_what_if_not_exists_hides_is_told_part_by_part(premium_audit: AuditResult) -> None:
    parts = (
        ShapeDifference(kind="column", name="note", there="text", asked="citext"),
        ShapeDifference(kind="index", name="i", there=None, asked="btree (note)"),
        ShapeDifference(kind="column", name="old", there="integer", asked=None),
    )
    told = str(views.hidden_shapes(changed(premium_audit, only(2, hidden=(hidden(*parts),), hidden_compared=1))))
    assert "line 7" in told
    assert "table Order (IF NOT EXISTS)" in told
    assert "column note: text, asked for: citext" in told
    assert "index i: ✗ missing, asked for: btree (note)" in told
    assert "column old: integer, not asked for" in told


def test_nothing_hidden_is_a_pass_only_if_all_could_be_compared(premium_audit: AuditResult) -> None:
    calm = changed(premium_audit, only(2, hidden_compared=3))
    assert str(views.hidden_shapes(calm)).startswith("✓ None of them hides another shape: 3 guarded creations")
    unseen = changed(premium_audit, only(2, hidden_compared=3, hidden_skipped="it commits"))
    assert str(views.hidden_shapes(unseen)).startswith("? Not all could be compared")
    assert "Not compared with what IF NOT EXISTS asks for: 1 migration" in str(views.not_tried(unseen))


def test_no_guarded_creation_that_found_something_is_not_counted(premium_audit: AuditResult) -> None:
    told = str(views.hidden_shapes(changed(premium_audit, lambda run: replace(run, hidden_compared=0))))
    assert told == "No guarded creation found its name taken."


def test_a_text_that_can_be_enclosed_is_told_so(premium_audit: AuditResult) -> None:
    points = (stop(3, tried(Recovery.REST)),)
    told = str(views.crash_points(changed(premium_audit, only(2, crash_points=points, enclosable=True))))
    assert "With BEGIN; before and COMMIT; behind the text, a failure leaves nothing of 1 migration" in told
    none = str(views.crash_points(changed(premium_audit, only(2, crash_points=points, enclosable=False))))
    assert "BEGIN;" not in none


def statement(number: int, *locks: tuple[ObjectRef, LockMode], **more: tuple[ObjectRef, ...]) -> StatementTrace:
    held = tuple(TableLock(table=table, mode=mode) for table, mode in locks)
    return StatementTrace(statement=number, line=10 * number, locks=held, **more)  # type: ignore[arg-type]


def test_a_lock_is_told_where_it_is_taken_and_work_under_it_where_it_is_done(premium_audit: AuditResult) -> None:
    trace = (
        statement(1, (TABLE, ROWS)),
        statement(2, (TABLE, ALL)),
        statement(3, (TABLE, ALL)),
        statement(4, (TABLE, ALL), (OTHER, SHARE), rewrites=(TABLE,), scans=(OTHER,)),
    )
    told = str(views.lock_statements(changed(premium_audit, only(2, trace=trace))))
    assert [line for line in range(10, 41, 10) if f", line {line} " in told] == [20, 40]
    assert "ACCESS EXCLUSIVE: reads and writes wait" in told
    assert "shop.Item" in told
    assert "writes anew Order; reads shop.Item" in told


def test_of_many_statements_the_worst_are_told_in_their_order(premium_audit: AuditResult) -> None:
    trace = tuple(statement(number, (TABLE, SHARE if number % 2 else ROWS), (OTHER, ROWS)) for number in range(1, 201))
    worst = statement(201, (TABLE, ALL), rewrites=(TABLE,))
    told = str(views.lock_statements(changed(premium_audit, only(2, trace=(*trace, worst)))))
    assert "61 more in audit.json" in told
    assert told.startswith("▸ 101 statements that stop writes")
    assert told.count(", line ") == 40
    assert ", line 2010" in told.splitlines()[-2]
    assert ", line 50 " not in told


def test_no_trace_is_not_known_and_a_calm_one_is_told(premium_audit: AuditResult) -> None:
    assert "Not known: no migration was traced" in str(views.lock_statements(premium_audit))
    calm = changed(premium_audit, only(1, trace=(statement(1, (TABLE, ROWS)),)))
    assert "✓ None of the traced statements" in str(views.lock_statements(calm))


def tried(recovery: Recovery, *sql: str, works: bool = True, why: str | None = None) -> RecoveryTrial:
    return RecoveryTrial(recovery=recovery, works=works, sql=sql, why=why, sqlstate="42P07" if why else None)


def stop(line: int | None, *trials: RecoveryTrial, stays: tuple[ObjectRef, ...] = (TABLE,)) -> CrashPoint:
    return CrashPoint(statements=1, line=line, stays=stays, trials=trials)


def test_the_way_back_stands_with_its_commands_where_it_was_seen_to_work(premium_audit: AuditResult) -> None:
    refused = tried(Recovery.AGAIN, works=False, why="it exists")
    points = (
        stop(3, tried(Recovery.AGAIN)),
        stop(7, tried(Recovery.AGAIN)),
        stop(9, refused, tried(Recovery.REST, "SET search_path = shop;")),
        stop(12, refused, tried(Recovery.UNDO, 'DROP TABLE "Order"')),
        stop(15, refused, tried(Recovery.REST, works=False)),
    )
    told = str(views.crash_points(changed(premium_audit, only(2, crash_points=points))))
    name = "20251225045724_add_review_request_automation_tables"
    assert "lines 3, 7" in told
    assert "SET search_path = shop;\n  -- then, in the same session, the rest of migration.sql\n" in told
    assert f"npx prisma migrate resolve --applied {name}" in told
    undone = f'DROP TABLE "Order";\n  npx prisma migrate resolve --rolled-back {name}\n  npx prisma migrate deploy'
    assert undone in told
    assert "✗ none known: again: it exists 42P07; the rest: another end state" in told
    assert "stopped before line 15" not in told


def test_a_way_back_without_statements_of_its_own_is_told_once_for_all(premium_audit: AuditResult) -> None:
    points = (stop(3, tried(Recovery.REST)), stop(5, tried(Recovery.REST)))
    told = str(views.crash_points(changed(premium_audit, lambda run: replace(run, crash_points=points))))
    assert told.count("Run the rest by hand: run migration.sql by hand") == 1
    assert told.count("lines 3, 5") == 16
    assert "▸ The statements" not in told


def test_what_belongs_to_a_table_that_stays_is_not_named_beside_it(premium_audit: AuditResult) -> None:
    points = (stop(3, tried(Recovery.AGAIN), stays=(COLUMN, TABLE)),)
    assert "stays: Order  " in str(views.crash_points(changed(premium_audit, only(2, crash_points=points))))


def test_of_many_statements_by_hand_the_first_are_shown_and_the_rest_counted(premium_audit: AuditResult) -> None:
    points = tuple(stop(number, tried(Recovery.UNDO, f"DROP TABLE t{number}")) for number in range(1, 26))
    told = str(views.crash_points(changed(premium_audit, only(2, crash_points=points))))
    assert told.count("▸ The statements for") == 20
    assert told.endswith("… 5 more in audit.json")


def test_of_many_stops_those_without_a_way_back_are_in_the_open(premium_audit: AuditResult) -> None:
    points = (stop(3, tried(Recovery.REST)),)
    many = changed(premium_audit, lambda run: replace(run, crash_points=points))
    worst = changed(many, only(9, crash_points=(stop(7, tried(Recovery.AGAIN, works=False)),)))
    told = str(views.crash_points(worst))
    assert told.index("line 7") < told.index("▸ 15 migrations leave a part and have a way back") < told.index("line 3")


def test_what_leaves_nothing_is_one_sentence(premium_audit: AuditResult) -> None:
    told = str(views.crash_points(changed(premium_audit, only(2, crash_points=(stop(3, stays=()),)))))
    assert told.startswith("✓ 1 migration leaves nothing behind, wherever it was stopped")
    assert "|" not in told


def test_a_name_with_odd_characters_is_quoted_in_a_command(premium_audit: AuditResult) -> None:
    points = (stop(3, tried(Recovery.UNDO, "DROP TABLE t")),)
    odd = changed(premium_audit, only(2, migration="m'; rm -rf ~", crash_points=points))
    assert """--rolled-back 'm'"'"'; rm -rf ~'""" in str(views.crash_points(odd))


def test_not_stopped_is_not_a_pass(premium_audit: AuditResult) -> None:
    assert str(views.crash_points(premium_audit)) == "? Not tried: no migration was stopped midway."
    why = changed(premium_audit, lambda run: replace(run, crash_skipped="it leaves a transaction open"))
    assert str(views.crash_points(why)) == "? Not tried: it leaves a transaction open."


def test_what_may_come_from_made_up_rows_is_told_last_and_so(premium_audit: AuditResult) -> None:
    late = premium_audit.migrations[-1].name
    rows = RowsRehearsal(
        seeded=3,
        unseeded=(Unseeded(table=OTHER, why="a check"),),
        losses=(Loss(migration=late, object=COLUMN, there=3, left=1), Loss(migration=late, object=TABLE, there=3)),
        failures=(
            DataFailure(
                migration=late, sqlstate="22007", message="odd text", artefact="the texts are no dates", line=4
            ),
            DataFailure(migration=late, sqlstate="23502", message="null values", statement=2),
        ),
    )
    told = str(views.made_up_rows(changed(premium_audit, lambda run: run, rows=rows)))
    assert told.index("23502 null values") < told.index("22007 odd text")
    assert "! no: any row will do" in told
    assert f"{premium_audit.migrations[-1].file}:4" in told
    assert "2 of 3 values" in told
    assert "3 of 3 rows" in told
    assert "1 table stayed empty, 3 got rows" in told


def test_rows_that_nothing_happens_to_are_a_pass_only_if_the_deploy_came_to_its_end(premium_audit: AuditResult) -> None:
    whole = changed(premium_audit, lambda run: run, rows=RowsRehearsal(seeded=3))
    assert str(views.made_up_rows(whole)) == "✓ Nothing fails or is lost on rows in 3 tables."
    stopped = changed(premium_audit, lambda run: run, rows=RowsRehearsal(seeded=3, stopped="m2: no time left"))
    assert str(views.made_up_rows(stopped)).endswith("it stopped: m2: no time left.")
    assert str(views.made_up_rows(stopped)).startswith("? Nothing so far")


def test_the_server_is_named_with_what_it_imitates(premium_audit: AuditResult) -> None:
    told = str(views.rehearsal_server(changed(premium_audit, lambda run: run, shims=("pgcrypto",), stand_ins=(OTHER,))))
    assert "16 of 16 migrations" in told
    assert "Imitated extensions: pgcrypto" in told
    assert "Stand-ins: shop.Item" in told
    plain = str(views.rehearsal_server(premium_audit))
    assert "Stand-ins" not in plain
    assert "sent" not in plain
    mixed = changed(premium_audit, only(2, sending=Sending.BY_STATEMENT))
    assert "How the texts were sent: some whole, some statement by statement" in str(views.rehearsal_server(mixed))


def test_everything_that_was_not_tried_is_named_with_its_reason(premium_audit: AuditResult) -> None:
    reasons = {"rerun_skipped": "it commits", "trace_skipped": "it commits", "crash_skipped": "it cannot be told apart"}
    some = changed(premium_audit, only(3, **reasons), unanswered=2)
    told = str(views.not_tried(some))
    assert "Not run again: 1 migration, as it commits" in told
    assert "Not stopped midway: 1 migration, as it cannot be told apart" in told
    assert "Failures midway: not looked at in 15 migrations" in told
    assert "no migration ran on tables with rows" in told
    assert "2 questions about the declared structure had no answer" in told
    stopped = changed(premium_audit, only(16, outcome=RunOutcome.FAILED))
    assert "Not applied: 1 migration" in str(views.not_tried(stopped))


def test_a_rehearsal_without_a_migration_has_no_picture(premium_audit: AuditResult) -> None:
    assert premium_audit.rehearsal is not None
    empty = replace(premium_audit, rehearsal=replace(premium_audit.rehearsal, runs=()))
    assert isinstance(views.rehearsal_strip(empty).block, Prose)
    assert isinstance(views.growth(empty).block, Prose)


def test_many_failures_and_losses_on_rows_are_folded_behind_their_number(premium_audit: AuditResult) -> None:
    rows = RowsRehearsal(
        seeded=3,
        losses=tuple(Loss(migration="m", object=COLUMN, there=3, left=3, merged=2) for _ in range(13)),
        failures=tuple(
            DataFailure(migration="m", sqlstate="23502", message="null", artefact=None if number else "made up")
            for number in range(20)
        ),
    )
    told = str(views.made_up_rows(changed(premium_audit, lambda run: run, rows=rows)))
    assert "▸ 20 migrations not applied to rows, 1 of them perhaps because the rows are made up" in told
    assert "▸ 13 tables and columns lose rows or values" in told
    assert "2 values made equal" in told
