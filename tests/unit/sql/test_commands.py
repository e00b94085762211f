"""Every command of PostgreSQL 18's manual (Reference, "SQL Commands") says what it does to named objects."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

FIXTURE = Path(__file__).parents[2] / "fixtures" / "sql" / "commands.json"
COMMANDS: dict[str, dict[str, list[str]]] = json.loads(FIXTURE.read_text(encoding="utf-8"))["commands"]
STATEMENTS = {sql: told for statements in COMMANDS.values() for sql, told in statements.items()}
# They run code, or name no objects.
OPAQUE = ["CALL", "COPY", "DO", "DROP OWNED", "EXECUTE", "IMPORT FOREIGN SCHEMA", "LOAD"]
# Cursors, messages, prepared statements, transactions.
WITHOUT_EFFECT = [
    *("ABORT", "BEGIN", "CHECKPOINT", "CLOSE", "COMMIT", "COMMIT PREPARED", "DEALLOCATE", "END", "FETCH", "LISTEN"),
    *("MOVE", "NOTIFY", "PREPARE", "PREPARE TRANSACTION", "RELEASE SAVEPOINT", "ROLLBACK", "ROLLBACK PREPARED"),
    *("ROLLBACK TO SAVEPOINT", "SAVEPOINT", "SET CONSTRAINTS", "SHOW", "START TRANSACTION", "UNLISTEN", "VALUES"),
]


@pytest.mark.parametrize("sql", STATEMENTS)
def test_every_command_of_the_manual_says_what_it_does(sql: str, effects: Callable[[str], list[str]]) -> None:
    assert effects(sql) == STATEMENTS[sql]


def test_only_what_runs_code_or_names_no_objects_is_opaque() -> None:
    opaque = [
        name for name, told in COMMANDS.items() if any("opaque" in line for each in told.values() for line in each)
    ]

    assert opaque == OPAQUE


def test_only_cursors_messages_and_transactions_are_without_effect() -> None:
    assert [name for name, told in COMMANDS.items() if not any(told.values())] == WITHOUT_EFFECT
