"""A project whose every name, comment, text and file name tries to get out of the report that shows it.

It is valid where it must be: Prisma's grammar, PostgreSQL's identifiers (at most 63 bytes, no NUL), names of files.
Most of its tables are made by its migrations; the rest stand behind guards that never come true, so that findings of
every kind carry the names. `PWNED` is what every payload does when it runs.
"""

import json
from collections.abc import Iterator
from pathlib import Path

__all__ = [
    "GROUPS",
    "NAMES",
    "PAYLOADS",
    "PWNED",
    "SPOKEN",
    "TRACKER",
    "as_file_name",
    "as_identifier",
    "write_hostile_project",
]

PWNED = "window.pwned=1"
TRACKER = "tracker.example"

PAYLOADS = (
    f'"><script>{PWNED}</script>',
    f"<img src=x onerror={PWNED}>",
    f"[x](javascript:{PWNED})",
    "a\n```mermaid\ngraph TD;A-->B\nclick A call alert()\n```\n",
    "</script></style></title></textarea></details>",
    "--> ]]> --!> */ <!-- <![CDATA[ <?x",
    "{{7*7}} {% x %} ${7*7} $$x$$ $(id) `id` <%= 7*7 %>",
    "evil\u202etxt.elbat\u202c zero\u200bwidth\u2066 \u00ad\ufeff",
    "\x1b[31mred\x1b[0m\x1b]8;;http://x\x07bell\x08\x7f\x9b2J",
    "😀" * 15,
    "@mention #1 owner/repo#2 | a|b \\| :smile: GH-3",
    f"data:text/html,<script>{PWNED}</script>",
    "w" * 63,
    r"C:\Users\new\table\u0041..\x",
    "../../../etc/passwd\r\n",
    f"<svg/onload={PWNED}><math><mi//xlink:href='data:x'>",
    f'<a href="javascript:{PWNED}">x</a>',
    f"![x](https://{TRACKER}/x.png)",
    f"https://{TRACKER}/?q=1 www.{TRACKER} a@b.example",
    f"' onclick='{PWNED}' \" autofocus onfocus=\"{PWNED}",
    f"=cmd|' /C calc'!A0 <iframe srcdoc='<script>{PWNED}'>",
    "&lt;b&gt;&#60;i&#62; &amp;amp; &NoSuchEntity; &#x1F600",
    "x\n# heading\n- [x] item\n> quote\n***\n<b>\n\n    code",
    "x\n::error file=x,line=1::pwned\n::set-output name=x::y",
    "%s %(x)d %n {0} \\1 \\n \\u202e",
    "👩\u200d👩\u200d👧\u200d👦Z\u0338\u0322\u031b\u0334\u0335\u0336\u0337\u0338\u2028\u2029 \u00a0",
)
"""Texts of at most 63 bytes each: values, defaults, comments, names of files."""

NAMES = tuple(text.replace('"', "'") for text in PAYLOADS)
"""The same as names of tables and the like, in which Prisma refuses quotation marks."""

SPOKEN = (*PAYLOADS, f"<script>{PWNED}</script>" * 20, "\u200b".join("x" * 200), "w" * 3000)
"""What text without a limit can be."""

GROUPS = tuple(PAYLOADS[place] for place in (0, 2, 9, 12))
"""The names of the feature groups."""

_LONGEST = 63
_MADE = 18


def as_identifier(text: str, prefix: str = "") -> str:
    """A name of at most 63 bytes, cut between characters."""
    return (prefix + text).encode()[:_LONGEST].decode(errors="ignore")


def as_file_name(text: str) -> str:
    """A text as a name that a directory can hold."""
    return text.replace("/", "\N{FRACTION SLASH}").replace("\0", "")


def write_hostile_project(directory: Path, *, breaks: bool = False) -> Path:
    """Write the project into a directory, and give that. With `breaks` its last migration raises an exception."""
    schema, migrations = directory / "prisma" / "schema", directory / "prisma" / "migrations"
    schema.mkdir(parents=True)
    migrations.mkdir()
    for name, text in _schema_files():
        (schema / name).write_text(text, encoding="utf-8")
    for name, sql in [*_migrations(), *([_broken()] if breaks else [])]:
        (migrations / name).mkdir()
        (migrations / name / "migration.sql").write_text(sql, encoding="utf-8")
    (migrations / "migration_lock.toml").write_text('provider = "postgresql"\n', encoding="utf-8")
    manifest = {"name": PAYLOADS[0], "dependencies": {"prisma": "6.19.0", PAYLOADS[1]: PAYLOADS[11]}}
    (directory / "package.json").write_text(json.dumps(manifest), encoding="utf-8")
    (directory / "pgready.toml").write_text("\n".join(_config()), encoding="utf-8")
    return directory


def _after(place: int, steps: int = 1) -> str:
    return PAYLOADS[(place + steps) % len(PAYLOADS)]


def _name_after(place: int, steps: int = 1) -> str:
    return NAMES[(place + steps) % len(NAMES)]


def _line(text: str) -> str:
    """A text on one line: it would end a comment that ends with its line."""
    return " ".join(text.split("\n")).replace("\r", " ")


def _prisma(text: str) -> str:
    """A string literal of the schema language, which follows JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _schema_files() -> Iterator[tuple[str, str]]:
    """Models by their group, in files that are named like it."""
    yield (
        "schema.prisma",
        f"""// {_line(PAYLOADS[0])}
generator client {{
  provider = {_prisma(PAYLOADS[1])}
  output   = {_prisma(PAYLOADS[14])}
}}

datasource db {{
  provider = "postgresql"
  url      = env("DATABASE_URL")
}}

/// {_line(PAYLOADS[4])}
enum Kind {{
{chr(10).join(_values())}

  @@map({_prisma(as_identifier(NAMES[1], "e"))})
}}
""",
    )
    for group, name in enumerate(GROUPS):
        models = [_model(place) for place in range(len(PAYLOADS)) if place % len(GROUPS) == group]
        yield f"{as_file_name(name)}.prisma", "\n".join(models)


def _values() -> Iterator[str]:
    for place, name in enumerate(PAYLOADS):
        yield f"  V{place} @map({_prisma(name)}) /// {_line(name)}"


def _model(place: int) -> str:
    before = (place - 1) % len(PAYLOADS)
    name, index = NAMES[place], as_identifier(NAMES[place], "i")
    key, unique = as_identifier(_name_after(place, 3), "k"), as_identifier(name, "u")
    return f"""/// {_line(name)}
/// {_line(SPOKEN[place % len(SPOKEN)])}
model H{place} {{
  id    String @id(map: {_prisma(as_identifier(name, "p"))})
  label String @default({_prisma(_after(place, 2))}) @map({_prisma(_name_after(place))}) /// {_line(_after(place, 4))}
  kind  Kind   @default(V{place})
  owner String @map({_prisma(as_identifier(_name_after(place, 5), "o"))})
  to    H{before} @relation("r{place}", fields: [owner], references: [id], map: {_prisma(key)}, onDelete: Cascade)
  from  H{(place + 1) % len(PAYLOADS)}[] @relation("r{(place + 1) % len(PAYLOADS)}")
  guessId String?

  @@unique([owner, label], map: {_prisma(unique)})
  @@index([label], map: {_prisma(index)})
  @@map({_prisma(name)})
}}
"""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _migrations() -> Iterator[tuple[str, str]]:
    kind = _quoted(as_identifier(NAMES[1], "e"))
    values = ", ".join(map(_literal, PAYLOADS))
    yield f"20250101000000_{as_file_name(PAYLOADS[0])}", f"CREATE TYPE {kind} AS ENUM ({values});\n"
    for place, name in enumerate(PAYLOADS):
        made = _made(place, kind) if place < _MADE else _guarded(place)
        yield f"2025010200{place:04d}_{as_file_name(name)}", _commented(name) + made
    yield f"20250103000000_{as_file_name(PAYLOADS[2])}", "\n".join(_changes())


def _commented(name: str) -> str:
    closed = name.replace("*/", "").replace("/*", "")
    return f"-- {_line(name)}\n/* {closed} */\n-- pgready:ignore RES002 {_line(name)}\n"


def _made(place: int, kind: str) -> str:
    name = _quoted(NAMES[place])
    label, owner = _quoted(_name_after(place)), _quoted(as_identifier(_name_after(place, 5), "o"))
    key = _quoted(as_identifier(_name_after(place, 3), "k"))
    referenced = f"""
ALTER TABLE {name} ADD CONSTRAINT {key} FOREIGN KEY ({owner}) REFERENCES {_quoted(NAMES[place - 1])} ("id")
  ON DELETE CASCADE ON UPDATE CASCADE;"""
    return f"""CREATE TABLE {name} (
  "id" TEXT NOT NULL,
  {label} TEXT NOT NULL DEFAULT {_literal(_after(place, 2))},
  "kind" {kind} NOT NULL DEFAULT {_literal(PAYLOADS[place])},
  {owner} TEXT NOT NULL,
  "guessId" TEXT,
  CONSTRAINT {_quoted(as_identifier(NAMES[place], "p"))} PRIMARY KEY ("id")
);
COMMENT ON TABLE {name} IS {_literal(SPOKEN[place % len(SPOKEN)])};
COMMENT ON COLUMN {name}."id" IS {_literal(_after(place, 6))};
CREATE UNIQUE INDEX {_quoted(as_identifier(NAMES[place], "u"))} ON {name} ({owner}, {label});
CREATE INDEX {_quoted(as_identifier(NAMES[place], "i"))} ON {name} ({label});
DO $body$ BEGIN RAISE NOTICE '%', {_literal(PAYLOADS[place])}; END $body$;{referenced if place else ""}
"""


def _guarded(place: int) -> str:
    """A table that would be changed if it were there, which no migration sees to."""
    name, asked = _quoted(NAMES[place]), _literal(NAMES[place])
    return f"""DO $body$ BEGIN
  IF EXISTS (SELECT 1 FROM information_schema.tables WHERE table_name = {asked}) THEN
    ALTER TABLE {name} ADD COLUMN {_quoted(_name_after(place))} TEXT DEFAULT {_literal(_after(place, 2))};
    RAISE WARNING USING MESSAGE = {asked}, HINT = {_literal(_after(place))};
  END IF;
END $body$;
"""


def _changes() -> Iterator[str]:
    """What rules speak of: rows, columns and tables that go, things that Prisma has no word for."""
    one, other, third = (_quoted(name) for name in NAMES[:3])
    yield f'ALTER TABLE {one} DROP COLUMN "guessId"; -- {_line(PAYLOADS[5])}'
    yield f"ALTER TABLE {other} ADD COLUMN {_quoted('n' + as_identifier(NAMES[1], 'x'))} INTEGER NOT NULL;"
    yield f'UPDATE {third} SET "guessId" = {_literal(PAYLOADS[0])} WHERE "id" <> {_literal(PAYLOADS[18])};'
    yield f'ALTER TABLE {third} RENAME COLUMN "guessId" TO {_quoted(as_identifier(NAMES[4], "g"))};'
    for place in (3, 8, 10):
        name = _quoted(NAMES[place])
        yield f'CREATE VIEW {_quoted(as_identifier(NAMES[place], "v"))} AS SELECT "id" AS {name} FROM {name};'
        check = _quoted(as_identifier(_name_after(place), "c"))
        yield f"ALTER TABLE {name} ADD CONSTRAINT {check} CHECK (\"id\" <> '');"
    yield f"CREATE TABLE {_quoted(as_identifier(NAMES[16], 't'))} ({_quoted(NAMES[17])} TEXT);"
    yield f"DROP TABLE {_quoted(as_identifier(NAMES[16], 't'))};"
    yield f"CREATE FUNCTION {_quoted(NAMES[6])}() RETURNS trigger LANGUAGE plpgsql AS $f$ -- {_line(PAYLOADS[5])}"
    yield f"BEGIN RAISE NOTICE '%', {_literal(PAYLOADS[5])}; RETURN NEW; END $f$;"
    yield f"CREATE TRIGGER {_quoted(NAMES[7])} BEFORE INSERT ON {one} EXECUTE FUNCTION {_quoted(NAMES[6])}();"
    yield f"CREATE POLICY {_quoted(NAMES[15])} ON {one} USING (true);"


def _broken() -> tuple[str, str]:
    said = {"MESSAGE": PAYLOADS[0], "DETAIL": "\n".join(PAYLOADS), "HINT": PAYLOADS[8], "TABLE": PAYLOADS[1]}
    using = ", ".join(f"{option} = {_literal(text)}" for option, text in said.items())
    return (
        f"20250104000000_{as_file_name(PAYLOADS[1])}",
        f"DO $body$ BEGIN RAISE EXCEPTION USING {using}; END $body$;\n",
    )


def _config() -> Iterator[str]:
    yield f"[project]\nname = {_string(PAYLOADS[0])}\nschema = ['prisma/schema']\nmigrations = 'prisma/migrations'"
    yield "[inventory]"
    for place, name in enumerate(GROUPS):
        needed = [f"H{place}", PAYLOADS[place], f"no such {PAYLOADS[place]}"]
        yield f"{_string(name)} = [{', '.join(map(_string, needed))}]"
    for group, name in enumerate(GROUPS):
        models = [f"H{place}" for place in range(len(PAYLOADS)) if place % len(GROUPS) == group and place < 22]
        yield f"[groups.{_string(name)}]\ntables = [{', '.join(map(_string, [*models, PAYLOADS[5] + '*']))}]"
        yield f"key = {_string(as_identifier(_name_after(group, 5), 'o'))}"
    for place, kind in enumerate(("internal_only", "independent", "acyclic")):
        groups = GROUPS[:2] if kind == "independent" else GROUPS[: place + 1]
        yield f"[[contracts]]\nname = {_string(PAYLOADS[place + 3])}\nkind = '{kind}'"
        yield f"groups = [{', '.join(map(_string, groups))}]\nreason = {_string(SPOKEN[-3 + place])}"
    yield f"[migrations]\nrequired = [{_string(PAYLOADS[0])}, {_string(PAYLOADS[8])}]"
    for place, rule in enumerate(("INV002", "ISO004")):
        yield f"[[suppressions]]\nrule = '{rule}'\nobject = {_string(PAYLOADS[18 + place])}"
        yield f"reason = {_string(SPOKEN[place - 2])}"


def _string(text: str) -> str:
    """A basic string of TOML, which knows the short escapes of JSON and no surrogates."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
