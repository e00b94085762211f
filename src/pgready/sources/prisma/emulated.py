"""What Prisma refuses when it emulates foreign keys (`relationMode = "prisma"`): the client must run every action.

Source: `validations/relation_fields.rs` and `validations/relations.rs` (`cycles`) of prisma-engines.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pgready.model.schema import ReferentialAction
from pgready.sources.prisma.fields import RelationField
from pgready.sources.prisma.nodes import Arity
from pgready.sources.prisma.relations import InlineRelation, Model

__all__ = ["check_emulated"]

_EMULATED = frozenset({ReferentialAction.CASCADE, ReferentialAction.RESTRICT, ReferentialAction.SET_NULL})
_WITHOUT_EFFECT = frozenset({ReferentialAction.RESTRICT, ReferentialAction.NO_ACTION})


def check_emulated(relations: Iterable[InlineRelation], models: Mapping[str, Model]) -> None:
    """Note the actions that cannot be emulated, and the relations whose actions would run in a circle."""
    changing: list[RelationField] = []
    for relation in relations:
        side = relation.forward
        required = _has_required_column(side, models)
        for name, action in (("onDelete", side.on_delete), ("onUpdate", side.on_update)):
            _check_action(side, name, action, required=required)
        default = ReferentialAction.RESTRICT if required else ReferentialAction.SET_NULL
        actions = {side.on_delete or default, side.on_update or ReferentialAction.CASCADE}
        if not actions <= _WITHOUT_EFFECT:
            changing.append(side)
    for side in _in_circles(changing):
        message = f"the actions of {side.field.name} run in a circle, which Prisma cannot emulate"
        side.model.report(side.offset, f'{message}: expected onDelete and onUpdate "Restrict" on one relation of it')


def _has_required_column(side: RelationField, models: Mapping[str, Model]) -> bool:
    columns = models[side.model.block.name].fields.columns
    return any(columns[word.name].field.arity is Arity.REQUIRED for word in side.fields or ())


def _check_action(side: RelationField, name: str, action: ReferentialAction | None, *, required: bool) -> None:
    if action is not None and action not in _EMULATED:
        message = f'{name} of {side.field.name}: with relationMode = "prisma" expected Cascade, Restrict or SetNull'
        side.model.report(side.offset, message)
    elif action is ReferentialAction.SET_NULL and required:
        side.model.report(side.offset, f"{name} of {side.field.name}: SetNull, but a field of the key is required")


def _in_circles(sides: list[RelationField]) -> list[RelationField]:
    """The relations that are left when those from or to a model at an end are taken away, again and again."""
    left = {index: (side.model.block.name, side.target.block.name) for index, side in enumerate(sides)}
    for here, there in ((0, 1), (1, 0)):
        degree: defaultdict[str, int] = defaultdict(int)
        arriving: defaultdict[str, list[int]] = defaultdict(list)
        for index, ends in left.items():
            degree[ends[here]] += 1
            arriving[ends[there]].append(index)
        ready = [name for name in arriving if not degree[name]]
        while ready:
            for index in arriving.pop(ready.pop(), ()):
                name = left.pop(index)[here]
                degree[name] -= 1
                if not degree[name]:
                    ready.append(name)
    return [sides[index] for index in left]
