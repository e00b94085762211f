"""Laws of groups and of drafts that hold for every structure, whatever it is called."""

from dataclasses import dataclass, replace

from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from pgready.checks import RULES
from pgready.config import parse_config
from pgready.errors import SourceError
from pgready.graph.draft import make_draft
from pgready.graph.draft_text import DraftProject, draft_text
from pgready.graph.grouping import resolve_groups, with_undeclared
from pgready.graph.isolation import IsolationRules, judge_isolation
from pgready.model.groups import GroupSource
from pgready.model.location import Location
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, ForeignKey, Schema, Table
from pgready.sources.prisma.parser import parse
from pgready.sources.prisma.to_schema import to_schema
from prisma_schemas import Generated, schemas

UNHURRIED = settings(deadline=None)
PROJECT = DraftProject(
    name="x", schema=("schema.prisma",), migrations="migrations", asked=False, migration_names=("a",)
)

names = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12),
    st.sampled_from(["User", "users", "CrmTag", "Crm*", "(ungrouped)", "Other", "a.b", "a", "b.c", "Poll", "PollVote"]),
)
comments = st.one_of(st.none(), st.text(max_size=20), names.map("@group {}".format), names.map('@group "{}"'.format))
files = st.sampled_from(
    ["schema.prisma", "crm.prisma", "a/user.prisma", "b/user.prisma", "(ungrouped).prisma", ".prisma"]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A declared structure and what a rehearsal made of it."""

    declared: Schema
    made: Schema | None


@st.composite
def cases(draw: st.DrawFn) -> Case:
    known = draw(st.lists(st.builds(QualifiedName, names, names), min_size=1, max_size=9, unique=True))
    models = draw(st.lists(st.one_of(st.none(), names), min_size=len(known), max_size=len(known)))
    tables = [draw(tables_named(name, known, model)) for name, model in zip(known, models, strict=True)]
    cut = draw(st.integers(1, len(tables)))
    parts = draw(st.lists(st.booleans(), min_size=len(tables), max_size=len(tables)))
    made = [
        replace(
            it,
            model=None,
            location=None,
            comment=draw(comments),
            partition_of=tables[number // 2].name if part and number else None,
        )
        for number, (it, part) in enumerate(zip(tables, parts, strict=True))
    ]
    return Case(declared=_schema(tables[:cut]), made=_schema(made) if draw(st.booleans()) else None)


def _schema(tables: list[Table]) -> Schema:
    return Schema(tables=tuple(sorted(tables, key=lambda table: table.name)))


@st.composite
def tables_named(draw: st.DrawFn, name: QualifiedName, known: list[QualifiedName], model: str | None) -> Table:
    targets = draw(st.lists(st.sampled_from(known), max_size=3))
    columns = ("A", "B", "C")[: len(targets)]
    return Table(
        name=name,
        columns=tuple(Column(name=it, type="text", not_null=True) for it in (*columns, "userId")),
        foreign_keys=tuple(
            ForeignKey(name=f"{it}_fkey", table=name, columns=(it,), referenced_table=to, referenced_columns=("id",))
            for it, to in zip(columns, targets, strict=True)
        ),
        model=model,
        comment=draw(comments),
        location=Location(draw(files), 1, 1),
    )


def holds(declared: Schema, made: Schema | None) -> None:
    """The draft is a configuration under which every table has one group and every contract holds."""
    draft = make_draft(declared, made)
    text = draft_text(draft, PROJECT)
    assert text == draft_text(make_draft(declared, made), PROJECT)
    config = parse_config(text, rules=RULES)
    structure = with_undeclared(declared, made)
    grouping = resolve_groups(structure, config.groups, config.keys, groups_from=config.groups_from, rehearsed=made)
    assert grouping.placements == draft.grouping.placements
    assert (grouping.ungrouped, grouping.unknown) == ((), ())
    listed = {it.table for it in grouping.placements if it.source is GroupSource.LIST}
    assert listed.isdisjoint(table for table, _ in grouping.overlaps)
    rules = IsolationRules(contracts=config.contracts, hubs=config.hubs)
    judged = judge_isolation(declared, made, grouping, rules)
    assert all(contract.passed for contract in judged.contracts)
    assert judged.unknown == ()
    models = {it.model for it in declared.tables if it.model is not None}
    assert {it for group in config.inventory.values() for it in group} == models


@UNHURRIED
@given(case=cases())
def test_with_its_draft_no_table_is_without_group_and_every_contract_holds(case: Case) -> None:
    holds(case.declared, case.made)


@UNHURRIED
@given(generated=schemas())
def test_the_draft_of_a_generated_prisma_schema_holds(generated: Generated) -> None:
    try:
        schema = to_schema([parse(text, path) for path, text in generated.files])
    except SourceError:
        reject()
    holds(schema, None)


@UNHURRIED
@given(
    case=cases(),
    declared=st.dictionaries(names, st.lists(names, max_size=4), max_size=4),
    groups_from=st.none() | st.lists(st.sampled_from(["schema", "file"])),
)
def test_every_table_has_one_group_and_one_source_or_neither(
    case: Case, declared: dict[str, list[str]], groups_from: list[str] | None
) -> None:
    declared.pop("(ungrouped)", None)
    structure = with_undeclared(case.declared, case.made)
    found = resolve_groups(structure, declared, groups_from=groups_from, rehearsed=case.made)
    grouped = [table for group in found.groups for table in group.tables]
    assert sorted([*grouped, *found.ungrouped]) == sorted(table.name for table in structure.tables)
    assert [it.table for it in found.placements] == sorted(grouped)
    assert {it.table: it.group for it in found.placements}.items() <= found.group_of().items()
    assert [group.name for group in found.groups[: len(declared)]] == list(declared)
    for it in found.placements:
        if it.source is GroupSource.LIST:
            assert it.detail in declared[it.group]


@UNHURRIED
@given(case=cases(), name=names)
def test_naming_a_table_in_a_list_decides_over_everything_else(case: Case, name: str) -> None:
    assume(name != "(ungrouped)")
    table = case.declared.tables[0]
    found = resolve_groups(
        case.declared, {name: [str(table.name)]}, groups_from=("schema", "file"), rehearsed=case.made
    )
    placement = found.placement_of()[table.name]
    assert (placement.group, placement.source) == (name, GroupSource.LIST)
