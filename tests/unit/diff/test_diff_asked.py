"""Asking for less, destroying more, and judging something else never look like a repair, nor like nothing."""

from dataclasses import replace

import pytest

from diffs import audit, check, found, migration, ran
from pgready.diff import Direction, Fate, Subject, Weight, diff_audits
from pgready.findings import Outcome, Severity
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.groups import Contract, ContractKind, ContractVerdict, Group, Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, Schema, Table
from pgready.reports.document import decode, encode
from pgready.verdict import AuditResult, Verdict

USER = QualifiedName("public", "User")


def kept(*, passed: bool = True, kind: ContractKind = ContractKind.ONLY_REFERENCES, **terms: object) -> AuditResult:
    contract = replace(Contract(kind=kind, name="alone", groups=("CRM", "Shop")), **terms)  # type: ignore[arg-type]  # terms of the test
    return replace(audit(), contracts=(ContractVerdict(contract=contract, passed=passed, vacuous=False),))


def tables(*names: str, columns: tuple[str, ...] = ()) -> Schema:
    parts = tuple(Column(name=name, type="text", not_null=False) for name in columns)
    return Schema(tables=tuple(Table(name=QualifiedName("public", name), columns=parts) for name in names))


@pytest.mark.parametrize(
    ("before", "after", "weight"),
    [
        (kept(allowed=("User",)), kept(allowed=("User", "Other")), Weight.LOOSENED),
        (kept(allowed=("User",)), kept(allowed=("Other",)), Weight.CHANGED),
        (kept(), kept(groups=("CRM",)), Weight.LOOSENED),
        (
            kept(kind=ContractKind.FORBIDDEN, to=("A", "B")),
            kept(kind=ContractKind.FORBIDDEN, to=("A",)),
            Weight.LOOSENED,
        ),
        (
            kept(kind=ContractKind.MUST_REFERENCE, to=("A",)),
            kept(kind=ContractKind.MUST_REFERENCE, to=("A", "B")),
            Weight.LOOSENED,
        ),
        (kept(kind=ContractKind.ACYCLIC, groups=()), kept(kind=ContractKind.ACYCLIC), Weight.LOOSENED),
        (kept(kind=ContractKind.KEYED_BY), kept(kind=ContractKind.KEYED_BY, nullable=True), Weight.LOOSENED),
        (kept(kind=ContractKind.LAYERS), kept(kind=ContractKind.LAYERS, groups=("Shop", "CRM")), Weight.CHANGED),
        (
            kept(kind=ContractKind.PROTECTED, tables=("A", "B")),
            kept(kind=ContractKind.PROTECTED, tables=("A",)),
            Weight.LOOSENED,
        ),
    ],
)
def test_a_contract_with_other_terms_is_never_the_same_nor_better(
    before: AuditResult, after: AuditResult, weight: Weight
) -> None:
    there, back = diff_audits(before, after), diff_audits(after, before)
    assert [it.weight for it in there.changes if it.subject is Subject.CONTRACT] == [weight]
    assert [it.weight for it in back.changes if it.subject is Subject.CONTRACT] == [weight.mirrored]
    assert there.direction is back.direction is Direction.UNSURE


def test_a_contract_that_passes_since_it_allows_more_is_not_repaired_nor_are_its_findings() -> None:
    crossing = found("ISO001", "public.A.A_b_fkey")
    before = replace(kept(passed=False, allowed=("User",)), checks=audit(crossing).checks)
    after = replace(kept(allowed=("User", "B")), checks=audit(checks=[check("ISO001")]).checks)
    diff = diff_audits(before, after)
    assert diff.weights == {Weight.LOOSENED}
    assert diff.direction is Direction.UNSURE


def test_a_table_in_another_group_is_told_and_its_crossing_is_not_repaired() -> None:
    def grouped(name: str) -> Grouping:
        return Grouping(groups=(Group(name=name, tables=(USER,)),))

    before = replace(audit(found("ISO001", "public.User.key")), grouping=grouped("A"))
    after = replace(audit(checks=[check("ISO001")]), grouping=grouped("B"))
    diff = diff_audits(before, after)
    assert [it.name for it in diff.changes if it.weight is Weight.CHANGED] == ["group of public.User"]
    assert [it.weight for it in diff.findings] == [Weight.LOOSENED]


def test_an_inventory_that_asks_for_fewer_models_is_loosened_and_its_finding_not_repaired() -> None:
    before = replace(audit(found("INV003", "Order")), required_models={"Shop": ("Order", "Item")})
    after = replace(audit(checks=[check("INV003")]), required_models={"Shop": ("Item",)})
    diff = diff_audits(before, after)
    assert [(it.name, it.weight) for it in diff.changes if it.subject is Subject.POLICY] == [
        ("required model Shop.Order", Weight.LOOSENED)
    ]
    assert {it.weight for it in diff.findings} == {Weight.LOOSENED}
    assert diff.direction is Direction.UNSURE


def test_an_audit_that_does_not_say_what_it_requires_is_not_one_that_requires_nothing() -> None:
    known = replace(audit(), required_models={"Shop": ("Order",)})
    assert diff_audits(audit(), known).direction is Direction.UNSURE
    assert diff_audits(known, audit()).direction is Direction.UNSURE
    assert diff_audits(audit(), audit()).direction is Direction.SAME
    nothing = audit(checks=[check("INV003", Outcome.SKIPPED, given=False)])
    (change,) = [it for it in diff_audits(known, nothing).changes if it.subject is Subject.POLICY]
    assert (change.name, change.weight) == ("required model Shop.Order", Weight.LOOSENED)
    assert decode(encode(known)) == known
    assert decode(encode(audit())).required_models is None


def test_two_older_audits_are_compared_by_how_many_models_they_require() -> None:
    before, after = (audit(checks=[check("INV003", why=why)]) for why in ("40 models", "1 model"))
    assert diff_audits(before, after).direction is Direction.UNSURE


def test_a_finding_whose_table_or_column_is_no_longer_declared_is_not_repaired() -> None:
    lost = found(name="public.A"), found("INV005", "public.B.x")
    looked = [check("INV005")]
    before = audit(*lost, schema=Schema(tables=(*tables("A").tables, *tables("B", columns=("x", "y")).tables)))
    after = audit(checks=looked, schema=tables("B", columns=("y",)))
    diff = diff_audits(before, after)
    assert {(it.fate, it.weight) for it in diff.findings} == {(Fate.UNDECLARED, Weight.LOOSENED)}
    assert diff.direction is Direction.UNSURE
    back = diff_audits(after, before)
    assert {(it.fate, it.weight) for it in back.findings} == {(Fate.DECLARED, Weight.WORSE)}


def test_a_surplus_table_that_is_gone_is_a_repair() -> None:
    before = audit(found("INV002", "public.Old"), made=tables("Old"), runs=[])
    after = audit(checks=[check("INV002")], made=tables(), runs=[])
    diff = diff_audits(before, after)
    assert [it.fate for it in diff.findings] == [Fate.GONE]
    assert diff.direction is Direction.BETTER


def test_an_edited_a_removed_and_a_new_migration_are_never_the_same() -> None:
    one = audit(migrations=[migration("a"), migration("b")], runs=[ran("a"), ran("b")])
    edited = audit(migrations=[migration("a"), migration("b", text="x")], runs=[ran("a"), ran("b")])
    removed = audit(migrations=[migration("a")], runs=[ran("a")])
    for before, after in ((one, edited), (edited, one), (one, removed), (removed, one)):
        assert diff_audits(before, after).direction is Direction.UNSURE


def test_a_repair_by_a_new_migration_is_better_and_one_by_an_edited_one_is_not_known_to_be() -> None:
    broken = audit(found(), migrations=[migration("a")])
    assert diff_audits(broken, audit(migrations=[migration("a"), migration("b")])).direction is Direction.BETTER
    assert diff_audits(broken, audit(migrations=[migration("a", text="x")])).direction is Direction.UNSURE


def test_a_new_loss_in_the_history_is_told_although_a_clean_deploy_loses_nothing() -> None:
    lost = found("DES001", severity=Severity.NOTE, described=True)
    diff = diff_audits(audit(), audit(lost))
    assert [(it.fate, it.weight) for it in diff.findings] == [(Fate.NEW, Weight.CHANGED)]
    assert diff.direction is Direction.UNSURE


def test_a_finding_that_only_another_scope_does_not_judge_has_left() -> None:
    one = migration("a")
    since = Deployment(kind=DeploymentKind.SINCE, base="HEAD", migrations=frozenset({"a"}))
    lost = found("DES001", "public.Old", file=one.file)
    before = audit(lost, migrations=[one], deployment=since)
    described = audit(replace(lost, severity=Severity.NOTE, described=True), migrations=[one])
    for after in (described, audit(migrations=[one])):
        diff = diff_audits(before, after)
        assert [(it.fate, it.weight) for it in diff.findings] == [(Fate.LEFT, Weight.UNSEEN)]
        assert diff.direction is Direction.UNSURE
        assert diff.changes[0].weight is Weight.UNSEEN


@pytest.mark.parametrize("now", [Outcome.SKIPPED, Outcome.ERRORED])
def test_a_check_that_was_asked_for_by_nobody_is_not_asked_for_less(now: Outcome) -> None:
    before = audit(checks=[check("RES003", Outcome.SKIPPED, why="the rehearsal stopped")])
    after = audit(checks=[check("RES003", now, given=False)])
    weights = [it.weight for it in diff_audits(before, after).changes if it.subject is Subject.CHECK]
    assert weights == ([] if now is Outcome.SKIPPED else [Weight.TIGHTENED])
    claimed = replace(before, resilient_migrations=("a",))
    assert Weight.LOOSENED in diff_audits(claimed, after if now is Outcome.SKIPPED else audit()).weights


def test_a_verdict_that_fell_is_always_worse() -> None:
    shop = audit()
    for verdict in (Verdict.INCONCLUSIVE, Verdict.NOT_READY):
        fell = replace(shop, judgement=replace(shop.judgement, verdict=verdict))
        assert diff_audits(shop, fell).direction is Direction.WORSE
