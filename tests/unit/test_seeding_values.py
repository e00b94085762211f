"""Made-up values: different in every row, alike in the keys of a type, and within the limits of the type."""

import pytest

from pgready.rehearsal.seeding import values as seeding_values
from pgready.rehearsal.seeding.values import ROWS, SeededType, value

TYPES = sorted(set(seeding_values._FORMS) - {"bool"})


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("salt", [0, 17, 9000])
def test_every_row_of_a_column_has_a_value_of_its_own(name: str, salt: int) -> None:
    values = {value(SeededType(name=name, kind="b"), row, salt) for row in range(1, ROWS + 1)}
    assert None not in values
    assert len(values) == (2 if name in {"bit", "varbit"} else ROWS)


@pytest.mark.parametrize("length", range(1, 40))
def test_a_text_fits_its_length_and_keeps_the_rows_apart(length: int) -> None:
    texts = [value(SeededType(name="varchar", kind="b", modifier=length + 4), row, 7) or "" for row in (1, 2, 3)]
    assert all(0 < len(text) <= length for text in texts)
    assert len(set(texts)) == ROWS


@pytest.mark.parametrize(("precision", "scale"), [(1, 0), (1, 1), (5, 2), (10, 10), (12, 2), (38, 0)])
def test_a_number_fits_its_precision_and_keeps_the_rows_apart(precision: int, scale: int) -> None:
    type_ = SeededType(name="numeric", kind="b", modifier=(precision << 16 | scale) + 4)
    numbers = [value(type_, row, 7) or "" for row in (1, 2, 3)]
    assert len(set(numbers)) == ROWS
    for number in numbers:
        whole, _, fraction = number.partition(".")
        assert len(fraction) <= scale
        assert len(whole.lstrip("0")) <= precision - scale


def test_two_rows_are_the_same_when_the_end_is_cut_off() -> None:
    one, two, three = (value(SeededType(name="text", kind="b"), row, 7) or "" for row in (1, 2, 3))
    assert one[:-1] == two[:-1]
    assert one[:4] != three[:4]


def test_an_enum_gives_its_last_labels_and_a_type_that_is_not_known_nothing() -> None:
    enum = SeededType(name="Role", kind="e", labels=("A", "B", "C", "D"))
    assert [value(enum, row, 0) for row in (1, 2, 3)] == ["D", "C", "B"]
    assert value(SeededType(name="geometry", kind="b"), 1, 0) is None
    assert value(SeededType(name="Role", kind="e", labels=('a"\\',), array=True), 1, 0) == '{"a\\"\\\\"}'


def test_the_values_of_keys_are_few_and_short() -> None:
    assert max(map(len, seeding_values.key_values())) < 200
    assert len(seeding_values.key_values()) < 2000
