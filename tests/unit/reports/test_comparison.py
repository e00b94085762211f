"""A comparison in words, on the terminal and in a notebook; and "what if" asked of an audit."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pgready.config import Config
from pgready.errors import ConfigError
from pgready.graph.comparison.studies import compare_studies
from pgready.graph.comparison.values import (
    AdditionReason,
    Direction,
    IsolationChange,
    RemovalReason,
    UnkeyedReason,
    Weight,
)
from pgready.graph.isolation import edge_name
from pgready.graph.study import make_study, study_of
from pgready.graph.what_if import what_if as changed
from pgready.model.names import QualifiedName
from pgready.orchestrator.compare import compare
from pgready.reports import views
from pgready.reports.blocks import Banner, Fold, Part, Picture, Prose, Stack, Table, Tone, decode, encode
from pgready.reports.comparison import _ADDED, _REMOVED, _UNKEYED, SECTIONS, TONES, remarks
from pgready.reports.terminal.compare import comparison_lines
from pgready.verdict import AuditResult

HOSTILE = "[red]x\u202e\n"


@pytest.fixture(scope="session")
def dropped(premium_audit: AuditResult) -> IsolationChange:
    study = study_of(premium_audit)
    return compare_studies(study, changed(study, drop=[edge_name(it.foreign_key) for it in study.isolation.keys]))


def printed(change: IsolationChange) -> str:
    return "\n".join(text for text, _ in comparison_lines(change, "before", "after"))


def test_every_reason_weight_and_direction_has_its_words() -> None:
    assert set(_REMOVED) == set(RemovalReason)
    assert set(_ADDED) == set(AdditionReason)
    assert set(_UNKEYED) == set(UnkeyedReason)
    assert set(SECTIONS) == set(Weight)
    assert set(TONES) == set(Direction)


def test_every_dropped_key_is_named_and_the_word_stands_first_in_a_notebook_and_last_on_the_terminal(
    premium_audit: AuditResult, dropped: IsolationChange
) -> None:
    view = views.comparison(dropped)
    assert isinstance(view.block, Stack)
    banner = view.block.body[0]
    assert isinstance(banner, Banner)
    assert (banner.tone, banner.word) == (Tone.BAD, "WORSE")
    text, terminal = str(view), printed(dropped)
    for key in premium_audit.declared.foreign_keys():
        line = f"{edge_name(key)}: key dropped, its columns are still there"
        assert line in terminal
        assert edge_name(key) in text
    assert terminal.splitlines()[-1] == f"✗ WORSE: {dropped.reason}"
    assert "the declared and rehearsed structures compared" in terminal.splitlines()[0]
    assert "40 tables, 26 of 26 columns with a key -> 40 tables, 0 of " in terminal


def test_the_groups_whose_numbers_changed_are_shown_before_and_after(dropped: IsolationChange) -> None:
    block = views.comparison(dropped).block
    assert isinstance(block, Stack)
    numbers = block.body[-1]
    assert isinstance(numbers, Table | Stack)
    text = str(views.comparison(dropped))
    assert "The groups in numbers" in text
    assert " → 0" in text


def test_nothing_changed_is_said_in_one_line(premium_audit: AuditResult) -> None:
    study = study_of(premium_audit)
    change = compare_studies(study, study)
    assert remarks(change) == ()
    assert printed(change).splitlines()[-1].startswith("✓ SAME: ")
    assert str(views.comparison(change)).startswith("✓ SAME\nNo reference")


def test_what_if_says_what_was_asked_and_shows_both_matrices(premium_audit: AuditResult) -> None:
    block = views.what_if(premium_audit, move={"BrandProfile": "Auth"}).block
    assert isinstance(block, Part)
    assert "".join(span.text for span in block.title) == "What if BrandProfile moved to Auth?"
    pictures = [it for it in block.body if isinstance(it, Picture)]
    assert [it.title for it in pictures] == ["Keys between the groups, before", "Keys between the groups, after"]
    assert pictures[0].svg != pictures[1].svg
    assert any(isinstance(it, Fold) for it in block.body)
    assert "BrandProfile.userId->User" in str(views.what_if(premium_audit, move={"BrandProfile": "Auth"}))
    # What a cell shows is read back by the exporter.
    assert decode(encode(block)) == block


def test_what_if_names_several_questions_in_one_sentence(premium_audit: AuditResult) -> None:
    view = views.what_if(
        premium_audit, move={"ProReport": "Auth"}, drop=["Account.userId->User", "Session.userId->User"]
    )
    assert str(view).startswith(
        "What if ProReport moved to Auth and Account.userId->User, Session.userId->User lost the key?"
    )


def test_what_if_nothing_is_asked_says_how_to_ask_and_a_wrong_name_is_an_error(premium_audit: AuditResult) -> None:
    view = views.what_if(premium_audit)
    assert isinstance(view.block, Prose)
    assert 'move={"BrandProfile": "Auth"}' in str(view)
    with pytest.raises(ConfigError, match="did you mean 'BrandProfile'"):
        views.what_if(premium_audit, move={"BrandProfil": "Auth"})


def test_hostile_names_are_shown_as_what_they_are(
    hostile_audit: AuditResult, make_audit: Callable[..., AuditResult]
) -> None:
    study = study_of(hostile_audit)
    change = compare_studies(study, changed(study, drop=[edge_name(it.foreign_key) for it in study.isolation.keys]))
    assert change.direction is Direction.WORSE
    for text in (printed(change), str(views.comparison(change))):
        assert "\u202e" not in text
        # A joiner inside an emoji is part of the picture; everything else can be seen.
        assert all(char.isprintable() or char in "\n\u200d" for char in text)
    # A line feed in the name of a table or a project starts no new line.
    plain = make_audit(Config(), hostile_audit.declared)
    renamed = replace(plain.declared, tables=())
    gone = compare_studies(study_of(plain), replace(study_of(plain), declared=renamed))
    lines = list(comparison_lines(gone, HOSTILE, "after"))
    assert all("\n" not in text for text, _ in lines)
    assert lines[0][0].startswith(r"[red]x\u202e\n -> after")


def test_long_lists_are_cut_and_counted() -> None:
    from pgready.graph.isolation import IsolationRules  # noqa: PLC0415 - only here
    from pgready.model.groups import Grouping  # noqa: PLC0415 - only here
    from pgready.model.schema import Schema  # noqa: PLC0415 - only here
    from pgready.model.schema import Table as SchemaTable  # noqa: PLC0415 - only here

    tables = tuple(SchemaTable(name=QualifiedName("public", f"t{it:04}"), columns=()) for it in range(300))
    empty = make_study(Schema(), None, Grouping(), IsolationRules())
    full = make_study(
        Schema(tables=tables), None, Grouping(ungrouped=tuple(it.name for it in tables)), IsolationRules()
    )
    change = compare_studies(empty, full)
    assert "  and 100 more" in printed(change).splitlines()
    assert "300 more changes" in str(views.comparison(change))


KEYED = "b B @relation(fields: [bId], references: [id], onDelete: Restrict)"
OTHERWISE = "b B? @relation(fields: [bId], references: [id], onDelete: Cascade)"
PAIR = " teamIds String[]\n targetId String\n targetType String\n"
BACK = "model B {\n id String @id\n as A[]\n}\n"
SCHEMAS = (
    f"model A {{\n id String @id\n bId String\n {KEYED}\n}}\n{BACK}",
    f"model A {{\n id String @id\n bId String?\n {OTHERWISE}\n{PAIR}}}\n{BACK}model Team {{\n id String @id\n}}\n",
    "model A {\n id String @id\n ref String\n}\nmodel B {\n id String @id\n}\n",
)
GROUPS = '[groups.A]\ntables = ["A"]\nkey = "bId"\n[groups.B]\ntables = ["B", "Team"]\n'


def test_what_has_no_contract_and_what_may_hold_a_reference_is_told(tmp_path: Path) -> None:
    sides = []
    for number, text in enumerate(SCHEMAS):
        root = tmp_path / str(number)
        (root / "prisma").mkdir(parents=True)
        head = 'datasource db {\n provider = "postgresql"\n}\n'
        (root / "prisma" / "schema.prisma").write_text(head + text)
        (root / "pgready.toml").write_text(GROUPS)
        sides.append(root)
    text = printed(compare(*sides[:2]).change)
    for line in (
        "A.bId->B: ON DELETE RESTRICT before, CASCADE now; may be NULL now",
        "A.teamIds[]?->Team: new column without a key; rule T, an array, which no key can hold",
        "A.targetId, targetType: new column without a key; a column and its type, which no key can hold",
        "A: has or reaches bId before, does not always have or reach it now; the key identifier of A",
    ):
        assert f"  {line}" in text
    gone = printed(compare(sides[0], sides[2]).change)
    assert "A.bId->B: gone with its column; a new one of its type has no key; what may hold it now: A.ref" in gone


def test_a_side_without_a_rehearsal_is_named_and_so_is_what_it_cannot_say(premium_audit: AuditResult) -> None:
    study = study_of(premium_audit)
    (one, *_) = study.declared.foreign_keys()
    without = changed(study, drop=[edge_name(one)])
    before = make_study(without.declared, study.rehearsed, study.grouping, study.rules)
    change = compare_studies(before, make_study(without.declared, None, study.grouping, study.rules))
    text = printed(change)
    assert "Only the declared structures, since there is no finished rehearsal of after" in text
    assert f"{edge_name(one)}: before, only the migrations make it; what they make after is not known" in text
    assert "no finished rehearsal of after" in str(views.comparison(change))
    assert change.direction is Direction.UNSURE
