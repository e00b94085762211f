"""Constants of defaults are equal when they give the column the same value, and only then."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgready.checks.drift.values import is_constant, same_value, strip_parentheses

SAME = [
    ("'x'::text", "'x'::character varying(5)", "text"),
    ("E'a\\\\b'::text", "'a\\b'::text", "text"),
    ("'it''s'::text", "'it''s'::character varying", "text"),
    ("1", "'1'::smallint", "integer"),
    ("1", "1.0", "integer"),
    ("(-1)", "'-1'::integer", "integer"),
    ("(5)::bigint", "5", "bigint"),
    ("1.50", "'1.5'::double precision", "double precision"),
    ("'-1.50'::numeric", "'-1.5'::numeric(5,2)", "numeric(5,2)"),
    ("true", "(1)::boolean", "boolean"),
    ("'{\"a\": 1}'::jsonb", "('{\"a\":1.0}'::text)::jsonb", "jsonb"),
    ("ARRAY[]::text[]", "'{}'::text[]", "text[]"),
    ("ARRAY['a'::text, 'b c'::text, NULL::text]", "'{a,\"b c\",NULL}'::text[]", "text[]"),
    ("ARRAY['null'::text]", "'{\"null\"}'::text[]", "text[]"),
    ("ARRAY['a\"b'::text]", '\'{"a\\"b"}\'::text[]', "text[]"),
    ("ARRAY[true, false]", "'{t,f}'::boolean[]", "boolean[]"),
    ("'X'::public.\"E\"", "('X'::text)::public.\"E\"", "public.E"),
    ("'x'::bpchar", "'x  '::bpchar", "character(3)"),
]
OTHER = [
    ("'x'::text", "'X'::text", "text"),
    ("'x'::text", "'x '::text", "text"),
    ("'xyz'::text", "'xyz'::character varying(2)", "text"),
    ("'xyz'::text", "'xyz'::\"char\"", "text"),
    ("1", "'1.4'::integer", "integer"),
    ("1.55", "1.55::numeric(5,1)", "numeric"),
    ("9007199254740993", "9007199254740992", "bigint"),
    ("0.1", "0.10000000000000001", "numeric"),
    ("'{\"a\": 1}'::jsonb", "'{\"a\": true}'::jsonb", "jsonb"),
    ("'[1, 2]'::jsonb", "'[2, 1]'::jsonb", "jsonb"),
    ("ARRAY['a'::text]", "'{a,b}'::text[]", "text[]"),
    ("ARRAY['NULL'::text]", "'{NULL}'::text[]", "text[]"),
    ("'{{a}}'::text[]", "'{{a}}'::text[]", "text[]"),
    ("lower('x'::text)", "lower('x'::text)", "text"),
    ("('x'::text || ''::text)", "'x'::text", "text"),
]


@pytest.mark.parametrize(("first", "second", "type_"), SAME)
def test_equal_values(first: str, second: str, type_: str) -> None:
    assert same_value(first, second, type_)
    assert same_value(second, first, type_)


@pytest.mark.parametrize(("first", "second", "type_"), OTHER)
def test_values_that_are_not_equal_or_not_known(first: str, second: str, type_: str) -> None:
    assert not same_value(first, second, type_)
    assert not same_value(second, first, type_)


@pytest.mark.parametrize(
    "text", ["now()", "'a' || 'b'", "1 + 1", "", "'", "'a", "(1", "1)", "ARRAY[1", "1::", "CURRENT_DATE"]
)
def test_what_computes_or_is_broken_is_no_constant(text: str) -> None:
    assert not is_constant(text)


def test_only_parentheses_around_the_whole_are_stripped() -> None:
    assert strip_parentheses("((id * 2))") == "id * 2"
    assert strip_parentheses("(a) + (b)") == "(a) + (b)"
    assert strip_parentheses("(')' || \"(\")") == "')' || \"(\""


@given(
    st.text(alphabet="()'\"[]{},:\\aE1.- \n\0", max_size=60), st.sampled_from(["text", "integer", "jsonb", "text[]"])
)
def test_any_text_is_compared_without_an_error(text: str, type_: str) -> None:
    assert same_value(text, text, type_) in (True, False)
    assert len(strip_parentheses(text)) <= len(text)


@pytest.mark.parametrize(
    "text", ["(" * 100_000, "ARRAY[" * 100_000, "'" * 100_001, "1::" * 50_000, "'" + "[" * 200_000 + "'"]
)
def test_hostile_texts_end_soon(text: str) -> None:
    assert same_value(text, text, "jsonb") in (True, False)
    assert strip_parentheses(text)


def test_a_modifier_of_very_many_digits_is_no_constant() -> None:
    assert not is_constant(f"'x'::varchar({'9' * 5000})")


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=4))
def test_an_array_in_text_form_is_the_array(items: list[str]) -> None:
    listed = ", ".join("'" + item.replace("'", "''") + "'::text" for item in items)
    quoted = ",".join('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in items).replace("'", "''")
    assert same_value(f"ARRAY[{listed}]" if items else "ARRAY[]::text[]", f"'{{{quoted}}}'::text[]", "text[]")
