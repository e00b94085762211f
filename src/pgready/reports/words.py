"""What is said about a cause: its heading, what it does to whom, and what to do.

Sources: Prisma's documentation of `migrate deploy` (directories in order of their names, each run once and recorded)
and of its error codes (P2021, "The table does not exist in the current database").
"""

from pgready.checks import RULES
from pgready.model.schema import Table
from pgready.reports.blocks import Line
from pgready.reports.causes import CauseKind
from pgready.reports.grouping import FindingGroup
from pgready.reports.lines import code, count, line
from pgready.reports.tried import after_the_fact, finishing, making, renaming
from pgready.verdict import AuditResult

__all__ = ["advice", "explanation", "heading", "size", "unmade"]


def size(group: FindingGroup) -> str:
    """`16 tables and 5 foreign keys`, or the number of findings when nothing is missing."""
    tables, keys = len(group.tables), len(group.keys)
    parts = [count(tables, "table")] * bool(tables) + [count(keys, "foreign key")] * bool(keys)
    return " and ".join(parts) or count(len(group.findings), "finding")


def heading(group: FindingGroup) -> Line:
    """The cause in a few words, with what it costs."""
    subject, lost = code(group.cause.subject), size(group)
    match group.cause.kind:
        case CauseKind.ORDER:
            return line(subject, f" runs too late: {lost} left out")
        case CauseKind.ABSENT:
            return line(_never_made(group))
        case CauseKind.GUARD:
            return line("A guard on ", subject, f" was never true: {lost} left out")
        case CauseKind.FAILED:
            return line(subject, f" fails: {lost} left out")
        case CauseKind.DROPPED:
            return line(subject, f" drops {lost}")
        case CauseKind.RULE:
            return line(_title(group.cause.subject))


def _never_made(group: FindingGroup) -> str:
    """What nobody makes, apart from what is missing only because of that."""
    tables, others = len(unmade(group)), len(group.tables) - len(unmade(group))
    if not tables:
        return f"No migration makes {size(group)}"
    rest = [f"{others} more"] * bool(others) + [count(len(group.keys), "foreign key")] * bool(group.keys)
    return f"No migration makes {count(tables, 'table')}" + (f"; {' and '.join(rest)} fall with them" if rest else "")


def unmade(group: FindingGroup) -> tuple[Table, ...]:
    """The tables of the group that no migration would make, not even under a guard."""
    guarded = {str(skip.would_make) for skip in group.skips}
    return tuple(table for table in group.tables if str(table.name) not in guarded)


def _title(rule: str) -> str:
    return RULES[rule].title if rule in RULES else f"Rule {rule}"


def explanation(group: FindingGroup, audit: AuditResult) -> Line:
    """What the cause does, and to whom; empty where the findings say it themselves."""
    match group.cause.kind:
        case CauseKind.ORDER:
            return _order(group, audit)
        case CauseKind.ABSENT | CauseKind.GUARD if group.tables:
            return line(
                "A clean deploy reports success without these tables; every query on them then fails (Prisma's P2021)."
                " A database that once got them another way, for example by ",
                code("prisma db push"),
                ", does not show the gap.",
            )
        case CauseKind.ABSENT | CauseKind.GUARD:
            return line("Rows can then refer to rows that do not exist, and are not deleted or kept as declared.")
        case _:
            return ()


def _order(group: FindingGroup, audit: AuditResult) -> Line:
    late = group.cause.subject
    position = next((migration.position for migration in audit.migrations if migration.name == late), None)
    first = min((skip.position for skip in group.skips), default=None)
    undated = " Its name has no date, so it sorts after every dated directory." if not late[:1].isdigit() else ""
    asked = f"{count(len(group.skips), 'guarded statement')} asked for what it makes as early as number {first}"
    return line(
        f"It runs as number {position} of {len(audit.migrations)}.{undated} {asked}, found nothing and skipped.",
        " A migration that is recorded as applied never runs again, so what was skipped stays missing.",
    )


def advice(group: FindingGroup, audit: AuditResult) -> Line:
    """What to repair, once per cause; empty where only the fixes of the findings apply."""
    match group.cause.kind:
        case CauseKind.ORDER:
            return (*renaming(group.cause.subject, audit), *after_the_fact(group.skips, audit))
        case CauseKind.ABSENT if group.tables:
            return line(
                "Add a migration that creates them (",
                code("npx prisma migrate dev --create-only"),
                " writes one from the difference), and audit again.",
                making(group.skips, audit),
            )
        case CauseKind.GUARD:
            return line("Make what the guard asks for in an earlier migration, or take the guard away.")
        case CauseKind.FAILED:
            return finishing(audit) or line(
                "Repair this migration first; what comes after it is not known until it runs."
            )
        case _:
            return ()
