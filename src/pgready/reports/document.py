"""`audit.json`: the contract between the audit, the notebooks and everybody else.

Format `pgready-audit/1`: documented in docs/audit-json.md, lossless (`decode(encode(result)) == result`), and
versioned: keys are added, never renamed, within a version. Objects are named `schema.table`, units stand in the key
names, paths are relative to the project.
"""

import os
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from cattrs import Converter

from pgready.errors import ReportError
from pgready.findings import CheckResult, Severity
from pgready.model.deployment import Deployment
from pgready.model.groups import ContractVerdict, Crossing, DeclaredCrossing, Grouping
from pgready.model.kept_rows import RowsRehearsal
from pgready.model.lives import Life, Misplaced
from pgready.model.locks import LockMode
from pgready.model.migration import MigrationRecord
from pgready.model.names import ObjectRef, QualifiedName
from pgready.model.schema import Schema
from pgready.model.spelling import SpeltColumn, SpeltIndex
from pgready.model.trace import MigrationRun, Rehearsal, Server, Skip, Trial
from pgready.model.unkeyed import UnkeyedColumns
from pgready.reports.files import write_atomically
from pgready.reports.scrub import make_scrubber
from pgready.verdict import AuditResult, Judgement, Policy, ProjectInfo, RunInfo, Verdict

__all__ = [
    "AUDIT_NAME",
    "FORMAT",
    "decode",
    "decode_rehearsal",
    "encode",
    "encode_rehearsal",
    "encode_without_secrets",
    "write_audit",
]

FORMAT = "pgready-audit/1"
AUDIT_NAME = "audit.json"


def write_audit(result: AuditResult, output_dir: str | Path) -> Path:
    """Write `audit.json` into a directory, atomically and without secrets; the file's path. Raises ReportError."""
    path = Path(output_dir) / AUDIT_NAME
    write_atomically(path, encode_without_secrets(result))
    return path


def encode_without_secrets(result: AuditResult) -> bytes:
    """What leaves this machine: a migration may quote a credential of the environment, and a server repeats it."""
    document = make_scrubber(os.environ).value(_document(result))
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def encode(result: AuditResult) -> bytes:
    """The document as indented UTF-8 JSON with a final newline; the same result gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(_document(result)), indent=2) + b"\n"


def decode(content: bytes) -> AuditResult:
    """The result that a document holds. Raises ReportError for anything that is not a document of this format."""
    try:
        document = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ReportError(f"not an audit: {error}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ReportError(f"not an audit of format {FORMAT}")
    try:
        return _result(document)
    except Exception as error:
        raise ReportError(f"not a complete audit of format {FORMAT}: {error}") from error


def encode_rehearsal(rehearsal: Rehearsal) -> bytes:
    """A rehearsal alone, for the store of evidence."""
    return msgspec.json.encode(_converter().unstructure(rehearsal))


def decode_rehearsal(content: bytes) -> Rehearsal:
    """The rehearsal that `encode_rehearsal` wrote; raises ValueError, KeyError or TypeError for anything else."""
    plain = msgspec.json.decode(content)
    return _rehearsal_of({"rehearsal": plain, "rehearsed": plain["schema"], "runs": plain["runs"]})


def _document(result: AuditResult) -> dict[str, Any]:
    plain = _converter().unstructure
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
    structure = _converter().structure
    findings: dict[str, list[Any]] = {}
    for finding in document["findings"]:
        findings.setdefault(finding["rule"], []).append(finding)
    checks = [{**check, "findings": findings.get(check["rule"], [])} for check in document["checks"]]
    rehearsal = document["rehearsal"]
    return AuditResult(
        run=structure(document["run"], RunInfo),
        project=structure(document["project"], ProjectInfo),
        scope=document["scope"],
        judgement=Judgement(verdict=Verdict(document["verdict"]), reason=document["reason"]),
        policy=structure(document["policy"], Policy),
        checks=structure(checks, tuple[CheckResult, ...]),
        declared=structure(document["declared"], Schema),
        grouping=structure({**document["grouping"], "groups": document["groups"]}, Grouping),
        migrations=structure(document["migrations"], tuple[MigrationRecord, ...]),
        crossings=structure(document["crossings"], tuple[Crossing, ...]),
        contracts=structure(document["contracts"], tuple[ContractVerdict, ...]),
        hubs=tuple(document.get("hubs", ())),
        accepted_crossings=structure(document.get("accepted_crossings", ()), tuple[DeclaredCrossing, ...]),
        deployment=structure(document.get("deployment", {}), Deployment),
        lives=structure(document.get("lives", ()), tuple[Life, ...]),
        misplaced=structure(document.get("misplaced", ()), tuple[Misplaced, ...]),
        unkeyed=structure(document.get("unkeyed", {}), UnkeyedColumns),
        skips=structure([skip for each in document["migrations"] for skip in each["skips"]], tuple[Skip, ...]),
        rehearsal=None if rehearsal is None else _rehearsal_of(document | {"runs": _runs(document["migrations"])}),
        rehearsal_skipped=document["rehearsal_skipped"],
        opaque=tuple(document["opaque"]),
    )


def _runs(migrations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "migration": each["name"]} for each in migrations if each["outcome"] is not None]


def _rehearsal_of(document: dict[str, Any]) -> Rehearsal:
    structure = _converter().structure
    plain = document["rehearsal"]
    return Rehearsal(
        server=structure(plain["server"], Server),
        runs=structure(document["runs"], tuple[MigrationRun, ...]),
        schema=structure(document["rehearsed"], Schema),
        shims=tuple(plain["shims"]),
        spelt_columns=structure(plain.get("spelt_columns", ()), tuple[SpeltColumn, ...]),
        spelt_indexes=structure(plain.get("spelt_indexes", ()), tuple[SpeltIndex, ...]),
        stand_ins=structure(plain.get("stand_ins", ()), tuple[ObjectRef, ...]),
        unanswered=plain.get("unanswered", 0),
        trials=structure(plain.get("trials", ()), tuple[Trial, ...]),
        otherwise=structure(plain.get("otherwise", ()), tuple[MigrationRun, ...]),
        rows=structure(plain["rows"], RowsRehearsal) if plain.get("rows") else None,
        duration_ms=plain["duration_ms"],
        made_at=plain["made_at"],
    )


@cache
def _converter() -> Converter:
    """Dataclasses as objects; names of tables, severities and locks as the words that people use."""
    converter = Converter(unstruct_collection_overrides={frozenset: sorted})
    converter.register_unstructure_hook(QualifiedName, _spell)
    converter.register_structure_hook(QualifiedName, lambda text, _: _parse(text))
    converter.register_unstructure_hook(Severity, lambda severity: severity.word)
    converter.register_structure_hook(Severity, lambda word, _: Severity[str(word).upper()])
    converter.register_unstructure_hook(LockMode, lambda mode: mode.words)
    converter.register_structure_hook(LockMode, lambda words, _: LockMode[str(words).replace(" ", "_")])
    return converter


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
