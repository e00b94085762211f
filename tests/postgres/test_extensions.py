"""Extensions that a role without rights installs itself, and the two that are imitated."""

import hashlib
import hmac
import uuid

from pgready.checks.out_of_reach import out_of_reach
from rehearsals import embedded, rehearsed


def check(assertion: str) -> str:
    return f"DO $$ BEGIN ASSERT {assertion}; END $$;"


@embedded
def test_the_imitations_are_reported_only_when_they_are_installed() -> None:
    assert rehearsed("CREATE EXTENSION citext").shims == ()
    both = rehearsed('CREATE EXTENSION IF NOT EXISTS pgcrypto; CREATE EXTENSION "uuid-ossp"')
    assert (both.shims, both.schema.extensions) == (("pgcrypto", "uuid-ossp"), ("pgcrypto", "uuid-ossp"))
    assert [f"{ref.kind} {ref}" for ref in both.runs[0].made] == ["extension pgcrypto", "extension uuid-ossp"]


def test_digest_and_hmac_compute_what_they_should() -> None:
    texts = ["", "abc", "ü" * 40, "x" * 55, "x" * 56, "x" * 63, "x" * 64, "x" * 1000]
    wanted = [
        check(f"encode(digest('{text}', '{kind}'), 'hex') = '{hashlib.new(kind, text.encode()).hexdigest()}'")
        for text in texts
        for kind in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
    ]
    wanted += [
        check(
            f"encode(hmac('{text}', '{key}', '{kind}'), 'hex') = "
            f"'{hmac.new(key.encode(), text.encode(), kind).hexdigest()}'"
        )
        for text in ("", "message")
        for key in ("k", "long" * 50)
        for kind in ("md5", "sha1", "sha256", "sha512")
    ]
    result = rehearsed("CREATE EXTENSION pgcrypto;" + "".join(wanted))
    assert result.complete, result.runs[0].error


def test_an_unknown_hash_and_a_wrong_length_are_refused_as_by_the_real_one() -> None:
    (run,) = rehearsed("CREATE EXTENSION pgcrypto; SELECT digest('a', 'sha3');").runs
    assert run.error is not None
    assert run.error.sqlstate == "22023"
    (run,) = rehearsed("CREATE EXTENSION pgcrypto; SELECT gen_random_bytes(1025);").runs
    assert run.error is not None
    assert run.error.message == "Length not in range"


def test_random_values_have_the_right_length_and_differ() -> None:
    result = rehearsed(
        'CREATE EXTENSION pgcrypto; CREATE EXTENSION "uuid-ossp";'
        + check("length(gen_random_bytes(77)) = 77")
        + check("gen_random_bytes(16) <> gen_random_bytes(16)")
        + check("(SELECT count(DISTINCT uuid_generate_v4()) FROM generate_series(1, 50)) = 50")
        + check("(SELECT count(DISTINCT uuid_generate_v1()) FROM generate_series(1, 50)) = 50")
        + check("substr(uuid_generate_v1()::text, 15, 1) = '1'")
        + check("substr(uuid_generate_v1mc()::text, 15, 1) = '1'")
    )
    assert result.complete, result.runs[0].error


def test_named_uuids_are_those_of_the_standard() -> None:
    wanted = [
        check(f"uuid_generate_v{version}(uuid_ns_{space}(), '{name}') = '{make(namespace, name)}'")
        for version, make in ((3, uuid.uuid3), (5, uuid.uuid5))
        for space, namespace in (
            ("dns", uuid.NAMESPACE_DNS),
            ("url", uuid.NAMESPACE_URL),
            ("x500", uuid.NAMESPACE_X500),
        )
        for name in ("example.org", "ü", "")
    ]
    result = rehearsed('CREATE EXTENSION "uuid-ossp";' + "".join(wanted))
    assert result.complete, result.runs[0].error


@embedded
def test_what_cannot_be_imitated_fails_with_a_hint_and_is_reported() -> None:
    result = rehearsed("CREATE EXTENSION pgcrypto; SELECT crypt('secret', gen_salt('bf'));")
    error = result.runs[0].error
    assert error is not None
    assert (error.sqlstate, error.message) == ("0A000", "gen_salt() of pgcrypto is not imitated by pgready")
    assert error.hint is not None
    assert "PGREADY_POSTGRES" in error.hint
    assert result.shims == ("pgcrypto",)


def test_an_imitation_can_live_in_another_schema_and_be_a_default() -> None:
    result = rehearsed("""
        CREATE SCHEMA extensions;
        CREATE EXTENSION "uuid-ossp" WITH SCHEMA extensions;
        CREATE TABLE a (id uuid DEFAULT extensions.uuid_generate_v4(), b uuid DEFAULT extensions.uuid_generate_v1());
        INSERT INTO a DEFAULT VALUES;
        COMMENT ON EXTENSION "uuid-ossp" IS 'as in a dump';
    """)
    assert result.complete, result.runs[0].error
    assert result.schema.tables[0].columns[0].default == "extensions.uuid_generate_v4()"


@embedded
def test_extensions_that_are_not_trusted_by_their_authors_can_be_installed() -> None:
    result = rehearsed("""
        CREATE EXTENSION IF NOT EXISTS vector;
        CREATE TABLE a (v vector(3));
        CREATE INDEX i ON a USING hnsw (v vector_l2_ops);
        CREATE EXTENSION IF NOT EXISTS earthdistance CASCADE;
        CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
    """)
    assert result.complete, result.runs[0].error
    assert set(result.schema.extensions) == {"vector", "cube", "earthdistance", "pg_stat_statements"}


@embedded
def test_what_a_real_server_says_of_a_lacking_extension_is_understood() -> None:
    """The words are those of this version; they differ between versions."""
    wanted = {
        "CREATE EXTENSION postgis": "needs the extension postgis, which this PostgreSQL",
        "CREATE EXTENSION citext VERSION '0.9'": "needs version 0.9 of the extension citext, which this PostgreSQL",
        "CREATE EXTENSION dblink": "creates the extension dblink, which only a superuser may",
        "CREATE EXTENSION pgcrypto; SELECT gen_salt('bf')": "only imitates of pgcrypto",
        "CREATE ROLE r": "does what the role of the rehearsal may not",
    }
    for text, words in wanted.items():
        rehearsal = rehearsed(text)
        assert words in (out_of_reach(rehearsal.runs[0], rehearsal, "m1:1") or ""), text
