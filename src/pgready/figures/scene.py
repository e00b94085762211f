"""A picture as plain shapes, and the one place where shapes become a matplotlib Figure.

The unit is the CSS pixel (1/96 inch); x grows to the right, y downwards.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from math import atan2, cos, pi, sin
from typing import Any, Literal

from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Transform

from pgready.figures.style import FONT, INK, PAPER, house_style
from pgready.figures.text import width_of

__all__ = ["Box", "Curve", "Marks", "Point", "Scene", "Segment", "Shape", "Words", "render"]

Point = tuple[float, float]
Segment = tuple[float, float, float, float]
"""x and y of both ends."""

_POINTS = 0.75  # points per CSS pixel
_DASHES = (0, (3.2, 2.2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle with round corners; `edge` None draws no border. Higher layers are drawn later."""

    x: float
    y: float
    width: float
    height: float
    fill: str = PAPER
    edge: str | None = None
    line: float = 1
    dashed: bool = False
    radius: float = 3
    layer: int = 2
    gid: str = ""

    @property
    def left(self) -> Point:
        """The middle of the left side."""
        return self.x, self.y + self.height / 2

    @property
    def right(self) -> Point:
        """The middle of the right side."""
        return self.x + self.width, self.y + self.height / 2

    @property
    def bottom(self) -> float:
        """The y of the lower side."""
        return self.y + self.height


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One line of text; `y` is the middle of its small letters' height. `angle` turns it upwards about (x, y)."""

    x: float
    y: float
    text: str
    size: float = 12
    bold: bool = False
    colour: str = INK
    align: Literal["left", "center", "right"] = "left"
    angle: float = 0
    layer: int = 5
    gid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A line: each step is one point (straight) or three (cubic Bezier). `arrow` puts a head at its end."""

    start: Point
    steps: tuple[tuple[Point, ...], ...]
    colour: str
    line: float = 1.2
    dashed: bool = False
    arrow: bool = True
    layer: int = 1
    gid: str = ""

    @property
    def middle(self) -> Point:
        """The middle of its last step."""
        before = self.steps[-2][-1] if len(self.steps) > 1 else self.start
        inner = self.steps[-1][:-1] or (before, self.end)
        x, y = ((before[at] + 3 * inner[0][at] + 3 * inner[1][at] + self.end[at]) / 8 for at in (0, 1))
        return x, y

    @property
    def end(self) -> Point:
        """Where it leads."""
        return self.steps[-1][-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Any number of straight pieces of one look, drawn as one path: a mesh of thousands of cells stays one element."""

    segments: tuple[Segment, ...]
    colour: str
    line: float
    layer: int = 1
    gid: str = ""


Shape = Box | Words | Curve | Marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A whole picture.

    Neighbouring shapes with one `gid` become one group of that id in the SVG (`figures.ids` makes them), drawn at the
    layer of the first of them, so that a script can find a table with all that belongs to it.
    """

    width: float
    height: float
    shapes: tuple[Shape, ...]


def render(scene: Scene) -> Figure:
    """Draw the scene on a new white Figure of its size; matplotlib's settings are neither used nor changed."""
    with house_style():
        figure = Figure(figsize=(scene.width / 96, scene.height / 96), dpi=96, facecolor=PAPER)
        pixels = Affine2D().scale(1 / scene.width, -1 / scene.height).translate(0, 1) + figure.transFigure
        for gid, shapes in groupby(scene.shapes, lambda shape: shape.gid):
            artists = [artist for shape in shapes for artist in _artists(shape, pixels)]
            for artist in [_Together(gid, figure, artists)] if gid else artists:
                figure.add_artist(artist)
    return figure


class _Together(Artist):
    """Several artists that are drawn as one group, whose id the SVG carries."""

    def __init__(self, gid: str, figure: Figure, artists: Iterable[Artist]) -> None:
        super().__init__()
        self.set_gid(gid)
        self.artists = sorted(artists, key=Artist.get_zorder)
        self.set_zorder(self.artists[0].get_zorder())
        for artist in self.artists:
            artist.set_figure(figure)

    def draw(self, renderer: RendererBase) -> None:
        renderer.open_group("together", self.get_gid())
        for artist in self.artists:
            artist.draw(renderer)
        renderer.close_group("together")


def _artists(shape: Shape, pixels: Transform) -> Iterator[Artist]:
    if isinstance(shape, Words):
        yield _text(shape, pixels)
        return
    style: dict[str, Any] = {"transform": pixels, "zorder": shape.layer, "capstyle": "butt", "joinstyle": "round"}
    if isinstance(shape, Marks):
        yield PathPatch(
            _pieces(shape), facecolor="none", edgecolor=shape.colour, linewidth=shape.line * _POINTS, **style
        )
        return
    stroke = {"linewidth": shape.line * _POINTS, "linestyle": _DASHES if shape.dashed else "-"}
    if isinstance(shape, Box):
        border = {"edgecolor": shape.edge, **stroke} if shape.edge else {"edgecolor": "none"}
        yield PathPatch(_rounded(shape), facecolor=shape.fill, **style, **border)
        return
    yield PathPatch(_line(shape), facecolor="none", edgecolor=shape.colour, **style, **stroke)
    if shape.arrow:
        yield PathPatch(_head(shape), facecolor=shape.colour, edgecolor="none", **style)


class _Line(Text):
    """One plain line on its baseline: it needs no layout, for which matplotlib would measure each text anew."""

    def draw(self, renderer: RendererBase) -> None:
        share = {"left": 0.0, "center": -0.5, "right": -1.0}[self.get_horizontalalignment()]
        size = float(renderer.points_to_pixels(self.get_fontproperties().get_size_in_points()))  # type: ignore[arg-type]  # of an array
        shift = share and share * width_of(self.get_text(), size, bold=self.get_fontweight() == "bold")
        x, y = self.get_transform().transform(self.get_unitless_position())
        angle = self.get_rotation() * pi / 180
        x, y = x + shift * cos(angle), renderer.get_canvas_width_height()[1] - y - shift * sin(angle)
        renderer.open_group("text", self.get_gid())
        gc = renderer.new_gc()
        gc.set_foreground(self.get_color())
        renderer.draw_text(gc, x, y, self.get_text(), self.get_fontproperties(), self.get_rotation(), mtext=self)
        gc.restore()
        renderer.close_group("text")


@lru_cache(maxsize=256)
def _font(size: float, bold: bool) -> FontProperties:  # noqa: FBT001 - private
    return FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")


def _text(words: Words, pixels: Transform) -> Text:
    drop = 0.36 * words.size  # half of the height of DejaVu Sans' capitals
    angle = words.angle * pi / 180
    return _Line(
        words.x + drop * sin(angle),
        words.y + drop * cos(angle),
        words.text,
        color=words.colour,
        fontproperties=_font(words.size * _POINTS, words.bold),
        horizontalalignment=words.align,
        verticalalignment="baseline",
        rotation=words.angle,
        rotation_mode="anchor",
        transform=pixels,
        parse_math=False,
        usetex=False,
        zorder=words.layer,
    )


def _pieces(marks: Marks) -> Path:
    points = [point for x, y, to_x, to_y in marks.segments for point in ((x, y), (to_x, to_y))]
    path = Path(points, [Path.MOVETO, Path.LINETO] * len(marks.segments))
    path.should_simplify = False
    return path


def _rounded(box: Box) -> Path:
    left, top, right, bottom, bend = box.x, box.y, box.x + box.width, box.bottom, box.radius
    corners = [
        ((left, top + bend), (left, top), (left + bend, top)),
        ((right - bend, top), (right, top), (right, top + bend)),
        ((right, bottom - bend), (right, bottom), (right - bend, bottom)),
        ((left + bend, bottom), (left, bottom), (left, bottom - bend)),
    ]
    points = [point for corner in corners for point in corner]
    codes = [Path.LINETO, Path.CURVE3, Path.CURVE3] * 4
    codes[0] = Path.MOVETO
    return Path([*points, points[0]], [*codes, Path.CLOSEPOLY])


def _line(curve: Curve) -> Path:
    points = [curve.start, *(point for step in curve.steps for point in step)]
    codes = [code for step in curve.steps for code in ([Path.LINETO] if len(step) == 1 else [Path.CURVE4] * 3)]
    return Path(points, [Path.MOVETO, *codes])


def _head(curve: Curve) -> Path:
    """A triangle that ends where the line ends and points along its last bit."""
    before = [curve.start, *(point for step in curve.steps for point in step)][-2]
    along = atan2(curve.end[1] - before[1], curve.end[0] - before[0])
    sides = [(curve.end[0] - 7 * cos(along + turn), curve.end[1] - 7 * sin(along + turn)) for turn in (-0.42, 0.42)]
    return Path([curve.end, *sides, curve.end], [Path.MOVETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY])
