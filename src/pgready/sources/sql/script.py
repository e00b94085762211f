"""One migration file -> statements, effects and guards."""

from collections.abc import Collection, Iterable, Iterator

from pgready.model.effects import Action, Effect, Script, Unreadable
from pgready.model.migration import Migration, Statement
from pgready.model.names import ObjectKind, ObjectRef
from pgready.sources.sql.actions import action_offsets
from pgready.sources.sql.bodies import body_reader
from pgready.sources.sql.calls import command_drafts
from pgready.sources.sql.drafts import opaque
from pgready.sources.sql.guards import Placed
from pgready.sources.sql.known import Known, Routine
from pgready.sources.sql.parse import on_deep_stack
from pgready.sources.sql.places import Lines, Source
from pgready.sources.sql.plpgsql import read_do
from pgready.sources.sql.scope import Scope
from pgready.sources.sql.statements import Broken, RawStatement, raw_statements
from pgready.sources.sql.transactions import Transactions
from pgready.sources.sql.undone import Undoing
from pgready.sources.sql.walk import Context, placed_drafts

__all__ = ["read_script", "read_scripts"]

_BYTE_ORDER_MARK = "\ufeff"


def read_script(migration: Migration, *, default_schema: str = "public") -> Script:
    """Read one migration without a database.

    An unqualified name stands in `default_schema` until the script sets another search path. Never raises, whatever
    the text: what is not valid PostgreSQL 18 is in `unreadable`, with its place, and the other statements are read as
    far as they can be told apart. Lines and columns are 1-based; the column counts characters; a byte order mark
    counts for nothing (it is a syntax error to PostgreSQL). Time and memory are linear in the size of the text.
    """
    return read_scripts([migration], default_schema=default_schema)[0]


def read_scripts(
    migrations: Iterable[Migration], *, default_schema: str = "public", by_statement: Collection[str] = ()
) -> tuple[Script, ...]:
    """Read many migrations in order of execution, each as `read_script` does; faster than one by one.

    What an earlier one makes is known to the later ones: the functions that they call, the triggers that they fire.
    `by_statement` are the names of those that are sent statement by statement: each is a transaction of its own, so
    that SET LOCAL and ON COMMIT DROP end with it.
    """
    given, known = list(migrations), Known()

    def read(each: Migration) -> Script:
        scope = Scope(default_schema, known=known, read_body=_BODIES)
        return _read(each, scope, by_statement=each.name in by_statement)

    return on_deep_stack(lambda: tuple(read(each) for each in given))


def _read(migration: Migration, scope: Scope, *, by_statement: bool) -> Script:
    sql = (migration.sql or "").removeprefix(_BYTE_ORDER_MARK)
    text = sql.encode(errors="replace")
    nul = text.find(b"\0")
    if nul >= 0:
        line, column = Lines(text).place(nul)
        message = "a NUL character; PostgreSQL would read the file only up to here"
        return Script(migration=migration.name, unreadable=Unreadable(message=message, line=line, column=column))
    return _read_text(migration.name, text, scope, Transactions(scope, by_statement))


def _read_text(name: str, text: bytes, scope: Scope, transactions: Transactions) -> Script:
    lines = Lines(text)
    source = Source(text, range(len(text) + 1))
    context = Context(scope, lines.place, _read_command)
    statements: list[Statement] = []
    effects: list[Effect] = []
    undoing = Undoing(scope)
    for position, raw in enumerate(raw_statements(text), start=1):
        statements.append(_statement(raw, position, text, lines))
        effects += _effects(raw, position, source, context)
        if isinstance(raw, RawStatement) and raw.kind == "TransactionStmt":
            undoing.after(raw.node, effects)
        if isinstance(raw, RawStatement):
            transactions.after(raw.kind, raw.node)
    broken = min(context.broken, key=lambda each: each[1], default=None)
    unreadable = None
    if broken is not None:
        line, column = lines.place(broken[1])
        unreadable = Unreadable(message=broken[0], line=line, column=column)
    return Script(migration=name, statements=tuple(statements), effects=tuple(effects), unreadable=unreadable)


def _statement(raw: RawStatement | Broken, position: int, text: bytes, lines: Lines) -> Statement:
    line, column = lines.place(raw.start)
    kind = "Unreadable" if isinstance(raw, Broken) else raw.kind
    sql = text[raw.start : raw.end].decode(errors="replace")
    return Statement(position=position, line=line, column=column, kind=kind, sql=sql)


def _effects(raw: RawStatement | Broken, position: int, source: Source, context: Context) -> Iterator[Effect]:
    if isinstance(raw, Broken):
        context.broken.append((raw.message, raw.offset))
        line, column = context.place(raw.start)
        what = ObjectRef(kind=ObjectKind.OTHER, name="unreadable")
        yield Effect(action=Action.OPAQUE, object=what, statement=position, line=line, column=column)
        return
    for placed in _read_command(raw, source, context):
        yield _effect(placed, position, context)


def _read_command(raw: RawStatement, source: Source, context: Context) -> list[Placed]:
    """The effects of one statement of `source`, also those inside a DO block."""
    try:
        if raw.kind == "DoStmt":
            return read_do(raw, source, context)
        if raw.kind == "CreateFunctionStmt":
            _define(raw, source, context)
        drafts = command_drafts(raw.kind, raw.node, context.scope, certain=context.depth == 0)
    except RecursionError:
        drafts = [opaque(raw.kind, detail="nested too deeply")]
    return placed_drafts(drafts, source.at(raw.start), context, _actions(raw, source))


def _actions(raw: RawStatement, source: Source) -> tuple[int, ...] | None:
    """The places in the file of the actions of an ALTER TABLE, where there are several."""
    count = len(raw.node.get("cmds", [])) if raw.kind == "AlterTableStmt" else 0
    found = action_offsets(source.text[raw.start : raw.end], count) if count > 1 else None
    return tuple(source.at(raw.start + each) for each in found) if found is not None else None


def _define(raw: RawStatement, source: Source, context: Context) -> None:
    """A function is known by its statement: what it does is read where it is called."""
    made = context.scope.named(ObjectKind.FUNCTION, raw.node.get("funcname"))
    routine = Routine((made.schema, made.name), raw.node, source.text[raw.start : raw.end])
    context.scope.known.define(routine, certain=context.depth == 0)


def _effect(placed: Placed, position: int, context: Context) -> Effect:
    draft = placed.draft
    line, column = context.place(placed.offset)
    begins = context.place(placed.begins) if placed.begins not in (None, placed.offset) else None
    return Effect(
        action=draft.action,
        object=draft.object,
        statement=position,
        line=line,
        column=column,
        guards=placed.guards,
        new_name=draft.new_name,
        needs=draft.needs,
        new_schema=draft.new_schema,
        detail=draft.detail,
        facts=draft.facts,
        begins=begins,
        by=draft.by,
    )


_BODIES = body_reader(_read_command)
