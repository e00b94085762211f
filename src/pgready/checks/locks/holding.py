"""LCK005 and LCK006: locks that are waited for without a limit, or kept while something long goes on."""

from collections import deque
from collections.abc import Iterator
from itertools import groupby

from pgready.checks.in_scope import weigh
from pgready.checks.locks.builds import row_check_by
from pgready.checks.locks.only_seen import STRONG, strong_lock_only_seen
from pgready.checks.locks.rewrites import rewrite_by
from pgready.checks.locks.rules import LCK005, LCK006
from pgready.checks.locks.scene import Held, Scene, report, table_name
from pgready.checks.transactions.blocks import in_explicit_block
from pgready.findings import Finding, Severity
from pgready.history import biography_at
from pgready.model.effects import Action, Script
from pgready.model.facts import ConstraintFacts, RowsFacts, SettingFacts
from pgready.model.history import Biography
from pgready.model.locks import LockMode, Work
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["lck005", "lck006"]

_TIMEOUT = "lock_timeout"
_FEW = 3


def lck005(scene: Scene) -> Iterator[Finding]:
    """For each migration about to run the first strong lock on an old table, when no limit is set before it.

    Only the deployment is judged, no history described: a timeout is nothing that lasts.
    """
    limited = False
    for migration in scene.history.migrations:
        script = scene.scripts.get(migration)
        settings = list(_settings(script, scene)) if script is not None else []
        if scene.gathered.deployment.runs(migration):
            found = next(_unlimited(scene, migration, settings, limited=limited), None)
            found = found or _only_seen(scene, migration, settings, limited=limited)
            if found is not None:
                yield found
            limited = next((on for _, _, on, lasts in reversed(settings) if lasts), limited)
        else:
            limited = next((on for _, _, on, lasts in reversed(settings) if lasts is None), limited)


_Setting = tuple[int, int, bool, bool | None]


def _settings(script: Script, scene: Scene) -> Iterator[_Setting]:
    """Statement, line, whether a limit is on then, and whether it outlasts the file.

    None: it is that of a role or database, for every later session. SET LOCAL without a transaction does nothing.
    """
    whole = script.migration not in scene.gathered.by_statement
    blocks = in_explicit_block(script)
    for effect in script.effects:
        facts = effect.facts
        if not isinstance(facts, SettingFacts) or facts.name not in (_TIMEOUT, "all"):
            continue
        on = facts.computed or (facts.name == _TIMEOUT and facts.value not in (None, "0"))
        if effect.action is Action.ALTERS:
            yield effect.statement, effect.line, on, None
        elif not facts.local or whole or effect.statement in blocks:
            yield effect.statement, effect.line, on, not facts.local


def _unlimited(scene: Scene, migration: str, settings: list[_Setting], *, limited: bool) -> Iterator[Finding]:
    mine = deque((statement, on) for statement, _, on, lasts in settings if lasts is not None)
    for held in scene.held[migration]:
        while mine and mine[0][0] < held.event.statement:
            limited = mine.popleft()[1]
        table = None if limited else _strongly_locked(scene, held)
        if table is None:
            continue
        mode = held.by.mode if table is held.table else held.by.referenced or held.by.mode
        message = f"{held.by.command} waits for {mode.words} on {table_name(table, held.event.order)} without a "
        message += "lock_timeout: behind one long query it blocks everybody who comes after it"
        yield report(LCK005, held, scene.weight(LCK005, held), message, object=table.object)
        return


def _only_seen(scene: Scene, migration: str, settings: list[_Setting], *, limited: bool) -> Finding | None:
    runs = scene.gathered.rehearsal.runs if scene.gathered.rehearsal is not None else ()
    run = next((run for run in runs if run.migration == migration), None)
    if run is None:
        return None
    mine = [(statement, on) for statement, _, on, lasts in settings if lasts is not None]
    free = frozenset(
        trace.statement
        for trace in run.trace
        if not next((on for statement, on in reversed(mine) if statement < trace.statement), limited)
    )
    return strong_lock_only_seen(scene, run, free)


def _strongly_locked(scene: Scene, held: Held) -> Biography | None:
    """The table that was there before and that the event locks for all writers."""
    if held.by.command.startswith("LOCK TABLE"):
        # Somebody who locks by hand has thought about it: LCK007.
        return None
    if held.by.mode in STRONG and _is_judged(scene, held, held.table):
        return held.table
    if held.by.referenced not in STRONG:
        return None
    made = held.life.made
    facts = held.event.facts or (made.facts if made is not None else None)
    if not isinstance(facts, ConstraintFacts) or facts.referenced is None:
        return None
    other = biography_at(scene.history, facts.referenced, held.event.order)
    return other if other is not None and _is_judged(scene, held, other) else None


def _is_judged(scene: Scene, held: Held, table: Biography) -> bool:
    weight = weigh(LCK005, held.event, table, scene.gathered.deployment)
    return weight.severity is not None and not weight.why


def lck006(scene: Scene) -> Iterator[Finding]:
    """For each transaction that first locks an old table for everybody and then goes on working for long."""
    for migration in scene.history.migrations:
        for _, together in groupby(scene.held[migration], key=lambda held: held.transaction):
            yield from _long_after_lock(scene, list(together))


def _long_after_lock(scene: Scene, together: list[Held]) -> Iterator[Finding]:
    locks = [held for held in together if _locks_everybody(scene, held)]
    # What the deployment itself makes is only described, and does not hide what it locks for others.
    lock = next((held for held in locks if not scene.weight(LCK006, held).why), locks[0] if locks else None)
    if lock is None:
        return
    judged = not scene.weight(LCK006, lock).why
    # The actions of one ALTER TABLE are one command; in a DO block several commands are one statement.
    here = scene.command_place(lock.event)
    later = [
        held for held in together if held.event.order > lock.event.order and scene.command_place(held.event) != here
    ]
    works = {held: severity for held in later if (severity := _length(scene, held, judged=judged)) is not None}
    if not works:
        return
    worst = max(works.values())
    first = next(held for held, severity in works.items() if severity is worst)
    others = list(dict.fromkeys(_named(held) for held in works if held is not first))
    message = f"{_named(first)} runs while {lock.table_name} is locked with ACCESS EXCLUSIVE by "
    message += f"{lock.by.command} (line {lock.event.location.line}): reads and writes of {lock.table_name} wait"
    message += f"; so they do for {_listed(others)}" if others else ""
    yield report(LCK006, first, scene.weight(LCK006, lock), message, severity=worst, object=lock.table.object)


def _locks_everybody(scene: Scene, held: Held) -> bool:
    """A table that the same migration drops has no readers that could wait."""
    gone = held.table.dropped
    if held.by.mode is not LockMode.ACCESS_EXCLUSIVE or (gone and gone.migration == held.event.migration):
        return False
    return scene.weight(LCK006, held).severity is not None


def _length(scene: Scene, held: Held, *, judged: bool) -> Severity | None:
    """How bad the work is: all rows are written, or some, or read; None where it is short.

    `judged`: only what was there before the deployment can have many rows.
    """
    facts = held.event.facts if isinstance(held.event.facts, RowsFacts) else RowsFacts()
    if held.by.command == "INSERT":
        # Also into a table that the migration makes: what is read is old.
        return _of_insert(scene, held, facts, judged=judged)
    weight = scene.weight(LCK006, held)
    if weight.severity is None or (judged and weight.why) or held.by.work is Work.NOTHING:
        return None
    if held.by.command in ("UPDATE", "DELETE", "MERGE") and facts.unconditional:
        return LCK006.severity
    return None if held.by.command == "COPY" or not _is_real(scene, held) else Severity.NOTE


def _is_real(scene: Scene, held: Held) -> bool:
    """Whether the command does its work: a change of type or a SET NOT NULL may have nothing to do."""
    if held.by.command == "ALTER COLUMN TYPE":
        return rewrite_by(scene, held) is not None
    return held.by.command != "ALTER COLUMN SET NOT NULL" or row_check_by(scene, held) is not None


def _of_insert(scene: Scene, held: Held, facts: RowsFacts, *, judged: bool) -> Severity | None:
    """INSERT ... SELECT from a table that was there before."""
    reads = scene.reads.get((held.event.migration, held.event.statement), ())
    if not any(_is_old(scene, read, held, judged=judged) for read in reads):
        return None
    return LCK006.severity if facts.copies_all else Severity.NOTE


def _is_old(scene: Scene, read: ObjectRef, held: Held, *, judged: bool) -> bool:
    """Whether the relation is a table that the deployment (or else the same migration) has not made."""
    lives = scene.history.named(ObjectRef(kind=ObjectKind.TABLE, schema=read.schema, name=read.name))
    there = [life for life in lives if life.name_at(held.event.order) is not None] or list(lives)
    if judged:
        return any(scene.existed(life) for life in there)
    return any(life.made is None or life.made.migration != held.event.migration for life in there)


def _named(held: Held) -> str:
    """`UPDATE of User`, `CREATE INDEX of User`."""
    return f"{held.by.command} of {held.table_name}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more
