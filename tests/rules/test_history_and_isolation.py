"""HIS and ISO: the directories on disk, and what the groups promise."""

from dataclasses import replace
from datetime import date

from builders import Build, Judge
from pgready.checks import Gathered, run_checks
from pgready.config import Config, Suppression
from pgready.findings import Outcome, Severity
from pgready.graph.grouping import resolve_groups
from pgready.graph.isolation import IsolationRules, judge_isolation
from pgready.model.groups import Contract, ContractKind, DeclaredCrossing
from pgready.model.schema import Schema
from pgready.verdict import Policy


def history(build: Build, *names: str) -> Gathered:
    migrations = tuple(build.migration(name, position) for position, name in enumerate(sorted(names), start=1))
    return Gathered(config=Config(), declared=Schema(), migrations=migrations)


def test_an_undated_directory_after_dated_ones_is_found(build: Build, judge: Judge) -> None:
    result = judge("HIS001", history(build, "20250101000000_init", "add_auth_models", "20260101000000_more"))
    assert [finding.object for finding in result.findings] == ["add_auth_models"]
    assert "runs as number 3 of 3, after 2 dated" in result.findings[0].message


def test_a_baseline_in_front_and_a_history_without_dates_are_fine(build: Build, judge: Judge) -> None:
    assert judge("HIS001", history(build, "0_init", "20250101000000_more")).outcome is Outcome.PASSED
    assert judge("HIS001", history(build, "01_init", "02_more")).outcome is Outcome.PASSED


def test_a_directory_without_its_file_is_found(build: Build, judge: Judge) -> None:
    migrations = (build.migration("1"), build.migration("2", 2, sql=None))
    result = judge("HIS004", Gathered(config=Config(), declared=Schema(), migrations=migrations))
    assert [finding.object for finding in result.findings] == ["2"]


def test_the_provider_of_the_lock_file_must_be_postgresql(build: Build, judge: Judge) -> None:
    def outcome(provider: str | None) -> Outcome:
        return judge("HIS011", replace(history(build, "1"), lock_provider=provider)).outcome

    assert outcome("postgresql") is Outcome.PASSED
    assert outcome("mysql") is Outcome.FAILED
    assert outcome(None) is Outcome.SKIPPED


def test_bytes_that_are_no_text_are_told(build: Build, judge: Judge) -> None:
    migrations = (build.migration("1"), replace(build.migration("2", 2), undecodable_bytes=3))
    result = judge("HIS013", Gathered(config=Config(), declared=Schema(), migrations=migrations))
    assert [(finding.object, finding.severity) for finding in result.findings] == [("2", Severity.WARN)]


def isolation(build: Build, config: Config, *, rehearsed: bool = True) -> Gathered:
    """Social refers to User (Auth) and to Image (Other)."""
    keys = (build.key("Queue", "userId", "User"), build.key("Queue", "imageId", "Image"))
    schema = Schema(tables=(build.table("Image"), build.table("Queue", keys=keys), build.table("User")))
    grouping = resolve_groups(schema, config.groups)
    rules = IsolationRules(contracts=config.contracts, hubs=config.hubs, accepted=config.crossings)
    judged = judge_isolation(schema, None, grouping, rules)
    return Gathered(
        config=config,
        declared=schema,
        migrations=(),
        grouping=grouping,
        crossings=judged.crossings,
        contracts=judged.contracts,
        stale_crossings=judged.stale,
        unknown_in_contracts=tuple((unknown.place, unknown.name) for unknown in judged.unknown),
        rehearsal=build.rehearsal(schema) if rehearsed else None,
    )


GROUPS: dict[str, tuple[str, ...]] = {"Auth": ("User",), "Social": ("Queue",), "Other": ("Image",)}
ONLY_USER = Contract(kind=ContractKind.ONLY_REFERENCES, name="Social to User", groups=("Social",), allowed=("User",))


def test_a_forbidden_crossing_blocks_and_an_accepted_one_does_not(build: Build, judge: Judge) -> None:
    broken = judge("ISO001", isolation(build, Config(groups=GROUPS, hubs=("User",), contracts=(ONLY_USER,))))
    assert [finding.object for finding in broken.findings] == ["public.Queue.Queue_imageId_fkey"]
    assert "Social to User" in broken.findings[0].message
    accepted = DeclaredCrossing(edge="Queue.imageId->Image", reason="the picture belongs to the post")
    config = Config(groups=GROUPS, hubs=("User",), contracts=(ONLY_USER,), crossings=(accepted,))
    assert judge("ISO001", isolation(build, config)).outcome is Outcome.PASSED


def test_a_vacuous_contract_is_named(build: Build, judge: Judge) -> None:
    alone = Contract(kind=ContractKind.INTERNAL_ONLY, name="Other keeps to itself", groups=("Other",))
    schema = Schema(tables=(build.table("Image"),))
    grouping = resolve_groups(schema, {"Other": ("Image",)})
    judged = judge_isolation(schema, None, grouping, IsolationRules(contracts=(alone,)))
    gathered = Gathered(
        config=Config(groups={"Other": ("Image",)}, contracts=(alone,)),
        declared=schema,
        migrations=(),
        grouping=grouping,
        contracts=judged.contracts,
    )
    result = judge("ISO001", gathered)
    assert result.outcome is Outcome.PASSED
    assert "vacuous" in result.why
    assert "Other keeps to itself" in result.why


def test_tables_in_no_or_several_groups_are_warnings(build: Build, judge: Judge) -> None:
    config = Config(groups={"Auth": ("User", "Queue"), "Social": ("Queue",)})
    result = judge("ISO003", isolation(build, config))
    assert {finding.object for finding in result.findings} == {"public.Image", "public.Queue"}
    assert all(finding.severity is Severity.WARN for finding in result.findings)


def test_stale_crossings_and_unknown_names_are_found(build: Build, judge: Judge) -> None:
    stale = DeclaredCrossing(edge="Queue.gone->Image", reason="was needed")
    config = Config(groups=GROUPS | {"Auth": ("User", "Usr")}, hubs=("Users",), crossings=(stale,))
    gathered = isolation(build, config)
    assert [finding.object for finding in judge("ISO007", gathered).findings] == ["Queue.gone->Image"]
    assert {finding.object for finding in judge("ISO009", gathered).findings} == {"Usr", "Users"}
    # Without a rehearsal nobody knows which keys the migrations make.
    unknown = judge("ISO007", isolation(build, config, rehearsed=False))
    assert (unknown.outcome, unknown.findings) == (Outcome.SKIPPED, ())


def test_without_groups_and_contracts_nothing_is_required(build: Build, judge: Judge) -> None:
    for rule in ("ISO001", "ISO003", "ISO007", "ISO009"):
        result = judge(rule, isolation(build, Config()))
        assert (result.outcome, result.given) == (Outcome.SKIPPED, False)


def test_a_suppression_counts_until_it_expires(build: Build, judge: Judge) -> None:
    def suppressed(expires: date | None) -> str | None:
        accepted = Suppression(rule="ISO003", object="public.Image", reason="agreed", expires=expires)
        config = Config(groups={"Auth": ("User",), "Social": ("Queue",)}, suppressions=(accepted,))
        (finding,) = judge("ISO003", isolation(build, config)).findings
        return finding.suppressed

    assert suppressed(None) == "agreed"
    assert suppressed(date(2027, 1, 1)) == "agreed"
    assert suppressed(date(2026, 12, 31)) is None


def test_the_policy_sets_severities(build: Build, judge: Judge) -> None:
    policy = Policy(severities={"ISO003": Severity.BLOCK})
    config = Config(groups={"Auth": ("User",), "Social": ("Queue",)}, policy=policy)
    assert judge("ISO003", isolation(build, config)).findings[0].severity is Severity.BLOCK


def test_a_check_that_breaks_is_errored_and_hides_no_other() -> None:
    # A migration without a position cannot be judged; everything else still is.
    broken = Gathered(config=Config(), declared=Schema(), migrations=(None,))  # type: ignore[arg-type]
    outcomes = {result.rule: result.outcome for result in run_checks(broken, today=date(2027, 1, 1))}
    assert outcomes["HIS001"] is Outcome.ERRORED
    assert outcomes["INV003"] is Outcome.SKIPPED
