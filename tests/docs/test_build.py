"""The documentation builds as a site, and everything in it leads somewhere: the real Sphinx, warnings as errors."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from pgready.checks import RULES
from pgready.cli import cli

pytest.importorskip("sphinx", reason="the documentation needs the extra `docs`")

DOCS = Path(__file__).parents[2] / "docs"
LOADED = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src"}
"""What a browser fetches by itself, apart from styles and scripts."""


@dataclass
class Page(HTMLParser):
    """What a page holds: `anchors` to jump to, `links` to follow, and `loads`, which a browser fetches by itself."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value is not None}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in LOADED and LOADED[tag] in given:
            self.loads.append(given[LOADED[tag]])

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the built site."""
    built = tmp_path_factory.mktemp("site")
    flags = ["-W", "--keep-going", "-n", "-q", "-b", "html", "-d", str(built / "doctrees")]
    # Nothing may be downloaded: a proxy that is not there is asked for everything.
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *flags, str(DOCS), str(built / "html")],
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | nowhere | {"PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    return built / "html"


@cache
def page_of(file: Path) -> Page:
    page = Page()
    page.feed(file.read_text(encoding="utf-8"))
    return page


def pages(site: Path) -> Iterator[tuple[Path, Page]]:
    found = [(file, page_of(file)) for file in sorted(site.rglob("*.html")) if "_static" not in file.parts]
    assert len(found) > len(RULES)
    yield from found


def leads_nowhere(file: Path, link: str) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return False
    target = file if not parts.path else (file.parent / unquote(parts.path)).resolve()
    if not target.is_file():
        return True
    jumps = parts.fragment and target.suffix == ".html"
    return bool(jumps) and unquote(parts.fragment) not in page_of(target).anchors


def test_every_link_and_anchor_inside_the_site_leads_somewhere(site: Path) -> None:
    broken = {f"{file.name}: {link}" for file, page in pages(site) for link in page.links if leads_nowhere(file, link)}
    assert broken == set()


def test_the_site_loads_nothing_from_anywhere_else(site: Path) -> None:
    from_elsewhere = {load for _, page in pages(site) for load in page.loads if urlsplit(load).netloc}
    assert from_elsewhere == set()
    missing = {load for file, page in pages(site) for load in page.loads if leads_nowhere(file, load)}
    assert missing == set()
    styles = "".join(style.read_text(encoding="utf-8") for style in site.rglob("*.css"))
    assert re.findall(r"@import\s|url\(\s*['\"]?(?:https?:)?//[^)]*", styles) == []


def test_every_page_is_reached_from_the_first(site: Path) -> None:
    reached, open_ends = set[Path](), [(site / "index.html").resolve()]
    while open_ends:
        file = open_ends.pop()
        if file in reached or file.suffix != ".html":
            continue
        reached.add(file)
        for link in page_of(file).links:
            parts = urlsplit(link)
            if not parts.netloc and not parts.scheme and parts.path:
                open_ends.append((file.parent / unquote(parts.path)).resolve())
    made_by_sphinx = {"search.html", "genindex.html", "py-modindex.html"}
    assert {file.name for file, _ in pages(site) if file.resolve() not in reached} <= made_by_sphinx


def test_every_command_and_option_is_on_the_page_of_the_command_line(site: Path) -> None:
    words = " ".join("".join(page_of(site / "reference" / "command-line.html").words).split())
    for name, command in cli.commands.items():
        assert f"pgready {name}" in words
        for parameter in command.params:
            for option in parameter.opts if parameter.param_type_name == "option" else ():
                assert option in words, f"{name} {option}"


def test_every_rule_has_a_page_and_every_page_of_a_rule_a_rule(site: Path) -> None:
    assert {file.stem for file in (site / "reference" / "rules").glob("*.html")} == set(RULES)
