"""The families of rules: the letters that an id begins with, and the question that the family answers."""

__all__ = ["FAMILIES", "family"]

FAMILIES = {
    "INV": "Inventory: is everything there that is declared and needed?",
    "ISO": "Isolation: do the feature groups keep their promises?",
    "HIS": "History: are the migrations sound as they lie on disk?",
    "RES": "Resilience: do the migrations do what they say?",
    "DES": "Destruction: what does the deployment take away?",
    "LCK": "Locks: who has to wait while it runs?",
    "CMP": "Compatibility: does the running version of the application keep working?",
    "SCH": "Schema: is the structure sound in itself?",
    "SUP": "Suppressions: is what was accepted still so?",
}
"""In the order in which they are shown."""


def family(rule: str) -> str:
    """The letters of a rule's id."""
    return rule.rstrip("0123456789")
