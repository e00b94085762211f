"""The explorer where nobody can click: the same as the view, and ipywidgets is not even looked at."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pgready.errors import ConfigError
from pgready.reports import views
from pgready.reports.blocks import MIME, decode
from pgready.reports.explorer import Explorer, choose_groups, explore_what_if, is_interactive
from pgready.reports.notebooks.kernel import DIRECTORY_VARIABLE
from pgready.reports.views.comparison import what_if
from pgready.verdict import AuditResult

EXAMPLE = Path(__file__).parents[3] / "examples" / "premium-apps"


@pytest.mark.parametrize(
    ("explorer", "block"),
    [
        (choose_groups, lambda audit: views.group_pages(audit).block),
        (lambda audit: choose_groups(audit, ["CRM"]), lambda audit: views.group_pages(audit, ["CRM"]).block),
        (explore_what_if, lambda audit: what_if(audit).block),
        (
            lambda audit: explore_what_if(audit, move={"BrandProfile": "Auth"}, drop=["Account.userId->User"]),
            lambda audit: what_if(audit, move={"BrandProfile": "Auth"}, drop=["Account.userId->User"]).block,
        ),
    ],
)
def test_the_forms_are_those_of_the_view(
    premium_audit: AuditResult, explorer: Callable[[AuditResult], Explorer], block: Callable[[AuditResult], object]
) -> None:
    made = explorer(premium_audit)
    forms = made._repr_mimebundle_()
    assert forms.keys() == {MIME, "text/html", "text/plain"}
    assert decode(forms[MIME]) == block(premium_audit)
    assert repr(made) == forms["text/plain"]
    with pytest.raises(NotImplementedError):
        made._ipython_display_()


def test_a_wrong_name_in_the_notebook_fails_at_once(premium_audit: AuditResult) -> None:
    with pytest.raises(ConfigError, match="'Crm'"):
        choose_groups(premium_audit, ["Crm"])
    with pytest.raises(ConfigError, match="did you mean 'BrandProfile'"):
        explore_what_if(premium_audit, move={"BrandProfil": "Auth"})


def test_a_form_that_is_not_expected_is_a_message_at_once(premium_audit: AuditResult) -> None:
    for groups, message in (
        (None, "groups: None is no list"),
        ("Auth", r"groups: 'Auth' is a text; .*groups=\['Auth'\]"),
    ):
        with pytest.raises(ConfigError, match=message):
            choose_groups(premium_audit, groups)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="move: 'User' to 5, which is no group"):
        explore_what_if(premium_audit, move={"User": 5})  # type: ignore[dict-item]
    with pytest.raises(ConfigError, match=r"key: 'X.y->Z' is a text"):
        explore_what_if(premium_audit, key="X.y->Z")
    with pytest.raises(ConfigError, match="drop: None is no list"):
        what_if(premium_audit, drop=None)  # type: ignore[arg-type]


def test_a_session_alone_is_nobody_who_clicks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a kernel, as in a script that a notebook started, nothing could show a widget."""
    monkeypatch.delenv(DIRECTORY_VARIABLE, raising=False)
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/somebody/feature_isolation.ipynb")
    assert not is_interactive()


_SCRIPT = f"""
import sys
sys.modules["ipywidgets"] = None
import pgready
from pgready.reports import explorer
from IPython.core.interactiveshell import InteractiveShell
format = InteractiveShell.instance().display_formatter.format
audit = pgready.audit({str(EXAMPLE)!r}, rehearse=False)
for made in (explorer.choose_groups(audit), explorer.explore_what_if(audit, move={{"BrandProfile": "Auth"}})):
    print(sorted(format(made)[0]))
"""


def test_ipython_shows_the_view_where_ipywidgets_is_not_installed() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == [f"['{MIME}', 'text/html', 'text/plain']"] * 2
