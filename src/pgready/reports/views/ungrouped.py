"""What the views of groups say where the configuration declares none: once in a section, and no picture of nothing."""

from pgready.reports.blocks import Prose, Stack
from pgready.reports.lines import code, line, open_
from pgready.reports.view import View

__all__ = ["NOTHING_TO_SHOW", "NO_GROUPS"]

NO_GROUPS = View(Prose(lines=(line(open_("No groups declared"), ": ", code("pgready init"), " drafts them."),)))
"""The one sentence."""

NOTHING_TO_SHOW = View(Stack(body=()))
"""Beside a view of the same section that says it."""
