"""Which files are read: options, configuration, package.json, the usual places."""

from pathlib import Path

import pytest

from pgready.errors import SourceError
from pgready.model.schema import Schema
from pgready.sources.prisma import ProjectFiles, locate, parse, read_schema, to_schema

SCHEMA = 'datasource db {\n  provider = "postgresql"\n}\nmodel A {\n  id Int @id\n}\n'
MODEL = "model B {\n  id Int @id\n}\n"


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def found(files: ProjectFiles) -> tuple[list[str], str | None]:
    directory = files.migrations_directory
    return (
        [path.relative_to(files.root).as_posix() for path in files.schema_files],
        None if directory is None else directory.relative_to(files.root).as_posix(),
    )


@pytest.mark.parametrize(
    ("path", "migrations"),
    [("schema.prisma", "migrations"), ("prisma/schema.prisma", "prisma/migrations")],
)
def test_the_usual_places(tmp_path: Path, path: str, migrations: str) -> None:
    write(tmp_path, {path: SCHEMA, f"{migrations}/1/migration.sql": "", "other.prisma": "broken"})
    files = locate(tmp_path)
    assert found(files) == ([path], migrations)
    assert files.found_by == path


def test_the_root_comes_before_the_folder(tmp_path: Path) -> None:
    write(tmp_path, {"schema.prisma": SCHEMA, "prisma/schema.prisma": SCHEMA, "prisma/schema/a.prisma": SCHEMA})
    assert found(locate(tmp_path)) == (["schema.prisma"], None)


def test_a_folder_is_read_recursively_with_migrations_beside_the_datasource(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "prisma/schema/base/main.prisma": SCHEMA,
            "prisma/schema/b.prisma": MODEL,
            "prisma/schema/notes.txt": "",
            "prisma/schema/base/migrations/1/migration.sql": "",
            "prisma/schema/migrations/1/migration.sql": "",
        },
    )
    files = locate(tmp_path)
    assert found(files) == (
        ["prisma/schema/b.prisma", "prisma/schema/base/main.prisma"],
        "prisma/schema/base/migrations",
    )
    assert [table.name.name for table in read_schema(files).tables] == ["A", "B"]


def test_options_win_and_may_be_files_and_folders_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "app"
    write(
        tmp_path,
        {"app/schema.prisma": "broken", "db/main.prisma": SCHEMA, "more/x/b.prisma": MODEL, "sql/1/migration.sql": ""},
    )
    monkeypatch.chdir(tmp_path)
    files = locate(project, schema=(Path("more"), Path("db/main.prisma")), migrations=Path("sql"))
    assert files.schema_files == (tmp_path / "db/main.prisma", tmp_path / "more/x/b.prisma")
    assert files.migrations_directory == tmp_path / "sql"
    tables = read_schema(files).tables
    assert [table.location and table.location.file for table in tables] == ["../db/main.prisma", "../more/x/b.prisma"]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, {"prisma/schema.prisma": SCHEMA})
    files = locate(tmp_path, schema=(tmp_path / "prisma", tmp_path / "prisma" / "schema.prisma"))
    assert len(files.schema_files) == 1


@pytest.mark.parametrize(
    "config",
    [
        'import { defineConfig } from "prisma/config"\nexport default defineConfig({\n  schema: "db/models",\n})',
        "export default { schema: 'db/models' } satisfies PrismaConfig;",
        "module.exports = { schema: `db/models`, }",
        'export default defineConfig({ "schema": path.join("db", "models") })',
        'export default { schema: join(__dirname, "db", "models") }',
        'export default { schema: path.join(import.meta.dirname, "./db/models") }',
        'export default { schema: path.resolve("db", "models") }',
        'export default { schema: path.resolve(__dirname, "x", "..", "db/models") }',
        'export default { schema: path.join(process.cwd(), "db/models") }',
        'const config = { schema: "db/models" };\nexport default config;',
        'const config: PrismaConfig = defineConfig({ schema: "db/models" });\nexport default defineConfig(config);',
        '/* schema: "x" */ export default { // schema: "y"\n datasource: { schema: "z" }, schema: "db/models" }',
        'export default { ...base, seed: `a ${b} c`, schema: "db/models", other: [1, { schema: "x" }] }',
    ],
)
def test_a_configuration_is_read_literally(tmp_path: Path, config: str) -> None:
    write(tmp_path, {"prisma.config.ts": config, "db/models/a.prisma": SCHEMA, "db/models/migrations/1/x": ""})
    files = locate(tmp_path)
    assert found(files) == (["db/models/a.prisma"], "db/models/migrations")
    assert files.found_by == "prisma.config.ts"


@pytest.mark.parametrize(
    ("config", "place"),
    [
        ("export default { schema: process.env.SCHEMA }", "1:26"),
        ("export default {\n  schema: `${dir}/schema.prisma`,\n}", "2:11"),
        ('export default { schema: path.join(dir, "x") }', "1:36"),
        ('export default { schema: "a" + b }', "1:32"),
        ("export default { schema }", "1:18"),
        ("export default { ...base }", "1:18"),
        ("export default load()", "1:16"),
        ("const x = 1", "1:1"),
        ('export default { schema: "schema.prisma", migrations: { path: dir } }', "1:63"),
        ('export default { schema: "schema.prisma", migrations: other }', "1:55"),
        ("", "1:1"),
    ],
)
def test_what_is_not_literal_is_an_error_that_points_to_the_option(tmp_path: Path, config: str, place: str) -> None:
    """The configuration is a program: it is never run."""
    write(tmp_path, {"prisma.config.ts": config, "schema.prisma": SCHEMA})
    with pytest.raises(SourceError) as caught:
        locate(tmp_path)
    assert caught.value.path == "prisma.config.ts"
    assert f"{caught.value.line}:{caught.value.column}" == place
    assert "pass --schema" in caught.value.message


def test_options_do_without_a_configuration_that_cannot_be_read(tmp_path: Path) -> None:
    write(tmp_path, {"prisma.config.ts": "export default load()", "schema.prisma": SCHEMA, "migrations/1/x": ""})
    files = locate(tmp_path, schema=(tmp_path / "schema.prisma",), migrations=tmp_path / "migrations")
    assert found(files) == (["schema.prisma"], "migrations")


def test_the_configuration_names_the_migrations(tmp_path: Path) -> None:
    config = 'export default { schema: "schema.prisma", migrations: { seed: "x", path: "db/sql" } }'
    write(tmp_path, {"prisma.config.mjs": config, "schema.prisma": SCHEMA, "db/sql/1/x": "", "migrations/1/x": ""})
    assert found(locate(tmp_path)) == (["schema.prisma"], "db/sql")


def test_a_configuration_without_schema_leaves_the_usual_places(tmp_path: Path) -> None:
    write(tmp_path, {"prisma.config.js": "export default {}", "prisma/schema.prisma": SCHEMA})
    assert found(locate(tmp_path)) == (["prisma/schema.prisma"], None)


def test_paths_in_the_config_folder_start_there(tmp_path: Path) -> None:
    write(tmp_path, {".config/prisma.ts": 'export default { schema: "../db/s.prisma" }', "db/s.prisma": SCHEMA})
    assert found(locate(tmp_path)) == (["db/s.prisma"], None)


def test_package_json_names_the_schema(tmp_path: Path) -> None:
    write(tmp_path, {"package.json": '{"prisma": {"schema": "db"}}', "db/a.prisma": SCHEMA, "schema.prisma": MODEL})
    files = locate(tmp_path)
    assert (found(files)[0], files.found_by) == (["db/a.prisma"], "package.json#prisma.schema")


@pytest.mark.parametrize("content", ['{"prisma": "x"}', "[]", '{"name": "x", "prisma": {"seed": "y"}}'])
def test_package_json_without_a_schema_is_no_obstacle(tmp_path: Path, content: str) -> None:
    write(tmp_path, {"package.json": content, "schema.prisma": SCHEMA})
    assert found(locate(tmp_path))[0] == ["schema.prisma"]


@pytest.mark.parametrize(
    ("files", "path", "message"),
    [
        ({}, ".", "no Prisma schema found"),
        ({"package.json": '{"prisma": {"schema": "nope"}}'}, "nope", "no such file"),
        ({"package.json": "{,}"}, "package.json", "not valid JSON"),
        ({"prisma.config.ts": 'export default { schema: "nope" }'}, "nope", "named in prisma.config.ts"),
        ({"prisma/schema/readme.txt": ""}, "prisma/schema", "no *.prisma file"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, files: dict[str, str], path: str, message: str) -> None:
    write(tmp_path, files)
    with pytest.raises(SourceError, match=r".") as caught:
        locate(tmp_path)
    assert caught.value.path == path
    assert message in caught.value.message


def test_wrong_options_are_named(tmp_path: Path) -> None:
    write(tmp_path, {"schema.prisma": SCHEMA})
    with pytest.raises(SourceError, match="no such directory"):
        locate(tmp_path / "nope")
    with pytest.raises(SourceError, match="named with --schema"):
        locate(tmp_path, schema=(tmp_path / "nope.prisma",))
    with pytest.raises(SourceError, match="named with --migrations"):
        locate(tmp_path, migrations=tmp_path / "nope")


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"model A {\n id \xff Int\n}\n", 2, "byte 0xff is not UTF-8"),
        (SCHEMA.encode("utf-16"), 1, "is UTF-16"),
        (b"\xef\xbb\xbf" + SCHEMA.encode(), 1, "expected a block"),
        (SCHEMA.encode() + b"\0", 7, "expected a block"),
    ],
)
def test_other_encodings_are_errors(tmp_path: Path, data: bytes, line: int, message: str) -> None:
    (tmp_path / "schema.prisma").write_bytes(data)
    with pytest.raises(SourceError) as caught:
        read_schema(locate(tmp_path))
    assert (caught.value.path, caught.value.line) == ("schema.prisma", line)
    assert message in caught.value.message


def test_syntax_errors_of_all_files_are_told(tmp_path: Path) -> None:
    write(tmp_path, {"prisma/schema/a.prisma": "x\n" + SCHEMA, "prisma/schema/b.prisma": "y\n"})
    with pytest.raises(SourceError) as caught:
        read_schema(locate(tmp_path))
    assert [error.path for error in (caught.value, *caught.value.others)] == [
        "prisma/schema/a.prisma",
        "prisma/schema/b.prisma",
    ]


def test_a_project_that_declares_nothing_is_an_error(tmp_path: Path) -> None:
    """Prisma accepts it, but an audit of nothing would find nothing wrong; a single enum is something."""
    write(tmp_path, {"schema.prisma": 'datasource db {\n  provider = "postgresql"\n}\n'})
    assert to_schema([parse((tmp_path / "schema.prisma").read_text(), "s.prisma")]) == Schema()
    with pytest.raises(SourceError, match="declares no model"):
        read_schema(locate(tmp_path))
    (tmp_path / "schema.prisma").write_text('datasource db {\n  provider = "postgresql"\n}\nenum E {\n  A\n}\n')
    assert [enum.values for enum in read_schema(locate(tmp_path)).enums] == [("A",)]
