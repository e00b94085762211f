"""What stands beside the tables: enums with who uses them, views, extensions, and names to know about."""

from collections import Counter, defaultdict

from pgready.graph.completeness import Presence
from pgready.graph.naming import Named, NameTrait, remarkable_names
from pgready.model.names import ObjectKind, QualifiedName
from pgready.model.schema import Enum
from pgready.reports.blocks import Block, Fold, Line, Prose, Stack
from pgready.reports.counterparts import Counterparts, Sides
from pgready.reports.lines import NOTHING, capped, code, count, good, line, listing, muted, place, said, warn
from pgready.reports.view import View
from pgready.reports.views.structure import mark
from pgready.verdict import AuditResult

__all__ = ["enums", "names", "other_objects"]

_VALUES, _USES = 20, 6


def enums(audit: AuditResult) -> View:
    """Every enum with its values, the columns that use it, and what a clean deploy makes of it."""
    found = Counterparts(audit).enums
    if not found:
        return View(Prose(lines=(line("No enum is declared, and none is made."),)))
    users = _users(audit)
    heads = ("Enum", "Values", "Used by", "After a clean deploy", "Declared at")
    return View(capped("Enums and who uses them", heads, [_enum_row(enum, users) for enum in found]))


def _users(audit: AuditResult) -> dict[str, list[str]]:
    """Type -> the columns that have it, arrays of it included."""
    found: dict[str, list[str]] = defaultdict(list)
    for table in audit.declared.tables:
        for column in table.columns:
            found[column.type.removesuffix("[]")].append(f"{table.name.name}.{column.name}")
    return found


def _enum_row(part: Sides[Enum], users: dict[str, list[str]]) -> tuple[Line, ...]:
    enum = part.shown
    used = users.get(str(enum.name), [])
    return (
        line(code(enum.name.name)),
        listing(enum.values, _VALUES),
        listing(used, _USES) if used else line(warn("no column")),
        _state(part),
        place(enum.location if part.declared is not None else None),
    )


def _state(part: Sides[Enum] | Sides[QualifiedName] | Sides[str]) -> Line:
    words = "; ".join(part.words)
    maker = f" by {part.maker.position}" if part.maker is not None else ""
    return line(mark(part.presence), maker, f" {words}" if words else "")


def other_objects(audit: AuditResult) -> View:
    """Views, extensions and namespaces: what is declared, and what is made."""
    found = Counterparts(audit)
    shims = audit.rehearsal.shims if audit.rehearsal is not None else ()
    rows = [(line("view"), line(code(it.shown)), _other(it)) for it in found.views]
    rows += [
        (line("extension"), line(code(it.name)), line(_other(it), muted(", imitated") if it.name in shims else ""))
        for it in found.extensions
    ]
    used = {table.name.schema for table in (*audit.declared.tables, *(found.made.tables if found.made else ()))}
    rows += [
        (line("PostgreSQL schema"), line(code(name)), line(muted("has tables") if name in used else muted("no table")))
        for name in sorted({*used, *audit.declared.namespaces})
    ]
    if not rows:
        return View(Prose(lines=(line("No view and no extension is declared, and none is made."),)))
    return View(capped("What stands beside the tables", ("Kind", "Name", "After a clean deploy"), rows))


def _other(part: Sides[QualifiedName] | Sides[str]) -> Line:
    """One that only the migrations know is no fault: the schema cannot declare most of them."""
    if part.presence is Presence.EXTRA:
        return line(
            muted("made"), f" by {part.maker.position}" if part.maker is not None else "", muted(", not declared")
        )
    return _state(part)


_TITLES = {
    NameTrait.MAPPED: (
        "model has",
        "models have",
        "a table of another name",
        "SQL needs the name of the table (@@map)",
    ),
    NameTrait.QUOTED: (
        "name works",
        "names work",
        "only in double quotes",
        "Capitals or signs: without quotes PostgreSQL takes them for small letters.",
    ),
    NameTrait.RESERVED: (
        "name is",
        "names are",
        "reserved by PostgreSQL",
        "Without quotes the statement is refused, or `SELECT * FROM user` tells who is logged in.",
    ),
    NameTrait.ALIKE: (
        "name differs",
        "names differ",
        "from another only by capitals",
        "Easily confused, and the same without quotes.",
    ),
    NameTrait.FULL: (
        "name has",
        "names have",
        "all 63 bytes",
        "PostgreSQL cuts what is longer, so a longer name with this beginning would be taken for it.",
    ),
    NameTrait.CUT: (
        "name is",
        "names are",
        "cut to 63 bytes",
        "PostgreSQL keeps no more, and says so only in a notice.",
    ),
}


def names(audit: AuditResult) -> View:
    """Names that must be quoted, are reserved, are cut or are called otherwise in the code; folded by what they are."""
    found = remarkable_names(audit.declared)
    if not found:
        return View(Prose(lines=(line(good("None"), ": every name works as it is, without quotes."),)))
    by_trait = ((trait, [it for it in found if it.trait is trait]) for trait in NameTrait)
    return View(Stack(body=tuple(_trait(trait, mine) for trait, mine in by_trait if mine)))


def _trait(trait: NameTrait, found: list[Named]) -> Block:
    one, many, what, note = _TITLES[trait]
    heads = ("Kind", "Name", _OTHER.get(trait, "Within"))
    rows = [
        (line(_KINDS.get(it.object.kind, it.object.kind.value)), line(code(it.object.name)), _beside(it))
        for it in found
    ]
    kinds = Counter(_KINDS.get(it.object.kind, it.object.kind.value) for it in found)
    told = ", ".join(count(number, kind, _PLURALS.get(kind)) for kind, number in kinds.most_common())
    summary = line(f"{len(found)} {one if len(found) == 1 else many} {what}", muted(f": {told}"))
    return Fold(
        summary=summary, body=(Prose(lines=(said(note),)), capped(f"{many} {what}".capitalize(), heads, rows, _MOST))
    )


_OTHER = {NameTrait.MAPPED: "Model", NameTrait.CUT: "As written", NameTrait.ALIKE: "Like"}
_KINDS = {ObjectKind.CONSTRAINT: "foreign key"}
_PLURALS = {"index": "indexes"}
_MOST = 60


def _beside(it: Named) -> Line:
    if it.other is not None:
        return line(code(it.other))
    return line(code(it.object.table)) if it.object.table else line(NOTHING)
