"""What the notebooks show: pure functions from an `AuditResult` to a `View`, one per question of a reader.

In the order of the report of record: `verdict`, `figures`, `scope`, `findings`, `inventory`, `missing`, `migrations`,
`skips`, `contracts`, `group_cards`, `group_matrix`, `all_tables`, `crossings`, `unkeyed`, `group_pages`, `identifiers`,
`not_checked`, `checklist`, `checks` and `versions`. Of isolation alone: `isolation`, `placements`, `hubs`,
`coupling`, `cycles`, `blast_radius`; of two schemas `comparison`, and `what_if`. Of the migrations alone: `timeline`
and `biographies`. Of the rehearsal alone: `rehearsal_strip`, `second_runs`, `hidden_shapes`, `growth`, `tried`,
`lock_heat_map`, `lock_statements`, `crash_points`, `made_up_rows`, `rehearsal_server` and `not_tried`.
"""

from pgready.reports.views.checklist import checklist
from pgready.reports.views.comparison import comparison, what_if
from pgready.reports.views.crash_points import crash_points
from pgready.reports.views.evidence import checks, not_checked, versions
from pgready.reports.views.findings import findings
from pgready.reports.views.history import biographies, lock_heat_map, timeline
from pgready.reports.views.inventory import inventory, missing
from pgready.reports.views.isolation import contracts, crossings
from pgready.reports.views.measures import coupling, cycles, hubs, identifiers, placements, unkeyed
from pgready.reports.views.migrations import migrations, skips
from pgready.reports.views.pictures import all_tables, blast_radius, group_cards, group_matrix, group_pages
from pgready.reports.views.rehearsal import growth, not_tried, rehearsal_server, rehearsal_strip, second_runs, tried
from pgready.reports.views.standing import isolation
from pgready.reports.views.summary import figures, scope, verdict
from pgready.reports.views.traced import hidden_shapes, lock_statements, made_up_rows

__all__ = [
    "all_tables",
    "biographies",
    "blast_radius",
    "checklist",
    "checks",
    "comparison",
    "contracts",
    "coupling",
    "crash_points",
    "crossings",
    "cycles",
    "figures",
    "findings",
    "group_cards",
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
    "not_checked",
    "not_tried",
    "placements",
    "rehearsal_server",
    "rehearsal_strip",
    "scope",
    "second_runs",
    "skips",
    "timeline",
    "tried",
    "unkeyed",
    "verdict",
    "versions",
    "what_if",
]
