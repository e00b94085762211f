"""Before version 15 nobody can ask for the numbers of rows written, which then come late."""

import pytest

from pgready.model.kept_rows import OnRows
from pgready.rehearsal import rehearse
from pgready.rehearsal.seeding import deployment
from rehearsals import of_texts

BOTH = OnRows(before=frozenset({"m2"}), last=frozenset({"m2", "m3"}))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("DELETE FROM b", 0),
        ("DELETE FROM b WHERE id IN (SELECT id FROM b LIMIT 1)", 2),
        ("BEGIN; DELETE FROM b; COMMIT", 0),
    ],
)
def test_rows_that_only_a_statement_on_rows_takes_are_missed(
    text: str, left: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployment, "_FLUSHES", 10**9)
    ground = "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY);"
    found = rehearse(of_texts(ground, text, "CREATE TABLE c (id int)"), on_rows=BOTH)
    assert found.rows is not None
    assert found.rows.stopped is None
    assert [(str(loss.object), loss.left) for loss in found.rows.losses] == [("public.b", left)]
