"""Names that Prisma gives to constraints and indexes, when the schema gives none.

Source: `psl-core/src/datamodel_connector/constraint_names.rs` of prisma-engines: database names joined by `_`, the
prefix cut at a character boundary so that the whole fits 63 bytes, the suffix always kept.
"""

from collections.abc import Iterable

from pgready.model.names import MAX_IDENTIFIER_BYTES, truncate_identifier

__all__ = ["foreign_key_name", "index_name", "join_names", "primary_key_name", "stored_name", "unique_name"]


def primary_key_name(table: str) -> str:
    """`T_pkey`."""
    return _with_suffix(table, "_pkey")


def unique_name(table: str, columns: Iterable[str]) -> str:
    """`T_a_b_key`."""
    return _with_suffix("_".join((table, *columns)), "_key")


def index_name(table: str, columns: Iterable[str]) -> str:
    """`T_a_b_idx`."""
    return _with_suffix("_".join((table, *columns)), "_idx")


def foreign_key_name(table: str, columns: Iterable[str]) -> str:
    """`T_a_b_fkey`."""
    return _with_suffix("_".join((table, *columns)), "_fkey")


def join_names(table: str) -> tuple[str, str, str, str]:
    """Primary key, index on B, and the foreign keys of A and B, of an implicit many-to-many table.

    Prisma cuts here on its own: the key and the index by characters, the foreign keys by bytes, that of B already at
    56 bytes (`sql_schema_calculator.rs`, `push_relation_tables`). The server then cuts what is still too long.
    """
    limit = MAX_IDENTIFIER_BYTES
    for_keys = truncate_identifier(table, limit - len("_A_fkey"))
    return (
        stored_name(table[: limit - len("_AB_pkey")] + "_AB_pkey"),
        stored_name(table[: limit - len("_B_index")] + "_B_index"),
        f"{for_keys}_A_fkey",
        f"{for_keys}_B_fkey",
    )


def stored_name(name: str) -> str:
    """The name as the server stores it: cut to 63 bytes."""
    return truncate_identifier(name)


def _with_suffix(prefix: str, suffix: str) -> str:
    return truncate_identifier(prefix, MAX_IDENTIFIER_BYTES - len(suffix)) + suffix
