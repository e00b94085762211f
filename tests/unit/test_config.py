"""pgready.toml: what is right becomes a Config, what is wrong names its key and line."""

import re
from datetime import date
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from pgready.checks import RULES
from pgready.config import Config, load_config, parse_config
from pgready.errors import ConfigError
from pgready.findings import Severity
from pgready.model.contracts import CONTRACT_KEYS, EdgeKind, NameScope
from pgready.model.groups import Contract, ContractKind, DeclaredCrossing
from pgready.model.location import Location


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
[scope]
since = "origin/main"
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
    assert config.suppressions[0].location == Location("pgready.toml", 31)
    assert config.since == "origin/main"


def message_of(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, rules=RULES)
    return str(caught.value)


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() -> None:
    assert message_of("[groups.Auth]\ntabels = []") == snapshot(
        "pgready.toml:2:1: unknown key 'tabels' in [groups]; did you mean 'tables'?"
    )
    assert message_of("[contract]\n") == snapshot("pgready.toml:1:2: unknown key 'contract'; did you mean 'contracts'?")
    assert message_of("[policy]\nblocks = 'x'") == snapshot(
        "pgready.toml:2:1: unknown key 'blocks' in [policy]; did you mean 'blocking'?"
    )


def test_a_wrong_type_is_named_with_its_line() -> None:
    assert message_of("[project]\nname = 3") == snapshot(
        "pgready.toml:2:1: project.name: expected a text, got a number"
    )
    assert message_of("[groups.A]\ntables = 'x'") == snapshot(
        "pgready.toml:2:1: groups.tables: expected a list, got a text"
    )


def test_broken_toml_has_line_and_column() -> None:
    assert message_of("[project]\nname = \n") == snapshot("pgready.toml:2:8: not valid TOML: Invalid value")


def test_names_that_do_not_hang_together_are_errors() -> None:
    contract = "[groups.CRM]\ntables = []\n[[contracts]]\nname = 'x'\n"
    assert message_of(contract + "kind = 'internal_only'\ngroups = ['CMR']") == snapshot(
        "pgready.toml:6:12: contracts 'x': groups: 'CMR' is not a group of [groups]; did you mean 'CRM'?"
    )
    assert message_of(contract + "kind = 'internal'\ngroups = ['CRM']") == snapshot(
        "pgready.toml:5:9: contracts 'x': kind: 'internal' is not a kind of contract; did you mean 'internal_only'?"
    )
    assert message_of(contract + "kind = 'internal_only'\ngroups = []") == snapshot(
        "pgready.toml:4:1: contract 'x' names no groups; internal_only expects at least one"
    )
    assert message_of(contract + "kind = 'internal_only'\ngroups = ['CRM']\nallowed = ['User']") == snapshot(
        "pgready.toml:7:1: contract 'x': internal_only takes no 'allowed'; it takes: groups"
    )
    assert message_of("[policy.severity]\nINV01 = 'warn'") == snapshot(
        "pgready.toml:2:1: policy.severity: 'INV01' is not a rule; did you mean 'INV001'?"
    )
    assert message_of("[policy]\nblocking = 'fatal'") == snapshot(
        "pgready.toml:2:13: policy.blocking: 'fatal' is not a severity; expected one of: block, note, warn"
    )


def test_an_acceptance_needs_a_reason_and_an_edge() -> None:
    assert message_of("[[crossings]]\nedge = 'A.b->C'\nreason = ' '") == snapshot(
        "pgready.toml:3:1: crossings 'A.b->C': the reason is empty; expected a sentence for the next reader"
    )
    assert message_of("[[crossings]]\nedge = 'A to C'\nreason = 'x'") == snapshot(
        "pgready.toml:2:9: crossings: edge 'A to C'; expected 'Table.column->ReferencedTable'"
    )
    assert "the reason is empty" in message_of("[[suppressions]]\nrule = 'INV001'\nobject = 'x'\nreason = ''")


def test_a_group_may_stand_without_tables() -> None:
    config = parse_config("[groups.crm]\nkey = 'businessId'\n", rules=RULES)
    assert (config.groups, config.keys) == ({"crm": ()}, {"crm": "businessId"})


@pytest.mark.parametrize(("words", "expected"), [("[]", ()), ("['file', 'schema']", ("file", "schema"))])
def test_further_sources_of_groups_are_read(words: str, expected: tuple[str, ...]) -> None:
    assert parse_config(f"[isolation]\ngroups_from = {words}\n", rules=RULES).groups_from == expected
    assert parse_config("[isolation]\n", rules=RULES).groups_from is None


def test_wrong_words_about_groups_are_errors() -> None:
    assert message_of("[isolation]\ngroups_from = ['files']") == snapshot(
        "pgready.toml:2:17: isolation.groups_from: 'files' is not a source of groups; did you mean 'file'?"
    )
    assert message_of("[groups.'(ungrouped)']\ntables = ['User']") == snapshot(
        "pgready.toml:1:10: groups: '(ungrouped)' is what tables without a group are called; use another name"
    )


GROUPS = "[groups.A]\n[groups.B]\n"
KEYS = {
    "groups": "groups = ['A', 'B']",
    "allowed": "allowed = ['T']",
    "via": "via = ['H']",
    "to": "to = ['T']",
    "tables": "tables = ['T']",
    "allowed_from": "allowed_from = ['A']",
    "column": "column = 'c'",
    "nullable": "nullable = true",
    "scope": "scope = 'schema'",
}


def contract_text(kind: ContractKind, *keys: str) -> str:
    lines = ["[[contracts]]", "name = 'x'", f"kind = '{kind}'", *(KEYS[key] for key in keys)]
    return GROUPS + "\n".join(lines) + "\n"


@pytest.mark.parametrize("kind", ContractKind)
def test_every_kind_of_contract_is_read_with_all_its_keys(kind: ContractKind) -> None:
    takes = CONTRACT_KEYS[kind]
    text = contract_text(kind, *takes.required, *takes.optional) + "edges = 'fk+unkeyed'\nreason = 'why'\n"
    has = {*takes.required, *takes.optional}
    assert parse_config(text, rules=RULES).contracts == (
        Contract(
            kind=kind,
            name="x",
            groups=("A", "B") if "groups" in has else (),
            allowed=(*(("T",) if "allowed" in has else ()), *(("H",) if "via" in has else ())),
            reason="why",
            edges=EdgeKind.FK_AND_UNKEYED,
            to=("T",) if "to" in has else (),
            tables=("T",) if "tables" in has else (),
            allowed_from=("A",) if "allowed_from" in has else (),
            column="c" if "column" in has else None,
            nullable="nullable" in has,
            scope=NameScope.SCHEMA if "scope" in has else None,
        ),
    )
    assert parse_config(contract_text(kind, *takes.required), rules=RULES).contracts[0].edges is EdgeKind.FK


@pytest.mark.parametrize("kind", ContractKind)
def test_a_key_that_the_kind_does_not_take_and_one_that_is_missing_are_errors(kind: ContractKind) -> None:
    takes = CONTRACT_KEYS[kind]
    for key in KEYS.keys() - {*takes.required, *takes.optional}:
        message = message_of(contract_text(kind, *takes.required, key))
        assert message.startswith(
            f"pgready.toml:{len(takes.required) + 6}:1: contract 'x': {kind} takes no '{key}'; it "
        )
    for key in takes.required:
        rest = [other for other in takes.required if other != key]
        assert message_of(contract_text(kind, *rest)).startswith(
            f"pgready.toml:4:1: contract 'x' names no {key}; {kind}"
        )


def test_wrong_words_in_a_contract_are_errors_with_the_line_of_that_contract() -> None:
    first = contract_text(ContractKind.INTERNAL_ONLY, "groups")
    second = "[[contracts]]\nname = 'y'\n"
    assert message_of(first + second + "kind = 'layers'\ngroups = ['A']") == snapshot(
        "pgready.toml:10:1: contract 'y' names one group; layers expects several"
    )
    assert message_of(first + second + "kind = 'internal_only'\ngroups = ['A']\nedges = 'unkeyed'") == snapshot(
        "pgready.toml:11:10: contracts 'y': edges: 'unkeyed' is not a kind of edges; did you mean 'fk+unkeyed'?"
    )
    assert message_of(first + second + "kind = 'unique_names'\nscope = 'xy'") == snapshot(
        "pgready.toml:10:10: contracts 'y': scope: 'xy' is not a scope; expected one of: database, group, schema"
    )
    assert message_of(first + second + "kind = 'must_reference'\ngroups = ['A']\nto = ['T']") == snapshot(
        "pgready.toml:8:1: contract 'y' names no column; must_reference expects the name of one"
    )
    assert message_of(first + second + "kind = 'keyed_by'\ngroups = ['A']\ncolum = 'x'") == snapshot(
        "pgready.toml:11:1: unknown key 'colum' in [contracts]; did you mean 'column'?"
    )
    assert message_of(first + second + "kind = 'keyed_by'\ngroups = ['C']\ncolumn = 'x'") == snapshot(
        "pgready.toml:10:12: contracts 'y': groups: 'C' is not a group of [groups]; expected one of: A, B"
    )


def test_an_empty_list_of_what_a_contract_does_not_take_stays_valid() -> None:
    text = contract_text(ContractKind.INTERNAL_ONLY, "groups") + "allowed = []\n"
    assert parse_config(text, rules=RULES).contracts[0].allowed == ()


def written(directory: Path, toml: str, **files: str) -> Path:
    (directory / "pgready.toml").write_text(toml)
    for name, text in files.items():
        (directory / f"{name}.baseline").write_text(text)
    return directory / "pgready.toml"


def test_the_baseline_beside_the_file_is_read_after_the_accepted_crossings(tmp_path: Path) -> None:
    accepted = "[[crossings]]\nedge = 'A.b->C'\nreason = 'agreed'\n"
    file = written(tmp_path, accepted, pgready="# head\nX.y->Z  # old\n", other="O.p->Q  # other\n")
    config = load_config(file, shown_as="sub/pgready.toml", rules=RULES)
    assert config.crossings == (
        DeclaredCrossing(edge="A.b->C", reason="agreed"),
        DeclaredCrossing(edge="X.y->Z", reason="old", baselined=True, location=Location("sub/pgready.baseline", 2)),
    )
    named = written(tmp_path, "[isolation]\nbaseline = 'other.baseline'\n")
    assert [it.edge for it in load_config(named, shown_as="pgready.toml", rules=RULES).crossings] == ["O.p->Q"]
    # One that is named has to be there, unless it is about to be written.
    absent = written(tmp_path, "[isolation]\nbaseline = 'absent.baseline'\n")
    with pytest.raises(ConfigError, match=r"^pgready\.toml:2:1: isolation\.baseline: there is no 'absent\.baseline'"):
        load_config(absent, shown_as="pgready.toml", rules=RULES)
    assert load_config(absent, shown_as="pgready.toml", rules=RULES, writes_baseline=True).crossings == ()


_A = "[groups.A]\n[groups.B]\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[groups]\nCRM = { tables = [] }\nA = ['U']",
            "pgready.toml:3:1: groups.A: expected a table, got a list (write [groups.A] with tables = [...] below)",
        ),
        (
            "[suppressions]\nrule = 'x'",
            "pgready.toml:1:2: suppressions: expected a list, got a table (write [[suppressions]])",
        ),
        (
            "[[contracts]]\nname = 'x'\nkind = 'acyclic'\n[project]\nname = ''",
            "pgready.toml:5:1: project.name: is empty; expected a name, or no key",
        ),
        (
            "[project]\nschema = ['a', ' ']",
            "pgready.toml:2:1: project.schema: is empty; expected a path below this file, or no key",
        ),
        (
            "[project]\nmigrations = ''",
            "pgready.toml:2:1: project.migrations: is empty; expected a path below this file, or no key",
        ),
        ("[policy]\nblocking = 3", "pgready.toml:2:1: policy.blocking: expected a text, got a number"),
        ("[groups.'']\n", "pgready.toml:1:2: groups: a group without a name; expected one that a person can say"),
        (
            _A + "[[contracts]]\nname = 'x'\nkind = 'internal_only'\ngroups = 'A'",
            "pgready.toml:6:1: contracts.0.groups: expected a list, got a text",
        ),
        (
            _A + "[[contracts]]\nname = 'x'\nkind = 'internal_only'\ngroups = [['A']]",
            "pgready.toml:6:1: contracts.0.groups.0: expected a text, got a list",
        ),
        (
            _A + "[[contracts]]\nname = 'x'\nkind = 'acyclic'\n[[contracts]]\nkind = 'acyclic'",
            "pgready.toml:6:1: contracts.1: the key 'name' is missing",
        ),
        ("[[crossings]]\nedge = 'A.b->C'\n", "pgready.toml:1:1: crossings.0: the key 'reason' is missing"),
        (
            _A + "[[contracts]]\nname = 'x'\nkind = 'independent'\ngroups = ['A']",
            "pgready.toml:6:1: contract 'x' names one group; independent expects several",
        ),
        (
            _A + "[[contracts]]\nname = 'x'\nkind = 'layers'\ngroups = ['A', 'B', 'A']",
            "pgready.toml:6:1: contract 'x' names the group 'A' twice",
        ),
        (
            _A + "[[contracts]]\nname = 'x'\nkind = 'forbidden'\ngroups = ['A']\nto = ['B', 'A']",
            "pgready.toml:7:1: contract 'x' forbids 'A' its own group, and what stays in a group breaks no contract",
        ),
    ],
)
def test_a_slip_in_groups_or_contracts_is_told_with_its_line(text: str, message: str) -> None:
    assert message_of(text) == message


def test_a_baseline_that_cannot_be_read_is_an_error_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^pgready\.baseline:1: no reason"):
        load_config(written(tmp_path, "", pgready="X.y->Z\n"), shown_as="pgready.toml", rules=RULES)
    (tmp_path / "pgready.baseline").unlink()
    (tmp_path / "pgready.baseline").mkdir()
    with pytest.raises(ConfigError, match=r"^pgready\.baseline: is a directory; expected a file$"):
        load_config(tmp_path / "pgready.toml", shown_as="pgready.toml", rules=RULES)


@pytest.mark.parametrize("name", ["", "..", "/etc/passwd", "../x", "a/b", "a\\\\b"])
def test_a_baseline_is_a_file_beside_the_configuration(name: str) -> None:
    assert "expected the name of a file beside this one" in message_of(f'[isolation]\nbaseline = "{name}"')


def test_the_documentation_has_an_example_of_every_kind_of_contract() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "configuration.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| (`[^|]+`) \|$", page, re.MULTILINE)
    examples = {kind: re.findall(r"`([^`]+)`", keys) for kind, keys in rows}
    assert examples.keys() == set(ContractKind)
    for kind, keys in examples.items():
        groups = "[groups.Auth]\n[groups.CRM]\n[groups.Shop]\n"
        text = "\n".join([groups, "[[contracts]]", "name = 'x'", f"kind = '{kind}'", *keys])
        assert parse_config(text, rules=RULES).contracts[0].kind == kind


def test_a_suppression_is_wrong_in_its_own_lines() -> None:
    good = "[[suppressions]]\nrule = 'INV002'\nobject = 'x'\nreason = 'y'\n"
    assert message_of(good + "[[suppressions]]\nrule = 'INV02'\nobject = 'x'\nreason = 'y'\n") == snapshot(
        "pgready.toml:6:9: suppressions: rule: 'INV02' is not a rule; did you mean 'INV002'?"
    )
    assert message_of(good + "[[suppressions]]\nrule = 'INV002'\nobject = 'x'\nreason = ' '\n") == snapshot(
        "pgready.toml:8:1: suppressions INV002 'x': the reason is empty; expected a sentence for the next reader"
    )
    assert message_of(good + "until = 2027-01-01\n") == (
        "pgready.toml:5:1: unknown key 'until' in [suppressions]; "
        "expected one of: rule, object, reason, expires, migration"
    )
    assert message_of(good + "expires = 'March'\n") == snapshot(
        "pgready.toml:5:1: suppressions.0.expires: no such day; expected one such as 2027-01-31"
    )
    assert message_of(good + "expires = 20270131\n") == snapshot(
        "pgready.toml:5:1: suppressions.0.expires: no such day; expected one such as 2027-01-31"
    )
    assert message_of(good + "expires = 2027-02-30\n") == snapshot(
        "pgready.toml:5:11: not valid TOML: no such day; expected one such as 2027-01-31"
    )


@pytest.mark.parametrize("blank", ["", " ", "\\t \\n"])
@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("object", "expected `public.User.email`, as the finding names it"),
        ("migration", "expected a directory, or no key for all of them"),
    ],
)
def test_a_suppression_of_a_nameless_object_is_refused_with_its_place(blank: str, key: str, expected: str) -> None:
    text = "[[suppressions]]\nrule = 'INV002'\nobject = 'x'\nreason = 'an object'\n"
    wrong = f'[[suppressions]]\nrule = "INV002"\nreason = "y"\n  {key} = "{blank}"\n'
    wrong += "object = 'x'\n" * (key != "object")
    assert message_of(text + wrong) == f"pgready.toml:8:3: suppressions INV002: the {key} is empty; {expected}"


@pytest.mark.parametrize("name", ["DES", "DES*", "des*", "DES0*"])
def test_a_family_is_no_rule_and_its_rules_are_named(name: str) -> None:
    rules = ["DES001", "DES002", "INV001"]
    for text, place in (
        (f"[[suppressions]]\nrule = '{name}'\nobject = 'x'\nreason = 'y'\n", "2:9: suppressions: rule"),
        (f"[policy]\nrequired = ['{name}']\n", "2:14: policy.required"),
        (f"[policy.severity]\n'{name}' = 'note'\n", "2:2: policy.severity"),
    ):
        with pytest.raises(ConfigError) as caught:
            parse_config(text, rules=rules)
        told = f"{name!r} is a family; rules are named one by one: DES001, DES002"
        assert str(caught.value) == f"pgready.toml:{place}: {told}"


def test_suppressions_cannot_be_suppressed() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config("[[suppressions]]\nrule = 'SUP001'\nobject = 'x'\nreason = 'y'\n", rules=["SUP001"])
    assert str(caught.value) == snapshot("pgready.toml:2:9: suppressions: SUP001 judges suppressions; correct those")


def test_every_suppression_knows_its_line() -> None:
    text = "# x\n[[suppressions]]\nrule = 'INV002'\nobject = 'x'\nreason = 'y'\nmigration = '1'\n\n"
    text += "[[ suppressions ]]\nrule = 'INV002'\nobject = 'z'\nreason = 'y'\n"
    config = parse_config(text, rules=RULES)
    assert [str(it.location) for it in config.suppressions] == ["pgready.toml:2", "pgready.toml:8"]
    assert [it.migration for it in config.suppressions] == ["1", None]
    inline = parse_config("suppressions = [{rule='INV002', object='x', reason='y'}]", rules=RULES)
    assert str(inline.suppressions[0].location) == "pgready.toml"


def test_a_scope_is_a_revision() -> None:
    assert parse_config("", rules=RULES).since is None
    assert message_of("[scope]\nsince = ''\n") == snapshot(
        "pgready.toml:2:1: scope.since: the revision is empty; expected one such as 'origin/main', or no key"
    )
    assert message_of("[scope]\nfrom = 'main'\n") == snapshot(
        "pgready.toml:2:1: unknown key 'from' in [scope]; expected one of: since"
    )


def test_the_findings_of_the_baseline_are_suppressions(tmp_path: Path) -> None:
    (tmp_path / "pgready.toml").write_text("[[suppressions]]\nrule = 'INV002'\nobject = 'x'\nreason = 'y'\n")
    (tmp_path / "pgready.baseline").write_text("A.b->C  # old\nHIS001 add_x  # old\n")
    config = load_config(tmp_path / "pgready.toml", shown_as="sub/pgready.toml", rules=RULES)
    assert [(it.rule, str(it.location), it.source.value) for it in config.suppressions] == [
        ("INV002", "sub/pgready.toml:1", "configuration"),
        ("HIS001", "sub/pgready.baseline:2", "baseline"),
    ]
    assert [it.edge for it in config.crossings] == ["A.b->C"]
    (tmp_path / "pgready.baseline").write_text("HIS999 add_x  # old\n")
    with pytest.raises(ConfigError, match=r"sub/pgready\.baseline:1: 'HIS999' is not a rule"):
        load_config(tmp_path / "pgready.toml", shown_as="sub/pgready.toml", rules=RULES)
