"""DES010: constraints and unique indexes that rows from before the deployment may break."""

from collections.abc import Callable, Collection, Iterator

from pgready.checks.asked_rows import Subject, referenced_columns, same_column, sql_place, table_at, unmade_table
from pgready.checks.destruction.material import Case, Material, end_of, on_material, report
from pgready.checks.gathered import Check, Gathered
from pgready.checks.in_scope import table_of, weigh
from pgready.findings import CheckResult, Confidence, Evidence, Finding, Rule, Severity
from pgready.history import column_before
from pgready.model.deployment import DeploymentKind
from pgready.model.effects import Action
from pgready.model.facts import ColumnFacts, ConstraintFacts, Default, IndexFacts, RowsFacts
from pgready.model.history import Biography, Event
from pgready.model.names import ObjectKind, ObjectRef

__all__ = ["CHECKS"]

DES010 = Rule(
    id="DES010",
    title="Existing rows may break a new constraint",
    severity=Severity.WARN,
    evidence=(Evidence.READ,),
    condition="A unique index, UNIQUE or PRIMARY KEY over columns that exist before the deployment, where no unique "
    "index says the same already. As a note: a foreign key or CHECK over such columns that is checked at once (or "
    "validated), and SET NOT NULL on one that has a default. Where a statement before it may repair the rows (an "
    "UPDATE of one of the columns, a DELETE that reads a table), nothing. What CMP003 and DES009 say is not repeated.",
    effect="Where one row breaks it, `prisma migrate deploy` stops there (23505, 23503, 23514, 23502), with P3018, and "
    "refuses every later deployment (P3009) until someone resolves it by hand.",
    fix="Run the query that finds such rows on the database in use before the deployment, and repair them in a "
    "migration before this one.",
    source="PostgreSQL manual, CREATE INDEX (UNIQUE) and ALTER TABLE; Prisma's own generator writes the same warning "
    "into a migration that adds a unique constraint. No rehearsal can tell: its rows are made up, and are different.",
)


def des010(
    material: Material, reading: Collection[tuple[str, int]], failed: Collection[tuple[str, int | None]]
) -> Iterator[Finding]:
    """What the rows from before the deployment have to fit.

    By migration and number, `reading` are the statements that read a table, `failed` those that failed on rows.
    """
    history = material.history
    first = next((history.start_of(name) or 0 for name in history.migrations if material.deployment.runs(name)), 0)
    for migration in history.migrations:
        begins = first if material.deployment.runs(migration) else history.start_of(migration) or 0
        begins = history.start_of(migration) or 0 if material.deployment.kind is DeploymentKind.CLEAN else begins
        for event, life in history.events_of(migration):
            judge = _judge_of(event)
            if judge is None or (event.migration, event.statement) in failed:
                continue
            table = table_of(history, event) or unmade_table(event.object)
            weight = weigh(DES010, event, table, material.deployment)
            if weight.severity is not None:
                case = Case(event=event, life=life, weight=weight)
                found = judge(Subject(material=material, case=case, table=table, begins=begins, reading=reading))
                yield from (found,) if found is not None else ()


def _judge_of(event: Event) -> Callable[[Subject], Finding | None] | None:
    made = event.action is Action.CREATES
    if made and isinstance(event.facts, IndexFacts):
        return _unique if event.facts.unique else None
    if event.detail == "SET NOT NULL":
        return _not_null
    if event.detail == "VALIDATE CONSTRAINT" or (
        made and isinstance(event.facts, ConstraintFacts) and event.facts.valid and event.facts.columns
    ):
        return _constraint
    return None


def _unique(subject: Subject) -> Finding | None:
    facts = subject.event.facts
    if not isinstance(facts, IndexFacts) or _was_unique(subject, facts):
        return None
    names = [name for name in facts.columns if name is not None]
    older = [name for name in names if subject.is_older(name)]
    new = [name for name in names if name not in older]
    if not all(_adds_nothing(subject, name) for name in new) or _is_repaired(subject, names, alone=False):
        return None
    if (None in facts.columns and _has_new_columns(subject)) or not (older or None in facts.columns):
        return None
    columns = ", ".join(map(subject.sql_column, older))
    what = columns if len(older) == 1 else f"({columns})"
    what = what if None not in facts.columns else "values of its expressions"
    message = f"{subject.event.object.name} is unique over what was there before: where two rows of "
    message += f"{subject.sql_table()} have the same {what}, the deploy stops (23505)"
    return _report(subject, message, _duplicates(subject, facts, older), Severity.WARN)


def _duplicates(subject: Subject, facts: IndexFacts, older: list[str]) -> str:
    if None in facts.columns:
        return "SELECT the expressions of the index, count(*), GROUP BY them, HAVING count(*) > 1."
    columns = [subject.sql_column(name) for name in older]
    listed, given = ", ".join(columns), " AND ".join(f"{column} IS NOT NULL" for column in columns)
    query = f"SELECT {listed}, count(*) FROM {subject.sql_table()} WHERE {given} GROUP BY {listed} HAVING count(*) > 1;"  # noqa: S608  # shown to a reader, quoted
    return f"{query} (Only rows that the WHERE of the index leaves count.)" if facts.partial else query


def _was_unique(subject: Subject, facts: IndexFacts) -> bool:
    """Whether an index that is there when the deployment begins, or is made before this one, says it already."""
    asked = {same_column(subject, name, subject.event.order) for name in facts.columns if name is not None}
    for life in _members(subject):
        other = life.made.facts if life.made is not None and life.kind is ObjectKind.INDEX else None
        if not isinstance(other, IndexFacts) or not other.unique or life.made is None:
            continue
        known = {same_column(subject, name, life.made.order) for name in other.columns if name is not None}
        same = None in facts.columns and other.columns == facts.columns
        less = None not in other.columns and known <= asked
        if (same or less) and (not other.partial or facts.partial):
            return True
    return False


def _members(subject: Subject) -> Iterator[Biography]:
    """What belongs to the table and is there at some moment between the beginning and the event."""
    places = {each.object: None for each in subject.table.names} | {subject.table.object: None}
    lives = {id(life): life for place in places for life in subject.material.history.members(place)}
    for life in lives.values():
        made = life.made
        if (
            made is not None
            and made.order < subject.event.order
            and (life.ended is None or life.ended >= subject.begins)
        ):
            yield life


def _adds_nothing(subject: Subject, name: str) -> bool:
    """A new column that has one value in every row: whether rows are different is up to the others."""
    life = subject.column(name)
    made = life.made.facts if life is not None and life.made is not None else None
    return isinstance(made, ColumnFacts) and made.default is Default.CONSTANT


def _has_new_columns(subject: Subject) -> bool:
    """Whether an expression may be about a column that is new."""
    place = subject.table.name_at(subject.event.order) or subject.table.object
    members = subject.material.history.members(place)
    return any(life.kind is ObjectKind.COLUMN and not subject.is_older(life.object.name) for life in members)


def _is_repaired(subject: Subject, names: Collection[str], *, alone: bool) -> bool:
    """Whether a statement before it, of what is about to run too, writes one of the columns or deletes such rows.

    Rows that are wrong by themselves can be told by a condition (`alone`); those that others lack, or are equal to,
    only by reading a table.
    """
    for write in subject.table.events:
        facts = write.facts
        if not subject.begins <= write.order < subject.event.order or not isinstance(facts, RowsFacts):
            continue
        reads = (write.migration, write.statement) in subject.reading
        if facts.removes and (alone or facts.unconditional or reads):
            return True
        if write.action is Action.WRITES and set(facts.columns) & {*names} and str(write.detail)[:6] != "INSERT":
            return True
    return False


def _constraint(subject: Subject) -> Finding | None:
    made = subject.case.life.made
    facts = made.facts if made is not None else None
    if not isinstance(facts, ConstraintFacts) or not facts.columns or made is None:
        return None
    if not all(map(subject.is_older, facts.columns)) or _is_repaired(
        subject, facts.columns, alone=facts.referenced is None
    ):
        return None
    if facts.referenced is not None:
        return None if _was_key(subject, made, facts) else _reference(subject, facts, facts.referenced)
    return _check(subject) if str(made.detail).startswith("CHECK") else None


def _reference(subject: Subject, facts: ConstraintFacts, referenced: ObjectRef) -> Finding:
    table, target = subject.sql_table(), table_at(subject, referenced)
    own = [subject.sql_column(name) for name in facts.columns]
    other = referenced_columns(subject, facts, target)
    given = " AND ".join(f"t.{name} IS NOT NULL" for name in own)
    equal = " AND ".join(f"r.{theirs} = t.{name}" for name, theirs in zip(own, other, strict=False))
    place = sql_place((target.name_at(subject.begins) if target is not None else None) or referenced)
    message = f"foreign key {subject.event.object.name} is checked for the rows of {table} that are there: where one "
    message += f"refers to a row that {place} has not, the deploy stops (23503)"
    query = f"SELECT * FROM {table} AS t WHERE {given} AND NOT EXISTS (SELECT FROM {place} AS r WHERE {equal});"  # noqa: S608  # shown to a reader, quoted
    return _report(subject, message, query, Severity.NOTE)


def _was_key(subject: Subject, made: Event, facts: ConstraintFacts) -> bool:
    """Whether the same key was there: Prisma drops it and makes it anew to change what ON DELETE does."""
    asked = [same_column(subject, name, subject.event.order) for name in facts.columns], _target(subject, made)
    for life in _members(subject):
        other = life.made.facts if life.made is not None and life.made is not made else None
        if (
            life.made is not None
            and isinstance(other, ConstraintFacts)
            and other.referenced is not None
            and other.valid
        ):
            known = [same_column(subject, name, life.made.order) for name in other.columns], _target(subject, life.made)
            if known == asked:
                return True
    return False


def _target(subject: Subject, key: Event) -> object:
    facts = key.facts
    if not isinstance(facts, ConstraintFacts) or facts.referenced is None:
        return None
    life = table_at(subject, facts.referenced, key.order)
    return id(life) if life is not None else facts.referenced


def _check(subject: Subject) -> Finding:
    table = subject.sql_table()
    message = f"CHECK {subject.event.object.name} is checked for the rows of {table} that are there: where one breaks "
    message += "it, the deploy stops (23514)"
    return _report(subject, message, f"SELECT * FROM {table} WHERE NOT (the expression of the CHECK);", Severity.NOTE)  # noqa: S608  # shown to a reader, quoted


def _not_null(subject: Subject) -> Finding | None:
    event, life, history = subject.event, subject.case.life, subject.material.history
    name = event.object.name
    state = column_before(history, life, end_of(history, event.migration))
    # What has no default then is for CMP003 to say.
    filled_by_itself = state.default is not None or state.identity or state.generated
    if column_before(history, life, event.order).not_null or not filled_by_itself or not subject.is_older(name):
        return None
    if _is_repaired(subject, (name,), alone=True) or _is_proved(subject, name):
        return None
    table, column = subject.sql_table(), subject.sql_column(name)
    message = f"SET NOT NULL of {event.object}: where a row of {table} holds NULL, the deploy stops (23502); the "
    message += "default fills no row that is there"
    return _report(subject, message, f"SELECT count(*) FROM {table} WHERE {column} IS NULL;", Severity.NOTE)  # noqa: S608  # shown to a reader, quoted


def _is_proved(subject: Subject, name: str) -> bool:
    """Whether a CHECK that has been validated says that no row holds NULL."""
    for life in _members(subject):
        facts = life.made.facts if life.made is not None else None
        if isinstance(facts, ConstraintFacts) and name in facts.not_null:
            validated = (event.order for event in life.events if event.detail == "VALIDATE CONSTRAINT")
            if facts.valid or any(order < subject.event.order for order in validated):
                return True
    return False


def _report(subject: Subject, message: str, query: str, severity: Severity) -> Finding:
    fix = f"Before the deployment, on the database in use: {query} Repair what it finds in a migration before this one."
    return report(DES010, subject.case, message, severity=severity, confidence=Confidence.MEDIUM, fix=fix)


def _check_of(gathered: Gathered) -> CheckResult:
    """Where the rehearsal saw the statement fail on rows, DES009 has said it."""
    rehearsal = gathered.rehearsal
    failures = rehearsal.rows.failures if rehearsal is not None and rehearsal.rows is not None else ()
    failed = {(each.migration, each.statement) for each in failures}
    reading = {
        (script.migration, effect.statement)
        for script in gathered.scripts
        for effect in script.effects
        if effect.action is Action.READS
    }
    return on_material(DES010, lambda material: des010(material, reading, failed)).judge(gathered)


CHECKS = (Check(rule=DES010, judge=_check_of),)
