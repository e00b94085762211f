"""What counts as better and as worse from one audit to the next."""

from dataclasses import replace

import pytest

from diffs import audit, check, found, migration, ran
from pgready.diff import AuditDiff, Direction, Fate, Subject, Weight, diff_audits, unrelated
from pgready.findings import Evidence, Outcome, Severity
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.groups import Contract, ContractKind, ContractVerdict, DeclaredCrossing
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema, Table
from pgready.model.trace import RunOutcome
from pgready.verdict import AuditResult, Policy


def changes(diff: AuditDiff, subject: Subject) -> list[tuple[str, str | None, str | None, Weight]]:
    return [(it.name, it.before, it.after, it.weight) for it in diff.changes if it.subject is subject]


def fates(diff: AuditDiff) -> list[tuple[str, Fate, Weight]]:
    return [(it.finding.object, it.fate, it.weight) for it in diff.findings]


def tables(*names: str) -> Schema:
    return Schema(tables=tuple(Table(name=QualifiedName("public", name), columns=()) for name in names))


def test_a_new_blocking_finding_is_worse_and_so_is_the_verdict() -> None:
    diff = diff_audits(audit(), audit(found()))
    assert fates(diff) == [("public.A", Fate.NEW, Weight.WORSE)]
    assert changes(diff, Subject.VERDICT) == [("verdict", "READY", "NOT READY", Weight.WORSE)]
    assert diff.direction is Direction.WORSE


def test_a_finding_that_is_gone_while_its_check_still_looks_is_better() -> None:
    diff = diff_audits(audit(found()), audit())
    assert fates(diff) == [("public.A", Fate.GONE, Weight.BETTER)]
    assert diff.direction is Direction.BETTER


@pytest.mark.parametrize("outcome", [Outcome.SKIPPED, Outcome.ERRORED])
@pytest.mark.parametrize("given", [True, False])
def test_a_finding_whose_check_does_not_run_any_more_is_not_repaired_and_the_check_is_worse(
    outcome: Outcome,
    given: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    after = audit(checks=[check("INV001", outcome, given=given, why="no inventory")])
    diff = diff_audits(audit(found()), after)
    assert fates(diff) == [("public.A", Fate.UNSEEN, Weight.UNSEEN)]
    ((name, before, now, weight),) = changes(diff, Subject.CHECK)
    assert (name, before, now, weight) == ("INV001", "failed", f"{outcome}: no inventory", Weight.WORSE)
    assert diff.direction is Direction.WORSE


def test_a_finding_of_a_check_that_did_not_run_before_is_looked_at_for_the_first_time() -> None:
    before = audit(checks=[check("INV001", Outcome.SKIPPED, why="no rehearsal")])
    diff = diff_audits(before, audit(found()))
    assert fates(diff) == [("public.A", Fate.FIRST_SEEN, Weight.FIRST_SEEN)]
    assert changes(diff, Subject.VERDICT)[0][-1] is Weight.WORSE
    assert diff.direction is Direction.MIXED
    warned = audit(found(severity=Severity.WARN))
    skipped = audit(checks=[check("INV001", Outcome.SKIPPED, given=False)])
    assert diff_audits(skipped, warned).direction is Direction.UNSURE


def test_what_only_a_rehearsal_can_see_is_not_new_where_there_was_none() -> None:
    seen = found(evidence=Evidence.REHEARSED)
    diff = diff_audits(audit(found(name="public.B")), audit(found(name="public.B"), seen, runs=[]))
    assert ("public.A", Fate.FIRST_SEEN, Weight.FIRST_SEEN) in fates(diff)
    assert changes(diff, Subject.REHEARSAL) == [("rehearsal", "none", "on PostgreSQL 18.6", Weight.BETTER)]
    back = diff_audits(audit(seen, runs=[]), audit())
    assert fates(back) == [("public.A", Fate.UNSEEN, Weight.UNSEEN)]
    assert back.direction is Direction.WORSE


def test_a_rule_that_only_the_new_version_knows_makes_nothing_worse_but_the_verdict() -> None:
    newer = audit(found("NEW001", severity=Severity.WARN), version="0.2.0")
    diff = diff_audits(audit(), newer)
    assert fates(diff) == [("public.A", Fate.FIRST_SEEN, Weight.FIRST_SEEN)]
    assert changes(diff, Subject.CHECK) == [("NEW001", None, "failed", Weight.FIRST_SEEN)]
    assert changes(diff, Subject.VERSION) == [("pgready", "0.1.0", "0.2.0", Weight.NEUTRAL)]
    assert diff.direction is Direction.UNSURE
    gone = diff_audits(newer, audit())
    assert fates(gone) == [("public.A", Fate.UNSEEN, Weight.UNSEEN)]
    assert gone.direction is Direction.UNSURE
    assert diff_audits(audit(), audit(found("NEW001"), version="0.2.0")).direction is Direction.WORSE
    assert diff_audits(audit(), audit(checks=[check("NEW001")], version="0.2.0")).direction is Direction.SAME


def test_a_rule_that_is_not_there_although_the_version_is_the_same_did_not_run() -> None:
    diff = diff_audits(audit(checks=[check("OLD001")]), audit())
    assert changes(diff, Subject.CHECK) == [("OLD001", "passed", None, Weight.WORSE)]


def test_another_severity_is_worse_or_better_unless_pgready_toml_says_so() -> None:
    warned, blocked = audit(found(severity=Severity.WARN)), audit(found())
    assert fates(diff_audits(warned, blocked)) == [("public.A", Fate.RAISED, Weight.WORSE)]
    assert fates(diff_audits(blocked, warned)) == [("public.A", Fate.LOWERED, Weight.BETTER)]
    eased = audit(found(severity=Severity.NOTE), policy=Policy(severities={"INV001": Severity.NOTE}))
    diff = diff_audits(blocked, eased)
    assert fates(diff) == [("public.A", Fate.LOWERED, Weight.LOOSENED)]
    assert changes(diff, Subject.VERDICT)[0][-1] is Weight.LOOSENED
    assert changes(diff, Subject.POLICY) == [("severity of INV001", None, "note", Weight.LOOSENED)]
    assert diff.direction is Direction.UNSURE


def test_accepting_a_finding_repairs_nothing_and_taking_that_back_is_worse() -> None:
    accepted, open_ = audit(found(suppressed="later")), audit(found())
    diff = diff_audits(open_, accepted)
    assert fates(diff) == [("public.A", Fate.ACCEPTED, Weight.LOOSENED)]
    assert (changes(diff, Subject.VERDICT)[0][-1], diff.direction) == (Weight.LOOSENED, Direction.UNSURE)
    assert fates(diff_audits(accepted, open_)) == [("public.A", Fate.COUNTS_AGAIN, Weight.WORSE)]
    assert fates(diff_audits(audit(), accepted)) == [("public.A", Fate.NEW, Weight.LOOSENED)]


@pytest.mark.parametrize(
    "quiet", [found(severity=Severity.NOTE), found(described=True), found(severity=Severity.NOTE, suppressed="x")]
)
def test_notes_and_what_tells_of_the_history_are_told_and_count_for_nothing(quiet: object) -> None:
    assert isinstance(quiet, type(found()))
    diff = diff_audits(audit(), audit(quiet))
    assert fates(diff) == [("public.A", Fate.NEW, Weight.NEUTRAL)]
    assert diff.direction is Direction.SAME
    assert not diff.empty


def test_a_note_counts_where_notes_block() -> None:
    policy = Policy(blocking=Severity.NOTE)
    diff = diff_audits(audit(policy=policy), audit(found(severity=Severity.NOTE), policy=policy))
    assert diff.direction is Direction.WORSE


def test_moved_lines_and_other_words_are_the_same_finding() -> None:
    before = audit(found(line=3), found("DES001", line=8))
    diff = diff_audits(before, audit(found(line=90, message="in other words"), found("DES001", line=None)))
    assert {it.fate for it in diff.findings} == {Fate.SAME}
    assert diff.direction is Direction.SAME


def test_of_several_findings_of_one_rule_and_object_the_closest_are_paired() -> None:
    old = [found(line=1, message="one"), found(line=2, message="two"), found(line=3, message="three")]
    new = [found(line=2, message="one"), found(line=3, message="two")]
    diff = diff_audits(audit(*old), audit(*new))
    (gone,) = [it for it in diff.findings if it.fate is Fate.GONE]
    assert gone.finding.message == "three"
    pairs = {(it.before.message, it.after.message) for it in diff.findings if it.before and it.after}
    assert pairs == {("one", "one"), ("two", "two")}


def test_a_second_finding_on_the_same_object_is_new() -> None:
    diff = diff_audits(audit(found()), audit(found(), found(line=9)))
    assert sorted(fate for _, fate, _ in fates(diff)) == [Fate.NEW, Fate.SAME]
    assert diff.direction is Direction.WORSE


def test_findings_follow_a_migration_that_gets_another_name() -> None:
    old, new = migration("add_users", text="CREATE"), migration("2025_add_users", text="CREATE")
    before = audit(found("DES001", "add_users", file=old.file), migrations=[old])
    after = audit(found("DES001", "2025_add_users", file=new.file), migrations=[new])
    diff = diff_audits(before, after)
    assert [(it.fate, it.before is not None, it.after is not None) for it in diff.findings] == [(Fate.SAME, True, True)]
    assert changes(diff, Subject.MIGRATION) == [
        ("add_users", "not rehearsed", "2025_add_users, not rehearsed", Weight.CHANGED)
    ]


def test_migrations_that_are_added_removed_edited_or_fail_are_told() -> None:
    before = audit(
        migrations=[migration("a"), migration("b"), migration("c"), migration("d")],
        runs=[ran("a"), ran("b"), ran("c"), ran("d")],
    )
    after = audit(
        migrations=[migration("a", text="other"), migration("c"), migration("d"), migration("e")],
        runs=[ran("a"), ran("c"), ran("d", RunOutcome.FAILED), ran("e", RunOutcome.NOT_REACHED)],
    )
    assert changes(diff_audits(before, after), Subject.MIGRATION) == [
        ("a", "applied", "applied, edited", Weight.CHANGED),
        ("b", "applied", None, Weight.REMOVED),
        ("d", "applied", "failed", Weight.WORSE),
        ("e", None, "not reached", Weight.WORSE),
        ("e", None, "not reached", Weight.ADDED),
    ]


def test_a_finding_in_a_migration_that_is_not_in_scope_any_more_is_not_repaired() -> None:
    one = migration("a")

    def since(base: str, *names: str) -> Deployment:
        return Deployment(kind=DeploymentKind.SINCE, base=base, migrations=frozenset(names))

    lost = found("DES001", "public.Old", file=one.file)
    before = audit(lost, migrations=[one], deployment=since("v1", "a"))
    after = audit(replace(lost, described=True), migrations=[one], deployment=since("v2"))
    diff = diff_audits(before, after)
    assert fates(diff) == [("public.Old", Fate.LEFT, Weight.UNSEEN)]
    assert diff.direction is Direction.UNSURE
    assert len(changes(diff, Subject.SCOPE)) == 1
    assert fates(diff_audits(after, before)) == [("public.Old", Fate.ENTERED, Weight.FIRST_SEEN)]
    gone = diff_audits(before, audit(migrations=[one], deployment=since("v2")))
    assert fates(gone) == [("public.Old", Fate.LEFT, Weight.UNSEEN)]


def test_a_place_that_cannot_be_read_any_more_is_worse_and_its_line_does_not_matter() -> None:
    place = "a.sql:3:1: dynamic SQL"
    assert diff_audits(audit(), audit(opaque=(place,))).direction is Direction.WORSE
    assert diff_audits(audit(opaque=(place,)), audit()).direction is Direction.BETTER
    assert diff_audits(audit(opaque=(place,)), audit(opaque=("a.sql:30:2: dynamic SQL",))).empty
    assert not diff_audits(audit(opaque=(place,)), audit(opaque=(place, place))).empty


def with_contract(*, passed: bool | None, baselined: tuple[str, ...] = ()) -> AuditResult:
    contract = Contract(kind=ContractKind.INTERNAL_ONLY, name="CRM alone", groups=("CRM",))
    if passed is None:
        return audit()
    verdict = ContractVerdict(contract=contract, passed=passed, vacuous=False, baselined=baselined)
    return replace(audit(), contracts=(verdict,))


@pytest.mark.parametrize(
    ("before", "after", "weight"),
    [
        (with_contract(passed=True), with_contract(passed=False), Weight.WORSE),
        (with_contract(passed=False), with_contract(passed=True), Weight.BETTER),
        (with_contract(passed=True), with_contract(passed=None), Weight.LOOSENED),
        (with_contract(passed=None), with_contract(passed=True), Weight.TIGHTENED),
        (with_contract(passed=False), with_contract(passed=True, baselined=("A.b->C",)), Weight.LOOSENED),
    ],
)
def test_a_contract_that_is_taken_out_or_tolerated_is_not_kept(
    before: AuditResult, after: AuditResult, weight: Weight
) -> None:
    ((name, _, _, counted),) = changes(diff_audits(before, after), Subject.CONTRACT)
    assert (name, counted) == ("CRM alone (internal_only)", weight)


def test_rules_that_ask_for_less_never_look_like_a_repair() -> None:
    strict = audit(found(severity=Severity.WARN), policy=Policy(blocking=Severity.WARN, required=frozenset({"INV001"})))
    mild = audit(found(severity=Severity.WARN))
    diff = diff_audits(strict, mild)
    assert {weight for *_, weight in changes(diff, Subject.POLICY)} == {Weight.LOOSENED}
    assert changes(diff, Subject.VERDICT) == [("verdict", "NOT READY", "READY", Weight.LOOSENED)]
    assert diff.direction is Direction.UNSURE
    assert diff_audits(mild, strict).direction is Direction.WORSE
    quiet = (audit(policy=policy) for policy in (Policy(), Policy(blocking=Severity.WARN)))
    assert diff_audits(*quiet).direction is Direction.UNSURE
    crossing = DeclaredCrossing(edge="A.b->C", reason="agreed")
    hub = diff_audits(audit(found()), replace(audit(), hubs=("User",), accepted_crossings=(crossing,)))
    assert hub.direction is Direction.UNSURE


def test_tables_that_come_and_go_are_told_for_what_is_declared_and_for_what_is_made() -> None:
    before = audit(schema=tables("A", "B"), made=tables("A"), runs=[])
    after = audit(schema=tables("B", "C"), made=tables("A", "C"), runs=[])
    diff = diff_audits(before, after)
    assert changes(diff, Subject.DECLARED_TABLE) == [
        ("public.A", "there", None, Weight.REMOVED),
        ("public.C", None, "there", Weight.ADDED),
    ]
    assert changes(diff, Subject.MADE_TABLE) == [("public.C", None, "there", Weight.ADDED)]
    assert diff.direction is Direction.UNSURE
    assert changes(diff_audits(before, audit(schema=tables("A", "B"))), Subject.MADE_TABLE) == []


def test_two_projects_are_told_apart_by_what_they_have_in_common() -> None:
    shop, copy = audit(schema=tables("A")), audit(schema=tables("A", "B"), name="shop-pr")
    assert not unrelated(shop, copy)
    assert changes(diff_audits(shop, copy), Subject.PROJECT) == [("name", "shop", "shop-pr", Weight.NEUTRAL)]
    assert unrelated(shop, audit(schema=tables("Z"), name="blog"))
    assert not unrelated(shop, audit(schema=tables("Z")))
    one, same_text = migration("a", text="x"), migration("b", text="x")
    assert not unrelated(audit(migrations=[one]), audit(migrations=[same_text], name="blog"))
