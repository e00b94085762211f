"""What the notebooks show: pure functions from an `AuditResult` to a `View`, one per question of a reader.

In the order of the report: `verdict`, `figures`, `scope`, `findings`, `inventory`, `missing`, `migrations`, `skips`,
`contracts`, `group_matrix`, `crossings`, `group_pages`, `identifiers`, `not_checked`, `checklist`, `checks` and
`versions`.
"""

from pgready.reports.views.checklist import checklist
from pgready.reports.views.evidence import checks, not_checked, versions
from pgready.reports.views.findings import findings
from pgready.reports.views.inventory import identifiers, inventory, missing
from pgready.reports.views.isolation import contracts, crossings
from pgready.reports.views.migrations import migrations, skips
from pgready.reports.views.pictures import group_matrix, group_pages
from pgready.reports.views.summary import figures, scope, verdict

__all__ = [
    "checklist",
    "checks",
    "contracts",
    "crossings",
    "figures",
    "findings",
    "group_matrix",
    "group_pages",
    "identifiers",
    "inventory",
    "migrations",
    "missing",
    "not_checked",
    "scope",
    "skips",
    "verdict",
    "versions",
]
