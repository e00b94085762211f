"""What a person has chosen in the explorer, as a value."""

import ast
from types import ModuleType

import pytest

from pgready.reports.changes import Changes, literal, pages_call
from pgready.reports.plain import plain_line

SOME = Changes(move=(("A", "One"), ("B", "Two")), key=("A.b->B",), drop=("B.a->A", "B.c->C"))


def test_a_table_that_moves_already_goes_elsewhere_instead_and_keeps_its_place() -> None:
    assert Changes().moving("A", "One").moving("B", "One").moving("A", "Two").move == (("A", "Two"), ("B", "One"))


def test_what_is_chosen_twice_counts_once() -> None:
    changes = Changes().declaring("A.b->B").declaring("A.b->B").dropping("B.a->A").dropping("B.a->A")
    assert changes == Changes(key=("A.b->B",), drop=("B.a->A",))


def test_each_change_has_a_sentence_and_can_be_taken_back_alone() -> None:
    assert [plain_line(one.sentence()) for one in SOME.each()] == [
        "Move A to One",
        "Move B to Two",
        "Declare A.b->B as a key",
        "Drop the key B.a->A",
        "Drop the key B.c->C",
    ]
    for place, one in enumerate(SOME.each()):
        rest = SOME.without(one)
        assert rest.each() == SOME.each()[:place] + SOME.each()[place + 1 :]


def test_taking_everything_back_in_any_order_leaves_nothing() -> None:
    left = SOME
    for one in reversed(SOME.each()):
        left = left.without(one)
    assert left == Changes()
    assert SOME.each()
    assert left.each() == ()


@pytest.mark.parametrize(
    ("changes", "call"),
    [
        (Changes(), "views.what_if(audit)"),
        (Changes().moving("BrandProfile", "Auth"), 'views.what_if(audit, move={"BrandProfile": "Auth"})'),
        (Changes().declaring("A.b->B"), 'views.what_if(audit, key=["A.b->B"])'),
        (
            SOME,
            'views.what_if(audit, move={"A": "One", "B": "Two"}, key=["A.b->B"], drop=["B.a->A", "B.c->C"])',
        ),
    ],
)
def test_the_line_of_code_is_what_a_person_would_write(changes: Changes, call: str) -> None:
    assert changes.call() == call


def test_the_line_of_code_means_exactly_the_names_and_hides_none_of_their_characters(audits: ModuleType) -> None:
    names = [*audits.HOSTILE, "'", '"', "\\", "'\"", "{x}", "\x00", "\ud800", "é"]
    changes = Changes(move=tuple((name, name) for name in names), key=tuple(names), drop=tuple(names))
    call = changes.call()
    assert call.isprintable()
    (parsed,) = ast.parse(call).body
    assert isinstance(parsed, ast.Expr)
    assert isinstance(parsed.value, ast.Call)
    given = {one.arg: ast.literal_eval(one.value) for one in parsed.value.keywords}
    assert given == {"move": dict(changes.move), "key": names, "drop": names}
    assert all(ast.literal_eval(literal(name)) == name for name in names)


def test_the_line_of_code_for_pages_names_the_groups() -> None:
    assert pages_call(()) == "views.group_pages(audit)"
    assert pages_call(("CRM", "It's")) == 'views.group_pages(audit, ["CRM", "It\'s"])'
