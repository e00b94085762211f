"""Which migrations are newer than a revision, asked of real repositories, friendly and hostile ones."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pgready.errors import ConfigError
from pgready.sources import git as git_module
from pgready.sources.git import Since, blob_id, migrations_since

Git = Callable[..., str]


@pytest.fixture(autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the settings of the person who tests nor a hook that runs the tests count."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    (home / ".gitconfig").write_text("[user]\n name = T\n email = t@example.org\n[init]\n defaultBranch = main\n")


def run_git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=directory, check=True, capture_output=True, text=True)
    return done.stdout.strip()


class Project:
    """A repository with a project in it, and its migrations."""

    def __init__(self, top: Path, inside: str = ".", *, form: str = "sha1") -> None:
        self.top, self.root = top, top / inside
        self.migrations = self.root / "prisma" / "migrations"
        self.migrations.mkdir(parents=True)
        self.git("init", "-q", f"--object-format={form}")

    def git(self, *arguments: str) -> str:
        return run_git(self.top, *arguments)

    def write(self, name: str, sql: bytes = b"SELECT 1;\n") -> None:
        (self.migrations / name).mkdir(exist_ok=True)
        (self.migrations / name / "migration.sql").write_bytes(sql)

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def since(self, revision: str) -> Since:
        names = [path.name for path in self.migrations.iterdir() if path.is_dir()]
        return migrations_since(self.root, self.migrations, names, revision)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Two committed migrations, the branch `base` on them."""
    made = Project(tmp_path / "clone")
    made.write("1_init")
    made.write("2_more")
    made.commit()
    made.git("branch", "base")
    return made


def said(project: Project, revision: str) -> str:
    with pytest.raises(ConfigError) as caught:
        project.since(revision)
    return str(caught.value)


def test_what_the_revision_lacks_is_new_whether_it_is_committed_or_not(project: Project) -> None:
    project.write("3_committed")
    project.commit()
    project.write("4_staged")
    project.git("add", "-A")
    project.write("5_written")
    assert project.since("base") == Since(
        new=frozenset({"3_committed", "4_staged", "5_written"}), commit=project.git("rev-parse", "base")
    )
    assert project.since("HEAD").new == {"4_staged", "5_written"}


def test_what_was_edited_and_what_is_gone_is_told_apart(project: Project) -> None:
    project.write("1_init", b"SELECT 2;\n")
    (project.migrations / "2_more").rename(project.migrations / "2_renamed")
    found = project.since("base")
    assert (found.new, found.edited, found.removed) == (frozenset({"2_renamed"}), ("1_init",), ("2_more",))


def test_a_directory_that_lost_or_never_had_its_file_is_no_edit(project: Project) -> None:
    (project.migrations / "1_init" / "migration.sql").unlink()
    (project.migrations / "9_empty").mkdir()
    (project.migrations / "migration_lock.toml").write_text("")
    found = project.since("base")
    assert (found.new, found.edited, found.removed) == (frozenset({"9_empty"}), (), ("1_init",))


@pytest.mark.parametrize("form", ["sha1", "sha256"])
@pytest.mark.parametrize("content", [b"", b"SELECT 1;\n", b"\xff\x00\r\n\n\r"])
def test_object_ids_are_those_of_git(tmp_path: Path, form: str, content: bytes) -> None:
    run_git(tmp_path, "init", "-q", f"--object-format={form}")
    (tmp_path / "file").write_bytes(content)
    assert blob_id(content, sha256=form == "sha256") == run_git(tmp_path, "hash-object", "--no-filters", "file")


def test_a_repository_of_sha256_is_read(tmp_path: Path) -> None:
    project = Project(tmp_path / "clone", form="sha256")
    project.write("1_init")
    commit = project.commit()
    project.write("2_more")
    assert project.since(commit) == Since(new=frozenset({"2_more"}), commit=commit)
    assert len(commit) == 64
    project.write("1_init", b"other")
    assert project.since(commit).edited == ("1_init",)


@pytest.mark.parametrize(
    ("committed", "on_disk"),
    [(b"a;\nb;\n", b"a;\r\nb;\r\n"), (b"a;\r\nb;\r\n", b"a;\nb;\n"), (b"a;\nb;\r\n", b"a;\nb;\r\n")],
)
def test_line_endings_are_no_edit(project: Project, committed: bytes, on_disk: bytes) -> None:
    project.write("1_init", committed)
    project.commit()
    project.write("1_init", on_disk)
    assert project.since("HEAD").edited == ()


def test_a_checkout_with_other_line_endings_is_no_edit(project: Project, tmp_path: Path) -> None:
    run_git(tmp_path, "clone", "-q", "-c", "core.autocrlf=true", str(project.top), "other")
    other = tmp_path / "other" / "prisma" / "migrations"
    assert b"\r\n" in (other / "1_init" / "migration.sql").read_bytes()
    assert migrations_since(tmp_path / "other", other, ["1_init", "2_more"], "HEAD").edited == ()


def test_a_project_below_the_top_and_a_linked_tree_are_found(tmp_path: Path) -> None:
    project = Project(tmp_path / "clone", "apps/shop ü\nx")
    project.write("1_init")
    project.commit()
    project.write("2_more")
    assert project.since("HEAD").new == {"2_more"}
    project.git("worktree", "add", "-q", "../linked", "HEAD")
    migrations = tmp_path / "linked" / "apps" / "shop ü\nx" / "prisma" / "migrations"
    assert migrations_since(tmp_path / "linked", migrations, ["1_init", "3_new"], "main").new == {"3_new"}


def test_any_name_that_a_file_system_holds_is_compared(project: Project) -> None:
    names = ["3 with space", "4\nline", "5\ttab", "6ü", '7"quoted"', "8\\n", "-rf"]
    for name in names:
        project.write(name)
    odd = os.fsdecode(b"9\xff")
    project.write(odd)
    project.commit()
    project.write("-rf", b"edited")
    printed = [*names, "9\ufffd", "1_init", "2_more"]
    found = migrations_since(project.root, project.migrations, printed, "HEAD")
    assert (found.new, found.edited, found.removed) == (frozenset(), ("-rf",), ())


def test_a_link_in_the_tree_is_never_the_same_as_a_file(project: Project) -> None:
    file = project.migrations / "1_init" / "migration.sql"
    file.unlink()
    file.symlink_to("../2_more/migration.sql")
    project.commit()
    assert project.since("HEAD").edited == ("1_init",)


def test_an_unknown_revision_is_named_and_the_way_to_get_it(project: Project, tmp_path: Path) -> None:
    assert said(project, "origin/main") == (
        "since 'origin/main': no such commit, branch or tag in this clone; expected one that `git log` knows "
        "(fetch it first: `git fetch origin`)"
    )
    assert "no such commit" in said(project, "base:prisma")
    assert "no such commit" in said(project, "base..HEAD")
    assert "no such commit" in said(project, "^base")
    project.commit()
    run_git(tmp_path, "clone", "-q", "--depth=1", f"file://{project.top}", "shallow")
    shallow = tmp_path / "shallow"
    with pytest.raises(ConfigError, match=r"shallow, so fetch it first: `git fetch --depth=1.*`fetch-depth: 0` of"):
        migrations_since(shallow, shallow / "prisma" / "migrations", [], "HEAD~1")
    run_git(shallow, "fetch", "-q", "--depth=1", "origin", "base:refs/remotes/origin/base")
    found = migrations_since(shallow, shallow / "prisma" / "migrations", ["1_init", "2_more"], "origin/base")
    assert (found.new, found.removed) == (frozenset(), ())


@pytest.mark.parametrize("revision", ["", "-p", "--all", "--output=x", "a\0b", "a\nb", " main", "\x1b[31m"])
def test_what_is_no_revision_never_reaches_git(project: Project, revision: str) -> None:
    assert "not a revision; expected a branch, tag or commit, such as origin/main" in said(project, revision)


def test_a_tag_of_a_tag_is_its_commit_and_a_replaced_one_is_itself(project: Project) -> None:
    base = project.git("rev-parse", "base")
    project.git("tag", "-a", "-m", "x", "one", "base")
    project.git("tag", "-a", "-m", "x", "two", "one")
    project.write("3_new")
    head = project.commit()
    project.git("replace", base, head)
    assert project.since("two") == Since(new=frozenset({"3_new"}), commit=base)


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
    monkeypatch.setattr(git_module, "_MOST_LISTED", 1 << 20)
    assert "lists more than 1 MiB of files" in said(project, commit)


def test_a_git_that_hangs_is_stopped(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(git_module, "_SECONDS", 0.2)
    assert "git gave no answer" in said(project, "base")
