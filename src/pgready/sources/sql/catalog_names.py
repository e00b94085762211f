"""Names written as text in SQL: `'public."User"'::regclass`, `to_regclass('"User"')`."""

from pgready.model.names import MAX_IDENTIFIER_BYTES, ObjectKind, ObjectRef, truncate_identifier
from pgready.sources.sql.scope import Scope, object_ref

__all__ = ["identifier_parts", "relation_name"]


def identifier_parts(text: str) -> list[str] | None:
    """The parts of a dotted name as `stringToQualifiedNameList` reads it: folded unless quoted; None when malformed.

    Source: `SplitIdentifierString`, src/backend/utils/adt/varlena.c.
    """
    parts: list[str] = []
    rest = text.strip(" \t\n\r\f\v")
    while rest:
        part, rest = _first_part(rest)
        if part is None or (not part and not parts and not rest):
            return None
        parts.append(truncate_identifier(part, MAX_IDENTIFIER_BYTES))
        rest = rest.lstrip(" \t\n\r\f\v")
        if not rest:
            return parts
        if not rest.startswith("."):
            return None
        rest = rest[1:].lstrip(" \t\n\r\f\v")
    return None


def _first_part(text: str) -> tuple[str | None, str]:
    if not text.startswith('"'):
        end = next((place for place, each in enumerate(text) if each in '. \t\n\r\f\v"'), len(text))
        return (text[:end].lower() or None), text[end:]
    end = text.find('"', 1)
    while end >= 0 and text[end + 1 : end + 2] == '"':
        end = text.find('"', end + 2)
    return (None, "") if end < 0 else (text[1:end].replace('""', '"') or None, text[end + 1 :])


def relation_name(text: str, kind: ObjectKind, scope: Scope) -> ObjectRef | None:
    """The object that a name written as text means; None when it is malformed."""
    parts = identifier_parts(text)
    if not parts:
        return None
    schema = parts[-2] if len(parts) > 1 else None
    return object_ref(kind, scope.schema_of(schema, parts[-1]), parts[-1])
