"""DES008, DES009: losses and failures on rows, told once, judged only where a database in use is meant."""

import pytest

from pgready.checks.gathered import Gathered
from pgready.checks.on_rows import CHECKS
from pgready.config import Config
from pgready.findings import CheckResult, Outcome, Severity
from pgready.history import replay_history
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.kept_rows import DataFailure, Loss, OnRows, RowsRehearsal
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.schema import Schema
from pgready.model.trace import Rehearsal, Server
from pgready.orchestrator.rows import on_rows
from pgready.sources.sql import read_scripts
from rehearsals import of_texts

TABLE = ObjectRef(kind=ObjectKind.TABLE, schema="public", name="a")
SINCE = Deployment(kind=DeploymentKind.SINCE, migrations=frozenset({"m2"}), base="main")


def judged(rule: str, rows: RowsRehearsal | None, deployment: Deployment = SINCE) -> CheckResult:
    server = Server(version="18.0", version_num=180000, origin="test")
    gathered = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=tuple(of_texts("", "")),
        deployment=deployment,
        rehearsal=Rehearsal(server=server, runs=(), schema=Schema(), rows=rows),
    )
    return next(check.judge(gathered) for check in CHECKS if check.rule.id == rule)


@pytest.mark.parametrize(("left", "severity"), [(0, Severity.BLOCK), (1, Severity.WARN)])
def test_rows_that_a_condition_spares_make_it_a_warning(left: int, severity: Severity) -> None:
    loss = Loss(migration="m2", object=TABLE, there=3, left=left)
    (found,) = judged("DES008", RowsRehearsal(seeded=1, losses=(loss,))).findings
    assert (found.severity, found.object, found.described) == (severity, "public.a", False)


@pytest.mark.parametrize(
    ("sql", "severity"),
    [
        ("DELETE FROM t WHERE gone IS NOT NULL;", Severity.WARN),
        ("UPDATE t SET a = 1 WHERE b = 2;", Severity.WARN),
        ("DO $$ BEGIN EXECUTE format('DELETE FROM %I', 't'); END $$;", Severity.BLOCK),
    ],
)
def test_what_a_condition_picks_may_be_the_made_up_rows_alone(sql: str, severity: Severity) -> None:
    migrations = of_texts("CREATE TABLE t (a int, b int, gone date);", sql)
    loss = Loss(migration="m2", object=ObjectRef(kind=ObjectKind.TABLE, schema="public", name="t"), there=3, left=0)
    rows = RowsRehearsal(seeded=1, losses=(loss,))
    gathered = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=tuple(migrations),
        history=replay_history(migrations, read_scripts(migrations)),
        rehearsal=Rehearsal(
            server=Server(version="18", version_num=180000, origin="x"), runs=(), schema=Schema(), rows=rows
        ),
        deployment=Deployment(kind=DeploymentKind.SINCE, migrations=frozenset(["m2"]), base="main"),
    )
    (check,) = (check for check in CHECKS if check.rule.id == "DES008")
    (found,) = check.judge(gathered).findings
    assert found.severity is severity


def test_a_loss_outside_of_what_is_deployed_is_described() -> None:
    result = judged("DES008", RowsRehearsal(losses=(Loss(migration="m1", object=TABLE, there=3),)))
    assert result.outcome is Outcome.PASSED
    assert [(found.severity, found.described) for found in result.findings] == [(Severity.NOTE, True)]


@pytest.mark.parametrize(("artefact", "severity"), [(None, Severity.BLOCK), ("made up", Severity.WARN)])
def test_a_failure_that_may_come_from_the_made_up_values_is_a_warning(artefact: str | None, severity: Severity) -> None:
    failure = DataFailure(migration="m2", sqlstate="23502", message="no\x1b[31m", artefact=artefact)
    (found,) = judged("DES009", RowsRehearsal(failures=(failure,))).findings
    assert found.severity is severity
    assert "\x1b" not in found.message


def test_a_missing_key_is_named() -> None:
    detail = 'Key (tid)=(1) is not present in table "Tn\x1b".'
    failure = DataFailure(migration="m2", sqlstate="23503", message="violates", detail=detail, artefact="own")
    (found,) = judged("DES009", RowsRehearsal(failures=(failure,))).findings
    assert 'violates (SQLSTATE 23503): Key (tid)=(1) is not present in table "Tn?"; own' in found.message


def test_a_failure_without_a_place_is_told_at_its_statement() -> None:
    migrations = of_texts("", "SELECT 1;\n\nSELECT 2;")
    failure = DataFailure(migration="m2", sqlstate="23503", message="violates", statement=2)
    gathered = Gathered(
        config=Config(),
        declared=Schema(),
        migrations=tuple(migrations),
        scripts=tuple(read_scripts(migrations)),
        deployment=SINCE,
        rehearsal=Rehearsal(
            server=Server(version="18", version_num=180000, origin="x"),
            runs=(),
            schema=Schema(),
            rows=RowsRehearsal(failures=(failure,)),
        ),
    )
    (found,) = CHECKS[1].judge(gathered).findings
    assert found.location is not None
    assert found.location.line == 3


@pytest.mark.parametrize("rule", ["DES008", "DES009"])
def test_a_pass_that_ended_early_is_no_pass(rule: str) -> None:
    result = judged(rule, RowsRehearsal(stopped="m2: no"))
    assert (result.outcome, result.given) == (Outcome.SKIPPED, True)


@pytest.mark.parametrize("rule", ["DES008", "DES009"])
def test_a_clean_deploy_is_not_judged(rule: str) -> None:
    result = judged(rule, None, Deployment())
    assert (result.outcome, result.given) == (Outcome.SKIPPED, False)


def test_rows_are_asked_for_where_a_database_in_use_is_deployed_to() -> None:
    migrations = of_texts("", "", "")
    assert on_rows(SINCE, migrations) == OnRows(before=frozenset({"m2"}), last=frozenset({"m2"}))
    assert on_rows(Deployment(), migrations) is None
    assert on_rows(Deployment(kind=DeploymentKind.SINCE, base="main"), migrations) is None
