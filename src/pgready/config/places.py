"""Where in the text of pgready.toml something stands that is wrong, for messages."""

import difflib
import re
from itertools import islice

from pgready.config.sections import SECTIONS, File

__all__ = ["Entry", "explain", "line_of", "start_of", "toml_place"]

Entry = tuple[str, int]
"""The name of an array of tables, and the number of one of its tables from 0."""


def toml_place(message: str) -> tuple[str, str]:
    """Split tomllib's `... (at line 3, column 5)` into a place and the rest."""
    found = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    return (f":{found[1]}:{found[2]}", message[: found.start()]) if found else ("", message)


def line_of(text: str, word: str, entry: Entry | None = None) -> str:
    """`:line` of the first line with the word outside a comment, from that entry on; empty: none."""
    lines = text.splitlines()
    first = start_of(lines, entry) or 0
    pattern = re.compile(rf"(?<![\w.-]){re.escape(word)}(?![\w-])")
    for number, line in enumerate(lines[first:], start=first + 1):
        if pattern.search(line) and not line.lstrip().startswith("#"):
            return f":{number}"
    return f":{first + 1}" if first else ""


def start_of(lines: list[str], entry: Entry | None) -> int | None:
    """The index of the line `[[section]]` with that number; None when it is written in another way."""
    if entry is None:
        return None
    section, wanted = entry
    heading = re.compile(rf"\s*\[\[\s*{section}\s*\]\]")
    return next(islice((number for number, line in enumerate(lines) if heading.match(line)), wanted, None), None)


def explain(message: str, text: str, shown_as: str) -> str:
    """msgspec's message with the file, the line and, for an unknown key, the known ones."""
    body, _, path = message.partition(" - at `$")
    keys = [key for key in re.findall(r"[^.\[\]`]+", path) if key != "..."]
    entry = (keys[0], int(keys[1])) if len(keys) > 1 and keys[1].isdigit() else None
    unknown = re.search(r"unknown field `(.+?)`", body)
    if unknown is None:
        return f"{shown_as}{_line_of_value(text, keys, entry)}: {'.'.join(keys) or 'the file'}: {body}"
    section = ".".join(key for key in keys if not key.isdigit())
    known = _known_keys(keys)
    near = difflib.get_close_matches(unknown[1], known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"expected one of: {', '.join(known)}"
    where = f" in [{section}]" if section else ""
    return f"{shown_as}{line_of(text, unknown[1], entry)}: unknown key {unknown[1]!r}{where}; {hint}"


def _line_of_value(text: str, keys: list[str], entry: Entry | None) -> str:
    """The line of the key, or that of the entry which lacks one."""
    words = [key for key in keys[2 if entry else 0 :] if not key.isdigit()]
    heading = start_of(text.splitlines(), entry)
    if words:
        return line_of(text, words[-1], entry)
    return "" if heading is None else f":{heading + 1}"


def _known_keys(keys: list[str]) -> list[str]:
    """The keys of the section at that path."""
    return list((SECTIONS[keys[0]] if keys else File).__struct_fields__)
