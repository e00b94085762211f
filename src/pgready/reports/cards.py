"""The values of an audit as blocks, each for itself: what a person wants to see who only typed its name.

Nothing here needs the audit that a value came from, but the card of the audit itself.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from pgready.findings import CheckResult, Finding, Outcome, Rule, Severity
from pgready.model.groups import ContractOutcome, ContractVerdict, Grouping
from pgready.model.migration import MigrationRecord
from pgready.model.names import ObjectRef, QualifiedName
from pgready.model.schema import ForeignKey, Schema, Table
from pgready.model.trace import MigrationRun, Rehearsal, RunOutcome
from pgready.reports.blocks import Block, Bullets, Fact, Facts, Fold, Line, Prose, Span, Stack
from pgready.reports.lines import bad, capped, code, count, good, line, listing, muted, open_, place, said, strong, warn
from pgready.verdict import AuditResult

__all__ = ["CARDS", "audit_card"]

_ROWS, _NAMED = 50, 12
_PLURALS = {"index": "indexes"}
_SEVERITIES: Mapping[Severity, Callable[[str], Span]] = MappingProxyType(
    {Severity.BLOCK: bad, Severity.WARN: warn, Severity.NOTE: muted}
)
_OUTCOMES: Mapping[Outcome, Callable[[str], Span]] = MappingProxyType(
    {Outcome.PASSED: good, Outcome.FAILED: bad, Outcome.SKIPPED: open_, Outcome.ERRORED: bad}
)


def audit_card(audit: AuditResult) -> Block:
    """The verdict, the big numbers, and what to look at next."""
    from pgready.reports import views  # noqa: PLC0415 - imports matplotlib

    blocking, others = len(audit.blocking), len(audit.findings) - len(audit.blocking)
    missing = "which tables and keys a clean deploy leaves out, and why"
    items = (
        line(
            code("audit.findings"),
            f": {count(blocking, 'blocking finding')}, {count(others, 'other')}; by cause: ",
            code("views.findings(audit)"),
        ),
        line(code("views.missing(audit)"), f": {missing}"),
        line(
            code("views.tables(audit)"), ": every table; ", code("views.find(audit, 'email')"), ": a name in the schema"
        ),
        line(code("views.not_checked(audit)"), ": what the verdict does not cover"),
        line(
            code("audit.declared"), ", ", code("audit.rehearsal"), ", ", code("audit.grouping"), ": the values behind"
        ),
    )
    hint = Prose(lines=(line("Look next, with ", code("from pgready.reports import views"), ":"),))
    return Stack(body=(views.verdict(audit).block, views.figures(audit).block, hint, Bullets(items=items)))


def _facts(*pairs: tuple[str, Line | None]) -> Facts:
    return Facts(facts=tuple(Fact(term=term, line=told) for term, told in pairs if told))


def _schema(schema: Schema) -> Block:
    keys = sum(len(table.foreign_keys) for table in schema.tables)
    columns = sum(len(table.columns) for table in schema.tables)
    sizes = (
        f"{count(len(schema.tables), 'table')}, {count(columns, 'column')}, {count(keys, 'foreign key')}, "
        f"{count(len(schema.enums), 'enum')}, {count(len(schema.views), 'view')}"
    )
    into: dict[object, int] = {}
    for key in schema.foreign_keys():
        into[key.referenced_table] = into.get(key.referenced_table, 0) + 1
    rows = [
        (
            line(code(table.name)),
            line(str(len(table.columns))),
            line(str(len(table.indexes))),
            line(str(len(table.foreign_keys))),
            line(str(into.get(table.name, 0))),
        )
        for table in schema.tables
    ]
    heads = ("Table", "#Columns", "#Indexes", "#Keys out", "#Keys in")
    tables = (capped("Tables", heads, rows, _ROWS),) if rows else ()
    extensions = (_facts(("Extensions", listing(schema.extensions))),) if schema.extensions else ()
    return Stack(body=(Prose(lines=(line(strong("Schema"), f" {sizes}"),)), *extensions, *tables))


def _table(table: Table) -> Block:
    primary = table.primary_key.columns if table.primary_key else ()
    foreign = {column for key in table.foreign_keys for column in key.columns}
    rows = [
        (
            line(code(it.name)),
            line(code(it.type)),
            line(muted("NOT NULL") if it.not_null else "NULL"),
            line(code(it.default)) if it.default else (),
            line(" ".join(["PK"] * (it.name in primary) + ["FK"] * (it.name in foreign))),
        )
        for it in table.columns
    ]
    facts = _facts(
        ("Table", line(code(table.name))),
        ("Model", line(code(table.model)) if table.model else None),
        ("Declared", place(table.location) if table.location else None),
        ("Primary key", listing(primary) if primary else line(muted("none"))),
        ("Comment", line(table.comment) if table.comment else None),
        ("Partition of", line(code(table.partition_of)) if table.partition_of else None),
    )
    columns = capped("Columns", ("Column", "Type", "NULL", "Default", "Key"), rows)
    parts = [
        line(code(it.name), f" {'unique index' if it.unique else 'index'} on ", listing(it.columns))
        for it in table.indexes
    ]
    parts += [_key(it) for it in table.foreign_keys]
    return Stack(body=(facts, columns, *((Bullets(items=tuple(parts)),) if parts else ())))


def _key(key: ForeignKey) -> Line:
    target = f"{key.referenced_table.name}({', '.join(key.referenced_columns)})"
    return line(code(key.name), " ", listing(key.columns), " to ", code(target), f" ON DELETE {key.on_delete}")


def _finding(finding: Finding) -> Block:
    doubt = f", {finding.confidence} confidence" if finding.confidence != "high" else ""
    head = line(
        _SEVERITIES[finding.severity](finding.severity.word), " ", code(finding.rule), " ", said(finding.message)
    )
    return Stack(
        body=(
            Prose(lines=(head,)),
            _facts(
                ("Object", line(code(finding.object))),
                ("Place", place(finding.location) if finding.location else None),
                ("Fix", said(finding.fix) if finding.fix else None),
                ("Known from", line(f"{finding.evidence}{doubt}")),
                ("Accepted", line(finding.suppressed) if finding.suppressed else None),
                ("Judged", line("no: it tells of the history") if finding.described else None),
                ("More", line(code(f"pgready explain {finding.rule}"))),
            ),
        )
    )


def _check(check: CheckResult) -> Block:
    head = line(code(check.rule), " ", _OUTCOMES[check.outcome](check.outcome.value), f" {check.why}")
    rows = [
        (line(_SEVERITIES[it.severity](it.severity.word)), said(it.message), place(it.location))
        for it in check.findings
    ]
    found = (capped("Findings", ("Severity", "What", "Where"), rows, _ROWS),) if rows else ()
    noise = [line(code(it.object), f" {it.kind}: {it.detail}") for it in check.noise[:_ROWS]]
    more = len(check.noise) - len(noise)
    passed_over = (
        (
            Fold(
                summary=line(f"{count(len(check.noise), 'difference')} that Prisma does not compare"),
                body=(Bullets(items=tuple(noise), more=more),),
            ),
        )
        if noise
        else ()
    )
    return Stack(body=(Prose(lines=(head,)), *found, *passed_over))


def _rule(rule: Rule) -> Block:
    head = line(_SEVERITIES[rule.severity](rule.severity.word), " ", code(rule.id), " ", strong(rule.title))
    return Stack(
        body=(
            Prose(lines=(head,)),
            _facts(
                ("When", said(rule.condition)),
                ("Then", said(rule.effect)),
                ("Fix", said(rule.fix)),
                ("Source", said(rule.source)),
                ("Known from", line(", ".join(rule.evidence))),
            ),
        )
    )


def _run(run: MigrationRun) -> Block:
    error = run.error
    return _facts(
        ("Migration", line(f"{run.position} ", code(run.migration))),
        ("Outcome", line(_outcome(run))),
        ("Error", line(f"{error.sqlstate}: {error.message}") if error else None),
        ("Took", line(f"{run.duration_ms:.0f} ms")),
        ("Made", _refs(run.made) or _made_nothing(run)),
        ("Dropped", _refs(run.dropped)),
        ("Second run", line(run.rerun.outcome.value) if run.rerun else _why_not(run.rerun_skipped)),
        ("Stopped midway", line(count(len(run.crash_points), "time")) if run.crash_points else None),
    )


def _made_nothing(run: MigrationRun) -> Line | None:
    """A migration that is applied and changes no catalog may have skipped all of it; the run does not know that."""
    if run.outcome is not RunOutcome.APPLIED or run.dropped:
        return None
    return line(warn("nothing at all"), "; what a guard left out: ", code("audit.skips"))


def _outcome(run: MigrationRun) -> Span:
    known = {RunOutcome.APPLIED: good, RunOutcome.FAILED: bad}
    return known.get(run.outcome, open_)(run.outcome.value)


def _why_not(reason: str | None) -> Line | None:
    return line(open_("not tried"), f": {reason}") if reason else None


def _refs(refs: Iterable[ObjectRef]) -> Line | None:
    """How many of each kind, and by name those that stand alone."""
    refs = tuple(refs)
    kinds = Counter(ref.kind.value for ref in refs)
    told = ", ".join(count(number, kind, _PLURALS.get(kind)) for kind, number in kinds.most_common())
    alone = [ref for ref in refs if ref.table is None]
    return line(told, ": " if alone else "", listing(alone, _NAMED)) if refs else None


def _record(record: MigrationRecord) -> Block:
    return _facts(
        ("Migration", line(f"{record.position} ", code(record.name))),
        ("File", line(code(record.file), "" if record.has_file else bad(" is not there"))),
        ("Statements", line(str(record.statements))),
        ("Not valid SQL", line(record.unreadable) if record.unreadable else None),
        ("Dynamic SQL", listing(record.opaque, _NAMED) if record.opaque else None),
        ("SHA-256", line(code(record.checksum)) if record.checksum else None),
    )


def _rehearsal(rehearsal: Rehearsal) -> Block:
    applied = sum(run.outcome is RunOutcome.APPLIED for run in rehearsal.runs)
    told = f"{applied} of {count(len(rehearsal.runs), 'migration')} applied"
    idle = sum(_made_nothing(run) is not None for run in rehearsal.runs if not run.made)
    facts = _facts(
        ("Rehearsal", line(told if rehearsal.complete else bad(told))),
        ("Server", line(f"PostgreSQL {rehearsal.server.version}, {rehearsal.server.origin}")),
        ("Made", line(count(len(rehearsal.schema.tables), "table"))),
        (
            "Made nothing",
            line(warn(count(idle, "migration")), " applied without any effect on the catalog") if idle else None,
        ),
        ("Left out", line("not told here; what guards skipped: ", code("audit.skips"))),
        ("Imitated", listing(rehearsal.shims) if rehearsal.shims else None),
        ("Took", line(f"{rehearsal.duration_ms / 1000:.1f} s") if rehearsal.duration_ms else None),
    )
    rows = [
        (
            line(str(it.position)),
            line(code(it.migration)),
            line(_outcome(it)),
            line(str(len(it.made))),
            line(_again(it)),
        )
        for it in rehearsal.runs
    ]
    table = capped("Migrations", ("#No.", "Migration", "Outcome", "#Objects made", "Second run"), rows)
    return Stack(body=(facts, *((table,) if rows else ())))


def _made(run: MigrationRun) -> str:
    return str(len(run.made))


def _again(run: MigrationRun) -> str:
    return run.rerun.outcome.value if run.rerun is not None else "not tried"


def _grouping(grouping: Grouping) -> Block:
    rows = [
        _group_row(line(it.name), it.tables, line(code(it.key)) if it.key is not None else ()) for it in grouping.groups
    ]
    if grouping.ungrouped:
        rows.append(_group_row(line(warn("in no group")), grouping.ungrouped))
    if not rows:
        return Prose(lines=(line(open_("No group"), " is declared, and there is no table."),))
    return capped("Feature groups", ("Group", "#Tables", "Key", "Its tables"), rows)


def _group_row(name: Line, tables: Sequence[QualifiedName], key: Line = ()) -> tuple[Line, ...]:
    return name, line(str(len(tables))), key, listing((table.name for table in tables), _NAMED)


def _contract(verdict: ContractVerdict) -> Block:
    marks = {ContractOutcome.PASSED: good, ContractOutcome.FAILED: bad}
    head = line(marks.get(verdict.outcome, warn)(verdict.outcome.value), " ", strong(verdict.contract.name))
    broken = [line(code(it.foreign_key), f" {it.from_group} to {it.to_group}: {it.reason}") for it in verdict.broken_by]
    broken += [said(it.sentence) for it in verdict.violations]
    kind = line(f"{verdict.contract.kind.value} of ", listing(verdict.contract.groups) or line("all"))
    bullets = (Bullets(items=tuple(broken[:_ROWS]), more=max(0, len(broken) - _ROWS)),) if broken else ()
    return Stack(body=(Prose(lines=(head, kind)), *bullets))


CARDS: Mapping[type, Callable[..., Block]] = MappingProxyType(
    {
        AuditResult: audit_card,
        CheckResult: _check,
        ContractVerdict: _contract,
        Finding: _finding,
        Grouping: _grouping,
        MigrationRecord: _record,
        MigrationRun: _run,
        Rehearsal: _rehearsal,
        Rule: _rule,
        Schema: _schema,
        Table: _table,
    }
)
"""Type of a value -> what makes its card."""
