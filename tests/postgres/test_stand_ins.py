"""What Prisma does not manage is made before the migrations, as `initShadowDb` is run on Prisma's shadow database."""

import pytest

from pgready.errors import RehearsalError
from rehearsals import names, rehearsed

AUTH = "CREATE SCHEMA auth; CREATE TABLE auth.users (id int PRIMARY KEY);"


def test_a_migration_may_refer_to_a_stand_in_and_did_not_make_it() -> None:
    text = "CREATE TABLE profile (id int REFERENCES auth.users)"
    result = rehearsed(text, stand_ins=AUTH)
    assert result.complete
    assert [str(table.name) for table in result.schema.tables] == ["auth.users", "public.profile"]
    assert "table auth.users" not in names(result.runs[0])
    assert "table auth.users" in [f"{ref.kind} {ref}" for ref in result.stand_ins]
    assert not rehearsed(text).complete


def test_stand_ins_that_fail_are_an_error_with_the_words_of_the_server() -> None:
    with pytest.raises(RehearsalError, match=r'initShadowDb .* syntax error at or near "SCHEM" \(42601\)'):
        rehearsed("SELECT 1", stand_ins="CREATE SCHEM auth")


def test_stand_ins_run_as_the_untrusted_owner() -> None:
    with pytest.raises(RehearsalError, match="42501"):
        rehearsed("SELECT 1", stand_ins="COPY (SELECT 1) TO PROGRAM 'true'")
