"""ROLLBACK and ROLLBACK TO: what they undo never happened (PostgreSQL manual, "ROLLBACK", "SAVEPOINT")."""

from dataclasses import dataclass, field

from pgready.model.effects import Effect
from pgready.sources.sql.known import Known
from pgready.sources.sql.parse import Node
from pgready.sources.sql.scope import Scope

__all__ = ["Undoing"]

# Each remembers what is known; nobody writes more, and hostile text would take quadratic time.
_MOST_SAVEPOINTS = 100


@dataclass(frozen=True, slots=True)
class _Mark:
    """A place to go back to: how many effects there were, and what names meant."""

    name: str | None
    effects: int
    known: Known
    path: tuple[str, ...]
    temporary: frozenset[str]


@dataclass(slots=True)
class Undoing:
    """Follows the transactions of one script at its outermost level.

    Only a transaction that the script itself begins can be followed: without BEGIN, what ROLLBACK undoes depends on
    how the file is sent, and everything is kept.
    """

    scope: Scope
    marks: list[_Mark] = field(default_factory=list)

    def after(self, node: Node, effects: list[Effect]) -> None:
        """A transaction command: take away from the effects so far what it undoes."""
        match node.get("kind"):
            case "TRANS_STMT_BEGIN" | "TRANS_STMT_START" if not self.marks:
                self._mark(None, effects)
            case "TRANS_STMT_SAVEPOINT" if self.marks:
                self._mark(node.get("savepoint_name", ""), effects)
            case "TRANS_STMT_RELEASE":
                self._release(node.get("savepoint_name", ""))
            case "TRANS_STMT_ROLLBACK_TO":
                self._back_to(node.get("savepoint_name", ""), effects)
            case "TRANS_STMT_COMMIT" | "TRANS_STMT_PREPARE":
                self._end(node, effects)
            case "TRANS_STMT_ROLLBACK" if self.marks:
                self._undo(self.marks[0], effects)
                self._end(node, effects)

    def _end(self, node: Node, effects: list[Effect]) -> None:
        chained = bool(node.get("chain")) and bool(self.marks)
        self.marks.clear()
        if chained:
            self._mark(None, effects)

    def _mark(self, name: str | None, effects: list[Effect]) -> None:
        if len(self.marks) < _MOST_SAVEPOINTS:
            known = self.scope.known.copied()
            self.marks.append(_Mark(name, len(effects), known, self.scope.path, frozenset(self.scope.temporary)))

    def _found(self, name: str) -> int | None:
        """The number of the last savepoint of that name; an older one of the name is hidden by it."""
        return next((number for number in reversed(range(len(self.marks))) if self.marks[number].name == name), None)

    def _release(self, name: str) -> None:
        number = self._found(name)
        if number is not None:
            del self.marks[number:]

    def _back_to(self, name: str, effects: list[Effect]) -> None:
        number = self._found(name)
        if number is not None:
            self._undo(self.marks[number], effects)
            del self.marks[number + 1 :]

    def _undo(self, mark: _Mark, effects: list[Effect]) -> None:
        """The savepoint stays, and can be gone back to again."""
        del effects[mark.effects :]
        self.scope.known.become(mark.known)
        self.scope.search(mark.path)
        self.scope.temporary.clear()
        self.scope.temporary.update(mark.temporary)
