"""SCH: is the structure sound in itself?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from operator import is_not

from pgready.checks.counts import counted
from pgready.checks.gathered import Check, Gathered, failed_or_passed, finding
from pgready.findings import CheckResult, Evidence, Finding, Rule, Severity
from pgready.history import made_by
from pgready.model.location import Location
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.schema import Column, ForeignKey, Index, ReferentialAction, Schema, Table

__all__ = ["CHECKS"]

_BOTH = (Evidence.READ, Evidence.REHEARSED)
SCH001 = Rule(
    id="SCH001",
    title="A table has no primary key",
    severity=Severity.WARN,
    evidence=_BOTH,
    condition="A table that is no partition has no primary key. A note where a unique index on columns that are NOT "
    "NULL tells its rows apart.",
    effect="Two equal rows cannot be told apart; logical replication refuses UPDATE and DELETE (REPLICA IDENTITY).",
    fix="Add a primary key: ALTER TABLE ... ADD PRIMARY KEY, or @id / @@id in the schema.",
    source="PostgreSQL manual, CREATE TABLE (PRIMARY KEY) and Logical Replication, Replica Identity.",
)
SCH002 = Rule(
    id="SCH002",
    title="No index covers the columns of a foreign key",
    severity=Severity.WARN,
    evidence=_BOTH,
    condition="No index begins with the referencing columns. A note where an index begins with one of them, or where a "
    "delete of a referenced row changes no rows (NO ACTION, RESTRICT).",
    effect="Every DELETE of a referenced row, and every UPDATE of its key, reads the whole referencing table, with the "
    "row locked meanwhile; joins along the key do so too. Of a table that stays small it does not matter: its size "
    "cannot be known from the files.",
    fix="CREATE INDEX CONCURRENTLY on the referencing columns, or @@index in the schema.",
    source="PostgreSQL manual, Constraints (Foreign Keys): the referencing columns are not indexed automatically.",
)
SCH003 = Rule(
    id="SCH003",
    title="An index does what another one does already",
    severity=Severity.WARN,
    evidence=_BOTH,
    condition="Two indexes of a table have the same columns, method, operator classes and predicate, and the one is "
    "not unique or the other is. A note where the columns are the first ones of another index.",
    effect="Every write keeps both up to date; both take disk and memory; the planner needs one.",
    fix="Drop the one that is not behind a constraint: DROP INDEX CONCURRENTLY.",
    source="PostgreSQL manual, Indexes (Multicolumn Indexes, Unique Indexes).",
)
SCH004 = Rule(
    id="SCH004",
    title="A foreign key has another type than what it refers to",
    severity=Severity.WARN,
    evidence=_BOTH,
    condition="A referencing column and the referenced one have different types (texts of any length are the same). A "
    "note where the referencing column holds more.",
    effect="A narrower referencing column cannot refer to every row: the first key that does not fit is an error "
    "(22003). Comparisons convert, and an index may not be used.",
    fix="Give both columns the type of the referenced one.",
    source="PostgreSQL manual, CREATE TABLE (REFERENCES) and Type Conversion.",
)
_BOOKKEEPING = "_prisma_migrations"
_CHANGES = (ReferentialAction.CASCADE, ReferentialAction.SET_NULL, ReferentialAction.SET_DEFAULT)
_TEXTS = frozenset({"text", "character varying", "character", "citext", "name"})
_WHOLE_NUMBERS = {"smallint": 1, "integer": 2, "bigint": 3}


@dataclass(frozen=True, slots=True)
class _Structure:
    """What is judged: the structure that the migrations made, else the declared one."""

    gathered: Gathered
    schema: Schema
    evidence: Evidence

    @property
    def tables(self) -> Iterator[Table]:
        """The project's own tables: not Prisma's, not those of implicit relations, nor what others manage."""
        for table in self.schema.tables:
            own = table.name.name != _BOOKKEEPING and table.name not in self.gathered.external_tables
            if own and table.partition_of is None and not _is_implicit(table):
                yield table

    def place(self, table: Table) -> Location | None:
        """Where the table is declared, else where a migration makes it."""
        declared = self.gathered.declared.table(table.name)
        if declared is not None and declared.location is not None:
            return declared.location
        ref = ObjectRef(kind=ObjectKind.TABLE, schema=table.name.schema, name=table.name.name)
        made = made_by(self.gathered.history, ref) if self.gathered.history is not None else None
        return made.location if made is not None else None

    def found(
        self, rule: Rule, table: Table, name: str, message: str, *, mild: bool = False, fix: str | None = None
    ) -> Finding:
        """A finding about the table; `mild` makes it a note."""
        return finding(
            rule,
            object=name,
            message=message,
            evidence=self.evidence,
            severity=Severity.NOTE if mild else None,
            location=self.place(table),
            fix=fix,
        )


def _is_implicit(table: Table) -> bool:
    """The table of an implicit many-to-many relation of Prisma: `_AToB` with the columns A and B."""
    return table.name.name.startswith("_") and {column.name for column in table.columns} == {"A", "B"}


def _check(rule: Rule, judge: Callable[[_Structure], Iterator[Finding]]) -> Check:
    def check(gathered: Gathered) -> CheckResult:
        rehearsal = gathered.rehearsal
        if rehearsal is not None and rehearsal.complete:
            structure = _Structure(gathered, rehearsal.schema, Evidence.REHEARSED)
        else:
            structure = _Structure(gathered, gathered.declared, Evidence.READ)
        origin = "that the migrations made" if structure.evidence is Evidence.REHEARSED else "that are declared"
        looked = f"{counted(sum(1 for _ in structure.tables), 'table')} {origin}"
        return failed_or_passed(rule, list(judge(structure)), looked_at=looked, evidence=(structure.evidence,))

    return Check(rule=rule, judge=check)


def sch001(structure: _Structure) -> Iterator[Finding]:
    """Tables without a primary key."""
    for table in structure.tables:
        if table.primary_key is not None:
            continue
        message = f"table {table.name} has no primary key"
        unique = next((index for index in table.indexes if _tells_apart(index, table)), None)
        if unique is not None:
            message += f"; the unique index {unique.name} tells its rows apart"
        yield structure.found(SCH001, table, str(table.name), message, mild=unique is not None)


def _tells_apart(index: Index, table: Table) -> bool:
    required = all((column := table.column(name)) is not None and column.not_null for name in index.columns)
    return index.unique and index.valid and index.where is None and required


def sch002(structure: _Structure) -> Iterator[Finding]:
    """Foreign keys whose referencing side is searched without an index."""
    for table in structure.tables:
        for key in table.foreign_keys:
            if key.enforced and not any(_covers(index, key) for index in _indexes(table)):
                yield _uncovered(structure, table, key)


def _uncovered(structure: _Structure, table: Table, key: ForeignKey) -> Finding:
    near = next((index for index in _indexes(table) if index.columns[0] in key.columns and _is_whole(index, key)), None)
    reads = f"searches {table.name} by {near.name} alone" if near is not None else f"reads all of {table.name}"
    message = f"no index of {table.name} begins with {', '.join(key.columns)}: a DELETE in {key.referenced_table} "
    message += f"{reads} (ON DELETE {key.on_delete})"
    mild = near is not None or (key.on_delete not in _CHANGES and key.on_update not in _CHANGES[1:])
    return structure.found(SCH002, table, key.qualified_name, message, mild=mild)


def _indexes(table: Table) -> tuple[Index, ...]:
    """All indexes, that of the primary key first."""
    primary = table.primary_key
    if primary is None:
        return table.indexes
    return (Index(name=primary.name, columns=primary.columns, unique=True, include=primary.include), *table.indexes)


def _covers(index: Index, key: ForeignKey) -> bool:
    first = index.columns[: len(key.columns)]
    return _is_whole(index, key) and set(first) == set(key.columns)


def _is_whole(index: Index, key: ForeignKey) -> bool:
    """Whether an equality finds every row that refers to something in it."""
    searched = index.method == "btree" or (index.method == "hash" and len(index.columns) == 1)
    whole = index.where is None or index.where in {text for column in key.columns for text in _not_null(column)}
    return searched and index.valid and whole


def _not_null(column: str) -> tuple[str, str]:
    """A predicate that every row which refers to something fulfils."""
    return f"({column} IS NOT NULL)", f'("{column}" IS NOT NULL)'


def sch003(structure: _Structure) -> Iterator[Finding]:
    """Indexes that another one makes superfluous; each is told once."""
    for table in structure.tables:
        valid = [index for index in _indexes(table) if index.valid]
        beginning: dict[tuple[str, ...], list[Index]] = {}
        for index in valid:
            beginning.setdefault(index.columns[:1], []).append(index)
        for index in valid:
            # Only one that begins with the same column can stand for it; a table may have thousands of indexes.
            indexes = beginning[index.columns[:1]] if index.columns else valid
            earlier = list(takewhile(partial(is_not, index), indexes))
            same = next((other for other in indexes if _replaces(other, index, earlier)), None)
            if same is not None:
                message = f"index {index.name} of {table.name} ({', '.join(index.columns)}) does what {same.name} does"
                yield structure.found(SCH003, table, f"{table.name}.{index.name}", message)
                continue
            longer = next((other for other in indexes if _begins_with(other, index)), None)
            if longer is not None:
                message = f"index {index.name} of {table.name} ({', '.join(index.columns)}) is the beginning of "
                message += f"{longer.name} ({', '.join(longer.columns)}), which serves most of its searches"
                fix = f"Drop it if {longer.name} is not much larger; measure first (pg_stat_user_indexes)."
                yield structure.found(SCH003, table, f"{table.name}.{index.name}", message, mild=True, fix=fix)


def _replaces(other: Index, index: Index, earlier: list[Index]) -> bool:
    """Whether the other one does all that the index does; of two equal ones the earlier."""
    if other is index or (other.columns, _shape(other)) != (index.columns, _shape(index)):
        return False
    if other.unique != index.unique:
        return other.unique
    return other in earlier


def _shape(index: Index) -> tuple[object, ...]:
    descending = index.descending if any(index.descending) else ()
    classes = index.operator_classes if any(index.operator_classes) else ()
    return index.method, index.where, descending, classes, index.include


def _begins_with(other: Index, index: Index) -> bool:
    size = len(index.columns)
    if len(other.columns) <= size or other.columns[:size] != index.columns:
        return False
    plain = not index.unique and index.method == other.method == "btree" and index.where == other.where
    directions = (tuple(each.descending[:size]) if any(each.descending) else (False,) * size for each in (other, index))
    classes = [
        tuple(each.operator_classes[:size]) if any(each.operator_classes) else ("",) * size for each in (other, index)
    ]
    return plain and not index.include and len(set(directions)) == 1 and classes[0] == classes[1]


def sch004(structure: _Structure) -> Iterator[Finding]:
    """Referencing columns of another type than the referenced ones."""
    for table in structure.tables:
        for key in table.foreign_keys:
            referenced = structure.schema.table(key.referenced_table)
            for name, other in zip(key.columns, key.referenced_columns, strict=False):
                mine, theirs = table.column(name), referenced.column(other) if referenced is not None else None
                if mine is None or theirs is None or _bare(mine) == _bare(theirs):
                    continue
                wider = _WHOLE_NUMBERS.get(_bare(mine), 0) > _WHOLE_NUMBERS.get(_bare(theirs), 9)
                message = f"{table.name}.{name} is {mine.type} and refers to {key.referenced_table}.{other}, which is "
                message += theirs.type + ("" if wider else ": keys that do not fit cannot be referred to")
                yield structure.found(SCH004, table, key.qualified_name, message, mild=wider)


def _bare(column: Column) -> str:
    """The type without its modifiers; all texts are one."""
    type_ = column.base_type or column.type
    head, _, rest = type_.partition("(")
    name = f"{head}{rest.partition(')')[2]}".strip()
    return "text" if name in _TEXTS else name


CHECKS = (
    _check(SCH001, sch001),
    _check(SCH002, sch002),
    _check(SCH003, sch003),
    _check(SCH004, sch004),
)
