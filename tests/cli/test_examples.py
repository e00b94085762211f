"""The example that is broken on purpose and the repaired one, against their known answers."""

import json
from pathlib import Path
from typing import Any

import pytest

import pgready
from pgready.findings import Outcome, Severity
from pgready.model.names import ObjectKind
from pgready.model.trace import RerunOutcome, RunOutcome
from pgready.reports import views
from pgready.reports.document import decode
from pgready.verdict import AuditResult, Verdict

ROOT = Path(__file__).parents[2]
FACTS: dict[str, Any] = json.loads((ROOT / "tests" / "fixtures" / "premium_apps_facts.json").read_text())


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> AuditResult:
    return audited("premium-apps", tmp_path_factory)


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> AuditResult:
    return audited("premium-apps-fixed", tmp_path_factory)


def audited(name: str, tmp_path_factory: pytest.TempPathFactory) -> AuditResult:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        return pgready.audit(ROOT / "examples" / name)


def objects(result: AuditResult, rule: str) -> list[str]:
    return sorted(finding.object for finding in result.findings if finding.rule == rule)


def test_the_broken_example_is_not_ready(broken: AuditResult) -> None:
    assert broken.verdict is Verdict.NOT_READY
    assert {finding.rule for finding in broken.blocking} == {"INV001", "INV006", "ISO001", "RES002", "RES003"}
    whys = {check.rule: check.why for check in broken.checks}
    assert "24 of 40 declared tables" in whys["INV001"]
    assert "12 of 26 declared foreign keys" in whys["INV006"]
    assert whys["RES001"].startswith("16 of 16 migrations applied")


def test_the_missing_tables_and_keys_are_the_known_ones(broken: AuditResult) -> None:
    facts = FACTS["premium-apps"]
    assert objects(broken, "INV001") == sorted(f"public.{table}" for table in facts["missing_tables"])
    declared = {key.qualified_name: key for key in broken.declared.foreign_keys()}
    missing = {(declared[name].table.name, declared[name].columns) for name in objects(broken, "INV006")}
    assert missing == {(key["table"], tuple(key["columns"])) for key in facts["missing_keys"]}
    assert len(missing) == 14


def test_every_missing_object_has_its_cause(broken: AuditResult) -> None:
    findings = {finding.object: finding for finding in broken.findings if finding.rule in ("INV001", "INV006")}
    late = "the guard on table User was false when 20251225045724_add_review_request_automation_tables ran as number 2"
    assert late in findings["public.UsageCounter.UsageCounter_userId_fkey"].message
    assert "add_auth_models makes User as number 11" in findings["public.UsageCounter.UsageCounter_userId_fkey"].message
    column = findings["public.SocialQueueItem.SocialQueueItem_imageRequestId_fkey"].message
    assert "add_image_request_id makes SocialQueueItem.imageRequestId as number 14" in column
    assert "no migration creates this table" in findings["public.AiHelpDeskEntry"].message
    assert "the guard on table BookingRequest was false" in findings["public.BookingRequestAuditLog"].message


def test_the_migrations_make_what_is_known(broken: AuditResult) -> None:
    assert broken.rehearsal is not None
    for run, fact in zip(broken.rehearsal.runs, FACTS["premium-apps"]["migrations"], strict=True):
        assert (run.position, run.migration) == (fact["position"], fact["name"])
        assert run.outcome is RunOutcome.APPLIED
        tables = sorted(made.name for made in run.made if made.kind is ObjectKind.TABLE)
        assert tables == sorted(fact["tables"])
        assert (not run.made and not run.dropped) == fact["does_nothing"]


def test_the_silent_skips_are_the_known_ones(broken: AuditResult) -> None:
    keys = {
        (skip.position, skip.would_make.name) for skip in broken.skips if skip.would_make.kind is ObjectKind.CONSTRAINT
    }
    assert len([name for position, name in keys if position == 3]) == 5
    assert len({name for position, name in keys if position in (2, 4)}) == 8
    assert {"SocialQueueItem_imageRequestId_fkey"} == {name for position, name in keys if position == 5}


def test_a_repair_of_the_order_is_advised_as_it_was_rehearsed(broken: AuditResult) -> None:
    assert broken.rehearsal is not None
    trials = {tuple(move.new_name for move in it.remedy.moves): it for it in broken.rehearsal.trials if it.works}
    auth, image = "20251225000000_add_auth_models", "20251225090041_add_image_request_id"
    assert len(trials[auth,].appeared) == 8
    assert [ref.name for ref in trials[image,].appeared] == ["SocialQueueItem_imageRequestId_fkey"]
    assert len(trials[auth, image].appeared) == 9
    said = str(views.findings(broken))
    assert f"rename add_auth_models to {auth}: rehearsed so, all 16 migrations apply and 8 foreign keys appear." in said


def test_the_contracts_are_judged_line_by_line(broken: AuditResult) -> None:
    verdicts = {verdict.contract.name: (verdict.passed, verdict.vacuous) for verdict in broken.contracts}
    assert verdicts == {
        "Scheduler refers to no other feature": (True, False),
        "CRM refers to itself only": (True, False),
        "Review automation refers to User only": (True, False),
        "Social refers to User only": (False, False),
        "Scheduler, CRM and Review work on their own": (True, False),
    }


def test_the_claims_of_resilience_are_not_believed(broken: AuditResult) -> None:
    assert broken.rehearsal is not None
    reruns = {run.migration: run.rerun.outcome for run in broken.rehearsal.runs if run.rerun is not None}
    claimed = objects(broken, "RES003")
    assert len(claimed) == 2
    # They can be run twice, which is all that the claim looked at; and they leave out five keys for ever.
    assert {reruns[name] for name in claimed} == {RerunOutcome.SAME}
    # Of all 16, which the report called resilient, five fail the second time.
    assert list(reruns.values()).count(RerunOutcome.SAME) == 11
    assert list(reruns.values()).count(RerunOutcome.FAILED) == 5


def test_the_fixed_example_is_ready(fixed: AuditResult) -> None:
    assert fixed.verdict is Verdict.READY
    # Auth.js wants no primary key on its tokens, which is noted.
    assert [finding.rule for finding in fixed.findings if not finding.described] == ["SCH001"]
    assert max(finding.severity for finding in fixed.findings) is Severity.NOTE
    assert fixed.rehearsal is not None
    assert len(fixed.rehearsal.schema.tables) == 40
    assert len(list(fixed.rehearsal.schema.foreign_keys())) == 26
    idle = {check.rule for check in fixed.checks if check.outcome is Outcome.SKIPPED}
    # What a database in use would go through, and what was edited since, is not asked of a clean deploy.
    assert {rule[:3] for rule in idle} == {"DES", "LCK", "CMP", "HIS"}
    assert idle >= {"HIS006", "HIS007"}
    assert not any(check.given for check in fixed.checks if check.rule in idle)


def test_the_committed_sample_is_what_the_audit_says_today(broken: AuditResult) -> None:
    sample = decode((ROOT / "reports" / "premium-apps" / "audit.json").read_bytes())
    assert sample.judgement == broken.judgement
    assert sample.findings == broken.findings, "run `make demo` and commit reports/premium-apps"
    assert sample.project == broken.project
