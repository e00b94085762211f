"""No claim is a yes, and no command is given, for what nobody looked at."""

import shlex
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest

from pgready.config import Config
from pgready.findings import Evidence, Finding, Outcome, Severity
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.effects import Action
from pgready.model.history import Certainty
from pgready.model.kept_rows import RowsRehearsal, Unseeded
from pgready.model.lives import Deed, Life
from pgready.model.location import Location
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.schema import Schema
from pgready.model.trace import MigrationRun, RunError, RunOutcome
from pgready.reports import views
from pgready.reports.again import audit_again, schema_folder
from pgready.reports.blocks import Line, State
from pgready.reports.boxes import HEADINGS
from pgready.reports.judged import Claim, claim_row, idle_of, mark_of, seen_of, state_of
from pgready.reports.unjudged import chosen_rows, dropped_holders, dropped_objects
from pgready.verdict import AuditResult, Judgement, Verdict

_USER = ObjectRef(kind=ObjectKind.TABLE, schema="public", name="User")
_NAME = ObjectRef(kind=ObjectKind.COLUMN, schema="public", table="User", name="name")


@pytest.fixture
def since(audits: ModuleType, make_audit: Callable[..., AuditResult]) -> AuditResult:
    """One of two migrations is new; every check of it passed."""
    table = Schema(tables=(audits.table_named("User"),))
    runs = tuple(
        MigrationRun(migration=name, position=place, outcome=RunOutcome.APPLIED)
        for place, name in ((1, "1_old"), (2, "2_new"))
    )
    audit = make_audit(Config(), table, runs=runs, made=table)
    checks = tuple(
        replace(check, outcome=Outcome.PASSED, why="2 migrations", findings=())
        if check.rule.startswith(("DES", "LCK", "CMP"))
        else check
        for check in audit.checks
    )
    deployment = Deployment(kind=DeploymentKind.SINCE, migrations=frozenset({"2_new"}), base="main")
    return replace(audit, checks=checks, deployment=deployment)


def _with(audit: AuditResult, rule: str, **changes: object) -> AuditResult:
    return replace(
        audit,
        checks=tuple(replace(check, **changes) if check.rule == rule else check for check in audit.checks),  # type: ignore[arg-type]  # any field
    )


def _found(audit: AuditResult, rule: str, *, suppressed: str | None = None) -> AuditResult:
    finding = Finding(
        rule=rule,
        severity=Severity.BLOCK,
        evidence=Evidence.READ,
        object="public.User.name",
        message="m",
        fix="f",
        suppressed=suppressed,
    )
    return _with(audit, rule, outcome=Outcome.FAILED, why="1 finding; 2 migrations", findings=(finding,))


def _stopped(audit: AuditResult, *, applied: int = 1) -> AuditResult:
    assert audit.rehearsal is not None
    error = RunError(sqlstate="42P01", message="m")
    runs = tuple(
        replace(run, outcome=RunOutcome.APPLIED if place < applied else RunOutcome.FAILED, error=error)
        for place, run in enumerate(audit.rehearsal.runs)
    )
    return replace(audit, rehearsal=replace(audit.rehearsal, runs=runs))


def _life(kind: ObjectKind, name: str, *deeds: tuple[str, Action, str | None]) -> Life:
    ref = ObjectRef(kind=kind, schema="public", name=name)
    done = tuple(
        Deed(
            migration=migration,
            position=int(migration[0]),
            location=Location(f"m/{migration}/migration.sql", 1, place),
            action=action,
            object=ref,
            detail=detail,
        )
        for place, (migration, action, detail) in enumerate(deeds, start=1)
    )
    return Life(object=ref, names=(str(ref),), deeds=done)


def _text(line: Line) -> str:
    return "".join(span.text for span in line)


def _told(name: str, audit: AuditResult, start: str) -> str:
    """The one line of a section that begins so."""
    (found,) = (text for text in str(getattr(views, name)(audit)).splitlines() if text.strip().startswith(start))
    return found


@pytest.mark.parametrize("rule", ["DES001", "DES002", "DES005", "DES006", "DES007", "CMP003"])
@pytest.mark.parametrize("view", ["executive_summary", "compatibility"])
def test_the_running_version_is_not_safe_while_what_it_uses_goes_away(since: AuditResult, view: str, rule: str) -> None:
    assert "✓ yes" in _told(view, since, "The running version keeps")
    assert "✗ no" in _told(view, _found(since, rule), "The running version keeps")


@pytest.mark.parametrize("view", ["executive_summary", "compatibility", "data_and_locks", "checklist"])
def test_what_was_accepted_is_never_a_yes_and_says_so(since: AuditResult, view: str) -> None:
    text = str(getattr(views, view)(_found(since, "DES002", suppressed="we know")))
    rows = [
        line for line in text.splitlines() if ("accepted" in line and "DES002" in line) or "keeps its tables" in line
    ]
    assert rows
    assert all("accepted" in row and "✓ yes" not in row and "[x]" not in row for row in rows)


def test_accepted_beside_open_findings_is_counted(since: AuditResult) -> None:
    both = _found(_found(since, "DES002", suppressed="we know"), "DES001")
    claim = Claim("x", ("DES001", "DES002"))
    assert _text(mark_of(claim, both)) == "no"
    assert _text(mark_of(claim, _found(since, "DES001", suppressed="r"))) == "not quite: accepted"
    assert seen_of(claim, both) == "1 finding; 2 migrations; 1 finding; 2 migrations (accepted)"


def test_a_check_that_found_something_and_could_not_see_the_rest_is_crossed(since: AuditResult) -> None:
    partly = _with(_found(since, "DES001"), "DES001", outcome=Outcome.SKIPPED, why="2 places were not read")
    assert state_of(Claim("x", ("DES001",)), partly) is State.CROSSED


def test_beside_a_finding_the_rules_that_did_not_run_are_named(since: AuditResult) -> None:
    audit = _with(_found(since, "DES001"), "DES002", outcome=Outcome.SKIPPED, why="no")
    assert seen_of(Claim("x", ("DES001", "DES002")), audit).endswith("DES002 did not run, or not on everything")


def test_a_full_share_does_not_hide_the_findings(since: AuditResult) -> None:
    for why, told in (
        ("1 finding; 1 of 1 keys are there", "1 finding; 1 of 1 keys"),
        ("1 finding; 1 of 2 keys", "1 of 2"),
    ):
        audit = _with(_found(since, "DES001"), "DES001", why=why)
        assert seen_of(Claim("x", ("DES001",)), audit).startswith(told)


def test_what_only_a_rehearsal_knows_is_not_known_after_it_stopped(since: AuditResult) -> None:
    claim = Claim("x", ("RES007",))
    passed = _with(since, "RES007", outcome=Outcome.PASSED, why="2 files", evidence=(Evidence.REHEARSED,))
    assert state_of(claim, passed) is State.TICKED
    assert state_of(claim, _stopped(passed)) is State.OPEN
    assert _text(mark_of(claim, _stopped(passed))) == "partly checked"
    assert _text(mark_of(claim, _stopped(passed, applied=0))) == "not checked"
    assert "as far as it came: 2 files" in idle_of(claim, _stopped(passed))[0].why


def test_no_migration_ran_to_its_end_when_none_was_tried(since: AuditResult) -> None:
    audit = _with(since, "RES001", outcome=Outcome.SKIPPED, why="it needs an extension")
    assert "? not checked" in _told("executive_summary", audit, "Every migration runs to its end")


def test_tables_that_stayed_empty_say_nothing_of_rows(since: AuditResult) -> None:
    assert since.rehearsal is not None
    rows = RowsRehearsal(seeded=1, unseeded=(Unseeded(table=_USER, why="w"),))
    audit = replace(since, rehearsal=replace(since.rehearsal, rows=rows))
    row = claim_row(Claim("x", ("DES008", "DES009")), audit)
    assert "1 of 2 tables stayed empty" in _text(row[2])
    assert state_of(Claim("x", ("DES008",)), audit) is State.OPEN
    assert state_of(Claim("x", ("DES001",)), audit) is State.TICKED


def test_rows_that_a_condition_chooses_are_named_and_no_heading_is_whole(since: AuditResult) -> None:
    life = _life(ObjectKind.TABLE, "User", ("1_old", Action.CREATES, None), ("2_new", Action.WRITES, "DELETE WHERE"))
    audit = replace(since, lives=(life,))
    for view in ("executive_summary", "data_and_locks", "compatibility"):
        row = _told(view, audit, "Rows are deleted or overwritten only")
        assert "? not known" in row
        assert "DELETE WHERE public.User (m/2_new/migration.sql:1:2)" in row
        assert "Rows are deleted or" not in str(getattr(views, view)(since))
    text = str(views.checklist(audit))
    assert "[ ] What is deleted or overwritten are the right rows" in text
    assert "▸ ✓" in next(line for line in str(views.checklist(since)).splitlines() if "Data is safe" in line)
    assert "▸ ? 6 of 7" in next(line for line in text.splitlines() if "Data is safe" in line)


def test_rows_of_new_tables_of_old_migrations_and_of_a_clean_deploy_are_nobodys(since: AuditResult) -> None:
    new = _life(ObjectKind.TABLE, "New", ("2_new", Action.CREATES, None), ("2_new", Action.WRITES, "UPDATE"))
    old = _life(ObjectKind.TABLE, "Old", ("1_old", Action.WRITES, "UPDATE WHERE"), ("2_new", Action.WRITES, "INSERT"))
    skipped = _life(ObjectKind.TABLE, "Skipped", ("2_new", Action.WRITES, "UPDATE WHERE"))
    left_out = tuple(replace(deed, certainty=Certainty.SKIPPED) for deed in skipped.deeds)
    assert chosen_rows(replace(since, lives=(new, old, replace(skipped, deeds=left_out)))) == ()
    assert len(chosen_rows(replace(since, lives=(skipped,)))) == 1
    assert chosen_rows(replace(since, lives=(skipped,), deployment=Deployment())) == ()


def test_a_view_that_is_dropped_is_for_people_to_ask_about(since: AuditResult) -> None:
    life = _life(ObjectKind.VIEW, "v", ("1_old", Action.CREATES, None), ("2_new", Action.DROPS, None))
    audit = replace(since, lives=(life,))
    assert [str(deed.object) for deed in dropped_objects(audit)] == ["public.v"]
    assert "? not known" in _told("compatibility", audit, "Nobody uses the views")
    assert "[ ] Nobody uses the views" in str(views.checklist(audit))


def test_nothing_is_dropped_by_all_is_said_only_when_all_ran(since: AuditResult) -> None:
    assert "✓ Nothing that holds rows is dropped" in str(views.data_and_locks(since))
    for applied, told in ((1, "only 1 of 2 ran"), (0, "only 0 of 2 ran")):
        text = str(views.data_and_locks(_stopped(since, applied=applied)))
        assert "✓ Nothing" not in text
        assert told in text


def test_a_new_name_is_no_loss_and_a_column_goes_with_its_table_or_view() -> None:
    person = replace(_USER, name="Person")
    run = MigrationRun(
        migration="2_new", position=2, outcome=RunOutcome.APPLIED, made=(person,), dropped=(_NAME, _USER)
    )
    deed = Deed(
        migration="2_new",
        position=2,
        location=Location("f"),
        action=Action.RENAMES,
        object=_USER,
        new_name="Person",
    )
    life = Life(object=person, names=(), deeds=(deed,))
    assert dropped_holders(run, (life,)) == ()
    assert dropped_holders(run, ()) == (_USER,)
    assert dropped_holders(replace(run, made=()), (life,)) == (_USER,)
    view = (replace(_NAME, table="v"), ObjectRef(kind=ObjectKind.VIEW, schema="public", name="v"))
    assert dropped_holders(replace(run, dropped=view), ()) == ()
    assert dropped_holders(replace(run, dropped=(_NAME,)), ()) == (_NAME,)


def test_the_rest_of_the_history_is_quiet_only_after_a_whole_clean_deploy(since: AuditResult) -> None:
    quiet = "No rule on rows, locks"
    clean = replace(since, deployment=Deployment())
    assert quiet in str(views.data_and_locks(clean))
    for audit in (since, _stopped(clean), replace(clean, opaque=("x",)), replace(clean, rehearsal=None)):
        assert quiet not in str(views.data_and_locks(audit))


def test_a_deployment_of_nothing_was_judged_for_nothing(since: AuditResult) -> None:
    empty = replace(since, deployment=replace(since.deployment, migrations=frozenset()))
    assert "? Nothing to judge: the deployment runs no migration" in str(views.data_and_locks(empty))
    edited = replace(since, deployment=replace(since.deployment, unlike_base=("1_old",)))
    assert "? Not judged" in str(views.data_and_locks(edited))


def test_extensions_and_features_are_not_none_where_nothing_ran(since: AuditResult) -> None:
    life = _life(ObjectKind.EXTENSION, "postgis", ("1_old", Action.CREATES, None))
    for audit in (replace(since, rehearsal=None), _stopped(since)):
        text = str(views.compatibility(audit))
        assert "Extensions: ? not known" in text
        assert "Features: ? not known" in text
        assert "Extensions: postgis: the target must have it; whether" in str(
            views.compatibility(replace(audit, lives=(life,)))
        )
    assert "Extensions: none is needed." in str(views.compatibility(since))


def test_functions_triggers_policies_and_row_level_security_are_features(since: AuditResult) -> None:
    assert since.rehearsal is not None
    made = tuple(
        ObjectRef(kind=kind, schema="public", table="User", name="x")
        for kind in (ObjectKind.FUNCTION, ObjectKind.TRIGGER, ObjectKind.POLICY, ObjectKind.MATERIALIZED_VIEW)
    )
    first, last = since.rehearsal.runs
    runs = (replace(first, made=made), replace(last, dropped=made[:1]))
    life = _life(ObjectKind.TABLE, "User", ("1_old", Action.ALTERS, "ENABLE ROW LEVEL SECURITY"))
    audit = replace(since, rehearsal=replace(since.rehearsal, runs=runs), lives=(life,))
    told = _told("compatibility", audit, "Features")
    assert told.endswith("1 materialized view, 1 trigger, 1 policy, 1 table with row level security.")


def test_the_states_agree_only_when_everything_was_compared(since: AuditResult) -> None:
    first = "schema and migrations"
    assert "✓ yes" in _told("drift", since, first)
    assert "? not known" in _told("drift", _with(since, "INV005", outcome=Outcome.SKIPPED, why="w"), first)
    assert "? not known" in _told("drift", _stopped(since), first)
    assert "! not quite: accepted" in _told("drift", _found(since, "INV005", suppressed="r"), first)


def test_the_next_audit_is_one_of_the_same_deployment(since: AuditResult) -> None:
    assert audit_again(since) == "pgready audit --since main"
    assert audit_again(replace(since, deployment=Deployment())) == "pgready audit"
    project = replace(
        since.project, config_file="ci/pgready.toml", schema_files=("db/a.prisma",), migrations_directory="db/m"
    )
    command = audit_again(replace(since, project=project))
    assert command == "pgready audit --since main --config ci/pgready.toml --schema db/a.prisma --migrations db/m"
    assert since.rehearsal is not None
    thorough = replace(since.rehearsal, rows=RowsRehearsal())
    assert audit_again(replace(since, deployment=Deployment(), rehearsal=thorough)) == "pgready audit --thorough"


@pytest.mark.parametrize(
    "base",
    [
        "main; rm -rf .",
        "$(id)",
        "a`id`",
        "-x",
        "~root",
        "a b",
        "a\nb",
        "a'b",
        "ma\N{CYRILLIC SMALL LETTER I}n",
        "",
        None,
    ],
)
def test_what_a_shell_might_read_is_not_pasted(since: AuditResult, base: str | None) -> None:
    audit = replace(since, deployment=replace(since.deployment, base=base))
    broken = replace(audit, judgement=Judgement(verdict=Verdict.NOT_READY, reason="r"))
    text = str(views.next_steps(broken))
    assert audit_again(audit) is None
    assert "pgready audit" not in text
    assert "give the options that this audit was given" in text


def test_a_revision_with_its_usual_signs_is_pasted(since: AuditResult) -> None:
    for base in ("HEAD~3", "origin/main", "v1.2.0", "main@{u}"):
        command = audit_again(replace(since, deployment=replace(since.deployment, base=base)))
        assert command is None or shlex.split(command)[-1] == base
        assert (command is None) == ("{" in base)


def test_a_schema_of_several_files_is_named_by_its_folder(since: AuditResult) -> None:
    def of(*files: str) -> AuditResult:
        return replace(since, project=replace(since.project, schema_files=files))

    assert schema_folder(of("prisma/schema/a.prisma", "prisma/schema/b.prisma")) == "prisma/schema"
    rally = of("prisma/models/a.prisma", "prisma/schema.prisma")
    text = str(views.checklist(rally))
    assert "migrate deploy --schema prisma\n" in text
    assert "--from-schema-datasource prisma --to-schema-datamodel prisma " in text
    assert "--schema PATH" in str(views.checklist(of("a;b/x.prisma", "a;b/y.prisma")))
    many = of(*(f"db/{number}.prisma" for number in range(9)))
    assert audit_again(many) == "pgready audit --since main --schema db --migrations prisma/migrations"
    assert audit_again(of("a.prisma", *(f"db/{number}.prisma" for number in range(9)))) is None


def test_required_checks_that_did_not_run_come_first_with_their_reason(since: AuditResult) -> None:
    why = "1_old of main was edited"
    edited = replace(since, deployment=replace(since.deployment, unlike_base=("1_old",)))
    for rule in ("DES001", "LCK001"):
        edited = _with(edited, rule, outcome=Outcome.SKIPPED, why=why, given=True)
    unknown = Judgement(verdict=Verdict.INCONCLUSIVE, reason="r")
    text = str(views.next_steps(replace(edited, judgement=unknown)))
    assert f"Let 2 required checks run (DES001, LCK001), which did not: {why}. Restore the file" in text
    assert text.index("required checks run") < text.index("other checks that did not run")
    assert "2 of them required" in str(views.executive_summary(replace(edited, judgement=unknown)))
    opaque = str(views.next_steps(replace(since, judgement=unknown, opaque=("m/1_old/migration.sql:3:4",))))
    assert "Write 1 place so that it can be read" in opaque
    off = _with(replace(since, rehearsal=None), "RES001", outcome=Outcome.SKIPPED, why="switched off")
    assert "Audit with a rehearsal: without --no-rehearse" in str(views.next_steps(replace(off, judgement=unknown)))


def test_what_waits_for_the_deploy_is_one_step_behind_it(since: AuditResult) -> None:
    stopped = _stopped(since, applied=0)
    for rule in ("INV001", "RES001", "RES002"):
        stopped = _with(stopped, rule, outcome=Outcome.SKIPPED, why=f"why {rule}", given=True)
    others = {"INV003", "INV004", "INV009"}
    text = str(views.next_steps(replace(stopped, judgement=Judgement(verdict=Verdict.INCONCLUSIVE, reason="r"))))
    assert text.index("(RES001), which did not: why RES001. Give the rehearsal a server") < text.index(
        "wait for a clean"
    )
    assert "why INV001" not in text
    assert not any(rule in text for rule in others)


def test_ready_says_what_was_found_all_the_same(since: AuditResult) -> None:
    ready = replace(since, judgement=Judgement(verdict=Verdict.READY, reason="r"))
    bare = replace(ready, checks=tuple(replace(check, findings=()) for check in ready.checks))
    assert "nothing that speaks against these steps" in str(views.checklist(bare))
    text = str(views.checklist(_found(bare, "DES002", suppressed="we know")))
    assert "nothing that blocks these steps. 1 finding, 1 of them accepted, under Potential issues" in text
    assert "speaks against" not in text
    steps = str(views.next_steps(_found(bare, "DES002", suppressed="we know")))
    assert "Know what is deployed with 1 finding, 1 of them accepted" in steps
    assert "Know what" not in str(views.next_steps(bare))


def test_a_box_says_what_the_rules_behind_it_know() -> None:
    texts = {box.rules: box.text for heading in HEADINGS for box in heading.boxes}
    assert texts["DES003", "DES004", "DES005"] == "No table is emptied, no type narrowed, no enum value removed"
    assert texts["DES008", "DES009"] == "On made-up rows every migration applies, and nothing else is lost"


def test_in_silence_left_out_is_also_what_a_name_hides(since: AuditResult) -> None:
    start = "No migration leaves anything out"
    row = _told("executive_summary", _found(since, "RES005"), start)
    assert "✗ no" in row
    assert "0 statements" not in row
