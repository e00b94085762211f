"""Which migrations are newer than a revision, which were edited, asked of real repositories."""

import os
from pathlib import Path

import pytest

from git_project import Project, run_git, said
from pgready.errors import ConfigError
from pgready.sources.git import Since, blob_id, migrations_since


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
    assert found.renamed == (("2_more", "2_renamed"),)


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


def test_a_tag_of_a_tag_is_its_commit_and_a_replaced_one_is_itself(project: Project) -> None:
    base = project.git("rev-parse", "base")
    project.git("tag", "-a", "-m", "x", "one", "base")
    project.git("tag", "-a", "-m", "x", "two", "one")
    project.write("3_new")
    head = project.commit()
    project.git("replace", base, head)
    assert project.since("two") == Since(new=frozenset({"3_new"}), commit=base)
