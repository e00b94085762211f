"""The words in the names of tables and columns: `orderItemId`, `order_items` and `OrderItem` say the same."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

__all__ = ["Identifier", "IdentifierKind", "is_generic", "name_words", "read_identifier", "singulars", "squashed"]

# Capitals are ASCII here: in a name that mixes scripts, a letter beyond ASCII continues the word it stands in.
_WORD = re.compile(r"[A-Z]+(?![^\WA-Z\d_])|[A-Z]?[^\WA-Z\d_]+|\d+")
_PLURAL_OF_CAPITALS = re.compile(r"(?<=[A-Z])s$")
_NO_PLURAL = ("ss", "us", "is")
_ONE = frozenset({"id", "uid", "uuid", "guid", "fk"})
_MANY = frozenset({"ids", "uids", "uuids", "guids"})
_SHORTEST = 3
# What OpenID Connect calls a signed statement of who somebody is: no identifier of a token.
_OPENID = ("id", "token")
# A schema has few names many times (`id`, `userId`); a hostile one has many, and shall not fill the memory.
_REMEMBERED = 1 << 14
# Names that a column may have whatever its table holds. `a` and `b` are the columns of Prisma's join tables.
_GENERIC = frozenset(
    (
        *(
            "a",
            "b",
            "code",
            "date",
            "email",
            "hash",
            "ids",
            "identifier",
            "key",
            "kind",
            "label",
            "name",
            "no",
            "number",
        ),
        *("path", "pk", "slug", "state", "status", "time", "title", "token", "type", "url", "value", "version"),
    )
)


@lru_cache(maxsize=_REMEMBERED)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name, in small letters: `URLShortenerId` -> url, shortener, id; `oauth2_user` -> oauth, 2, user.

    A word ends where a capital or a digit begins, and at everything that is neither letter nor digit. Of several
    capitals the last one begins the next word. `userIDs` reads as user, ids.
    """
    return tuple(word.lower() for word in _WORD.findall(_PLURAL_OF_CAPITALS.sub("S", name)))


def squashed(name: str) -> str:
    """The words of a name in one, to compare spellings: `userId`, `user_id` and `USERID` are equal."""
    return "".join(name_words(name))


def singulars(word: str) -> Iterator[str]:
    """What an English plural may be the plural of: `categories` -> categorie, categori, category.

    Guesses, to be compared with words that really occur; nothing for a word that is no regular plural (`address`,
    `status`, `people`).
    """
    if not word.endswith("s") or word.endswith(_NO_PLURAL):
        return
    yield word[:-1]
    if word.endswith("es"):
        yield word[:-2]
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if word.endswith("ves"):
        yield word[:-3] + "f"


class IdentifierKind(Enum):
    """What the name of a column says that it holds.

    ONE identifier, MANY, PERHAPS one (the sign is weak: only to be believed when the rest is exactly a table's name),
    or it is UNSAID.
    """

    ONE = auto()
    MANY = auto()
    PERHAPS = auto()
    UNSAID = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """The name of a column, read: `base` says what is identified (`actorUserId` -> actor, user)."""

    kind: IdentifierKind
    base: tuple[str, ...]


@lru_cache(maxsize=_REMEMBERED)
def read_identifier(name: str) -> Identifier:
    """Read a column's name: `user_id` and `userUuid` hold one identifier, `userIds` many, `id_user` perhaps one.

    Also `userid` does perhaps: that is what PostgreSQL makes of `userId` when nobody quotes it (manual, "Identifiers
    and Key Words"). `base` is empty for a bare `id`, and has all words when the name does not speak of an identifier.
    """
    words = name_words(name)
    first, last = (words[0], words[-1]) if words else ("", "")
    if last in _ONE:
        return Identifier(kind=IdentifierKind.ONE, base=words[:-2] if words[-2:] == ("id", "fk") else words[:-1])
    if last in _MANY:
        return Identifier(kind=IdentifierKind.MANY, base=words[:-1])
    if first == "id" and len(words) > 1 and words != _OPENID:
        return Identifier(kind=IdentifierKind.PERHAPS, base=words[1:])
    if last.endswith("id") and len(last) >= _SHORTEST + 2:
        return Identifier(kind=IdentifierKind.PERHAPS, base=(*words[:-1], last[:-2]))
    return Identifier(kind=IdentifierKind.UNSAID, base=words)


def is_generic(name: str) -> bool:
    """Whether any table may have a column of this name, so that it says nothing about which one (`id`, `slug`)."""
    read = read_identifier(name)
    return not read.base if read.kind is IdentifierKind.ONE else _GENERIC.issuperset(name_words(name))
