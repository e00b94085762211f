"""Relations of generated Prisma schemas: one-to-one, one-to-many, many-to-many, also of a model to itself."""

from collections.abc import Sequence

from prisma_models import Column, Model, ModelWriter
from prisma_parts import map_names, stored

__all__ = ["RelationWriter"]


class RelationWriter(ModelWriter):
    """Draws relations between the models that are there."""

    def relation(self) -> None:
        left, right = self.pen.choice(self.models), self.pen.choice(self.models)
        singles = [model for model in (left, right) if len(model.key) == 1 and not model.ignored and not model.is_view]
        kind = self.pen.choice(("many", "one", "join"))
        if kind == "join" and len(singles) == 2:
            self._join(left, right)
        elif not right.is_view:
            self._inline(left, right, one=kind == "one")

    def _relation_name(self, left: Model, right: Model) -> str | None:
        pair = "\0".join(sorted((left.name, right.name)))
        if left is right or pair in self.relation_names or self.pen.maybe():
            return self.fresh(map_names().filter(_is_relation_name), self.relation_names, _join_table)
        self.relation_names.add(pair)
        return None

    def _join(self, left: Model, right: Model) -> None:
        name = self._relation_name(left, right)
        arguments = {} if name is None else {"name": self.text(name)}
        for own, other in ((left, right), (right, left)):
            attribute = self.pen.attribute("@relation", arguments, bare="name") if arguments else ""
            own.relations.append(self.pen.line(self.field_name(own), f"{other.name}[]", attribute))

    def _inline(self, own: Model, target: Model, *, one: bool) -> None:
        keys = [key for key in target.unique if all(column.can_be_referenced for column in key)]
        if not keys:
            return
        referenced = self.pen.shuffled(self.pen.choice(keys))
        columns = self._referencing(own, referenced)
        name = self._relation_name(own, target)
        lists = {"fields": columns, "references": referenced}
        bare = self.pen.strange and len(columns) == 1 and self.pen.rarely()
        arguments = {} if name is None else {"name": self.text(name)}
        back = dict(arguments)
        arguments |= {
            key: found[0].name if bare else self.pen.listed([column.name for column in found])
            for key, found in lists.items()
        }
        arguments |= self._actions(own, target, columns)
        arguments |= self.constraint(own, "_fkey", *(column.written for column in columns))
        is_optional = any(column.arity for column in columns) or self.pen.rarely()
        # A relation to or from what is ignored must be ignored itself, on the side that is not.
        hidden = ["@ignore"] if target.ignored and not own.ignored else []
        attribute = self.pen.attribute("@relation", arguments, bare="name")
        own.relations.append(
            self.pen.column(self.field_name(own), target.name + ("?" if is_optional else ""), [attribute, *hidden])
        )
        if one:
            self._unique(own, columns)
        kind = own.name + ("?" if one else "[]")
        hidden = ["@ignore"] if own.ignored and not target.ignored else []
        given = [self.pen.attribute("@relation", back, bare="name")] if back else []
        target.relations.append(self.pen.column(self.field_name(target), kind, [*given, *hidden]))

    def _referencing(self, own: Model, referenced: Sequence[Column]) -> list[Column]:
        """The columns of a key, of the types that they refer to: new ones, or some that are there."""
        columns: list[Column] = []
        mixed = self.pen.rarely()
        arity = self.pen.choice(("", "?"))
        for column in referenced:
            there = [each for each in own.columns if _same_type(each, column) and each not in (*columns, *referenced)]
            if there and self.pen.rarely():
                columns.append(self.pen.choice(there))
                continue
            name, written, attributes = self.column_names(own)
            attributes += [each for each in column.attributes if each.startswith(f"@{self.datasource}.")]
            arity = self.pen.choice(("", "?")) if mixed else arity
            columns.append(Column(name, written, column.type, column.kind, column.enum, arity, attributes))
            own.columns.append(columns[-1])
        return columns

    def _actions(self, own: Model, target: Model, columns: Sequence[Column]) -> dict[str, str]:
        actions = ["Cascade", "Restrict", "SetNull", "NoAction", "SetDefault"]
        if self.prisma_mode and self.models.index(own) <= self.models.index(target):
            # Where Prisma itself acts, it refuses cycles.
            return {"onDelete": "Restrict", "onUpdate": "Restrict"}
        if self.prisma_mode:
            actions = actions[: 3 if all(column.arity for column in columns) else 2]
        wanted = [name for name in ("onDelete", "onUpdate") if self.pen.maybe()]
        return {name: self.pen.choice(actions) for name in wanted}

    def _unique(self, own: Model, columns: Sequence[Column]) -> None:
        if tuple(columns) in own.unique:
            return
        # In the order of `fields`: Prisma wants that.
        chosen = tuple(columns)
        if len(chosen) == 1 and self.pen.maybe() and not any("@unique" in each for each in chosen[0].attributes):
            what = self.constraint(own, "_key", chosen[0].written)
            if self.pen.rarely() and not own.is_view:
                what["sort"] = "Desc"
            chosen[0].attributes.append(self.pen.attribute("@unique", what))
        else:
            self.block_attribute(
                own, "@@unique", {"fields": self.pen.listed([each.name for each in chosen])}, chosen, named=True
            )
        own.unique.append(chosen)


def _same_type(column: Column, other: Column) -> bool:
    return (column.kind, column.enum, column.is_list) == (
        other.kind,
        other.enum,
        False,
    ) and "@ignore" not in column.attributes


def _is_relation_name(name: str) -> bool:
    """Prisma's engine panics where its cut of the join table's name falls into a character (measured)."""
    table = f"_{name}"[:63].encode()
    return all(table[:cut].decode(errors="ignore").encode() == table[:cut] for cut in (56, 55))


def _join_table(name: str) -> str:
    return stored(f"_{name[:62]}")
