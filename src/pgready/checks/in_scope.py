"""How much a statement of a migration weighs: the deployment is judged, the history is only described."""

from dataclasses import dataclass, replace

from pgready.checks.gathered import failed_or_passed, incomplete
from pgready.findings import CheckResult, Confidence, Finding, Outcome, Rule, Severity
from pgready.history import existed_before_deployment, made_by_same_migration
from pgready.history.questions import biography_at
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.history import Biography, Certainty, Event, History
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["TEMPORARY", "Weight", "judged_in_scope", "table_of", "weigh"]

TEMPORARY = "pg_temp"
"""The schema of temporary objects, as `Effect` names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What a finding about an event is worth.

    `severity` is None where there is none to make, NOTE where it only describes, else that of the rule; `why` says the
    reason in words that end a sentence (empty for the severity of the rule). `confidence` is MEDIUM where it cannot be
    told whether the statement runs, or whether the object is there.
    """

    severity: Severity | None
    why: str = ""
    confidence: Confidence = Confidence.HIGH


def weigh(rule: Rule, event: Event, subject: Biography, deployment: Deployment) -> Weight:
    """What the event is worth to a rule that depends on existing rows or on traffic.

    `subject` is the life of what holds the rows or the traffic: the table that is locked, the table or column that
    goes. Nothing: a statement whose guard is false, something temporary, something that the same migration made
    before. A note: a migration that is not about to run, something that the same deployment makes, an empty database.
    """
    if event.certainty is Certainty.SKIPPED:
        return Weight(severity=None, why="a condition around it is false")
    if TEMPORARY in (subject.object.schema, event.object.schema):
        return Weight(severity=None, why="it is temporary")
    if made_by_same_migration(subject, event):
        return Weight(severity=None, why="the same migration made it")
    confidence = _confidence(event, subject)
    reason = _only_described(event, subject, deployment)
    return Weight(severity=rule.severity if reason is None else Severity.NOTE, why=reason or "", confidence=confidence)


def _confidence(event: Event, subject: Biography) -> Confidence:
    known = subject.made is not None and subject.made.order <= event.order
    certain = event.certainty is Certainty.HAPPENS and known
    return Confidence.HIGH if certain else Confidence.MEDIUM


def _only_described(event: Event, subject: Biography, deployment: Deployment) -> str | None:
    """Why the deployment is not hurt by it; None when it may be."""
    if not deployment.runs(event.migration):
        return "not in what is deployed"
    if deployment.kind is DeploymentKind.CLEAN:
        return "a clean deploy starts with an empty database"
    made = subject.made
    # What is dropped and made again without ever having been made before has one life.
    if made is None or made.order > event.order or existed_before_deployment(subject, deployment):
        return None
    return f"made by the same deployment ({made.migration})"


def table_of(history: History, event: Event) -> Biography | None:
    """The life of the table that the event is about, or whose column, constraint or index it is about."""
    ref = event.object
    if ref.kind is ObjectKind.TABLE:
        return biography_at(history, ref, event.order) or biography_at(history, ref, event.order + 1)
    if ref.table is None:
        return None
    table = ObjectRef(kind=ObjectKind.TABLE, schema=ref.schema, name=ref.table)
    return biography_at(history, table, event.order) or biography_at(history, table, event.order + 1)


def judged_in_scope(rule: Rule, found: list[Finding], history: History, deployment: Deployment) -> CheckResult:
    """The outcome of a rule that depends on rows or traffic that are there before the deployment.

    Of a clean deploy, and where nothing is about to run, there is nothing to judge: the findings describe the history,
    and that is no pass. A history that is not the one of the revision, and dynamic SQL in what is about to run, are no
    pass either.
    """
    scope = sum(deployment.runs(name) for name in history.migrations)
    result = failed_or_passed(rule, found, looked_at=f"{len(history.migrations)} migrations, {scope} about to run")
    if deployment.kind is DeploymentKind.CLEAN:
        return replace(result, outcome=Outcome.SKIPPED, given=False, why=_NOTHING_THERE)
    unknown = _unlike_base(deployment) or _unread(history, deployment)
    if not unknown and not scope:
        return replace(result, outcome=Outcome.SKIPPED, given=False, why="no migration is about to run")
    return incomplete(result, unknown) if unknown else result


def _unlike_base(deployment: Deployment) -> str | None:
    """Migrations that were edited, renamed, squashed or removed: what they made may be called new, and is not."""
    if not deployment.unlike_base:
        return None
    first, *rest = deployment.unlike_base
    more = f" and {len(rest)} more" if rest else ""
    return f"{first}{more} of {deployment.base} was edited or is gone, so what a database already holds is not known"


_NOTHING_THERE = "a clean deploy finds no rows and no traffic; --since REV judges a database in use"


def _unread(history: History, deployment: Deployment) -> str | None:
    """Dynamic SQL in what is about to run; None when there is none."""
    unread = [
        place
        for place in history.opaque
        if deployment.runs(place.migration) and place.certainty is not Certainty.SKIPPED
    ]
    if not unread:
        return None
    more = f" and {len(unread) - 1} more" if len(unread) > 1 else ""
    return f"what {unread[0].what} at {unread[0].location}{more} does cannot be read"
