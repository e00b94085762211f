"""Which statements of a file stand in one transaction.

Source: PostgreSQL manual, "Message Flow", "Multiple Statements in a Simple Query" (a file that is sent as one text is
one transaction, unless it says BEGIN and COMMIT itself); Prisma before 7.4 sends a file so, later versions most files
statement by statement.
"""

from collections.abc import Mapping

from pgready.model.effects import Script
from pgready.model.migration import Statement

__all__ = ["in_explicit_block", "transactions"]

_BEGIN = frozenset({"begin", "start"})
_END = frozenset({"commit", "end", "rollback", "abort"})


def transactions(script: Script, *, by_statement: bool) -> Mapping[int, int]:
    """The number of the transaction that each statement stands in, by the position of the statement."""
    numbers: dict[int, int] = {}
    number, explicit = 0, False
    for statement in script.statements:
        word = _word(statement)
        numbers[statement.position] = number
        if word in _BEGIN:
            # In a text that is sent whole, BEGIN takes over the transaction that is open already.
            explicit = True
        elif word in _END:
            number, explicit = number + 1, False
        elif by_statement and not explicit:
            number += 1
    return numbers


def in_explicit_block(script: Script) -> frozenset[int]:
    """The positions of the statements that stand between BEGIN and COMMIT."""
    inside: set[int] = set()
    explicit = False
    for statement in script.statements:
        word = _word(statement)
        if word in _BEGIN | _END:
            explicit = word in _BEGIN
        elif explicit:
            inside.add(statement.position)
    return frozenset(inside)


def _word(statement: Statement) -> str:
    """The first word of BEGIN, COMMIT and the like; ROLLBACK TO ends no transaction."""
    if statement.kind != "TransactionStmt":
        return ""
    words = statement.sql.lower().replace(";", " ").split()
    to_savepoint = "to" in words[:4] and words[0] == "rollback"
    return "" if to_savepoint or "prepared" in words else words[0]
