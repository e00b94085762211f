"""Models and enums of generated Prisma schemas while they are made: names, columns with types and defaults, keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from prisma_indexes import has_order
from prisma_layout import Block, Pen
from prisma_parts import KINDS, Kind, default_of, identifiers, map_names, quoted, stored

__all__ = ["Column", "Enum", "Model", "ModelWriter"]

_UNSUPPORTED = {
    "circle": "'<(0,0),1>'::circle",
    "tsvector": "to_tsvector('english'::regconfig, 'a')",
    "point": "point(1, 2)",
    "box": "'(1,1),(0,0)'",
    "int4range": "'[1,3)'::int4range",
    "interval(3)": "'1 day'::interval",
    "numeric(7,2)": "1.50",
    "pg_lsn": "'0/0'",
    "timestamp(0) with time zone": "now()",
    'pg_catalog."char"': "'x'",
    "double  precision": "1e3",
    "character varying (7)": "'y'::varchar",
    "int8": "-1",
}
"""Types that Prisma does not know, and a default of each."""


@dataclass(slots=True, eq=False)
class Enum:
    """An enum; `values` are pairs of the value and its name in the database."""

    name: str
    values: list[tuple[str, str]]
    block: Block


@dataclass(slots=True, eq=False)
class Column:
    """A field that is a column."""

    name: str
    written: str
    type: str
    kind: Kind | None = None
    enum: Enum | None = None
    arity: str = ""
    attributes: list[str] = field(default_factory=list)

    @property
    def is_list(self) -> bool:
        return self.arity == "[]"

    @property
    def family(self) -> str:
        return self.kind.family if self.kind else "enum" if self.enum else self.type.split('"')[1]

    @property
    def enum_values(self) -> Sequence[str]:
        return [value for _, value in self.enum.values] if self.enum else ()

    @property
    def can_be_referenced(self) -> bool:
        return not self.is_list and (self.kind is not None or self.enum is not None)


@dataclass(slots=True, eq=False)
class Model:
    """A model or view while it is made."""

    name: str
    written: str
    schema: str
    is_view: bool
    columns: list[Column] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    relations: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    unique: list[tuple[Column, ...]] = field(default_factory=list)
    key: tuple[Column, ...] = ()
    ignored: bool = False


class ModelWriter:
    """Draws the settings of a schema, and enums and models one by one."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.pen = Pen(draw)
        self.made_names: set[str] = set()
        self.relation_names: set[str] = set()
        self.datasource = self.pen.choice(("db", "pg", "Größe"))
        self.schemas = self.pen.choice((None, None, None, ["public"], ["shop app", "auth"], ["public", "X", "é'\\"]))
        self.prisma_mode = self.pen.rarely()
        self.partial = self.pen.maybe()
        self.citext = self.pen.rarely()
        self.enums: list[Enum] = []
        self.models: list[Model] = []
        self.tables: set[str] = set()

    def fresh(self, strategy: st.SearchStrategy[str], taken: set[str], shape: Callable[[str], str] = stored) -> str:
        """A name that is not taken; one that is gets another beginning, as its end may be cut off."""
        name = self.draw(strategy)
        while shape(name) in taken:
            name = f"n{len(taken)}{name}"[: len(name)] if len(name) > 8 else f"n{len(taken)}{name}"
        taken.add(shape(name))
        return name

    def text(self, text: str) -> str:
        return quoted(text, ascii_only=self.pen.strange and self.pen.rarely())

    def field_name(self, model: Model) -> str:
        return self.fresh(identifiers(), model.names)

    def _block_names(self, name: str) -> tuple[str, str, list[str]]:
        """The schema and the name in the database, and the attributes that say so."""
        attributes = []
        written = name
        if self.pen.rarely() or stored(name) in self.tables:
            written = self.fresh(map_names(), self.tables)
            attributes.append(self.pen.attribute("@@map", {"name": self.text(written)}, bare="name"))
        self.tables.add(stored(written))
        schema = "public"
        if self.schemas is not None:
            schema = self.pen.choice(self.schemas)
            attributes.append(self.pen.attribute("@@schema", {"map": self.text(schema)}, bare="map"))
        return schema, written, attributes

    def enum(self, name: str) -> Enum:
        _, _, attributes = self._block_names(name)
        values: list[tuple[str, str]] = []
        lines: list[str] = []
        taken: set[str] = set()
        # PostgreSQL refuses longer labels of enums, it does not cut them.
        short = identifiers().filter(lambda name: stored(name) == name)
        for value in self.draw(st.lists(short, min_size=1, max_size=4, unique_by=stored)):
            mapped = self.pen.rarely() or stored(value) in taken
            labels = map_names().filter(_is_label)
            written = self.fresh(labels, taken) if mapped else value
            taken.add(stored(written))
            values.append((value, written))
            lines.append(
                self.pen.line(value, self.pen.attribute("@map", {"name": self.text(written)}, bare="name"))
                if mapped
                else value
            )
        at = 0 if self.pen.strange and self.pen.rarely() else len(lines)
        return Enum(name, values, Block(f"enum {name}", (*lines[:at], *attributes, *lines[at:])))

    def model(self, name: str, *, is_view: bool) -> Model:
        schema, written, attributes = self._block_names(name)
        model = Model(name, written, schema, is_view, attributes=attributes)
        first = self._column(model, key=True)
        for _ in range(self.draw(st.integers(0, 5))):
            self._column(model)
        self._key(model, first)
        return model

    def _column(self, model: Model, *, key: bool = False) -> Column:
        name, written, attributes = self.column_names(model)
        column = self._typed(name, written, key=key)
        self._default(column, key=key)
        column.attributes += attributes
        if not key and (column.kind or column.enum) and self.pen.rarely():
            column.attributes.append("@ignore")
        model.columns.append(column)
        return column

    def column_names(self, model: Model) -> tuple[str, str, list[str]]:
        """The names of field and column, and the attribute that says the latter."""
        name = self.field_name(model)
        if not self.pen.rarely():
            return name, name, []
        written = self.fresh(map_names(), model.names)
        return name, written, [self.pen.attribute("@map", {"name": self.text(written)}, bare="name")]

    def _typed(self, name: str, written: str, *, key: bool) -> Column:
        """A column with its type: mostly a scalar, else an enum or what Prisma does not know."""
        arity = "" if key else self.pen.choice(("", "?", "[]"))
        what = self.pen.choice(("kind", "kind", "kind", "enum", "kind" if key else "unsupported"))
        if what == "unsupported":
            return self._unsupported(name, written, arity)
        if what == "enum" and self.enums:
            enum = self.pen.choice(self.enums)
            return Column(name, written, enum.name, enum=enum, arity=arity)
        kinds = KINDS.filter(lambda kind: kind.family not in ("Json", "Xml")) if key else KINDS
        kind = self.draw(kinds)
        if self.citext and self.pen.rarely():
            kind = Kind(scalar="String", native="Citext")
        native = [f"@{self.datasource}.{kind.native}"] if kind.native else []
        return Column(name, written, kind.scalar, kind=kind, arity=arity, attributes=native)

    def _unsupported(self, name: str, written: str, arity: str) -> Column:
        unknown = self.pen.choice([*_UNSUPPORTED])
        column = Column(name, written, f"Unsupported({quoted(unknown)})", arity=arity)
        if self.pen.maybe():
            default = "'{}'" if arity == "[]" else _UNSUPPORTED[unknown]
            value = f"dbgenerated({self.text(default)})"
            column.attributes.append(self.pen.attribute("@default", {"value": value}, bare="value"))
        return column

    def _default(self, column: Column, *, key: bool) -> None:
        value = None
        if column.kind is not None and self.pen.choice((False, True, True)):
            value = self.draw(default_of(column.kind, is_list=column.is_list, is_key=key))
        elif column.enum is not None and self.pen.maybe():
            names = [name for name, _ in column.enum.values]
            value = (
                self.pen.listed(self.draw(st.lists(st.sampled_from(names), max_size=3)))
                if column.is_list
                else self.pen.choice(names)
            )
        if value is not None:
            column.attributes.append(self.pen.attribute("@default", {"value": value}, bare="value"))
        if column.type == "DateTime" and not column.is_list and self.pen.rarely():
            column.attributes.append("@updatedAt")

    def _key(self, model: Model, first: Column) -> None:
        """What makes rows of the model differ."""
        required = [
            column for column in model.columns if column.can_be_referenced and not column.arity and has_order(column)
        ]
        kinds = ["@id", "@@id", "@unique", "@@unique", "@id", "@@ignore"]
        kind = "@unique" if model.is_view else self.pen.choice(kinds)
        if model.is_view and self._made(model, "_key", first.written) in self.made_names:
            return  # A view needs none, and the name of its constraint cannot be given.
        if kind == "@@ignore":
            model.ignored = True
            model.attributes.append("@@ignore")
            for column in model.columns:
                column.attributes = [each for each in column.attributes if each != "@ignore"]
            return
        if kind in ("@id", "@unique"):
            made = self.constraint(model, "_pkey") if kind == "@id" else self.constraint(model, "_key", first.written)
            first.attributes.append(self.pen.attribute(kind, made))
            chosen: tuple[Column, ...] = (first,)
        else:
            others = [column for column in required if column is not first]
            chosen = tuple(self.pen.shuffled([first, *others[: self.pen.choice((1, 2, 0))]]))
            arguments = {"fields": self.pen.listed([column.name for column in chosen])}
            self.block_attribute(model, kind, arguments, chosen, named=True)
        model.unique.append(chosen)
        if kind in ("@id", "@@id"):
            model.key = chosen

    def constraint(self, model: Model, suffix: str, *columns: str) -> dict[str, str]:
        """`map`, where it is drawn or where the name that Prisma makes may be taken (it is cut to 63 bytes)."""
        made = self._made(model, suffix, *columns)
        taken = made in self.made_names
        self.made_names.add(made)
        if model.is_view:
            return {}
        if not taken and not self.pen.rarely():
            return {}
        return {"map": self.text(self.constraint_name())}

    def _made(self, model: Model, suffix: str, *columns: str) -> str:
        return "_".join((model.written, *columns)).encode()[:57].decode(errors="ignore") + suffix

    def constraint_name(self) -> str:
        return self.fresh(map_names().filter(lambda name: stored(name) == name), self.tables)

    def block_attribute(
        self, model: Model, name: str, arguments: dict[str, str], columns: Sequence[Column], *, named: bool
    ) -> None:
        written = [column.written for column in columns]
        more = self.constraint(model, "_key", *written) if name == "@@unique" else self.constraint(model, "_pkey")
        if named and self.pen.rarely() and len(columns) > 1:
            names = st.from_regex("[a-zA-Z_0-9]{1,12}", fullmatch=True)
            more["name"] = quoted(self.fresh(names, model.names))
        model.attributes.append(self.pen.attribute(name, {**arguments, **more}, bare="fields"))


def _is_label(name: str) -> bool:
    """Prisma writes labels of enums without doubling `'`, and PostgreSQL refuses long ones."""
    return "'" not in name and len(name.encode()) <= 60
