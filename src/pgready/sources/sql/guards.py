"""Conditions become guards: apart where they are AND-ed, and told apart by what the guarded statements do."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from pgready.model.effects import Action
from pgready.model.guards import AllOf, AnyOf, Condition, Exists, Guard, GuardKind, Not, Unknown
from pgready.model.names import ObjectKind, ObjectRef
from pgready.sources.sql.conditions import conjuncts
from pgready.sources.sql.drafts import Draft

__all__ = ["Placed", "Test", "guarded", "kind_of_guard", "shortened"]

_LONGEST_TEXT = 2000
# Around one effect; what goes beyond is hostile and would multiply with the effects.
_MOST_GUARDS = 50
_RELATIONS = frozenset(
    {
        ObjectKind.TABLE,
        ObjectKind.VIEW,
        ObjectKind.MATERIALIZED_VIEW,
        ObjectKind.SEQUENCE,
        ObjectKind.INDEX,
        ObjectKind.RELATION,
    }
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A draft with the offset of its command in the file, and the guards around it, outermost first.

    `begins` is the offset of the whole command where `offset` is that of one of its actions.
    """

    draft: Draft
    offset: int
    guards: tuple[Guard, ...] = ()
    begins: int | None = None

    @property
    def command(self) -> int:
        """The offset of the whole command."""
        return self.offset if self.begins is None else self.begins


@dataclass(frozen=True, slots=True)
class Test:
    """A condition that stands around statements; `offset` is its place in the file.

    `parts` are text and offset of each of its AND-ed parts, where they could be told apart.
    """

    condition: Condition
    form: str
    text: str
    offset: int
    parts: tuple[tuple[str, int], ...] = ()


Place = Callable[[int], tuple[int, int]]


def guarded(test: Test, body: Iterable[Placed], place: Place) -> list[Placed]:
    """The body under the test: each AND-ed part becomes a guard around every effect in it."""
    placed = list(body)
    guards = tuple(_guards(test, [each.draft for each in placed], place))
    return [replace(each, guards=_bounded((*guards, *each.guards))) for each in placed]


def _bounded(guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
    """The outermost guards, and one that is not known instead of more than anybody writes."""
    if len(guards) <= _MOST_GUARDS:
        return guards
    rest = replace(guards[_MOST_GUARDS], kind=GuardKind.OPAQUE, condition=Unknown("many more conditions"))
    return (*guards[:_MOST_GUARDS], rest)


def _guards(test: Test, drafts: list[Draft], place: Place) -> Iterator[Guard]:
    conditions = conjuncts(test.condition)
    if len(conditions) > _MOST_GUARDS:
        conditions = (test.condition,)
    whole = shortened(test.text), test.offset
    apart = len(test.parts) == len(conditions)
    parts = [(shortened(text), offset) for text, offset in test.parts] if apart else [whole] * len(conditions)
    for condition, (text, offset) in zip(conditions, parts, strict=True):
        line, column = place(offset)
        kind = kind_of_guard(condition, drafts)
        yield Guard(kind=kind, condition=condition, form=test.form, text=text, line=line, column=column)


def shortened(text: str) -> str:
    """On one line; very long text is cut."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_TEXT else line[:_LONGEST_TEXT] + "..."


def kind_of_guard(condition: Condition, drafts: Iterable[Draft]) -> GuardKind:
    """RERUN: false once the guarded statements have run. OPAQUE: not readable. PREREQUISITE: everything else."""
    drafts = list(drafts)
    if _has_unknown(condition):
        return GuardKind.OPAQUE
    return GuardKind.RERUN if _is_rerun(condition, drafts) else GuardKind.PREREQUISITE


def _has_unknown(condition: Condition) -> bool:
    match condition:
        case Unknown():
            return True
        case Not(operand):
            return _has_unknown(operand)
        case AllOf(operands) | AnyOf(operands):
            return any(_has_unknown(operand) for operand in operands)
        case _:
            return False


def _is_rerun(condition: Condition, drafts: list[Draft]) -> bool:
    match condition:
        case Not(Exists(asked)):
            return any(_same(asked, made) for made in _made(drafts))
        case Exists(asked):
            return any(_same(asked, gone) for gone in _gone(drafts))
        case AllOf(operands) | AnyOf(operands):
            return bool(operands) and all(_is_rerun(operand, drafts) for operand in operands)
        case _:
            return False


def _made(drafts: list[Draft]) -> Iterator[ObjectRef]:
    for draft in drafts:
        if draft.action is Action.CREATES:
            yield draft.object
        elif draft.action is Action.RENAMES and draft.new_name is not None:
            yield replace(draft.object, name=draft.new_name, schema=draft.new_schema or draft.object.schema)


def _gone(drafts: list[Draft]) -> Iterator[ObjectRef]:
    return (draft.object for draft in drafts if draft.action in (Action.DROPS, Action.RENAMES))


def _same(asked: ObjectRef, found: ObjectRef) -> bool:
    """Whether both can be the same object; what is not known on either side matches."""
    kinds = {asked.kind, found.kind}
    return (
        (len(kinds) == 1 or (ObjectKind.RELATION in kinds and kinds <= _RELATIONS))
        and asked.name == found.name
        and (None in (asked.schema, found.schema) or asked.schema == found.schema)
        and (None in (asked.table, found.table) or asked.table == found.table)
    )
