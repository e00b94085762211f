"""Defaults of columns, compared in the server's spelling.

Measured with Prisma's engine: constants are compared by value, whatever their casts, except that it never recognises
its own default of a UUID or of a list of BigInt; times only by whether both are constants; `now()` is CURRENT_TIMESTAMP
and nothing else; for `autoincrement()` any `nextval` or identity will do; the text of `dbgenerated("...")` must be the
one that the server prints, and must not be a constant; `dbgenerated()` accepts everything, also nothing.
"""

import re
from collections.abc import Iterator

from pgready.checks.drift.difference import Aspect, Kind
from pgready.checks.drift.types import is_time, prisma_reads
from pgready.checks.drift.values import is_constant, same_value, strip_parentheses
from pgready.findings import NoiseKind, Severity
from pgready.model.names import MAX_IDENTIFIER_BYTES, QualifiedName
from pgready.model.schema import Column

__all__ = ["default_aspects"]

_GENERATED = re.compile(r"GENERATED ALWAYS AS \((?P<expression>.*)\) (?:STORED|VIRTUAL)", re.DOTALL)
_IDENTITY = re.compile(r"GENERATED (?P<when>ALWAYS|BY DEFAULT) AS IDENTITY")
_NEXTVAL = re.compile(r"nextval\((?P<cast>\()?'(?P<sequence>(?:[^']|'')*)'::(?(cast)text\)::regclass|regclass)\)")
_IDENTIFIER = re.compile(r'"(?:[^"]|"")+"|[^."]+')
_NULL = re.compile(r"NULL(?:::.*)?", re.DOTALL)
_NOW = frozenset({"CURRENT_TIMESTAMP", "now()", "transaction_timestamp()"})
_NOW_OF_TYPE = {"timestamp without time zone": "LOCALTIMESTAMP", "date": "CURRENT_DATE"}
_MODIFIER = re.compile(r"\(\d+\)")


def default_aspects(
    wanted: Column, written: Column, there: Column, table: QualifiedName, refused: str | None
) -> Iterator[Aspect]:
    """How the default that was made differs from the declared one, which `written` has unspelt.

    `refused` are the server's words where it does not take the declared definition.
    """
    made = None if there.default is None or _NULL.fullmatch(there.default) else there.default
    if wanted.autoincrement:
        yield from _sequence(wanted, made, table)
    elif wanted.any_default:
        if made is None:
            detail = "declared with a default of the database, dbgenerated(), made without one; Prisma does not look"
            yield Aspect(Kind.DIFFERENT, detail, Severity.WARN)
    elif wanted.default is None:
        if made is not None:
            yield _extra(wanted, made)
    elif made is None:
        yield Aspect(Kind.DIFFERENT, f"declared with DEFAULT {written.default}, made without a default")
    elif wanted.default == made:
        yield from _always_rewritten(wanted, written.default or "", made)
    else:
        yield from _different(wanted, written.default or wanted.default, made, refused)


def _sequence(wanted: Column, made: str | None, table: QualifiedName) -> Iterator[Aspect]:
    if made is None:
        yield Aspect(Kind.DIFFERENT, "declared with autoincrement(), made without a default")
        return
    identity, drawn = _IDENTITY.fullmatch(made), _NEXTVAL.search(made)
    if identity and identity["when"] == "ALWAYS":
        words = "made as GENERATED ALWAYS AS IDENTITY: a value that the application writes itself is rejected"
        yield Aspect(Kind.DIFFERENT, f"declared with autoincrement(), {words}", Severity.NOTE)
    elif identity:
        yield Aspect(NoiseKind.SEQUENCE, f"declared with autoincrement(), a SERIAL, made as {made}")
    elif drawn is None or drawn[0] != _without_cast(made):
        yield Aspect(Kind.DIFFERENT, f"declared with autoincrement(), made with DEFAULT {made}")
    elif drawn[0] != made or not _is_own_sequence(drawn["sequence"].replace("''", "'"), wanted.name, table):
        yield Aspect(NoiseKind.SEQUENCE, f"declared with autoincrement(), made with DEFAULT {made}")


def _without_cast(expression: str) -> str:
    """`(nextval('s'::regclass))::integer` without the cast, which changes no value that fits."""
    return strip_parentheses(re.sub(r"::(?:integer|bigint|smallint)$", "", expression))


def _is_own_sequence(printed: str, column: str, table: QualifiedName) -> bool:
    """Whether it is the one that SERIAL makes; the server adds a number where the name is taken."""
    parts = [part.strip('"').replace('""', '"') for part in _IDENTIFIER.findall(printed)]
    expected = re.escape(_sequence_of(table.name, column))
    own_schema = len(parts) == 1 or parts[0] == table.schema
    return own_schema and re.fullmatch(rf"{expected}\d*", parts[-1]) is not None


def _sequence_of(table: str, column: str) -> str:
    """Both names and `seq`; the longer one gives way, byte by byte (makeObjectName() of PostgreSQL)."""
    first, second = table.encode(), column.encode()
    while len(first) + len(second) + len("__seq") > MAX_IDENTIFIER_BYTES:
        if len(first) > len(second):
            first = first[:-1]
        else:
            second = second[:-1]
    return f"{first.decode(errors='ignore')}_{second.decode(errors='ignore')}_seq"


def _extra(wanted: Column, made: str) -> Aspect:
    generated = made.startswith("GENERATED ALWAYS")
    words = made if made.startswith("GENERATED") else f"DEFAULT {made}"
    detail = f"declared without a default, made with {words}"
    if not generated:
        return Aspect(Kind.EXTRA, detail)
    # The application may not write to such a column at all; to one that Prisma's client does not know it does not.
    if not wanted.verbatim_type:
        return Aspect(Kind.EXTRA, detail, Severity.BLOCK)
    words = "Prisma takes it for a default to be dropped; declare @default(dbgenerated())"
    return Aspect(Kind.EXTRA, f"{detail}; {words}", Severity.NOTE)


def _always_rewritten(wanted: Column, written: str, made: str) -> Iterator[Aspect]:
    """What is the same and is nevertheless written anew by Prisma, every time."""
    constant = is_constant(made)
    base = wanted.type.removesuffix("[]")
    never_read = constant and (base == "uuid" or wanted.type == "bigint[]")
    # Of a text of its own Prisma reads these as something else, and compares the others letter by letter.
    read_otherwise = (constant and prisma_reads(wanted.type)) or made in _NOW or _NEXTVAL.search(made) is not None
    if never_read or (_is_dbgenerated(written) and (read_otherwise or written != _unqualified(made))):
        yield Aspect(NoiseKind.ALWAYS_REWRITTEN, f"DEFAULT {written} is declared and made, and printed as {made}")


def _is_dbgenerated(written: str) -> bool:
    """Whether it is not the SQL of a constant, a list or `now()` of the schema, so that it is a text of its own."""
    plain = written.startswith("ARRAY[") or (is_constant(written) and "::" not in written)
    return not plain and written != "CURRENT_TIMESTAMP"


def _unqualified(made: str) -> str:
    """As it is printed where `public` is on the search path, as it is for Prisma."""
    return made.replace("public.", "")


def _different(wanted: Column, written: str, made: str, refused: str | None) -> Iterator[Aspect]:
    declared = wanted.default or ""
    detail = f"declared with DEFAULT {written}, made with {'' if made.startswith('GENERATED') else 'DEFAULT '}{made}"
    generated = _GENERATED.fullmatch(made)
    if generated:
        yield from _generated(written, generated["expression"], detail, refused)
    elif _is_same_moment(declared, made, wanted.type) or same_value(declared, made, wanted.type):
        yield Aspect(NoiseKind.DEFAULT_SPELLING, detail)
    elif is_time(wanted.type) and is_constant(declared) and is_constant(made):
        yield Aspect(Kind.DIFFERENT, f"{detail}; Prisma does not compare constants of this type", Severity.WARN)
    else:
        words = f"; the server refuses what is declared: {refused}" if refused is not None else ""
        yield Aspect(Kind.DIFFERENT, detail + words)


def _generated(written: str, expression: str, detail: str, refused: str | None) -> Iterator[Aspect]:
    """A generated column is declared by the expression in dbgenerated("..."); the client may still write to it."""
    same = strip_parentheses(written) == strip_parentheses(expression)
    if same and not is_constant(written):
        if written != expression:
            yield Aspect(NoiseKind.ALWAYS_REWRITTEN, detail)
        return
    if same or refused is not None:
        words = "what the application writes to it is rejected" if same else "the expressions may be the same"
        yield Aspect(Kind.DIFFERENT, f"{detail}; {words}", Severity.WARN)
        return
    yield Aspect(Kind.DIFFERENT, detail)


def _is_same_moment(declared: str, made: str, type_: str) -> bool:
    same = _NOW | {_NOW_OF_TYPE.get(_MODIFIER.sub("", type_), "CURRENT_TIMESTAMP")}
    return declared in same and made in same
