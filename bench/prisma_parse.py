"""How fast a Prisma schema is read, and how large a one can be read, beside Prisma's own parser in the same run.

Claims (best of N, the schemas are generated here and always the same):

1. Lexer and parser together read at least 3 MB in a second of CPU: the repository's schemas and a generated one.
2. A process that reads 5,000 models and turns them into tables needs less than 3 s and 400 MB.

Beside them, with no claim, Prisma's parser (`@prisma/prisma-schema-wasm` in Node, one process per call): `validate`
parses and checks the schema and returns nothing, `get_dmmf` also returns the models, as JSON, with the API of the
client. Its packages are those of tests/oracle/package.json; PGREADY_PRISMA_ORACLE names the directory that holds their
node_modules. Without Node or packages only our own numbers are printed.

Usage: python bench/prisma_parse.py [--runs 5] [--peer-runs 2]
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SIZES = (100, 1_000, 5_000)
MB = 1_000_000
TIMEOUT_S = 300

PEER = """
const { createRequire } = require('node:module');
const [call, packages, file] = process.argv.slice(1);
const text = require('node:fs').readFileSync(file, 'utf8');
const parser = createRequire(packages + '/node_modules/x.js')('@prisma/prisma-schema-wasm');
const question = JSON.stringify({ prismaSchema: [['schema.prisma', text]], noColor: true });
let error = null;
const started = performance.now();
try { parser[call](question); } catch (caught) { error = String(caught?.message ?? caught); }
console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000, error }));
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One process: seconds of the work in it and of the whole process, CPU seconds, peak memory in MB, or a failure."""

    work: float = 0.0
    wall: float = 0.0
    cpu: float = 0.0
    peak: float = 0.0
    failure: str | None = None


# --- generated schemas: every model with columns, defaults, native types, an enum, relations and indexes

HEAD = 'datasource db {\n  provider = "postgresql"\n}\n\ngenerator client {\n  provider = "prisma-client-js"\n}\n'
COLUMNS = (
    "title{0} String @db.VarChar(120)",
    'amount{0} Decimal? @default(0) @map("amount_{0}") @db.Decimal(12, 2)',
    "seen{0} DateTime? @db.Timestamptz(6)",
    "total{0} BigInt @default(0)",
    "tags{0} String[] @default([])",
    "data{0} Json? // what the provider sent",
    "active{0} Boolean @default(true)",
    'text{0} String @default("none, \\"yet\\"")',
    "token{0} String @default(uuid()) @db.Uuid",
    "rank{0} Float?",
)
ACTIONS = ("Cascade", "Restrict", "NoAction")


def spread(number: int, salt: int, limit: int) -> int:
    """A number below the limit that looks drawn by lot and is always the same (Knuth's multiplicative hash)."""
    return ((number * 31 + salt + 1) * 2_654_435_761 % 2**32 >> 8) % limit


def referenced(number: int, relations: int) -> list[int]:
    """The models that this one refers to: earlier ones near it, as in schemas of many features."""
    return [number - 1 - spread(number, salt, min(number, 40)) for salt in range(relations)] if number else []


def generated(models: int, *, columns: int, relations: int) -> Iterator[str]:
    """The lines of a schema, one block at a time, so that the memory of this process stays small."""
    back: dict[int, list[str]] = {}
    for number in range(models):
        for which, target in enumerate(referenced(number, relations)):
            back.setdefault(target, []).append(
                f'  back{number}x{which} Model{number}[] @relation("r{number}x{which}")\n'
            )
    yield HEAD
    for number in range(models):
        if number % 5 == 0:
            yield f'\nenum State{number} {{\n  NEW\n  OPEN @map("open")\n  DONE\n\n  @@map("state_{number}")\n}}\n'
        yield f"\n/// Model {number} of {models}.\nmodel Model{number} {{\n"
        yield "  id String @id @default(cuid())\n  createdAt DateTime @default(now())\n"
        yield f"  updatedAt DateTime @updatedAt\n  state State{number - number % 5} @default(NEW)\n"
        for which in range(columns):
            yield f"  {COLUMNS[spread(number, which, len(COLUMNS))].format(which)}\n"
        for which, target in enumerate(referenced(number, relations)):
            arguments = f'"r{number}x{which}", fields: [ref{which}Id], references: [id]'
            action = ACTIONS[spread(number, which, len(ACTIONS))]
            yield f"  ref{which}Id String\n"
            yield f"  ref{which} Model{target} @relation({arguments}, onDelete: {action})\n"
        yield from back.pop(number, [])
        yield f'\n  @@unique([state, createdAt])\n  @@index([createdAt(sort: Desc), state], map: "i{number}")\n'
        yield f'  @@map("model_{number}")\n}}\n' if number % 3 == 0 else "}\n"


def write(path: Path, lines: Iterable[str]) -> Path:
    with path.open("w", newline="\n") as file:
        file.writelines(lines)
    return path


# --- what runs in a process of its own


def child_speed(runs: int, groups: list[list[str]]) -> None:
    """Parse schemas again and again, each a list of files; prints megabytes and the best CPU seconds of both steps."""
    from pgready.sources.prisma import parse, to_schema  # noqa: PLC0415  # not in the process that measures memory

    schemas = [[(path, Path(path).read_bytes().decode()) for path in group] for group in groups]
    parsing, both = [], []
    for _ in range(runs):
        started = time.process_time()
        documents = [[parse(text, path) for path, text in files] for files in schemas]
        parsed = time.process_time()
        for each in documents:
            to_schema(each)
        parsing.append(parsed - started)
        both.append(time.process_time() - started)
    size = sum(len(text.encode()) for files in schemas for _, text in files)
    print(json.dumps({"size": size / MB, "parse": min(parsing), "both": min(both)}))


def child_model(path: str) -> None:
    """Read one file into tables, once, as an audit does; prints the seconds of it."""
    from pgready.sources.prisma import parse, to_schema  # noqa: PLC0415  # the import is not the work

    started = time.perf_counter()
    to_schema([parse(Path(path).read_bytes().decode(), "schema.prisma")])
    print(json.dumps({"seconds": time.perf_counter() - started, "error": None}))


# --- the process that starts and measures the others


def measured(command: list[str]) -> Run:
    """Run a process to its end. This one must stay small: its memory at the fork counts as the child's (getrusage)."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=errors)
        alarm = threading.Timer(TIMEOUT_S, os.kill, (process.pid, signal.SIGKILL))
        alarm.start()
        _, status, usage = os.wait4(process.pid, 0)
        alarm.cancel()
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        last = errors.read().decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
        answer = json.loads(output.read() or "null") or {"error": f"ended with {process.returncode}: {last[0]}"}
    if answer["error"] is not None:
        return Run(wall=wall, failure=" ".join(answer["error"].split())[:160])
    peak = usage.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    return Run(work=answer["seconds"], wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak=peak)


def best(runs: int, command: list[str]) -> Run:
    """The least of each number over the runs; a failure of the first is final."""
    done = [measured(command)]
    if done[0].failure is None:
        done += [measured(command) for _ in range(runs - 1)]
    fine = [run for run in done if run.failure is None]
    if len(fine) < len(done):
        return next(run for run in done if run.failure is not None)
    work, wall, cpu, peak = (min(getattr(run, name) for run in fine) for name in ("work", "wall", "cpu", "peak"))
    return Run(work=work, wall=wall, cpu=cpu, peak=peak)


def ours(kind: str, *arguments: str) -> list[str]:
    return [sys.executable, str(Path(__file__).resolve()), "--child", kind, *arguments]


def repository() -> list[list[str]]:
    """All valid schemas of the repository, each a list of files."""
    fixtures = ROOT / "tests" / "fixtures" / "prisma"
    single = [*sorted(fixtures.glob("*.prisma")), *sorted((ROOT / "examples").glob("*/prisma/schema.prisma"))]
    return [[str(path)] for path in single] + [[str(path) for path in sorted((fixtures / "folder").rglob("*.prisma"))]]


def speeds(directory: Path, runs: int) -> bool:
    """Claim 1; returns whether it holds."""
    dense = write(directory / "dense.prisma", generated(1_000, columns=24, relations=3))
    subjects = (("schemas of the repository", repository()), ("1,000 generated models, dense", [[str(dense)]]))
    slowest = float("inf")
    print(f"per second of CPU, best of {runs:<19} {'size':>9} {'parse':>13} {'and to_schema':>15}")
    for name, groups in subjects:
        command = ours("speed", str(runs), json.dumps(groups))
        found = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
        size, parse, both = found["size"], found["size"] / found["parse"], found["size"] / found["both"]
        print(f"{name:<46} {size:6.2f} MB {parse:8.2f} MB/s {both:10.2f} MB/s")
        slowest = min(slowest, parse)
    print(f"the slowest parse is {slowest:.2f} MB/s (claim: at least 3)\n")
    return slowest >= 3


def peer_packages() -> str | None:
    """The directory above the node_modules with Prisma's parser, or None."""
    named = Path(os.environ.get("PGREADY_PRISMA_ORACLE", "")).absolute()
    there = (named / "node_modules" / "@prisma" / "prisma-schema-wasm").is_dir()
    return str(named) if there and shutil.which("node") else None


def show(name: str, run: Run, than: Run | None = None) -> None:
    if run.failure is not None:
        print(f"  {name:<18} failed after {run.wall:.1f} s: {run.failure}")
        return
    ratio = f"   ours: {than.work / run.work:6.2f} x the time, {than.peak / run.peak:5.2f} x the memory" if than else ""
    print(f"  {name:<18} {run.work:8.3f} s {run.wall:8.3f} s {run.cpu:8.3f} s {run.peak:8.0f} MB{ratio}")


def sizes(directory: Path, runs: int, peer_runs: int) -> bool:
    """Claim 2 and the peer; returns whether the claim holds."""
    packages, kept = peer_packages(), False
    print(f"{f'one process, best of {runs} (peer: {peer_runs})':<34} work    process        CPU    peak memory")
    for models in SIZES:
        file = write(directory / f"{models}.prisma", generated(models, columns=5, relations=1))
        print(f"{models:,} models, {file.stat().st_size / MB:.2f} MB")
        own = best(runs, ours("model", str(file)))
        show("pgready", own)
        kept = own.failure is None and own.wall < 3 and own.peak < 400
        for call in ("validate", "get_dmmf") if packages else ():
            show(f"prisma {call}", best(peer_runs, ["node", "-e", PEER, call, str(packages), str(file)]), own)
    print(f"{SIZES[-1]:,} models: {own.wall:.2f} s, {own.peak:.0f} MB (claim: less than 3 s and 400 MB)")
    if packages is None:
        print("the peer is absent: no Node, or PGREADY_PRISMA_ORACLE does not name the directory of its packages")
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peer-runs", type=int, default=2)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        kind, *rest = arguments.child
        if kind == "speed":
            child_speed(int(rest[0]), json.loads(rest[1]))
        else:
            child_model(rest[0])
        return
    with tempfile.TemporaryDirectory() as name:
        fast = speeds(Path(name), arguments.runs)
        small = sizes(Path(name), arguments.runs, arguments.peer_runs)
    print("all claims hold" if fast and small else "A CLAIM DOES NOT HOLD")
    sys.exit(0 if fast and small else 1)


if __name__ == "__main__":
    main()
