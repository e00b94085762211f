"""The text of a first pgready.toml: a draft, with the reason of every line, for a person to correct.

The same draft gives the same text. docs/reference/configuration.md explains the keys.
"""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pgready.graph.draft import Draft, DraftGroup
from pgready.graph.hubs import Hub
from pgready.graph.key_pattern import KeyPattern
from pgready.graph.tenancy import GroupTenancy
from pgready.graph.toml_text import WIDTH, comment, key, listed, string
from pgready.model.contracts import EdgeKind
from pgready.model.groups import ContractVerdict, Placement

__all__ = ["DraftProject", "draft_text"]

_HEAD = """\
A draft by `pgready init`: read it, correct it, delete what you do not need. Everything is optional.
The groups are suggestions. Nothing in a schema says for certain which tables make up a feature; measured on real \
projects, suggestions like these agree with what people decided only in part (adjusted Rand index of 0.3 to 0.6 in \
most, where 1 is the same and 0 is chance). So each table says why it stands where it stands: move what stands wrong, \
rename the groups, and take apart "Other"."""
_INVENTORY = """\
Models that production needs: a model of this list that disappears from the schema is a finding (INV003). Keep only \
what you mean; new models need not be added."""
_GROUPS = """\
Feature groups: names of models or tables, or globs such as "Crm*". A name wins over a glob, among globs the last \
wins. `key` is the column that says whose a row is."""
_GROUPS_FROM = """\
Where groups come from beside the lists above, which win, and `/// @group name` in a model's comment, which comes \
second."""
_HUBS = """\
Tables to which so many others refer that they may be meant to be shared. With a table in `hubs`, keys to it are fine \
unless a contract forbids them. That is for you to say, so none is active:"""
_CONTRACTS = """\
What the foreign keys keep to today, so that a new key between groups fails the check (ISO001). A contract states what \
is, not what is good: take out of `allowed` what should not be there, and give a reason that you believe in. A name in \
`allowed` that is a group's means the whole group; `schema.table` means the table."""
_MIGRATIONS = """\
`required`: directories that must exist (INV009), such as the ones that a release depends on. `resilient`: migrations \
that claim to skip nothing and to survive a second run (RES003), or true for all."""
_POLICY = """\
From which severity on a finding blocks (note, warn, block), and severities of your own."""
_SUPPRESSIONS = """\
Findings that somebody has accepted: still counted, and shown with the reason."""
_REASON = "holds today, says pgready init; nobody has promised it yet"
_COLUMN = 44


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftProject:
    """Where things are: `schema` and `migrations` relative to the file; `asked`: by options, so the file says it too.

    `migration_names` are the directories in their order.
    """

    name: str
    schema: tuple[str, ...]
    migrations: str | None
    asked: bool
    migration_names: tuple[str, ...] = ()


def draft_text(draft: Draft, project: DraftProject) -> str:
    """The whole file; ends with a line feed."""
    sections = (
        [*_remark(_HEAD)],
        [*_project(project)],
        ["[inventory]", *_remark(_INVENTORY), *_inventory(draft.groups)],
        [*_remark(_GROUPS)],
        *([*_group(group)] for group in draft.groups),
        ["[isolation]", *_isolation(draft)],
        [*_remark(_CONTRACTS), *_unpromising(draft)],
        *([*_contract(verdict)] for verdict in draft.contracts),
        ["[migrations]", *_migrations(project)],
        ["[policy]", *_remark(_POLICY), '# blocking = "block"', "# [policy.severity]", '# INV002 = "block"'],
        [*_suppressions()],
    )
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _remark(text: str) -> list[str]:
    """Comment lines; names in `text` have gone through `comment`."""
    wrapped = [line for part in text.split("\n") for line in textwrap.wrap(part, WIDTH, break_on_hyphens=False)]
    return [f"# {line}" for line in wrapped]


def _beside(code: str, remark: str) -> str:
    """A remark behind a line, where the eye finds it."""
    return f"{code:{_COLUMN}}  # {comment(remark)}"


def _project(project: DraftProject) -> Iterator[str]:
    yield "[project]"
    mark = "" if project.asked else "# "
    schema = listed(project.schema) if project.asked else f"[{', '.join(map(string, project.schema[:1]))}]"
    yield f"# name = {string(project.name)}"
    if len(project.schema) > 1 and not project.asked:
        yield f"# The schema: {len(project.schema)} files, found where Prisma looks for them."
    else:
        yield f"{mark}schema = {schema}"
    if project.migrations is not None:
        yield f"{mark}migrations = {string(project.migrations)}"


def _inventory(groups: Iterable[DraftGroup]) -> Iterator[str]:
    for group in groups:
        if group.models:
            yield f"{key(group.name)} = {listed(group.models)}"


def _group(group: DraftGroup) -> Iterator[str]:
    yield f"[groups.{key(group.name)}]"
    yield from _placed(group.placed)
    if group.listed:
        yield "tables = ["
        yield from (_beside(f"    {string(it.spelling)},", it.reason) for it in group.listed)
        yield "]"
    if group.tenancy is not None and group.tenancy.key is not None:
        yield _beside(f"key = {string(group.tenancy.key)}", _key(group.tenancy))


def _placed(placements: Sequence[Placement]) -> Iterator[str]:
    """Tables that need no list, by what puts them here."""
    for words in dict.fromkeys(f"{it.source} {it.detail}" for it in placements):
        names = [it.table.name for it in placements if f"{it.source} {it.detail}" == words]
        yield from _remark(comment(f"By {words}: {', '.join(names)}."))


def _key(tenancy: GroupTenancy) -> str:
    pattern = next(it for it in tenancy.patterns if it.column == tenancy.key)
    target = f"; refers to {tenancy.target.table.name}" if tenancy.target else ""
    return _share(pattern) + target


def _share(pattern: KeyPattern) -> str:
    return f"{pattern.tables} of {pattern.out_of} tables have it"


def _isolation(draft: Draft) -> Iterator[str]:
    if draft.groups_from:
        yield from _remark(_GROUPS_FROM)
        yield f"groups_from = {listed(draft.groups_from)}"
    if not draft.hubs:
        yield "# hubs = []"
        return
    yield from _remark(_HUBS)
    for name, hub in draft.hubs:
        yield from _remark(comment(_hub(name, hub)))
    yield f"# hubs = [{', '.join(string(name) for name, _ in draft.hubs)}]"


def _hub(name: str, hub: Hub) -> str:
    return f"- {name}: {hub.referencing_tables} tables refer to it, those of other groups in {', '.join(hub.groups)}"


def _unpromising(draft: Draft) -> Iterator[str]:
    if draft.unpromising:
        names = comment(", ".join(f"{group} ({count})" for group, count in draft.unpromising))
        yield from _remark(
            f"None for groups that refer to too much to be worth a promise (groups referred to): {names}."
        )


def _contract(verdict: ContractVerdict) -> Iterator[str]:
    contract = verdict.contract
    yield "[[contracts]]"
    if verdict.vacuous:
        yield from _remark("Vacuous today: the tables of this group have no foreign keys at all, or are all there are.")
    yield f"name = {string(contract.name)}"
    yield f"kind = {string(contract.kind)}"
    yield f"groups = {listed(contract.groups)}"
    if contract.allowed:
        yield f"allowed = {listed(contract.allowed)}"
    if contract.edges is not EdgeKind.FK:
        yield _beside(f"edges = {string(contract.edges)}", "columns that look like a reference and have no key count")
    yield f"reason = {string(_REASON)}"


def _migrations(project: DraftProject) -> Iterator[str]:
    yield from _remark(_MIGRATIONS)
    if project.migration_names:
        ends = dict.fromkeys((project.migration_names[0], project.migration_names[-1]))
        yield from _remark(f"There are {len(project.migration_names)}; the first and the last:")
        yield f"# required = [{', '.join(map(string, ends))}]"
    yield "# resilient = []"


def _suppressions() -> Iterator[str]:
    yield from _remark(_SUPPRESSIONS)
    yield from ("# [[suppressions]]", '# rule = "INV002"', '# object = "public.legacy_import"', '# reason = "..."')
