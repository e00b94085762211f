"""An audit.json that somebody wrote, or mangled: what no audit can hold is refused before anything is compared."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pgready.errors import SourceError
from pgready.orchestrator.compare import compare
from pgready.reports.document import encode
from pgready.verdict import AuditResult


def doubled(found: list[Any]) -> None:
    found.append(found[0])


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda it: doubled(it["declared"]["tables"]), "the table public.Account stands in it twice"),
        (lambda it: doubled(it["groups"]), "the group 'Auth' stands in it twice"),
        (lambda it: it["groups"][0].update(name="(ungrouped)"), "a group is called '(ungrouped)'"),
        (lambda it: doubled(it["groups"][0]["tables"]), "is in two groups"),
        (
            lambda it: it["declared"]["tables"][0]["foreign_keys"][0].update(columns=[], referenced_columns=[]),
            "the foreign key 'Account_userId_fkey' without a column of public.Account",
        ),
        (
            lambda it: it["declared"]["tables"][0]["foreign_keys"][0].update(columns=["a", "b"]),
            "the foreign key 'Account_userId_fkey' from 2 to 1 columns of public.Account",
        ),
        (
            lambda it: it["declared"]["tables"][0]["foreign_keys"][0].update(table="public.User"),
            "the foreign key 'Account_userId_fkey' of public.Account says that it is of public.User",
        ),
    ],
)
def test_an_audit_that_contradicts_itself_is_refused(
    premium_audit: AuditResult, tmp_path: Path, spoil: Callable[[dict[str, Any]], None], message: str
) -> None:
    document = json.loads(encode(premium_audit))
    spoil(document)
    file = tmp_path / "audit.json"
    file.write_text(json.dumps(document))
    with pytest.raises(SourceError) as caught:
        compare(file, file)
    assert (str(file), True) == (caught.value.path, message in caught.value.message)
    assert caught.value.message.startswith("contradicts itself: ")
