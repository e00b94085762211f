"""Where the links of a Markdown cell may lead: away, within the page, or to another report of the same run."""

from collections.abc import Collection
from urllib.parse import quote, unquote, urlsplit

__all__ = ["address", "is_harmless"]

_HARMLESS = frozenset({"http", "https", "mailto"})
_NOTEBOOK = ".ipynb"


def is_harmless(url: str) -> bool:
    """Whether a link only leads away or within the page: http, https, mailto, or an anchor."""
    if not url.isprintable():
        return False
    try:
        scheme = urlsplit(url).scheme.lower()
    except ValueError:
        return False
    return scheme in _HARMLESS or (not scheme and url.startswith("#"))


def address(url: str, reports: Collection[str], ending: str) -> str | None:
    """The address that an exported report has instead of a notebook's, or None where only the link's text may stay.

    `reports` are the names, without ending, of the notebooks whose reports stand beside each other, `ending` is what
    those end with (`.html`): in JupyterLab the notebooks link to each other, and their reports do as well, but nothing
    links to a report that is not there. A place within another notebook is left out, as each form names it otherwise.
    """
    if is_harmless(url):
        return url
    path = unquote(url.partition("#")[0]).removeprefix("./")
    name = path.removesuffix(_NOTEBOOK)
    return f"{quote(name, safe='')}{ending}" if name != path and name in reports else None
