"""ISO: what the groups promise, and what ties them together unseen."""

from dataclasses import replace
from datetime import date

import pytest

from builders import Build, Judge
from isolation_cases import accepting, config_of, gathered_of, told, tolerating
from pgready.checks import Gathered
from pgready.config import Config, Suppression
from pgready.findings import Confidence, Outcome, Severity
from pgready.model.contracts import EdgeKind
from pgready.model.groups import Contract, ContractKind, DeclaredCrossing
from pgready.model.location import Location
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema
from pgready.verdict import Policy
from structures import column, structure


def isolation(build: Build, config: Config, *, rehearsed: bool = True) -> Gathered:
    """Social refers to User (Auth) and to Image (Other)."""
    keys = (build.key("Queue", "userId", "User"), build.key("Queue", "imageId", "Image"))
    schema = Schema(tables=(build.table("Image"), build.table("Queue", keys=keys), build.table("User")))
    gathered = gathered_of(build, config, schema)
    return gathered if rehearsed else replace(gathered, rehearsal=None)


GROUPS: dict[str, tuple[str, ...]] = {"Auth": ("User",), "Social": ("Queue",), "Other": ("Image",)}
ONLY_USER = Contract(kind=ContractKind.ONLY_REFERENCES, name="Social to User", groups=("Social",), allowed=("User",))


def test_a_forbidden_crossing_blocks_and_an_accepted_one_does_not(build: Build, judge: Judge) -> None:
    broken = judge("ISO001", isolation(build, Config(groups=GROUPS, hubs=("User",), contracts=(ONLY_USER,))))
    assert [finding.object for finding in broken.findings] == ["public.Queue.Queue_imageId_fkey"]
    assert "Social to User" in broken.findings[0].message
    accepted = DeclaredCrossing(edge="Queue.imageId->Image", reason="the picture belongs to the post")
    config = Config(groups=GROUPS, hubs=("User",), contracts=(ONLY_USER,), crossings=(accepted,))
    assert judge("ISO001", isolation(build, config)).outcome is Outcome.PASSED


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
    for rule in ("ISO001", "ISO002", "ISO003", "ISO004", "ISO005", "ISO006", "ISO007", "ISO008", "ISO009"):
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


def test_a_vacuous_contract_is_a_note_and_named_among_those_that_hold(build: Build, judge: Judge) -> None:
    alone = Contract(kind=ContractKind.INTERNAL_ONLY, name="Other keeps to itself", groups=("Other",))
    gathered = isolation(build, Config(groups=GROUPS, contracts=(alone, ONLY_USER), hubs=("User",)))
    (note,) = judge("ISO008", gathered).findings
    assert (note.object, note.severity) == ("Other keeps to itself", Severity.NOTE)
    assert "the tables of Other have no foreign keys at all, inside or out" in note.message
    assert (
        "1 of 2 contracts hold (vacuous, as nothing could break it: Other keeps to itself)"
        in judge("ISO001", gathered).why
    )
    kept = Contract(kind=ContractKind.FORBIDDEN, name="no", groups=("Social",), to=("Other",))
    assert judge("ISO008", isolation(build, Config(groups=GROUPS, contracts=(kept,)))).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("contract", "words"),
    [
        (Contract(kind=ContractKind.KEYED_BY, name="k", groups=("None",), column="id"), "no table that it could judge"),
        (Contract(kind=ContractKind.PROTECTED, name="k", tables=("User",)), "nobody who may not refer to User has any"),
        (Contract(kind=ContractKind.ACYCLIC, name="k"), "there are no foreign keys at all"),
    ],
)
def test_every_vacuous_contract_says_what_is_not_there(
    build: Build, judge: Judge, contract: Contract, words: str
) -> None:
    config = Config(groups={"Auth": ("User",), "None": ()}, contracts=(contract,))
    (note,) = judge("ISO008", gathered_of(build, config, Schema(tables=(build.table("User"),)))).findings
    assert words in note.message


def test_what_breaks_a_contract_and_is_no_key_has_its_place_and_all_its_contracts(build: Build, judge: Judge) -> None:
    """A table without the key column is told once, however many contracts ask for it."""
    config = config_of(
        *(Contract(kind=ContractKind.KEYED_BY, name=name, groups=("CRM",), column="shopId") for name in ("one", "two")),
        CRM="contact tag",
    )
    schema = structure(also={"contact": (column("shopId"),), "tag": ()})
    tables = tuple(replace(it, location=Location("schema.prisma", 7)) for it in schema.tables)
    result = judge("ISO001", gathered_of(build, config, replace(schema, tables=tables)))
    assert told(result.findings) == [
        ("public.tag", 'table tag of CRM has no column shopId: breaks the contracts "one" and "two"')
    ]
    assert result.findings[0].location == Location("schema.prisma", 7)
    assert "[[suppressions]]" in result.findings[0].fix
    assert result.why == "1 finding; 0 of 2 contracts hold"


def test_an_unkeyed_reference_breaks_only_a_contract_that_asks_for_them(build: Build, judge: Judge) -> None:
    schema = structure(also={"contact": (), "booking": (column("contactId"), column("actorContactId"))})
    contract = Contract(kind=ContractKind.INTERNAL_ONLY, name="alone", groups=("Scheduler",))
    config = config_of(contract, Scheduler="booking", CRM="contact")
    assert judge("ISO001", gathered_of(build, config, schema)).outcome is Outcome.PASSED
    strict = replace(config, contracts=(replace(contract, edges=EdgeKind.FK_AND_UNKEYED),))
    found = judge("ISO001", gathered_of(build, strict, schema)).findings
    assert [(it.object, it.confidence) for it in found] == [
        ("public.booking.actorContactId", Confidence.MEDIUM),
        ("public.booking.contactId", Confidence.HIGH),
    ]
    assert "(rule T: the column is named after the table) and crosses from Scheduler to CRM" in found[1].message
    # Told once, by the contract.
    assert judge("ISO004", gathered_of(build, strict, schema)).outcome is Outcome.PASSED
    accepted = accepting(strict, "booking.contactId?->contact", "booking.actorContactId ?-> contact")
    assert judge("ISO001", gathered_of(build, accepted, schema)).outcome is Outcome.PASSED
    one = accepting(strict, "booking.contactId?->contact", "booking.actorContactId->contact")
    assert [it.object for it in judge("ISO001", gathered_of(build, one, schema)).findings] == [
        "public.booking.actorContactId"
    ]
    tolerated = tolerating(strict, "booking.contactId?->contact", "booking.actorContactId?->contact")
    assert judge("ISO001", gathered_of(build, tolerated, schema)).outcome is Outcome.PASSED


def test_the_baseline_tolerates_what_was_there_and_a_new_edge_still_fails(build: Build, judge: Judge) -> None:
    config = tolerating(Config(groups=GROUPS, contracts=(ONLY_USER,), hubs=("User",)), "Queue.imageId->Image")
    result = judge("ISO001", isolation(build, config))
    assert result.outcome is Outcome.PASSED
    assert result.why == "1 of 1 contracts hold (but for what the baseline tolerates: Social to User)"
    assert judge("ISO007", isolation(build, config)).why == "0 declared crossings, 1 of the baseline"
    alone = Contract(kind=ContractKind.INTERNAL_ONLY, name="alone", groups=("Social",))
    stricter = replace(config, contracts=(ONLY_USER, alone))
    assert [it.object for it in judge("ISO001", isolation(build, stricter)).findings] == [
        "public.Queue.Queue_userId_fkey"
    ]


def test_a_line_of_the_baseline_without_use_blocks_and_names_its_line(build: Build, judge: Judge) -> None:
    config = Config(file="pgready.toml", groups=GROUPS, contracts=(ONLY_USER,), hubs=("User",))
    # One key is gone, the other is there and breaks no contract.
    stale = tolerating(config, "Queue.imageId->Image", "Queue.gone->Image", "Queue.userId->User")
    found = judge("ISO007", isolation(build, stale)).findings
    assert [(it.object, str(it.location), it.severity) for it in found] == [
        ("Queue.gone->Image", "pgready.baseline:4", Severity.BLOCK),
        ("Queue.userId->User", "pgready.baseline:5", Severity.BLOCK),
    ]
    assert "pgready baseline --update" in found[0].fix
    # What [[crossings]] accepts needs no baseline.
    twice = tolerating(accepting(config, "Queue.imageId->Image"), "Queue.imageId->Image")
    assert [it.object for it in judge("ISO007", isolation(build, twice)).findings] == ["Queue.imageId->Image"]


def test_a_contract_without_a_table_to_break_it_with_is_a_note(build: Build, judge: Judge) -> None:
    contracts = (
        Contract(kind=ContractKind.FORBIDDEN, name="to nobody", groups=("Social",), to=("Empty",)),
        Contract(kind=ContractKind.PROTECTED, name="nothing", tables=("Nowhere",)),
    )
    config = Config(file="pgready.toml", groups={**GROUPS, "Empty": ()}, contracts=contracts)
    notes = judge("ISO008", isolation(build, config)).findings
    assert {it.object: it.message.partition("but ")[2] for it in notes} == {
        "nothing": "there is no table Nowhere",
        "to nobody": "there is no table to which a reference would break it",
    }
    assert {it.object: it.message for it in judge("ISO009", isolation(build, config)).findings} == {
        "Empty": 'contract "to nobody", to names Empty, which is a group without any table',
        "Nowhere": 'contract "nothing", tables names Nowhere, which is no model, table or group',
    }


def test_an_entry_that_means_several_references_is_told_once_and_accepts_none(build: Build, judge: Judge) -> None:
    key = structure("a.b_id -> b")
    spaces = ("x", "y")
    tables = tuple(
        replace(
            table,
            name=QualifiedName(space, table.name.name),
            foreign_keys=tuple(
                replace(it, table=QualifiedName(space, "a"), referenced_table=QualifiedName(space, "b"))
                for it in table.foreign_keys
            ),
        )
        for space in spaces
        for table in key.tables
    )
    alone = Contract(kind=ContractKind.INTERNAL_ONLY, name="alone", groups=("P",))
    config = tolerating(config_of(alone, P="x.a y.a", Q="x.b y.b"), "a.b_id->b")
    gathered = gathered_of(build, config, Schema(tables=tables))
    assert len(judge("ISO001", gathered).findings) == 2
    assert told(judge("ISO009", gathered).findings) == [
        (
            "a.b_id->b",
            "pgready.baseline:3 names a.b_id->b, which may be x.a.b_id->x.b or y.a.b_id->y.b; it accepts none of them",
        )
    ]
    assert judge("ISO007", gathered).outcome is Outcome.PASSED


def test_a_line_for_a_cascade_that_is_gone_is_stale(build: Build, judge: Judge) -> None:
    quiet = Contract(kind=ContractKind.NO_CASCADE_ACROSS, name="quiet")
    config = config_of(quiet, Shop="order", CRM="contact")
    line = DeclaredCrossing(edge="order.contact_id->contact", reason="old", baselined=True, cascade=True)
    config = replace(config, crossings=(line,))
    cascading, quieter = (structure(f"order.contact_id -> contact {it}") for it in ("CASCADE", "RESTRICT"))
    assert judge("ISO007", gathered_of(build, config, cascading)).outcome is Outcome.PASSED
    assert told(judge("ISO007", gathered_of(build, config, quieter)).findings) == [
        ("order.contact_id->contact  cascade", "no contract is broken by the cascade of order.contact_id->contact")
    ]
