"""How fast migrations are read, and a whole `pgready check --no-rehearse` beside `squawk` on the same files.

Claims (best of N, the migrations are generated here and always the same):

1. Parse and effects together, in memory: at least 5,000 statements in a second.
2. `pgready check --no-rehearse` on 820 migrations takes at most 2 times the wall time of `squawk`: whole processes, in
   turns, Python's modules compiled before, as pip does when it installs. squawk judges each statement by itself;
   pgready also reads DO blocks, guards, the order of the migrations and the schema, and compares them.

Where the time goes is printed too, part by part, of a run of its own with clocks in it (static_parts.py).

squawk is a linter of PostgreSQL migrations written in Rust (PyPI: squawk-cli). `--squawk PATH` names its program, else
it is looked for on the PATH; without it claim 2 is not measured, and the bench says so.

Usage: python bench/static.py [DIRECTORY ...] [--migrations 820] [--runs 5] [--squawk PATH]

Each DIRECTORY of migrations (`<name>/migration.sql`) is read in memory beside the generated ones.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from pgready.model.migration import Migration
from pgready.sources.migrations import read_migrations
from pgready.sources.sql import read_scripts

FASTEST = 5_000
MOST_TIMES = 2.0
TIMEOUT_S = 600
PARTS = [sys.executable, str(Path(__file__).with_name("static_parts.py"))]
PGREADY = [str(Path(sys.executable).parent / "pgready")]

MODEL = """model T{n} {{
  id        String   @id @default(cuid())
  name      String
  amount    Decimal  @default(0) @db.Decimal(12, 2)
  createdAt DateTime @default(now())
{more}
}}
"""
TABLE = """-- CreateTable
CREATE TABLE "T{n}" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "amount" DECIMAL(12,2) NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "T{n}_pkey" PRIMARY KEY ("id")
);
"""
INDEX = """
-- CreateIndex
CREATE INDEX "T{n}_{column}_idx" ON "T{n}"("{column}");
"""
COLUMN = """
-- AlterTable
ALTER TABLE "T{n}" ADD COLUMN     "{column}" TEXT{default};
"""
REFERENCE = """
-- AddForeignKey
ALTER TABLE "T{n}" ADD CONSTRAINT "T{n}_{column}_fkey" FOREIGN KEY ("{column}") REFERENCES "T{to}"("id")
ON DELETE SET NULL ON UPDATE CASCADE;
"""
UPDATE = """
UPDATE "T{n}" SET "name" = "id" WHERE "name" IS NULL OR "amount" > {value};
"""
BLOCK = """
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'T{n}_check{value}') THEN
    ALTER TABLE "T{n}" ADD CONSTRAINT "T{n}_check{value}" CHECK ("amount" >= -{value});
  END IF;
END $$;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A generated project: the text of each migration, and of the schema that fits them."""

    migrations: tuple[str, ...]
    schema: str


def make(count: int) -> Project:
    """So many migrations in the proportions of real ones: 4 to 5 statements, 1 in 5 makes a table, 1 in 20 a block."""
    random = Random(5)
    columns: list[list[str]] = []
    texts: list[str] = []
    for _ in range(count):
        if not columns or random.random() < 0.2:
            columns.append([])
            n = len(columns) - 1
            texts.append(TABLE.format(n=n) + "".join(INDEX.format(n=n, column=each) for each in ("name", "createdAt")))
        else:
            texts.append("".join(_change(columns, random)))
    return Project(migrations=tuple(texts), schema=_schema(columns))


def _change(columns: list[list[str]], random: Random) -> Iterator[str]:
    n = random.randrange(len(columns))
    for _ in range(2):
        column = f"c{len(columns[n])}"
        columns[n].append(column)
        yield COLUMN.format(n=n, column=column, default=random.choice(["", " DEFAULT ''"]))
        yield INDEX.format(n=n, column=column)
    if random.random() < 0.5:
        yield REFERENCE.format(n=n, column=columns[n][-1], to=random.randrange(len(columns)))
    if random.random() < 0.2:
        yield UPDATE.format(n=n, value=random.randrange(1000))
    if random.random() < 0.05:
        yield BLOCK.format(n=n, value=random.randrange(1000))


def _schema(columns: list[list[str]]) -> str:
    head = 'generator client {\n  provider = "prisma-client-js"\n}\n\ndatasource db {\n  provider = "postgresql"\n}\n\n'
    models = (
        MODEL.format(n=n, more="\n".join(f"  {column} String?" for column in names)) for n, names in enumerate(columns)
    )
    return head + "\n".join(models)


def write(project: Project, root: Path) -> list[Path]:
    """The project on disk in Prisma's layout; the files of its migrations."""
    directory = root / "prisma" / "migrations"
    directory.mkdir(parents=True)
    (root / "prisma" / "schema.prisma").write_text(project.schema)
    (directory / "migration_lock.toml").write_text('provider = "postgresql"\n')
    files = []
    for number, text in enumerate(project.migrations):
        file = directory / f"{20200101000000 + number}_change" / "migration.sql"
        file.parent.mkdir()
        file.write_text(text)
        files.append(file)
    return files


def best(runs: int, work: Callable[[], object]) -> float:
    """The least wall time, in seconds."""
    return min(_seconds(work) for _ in range(runs))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def process(command: list[str], expected: tuple[int, ...]) -> None:
    """A whole process, what it prints thrown away; findings are an exit code of their own."""
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=TIMEOUT_S, check=False
    )
    if done.returncode not in expected:
        sys.exit(f"{command[0]} ended with {done.returncode}: {done.stderr[-500:]}")


def in_memory(what: str, migrations: list[Migration], runs: int) -> float:
    """Statements in a second; printed."""
    scripts = read_scripts(migrations)
    statements = sum(len(script.statements) for script in scripts)
    effects = sum(len(script.effects) for script in scripts)
    seconds = best(runs, lambda: read_scripts(migrations))
    speed = statements / seconds
    print(f"{what:<34} {len(migrations):5} files {statements:6} statements {effects:6} effects {speed:9,.0f} /s")
    return speed


def beside(runs: int, ours: list[str], peer: list[str]) -> tuple[float, float]:
    """The best of both, run in turns."""
    pairs = [(_seconds(lambda: process(ours, (0, 1, 3))), _seconds(lambda: process(peer, (0, 1)))) for _ in range(runs)]
    return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)


def parts(root: Path, runs: int) -> dict[str, float]:
    """The seconds of each part of one check, of the run that was done first."""
    return min((_parts(root) for _ in range(runs)), key=lambda found: sum(found.values()))


def _parts(root: Path) -> dict[str, float]:
    begun = time.time()
    done = subprocess.run(
        [*PARTS, str(begun), str(root)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    over = time.time()
    try:
        found: dict[str, float] = json.loads(done.stderr.rstrip().rpartition("\n")[2])
    except ValueError:
        sys.exit(f"{PARTS[-1]} ended with {done.returncode}: {done.stderr[-500:]}")
    return {**{part: spent for part, spent in found.items() if part != "ended"}, "exit": over - found["ended"]}


def print_parts(found: dict[str, float]) -> None:
    """One compact table: a column for each part, milliseconds and share of the whole."""
    whole = sum(found.values())
    print("".join(f"{part:>9}" for part in ("part", *found, "all")))
    print(f"{'ms':>9}" + "".join(f"{spent * 1000:9.0f}" for spent in (*found.values(), whole)))
    print(f"{'share':>9}" + "".join(f"{spent / whole:9.0%}" for spent in (*found.values(), whole)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("directories", nargs="*", type=Path, metavar="DIRECTORY", help="migrations to read as well")
    parser.add_argument("--migrations", type=int, default=820, help="how many are generated")
    parser.add_argument("--runs", type=int, default=5, help="the least time of so many is told")
    parser.add_argument("--squawk", default=shutil.which("squawk"), help="squawk's program (default: on the PATH)")
    given = parser.parse_args()
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    project = make(given.migrations)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "project"
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(scratch) / "compiled")
        files = [str(file) for file in write(project, root)]
        generated = list(read_migrations(root / "prisma" / "migrations", root=root))
        speeds = [in_memory("generated", generated, given.runs)]
        for directory in given.directories:
            found = list(read_migrations(directory.resolve(), root=directory.resolve()))
            speeds.append(in_memory(str(directory)[-34:], found, given.runs))
        kept = min(speeds) >= FASTEST
        start = best(given.runs, lambda: process([*PGREADY, "--version"], (0,)))
        check = [*PGREADY, "check", "--no-rehearse", str(root)]
        process(check, (0, 1, 3))
        print(f"pgready --version (process) {start:8.3f} s")
        print_parts(parts(root, given.runs))
        if given.squawk is None or shutil.which(given.squawk) is None:
            ours = best(given.runs, lambda: process(check, (0, 1, 3)))
            print(f"pgready check --no-rehearse (process) {ours:8.3f} s; squawk is MISSING: claim 2 is not measured")
        else:
            ours, peer = beside(given.runs, check, [given.squawk, *files])
            print(f"pgready check --no-rehearse (process) {ours:8.3f} s")
            print(f"squawk (process)                      {peer:8.3f} s")
            print(f"ratio                                 {ours / peer:8.2f}   (claim: at most {MOST_TIMES})")
            if ours / peer > MOST_TIMES:
                print(f"missed by {ours - MOST_TIMES * peer:.3f} s: {ours / peer / MOST_TIMES:.2f} times the bound")
            kept = kept and ours / peer <= MOST_TIMES
    print("all claims hold" if kept else "A CLAIM DOES NOT HOLD")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
