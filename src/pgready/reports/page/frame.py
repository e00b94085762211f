"""An interactive picture as a document of its own, for `<iframe sandbox="allow-scripts" srcdoc="...">`.

The frame has an origin of its own (no `allow-same-origin`), so its script sees nothing of the page around it. Its
policy allows no request and no script but ours, by hash (CSP 3, 2.3.1); in an exported report the page's policy, which
the frame inherits (HTML, "policy container" of a srcdoc document), must name that hash too.

The SVG comes out of a notebook and so may be anybody's: it is read as XML and written anew, from a list of elements
and attributes that our own pictures have. What is not ours is shown as an image instead.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from xml.etree import ElementTree as ET

from pgready.reports.blocks import Block, Fold, Interaction, Part, Picture, Stack
from pgready.reports.visible import visible

__all__ = ["Frame", "frame_of", "holds_frame", "script_source"]

_TEMPLATES = Path(__file__).parent / "templates" / "report"
_SVG = "{http://www.w3.org/2000/svg}"
_ELEMENTS = {"svg", "g", "path", "text"}
_DROPPED = {"title", "desc", "defs", "style", "metadata"}
_ATTRIBUTES = {
    *("d", "style", "x", "y", "width", "height", "viewBox", "transform", "fill"),
    *("font-size", "font-weight", "font-family", "text-anchor", "textLength", "lengthAdjust"),
}
_IDS = re.compile(r"(?:table|group|edge):[\w.:%() -]+", re.ASCII)
_SIZE = re.compile(r"([\d.]+)(?:pt|px)?")
_MOST_PIXELS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The document, and the size of its picture in CSS pixels (the bar above it comes on top)."""

    document: str
    width: int
    height: int


def frame_of(picture: Picture) -> Frame | None:
    """The document that shows a picture with search, hover and focus; None when it must stay an image."""
    if picture.interaction is None or not _sound(picture.interaction):
        return None
    drawn = _redrawn(picture.svg)
    if drawn is None:
        return None
    body, width, height = drawn
    document = _DOCUMENT.format(
        policy=f"default-src 'none'; script-src {script_source()}; style-src 'unsafe-inline'",
        title=_text(picture.title),
        style=_file("interactive.css"),
        alt=_text(picture.alt),
        svg=body,
        width=width,
        data=_json(picture.interaction),
        script=_file("interactive.js"),
    )
    return Frame(document=document, width=width, height=height)


_DOCUMENT = (
    '<!DOCTYPE html><html lang="en"><head><meta http-equiv="Content-Security-Policy" content="{policy}">'
    '<meta charset="utf-8"><title>{title}</title><style>{style}</style></head><body>'
    '<div class="bar" id="bar" hidden><div class="row"><label for="find">Find a table</label>'
    '<input id="find" type="search" autocomplete="off" spellcheck="false" aria-describedby="said">'
    '<button id="clear" type="button" hidden>Show all</button></div>'
    '<p id="said" role="status" aria-live="polite"></p></div>'
    '<div class="paper" style="--w:{width}"><svg role="img" aria-label="{alt}" {svg}</div>'
    '<div id="tip" aria-hidden="true" hidden></div>'
    '<script type="application/json" id="data">{data}</script><script>{script}</script></body></html>'
)


def script_source() -> str:
    """The source expression of our script for a policy: `'sha256-...'`."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(_file('interactive.js').encode()).digest()).decode()}'"


def holds_frame(block: Block) -> bool:
    """Whether a block holds a picture that is shown in a frame."""
    match block:
        case Picture():
            return frame_of(block) is not None
        case Fold() | Part() | Stack():
            return any(map(holds_frame, block.body))
        case _:
            return False


@cache
def _file(name: str) -> str:
    """A file of the package, without indentation and lines of comment."""
    lines = map(str.strip, (_TEMPLATES / name).read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _text(text: str) -> str:
    return escape(visible(text))


def _json(interaction: Interaction) -> str:
    """As JSON that no HTML parser takes for markup, made visible once more as it may have come from anywhere."""
    all_rows: tuple[tuple[_Row, ...], ...] = (interaction.groups, interaction.tables, interaction.links)
    shown = [[[*map(_shown, row)] for row in rows] for rows in all_rows]
    written = json.dumps([*shown, interaction.grid], ensure_ascii=False, separators=(",", ":"))
    return _MARKUP.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


_Row = tuple[str | int, ...]
_MARKUP = re.compile(r"[<>&']")


def _shown(value: str | int) -> str | int:
    return visible(value) if isinstance(value, str) else value


def _sound(interaction: Interaction) -> bool:
    """Whether every place that is named exists."""
    groups, tables = len(interaction.groups), len(interaction.tables)
    return all(0 <= table[3] < groups for table in interaction.tables) and all(
        0 <= one < tables and 0 <= other < tables for one, other, *_ in interaction.links
    )


@lru_cache(maxsize=8)
def _redrawn(svg: str) -> tuple[str, int, int] | None:
    """The SVG from after `<svg ` on, with the size of the picture in pixels; None when it is not as ours are."""
    root = _parsed(svg)
    if root is None or root.tag != f"{_SVG}svg":
        return None
    width, height = (_pixels(root.attrib.get(name, "")) for name in ("width", "height"))
    if not (0 < width <= _MOST_PIXELS and 0 < height <= _MOST_PIXELS):
        return None
    root.attrib |= {"width": str(width), "height": str(height)}
    written: list[str] = []
    if not _write(root, written, 0):
        return None
    return "".join(written).removeprefix("<svg "), width, height


def _parsed(svg: str) -> ET.Element | None:
    if "<!" in svg:
        return None
    try:
        return ET.fromstring(svg.encode())  # noqa: S314  # no document type, so no entities
    except (ET.ParseError, UnicodeEncodeError):
        return None


def _pixels(written: str) -> int:
    found = _SIZE.fullmatch(written)
    try:
        return round(float(found[1]) * (96 / 72 if written.endswith("pt") else 1)) if found else 0
    except ValueError:
        return 0


_DEEPEST = 12


def _write(element: ET.Element, into: list[str], depth: int) -> bool:
    """Write an element as HTML; False at the first thing that our pictures do not have."""
    name = element.tag.removeprefix(_SVG)
    if name in _DROPPED:
        return True
    if name not in _ELEMENTS or depth > _DEEPEST or (name == "svg" and depth):
        return False
    into.append(f"<{name}" + "".join(_attributes(element)))
    if len(element) == 0 and not (element.text or "").strip():
        into.append("/>")
        return True
    into.append(">" + (escape(element.text or "", quote=False) if name == "text" else ""))
    if not all(_write(child, into, depth + 1) for child in element):
        return False
    into.append(f"</{name}>")
    return True


def _attributes(element: ET.Element) -> list[str]:
    kept = [(name, value) for name, value in element.attrib.items() if name in _ATTRIBUTES and "url(" not in value]
    if _IDS.fullmatch(known := element.attrib.get("id", "")):
        kept.append(("id", known))
    return [f' {name}="{escape(value)}"' for name, value in kept]
