"""Hostile input: an error in reasonable time, never another exception, never a hang."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pgready.errors import SourceError
from pgready.sources.prisma import locate, parse, read_schema, to_schema
from pgready.sources.prisma.external import read_externals
from pgready.sources.prisma.parser import parse_into
from pgready.sources.prisma.problems import Problems
from pgready.sources.prisma.to_schema import resolve

FIXTURES = Path(__file__).parents[2] / "fixtures" / "prisma"

HEAD = 'datasource db {\n  provider = "postgresql"\n}\n'
MB = 1024 * 1024
LONG = {
    "10,000 nested brackets": HEAD + "model A {\n id Int @default(" + "[" * 10_000 + "]" * 10_000 + ")\n}\n",
    "10,000 nested calls": HEAD + "model A {\n id Int @default(" + "f(" * 10_000 + ")" * 10_000 + ")\n}\n",
    "10,000 nested objects": HEAD + "generator g {\n a = " + "{ a: " * 10_000 + "}" * 10_000 + "\n}\n",
    "10 MB on one line": "x" * (10 * MB),
    "10 MB of tokens on one line": HEAD + "model A {\n id Int " + "@x " * (3 * MB) + "\n}\n",
    "10 MB of open strings": HEAD + "model A {\n" + ' a "\n' * (2 * MB) + "}\n",
    "quotation marks on one line": HEAD + "model A {\n a " + '"\\' * 90_000 + "\n}\n",
    "block comments that never close": HEAD + "/*\n" * (1 * MB),
    "open block comments on one line": HEAD + "model A {\n id Int " + "/* " * 60_000 + "\n}\n",
    "2 MB of closing braces": HEAD + "}\n" * MB,
    "2 MB of opening blocks": HEAD + "model A {\n" * (MB // 5),
    "closing braces on one line": HEAD + "model A {\n" + "} " * 60_000,
    "an index of many fields": HEAD + "model A {\n id Int @id\n @@index([" + "id, " * 45_000 + "id])\n}\n",
    "many dots": HEAD + "model A {\n id a" + ".a" * 90_000 + "\n}\n",
    "digits": HEAD + "model A {\n id Int @id @default(" + "9" * 150_000 + ")\n}\n",
    "digits of a type": HEAD + "model A {\n id Int @id\n s String @db.VarChar(" + "9" * 150_000 + ")\n}\n",
    "digits of a function": HEAD + "model A {\n id String @id @default(nanoid(" + "9" * 150_000 + "))\n}\n",
    "nested JSON": HEAD + 'model A {\n id Int @id\n j Json @default("' + "[" * 90_000 + '")\n}\n',
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_large_broken_text_is_an_error_in_time(text: str) -> None:
    start = time.process_time()
    with pytest.raises(SourceError) as caught:
        to_schema([parse(text, "s.prisma")])
    assert time.process_time() - start < 20
    assert len(caught.value.others) <= 100
    assert len(str(caught.value)) < 100_000


def test_a_hub_of_thousands_of_relations_takes_no_longer_per_relation() -> None:
    count = 3000
    back = "".join(f' r{number} A[] @relation("{number}")\n' for number in range(count))
    forth = "".join(
        f' b{number} B @relation("{number}", fields: [bId], references: [id], map: "k{number}")\n'
        for number in range(count)
    )
    text = HEAD + f"model A {{\n id Int @id\n bId Int\n{forth}}}\nmodel B {{\n id Int @id\n{back}}}\n"
    start = time.process_time()
    schema = to_schema([parse(text, "s.prisma")])
    assert time.process_time() - start < 5
    assert sum(1 for _ in schema.foreign_keys()) == count


MODELS = "".join(f"model M{number} {{\n id Int @id\n}}\n" for number in range(20_000))
LARGE = {
    "100,000 fields": HEAD
    + "model A {\n id Int @id\n"
    + "".join(f" f{number} Int\n" for number in range(100_000))
    + "}\n",
    "20,000 models": HEAD + MODELS,
    "20,000 models of one name": HEAD + "model A {\n id Int @id\n}\n" * 20_000,
    "10 MB on one line": "x" * (10 * MB),
    "10 MB in a doc comment": HEAD + "/// " + "x " * (5 * MB) + "\nmodel A {\n id Int @id\n}\n",
    "100,000 lines of doc comments": HEAD + "/// x\n" * 100_000 + "model A {\n id Int @id\n}\n",
    "100,000 values of an enum": HEAD
    + "model A {\n id Int @id\n}\nenum E {\n"
    + "".join(f" V{n}\n" for n in range(100_000))
    + "}\n",
    "50,000 nested block comments": HEAD + "/*" * 50_000 + "*/" * 50_000 + "\nmodel A {\n id Int @id\n}\n",
    "20,000 generators": HEAD
    + "".join(f'generator g{n} {{\n provider = "x"\n}}\n' for n in range(20_000))
    + "model A {\n id Int @id\n}\n",
    "a circle of 3,000 models": 'datasource db {\n provider = "postgresql"\n relationMode = "prisma"\n}\n'
    + "".join(
        f"model M{n} {{\n id Int @id\n b M{(n + 1) % 3000} @relation(fields: [id], references: [id])\n"
        f" as M{(n - 1) % 3000}[]\n}}\n"
        for n in range(3_000)
    ),
}
READ = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (800 * 1024 * 1024, 800 * 1024 * 1024))
from pgready.errors import SourceError
from pgready.sources.prisma import parse, to_schema
text = sys.stdin.buffer.read().decode()
try:
    print(len(to_schema([parse(text, "s.prisma")]).tables))
except SourceError as error:
    print("error", len(error.others))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS bounds the memory on Linux only")
@pytest.mark.parametrize("name", LARGE)
def test_a_large_schema_is_read_in_bounded_time_and_memory(name: str) -> None:
    """With 800 MB of address space and 30 seconds; most of it is the interpreter's own."""
    result = subprocess.run(
        [sys.executable, "-c", READ], input=LARGE[name].encode(), capture_output=True, timeout=30, check=False
    )
    assert result.returncode == 0, result.stderr.decode()[-500:]
    assert result.stdout.split()[0] in (b"1", b"20000", b"error")


@pytest.mark.parametrize("name", ["syntax", "partial_indexes", "enums", "views"])
def test_a_schema_cut_at_any_character_is_read_or_an_error(name: str) -> None:
    text = (FIXTURES / f"{name}.prisma").read_bytes().decode()
    for end in range(len(text)):
        problems = Problems()
        resolve([parse_into(text[:end], "s.prisma", problems)], problems)
        for error in (problems.error(),) if problems else ():
            assert all((each.line or 0) <= text.count("\n") + text.count("\r") + 1 for each in (error, *error.others))


@pytest.mark.parametrize(
    ("insert", "message"),
    [
        ("\0", "\0"),
        ("\ufeff", "\ufeff"),
        ("\v", "\v"),
        ("\x1b[31m", "\x1b[31m"),
        ("\u202e", "\u202e"),
        ("\U0001f600", "\U0001f600"),
    ],
    ids=["NUL", "BOM", "vertical tab", "terminal colour", "right to left", "emoji"],
)
def test_a_character_out_of_place_is_named(insert: str, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse(f"{HEAD}model A {{\n  id Int @id\n  {insert}x Int\n}}\n", "s.prisma")
    assert (caught.value.line, caught.value.column) == (6, 3)
    assert message in caught.value.message


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_line_breaks_of_every_system_are_read_alike(line_break: str) -> None:
    text = f"{HEAD}model A {{\n  id Int @id\n  b Foo\n}}\n".replace("\n", line_break)
    with pytest.raises(SourceError) as caught:
        to_schema([parse(text, "s.prisma")])
    assert (caught.value.line, caught.value.column) == (6, 5)


SCHEMA = HEAD + "model A {\n id Int @id\n}\n"
BYTES = {
    "UTF-16 with mark": (SCHEMA.encode("utf-16"), "is UTF-16"),
    "UTF-16 big-endian with mark": (b"\xfe\xff" + SCHEMA.encode("utf-16-be"), "is UTF-16"),
    "UTF-16 without mark": (SCHEMA.encode("utf-16-le"), "is UTF-16"),
    "UTF-16 big-endian without mark": (SCHEMA.encode("utf-16-be"), "is UTF-16"),
    "UTF-8 with mark": (b"\xef\xbb\xbf" + SCHEMA.encode(), "\ufeff"),
    "Latin 1": (SCHEMA.encode() + b"// \xe9\n", "byte 0xe9 is not UTF-8"),
    "a byte of nothing": (SCHEMA.encode() + b"\xff", "byte 0xff is not UTF-8"),
    "half a character": (SCHEMA.encode() + b"\xf0\x9f\x98", "is not UTF-8"),
    "NUL": (SCHEMA.encode() + b"\0", "\0"),
    "nothing": (b"", "no datasource"),
}


@pytest.mark.parametrize(("data", "message"), BYTES.values(), ids=BYTES.keys())
def test_bytes_that_are_no_schema_are_an_error(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "schema.prisma").write_bytes(data)
    with pytest.raises(SourceError) as caught:
        read_schema(locate(tmp_path))
    assert caught.value.path == "schema.prisma"
    assert message in caught.value.message


def test_a_folder_that_links_to_itself_is_read_once(tmp_path: Path) -> None:
    folder = tmp_path / "prisma" / "schema"
    folder.mkdir(parents=True)
    (folder / "a.prisma").write_text(SCHEMA)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "loop.prisma").symlink_to("loop.prisma")
    (folder / "nowhere.prisma").symlink_to("nothing")
    assert [path.name for path in locate(tmp_path).schema_files] == ["a.prisma"]


LEVELS = "const z = 'xx'\n" + "".join(
    f"const {name} = {' + '.join([value] * 900)}\n" for name, value in ("az", "ba", "cb", "dc")
)
CONFIGURATIONS = {
    "an open template": "export default { schema: `" + "\\`" * 120_000,
    "open quotation marks": "export default { schema: " + '"\\' * 120_000,
    "open apostrophes": "export default { schema: " + "'\\" * 120_000,
    "open comments": "export default { schema: " + "/* " * 80_000,
    "names of names": f"{LEVELS}export default {{ schema: d }}",
    "templates of names": "const a = 'xx'\n"
    + "".join(f"const {n} = `{('${' + v + '}') * 900}`\n" for n, v in ("ba", "cb", "dc"))
    + "export default { schema: d }",
    "paths of names": "const a = 'xx'\n"
    + "".join(f"const {n} = path.join({', '.join([v] * 900)})\n" for n, v in ("ba", "cb", "dc"))
    + "export default { schema: d }",
    "a long string of names": f"const a = '{'x' * 99_000}'\nexport default {{ schema: a + a + a }}",
    "names that never end": "".join(f"const a{n} = (\n" for n in range(15_000))
    + "export default { schema: path.join(a1, a2) }",
    "many names": "".join(f"const a{n} = 'x'\n" for n in range(5_000))
    + f"export default {{ schema: path.join({', '.join(f'a{n}' for n in range(5_000))}) }}",
    "names of externals": f"{LEVELS}export default {{ schema: 1, experimental: {{ externalTables: true }}, "
    f"tables: {{ external: [{'d, ' * 999}] }} }}",
    "a path that is too long": f"export default {{ schema: '{'x/' * 9_000}' }}",
    "a name that is too long": f"export default {{ schema: 's', migrations: {{ path: '{'x' * 9_000}' }} }}",
}


@pytest.mark.parametrize("text", CONFIGURATIONS.values(), ids=CONFIGURATIONS.keys())
def test_a_hostile_configuration_is_an_error_in_time(tmp_path: Path, text: str) -> None:
    assert len(text) <= 256 * 1024
    (tmp_path / "prisma.config.ts").write_text(text)
    (tmp_path / "schema.prisma").write_text(SCHEMA)
    start = time.process_time()
    with pytest.raises(SourceError):
        locate(tmp_path)
    assert not read_externals(text, "prisma.config.ts").tables
    assert time.process_time() - start < 10


@pytest.mark.parametrize("place", ["schema.prisma", "prisma.config.ts", "package.json", "prisma/schema/b.prisma"])
def test_a_pipe_is_passed_over_and_never_waited_for(tmp_path: Path, place: str) -> None:
    (tmp_path / "prisma" / "schema").mkdir(parents=True)
    (tmp_path / "prisma" / "schema" / "a.prisma").write_text(SCHEMA)
    os.mkfifo(tmp_path / place)
    assert [path.name for path in locate(tmp_path).schema_files] == ["a.prisma"]


@pytest.mark.parametrize("named", ["pipe", "/dev/zero", "/dev/stdin", "/proc/self/mem"])
def test_a_pipe_or_device_that_is_named_is_an_error(tmp_path: Path, named: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match=r"cannot be read|no \*\.prisma file|no such file"):
        read_schema(locate(tmp_path, schema=(tmp_path / named,)))


def test_a_file_that_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "schema.prisma"
    path.write_text(SCHEMA)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("the superuser reads everything")
    with pytest.raises(SourceError, match="cannot be read: Permission denied"):
        read_schema(locate(tmp_path))
