"""The boxes of the deployment checklist, under the headings of a readiness report: which checks tick them."""

from dataclasses import dataclass

from pgready.reports.judged import Claim

__all__ = ["HEADINGS", "Heading"]


@dataclass(frozen=True, slots=True)
class Heading:
    """Boxes that belong together."""

    title: str
    boxes: tuple[Claim, ...]


_LOCKS = tuple(f"LCK00{number}" for number in range(1, 9))

HEADINGS = (
    Heading(
        "All models are in the schema, and in the database",
        (
            Claim("Every required model is in the schema", ("INV003",)),
            Claim("A clean deploy makes a table for every model", ("INV001",)),
            Claim("A clean deploy makes every foreign key", ("INV006",)),
            Claim("What is made has the columns, indexes and enums as declared", ("INV005", "INV007", "INV008")),
            Claim("No table is made that no model declares", ("INV002",)),
            Claim("Every table has a primary key, every foreign key an index", ("SCH001", "SCH002", "SCH004")),
            Claim("No index stands twice", ("SCH003",)),
        ),
    ),
    Heading(
        "All critical migrations exist, and run",
        (
            Claim("Every required migration is on disk", ("INV009",)),
            Claim("Each directory has its migration.sql, and no other SQL", ("HIS004", "HIS005", "HIS012")),
            Claim("Every file is UTF-8, the history one for PostgreSQL", ("HIS011", "HIS013")),
            Claim("The migrations run in the order of their dates", ("HIS001", "HIS002", "HIS003")),
            Claim("No migration makes what is there already", ("HIS014",)),
            Claim("No migration of the revision was edited, renamed or deleted", ("HIS006", "HIS007")),
            Claim("A clean deploy runs to its end without an error", ("RES001",)),
            Claim("No migration leaves a transaction or a setting behind", ("RES007", "RES008")),
            Claim("What needs a transaction of its own gets it", ("RES010", "RES011")),
        ),
    ),
    Heading(
        "Migration resilience is verified",
        (
            Claim("A clean deploy leaves no guarded statement out", ("RES002",)),
            Claim("What claims to be resilient changes nothing when it runs again", ("RES003",)),
            Claim("No migration loses or changes anything when it runs again", ("RES004",)),
            Claim("What IF NOT EXISTS finds in its place is what it asks for", ("RES005",)),
            Claim("After a failure midway there is a way back that was tried", ("RES006", "RES009")),
        ),
    ),
    Heading(
        "Schema coexistence is confirmed",
        (
            Claim("No two names clash in the database", ("INV004",)),
            Claim("The feature groups keep their contracts", ("ISO001",)),
            Claim("Every contract could be broken by something", ("ISO008",)),
            Claim("No feature groups refer to each other in a circle", ("ISO002",)),
            Claim("Every reference between feature groups has its foreign key", ("ISO004",)),
            Claim("Every table of a group with a key says whose its rows are", ("ISO005",)),
            Claim("No delete in one group cascades into another, hubs aside", ("ISO006",)),
            Claim("Every table is in exactly one group, every name in pgready.toml exists", ("ISO003", "ISO009")),
        ),
    ),
    Heading(
        "Data is safe, and the application goes on",
        (
            Claim("No table, column or schema that was there is dropped", ("DES001", "DES002", "DES007")),
            Claim("No table is emptied, no type narrowed, no enum value removed", ("DES003", "DES004", "DES005")),
            Claim("On made-up rows every migration applies, and nothing else is lost", ("DES008", "DES009")),
            Claim("Rows that are there fit the new constraints", ("DES010",)),
            Claim("No table or column is renamed, and the running version must fill no new one", ("CMP003", "DES006")),
            Claim("Nothing that is in use is locked for long", _LOCKS),
        ),
    ),
    Heading(
        "What was accepted is still true",
        (
            Claim("Every accepted crossing, every line of the baseline still exists", ("ISO007",)),
            Claim("Every suppression still fits, is in date and can be read", ("SUP001", "SUP002", "SUP003")),
        ),
    ),
)
"""In the order of the sections of a readiness report; a rule that is new gets a box of its own behind them."""
