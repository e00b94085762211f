"""An advice about the order never holds what was seen to do something to rows, or was not seen on any."""

from dataclasses import replace

import pytest

from builders import Build
from pgready.checks.proven import how_to_order, why_not
from pgready.model.location import Location
from pgready.model.names import ObjectKind, ObjectRef
from pgready.model.schema import Schema
from pgready.model.trace import Move, Remedy, Skip, Trial

MOVED = Remedy(moves=(Move(migration="late", new_name="0_late", before="early"),))
REPEATED = Remedy(repeats=("early",))
CFG = (ObjectRef(kind=ObjectKind.TABLE, schema="public", name="cfg"),)


def advice(build: Build, *trials: Trial) -> str | None:
    skip = Skip(
        migration="early",
        position=1,
        guard="EXISTS",
        asked_for=build.ref(ObjectKind.TABLE, "User"),
        would_make=build.ref(ObjectKind.CONSTRAINT, "k", "Post"),
        exists_at_end=False,
        made_by="late",
        made_at=2,
        location=Location("early/migration.sql"),
    )
    made = tuple(replace(trial, appeared=(skip.would_make,), applied=2) for trial in trials)
    return how_to_order(skip, replace(build.rehearsal(Schema()), trials=made), Schema())


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (Trial(remedy=REPEATED, rows_lost=CFG), "rehearsed so, rows of public.cfg are lost or changed"),
        (
            Trial(remedy=REPEATED, unproved="on made-up rows it fails"),
            "what that does to rows is not known: on made-up",
        ),
    ],
)
def test_a_text_that_harms_rows_once_more_is_advised_against(build: Build, harm: Trial, said: str) -> None:
    told = advice(build, Trial(remedy=MOVED), harm)
    assert told is not None
    assert "rename late to 0_late: rehearsed so, all 2 migrations apply and" in told
    assert (
        f"make the object in a new migration, without the guard, and not by the text of early once more: {said}" in told
    )
    assert "it is made" not in told


def test_a_new_name_that_harms_rows_is_advised_against(build: Build) -> None:
    told = advice(build, Trial(remedy=MOVED, rows_lost=CFG), Trial(remedy=REPEATED))
    assert told is not None
    assert told.startswith(
        "To rename late to 0_late does not help: rehearsed so, rows of public.cfg are lost or changed."
    )
    assert told.endswith(
        "Otherwise add a new migration that holds the text of early once more: rehearsed so, it is made."
    )


def test_what_harms_rows_does_not_work() -> None:
    trial = Trial(remedy=MOVED, appeared=CFG)
    assert trial.works
    assert not replace(trial, rows_lost=CFG).works
    assert not replace(trial, unproved="its rows could not be read").works
    assert "public.cfg" in why_not(replace(trial, rows_lost=CFG))
