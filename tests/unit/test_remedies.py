"""What is tried against a wrong order of migrations."""

import os

import pytest

from pgready.model.location import Location
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.trace import Move, Remedy, Skip
from pgready.orchestrator.new_names import directly_after, directly_before
from pgready.orchestrator.remedies import remedies
from pgready.rehearsal.remedies import rearranged
from rehearsals import of_names

TABLE = ObjectRef(kind=ObjectKind.TABLE, schema="public", name="User")


def skip(migration: str, made_by: str | None, *, makes: str = "k", exists: bool = False) -> Skip:
    return Skip(
        migration=migration,
        position=1,
        guard="EXISTS",
        asked_for=TABLE,
        would_make=ObjectRef(kind=ObjectKind.CONSTRAINT, schema="public", table="T", name=makes),
        exists_at_end=exists,
        made_by=made_by,
        made_at=None,
        location=Location("x"),
    )


def moved(names: list[str], late: str, needer: str) -> str | None:
    """The new name of the first alternative, checked to run directly before the migration that needs it."""
    (first, *_) = remedies(of_names(*names), [skip(needer, late)])
    if not first[0].moves:
        return None
    new = first[0].moves[0].new_name
    order = [migration.name for migration in rearranged(of_names(*names), first[0])]
    assert order == sorted([new if name == late else name for name in names], key=os.fsencode)
    assert order.index(new) + 1 == order.index(needer)
    return new


@pytest.mark.parametrize(
    ("names", "new"),
    [
        (["20251214014402_a", "20251225045724_b", "add_c"], "20251225000000_add_c"),
        (["20251225040000_a", "20251225045724_b", "add_c"], "20251225040001_add_c"),
        (["20251225045724_b", "20260101000000_add_c"], "20251225000000_add_c"),
        (["20251225045724_a", "20251225045725_b", "add_c"], "20251225045725_add_c"),
        (["20251225000000_b", "late"], "20251224000000_late"),
        (["20251225045725_a", "20251225045725_b", "add_c"], "20251225045725_a_add_c"),
        (["1_a", "2_b", "add_c"], "1_a_add_c"),
        (["1_a", "add_c"], "0_add_c"),
        (["20259925045724_a", "20259925045725_b", "add_c"], "20259925045724_a_add_c"),
        (["1", "1_", "add_c"], None),
        (["0", "add_c"], None),
        (["1" * 250, "2_b", "add_c"], None),
    ],
)
def test_a_late_migration_gets_a_name_that_sorts_directly_before_the_first_that_needs_it(
    names: list[str], new: str | None
) -> None:
    assert moved(names, names[-1], names[-2]) == new


@pytest.mark.parametrize(
    ("names", "new"),
    [
        (["add_a", "20250101000000_b", "20250103120000_c"], "20250103000000_add_a"),
        (["20250101000000_a", "20250103120000_c"], "20250103120001_a"),
        (["a", "b"], "b_a"),
    ],
)
def test_an_early_migration_gets_a_name_that_sorts_directly_after_the_one_that_it_needs(
    names: list[str], new: str
) -> None:
    predecessor = "20250101000000_b" if len(names) == 3 else names[1]
    move = directly_after(names, names[0], predecessor)
    assert move == Move(migration=names[0], new_name=new, after=predecessor)


@pytest.mark.parametrize(
    ("names", "new"),
    [
        (["20240101000000_t", "20240105000000_T"], None),
        (["20240103000000_T\u00c9", "20240104120000_q", "20240105000000_te\u0301"], "20240104000000_te\u0301"),
        (["20240104000000_X", "20240104120000_q", "20240105000000_x"], "20240104000001_x"),
    ],
)
def test_no_name_is_proposed_that_is_taken_where_case_and_composition_do_not_count(
    names: list[str], new: str | None
) -> None:
    move = directly_before(names, names[-1], names[-2])
    assert move is None or move.new_name.casefold() not in {each.casefold() for each in names[:-1]}
    assert new is None or (move is not None and move.new_name == new)


def test_what_skipped_itself_is_tried_once_more_and_no_more_of_it_than_needed() -> None:
    names = ["20250101000000_a", "20250102000000_b", "20250103000000_c", "late"]
    told = [
        skip(names[0], "late", makes="one"),
        skip(names[1], "late", makes="one"),
        skip(names[2], "late", makes="two"),
    ]
    moves, repeats = remedies(of_names(*names), told)
    assert [remedy.moves[0].before for remedy in moves] == names[:3]
    assert repeats == (Remedy(repeats=(names[0], names[2])),)
    again = rearranged(of_names(*names), repeats[0])
    assert [each.name for each in again[-2:]] == [f"{names[0]} (again)", f"{names[2]} (again)"]
    assert [each.position for each in again] == [1, 2, 3, 4, 5, 6]


def test_two_late_ones_are_tried_together_too() -> None:
    names = ["20250101000000_a", "20250103000000_b", "late", "later"]
    found = remedies(of_names(*names), [skip(names[0], "late"), skip(names[1], "later")])
    (together,) = found[-1]
    assert [(move.migration, move.before) for move in together.moves] == [("late", names[0]), ("later", names[1])]


def test_what_exists_in_the_end_or_nobody_makes_needs_no_order() -> None:
    names = ["20250101000000_a", "late"]
    assert remedies(of_names(*names), [skip(names[0], "late", exists=True), skip(names[0], None)]) == ()
