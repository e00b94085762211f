"""Situations of groups, tables and keys to draw, from plain edges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pgready.graph.grouping import resolve_groups
from pgready.graph.isolation import Isolation, IsolationRules, judge_isolation
from pgready.graph.matrix import GroupMatrix, group_matrix
from pgready.graph.pages import GroupPage, group_pages
from pgready.model.groups import Contract, ContractKind, Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import ForeignKey, Schema, Table
from pgready.model.unkeyed import ReferenceRule, UnkeyedReference

__all__ = ["Drawn", "Situation", "seed_situation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The values of all pictures of one situation, and what they were made of."""

    matrix: GroupMatrix
    pages: Mapping[str, GroupPage]
    declared: Schema
    grouping: Grouping
    isolation: Isolation
    unkeyed: tuple[UnkeyedReference, ...]
    missing: tuple[QualifiedName, ...] | None


@dataclass(frozen=True)
class Situation:
    """Makes the values of a situation: `edges` are pairs of tables, `lost` those that the rehearsal did not make."""

    def __call__(
        self,
        groups: Mapping[str, Sequence[str]],
        edges: Sequence[tuple[str, str]] = (),
        *,
        lost: Sequence[tuple[str, str]] = (),
        lost_tables: Sequence[str] = (),
        unkeyed: Sequence[tuple[str, str]] = (),
        rehearsed: bool = True,
        alone: Sequence[str] = (),
        hubs: Sequence[str] = (),
        ungrouped: Sequence[str] = (),
    ) -> Drawn:
        tables = sorted({table for listed in groups.values() for table in listed} | set(ungrouped))
        declared = structure(tables, [*edges, *lost])
        made = structure([table for table in tables if table not in lost_tables], edges)
        grouping = resolve_groups(declared, groups)
        contracts = tuple(
            Contract(kind=ContractKind.INTERNAL_ONLY, name=f"{name} alone", groups=(name,)) for name in alone
        )
        rules = IsolationRules(contracts=contracts, hubs=tuple(hubs))
        found = judge_isolation(declared, made if rehearsed else None, grouping, rules)
        missing = [QualifiedName("public", table) for table in lost_tables] if rehearsed else None
        references = [
            UnkeyedReference(
                table=QualifiedName("public", one),
                column="x",
                referenced_table=QualifiedName("public", other),
                rule=ReferenceRule.TABLE,
            )
            for one, other in unkeyed
        ]
        pages = group_pages(grouping, found.keys, found.crossings, missing_tables=missing, unkeyed=references)
        return Drawn(
            matrix=group_matrix(grouping, found.keys, found.crossings, missing_tables=missing, unkeyed=references),
            pages={page.name: page for page in pages},
            declared=declared,
            grouping=grouping,
            isolation=found,
            unkeyed=tuple(references),
            missing=None if missing is None else tuple(missing),
        )


def structure(tables: Sequence[str], edges: Sequence[tuple[str, str]]) -> Schema:
    names = {table: QualifiedName("public", table) for table in tables}
    keys = [
        ForeignKey(
            name=f"fk{number}",
            table=names[one],
            columns=(f"c{edges[:number].count((one, other))}",),
            referenced_table=names[other],
            referenced_columns=("id",),
        )
        for number, (one, other) in enumerate(edges)
        if one in names and other in names
    ]
    return Schema(
        tables=tuple(
            Table(name=name, columns=(), foreign_keys=tuple(key for key in keys if key.table == name))
            for name in names.values()
        )
    )


def seed_situation() -> Drawn:
    """The seed's situation in small: what matters of its 40 tables, 26 keys and six groups."""
    review = ["Campaign", "Customer", "QueueItem", "Dataset", "UsageCounter"]
    social = ["Delivery", "SocialQueueItem", "AccountConnection", "Autoposter", "PostingDestination", "PublishAttempt"]
    scheduler = ["BookingService", "BookingRequest", "BookingRequestAuditLog", "BookingTheme", "AvailabilityWindow"]
    return Situation()(
        {
            "Auth": ["User", "Account", "Session", "VerificationToken"],
            "Scheduler": scheduler,
            "CRM": ["CrmContact", "CrmTag", "CrmContactTag", "CrmContactActivity"],
            "Review": review,
            "Social": social,
            "Other": ["ImageRequest", "ImageEvent", "BrandProfile", "ProReport"],
        },
        [
            ("Account", "User"),
            ("Session", "User"),
            ("CrmContactTag", "CrmContact"),
            ("CrmContactTag", "CrmTag"),
            ("CrmContactActivity", "CrmContact"),
            ("Customer", "Campaign"),
            ("QueueItem", "Campaign"),
            ("QueueItem", "Customer"),
            ("Dataset", "Campaign"),
            ("Delivery", "SocialQueueItem"),
            ("ImageEvent", "ImageRequest"),
            ("BrandProfile", "User"),
        ],
        lost=[
            ("BookingRequest", "BookingService"),
            ("BookingRequestAuditLog", "BookingRequest"),
            *((table, "User") for table in (*review, *social)),
            ("SocialQueueItem", "ImageRequest"),
        ],
        lost_tables=["BookingService", "BookingRequest", "BookingRequestAuditLog", "AccountConnection"],
        unkeyed=[("BookingRequestAuditLog", "User"), ("PostingDestination", "Account")],
        hubs=["User"],
    )
