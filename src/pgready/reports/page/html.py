"""Blocks as HTML, for JupyterLab and for the exported report: the same macros, another style sheet around them.

Jinja escapes everything (autoescape), and `finalize` makes every value visible first, so a template cannot forget it.
Only what `Markup` marks is taken as HTML, and only the macros and `markdown_html` make that.
"""

import base64
import re
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from pgready.reports.blocks import Block, Picture
from pgready.reports.page.frame import Frame, frame_of, script_source
from pgready.reports.plain import SYMBOLS, TONE_SYMBOLS
from pgready.reports.visible import visible

__all__ = ["TEMPLATES", "block_html", "data_uri", "environment", "lab_html"]

TEMPLATES = Path(__file__).parent / "templates" / "report"


class _Compiled(BytecodeCache):
    """Templates are compiled once a process (0.04 s), and not once for each page."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Jinja's protocol (manual, "Bytecode Cache")."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Likewise."""
        self._code[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


def compile_templates() -> None:
    """Compile what a page is made of, so that this is done when the page is made."""
    made = environment()
    for name in ("index.html.j2", "blocks.html.j2"):
        made.get_template(name)


def environment(*, lab: bool = False) -> Environment:
    """A Jinja environment on the report's templates that escapes everything and knows the filters they use.

    With `lab` a frame holds its picture as an image too: JupyterLab takes frames out of a notebook that is not trusted
    and leaves what stands in them, which a browser that shows the frame does not even read (HTML, 4.8.5).
    """
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        bytecode_cache=_COMPILED,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"svg_uri": _svg_uri, "kept": _kept, "style": _style, "breakable": _breakable}
    made.filters["css_string"] = _css_string
    made.filters |= {"frame": frame_of, "srcdoc": _srcdoc}
    made.globals |= {"symbols": SYMBOLS, "tone_symbols": TONE_SYMBOLS, "lab": lab, "script_source": _script_source}
    return made


def _finalize(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _kept(text: str) -> Markup:
    """A block of text with its line breaks."""
    return Markup.escape(visible(text, keep="\n"))


def _style(name: str) -> Markup:
    """A style sheet of the package, as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704  # our own file


def _css_string(text: str) -> Markup:
    """A text as a string of a style sheet (CSS Syntax 3, 4.3.7): signs by number."""
    written = re.sub(r"[^\w ]", lambda sign: f"\\{ord(sign[0]):x} ", visible(text))
    return Markup(f'"{written}"')  # noqa: S704  # words, spaces and numbers


_PLAIN = " !$*+,-./:;=@_~()'"
_ARROW = Markup('<span class="nb">-&gt;</span>')
_BREAK_AFTER = re.compile(r"(?<=[_./(])(?=\w)|(?<=[a-z])(?=[A-Z][a-z])")


def _breakable(text: str) -> Markup:
    """A name that may be broken at its joints: `public.<wbr>Booking<wbr>Request`."""
    return _ARROW.join(Markup("<wbr>").join(_BREAK_AFTER.split(part)) for part in visible(text).split("->"))


def _srcdoc(frame: Frame) -> Markup:
    """The document for an attribute in single quotes, where a picture's many double quotes cost nothing.

    `<script` is escaped as well, which HTML does not ask for: whoever searches the page's text for scripts finds none.
    """
    escaped = frame.document.replace("&", "&amp;").replace("'", "&#39;").replace("<script", "&lt;script")
    return Markup(escaped)  # noqa: S704  # made by frame.py


def _script_source() -> Markup:
    return Markup(script_source())  # noqa: S704  # a hash


def _svg_uri(picture: Picture) -> str:
    return data_uri("image/svg+xml", picture.svg.encode())


def data_uri(mime: str, data: bytes) -> str:
    """The bytes as a `data:` address, for `<img>`: scripts in an SVG do not run there.

    SVG is percent-encoded where it must be, which is a fifth smaller than base64.
    """
    if mime == "image/svg+xml":
        return f"data:{mime},{quote(data, safe=_PLAIN)}"
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


@cache
def _shared(*, lab: bool = False) -> Environment:
    return environment(lab=lab)


def block_html(block: Block) -> Markup:
    """The block's HTML without a style sheet."""
    macros = _shared().get_template("blocks.html.j2").module
    return Markup(macros.render(block))  # type: ignore[attr-defined]  # noqa: S704  # a macro of ours, which escapes


def lab_html(block: Block) -> str:
    """The block's HTML with what it needs to look right in a cell of JupyterLab, light and dark."""
    return _shared(lab=True).get_template("lab.html.j2").render(block=block)
