"""The sentences of the team's report about `examples/premium-apps`, as its pictures answer them.

Every figure is checked together with the values that it draws.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from pgready.config import load_config
from pgready.figures.describe import describe_group_page, page_lines
from pgready.figures.group_matrix import matrix_scene
from pgready.figures.group_page import page_scene
from pgready.figures.status_cards import cards_scene
from pgready.figures.table_map import map_scene
from pgready.figures.text import TIMES
from pgready.graph.grouping import resolve_groups
from pgready.graph.isolation import IsolationRules, judge_isolation
from pgready.graph.matrix import GroupMatrix, group_matrix
from pgready.graph.names import table_names
from pgready.graph.pages import GroupPage, LinkKind, count_keys, group_pages
from pgready.graph.status import GroupStatus, StatusVerdict, group_statuses
from pgready.graph.table_map import TableMap, drawn_hubs, table_map
from pgready.graph.tenancy import group_tenancy
from pgready.graph.unkeyed import unkeyed_references
from pgready.sources.prisma import locate, read_schema
from scene_faults import words_of

EXAMPLE = Path(__file__).parents[3] / "examples" / "premium-apps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """The values that the pictures of the example draw."""

    pages: Mapping[str, GroupPage]
    statuses: Mapping[str, GroupStatus]
    matrix: GroupMatrix
    map: TableMap


@pytest.fixture(scope="module")
def example() -> Example:
    config = load_config(EXAMPLE / "pgready.toml", shown_as="pgready.toml", rules=())
    schema = read_schema(locate(EXAMPLE))
    grouping = resolve_groups(schema, config.groups, config.keys, groups_from=config.groups_from)
    rules = IsolationRules(contracts=config.contracts, hubs=config.hubs, accepted=config.crossings)
    found, unkeyed = judge_isolation(schema, None, grouping, rules), unkeyed_references(schema)
    pages = group_pages(grouping, found.keys, found.crossings, unkeyed=unkeyed)
    statuses = group_statuses(
        grouping,
        found.keys,
        found.crossings,
        found.contracts,
        unkeyed=unkeyed,
        tenancy=group_tenancy(schema, grouping),
    )
    return Example(
        pages={page.name: page for page in pages},
        statuses={status.group: status for status in statuses},
        matrix=group_matrix(grouping, found.keys, found.crossings, unkeyed=unkeyed),
        map=table_map(pages, drawn_hubs(grouping, found.keys, rules.hubs, table_names(schema))),
    )


def card(status: GroupStatus) -> list[str]:
    return words_of(cards_scene([status]))


def test_crm_has_no_key_out_and_none_in(example: Example) -> None:
    """ "Foreign Keys: Internal only"."""
    page, status = example.pages["CRM"], example.statuses["CRM"]
    assert (page.keys_inside, page.incoming, page.outgoing) == (3, (), ())
    assert (status.coupling.inside, status.coupling.outgoing, status.coupling.incoming) == (3, 0, 0)
    assert page_lines(page)[0] == "CRM: 4 tables, 3 keys inside, none in, none out"
    assert words_of(page_scene(page)).count("none") == 2
    assert card(status).count("none") == 2
    assert "✓ holds" in card(status)


def test_the_scheduler_has_no_key_out_and_one_column_without_a_key(example: Example) -> None:
    """ "Foreign Keys: None to other feature schemas": true of keys, and `actorUserId` names User all the same."""
    page, status = example.pages["Scheduler"], example.statuses["Scheduler"]
    assert (count_keys(page.outgoing), count_keys(page.incoming)) == (0, 0)
    assert [(it.table.name, it.column, it.referenced_table.name) for it in status.unkeyed] == [
        ("BookingRequestAuditLog", "actorUserId", "User")
    ]
    assert page_lines(page)[0].endswith("none in, none out")
    assert page_lines(page)[1].endswith(" 1 column names a table without a key (?).")
    assert {"none", "unkeyed", "User"} <= set(words_of(page_scene(page)))
    assert {"? BookingRequestAuditLog.actorUserId", "    → User"} <= set(card(status))
    assert "Out: 1 without a key to User of Auth." in describe_group_page(page)


def test_social_crosses_to_other(example: Example) -> None:
    """ "All properly reference User table when needed", and one key goes to ImageRequest."""
    page, status = example.pages["Social"], example.statuses["Social"]
    crossing = [link for link in page.outgoing if link.kind is LinkKind.FORBIDDEN]
    assert [(it.table.name, it.referenced_table.name, it.to_group) for it in crossing] == [
        ("SocialQueueItem", "ImageRequest", "Other")
    ]
    assert status.verdict is StatusVerdict.BROKEN
    assert {"✕ broken", "✕ SocialQueueItem.imageRequestId", "    → ImageRequest", f"→ User {TIMES}6, allowed"} <= set(
        card(status)
    )
    assert {"ImageRequest", "Other", "forbidden"} <= set(words_of(page_scene(page)))
    assert example.matrix.cells["Social", "Other"].forbidden == 1
    assert "forbidden" in words_of(matrix_scene(example.matrix))
    assert words_of(map_scene(example.map))[0] == "40 tables in 6 groups: 13 keys between groups, 1 forbidden"


def test_review_automation_refers_to_user_only(example: Example) -> None:
    """ "Foreign Keys: User, internal relationships"."""
    page, status = example.pages["Review"], example.statuses["Review"]
    assert {(link.referenced_table.name, link.kind) for link in page.outgoing} == {("User", LinkKind.ALLOWED)}
    assert (count_keys(page.outgoing), page.incoming, page.keys_inside) == (5, (), 4)
    assert page_lines(page)[0] == "Review: 5 tables, 4 keys inside, none in, 5 out"
    assert {f"→ User {TIMES}5, allowed", "✓ holds"} <= set(card(status))
    assert example.matrix.cells["Review", "Auth"].allowed == 5
