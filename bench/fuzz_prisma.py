"""Fuzzing of everything that reads a project's Prisma files: any bytes give a value or a SourceError, in time.

Coverage-guided with atheris (libFuzzer), which is no dependency of pgready: `pip install atheris` (wheels for CPython
3.11 to 3.13 on Linux), with pgready in the same environment. The corpus begins with the fixtures of the tests. A crash,
another exception or an input that takes longer than ten seconds ends the run, and libFuzzer writes the input to a file
(`crash-*`, `timeout-*`); call the script with that file as argument to see it again.

Usage: python bench/fuzz_prisma.py [corpus directory] [-max_total_time=600] [-max_len=4096]
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris  # type: ignore[import-untyped]  # installed only for this script

with atheris.instrument_imports(include=["pgready"]):
    from pgready.errors import SourceError
    from pgready.sources.prisma.config_file import read_config
    from pgready.sources.prisma.external import read_externals
    from pgready.sources.prisma.parser import parse, parse_into
    from pgready.sources.prisma.problems import Problems
    from pgready.sources.prisma.to_schema import resolve, to_schema

FIXTURES = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "prisma"
HEAD = (
    'generator g {\n  provider = "x"\n  previewFeatures = ["views", "postgresqlExtensions", "partialIndexes"]\n}\n'
    'datasource db {\n  provider = "postgresql"\n}\n'
)
ROOT = Path("/project")


def schema(text: str) -> None:
    to_schema([parse(text, "s.prisma")])


def rest_of_schema(text: str) -> None:
    to_schema([parse(HEAD + text, "s.prisma")])


def rest_of_model(text: str) -> None:
    to_schema([parse(f"{HEAD}model A {{\n  id Int @id\n  {text}\n}}\n", "s.prisma")])


def broken_schema(text: str) -> None:
    """What `read_schema` does: the meaning is read though the syntax is broken."""
    problems = Problems()
    resolve([parse_into(HEAD + text, "a.prisma", problems), parse_into(text, "b.prisma", problems)], problems)
    for error in (problems.error(),) if problems else ():
        assert len(str(error)) < 100_000
        assert all(each.path in ("a.prisma", "b.prisma") for each in (error, *error.others))


def configuration(text: str) -> None:
    read_externals(text, "prisma.config.ts")
    read_config(ROOT / "prisma.config.ts", text, ROOT, "prisma.config.ts")


TARGETS: tuple[Callable[[str], None], ...] = (schema, rest_of_schema, rest_of_model, broken_schema, configuration)


def one_input(data: bytes) -> None:
    """The first byte chooses what the rest is read as."""
    target = TARGETS[(data[0] if data else 0) % len(TARGETS)]
    try:
        target(data[1:].decode(errors="replace"))
    except SourceError as error:
        str(error)


def seeds(directory: Path) -> None:
    """Every fixture, once for each target that reads schemas; and a configuration."""
    for path in FIXTURES.rglob("*.prisma"):
        for number in range(len(TARGETS) - 1):
            (directory / f"{number}-{path.name}").write_bytes(bytes([number]) + path.read_bytes())
    text = 'export default defineConfig({ schema: path.join("a", `b`), tables: { external: ["a.b"] } })'
    (directory / "configuration").write_bytes(bytes([len(TARGETS) - 1]) + text.encode())


def main() -> None:
    options = [argument for argument in sys.argv[1:] if argument.startswith("-")]
    paths = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    with tempfile.TemporaryDirectory() as corpus:
        if not paths:
            seeds(Path(corpus))
        arguments = [sys.argv[0], *(paths or [corpus]), "-timeout=10", "-max_len=4096", *options]
        atheris.Setup(arguments, one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
