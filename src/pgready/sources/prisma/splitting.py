"""Whether Prisma 7.4 and newer send a migration in one piece or statement by statement.

Its engine cuts a script into statements with the Rust crate `sqlparser`, in the dialect of PostgreSQL, and sends them
one by one; a script of which that parser cannot read a single statement (a DO block, REINDEX, DROP INDEX CONCURRENTLY)
goes to the server whole, as in older versions. `sqloxide` is that crate for Python, so its answer is asked for here.

Sources: pull requests 5767 (7.4), 5799 and 5847 of prisma/prisma-engines; `@prisma/schema-engine-wasm` 8.1.0 holds
version 0.61.0 of the crate, as does sqloxide 0.61. Other versions of it may read a little more or less.
"""

from pgready.sources.sql.parse import on_deep_stack

__all__ = ["is_split"]

_DIALECT = "postgres"
# Beyond, its answer costs more than it is worth: 200,000 short statements take 20 s.
_MOST_BYTES = 1 << 20


def is_split(sql: str) -> bool | None:
    """True: statement by statement. False: in one piece. None: not known, as the text is too long to be asked about.

    The parser's recursion overflows the usual stack where 10,000 operators follow each other.
    """
    if len(sql) > _MOST_BYTES:
        return None
    # A compiled module that only projects with such a Prisma need.
    from sqloxide import parse_sql  # noqa: PLC0415

    try:
        on_deep_stack(lambda: parse_sql(sql=sql, dialect=_DIALECT) and None)
    except ValueError:  # also UnicodeEncodeError, for what is not UTF-8
        return False
    return True
