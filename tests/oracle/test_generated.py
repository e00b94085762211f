"""What is declared equals what Prisma's engine makes, object for object: generated schemas, fixtures and examples.

The engine's SQL runs on a throw-away server, and the catalog is compared with the declared structure: names, order of
columns, types, NOT NULL, defaults, keys, indexes with methods, orders, operator classes and predicates, actions.
A schema that Prisma rejects must be rejected here as well, and the other way round, also when a token was changed.

`PGREADY_GENERATED_SCHEMAS` is how many schemas are generated (80 unless it is set); 2,000 take five minutes.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from oracle.catalog import Comparison
from oracle.engine import Engine, without_connection
from oracle.made import Maker, Refused, maker
from pgready.errors import SourceError
from pgready.model.schema import Schema
from pgready.sources.prisma import locate, parse, read_schema, to_schema
from prisma_schemas import Generated, schemas
from rehearsals import embedded

pytestmark = [pytest.mark.oracle, embedded]

TESTS = Path(__file__).parents[1]
FIXTURES = TESTS / "fixtures" / "prisma"
NAMES = sorted(path.stem for path in (FIXTURES / "expected").glob("*.sql"))
EXAMPLES = ["premium-apps", "premium-apps-fixed"]
HOW_MANY = int(os.environ.get("PGREADY_GENERATED_SCHEMAS", "80"))
_NO_EXTENSION = re.compile(r'^.*Unsupported\("vector.*$', re.MULTILINE)
"""A type of pgvector, which the server of the tests does not have."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\w+|@@?\w+|\s+|.', re.DOTALL)
Recorder = Callable[[str, object], None]


@pytest.fixture(scope="module")
def server() -> Iterator[Maker]:
    with maker() as found:
        yield found


def test_a_generated_schema_declares_what_the_engine_makes(
    engine: Engine, server: Maker, record_property: Recorder
) -> None:
    tally = _check(engine, server, schemas())
    record_property("compared", {"what": "generated schemas", **tally})
    assert tally["discarded"] <= tally["schemas"] * 0.2
    assert tally["columns"] > tally["schemas"]


def test_a_changed_schema_declares_what_the_engine_makes_or_is_rejected_by_both(
    engine: Engine, server: Maker, record_property: Recorder
) -> None:
    tally = _check(engine, server, schemas().flatmap(_changed))
    record_property("compared", {"what": "changed schemas", **tally})


def _check(engine: Engine, server: Maker, strategy: st.SearchStrategy[Generated]) -> Counter[str]:
    """Generate and compare; returns how many schemas there were, and how many objects in them."""
    tally = Counter[str]()

    @settings(max_examples=HOW_MANY, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def is_equal(schema: Generated) -> None:
        note(repr(schema))
        tally["schemas"] += 1
        result = _compared(engine, server, schema)
        if result is None:
            tally["discarded"] += 1
            return
        assert result.differences == []
        tally.update(result.counts)

    is_equal()
    return tally


def _changed(schema: Generated) -> st.SearchStrategy[Generated]:
    """The schema as one file with one token deleted, replaced or doubled elsewhere."""
    text = without_connection("\n".join(re.sub(r"\r\n?", "\n", each) for _, each in schema.files))
    tokens = _TOKEN.findall(text)
    places, others = st.integers(0, len(tokens) - 1), st.sampled_from(tokens) | st.just("")
    return st.builds(
        lambda place, end, other: Generated((("s.prisma", "".join((*tokens[:place], other, *tokens[place + end :]))),)),
        places,
        st.integers(0, 1),
        others,
    )


def _compared(engine: Engine, server: Maker, schema: Generated) -> Comparison | None:
    """None for a schema that both reject, and for one whose SQL PostgreSQL refuses: that is nobody's database."""
    files = [[path, without_connection(text)] for path, text in schema.files]
    answer = engine._ask({"sql": files})
    declared = _read(schema)
    if "panic" in answer:
        return None
    if answer.get("sql") is None and "preview feature" in f"{answer['error']}":
        return None  # Versions differ in which there are; none of them says what the database is.
    if answer.get("sql") is None:
        assert isinstance(declared, SourceError), f"only Prisma rejects it: {answer['error']}"
        return None
    try:
        if isinstance(declared, SourceError):
            server.run(f"{answer['sql']}")
            pytest.fail(f"only pgready rejects it: {declared}")
        result = server.compared(declared, f"{answer['sql']}")
    except Refused:
        return None
    if schema.views is not None:
        result.counts["views"] += len(schema.views)
        result.same("names of the views", schema.views, tuple((view.schema, view.name) for view in declared.views))
    return result


def _read(schema: Generated) -> Schema | SourceError:
    try:
        return to_schema([parse(text, path) for path, text in schema.files])
    except SourceError as error:
        return error


@pytest.mark.parametrize("name", NAMES)
def test_a_fixture_declares_what_the_engine_makes(
    engine: Engine, server: Maker, record_property: Recorder, name: str
) -> None:
    path = FIXTURES / name
    files = sorted(path.rglob("*.prisma")) if path.is_dir() else [path.with_suffix(".prisma")]
    texts = [(file.name, _NO_EXTENSION.sub("", file.read_bytes().decode())) for file in files]
    declared = to_schema([parse(text, file) for file, text in texts])
    result = server.compared(declared, engine.sql_of(texts))
    assert result.differences == []
    record_property("compared", {"what": "fixtures", **result.counts})


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_declares_what_the_engine_makes(
    engine: Engine, server: Maker, record_property: Recorder, name: str
) -> None:
    files = locate(TESTS.parent / "examples" / name)
    result = server.compared(read_schema(files), engine.sql(list(files.schema_files)))
    assert result.differences == []
    record_property("compared", {"what": "examples", **result.counts})
