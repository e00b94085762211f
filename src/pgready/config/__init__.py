"""`pgready.toml`, the configuration of an audited project, read strictly.

A misspelt key must never switch a check off in silence: unknown keys, wrong types and names that do not hang together
are errors that name the key and its line.
"""

from pgready.config.load import load_config, parse_config, refuse_lone_baseline
from pgready.config.values import CONFIG_NAME, GROUPS_FROM, Config
from pgready.model.suppressions import Suppression

__all__ = ["CONFIG_NAME", "GROUPS_FROM", "Config", "Suppression", "load_config", "parse_config", "refuse_lone_baseline"]
