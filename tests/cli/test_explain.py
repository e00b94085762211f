"""`pgready explain`, and what `pgready check` shows of the files."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pgready.checks import RULES
from pgready.checks.examples import example_names

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def test_without_an_id_all_rules_are_listed_with_their_severity(pgready: Run) -> None:
    done = pgready("explain")
    assert done.returncode == 0
    for rule in RULES.values():
        assert f"  {rule.id}  {rule.severity.word:<5}  {rule.title}\n" in done.stdout


@pytest.mark.parametrize("rule", sorted(set(RULES) & set(example_names())))
def test_a_rule_is_printed_with_all_that_is_known_and_both_examples(pgready: Run, rule: str) -> None:
    done = pgready("explain", rule.lower())
    assert (done.returncode, done.stderr) == (0, "")
    known = RULES[rule]
    for part in (known.title, known.condition, known.effect, known.fix, known.source, "\nbad\n", "\ngood\n"):
        assert part in done.stdout
    assert f'rule = "{rule}"' in done.stdout
    assert "\x1b" not in done.stdout


def test_several_rules_are_printed_in_the_order_asked_for_and_once(pgready: Run) -> None:
    lines = pgready("explain", "RES002", "INV001", "res002").stdout.splitlines()
    assert [line[:6] for line in lines if line[:6] in RULES] == ["RES002", "INV001"]


@pytest.mark.parametrize("asked", ["DES", "des", "DES*"])
def test_the_letters_of_a_family_list_its_rules(pgready: Run, asked: str) -> None:
    done = pgready("explain", asked)
    assert (done.returncode, done.stderr) == (0, "")
    listed = [line[2:8] for line in done.stdout.splitlines() if line[2:8] in RULES]
    assert listed == sorted(rule for rule in RULES if rule.startswith("DES"))


def test_a_page_says_how_to_change_the_severity(pgready: Run) -> None:
    assert '[policy.severity]\n    DES001 = "warn"\n' in pgready("explain", "DES001").stdout
    assert '[policy.severity]\n    HIS001 = "note"\n' in pgready("explain", "HIS001").stdout


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("RES02", "did you mean RES002?"),
        ("des1", "did you mean DES001?"),
        ("DES-1", "did you mean DES001?"),
        ("DES999", "`pgready explain DES` lists them"),
        ("RSE001", "did you mean RES001"),
        ("xyz", "`pgready explain` lists them"),
    ],
)
def test_an_unknown_rule_is_a_usage_error_with_a_hint(pgready: Run, asked: str, hint: str) -> None:
    done = pgready("explain", "RES002", asked)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"no rule '{asked}'" in done.stderr
    assert hint in done.stderr


def test_colours_only_where_they_are_wanted(pgready: Run) -> None:
    assert "\x1b[" in pgready("explain", env={"FORCE_COLOR": "1", "TERM": "xterm"}).stdout
    assert "\x1b[3" not in pgready("explain", env={"FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "xterm"}).stdout


def test_check_shows_the_lines_of_the_migration_with_carets_below_the_place(pgready: Run, project: Path) -> None:
    later = project / "prisma" / "migrations" / "20250201000000_orders" / "migration.sql"
    later.parent.mkdir()
    later.write_text('CREATE TABLE "Order" (\n    "id" TEXT PRIMARY KEY REFERENCES "Gone" ("id")\n);\n')
    done = pgready("check", project)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    place = "  prisma/migrations/20250201000000_orders/migration.sql:1:1  RES001  "
    first = next(number for number, line in enumerate(lines) if line.startswith(place))
    assert lines[first + 1 : first + 5] == [
        '    1 | CREATE TABLE "Order" (',
        "      | ^^^^^^^^^^^^^^^^^^^^^^",
        '    2 |     "id" TEXT PRIMARY KEY REFERENCES "Gone" ("id")',
        "    3 | );",
    ]
    assert [line[:7] for line in lines if line.startswith(("  why: ", "  fix: "))][:2] == ["  why: ", "  fix: "]


def test_a_secret_in_a_migration_is_not_in_its_lines(pgready: Run, project: Path) -> None:
    canary = "canary-7719-aa41-with-a-long-tail-behind-it"
    migration = project / "prisma" / "migrations" / "20250101000000_init" / "migration.sql"
    migration.write_text(f"SELECT nothing, {'1,' * 54} '{canary}', {'2,' * 90} 3;")
    done = pgready("check", project, env={"API_TOKEN": canary})
    assert done.returncode == 1
    assert "    1 | SELECT nothing, 1," in done.stdout
    assert "canary" not in done.stdout
