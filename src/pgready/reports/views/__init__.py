"""What the notebooks show: pure functions from an `AuditResult` to a `View`, one per question of a reader.

In the order of the report of record: `verdict`, `figures`, `scope`, `executive_summary`, `inventory`, `migrations`,
`skips`, `resilience`, `contracts`, `group_cards`, `group_matrix`, `all_tables`, `crossings`, `unkeyed`, `group_pages`,
`name_clashes`, `identifiers`, `rehearsal_strip`, `second_runs`, `data_and_locks`, `drift`, `compatibility`,
`checklist`, `findings`, `crash_points`, `next_steps`, `not_checked`, `checks` and `versions`. Of the inventory alone:
`missing`. Of isolation alone: `isolation`, `placements`, `hubs`, `coupling`, `cycles`, `blast_radius`; of two schemas
`comparison`, and `what_if`. Of the migrations alone: `timeline` and `biographies`. Of the rehearsal alone:
`hidden_shapes`, `growth`, `tried`, `lock_heat_map`, `lock_statements`, `made_up_rows`, `rehearsal_server` and
`not_tried`.
"""

from pgready.reports.views.checklist import checklist
from pgready.reports.views.comparison import comparison, what_if
from pgready.reports.views.compatibility import compatibility
from pgready.reports.views.crash_points import crash_points
from pgready.reports.views.data_and_locks import data_and_locks
from pgready.reports.views.drift import drift
from pgready.reports.views.evidence import checks, not_checked, versions
from pgready.reports.views.executive import executive_summary
from pgready.reports.views.findings import findings
from pgready.reports.views.history import biographies, lock_heat_map, timeline
from pgready.reports.views.inventory import inventory, missing
from pgready.reports.views.isolation import contracts, crossings
from pgready.reports.views.measures import coupling, cycles, hubs, identifiers, placements, unkeyed
from pgready.reports.views.migrations import migrations, skips
from pgready.reports.views.name_clashes import name_clashes
from pgready.reports.views.next_steps import next_steps
from pgready.reports.views.objects import enums, names, other_objects
from pgready.reports.views.pictures import all_tables, blast_radius, group_cards, group_matrix, group_pages
from pgready.reports.views.rehearsal import growth, not_tried, rehearsal_server, rehearsal_strip, second_runs, tried
from pgready.reports.views.resilience import resilience
from pgready.reports.views.search import find
from pgready.reports.views.standing import isolation
from pgready.reports.views.structure import (
    column_types,
    differences,
    group_completeness,
    schema_size,
    schema_standing,
    table_shapes,
)
from pgready.reports.views.summary import figures, scope, verdict
from pgready.reports.views.tables import tables
from pgready.reports.views.traced import hidden_shapes, lock_statements, made_up_rows

__all__ = [
    "all_tables",
    "biographies",
    "blast_radius",
    "checklist",
    "checks",
    "column_types",
    "comparison",
    "compatibility",
    "contracts",
    "coupling",
    "crash_points",
    "crossings",
    "cycles",
    "data_and_locks",
    "differences",
    "drift",
    "enums",
    "executive_summary",
    "figures",
    "find",
    "findings",
    "group_cards",
    "group_completeness",
    "group_matrix",
    "group_pages",
    "growth",
    "hidden_shapes",
    "hubs",
    "identifiers",
    "inventory",
    "isolation",
    "lock_heat_map",
    "lock_statements",
    "made_up_rows",
    "migrations",
    "missing",
    "name_clashes",
    "names",
    "next_steps",
    "not_checked",
    "not_tried",
    "other_objects",
    "placements",
    "rehearsal_server",
    "rehearsal_strip",
    "resilience",
    "schema_size",
    "schema_standing",
    "scope",
    "second_runs",
    "skips",
    "table_shapes",
    "tables",
    "timeline",
    "tried",
    "unkeyed",
    "verdict",
    "versions",
    "what_if",
]
