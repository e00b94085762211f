"""Remove secrets from what is about to be shown or stored: a backstop, as a parameter never carries one.

Papermill writes parameters into the notebook twice, psycopg quotes a whole URL in an exception when it cannot parse it,
and a traceback shows source and values. So every text is passed through a `Scrubber` before it leaves the process.
"""

import html
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, unquote

__all__ = ["MASK", "Scrubber", "make_scrubber"]

MASK = "***"

_NAMES = re.compile(
    r"PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|(?:API|ACCESS|PRIVATE|SIGNING|ENCRYPTION)_?KEY|_(?:PWD|PASS)$",
    re.IGNORECASE,
)
_NOT_A_VALUE = re.compile(r"_(?:FILE|PATH|DIR|URI|NAME|ID)$", re.IGNORECASE)

# A double quote before a letter ends no string of JSON or Python. `pwd` is ADO.NET's, and elsewhere a directory.
_KEYWORD = re.compile(
    r"(?:\b(?:password|passwd|sslpassword)|(?:(?<=;)|(?<=;\s))pwd)\s*=\s*"
    r"(?P<secret>'(?:\\.|[^'\\])*'|(?:[^\s'\"&<>;,)]|\"(?=\w))+)",
    re.IGNORECASE,
)
_KEYWORD_OF_A_VALUE = re.compile(r"\b(?:password|passwd|sslpassword|pwd)\s*=\s*", re.IGNORECASE)
_QUOTED = re.compile(r"'((?:\\.|[^'\\])*)'", re.DOTALL)
_WHOLE_URL = re.compile(r"\s*[\"']?[A-Za-z][A-Za-z0-9+.:-]*(?=://)")
_AUTHORITY_END = re.compile(r"[/?#]")
_URL_END = re.compile(r"[\s<>\"]")
_USER_END = re.compile(r"[:/@]")
# What may stand within a word and is not seen: colours, and where a browser may break a long name.
_UNSEEN = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|<wbr>")

# Defaults that everybody knows: hiding the word everywhere hides nothing and garbles a report about PostgreSQL. Where
# they stand as a password, in a URL or after `password=`, the patterns hide them all the same.
_PUBLIC = re.compile(
    r"admin|changeme|default|example|false|localhost|none|null|password|postgres|postgresql|prisma|public|root|secret"
    r"|test|true|user",
    re.IGNORECASE,
)
_SHORTEST = 4
_ANYWHERE = 8
_LONG_LINE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrubber:
    """Replaces known secrets, and whatever stands as a password in a URL or a conninfo string, by `***`.

    `anywhere` are replaced wherever they occur, the longest first; `words` only where they stand alone, as a short
    secret occurs by chance inside other words.
    """

    anywhere: tuple[str, ...]
    words: re.Pattern[str] | None = None

    def text(self, text: str) -> str:
        """The text without secrets, also where colours or places to break a name tear one apart, as UTF-8 can hold it.

        A lone surrogate, as in the name of a file that is not UTF-8, becomes a question mark.
        """
        scrubbed = self._plain(text if text.isascii() else text.encode(errors="replace").decode())
        if "\x1b" in scrubbed or "<wbr>" in scrubbed:
            plain = _UNSEEN.sub("", scrubbed)
            if (clean := self._plain(plain)) != plain:
                return clean
        return scrubbed

    def _plain(self, text: str) -> str:
        for secret in self.anywhere:
            if secret in text:
                text = text.replace(secret, MASK)
        if self.words is not None:
            text = self.words.sub(MASK, text)
        return _masked(_masked(text, _in_urls), _in_keywords)

    def value(self, value: object) -> object:
        """The same for a JSON-like value, in keys too; dictionaries keep their class and lists are changed in place.

        Images other than SVG are left alone: base64 shows no secret and a chance match would break the picture.
        """
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            items = [(self.text(str(key)), self._member(str(key), member)) for key, member in value.items()]
            value.clear()
            value.update(items)
        elif isinstance(value, list):
            value[:] = [self.value(member) for member in value]
        elif isinstance(value, tuple):
            return [self.value(member) for member in value]
        return value

    def _member(self, key: str, member: object) -> object:
        if key.startswith("image/") and "svg" not in key:
            return member
        return self.value(member)


def _masked(text: str, find: Callable[[str], Iterable[tuple[int, int]]]) -> str:
    """The text with these spans, which come in order and do not overlap, masked."""
    kept, end = [], 0
    for start, stop in find(text):
        kept += [text[end:start], MASK]
        end = stop
    return "".join([*kept, text[end:]]) if end else text


def _in_keywords(text: str) -> Iterator[tuple[int, int]]:
    """Where passwords of a conninfo string stand: `password=secret` (libpq manual, "Connection Strings")."""
    if "=" in text:
        yield from (match.span("secret") for match in _KEYWORD.finditer(text))


def _in_urls(text: str) -> Iterator[tuple[int, int]]:
    """Where passwords of URLs stand: `://user:secret@`, and for http `://token@`.

    A secret reaches to the last @ of the word, as an unencoded @ or / in a password is wrong but common. In linear
    time, unlike a pattern, as the text may come from hostile SQL.
    """
    position = text.find("://")
    while position >= 0:
        match = _URL_END.search(text, position)
        word_end = match.start() if match else len(text)
        last = text.rfind("@", position, word_end)
        while 0 <= position < last:
            if span := _in_url(text, position, last):
                yield span
                position = last
            else:
                position = text.find("://", position + 1, word_end)
        position = text.find("://", word_end)


def _in_url(text: str, position: int, last: int) -> tuple[int, int] | None:
    """The span of the secret of the URL whose `://` is at `position`, if it has one before the @ at `last`."""
    start = position + len("://")
    user_end = _USER_END.search(text, start, last + 1)
    if user_end is None or user_end[0] == "/":
        return None
    if user_end[0] == ":":
        return user_end.end(), last
    return (
        (start, user_end.start()) if text[max(0, position - 5) : position].lower().endswith(("http", "https")) else None
    )


def make_scrubber(environment: Mapping[str, str], secrets: Collection[str] = ()) -> Scrubber:
    """A scrubber that knows `secrets` and the credentials in an environment.

    Of the environment: values of variables whose name says that they hold a credential, and passwords in URLs or
    conninfo strings of any variable. Every secret is known as it stands and in the shapes in which programs quote it:
    percent-encoded or decoded, HTML-escaped, as a Python, JSON or SQL string.
    """
    known = {shape for secret in secrets if secret for shape in _shapes(secret)}
    for found in _in_environment(environment):
        if _is_telling(found):
            known.update(filter(_is_telling, _shapes(found)))
    words = sorted((secret for secret in known if len(secret) < _ANYWHERE), key=len, reverse=True)
    alone = rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, words))})(?![A-Za-z0-9])"
    return Scrubber(
        anywhere=tuple(sorted((secret for secret in known if len(secret) >= _ANYWHERE), key=len, reverse=True)),
        words=re.compile(alone) if words else None,
    )


def _is_telling(found: str) -> bool:
    return len(found) >= _SHORTEST and not _PUBLIC.fullmatch(found)


def _in_environment(environment: Mapping[str, str]) -> Iterator[str]:
    for name, value in environment.items():
        if _NAMES.search(name) and not _NOT_A_VALUE.search(name):
            yield value
            yield from (line for line in value.splitlines() if len(line) >= _LONG_LINE)
        yield from (value[start:stop] for start, stop in _in_urls(value))
        yield from (value[start:stop].strip("'") for start, stop in _in_keywords(value))
        yield from _in_whole_url(value)
        yield from _in_whole_conninfo(value)


def _in_whole_url(value: str) -> Iterator[str]:
    """The password of a value that is one URL: unlike in a text, a blank, quote or bracket does not end it.

    Read to the last @ of all, as an unencoded / or @ is wrong but common, and to the last one before the path.
    """
    if (scheme := _WHOLE_URL.match(value)) is None:
        return
    start = scheme.end() + len("://")
    path = _AUTHORITY_END.search(value, start)
    for last in {value.rfind("@", start), value.rfind("@", start, path.start() if path else len(value))}:
        if last >= 0 and (span := _in_url(value, scheme.end(), last)):
            yield value[slice(*span)]


def _in_whole_conninfo(value: str) -> Iterator[str]:
    """Passwords of a value that is a conninfo string, a query or of ADO.NET: each ends only where its form has it.

    In a conninfo string at a blank, or quoted, with backslashes (libpq manual, "Connection Strings").
    """
    for keyword in _KEYWORD_OF_A_VALUE.finditer(value):
        rest = value[keyword.end() :]
        quoted = _QUOTED.match(rest)
        written = [quoted[1]] if quoted else []
        if "://" in value[: keyword.start()]:
            written.append(rest.partition("&")[0])
        elif quoted is None:
            written += [*rest.split(maxsplit=1)[:1], rest.partition(";")[0] if ";" in rest else ""]
        yield from written
        yield from (re.sub(r"\\(.)", r"\1", each, flags=re.DOTALL) for each in written)


def _shapes(secret: str) -> set[str]:
    decoded = unquote(secret)
    forms = {
        shape
        for form in (secret, decoded, _sql(secret), _sql(decoded))
        for shape in (form, *_encoded(form), *_in_strings(form))
    }
    return {shape for form in forms for shape in (form, *_escaped(form))} - {""}


def _encoded(text: str) -> tuple[str, ...]:
    """In URLs, as Python's standard library writes it, and as `encodeURIComponent` and `URL` of JavaScript do."""
    return (
        quote(text, safe=""),
        quote(text),
        quote_plus(text),
        quote(text, safe="!'()*"),
        quote(text, safe="!$%&'()*+,"),
    )


def _in_strings(text: str) -> tuple[str, ...]:
    """In string constants of Python, of JSON with and without ASCII only, and of JSON within HTML."""
    ascii_only = json.dumps(text)[1:-1]
    in_html = (
        "".join(f"\\u{ord(sign):04x}" if sign in signs else sign for sign in ascii_only)
        for signs in ("<", "<>&", "<>&'")
    )
    return repr(text)[1:-1], ascii_only, json.dumps(text, ensure_ascii=False)[1:-1], *in_html


def _escaped(text: str) -> tuple[str, ...]:
    """For HTML, as Python's standard library writes it and as Jinja does, with and without quotes."""
    escaped = html.escape(text)
    return escaped, escaped.replace("&quot;", "&#34;").replace("&#x27;", "&#39;"), html.escape(text, quote=False)


def _sql(text: str) -> str:
    """As it stands in a string constant of SQL, and so in a default that a server prints."""
    return text.replace("'", "''")
