"""SQL text becomes statements, effects on named objects, and guards; `parse` alone knows the SQL parser."""

from pgready.sources.sql.script import read_script, read_scripts

__all__ = ["read_script", "read_scripts"]
