"""`pgready compare`: two directories or audits, one word, and an exit code that a pipeline can use."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

EXAMPLE = Path(__file__).parents[2] / "examples" / "premium-apps"


@pytest.fixture
def apps(tmp_path: Path) -> Path:
    """The example's schema and configuration, without its migrations."""
    return copied(tmp_path / "apps")


def copied(root: Path) -> Path:
    (root / "prisma").mkdir(parents=True)
    shutil.copy(EXAMPLE / "prisma" / "schema.prisma", root / "prisma")
    shutil.copy(EXAMPLE / "pgready.toml", root)
    return root


def edit(root: Path, pattern: str, by: str) -> int:
    file = root / "prisma" / "schema.prisma"
    text, number = re.subn(pattern, by, file.read_text(), flags=re.MULTILINE)
    file.write_text(text)
    return number


def without_keys(root: Path) -> Path:
    """Every relation field is taken out: the columns stay, the keys go."""
    models = "|".join(re.findall(r"^model (\w+)", (root / "prisma" / "schema.prisma").read_text(), flags=re.MULTILINE))
    assert edit(root, rf"^[ \t]+\w+[ \t]+(?:{models})(?:\[\]|\?)?(?:[ \t].*)?\n", "")
    return root


def test_a_schema_without_its_keys_is_worse_and_every_key_is_named(pgready: Run, apps: Path, tmp_path: Path) -> None:
    after = without_keys(copied(tmp_path / "after"))
    done = pgready("compare", apps, after)
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("key dropped, its columns are still there") == 26
    assert "  Account.userId->User: key dropped, its columns are still there" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("✗ WORSE: 26 keys dropped with the columns still there")
    assert f"{apps} -> {after}: the declared structures compared" in done.stdout


def test_the_same_twice_is_the_same_and_needs_no_migrations(pgready: Run, apps: Path) -> None:
    done = pgready("compare", apps, apps)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("✓ SAME: ")


def test_one_configuration_for_both_decides_the_groups_and_not_the_schema(
    pgready: Run, apps: Path, tmp_path: Path
) -> None:
    after = without_keys(copied(tmp_path / "after"))
    (after / "pgready.toml").unlink()
    one_sided = pgready("compare", after, apps)
    assert one_sided.returncode == 3, one_sided.stdout
    assert "Only one of the two schemas has groups" in one_sided.stdout
    done = pgready("compare", apps, after, "--config", apps / "pgready.toml")
    assert done.returncode == 1
    assert "26 keys dropped" in done.stdout


def test_a_column_that_may_only_be_renamed_is_unsure(pgready: Run, apps: Path, tmp_path: Path) -> None:
    after = copied(tmp_path / "after")
    schema = after / "prisma" / "schema.prisma"
    model = re.search(r"^model BrandProfile \{.*?^\}", schema.read_text(), flags=re.MULTILINE | re.DOTALL)
    if model is None or "userId" not in model[0]:
        pytest.fail("the example has changed")
    body = re.sub(r"^.*@relation.*\n", "", model[0], flags=re.MULTILINE).replace("userId", "owner")
    text = re.sub(
        r"^[ \t]+\w+[ \t]+BrandProfile(\[\]|\?)?.*\n",
        "",
        schema.read_text().replace(model[0], body),
        flags=re.MULTILINE,
    )
    schema.write_text(text)
    done = pgready("compare", apps, after)
    assert done.returncode == 3, done.stdout
    assert "BrandProfile.userId->User: gone with its column; a new one of its type has no key" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("? UNSURE: 1 key gone")


def test_an_audit_is_compared_with_an_audit_and_with_a_directory(pgready: Run, project: Path, tmp_path: Path) -> None:
    checked = pgready("check", project, "--output", tmp_path / "out")
    assert checked.returncode == 0, checked.stderr
    audit = tmp_path / "out" / "audit.json"
    both = pgready("compare", audit, audit)
    assert (both.returncode, both.stderr) == (0, "")
    assert "the declared and rehearsed structures compared" in both.stdout
    mixed = pgready("compare", audit, project)
    assert mixed.returncode == 0
    assert "the declared structures compared" in mixed.stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", "not an audit of format pgready-audit/1; expected a project directory or an audit.json"),
        ("\x1b[31mnot json", "expected a project directory or an audit.json"),
        ('{"format": "pgready-audit/1"}', "not a complete audit of format pgready-audit/1"),
    ],
)
def test_a_file_that_is_no_audit_is_an_input_error(
    pgready: Run, apps: Path, tmp_path: Path, content: str, message: str
) -> None:
    file = tmp_path / "some.json"
    file.write_text(content)
    done = pgready("compare", apps, file)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"pgready: {file}: " in done.stderr
    assert message in done.stderr
    assert "\x1b" not in done.stderr


def test_a_directory_that_is_not_there_or_holds_no_schema_is_an_input_error(
    pgready: Run, apps: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    for other, message in (("missing", "no such directory"), ("empty", "no Prisma schema found")):
        done = pgready("compare", apps, tmp_path / other)
        assert done.returncode == 2
        assert message in done.stderr
    unknown = pgready("compare", apps, apps, "--config", "nowhere.toml")
    assert unknown.returncode == 2
    assert "nowhere.toml: cannot be read" in unknown.stderr


def test_a_home_that_is_not_there_is_an_input_error(pgready: Run, apps: Path) -> None:
    for arguments in (("~nobody-of-that-name", apps), (apps, apps, "--config", "~nobody-of-that-name/x.toml")):
        done = pgready("compare", *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert "pgready: ~nobody-of-that-name" in done.stderr
        assert "there is no such home directory" in done.stderr


def test_a_mistake_in_a_configuration_says_on_which_side(pgready: Run, apps: Path, tmp_path: Path) -> None:
    after = copied(tmp_path / "after")
    (after / "pgready.toml").write_text("[groups.A]\ntables = 5\n")
    done = pgready("compare", apps, after)
    assert done.returncode == 2
    assert done.stderr.startswith(f"pgready: {after}: pgready.toml:2:1: ")


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        ('[[suppressions]]\nrule = "ISO001"\nobject = "public.x"\nreason = "x"\n', "suppression ISO001 public.x: new"),
        ('[policy.severity]\nISO001 = "note"\n', "severity ISO001: "),
    ],
)
def test_findings_on_isolation_that_nobody_sees_any_more_are_unsure(
    pgready: Run, apps: Path, tmp_path: Path, lines: str, rule: str
) -> None:
    after = copied(tmp_path / "after")
    with (after / "pgready.toml").open("a") as file:
        file.write(lines)
    done = pgready("compare", apps, after)
    assert done.returncode == 3, done.stdout + done.stderr
    assert rule in done.stdout
    assert done.stdout.splitlines()[-1] == "? UNSURE: 1 rule loosened, which only a person can judge."


def test_a_mistake_in_a_schema_says_on_which_side(pgready: Run, apps: Path, tmp_path: Path) -> None:
    after = copied(tmp_path / "after")
    edit(after, r"^model User \{", "modell User {")
    done = pgready("compare", apps, after)
    assert done.returncode == 2
    assert f"pgready: {after}/prisma/schema.prisma:" in done.stderr
    assert str(apps) not in done.stderr


def test_names_of_the_project_are_no_markup_and_no_escape_codes(pgready: Run, apps: Path, tmp_path: Path) -> None:
    after = copied(tmp_path / "after")
    with (after / "prisma" / "schema.prisma").open("a") as file:
        file.write('model Odd {\n  id String @id\n  @@map("[red]\u202ex")\n}\n')
    done = pgready("compare", apps, after)
    assert done.returncode == 0
    assert r"public.[red]\u202ex: new table" in done.stdout


def test_the_help_says_what_the_exit_codes_mean(pgready: Run) -> None:
    done = pgready("compare", "--help")
    assert done.returncode == 0
    for line in ("0  better or the same", "1  worse, or better and worse", "3  unsure"):
        assert line in done.stdout


def test_rules_that_have_to_run_play_no_part_in_a_comparison(pgready: Run, apps: Path, tmp_path: Path) -> None:
    """No check runs, and what such a rule asks for is said by groups, contracts and severities."""
    after = copied(tmp_path / "after")
    text = (after / "pgready.toml").read_text()
    assert "[policy]" not in text
    (after / "pgready.toml").write_text(text + '\n[policy]\nrequired = ["ISO001", "INV001", "RES001"]\n')
    for one, other in ((apps, after), (after, apps)):
        assert pgready("compare", one, other).returncode == 0


def test_a_baseline_that_nothing_reads_is_refused_on_its_side(pgready: Run, apps: Path, tmp_path: Path) -> None:
    after = copied(tmp_path / "after")
    (after / "pgready.toml").unlink()
    (after / "pgready.baseline").write_text("Order.userId->User  # was there\n")
    done = pgready("compare", apps, after)
    assert (done.returncode, done.stdout) == (2, "")
    assert "pgready.baseline: nothing reads it" in done.stderr
