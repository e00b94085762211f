"""INV004: names that the server takes for one name, or that people will."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from pgready.checks.counts import counted
from pgready.checks.gathered import Check, Gathered, failed_or_passed, finding
from pgready.findings import CheckResult, Confidence, Evidence, Finding, Rule, Severity
from pgready.model.location import Location
from pgready.model.names import MAX_IDENTIFIER_BYTES, ObjectKind, QualifiedName, serial_sequence_name
from pgready.model.schema import CutName, Enum, Schema, Table

__all__ = ["CHECKS"]

INV004 = Rule(
    id="INV004",
    title="Names clash in the database",
    severity=Severity.BLOCK,
    evidence=(Evidence.READ,),
    condition="Two declared objects of one namespace have the same name after @map, @@map and the cut at 63 bytes: "
    "tables, views and indexes (keys too) of a schema, enums and tables of a schema, columns or constraints of a "
    "table, values of an enum; or a column has the name of a system column, or a value of an enum more than 63 bytes. "
    "A warning where names differ by upper and lower case only, an enum is named as a built-in type, something as the "
    "sequence of a SERIAL, or a name is "
    "cut. Prisma's own validation passes all of these.",
    effect="The second CREATE fails; CREATE TABLE or INDEX with IF NOT EXISTS skips it silently, and the object never "
    "comes into being. Names that differ by case are one name in SQL without quotation marks.",
    fix="Give one of the two another name in @@map, @map or `map:`.",
    source="PostgreSQL manual, pg_class, pg_type and pg_constraint (their unique indexes), System Columns, Identifiers "
    "and Key Words; each clash was seen on a real server.",
)

_SKIPPED = "fails, or is skipped silently with IF NOT EXISTS"
_SYSTEM_COLUMNS = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
# pg_type of PostgreSQL 18, schema pg_catalog, without the row types of its tables and the array types.
_BUILT_IN_TYPES = frozenset(
    """aclitem any anyarray anycompatible anycompatiblearray anycompatiblemultirange anycompatiblenonarray
    anycompatiblerange anyelement anyenum anymultirange anynonarray anyrange bit bool box bpchar bytea char cid cidr
    circle cstring date datemultirange daterange event_trigger fdw_handler float4 float8 gtsvector index_am_handler inet
    int2 int2vector int4 int4multirange int4range int8 int8multirange int8range internal interval json jsonb jsonpath
    language_handler line lseg macaddr macaddr8 money name numeric nummultirange numrange oid oidvector path point
    polygon record refcursor regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc
    regprocedure regrole regtype table_am_handler text tid time timestamp timestamptz timetz trigger tsm_handler
    tsmultirange tsquery tsrange tstzmultirange tstzrange tsvector txid_snapshot unknown uuid varbit varchar void xid
    xid8 xml""".split()  # noqa: SIM905  # as literals it would be 95 lines
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """Something that has a name: `kind` and `shown` for messages (`index`, `x of User`), `object` for the catalog."""

    kind: str
    name: str
    shown: str
    schema: str
    object: str
    location: Location | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.shown}"

    @property
    def place(self) -> str:
        """` (file:line:column)`, or nothing where that is not known."""
        return f" ({self.location})" if self.location is not None else ""


def inv004(gathered: Gathered) -> CheckResult:
    """Names of declared objects that clash, or differ by case only."""
    schema = gathered.declared
    findings = [*_equal(schema), *_system_columns(schema), *_values(schema), *_built_in(schema), *_alike(schema)]
    findings += [*_sequences(schema), *map(_cut, schema.cut_names)]
    columns = sum(len(table.columns) for table in schema.tables)
    sizes = f"{counted(len(schema.tables), 'table')}, {counted(columns, 'column')}"
    looked = f"names of {sizes} and {counted(len(schema.enums), 'enum')} compared"
    return failed_or_passed(INV004, findings, looked_at=looked)


def _equal(schema: Schema) -> Iterator[Finding]:
    """What the server refuses the second time, namespace by namespace."""
    tables, views, enums = _tables(schema), _views(schema), _enums(schema)
    indexes = _all_indexes(schema)
    for first, second in _pairs([*tables, *views, *indexes], _schema_of):
        yield _clash(first, second, "both are relations of one schema, so one is never made: its CREATE " + _SKIPPED)
    for first, second in _pairs([*tables, *views, *enums], _schema_of):
        if "enum" in (first.kind, second.kind):
            yield _clash(
                first, second, "both are types of one schema (tables and views are), so the second CREATE fails"
            )
    for table in schema.tables:
        for first, second in _pairs(_columns(table)):
            yield _clash(first, second, "CREATE TABLE fails")
        for first, second in _pairs(_constraints(table)):
            yield _clash(first, second, "both are constraints of one table, so ADD CONSTRAINT fails")
    for enum in schema.enums:
        for first, second in _pairs(_enum_values(enum)):
            yield _clash(first, second, "CREATE TYPE fails")


def _clash(first: _Named, second: _Named, effect: str) -> Finding:
    return finding(
        INV004,
        object=second.object,
        message=f"{second} has the same name as {first}{first.place}: {effect}",
        location=second.location,
    )


def _system_columns(schema: Schema) -> Iterator[Finding]:
    for table in schema.tables:
        for column in _columns(table):
            if column.name in _SYSTEM_COLUMNS:
                message = f"{column} has the name of a system column, which every table has: CREATE TABLE fails"
                yield _single(column, message, "Give the column another name in @map.")


def _values(schema: Schema) -> Iterator[Finding]:
    """A name that is too long is cut, a value of an enum is refused."""
    for enum in schema.enums:
        for value in _enum_values(enum):
            size = len(value.name.encode())
            if size > MAX_IDENTIFIER_BYTES:
                message = f"{value} has {size} bytes: CREATE TYPE fails above {MAX_IDENTIFIER_BYTES}"
                yield _single(value, message, "Give the value a shorter name in @map.")


def _built_in(schema: Schema) -> Iterator[Finding]:
    """Without a schema, which Prisma writes only for several schemas, pg_catalog is searched first."""
    for enum in _enums(schema):
        if enum.name in _BUILT_IN_TYPES:
            means = f"without its schema the name means pg_catalog.{enum.name}, in quotation marks too"
            message = f"{enum} has the name of a built-in type: {means}, so columns are made with that type"
            yield _single(enum, message, "Give the enum another name in @@map.", Severity.WARN)


def _sequences(schema: Schema) -> Iterator[Finding]:
    """A SERIAL gives its sequence another name if its own is taken; what comes after it does not."""
    indexes = _all_indexes(schema)
    sequences = [
        _part("sequence", serial_sequence_name(table.name.name, column.name), table.name, column.location)
        for table in schema.tables
        for column in table.columns
        if column.autoincrement
    ]
    for first, second in _pairs([*_tables(schema), *_enums(schema), *indexes, *sequences], _schema_of):
        if "sequence" in (first.kind, second.kind) and first.kind != second.kind:
            effect = f"in one of the two orders, what is made second {_SKIPPED}"
            yield replace(_clash(first, second, effect), severity=Severity.WARN)


def _single(named: _Named, message: str, fix: str, severity: Severity = Severity.BLOCK) -> Finding:
    return finding(INV004, object=named.object, message=message, location=named.location, fix=fix, severity=severity)


def _cut(name: CutName) -> Finding:
    kind = {ObjectKind.TYPE: "enum"}.get(name.object.kind, str(name.object.kind))
    shown = ".".join(part for part in (name.object.table, name.object.name) if part)
    size = len(name.written.encode())
    return finding(
        INV004,
        object=str(name.object),
        message=f"the name of {kind} {shown} has {size} bytes and is stored cut to {MAX_IDENTIFIER_BYTES}: "
        f"Prisma does not find it under the whole name, and the next `prisma migrate dev` drops it, with its data, "
        "and makes it anew",
        fix="Give it a name of at most 63 bytes in @map or @@map, and rename what is in the database.",
        severity=Severity.WARN,
        location=name.location,
    )


def _alike(schema: Schema) -> Iterator[Finding]:
    """Names that differ by case only, of what people write in SQL by hand (so not of indexes and constraints)."""
    for first, second in _pairs([*_tables(schema), *_views(schema)], _schema_of, fold=True):
        yield _folded(first, second)
    for first, second in _pairs(_enums(schema), _schema_of, fold=True):
        yield _folded(first, second)
    for table in schema.tables:
        for first, second in _pairs(_columns(table), fold=True):
            yield _folded(first, second)
    for enum in schema.enums:
        for first, second in _pairs(_enum_values(enum), fold=True):
            effect = "they are two values, and a query for one does not find rows with the other"
            yield _differing(first, second, effect, Confidence.MEDIUM)


def _folded(first: _Named, second: _Named) -> Finding:
    meant = _fold(first.name)
    reached = next((named for named in (first, second) if named.name == meant), None)
    effect = f"means {reached.name}, whichever was meant" if reached else f"means {meant}, which is neither"
    return _differing(first, second, f"SQL without quotation marks {effect}")


def _differing(first: _Named, second: _Named, effect: str, confidence: Confidence = Confidence.HIGH) -> Finding:
    return finding(
        INV004,
        object=second.object,
        message=f"{second} differs from {first}{first.place} by upper and lower case only: {effect}",
        severity=Severity.WARN,
        confidence=confidence,
        location=second.location,
    )


def _pairs(
    named: Iterable[_Named], scope: Callable[[_Named], str] = lambda _: "", *, fold: bool = False
) -> Iterator[tuple[_Named, _Named]]:
    """Each that comes later in the files with the first of its name; folded: of a name that differs by case only."""

    def same(one: _Named) -> tuple[str, str]:
        return scope(one), _fold(one.name) if fold else one.name

    found = list(named)
    if len(set(map(same, found))) == len(found):
        return
    for _, group in groupby(sorted(found, key=lambda one: (same(one), _order(one.location))), key=same):
        first, *later = group
        seen = {first.name}
        for other in later:
            if not fold or other.name not in seen:
                yield first, other
            seen.add(other.name)


def _schema_of(named: _Named) -> str:
    return named.schema


def _fold(name: str) -> str:
    """As PostgreSQL folds a name without quotation marks in UTF-8: ASCII letters only (`downcase_identifier()`)."""
    return name.encode().lower().decode()


def _order(place: Location | None) -> tuple[bool, str, int, int]:
    return (True, "", 0, 0) if place is None else (False, place.file, place.line or 0, place.column or 0)


def _tables(schema: Schema) -> list[_Named]:
    return [_whole("table", table.name, table.location) for table in schema.tables]


def _views(schema: Schema) -> list[_Named]:
    return [_whole("view", name, None) for name in schema.views]


def _enums(schema: Schema) -> list[_Named]:
    return [_whole("enum", enum.name, enum.location) for enum in schema.enums]


def _enum_values(enum: Enum) -> list[_Named]:
    return [_part("value", value, enum.name, enum.location) for value in enum.values]


def _columns(table: Table) -> list[_Named]:
    return [_part("column", column.name, table.name, column.location) for column in table.columns]


def _indexes(table: Table) -> list[_Named]:
    """All that is an index in the database: that of the primary key too."""
    return [*_primary_key(table), *(_part("index", index.name, table.name, index.location) for index in table.indexes)]


def _all_indexes(schema: Schema) -> list[_Named]:
    """Of two tables with one name those of one: that their indexes clash too need not be said."""
    tables = {table.name: table for table in schema.tables}.values()
    return [named for table in tables for named in _indexes(table)]


def _constraints(table: Table) -> list[_Named]:
    keys = (_part("foreign key", key.name, table.name, key.location) for key in table.foreign_keys)
    return [*_primary_key(table), *keys]


def _primary_key(table: Table) -> list[_Named]:
    key = table.primary_key
    return [] if key is None else [_part("primary key", key.name, table.name, table.location)]


def _whole(kind: str, name: QualifiedName, location: Location | None) -> _Named:
    return _Named(kind=kind, name=name.name, shown=name.name, schema=name.schema, object=str(name), location=location)


def _part(kind: str, name: str, whole: QualifiedName, location: Location | None) -> _Named:
    return _Named(
        kind=kind,
        name=name,
        shown=f"{name} of {whole.name}",
        schema=whole.schema,
        object=f"{whole}.{name}",
        location=location,
    )


CHECKS = (Check(rule=INV004, judge=inv004),)
