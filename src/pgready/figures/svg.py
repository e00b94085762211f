"""A Figure as bytes: a deterministic, small and accessible SVG, or a PNG.

Text becomes paths: an SVG that is shown as an image uses the fonts of the reader's machine, where other widths would
break the layout. Measured on the example: 23 to 53 kB per picture, half of what matplotlib writes; as live text, each
line fitted into its width, 4 to 17 kB.
"""

import io
import re
from xml.sax.saxutils import escape, quoteattr, unescape

import matplotlib as mpl
from matplotlib.figure import Figure

from pgready.figures.style import house_style
from pgready.figures.text import visible, width_of

__all__ = ["png_bytes", "svg_bytes"]

_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def svg_bytes(figure: Figure, *, title: str, description: str, live_text: bool = False) -> bytes:
    """The figure as UTF-8 SVG; equal figures give equal bytes with one version of matplotlib.

    `title` and `description` are what a screen reader says (SVG 2, "title" and "desc"; WAI-ARIA img role); characters
    that cannot be seen are spelt out, so that a hostile name cannot break the XML. With `live_text` words stay text,
    which can be searched and selected; whatever font the reader has, each line is fitted into its measured width.
    """
    buffer = io.StringIO()
    with house_style(), mpl.rc_context({"svg.fonttype": "none"} if live_text else {}):
        figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
    drawn, words = _without_words(buffer.getvalue())
    svg = _with_words(_squeezed(drawn), words)
    return _accessible(svg, visible(title), visible(description), live=live_text).encode()


def png_bytes(figure: Figure, *, dpi: float = 192) -> bytes:
    """The figure as PNG without metadata; 96 dpi is one pixel per CSS pixel."""
    buffer = io.BytesIO()
    with house_style():
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def _accessible(svg: str, title: str, description: str, *, live: bool) -> str:
    head = f'<svg role="img" aria-label={quoteattr(title)} ' + (_LIVE if live else "")
    spoken = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    opened = svg.replace("<svg ", head, 1)
    end = opened.index(">", opened.index("<svg ")) + 1
    return opened[:end] + spoken + opened[end:]


_LIVE = 'font-family="DejaVu Sans,Verdana,sans-serif" '
_COLLAPSING = re.compile(r"(?:^|(?<= )) ")
_TEXT = re.compile(r'<text style="([^"]*)" x="([^"]*)" y="([^"]*)" transform="rotate\(-?([\d.]+)[^"]*">([^<]*)</text>')
_WORDS = "words:{}:"


def _without_words(svg: str) -> tuple[str, list[str]]:
    """The SVG with a mark for each of its texts, and the texts, small: what makes the rest small must not see them."""
    words: list[str] = []

    def taken(found: re.Match[str]) -> str:
        words.append(_text_element(*found.groups()))
        return _WORDS.format(len(words) - 1)

    return _TEXT.sub(taken, svg), words


def _with_words(svg: str, words: list[str]) -> str:
    return re.sub(_WORDS.format(r"(\d+)"), lambda found: words[int(found[1])], svg) if words else svg


def _text_element(style: str, x: str, y: str, angle: str, content: str) -> str:
    """One line; `textLength` makes it as wide as it was measured, in whatever font (SVG 1.1, 10.5)."""
    given = dict(part.split(":", 1) for part in style.replace(": ", ":").split("; ") if ":" in part)
    size, bold = float(given["font-size"].removesuffix("px")), given.get("font-weight") == "700"
    attributes = {"x": _short(x), "y": _short(y), "font-size": _short(size)}
    attributes |= {"font-weight": "700"} if bold else {}
    attributes |= {"fill": given["fill"]} if "fill" in given else {}
    attributes |= {"text-anchor": anchor} if (anchor := given.get("text-anchor", "start")) != "start" else {}
    attributes |= {"transform": f"rotate(-{_short(angle)} {_short(x)} {_short(y)})"} if float(angle) else {}
    attributes |= {"textLength": _short(width_of(unescape(content), size, bold=bold))}
    # Browsers collapse spaces in the text of an SVG, whatever the element around it says (`white-space`).
    kept = _COLLAPSING.sub("\N{NO-BREAK SPACE}", content)
    written = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    return f'<text {written} lengthAdjust="spacingAndGlyphs">{kept}</text>'


def _short(number: str | float) -> str:
    return f"{float(number):.1f}".removesuffix(".0")


def _squeezed(svg: str) -> str:
    """Half the size: without document type, comments, ids that nothing refers to, and digits that nobody sees."""
    for pattern, replacement in _SQUEEZE:
        svg = pattern.sub(replacement, svg)
    return svg


_SQUEEZE = [
    (re.compile(pattern, re.DOTALL), replacement)
    for pattern, replacement in (
        (r"<!DOCTYPE[^>]*>|<!--.*?-->|<metadata>.*?</metadata>", ""),
        (r"\s+", " "),
        (r"> <", "><"),
        (r'<g id="(?:figure|patch|text)_\d+">', "<g>"),
        (r"<g>(<path [^>]*/>)</g>", r"\1"),
        (r"<g> ?(words:\d+:) ?</g>", r"\1"),
        (r"<defs></defs>|<defs/>", ""),
        (r"DejaVuSans-(?:(B)old-)?", r"g\1"),
        (r"xlink:href", "href"),
        (r' xmlns:xlink="[^"]*"', ""),
        (r'<use href="(#\w+)" transform="translate\((\d+)(?:\.\d+)? 0\)"/>', r'<use href="\1" x="\2"/>'),
        (r"(?<![\d.])([1-9]\d+\.\d)\d+", r"\1"),
        (r"(?<![\d.])([1-9]\.\d\d)\d+", r"\1"),
        (r"(?<=\d)\.0(?=[ MLQCz])", ""),
        (r"(?<=[ \d])([MLQCz]) ", r"\1"),
        (r" (?=[MLQCz][\d-])| (?=[z\"])", ""),
        (r"(?<=[a-z]): (?=[#\w])|; (?=[a-z])", lambda found: found[0].strip()),
    )
]
