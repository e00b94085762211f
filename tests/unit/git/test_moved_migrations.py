"""Where a revision has the migrations when it has none at their path."""

from pathlib import Path

import pytest

from git_project import Project, said
from pgready.errors import ConfigError
from pgready.sources.git import Since, migrations_since

LOCK = 'provider = "postgresql"\n'


def at(project: Project, directory: str, revision: str = "base") -> Since:
    """What git says of the migrations that lie in another directory of the project now."""
    migrations = project.top / directory
    names = [path.name for path in migrations.iterdir() if path.is_dir()]
    return migrations_since(project.root, migrations, names, revision)


def moved(project: Project, to: str = "packages/db/migrations") -> str:
    target = project.top / to
    target.parent.mkdir(parents=True, exist_ok=True)
    project.migrations.rename(target)
    return to


def test_a_moved_directory_is_compared_with_what_it_was(project: Project) -> None:
    project.write("3_new")
    project.write("1_init", b"SELECT 2;\n")
    found = at(project, moved(project))
    assert (found.new, found.edited, found.removed) == (frozenset({"3_new"}), ("1_init",), ())
    assert found.place == "prisma/migrations"


def test_a_committed_move_and_one_of_other_names_are_followed(project: Project) -> None:
    to = moved(project)
    (project.top / to / "1_init").rename(project.top / to / "0_baseline")
    project.commit()
    found = at(project, to)
    assert (found.new, found.removed) == (frozenset({"0_baseline"}), ("1_init",))
    assert found.renamed == (("1_init", "0_baseline"),)
    assert at(project, to, "HEAD").place is None


def test_a_directory_that_became_a_link_is_compared_with_what_it_was(project: Project) -> None:
    project.write("3_new")
    moved(project)
    project.migrations.symlink_to("../packages/db/migrations")
    found = project.since("base")
    assert (found.new, found.place) == (frozenset({"3_new"}), "prisma/migrations")


def test_a_link_that_became_a_directory_is_compared_with_what_it_showed(project: Project) -> None:
    target = project.top / moved(project)
    project.migrations.symlink_to("../packages/db/migrations")
    commit = project.commit()
    project.migrations.unlink()
    target.rename(project.migrations)
    project.write("3_new")
    assert project.since(commit).new == {"3_new"}


def test_the_first_migrations_of_a_project_are_new(project: Project) -> None:
    project.git("checkout", "-q", "--orphan", "empty")
    project.git("rm", "-rfq", "--cached", ".")
    project.git("commit", "-q", "--allow-empty", "-m", "x")
    found = project.since("empty")
    assert (found.new, found.place) == (frozenset({"1_init", "2_more"}), None)


def test_the_first_migrations_beside_those_of_another_project_are_new(project: Project) -> None:
    other = project.top / "other" / "migrations" / "1_init"
    other.mkdir(parents=True)
    (other / "migration.sql").write_bytes(b"SELECT 3;\n")
    assert at(project, "other/migrations").new == {"1_init"}


def test_a_copy_of_migrations_that_stay_where_they_are_is_refused(project: Project) -> None:
    copy = project.top / "other" / "migrations" / "1_init"
    copy.mkdir(parents=True)
    (copy / "migration.sql").write_bytes(b"SELECT 1;\n")
    with pytest.raises(ConfigError) as caught:
        at(project, "other/migrations")
    assert str(caught.value) == (
        "since 'base': that revision has no migrations in other/migrations, and it has migrations in prisma/migrations "
        "(1_init and 1 more): what has run already cannot be told; expected a revision that has them there (`since` "
        "empty asks for a clean deploy)"
    )


def test_two_places_that_are_gone_are_refused(project: Project) -> None:
    twin = project.top / "twin" / "migrations"
    (twin / "1_init").mkdir(parents=True)
    (twin / "1_init" / "migration.sql").write_bytes(b"SELECT 1;\n")
    commit = project.commit()
    (twin / "1_init" / "migration.sql").unlink()
    (twin / "1_init").rmdir()
    twin.rmdir()
    with pytest.raises(ConfigError, match=r"migrations in prisma/migrations .*, twin/migrations \(1_init\):"):
        at(project, moved(project), commit)


def test_migrations_that_are_gone_and_have_nothing_in_common_are_refused(project: Project) -> None:
    (project.migrations / "migration_lock.toml").write_text(LOCK)
    commit = project.commit()
    to = moved(project)
    for old, new in (("1_init", "0_squashed"), ("2_more", "3_new")):
        (project.top / to / old / "migration.sql").write_bytes(old.encode())
        (project.top / to / old).rename(project.top / to / new)
    with pytest.raises(ConfigError, match=r"it has migrations in prisma/migrations \(1_init and 1 more\)"):
        at(project, to, commit)


def test_migrations_that_were_a_submodule_are_refused(project: Project) -> None:
    commit = project.git("rev-parse", "HEAD")
    project.git("rm", "-rfq", "--cached", ".")
    project.git("update-index", "--add", "--cacheinfo", f"160000,{commit},prisma")
    project.git("commit", "-q", "-m", "x")
    assert "prisma is a link or a submodule there" in said(project, "HEAD")


def test_a_migration_that_was_a_link_counts_as_edited(project: Project, tmp_path: Path) -> None:
    (project.migrations / "3_link").symlink_to(tmp_path)
    commit = project.commit()
    (project.migrations / "3_link").unlink()
    project.write("3_link")
    found = project.since(commit)
    assert (found.new, found.edited) == (frozenset(), ("3_link",))
