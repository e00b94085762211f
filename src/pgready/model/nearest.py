"""What a person may have meant by a name that is not known: of a rule, or of an object of the catalog."""

import difflib
import re
from collections.abc import Collection, Iterable

__all__ = ["near_objects", "rule_fault"]

_FAMILY = re.compile(r"(?P<family>[A-Za-z]{3})[\d?x%]{0,3}\*?", re.IGNORECASE)
_MOST = 3
# A schema that is spelt right makes all of its names alike.
_ALIKE = 0.8


def rule_fault(name: str, rules: Collection[str]) -> str:
    """What is wrong with the name of a rule that is none of `rules`, and what was expected.

    Rules are named one by one everywhere (comments, pgready.toml, the baseline): a family would also accept what a
    later version of pgready finds.
    """
    found = _FAMILY.fullmatch(name)
    family = found["family"].upper() if found else ""
    members = sorted(rule for rule in rules if family and rule.startswith(family))
    if members and (name[-1] in "*?%" or len(name) == len(family)):
        return f"{name!r} is a family; rules are named one by one: {', '.join(members)}"
    near = difflib.get_close_matches(name.upper(), sorted(rules), n=1)
    hint = f"did you mean {near[0]!r}?" if near else "expected an id such as DES001 (`pgready explain` lists them)"
    return f"{name!r} is not a rule; {hint}"


def near_objects(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """At most three of `known` (`schema.table.column`, unquoted) that the name may mean, the likeliest first.

    Before what is merely spelt alike come those of which the name differs by case or quotes only, leaves parts off in
    front (`Post` for `public.Post`), or has some too many behind (`public.Post.id`).
    """
    parts, names = _parts(name), sorted(set(known))
    split = {each: _parts(each) for each in names}
    same = [each for each in names if split[each] == parts]
    shorter = [each for each in names if split[each][-len(parts) :] == parts]
    longer = [each for each in names if split[each] == parts[: len(split[each])]]
    if found := same or shorter or longer:
        return tuple(found[:_MOST])
    by_folded = {".".join(split[each]): each for each in names}
    alike = difflib.get_close_matches(".".join(parts), by_folded, n=1, cutoff=_ALIKE)
    if not alike:
        # The schema is left off and a letter is wrong.
        by_folded = {".".join(split[each][-len(parts) :]): each for each in names if len(split[each]) > len(parts)}
        alike = difflib.get_close_matches(".".join(parts), by_folded, n=1)
    return tuple(by_folded[each] for each in alike)


def _parts(name: str) -> tuple[str, ...]:
    """The parts of a name without quotes and case."""
    return tuple(part.strip().strip("\"'`").casefold() for part in name.split("."))
