"""A first division of a schema into feature groups, for a person to correct.

Never to be decided by: on six real schemas such suggestions agreed with what the projects' people had decided with an
adjusted Rand index of 0.31 to 0.61, where 1 is the same division and 0 is chance. So each table says why it stands
where it stands. The order of the hints: what the project says itself, the beginning of the name, ties to other tables
(`ties`), and between equally strong ones the communities of Louvain's method (Blondel et al. 2008).
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pgready.graph.group_levels import is_join_table
from pgready.graph.name_families import NameFamily, name_families
from pgready.graph.ties import Ties, read_ties
from pgready.graph.words import singulars, squashed
from pgready.model.groups import UNGROUPED, Grouping
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema, Table

__all__ = ["OTHER", "SuggestedGroup", "SuggestedTable", "suggest_groups"]

OTHER = "Other"
"""The group of tables that nothing ties to another group."""

_LARGEST_SHARE = 0.4
_SMALL_ENOUGH = 6
_FEW_GROUPS = 4
_GROUPS_PER_ROOT = 1.5
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedTable:
    """A table and why it stands in its group."""

    table: QualifiedName
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedGroup:
    """A group for a person to look at, its tables ordered by name; OTHER is the last of all.

    `given`: the project itself has this group. Then `tables` are those that are suggested in addition.
    """

    name: str
    tables: tuple[SuggestedTable, ...]
    given: bool = False


def suggest_groups(schema: Schema, given: Grouping | None = None) -> tuple[SuggestedGroup, ...]:
    """Put every table of `schema` that `given` leaves ungrouped into a group; `given` is what the project itself says.

    There are at most about one and a half times as many groups as the root of the number of tables (9 for 40), not
    counting those given. Tables of implicit many-to-many relations and partitions are left out where they go with
    theirs by themselves (`resolve_groups`). The same structure always gives the same suggestion.
    """
    fixed = {table: group for table, group in given.group_of().items() if group != UNGROUPED} if given else {}
    tables = [table for table in schema.tables if not _follows(table, schema)]
    clusters = _Clusters(ties=read_ties(schema, {table.name for table in tables}), tables=len(tables))
    clusters.start(name_families(tables), fixed, [group.name for group in given.groups] if given else [])
    clusters.attach()
    clusters.reduce()
    return _named(clusters, fixed)


def _follows(table: Table, schema: Schema) -> bool:
    """Whether the table goes with another one by itself."""
    if is_join_table(table):
        models = [schema.table(key.referenced_table) for key in table.foreign_keys if key.columns in {("A",), ("B",)}]
        return any(model is not None and not is_join_table(model) for model in models)
    return table.partition_of is not None and schema.table(table.partition_of) is not None


@dataclass(slots=True, kw_only=True, eq=False)
class _Cluster:
    """Tables that belong together; `families` are those of their names, `given` the project's name for them."""

    tables: list[QualifiedName]
    families: list[NameFamily] = field(default_factory=list)
    given: str | None = None

    @property
    def first(self) -> tuple[str, QualifiedName | str]:
        return (self.given or "", min(self.tables, default=""))


@dataclass(slots=True, kw_only=True)
class _Clusters:
    """The division while it is made."""

    ties: Ties
    tables: int
    all: list[_Cluster] = field(default_factory=list)
    of: dict[QualifiedName, _Cluster] = field(default_factory=dict)
    rest: _Cluster = field(default_factory=lambda: _Cluster(tables=[]))

    def start(self, families: Sequence[NameFamily], fixed: dict[QualifiedName, str], names: Iterable[str]) -> None:
        """One cluster per given group and per family; a family goes to the group that has its name or most of it."""
        given = {name: _Cluster(tables=[], given=name) for name in names}
        for table, group in fixed.items():
            given[group].tables.append(table)
        self.all = list(given.values())
        by_name = {form: cluster for name, cluster in reversed(given.items()) for form in _forms(name)}
        for family in families:
            free = [table for table in family.tables if table not in fixed]
            held = Counter(fixed[table] for table in family.tables if table in fixed)
            most = min(held, key=lambda group: (-held[group], group), default=None)
            home = given[most] if most is not None else by_name.get(family.word)
            if free and home is not None:
                home.tables.extend(free)
                home.families.append(family)
            elif free:
                self.all.append(_Cluster(tables=free, families=[family]))
        self.of = {table: cluster for cluster in self.all for table in cluster.tables}

    def attach(self) -> None:
        """Tables with a name of their own go where they are tied to most; those without any tie to the rest."""
        single = [it for it in self.all if len(it.tables) == 1 and it.given is None]
        waiting = sorted(single, key=lambda it: (-max(self._pull(it).values(), default=0), it.first))
        for cluster in waiting:
            if len(cluster.tables) == 1 and any(it is cluster for it in self.all):
                self._merge(cluster)
        for cluster in [it for it in self.all if len(it.tables) == 1 and it.given is None]:
            self._move(cluster, self.rest)

    def reduce(self) -> None:
        """Not more groups than a person can read: the smallest go where they are tied to, or to the rest."""
        most = max(_FEW_GROUPS, round(_GROUPS_PER_ROOT * math.sqrt(self.tables)))
        while len(own := [it for it in self.all if it.given is None]) > most:
            smallest = min(own, key=lambda it: (len(it.tables), it.first))
            if not self._merge(smallest):
                self._move(smallest, self.rest)

    def _pull(self, cluster: _Cluster) -> dict[int, float]:
        """Cluster (by `id`) -> the weight of all ties to it."""
        found: dict[int, float] = {}
        for table in cluster.tables:
            for other, weight in self.ties.near.get(table, {}).items():
                target = self.of[other]
                if target is not cluster and target is not self.rest:
                    found[id(target)] = found.get(id(target), 0) + weight
        return found

    def _merge(self, cluster: _Cluster) -> bool:
        """Into the cluster that pulls most and does not grow too large by it; False when there is none."""
        pull, most = self._pull(cluster), max(_SMALL_ENOUGH, self.tables * _LARGEST_SHARE)
        found = [it for it in self.all if id(it) in pull and len(it.tables) + len(cluster.tables) <= most]
        if not found:
            return False
        community = self.ties.community.get(min(cluster.tables))
        self._move(cluster, min(found, key=lambda it: (-round(pull[id(it)], 9), -self._share(it, community), it.first)))
        return True

    def _share(self, cluster: _Cluster, community: int | None) -> float:
        return sum(self.ties.community.get(table) == community for table in cluster.tables) / len(cluster.tables)

    def _move(self, cluster: _Cluster, target: _Cluster) -> None:
        target.tables.extend(cluster.tables)
        target.families.extend(cluster.families)
        self.of |= dict.fromkeys(cluster.tables, target)
        self.all = [it for it in self.all if it is not cluster]


def _forms(name: str) -> set[str]:
    word = squashed(name)
    return {word, *singulars(word)}


def _named(clusters: _Clusters, fixed: dict[QualifiedName, str]) -> tuple[SuggestedGroup, ...]:
    taken = {OTHER, UNGROUPED, *(it.given for it in clusters.all if it.given)}
    groups: list[SuggestedGroup] = []
    for cluster in sorted(clusters.all, key=lambda it: (it.given is None, it.first)):
        name = cluster.given or _free(_title(cluster, clusters.ties), taken)
        taken.add(name)
        free = [table for table in sorted(cluster.tables) if table not in fixed]
        tables = tuple(
            SuggestedTable(table=table, reason=_reason(table, cluster, clusters.ties, name)) for table in free
        )
        groups.append(SuggestedGroup(name=name, tables=tables, given=cluster.given is not None))
    rest = [SuggestedTable(table=it, reason=_alone(it, clusters.ties)) for it in sorted(clusters.rest.tables)]
    if rest:
        groups = [it for it in groups if it.name != OTHER] + [
            SuggestedGroup(
                name=OTHER,
                tables=tuple(rest) + next((it.tables for it in groups if it.name == OTHER), ()),
                given=any(it.name == OTHER for it in groups),
            )
        ]
    return tuple(groups)


def _title(cluster: _Cluster, ties: Ties) -> str:
    """After the family of most of its tables; of equally large ones that to which most of the others refer."""
    referring = Counter(referenced for table, referenced in ties.references if table in cluster.tables)
    family = min(
        cluster.families,
        key=lambda it: (-len(it.tables), -sum(referring[table] for table in it.tables), it.word, it.tables),
    )
    return family.title or "Group"


def _free(title: str, taken: set[str]) -> str:
    name, number = title, 1
    while name in taken:
        number += 1
        name = f"{title} {number}"
    return name


def _reason(table: QualifiedName, cluster: _Cluster, ties: Ties, name: str) -> str:
    """What the table has in common with the others of its group, the strongest first."""
    family = next((it for it in cluster.families if table in it.tables), None)
    if family is None or len(family.tables) == 1:
        return _tied([table], cluster, ties) or f"named like the group {name}"
    if not family.begins:
        return "of users and their login"
    begins = f"name begins with {family.begins}"
    if family.title == name or cluster.given is not None:
        return begins
    tied = _tied(family.tables, cluster, ties)
    return f"{begins}; of these {tied}" if tied else begins


def _tied(tables: Sequence[QualifiedName], cluster: _Cluster, ties: Ties) -> str:
    """How these tables are tied to the others of the cluster; empty when they are not."""
    others = sorted(set(cluster.tables) - set(tables))
    refers = [it.name for it in others if it not in ties.shared and any((at, it) in ties.references for at in tables)]
    if refers:
        return f"refers to {_listing(refers)}" if len(tables) == 1 else f"some refer to {_listing(refers)}"
    plain = [it for it in tables if it not in ties.shared]
    referred = [it.name for it in others if any((it, at) in ties.references for at in plain)]
    if not referred:
        return ""
    return (
        f"referred to by {_listing(referred)}" if len(tables) == 1 else f"some are referred to by {_listing(referred)}"
    )


def _alone(table: QualifiedName, ties: Ties) -> str:
    if table in ties.shared:
        return "many tables of several groups refer to it"
    shared = sorted(it.name for it in ties.shared if (table, it) in ties.references)
    return f"refers only to {_listing(shared)}, as many do" if shared else "nothing ties it to a group"


def _listing(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
