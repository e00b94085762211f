"""The catalog queries, one file each in `queries`."""

from functools import cache
from importlib.resources import files

__all__ = ["query"]


@cache
def query(name: str) -> bytes:
    """The text of `queries/<name>.sql`; bytes, which psycopg takes as a trusted query."""
    return (files(__package__) / "queries" / f"{name}.sql").read_bytes()
