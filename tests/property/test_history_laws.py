"""Laws of the replay: names do not matter, nor where a migration ends."""

from hypothesis import given
from hypothesis import strategies as st

from pgready.history import replay_history
from pgready.model.history import History
from pgready.sources.sql import read_scripts
from rehearsals import of_texts

SHAPES = (
    "CREATE TABLE {t} (x int CONSTRAINT {k} PRIMARY KEY, y text)",
    "CREATE TABLE IF NOT EXISTS {t} (z {e})",
    "DROP TABLE {t}",
    "DROP TABLE IF EXISTS {t} CASCADE",
    "ALTER TABLE {t} RENAME TO {u}",
    "ALTER TABLE {t} ADD y {e}",
    "ALTER TABLE {t} DROP IF EXISTS y CASCADE",
    "ALTER TABLE {t} ADD CONSTRAINT {k} FOREIGN KEY (y) REFERENCES {u} (x)",
    "CREATE INDEX IF NOT EXISTS {k} ON {t} (x)",
    "ALTER INDEX {k} RENAME TO {l}",
    "CREATE TYPE {e} AS ENUM ('a', 'b')",
    "ALTER TYPE {e} RENAME TO {f}",
    "DROP TYPE {e} CASCADE",
    "DO $$ BEGIN IF EXISTS (SELECT FROM pg_tables WHERE tablename = '{t}') THEN DROP TABLE {t}; END IF; END $$",
    "DO $$ BEGIN IF random() > 2 THEN CREATE TABLE {t} (w int); END IF; END $$",
    "DO $$ BEGIN EXECUTE current_setting('x.y'); END $$",
    "INSERT INTO {t} VALUES (1)",
)
POOLS = {"t": "abc", "u": "abc", "e": "ef", "f": "ef", "k": "klm", "l": "klm"}
OTHER_NAMES = str.maketrans("abcefklm", "pqrghstu")
STATEMENTS = st.lists(
    st.builds(
        lambda shape, names: (shape, names),
        st.sampled_from(SHAPES),
        st.fixed_dictionaries({key: st.sampled_from(pool) for key, pool in POOLS.items()}),
    ),
    max_size=12,
)


def texts(statements: list[tuple[str, dict[str, str]]], prefix: str, *, other: bool = False) -> list[str]:
    def named(name: str) -> str:
        return prefix + (name.translate(OTHER_NAMES) if other else name)

    return [shape.format(**{key: named(name) for key, name in names.items()}) for shape, names in statements]


def replayed(*migrations: str) -> History:
    given_ = of_texts(*migrations)
    return replay_history(given_, read_scripts(given_))


def lives(history: History, *, other: bool = False) -> list[object]:
    """Everything but the names of migrations and places in files; with the names of the other spelling taken back."""
    back = {name.translate(OTHER_NAMES): name for name in "abcefklm"} if other else {}

    def plain(text: object) -> str:
        words = str(text).split(".")
        return ".".join(f"q_{back.get(word[2:], word[2:])}" if word.startswith("q_") else word for word in words)

    return [
        (
            plain(life.object),
            life.alive,
            life.ended,
            [(plain(name.object), name.since) for name in life.names],
            [
                (each.order, each.action, plain(each.object), each.certainty, plain(each.implied_by))
                for each in life.events
            ],
        )
        for life in history.biographies
    ]


@given(STATEMENTS)
def test_renaming_consistently_changes_nothing(statements: list[tuple[str, dict[str, str]]]) -> None:
    first = replayed(*texts(statements, "q_"))
    second = replayed(*texts(statements, "q_", other=True))
    assert lives(first) == lives(second, other=True)
    assert len(first.unmet) == len(second.unmet)
    assert len(first.clashes) == len(second.clashes)


@given(STATEMENTS, st.data())
def test_a_migration_may_end_at_any_statement(
    statements: list[tuple[str, dict[str, str]]], data: st.DataObject
) -> None:
    written = texts(statements, "q_")
    cut = data.draw(st.integers(0, len(written)))
    whole = replayed(";\n".join(written))
    parts = replayed(";\n".join(written[:cut]), ";\n".join(written[cut:]))
    assert lives(whole) == lives(parts)
    assert len(whole.clashes) == len(parts.clashes)
    assert {need.needed for need in whole.unmet} == {need.needed for need in parts.unmet}


@given(STATEMENTS)
def test_a_life_has_one_end_and_its_events_in_order(statements: list[tuple[str, dict[str, str]]]) -> None:
    history = replayed(*texts(statements, "q_"))
    for life in history.biographies:
        orders = [each.order for each in life.events]
        assert orders == sorted(orders)
        assert (life.ended is None) or (life.alive is False)
        assert life.dropped is None or life.dropped.order == orders[-1]
        assert life.name_at(10**9) in ((None,) if life.ended else (life.object, None))
    present = [life.object for life in history.biographies if life.alive is not False]
    assert len(present) == len(set(present))
