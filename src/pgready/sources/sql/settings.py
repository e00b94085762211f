"""SET, RESET, DISCARD and set_config(): settings of the session and of the transaction."""

from collections.abc import Iterator

from pgready.model.effects import Action
from pgready.model.facts import SettingFacts
from pgready.model.names import ObjectKind
from pgready.sources.sql.drafts import Draft, opaque
from pgready.sources.sql.parse import Node
from pgready.sources.sql.scope import Scope, object_ref
from pgready.sources.sql.tree import constant, string_constant

__all__ = ["database_setting", "discard", "role_setting", "set_config", "set_setting", "setting_of", "system_setting"]

_RESETS = ("VAR_RESET", "VAR_RESET_ALL", "VAR_SET_DEFAULT")
_EVERYTHING = "all"


def setting_of(node: Node) -> SettingFacts:
    """What a SET or RESET clause says; RESET ALL has the name `all`, SET TRANSACTION `transaction`."""
    kind = node.get("kind", "VAR_SET_VALUE")
    name = _EVERYTHING if kind == "VAR_RESET_ALL" else str(node.get("name", "")).lower()
    if kind in _RESETS:
        return SettingFacts(name=name, local=bool(node.get("is_local")))
    if kind == "VAR_SET_MULTI":
        return SettingFacts(name=name, value=_characteristics(node), local=name != "session characteristics")
    values = [_text(each) for each in node.get("args", [])]
    known = None not in values and kind == "VAR_SET_VALUE"
    value = ", ".join(filter(None, values)) if known else None
    return SettingFacts(name=name, value=value, local=bool(node.get("is_local")), computed=not known)


def _text(node: Node) -> str | None:
    """A value as it is written without quotes; the interval of SET TIME ZONE by its text."""
    value = constant(node.get("TypeCast", {}).get("arg", node))
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _characteristics(node: Node) -> str:
    """`isolation level serializable`, `read only`, the identifier of a snapshot."""
    elements = [each["DefElem"] for each in node.get("args", []) if "DefElem" in each]
    words = [f"{each.get('defname', '')} {_text(each.get('arg', {})) or ''}".strip() for each in elements]
    return ", ".join([*words, *(_text(each) or "" for each in node.get("args", []) if "A_Const" in each)])


def set_setting(node: Node, scope: Scope) -> Iterator[Draft]:
    """SET and RESET; search_path changes what later names mean."""
    setting = setting_of(node)
    if setting.name in ("search_path", _EVERYTHING):
        path = [string_constant(each) for each in node.get("args", [])]
        scope.search_until_commit(path, local=bool(node.get("is_local")))
    yield _sets(setting, _words(node))


def _words(node: Node) -> str:
    kind = node.get("kind", "")
    if kind == "VAR_SET_MULTI":
        return f"SET {node.get('name', '')}".upper()
    word = "RESET" if kind.startswith("VAR_RESET") else "SET"
    return f"{word} LOCAL" if node.get("is_local") else word


def _sets(setting: SettingFacts, detail: str) -> Draft:
    return Draft(Action.SETS, object_ref(ObjectKind.OTHER, None, setting.name), (), detail, facts=setting)


def set_config(fields: Node, scope: Scope) -> Draft:
    """`set_config(name, value, is_local)`; opaque when the name is not in the text."""
    name, value, local = [*fields.get("args", []), {}, {}, {}][:3]
    named, given = string_constant(name), string_constant(value)
    if named is None:
        return opaque("set_config")
    if named.lower() == "search_path" and given is not None:
        path = [each.strip(' "') for each in given.split(",")]
        scope.search_until_commit(path, local=constant(local) is True)
    is_null = bool(value.get("A_Const", {}).get("isnull"))
    setting = SettingFacts(
        name=named.lower(), value=given, local=constant(local) is True, computed=given is None and not is_null
    )
    return _sets(setting, "set_config")


def discard(node: Node, scope: Scope) -> Iterator[Draft]:
    """DISCARD ALL is RESET ALL and more; DISCARD TEMP drops the temporary tables."""
    if node.get("target") in ("DISCARD_ALL", "DISCARD_TEMP"):
        scope.temporary.clear()
    if node.get("target", "DISCARD_ALL") == "DISCARD_ALL":
        scope.search([])
        yield _sets(SettingFacts(name=_EVERYTHING), "DISCARD ALL")


def database_setting(node: Node, _: Scope) -> Iterator[Draft]:
    """ALTER DATABASE ... SET."""
    changed = object_ref(ObjectKind.OTHER, None, node.get("dbname", ""))
    yield Draft(Action.ALTERS, changed, (), "DATABASE", facts=setting_of(node.get("setstmt", {})))


def system_setting(node: Node, _: Scope) -> Iterator[Draft]:
    """ALTER SYSTEM SET."""
    setting = setting_of(node.get("setstmt", {}))
    yield Draft(Action.ALTERS, object_ref(ObjectKind.OTHER, None, setting.name), (), "SYSTEM", facts=setting)


def role_setting(node: Node, _: Scope) -> Iterator[Draft]:
    """ALTER ROLE ... SET."""
    role = node.get("role", {}).get("rolename", _EVERYTHING)
    facts = setting_of(node.get("setstmt", {}))
    yield Draft(Action.ALTERS, object_ref(ObjectKind.ROLE, "", role), (), "SET", facts=facts)
