"""Where a finding is shown in a repository, and what makes it the same finding in the next run."""

import hashlib
import posixpath
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from pgready.findings import Finding, Severity
from pgready.model.location import Location
from pgready.model.migration import MigrationRecord
from pgready.verdict import AuditResult, Policy, blocks

__all__ = ["Level", "Places", "identities", "in_repository", "level"]

_SCHEMA_FILE = "prisma/schema.prisma"


class Level(StrEnum):
    """How a CI system shows a finding; the words of SARIF. ERROR exactly when it blocks."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


def level(finding: Finding, policy: Policy) -> Level:
    """ERROR for what makes the verdict NOT READY, and for nothing else: a red line of CI always has that reason.

    What somebody has accepted, and what only describes the history, is a note whatever its severity is.
    """
    if blocks(finding, policy):
        return Level.ERROR
    quiet = finding.suppressed is not None or finding.described or finding.severity is Severity.NOTE
    return Level.NOTE if quiet else Level.WARNING


def in_repository(file: str, root: str) -> str:
    """A file of the project as a path from the top of the repository, which the project lies `root` below.

    Code scanning and annotations take relative paths as relative to the repository (GitHub's "SARIF support for code
    scanning"), and a path that begins with `./` or `../` as unknown: what is outside of the repository is named as if
    it were at its top.
    """
    path = posixpath.normpath(posixpath.join(root, file.lstrip("/"))).lstrip("/")
    while path.startswith("../"):
        path = path[3:]
    return path


@dataclass(frozen=True)
class Places:
    """Places of findings in the files of a project."""

    audit: AuditResult

    def of(self, finding: Finding) -> Location:
        """The finding's own place, else that of the table or migration it is about, else the top of the schema.

        Code scanning refuses a result that has no place in a file, and a file without one of its findings is green.
        Where a migration has no file, the file of the one before it stands for it, else of the one behind it.
        """
        if finding.location is not None and finding.location.file not in self._instead:
            return finding.location
        if finding.location is not None:
            return Location(self._instead[finding.location.file])
        known = next((place for name in _prefixes(finding.object) if (place := self._known.get(name))), None)
        return known or self.whole

    @property
    def whole(self) -> Location:
        """The place of what is about the whole project: the top of the schema."""
        return Location(self._schema_file)

    @cached_property
    def _known(self) -> dict[str, Location]:
        tables = {str(table.name): table.location for table in self.audit.declared.tables if table.location}
        return tables | {it.name: Location(self._instead.get(it.file, it.file)) for it in self.audit.migrations}

    @cached_property
    def _instead(self) -> dict[str, str]:
        """File of a migration that is not there -> a file that is."""
        there = [record for record in self.audit.migrations if record.has_file]
        gone = [record for record in self.audit.migrations if not record.has_file]
        return {record.file: _neighbour(record, there) or self._schema_file for record in gone}

    @property
    def _schema_file(self) -> str:
        return next(iter(self.audit.project.schema_files), _SCHEMA_FILE)


def _neighbour(record: MigrationRecord, there: Sequence[MigrationRecord]) -> str | None:
    """The last one before it, else the first one behind it; None when there is no other."""
    before = [other.file for other in there if other.position < record.position]
    return before[-1] if before else next((other.file for other in there), None)


def _prefixes(name: str) -> Iterator[str]:
    """`public.T.c`, `public.T`, `public`: names may hold dots, so every way to cut is tried, the longest first."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def identities(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """One for each finding, 64 hexadecimal digits, unique among them: the same in the next run, on whatever line.

    Made of the rule, the object and the file, never of the line, the message or the severity; findings that agree in
    all of these are told apart by their number.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    return tuple(_identity(finding, seen) for finding in findings)


def _identity(finding: Finding, seen: Counter[tuple[str, ...]]) -> str:
    key = (finding.rule, finding.object, "" if finding.location is None else finding.location.file)
    seen[key] += 1
    parts = (*key, str(seen[key]))
    # The length in front of each part keeps parts apart that hold the separator.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
