"""Two schemas compared: each a project directory or an audit.json."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pgready.checks import RULES
from pgready.config import Config, load_config, refuse_lone_baseline
from pgready.errors import ConfigError, ReportError, SourceError
from pgready.graph.comparison.studies import compare_studies
from pgready.graph.comparison.values import Direction, IsolationChange
from pgready.graph.grouping import resolve_groups, with_undeclared
from pgready.graph.isolation import IsolationRules
from pgready.graph.study import Study, Tolerance, make_study, study_of
from pgready.model.groups import UNGROUPED, Grouping
from pgready.model.schema import ForeignKey, Schema
from pgready.model.suppressions import Suppression
from pgready.orchestrator.request import make_request
from pgready.reports.document import decode
from pgready.sources.prisma import locate, read_schema
from pgready.verdict import AuditResult, ExitCode, Policy

__all__ = ["Comparison", "compare", "exit_code"]

_MOST_BYTES = 512 * 1024 * 1024
_FAMILY = "ISO"
"""Rules on the isolation of groups: whether their findings are seen is a rule of the project like any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The change, and the two places as they were given."""

    before: str
    after: str
    change: IsolationChange


def compare(before: str | Path, after: str | Path, *, config: str | Path | None = None) -> Comparison:
    """Compare the isolation of two schemas, each a project directory or an audit.json of `pgready audit` or `check`.

    Of a directory the declared schema is read, without its migrations and without a rehearsal; it is judged by its
    own pgready.toml. No check runs, so that `policy.required` plays no part. An audit is judged by the configuration
    that it was made with; of its suppressions those count that accepted a finding. What the migrations make counts
    where both sides are audits whose rehearsals ended.
    `config` (from the working directory) judges both by the groups and rules of one file; which schema is read stays
    each project's own affair. Raises SourceError and ConfigError for input that cannot be read; the message says on
    which side.
    """
    shared = None if config is None else load_config(_expanded(config), shown_as=str(config), rules=RULES)
    one, other = (_read(_expanded(path), str(path), shared) for path in (before, after))
    return Comparison(before=str(before), after=str(after), change=compare_studies(one, other))


def _expanded(path: str | Path) -> Path:
    if not isinstance(path, str | Path):
        raise ConfigError(f"{path!r:.80} is no path; expected a project directory or an audit.json")
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise SourceError(
            "there is no such home directory; ./ before the name means a file here", path=str(path)
        ) from (error)


def exit_code(change: IsolationChange) -> int:
    """0 better or same, 1 worse or mixed, 3 unsure."""
    match change.direction:
        case Direction.BETTER | Direction.SAME:
            return ExitCode.READY
        case Direction.UNSURE:
            return ExitCode.INCONCLUSIVE
        case _:
            return ExitCode.NOT_READY


def _read(path: Path, shown: str, config: Config | None) -> Study:
    try:
        return _audit(path, shown, config) if path.is_file() else _project(path, config)
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", path=shown) from error
    except SourceError as error:
        raise _within(shown, error) from error
    except ConfigError as error:
        raise ConfigError(f"{shown}: {error}") from error


def _within(shown: str, error: SourceError) -> SourceError:
    """The same mistakes, each with the side in front: both sides have a prisma/schema.prisma."""
    path = shown if error.path in {".", shown, str(Path(shown).expanduser())} else f"{shown.rstrip('/')}/{error.path}"
    others = tuple(_within(shown, each) for each in error.others)
    return SourceError(error.message, path=path, line=error.line, column=error.column, others=others)


def _project(path: Path, config: Config | None) -> Study:
    if config is None:
        refuse_lone_baseline(path)
    # Migrations are not read here, so those that pgready.toml names need not be there.
    request = make_request(path, migrations=".", rehearse=False)
    return _study(read_schema(locate(request.root, schema=request.schema)), None, config or request.config)


def _audit(path: Path, shown: str, config: Config | None) -> Study:
    if path.stat().st_size > _MOST_BYTES:
        raise SourceError(f"is too large: expected at most {_MOST_BYTES} bytes", path=shown)
    try:
        audit = decode(path.read_bytes())
    except ReportError as error:
        raise SourceError(f"{error}; expected a project directory or an audit.json", path=shown) from error
    if (wrong := next(_contradictions(audit), None)) is not None:
        raise SourceError(f"contradicts itself: {wrong}; expected an audit as pgready writes it", path=shown)
    study = study_of(audit)
    if config is not None:
        return _study(study.declared, study.rehearsed, config)
    accepted = (
        Suppression(rule=it.rule, object=it.object, reason=it.suppressed) for it in audit.findings if it.suppressed
    )
    return replace(study, tolerance=_tolerance(accepted, audit.policy))


def _contradictions(audit: AuditResult) -> Iterator[str]:
    """What no audit can hold, and what would be compared as something else than it is."""
    structures = [audit.declared, *([audit.rehearsal.schema] if audit.rehearsal is not None else [])]
    for structure in structures:
        yield from (f"the table {table} stands in it twice" for table in _twice(it.name for it in structure.tables))
        for table in structure.tables:
            yield from (f"{wrong} of {table.name}" for key in table.foreign_keys for wrong in _faults(key))
            yield from (
                f"the foreign key {key.name!r} of {table.name} says that it is of {key.table}"
                for key in table.foreign_keys
                if key.table != table.name
            )
    yield from _group_faults(audit.grouping)


def _faults(key: ForeignKey) -> Iterator[str]:
    if not key.columns:
        yield f"the foreign key {key.name!r} without a column"
    if len(key.columns) != len(key.referenced_columns):
        yield f"the foreign key {key.name!r} from {len(key.columns)} to {len(key.referenced_columns)} columns"


def _group_faults(grouping: Grouping) -> Iterator[str]:
    names = [group.name for group in grouping.groups]
    yield from (f"the group {name!r} stands in it twice" for name in _twice(names))
    yield from (f"a group is called {UNGROUPED!r}" for _ in range(names.count(UNGROUPED)))
    held = (table for group in grouping.groups for table in group.tables)
    yield from (f"the table {table} is in two groups" for table in _twice(held))


def _twice(found: Iterable[object]) -> list[object]:
    return [it for it, number in Counter(found).items() if number > 1]


def _study(declared: Schema, rehearsed: Schema | None, config: Config) -> Study:
    grouping = resolve_groups(
        with_undeclared(declared, rehearsed),
        config.groups,
        config.keys,
        groups_from=config.groups_from,
        rehearsed=rehearsed,
    )
    rules = IsolationRules(contracts=config.contracts, hubs=config.hubs, accepted=config.crossings)
    study = make_study(declared, rehearsed, grouping, rules)
    return replace(study, tolerance=_tolerance(config.suppressions, config.policy))


def _tolerance(suppressions: Iterable[Suppression], policy: Policy) -> Tolerance:
    """What becomes of findings on isolation; a rule whose severity is not named has its own."""
    rules = [rule for rule in RULES.values() if rule.id.startswith(_FAMILY)]
    return Tolerance(
        suppressions=tuple(it for it in suppressions if it.rule.startswith(_FAMILY)),
        severities={rule.id: policy.severities.get(rule.id, rule.severity) for rule in rules},
        blocking=policy.blocking,
    )
