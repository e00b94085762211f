"""Differences between the declared structure and the one that the migrations really make.

Source: Prisma's own `migrate diff`, measured object by object (tests/oracle/test_drift.py). What it passes over, and
what is the same although it would write it anew, is `Noise`.
"""

from pgready.checks.drift.columns import column_drift
from pgready.checks.drift.difference import Difference, Drift, Kind
from pgready.checks.drift.enums import enum_drift
from pgready.checks.drift.indexes import index_drift
from pgready.checks.drift.keys import key_drift
from pgready.checks.drift.tables import extra_tables, hidden_tables, missing_tables

__all__ = [
    "Difference",
    "Drift",
    "Kind",
    "column_drift",
    "enum_drift",
    "extra_tables",
    "hidden_tables",
    "index_drift",
    "key_drift",
    "missing_tables",
]
