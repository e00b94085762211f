"""Types of columns: what Prisma compares of them, and what it passes over.

Measured: of the times that are declared without a precision (`@db.Timestamp`) every precision is accepted, and of lists
of times, too; 6 is the precision of a time without one. A domain counts as the type below it. Two types that Prisma
does not know (`Unsupported`) are equal to it, whatever they are.
"""

import re
from collections.abc import Iterator

from pgready.checks.drift.difference import Aspect, Kind
from pgready.findings import NoiseKind, Severity
from pgready.model.schema import Column

__all__ = ["is_time", "prisma_reads", "type_aspects"]

_TIME = re.compile(r"(?P<base>timestamp|time)(?:\((?P<digits>\d)\))? (?P<zone>with|without) time zone(?P<list>\[\])?")
_MODIFIER = re.compile(r"\(.*?\)")
_KNOWN_TO_PRISMA = re.compile(
    r"smallint|integer|bigint|oid|real|double precision|numeric|money|text|character(?: varying)?|citext|uuid|inet|cidr"
    r"|xml|bit(?: varying)?|boolean|bytea|jsonb?|date|time(?:stamp)? with(?:out)? time zone"
)


def is_time(type_: str) -> bool:
    """Whether Prisma maps the type to DateTime; it does not compare constants of those."""
    return type_.removesuffix("[]") == "date" or _TIME.fullmatch(type_) is not None


def type_aspects(wanted: Column, written: Column, there: Column) -> Iterator[Aspect]:
    """At most one: how the type that was made differs from the declared one, which `written` has unspelt."""
    if wanted.type == there.type:
        if wanted.verbatim_type and prisma_reads(there.type):
            detail = f'Unsupported("{written.type}") is made as {there.type}, which Prisma takes for another type'
            yield Aspect(NoiseKind.ALWAYS_REWRITTEN, detail)
        return
    detail = f"declared as {wanted.type}, made as {there.type}"
    if _is_same_time(wanted.type, there.type):
        yield Aspect(NoiseKind.PRECISION, detail)
    elif wanted.verbatim_type and not prisma_reads(there.type):
        yield Aspect(Kind.DIFFERENT, f"{detail}; Prisma does not compare types that it does not know", Severity.WARN)
    elif wanted.type == there.base_type:
        yield Aspect(NoiseKind.DOMAIN, detail)
    else:
        yield Aspect(Kind.DIFFERENT, detail)


def _is_same_time(wanted: str, there: str) -> bool:
    ours, theirs = _TIME.fullmatch(wanted), _TIME.fullmatch(there)
    if ours is None or theirs is None or ours.group("base", "zone", "list") != theirs.group("base", "zone", "list"):
        return False
    return ours["digits"] is None or ours["list"] is not None or (ours["digits"], theirs["digits"]) == ("6", None)


def prisma_reads(type_: str) -> bool:
    """Whether Prisma introspects it as a type that it knows; a type of the database itself is a domain or an enum."""
    base = _MODIFIER.sub("", type_.removesuffix("[]"))
    return "." in base or _KNOWN_TO_PRISMA.fullmatch(base) is not None
