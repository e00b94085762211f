"""Configurations as projects write them: read as a text, never run; and what they say about external tables."""

from pathlib import Path

import pytest

from pgready.errors import SourceError
from pgready.sources.prisma import locate
from pgready.sources.prisma.external import Externals, read_externals

SCHEMA = 'datasource db {\n  provider = "postgresql"\n}\nmodel A {\n  id Int @id\n}\n'

SHAPES = {
    "as prisma init writes it": (
        'import "dotenv/config";\nimport { defineConfig, env } from "prisma/config";\n\nexport default defineConfig({\n'
        '  schema: "db/models",\n  migrations: {\n    path: "db/sql",\n    seed: "tsx prisma/seed.ts",\n  },\n'
        '  datasource: {\n    url: env("DATABASE_URL"),\n  },\n});\n'
    ),
    "satisfies": (
        "import type { PrismaConfig } from 'prisma'\nexport default {\n  schema: 'db/models',\n"
        "  migrations: { path: 'db/sql' },\n} satisfies PrismaConfig\n"
    ),
    "defineConfig and satisfies": (
        'export default defineConfig({ schema: "db/models", migrations: { path: "db/sql" } }) satisfies PrismaConfig'
    ),
    "type argument": 'export default defineConfig<Config>({ schema: "db/models", migrations: { path: "db/sql" } })',
    "trailing commas": 'export default defineConfig({ schema: "db/models", migrations: { path: "db/sql", }, },);',
    "named constants": (
        'const schema = "db/models"\nconst migrations = { path: `db/sql` }\n'
        "export default defineConfig({ schema, migrations })\n"
    ),
    "constants of paths": (
        'const root = path.join(__dirname, "db")\nconst config = {\n  schema: path.join(root, "models"),\n'
        '  migrations: { path: path.resolve(root, "sql") },\n}\nexport default config\n'
    ),
    "modules of Node": (
        'const path = require("node:path")\nimport nodePath from "node:path"\n'
        'module.exports = { schema: path.join("db", "models"), migrations: { path: nodePath.join("db", "sql") } }'
    ),
    "statements behind it": (
        "import type { PrismaConfig } from 'prisma'\nconst root = 'db'\nexport default {\n  schema: `${root}/models`,\n"
        "  migrations: { path: `${root}/sql` }, async adapter() { return {} },\n} satisfies PrismaConfig\n\nlog()\n"
    ),
    "a member that is said again": (
        'export default { ...base, ["schema"]: "x", schema: "db/models", migrations: { ...base, path: "db/sql" } }'
    ),
    "template": 'export default { schema: `${__dirname}/db/models`, migrations: { path: `${"db"}/sql` } }',
    "addition": 'export default { schema: __dirname + "/db/" + "models", migrations: { path: "db" + "/sql" } }',
    "as const": 'export default { schema: ("db/models" as string)!, migrations: { path: "db/sql" } } as const',
    "URL": (
        "export default { schema: fileURLToPath(new URL('./db/models', import.meta.url)),"
        " migrations: { path: 'db/sql' } }"
    ),
    "CommonJS": 'const { defineConfig } = require("prisma/config")\nmodule.exports = defineConfig({ schema: "db/models", migrations: { path: "db/sql" } })',  # noqa: E501 - one line as it stands in a file
    "exports.default": 'exports.default = { schema: "db/models", migrations: { path: "db/sql" } };',
    "export as default": 'const config = { schema: "db/models", migrations: { path: "db/sql" } };\nexport { config as default };',  # noqa: E501 - as above
    "export =": 'const config = { schema: "db/models", migrations: { path: "db/sql" } }\nexport = config',
    "other schemas around it": (
        '// schema: "a"\nconst other = { schema: "b" }\nexport default {\n  studio: { schema: "c", migrations: "d" },\n'
        '  /* schema: "e" */ "schema": "db/models",\n  typedSql: { path: "f" },\n'
        '  migrations: { seed: "g", initShadowDb: "CREATE TABLE x ()", path: "db/sql" },\n  views: { path: "h" },\n}'
    ),
    "escapes": r'export default { schema: "\x64b/\u006dodels", migrations: { path: "db\/sql" } }',
    "functions around it": (
        "function url() { return `x ${process.env.URL ?? '}'}` }\nexport default {\n  datasource: { url: url() },\n"
        "  adapter: async () => { const schema = 'no'; return new PrismaPg({ connectionString: url() }) },\n"
        "  schema: 'db/models', migrations: { path: 'db/sql' } }\n"
    ),
}


@pytest.mark.parametrize("extension", ["ts", "mts", "cts", "js", "mjs", "cjs"])
def test_every_extension_is_found(tmp_path: Path, extension: str) -> None:
    (tmp_path / f"prisma.config.{extension}").write_text('export default { schema: "a.prisma" }')
    (tmp_path / "a.prisma").write_text(SCHEMA)
    assert locate(tmp_path).found_by == f"prisma.config.{extension}"


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES.keys())
def test_a_configuration_of_this_shape_is_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "prisma.config.ts").write_text(text)
    (tmp_path / "db" / "models").mkdir(parents=True)
    (tmp_path / "db" / "models" / "a.prisma").write_text(SCHEMA)
    (tmp_path / "db" / "sql").mkdir()
    files = locate(tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in files.schema_files] == ["db/models/a.prisma"]
    assert files.migrations_directory == tmp_path / "db" / "sql"


@pytest.mark.parametrize(
    "text",
    [
        'export default { schema: process.env.SCHEMA ?? "a.prisma" }',
        'export default { schema: env("SCHEMA") }',
        'export default { schema: isProduction ? "a.prisma" : "b.prisma" }',
        "export default { schema: `${process.env.DIRECTORY}/a.prisma` }",
        "export default { schema: `${`a`}.prisma` }",
        'let schema = "a.prisma"\nschema = "b.prisma"\nexport default { schema }',
        'import { schema } from "./paths"\nexport default { schema }',
        'import config from "./other"\nexport default config',
        "export default defineConfig(() => ({}))",
        "const a = b\nconst b = a\nexport default { schema: a }",
        "export default { schema: " + "(" * 5_000 + '"a"' + ")" * 5_000 + " }",
        "export default { schema: " + "path.join(" * 5_000 + '"a"' + ")" * 5_000 + " }",
        "export default " + "{ a: " * 5_000 + "}" * 5_000 + " as x as y, schema: 1",
        "export default { schema: " + '"a" + ' * 5_000 + "b }",
        'export default { schema: path.join("x", "a.prisma").replace("x/", "") }',
        'export default { schema: "a.prisma", ...other }',
        'export default { schema: "b.prisma", ["schema"]: "a.prisma" }',
        'export default { schema: "b.prisma", get schema() { return "a.prisma" } }',
        'export default { schema: "b.prisma", async schema() {} }',
        'export default { schema: "a.prisma", __proto__: other }',
        'const c = { schema: "a.prisma" }\nc.schema = "b.prisma"\nexport default c',
        'const c = { schema: "a.prisma" }\nc["schema"] = "b.prisma"\nexport default c',
        'const c = { schema: "a.prisma" }\nObject.assign(c, other)\nexport default c',
        'function f() { const s = "a.prisma" }\nconst s = "b.prisma"\nexport default { schema: s }',
        'function f() { const s = "a.prisma" }\nexport default { schema: s }',
        'export default { schema: "a.prisma" }.other',
        'export default { schema: "a.prisma" as string || other }',
        'export default other(defineConfig({ schema: "a.prisma" }))',
        'module.exports = { schema: "a.prisma" }\nmodule.exports = { schema: "b.prisma" }',
        'export default { schema: ["a.prisma"].join("") }',
        'export default { schema: "a.prisma".normalize() }',
        'const parts = ["x"]\nexport default { schema: parts.join("a.prisma") }',
        'import { parts } from "./x"\nexport default { schema: parts.join("a.prisma") }',
        'function join(x) { return x + ".old" }\nexport default { schema: join("a.prisma") }',
        r'export default { schema: "\141.prisma" }',
        r'export default { schema: "\u{61}.prisma" }',
        r'export default { schema: "a.prisma\ud800" }',
        r'export default { schema: "\\\u{61}.prisma" }',
        r'export default { schema: `${"a"}\x2eprisma` }',
    ],
    ids=range(39),
)
def test_what_only_the_program_knows_is_an_error_with_its_place(tmp_path: Path, text: str) -> None:
    (tmp_path / "prisma.config.ts").write_text(text)
    (tmp_path / "a.prisma").write_text(SCHEMA)
    with pytest.raises(SourceError, match="--schema") as caught:
        locate(tmp_path)
    assert caught.value.path in ("prisma.config.ts", ".")
    assert caught.value.path == "." or (caught.value.line or 0) >= 1


def externals(text: str) -> Externals:
    return read_externals(text, "prisma.config.ts")


def test_external_tables_and_enums_are_read_with_their_places() -> None:
    found = externals(
        'const shared = "auth.sessions"\nexport default defineConfig({\n  experimental: { externalTables: true },\n'
        '  tables: {\n    external: ["auth.users", shared],\n  },\n  enums: { external: [`auth.role`] },\n'
        "  migrations: { initShadowDb: `CREATE SCHEMA auth;\n  CREATE TABLE auth.users ()` },\n})\n"
    )
    assert [(each.name, str(each.location)) for each in found.tables] == [
        ("auth.users", "prisma.config.ts:5:16"),
        ("auth.sessions", "prisma.config.ts:5:30"),
    ]
    assert [each.name for each in found.enums] == ["auth.role"]
    assert found.shadow_sql is not None
    assert found.shadow_sql.name == "CREATE SCHEMA auth;\n  CREATE TABLE auth.users ()"
    assert found.notes == ()


NOTES = {
    "a call": ("tables: { external: load() }", [], "`tables.external` is `load()`"),
    "a name of elsewhere": (
        'tables: { external: ["a.b", ...more, other] }',
        ["a.b"],
        "`tables.external` holds `...more`",
    ),
    "a section of elsewhere": ("enums: enumsOfOthers", [], "`enums` is no literal"),
    "a spread": ('...base, tables: { external: ["a.b"] }', ["a.b"], "a spread may hold `tables` or `enums`"),
    "a spread in the section": ('tables: { ...base, external: ["a.b"] }', ["a.b"], "a spread in `tables`"),
    "no schema": ('tables: { external: ["users"] }', ["users"], "`users` has no schema: Prisma expects `schema.name`"),
    "shadow": (
        "migrations: { initShadowDb: read('x.sql') }",
        [],
        "`migrations.initShadowDb` cannot be read without running it; it does not run before the rehearsal",
    ),
    "filtered": ('tables: { external: ["a.b", "c.d"].filter(wanted) }', [], '`tables.external` is `["a.b"'),
    "a spread behind": ('tables: { external: ["a.b"], ...more }', [], "a spread in `tables`"),
    "a computed name": ('tables: { external: ["a.b"], ["external"]: [] }', [], "a computed name in `tables`"),
    "a getter": ('tables: { get external() { return ["a.b"] } }', [], "`tables.external` is `getexternal()"),
    "trimmed": (
        "migrations: { initShadowDb: `SELECT 1`.trim() }",
        [],
        "`migrations.initShadowDb` cannot be read without running it",
    ),
}


@pytest.mark.parametrize(("text", "names", "note"), NOTES.values(), ids=NOTES.keys())
def test_what_cannot_be_read_is_noted_and_nothing_is_guessed(text: str, names: list[str], note: str) -> None:
    found = externals(f"export default {{ experimental: {{ externalTables: true }}, {text} }}")
    assert [each.name for each in found.tables] == names
    assert any(message.startswith(note) for _, message in found.notes), found.notes
    assert all(place.line == 1 for place, _ in found.notes)


@pytest.mark.parametrize(
    "flag", ["", "experimental: {},", "experimental: { externalTables: false },", "experimental: { adapter: true },"]
)
def test_what_prisma_refuses_without_its_flag_is_not_used(flag: str) -> None:
    found = externals(
        f'export default {{ {flag}\n tables: {{ external: ["auth.users"] }},\n enums: {{ external: ["auth.role"] }},\n'
        ' migrations: { path: "m", initShadowDb: "SELECT 1" } }'
    )
    without = "without `experimental: { externalTables: true }`"
    assert (found.tables, found.enums, found.shadow_sql) == ((), (), None)
    assert [(place.line, message) for place, message in found.notes] == [
        (2, f"Prisma refuses `tables.external` {without}; not left out of the comparison"),
        (3, f"Prisma refuses `enums.external` {without}; not left out of the comparison"),
        (4, f"Prisma refuses `migrations.initShadowDb` {without}; it does not run before the rehearsal"),
    ]


@pytest.mark.parametrize("flag", ["experimental: flags", "experimental: { externalTables: on }", "...base"])
def test_a_flag_that_cannot_be_read_may_be_on(flag: str) -> None:
    found = externals(f'export default {{ {flag}, tables: {{ external: ["auth.users"] }} }}')
    assert [each.name for each in found.tables] == ["auth.users"]
    assert not any("refuses" in message for _, message in found.notes)


@pytest.mark.parametrize(
    "text",
    [
        'const config = { tables: { external: ["a.b"] } };\nexport default wrap(config)',
        'export default {\n tables: { external: ["a.b"] } }.x',
        'module.exports = {}\nmodule.exports = { "initShadowDb": 1 }',
        'export default `\n tables: { external: ["a.b"] }',
    ],
)
def test_a_configuration_that_cannot_be_read_but_speaks_of_external_tables_is_noted(text: str) -> None:
    found = externals(text)
    assert (found.tables, found.enums, found.shadow_sql) == ((), (), None)
    ((place, message),) = found.notes
    assert place.file == "prisma.config.ts"
    assert "cannot be read without running it; not left out of the comparison" in message


@pytest.mark.parametrize("text", ["", "export default load()", "export default {}", "\0", "export default {", "`${"])
def test_a_configuration_without_external_tables_says_nothing(text: str) -> None:
    assert externals(text) == Externals()


def test_external_tables_are_known_where_options_name_the_schema(tmp_path: Path) -> None:
    flag = "experimental: { externalTables: true }"
    (tmp_path / "prisma.config.ts").write_text(
        f'export default {{ schema: load(), {flag}, tables: {{ external: ["a.b"] }} }}'
    )
    (tmp_path / "a.prisma").write_text(SCHEMA)
    (tmp_path / "migrations").mkdir()
    files = locate(tmp_path, schema=(tmp_path / "a.prisma",), migrations=tmp_path / "migrations")
    assert [each.name for each in files.external.tables] == ["a.b"]
