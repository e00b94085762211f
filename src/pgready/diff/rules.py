"""What is asked for, and what looked: checks and the policy on both sides."""

from collections.abc import Iterable, Iterator

from pgready.diff.findings import did_run
from pgready.diff.values import Change, Subject, Weight
from pgready.findings import CheckResult, Outcome, Severity
from pgready.verdict import AuditResult, did_not_run

__all__ = ["check_changes", "policy_changes"]

_CLAIMS = "RES003"
_INVENTORY = "INV003"


def check_changes(before: AuditResult, after: AuditResult) -> Iterator[Change]:
    """Checks that look on one side only; what those say that look on both is told by their findings."""
    old, new = ({check.rule: check for check in audit.checks} for audit in (before, after))
    versions = before.run.pgready != after.run.pgready
    for rule in sorted({*old, *new}):
        was, now = old.get(rule), new.get(rule)
        weight = _known_to_one(was, now) if versions and (was is None or now is None) else None
        if weight is None:
            weight = _looking(_ran(was, before), _ran(now, after))
        if weight is not None:
            yield Change(subject=Subject.CHECK, name=rule, before=_said(was), after=_said(now), weight=weight)


def _known_to_one(was: CheckResult | None, now: CheckResult | None) -> Weight:
    """Of a rule that only one of two versions of pgready has: what it found was not looked for by the other."""
    check = was or now
    if check is None or check.outcome is not Outcome.FAILED:
        return Weight.NEUTRAL
    return Weight.FIRST_SEEN if was is None else Weight.UNSEEN


def _ran(check: CheckResult | None, audit: AuditResult) -> bool | None:
    """True: it looked. False: it had to, and did not. None: it did not have to."""
    if did_run(check):
        return True
    if check is not None and check.rule == _CLAIMS and check.outcome is Outcome.SKIPPED:
        # Older versions said of it that the rehearsal stopped, also where nothing claims to be resilient.
        return False if audit.resilient_migrations or check.rule in audit.policy.required else None
    return False if check is not None and did_not_run(check, audit.policy) else None


def _looking(was: bool | None, now: bool | None) -> Weight | None:  # noqa: FBT001  # two of the three answers of `_ran`
    """A check that did not run is never a pass, whether it had to run or not."""
    if was is now:
        return None
    if was or now:
        return Weight.WORSE if was else Weight.BETTER
    return Weight.TIGHTENED if now is False else Weight.LOOSENED


def _said(check: CheckResult | None) -> str | None:
    if check is None:
        return None
    return check.outcome.value if did_run(check) else f"{check.outcome}: {check.why}"


def policy_changes(before: AuditResult, after: AuditResult) -> Iterator[Change]:
    """What blocks, how bad rules are, what must run, and what is allowed between groups."""
    was, now = before.policy, after.policy
    if was.blocking is not now.blocking:
        yield _policy("blocking", was.blocking.word, now.blocking.word, _less(now.blocking < was.blocking))
    for rule in sorted({*was.severities, *now.severities}):
        one, other = was.severities.get(rule), now.severities.get(rule)
        if one is not other:
            yield _policy(f"severity of {rule}", _word(one), _word(other), _reweighed(one, other))
    yield from _listed("required check", was.required, now.required, more=Weight.TIGHTENED)
    pairs = (
        ("required migration", before.required_migrations, after.required_migrations),
        ("migration that claims to be resilient", before.resilient_migrations, after.resilient_migrations),
    )
    for what, old, new in pairs:
        yield from _listed(what, old, new, more=Weight.TIGHTENED)
    yield from _models(before, after)
    yield from _groups(before, after)
    yield from _listed("hub", before.hubs, after.hubs, more=Weight.LOOSENED)
    crossings = ({it.tolerated for it in audit.accepted_crossings} for audit in (before, after))
    yield from _listed("accepted crossing", *crossings, more=Weight.LOOSENED)


def _models(before: AuditResult, after: AuditResult) -> Iterator[Change]:
    """What the inventory asks for; an audit of an older version does not say it, which is not the same as nothing."""
    old, new = (_inventory(audit) for audit in (before, after))
    if old is not None and new is not None:
        yield from _listed("required model", old, new, more=Weight.TIGHTENED)
    elif old is None and new is None:
        yield from _counted_models(before, after)
    else:
        was, now = ("not known" if it is None else f"{len(it)} listed" for it in (old, new))
        yield _policy("required models", was, now, Weight.FIRST_SEEN if old is None else Weight.UNSEEN)


def _counted_models(before: AuditResult, after: AuditResult) -> Iterator[Change]:
    """Of two audits of older versions: how many there are, as the check of the inventory says."""
    checks = ({it.rule: it for it in audit.checks}.get(_INVENTORY) for audit in (before, after))
    was, now = (it.why if it is not None and it.outcome is Outcome.PASSED else None for it in checks)
    if was is not None and now is not None and was != now:
        yield _policy("required models", was, now, Weight.CHANGED)


def _inventory(audit: AuditResult) -> frozenset[str] | None:
    """`Group.Model` for each; a check that was given no inventory says that there is none."""
    if audit.required_models is not None:
        return frozenset(f"{group}.{model}" for group, models in audit.required_models.items() for model in models)
    check = next((check for check in audit.checks if check.rule == _INVENTORY), None)
    return frozenset() if check is not None and check.outcome is Outcome.SKIPPED and not check.given else None


def _groups(before: AuditResult, after: AuditResult) -> Iterator[Change]:
    """Tables in another group, and groups with another key: a key between tables may so cross groups or not."""
    old, new = (audit.grouping.group_of() for audit in (before, after))
    for table in sorted(set(old) & set(new), key=str):
        if old[table] != new[table]:
            yield _policy(f"group of {table}", old[table], new[table], Weight.CHANGED)
    keys, others = ({it.name: it.key for it in audit.grouping.groups} for audit in (before, after))
    for name in sorted(set(keys) & set(others)):
        was, now = keys[name], others[name]
        if was != now:
            weight = Weight.CHANGED if was and now else _less(now is not None)
            yield _policy(f"key of group {name}", was, now, weight)


def _word(severity: Severity | None) -> str | None:
    return None if severity is None else severity.word


def _less(tightened: bool) -> Weight:  # noqa: FBT001  # one question
    return Weight.TIGHTENED if tightened else Weight.LOOSENED


def _reweighed(old: Severity | None, new: Severity | None) -> Weight:
    """Of two different settings; None is the rule's own severity, which an audit does not hold."""
    if old is not None and new is not None:
        return _less(new > old)
    weight = {Severity.NOTE: Weight.LOOSENED, Severity.BLOCK: Weight.TIGHTENED}.get(new or old or Severity.WARN)
    if weight is None:
        return Weight.NEUTRAL
    return weight if old is None else weight.mirrored


def _listed(what: str, was: Iterable[str], now: Iterable[str], *, more: Weight) -> Iterator[Change]:
    old, new = set(was), set(now)
    yield from (_policy(f"{what} {name}", None, "listed", more) for name in sorted(new - old))
    yield from (_policy(f"{what} {name}", "listed", None, more.mirrored) for name in sorted(old - new))


def _policy(name: str, before: str | None, after: str | None, weight: Weight) -> Change:
    return Change(subject=Subject.POLICY, name=name, before=before, after=after, weight=weight)
