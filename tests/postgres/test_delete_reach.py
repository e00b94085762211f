"""The blast radius against what a real server deletes, sets and refuses."""

import random
from collections.abc import Iterator

from pgready.graph.cascades import BlastRadius, blast_radius
from pgready.model.groups import Grouping
from pgready.model.schema import ReferentialAction, Schema
from rehearsals import rehearsed
from structures import name, structure

TABLES = 5
STRUCTURES = 60


def drawn(source: random.Random, number: int) -> Schema:
    tables = [f"s{number}_{letter}" for letter in "abcde"]
    cascades = source.random()
    actions = [action for action in ReferentialAction if action is not ReferentialAction.CASCADE]
    keys = [
        f"{source.choice(tables)}.c{at}{source.choice(['?', ''])} -> {source.choice(tables)} "
        f"{ReferentialAction.CASCADE if source.random() < cascades else source.choice(actions)}"
        for at in range(source.randint(1, 8))
    ]
    return structure(*keys, also=dict.fromkeys(tables, ()))


def statements(schema: Schema) -> Iterator[str]:
    """Every table with the one row '1', which refers to the row '1' of all that the table refers to."""
    for table in schema.tables:
        columns = ", ".join(f"{it.name} text{' NOT NULL' if it.not_null else ''} DEFAULT '1'" for it in table.columns)
        yield f"CREATE TABLE {table.name.name} ({columns}, PRIMARY KEY (id));"
        yield f"INSERT INTO {table.name.name} DEFAULT VALUES;"
        yield from (f"ALTER TABLE {table.name.name} ALTER {it.name} DROP DEFAULT;" for it in table.columns)
    for key in schema.foreign_keys():
        yield (
            f"ALTER TABLE {key.table.name} ADD FOREIGN KEY ({key.columns[0]}) "
            f"REFERENCES {key.referenced_table.name} (id) ON DELETE {key.on_delete};"
        )


def expectation(schema: Schema, found: BlastRadius) -> str:
    """SQL that fails unless the delete does what was foretold; it is undone in any case."""
    table = found.table.name
    certain = any(not it.reached for it in found.blockers)
    lost = {found.table, *(it.table for it in found.reached)}
    cleared = [key for key in (*found.set_null, *found.set_default) if key.table not in lost]
    checks = [f"(SELECT count(*) FROM {it.name.name}) = {int(it.name not in lost)}" for it in schema.tables]
    checks += [f"(SELECT {key.columns[0]} IS NULL FROM {key.table.name})" for key in cleared]
    return f"""
    BEGIN
      DELETE FROM {table} WHERE id = '1';
      ASSERT {not certain}, '{table}: deleted';
      ASSERT {" AND ".join(checks)}, '{table}: reached others';
      RAISE EXCEPTION USING ERRCODE = 'UN001';
    EXCEPTION
      WHEN SQLSTATE 'UN001' THEN NULL;
      WHEN integrity_constraint_violation THEN ASSERT {bool(found.blockers)}, '{table}: ' || SQLERRM;
    END;"""


def test_a_real_server_deletes_exactly_what_was_foretold() -> None:
    """Where each row is referred to by a row of every table that may, all that can happen does.

    A blocker of a table that is reached itself is the exception: whether its row is gone in time is the server's
    order, so that there both outcomes are right.
    """
    source = random.Random(11)
    schemas = [drawn(source, number) for number in range(STRUCTURES)]
    radii = [(schema, blast_radius(schema, Grouping(), table.name)) for schema in schemas for table in schema.tables]
    made = "\n".join(line for schema in schemas for line in statements(schema))
    checked = "".join(expectation(schema, found) for schema, found in radii)
    (run,) = rehearsed(f"{made}\nDO $$ BEGIN {checked}\nEND $$;").runs
    assert run.error is None, run.error
    assert len(radii) == STRUCTURES * TABLES
    assert sum(bool(found.reached) and not found.blockers for _, found in radii) > STRUCTURES / 2


def test_a_key_of_a_table_that_is_reached_itself_may_stop_the_delete_or_not() -> None:
    """The server works breadth first: `y` goes one step too late to be out of the way of its own key to `b`."""
    near = structure("b.a -> a CASCADE", "c.a -> a CASCADE", "c.b -> b RESTRICT")
    far = structure("b.a -> a CASCADE", "x.a -> a CASCADE", "y.x -> x CASCADE", "y.b -> b")
    for schema in (near, far):
        (blocker,) = blast_radius(schema, Grouping(), name("a")).blockers
        assert blocker.reached
    near_run, far_run = (
        rehearsed("\n".join([*statements(schema), "DELETE FROM a;"])).runs[0] for schema in (near, far)
    )
    assert near_run.error is None
    assert far_run.error is not None
    assert far_run.error.sqlstate == "23503"
