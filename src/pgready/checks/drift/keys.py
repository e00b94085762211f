"""Foreign keys, paired by their tables and columns.

Measured: Prisma compares columns with their order, the referenced table and columns, both actions and the name; it
passes over DEFERRABLE, NOT VALID, MATCH FULL and a second copy.
"""

from collections.abc import Iterator

from pgready.checks.drift.difference import Aspect, Drift, Kind, renamed, told
from pgready.findings import NoiseKind, Severity
from pgready.model.schema import ForeignKey, Schema, pair_foreign_keys

__all__ = ["key_drift"]


def key_drift(declared: Schema, made: Schema) -> Drift:
    """Foreign keys: missing (also those of missing tables), extra, with other actions or another name.

    Extra keys of tables that nobody declares are left out: the table is told once.
    """
    tables = {table.name for table in declared.tables}
    wanted = {key.identity: key for key in declared.foreign_keys()}
    return tuple(
        difference
        for ours, theirs in pair_foreign_keys(declared, made)
        for key in (ours or theirs,)
        if key is not None and key.table in tables
        for aspects in (_extra(theirs, wanted.get(key.identity)) if ours is None else _aspects(ours, theirs),)
        for difference in told(aspects, key.table, key.name)
    )


def _extra(there: ForeignKey | None, twin: ForeignKey | None) -> Iterator[Aspect]:
    if there is None:
        return
    if twin is not None and (twin.on_delete, twin.on_update) == (there.on_delete, there.on_update):
        yield Aspect(NoiseKind.DUPLICATE_KEY, f"{there} is there as {twin.name}, too")
    else:
        yield Aspect(Kind.EXTRA, f"{there} is there, and no relation declares it")


def _aspects(wanted: ForeignKey, there: ForeignKey | None) -> Iterator[Aspect]:
    if there is None:
        yield Aspect(Kind.MISSING, f"{wanted} is declared")
        return
    for words, ours, theirs in (
        ("ON DELETE", wanted.on_delete, there.on_delete),
        ("ON UPDATE", wanted.on_update, there.on_update),
    ):
        if ours != theirs:
            yield Aspect(Kind.DIFFERENT, f"{wanted}: declared {words} {ours}, made {words} {theirs}")
    if wanted.name != there.name:
        yield renamed(f"{wanted}", wanted.name, there.name)
    if wanted.columns != there.columns:
        yield Aspect(NoiseKind.KEY_ORDER, f"declared {wanted}, made {there}")
    if not there.enforced:
        detail = f"{wanted} is NOT ENFORCED: rows may refer to nothing; Prisma does not look"
        yield Aspect(Kind.DIFFERENT, detail, Severity.BLOCK)
    elif not there.validated:
        detail = f"{wanted} is NOT VALID: rows that were there before may break it; Prisma does not look"
        yield Aspect(Kind.DIFFERENT, detail, Severity.NOTE)
