"""The state of reading one PL/pgSQL body: how far in its text, and what its variables hold there."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from pgready.model.guards import Guard, Unknown
from pgready.sources.sql import parse
from pgready.sources.sql.body import Body
from pgready.sources.sql.calls import command_drafts
from pgready.sources.sql.conditions import read_condition, with_values
from pgready.sources.sql.drafts import Draft, opaque
from pgready.sources.sql.guards import Place, Placed, Test, shortened
from pgready.sources.sql.lexis import lexemes
from pgready.sources.sql.parse import Node, SqlError
from pgready.sources.sql.places import Source
from pgready.sources.sql.scope import Scope
from pgready.sources.sql.statements import Broken, RawStatement, raw_statements
from pgready.sources.sql.tree import find, name_parts

__all__ = ["LONGEST_VALUE", "Context", "Reader", "Walk", "placed_drafts", "query_of"]

Values = dict[str, Node | None]


@dataclass(slots=True)
class Context:
    """What all commands of a script share.

    `read` reads one statement; `broken` collects messages and offsets of what could not be parsed; `depth` counts
    bodies inside bodies.
    """

    scope: Scope
    place: Place
    read: "Reader"
    broken: list[tuple[str, int]] = field(default_factory=list)
    depth: int = 0


Reader = Callable[[RawStatement, Source, Context], list[Placed]]


def placed_drafts(
    drafts: Iterable[Draft], offset: int, context: Context, actions: tuple[int, ...] | None = None
) -> list[Placed]:
    """The effects of the command at `offset`, with the guards that are part of the command itself.

    `actions` are the offsets of the actions of an ALTER TABLE that has several.
    """
    line, column = context.place(offset)
    placed = (Placed(each, offset, _clauses(each, line, column) if each.clauses else ()) for each in drafts)
    return list(placed) if actions is None else [_at_action(each, actions) for each in placed]


def _at_action(placed: Placed, actions: tuple[int, ...]) -> Placed:
    number = placed.draft.action_number
    return placed if number is None else replace(placed, offset=actions[number], begins=placed.offset)


def _clauses(draft: Draft, line: int, column: int) -> tuple[Guard, ...]:
    return tuple(
        Guard(kind=each.kind, condition=each.condition, form=each.form, text=each.form, line=line, column=column)
        for each in draft.clauses
    )


def query_of(expression: Node | None) -> str:
    """The text of an expression of the PL/pgSQL tree."""
    return str((expression or {}).get("PLpgSQL_expr", {}).get("query", ""))


class Walk:
    """Follows one body; `known` is what variables hold at the place reached, `nesting` how deep it is."""

    def __init__(self, body: Body, context: Context, offset: int) -> None:
        """Begin at the beginning of the body; `offset` is the place of what cannot be found again."""
        self.body = body
        self.context = context
        self.fallback = offset
        self.known: Values = {}
        self.nesting = 0

    def declare(self, datums: list[Node]) -> None:
        """Take in the variables with their first values; one that is declared twice is not known."""
        for datum in datums:
            fields = datum.get("PLpgSQL_var", {})
            name = fields.get("refname")
            if name:
                twice = name in self.known
                self.remember(name, None if twice else self.parsed(query_of(fields.get("default_val")), LONGEST_VALUE))

    def remember(self, name: str, value: Node | None) -> None:
        """The variable holds an expression from here on.

        Constants in other variables are put in; of another variable it is a copy; every other expression of variables
        is not known, because they may change before the expression is looked at.
        """
        if value is not None and "ColumnRef" not in value:
            value = with_values(value, self.known)
        columns = [name_parts(fields.get("fields")) for _, fields in find(value, _COLUMNS)]
        variables = [parts[0] for parts in columns if len(parts) == 1 and parts[0] in self.known]
        if value is not None and "ColumnRef" in value and variables:
            self.known[name] = self.known[variables[0]]
        else:
            self.known[name] = None if variables else value

    def parsed(self, query: str, longest: int = parse.MAX_BODY_BYTES) -> Node | None:
        """The tree of an expression; None when it is none, or too long."""
        if not 0 < len(query) <= longest:
            return None
        try:
            statements = parse.parse(b"SELECT " + query.encode())
        except SqlError:
            return None
        select = statements[0]["stmt"].get("SelectStmt", {}) if len(statements) == 1 else {}
        targets = select.get("targetList", []) if set(select) == _BARE_SELECT else []
        value: Node | None = targets[0].get("ResTarget", {}).get("val") if len(targets) == 1 else None
        return value

    def line(self, fields: Node) -> int:
        """The beginning of a statement's line, for what cannot be found more exactly."""
        line = fields.get("lineno")
        return self.body.source.at(self.body.line_start(line)) if line else self.fallback

    def opaque(self, what: str, fields: Node) -> list[Placed]:
        """Something that is not followed."""
        return placed_drafts([opaque(what.removeprefix("PLpgSQL_stmt_"))], self.line(fields), self.context)

    def located(self, query: str, fields: Node, keyword: bytes = b"") -> Source:
        """The text of an expression behind a keyword, with its places in the file.

        The parser has blanked out INTO; then all of it is at its first word.
        """
        text = query.encode()
        line = fields.get("lineno")
        if keyword:
            self.body.find_word(keyword, line)
        offset = self.body.find(text, line)
        if offset is not None:
            return self.body.source.cut(offset, offset + len(text))
        first = next(lexemes(text), None)
        word = (
            self.body.find_word(text[first.start : first.end].lower(), line) if first and fields.get("into") else None
        )
        place = self.line(fields) if word is None else self.body.source.at(word)
        return Source(text, [place] * len(text))

    def commands(self, source: Source) -> list[Placed]:
        """The commands of SQL text inside the body."""
        placed: list[Placed] = []
        for raw in raw_statements(source.text):
            if isinstance(raw, Broken):
                place = source.at(raw.offset)
                self.context.broken.append((raw.message, place))
                placed += placed_drafts([opaque("unreadable", detail=raw.message)], place, self.context)
            else:
                placed += self.context.read(raw, source, self.context)
                self._remember_found(raw)
        return placed

    def expression(self, source: Source) -> list[Placed]:
        """What evaluating an expression does: the tables that it reads, the functions that it calls."""
        node = self.parsed(source.text.decode(errors="replace"))
        select = {"targetList": [node]}
        drafts = command_drafts("SelectStmt", select, self.context.scope) if node is not None else []
        return placed_drafts(drafts, source.at(0), self.context)

    def _remember_found(self, raw: RawStatement) -> None:
        """FOUND is set by every SQL command."""
        exists = {"SubLink": {"subLinkType": "EXISTS_SUBLINK", "subselect": {"SelectStmt": raw.node}}}
        readable = raw.kind == "SelectStmt" and raw.end - raw.start <= LONGEST_VALUE
        self.remember("found", exists if readable else None)

    def condition(self, source: Source, form: str) -> Test:
        """The condition of an IF."""
        query = source.text.decode(errors="replace")
        node = self.parsed(query)
        if node is None:
            return Test(Unknown(shortened(query)), form, query, source.at(0))
        found = read_condition(node, self.known, self.context.scope, shortened(query))
        return Test(found, form, query, source.at(0), tuple(_parts(source)))

    def forget(self, fields: Node) -> None:
        """The variables that a command writes its result into are not known any more."""
        for each in fields.get("target", {}).get("PLpgSQL_row", {}).get("fields", []):
            self.known[str(each.get("name"))] = None

    def merge(self, states: list[Values]) -> None:
        """After branches a variable is known when all of them agree."""
        first, *others = states
        self.known = {
            name: value if all(state.get(name) is value for state in others) else None for name, value in first.items()
        }


# Of an expression that a variable is remembered to hold: it may be used many times.
LONGEST_VALUE = 4000
_COLUMNS = frozenset({"ColumnRef"})
_BARE_SELECT = {"targetList", "limitOption", "op"}


def _parts(source: Source) -> Iterator[tuple[str, int]]:
    """Text and place of the parts of `a AND b` on the outermost level."""
    depth, start = 0, 0
    text = source.text
    for each in lexemes(text):
        word = text[each.start : each.end]
        depth += (word in (b"(", b"[")) - (word in (b")", b"]"))
        if depth == 0 and word.lower() == b"and":
            yield _part(source, start, each.start)
            start = each.end
    yield _part(source, start, len(text))


def _part(source: Source, start: int, end: int) -> tuple[str, int]:
    piece = source.text[start:end]
    begin = start + len(piece) - len(piece.lstrip())
    return piece.decode(errors="replace").strip(), source.at(begin)
