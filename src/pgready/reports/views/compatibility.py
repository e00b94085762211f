"""What the database and the running application must be like for this deployment, and what of that is known."""

from collections import Counter

from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.schema import Schema
from pgready.reports.blocks import Fact, Facts, Line, Stack
from pgready.reports.judged import Claim, claim_row
from pgready.reports.lines import code, count, line, listing, muted, open_, table, warn
from pgready.reports.prisma_version import prisma_behaviour, prisma_version
from pgready.reports.unjudged import chosen_row, dropped_row
from pgready.reports.view import View
from pgready.verdict import AuditResult

__all__ = ["compatibility"]

_NAMED = 12
_SECURED = "ENABLE ROW LEVEL SECURITY"
_UNUSUAL = (
    ObjectKind.VIEW,
    ObjectKind.MATERIALIZED_VIEW,
    ObjectKind.FUNCTION,
    ObjectKind.TRIGGER,
    ObjectKind.POLICY,
    ObjectKind.RULE,
)
_UNLOOKED = "no live database was looked at"
_CLAIMS = (
    Claim("The SQL runs on this version of PostgreSQL", ("RES001", "RES010", "RES011")),
    Claim(
        "Nothing that holds data is dropped, emptied or made narrower",
        ("DES001", "DES002", "DES003", "DES004", "DES005", "DES007"),
    ),
    Claim(
        "The running version keeps its tables, columns and enum values, and must fill no new column",
        ("CMP003", "DES001", "DES002", "DES005", "DES006", "DES007"),
    ),
    Claim("No reset of the database is needed: nothing is edited, renamed or gone", ("HIS006", "HIS007")),
    Claim("The target server has the version, extensions and features", (), "", _UNLOOKED),
)


def compatibility(audit: AuditResult) -> View:
    """Server, extensions, features and Prisma as far as known, then what a deployment to a database in use needs."""
    facts = (
        ("PostgreSQL", _server(audit)),
        ("The target", line(open_("not known"), f": {_UNLOOKED}, be it at a hosting provider or your own.")),
        ("Extensions", _extensions(audit)),
        ("Features", _features(audit)),
        ("Prisma", line(prisma_version(audit.project), "; ", muted(prisma_behaviour(audit)))),
    )
    heads = ("Claim", "Is it so?", "What was seen", "Rules")
    rows = [claim_row(claim, audit) for claim in _CLAIMS]
    rows = [*rows[:2], *chosen_row(audit), rows[2], *dropped_row(audit), *rows[3:]]
    claims = table("Compatible with what is there", heads, rows)
    return View(Stack(body=(Facts(facts=tuple(Fact(term=term, line=said) for term, said in facts)), claims)))


def _server(audit: AuditResult) -> Line:
    rehearsal = audit.rehearsal
    if rehearsal is None:
        return line(open_("not known"), f": {audit.rehearsal_skipped or 'nothing was rehearsed'}.")
    server = rehearsal.server
    stand_ins = line("; stand-ins for ", listing(rehearsal.stand_ins, _NAMED)) if rehearsal.stand_ins else ""
    return line(
        f"rehearsed on {server.version}",
        muted(f" ({server.origin})"),
        stand_ins,
        "; to rehearse on the version that you deploy to, give ",
        code("--postgres PATH"),
        ".",
    )


def _whole(audit: AuditResult) -> bool:
    """Whether everything that the migrations make was seen in the catalog."""
    return audit.rehearsal is not None and audit.rehearsal.complete


def _extensions(audit: AuditResult) -> Line:
    """Those that are declared, made or written in a migration, and which the throw-away server only imitated."""
    rehearsal = audit.rehearsal
    made = rehearsal.schema.extensions if rehearsal is not None else ()
    written = {life.object.name for life in audit.lives if life.kind is ObjectKind.EXTENSION}
    names = sorted((set(audit.declared.extensions) | set(made) | written) - {"plpgsql"})
    shims = rehearsal.shims if rehearsal is not None else ()
    partly = "" if _whole(audit) else "; whether more are needed is not known, as not every migration was rehearsed"
    if not names and not shims:
        if _whole(audit):
            return line("none is needed.")
        return line(open_("not known"), ": none is declared or written, and not every migration was rehearsed.")
    imitated = line("; ", warn("imitated in the rehearsal"), ": ", listing(shims, _NAMED)) if shims else ""
    return line(
        listing(names, _NAMED), imitated, f": the target must have {'it' if len(names) == 1 else 'them'}", partly, "."
    )


def _features(audit: AuditResult) -> Line:
    """What is less usual than tables, columns and B-tree indexes, in the catalog and in the migrations' text."""
    schema = audit.rehearsal.schema if audit.rehearsal is not None and _whole(audit) else audit.declared
    indexes = [index for table in schema.tables for index in table.indexes]
    methods = Counter(index.method for index in indexes if index.method != "btree")
    counted = (
        (len(schema.enums), "enum", None),
        (sum(index.where is not None for index in indexes), "partial index", "partial indexes"),
        *((number, f"index by {method}", f"indexes by {method}") for method, number in sorted(methods.items())),
        *_others(audit, schema),
    )
    told = ", ".join(count(number, one, many) for number, one, many in counted if number)
    if _whole(audit):
        return line(told or "nothing but tables, columns and B-tree indexes", ".")
    more = "what else the migrations make is not known, as not all of them were rehearsed"
    return line(told or open_("not known"), f"; {more}." if told else f": {more}.")


def _others(audit: AuditResult, schema: Schema) -> list[tuple[int, str, str | None]]:
    """Views, functions, triggers and the like that the migrations leave behind, as the catalog of the rehearsal says.

    Row level security is no object: the migrations' text tells of it.
    """
    there: set[ObjectRef] = set()
    for run in audit.rehearsal.runs if audit.rehearsal is not None and _whole(audit) else ():
        there = (there - set(run.dropped)) | set(run.made)
    counts = Counter(ref.kind for ref in there)
    counts[ObjectKind.VIEW] = max(counts[ObjectKind.VIEW], len(schema.views) - counts[ObjectKind.MATERIALIZED_VIEW])
    secured = sum(
        life.alive is not False and any(deed.detail == _SECURED for deed in life.deeds) for life in audit.lives
    )
    named = [(counts[kind], kind.value, "policies" if kind is ObjectKind.POLICY else None) for kind in _UNUSUAL]
    return [*named, (secured, "table with row level security", "tables with row level security")]
