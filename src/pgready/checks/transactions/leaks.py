"""RES008: settings of the session that outlive the migration."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pgready.checks.gathered import Gathered, finding
from pgready.checks.transactions.rules import RES008
from pgready.findings import Confidence, Finding, Severity
from pgready.model.effects import Action, Effect, Script
from pgready.model.facts import SettingFacts
from pgready.model.location import Location

__all__ = ["SETTINGS", "Setting", "res008"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting that gives later statements another meaning.

    `usual` tells whether a value is the one that nearly every server has anyway; `change` is what becomes different.
    """

    change: str
    usual: Callable[[str], bool]
    severity: Severity = Severity.WARN


def _one_of(*values: str) -> Callable[[str], bool]:
    return lambda value: value.lower() in values


def _never(_: str) -> bool:
    return False


def _is_public(value: str) -> bool:
    """The usual path, with or without the schema of the role."""
    return [part.strip(' "').lower() for part in value.split(",") if part.strip(' "') != "$user"] == ["public"]


SETTINGS: Mapping[str, Setting] = {
    "search_path": Setting(
        change="later names without a schema mean other objects, Prisma's own table _prisma_migrations too",
        usual=_is_public,
    ),
    "role": Setting(change="later objects belong to another role, with its rights only", usual=_one_of("none")),
    "session_authorization": Setting(change="later objects belong to another role, with its rights only", usual=_never),
    "session_replication_role": Setting(
        change="triggers do not fire, and foreign keys are not checked", usual=_one_of("origin", "local")
    ),
    "standard_conforming_strings": Setting(change="backslashes in strings mean something else", usual=_one_of("on")),
    "timezone": Setting(
        change="times without a zone are read as of another one",
        usual=_one_of("utc", "etc/utc", "gmt", "0"),
    ),
    "datestyle": Setting(change="dates like 01/02/2026 are read otherwise", usual=_one_of("iso", "iso, mdy")),
    "default_transaction_read_only": Setting(change="nothing can be written any more", usual=_one_of("off", "false")),
    "session characteristics": Setting(change="later transactions have other properties", usual=_never),
    "default_tablespace": Setting(change="later tables and indexes lie elsewhere", usual=_one_of("")),
    "default_table_access_method": Setting(change="later tables are stored otherwise", usual=_one_of("heap")),
    "default_with_oids": Setting(change="later tables have OIDs", usual=_one_of("off", "false")),
    "statement_timeout": Setting(
        change="later statements that take longer are cancelled", usual=_one_of("0", "0s", "0ms")
    ),
    "transaction_timeout": Setting(
        change="later migrations that take longer are cancelled", usual=_one_of("0", "0s", "0ms")
    ),
    "row_security": Setting(
        change="later queries fail where a policy would hide rows", usual=_one_of("on"), severity=Severity.NOTE
    ),
    "lock_timeout": Setting(
        change="later statements give up waiting for a lock", usual=_one_of("0", "0s", "0ms"), severity=Severity.NOTE
    ),
}


def res008(gathered: Gathered) -> Iterator[Finding]:
    """What is not set back at the end of its file, once for each setting."""
    files = {migration.name: migration.file for migration in gathered.migrations}
    for script in gathered.scripts:
        for effect, facts in _left(script).values():
            setting = SETTINGS[facts.name]
            if facts.value is None or not setting.usual(facts.value):
                yield _leak(gathered, script, effect, files.get(script.migration, script.migration))


def _left(script: Script) -> dict[str, tuple[Effect, SettingFacts]]:
    """The settings that are not the server's when the file ends, by name."""
    left: dict[str, tuple[Effect, SettingFacts]] = {}
    for effect in script.effects:
        facts = effect.facts
        if effect.action is not Action.SETS or not isinstance(facts, SettingFacts):
            continue
        if facts.name == "all":
            left.clear()
        elif facts.value is None and not facts.computed and not facts.local:
            left.pop(facts.name, None)
        elif facts.name in SETTINGS and not facts.local:
            left[facts.name] = effect, facts
    return left


def _leak(gathered: Gathered, script: Script, effect: Effect, file: str) -> Finding:
    facts = effect.facts if isinstance(effect.facts, SettingFacts) else SettingFacts(name=effect.object.name)
    setting = SETTINGS[facts.name]
    runs = gathered.deployment.runs(script.migration)
    value = "a computed value" if facts.value is None else facts.value or "an empty value"
    message = f"{script.migration} leaves {facts.name} at {value}: {setting.change}"
    return finding(
        RES008,
        object=script.migration,
        message=message if runs else f"{message} (not in what is deployed)",
        severity=setting.severity if runs else Severity.NOTE,
        confidence=Confidence.MEDIUM if effect.guards or facts.value is None else Confidence.HIGH,
        location=Location(file, effect.line, effect.column),
        described=not runs,
    )
