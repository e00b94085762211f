"""Numbers with their nouns, for what a check says it looked at."""

__all__ = ["counted", "share"]


def counted(number: int, noun: str, plural: str | None = None, *, of: int | None = None) -> str:
    """`1 table`, `2 tables`, `1 of 2 tables`: the last number has the noun."""
    whole = number if of is None else of
    return f"{'' if of is None else f'{number} of '}{whole} {noun if whole == 1 else plural or noun + 's'}"


def share(number: int, whole: int, noun: str, rest: str) -> str:
    """`24 of 40 declared tables are there`, `1 of 1 declared table is there`."""
    return f"{counted(number, noun, of=whole)} {'is' if whole == 1 else 'are'} {rest}"
