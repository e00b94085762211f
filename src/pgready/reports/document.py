"""`audit.json`: the contract between the audit, the notebooks and everybody else.

Format `pgready-audit/1`: documented in docs/reference/audit-json.md, lossless (`decode(encode(result)) == result`), and
versioned: keys are added, never renamed, within a version. Objects are named `schema.table`, units stand in the key
names, paths are relative to the project.
"""

import os
import re
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from cattrs import BaseValidationError, Converter, transform_error

from pgready import __version__
from pgready.errors import ReportError
from pgready.findings import CheckResult, Severity
from pgready.model.deployment import Deployment
from pgready.model.groups import ContractVerdict, Crossing, DeclaredCrossing, Grouping
from pgready.model.lives import Life, Misplaced
from pgready.model.locks import LockMode
from pgready.model.migration import MigrationRecord
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema
from pgready.model.trace import Rehearsal, Skip
from pgready.model.unkeyed import UnkeyedColumns
from pgready.reports.files import write_atomically
from pgready.reports.notebooks.staging import staged
from pgready.reports.scrub import make_scrubber
from pgready.reports.visible import shorten
from pgready.verdict import AuditResult, Judgement, Policy, ProjectInfo, RunInfo, Verdict

__all__ = [
    "AUDIT_NAME",
    "FORMAT",
    "audit_converter",
    "decode",
    "decode_rehearsal",
    "encode",
    "encode_rehearsal",
    "encode_without_secrets",
    "write_audit",
]

FORMAT = "pgready-audit/1"
AUDIT_NAME = "audit.json"

_AUDIT = re.compile(r"pgready-audit/\d+")
_MOST_SAID = 200
_FEW = 3


def write_audit(result: AuditResult, output_dir: str | Path) -> Path:
    """Write `audit.json` into a directory, atomically and without secrets; the file's path. Raises ReportError.

    In a notebook that `pgready audit` runs, the file is there when all notebooks have been run and agree.
    """
    path = Path(output_dir) / AUDIT_NAME
    write_atomically(staged(path), encode_without_secrets(result))
    return path


def encode_without_secrets(result: AuditResult) -> bytes:
    """What leaves this machine: a migration may quote a credential of the environment, and a server repeats it."""
    document = make_scrubber(os.environ).value(_document(result))
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def encode(result: AuditResult) -> bytes:
    """The document as indented UTF-8 JSON with a final newline; the same result gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(_document(result)), indent=2) + b"\n"


def decode(content: bytes) -> AuditResult:
    """The result that a document holds, also of another version of pgready that wrote the same format.

    Keys that are not known are passed over, and what an older version did not know has its default. Raises ReportError
    for anything that is not a document of this format.
    """
    try:
        document = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ReportError(f"not an audit: {error}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ReportError(f"not an audit of format {FORMAT}{_other_format(document)}")
    try:
        return _result(document)
    except Exception as error:
        raise ReportError(f"not a complete audit of format {FORMAT}{_writer(document)}: {_faults(error)}") from error


def _other_format(document: object) -> str:
    """What it is instead, where it says so: another version of the format needs another pgready."""
    found = document.get("format") if isinstance(document, dict) else None
    if not isinstance(found, str):
        return ""
    newer = f", which another version of pgready reads than this one ({__version__})" if _AUDIT.match(found) else ""
    return f", but of {shorten(found, _MOST_SAID)!r}{newer}"


def _writer(document: dict[str, Any]) -> str:
    """Which version wrote it, where that is another one: it may know values that this one does not."""
    run = document.get("run")
    version = run.get("pgready") if isinstance(run, dict) else None
    if not isinstance(version, str) or version == __version__:
        return ""
    return f" (pgready {shorten(version, _MOST_SAID)} wrote it, this is {__version__})"


def _faults(error: Exception) -> str:
    """The first few places that are wrong, each with its path in the document."""
    if not isinstance(error, BaseValidationError):
        return shorten(f"{type(error).__name__}: {error}", _MOST_SAID)
    faults = transform_error(error)
    named = "; ".join(shorten(fault, _MOST_SAID) for fault in faults[:_FEW])
    return f"{named}; and {len(faults) - _FEW} more" if len(faults) > _FEW else named


def encode_rehearsal(rehearsal: Rehearsal) -> bytes:
    """A rehearsal alone, for the store of evidence."""
    return msgspec.json.encode(audit_converter().unstructure(rehearsal))


def decode_rehearsal(content: bytes) -> Rehearsal:
    """The rehearsal that `encode_rehearsal` wrote; raises ValueError, KeyError or TypeError for anything else."""
    plain = msgspec.json.decode(content)
    return _rehearsal_of({"rehearsal": plain, "rehearsed": plain["schema"], "runs": plain["runs"]})


def _document(result: AuditResult) -> dict[str, Any]:
    plain = audit_converter().unstructure
    rehearsal = result.rehearsal
    return {
        "format": FORMAT,
        "run": plain(result.run),
        "project": plain(result.project),
        "scope": result.scope,
        "verdict": result.verdict.value,
        "reason": result.judgement.reason,
        "exit_code": result.judgement.exit_code,
        "policy": plain(result.policy),
        "checks": [_without(plain(check), "findings") for check in result.checks],
        "findings": [plain(finding) for check in result.checks for finding in check.findings],
        "opaque": list(result.opaque),
        "declared": plain(result.declared),
        "rehearsed": plain(rehearsal.schema) if rehearsal is not None else None,
        "live": None,
        "rehearsal": _rehearsal(rehearsal, plain),
        "rehearsal_skipped": result.rehearsal_skipped,
        "groups": plain(result.grouping.groups),
        "grouping": _without(plain(result.grouping), "groups"),
        "crossings": plain(result.crossings),
        "contracts": plain(result.contracts),
        "hubs": list(result.hubs),
        "accepted_crossings": plain(result.accepted_crossings),
        "required_migrations": list(result.required_migrations),
        "required_models": plain(result.required_models),
        "resilient_migrations": list(result.resilient_migrations),
        "deployment": plain(result.deployment),
        "unkeyed": plain(result.unkeyed),
        "lives": plain(result.lives),
        "misplaced": plain(result.misplaced),
        "migrations": [_migration(record, result, plain) for record in result.migrations],
    }


def _rehearsal(rehearsal: Rehearsal | None, plain: Any) -> dict[str, Any] | None:  # noqa: ANN401  # cattrs says Any
    return None if rehearsal is None else _without(plain(rehearsal), "runs", "schema")


def _migration(record: MigrationRecord, result: AuditResult, plain: Any) -> dict[str, Any]:  # noqa: ANN401  # likewise
    """One migration with everything known of it; `recorded` is for what has not been looked at yet."""
    runs = result.rehearsal.runs if result.rehearsal is not None else ()
    run = next((run for run in runs if run.migration == record.name), None)
    return {
        **plain(record),
        **(_without(plain(run), "migration", "position") if run is not None else {"outcome": None, "trace": None}),
        "skips": [plain(skip) for skip in result.skips if skip.migration == record.name],
        "recorded": None,
    }


def _without(document: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in keys}


def _result(document: dict[str, Any]) -> AuditResult:
    structure = audit_converter().structure
    findings: dict[str, list[Any]] = {}
    for finding in document["findings"]:
        findings.setdefault(finding["rule"], []).append(finding)
    checks = [{**check, "findings": findings.get(check["rule"], [])} for check in document["checks"]]
    rehearsal = document["rehearsal"]
    return AuditResult(
        run=structure(document["run"], RunInfo),
        project=structure(document["project"], ProjectInfo),
        scope=structure(document["scope"], str),
        judgement=Judgement(verdict=Verdict(document["verdict"]), reason=structure(document["reason"], str)),
        policy=structure(document["policy"], Policy),
        checks=structure(checks, tuple[CheckResult, ...]),
        declared=structure(document["declared"], Schema),
        grouping=structure({**document["grouping"], "groups": document["groups"]}, Grouping),
        migrations=structure(document["migrations"], tuple[MigrationRecord, ...]),
        crossings=structure(document["crossings"], tuple[Crossing, ...]),
        contracts=structure(document["contracts"], tuple[ContractVerdict, ...]),
        hubs=structure(document.get("hubs", ()), tuple[str, ...]),
        accepted_crossings=structure(document.get("accepted_crossings", ()), tuple[DeclaredCrossing, ...]),
        required_migrations=structure(document.get("required_migrations", ()), tuple[str, ...]),
        required_models=_models_or_none(document.get("required_models")),
        resilient_migrations=structure(document.get("resilient_migrations", ()), tuple[str, ...]),
        deployment=structure(document.get("deployment", {}), Deployment),
        lives=structure(document.get("lives", ()), tuple[Life, ...]),
        misplaced=structure(document.get("misplaced", ()), tuple[Misplaced, ...]),
        unkeyed=structure(document.get("unkeyed", {}), UnkeyedColumns),
        skips=structure([skip for each in document["migrations"] for skip in each["skips"]], tuple[Skip, ...]),
        rehearsal=None if rehearsal is None else _rehearsal_of(document | {"runs": _runs(document["migrations"])}),
        rehearsal_skipped=_text_or_none(document["rehearsal_skipped"]),
        opaque=structure(document["opaque"], tuple[str, ...]),
    )


def _text_or_none(value: object) -> str | None:
    return None if value is None else audit_converter().structure(value, str)


def _models_or_none(value: object) -> dict[str, tuple[str, ...]] | None:
    return None if value is None else audit_converter().structure(value, dict[str, tuple[str, ...]])


def _runs(migrations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The runs; before statements were traced, `trace` was null."""
    return [
        {**each, "migration": each["name"], "trace": each.get("trace") or ()}
        for each in migrations
        if each["outcome"] is not None
    ]


def _rehearsal_of(document: dict[str, Any]) -> Rehearsal:
    plain = {**document["rehearsal"], "runs": document["runs"], "schema": document["rehearsed"]}
    return audit_converter().structure(plain, Rehearsal)


@cache
def audit_converter() -> Converter:
    """Dataclasses as objects; names of tables, severities and locks as the words that people use."""
    converter = Converter(unstruct_collection_overrides={frozenset: sorted})
    converter.register_unstructure_hook(QualifiedName, _spell)
    converter.register_structure_hook(QualifiedName, lambda text, _: _parse(text))
    converter.register_unstructure_hook(Severity, lambda severity: severity.word)
    converter.register_structure_hook(Severity, lambda word, _: Severity[str(word).upper()])
    converter.register_unstructure_hook(LockMode, lambda mode: mode.words)
    converter.register_structure_hook(LockMode, lambda words, _: LockMode[str(words).replace(" ", "_")])
    for kind in (str, int, bool):
        converter.register_structure_hook(kind, _exactly)
    return converter


def _exactly(value: object, kind: type) -> object:
    """A value of that very type: a null or a number where a name belongs is a fault, and not the text `None`.

    An enum of words is a class below `str`, so that it comes here too.
    """
    if issubclass(kind, Enum):
        return kind(value)
    if type(value) is not kind:
        raise TypeError(f"expected {kind.__name__}")
    return value


def _spell(name: QualifiedName) -> str:
    """`schema.table`; a schema with a dot or quote in its name is quoted, so that the first dot still splits."""
    plain = "." not in name.schema and '"' not in name.schema
    return f"{name.schema if plain else _quoted(name.schema)}.{name.name}"


def _quoted(schema: str) -> str:
    return '"' + schema.replace('"', '""') + '"'


def _parse(text: str) -> QualifiedName:
    if not text.startswith('"'):
        schema, _, name = text.partition(".")
        return QualifiedName(schema, name)
    end = 1
    while text[end : end + 2] == '""' or text[end] != '"':
        end += 2 if text[end] == '"' else 1
    return QualifiedName(text[1:end].replace('""', '"'), text[end + 2 :])
