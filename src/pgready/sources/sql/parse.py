"""The only place that knows the SQL parser: libpg_query 18 through `postgast.native`, by way of its JSON trees.

The JSON tree is that of `src/include/nodes/parsenodes.h`: each node is `{"NodeName": {field: value}}`, fields that are
zero, false or empty are left out. Locations are 0-based byte offsets in the UTF-8 text, here and everywhere below.

What has to be known about the library (each has a test):

- The protobuf route of postgast fails at 47 chained `||`; it is not used.
- The error position counts characters from 1; it becomes a byte offset here.
- A NUL ends the text silently: text with a NUL must not come here.
- A chain of 100,000 operators overflows an 8 MB C stack and kills the process: call these functions only inside
  `on_deep_stack`, which gives the C code more stack than a text of `MAX_STATEMENT_BYTES` can use.
- The scanner is quadratic in runs of operator characters: such text is refused before.
- Trees deeper than `json.loads` goes (490 chained operators) are read without recursion, up to some size.
- PL/pgSQL trees of trigger functions are malformed JSON (`{}}` for a variable that is not shown): they are mended.
- Results of C are freed whatever happens.
"""

import ctypes
import importlib.util
import json
import re
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pgready.sources.sql.deep_json import loads_deep
from pgready.sources.sql.lexis import costly

__all__ = [
    "MAX_BODY_BYTES",
    "MAX_STATEMENT_BYTES",
    "Node",
    "SqlError",
    "on_deep_stack",
    "parse",
    "parse_plpgsql",
    "split",
]

# A statement of this size takes at most 5 s and 400 MB, however it is built; real ones have some hundred KB.
MAX_STATEMENT_BYTES = 1 << 20
# The PL/pgSQL compiler looks names up in a list: a body of 256 KiB may take 3 s, one of 1 MiB a minute.
MAX_BODY_BYTES = 256 << 10
# 7,000 chained operators; reading such a tree takes 0.7 s.
_MOST_DEEP_CHARACTERS = 1 << 20
# A chain of `+1` is the densest nesting and takes about 90 bytes of C stack for each byte of text.
_STACK_BYTES = 256 << 20
_LONGEST_MESSAGE = 200
_THREAD = "pgready-sql"
_stack_size_lock = threading.Lock()

Node = dict[str, Any]
T = TypeVar("T")


class SqlError(Exception):
    """Text that the parser does not accept.

    `offset` is a byte offset in it, `line` (1-based) a line of a PL/pgSQL body; both are None when unknown.
    """

    def __init__(self, message: str, offset: int | None = None, line: int | None = None) -> None:
        """Keep message and place apart."""
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.line = line


def on_deep_stack(work: Callable[[], T]) -> T:
    """Call `work` in a thread whose stack no statement of `MAX_STATEMENT_BYTES` can overflow, and wait for it.

    The stack is address space only; memory is used as far as it is touched. 60 to 200 microseconds a call; within
    `work` another call costs nothing, as it stays in its thread.
    """
    if threading.current_thread().name == _THREAD:
        return work()
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            errors.append(error)

    with _stack_size_lock:
        before = threading.stack_size(_STACK_BYTES)
        try:
            thread = threading.Thread(target=run, name=_THREAD)
            thread.start()
        finally:
            threading.stack_size(before)
    thread.join()
    for error in errors:
        raise error
    return results[0]


@cache
def _native() -> Any:  # noqa: ANN401 - a module without types
    """`postgast.native`, loaded by its path: the package itself imports protobuf, which takes 0.1 s and is not used."""
    loaded = sys.modules.get("postgast.native")
    if loaded is not None:
        return loaded
    package = importlib.util.find_spec("postgast")
    if package is None or package.origin is None:  # pragma: no cover - a declared dependency
        raise ImportError("postgast is not installed")
    spec = importlib.util.spec_from_file_location("postgast_native", Path(package.origin).with_name("native.py"))
    if spec is None or spec.loader is None:  # pragma: no cover - the version is pinned
        raise ImportError("postgast has no module native")
    native = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(native)
    return native


def _refuse(text: bytes, limit: int) -> None:
    if len(text) > limit:
        raise SqlError(f"{len(text)} bytes in one statement; at most {limit} are read", 0)
    found = costly(text)
    if found is not None:
        raise SqlError(f"{found[1]} is not read", found[0])


_NEAR_LINE = re.compile(r"near line (\d+)$")


def _raise_error(result: Any, text: bytes) -> None:  # noqa: ANN401 - a C structure
    if not result.error:
        return
    error = result.error.contents
    message = (error.message or b"unknown error").decode(errors="replace")
    if len(message) > _LONGEST_MESSAGE:  # the rest of the text, from an opened string on
        message = message[:_LONGEST_MESSAGE] + "..."
    near = _NEAR_LINE.search((error.context or b"").decode(errors="replace"))
    raise SqlError(message, _byte_offset(text, error.cursorpos), int(near.group(1)) if near else None)


def _byte_offset(text: bytes, position: int) -> int | None:
    """Characters counted from 1 (0: unknown) -> bytes counted from 0."""
    if position <= 0:
        return None
    if text.isascii():
        return min(position - 1, len(text))
    return len(text.decode(errors="replace")[: position - 1].encode())


def parse(text: bytes, *, limit: int = MAX_STATEMENT_BYTES) -> list[Node]:
    """The raw statements of SQL text: `{"stmt": {Kind: {...}}, "stmt_location": ..., "stmt_len": ...}`, in order.

    Raises SqlError for text that is not valid, is too large or is nested too deeply.
    """
    _refuse(text, limit)
    lib = _native().lib
    result = lib.pg_query_parse(text)
    try:
        _raise_error(result, text)
        tree = result.parse_tree
    finally:
        lib.pg_query_free_parse_result(result)
    statements: list[Node] = _loads(tree).get("stmts", [])
    return statements


def parse_plpgsql(statement: bytes, body: bytes) -> list[Node]:
    """The PL/pgSQL functions of a DO or CREATE FUNCTION statement; `body` is its body, unquoted.

    Error positions are unknown: the library does not tell them. Raises SqlError.
    """
    _refuse(body, MAX_BODY_BYTES)
    _refuse(statement, 2 * MAX_BODY_BYTES)
    lib = _native().lib
    result = lib.pg_query_parse_plpgsql(statement)
    try:
        _raise_error(result, b"")
        tree = result.plpgsql_funcs
    finally:
        lib.pg_query_free_plpgsql_parse_result(result)
    try:
        functions: list[Node] = _loads(tree)
    except ValueError:
        functions = _loads(_mended(tree))
    return functions


_decode = json.JSONDecoder(strict=False).decode


def _loads(tree: bytes | str) -> Any:  # noqa: ANN401 - JSON
    text = tree.decode(errors="replace") if isinstance(tree, bytes) else tree
    try:
        return _decode(text)
    except RecursionError:
        if len(text) > _MOST_DEEP_CHARACTERS:
            raise SqlError("nested too deeply to be read", 0) from None
        return loads_deep(text)


# A string, or an empty object of an array with one brace too many.
_EMPTY_OBJECT = re.compile(r'("(?:[^"\\]++|\\.)*+")|(?<=[\[,])\{\}\}', re.DOTALL)


def _mended(tree: bytes) -> str:
    """Take away the brace that the library writes too many after each variable that it cannot show (`{}},`)."""
    return _EMPTY_OBJECT.sub(lambda match: match.group(1) or "{}", tree.decode(errors="replace"))


def split(text: bytes) -> list[tuple[int, int]]:
    """Start and end of each statement by the scanner alone, without the closing semicolon; comments stay in front.

    For text with errors or too large for one tree. The bodies of `BEGIN ATOMIC ... END` are cut apart. Raises
    SqlError when a string or comment is never closed.
    """
    found = costly(text)
    if found is not None:
        raise SqlError(f"{found[1]} is not read", found[0])
    lib = _native().lib
    result = lib.pg_query_split_with_scanner(text)
    try:
        _raise_error(result, text)
        pieces = ctypes.cast(result.stmts, ctypes.POINTER(ctypes.POINTER(_native().PgQuerySplitStmt)))
        spans = (pieces[number].contents for number in range(result.n_stmts))
        return [(span.stmt_location, span.stmt_location + span.stmt_len) for span in spans]
    finally:
        lib.pg_query_free_split_result(result)
