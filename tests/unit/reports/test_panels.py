"""The panels without a browser: what can be chosen, and what a click does."""

import html
from typing import Any

import pytest

from pgready.graph.study import study_of
from pgready.graph.what_if import what_if
from pgready.reports.changes import Changes
from pgready.reports.visible import visible
from pgready.verdict import AuditResult

pytest.importorskip("ipywidgets", reason="ipywidgets is not installed (the extra `lab`)")

from pgready.reports.panels import choices_of, group_panel, labelled, what_if_panel


def test_names_that_look_alike_can_be_told_apart() -> None:
    shown = labelled(["a", "b\u202e", "b\\u202e", "a"])
    assert shown == {"a": "a", "b\\u202e (2)": "b\u202e", "b\\u202e (3)": "b\\u202e"}


@pytest.mark.parametrize("which", ["premium_audit", "hostile_audit"])
def test_everything_that_is_offered_can_be_chosen(which: str, request: pytest.FixtureRequest) -> None:
    audit: AuditResult = request.getfixturevalue(which)
    choices, study = choices_of(audit), study_of(audit)
    assert len(choices.tables) == len(audit.declared.tables)
    assert len(choices.references) == len(audit.unkeyed.references)
    assert len(choices.keys) == len(tuple(audit.declared.foreign_keys()))
    what_if(study, move=dict.fromkeys(choices.tables.values(), "New"))
    table = next(iter(choices.tables.values()))
    for group in choices.groups.values():
        what_if(study, move={table: group})
    what_if(study, key=choices.references.values())
    for key in choices.keys.values():
        assert len(what_if(study, drop=[key]).isolation.keys) == len(study.isolation.keys) - 1
    offered = (choices.tables, choices.groups, choices.references, choices.keys)
    assert all(visible(text) == text for names in offered for text in names)


class _Panel:
    """A panel as a person sees it: fields, buttons and texts, wherever they stand in it."""

    def __init__(self, root: Any) -> None:  # noqa: ANN401 - ipywidgets has no types
        self.root = root

    def all(self, kind: str) -> list[Any]:
        found, stack = [], [self.root]
        while stack:
            widget = stack.pop(0)
            found += [widget] * (type(widget).__name__ == kind)
            stack = [*getattr(widget, "children", ()), *stack]
        return found

    def type(self, title: str, text: str) -> None:
        (field,) = [it for it in self.all("Combobox") if it.tooltip == title]
        field.value = text

    def click(self, action: str, place: int = 0) -> None:
        [it for it in self.all("Button") if it.description == action][place].click()

    @property
    def text(self) -> str:
        return html.unescape("\n".join(it.value for it in self.all("HTML"))).replace("<wbr>", "")


def test_a_click_changes_the_result_at_once_and_empties_the_fields(premium_audit: AuditResult) -> None:
    panel = _Panel(what_if_panel(premium_audit, Changes()))
    assert "views.what_if" not in panel.text
    panel.type("Table", "BrandProfile")
    panel.type("Group", "Auth")
    panel.click("Move")
    assert 'views.what_if(audit, move={"BrandProfile": "Auth"})' in panel.text
    assert "What if BrandProfile moved to Auth?" in panel.text
    assert [it.value for it in panel.all("Combobox")] == [""] * 4


def test_what_was_chosen_can_be_taken_back_one_by_one_or_at_once(premium_audit: AuditResult) -> None:
    panel = _Panel(what_if_panel(premium_audit, Changes(move=(("BrandProfile", "Auth"),))))
    panel.type("Key", "Account.userId->User")
    panel.click("Drop the key")
    panel.type("Table", "ProReport")
    panel.type("Group", "A group of its own")
    panel.click("Move")
    moves = '{"BrandProfile": "Auth", "ProReport": "A group of its own"}'
    assert f'views.what_if(audit, move={moves}, drop=["Account.userId->User"])' in panel.text
    panel.click("Remove", 1)
    assert 'views.what_if(audit, move={"BrandProfile": "Auth"}, drop=["Account.userId->User"])' in panel.text
    panel.click("Remove", 0)
    assert 'views.what_if(audit, drop=["Account.userId->User"])' in panel.text
    panel.click("Start over")
    assert "views.what_if" not in panel.text
    assert [it.description for it in panel.all("Button")] == ["Move", "Declare as a key", "Drop the key"]


def test_what_cannot_be_is_a_message_and_changes_nothing(premium_audit: AuditResult) -> None:
    panel = _Panel(what_if_panel(premium_audit, Changes(move=(("BrandProfile", "Auth"),))))
    panel.type("Table", "ProReprt<b>")
    panel.type("Group", "Auth")
    panel.click("Move")
    assert "is no table" in panel.text
    assert "<b>" not in "".join(it.value for it in panel.all("HTML"))
    assert 'views.what_if(audit, move={"BrandProfile": "Auth"})' in panel.text
    assert [it.value for it in panel.all("Combobox")][:2] == ["ProReprt<b>", "Auth"]
    panel.type("Table", "ProReport")
    panel.click("Move")
    assert "is no table" not in panel.text


def test_only_the_pages_of_the_chosen_groups_are_shown(premium_audit: AuditResult) -> None:
    panel = _Panel(group_panel(premium_audit, ["CRM"]))
    (choice,) = panel.all("SelectMultiple")
    assert choice.value == ("CRM",)
    assert [text for text, _ in choice.options][:2] == ["Auth (12 keys in, 0 out)", "Scheduler (0 keys in, 0 out)"]
    assert "<h3>CRM</h3>" in panel.text
    assert "<h3>Social</h3>" not in panel.text
    choice.value = ("Social", "Auth")
    assert 'views.group_pages(audit, ["Social", "Auth"])' in panel.text
    assert "<h3>CRM</h3>" not in panel.text
    choice.value = ()
    assert panel.text.count("<h3>") == 6
