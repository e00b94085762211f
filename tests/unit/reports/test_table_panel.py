"""The panel to look up a table, without a browser."""

import html
from typing import Any

import pytest

from pgready.errors import ConfigError
from pgready.reports import views
from pgready.reports.blocks import MIME, decode
from pgready.reports.explorer import find_tables
from pgready.verdict import AuditResult

pytest.importorskip("ipywidgets", reason="ipywidgets is not installed (the extra `lab`)")

from pgready.reports.table_panel import table_panel


def typed(panel: Any, text: str) -> str:  # noqa: ANN401 - ipywidgets has no types
    _, field, result = panel.children
    field.value = text
    return str(result.value)


def read(panel: Any, text: str) -> str:  # noqa: ANN401 - as above
    return html.unescape(typed(panel, text))


def test_what_is_typed_is_a_table_or_a_part_of_a_name(premium_audit: AuditResult) -> None:
    panel = table_panel(premium_audit, (), ())
    assert "views.tables(audit)" in read(panel, "")
    assert 'views.tables(audit, tables=["User"])' in read(panel, "User")
    assert "names with this text" in read(panel, "user")
    assert "is called so" in read(panel, "nothing like it")
    assert "views.tables(audit)" in read(panel, " ")


def test_the_parameters_are_what_is_shown_first(premium_audit: AuditResult) -> None:
    assert 'views.tables(audit, groups=["CRM"])' in read(table_panel(premium_audit, ("CRM",), ()), "")


def test_hostile_names_and_hostile_typing_are_text(hostile_audit: AuditResult) -> None:
    panel = table_panel(hostile_audit, (), ())
    _, field, _ = panel.children
    for text in (*field.options, '"><script>alert(1)</script>', "\u202ex", "`${x}`"):
        made = typed(panel, text)
        assert "<script" not in made
        assert "\u202e" not in made


def test_the_explorer_is_the_view_where_nobody_can_type(premium_audit: AuditResult) -> None:
    made = find_tables(premium_audit, groups=["CRM"])
    forms = made._repr_mimebundle_()
    assert decode(forms[MIME]) == views.tables(premium_audit, groups=["CRM"]).block
    with pytest.raises(NotImplementedError):
        made._ipython_display_()
    with pytest.raises(ConfigError, match="did you mean 'User'"):
        find_tables(premium_audit, tables=["Usr"])
    with pytest.raises(ConfigError, match="groups: 'CRM' is a text"):
        find_tables(premium_audit, groups="CRM")
