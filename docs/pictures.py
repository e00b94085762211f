"""Make the pictures of the documentation from the example, with a Chromium: `make pictures`.

Everything comes from one `pgready audit` of `examples/premium-apps`: the head of its HTML report as a PNG, and the
drawings that the tutorial and the explanations show, as the SVG that the report itself holds.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
EXAMPLE = "examples/premium-apps"
WINDOW = (1280, 860)

sys.path[:0] = [str(ROOT / "tests" / "browser"), str(ROOT / "tests")]


def write() -> None:
    """Write every picture; nothing else is left behind."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder)
        audited = subprocess.run(  # noqa: S603  # our own command, on our own example
            [Path(sys.executable).with_name("pgready"), "audit", EXAMPLE, "--output", folder], cwd=ROOT, check=False
        )
        if audited.returncode != 1:
            raise SystemExit(f"expected NOT READY (exit code 1), got exit code {audited.returncode}")
        (IMAGES / "report.png").write_bytes(head_of(report / "deployment_readiness.html", report / "profile"))
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
