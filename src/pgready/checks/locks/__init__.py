"""LCK: who has to wait while the migrations run?"""

from pgready.checks.locks.builds import lck001, lck002, lck003, lck008
from pgready.checks.locks.holding import lck005, lck006
from pgready.checks.locks.rewrites import lck004, lck007
from pgready.checks.locks.rules import LCK001, LCK002, LCK003, LCK004, LCK005, LCK006, LCK007, LCK008
from pgready.checks.locks.scene import on_scene

__all__ = ["CHECKS"]

CHECKS = (
    on_scene(LCK001, lck001),
    on_scene(LCK002, lck002),
    on_scene(LCK003, lck003),
    on_scene(LCK004, lck004),
    on_scene(LCK005, lck005),
    on_scene(LCK006, lck006),
    on_scene(LCK007, lck007),
    on_scene(LCK008, lck008),
)
