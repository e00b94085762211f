"""What the notebooks show: pure functions from an `AuditResult` to a `View`, one per question of a reader.

In the order of the report of record: `verdict`, `figures`, `scope`, `findings`, `inventory`, `missing`, `migrations`,
`skips`, `contracts`, `group_cards`, `group_matrix`, `all_tables`, `crossings`, `unkeyed`, `group_pages`, `identifiers`,
`not_checked`, `checklist`, `checks` and `versions`. Of isolation alone: `isolation`, `placements`, `hubs`,
`coupling`, `cycles`, `blast_radius`; of two schemas `comparison`, and `what_if`. Of the migrations alone: `timeline`
and `biographies`.
"""

from pgready.reports.views.checklist import checklist
from pgready.reports.views.comparison import comparison, what_if
from pgready.reports.views.evidence import checks, not_checked, versions
from pgready.reports.views.findings import findings
from pgready.reports.views.history import biographies, lock_heat_map, timeline
from pgready.reports.views.inventory import inventory, missing
from pgready.reports.views.isolation import contracts, crossings
from pgready.reports.views.measures import coupling, cycles, hubs, identifiers, placements, unkeyed
from pgready.reports.views.migrations import migrations, skips
from pgready.reports.views.pictures import all_tables, blast_radius, group_cards, group_matrix, group_pages
from pgready.reports.views.standing import isolation
from pgready.reports.views.summary import figures, scope, verdict

__all__ = [
    "all_tables",
    "biographies",
    "blast_radius",
    "checklist",
    "checks",
    "comparison",
    "contracts",
    "coupling",
    "crossings",
    "cycles",
    "figures",
    "findings",
    "group_cards",
    "group_matrix",
    "group_pages",
    "hubs",
    "identifiers",
    "inventory",
    "isolation",
    "lock_heat_map",
    "migrations",
    "missing",
    "not_checked",
    "placements",
    "scope",
    "skips",
    "timeline",
    "unkeyed",
    "verdict",
    "versions",
    "what_if",
]
