"""What the database and the running application must be like for this deployment, and what of that is known."""

from collections import Counter

from pgready.model.schema import Schema
from pgready.reports.blocks import Fact, Facts, Line, Stack
from pgready.reports.judged import Claim, claim_row
from pgready.reports.lines import code, count, line, listing, muted, open_, table, warn
from pgready.reports.prisma_version import prisma_behaviour, prisma_version
from pgready.reports.view import View
from pgready.verdict import AuditResult

__all__ = ["compatibility"]

_NAMED = 12
_UNLOOKED = "no live database was looked at"
_CLAIMS = (
    Claim("The SQL runs on this version of PostgreSQL", ("RES001", "RES010", "RES011")),
    Claim("Nothing is lost that was there", ("DES001", "DES002", "DES003", "DES004", "DES005", "DES007")),
    Claim("The running version of the application goes on working", ("CMP003", "DES006")),
    Claim("No reset of the database is needed: nothing is edited, renamed or gone", ("HIS006", "HIS007")),
    Claim("The target server has the version, extensions and features", (), "", _UNLOOKED),
)


def compatibility(audit: AuditResult) -> View:
    """Server, extensions, features and Prisma as far as known, then what a deployment to a database in use needs."""
    facts = (
        ("PostgreSQL", _server(audit)),
        ("The target", line(open_("not known"), f": {_UNLOOKED}, be it at a hosting provider or your own.")),
        ("Extensions", _extensions(audit)),
        ("Features", _features(audit.rehearsal.schema if audit.rehearsal is not None else audit.declared)),
        ("Prisma", line(prisma_version(audit.project), "; ", muted(prisma_behaviour(audit)))),
    )
    heads = ("Claim", "Is it so?", "What was seen", "Rules")
    claims = table("Compatible with what is there", heads, [claim_row(claim, audit) for claim in _CLAIMS])
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


def _extensions(audit: AuditResult) -> Line:
    """Those that are declared or made, and which of them the throw-away server only imitated."""
    rehearsal = audit.rehearsal
    made = rehearsal.schema.extensions if rehearsal is not None else ()
    names = sorted(set(audit.declared.extensions) | set(made) - {"plpgsql"})
    shims = rehearsal.shims if rehearsal is not None else ()
    if not names and not shims:
        return line("none is needed.")
    imitated = line("; ", warn("imitated in the rehearsal"), ": ", listing(shims, _NAMED)) if shims else ""
    return line(listing(names, _NAMED), imitated, ": the target must have them.")


def _features(schema: Schema) -> Line:
    """What is less usual than tables, columns and B-tree indexes."""
    indexes = [index for table in schema.tables for index in table.indexes]
    methods = Counter(index.method for index in indexes if index.method != "btree")
    counted = (
        (len(schema.enums), "enum", None),
        (len(schema.views), "view", None),
        (sum(index.where is not None for index in indexes), "partial index", "partial indexes"),
        *((number, f"index by {method}", f"indexes by {method}") for method, number in sorted(methods.items())),
    )
    told = [count(number, one, many) for number, one, many in counted if number]
    return line(", ".join(told) or "nothing but tables, columns and B-tree indexes", ".")
