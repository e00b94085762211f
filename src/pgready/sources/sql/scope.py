"""What names mean at a place of a script: default schema, temporary tables, names taken by earlier statements."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from pgready.model.names import ObjectKind, ObjectRef
from pgready.sources.sql.known import Known, Routine
from pgready.sources.sql.parse import Node
from pgready.sources.sql.tree import name_parts

if TYPE_CHECKING:
    from pgready.sources.sql.drafts import Draft

__all__ = ["BUILT_IN_TYPES", "TEMPORARY", "Scope", "TakenNames", "member", "object_ref"]

# How the schema of temporary objects is named in SQL; the real one is pg_temp_<number>.
TEMPORARY = "pg_temp"
_SYSTEM = frozenset({"pg_catalog", "information_schema", "pg_toast", TEMPORARY})
# `SELECT typname FROM pg_type` in pg_catalog of PostgreSQL 18, and the words that the grammar turns into sequences.
BUILT_IN_TYPES = frozenset(
    """
    any anyarray anycompatible anycompatiblearray anycompatiblemultirange anycompatiblenonarray anycompatiblerange
    anyelement anyenum anymultirange anynonarray anyrange bit bool box bpchar bytea char cid cidr circle cstring date
    datemultirange daterange event_trigger fdw_handler float4 float8 gtsvector index_am_handler inet int2 int2vector
    int4 int4multirange int4range int8 int8multirange int8range internal interval json jsonb jsonpath language_handler
    line lseg macaddr macaddr8 money name numeric nummultirange numrange oid oidvector path pg_ddl_command pg_lsn
    pg_node_tree pg_snapshot point polygon record refcursor regclass regcollation regconfig regdictionary regnamespace
    regoper regoperator regproc regprocedure regrole regtype table_am_handler text tid time timestamp timestamptz
    timetz trigger tsm_handler tsmultirange tsquery tsrange tstzmultirange tstzrange tsvector txid_snapshot unknown
    uuid varbit varchar void xid xid8 xml
    smallserial serial bigserial serial2 serial4 serial8
    """.split()  # noqa: SIM905 - readable as text, not as 110 lines
)


@lru_cache(maxsize=4096)
def object_ref(kind: ObjectKind, schema: str | None, name: str, table: str | None = None) -> ObjectRef:
    """The same value for the same names: a dump has one table in a hundred thousand statements."""
    return ObjectRef(kind=kind, schema=schema, table=table, name=name)


def member(kind: ObjectKind, relation: ObjectRef, name: str) -> ObjectRef:
    """A column, constraint, index, trigger, policy or rule of a relation, or a value of an enum."""
    return object_ref(kind, relation.schema, name, relation.name)


Name = tuple[str | None, str]


@dataclass(slots=True)
class TakenNames:
    """Names that this script has given, as (schema, name): PostgreSQL numbers a default name that is taken.

    Names given by earlier scripts are not known here. `members` are the names that go away with a table;
    `numbers` the last number given to a default name, so that many equal ones do not cost quadratic time.
    """

    relations: set[Name] = field(default_factory=set)
    constraints: set[Name] = field(default_factory=set)
    members: dict[Name, list[Name]] = field(default_factory=dict)
    numbers: dict[tuple[str | None, ...], int] = field(default_factory=dict)

    def take(self, name: Name, table: Name | None = None, *, relation: bool = True, constraint: bool = False) -> None:
        """A relation or a constraint gets the name; it goes away with the table."""
        if relation:
            self.relations.add(name)
        if constraint:
            self.constraints.add(name)
        if table is not None:
            self.members.setdefault(table, []).append(name)

    def free(self, name: Name) -> None:
        """A relation is dropped or renamed."""
        if name in self.relations:
            self.numbers.clear()
        self.relations.discard(name)
        for member_name in self.members.pop(name, ()):
            self.relations.discard(member_name)
            self.constraints.discard(member_name)

    def free_member(self, name: Name) -> None:
        """A constraint is dropped, and the index behind it."""
        self.relations.discard(name)
        self.constraints.discard(name)
        self.numbers.clear()

    def rename(self, old: Name, new: Name) -> None:
        """A relation gets another name; its indexes and constraints keep theirs."""
        if old in self.relations:
            self.relations.discard(old)
            self.numbers.clear()
        self.relations.add(new)
        if old in self.members:
            self.members[new] = self.members.pop(old)


@dataclass(slots=True)
class Scope:
    """Grows while a script is read, statement by statement; `first_schema` is the default at its beginning.

    `path` are the schemas of the search path that are named, `default_schema` is the first of them. `known` is shared
    with the scripts before; `read_body` reads what a function does. `until_commit` are temporary tables that the end of
    the transaction drops, `path_after` is the search path that holds after it (None: the same).
    """

    default_schema: str
    temporary: set[str] = field(default_factory=set)
    taken: TakenNames = field(default_factory=TakenNames)
    first_schema: str = ""
    path: tuple[str, ...] = ()
    known: Known = field(default_factory=Known)
    until_commit: set[str] = field(default_factory=set)
    path_after: tuple[str, ...] | None = None
    read_body: "Callable[[Routine, Scope], list[Draft] | None]" = lambda _, __: None

    def __post_init__(self) -> None:
        """A script begins with the default schema."""
        self.first_schema = self.first_schema or self.default_schema
        self.path = self.path or (self.default_schema,)

    def search(self, path: Iterable[str | None]) -> None:
        """A new search path: its schemas that are named; an empty one is that of the beginning."""
        given = list(path)
        named = tuple(name for name in given if name and name != "$user")
        self.path = named or (self.path if given else (self.first_schema,))
        self.default_schema = self.path[0]

    def search_until_commit(self, path: Iterable[str | None], *, local: bool) -> None:
        """A new search path of the session, or of the transaction only (SET LOCAL)."""
        before = self.path_after or self.path
        self.search(path)
        self.path_after = before if local else None

    def end_transaction(self) -> None:
        """What lasts as long as the transaction is over."""
        self.temporary -= self.until_commit
        self.until_commit.clear()
        if self.path_after is not None:
            self.search(self.path_after)
            self.path_after = None

    def schema_of(self, schema: str | None, name: str) -> str:
        """The schema that an existing relation is found in; `pg_class` and its like are PostgreSQL's own."""
        if schema or not name.startswith("pg_"):
            return schema or (TEMPORARY if name in self.temporary else self._first_with(name))
        return "pg_catalog"

    def _first_with(self, name: str) -> str:
        """Of several schemas in the search path the first that has the name (manual, "The Schema Search Path")."""
        if len(self.path) == 1:
            return self.default_schema
        relations = self.known.relations
        return next((each for each in self.path if (each, name) in relations), self.default_schema)

    def body(self, routine: Routine) -> "list[Draft] | None":
        """The effects of calling a function; None where they cannot be read."""
        return self.read_body(routine, self)

    def is_system(self, found: ObjectRef) -> bool:
        """Whether an object is PostgreSQL's own."""
        return found.schema in _SYSTEM and found.schema != TEMPORARY

    def relation(self, node: Node, kind: ObjectKind = ObjectKind.TABLE) -> ObjectRef:
        """An existing relation, from a RangeVar."""
        name = node.get("relname", "")
        return object_ref(kind, self.schema_of(node.get("schemaname"), name), name)

    def new_relation(self, node: Node, kind: ObjectKind = ObjectKind.TABLE) -> ObjectRef:
        """A relation that the statement makes, from a RangeVar."""
        name = node.get("relname", "")
        if node.get("relpersistence") == "t":
            self.temporary.add(name)
            return object_ref(kind, TEMPORARY, name)
        schema = node.get("schemaname") or self.default_schema
        if schema != TEMPORARY:
            self.temporary.discard(name)
        self.taken.take((schema, name))
        return object_ref(kind, schema, name)

    def named(self, kind: ObjectKind, names: list[Node] | Node | None) -> ObjectRef:
        """An object from a dotted name (String nodes)."""
        parts = name_parts(names)
        schema, name = ([None, *parts])[-2:] if parts else (None, "")
        return object_ref(kind, self.schema_of(schema, name or ""), name or "")

    def user_type(self, type_name: Node | None) -> ObjectRef | None:
        """The type that has to exist for a TypeName; None for the types of PostgreSQL itself."""
        parts = name_parts((type_name or {}).get("names"))
        if not parts or (type_name or {}).get("pct_type"):
            return None
        if len(parts) == 1 and parts[0].lstrip("_") in BUILT_IN_TYPES:
            return None
        schema = parts[-2] if len(parts) > 1 else self._first_with(parts[0])
        return None if schema in _SYSTEM else object_ref(ObjectKind.TYPE, schema, parts[-1])

    def schema_needed(self, schema: str | None) -> tuple[ObjectRef, ...]:
        """The schema that has to exist before something can stand in it; none for the default and system ones."""
        if not schema or schema in _SYSTEM or schema == self.default_schema:
            return ()
        return (object_ref(ObjectKind.SCHEMA, "", schema),)
