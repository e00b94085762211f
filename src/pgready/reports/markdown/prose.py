"""A Markdown cell as Markdown that leads nowhere else: its words and structure, no HTML, no picture, harmless links."""

import re
from collections.abc import Collection
from functools import partial

from pgready.reports.links import address
from pgready.reports.visible import visible

__all__ = ["harmless_markdown"]

_CODE = re.compile(
    r"^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}(?P=fence)[`~]*[ \t]*$|\Z)"
    r"|(?<![`\\])(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`)",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"""(!?)\[((?:[^\[\]\\]|\\.)*)\]\([ \t]*<?([^\s()<>]*)>?(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)""")
_LOOSE = re.compile(r"\](?=[(\[:])|\](?=[ \t]*\n?[ \t]*\[)")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_KEPT = "\ue000{}\ue001"
_PLACE = re.compile("\ue000(\\d+)\ue001")


def harmless_markdown(source: str, reports: Collection[str] = ()) -> str:
    """The cell without raw HTML, hidden characters and pictures, its links as `links.address` says for `.md`.

    What looks like a link and cannot be read as one (references, nested brackets) is shown as text.
    """
    shown, pieces, end = visible(source, keep="\n"), [], 0
    for code in _CODE.finditer(shown):
        pieces += [_words(shown[end : code.start()], reports), code[0]]
        end = code.end()
    return "".join([*pieces, _words(shown[end:], reports)]).strip("\n")


def _words(text: str, reports: Collection[str]) -> str:
    kept: list[str] = []
    text, again = _LINK.subn(partial(_link, reports=reports, kept=kept), _TAG.sub("&lt;", text))
    while again:
        text, again = _LINK.subn(partial(_link, reports=reports, kept=kept), text)
    return _put_back(_LOOSE.sub(r"\]", text), kept)


def _link(found: re.Match[str], reports: Collection[str], kept: list[str]) -> str:
    """The link's text, or a mark for what is put back at the end and is no longer looked at."""
    picture, text, url = found.groups()
    target = None if picture else address(url, reports, ".md")
    if target is None:
        return text
    kept.append(f"[{text}]({target})")
    return _KEPT.format(len(kept) - 1)


def _put_back(text: str, kept: list[str]) -> str:
    while _PLACE.search(text):
        text = _PLACE.sub(lambda found: kept[int(found[1])], text)
    return text
