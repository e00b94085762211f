"""Pictures of an audit as matplotlib Figures, drawn from values only.

A picture is first a `Scene` of plain shapes, which is pure and can be measured, then a `Figure`. No pyplot, no global
settings. Colour means verdict, never group, and nothing is told by colour alone.
"""
