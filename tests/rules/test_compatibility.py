"""CMP003: a column that the running version does not fill and that must be filled."""

import pytest

from destruction_cases import BEFORE, found_in, judged
from pgready.findings import Confidence, Severity
from pgready.model.deployment import DeploymentKind

BREAKS = [
    "ALTER TABLE log ADD COLUMN a int NOT NULL",
    "ALTER TABLE log ADD COLUMN IF NOT EXISTS a int NOT NULL",
    "ALTER TABLE log ADD COLUMN a int NOT NULL DEFAULT NULL",
    "ALTER TABLE log ADD COLUMN a int; UPDATE log SET a = 1; ALTER TABLE log ALTER COLUMN a SET NOT NULL",
    "ALTER TABLE log ADD COLUMN a int NOT NULL DEFAULT 1; ALTER TABLE log ALTER COLUMN a DROP DEFAULT",
    "ALTER TABLE log ADD COLUMN a int NOT NULL DEFAULT 1, ALTER COLUMN a DROP DEFAULT",
    "ALTER TABLE log ADD COLUMN b int NOT NULL DEFAULT 1, ADD COLUMN a int NOT NULL",
    "DO $$ BEGIN ALTER TABLE log ADD COLUMN a int NOT NULL; END $$",
    "TRUNCATE log; ALTER TABLE log ADD COLUMN a int NOT NULL",
]
KEEPS = [
    "ALTER TABLE log ADD COLUMN a int",
    "ALTER TABLE log ADD COLUMN a int NOT NULL DEFAULT 1",
    "ALTER TABLE log ADD COLUMN a timestamptz NOT NULL DEFAULT now()",
    "ALTER TABLE log ADD COLUMN a serial NOT NULL",
    "ALTER TABLE log ADD COLUMN a int GENERATED ALWAYS AS IDENTITY",
    "ALTER TABLE log ADD COLUMN a int NOT NULL GENERATED ALWAYS AS (id * 2) STORED",
    "ALTER TABLE log ADD a int; UPDATE log SET a = 1; ALTER TABLE log ALTER a SET DEFAULT 1, ALTER a SET NOT NULL",
    "ALTER TABLE log ADD a int; UPDATE log SET a = 1; ALTER TABLE log ALTER a SET NOT NULL, ALTER a DROP NOT NULL",
    "ALTER TABLE log ADD COLUMN a int NOT NULL DEFAULT 1; ALTER TABLE log DROP COLUMN a",
    "CREATE TABLE fresh (id int NOT NULL); ALTER TABLE fresh ADD COLUMN a int NOT NULL",
    "CREATE TEMP TABLE log (id int NOT NULL); ALTER TABLE log ADD COLUMN a int NOT NULL",
    "ALTER TABLE tag ALTER COLUMN word SET NOT NULL",
    "ALTER TABLE tag ALTER COLUMN word DROP DEFAULT",
    "ALTER TABLE log ALTER COLUMN line SET DEFAULT '', ALTER COLUMN line SET NOT NULL",
]


COMPUTED = "ALTER TABLE log ADD g text NOT NULL DEFAULT gen_random_uuid(), ADD c timestamptz NOT NULL DEFAULT now(), "
COMPUTED += "ADD n text DEFAULT gen_random_uuid(), ADD i int NOT NULL GENERATED ALWAYS AS IDENTITY;"


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE log ALTER g DROP DEFAULT",
        'ALTER TABLE "User" ALTER id DROP DEFAULT',
        "ALTER TABLE log ALTER i DROP IDENTITY",
    ],
)
def test_a_required_column_that_loses_a_default_which_only_the_database_computes_blocks(sql: str) -> None:
    [found] = judged(BEFORE + COMPUTED, sql)
    assert (found.rule, found.severity, found.confidence) == ("CMP003", Severity.BLOCK, Confidence.MEDIUM)
    assert "loses its default" in found.message


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE log ALTER c DROP DEFAULT",
        "ALTER TABLE log ALTER n DROP DEFAULT",
        "ALTER TABLE log ALTER g DROP DEFAULT, ALTER g SET DEFAULT 'x'",
        "ALTER TABLE log ALTER g DROP NOT NULL, ALTER g DROP DEFAULT",
        "ALTER TABLE log ALTER i DROP IDENTITY, ALTER i SET DEFAULT 1",
    ],
)
def test_a_default_that_prisma_fills_in_itself_or_that_is_replaced_may_go(sql: str) -> None:
    assert [each.message for each in judged(BEFORE + COMPUTED, sql)] == []


@pytest.mark.parametrize("sql", BREAKS)
def test_a_required_column_that_is_new_to_the_running_version_blocks(sql: str) -> None:
    found = [each for each in judged(BEFORE, sql) if each.rule == "CMP003"]
    assert found_in(found) == {("CMP003", "block", "public.log.a")}
    assert "23502" in found[0].message


@pytest.mark.parametrize("sql", KEEPS)
def test_a_column_that_inserts_may_leave_out_is_no_finding(sql: str) -> None:
    assert [each.message for each in judged(BEFORE, sql) if each.rule == "CMP003"] == []


def test_set_not_null_on_a_column_that_was_there_warns() -> None:
    [found] = judged(BEFORE, "ALTER TABLE log ALTER COLUMN line SET NOT NULL")
    assert (found.rule, found.severity, found.object) == ("CMP003", Severity.WARN, "public.log.line")
    assert "fails (23502) if a row holds NULL" in found.message


def test_add_column_says_that_it_fails_at_once_unless_the_table_was_emptied() -> None:
    add = "ALTER TABLE log ADD COLUMN a int NOT NULL"
    assert "fails at once (23502) if the table has rows" in judged(BEFORE, add)[0].message
    emptied = [each.message for each in judged(BEFORE, f"TRUNCATE log; {add}") if each.rule == "CMP003"]
    assert "at once" not in emptied[0]


def test_onto_an_empty_database_it_is_a_note() -> None:
    [found] = judged(BEFORE, "ALTER TABLE log ADD COLUMN a int NOT NULL", kind=DeploymentKind.CLEAN)
    assert found.severity is Severity.NOTE
    assert "a clean deploy starts with an empty database" in found.message
