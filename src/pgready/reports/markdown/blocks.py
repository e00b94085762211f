"""Blocks as GitHub-flavoured Markdown.

Everything that comes from the project is escaped in two steps: hidden characters become visible, then every sign that
Markdown or HTML could take for markup becomes an entity or is put behind a backslash. Names stand in backticks when
they hold nothing but harmless characters, else in `<code>` with entities.

GitHub looks for mentions, issues, emoji codes and addresses of mail in the text that Markdown has left, where neither
an entity nor a backslash is there any more (github/markup issue 1168; measured with cmark-gfm for mail), but never
across elements. So the sign that makes one stands in a `<span>`, which is also GitHub's own advice for a dollar sign
("Writing mathematical expressions").
"""

import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

from pgready.reports.blocks import (
    Banner,
    Block,
    Bullets,
    Checklist,
    CheckSection,
    Facts,
    Fold,
    Line,
    Part,
    Picture,
    Pre,
    Prose,
    Span,
    Stack,
    State,
    Style,
    Table,
    Tiles,
    Tone,
)
from pgready.reports.visible import visible

__all__ = ["SaveImage", "block_markdown", "escaped", "fenced", "markdown_line"]

SaveImage = Callable[[str, bytes], str]
"""Called with a file ending and the bytes of a picture; gives the address to write."""

_SIGNS = {Style.GOOD: "✅", Style.BAD: "❌", Style.WARN: "⚠️", Style.OPEN: "❔"}
_TONES = {Tone.GOOD: "✅", Tone.BAD: "❌", Tone.WARN: "⚠️", Tone.OPEN: "❔", Tone.NEUTRAL: ""}
_BOXES = {State.TICKED: "[x]", State.CROSSED: "[ ] ❌", State.OPEN: "[ ]"}
_HARMLESS = re.compile(r"[^`|$]+")
# A mention, a formula, an emoji code, an address, an issue: what GitHub finds in text, whatever it was escaped with.
_LONE = r"(?P<lone>[@$]|:(?=//|[\w+-]+(?::|$))|(?<=www)\.|#(?=\w)|(?<=\w)#|(?<=\bGH)-(?=\d))"
_MARKUP = re.compile(
    _LONE + r"|[\\`*\[\]<&|~]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # emphasis; not inside a word
    r"|^[-+=>#]|" + "|".join(rf"(?<=^\d{{{digits}}})[.)](?=\s|$)" for digits in range(1, 10)),
    # What makes a list, heading or quotation of a line; a list's number has nine digits at most.
    re.IGNORECASE,
)
_MARKUP_IN_HTML = re.compile(_LONE + r"|[^\w ,;()-]|_", re.IGNORECASE)
_NAMED = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_BY_NUMBER = "|`.)[]#"


def escaped(text: str) -> str:
    """The text so that GitHub shows exactly it: no markup, link, mention, emoji code, formula or HTML."""
    shown = visible(text)
    bare = shown.lstrip(" ")  # what begins a line does so behind spaces, too
    return shown[: len(shown) - len(bare)] + _MARKUP.sub(_entity, bare)


def _entity(found: re.Match[str]) -> str:
    sign = found[0]
    if found["lone"]:
        return _lone(sign)
    return _NAMED.get(sign) or (f"&#{ord(sign)};" if sign in _BY_NUMBER else f"\\{sign}")


def _lone(sign: str) -> str:
    """A sign that joins nothing around it: text is looked at element by element."""
    return f"<span>&#{ord(sign)};</span>"


def _code(text: str) -> str:
    shown = visible(text)
    if _HARMLESS.fullmatch(shown) and shown == shown.strip():
        return f"`{shown}`"
    return f"<code>{_tag_text(shown)}</code>"


def _tag_text(shown: str) -> str:
    """Text inside `<code>`, where Markdown is still read, and mail still looked for: every sign as an entity."""
    return re.sub(r"[^\w ]|_", lambda found: _lone("@") if found[0] == "@" else f"&#{ord(found[0])};", shown)


def markdown_line(line: Line) -> str:
    """A line of text; marks become a sign and bold words."""
    return "".join(_span(span) for span in line).lstrip(" ")


def _span(span: Span) -> str:
    if span.section:
        return f"[{escaped(span.text)}](#{_anchor(span.section)})"
    match span.style:
        case Style.CODE:
            return _code(span.text)
        case Style.STRONG:
            return f"**{escaped(span.text)}**"
        case Style.PLAIN | Style.MUTED:
            return escaped(span.text)
        case _:
            return f"{_SIGNS[span.style]} **{escaped(span.text)}**"


def _anchor(heading: str) -> str:
    """The address that GitHub gives a heading: small letters, no signs, hyphens for spaces."""
    return quote(re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-"))


def block_markdown(block: Block, save: SaveImage, *, level: int = 3) -> str:
    """The block as Markdown, without blank lines around it; headings begin at `level`."""
    return "\n".join(_lines(block, save, level)).strip("\n")


def _lines(block: Block, save: SaveImage, level: int) -> Iterator[str]:  # noqa: C901, PLR0912  # one arm per kind of block
    match block:
        case Banner():
            yield from _banner(block)
        case Tiles():
            yield from _tiles(block)
        case Facts():
            yield from (f"- **{escaped(fact.term)}:** {markdown_line(fact.line)}" for fact in block.facts)
        case Prose():
            yield "\n\n".join(markdown_line(line) for line in block.lines)
        case Bullets():
            yield from (f"- {markdown_line(item)}" for item in block.items)
            yield from _more(block.more)
        case Pre():
            yield fenced(block.text)
        case Table():
            yield from _table(block)
        case Checklist():
            for section in block.sections:
                yield from _section(section, level)
        case Picture():
            yield f"![{escaped(block.alt)}]({save('svg', block.svg.encode())})"
        case Fold():
            yield from (f"<details><summary>{_inline_html(block.summary)}</summary>", "")
            yield _all(block.body, save, _NO_HEADING)
            yield from ("", "</details>")
        case Part():
            yield f"{_heading(markdown_line(block.title), _inline_html(block.title), level)}\n"
            yield _all(block.body, save, level + 1)
        case Stack():
            yield _all(block.body, save, level)


_NO_HEADING = 7
"""The level from which on a title is no heading: what is folded would fill GitHub's outline of the file."""


def _heading(title: str, bold: str, level: int) -> str:
    return f"{'#' * level} {title}" if level < _NO_HEADING else f"<b>{bold}</b>"


def _all(blocks: tuple[Block, ...], save: SaveImage, level: int) -> str:
    return "\n\n".join(block_markdown(block, save, level=level) for block in blocks)


def _banner(block: Banner) -> Iterator[str]:
    yield f"## {_TONES[block.tone]} {escaped(block.word)}\n"
    yield f"**{markdown_line(block.reason)}**\n"
    if block.detail:
        yield f"{markdown_line(block.detail)}\n"
    yield from (f"- {escaped(fact.term)}: {markdown_line(fact.line)}" for fact in block.facts)


def _tiles(block: Tiles) -> Iterator[str]:
    """The values first, as the labels go on from them: "44 blocking findings"."""
    yield f"| {' | '.join(f'{_TONES[tile.tone]} {escaped(tile.value)}'.strip() for tile in block.tiles)} |"
    yield f"|{':---:|' * len(block.tiles)}"
    yield f"| {' | '.join(escaped(tile.label) for tile in block.tiles)} |"


def _more(number: int) -> Iterator[str]:
    if number:
        yield f"\n*{number} more in `audit.json`.*"


def _table(table: Table) -> Iterator[str]:
    yield f"**{escaped(table.caption)}**\n"
    yield f"| {' | '.join(escaped(column.title) for column in table.columns)} |"
    yield f"|{'|'.join('---:' if column.numeric else '---' for column in table.columns)}|"
    for row in table.rows:
        yield f"| {' | '.join(markdown_line(cell) for cell in row)} |"
    yield from _more(table.more)


def _section(section: CheckSection, level: int) -> Iterator[str]:
    if section.title:
        yield f"{_heading(escaped(section.title), escaped(section.title), level)}\n"
    if section.note:
        yield f"{markdown_line(section.note)}\n"
    for check in section.checks:
        note = f" — {markdown_line(check.note)}" if check.note else ""
        command = f": {_code(check.command)}" if check.command else ""
        yield f"- {_BOXES[check.state]} {markdown_line(check.line)}{command}{note}"
    yield ""


def fenced(text: str) -> str:
    """A code block whose fence is longer than any in the text."""
    shown = visible(text, keep="\n")
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{shown}\n{fence}"


def _inline_html(line: Line) -> str:
    """A line inside `<summary>`, where GitHub reads no Markdown."""
    return "".join(f"{_SIGNS.get(span.style, '')} {_tagged(span)}".removeprefix(" ") for span in line)


def _tagged(span: Span) -> str:
    text = _MARKUP_IN_HTML.sub(_html_entity, visible(span.text))
    tag = {Style.CODE: "code", Style.PLAIN: "", Style.MUTED: ""}.get(span.style, "b")
    return f"<{tag}>{text}</{tag}>" if tag else text


def _html_entity(found: re.Match[str]) -> str:
    return _lone(found[0]) if found["lone"] else f"&#{ord(found[0])};"
