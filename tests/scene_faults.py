"""What is wrong with a picture: whatever leaves it or overlaps in it. And names that make that likely."""

from collections.abc import Iterator
from itertools import combinations, product
from math import cos, radians, sin

from pgready.figures.scene import Box, Curve, Point, Scene, Words
from pgready.figures.text import width_of

__all__ = ["HOSTILE", "faults", "words_of"]

HOSTILE = [
    "😀🚀" * 7 + "é",
    "שלום_עולם",
    "مستخدم",
    "a$b_$c^{2}_x$",
    "x\ny\tz\x00\x07",
    "\u202etxt.exe",
    "-->",
    "顧客テーブル",
    "<script>alert(1)</script>",
    "a" * 63,
    "_" * 63,
    "e" + "\u0301" * 30,
    "]]>&amp;\"'",
    " ",
    r"\frac{1}{2}",
    "W" * 63,
]


def words_of(scene: Scene) -> list[str]:
    return [shape.text for shape in scene.shapes if isinstance(shape, Words)]


def corners(words: Words) -> list[Point]:
    """The four corners of a line of text, a little tighter than its glyphs can be."""
    wide, high = width_of(words.text, words.size, bold=words.bold), 0.36 * words.size
    start = {"left": 0.0, "center": -wide / 2, "right": -wide}[words.align]
    turn = radians(words.angle)
    flat = [(start, -high), (start + wide, -high), (start + wide, high), (start, high)]
    return [(words.x + x * cos(turn) + y * sin(turn), words.y - x * sin(turn) + y * cos(turn)) for x, y in flat]


def apart(one: list[Point], other: list[Point]) -> bool:
    """Whether a line separates two convex shapes (separating axis theorem)."""
    for shape in (one, other):
        for (x1, y1), (x2, y2) in zip(shape, shape[1:] + shape[:1], strict=True):
            axis = (y1 - y2, x2 - x1)
            spans = [[x * axis[0] + y * axis[1] for x, y in points] for points in (one, other)]
            if max(spans[0]) <= min(spans[1]) + 1e-6 or max(spans[1]) <= min(spans[0]) + 1e-6:
                return True
    return False


def points_of(curve: Curve) -> Iterator[Point]:
    at = curve.start
    for step in curve.steps:
        inner = step[:-1] or (at, step[-1])
        for share in (number / 24 for number in range(25)):
            weights = ((1 - share) ** 3, 3 * share * (1 - share) ** 2, 3 * share**2 * (1 - share), share**3)
            line = (at, *inner, step[-1])
            yield (
                sum(weight * point[0] for weight, point in zip(weights, line, strict=True)),
                sum(weight * point[1] for weight, point in zip(weights, line, strict=True)),
            )
        at = step[-1]


def within(box: Box, point: Point) -> bool:
    return box.x + 1 < point[0] < box.x + box.width - 1 and box.y + 1 < point[1] < box.y + box.height - 1


def faults(scene: Scene) -> list[str]:
    """Everything that leaves the picture or overlaps in it."""
    texts = [shape for shape in scene.shapes if isinstance(shape, Words)]
    boxes = [shape for shape in scene.shapes if isinstance(shape, Box) and shape.layer == 2]
    curves = [shape for shape in scene.shapes if isinstance(shape, Curve) and shape.layer == 1]
    outside = [
        f"outside: {text.text}"
        for text in texts
        if any(not (0 <= x <= scene.width and 0 <= y <= scene.height) for x, y in corners(text))
    ]
    over = [f"{a.text} over {b.text}" for a, b in combinations(texts, 2) if not apart(corners(a), corners(b))]
    stacked = [
        f"box at {a.x:.0f},{a.y:.0f} over box at {b.x:.0f},{b.y:.0f}"
        for a, b in combinations(boxes, 2)
        if abs(a.x + a.width / 2 - b.x - b.width / 2) < (a.width + b.width) / 2
        and abs(a.y + a.height / 2 - b.y - b.height / 2) < (a.height + b.height) / 2
    ]
    hidden = [
        f"line to {curve.end} behind box at {box.x:.0f},{box.y:.0f}"
        for curve, box in product(curves, boxes)
        if any(within(box, point) for point in points_of(curve))
    ]
    return outside + over + stacked + hidden
