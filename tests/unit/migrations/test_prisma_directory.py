"""Prisma's migrations directory: which directories count, in which order, and what their files hold."""

import hashlib
import os
from pathlib import Path

import pytest

from pgready.errors import SourceError
from pgready.sources.migrations import lock_provider, read_migrations
from pgready.sources.migrations.prisma import stray_files


def project(root: Path, **files: bytes) -> Path:
    """Migrations below `root/prisma/migrations`, by directory name."""
    directory = root / "prisma" / "migrations"
    directory.mkdir(parents=True)
    for name, content in files.items():
        (directory / name).mkdir()
        (directory / name / "migration.sql").write_bytes(content)
    return directory


def test_every_directory_is_a_migration_in_the_order_of_the_bytes_of_its_name(tmp_path: Path) -> None:
    names = ["add_auth_models", "20240101000000_b", "Zoo", "0_init", "20230101000000_a", "é", "00000000000000_init"]
    directory = project(tmp_path, **dict.fromkeys(names, b"SELECT 1"))

    found = read_migrations(directory, root=tmp_path)

    assert [each.name for each in found] == [
        "00000000000000_init",
        "0_init",
        "20230101000000_a",
        "20240101000000_b",
        "Zoo",
        "add_auth_models",
        "é",
    ]
    assert [each.position for each in found] == [1, 2, 3, 4, 5, 6, 7]
    assert found[0].file == "prisma/migrations/00000000000000_init/migration.sql"


def test_files_and_links_beside_the_directories_do_not_count(tmp_path: Path) -> None:
    directory = project(tmp_path, a=b"SELECT 1")
    (directory / "migration_lock.toml").write_text('provider = "postgresql"\n')
    (directory / "stray.sql").write_text("DROP TABLE x")
    (directory / "b").symlink_to(directory / "a", target_is_directory=True)

    assert [each.name for each in read_migrations(directory, root=tmp_path)] == ["a"]


def test_the_text_and_its_checksum_are_of_the_bytes_as_they_are(tmp_path: Path) -> None:
    content = "\ufeffSELECT 'é';\r\n".encode()
    directory = project(tmp_path, a=content)

    (found,) = read_migrations(directory, root=tmp_path)

    assert found.sql == "\ufeffSELECT 'é';\r\n"
    assert found.checksum == hashlib.sha256(content).hexdigest()
    assert found.undecodable_bytes == 0


def test_a_directory_without_a_file_is_a_migration_without_text(tmp_path: Path) -> None:
    directory = project(tmp_path, a=b"SELECT 1")
    (directory / "b").mkdir()

    found = read_migrations(directory, root=tmp_path)[1]

    assert (found.sql, found.checksum) == (None, None)


def test_bytes_that_are_not_utf8_are_replaced_and_counted(tmp_path: Path) -> None:
    directory = project(tmp_path, a=b"SELECT '\xe9\xff', '\xc3\xa9', '\xe2\x82';")

    (found,) = read_migrations(directory, root=tmp_path)

    assert found.undecodable_bytes == 4
    assert found.sql == "SELECT '\ufffd\ufffd', 'é', '\ufffd';"


@pytest.mark.parametrize(
    "content",
    [
        "DROP TABLE x;".encode("utf-16"),
        b"\xfe\xff" + "DROP TABLE x;".encode("utf-16-be"),
        "DROP TABLE x;".encode("utf-16-le"),
        "DROP TABLE x;".encode("utf-16-be"),
    ],
    ids=["marked", "big endian", "unmarked little endian", "unmarked big endian"],
)
def test_utf16_is_an_error_that_names_the_file(tmp_path: Path, content: bytes) -> None:
    directory = project(tmp_path, a=content)

    with pytest.raises(SourceError, match=r"^prisma/migrations/a/migration\.sql: the file is UTF-16 .*expected UTF-8"):
        read_migrations(directory, root=tmp_path)


def test_a_single_nul_is_left_to_the_reader_of_the_text(tmp_path: Path) -> None:
    directory = project(tmp_path, a=b"SELECT 1;\0DROP TABLE x")

    assert read_migrations(directory, root=tmp_path)[0].sql == "SELECT 1;\0DROP TABLE x"


def test_a_missing_directory_is_an_error_that_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^prisma/migrations: .* does not exist; expected a directory with one"):
        read_migrations(tmp_path / "prisma" / "migrations", root=tmp_path)


def test_a_file_is_no_migrations_directory(tmp_path: Path) -> None:
    (tmp_path / "migrations").write_text("")

    with pytest.raises(SourceError, match=r"^migrations: not a directory"):
        read_migrations(tmp_path / "migrations", root=tmp_path)


def test_a_directory_without_migrations_is_an_error(tmp_path: Path) -> None:
    directory = project(tmp_path)
    (directory / "migration_lock.toml").write_text("")

    with pytest.raises(SourceError, match=r"^prisma/migrations: no migrations here; expected"):
        read_migrations(directory, root=tmp_path)


def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    directory = project(tmp_path, a=b"")
    (directory / "a" / "migration.sql").unlink()
    os.mkfifo(directory / "a" / "migration.sql")

    with pytest.raises(SourceError, match="not a file"):
        read_migrations(directory, root=tmp_path)


def test_a_file_beyond_all_measure_is_an_error(tmp_path: Path) -> None:
    directory = project(tmp_path, a=b"")
    os.truncate(directory / "a" / "migration.sql", 300 << 20)

    with pytest.raises(SourceError, match="at most 268435456 are read"):
        read_migrations(directory, root=tmp_path)


def test_a_name_that_is_not_utf8_can_be_printed(tmp_path: Path) -> None:
    directory = project(tmp_path)
    odd = os.fsencode(directory) + b"/a\xff"
    os.mkdir(odd)  # noqa: PTH102 - bytes

    (found,) = read_migrations(directory, root=tmp_path)

    assert (found.name, found.file) == ("a\ufffd", "prisma/migrations/a\ufffd/migration.sql")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    directory = project(tmp_path, a=b"SELECT 1")
    (directory / "a" / "migration.sql").chmod(0)

    with pytest.raises(SourceError, match="cannot be read: Permission denied"):
        read_migrations(directory, root=tmp_path)


def test_a_directory_outside_the_root_is_shown_relative_to_it(tmp_path: Path) -> None:
    directory = project(tmp_path / "db", a=b"SELECT 1")
    (tmp_path / "app").mkdir()

    (found,) = read_migrations(directory, root=tmp_path / "app")

    assert found.file == "../db/prisma/migrations/a/migration.sql"


def test_the_provider_stands_in_the_lock_file(tmp_path: Path) -> None:
    directory = project(tmp_path)

    assert lock_provider(directory, root=tmp_path) is None
    (directory / "migration_lock.toml").write_text('# Do not edit\nprovider = "mysql"\n')
    assert lock_provider(directory, root=tmp_path) == "mysql"
    (directory / "migration_lock.toml").write_text("provider = 3\n")
    assert lock_provider(directory, root=tmp_path) is None


@pytest.mark.parametrize(("content", "message"), [(b"provider = ", "not TOML"), (b"\xff", "not UTF-8")])
def test_a_broken_lock_file_is_an_error_with_its_name(tmp_path: Path, content: bytes, message: str) -> None:
    directory = project(tmp_path)
    (directory / "migration_lock.toml").write_bytes(content)

    with pytest.raises(SourceError, match=rf"^prisma/migrations/migration_lock\.toml: {message}"):
        lock_provider(directory, root=tmp_path)


def test_sql_that_prisma_never_runs_is_found_on_both_levels(tmp_path: Path) -> None:
    directory = tmp_path / "migrations"
    for file in (
        "1/migration.sql",
        "1/seed.sql",
        "1/down.sql",
        "2/Migration.SQL",
        "all.sql",
        "notes.md",
        "1/deep/x.sql",
    ):
        (directory / file).parent.mkdir(parents=True, exist_ok=True)
        (directory / file).write_text("SELECT 1;", encoding="utf-8")
    (directory / "link.sql").symlink_to("all.sql")
    assert stray_files(directory, root=tmp_path) == (
        *("migrations/1/seed.sql", "migrations/2/Migration.SQL", "migrations/all.sql"),
    )
