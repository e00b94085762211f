"""The interactive picture in a real browser: by pointer, by keyboard, by search, and locked in its frame.

Chromium gives a sandboxed frame a process of its own, so the frame is a target of its own to the DevTools protocol.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest

from pgready.figures.block_matrix import draw_block_matrix
from pgready.figures.describe import describe_block_matrix, describe_table_map
from pgready.figures.svg import svg_bytes
from pgready.figures.table_map import draw_table_map
from pgready.graph.block_matrix import block_matrix
from pgready.graph.isolation import merge_keys
from pgready.graph.matrix import group_matrix
from pgready.graph.pages import group_pages
from pgready.graph.table_map import drawn_hubs, table_map
from pgready.graph.unkeyed import unkeyed_references
from pgready.reports.blocks import Block, Part, Picture, Span
from pgready.reports.interactive import map_interaction, matrix_interaction
from pgready.reports.page.export import export_html
from pgready.reports.page.frame import script_source
from pgready.reports.view import View
from pgready.verdict import AuditResult

from .conftest import Chromium, Tab

pytestmark = pytest.mark.browser

_FILE = Path(__file__).parents[1] / "fixtures" / "audits.py"
_PATIENCE_S = 10
_KEYS = {
    "Tab": 9,
    "Enter": 13,
    "Escape": 27,
    " ": 32,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
}
_WATCH = """window.refused = []; document.addEventListener('securitypolicyviolation',
    event => refused.push(`${event.effectiveDirective} ${event.blockedURI}`))"""


@dataclass
class Framed(Tab):
    """A tab that shows a page with one frame; what happens in the frame is recorded as well."""

    session: str = ""

    def _keep(self, event: dict[str, Any]) -> None:
        if event.get("method") == "Target.attachedToTarget" and event["params"]["targetInfo"]["type"] == "iframe":
            self.session = event["params"]["sessionId"]
        super()._keep(event)

    def show(
        self, file: Path, *, width: int = 1280, height: int = 1000, scheme: str = "light", scripts: bool = True
    ) -> None:
        """Load a page; the frame is stopped before its first line, so that nothing of it is missed."""
        media = [{"name": "prefers-color-scheme", "value": scheme}]
        self.resize(width, height)
        self.call("Emulation.setEmulatedMedia", features=media)
        self.call("Page.addScriptToEvaluateOnNewDocument", source=_WATCH)
        self.call("Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=True, flatten=True)
        self.call("Page.navigate", url=file.as_uri())
        self._wait(lambda: bool(self.session))
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.inner(f"{domain}.enable")
        self.inner("Emulation.setEmulatedMedia", features=media)
        self.inner("Runtime.runIfWaitingForDebugger")
        self.until("document.readyState === 'complete'")
        self._wait(lambda: bool(self.ask("document.readyState === 'complete' && document.scripts.length === 2")))
        if not scripts:
            return
        self.ask(_WATCH)  # what was refused before stands among the complaints
        self.ask("new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))")

    def _wait(self, there: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while not there():
            assert time.monotonic() < deadline
            self.eval("1")
            time.sleep(0.02)

    def inner(self, method: str, **parameters: object) -> dict[str, Any]:
        """As `call`, to the frame."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters, "sessionId": self.session}
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return dict(answer["result"])
            self._keep(answer)

    def ask(self, expression: str) -> Any:  # noqa: ANN401  # whatever the frame answers
        """As `eval`, in the frame."""
        result = self.inner("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def spot(self, selector: str, *, right: float = 12, down: float = 8) -> tuple[float, float]:
        """A place on an element of the frame, in the window's pixels."""
        side = "(() => {{ const box = {0}.getBoundingClientRect(); return [box.x, box.y] }})()"
        frame = self.eval(side.format("document.querySelector('iframe')"))
        x, y = self.ask(side.format(f"document.querySelector({json.dumps(selector)})"))
        return frame[0] + 1 + x + right, frame[1] + 1 + y + down

    def point(self, selector: str, *, right: float = 12, down: float = 8) -> None:
        """Move the pointer there; the first move of a test only enters the frame."""
        x, y = self.spot(selector, right=right, down=down)
        for near in (1, 0):
            self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x + near, y=y)
            self.ask("new Promise(done => setTimeout(done, 120))")

    def click(self, selector: str) -> None:
        self.point(selector)
        x, y = self.spot(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.ask("new Promise(done => setTimeout(done, 50))")

    def press(self, *keys: str) -> None:
        for key in keys:
            text = {"Enter": {"text": "\r"}, " ": {"text": " "}}.get(key, {})
            code = {"key": key, "code": key, "windowsVirtualKeyCode": _KEYS[key]}
            self.call("Input.dispatchKeyEvent", type="keyDown", **code, **text)
            self.call("Input.dispatchKeyEvent", type="keyUp", **code)
            self.ask("new Promise(done => setTimeout(done, 50))")

    def write(self, text: str) -> None:
        self.click("#find")
        self.call("Input.insertText", text=text)
        self.ask("new Promise(done => setTimeout(done, 50))")

    def lit(self) -> set[str]:
        """The ids of what stands out."""
        return set(self.ask("[...document.querySelectorAll('svg.dim .on')].map(part => part.id)"))

    def said(self) -> str:
        return str(self.ask("document.getElementById('said').textContent"))


@pytest.fixture
def tab(chromium: Chromium) -> Iterator[Framed]:
    tab = Framed(chromium.tab().socket)
    yield tab
    tab.socket.close()


@pytest.fixture(scope="module")
def audits() -> ModuleType:
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # see pgready.reports.page.export
    spec = spec_from_file_location("audits", _FILE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def picture_of(audit: AuditResult, *, matrix: bool = False) -> Picture:
    """The table map of an audit, or its block matrix."""
    made = audit.rehearsal.schema if audit.rehearsal is not None else None
    keys, unkeyed = merge_keys(audit.declared, made), unkeyed_references(audit.declared)
    there = {it.name for it in made.tables} if made is not None else set()
    missing = tuple(it.name for it in audit.declared.tables if it.name not in there) if made is not None else None
    if matrix:
        groups = group_matrix(audit.grouping, keys, audit.crossings, missing_tables=missing, unkeyed=unkeyed)
        blocks = block_matrix(groups, audit.grouping, keys, audit.crossings, unkeyed=unkeyed)
        figure, told = draw_block_matrix(blocks), describe_block_matrix(blocks)
        found = matrix_interaction(blocks, keys, unkeyed=unkeyed)
    else:
        pages = group_pages(audit.grouping, keys, audit.crossings, missing_tables=missing, unkeyed=unkeyed)
        drawn = table_map(pages, drawn_hubs(audit.grouping, keys))
        figure, told = draw_table_map(drawn), describe_table_map(drawn)
        found = map_interaction(drawn, keys, unkeyed=unkeyed)
    svg = svg_bytes(figure, title="All tables", description=told, live_text=True).decode()
    return Picture(svg=svg, alt=told, title="All tables", interaction=found)


def _page(block: Block, directory: Path) -> Path:
    cell = nbformat.v4.new_code_cell("x", execution_count=1)  # type: ignore[no-untyped-call]
    data = View(Part(title=(Span(text="Part"),), body=(block,)))._repr_mimebundle_()
    cell.outputs = [nbformat.from_dict({"output_type": "display_data", "data": data, "metadata": {}})]  # type: ignore[no-untyped-call]
    heading = nbformat.v4.new_markdown_cell("## All tables")  # type: ignore[no-untyped-call]
    notebook = nbformat.v4.new_notebook(cells=[heading, cell])  # type: ignore[no-untyped-call]
    file = directory / "report.html"
    file.write_text(export_html(notebook, title="Try"), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def premium(audits: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _page(picture_of(audits.premium()), tmp_path_factory.mktemp("map"))


@pytest.fixture(scope="module")
def matrix(audits: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _page(picture_of(audits.premium(), matrix=True), tmp_path_factory.mktemp("matrix"))


@pytest.fixture(scope="module")
def hostile(audits: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _page(picture_of(audits.hostile()), tmp_path_factory.mktemp("hostile"))


_ITEM = '[id="table:public.SocialQueueItem"]'


def test_pointing_at_a_table_shows_its_references_and_their_other_ends(tab: Framed, premium: Path) -> None:
    tab.show(premium)
    assert tab.ask("document.querySelectorAll('.dim').length") == 0
    tab.point(_ITEM)
    tables = {it.removeprefix("table:public.") for it in tab.lit() if it.startswith("table:")}
    assert tables == {"SocialQueueItem", "SocialDeliveryAttempt", "ImageRequest", "User"}
    lines = [it.split(":", 2)[2] for it in tab.lit() if it.startswith("edge:")]
    assert sorted(lines) == [
        "public.SocialDeliveryAttempt:public.SocialQueueItem",
        "public.SocialQueueItem:public.ImageRequest",
    ]
    shown = tab.ask("document.getElementById('tip').textContent").split("\n")
    assert shown[0].startswith("SocialQueueItem (Social)")
    assert any(it.startswith("SocialQueueItem.userId → User, ON DELETE ") for it in shown)
    faded = float(tab.ask("getComputedStyle(document.getElementById('table:public.CrmTag')).opacity"))
    assert faded < 0.3
    tab.point("#find")
    assert tab.lit() == set()
    assert tab.ask("document.getElementById('tip').hidden")


def test_pointing_at_a_line_names_its_key(tab: Framed, premium: Path) -> None:
    tab.show(premium)
    line = "#" + tab.ask("CSS.escape('edge:internal:public.ImageEvent:public.ImageRequest')")
    tab.point(line, right=4, down=3)
    assert tab.ask("document.getElementById('tip').textContent").startswith("ImageEvent.")
    assert {it for it in tab.lit() if it.startswith("table:")} == {
        "table:public.ImageEvent",
        "table:public.ImageRequest",
    }


def test_a_click_keeps_a_group_until_a_second_click_or_escape(tab: Framed, premium: Path) -> None:
    tab.show(premium)
    tab.click('[id="group:CRM"]')
    assert tab.said() == "CRM: 4 tables, 3 keys inside, no key in, no key out"
    kept = tab.lit()
    assert {it.split(":")[0] for it in kept} == {"group", "table", "edge"}
    assert len([it for it in kept if it.startswith("table:public.Crm")]) == 4
    tab.point(_ITEM)
    assert tab.lit() == kept
    assert tab.ask("document.getElementById('group:CRM').getAttribute('aria-pressed')") == "true"
    tab.click('[id="group:CRM"]')
    assert tab.lit() == set()
    tab.click('[id="group:CRM"]')
    tab.press("Escape")
    assert tab.lit() == set()
    assert tab.said().startswith("40 tables in 6 groups.")


def test_everything_can_be_done_with_the_keyboard(tab: Framed, premium: Path) -> None:
    tab.show(premium)
    here = "document.activeElement.id"
    tab.click("#find")
    tab.press("Tab")
    first = tab.ask(here)
    assert first.startswith("group:")
    tab.press("ArrowDown")
    assert tab.ask(here).startswith("table:")
    tab.press("ArrowUp")
    assert tab.ask(here) == first
    reached = {first}
    for _ in range(5):
        tab.press("ArrowRight")
        reached.add(tab.ask(here))
    assert first == "group:Other"  # what stands first in the picture, not in the configuration
    assert reached == {f"group:{name}" for name in ("Auth", "CRM", "Other", "Review", "Scheduler", "Social")}
    last = tab.ask(here)
    for key in ("Enter", " "):
        tab.press(key)
        assert tab.said().startswith(last.removeprefix("group:"))
        assert last in tab.lit()
        tab.press("Escape")
        assert tab.said().startswith("40 tables")
    ring = tab.ask(
        "getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth"
    )
    assert ring == "solid3px"
    # All of the picture is one stop, and after it the page goes on.
    assert tab.ask("document.querySelectorAll('svg [tabindex=\"0\"]').length") == 1
    assert tab.ask("document.querySelectorAll('svg [role=button]').length") == 46
    assert tab.ask("[...document.querySelectorAll('svg [role=button]')].every(part => part.ariaLabel.length > 5)")


def test_search_narrows_while_typing_and_enter_goes_from_hit_to_hit(tab: Framed, premium: Path) -> None:
    tab.show(premium)
    tab.write("bookingREQ")
    assert tab.said() == "2 of 40 tables"
    assert {it for it in tab.lit() if it.startswith("table:")} == {
        "table:public.BookingRequest",
        "table:public.BookingRequestAuditLog",
    }
    tab.press("Enter")
    first = tab.said()
    assert first.startswith("1 of 2 found. BookingRequest")
    assert "table:public.BookingRequest" in tab.lit()
    tab.press("Enter")
    assert tab.said().startswith("2 of 2 found. BookingRequest")
    tab.press("Enter")
    assert tab.said() == first
    tab.press("Escape")
    assert tab.ask("document.getElementById('find').value") == ""
    assert tab.lit() == set()
    tab.write("no such table")
    assert tab.said() == "0 of 40 tables"


def test_in_a_matrix_the_pointer_names_row_and_column_and_search_finds_tables(tab: Framed, matrix: Path) -> None:
    tab.show(matrix)
    tab.point('[id="group:Social"]', right=30, down=30)
    told = tab.ask("document.getElementById('tip').textContent")
    assert told.count("(Social)") == 2 or "→" in told
    assert tab.ask("document.querySelectorAll('.band').length") == 2
    tab.point('[id="group:CRM:name"]')
    assert tab.ask("document.getElementById('tip').textContent").startswith("CRM: 4 tables")
    tab.write("CrmTag")
    assert tab.said() == "1 of 40 tables"
    tab.press("Enter")
    assert "CrmContactTag." in tab.said()
    assert tab.ask("document.querySelectorAll('.band').length") == 2


@pytest.mark.parametrize("name", ["premium", "matrix", "hostile"])
def test_the_frame_asks_nobody_says_nothing_and_cannot_look_out(
    tab: Framed, name: str, request: pytest.FixtureRequest
) -> None:
    file: Path = request.getfixturevalue(name)
    tab.show(file)
    tab.point("svg", right=200, down=200)
    tab.write("a")
    tab.press("Enter", "Escape", "Tab", "ArrowDown", "Enter")
    assert [it for it in tab.requests if it != "about:srcdoc"] == [file.as_uri()]
    assert tab.complaints == []
    assert tab.dialogs == []
    assert tab.eval("refused") == []
    assert tab.ask("refused") == []
    assert tab.ask("origin") == "null"
    for forbidden in ("parent.document", "top.document", "localStorage", "document.cookie"):
        assert tab.ask(
            f"(() => {{ try {{ {forbidden}; return 'reached' }} catch (error) {{ return error.name }} }})()"
        ) == ("SecurityError")


def test_policies_stop_what_is_not_our_script_and_any_request(tab: Framed, premium: Path) -> None:
    tab.show(premium)
    tab.ask(
        """(() => { for (const [tag, rest] of [['script', {textContent: 'window.pwned = 1'}],
            ['img', {src: 'https://tracker.example/x.png'}], ['img', {src: 'data:,'}]])
            document.body.append(Object.assign(document.createElement(tag), rest)) })()"""
    )
    tab.ask("fetch('https://tracker.example/').catch(() => null)")
    tab.ask("new Promise(done => setTimeout(done, 100))")
    assert tab.ask("typeof window.pwned") == "undefined"
    assert {it.split()[0] for it in tab.ask("refused")} == {"script-src-elem", "img-src", "connect-src"}
    assert [it for it in tab.complaints if "Content Security Policy" in it]
    answered = tab.ask("fetch('https://tracker.example/').then(() => 'an answer', error => error.name)")
    assert answered == "TypeError"


def test_hostile_names_run_nothing_and_are_found_as_they_are_spelt(
    tab: Framed, hostile: Path, audits: ModuleType
) -> None:
    tab.show(hostile)
    assert tab.eval("typeof window.pwned + document.scripts.length") == "undefined0"
    assert tab.ask("typeof window.pwned") == "undefined"
    assert tab.ask("document.scripts.length") == 2
    assert tab.ask("document.querySelectorAll('img, a, iframe, form, base, link, object, foreignObject').length") == 0
    names = json.loads(tab.ask("document.getElementById('data').textContent"))[1]
    assert len(names) == len(audits.HOSTILE)
    assert not [name for _, name, *_ in names if "\u202e" in name or "\n" in name]
    tab.write("</style></title>")
    assert tab.said().startswith("1 of 20 tables")
    tab.press("Enter")
    assert "</style></title></details> (" in tab.said()
    assert [it for it in tab.lit() if it.startswith("table:")]


def test_only_a_page_with_such_a_picture_allows_a_script_and_only_that_one(
    tab: Framed, premium: Path, audits: ModuleType, tmp_path: Path
) -> None:
    policy = "document.querySelector('meta[http-equiv]').content"
    tab.show(premium)
    assert tab.eval(policy).count("script-src") == 1
    assert f"script-src {script_source()};" in tab.eval(policy)
    assert tab.eval("document.scripts.length") == 0
    assert tab.eval("document.querySelector('iframe').sandbox.value") == "allow-scripts"
    still = picture_of(audits.premium())
    plain = _page(Picture(svg=still.svg, alt=still.alt), tmp_path)
    assert "script-src" not in plain.read_text("utf-8")
    assert "<iframe" not in plain.read_text("utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_frame_fits_its_page_and_scrolls_only_where_it_must(
    tab: Framed, premium: Path, width: int, scheme: str
) -> None:
    tab.show(premium, width=width, height=844, scheme=scheme)
    assert tab.eval("document.documentElement.scrollWidth") <= width
    room = "(e => [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight])"
    assert tab.ask(f"{room}(document.documentElement)") == [0, 0]
    spare = tab.ask(f"{room}(document.querySelector('.paper'))")
    assert spare == [0, 0] if width == 1280 else spare[0] > 0
    assert tab.ask("document.querySelector('.paper').clientHeight") > 300
    ink = "getComputedStyle(document.body).color"
    assert tab.ask(ink) == ("rgb(31, 35, 40)" if scheme == "light" else "rgb(230, 237, 243)")
    sheet = "rgb(255, 255, 255)" if scheme == "light" else "rgb(213, 218, 224)"
    assert tab.ask("getComputedStyle(document.querySelector('.paper')).backgroundColor") == sheet


def test_without_scripts_the_frame_shows_the_plain_picture(tab: Framed, premium: Path, tmp_path: Path) -> None:
    still = tmp_path / "report.html"
    still.write_text(premium.read_text("utf-8").replace('sandbox="allow-scripts"', 'sandbox=""'), encoding="utf-8")
    tab.show(still, scripts=False)
    assert tab.ask("document.getElementById('bar').hidden")
    assert tab.ask("document.querySelector('svg').getAttribute('role')") == "img"
    assert tab.ask("document.querySelector('svg').getAttribute('aria-label')").startswith(
        "Map of all tables. 40 tables"
    )
    assert tab.ask("document.getElementById('table:public.User').checkVisibility({opacityProperty: true})")
    assert tab.ask("document.querySelector('svg').getBoundingClientRect().width") > 700


def test_on_paper_the_whole_picture_is_printed_without_its_bar(tab: Framed, premium: Path) -> None:
    tab.show(premium)
    tab.click('[id="group:CRM"]')
    media = {"media": "print", "features": []}
    tab.call("Emulation.setEmulatedMedia", **media)
    tab.inner("Emulation.setEmulatedMedia", **media)
    tab.ask("new Promise(done => setTimeout(done, 300))")
    assert tab.ask("getComputedStyle(document.getElementById('bar')).display") == "none"
    assert tab.ask("[...document.querySelectorAll('.part')].every(part => getComputedStyle(part).opacity === '1')")
    assert tab.ask("document.querySelector('svg').getBoundingClientRect().height <= innerHeight + 2")
    assert tab.pdf().startswith(b"%PDF")
