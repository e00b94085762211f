"""The how-to of comparing is true: its commands are run in a repository of git, on a branch that loses a column."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
AUTHOR = {f"GIT_{who}_{what}": "reader@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
LOSES = """ALTER TABLE "CrmContact" DROP COLUMN "company";\n"""


def run(script: str, place: Path) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=place,
        env=os.environ | AUTHOR | {"PATH": path, "GITHUB_ACTIONS": ""},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_branch_is_compared_with_the_branch_that_it_goes_into(tmp_path: Path) -> None:
    branch = tmp_path / "branch"
    shutil.copytree(ROOT / "examples" / "premium-apps-fixed", branch)
    run("git init -q -b main && git add . && git commit -q -m one", branch)
    run("git clone -q --bare branch origin.git && cd branch && git remote add origin ../origin.git", tmp_path)
    schema = branch / "prisma" / "schema.prisma"
    schema.write_text(re.sub(r"  company       String\?\n", "", schema.read_text()))
    (branch / "prisma" / "migrations" / "20260301000000_forget").mkdir()
    (branch / "prisma" / "migrations" / "20260301000000_forget" / "migration.sql").write_text(LOSES)
    page = (ROOT / "docs" / "how-to" / "compare.md").read_text(encoding="utf-8")
    (commands,) = [block for block in re.findall(r"```\n(.*?)```", page, re.DOTALL) if "worktree" in block]
    printed = run(commands, branch)
    assert "before -> " in printed
    assert "migration 20260301000000_forget: new: applied" in printed
    assert "✓ SAME: No reference and no rule changed in a way that counts for isolation." in printed
    assert (branch / "diff.md").read_text().startswith("## ❔ pgready diff: unsure")
    assert not (tmp_path / "base").exists()
