"""The isolation of one schema as a value: what the reports show, what what-if changes, and what a comparison compares.

Everything in it follows from the structures, the grouping and the rules by the same functions, wherever they came from:
an audit, `audit.json`, or a question of a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pgready.findings import Severity
from pgready.graph.isolation import Isolation, IsolationRules, judge_isolation
from pgready.graph.unkeyed import unkeyed_columns
from pgready.model.groups import Grouping
from pgready.model.schema import Schema
from pgready.model.suppressions import Suppression
from pgready.model.unkeyed import UnkeyedReference
from pgready.verdict import AuditResult

__all__ = ["Study", "Tolerance", "make_study", "rules_of", "study_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """What becomes of findings about isolation: those that are accepted, and how bad each of these rules is.

    `severities` are those in force, by rule; findings below `blocking` do not count. Only a comparison asks for it.
    """

    suppressions: tuple[Suppression, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    blocking: Severity = Severity.BLOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The declared and the rehearsed structure (None: not rehearsed, or not to the end), and all that is judged of it.

    `unkeyed` are the references without a key of the declared structure, ordered by table and column.
    """

    declared: Schema
    rehearsed: Schema | None
    grouping: Grouping
    rules: IsolationRules
    isolation: Isolation
    unkeyed: tuple[UnkeyedReference, ...]
    tolerance: Tolerance = field(default_factory=Tolerance)


def make_study(declared: Schema, rehearsed: Schema | None, grouping: Grouping, rules: IsolationRules) -> Study:
    """Judge the isolation of a schema; the arguments are those of `judge_isolation`."""
    unkeyed = unkeyed_columns(declared)
    return Study(
        declared=declared,
        rehearsed=rehearsed,
        grouping=grouping,
        rules=rules,
        isolation=judge_isolation(declared, rehearsed, grouping, rules, unkeyed=unkeyed),
        unkeyed=unkeyed.references,
    )


def study_of(audit: AuditResult) -> Study:
    """The isolation that an audit judged."""
    complete = audit.rehearsal.schema if audit.rehearsal is not None and audit.rehearsal.complete else None
    return make_study(audit.declared, complete, audit.grouping, rules_of(audit))


def rules_of(audit: AuditResult) -> IsolationRules:
    """What the configuration of an audit said of keys between groups."""
    return IsolationRules(
        contracts=tuple(it.contract for it in audit.contracts), hubs=audit.hubs, accepted=audit.accepted_crossings
    )
