"""Hypothesis strategy for whole Prisma schemas: valid by construction, in strange forms.

`schemas()` draws the files of a schema. Names never clash where the construction can see it; the few schemas that
Prisma still rejects are to be discarded by the test.
"""

from dataclasses import dataclass

from hypothesis import strategies as st

from prisma_indexes import has_order, index_arguments, predicate
from prisma_layout import Block
from prisma_models import Model
from prisma_parts import identifiers, quoted, stored
from prisma_relations import RelationWriter

__all__ = ["Generated", "schemas"]


@dataclass(frozen=True, slots=True)
class Generated:
    """The files of a schema, path and text.

    `views` are its views, schema and name: Prisma makes none of them, so that only the generator knows. None: unknown.
    """

    files: tuple[tuple[str, str], ...]
    views: tuple[tuple[str, str], ...] | None = None

    def __repr__(self) -> str:
        """As it can be read."""
        return "\n".join(f"-- {path}\n{text}" for path, text in self.files)


class _SchemaWriter(RelationWriter):
    """Draws one schema, step by step: settings, enums, models, relations, indexes."""

    def schema(self) -> Generated:
        count = self.draw(st.integers(1, 5))
        enums = self.draw(st.integers(0, 2))
        names = self.draw(st.lists(identifiers(), min_size=count + enums, max_size=count + enums, unique_by=stored))
        self.enums = [self.enum(name) for name in names[count:]]
        self.models = [
            self.model(name, is_view=number > 0 and self.pen.rarely()) for number, name in enumerate(names[:count])
        ]
        for model in self.models:
            if self.pen.rarely() and not model.is_view:
                self._unique_index(model)
        for _ in range(self.draw(st.integers(0, 4))):
            self.relation()
        for model in self.models:
            self._indexes(model)
        blocks = [self._datasource(), self._generator(), *(self._block(model) for model in self.models)]
        views = sorted((model.schema, stored(model.written)) for model in self.models if model.is_view)
        return Generated(self.pen.files(blocks + [enum.block for enum in self.enums]), tuple(views))

    def _datasource(self) -> Block:
        lines = [f'provider = "{self.pen.choice(("postgresql", "postgres"))}"']
        if self.schemas is not None:
            lines.append(f"schemas = {self.pen.listed([self.text(name) for name in self.schemas])}")
        mode = "prisma" if self.prisma_mode else "foreignKeys"
        if self.prisma_mode or self.pen.rarely():
            lines.append(f'{self.pen.choice(("relationMode", "referentialIntegrity"))} = "{mode}"')
        if self.pen.rarely() and not self.pen.strange:
            lines += ['url = env("DATABASE_URL")', 'directUrl = "postgres://x"', 'shadowDatabaseUrl = env("S")']
        extensions = [*(["citext"] if self.citext else [])]
        if self.pen.rarely():
            extensions.append(self.pen.choice(('trigrams(map: "pg_trgm")', "hstore", 'ltree(schema: "public")')))
        if extensions:
            lines.append(f"extensions = {self.pen.listed(extensions)}")
        return Block(f"datasource {self.datasource}", tuple(self.pen.shuffled(lines)))

    def _generator(self) -> Block:
        features = ["postgresqlExtensions", "views", *(["partialIndexes"] if self.partial else [])]
        old = self.pen.choice(((), ("interactiveTransactions", "fullTextIndex"), ("multiSchema",)))
        provider = f'provider = "{self.pen.choice(("prisma-client", "prisma-client-js"))}"'
        return Block(
            "generator client",
            (provider, f"previewFeatures = {self.pen.listed([quoted(name) for name in (*features, *old)])}"),
        )

    def _indexes(self, model: Model) -> None:
        for _ in range(0 if model.is_view else self.draw(st.integers(0, 3))):
            if self.pen.choice((False, False, True)):
                self._unique_index(model)
                continue
            chosen, arguments = index_arguments(self.pen, model.columns)
            if not chosen:
                continue
            if self.partial and self.pen.rarely():
                arguments["where"] = predicate(self.pen, model.columns)
            map_ = self.constraint(model, "_idx", *(column.written for column in chosen))
            if map_ and self.pen.rarely():
                map_ = {"name": map_["map"]}
            model.attributes.append(self.pen.attribute("@@index", {**arguments, **map_}, bare="fields"))

    def _unique_index(self, model: Model) -> None:
        fitting = [column for column in model.columns if has_order(column) and column.family != "tsvector"]
        chosen = self.pen.shuffled(fitting)[: self.pen.choice((1, 2, 3))]
        fields = [self.pen.call(each.name, {"sort": "Desc"}) if self.pen.rarely() else each.name for each in chosen]
        arguments = {"fields": self.pen.listed(fields)}
        if self.partial and self.pen.rarely():
            arguments["where"] = predicate(self.pen, model.columns)
        else:
            model.unique.append(tuple(chosen))
        self.block_attribute(model, "@@unique", arguments, chosen, named=True)

    def _block(self, model: Model) -> Block:
        columns = [self.pen.column(each.name, each.type + each.arity, each.attributes) for each in model.columns]
        lines = [*columns, *model.relations]
        if self.pen.strange:
            lines = self.pen.shuffled(lines)
            lines[len(lines) // 2 : len(lines) // 2] = model.attributes[1:]
            model.attributes = model.attributes[:1]
        return Block(f"{'view' if model.is_view else 'model'} {model.name}", (*lines, *model.attributes))


@st.composite
def schemas(draw: st.DrawFn) -> Generated:
    """A valid schema for PostgreSQL."""
    return _SchemaWriter(draw).schema()
