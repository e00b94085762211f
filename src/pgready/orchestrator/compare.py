"""Two schemas compared: each a project directory or an audit.json."""

from dataclasses import dataclass
from pathlib import Path

from pgready.checks import RULES
from pgready.config import Config, load_config
from pgready.errors import ReportError, SourceError
from pgready.graph.comparison.studies import compare_studies
from pgready.graph.comparison.values import Direction, IsolationChange
from pgready.graph.grouping import resolve_groups, with_undeclared
from pgready.graph.isolation import IsolationRules
from pgready.graph.study import Study, make_study, study_of
from pgready.model.schema import Schema
from pgready.orchestrator.request import make_request
from pgready.reports.document import decode
from pgready.sources.prisma import locate, read_schema
from pgready.verdict import ExitCode

__all__ = ["Comparison", "compare", "exit_code"]

_MOST_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The change, and the two places as they were given."""

    before: str
    after: str
    change: IsolationChange


def compare(before: str | Path, after: str | Path, *, config: str | Path | None = None) -> Comparison:
    """Compare the isolation of two schemas, each a project directory or an audit.json of `pgready audit` or `check`.

    Of a directory the declared schema is read, without its migrations and without a rehearsal; it is judged by its
    own pgready.toml. An audit is judged by the configuration that it was made with. What the migrations make counts
    where both sides are audits whose rehearsals ended. `config` (from the working directory) judges both by the groups
    and rules of one file; which schema is read stays each project's own affair.
    Raises SourceError and ConfigError for input that cannot be read.
    """
    shared = None if config is None else load_config(Path(config).expanduser(), shown_as=str(config), rules=RULES)
    one, other = (_read(Path(path).expanduser(), str(path), shared) for path in (before, after))
    return Comparison(before=str(before), after=str(after), change=compare_studies(one, other))


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


def _within(shown: str, error: SourceError) -> SourceError:
    """The same mistakes, each with the side in front: both sides have a prisma/schema.prisma."""
    path = shown if error.path in {".", shown, str(Path(shown).expanduser())} else f"{shown.rstrip('/')}/{error.path}"
    others = tuple(_within(shown, each) for each in error.others)
    return SourceError(error.message, path=path, line=error.line, column=error.column, others=others)


def _project(path: Path, config: Config | None) -> Study:
    # Migrations are not read here, so those that pgready.toml names need not be there.
    request = make_request(path, migrations=".", rehearse=False)
    return _study(read_schema(locate(request.root, schema=request.schema)), None, config or request.config)


def _audit(path: Path, shown: str, config: Config | None) -> Study:
    if path.stat().st_size > _MOST_BYTES:
        raise SourceError(f"is too large: expected at most {_MOST_BYTES} bytes", path=shown)
    try:
        study = study_of(decode(path.read_bytes()))
    except ReportError as error:
        raise SourceError(f"{error}; expected a project directory or an audit.json", path=shown) from error
    return study if config is None else _study(study.declared, study.rehearsed, config)


def _study(declared: Schema, rehearsed: Schema | None, config: Config) -> Study:
    grouping = resolve_groups(
        with_undeclared(declared, rehearsed),
        config.groups,
        config.keys,
        groups_from=config.groups_from,
        rehearsed=rehearsed,
    )
    rules = IsolationRules(contracts=config.contracts, hubs=config.hubs, accepted=config.crossings)
    return make_study(declared, rehearsed, grouping, rules)
