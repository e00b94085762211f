"""What has to be known of a migration's text before it can be stopped at a place of it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from pgready.model.migration import Migration
from pgready.rehearsal.crash_points.touching import is_batch, may_take_rows, may_touch_rows, writes_by_other_means
from pgready.sources.sql.lexis import skip_trivia
from pgready.sources.sql.parse import on_deep_stack
from pgready.sources.sql.pieces import pieces as cut
from pgready.sources.sql.statements import RawStatement, raw_statements

__all__ = ["Place", "Text", "read_texts"]

_ENDS = frozenset({"TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK", "TRANS_STMT_PREPARE"})
_CONCURRENTLY = re.compile(r"\bconcurrently\b", re.IGNORECASE)
_SET_CONFIG = re.compile(r"\bset_config\s*\(", re.IGNORECASE)
_OF_SESSION = frozenset({"VAR_SET_VALUE", "VAR_SET_DEFAULT", "VAR_SET_CURRENT", "VAR_RESET", "VAR_RESET_ALL"})
_ALONE = frozenset({"VacuumStmt", "ClusterStmt", "ReindexStmt", "DiscardStmt", "CheckPointStmt"})
_MAY_RUN_CONCURRENTLY = frozenset({"IndexStmt", "ReindexStmt", "DropStmt", "AlterTableStmt"})


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where to stop: after so many statements, and whether inside the next one; `kept`: some are committed then."""

    statements: int
    inside: bool = False
    kept: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text in pieces of one statement each, as `pgready.sources.sql.pieces` cuts it.

    `lines` are those of their first tokens. Numbers of pieces, from 0: `controls` begin or end transactions, `ends`
    end them, `settings` set something for the session, `concurrent` work in several transactions of their own,
    `commanding` are those that can commit inside (CALL, DO), `batches` those of them that say so. `touching` may read
    or write rows, `taking` overwrite them or take them away, `silent` change them without a number. `guarded` are those
    that build an index IF NOT EXISTS. `apart`: it is sent piece by piece. `idle`: it is one statement of maintenance,
    which leaves nothing that has a definition or a row.
    """

    pieces: tuple[str, ...]
    apart: bool
    lines: tuple[int, ...]
    controls: frozenset[int] = field(default_factory=frozenset)
    ends: frozenset[int] = field(default_factory=frozenset)
    settings: frozenset[int] = field(default_factory=frozenset)
    concurrent: frozenset[int] = field(default_factory=frozenset)
    commanding: frozenset[int] = field(default_factory=frozenset)
    batches: frozenset[int] = field(default_factory=frozenset)
    touching: frozenset[int] = field(default_factory=frozenset)
    taking: frozenset[int] = field(default_factory=frozenset)
    silent: frozenset[int] = field(default_factory=frozenset)
    guarded: frozenset[int] = field(default_factory=frozenset)
    idle: bool = False

    @property
    def atomic(self) -> bool:
        """Whether it is one implicit transaction: all of it stays, or nothing.

        Among others in its message a statement cannot commit inside (2D000), alone it can. Source: PostgreSQL manual,
        "Multiple Statements in a Simple Query".
        """
        alone = len(self.pieces) == 1 and self.batches
        return not (self.apart or self.controls or self.concurrent or alone)

    def places(self, idle: Sequence[bool]) -> tuple[Place, ...]:
        """Where something may have been committed, in order; `idle`: whether no transaction is open behind each piece.

        A stop between two of them leaves what the first leaves. Sent whole, only what ends a transaction commits;
        what works in several transactions can be stopped inside, if it is alone in its message. What a SET of the
        session leaves is nothing, but the statement behind it needs it again.
        """
        last = len(self.pieces)
        kept = (
            {number for number, free in enumerate(idle, 1) if free}
            if self.apart
            else {number + 1 for number in self.ends}
        )
        inside = self.concurrent | self.batches if self.apart or last == 1 else frozenset()
        behind = {Place(number) for number in kept if number < last}
        places = behind | {Place(number, inside=True) for number in inside}
        # Where nothing is committed before the end, that is what a stop just before it shows.
        return tuple(sorted(places)) or ((Place(last - 1, kept=False),) if last > 1 else ())

    @property
    def sent(self) -> tuple[str, ...]:
        """What is sent, message by message."""
        return self.pieces if self.apart else ("".join(self.pieces),)

    def rest(self, statements: int) -> tuple[str, ...]:
        """The messages of what did not run then."""
        return self.pieces[statements:] if self.apart else ("".join(self.pieces[statements:]),)

    def bare(self, number: int) -> str:
        """A statement without the comments before it."""
        text = self.pieces[number].encode()
        return text[skip_trivia(text, 0) :].decode().strip()

    def line(self, statements: int) -> int | None:
        """Of the statement that comes behind so many; None behind the last."""
        return self.lines[statements] if statements < len(self.lines) else None


def read_texts(migrations: Sequence[Migration], pieces: Mapping[str, Collection[str]]) -> dict[str, Text]:
    """Name -> text, of the migrations that have one that can be read; `pieces` has those that are sent so."""
    asked = [(each.name, each.sql) for each in migrations if each.sql is not None and "\0" not in each.sql]
    # One thread for all of them: each would start its own.
    found = on_deep_stack(lambda: {name: _read(sql, apart=name in pieces) for name, sql in asked})
    return {name: text for name, text in found.items() if text is not None}


def _read(sql: str, *, apart: bool) -> Text | None:
    try:
        text = sql.encode()
    except UnicodeEncodeError:
        return None
    parts = cut(sql)
    raws = list(raw_statements(text))
    if len(raws) != len(parts) and raws:
        return None
    kinds = [(raw.kind, raw.node) if isinstance(raw, RawStatement) else ("", {}) for raw in raws]
    words = [str(node.get("kind")) if kind == "TransactionStmt" else "" for kind, node in kinds]
    every = [(number, kind, node, part) for number, ((kind, node), part) in enumerate(zip(kinds, parts, strict=False))]
    return Text(
        pieces=parts,
        apart=apart,
        lines=_lines(parts),
        controls=frozenset(number for number, word in enumerate(words) if word),
        ends=frozenset(number for number, word in enumerate(words) if word in _ENDS),
        settings=frozenset(number for number, kind, node, part in every if _is_setting(kind, node, part)),
        concurrent=frozenset(
            number for number, kind, _, part in every if kind in _MAY_RUN_CONCURRENTLY and _CONCURRENTLY.search(part)
        ),
        commanding=frozenset(number for number, kind, _, _ in every if kind in {"CallStmt", "DoStmt", ""}),
        batches=frozenset(number for number, kind, _, part in every if is_batch(kind, part)),
        touching=frozenset(number for number, kind, node, part in every if may_touch_rows(kind, node, part)),
        taking=frozenset(number for number, kind, node, part in every if may_take_rows(kind, node, part)),
        silent=frozenset(number for number, kind, _, part in every if writes_by_other_means(kind, part)),
        guarded=frozenset(
            number for number, kind, node, _ in every if kind == "IndexStmt" and node.get("if_not_exists")
        ),
        idle=len(kinds) == 1 and kinds[0][0] in _ALONE,
    )


def _is_setting(kind: str, node: Mapping[str, object], part: str) -> bool:
    """SET of the session, not of the transaction; or a SELECT that calls set_config."""
    if kind == "VariableSetStmt":
        return str(node.get("kind")) in _OF_SESSION and not node.get("is_local")
    return kind == "SelectStmt" and _SET_CONFIG.search(part) is not None


def _lines(parts: Sequence[str]) -> tuple[int, ...]:
    found, line = [], 1
    for part in parts:
        text = part.encode()
        found.append(line + text[: skip_trivia(text, 0)].count(b"\n"))
        line += part.count("\n")
    return tuple(found)
