"""Every rule has a bad example that it finds and a good one that it does not; both are audited for real."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pgready.checks import RULES
from pgready.checks.examples import Side, example, example_names
from pgready.findings import CheckResult, Finding, Outcome, Severity
from pgready.orchestrator.audit import audit_sources
from pgready.orchestrator.evidence import anew
from pgready.orchestrator.request import make_request
from pgready.orchestrator.sources import read_sources
from pgready.rehearsal.cluster import Cluster, throwaway_cluster
from pgready.rehearsal.database import OWNER
from pgready.verdict import AuditResult

WITH_EXAMPLE = sorted(set(RULES) & set(example_names()))


@pytest.fixture(scope="session")
def server() -> Iterator[Cluster]:
    """One throw-away server for all examples of a worker: starting it is most of the time of an audit."""
    with throwaway_cluster() as cluster:
        yield cluster


@pytest.fixture
def _on_that_server(server: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rehearse in a database of our own on the server that runs already; afterwards it is as empty as before."""

    @contextmanager
    def running(_binaries: object = None) -> Iterator[Cluster]:
        try:
            yield server
        finally:
            with server.connect_admin() as admin:
                admin.execute("DROP DATABASE IF EXISTS rehearsal WITH (FORCE)")
                admin.execute(f"DROP ROLE IF EXISTS {OWNER}")
            shutil.rmtree(server.directory.overlay / "extension", ignore_errors=True)

    monkeypatch.setattr("pgready.rehearsal.run.throwaway_cluster", running)


def audited(side: Side, project: Path) -> AuditResult:
    """Write the project and audit it with the deployment that the example is about."""
    for path, content in side.files.items():
        file = project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    sources = replace(read_sources(make_request(project)), deployment=side.deployment)
    return audit_sources(sources, keep=anew)


def of_rule(result: AuditResult, rule: str) -> CheckResult:
    return next(check for check in result.checks if check.rule == rule)


def open_findings(result: AuditResult, rule: str) -> list[Finding]:
    return [found for found in of_rule(result, rule).findings if found.suppressed is None]


def test_every_rule_has_an_example_and_every_example_a_rule() -> None:
    assert set(example_names()) == set(RULES)


@pytest.mark.usefixtures("_on_that_server")
@pytest.mark.parametrize("rule", WITH_EXAMPLE)
def test_the_bad_example_is_found_by_its_rule_with_its_default_severity(rule: str, tmp_path: Path) -> None:
    result = audited(example(rule).bad, tmp_path)
    found = open_findings(result, rule)
    assert found, [(check.rule, check.outcome, check.why) for check in result.checks if check.findings]
    assert of_rule(result, rule).outcome is Outcome.FAILED
    assert max(each.severity for each in found) == RULES[rule].severity


@pytest.mark.usefixtures("_on_that_server")
@pytest.mark.parametrize("rule", WITH_EXAMPLE)
def test_the_good_example_deploys_and_no_rule_blocks_it(rule: str, tmp_path: Path) -> None:
    result = audited(example(rule).good, tmp_path)
    assert of_rule(result, rule).outcome is Outcome.PASSED or not open_findings(result, rule)
    assert of_rule(result, rule).outcome in (Outcome.PASSED, Outcome.FAILED), of_rule(result, rule).why
    assert open_findings(result, rule) == []
    assert result.rehearsal is not None
    assert result.rehearsal.complete, [run.error for run in result.rehearsal.runs]
    blocking = [each for each in result.findings if each.severity is Severity.BLOCK and each.suppressed is None]
    assert blocking == [], "a good example is good all round"
