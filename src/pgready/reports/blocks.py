"""What a report is made of: a dozen small values that every form (JupyterLab, HTML, Markdown, text) can show.

They are msgspec structs and not dataclasses because they travel: a kernel writes them into a notebook as JSON, the
exporter reads them back, and what comes back is untrusted. msgspec checks the tagged union while it decodes. They hold
plain text only, never markup; each form escapes for itself (`visible.visible` and then HTML or Markdown).

The JSON (`MIME`) is `{"format": "pgready-view/1", "block": {"kind": ..., ...}}`; fields that have their default are
left out. A line of text is a list of spans `{"text": ..., "style": ...}`.
"""

from enum import StrEnum
from typing import Any

import msgspec

__all__ = [
    "FORMAT",
    "MIME",
    "Banner",
    "Block",
    "Bullets",
    "Check",
    "CheckSection",
    "Checklist",
    "Column",
    "Fact",
    "Facts",
    "Fold",
    "Interaction",
    "Line",
    "Part",
    "Picture",
    "Pre",
    "Prose",
    "Span",
    "Stack",
    "State",
    "Style",
    "Table",
    "Tile",
    "Tiles",
    "Tone",
    "decode",
    "encode",
]

MIME = "application/vnd.pgready.view+json"
FORMAT = "pgready-view/1"


class Style(StrEnum):
    """How a span looks. GOOD, BAD, WARN and OPEN carry a symbol as well as a colour; CODE is a name or a command."""

    PLAIN = "plain"
    CODE = "code"
    STRONG = "strong"
    MUTED = "muted"
    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    OPEN = "open"


class Tone(StrEnum):
    """What a block says: it is well, it blocks, it needs a look, it is not known, or none of these."""

    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    OPEN = "open"
    NEUTRAL = "neutral"


class State(StrEnum):
    """A box of the checklist: TICKED only by checks that passed, CROSSED by one that failed, OPEN otherwise."""

    TICKED = "ticked"
    CROSSED = "crossed"
    OPEN = "open"


class _Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


class Span(_Value, frozen=True, kw_only=True):
    """A piece of text in one style; `section` is the title of the section of the same report that it leads to."""

    text: str
    style: Style = Style.PLAIN
    section: str = ""


Line = tuple[Span, ...]


class Fact(_Value, frozen=True, kw_only=True):
    """A term and what is said about it."""

    term: str
    line: Line


class Tile(_Value, frozen=True, kw_only=True):
    """A big number: `value` ("24 of 40") and what it counts."""

    value: str
    label: str
    tone: Tone = Tone.NEUTRAL


class Column(_Value, frozen=True, kw_only=True):
    """The head of a table's column; numbers stand to the right."""

    title: str
    numeric: bool = False


class Check(_Value, frozen=True, kw_only=True):
    """One box of the checklist; `note` says what decided it, `command` what to run."""

    state: State
    line: Line
    note: Line = ()
    command: str | None = None


class CheckSection(_Value, frozen=True, kw_only=True):
    """Boxes under one heading; none where what holds them has it."""

    title: str = ""
    checks: tuple[Check, ...]
    note: Line = ()


class _Block(_Value, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    pass


class Banner(_Block, frozen=True, kw_only=True):
    """The verdict: one word, the reason in one sentence, how it was judged, and a few facts."""

    tone: Tone
    word: str
    reason: Line
    detail: Line = ()
    facts: tuple[Fact, ...] = ()


class Tiles(_Block, frozen=True, kw_only=True):
    """Big numbers side by side."""

    tiles: tuple[Tile, ...]


class Facts(_Block, frozen=True, kw_only=True):
    """Terms and what is said about them."""

    facts: tuple[Fact, ...]


class Prose(_Block, frozen=True, kw_only=True):
    """Paragraphs."""

    lines: tuple[Line, ...]


class Bullets(_Block, frozen=True, kw_only=True):
    """A list; `more` counts items that were left out."""

    items: tuple[Line, ...]
    more: int = 0


class Pre(_Block, frozen=True, kw_only=True):
    """Text whose line breaks count: commands, a server's message."""

    text: str


class Table(_Block, frozen=True, kw_only=True):
    """Rows of lines, as many cells as there are columns; `more` counts rows that were left out."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Line, ...], ...]
    more: int = 0


class Checklist(_Block, frozen=True, kw_only=True):
    """Sections of boxes."""

    sections: tuple[CheckSection, ...]


class Interaction(_Value, frozen=True, kw_only=True):
    """What can be found in a picture: groups, tables and references, as they are to be read.

    `groups` are (id, name, sentence); `tables` (id, name, note, place of its group); `links` (place of the referencing
    and of the referenced table, kind, sentence), of which one may have no line in the picture. Ids are those of
    `figures.ids`. With `grid` the tables are, in order, the rows and columns of a matrix.
    """

    groups: tuple[tuple[str, str, str], ...]
    tables: tuple[tuple[str, str, str, int], ...]
    links: tuple[tuple[int, int, str, str], ...]
    grid: bool = False


class Picture(_Block, frozen=True, kw_only=True):
    """A drawing: the SVG's text, the words for those who cannot see it, its title (not shown), and a caption.

    With an `interaction` and live text in the SVG it can be searched where scripts run, and a table, group or reference
    stands out on request; where any of it is missing or not ours, it is shown as an image.
    """

    svg: str
    alt: str
    title: str = "Picture"
    caption: str = ""
    interaction: Interaction | None = None


class Fold(_Block, frozen=True, kw_only=True):
    """Evidence behind one line that can be opened.

    An `aside` stays closed on paper: what it holds is in audit.json, and would fill pages that nobody reads.
    """

    summary: Line
    body: tuple["Block", ...]
    open: bool = False
    aside: bool = False


class Part(_Block, frozen=True, kw_only=True):
    """A heading below the section's, with its blocks."""

    title: Line
    body: tuple["Block", ...]


class Stack(_Block, frozen=True, kw_only=True):
    """Blocks one below the other."""

    body: tuple["Block", ...]


Block = Banner | Tiles | Facts | Prose | Bullets | Pre | Table | Checklist | Picture | Fold | Part | Stack


class _Envelope(_Value, frozen=True, kw_only=True):
    format: str
    block: Block


def encode(block: Block) -> dict[str, Any]:
    """The JSON of a block, as Python values: what stands in a notebook under `MIME`."""
    return {"format": FORMAT, "block": msgspec.to_builtins(block)}


def decode(data: object) -> Block | None:
    """The block of such JSON, or None when it is not one of ours (other format, unknown kind, too deep)."""
    try:
        envelope = msgspec.convert(data, _Envelope, strict=True)
    except (msgspec.ValidationError, RecursionError):
        return None
    return envelope.block if envelope.format == FORMAT else None
