"""Generator blocks -> the preview features that decide what the rest of the schema may hold.

Source: `psl-core/src/validate/generator_loader.rs` of prisma-engines. The name of a preview feature that is not known
is no problem here, though Prisma rejects it: every version has other features, and none changes the tables.
"""

from collections.abc import Mapping

from pgready.sources.prisma.arguments import Report, described
from pgready.sources.prisma.nodes import Array, Document, Expression, Object, String
from pgready.sources.prisma.problems import Problems
from pgready.sources.prisma.properties import check_env_calls, check_text_or_env, texts, unique_properties

__all__ = ["read_generators"]

_KNOWN = frozenset({"provider", "output", "binaryTargets", "previewFeatures", "engineType"})


def read_generators(documents: tuple[Document, ...], problems: Problems) -> frozenset[str]:
    """The preview features of all generators together; what Prisma rejects in a generator is a problem."""
    names: set[str] = set()
    features: set[str] = set()
    for document in documents:
        report = Report(document, problems)
        for block in document.generators:
            if block.name in names:
                report(block.offset, f"a second generator {block.name}: expected another name")
            names.add(block.name)
            values = unique_properties(block, report)
            if "provider" not in values and not block.broken:
                report(block.offset, f"the generator {block.name} lacks its `provider`")
            features |= _features(values, report)
    return frozenset(features)


def _features(values: Mapping[str, Expression], report: Report) -> set[str]:
    for name in ("provider", "output"):
        check_text_or_env(name, values.get(name), report)
    targets = values.get("binaryTargets")
    for item in targets.items if isinstance(targets, Array) else (targets,):
        check_text_or_env("binaryTargets", item, report)
    engine = values.get("engineType")
    if engine is not None and not isinstance(engine, String):
        report(engine.offset, f"`engineType`: found {described(engine)}, expected a string in double quotes")
    for name, value in values.items():
        if name not in _KNOWN:
            check_env_calls(value, report)
    given = values.get("previewFeatures")
    # Prisma 8 passes over a whole generator with an object in it, without a word (measured).
    if any(_holds_object(value) for name, value in values.items() if name not in _KNOWN):
        return set()
    return set() if given is None else {text.value for text in texts("previewFeatures", given, report)}


def _holds_object(value: Expression) -> bool:
    if isinstance(value, Array):
        return any(_holds_object(item) for item in value.items)
    return isinstance(value, Object)
