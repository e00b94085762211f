"""Where transactions of a script end, and with them what lasts only as long: SET LOCAL, tables with ON COMMIT DROP.

Source: PostgreSQL manual, "SET", "CREATE TABLE" (ON COMMIT), "Multiple Statements in a Simple Query".
"""

from dataclasses import dataclass

from pgready.sources.sql.parse import Node
from pgready.sources.sql.scope import Scope

__all__ = ["Transactions"]

_BEGINS = frozenset({"TRANS_STMT_BEGIN", "TRANS_STMT_START"})
_ENDS = frozenset({"TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK", "TRANS_STMT_PREPARE"})


@dataclass(slots=True)
class Transactions:
    """Follows one script at its outermost level.

    Sent whole, it is one transaction up to a COMMIT; sent `by_statement`, each statement outside BEGIN and COMMIT is
    one.
    """

    scope: Scope
    by_statement: bool = False
    begun: bool = False

    def after(self, kind: str, node: Node) -> None:
        """A statement has run."""
        word = node.get("kind") if kind == "TransactionStmt" else None
        if word in _BEGINS:
            self.begun = True
        elif word in _ENDS:
            self.begun = bool(node.get("chain")) and self.begun
            self.scope.end_transaction()
        elif self.by_statement and not self.begun:
            self.scope.end_transaction()
