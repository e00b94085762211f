"""How much a statement of a migration weighs: the deployment is judged, the history is only described."""

from dataclasses import dataclass, replace

from pgready.checks.counts import counted
from pgready.checks.gathered import failed_or_passed, incomplete
from pgready.findings import CheckResult, Confidence, Finding, Outcome, Rule, Severity
from pgready.history import existed_before_deployment, made_by_same_migration
from pgready.history.questions import biography_at
from pgready.model.deployment import Deployment, DeploymentKind
from pgready.model.guards import AllOf, Guard, GuardKind
from pgready.model.history import Biography, Certainty, Event, History
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["TEMPORARY", "Weight", "judged_in_scope", "table_of", "weigh"]

# What takes rows or values away; a rename or another type loses none that an older object may have.
_LOSSES = frozenset({"DES001", "DES002", "DES003", "DES007"})
_LONGEST = 120
# How a guard names a loop of a DO block.
_LOOP = "DO LOOP"

TEMPORARY = "pg_temp"
"""The schema of temporary objects, as `Effect` names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What a finding about an event is worth.

    `severity` is None where there is none to make, NOTE where it only describes, else that of the rule; `why` says the
    reason in words that end a sentence (empty for the severity of the rule). `confidence` is MEDIUM where it cannot be
    told whether the statement runs, or whether the object is there; `doubt` says why, in words that follow a semicolon.
    """

    severity: Severity | None
    why: str = ""
    confidence: Confidence = Confidence.HIGH
    doubt: str = ""


def weigh(rule: Rule, event: Event, subject: Biography, deployment: Deployment) -> Weight:
    """What the event is worth to a rule that depends on existing rows or on traffic.

    `subject` is the life of what holds the rows or the traffic: the table that is locked, the table or column that
    goes. Nothing: a statement whose guard is false, something temporary, something that the same migration made
    before. A note: a migration that is not about to run, something that the same deployment makes, an empty database.
    A warning: something is destroyed that the same deployment makes IF NOT EXISTS, so that it may be an older one.
    """
    if event.certainty is Certainty.SKIPPED:
        return Weight(severity=None, why="a condition around it is false")
    if TEMPORARY in (subject.object.schema, event.object.schema):
        return Weight(severity=None, why="it is temporary")
    confidence = _confidence(event, subject, deployment)
    if _may_be_older(rule, event, subject, deployment):
        made = f"{subject.object} is made IF NOT EXISTS, and an older one may be there"
        return Weight(severity=min(rule.severity, Severity.WARN), confidence=Confidence.MEDIUM, doubt=made)
    if made_by_same_migration(subject, event):
        return Weight(severity=None, why="the same migration made it")
    reason = _only_described(event, subject, deployment)
    if reason is not None:
        return Weight(severity=Severity.NOTE, why=reason, confidence=confidence, doubt=_told(event))
    return Weight(severity=rule.severity, confidence=confidence, doubt=_told(event))


def _confidence(event: Event, subject: Biography, deployment: Deployment) -> Confidence:
    made = subject.made
    known = made is not None and made.order <= event.order
    # What the deployment makes may be what a lost migration made.
    lost = bool(deployment.lost) and made is not None and deployment.runs(made.migration)
    certain = event.certainty is Certainty.HAPPENS and known and not lost
    return Confidence.HIGH if certain else Confidence.MEDIUM


def _may_be_older(rule: Rule, event: Event, subject: Biography, deployment: Deployment) -> bool:
    """Whether a guard of its own keeps one that a database in use may have, and that is what is destroyed."""
    made = subject.made
    if rule.id not in _LOSSES or made is None or made.order >= event.order or not made.unsettled:
        return False
    own = any(guard.kind is GuardKind.RERUN for guard in made.guards)
    return own and deployment.runs(event.migration) and not existed_before_deployment(subject, deployment)


def _told(event: Event) -> str:
    """What a reader of the statement alone would not see: who does it, and why it may not run."""
    return "; ".join(part for part in (event.by, _doubt(event)) if part)


def _doubt(event: Event) -> str:
    """Why it cannot be told whether the statement runs, where that is so."""
    if event.certainty is not Certainty.MAYBE:
        return ""
    asked = next((guard for guard in event.guards if event.unsettled and _is_open(guard)), None)
    if asked is None:
        return "whether it runs cannot be told from the text"
    if asked.form.startswith("IF EXISTS"):
        return "it is lost if a database has it"
    if asked.form == _LOOP:
        return f"it runs for each turn of the loop (line {asked.line})"
    return f"it runs where {_cut(asked.text)} is true (line {asked.line}), which a database in use decides"


def _is_open(guard: Guard) -> bool:
    return guard.condition != AllOf(())


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


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
    result = failed_or_passed(
        rule, found, looked_at=f"{counted(len(history.migrations), 'migration')}, {scope} about to run"
    )
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
    if unread[0].what.startswith("unreadable"):
        return f"{unread[0].location}{more} cannot be read"
    return f"what {unread[0].what} at {unread[0].location}{more} {'do' if more else 'does'} cannot be read"
