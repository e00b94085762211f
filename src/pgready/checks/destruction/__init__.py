"""DES: what does the deployment take away?

One module per rule; `material` is what they share, `rules` the rules as data.
"""

from pgready.checks.destruction.columns import des002
from pgready.checks.destruction.enums import des005
from pgready.checks.destruction.material import on_material
from pgready.checks.destruction.renames import des006
from pgready.checks.destruction.rows import des003
from pgready.checks.destruction.rules import DES001, DES002, DES003, DES004, DES005, DES006, DES007
from pgready.checks.destruction.schemas import des007
from pgready.checks.destruction.tables import des001
from pgready.checks.destruction.types import des004

__all__ = ["CHECKS"]

CHECKS = (
    on_material(DES001, des001),
    on_material(DES002, des002),
    on_material(DES003, des003),
    on_material(DES004, des004),
    on_material(DES005, des005),
    on_material(DES006, des006),
    on_material(DES007, des007),
)
