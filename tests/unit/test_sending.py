"""In which pieces a project's Prisma sends its migrations."""

import pytest

from pgready.model.location import Location
from pgready.model.migration import Migration
from pgready.orchestrator.sending import Sent, by_statement, cut, sent
from pgready.sources.prisma import PrismaVersion
from pgready.sources.sql import read_scripts
from rehearsals import of_texts


def version(text: str, *, exact: bool) -> PrismaVersion:
    return PrismaVersion(text=text, exact=exact, location=Location("package.json", 1, 1))


def told(migrations: list[Migration], prisma: PrismaVersion | None, *, rehearse: bool = True) -> Sent:
    return sent(migrations, read_scripts(migrations), prisma, rehearse=rehearse)


@pytest.mark.parametrize(
    ("text", "exact", "said"),
    [
        ("7.4.0", True, True),
        ("8.1.0-dev.3", True, True),
        ("7.3.9", True, False),
        ("5.22.0", True, False),
        ("^7.4.1", False, True),
        ("^6.19.0", False, False),
        ("~7.1.0", False, False),
        ("^7.1.0", False, None),
        (">=5.0.0", False, None),
        ("~7", False, None),
        ("7", False, None),
        ("7.x", False, None),
        ("7.1.x", False, False),
        ("7.1", False, False),
        ("~7.3.2", False, False),
        ("~7.4", False, True),
        ("6.x.x", False, False),
        ("~6", False, False),
        (">=7.4", False, True),
        ("^6.0.0 <8", False, None),
        ("^7.1 || ^8", False, None),
        ("*", False, None),
        ("x", False, None),
        ("<7", False, None),
        ("<=7.3.9", False, None),
        ("7.1.0 - 7.3.0", False, None),
        ("^7.4 || ^8", False, None),
        ("latest", False, None),
    ],
)
def test_a_version_says_it_and_a_range_where_all_of_it_agrees(text: str, *, exact: bool, said: bool | None) -> None:
    assert by_statement(version(text, exact=exact)) is said


MIGRATIONS = of_texts("SELECT 1; SELECT 2;", "SELECT 1;", "SELECT 1; DO $$ BEGIN END $$;", None, "")
CUT = {"m1": ("SELECT 1;", " SELECT 2;")}


def test_only_what_the_engine_can_cut_into_several_is_sent_so() -> None:
    found = told(MIGRATIONS, version("7.10.0", exact=True))
    assert (found.pieces, found.otherwise) == (CUT, {})


def test_before_it_could_every_script_is_sent_whole() -> None:
    found = told(MIGRATIONS, version("7.3.0", exact=True))
    assert (found.pieces, found.otherwise) == ({}, {})


def test_of_an_unknown_version_both_ways_are_told() -> None:
    found = told(MIGRATIONS, None)
    assert (found.pieces, found.otherwise) == ({}, CUT)
    assert told(MIGRATIONS, None, rehearse=False) == Sent()


def test_a_script_that_is_too_long_to_be_asked_about_may_go_either_way() -> None:
    long = "SELECT 1;" * 120_000
    found = told(of_texts("SELECT 1; SELECT 2;", long), version("7.10.0", exact=True))
    assert (found.pieces, set(found.otherwise)) == (CUT, {"m1", "m2"})


def test_what_is_certainly_cut_is_known_before_it_is_read() -> None:
    migrations = of_texts("SET LOCAL search_path = o; DELETE FROM p;", "SELECT 1; SELECT 2;")
    assert cut(migrations, version("7.10.0", exact=True)) == {"m1"}
    assert cut(migrations, version("7.3.0", exact=True)) == frozenset()
    assert cut(migrations, None) == frozenset()
