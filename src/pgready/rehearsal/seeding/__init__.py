"""Rows for the tables, and what becomes of them when the migrations run."""

from pgready.rehearsal.seeding.deployment import run_on_rows

__all__ = ["run_on_rows"]
