"""Where in the text of pgready.toml something stands that is wrong, for messages."""

import difflib
import re
import tomllib
from itertools import islice

from pgready.config.sections import SECTIONS, File

__all__ = ["Entry", "explain", "line_of", "start_of", "toml_place"]

_NO_DAY = "no such day; expected one such as 2027-01-31"
_TYPES = {
    "array": "a list",
    "object": "a table",
    "str": "a text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "datetime": "a time",
}
_NAMES = {list: "array", dict: "object", str: "str", int: "int", float: "float", bool: "bool"}

Entry = tuple[str, int]
"""The name of an array of tables, and the number of one of its tables from 0."""


def toml_place(message: str, text: str) -> tuple[str, str]:
    """Split tomllib's `... (at line 3, column 5)` into a place and the rest.

    Of a day that does not exist tomllib only says that a line should have ended.
    """
    found = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    if found is None:
        return "", message
    line = "".join(text.split("\n")[int(found[1]) - 1 : int(found[1])])
    day = re.match(r"[^#\"']*=\s*(?=\d{4}-\d{2}-)", line)
    return (
        (_at(int(found[1]) - 1, day.end()), _NO_DAY) if day else (f":{found[1]}:{found[2]}", message[: found.start()])
    )


def line_of(text: str, word: str, entry: Entry | None = None) -> str:
    """`:line:column` of the first place with the word outside a comment, from that entry on; empty: none."""
    lines = text.splitlines()
    first = start_of(lines, entry)
    pattern = re.compile(rf"(?<![\w.-]){re.escape(word)}(?![\w-])")
    for number, line in enumerate(lines[first or 0 :], start=first or 0):
        found = pattern.search(line)
        if found and not line.lstrip().startswith("#"):
            return _at(number, found.start())
    return "" if first is None else _start_of_line(lines, first)


def _start_of_line(lines: list[str], number: int) -> str:
    return _at(number, len(lines[number]) - len(lines[number].lstrip()))


def _at(line: int, column: int) -> str:
    """`:line:column` of indexes."""
    return f":{line + 1}:{column + 1}"


def start_of(lines: list[str], entry: Entry | None) -> int | None:
    """The index of the line `[[section]]` with that number, or of `[section]`; None: it is written in another way."""
    if entry is None:
        return None
    section, wanted = entry
    heading = re.compile(rf"\s*\[\[?\s*{section}\s*\]")
    return next(islice((number for number, line in enumerate(lines) if heading.match(line)), wanted, None), None)


def explain(message: str, text: str, shown_as: str) -> str:
    """msgspec's message with the file, line and column and, for an unknown key, the known ones."""
    body, _, path = message.partition(" - at `$")
    keys = [key for key in re.findall(r"[^.\[\]`]+", path) if key != "..."]
    entry = (keys[0], int(keys[1])) if len(keys) > 1 and keys[1].isdigit() else None
    unknown = re.search(r"unknown field `(.+?)`", body)
    if unknown is None:
        keys = [*keys, *_culprit(text, keys, body)] if path.endswith("[...]`") else keys
        return f"{shown_as}{_line_of_value(text, keys, entry)}: {'.'.join(keys) or 'the file'}: {_said(body, keys)}"
    section = ".".join(key for key in keys if not key.isdigit())
    known = _known_keys(keys)
    near = difflib.get_close_matches(unknown[1], known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"expected one of: {', '.join(known)}"
    where = f" in [{section}]" if section else ""
    return f"{shown_as}{line_of(text, unknown[1], entry)}: unknown key {unknown[1]!r}{where}; {hint}"


def _said(body: str, keys: list[str]) -> str:
    """msgspec's words in those of TOML: `Expected `array`, got `str`` -> expected a list, got a text."""
    if keys[-1:] == ["expires"]:
        return _NO_DAY
    missing = re.fullmatch(r"Object missing required field `(.+)`", body)
    if missing is not None:
        return f"the key {missing[1]!r} is missing"
    types = re.fullmatch(r"Expected `(.+)`, got `(.+)`", body)
    if types is None:
        return body
    wanted = [_TYPES.get(word, word) for word in types[1].split(" | ") if word != "null"]
    lone = wanted == [_TYPES["array"]] and types[2] == "object"
    hint = f" (write [[{keys[0]}]])" if lone and len(keys) == 1 else ""
    if keys[:1] == ["groups"] and wanted == [_TYPES["object"]] and len(keys) > 1:
        hint = f" (write [groups.{keys[1]}] with tables = [...] below)"
    return f"expected {' or '.join(wanted)}, got {_TYPES.get(types[2], types[2])}{hint}"


def _culprit(text: str, keys: list[str], body: str) -> list[str]:
    """The key of a table whose keys are free, which msgspec does not name: the first with a value of that type."""
    found: object = tomllib.loads(text)
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    got = body.rpartition("got `")[2].rstrip("`")
    items = found.items() if isinstance(found, dict) else ()
    return [name for name, value in items if _NAMES.get(type(value)) == got][:1]


def _line_of_value(text: str, keys: list[str], entry: Entry | None) -> str:
    """The line of the key, or that of the entry which lacks one."""
    words = [key for key in keys[2 if entry else 0 :] if not key.isdigit()]
    if words:
        return line_of(text, words[-1], entry)
    lines = text.splitlines()
    heading = start_of(lines, entry)
    return "" if heading is None else _start_of_line(lines, heading)


def _known_keys(keys: list[str]) -> list[str]:
    """The keys of the section at that path."""
    return list((SECTIONS[keys[0]] if keys else File).__struct_fields__)
