"""What a repository under audit may try, and what git itself may do wrong."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from git_project import Project, run_git, said
from pgready.errors import ConfigError
from pgready.sources import git_command
from pgready.sources.git import migrations_since


@pytest.mark.parametrize("revision", ["", "-p", "--all", "--output=x", "a\0b", "a\nb", " main", "\x1b[31m"])
def test_what_is_no_revision_never_reaches_git(project: Project, revision: str) -> None:
    assert "not a revision; expected a branch, tag or commit, such as origin/main" in said(project, revision)


def test_without_a_repository_or_without_git_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "1_init").mkdir()
    with pytest.raises(ConfigError, match="is not in a git repository; expected a clone, or no `since`"):
        migrations_since(tmp_path, tmp_path, ["1_init"], "HEAD")
    fake = tmp_path / "git"
    fake.write_text("#!/bin/sh\ntouch started\n")
    fake.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}bin")
    with pytest.raises(ConfigError, match="no git found; expected the program `git` in PATH"):
        migrations_since(tmp_path, tmp_path, ["1_init"], "HEAD")
    assert not (tmp_path / "started").exists()


def test_migrations_in_another_repository_are_refused(project: Project) -> None:
    run_git(project.migrations, "init", "-q")
    assert "the migrations lie in another git repository than the project" in said(project, "HEAD")


def test_variables_of_a_hook_do_not_choose_the_repository(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Project(tmp_path / "other")
    other.write("9_other")
    other.commit()
    project.write("3_new")
    monkeypatch.setenv("GIT_DIR", str(other.top / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.top))
    monkeypatch.setenv("GIT_INDEX_FILE", "nowhere")
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", "nowhere")
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    assert project_since(project) == {"3_new"}
    assert not (tmp_path / "trace").exists()


def project_since(project: Project) -> frozenset[str]:
    return migrations_since(project.root, project.migrations, ["1_init", "2_more", "3_new"], "base").new


def test_nothing_that_the_repository_configures_is_started(project: Project, tmp_path: Path) -> None:
    """Every setting of git that names a program, in the configuration of the repository under audit."""
    marker = tmp_path / "started"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {marker}\nexit 1\n")
    program.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.askPass",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "pager.ls-tree",
        "pager.rev-parse",
        "alias.ls-tree",
        "alias.rev-parse",
        "diff.external",
        "diff.x.textconv",
        "filter.x.clean",
        "filter.x.smudge",
        "filter.x.process",
        "credential.helper",
        "gpg.program",
        "uploadpack.packObjectsHook",
        "trailer.x.command",
    ):
        project.git("config", key, str(program))
    project.git("config", "log.showSignature", "true")
    hooks = project.top / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-index-change", "reference-transaction", "post-checkout", "fsmonitor-watchman"):
        shutil.copy(program, hooks / hook)
    (project.root / ".gitattributes").write_text("* filter=x diff=x\n")
    project.write("3_new")
    before = snapshot_of(project.top)
    assert project_since(project) == {"3_new"}
    assert "no such commit" in said(project, "nothing")
    assert not marker.exists()
    assert snapshot_of(project.top) == before


def snapshot_of(top: Path) -> dict[str, str]:
    files = (path for path in top.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_partial_clone_does_not_ask_its_remote(project: Project, tmp_path: Path) -> None:
    marker = tmp_path / "started"
    project.git("config", "uploadpack.allowFilter", "true")
    run_git(tmp_path, "clone", "-q", "--no-checkout", "--filter=tree:0", f"file://{project.top}", "partial")
    partial = tmp_path / "partial"
    (partial / "prisma" / "migrations").mkdir(parents=True)
    for url, upload in ((f"ext::touch {marker}", ""), (str(project.top), f"touch {marker};false")):
        run_git(partial, "config", "remote.origin.url", url)
        run_git(partial, "config", "remote.origin.uploadpack", upload or "git-upload-pack")
        run_git(partial, "config", "protocol.allow", "always")
        run_git(partial, "config", "protocol.ext.allow", "always")
        with pytest.raises(ConfigError, match="lacks the trees of that commit"):
            migrations_since(partial, partial / "prisma" / "migrations", [], "HEAD")
        assert not marker.exists()


def test_data_of_git_among_the_migrations_is_no_repository(project: Project, tmp_path: Path) -> None:
    """A bare repository can be committed as plain files, with a configuration that starts programs."""
    marker = tmp_path / "started"
    run_git(tmp_path, "init", "-q", "--bare", str(project.migrations / "trap"))
    trap = project.migrations / "trap"
    run_git(trap, "config", "core.fsmonitor", f"touch {marker}")
    for name in ("HEAD", "config"):
        shutil.copy(trap / name, project.migrations / name)
    for name in ("objects", "refs"):
        shutil.copytree(trap / name, project.migrations / name)
    with pytest.raises(ConfigError, match="since 'HEAD': "):
        migrations_since(project.root, project.migrations, ["1_init"], "HEAD")
    assert not marker.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_a_repository_of_somebody_else_is_told_in_words(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (project.top, *project.top.rglob("*")):
        os.lchown(path, 12345, 12345)
    assert "git does not trust" in said(project, "base")
    assert "git config --global --add safe.directory" in said(project, "base")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "*")
    assert project.since("base").new == frozenset()


def test_a_tree_that_never_ends_is_left(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trees of trees that share their content list 10^8 files from a few kilobytes."""
    blob = project.git("hash-object", "-w", "prisma/migrations/1_init/migration.sql")
    entry, kind = blob, "100644 blob"
    for _ in range(8):
        lines = "".join(f"{kind} {entry}\t{number}\n" for number in range(10))
        made = subprocess.run(
            ["git", "mktree"], cwd=project.top, input=lines, text=True, capture_output=True, check=True
        )
        entry, kind = made.stdout.strip(), "040000 tree"
    for name in ("migrations", "prisma"):
        line = f"040000 tree {entry}\t{name}\n"
        made = subprocess.run(
            ["git", "mktree"], cwd=project.top, input=line, text=True, capture_output=True, check=True
        )
        entry = made.stdout.strip()
    commit = project.git("commit-tree", "-m", "bomb", entry)
    monkeypatch.setattr(git_command, "_MOST_LISTED", 1 << 20)
    assert "lists more than 1 MiB of files" in said(project, commit)


def test_a_git_that_hangs_is_stopped(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(git_command, "_SECONDS", 0.2)
    assert "git gave no answer" in said(project, "base")
