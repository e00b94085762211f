"""Tables and enums that `prisma.config.*` declares as managed by somebody else, read literally.

`tables: { external: ["auth.users"] }` and `enums: { external: [...] }`, with `experimental: { externalTables: true }`:
Prisma's migrations neither create nor drop them, and its diff leaves them out. `migrations.initShadowDb` is the SQL
that makes stand-ins for them before the migrations run. Source: Prisma's documentation, "External tables", and
`packages/config/src/PrismaConfig.ts` of prisma/prisma. Measured with the engine (its `diff` takes the names as
filters): a name is that of the database, as `schema.name` without quotation marks, in its letters' case; without a
schema it is an error. Keys from other tables to an external one are made all the same.
"""

import re
from dataclasses import dataclass

from pgready.model.location import Location
from pgready.sources.prisma.script import Script, Token, Unreadable

__all__ = ["External", "Externals", "read_externals"]

_MOST = 1_000
_FLAG = "`experimental: { externalTables: true }`"
_KEPT = "not left out of the comparison"
_NOT_RUN = "it does not run before the rehearsal"
_MEMBERS = (("tables", "external", _KEPT), ("enums", "external", _KEPT), ("migrations", "initShadowDb", _NOT_RUN))
_MENTIONED = re.compile(r"\b(?:external|initShadowDb)\b")
_HINT = "expected literal names in quotes; what stands here is not known, and not left out of the comparison"


@dataclass(frozen=True, slots=True, kw_only=True)
class External:
    """A table or enum that somebody else manages: its name as the configuration has it, `schema.name`."""

    name: str
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Externals:
    """What the configuration says about objects that Prisma does not manage.

    `shadow_sql` is `migrations.initShadowDb`. `notes` are places that could not be read, or that Prisma refuses, each
    with what is wrong there: nothing is guessed about them.
    """

    tables: tuple[External, ...] = ()
    enums: tuple[External, ...] = ()
    shadow_sql: External | None = None
    notes: tuple[tuple[Location, str], ...] = ()


def read_externals(text: str, shown: str) -> Externals:
    """The externally managed objects of a configuration file; `shown` is its path in places. Never raises."""
    return _Reader(text, shown).read()


class _Reader:
    def __init__(self, text: str, shown: str) -> None:
        self._text = text
        self._shown = shown
        self._script = Script(text)
        self._notes: list[tuple[Location, str]] = []

    def read(self) -> Externals:
        try:
            return self._read()
        except Unreadable as error:
            # Whether the paths in it matter is said by the one who needs them.
            if not any(_MENTIONED.search(text) for _, text, _ in self._script.tokens):
                return Externals()
            message = f"found {error.found}: `external` and `initShadowDb` cannot be read without running it"
            return Externals(notes=((self._place(error.offset), f"{message}; {_KEPT}, and {_NOT_RUN}"),))

    def _read(self) -> Externals:
        members, unread = self._script.members(self._script.exported())
        if unread is not None:
            self._note(unread[2], f"{self._kind(unread)} may hold `tables` or `enums`")
        sections = {section: self._inner(members, section) for section in ("tables", "enums", "migrations")}
        if self._is_refused(members, complete=unread is None):
            self._note_refused(sections)
            return Externals(notes=tuple(self._notes))
        tables, enums = self._names(sections, "tables"), self._names(sections, "enums")
        return Externals(tables=tables, enums=enums, shadow_sql=self._shadow_sql(sections), notes=tuple(self._notes))

    def _is_refused(self, members: dict[str, list[Token]], *, complete: bool) -> bool:
        """Whether the flag is known to be absent or off; what cannot be read may say that it is on."""
        value = members.get("experimental")
        if not value:
            return complete
        try:
            flags, unread = self._script.members(self._script.plain(value))
        except Unreadable as error:
            self._notes.append((self._place(error.offset), "`experimental` cannot be read without running it"))
            return False
        flag = [text for _, text, _ in self._script.plain(flags.get("externalTables", []))]
        return flag == ["false"] or (not flag and unread is None)

    def _note_refused(self, sections: dict[str, dict[str, list[Token]]]) -> None:
        for section, member, effect in _MEMBERS:
            value = sections[section].get(member)
            if value:
                message = f"Prisma refuses `{section}.{member}` without {_FLAG}; {effect}"
                self._notes.append((self._place(value[0][2]), message))

    @staticmethod
    def _kind(token: Token) -> str:
        return "a spread" if token[1] == "..." else "a computed name"

    def _place(self, offset: int) -> Location:
        line = self._text.count("\n", 0, offset) + 1
        return Location(self._shown, line, offset - self._text.rfind("\n", 0, offset))

    def _note(self, offset: int, message: str) -> None:
        self._notes.append((self._place(offset), f"{message}: {_HINT}"))

    def _inner(self, members: dict[str, list[Token]], section: str) -> dict[str, list[Token]]:
        """The members of a section; a note when it is no object literal."""
        value = members.get(section)
        if not value:
            return {}
        try:
            found, unread = self._script.members(self._script.plain(value))
        except Unreadable:
            self._note(value[0][2], f"`{section}` is no literal")
            return {}
        if unread is not None:
            self._note(unread[2], f"{self._kind(unread)} in `{section}`")
        return found

    def _names(self, sections: dict[str, dict[str, list[Token]]], section: str) -> tuple[External, ...]:
        value = sections[section].get("external")
        if not value:
            return ()
        try:
            items = self._script.items(value)
        except Unreadable as error:
            self._note(error.offset, f"`{section}.external` is {error.found}")
            return ()
        if len(items) > _MOST:
            self._note(items[_MOST][0][2], f"`{section}.external` holds more than {_MOST} names")
        names: list[External] = []
        for item in items[:_MOST]:
            try:
                names.append(External(name=self._script.string(item), location=self._place(item[0][2])))
            except Unreadable as error:
                self._note(error.offset, f"`{section}.external` holds {error.found}")
        for each in names:
            if "." not in each.name:
                self._notes.append((each.location, f"`{each.name}` has no schema: Prisma expects `schema.name`"))
        return tuple(names)

    def _shadow_sql(self, sections: dict[str, dict[str, list[Token]]]) -> External | None:
        value = sections["migrations"].get("initShadowDb")
        if not value:
            return None
        try:
            return External(name=self._script.string(value), location=self._place(value[0][2]))
        except Unreadable as error:
            message = f"`migrations.initShadowDb` cannot be read without running it; {_NOT_RUN}"
            self._notes.append((self._place(error.offset), message))
            return None
