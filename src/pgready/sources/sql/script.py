"""One migration file -> statements, effects and guards."""

from collections.abc import Iterable, Iterator

from pgready.model.effects import Action, Effect, Script, Unreadable
from pgready.model.migration import Migration, Statement
from pgready.model.names import ObjectKind, ObjectRef
from pgready.sources.sql.drafts import opaque
from pgready.sources.sql.effects import drafts_of
from pgready.sources.sql.guards import Placed
from pgready.sources.sql.parse import on_deep_stack
from pgready.sources.sql.places import Lines, Source
from pgready.sources.sql.plpgsql import read_do
from pgready.sources.sql.scope import Scope
from pgready.sources.sql.statements import Broken, RawStatement, raw_statements
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


def read_scripts(migrations: Iterable[Migration], *, default_schema: str = "public") -> tuple[Script, ...]:
    """Read many migrations, each by itself as `read_script` does, in order; faster than one by one."""
    given = list(migrations)
    return on_deep_stack(lambda: tuple(_read(each, default_schema) for each in given))


def _read(migration: Migration, default_schema: str) -> Script:
    sql = (migration.sql or "").removeprefix(_BYTE_ORDER_MARK)
    text = sql.encode(errors="replace")
    nul = text.find(b"\0")
    if nul >= 0:
        line, column = Lines(text).place(nul)
        message = "a NUL character; PostgreSQL would read the file only up to here"
        return Script(migration=migration.name, unreadable=Unreadable(message=message, line=line, column=column))
    return _read_text(migration.name, text, default_schema)


def _read_text(name: str, text: bytes, default_schema: str) -> Script:
    lines = Lines(text)
    source = Source(text, range(len(text) + 1))
    context = Context(Scope(default_schema), lines.place, _read_command)
    statements: list[Statement] = []
    effects: list[Effect] = []
    for position, raw in enumerate(raw_statements(text), start=1):
        statements.append(_statement(raw, position, text, lines))
        effects += _effects(raw, position, source, context)
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
        drafts = drafts_of(raw.kind, raw.node, context.scope)
    except RecursionError:
        drafts = [opaque(raw.kind, detail="nested too deeply")]
    return placed_drafts(drafts, source.at(raw.start), context)


def _effect(placed: Placed, position: int, context: Context) -> Effect:
    draft = placed.draft
    line, column = context.place(placed.offset)
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
    )
