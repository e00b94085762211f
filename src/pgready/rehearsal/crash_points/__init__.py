"""What a migration leaves behind that stops midway, and what repairs it: stopped on purpose, and tried."""

from pgready.rehearsal.crash_points.along import with_crash_points

__all__ = ["with_crash_points"]
