"""Laws of the difference of two audits."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from diffs import audit, check, found, migration, ran
from pgready.diff import AuditDiff, Change, Direction, Fate, FindingChange, Subject, Weight, diff_audits
from pgready.findings import Evidence, Finding, Outcome, Severity
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.groups import Contract, ContractKind, ContractVerdict
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, Schema, Table
from pgready.model.trace import RunOutcome
from pgready.reports.difference import changes_told, remarks
from pgready.verdict import AuditResult, Policy, Verdict, blocks

RULES = ("DES001", "INV001", "NEW001")
NAMES = ("m1", "m2", "m3")
UNHURRIED = settings(deadline=None, max_examples=300)

findings = st.builds(
    found,
    st.sampled_from(RULES),
    st.sampled_from(["public.A", "public.B", *NAMES]),
    st.sampled_from(Severity),
    line=st.none() | st.integers(1, 3),
    file=st.sampled_from(["prisma/schema.prisma", *(migration(name).file for name in NAMES)]),
    message=st.sampled_from(["one", "two"]),
    suppressed=st.none() | st.just("later"),
    described=st.booleans(),
    evidence=st.sampled_from([Evidence.READ, Evidence.REHEARSED]),
)
checks = st.builds(check, st.sampled_from(RULES), st.sampled_from(Outcome), given=st.booleans())
policies = st.builds(
    Policy,
    severities=st.dictionaries(st.sampled_from(RULES), st.sampled_from(Severity), max_size=2),
    blocking=st.sampled_from(Severity),
    required=st.frozensets(st.sampled_from(RULES), max_size=1),
)
migrations = st.lists(
    st.builds(migration, st.sampled_from(NAMES), text=st.sampled_from(["x", "y", "z"])), unique_by=lambda it: it.name
)
deployments = st.builds(
    Deployment,
    kind=st.sampled_from([DeploymentKind.CLEAN, DeploymentKind.SINCE]),
    migrations=st.frozensets(st.sampled_from(NAMES)),
)


schemas = st.lists(
    st.builds(
        lambda name, columns: Table(
            name=QualifiedName("public", name),
            columns=tuple(Column(name=column, type="text", not_null=True) for column in columns),
        ),
        st.sampled_from(["A", "B", "C"]),
        st.lists(st.sampled_from(["x", "y"]), max_size=2, unique=True),
    ),
    max_size=3,
    unique_by=lambda it: it.name,
).map(lambda found: Schema(tables=tuple(found)))
_some = st.lists(st.sampled_from(["CRM", "Shop", "User"]), max_size=3, unique=True).map(tuple)
contracts = st.lists(
    st.builds(
        ContractVerdict,
        contract=st.builds(
            Contract,
            kind=st.sampled_from([ContractKind.LAYERS, ContractKind.ACYCLIC, ContractKind.MUST_REFERENCE]),
            name=st.just("alone"),
            groups=_some,
            allowed=_some,
            to=_some,
            nullable=st.booleans(),
        ),
        passed=st.booleans(),
        vacuous=st.booleans(),
    ),
    max_size=2,
    unique_by=lambda it: it.contract.kind,
).map(tuple)
models = st.none() | st.dictionaries(st.sampled_from(["CRM", "Shop"]), _some, max_size=2)


@st.composite
def audits(draw: st.DrawFn) -> AuditResult:
    records = draw(migrations)
    runs = [ran(record.name, draw(st.sampled_from(RunOutcome))) for record in records]
    made = audit(
        *draw(st.lists(findings, max_size=6)),
        checks=draw(st.lists(checks, max_size=3)),
        policy=draw(policies),
        migrations=records,
        runs=runs if draw(st.booleans()) else None,
        opaque=tuple(draw(st.lists(st.sampled_from(["a.sql:1:1: x", "a.sql:2:1: x", "b"]), max_size=2))),
        deployment=draw(deployments),
        version=draw(st.sampled_from(["0.1.0", "0.2.0"])),
        schema=draw(schemas),
        made=draw(schemas),
    )
    return replace(made, contracts=draw(contracts), required_models=draw(models))


def mirrored(change: FindingChange) -> tuple[Finding | None, Finding | None, Fate]:
    return change.after, change.before, change.fate.mirrored


def told(diff: AuditDiff, subject: Subject) -> Counter[Change]:
    return Counter(it for it in diff.changes if it.subject is subject)


@UNHURRIED
@given(audits())
def test_an_audit_differs_in_nothing_from_itself(one: AuditResult) -> None:
    diff = diff_audits(one, one)
    assert diff.empty
    assert diff.direction is Direction.SAME
    assert {it.fate for it in diff.findings} <= {Fate.SAME}


@UNHURRIED
@given(audits(), audits())
def test_every_finding_of_both_sides_is_in_exactly_one_change(one: AuditResult, other: AuditResult) -> None:
    diff = diff_audits(one, other)
    assert Counter(it.before for it in diff.findings if it.before) == Counter(one.findings)
    assert Counter(it.after for it in diff.findings if it.after) == Counter(other.findings)
    assert all(it.before or it.after for it in diff.findings)


@UNHURRIED
@given(audits(), audits())
def test_exchanged_audits_give_the_same_changes_read_backwards(one: AuditResult, other: AuditResult) -> None:
    there, back = diff_audits(one, other), diff_audits(other, one)
    assert Counter(map(mirrored, there.findings)) == Counter((it.before, it.after, it.fate) for it in back.findings)
    for subject in Subject:
        if subject in (Subject.VERDICT, Subject.MIGRATION):
            continue
        swapped = Counter(
            replace(it, before=it.after, after=it.before, weight=it.weight.mirrored)
            for it in there.changes
            if it.subject is subject
        )
        assert swapped == told(back, subject), subject
    ways = [sorted(it.weight for it in told(diff, Subject.MIGRATION).elements()) for diff in (there, back)]
    assert sorted(Weight(weight).mirrored for weight in ways[0]) == ways[1]


@UNHURRIED
@given(audits(), audits())
def test_what_is_better_one_way_is_worse_the_other_way_and_never_both(one: AuditResult, other: AuditResult) -> None:
    back = {(it.after, it.before): it.weight for it in diff_audits(other, one).findings}
    for change in diff_audits(one, other).findings:
        weight = back[change.before, change.after]
        if change.weight is Weight.BETTER:
            assert weight in (Weight.WORSE, Weight.LOOSENED, Weight.NEUTRAL)
        if change.weight is Weight.WORSE:
            assert weight in (Weight.BETTER, Weight.LOOSENED)


RANK = {Direction.BETTER: 0, Direction.SAME: 1, Direction.UNSURE: 2, Direction.MIXED: 3, Direction.WORSE: 3}


@UNHURRIED
@given(audits(), audits(), findings)
def test_one_more_blocking_finding_is_never_better(one: AuditResult, other: AuditResult, more: Finding) -> None:
    more = replace(more, severity=Severity.BLOCK, suppressed=None, described=False)
    assert blocks(more, other.policy)
    results = tuple(
        replace(
            it, findings=(*it.findings, more), outcome=Outcome.FAILED if it.outcome is Outcome.PASSED else it.outcome
        )
        if it.rule == more.rule
        else it
        for it in other.checks
    )
    if results == other.checks:
        return
    worse = replace(other, checks=results)
    before, after = diff_audits(one, other).direction, diff_audits(one, worse).direction
    assert RANK[after] >= min(RANK[before], RANK[Direction.SAME])
    if before in (Direction.WORSE, Direction.MIXED):
        assert after in (Direction.WORSE, Direction.MIXED)


@UNHURRIED
@given(audits(), audits(), st.sampled_from(RULES))
def test_a_check_that_ran_and_does_not_run_now_is_always_worse(one: AuditResult, other: AuditResult, rule: str) -> None:
    ran_before = any(it.rule == rule and it.outcome in (Outcome.PASSED, Outcome.FAILED) for it in one.checks)
    stopped = replace(
        other,
        checks=tuple(
            replace(it, outcome=Outcome.SKIPPED, findings=()) if it.rule == rule else it for it in other.checks
        ),
    )
    if ran_before and any(it.rule == rule for it in stopped.checks):
        assert diff_audits(one, stopped).direction in (Direction.WORSE, Direction.MIXED)


def asked(one: AuditResult) -> object:
    """What is declared, shipped and promised; the order of groups counts only for layers."""
    terms = {
        (it.contract.kind, it.contract.allowed and frozenset(it.contract.allowed), frozenset(it.contract.to))
        for it in one.contracts
    }
    layers = {it.contract.groups for it in one.contracts if it.contract.kind is ContractKind.LAYERS}
    groups = {(it.contract.kind, frozenset(it.contract.groups)) for it in one.contracts}
    return (
        {(table.name, frozenset(column.name for column in table.columns)) for table in one.declared.tables},
        {(it.name, it.checksum) for it in one.migrations},
        (terms, layers, groups),
        one.required_models is not None
        and {(group, name) for group, names in one.required_models.items() for name in names},
    )


@st.composite
def near(draw: st.DrawFn) -> tuple[AuditResult, AuditResult]:
    """Two audits that differ in a few things."""
    one, other = draw(audits()), draw(audits())
    kept = draw(
        st.sets(st.sampled_from(["declared", "migrations", "contracts", "required_models", "checks", "policy"]))
    )
    changed = replace(one, **{name: getattr(other, name) for name in kept})
    return one, changed


@UNHURRIED
@given(near())
def test_the_same_means_that_what_is_declared_shipped_and_promised_is_equal(
    pair: tuple[AuditResult, AuditResult],
) -> None:
    if diff_audits(*pair).direction is Direction.SAME:
        assert (asked(pair[0]) or None) == (asked(pair[1]) or None)


@UNHURRIED
@given(near())
def test_what_is_gone_edited_or_no_longer_asked_for_is_never_better(pair: tuple[AuditResult, AuditResult]) -> None:
    one, other = pair
    texts = {it.name: it.checksum for it in other.migrations}
    gone = any(texts.get(it.name) != it.checksum for it in one.migrations)
    gone |= not {it.name for it in one.declared.tables} <= {it.name for it in other.declared.tables}
    gone |= not {it.contract.kind for it in one.contracts} <= {it.contract.kind for it in other.contracts}
    if gone:
        assert diff_audits(one, other).direction not in (Direction.SAME, Direction.BETTER)


@UNHURRIED
@given(audits(), audits(), st.sampled_from(Verdict), st.sampled_from(Verdict))
def test_a_verdict_that_fell_is_worse_whatever_else_there_is(
    one: AuditResult, other: AuditResult, was: Verdict, now: Verdict
) -> None:
    order = [Verdict.READY, Verdict.INCONCLUSIVE, Verdict.NOT_READY]
    before, after = (
        replace(it, judgement=replace(it.judgement, verdict=word)) for it, word in ((one, was), (other, now))
    )
    if order.index(now) > order.index(was):
        assert diff_audits(before, after).direction in (Direction.WORSE, Direction.MIXED)


@UNHURRIED
@given(audits(), audits())
def test_every_change_but_the_verdict_is_told_in_exactly_one_section(one: AuditResult, other: AuditResult) -> None:
    diff = diff_audits(one, other)
    told_of = remarks(diff)
    for weight in Weight:
        findings, changes = diff.weighing(weight)
        others = [it for it in changes if it.subject is not Subject.VERDICT]
        assert changes_told(told_of.get(weight, ())) == len(findings) + len(others)
