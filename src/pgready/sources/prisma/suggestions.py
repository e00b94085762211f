"""What somebody who misspelt a name may have meant: `Datetime` -> DateTime."""

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

__all__ = ["did_you_mean"]

_MOST_COMPARED = 2_000
_LONGEST_COMPARED = 64
_CLOSE = 0.65


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The words to put behind a message: the known name that is closest, or nothing when none is close.

    Only the first two thousand names are compared, and no very long ones: a hostile schema must not cost minutes.
    """
    if len(name) > _LONGEST_COMPARED:
        return ""
    candidates = [each for each in islice(known, _MOST_COMPARED) if len(each) <= _LONGEST_COMPARED]
    folded = _folded(name)
    alike = [each for each in candidates if _folded(each) == folded]
    found = alike or get_close_matches(name, candidates, n=1, cutoff=_CLOSE)
    return f". Did you mean `{found[0]}`?" if found else ""


def _folded(name: str) -> str:
    return name.casefold().replace("_", "")
