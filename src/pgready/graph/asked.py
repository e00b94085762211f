"""What a person wrote in a notebook, checked for its form: a list where a list is meant, and texts in it."""

from collections.abc import Iterable, Mapping

from pgready.errors import ConfigError

__all__ = ["asked_moves", "asked_names"]


def asked_names(place: str, value: object, example: str) -> tuple[str, ...]:
    """The texts of a list; `example` is one. Raises ConfigError for anything else: a text is a list of its letters."""
    if isinstance(value, str):
        raise ConfigError(f"{place}: {value!r:.80} is a text; expected a list of texts, as {place}=[{example!r}]")
    if isinstance(value, bytes | Mapping) or not isinstance(value, Iterable):
        raise ConfigError(f"{place}: {value!r:.80} is no list; expected a list of texts, as {place}=[{example!r}]")
    found = tuple(value)
    for each in found:
        if not isinstance(each, str):
            raise ConfigError(f"{place}: {each!r:.80} is no text; expected texts, as {example!r}")
    return found


def asked_moves(value: object) -> dict[str, str]:
    """The tables and the groups that they move to. Raises ConfigError for anything but a mapping of texts to texts."""
    expected = 'expected tables with their groups, as move={"BrandProfile": "Auth"}'
    if not isinstance(value, Mapping):
        raise ConfigError(f"move: {value!r:.80} does not say where to; {expected}")
    for table, group in value.items():
        if not isinstance(table, str):
            raise ConfigError(f"move: {table!r:.80} is no table; {expected}")
        if not isinstance(group, str):
            raise ConfigError(f"move: {table!r} to {group!r:.80}, which is no group; {expected}")
    return dict(value)
