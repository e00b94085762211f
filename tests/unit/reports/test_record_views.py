"""The sections of the report of record: every claim with its truth, and what nobody looked at named as such."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType

import pytest

from pgready.config import Config
from pgready.findings import CheckResult, Evidence, Finding, Outcome, Severity
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.schema import CutName, Index, Schema
from pgready.model.trace import MigrationRun, Rerun, RerunOutcome, RunError, RunOutcome
from pgready.reports import views
from pgready.reports.blocks import Block, Fold, Part, Span, Stack, State, Table
from pgready.reports.boxes import HEADINGS
from pgready.reports.judged import Claim, claim_row, seen_of, state_of
from pgready.verdict import AuditResult, Judgement, Verdict

_VIEWS = (
    "executive_summary",
    "resilience",
    "name_clashes",
    "data_and_locks",
    "drift",
    "compatibility",
    "checklist",
    "findings",
    "next_steps",
)


@pytest.fixture
def ready(audits: ModuleType, make_audit: Callable[..., AuditResult]) -> AuditResult:
    table = Schema(tables=(audits.table_named("a", (audits.key_named("a", "b", "a"),), ("b",)),))
    runs = (MigrationRun(migration="1_a", position=1, outcome=RunOutcome.APPLIED, rerun=_SAME),)
    audit = make_audit(Config(name="small", required_migrations=("1_a",)), table, runs=runs, made=table)
    assert audit.verdict is Verdict.READY
    return audit


_SAME = Rerun(outcome=RerunOutcome.SAME)


def _ref(kind: ObjectKind, name: str, table: str | None = None) -> ObjectRef:
    return ObjectRef(kind=kind, schema="public", table=table, name=name)


@pytest.fixture
def broken_claims(premium_audit: AuditResult) -> AuditResult:
    """Both claims of resilience are judged, and not true."""
    findings = tuple(
        Finding(rule="RES003", severity=Severity.BLOCK, evidence=Evidence.REHEARSED, object=name, message="m", fix="f")
        for name in premium_audit.resilient_migrations
    )
    failed = CheckResult(rule="RES003", outcome=Outcome.FAILED, why="2 findings; 2 of 2 same", findings=findings)
    return replace(premium_audit, checks=tuple(failed if it.rule == "RES003" else it for it in premium_audit.checks))


@pytest.fixture
def nothing(make_audit: Callable[..., AuditResult]) -> AuditResult:
    """No schema, no migration, no group, no rehearsal."""
    return make_audit(Config(), Schema())


@pytest.fixture
def stopped(ready: AuditResult) -> AuditResult:
    """A clean deploy that fails at its only migration."""
    assert ready.rehearsal is not None
    error = RunError(sqlstate="42P01", message='relation "x" does not exist')
    run = MigrationRun(migration="1_a", position=1, outcome=RunOutcome.FAILED, error=error)
    return replace(ready, rehearsal=replace(ready.rehearsal, runs=(run,), schema=Schema()))


def _tables(block: Block) -> Iterator[Table]:
    match block:
        case Table():
            yield block
        case Stack() | Fold() | Part():
            for each in block.body:
                yield from _tables(each)


def _row(audit: AuditResult, claim: str, view: str = "executive_summary") -> str:
    """The row of a claim, its cells with a bar between them."""
    rows = [row for table in _tables(getattr(views, view)(audit).block) for row in table.rows]
    (found,) = (row for row in rows if row[0][0].text.startswith(claim))
    return " | ".join("".join(span.text for span in cell) for cell in found)


@pytest.fixture(params=["premium_audit", "hostile_audit", "ready", "stopped", "nothing"])
def any_audit(request: pytest.FixtureRequest) -> AuditResult:
    found: AuditResult = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("name", _VIEWS)
def test_every_section_can_be_told_of_any_audit(name: str, any_audit: AuditResult) -> None:
    for audit in (any_audit, replace(any_audit, checks=())):
        assert len(str(getattr(views, name)(audit))) > 20


@pytest.mark.parametrize("name", _VIEWS)
def test_without_a_rehearsal_nothing_that_needs_one_is_said_to_be_so(name: str, nothing: AuditResult) -> None:
    text = str(getattr(views, name)(nothing))
    assert not any(claim in text for claim in ("✓ yes 0 of", "Every declared table is there ✓", "[x] A clean deploy"))


def test_the_claims_of_a_readiness_report_get_their_truth(
    premium_audit: AuditResult, broken_claims: AuditResult
) -> None:
    rows = [_row(premium_audit, claim) for claim in ("Every declared table", "Every declared foreign", "The features")]
    assert rows[0].startswith("Every declared table is made | no | 24 of 40 declared tables are there")
    assert rows[1].startswith("Every declared foreign key is made as declared | no | 12 of 26 declared foreign keys")
    assert "| no | 4 of 5 contracts hold" in rows[2]
    assert "| yes | 5 of 5 required migrations are on disk |" in _row(premium_audit, "Every critical migration")
    assert "| no | 2 of 2 claims not true |" in _row(broken_claims, "What is called resilient")
    skipped = _row(premium_audit, "No migration leaves anything out")
    assert "| no | 19 statements of 6 migrations skipped for good |" in skipped


def test_every_line_of_the_summary_names_its_rules_and_leads_to_a_section(premium_audit: AuditResult) -> None:
    (table,) = _tables(views.executive_summary(premium_audit).block)
    assert all(row[3][0].section for row in table.rows)
    told = ["".join(span.text for span in row[3]) for row in table.rows]
    assert [text for text in told if "0" not in text] == ["Drift"]  # the database, which nothing looked at


def test_what_a_clean_deploy_cannot_tell_is_not_checked_and_never_a_yes(premium_audit: AuditResult) -> None:
    for claim in (
        "Nothing that holds data",
        "The running version",
        "Nothing in use is locked",
        "No failed migration waits",
    ):
        assert "| not checked |" in _row(premium_audit, claim)


def test_the_causes_that_block_stand_above_the_table(premium_audit: AuditResult, ready: AuditResult) -> None:
    text = str(views.executive_summary(premium_audit))
    assert (
        text.index("5 causes block the deployment") < text.index("add_auth_models runs too late") < text.index("Claim")
    )
    assert "Nothing that was found blocks the deployment." in str(views.executive_summary(ready))


def test_a_warning_is_not_quite_and_a_claim_that_ran_in_part_is_not_a_yes(ready: AuditResult) -> None:
    warning = Finding(
        rule="INV007", severity=Severity.WARN, evidence=Evidence.REHEARSED, object="public.a.i", message="m", fix="f"
    )
    claim = Claim("Columns, indexes and enums", ("INV005", "INV007", "INV008"))
    failed = CheckResult(rule="INV007", outcome=Outcome.FAILED, why="1 finding", findings=(warning,))
    skipped = CheckResult(rule="INV007", outcome=Outcome.SKIPPED, why="no server")
    for check, mark in ((failed, "not quite"), (skipped, "partly checked")):
        checks = tuple(check if each.rule == "INV007" else each for each in ready.checks)
        assert claim_row(claim, replace(ready, checks=checks))[1][0].text == mark
    assert claim_row(claim, ready)[1][0].text == "yes"
    assert state_of(Claim("x", ("XYZ999",)), ready) is State.OPEN
    assert seen_of(Claim("x", ()), ready) == "this check does not exist in this audit"


def test_a_share_is_told_without_the_number_of_findings(premium_audit: AuditResult) -> None:
    assert seen_of(Claim("x", ("INV001",)), premium_audit).startswith("24 of 40 ")
    assert seen_of(Claim("x", ("RES002",)), premium_audit).startswith("14 findings; ")


def test_promised_migrations_are_told_with_what_was_seen_of_them(broken_claims: AuditResult) -> None:
    lines = str(views.resilience(broken_claims)).splitlines()
    promised = next(text for text in lines if "20251225050000_add_user" in text)
    assert "✓ there" in promised
    assert "✗ 5 objects for good" in promised
    assert promised.endswith("✗ claimed, not true")
    assert next(text for text in lines if " add_auth_models " in text).endswith("not claimed")
    assert any(text.startswith("Of 11 other migrations, of which nothing is promised") for text in lines)


def test_a_promise_about_a_migration_that_is_not_there_is_told(ready: AuditResult) -> None:
    audit = replace(ready, required_migrations=("0_gone",), resilient_migrations=("1_a",))
    text = str(views.resilience(audit))
    assert "✗ missing" in next(line for line in text.splitlines() if "0_gone" in line)
    # The fixture's configuration claims nothing, so its check did not run and proves nothing.
    assert "? claimed, not proved" in next(line for line in text.splitlines() if "1_a" in line)
    assert "Nothing is promised" in str(views.resilience(replace(ready, required_migrations=())))


def test_a_claim_of_resilience_that_was_proved_is_called_true(ready: AuditResult) -> None:
    passed = CheckResult(rule="RES003", outcome=Outcome.PASSED, why="1 of 1")
    checks = (*(check for check in ready.checks if check.rule != "RES003"), passed)
    text = str(views.resilience(replace(ready, checks=checks, resilient_migrations=("1_a",))))
    assert "✓ claimed, and true" in text
    assert "No other migration was run a second time." in text


def test_names_that_are_cut_folded_or_reserved_are_counted(audits: ModuleType, ready: AuditResult) -> None:
    long = "x" * 63
    cut = CutName(object=_ref(ObjectKind.TABLE, long), written=long + "yz")
    declared = Schema(tables=(audits.table_named("Order"), audits.table_named(long)), cut_names=(cut,))
    text = str(views.name_clashes(replace(ready, declared=declared)))
    assert "1 name is longer than the 63 bytes that PostgreSQL keeps, and cut" in text
    assert "1 name is a reserved word of SQL: public.Order" in text
    assert "✓ No clash" in text
    assert "Every name is plain" in str(views.name_clashes(ready))


def test_a_clash_of_names_is_shown_with_its_place_and_a_skipped_check_as_not_known(ready: AuditResult) -> None:
    clash = Finding(
        rule="INV004",
        severity=Severity.BLOCK,
        evidence=Evidence.READ,
        object="public.a",
        message="table `a` and index `a` have one name",
        fix="rename",
    )
    failed = CheckResult(rule="INV004", outcome=Outcome.FAILED, why="1 finding", findings=(clash,))
    rest = tuple(check for check in ready.checks if check.rule != "INV004")
    assert "✗ block" in str(views.name_clashes(replace(ready, checks=(*rest, failed))))
    assert "? Not known" in str(views.name_clashes(replace(ready, checks=rest)))


def test_loss_and_locks_say_for_what_they_were_judged(premium_audit: AuditResult, ready: AuditResult) -> None:
    text = str(views.data_and_locks(premium_audit))
    assert "? Judged for an empty database" in text
    assert "? Not checked: DES001-DES010, LCK001-LCK008" in text
    since = Deployment(kind=DeploymentKind.SINCE, migrations=frozenset({"1_a"}), base="main")
    checks = tuple(
        replace(check, outcome=Outcome.PASSED, why="1 migration") if check.rule.startswith(("DES", "LCK")) else check
        for check in ready.checks
    )
    judged = replace(ready, deployment=since, checks=checks)
    assert "Judged for 1 migration that the deployment runs" in str(views.data_and_locks(judged))
    assert "| yes | 1 migration |" in _row(judged, "No table is emptied", "data_and_locks")


def test_what_the_history_drops_is_named(ready: AuditResult) -> None:
    assert ready.rehearsal is not None
    gone = (_ref(ObjectKind.COLUMN, "old", "a"), _ref(ObjectKind.INDEX, "i", "a"))
    runs = tuple(replace(run, dropped=gone) for run in ready.rehearsal.runs)
    text = str(views.data_and_locks(replace(ready, rehearsal=replace(ready.rehearsal, runs=runs))))
    assert "drop 1 table, column or schema: public.a.old." in text
    assert "✓ Nothing that holds rows is dropped" in str(views.data_and_locks(ready))


def test_every_pair_of_states_is_named_also_those_that_nobody_looked_at(
    premium_audit: AuditResult, ready: AuditResult, stopped: AuditResult, nothing: AuditResult
) -> None:
    for audit, word in ((premium_audit, "✗ no"), (ready, "✓ yes"), (nothing, "? not looked at")):
        lines = str(views.drift(audit)).splitlines()
        assert word in next(text for text in lines if text.startswith("schema and migrations"))
        assert sum("? not looked at" in text and "no live database" in text for text in lines) == 3
    assert "did not run to its end" in str(views.drift(stopped))


def test_the_target_is_not_known_and_what_was_imitated_is_said(
    make_audit: Callable[..., AuditResult], premium_audit: AuditResult
) -> None:
    text = str(views.compatibility(premium_audit))
    assert "rehearsed on 18.6" in text
    assert "The target: ? not known" in text or "? not known: no live database was looked at" in text
    shimmed = make_audit(Config(), Schema(extensions=("postgis",)), made=Schema(), shims=("postgis",))
    assert "postgis; ! imitated in the rehearsal: postgis" in str(views.compatibility(shimmed))


def test_unusual_features_are_counted(audits: ModuleType, ready: AuditResult) -> None:
    assert ready.rehearsal is not None
    table = replace(
        audits.table_named("a"),
        indexes=(Index(name="i", columns=("x",), method="gin"), Index(name="j", columns=("x",), where="x > 0")),
    )
    made = replace(ready, rehearsal=replace(ready.rehearsal, schema=Schema(tables=(table,))))
    assert "1 partial index, 1 index by gin." in str(views.compatibility(made))
    assert "nothing but tables, columns and B-tree indexes" in str(views.compatibility(ready))


def test_every_rule_is_behind_exactly_one_box() -> None:
    rules = [rule for heading in HEADINGS for box in heading.boxes for rule in box.rules]
    assert len(rules) == len(set(rules))


def test_a_heading_is_as_bad_as_its_worst_box(premium_audit: AuditResult, ready: AuditResult) -> None:
    text = str(views.checklist(premium_audit))
    assert "▸ ✗ 4 of 7 All models are in the schema, and in the database" in text
    assert "▸ ! " in text
    assert "▸ ? 0 of 6 Data is safe, and the application goes on" in text
    assert "▸ ! 5 of 7 All models" in str(views.checklist(ready))  # a foreign key without an index, say
    assert "▸ ✗" not in str(views.checklist(ready))


def test_the_database_is_compared_as_the_version_of_prisma_wants_it(ready: AuditResult) -> None:
    def text(version: str | None) -> str:
        return str(views.checklist(replace(ready, project=replace(ready.project, prisma_version=version))))

    assert "--from-schema-datasource prisma/schema.prisma --to-schema-datamodel" in text("6.19.0")
    assert "migrate diff --from-config-datasource --to-schema prisma/schema.prisma" in text("^7.1.0")
    assert "migrate diff" not in text(None)


def test_few_findings_are_told_once_with_their_evidence(premium_audit: AuditResult) -> None:
    text = str(views.findings(premium_audit))
    assert text.count("crosses from Social to Other") == 1
    assert "ISO001, read" in text
    assert "Resolution" in text
    assert "Why" in text


def test_next_steps_begin_with_what_blocks_and_end_with_the_deployment(
    premium_audit: AuditResult, ready: AuditResult
) -> None:
    text = str(views.next_steps(premium_audit))
    steps = (
        "Resolve 5 causes that block",
        "that did not run: see",
        "Audit the same deployment again",
        "Deploy, step by step",
    )
    assert sorted(steps, key=text.index) == list(steps)
    assert "pgready audit" in text
    quiet = str(views.next_steps(ready))
    assert quiet.startswith("✓ READY")
    assert "again" not in quiet
    unknown = replace(ready, judgement=Judgement(verdict=Verdict.INCONCLUSIVE, reason="r"))
    assert "? INCONCLUSIVE r" in str(views.next_steps(unknown))


def test_a_way_to_a_section_is_text_in_jupyterlab_and_in_a_terminal(premium_audit: AuditResult) -> None:
    data = views.next_steps(premium_audit)._repr_mimebundle_()
    assert "<a " not in data["text/html"]
    assert "What was not checked" in data["text/plain"]
    assert Span(text="x", section="y") != Span(text="x")
