"""Tables that are named alike: those whose names begin with the same word, and those of a login.

A feature's tables mostly carry its name in front (`CrmContact`, `CrmTag`). The names of the tables of a login are the
exception that nearly every application has (`User`, `Account`, `Session`), so these words are listed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pgready.graph.words import name_words, singulars
from pgready.model.names import QualifiedName
from pgready.model.schema import Table

__all__ = ["LOGIN", "NameFamily", "name_families"]

LOGIN = "Auth"
_LOGIN_WORDS = frozenset(
    {
        "auth",
        "authenticator",
        "login",
        "oauth",
        "otp",
        "passkey",
        "password",
        "two",
        "verification",
        "verificationtoken",
    }
)
# These words also mean other things (a bank's account, a visitor's session), so a column must speak of the login.
_PERHAPS_LOGIN = {"account": "provider", "session": "user"}
_FEATURE_OF_ITS_OWN = 3
_COMMON_PERCENT = 80
_FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class NameFamily:
    """Tables of one kind of name, ordered; `title` is how a person would call them, `begins` the words in front."""

    word: str
    title: str
    begins: str
    tables: tuple[QualifiedName, ...]


def name_families(tables: Iterable[Table]) -> tuple[NameFamily, ...]:
    """Each table in one family, ordered by the first word of their names (of the Prisma model, where there is one).

    `users` and `user_settings` begin alike. A word that most names begin with (the application's own) is passed over.
    Where there is a table for users, tables of its login are its family, unless three or more have a word of their own.
    """
    known = sorted(tables, key=lambda table: table.name)
    words = _alike(_without_common({table.name: name_words(_called(table)) for table in known}))
    members: dict[str, list[Table]] = {}
    for table in known:
        members.setdefault(words[table.name][0] if words[table.name] else str(table.name), []).append(table)
    login = _login(members, words)
    families = [_family(word, held) for word, held in members.items() if word not in login]
    if login:
        families.append(_login_family([table for word in login for table in members[word]]))
    return tuple(sorted(families, key=lambda family: (family.word, family.tables)))


def _called(table: Table) -> str:
    return table.model or table.name.name


_Words = Mapping[QualifiedName, Sequence[str]]


def _without_common(words: _Words) -> _Words:
    """Without the first word that at least `_COMMON_PERCENT` of the names have and that is not all of the name."""
    first = Counter(of[0] for of in words.values() if len(of) > 1)
    if not first or len(words) < _FEW:
        return words
    word, count = min(first.items(), key=lambda it: (-it[1], it[0]))
    if count * 100 < len(words) * _COMMON_PERCENT:
        return words
    return _without_common({name: of[1:] if len(of) > 1 and of[0] == word else of for name, of in words.items()})


def _alike(words: _Words) -> _Words:
    """With the first word in the singular, where the singular is a first word too."""
    known = {of[0] for of in words.values() if of}
    return {
        name: (next((one for one in singulars(of[0]) if one in known), of[0]), *of[1:]) if of else of
        for name, of in words.items()
    }


def _login(members: Mapping[str, Sequence[Table]], words: _Words) -> list[str]:
    """The first words of tables of a login, with that of the users' table; none without such a table."""
    if not any(len(words[table.name]) == 1 for table in members.get("user", ())):
        return []
    few = [word for word, tables in members.items() if len(tables) < _FEATURE_OF_ITS_OWN]
    sure = [word for word in few if word in _LOGIN_WORDS]
    perhaps = [word for word in few if _speaks_of(members[word], _PERHAPS_LOGIN.get(word))]
    return sorted({"user", *sure, *perhaps}) if sure or perhaps else []


def _speaks_of(tables: Iterable[Table], word: str | None) -> bool:
    return word is not None and any(word in name_words(it.name) for table in tables for it in table.columns)


def _login_family(tables: Iterable[Table]) -> NameFamily:
    return NameFamily(word="user", title=LOGIN, begins="", tables=tuple(sorted(table.name for table in tables)))


def _family(word: str, tables: Sequence[Table]) -> NameFamily:
    begins = _beginning([_called(table) for table in tables])
    return NameFamily(
        word=word, title=begins[:1].upper() + begins[1:], begins=begins, tables=tuple(it.name for it in tables)
    )


def _beginning(names: Sequence[str]) -> str:
    """The words that all names begin with, as the first one writes them; of one name its first word."""
    words = [name_words(name) for name in names]
    common = 0
    for level in zip(*words, strict=False):
        if len(set(level)) > 1:
            break
        common += 1
    wanted = len("".join(words[0][: common if len(names) > 1 else 1] or words[0][:1]))
    return _cut(names[0], wanted)


def _cut(name: str, letters: int) -> str:
    """The first so many letters and digits of a name, with what stands between them."""
    seen = 0
    for place, char in enumerate(name):
        seen += char.isalnum()
        if seen == letters and letters:
            return "".join(it for it in name[: place + 1].strip("_") if it.isprintable())
    return ""
