"""Make the pictures of the documentation from the example, with a Chromium: `make pictures`.

Everything comes from audits of the examples: the heads of their HTML reports as PNG, one NOT READY and one READY, and
from `examples/premium-apps` the drawings that the pages show, as the SVG that the report itself holds.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
EXAMPLE = "examples/premium-apps"
HEADS = {"report": (EXAMPLE, 1), "report-ready": (f"{EXAMPLE}-fixed", 0)}
"""Picture -> whose report it shows the head of, and the exit code of its verdict."""
WINDOW = (1280, 860)

sys.path[:0] = [str(ROOT / "tests" / "browser"), str(ROOT / "tests")]


def write() -> None:
    """Write every picture; nothing else is left behind."""
    for name, (example, expected) in HEADS.items():
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder)
            audited = subprocess.run(  # noqa: S603  # our own command, on our own example
                [Path(sys.executable).with_name("pgready"), "audit", example, "--output", folder], cwd=ROOT, check=False
            )
            if audited.returncode != expected:
                raise SystemExit(f"{example}: expected exit code {expected}, got {audited.returncode}")
            (IMAGES / f"{name}.png").write_bytes(head_of(report / "deployment_readiness.html", report / "profile"))
    for name, text in drawings().items():
        (IMAGES / f"{name}.svg").write_text(text, encoding="utf-8")


def head_of(page: Path, profile: Path) -> bytes:
    """What a reader sees first: the window at the top of the page, as PNG."""
    from conftest import start  # noqa: PLC0415  # the harness of the tests of the report

    browser = start(profile)
    tab = next(browser).tab()
    tab.resize(*WINDOW)
    tab.open(page)
    png = tab.picture(whole=False)
    tab.socket.close()
    browser.close()
    return bytes(png)


def drawings() -> dict[str, str]:
    """The drawings by the name of their file."""
    from pgready import audit  # noqa: PLC0415  # heavy: only when pictures are made
    from pgready.reports import views  # noqa: PLC0415  # likewise

    result = audit(ROOT / EXAMPLE)
    shown = {
        "growth": views.growth(result),
        "group-matrix": views.group_matrix(result),
        "timeline": views.timeline(result),
        "group-cards": views.group_cards(result),
    }
    return {name: svg_of(view.block) for name, view in shown.items()}


def svg_of(block: object) -> str:
    """The SVG of the first picture in a block."""
    found = getattr(block, "svg", None)
    if isinstance(found, str):
        return found
    return next(filter(None, map(svg_of, getattr(block, "body", ()))), "")


if __name__ == "__main__":
    write()
