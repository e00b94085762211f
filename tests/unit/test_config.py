"""pgready.toml: what is right becomes a Config, what is wrong names its key and line."""

from datetime import date

import pytest
from inline_snapshot import snapshot

from pgready.checks import RULES
from pgready.config import Config, parse_config
from pgready.errors import ConfigError
from pgready.findings import Severity
from pgready.model.groups import ContractKind


def test_an_empty_file_is_the_default_configuration() -> None:
    assert parse_config("", rules=RULES) == Config(file="pgready.toml")


def test_every_section_is_read() -> None:
    config = parse_config(
        """
[project]
name = "shop"
schema = "db/schema.prisma"
migrations = "db/migrations"
[inventory]
Auth = ["User"]
[groups.Auth]
tables = ["User"]
key = "id"
[groups.CRM]
tables = ["Crm*"]
[isolation]
hubs = ["User"]
[[contracts]]
name = "CRM alone"
kind = "only_references"
groups = ["CRM"]
allowed = ["User"]
[[crossings]]
edge = "A.b->C"
reason = "agreed"
[migrations]
required = ["init"]
resilient = true
[policy]
blocking = "warn"
required = ["ISO001"]
[policy.severity]
INV002 = "note"
[[suppressions]]
rule = "INV002"
object = "public.legacy"
reason = "goes in March"
expires = 2027-03-31
""",
        rules=RULES,
    )
    assert (config.name, config.schema, config.migrations) == ("shop", ("db/schema.prisma",), "db/migrations")
    assert config.inventory == {"Auth": ("User",)}
    assert config.groups == {"Auth": ("User",), "CRM": ("Crm*",)}
    assert config.keys == {"Auth": "id"}
    assert config.hubs == ("User",)
    assert config.contracts[0].kind is ContractKind.ONLY_REFERENCES
    assert config.crossings[0].edge == "A.b->C"
    assert config.required_migrations == ("init",)
    assert config.resilient is True
    assert config.policy.blocking is Severity.WARN
    assert config.policy.severities == {"INV002": Severity.NOTE}
    assert config.policy.required == {"ISO001"}
    assert config.suppressions[0].expires == date(2027, 3, 31)


def message_of(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, rules=RULES)
    return str(caught.value)


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() -> None:
    assert message_of("[groups.Auth]\ntabels = []") == snapshot(
        "pgready.toml:2: unknown key 'tabels' in [groups]; did you mean 'tables'?"
    )
    assert message_of("[contract]\n") == snapshot("pgready.toml:1: unknown key 'contract'; did you mean 'contracts'?")
    assert message_of("[policy]\nblocks = 'x'") == snapshot(
        "pgready.toml:2: unknown key 'blocks' in [policy]; did you mean 'blocking'?"
    )


def test_a_wrong_type_is_named_with_its_line() -> None:
    assert message_of("[project]\nname = 3") == snapshot(
        "pgready.toml:2: project.name: Expected `str | null`, got `int`"
    )
    assert message_of("[groups.A]\ntables = 'x'") == snapshot(
        "pgready.toml:2: groups.tables: Expected `array`, got `str`"
    )


def test_broken_toml_has_line_and_column() -> None:
    assert message_of("[project]\nname = \n") == snapshot("pgready.toml:2:8: not valid TOML: Invalid value")


def test_names_that_do_not_hang_together_are_errors() -> None:
    contract = "[groups.CRM]\ntables = []\n[[contracts]]\nname = 'x'\n"
    assert message_of(contract + "kind = 'internal_only'\ngroups = ['CMR']") == snapshot(
        "pgready.toml:6: contracts 'x': groups: 'CMR' is not a group of [groups]; did you mean 'CRM'?"
    )
    assert message_of(contract + "kind = 'internal'\ngroups = ['CRM']") == snapshot(
        "pgready.toml:5: contracts 'x': kind: 'internal' is not a kind of contract; did you mean 'internal_only'?"
    )
    assert message_of(contract + "kind = 'internal_only'\ngroups = []") == snapshot(
        "pgready.toml:4: contract 'x' names no groups; expected at least one"
    )
    assert message_of(contract + "kind = 'internal_only'\ngroups = ['CRM']\nallowed = ['User']") == snapshot(
        "pgready.toml:7: contract 'x': internal_only takes no 'allowed'; use only_references"
    )
    assert message_of("[policy.severity]\nINV01 = 'warn'") == snapshot(
        "pgready.toml:2: policy.severity: 'INV01' is not a rule; did you mean 'INV001'?"
    )
    assert message_of("[policy]\nblocking = 'fatal'") == snapshot(
        "pgready.toml:2: policy.blocking: 'fatal' is not a severity; expected one of: block, note, warn"
    )


def test_an_acceptance_needs_a_reason_and_an_edge() -> None:
    assert message_of("[[crossings]]\nedge = 'A.b->C'\nreason = ' '") == snapshot(
        "pgready.toml:3: crossings 'A.b->C': the reason is empty; expected a sentence for the next reader"
    )
    assert message_of("[[crossings]]\nedge = 'A to C'\nreason = 'x'") == snapshot(
        "pgready.toml:2: crossings: edge 'A to C'; expected 'Table.column->ReferencedTable'"
    )
    assert "the reason is empty" in message_of("[[suppressions]]\nrule = 'INV001'\nobject = 'x'\nreason = ''")
