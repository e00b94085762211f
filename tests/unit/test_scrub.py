"""What stands as a password is masked, and a report about PostgreSQL stays readable."""

import html
import json
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pgready.reports.scrub import MASK, Scrubber, make_scrubber

NOTHING_KNOWN = make_scrubber({})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgres://u:pw@h/d", "postgres://u:***@h/d"),
        ("postgresql+psycopg://u:p@ss/w:rd@h/d", "postgresql+psycopg://u:***@h/d"),
        ("postgres://u:postgres@h and http://x:y@z", "postgres://u:***@h and http://x:***@z"),
        ("redis://:pw@h", "redis://:***@h"),
        ("postgres://u:it's@h", "postgres://u:***@h"),
        ("https://ghp_abc@github.com/x", "https://***@github.com/x"),
        ("host=h password=pw dbname=d", "host=h password=*** dbname=d"),
        (r"host=h password = 'a \' b' dbname=d", "host=h password = *** dbname=d"),
        ("postgres://h/d?user=u&password=pw&x=1", "postgres://h/d?user=u&password=***&x=1"),
        ("sslpassword=pw", "sslpassword=***"),
        ('<a href="http://h/">postgres://u:pw@h</a>', '<a href="http://h/">postgres://u:***@h</a>'),
        ("http://h/a,postgres://u:pw@h", "http://h/a,postgres://u:***@h"),
        ("HTTPS://token@h", "HTTPS://***@h"),
    ],
)
def test_what_stands_as_a_password_is_masked(text: str, expected: str) -> None:
    assert NOTHING_KNOWN.text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "postgres://user@host:5432/db",
        "postgres://host:5432/db",
        "https://www.prisma.io/docs and mail to a@b.c",
        "https://www.npmjs.com/package/@prisma/client",
        "'User'.'password' is a column; ALTER TABLE x ADD COLUMN password text",
        '{"password": null}',
        "public.password_reset",
    ],
)
def test_what_is_no_password_stays(text: str) -> None:
    assert NOTHING_KNOWN.text(text) == text


@pytest.mark.parametrize(
    "name",
    ["PGPASSWORD", "DB_PASSWD", "API_KEY", "apikey", "MY_SECRET_2", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "DB_PASS"],
)
def test_values_of_variables_that_hold_a_credential_are_known(name: str) -> None:
    assert make_scrubber({name: "hunter-2000"}).text("a hunter-2000!") == f"a {MASK}!"


@pytest.mark.parametrize("name", ["HOME", "PWD", "OLDPWD", "PASSAGE", "SECRET_FILE", "TOKEN_PATH", "PGUSER"])
def test_values_of_other_variables_are_not(name: str) -> None:
    assert make_scrubber({name: "hunter-2000"}).text("a hunter-2000!") == "a hunter-2000!"


@pytest.mark.parametrize("value", ["postgres", "PASSWORD", "", "abc", "true"])
def test_a_word_that_everybody_knows_or_a_very_short_one_does_not_garble_the_report(value: str) -> None:
    text = "postgresql 18 of user postgres, password unknown, abc: true"
    assert make_scrubber({"POSTGRES_PASSWORD": value}).text(text) == text


def test_but_where_it_stands_as_a_password_it_is_masked() -> None:
    scrubber = make_scrubber({"POSTGRES_PASSWORD": "postgres"})
    assert scrubber.text("postgres://postgres:postgres@h") == "postgres://postgres:***@h"


def test_a_short_secret_is_masked_where_it_stands_alone() -> None:
    scrubber = make_scrubber({"DB_PASSWORD": "cat4"})
    assert scrubber.text("cat4 'cat4' scat4 cat45 (cat4)") == "*** '***' scat4 cat45 (***)"


def test_the_lines_of_a_key_are_known_one_by_one() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\nshort\n-----END KEY-----"
    assert make_scrubber({"PRIVATE_KEY": key}).text("x MIIEvQIBADANBgkqhkiG short") == "x *** short"


def test_the_password_of_a_url_in_any_variable_is_known_encoded_and_decoded() -> None:
    scrubber = make_scrubber({"SHADOW": "postgres://u:a%2Fb%40c-long@h/d"})
    assert scrubber.text("a%2Fb%40c-long a/b@c-long") == "*** ***"


def test_a_secret_that_colours_tear_apart_is_found() -> None:
    torn = "x \x1b[31mhunter\x1b[0m-2000 y"
    assert make_scrubber({"TOKEN": "hunter-2000"}).text(torn) == "x *** y"
    coloured = "x \x1b[31mharmless\x1b[0m y"
    assert make_scrubber({"TOKEN": "hunter-2000"}).text(coloured) == coloured


def test_text_that_cannot_be_stored_is_made_storable() -> None:
    assert NOTHING_KNOWN.text("a\udcffb").encode() == b"a?b"


def test_values_are_scrubbed_at_every_depth_in_keys_too_but_not_in_pictures() -> None:
    scrubber = make_scrubber({"TOKEN": "hunter-2000"})
    value = {
        "hunter-2000": ["hunter-2000", {"a": ("hunter-2000", 1, None, True)}],
        "image/png": "hunter-2000",
        "image/svg+xml": "hunter-2000",
    }
    assert scrubber.value(value) == {
        "***": ["***", {"a": ["***", 1, None, True]}],
        "image/png": "hunter-2000",
        "image/svg+xml": "***",
    }


@pytest.mark.parametrize(
    "piece",
    [
        "://a:",
        "://a/",
        "https://",
        "password =",
        "password='",
        "\\'password='",
        "a@",
        "\x1b[1;",
        "://",
        "=",
        "://a:@",
        "https://a@ ",
        "://a:b@ ",
    ],
)
@pytest.mark.parametrize("end", ["", "@", "'", "@" + "x" * 100_000])
def test_hostile_text_takes_linear_time(piece: str, end: str) -> None:
    """Quadratic time would be minutes here."""
    text = piece * 200_000 + end
    began = time.process_time()
    NOTHING_KNOWN.text(text)
    assert time.process_time() - began < 5


SECRETS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=8, max_size=30).filter(
    lambda text: "*" not in text and text.strip() == text
)


@given(secret=SECRETS, before=st.text(max_size=10), after=st.text(max_size=10))
def test_a_known_secret_is_found_in_every_shape_in_which_programs_write_it(
    secret: str, before: str, after: str
) -> None:
    scrubber = make_scrubber({}, [secret])
    encoded = (quote(secret, safe=""), quote(secret), quote_plus(secret))
    for shape in (secret, *encoded, html.escape(secret), repr(secret)[1:-1], json.dumps(secret)[1:-1]):
        assert shape not in scrubber.text(f"{before}{shape}{after}")


@given(text=st.text(max_size=80))
def test_scrubbing_twice_is_scrubbing_once(text: str) -> None:
    scrubber: Scrubber = make_scrubber({"TOKEN": "hunter-2000"})
    once = scrubber.text(text)
    assert scrubber.text(once) == once


@pytest.mark.parametrize(
    "written",
    [
        "DEFAULT 'it''s & \"hunter\"/Two'",
        "<code>&#39;it&#39;&#39;s &amp; &#34;hunter&#34;/Two&#39;</code>",
        "<code>it&#39;s &amp; &#34;hunter&#34;/<wbr>Two</code>",
        "it&#x27;s &amp; &quot;hunter&quot;/Two",
    ],
)
def test_a_secret_is_known_in_sql_and_in_html_also_where_it_may_be_broken(written: str) -> None:
    scrubbed = make_scrubber({"DB_PASSWORD": 'it\'s & "hunter"/Two'}).text(written)
    assert "hunter" not in scrubbed
    assert MASK in scrubbed


def test_where_a_name_may_be_broken_stays_where_no_secret_is() -> None:
    text = "<code>public.<wbr>Booking<wbr>Request</code>"
    assert make_scrubber({"DB_PASSWORD": "hunter-2000"}).text(text) == text


PRINTABLE = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), min_size=8, max_size=24)
EVERYBODY_KNOWS = {"changeme", "localhost", "password", "postgres", "postgresql"}
SHAPES = [
    str,
    json.dumps,
    lambda secret: json.dumps(secret, ensure_ascii=False),
    repr,
    html.escape,
    lambda secret: html.escape(json.dumps(secret)),
    lambda secret: html.escape(repr(secret)),
    lambda secret: json.dumps(secret).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"),
    lambda secret: "'" + secret.replace("'", "''") + "'",
    lambda secret: quote(secret, safe=""),
    quote,
    quote_plus,
]


@pytest.mark.parametrize("shape", SHAPES)
@given(secret=PRINTABLE)
def test_a_password_of_any_signs_in_a_url_of_a_variable_is_found(shape: Callable[[str], str], secret: str) -> None:
    written = shape(secret)
    # A word that everybody knows is masked only where it stands as a password.
    assume("***" not in written and secret.lower() not in EVERYBODY_KNOWS)
    for in_url in (secret, quote(secret, safe="")):
        scrubber = make_scrubber({"DATABASE_URL": f"postgresql://user:{in_url}@db.example/app?schema=public"})
        shown = scrubber.text(f"(( {written} ))")
        assert written.strip("\"'") not in shown, (in_url, shown)
        assert MASK in shown


@pytest.mark.parametrize("secret", ["a bSecret99", 'a"bSecret99', "a<bSecret99", "a>bSecret99", "a&b;c'Secret99"])
@pytest.mark.parametrize("form", ["postgresql://u:{}@h/db", "postgresql://h/db?user=u&password={}", "{}", '"{}"'])
def test_what_ends_a_url_in_a_text_does_not_end_the_password_of_a_variable(secret: str, form: str) -> None:
    if "password" in form and "&" in secret:
        return
    value = form.format(f"postgresql://u:{secret}@h/db" if "://" not in form else secret)
    assert secret not in make_scrubber({"DATABASE_URL": value}).text(f"could not connect with {secret}, said it")


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        ("Server=h;Pwd=Secret99x;Database=d", "Secret99x"),
        ("Server=h;Password=Se cret99;", "Se cret99"),
        ('host=h password=a"bSecret99 dbname=d', 'a"bSecret99'),
        (r"host=h password='it\'s 99 \\ x' dbname=d", "it's 99 \\ x"),
        ("host=h password=a,b;c)Secret99", "a,b;c)Secret99"),
    ],
)
def test_the_password_of_a_connection_string_of_a_variable_ends_where_its_form_has_it(value: str, secret: str) -> None:
    assert make_scrubber({"CONNECTION": value}).text(f"((( {secret} )))") == f"((( {MASK} )))"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('password=a"bSecret99 x', "password=*** x"),
        ("Server=h;Pwd=Secret99x;Database=d", "Server=h;Pwd=***;Database=d"),
        ("PWD=/home/me and OLDPWD=/home", "PWD=/home/me and OLDPWD=/home"),
        ('{"a": "password=x", "b": 1}', '{"a": "password=***", "b": 1}'),
    ],
)
def test_a_password_in_a_text_ends_at_what_closes_it_and_a_directory_is_none(text: str, expected: str) -> None:
    assert NOTHING_KNOWN.text(text) == expected


@pytest.mark.parametrize(
    "value",
    [
        "postgresql://user:pw@db.example/app?application_name=me@team",
        "postgresql://user:%61%62@db.example/app",
        "postgresql://user:test@db.example/app",
        "postgresql://user@db.example/app?email=someone@example.org",
        "Server=h;Pwd=abc;Database=shopping",
        "see https://docs.example/ and write to a@b.example, password = ask Bob",
    ],
)
def test_a_trivial_or_absent_password_of_a_url_hides_no_words(value: str) -> None:
    text = "pw ab test app public shopping Database Bob someone abc docs me user"
    assert make_scrubber({"DATABASE_URL": value}).text(text) == text
