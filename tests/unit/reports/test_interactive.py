"""What can be found in an interactive picture, in words."""

import pytest

from pgready.figures.svg import svg_bytes
from pgready.figures.table_map import draw_table_map
from pgready.graph.block_matrix import block_matrix
from pgready.graph.isolation import merge_keys
from pgready.graph.matrix import group_matrix
from pgready.graph.pages import group_pages
from pgready.graph.table_map import drawn_hubs, table_map
from pgready.reports import interactive
from pgready.reports.blocks import Picture
from pgready.reports.interactive import map_interaction, matrix_interaction
from pgready.reports.page.frame import frame_of
from pgready.verdict import AuditResult


def test_every_table_group_and_reference_of_a_map_can_be_found_in_its_svg(premium_audit: AuditResult) -> None:
    made = premium_audit.rehearsal
    assert made is not None
    keys = merge_keys(premium_audit.declared, made.schema)
    grouping, crossings = premium_audit.grouping, premium_audit.crossings
    drawn = table_map(group_pages(grouping, keys, crossings), drawn_hubs(grouping, keys))
    found = map_interaction(drawn, keys)
    svg = svg_bytes(draw_table_map(drawn), title="t", description="d", live_text=True).decode()
    frame = frame_of(Picture(svg=svg, alt="a", interaction=found))
    assert frame is not None
    assert len(found.tables) == 40
    assert all(f'id="{it[0]}"' in frame.document for it in (*found.groups, *found.tables))
    ids = [
        f"edge:{kind}:{found.tables[one][0][6:]}:{found.tables[other][0][6:]}" for one, other, kind, _ in found.links
    ]
    drawn_lines = {it for it in ids if f'id="{it}"' in frame.document}
    assert len(drawn_lines) == frame.document.count('id="edge:')
    assert all(it.endswith(":public.User") for it in set(ids) - drawn_lines)
    assert len(frame.document) < 60_000
    assert len(svg) > len(frame.document) / 2


def test_a_reference_tells_columns_action_verdict_and_whether_it_was_made(premium_audit: AuditResult) -> None:
    made = premium_audit.rehearsal
    assert made is not None
    keys = merge_keys(premium_audit.declared, made.schema)
    pages = group_pages(premium_audit.grouping, keys, premium_audit.crossings)
    found = map_interaction(table_map(pages), keys)
    said = {text for *_, text in found.links}
    item = "SocialQueueItem.imageRequestId → ImageRequest, ON DELETE CASCADE, missing after a clean deploy, forbidden"
    assert item in said
    assert "Session.userId → User, ON DELETE CASCADE" in said
    notes = {name: note for _, name, note in found.groups}
    assert notes["CRM"] == "CRM: 4 tables, 3 keys inside, no key in, no key out"


@pytest.mark.parametrize("most", [1_500, 3])
def test_a_matrix_lists_its_tables_in_their_order_and_tells_keys_while_they_are_few(
    premium_audit: AuditResult, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(interactive, "MOST_SENTENCES", most)
    keys = merge_keys(premium_audit.declared, None)
    grouping, crossings = premium_audit.grouping, premium_audit.crossings
    blocks = block_matrix(group_matrix(grouping, keys, crossings), grouping, keys, crossings)
    found = matrix_interaction(blocks, keys)
    assert found.grid
    assert [name for _, name, *_ in found.tables] == [blocks.labels[it] for it in blocks.tables]
    assert [found.groups[group][1] for *_, group in found.tables] == [
        block.name for block in blocks.blocks for _ in range(block.tables)
    ]
    assert {(row, column) for row, column, *_ in found.links} == {
        pair for pairs in blocks.cells.values() for pair in pairs
    }
    assert all(bool(text) is (most > 3) for *_, text in found.links)
