"""Examples of every rule as data: `<ID>/` holds what is wrong and what is right, each small enough to be read at once.

A directory holds any of these files:

- `before.sql`: a migration that was deployed before; the deployment that is judged then runs only what comes after it;
- `bad.sql` and `good.sql`: the migration that is about to run;
- `bad.prisma` and `good.prisma`, or one `schema.prisma` for both sides;
- `bad.toml` and `good.toml`, or one `pgready.toml` for both sides;
- `bad/` and `good/`: files of a project, laid over the others (`migrations/<name>/migration.sql`, `package.json`), for
  what the single files cannot show;
- `base/migrations/` in one of these: the migrations as the revision has them since which the deployment is judged.

With what is left out (a data source, a model with its table where none is given) either side is a complete project.
The tests audit both of them for real; the documentation and `pgready explain` show them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from pgready.model.deployment import Deployment, DeploymentKind

__all__ = ["BEFORE", "CHANGE", "START", "Example", "Shown", "Side", "example", "example_names"]

START = "20250101000000_start"
BEFORE = "20260101000000_before"
CHANGE = "20260201000000_change"
_DATASOURCE = b'datasource db {\n  provider = "postgresql"\n  url      = env("DATABASE_URL")\n}\n'
_BASE = "base/"
_NOTHING = b"SELECT 1;\n"
_MODEL = b"model Start {\n  id Int @id\n}\n\n"
_MADE = b'CREATE TABLE "Start" ("id" INTEGER NOT NULL, CONSTRAINT "Start_pkey" PRIMARY KEY ("id"));\n'
_SHARED = {
    "pgready.toml": "pgready.toml",
    "schema.prisma": "schema.prisma",
    "before.sql": f"migrations/{BEFORE}/migration.sql",
}
_OF_A_SIDE = {".toml": "pgready.toml", ".prisma": "schema.prisma", ".sql": f"migrations/{CHANGE}/migration.sql"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A file to be shown: its path in the project, and its text (what is not UTF-8 as U+FFFD)."""

    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The bad or the good one: every file of a complete project by its path, and those that make the difference.

    `base` are the migrations of the revision, by their paths, where the example says how they were.
    """

    files: Mapping[str, bytes]
    shown: tuple[Shown, ...]
    base: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def deployment(self) -> Deployment:
        """Which migrations are about to run: all but `before.sql`, and all of a clean deploy where there is none.

        With `base` those that it lacks.
        """
        names = _names(self.files)
        if self.base:
            return self._since_base(names)
        if BEFORE not in names:
            return Deployment()
        return Deployment(kind=DeploymentKind.SINCE, migrations=frozenset(names - {START, BEFORE}), base="main")

    def _since_base(self, names: set[str]) -> Deployment:
        there = _names(self.base)
        edited = {path.split("/")[1] for path, text in self.base.items() if self.files.get(path, text) != text}
        return Deployment(
            kind=DeploymentKind.SINCE,
            migrations=frozenset(names - there - {START}),
            base="main",
            unlike_base=tuple(sorted(edited | (there - names))),
            edited=tuple(sorted(edited)),
            removed=tuple(sorted(there - names)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """The example of a rule; `shared` are the files that both sides have, to be shown once."""

    rule: str
    shared: tuple[Shown, ...]
    bad: Side
    good: Side


def example_names() -> tuple[str, ...]:
    """The names of all directories of examples, sorted."""
    return tuple(sorted(each.name for each in _room().iterdir() if each.is_dir() and each.name[:1].isupper()))


@cache
def example(rule: str) -> Example:
    """The example of that rule; KeyError when there is none, ValueError for a file that is none of those above."""
    if rule not in example_names():
        raise KeyError(rule)
    directory = _room() / rule
    given = {each.name: each.read_bytes() for each in directory.iterdir() if each.is_file()}
    unknown = set(given) - set(_SHARED) - {f"{side}{end}" for side in ("bad", "good") for end in _OF_A_SIDE}
    if unknown:
        raise ValueError(f"{rule}: unknown files {', '.join(sorted(unknown))}")
    shared = {path: given[name] for name, path in _SHARED.items() if name in given}
    return Example(
        rule=rule,
        shared=tuple(_shown(*each) for each in shared.items()),
        bad=_side("bad", given, shared, directory),
        good=_side("good", given, shared, directory),
    )


def _side(name: str, given: Mapping[str, bytes], shared: Mapping[str, bytes], directory: Traversable) -> Side:
    own = {path: given[f"{name}{end}"] for end, path in _OF_A_SIDE.items() if f"{name}{end}" in given}
    tree = dict(_tree(directory / name))
    base = {path.removeprefix(_BASE): content for path, content in tree.items() if path.startswith(_BASE)}
    own |= {path: content for path, content in tree.items() if not path.startswith(_BASE)}
    whole = dict(shared) | own
    models = whole.get("schema.prisma")
    if models is None:
        # A schema without a model is an error, and a model without its table a finding.
        models, whole[f"migrations/{START}/migration.sql"] = _MODEL, _MADE
    # At the end, so that the lines of what is shown stay what they are.
    whole["schema.prisma"] = models if b"datasource " in models else models + b"\n" + _DATASOURCE
    if not any(path.endswith("/migration.sql") for path in whole):
        whole[f"migrations/{CHANGE}/migration.sql"] = _NOTHING
    # As git names a file of a revision.
    before = tuple(_shown(f"main:{path}", content) for path, content in base.items())
    return Side(files=whole, shown=(*before, *(_shown(*each) for each in own.items())), base=base)


def _names(files: Iterable[str]) -> set[str]:
    """The migrations of which a file is among them."""
    return {path.split("/")[1] for path in files if path.startswith("migrations/") and path.count("/") > 1}


def _tree(directory: Traversable, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    """Every file below, by its path, in the order of the paths; nothing where there is no such directory."""
    entries = sorted(directory.iterdir(), key=lambda each: each.name) if directory.is_dir() else []
    for each in entries:
        if each.is_dir():
            yield from _tree(each, f"{prefix}{each.name}/")
        else:
            yield f"{prefix}{each.name}", each.read_bytes()


def _shown(path: str, content: bytes) -> Shown:
    return Shown(path=path, text=content.decode(errors="replace"))


def _room() -> Traversable:
    return files(__name__)
