"""What the migrations read so far have made that later statements set going: functions, triggers, rules, names.

A function that a statement calls, or that a trigger or a rule calls for it, does what its body says (PostgreSQL manual,
"CREATE FUNCTION", "CREATE TRIGGER", "CREATE RULE").
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pgready.model.names import ObjectRef
from pgready.sources.sql.parse import Node
from pgready.sources.sql.tree import name_parts

if TYPE_CHECKING:
    from pgready.sources.sql.drafts import Draft

__all__ = ["DELETE", "EVERY", "INSERT", "TRUNCATE", "UPDATE", "Fired", "Known", "Routine"]

# src/include/catalog/pg_trigger.h
INSERT, DELETE, UPDATE, TRUNCATE = 4, 8, 16, 32
EVERY = INSERT | DELETE | UPDATE | TRUNCATE
Name = tuple[str | None, str]


@dataclass(frozen=True, slots=True, eq=False)
class Routine:
    """A function or procedure as its statement says it; `text` is that statement."""

    name: Name
    node: Node
    text: bytes
    signature: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """`signature` are the types of what it takes, as they are written."""
        taken = (".".join(name_parts(each.get("argType", {}).get("names"))) for each in self._taken())
        # Every definition of the name is compared with it, so it is told once.
        object.__setattr__(self, "signature", tuple(taken))

    @property
    def options(self) -> dict[str, Node]:
        """Its options by name; `set` is left out (it may stand there many times)."""
        elements = [each["DefElem"] for each in self.node.get("options", []) if "DefElem" in each]
        return {each.get("defname", ""): each.get("arg", {}) for each in elements}

    @property
    def language(self) -> str:
        """`sql` where only a body is given."""
        return (name_parts(self.options.get("language")) or ["sql"])[0].lower()

    @property
    def writes(self) -> bool:
        """Whether it may change anything: neither IMMUTABLE nor STABLE (manual, "Function Volatility Categories")."""
        return name_parts(self.options.get("volatility")) not in (["immutable"], ["stable"])

    def takes(self, given: int) -> bool:
        """Whether a call with so many arguments can mean it."""
        taken = list(self._taken())
        required = sum("defexpr" not in each and each.get("mode") != "FUNC_PARAM_VARIADIC" for each in taken)
        endless = any(each.get("mode") == "FUNC_PARAM_VARIADIC" for each in taken)
        return required <= given and (endless or given <= len(taken))

    def _taken(self) -> Iterator[Node]:
        for each in self.node.get("parameters", []):
            fields = each.get("FunctionParameter", {})
            if fields.get("mode") not in ("FUNC_PARAM_OUT", "FUNC_PARAM_TABLE"):
                yield fields


@dataclass(frozen=True, slots=True)
class Fired:
    """What writing a table sets going: a trigger's function or a rule's commands (`of` names it), or a default.

    `events` are those of `pg_trigger.tgtype`; `columns` limit an UPDATE (none: every column). `calls` are names of
    functions with the number of their arguments (None: a trigger), `commands` statements.
    """

    of: str
    events: int
    columns: frozenset[str] = frozenset()
    calls: tuple[tuple[tuple[str, ...], int | None], ...] = ()
    commands: tuple[Node, ...] = ()


@dataclass(slots=True)
class Known:
    """Grows while the migrations are read, in order of execution.

    `routines` by name; `fired` by table; `on_ddl` are the functions of event triggers; `switched_off` tables whose
    triggers do not fire. `queries` are those of views. `relations` are names that were given and not taken back: they
    decide what an unqualified name means when the search path has several schemas. `default_partitions` by the
    partitioned table. `reading` are the functions whose
    body is being read, `told` the effects of those that were read for the same call.
    """

    routines: dict[Name, list[Routine]] = field(default_factory=dict)
    fired: dict[Name, list[Fired]] = field(default_factory=dict)
    on_ddl: dict[str, Fired] = field(default_factory=dict)
    switched_off: set[Name] = field(default_factory=set)
    queries: dict[Name, Node] = field(default_factory=dict)
    relations: set[Name] = field(default_factory=set)
    default_partitions: dict[Name, ObjectRef] = field(default_factory=dict)
    reading: set[Routine] = field(default_factory=set)
    told: "dict[tuple[object, ...], list[Draft]]" = field(default_factory=dict)

    def copied(self) -> "Known":
        """As it is now; what is learnt later does not change it."""
        return Known(
            routines={name: list(each) for name, each in self.routines.items()},
            fired={name: list(each) for name, each in self.fired.items()},
            on_ddl=dict(self.on_ddl),
            switched_off=set(self.switched_off),
            queries=dict(self.queries),
            relations=set(self.relations),
            default_partitions=dict(self.default_partitions),
        )

    def become(self, before: "Known") -> None:
        """Again what it was when it was copied; the copy stays as it is."""
        again = before.copied()
        self.routines, self.fired, self.on_ddl = again.routines, again.fired, again.on_ddl
        self.switched_off, self.queries, self.relations = again.switched_off, again.queries, again.relations
        self.default_partitions = again.default_partitions

    def define(self, routine: Routine, *, certain: bool) -> None:
        """A function is made; it takes the place of one with the same arguments when that is certain."""
        before = self.routines.get(routine.name, [])
        kept = [each for each in before if not (certain and each.signature == routine.signature)]
        self.routines[routine.name] = [*kept, routine]

    def called(self, parts: Iterable[str], path: Iterable[str], given: int | None) -> list[Routine]:
        """The functions that a call can mean; none when no migration makes one of the name."""
        *schema, name = ("", *parts)
        schemas = schema[-1:] if schema[-1:] != [""] else [*path]
        found = next((each for one in schemas if (each := self.routines.get((one, name)))), [])
        fitting = [each for each in found if given is None or each.takes(given)]
        return fitting or found

    def fire(self, table: Name, fired: Fired) -> None:
        """Writing the table does this from now on; one of the same name is replaced."""
        self.fired[table] = [each for each in self.fired.get(table, []) if each.of != fired.of] + [fired]

    def fire_no_more(self, table: Name, of: str) -> None:
        """A trigger or rule is dropped."""
        self.fired[table] = [each for each in self.fired.get(table, []) if each.of != of]

    def forget(self, table: Name) -> None:
        """A relation is dropped."""
        self.relations.discard(table)
        self.fired.pop(table, None)
        self.queries.pop(table, None)
        for partitioned, part in tuple(self.default_partitions.items()):
            if table in (partitioned, (part.schema, part.name)):
                del self.default_partitions[partitioned]

    def rename(self, old: Name, new: Name) -> None:
        """A relation has another name now."""
        self.relations.discard(old)
        self.relations.add(new)
        if old in self.fired:
            self.fired[new] = self.fired.pop(old)
        if old in self.queries:
            self.queries[new] = self.queries.pop(old)
