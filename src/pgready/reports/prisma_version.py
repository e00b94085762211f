"""Which Prisma version the project uses, what says so, and what that decides, in words.

Sources: Prisma's release notes (6.0: the key of implicit many-to-many tables); `pgready.sources.prisma.splitting` (7.4:
a file goes to the server statement by statement, where its parser can read it).
"""

from pgready.reports.blocks import Line
from pgready.reports.lines import code, line, muted
from pgready.reports.visible import shorten
from pgready.verdict import AuditResult, ProjectInfo

__all__ = ["prisma_behaviour", "prisma_version"]

# A range in package.json may be an address or any other text.
_LONGEST = 80


def prisma_version(project: ProjectInfo) -> Line:
    """`6.19.0 (pnpm-lock.yaml:1234)`, or that no file names one version."""
    if project.prisma_version is None:
        return line(muted("not found: no lock file or package.json names one version"))
    version, where = shorten(project.prisma_version, _LONGEST), project.prisma_location
    if where is None:
        return line(version)
    place = where.file if where.line is None else f"{where.file}:{where.line}"
    return line(version, " (", code(place), ")")


def prisma_behaviour(audit: AuditResult) -> str:
    """What the version decides: how files are run, and the key of many-to-many tables where there are any."""
    project = audit.project
    execution = {
        None: "whether it sends a file whole (before 7.4) or by statement is not known, so both were rehearsed",
        True: "sends a file statement by statement where its parser can read it, as the rehearsal did",
        False: "sends each file whole, as the rehearsal did",
    }[project.prisma_by_statement]
    if audit.rehearsal is None:
        execution = execution.replace(", so both were rehearsed", "").replace(", as the rehearsal did", "")
    key = {None: "", True: "a primary key", False: "a unique index in place of a primary key"}[
        project.prisma_join_primary_key
    ]
    joins = any(table.model is None for table in audit.declared.tables)
    judged = project.prisma_join_primary_key is not None and not project.prisma_exact
    return "; ".join(
        (
            *(("a range, judged by its lower end",) if judged else ()),
            execution,
            *((f"implicit many-to-many tables get {key}",) if joins and key else ()),
        )
    )
