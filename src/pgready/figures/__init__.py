"""Pictures of an audit as matplotlib Figures, drawn from values only.

A picture is first a `Scene` of plain shapes, which is pure and can be measured, then a `Figure`. No pyplot, no global
settings. Colour means verdict, never group, and nothing is told by colour alone.
"""

import logging

__all__: list[str] = []

# The first figure on a machine builds a font cache; a warning about that wait does not belong in a report.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
